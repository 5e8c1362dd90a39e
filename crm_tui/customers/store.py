"""Customers, contacts, tags and projects: reading for lists and the customer file."""

import json
from typing import Any, NamedTuple

from crm_tui.customers.filter_fields import All, Condition, Filter
from crm_tui.customers.store_parts import children as children
from crm_tui.customers.store_parts import marks_of as marks_of
from crm_tui.customers.store_parts import tags_of as tags_of
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import pieces, placeholders, query_in
from crm_tui.text.natural import natural_key


class CustomerRow(NamedTuple):
    """One line of a customer list; words are keys, instants as stored."""

    id: int
    changed_in: int
    no: str
    name: str
    kind: str
    status: str | None
    stage: str | None
    level: str | None
    industry: str | None
    source: str | None
    owner_id: int
    owner: str
    last_followup_at: str | None
    next_due_on: str | None
    next_due_at: str | None
    activities: int
    contact: str | None
    phone: str | None
    marks: tuple[str, ...] = ()  # tags that ask to be seen to first (S0-19)


class Query(NamedTuple):
    """What a customer list shows: words to look for, owner, status, a filter, and its order.

    ``sort`` is a key of ``reading.SORTS``; a leading ``-`` turns it round. ``ids`` are what a search found
    for the words, the best first; they are kept in that order under the order MATCH.
    """

    text: str = ""
    owner_id: int | None = None
    status: str | None = None
    sort: str = "recent"
    filter: Filter | None = None
    ids: tuple[int, ...] | None = None


MATCH = "match"
LIST = (
    "SELECT c.id, c.changed_in, c.no, coalesce(c.name, ''), c.kind, c.status, c.stage, c.level, c.industry,"
    " c.source, c.owner_id, p.name, s.last_followup_at, s.next_due_on, s.next_due_at,"
    " coalesce(s.activities, 0), t.name, coalesce(t.mobile, t.office_phone, t.email, t.wechat)"
    " FROM customer c JOIN person_any p ON p.id = c.owner_id"
    " LEFT JOIN customer_state s ON s.customer_id = c.id"
    " LEFT JOIN contact t ON t.id = (SELECT k.id FROM contact k WHERE k.customer_id = c.id"
    " ORDER BY k.is_primary DESC, k.position, k.id LIMIT 1)"
)
# Words of the filter that mean what a check of the files finds (S2-18), not a text in them.
CHECKS = {"待补全": "incomplete", "incomplete": "incomplete", "待核对": "doubtful", "doubtful": "doubtful"}


def whole(query: Query) -> Filter | None:
    """Return everything that a query asks for as one filter; free words that mean a finding are one too."""
    parts: list[Filter] = []
    if query.owner_id is not None:
        parts.append(Condition("owner", "is", (str(query.owner_id),)))
    if query.status is not None:
        parts.append(Condition("status", "is", (query.status,)))
    for term in query.text.split():
        check = CHECKS.get(term.casefold())
        if check or query.ids is None:
            parts.append(Condition(check, "some") if check else Condition("text", "is", (term,)))
    if query.filter is not None:
        parts.append(query.filter)
    return All(tuple(parts)) if len(parts) > 1 else parts[0] if parts else None


def sought(text: str) -> str:
    """Return the words of a text that are to be found, without those that mean a finding of a check."""
    return " ".join(term for term in text.split() if term.casefold() not in CHECKS)


def terms(text: str) -> list[str]:
    """Return the folded, escaped words of a filter; blanks separate them, all must be found."""
    from crm_tui.text.fold import fold

    folded = [fold(part) for part in text.split()]
    return [part.replace("!", "!!").replace("%", "!%").replace("_", "!_") for part in folded if part]


def rows_of(reader: sqlite3.Connection, ids: list[int]) -> dict[int, CustomerRow]:
    """Return the list lines of some customers by id; those gone are left out."""
    found = query_in(reader, LIST + " WHERE c.id IN ({ids})", ids)
    return {row.id: row for row in _marked(reader, [CustomerRow(*row) for row in found])}


def _marked(reader: sqlite3.Connection, rows: list[CustomerRow]) -> list[CustomerRow]:
    marks = marks_of(reader, [row.id for row in rows])
    return [row._replace(marks=marks[row.id]) if row.id in marks else row for row in rows]


def record(connection: sqlite3.Connection, table: str, row_id: int) -> dict[str, Any] | None:
    """Return one row of a customer-room table by column name, None when it is not there (or not visible)."""
    if table not in RECORD_TABLES:
        raise ValueError(table)
    cursor = connection.execute(f"SELECT * FROM {table} WHERE id = :id", {"id": row_id})
    row = cursor.fetchone()
    return dict(zip([item[0] for item in cursor.description], row, strict=True)) if row else None


def ended(reader: sqlite3.Connection, customer_id: int) -> dict[str, Any] | None:
    """Return the columns of a customer that is not there any more, which tell how it went; None if it is."""
    row = record(reader, "customer_any", customer_id)
    return row if row and row["deleted_at"] else None


TAKEN = "SELECT 1 FROM taken WHERE id = :id"


def is_out_of_sight(reader: sqlite3.Connection, customer_id: int) -> bool:
    """Tell whether a customer is in the lists, but not in those of this person."""
    if record(reader, "customer", customer_id) is not None:
        return False
    return reader.execute(TAKEN, {"id": customer_id}).fetchone() is not None


RECORD_TABLES = ("customer", "customer_any", "contact", "project", "tag")


class Tag(NamedTuple):
    """A tag and how many customers carry it."""

    id: int
    name: str
    colour: str | None
    group: str | None
    used: int


TAGS = (
    "SELECT t.id, t.name, t.colour, t.group_name, (SELECT count(*) FROM tag_link l WHERE l.tag_id = t.id)"
    " FROM tag t ORDER BY t.group_name NULLS LAST, t.id"
)
TAG_NAMES = "SELECT t.name FROM tag t ORDER BY t.group_name NULLS LAST, t.id"


def tags(reader: sqlite3.Connection) -> list[Tag]:
    """Return all tags with their use."""
    return [Tag(*row) for row in reader.execute(TAGS).fetchall()]


def tag_names(reader: sqlite3.Connection) -> list[str]:
    """Return the names of all tags; unlike ``tags`` it does not count who carries them."""
    return [row[0] for row in reader.execute(TAG_NAMES).fetchall()]


class Hit(NamedTuple):
    """A customer that has the same number, code, name, phone or mail: what a warning names."""

    reason: str  # no, uscc, name, alias, phone, mail
    customer_id: int
    no: str
    name: str
    owner: str
    status: str | None


SAME = (
    "SELECT :reason, c.id, c.no, coalesce(c.name, ''), p.name, c.status FROM customer c"
    " JOIN person_any p ON p.id = c.owner_id WHERE {test} AND c.id <> :self ORDER BY c.id LIMIT 5"
)
TESTS = {
    "no": "c.no = :key",
    "uscc": "c.uscc_key = :key",
    "name": "c.name_key = :key",
    "alias": "c.id IN (SELECT a.customer_id FROM customer_alias a WHERE a.name_key = :key)",
    "phone": "c.id IN (SELECT k.customer_id FROM contact_key k WHERE k.kind = 'phone' AND k.key = :key)",
    "mail": "c.id IN (SELECT k.customer_id FROM contact_key k WHERE k.kind = 'mail' AND k.key = :key)",
}


def same(reader: sqlite3.Connection, reason: str, key: str, but: int = 0) -> list[Hit]:
    """Return up to five live customers other than ``but`` that share an exact key."""
    if not key:
        return []
    sql = SAME.replace("{test}", TESTS[reason])
    return [Hit(*row) for row in reader.execute(sql, {"reason": reason, "key": key, "self": but}).fetchall()]


BY_NUMBER = "SELECT id FROM customer WHERE no_sort = :sort AND no = :no ORDER BY id"
BY_NAME = "SELECT id FROM customer WHERE name_key = :key ORDER BY id LIMIT 2"
BY_ALIAS = (
    "SELECT DISTINCT customer_id FROM customer_alias WHERE name_key = :key ORDER BY customer_id LIMIT 2"
)


# A merged customer's number finds the one that took it over, also when nobody kept it as an other name.
BY_OLD_NUMBER = (
    "SELECT id, merged_into FROM customer_any WHERE no = :no AND (gone IS NULL OR gone <> 'undone')"
    " AND gone = 'merged' ORDER BY id"
)


def merged_numbered(reader: sqlite3.Connection, number: str) -> tuple[int, int] | None:
    """Return the merged customer that had a number, and the one it went into; None when there is none."""
    row = reader.execute(BY_OLD_NUMBER, {"no": number}).fetchone()
    return (row[0], row[1]) if row else None


def numbered(reader: sqlite3.Connection, number: str) -> list[int]:
    """Return the customers with exactly that number."""
    params = {"no": number, "sort": natural_key(number)}
    return [row[0] for row in reader.execute(BY_NUMBER, params).fetchall()]


def by_reference(reader: sqlite3.Connection, number: str, name_key: str) -> list[int]:
    """Return the customers that a number, an exact folded name or another name means: none, one or two."""
    for sql, params in (
        (BY_NUMBER, {"no": number, "sort": natural_key(number)}),
        (BY_NAME, {"key": name_key}),
        (BY_ALIAS, {"key": name_key}),
    ):
        rows = reader.execute(sql, params).fetchall()
        if rows:
            return [row[0] for row in rows]
    merged = merged_numbered(reader, number)
    return [merged[1]] if merged else []


OWN = "SELECT * FROM customer WHERE id IN ({ids})"
OWN_READ = "SELECT {columns} FROM customer WHERE id IN ({ids})"
OWN_CONTACTS = "SELECT {columns} FROM contact WHERE customer_id IN ({ids}) AND deleted_at IS NULL ORDER BY id"
MAIN_CONTACTS = (
    "SELECT * FROM contact WHERE customer_id IN ({ids}) ORDER BY customer_id, is_primary DESC, position, id"
)
SETS = "SELECT id, at, actor FROM change_set WHERE id IN ({ids})"
STATES = "SELECT customer_id, last_followup_at, next_due_on, region FROM listed WHERE customer_id IN ({ids})"
OWN_PROJECTS = "SELECT DISTINCT customer_id FROM project WHERE customer_id IN ({ids}) AND deleted_at IS NULL"
HAY_ALIASES = (
    "SELECT customer_id, kind, name FROM customer_alias WHERE customer_id IN ({ids}) AND deleted_at IS NULL"
    " ORDER BY id"
)
KEYS_THERE = (
    "SELECT id, customer_id, contact_id, kind, key FROM contact_key WHERE customer_id IN ({ids}) ORDER BY id"
)
KEY_GONE = "DELETE FROM contact_key WHERE id = :id"
KEYS_GIVEN = (
    "UPDATE contact_key SET customer_id = :new WHERE customer_id = :old"
    " AND contact_id IN (SELECT id FROM contact WHERE customer_id = :new)"
)
CONTACT_IDS = (
    "SELECT id, customer_id FROM contact WHERE customer_id IN ({ids}) AND deleted_at IS NULL ORDER BY id"
)
KEY = (
    "INSERT INTO contact_key (kind, key, customer_id, contact_id)"
    " VALUES (:kind, :key, :customer_id, :contact_id)"
)
STATE_COLUMNS = (
    *("haystack", "whereabouts", "held_by", "missing", "odd", "shown", "name_sort"),
    *("region", "province", "city", "contacts", "phones"),
)
ONLY_HAY = (
    "UPDATE customer_state SET haystack = :hay, whereabouts = :whereabouts, held_by = :held_by"
    " WHERE customer_id = :id"
)
ONLY_HOLDER = (
    "UPDATE customer_state SET held_by = (SELECT c.owner_id FROM customer c"
    " WHERE c.id = customer_state.customer_id) WHERE customer_id IN ({ids})"
)
HOLDERS = (
    "SELECT s.customer_id, s.held_by, c.owner_id FROM customer_state s"
    " JOIN customer c ON c.id = s.customer_id WHERE s.customer_id IN ({ids})"
)
HAY_BEFORE = (
    "SELECT customer_id, haystack || whereabouts, held_by FROM customer_state WHERE customer_id IN ({ids})"
)
HAY_WRITTEN = (
    "SELECT customer_id, haystack, whereabouts, held_by FROM customer_state WHERE customer_id IN ({ids})"
)
ONLY_PLACES = (
    "UPDATE customer_state SET shown = :shown, name_sort = :name_sort, region = :region,"
    " province = :province, city = :city, contacts = :contacts, phones = :phones WHERE customer_id = :id"
)
ONLY_SHOWN = (
    "UPDATE customer_state SET shown = (SELECT CASE WHEN c.deleted_at IS NULL THEN 1 ELSE 0 END"
    " FROM customer c WHERE c.id = customer_state.customer_id) WHERE customer_id IN ({ids})"
)
ONLY_FINDINGS = (
    "UPDATE customer_state SET missing = :missing, odd = :odd"
    " WHERE customer_id = :id AND (missing <> :missing OR odd <> :odd)"
)
# The kind is told apart by the caller: asked for here, its own index would be taken, with half of all keys.
KEYS_OF = "SELECT contact_id, kind, key FROM contact_key WHERE customer_id IN ({ids}) ORDER BY id"
STATE_GONE = (
    "DELETE FROM customer_state WHERE customer_id IN ({ids})"
    " AND NOT EXISTS (SELECT 1 FROM customer c WHERE c.id = customer_state.customer_id)"
)


