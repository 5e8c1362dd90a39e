"""The one place where reading is scoped: TEMP VIEWS that shadow the tables on a reading connection.

Today every user sees every live row; roles and masks change the predicates here and nothing else. Rows that a
large change is still publishing are hidden from everybody. An authorizer on the same connection refuses what
goes past the views: a guard against slips of ours, not against hostile SQL (change-sets, part 5).
"""

from __future__ import annotations

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.triggers import columns

HIDDEN = (
    "{id} NOT BETWEEN (SELECT coalesce(max(low), 1) FROM main.publishing)"
    " AND (SELECT coalesce(max(high), 0) FROM main.publishing)"
)
OF_CUSTOMER = "EXISTS (SELECT 1 FROM temp.customer v WHERE v.id = t.customer_id)"
OF_ANY_CUSTOMER = "EXISTS (SELECT 1 FROM temp.customer_any v WHERE v.id = t.customer_id)"
OF_BOTH = (
    "EXISTS (SELECT 1 FROM temp.customer v WHERE v.id = t.customer_a)"
    " AND EXISTS (SELECT 1 FROM temp.customer v WHERE v.id = t.customer_b)"
)
OF_PAIR = OF_BOTH.replace("t.customer_a", "t.a").replace("t.customer_b", "t.b")
OF_ANY_BOTH = OF_BOTH.replace("temp.customer v", "temp.customer_any v")
LIVE = "t.deleted_at IS NULL"

# View -> (table, condition on t). Order matters: a view may use those before it.
VIEWS: dict[str, tuple[str, str]] = {
    "customer": ("customer", f"{LIVE} AND {HIDDEN.format(id='t.id')}"),
    "customer_any": ("customer", HIDDEN.format(id="t.id")),
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
    "listed": ("customer_state", f"t.shown = 1 AND {HIDDEN.format(id='t.customer_id')}"),
    # Of those that the user may not see too, for duplicates are found among all: what is shown of one that
    # is not in customer is that it is there, who holds it and its state (taken).
    "compared": ("customer_state", f"t.shown = 1 AND {HIDDEN.format(id='t.customer_id')}"),
    "taken": ("customer", f"{LIVE} AND {HIDDEN.format(id='t.id')}"),
    "contact_key": ("contact_key", OF_CUSTOMER),
    "tag": ("tag", LIVE),
    "word": ("word", LIVE),
    "word_alias": ("word_alias", LIVE),
    "person": ("person", LIVE),
    "person_any": ("person", "1 = 1"),
    "myself": ("person", "t.id = {me}"),
    "person_alias": ("person_alias", LIVE),
    "setting": ("setting", LIVE),
    "numbering": ("numbering", LIVE),
    "saved_view": ("saved_view", f"{LIVE} AND (t.owner_id IS NULL OR t.owner_id = {{me}})"),
    "person_state": ("person_state", "t.person_id = {me}"),
    "draft": ("draft", "t.person_id = {me}"),
    "job": ("job", "1 = 1"),
    "publishing": ("publishing", "1 = 1"),
    "import_mapping": ("import_mapping", "1 = 1"),
    "upkeep": ("upkeep", "1 = 1"),
    "search_index": ("search_index", "1 = 1"),
    "duplicate_pair": ("duplicate_pair", OF_PAIR),
    "duplicate_scan": ("duplicate_scan", "1 = 1"),
    "change_set": (
        "change_set",
        "t.job IS NULL OR NOT EXISTS (SELECT 1 FROM main.publishing p WHERE p.job = t.job"
        " OR p.job = (SELECT j.undoes FROM main.job j WHERE j.id = t.job))",
    ),
    "change": ("change", "EXISTS (SELECT 1 FROM temp.change_set s WHERE s.id = t.change_set)"),
    # Removed rows too, for what history calls them.
    **{
        f"{table}_any": (table, OF_ANY_CUSTOMER)
        for table in (
            *("contact", "customer_alias", "tag_link", "project", "collaborator", "imported_row"),
            *("activity", "plan"),
        )
    },
    "duplicate_decision_any": ("duplicate_decision", OF_ANY_BOTH),
    "tag_any": ("tag", "1 = 1"),
    "word_any": ("word", "1 = 1"),
}
PRAGMAS = ("data_version", "table_xinfo", "foreign_key_list")
TOLD = ("pragma_table_xinfo", "pragma_foreign_key_list")
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


def scope(reader: sqlite3.Connection, person_id: int) -> sqlite3.Connection:
    """Put the person's views on a reading connection and return it.

    From then on an unqualified name means the view: live rows that the person may see. Views that end in
    ``_any`` show deleted rows too, for history and for names on old records.
    """
    names: dict[str, str] = {}
    for view, (table, condition) in VIEWS.items():
        if table not in names:
            names[table] = ", ".join(f"t.{name}" for name in columns(reader, table))
        reader.execute(
            f"CREATE TEMP VIEW {view} AS SELECT {names[table]} FROM main.{table} t"
            f" WHERE {condition.format(me=int(person_id))}"
        )
    reader.set_authorizer(_permits)
    return reader


def _permits(
    action: int, first: str | None, second: str | None, schema: str | None, source: str | None
) -> int:
    """Allow reading through the views and nothing else; SQLite asks while it prepares a statement."""
    if action == sqlite3.SQLITE_READ:
        # Counting a whole view reads no column, and SQLite names no view then.
        inner = (first or "").startswith("sqlite_")
        fine = (schema == "temp" and not inner) or source in VIEWS or not second or first in TOLD
        fine = fine or first in INDEX or (action, first, second) in SETTING_UP
    elif action == sqlite3.SQLITE_FUNCTION:
        fine = second != "load_extension"
    elif action == sqlite3.SQLITE_PRAGMA:
        fine = first in PRAGMAS
    else:
        fine = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE)
        fine = fine or (action, first, second) in SETTING_UP
    return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY
