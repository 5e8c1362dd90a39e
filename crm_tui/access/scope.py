"""The one place where reading is scoped: TEMP VIEWS that shadow the tables on a reading connection.

Rows that the person's policy does not reach are not in the views; fields that it hides are masked in them, so
that nothing that reads can sort, filter, count or find by what is hidden. Rows that a large change is still
publishing are hidden from everybody. An authorizer on the same connection refuses what goes past the views: a
guard against slips of ours, not against hostile SQL (change-sets, part 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial

from crm_tui.access import masks
from crm_tui.access.policy import Policy
from crm_tui.access.verbs import ALL, GROUPS, NONE, OWN, READ, TEAM
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.triggers import columns

HIDDEN = (
    "{id} NOT BETWEEN (SELECT coalesce(max(low), 1) FROM main.publishing)"
    " AND (SELECT coalesce(max(high), 0) FROM main.publishing)"
)
OF_CUSTOMER = "EXISTS (SELECT 1 FROM temp.seen v WHERE v.id = t.customer_id)"
OF_ANY_CUSTOMER = "EXISTS (SELECT 1 FROM temp.seen_any v WHERE v.id = t.customer_id)"
OF_BOTH = (
    "EXISTS (SELECT 1 FROM temp.seen v WHERE v.id = t.customer_a)"
    " AND EXISTS (SELECT 1 FROM temp.seen v WHERE v.id = t.customer_b)"
)
OF_ANY_BOTH = OF_BOTH.replace("temp.seen v", "temp.seen_any v")
LIVE = "t.deleted_at IS NULL"
# Placeholders of the conditions below: what the policy makes of them for an owner and a customer.
SEEN = "{seen:t.owner_id:t.id}"
SEEN_STATE = "{seen:t.held_by:t.customer_id}"
WHOLE_PAIR = "{whole:t.a} AND {whole:t.b}"
WHOLE_OF = "{whole:t.customer_id}"
WHOLE_SELF = "{whole:t.id}"
TOLD = "{told}"
LOGGED = "{logged}"
AUDITED = "{audited}"
PUBLISHED = (
    "(t.job IS NULL OR NOT EXISTS (SELECT 1 FROM main.publishing p WHERE p.job = t.job"
    " OR p.job = (SELECT j.undoes FROM main.job j WHERE j.id = t.job)))"
)
CHILDREN = (
    *("contact", "customer_alias", "tag_link", "project", "collaborator", "imported_row"),
    *("activity", "plan"),
)

# View -> (table, condition on t). Order matters: a view may use those before it.
VIEWS: dict[str, tuple[str, str]] = {
    "seen": ("customer", f"{LIVE} AND {HIDDEN.format(id='t.id')} AND {SEEN}"),
    "seen_any": ("customer", f"{HIDDEN.format(id='t.id')} AND {SEEN}"),
    "customer": ("customer", f"{LIVE} AND {HIDDEN.format(id='t.id')} AND {SEEN}"),
    "customer_any": ("customer", f"{HIDDEN.format(id='t.id')} AND {SEEN}"),
    "contact": ("contact", f"{LIVE} AND {OF_CUSTOMER}"),
    "customer_alias": ("customer_alias", f"{LIVE} AND {OF_CUSTOMER}"),
    "tag_link": ("tag_link", f"{LIVE} AND {OF_CUSTOMER}"),
    "project": ("project", f"{LIVE} AND {OF_CUSTOMER}"),
    "collaborator": ("collaborator", f"{LIVE} AND {OF_CUSTOMER}"),
    "imported_row": ("imported_row", f"{LIVE} AND {OF_CUSTOMER}"),
    "duplicate_decision": ("duplicate_decision", f"{LIVE} AND {OF_BOTH}"),
    "activity": ("activity", f"{LIVE} AND {OF_CUSTOMER}"),
    "plan": ("plan", f"{LIVE} AND {OF_CUSTOMER}"),
    "customer_state": ("customer_state", OF_CUSTOMER),
    # The same rows as those of customer, without a look at each: what lists walk along.
    "listed": ("customer_state", f"t.shown = 1 AND {HIDDEN.format(id='t.customer_id')} AND {SEEN_STATE}"),
    # Of those that the user may not see too, for duplicates are found among all: what is shown of one that
    # is not in customer is that it is there, who holds it and its state (taken).
    "compared": ("customer_state", f"t.shown = 1 AND {HIDDEN.format(id='t.customer_id')}"),
    "taken": ("customer", f"{LIVE} AND {HIDDEN.format(id='t.id')}"),
    "contact_key": ("contact_key", WHOLE_OF),
    "tag": ("tag", LIVE),
    "word": ("word", LIVE),
    "word_alias": ("word_alias", LIVE),
    "person": ("person", LIVE),
    "person_any": ("person", "1 = 1"),
    "myself": ("person", "t.id = {me}"),
    "person_alias": ("person_alias", LIVE),
    "team": ("team", LIVE),
    "team_any": ("team", "1 = 1"),
    "role": ("role", LIVE),
    "role_any": ("role", "1 = 1"),
    "permission": ("permission", LIVE),
    "substitution": ("substitution", LIVE),
    "audit": ("audit", f"{LIVE} AND {AUDITED}"),
    "setting": ("setting", LIVE),
    "numbering": ("numbering", LIVE),
    "saved_view": ("saved_view", f"{LIVE} AND (t.owner_id IS NULL OR t.owner_id = {{me}})"),
    "person_state": ("person_state", "t.person_id = {me}"),
    "draft": ("draft", "t.person_id = {me}"),
    "publishing": ("publishing", "1 = 1"),
    "import_mapping": ("import_mapping", "1 = 1"),
    "upkeep": ("upkeep", "1 = 1"),
    "search_index": ("search_index", "1 = 1"),
    # What two share may be what is hidden.
    "duplicate_pair": ("duplicate_pair", WHOLE_PAIR),
    "shown_whole": ("customer", WHOLE_SELF),
    "duplicate_scan": ("duplicate_scan", "1 = 1"),
    # Removed rows too, for what history calls them.
    **{f"{table}_any": (table, OF_ANY_CUSTOMER) for table in CHILDREN},
    "duplicate_decision_any": ("duplicate_decision", OF_ANY_BOTH),
    "permission_any": ("permission", "1 = 1"),
    "person_alias_any": ("person_alias", "1 = 1"),
    "tag_any": ("tag", "1 = 1"),
    "word_any": ("word", "1 = 1"),
    "substitution_any": ("substitution", "1 = 1"),
    # When and by whom: what a row that is seen says of its beginning. Which sets one is told of: told_set.
    "change_set": ("change_set", PUBLISHED),
    "change": ("change", f"EXISTS (SELECT 1 FROM temp.change_set s WHERE s.id = t.change_set) AND {LOGGED}"),
    "told_set": ("change_set", f"{PUBLISHED} AND {TOLD}"),
    "job": ("job", "1 = 1"),
}
OWNER_TABLES = {OWN: "own_owner", TEAM: "team_owner"}
# Moves of these are moves of records that somebody may not see.
LOGGED_ROWS = (
    "CASE t.entity"
    " WHEN 'customer' THEN EXISTS (SELECT 1 FROM temp.seen_any v WHERE v.id = t.entity_id) OR {gone:customer}"
    + "".join(
        f" WHEN '{one}' THEN EXISTS (SELECT 1 FROM main.{one} r JOIN temp.seen_any v ON v.id = r.customer_id"
        f" WHERE r.id = t.entity_id) OR {{gone:{one}}}"
        for one in CHILDREN
    )
    + " WHEN 'duplicate_decision' THEN EXISTS (SELECT 1 FROM main.duplicate_decision r"
    " JOIN temp.seen_any a ON a.id = r.customer_a JOIN temp.seen_any b ON b.id = r.customer_b"
    " WHERE r.id = t.entity_id) WHEN 'audit' THEN {audit_rows}"
    " WHEN 'saved_view' THEN EXISTS (SELECT 1 FROM main.saved_view v"
    " WHERE v.id = t.entity_id AND (v.owner_id IS NULL OR v.owner_id = {me})) ELSE 1 END"
)
PRAGMAS = ("data_version", "table_xinfo", "foreign_key_list", "shrink_memory")
FORGETTING = ("writable_schema", "RESET")  # the schema is read anew; no flag is set
ASKED = ("pragma_table_xinfo", "pragma_foreign_key_list")
# The search index tells of every customer which grams it has: search/store.py joins each to the view
# customer. Its own statements read the tables behind it. SQLite before 3.44 asks for the others, when it
# sets the index up again after the schema moved; nothing is written on this connection anyway.
INDEX = ("customer_gram", "customer_gram_data", "customer_gram_idx", "customer_gram_config")
SETTING_UP = (
    (sqlite3.SQLITE_READ, "sqlite_master", "ROWID"),
    *(
        (sqlite3.SQLITE_UPDATE, "sqlite_master", name)
        for name in ("type", "name", "tbl_name", "rootpage", "sql")
    ),
)


def scope(
    reader: sqlite3.Connection, policy: Policy, revealed: Iterable[tuple[int, str]] = ()
) -> sqlite3.Connection:
    """Put a person's views on a reading connection, in place of those it has, and return it.

    From then on an unqualified name means the view: live rows that the person may see. Views that end in
    ``_any`` show deleted rows too, for history and for names on old records. ``revealed`` names (customer,
    group of fields) that are shown in full although the policy hides them.
    """
    reader.set_authorizer(None)
    views = reader.execute("SELECT name FROM temp.sqlite_master WHERE type = 'view'").fetchall()
    script = [f"DROP VIEW temp.{view}" for (view,) in views]
    _fill(reader, policy, revealed)
    masks.lend(reader)
    terms = _Terms(policy, cache(partial(columns, reader)))
    for view, (table, condition) in VIEWS.items():
        script.append(
            f"CREATE TEMP VIEW {view} AS SELECT {terms.columns(view, table)}"
            f" FROM main.{table} t WHERE {terms.filled(condition)}"
        )
    # As a script: the driver keeps statements by how often they are asked, and a few hundred that are asked
    # once would take the places of those that a session asks all day.
    reader.executescript(";\n".join(script))
    reader.set_authorizer(_permits)
    return reader


def _fill(reader: sqlite3.Connection, policy: Policy, revealed: Iterable[tuple[int, str]]) -> None:
    """Fill the tables that views ask: whose customers are one's own and the team's, what is revealed.

    ``read_scope`` says how far the views reach, of the hidden groups of fields too: search asks that.
    """
    for scope_, table in OWNER_TABLES.items():
        reader.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY)")
        reader.execute(f"DELETE FROM temp.{table}")
        owners = [(one,) for one in sorted(policy.owners(scope_) or ())]
        reader.executemany(f"INSERT INTO temp.{table} (id) VALUES (?)", owners)
    reader.execute(
        "CREATE TEMP TABLE IF NOT EXISTS revealed (customer_id INTEGER, field_group TEXT,"
        " PRIMARY KEY (customer_id, field_group))"
    )
    reader.execute("CREATE TEMP TABLE IF NOT EXISTS read_scope (field_group TEXT PRIMARY KEY, scope TEXT)")
    reader.execute("DELETE FROM temp.read_scope")
    reach = [(group, policy.scope(READ, group)) for group in ("", *policy.hidden)]
    reader.executemany("INSERT INTO temp.read_scope VALUES (?, ?)", reach)
    reader.execute("DELETE FROM temp.revealed")
    reader.executemany("INSERT INTO temp.revealed VALUES (?, ?)", sorted(set(revealed)))


class _Terms:
    """What a policy makes of conditions and columns, each made once however many views use it."""

    def __init__(self, policy: Policy, names: Callable[[str], list[str]]) -> None:
        self.policy = policy
        self._names = names  # of the columns of a table
        self.hidden = frozenset(policy.hidden)
        self.is_whole = policy.is_whole
        self._me = f"{int(policy.person_id):d}"
        self._shown: dict[tuple[tuple[str, ...], str, str], str] = {}
        self._filling = self._fillings()

    def reach(self, scope_: str, owner: str, customer: str) -> str:
        """Return the condition that a customer lies within a scope; '' when all do."""
        if scope_ == ALL:
            return ""
        if scope_ == NONE:
            return "1 = 0"
        return (
            f"({owner} IN (SELECT o.id FROM temp.{OWNER_TABLES[scope_]} o)"
            f" OR EXISTS (SELECT 1 FROM main.collaborator k WHERE k.person_id = {self._me}"
            f" AND k.customer_id = {customer} AND k.deleted_at IS NULL))"
        )

    def shown(self, groups: Iterable[str], owner: str, customer: str) -> str:
        """Return the condition that groups of fields of a customer are shown; '' when they always are."""
        key = (tuple(group for group in groups if group in self.hidden), owner, customer)
        if key not in self._shown:
            scopes: dict[str, list[str]] = {}
            for group in key[0]:
                scopes.setdefault(self.policy.scope(READ, group), []).append(group)
            parts = []
            for scope_, held in scopes.items():
                names = ", ".join([f"'{group}'" for group in held])
                parts.append(
                    f"({self.reach(scope_, owner, customer)} OR (SELECT count(*) FROM temp.revealed x"
                    f" WHERE x.customer_id = {customer} AND x.field_group IN ({names})) = {len(held)})"
                )
            self._shown[key] = " AND ".join(parts)
        return self._shown[key]

    def columns(self, view: str, table: str) -> str:
        """Return what a view selects: hidden columns through their masks."""
        if view in NARROW:
            return NARROW[view]
        # Without a list of columns to read, views are made and their statements prepared in less time.
        if self.is_whole or view in ("compared", "taken"):
            return "t.*"
        names = self._names(table)
        shown = [self._column(table, name) for name in names]
        return "t.*" if shown == [f"t.{name}" for name in names] else ", ".join(shown)

    def _column(self, table: str, name: str) -> str:
        plain = f"t.{name}"
        if (table, name) in TOLD_COLUMNS:
            told = self.filled(TOLD_COLUMNS[table, name])
            return f"CASE WHEN {told} THEN t.{name} ELSE '' END AS {name}"
        if not self.hidden:
            return plain
        if table == "change":
            return self._logged(name) if name in ("old", "new") else plain
        if (table, name) == ("imported_row", "cells"):
            return f"crm_public_cells({plain}, {self._hidden_of('t.customer_id')}) AS {name}"
        group, mask = masks.MASKS.get(table, {}).get(name, ("", ""))
        groups: Iterable[str] = (group,) if group else ()
        if table == "customer_state" and name in masks.DERIVED:
            groups, mask = masks.DERIVED[name], masks.HIDE
        elif table == "customer_state" and name == masks.SEARCHED:
            groups, mask = ("contact",), "crm_public_lines(t.haystack)"
        if not groups:
            return plain
        owner = {"customer": "t.owner_id", "customer_state": "t.held_by"}.get(table, OWNER_OF)
        clear = self.shown(groups, owner, "t.id" if table == "customer" else "t.customer_id")
        if not clear:
            return plain
        return f"CASE WHEN {clear} THEN {plain} ELSE {mask.format(column=name)} END AS {name}"

    def _hidden_of(self, customer: str) -> str:
        """Return what names the groups hidden of a customer, a blank before each."""
        parts = []
        for group in sorted(self.hidden):
            clear = self.shown((group,), OWNER_OF, customer)
            parts.append(f"CASE WHEN {clear} THEN '' ELSE ' {group}' END")
        return " || ".join(parts)

    def _logged(self, name: str) -> str:
        """Return a value of the log: of hidden fields, and of whole rows that were removed, it is NULL."""
        arms = []
        for entity, fields in masks.MASKS.items():
            by_group: dict[str, list[str]] = {}
            for column, (group, _mask) in fields.items():
                if group in self.hidden:
                    by_group.setdefault(group, []).append(column)
            for group, hidden in by_group.items():
                listed = ", ".join([f"'{one}'" for one in hidden])
                arms.append(
                    f"WHEN t.entity = '{entity}' AND t.field IN ({listed})"
                    f" AND NOT {self._clear_of((group,), entity)} THEN NULL"
                )
        arms += [
            f"WHEN t.entity = '{entity}' AND (t.op = 'delete' OR t.field = 'cells')"
            f" AND NOT {self._clear_of(GROUPS, entity)} THEN NULL"
            for entity in (*masks.MASKS, "imported_row")
        ]
        return f"CASE {' '.join(arms)} ELSE t.{name} END AS {name}"

    def _clear_of(self, groups: Iterable[str], entity: str) -> str:
        """Return the condition that groups are shown of the customer whose record a move is about."""
        if entity == "customer":
            found = "SELECT 1 FROM main.customer w WHERE w.id = t.entity_id"
        else:
            joined = f"main.{entity} h JOIN main.customer w ON w.id = h.customer_id"
            found = f"SELECT 1 FROM {joined} WHERE h.id = t.entity_id"
        return f"EXISTS ({found} AND {self.shown(groups, 'w.owner_id', 'w.id')})"

    def filled(self, condition: str) -> str:
        """Return a condition with what the policy makes of its placeholders."""
        if "{" in condition:
            for name, made in self._filling.items():
                condition = condition.replace(name, made)
        return condition

    def _fillings(self) -> dict[str, str]:
        rows = self.policy.scope(READ)
        found = {
            f"{{seen:{owner}:{customer}}}": self.reach(rows, owner, customer) or "1 = 1"
            for owner, customer in (("t.owner_id", "t.id"), ("t.held_by", "t.customer_id"))
        }
        clear = self.shown(GROUPS, "v.owner_id", "v.id")
        more = f" AND {clear}" if clear else ""
        for customer in ("t.id", "t.customer_id", "t.a", "t.b"):
            seen = f"EXISTS (SELECT 1 FROM temp.seen v WHERE v.id = {customer}{more})"
            found[f"{{whole:{customer}}}"] = seen
        audited = "1 = 1" if self.policy.may("audit").allowed else f"t.person_id = {self._me}"
        logged = told = "1 = 1"
        if not self.is_whole or audited != "1 = 1":
            rows_of_audit = "1" if audited == "1 = 1" else _OWN_AUDIT.format(me=self._me)
            logged = LOGGED_ROWS.replace("{audit_rows}", rows_of_audit).replace("{me}", self._me)
            for entity in ("customer", *CHILDREN):
                gone = _GONE.replace("{entity}", entity).replace("{me}", self._me)
                logged = logged.replace(f"{{gone:{entity}}}", gone)
            told_of = logged.replace("t.entity", "h.entity").replace("t.change_set", "h.change_set")
            told = (
                f"(t.actor = {self._me} OR EXISTS (SELECT 1 FROM main.change h WHERE h.change_set = t.id"
                f" AND {told_of}))"
            )
        return {**found, AUDITED: audited, LOGGED: logged, TOLD: told, "{me}": self._me}


# Asked by other views about each row: without masks, so that a statement is soon prepared.
NARROW = {"seen": "t.id, t.owner_id", "seen_any": "t.id, t.owner_id", "shown_whole": "t.id"}
# What somebody wrote of a set or a file, by who may be told of it.
TOLD_COLUMNS = {
    ("change_set", "reason"): TOLD,
    ("job", "title"): "(t.person_id = {me} OR EXISTS (SELECT 1 FROM temp.told_set s WHERE s.job = t.id))",
}
OWNER_OF = "(SELECT w.owner_id FROM main.customer w WHERE w.id = t.customer_id)"
# Of a row that is no more, whoever moved it may read what they did.
_GONE = (
    "(NOT EXISTS (SELECT 1 FROM main.{entity} d WHERE d.id = t.entity_id)"
    " AND EXISTS (SELECT 1 FROM main.change_set m WHERE m.id = t.change_set AND m.actor = {me}))"
)
_OWN_AUDIT = "EXISTS (SELECT 1 FROM main.audit a WHERE a.id = t.entity_id AND a.person_id = {me})"


def _permits(
    action: int, first: str | None, second: str | None, schema: str | None, source: str | None
) -> int:
    """Allow reading through the views and nothing else; SQLite asks while it prepares a statement."""
    if action == sqlite3.SQLITE_READ:
        if source in VIEWS:  # most that is asked: some hundred times a statement
            return sqlite3.SQLITE_OK
        # Counting a whole view reads no column, and SQLite names no view then.
        inner = (first or "").startswith("sqlite_")
        fine = (schema == "temp" and not inner) or not second or first in ASKED
        fine = fine or first in INDEX or (action, first, second) in SETTING_UP
    elif action == sqlite3.SQLITE_FUNCTION:
        fine = second != "load_extension"
    elif action == sqlite3.SQLITE_PRAGMA:
        fine = first in PRAGMAS or (first, second) == FORGETTING
    else:
        fine = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE)
        fine = fine or (action, first, second) in SETTING_UP
    return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY
