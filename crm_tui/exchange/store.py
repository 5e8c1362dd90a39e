"""What an import asks of the database and writes into it beside the services' own statements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

Ids = Iterable[Any]
Cells = dict[str, list[Any]]
"""Cells by key: [text, value as stored]."""


class Hit(NamedTuple):
    """A customer that a row may mean, archived and merged ones included."""

    id: int
    no: str
    name: str
    name_key: str
    kind: str
    uscc_key: str | None
    gone: str | None
    merged_into: int | None
    changed_in: int


HIT = (
    "SELECT id, no, coalesce(name, ''), name_key, kind, uscc_key, gone, merged_into, changed_in"
    " FROM customer_any"
)
BY = {
    "no": HIT + " WHERE no IN ({ids}) AND (gone IS NULL OR gone <> 'undone')",
    "uscc": HIT + " WHERE uscc_key IN ({ids}) AND (gone IS NULL OR gone <> 'undone')",
    "name": HIT + " WHERE name_key IN ({ids}) AND (gone IS NULL OR gone <> 'undone')",
    "id": HIT + " WHERE id IN ({ids})",
}
ALIASES = "SELECT name_key, customer_id, kind FROM customer_alias WHERE name_key IN ({ids})"
ALIASES_OF = "SELECT customer_id, name_key FROM customer_alias WHERE customer_id IN ({ids})"
ANY = "SELECT 1 FROM customer_any LIMIT 1"
KEPT = (
    "SELECT customer_id, id, changed_in, sheet, cells FROM imported_row WHERE customer_id IN ({ids})"
    " ORDER BY changed_in DESC, id DESC"
)
CUSTOMERS = "SELECT * FROM customer WHERE id IN ({ids})"
CONTACTS = "SELECT * FROM contact WHERE customer_id IN ({ids}) ORDER BY is_primary DESC, position, id"
PROJECTS = "SELECT * FROM project WHERE customer_id IN ({ids}) ORDER BY id"
LAST_ACTIVITIES = (
    "SELECT s.customer_id, a.at, a.content FROM customer_state s JOIN activity a ON a.id = s.last_activity_id"
    " WHERE s.customer_id IN ({ids})"
)
OPEN_PLANS = (
    "SELECT customer_id, due_on, goal, text FROM plan WHERE customer_id IN ({ids})"
    " AND state IN ('todo', 'doing') ORDER BY id"
)
TAG_KEYS = (
    "SELECT l.customer_id, t.name_key FROM tag_link l JOIN tag t ON t.id = l.tag_id"
    " WHERE l.customer_id IN ({ids})"
)
LAST_SET = "SELECT coalesce(max(id), 0) FROM change_set"


def has_customers(reader: sqlite3.Connection) -> bool:
    """Tell whether there is any customer that a row could mean."""
    return reader.execute(ANY).fetchone() is not None


def hits(reader: sqlite3.Connection, key: str, values: Ids) -> list[Hit]:
    """Return the customers of some numbers, code keys, name keys or ids."""
    return [Hit(*row) for row in query_in(reader, BY[key], values)]


def aliases(reader: sqlite3.Connection, keys: Ids) -> list[tuple[str, int, str]]:
    """Return (folded name or number, customer, kind) of the aliases among some keys."""
    return query_in(reader, ALIASES, keys)


def alias_keys(reader: sqlite3.Connection, ids: Ids) -> dict[int, set[str]]:
    """Return the folded other names of some customers."""
    found: dict[int, set[str]] = {}
    for customer_id, key in query_in(reader, ALIASES_OF, ids):
        found.setdefault(customer_id, set()).add(key)
    return found


class Kept(NamedTuple):
    """The row that keeps the cells one kind of sheet gave for a customer, with its version."""

    id: int
    changed_in: int


class Memory(NamedTuple):
    """What sheets last gave for a customer: this kind of sheet in ``own``, others in ``others``.

    ``kept`` is the row of ``own``; the newest of ``others`` comes first.
    """

    kept: Kept | None
    own: Cells
    others: tuple[Cells, ...]

    def knows(self, key: str, text: str) -> bool:
        """Tell whether a cell is none of news: equal to this sheet's last, else to any sheet's."""
        if key in self.own:
            return self.own[key][0] == text
        return any(key in cells and cells[key][0] == text for cells in self.others)

    def last(self, key: str) -> list[Any] | None:
        """Return the cell that was given last, by this kind of sheet if it did."""
        return next((cells[key] for cells in (self.own, *self.others) if key in cells), None)


NO_MEMORY = Memory(None, {}, ())


def memories(reader: sqlite3.Connection, ids: Ids, sheet: str) -> dict[int, Memory]:
    """Return what sheets gave for some customers, as seen from one kind of sheet."""
    found: dict[int, Memory] = {}
    for customer, row, changed, kind, text in query_in(reader, KEPT, ids):
        memory, cells = found.get(customer, NO_MEMORY), json.loads(text)
        if kind == sheet:
            found[customer] = Memory(Kept(row, changed), cells, memory.others)
        else:
            found[customer] = memory._replace(others=(*memory.others, cells))
    return found


def records(reader: sqlite3.Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return some customers by id and column name."""
    return {row["id"]: row for row in _named(reader, CUSTOMERS, ids)}


def children(reader: sqlite3.Connection, table: str, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the contacts or projects of some customers by column name, the main contact first."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in _named(reader, {"contact": CONTACTS, "project": PROJECTS}[table], ids):
        found.setdefault(row["customer_id"], []).append(row)
    return found


def _named(reader: sqlite3.Connection, sql: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    names: list[str] = []
    rows: list[dict[str, Any]] = []
    for row in query_in(reader, sql, ids):
        names = names or [item[0] for item in reader.execute(sql.replace("{ids}", "0")).description]
        rows.append(dict(zip(names, row, strict=True)))
    return rows


class Followups(NamedTuple):
    """What a file says already: its last activity, its open plans, the folded names of its tags."""

    at: str | None
    content: str | None
    plans: list[tuple[str | None, str | None, str | None]]
    tags: set[str]


def followups(reader: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Followups]:
    """Return the follow-ups and tags of some customers; plans are (due day, goal, text)."""
    found = {one: Followups(None, None, [], set()) for one in ids}
    for customer_id, at, content in query_in(reader, LAST_ACTIVITIES, ids):
        found[customer_id] = found[customer_id]._replace(at=at, content=content)
    for customer_id, *plan in query_in(reader, OPEN_PLANS, ids):
        found[customer_id].plans.append((plan[0], plan[1], plan[2]))
    for customer_id, key in query_in(reader, TAG_KEYS, ids):
        found[customer_id].tags.add(key)
    return found


def last_set(connection: sqlite3.Connection) -> int:
    """Return the newest change set."""
    return connection.execute(LAST_SET).fetchone()[0]


# ---------------------------------------------------------------- remembered mappings

MAPPING = "SELECT mapping FROM import_mapping WHERE signature = :signature"
REMEMBER = (
    "INSERT INTO import_mapping (signature, mapping, person_id, saved_at)"
    " VALUES (:signature, :mapping, :person, :at)"
    " ON CONFLICT (signature) DO UPDATE SET mapping = :mapping, person_id = :person, saved_at = :at"
)


def remembered(connection: sqlite3.Connection, signature: str) -> dict[str, str]:
    """Return what a sheet with these headings was last taken for, {} when it is new."""
    row = connection.execute(MAPPING, {"signature": signature}).fetchone()
    return json.loads(row[0]) if row else {}


def remember(connection: sqlite3.Connection, signature: str, mapping: dict[str, str], person: int) -> None:
    """Keep a mapping for the next sheet with these headings; call it in a transaction."""
    values = {"signature": signature, "mapping": json.dumps(mapping, ensure_ascii=False)}
    connection.execute(REMEMBER, {**values, "person": person, "at": clock.instant()})


# ---------------------------------------------------------------- publishing (real tables)

TAKEN = "SELECT no FROM customer WHERE no IN ({ids}) AND (gone IS NULL OR gone <> 'undone')"
SINCE = (
    "SELECT uscc_key, name_key FROM customer WHERE changed_in > :set AND deleted_at IS NULL"
    " AND id NOT BETWEEN :low AND :high"
)
TAGS = "SELECT name_key, id FROM tag WHERE deleted_at IS NULL"
LINKED = "SELECT tag_id FROM tag_link WHERE customer_id = :id AND deleted_at IS NULL"
VERSION = {
    "customer": "SELECT id FROM customer WHERE id = :id AND changed_in = :seen AND deleted_at IS NULL",
    "contact": "SELECT id FROM contact WHERE id = :id AND changed_in = :seen AND deleted_at IS NULL",
    "project": "SELECT id FROM project WHERE id = :id AND changed_in = :seen AND deleted_at IS NULL",
    "imported_row": (
        "SELECT id FROM imported_row WHERE id = :id AND changed_in = :seen AND deleted_at IS NULL"
    ),
}
KEPT_ONE = "SELECT id FROM imported_row WHERE customer_id = :id AND sheet = :sheet AND deleted_at IS NULL"
CELLS_OF = "SELECT cells FROM imported_row WHERE id = :id"
OPEN_IMPORTED = (
    "SELECT id FROM plan WHERE customer_id = :id AND origin = 'import' AND state = 'todo' AND text = :text"
    " AND changed_in = created_in AND deleted_at IS NULL"
)
NEXT_POSITION = "SELECT coalesce(max(position), -1) + 1 FROM contact WHERE customer_id = :id"
HAS_PRIMARY = "SELECT id FROM contact WHERE customer_id = :id AND is_primary = 1 AND deleted_at IS NULL"
OWNER = "SELECT owner_id FROM customer WHERE id = :id"
ALIAS_KEYS = "SELECT name_key FROM customer_alias WHERE customer_id = :id AND deleted_at IS NULL"
TO_JOB = "UPDATE change_set SET job = :job WHERE id = :set"
JOB_COUNTS = "SELECT counts FROM job WHERE id = :job"
COUNT_JOB = "UPDATE job SET counts = :counts WHERE id = :job"


def taken(connection: sqlite3.Connection, numbers: Ids) -> set[str]:
    """Return those of some customer numbers that are in use."""
    return {row[0] for row in query_in(connection, TAKEN, numbers)}


def keys_since(
    connection: sqlite3.Connection, change_set: int, low: int = 1, high: int = 0
) -> tuple[set[str], set[str]]:
    """Return the code keys and name keys of customers added or changed after a set, but for some ids."""
    rows = connection.execute(SINCE, {"set": change_set, "low": low, "high": high}).fetchall()
    return {row[0] for row in rows if row[0]}, {row[1] for row in rows if row[1]}


def tag_ids(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the live tags by folded name."""
    return dict(connection.execute(TAGS).fetchall())


def linked(connection: sqlite3.Connection, customer_id: int) -> set[int]:
    """Return the tags that a customer carries."""
    return {row[0] for row in connection.execute(LINKED, {"id": customer_id}).fetchall()}


def unmoved(connection: sqlite3.Connection, seen: Iterable[tuple[str, int, int]]) -> bool:
    """Tell whether all of some rows (table, id, changed_in) stand as they were read."""
    return all(
        connection.execute(VERSION[table], {"id": row, "seen": version}).fetchone()
        for table, row, version in seen
    )


def remembers(connection: sqlite3.Connection, customer_id: int, sheet: str) -> bool:
    """Tell whether this kind of sheet has given cells for a customer."""
    return connection.execute(KEPT_ONE, {"id": customer_id, "sheet": sheet}).fetchone() is not None


def with_hidden(connection: sqlite3.Connection, row: int, cells: str) -> str:
    """Return cells (JSON by key) with those kept in a row that their importer was not shown."""
    kept = json.loads(connection.execute(CELLS_OF, {"id": row}).fetchone()[0])
    return json.dumps({**kept, **json.loads(cells)}, ensure_ascii=False, separators=(",", ":"))


def untouched_plans(connection: sqlite3.Connection, customer_id: int, text: str) -> list[int]:
    """Return open plans that came from a cell of this text and that nobody has touched since."""
    rows = connection.execute(OPEN_IMPORTED, {"id": customer_id, "text": text}).fetchall()
    return [row[0] for row in rows]


def next_position(connection: sqlite3.Connection, customer_id: int) -> int:
    """Return the place of a customer's next contact."""
    return connection.execute(NEXT_POSITION, {"id": customer_id}).fetchone()[0]


def has_primary(connection: sqlite3.Connection, customer_id: int) -> bool:
    """Tell whether a customer has a main contact."""
    return connection.execute(HAS_PRIMARY, {"id": customer_id}).fetchone() is not None


def owner_of(connection: sqlite3.Connection, customer_id: int) -> int:
    """Return who owns a customer."""
    return connection.execute(OWNER, {"id": customer_id}).fetchone()[0]


def alias_keys_of(connection: sqlite3.Connection, customer_id: int) -> set[str]:
    """Return the folded other names of a customer."""
    return {row[0] for row in connection.execute(ALIAS_KEYS, {"id": customer_id}).fetchall()}


def put_into_job(connection: sqlite3.Connection, change_set: int, job: int) -> None:
    """Make the open set a part of a job."""
    connection.execute(TO_JOB, {"set": change_set, "job": job})


def left_in(connection: sqlite3.Connection, job: int) -> dict[str, list[int]]:
    """Return the rows of the sheet that a job has not written, by kind (new, update)."""
    return json.loads(connection.execute(JOB_COUNTS, {"job": job}).fetchone()[0]).get("left", {})


def note_left(connection: sqlite3.Connection, job: int, left: dict[str, list[int]]) -> None:
    """Note in a job's counts which rows it has not written."""
    counts = json.loads(connection.execute(JOB_COUNTS, {"job": job}).fetchone()[0])
    text = json.dumps(counts | {"left": left}, ensure_ascii=False)
    connection.execute(COUNT_JOB, {"job": job, "counts": text})