def run_in(connection: sqlite3.Connection, sql: str, ids: list[int]) -> None:
    """Run a statement that holds ``{ids}`` for a piece of a list."""
    marks, params = placeholders(ids)
    connection.execute(sql.replace("{ids}", marks), params)


def many(connection: sqlite3.Connection, sql: str, ids: list[int]) -> list[dict[str, Any]]:
    """Return the rows of a SELECT that holds ``{ids}`` for any number of ids, by column name."""
    return [row for piece in pieces(ids) for row in rows_in(connection, sql, piece)]


def rows_in(connection: sqlite3.Connection, sql: str, ids: list[int]) -> list[dict[str, Any]]:
    """Return the rows of a SELECT that holds ``{ids}`` for a piece of a list, by column name."""
    marks, params = placeholders(ids)
    cursor = connection.execute(sql.replace("{ids}", marks), params)
    names = [item[0] for item in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


NUMBER_TAKEN = (
    "SELECT 1 FROM customer WHERE no = :no AND (gone IS NULL OR gone <> 'undone') AND id <> :self LIMIT 1"
)
NEXT_POSITION = "SELECT coalesce(max(position), -1) + 1 FROM contact WHERE customer_id = :id"
LINKS_OF = (
    "SELECT l.id, t.name_key FROM tag_link l JOIN tag t ON t.id = l.tag_id"
    " WHERE l.customer_id = :id AND l.deleted_at IS NULL ORDER BY l.id"
)
TAG_BY_KEY = "SELECT id FROM tag WHERE name_key = :key AND deleted_at IS NULL"

ALIAS_OWNER = "SELECT customer_id FROM customer_alias WHERE id = :id"


CELLS = "SELECT cells FROM imported_row WHERE customer_id = :id ORDER BY changed_in, id"


def cells(reader: sqlite3.Connection, customer_id: int) -> dict[str, Any]:
    """Return the cells that sheets last gave for a customer, the newest of each: {field: [text, value]}."""
    found: dict[str, Any] = {}
    for row in reader.execute(CELLS, {"id": customer_id}).fetchall():
        found |= json.loads(row[0])
    return found
