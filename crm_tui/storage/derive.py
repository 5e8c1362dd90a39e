"""Who rewrites derived rows: rooms register writers, and every write calls them before COMMIT."""

import json
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

Writer = Callable[[sqlite3.Connection, int], None]
States = Mapping[int, Sequence[Any]]


class Document(NamedTuple):
    """What is searched of a customer before and after a write: the text (None: there is none), its holder.

    ``tokens`` are those of the new text, blanks between them, where they were made ahead; it had not yet the
    lines of ``rest``, which share none with the others.
    """

    customer_id: int
    old: str | None
    new: str | None
    old_holder: int | None
    new_holder: int | None
    tokens: str = ""
    rest: str = ""


class Index(NamedTuple):
    """Who keeps the search index.

    ``write(connection, documents)`` brings it after documents that moved, in order of their ids; ``parts``
    tells in how many parts it lies, ``merge(connection, steps)`` merges some and tells whether any were.
    """

    write: Callable[[sqlite3.Connection, Sequence[Document]], None]
    parts: Callable[[sqlite3.Connection], int]
    merge: Callable[[sqlite3.Connection, int], bool]


_index: list[Index] = []
_without_index: set[int] = set()

_writers: dict[str, list[Writer]] = {}
_loads: list[Callable[[], None]] = []


def register(entities: Iterable[str], writer: Writer, load: Callable[[], None] | None = None) -> None:
    """Have ``writer(connection, change_set)`` called for each set that moved one of the entities.

    It runs inside the transaction, after the rows moved, and finds them in ``change``. ``load`` brings in the
    modules and tables that the writer needs. Registering the same writer twice changes nothing.
    """
    if load is not None:
        _loads.append(load)
    for entity in entities:
        writers = _writers.setdefault(entity, [])
        if writer not in writers:
            writers.append(writer)


def register_index(keeper: Index) -> None:
    """Have the search index kept by ``keeper``: called by every write, inside its transaction."""
    _index[:] = [keeper]


def index(connection: sqlite3.Connection, change_set: int, documents: Sequence[Document]) -> None:
    """Bring the search index after documents that moved, in the same transaction; once for each write.

    That happens after the last writer.
    """
    moved = _current.get((id(connection), change_set))
    if moved is None:
        _write_index(connection, documents)
    else:
        moved.documents.extend(documents)


def _write_index(connection: sqlite3.Connection, documents: Sequence[Document]) -> None:
    if documents and _index and id(connection) not in _without_index:
        _index[0].write(connection, documents)


def merge_due(connection: sqlite3.Connection, most: int) -> Callable[[sqlite3.Connection, int], bool] | None:
    """Return what merges a little of the search index, None while it lies in no more than ``most`` parts."""
    return _index[0].merge if _index and _index[0].parts(connection) > most else None


@contextmanager
def without_index(connection: sqlite3.Connection) -> Generator[None]:
    """Leave the search index as it is while rows are derived that stay nowhere."""
    _without_index.add(id(connection))
    try:
        yield
    finally:
        _without_index.discard(id(connection))


def need(loader: Callable[[], None]) -> None:
    """Have ``loader`` called before the next write: it brings in the rooms that register writers."""
    if loader not in _loads:
        _loads.append(loader)


def load() -> None:
    """Load once what the writers need; before a write takes its lock, for all the others wait for that."""
    while _loads:
        _loads.pop()()


class _Moved:
    """What one set did to each entity: rows added or removed, rows by moved column, parents, images."""

    def __init__(self, connection: sqlite3.Connection, change_set: int) -> None:
        self.whole: dict[str, set[int]] = {}
        self.columns: dict[str, dict[str, set[int]]] = {}
        self.parents: dict[str, set[int]] = {}
        self.documents: list[Document] = []
        self.states: list[tuple[tuple[str, ...], dict[int, Sequence[Any]]]] = []
        self._customers: dict[tuple[str, frozenset[int]], list[int]] = {}
        for entity, row_id, op, name, old, new in connection.execute(LOG, {"set": change_set}).fetchall():
            by_column = self.columns.setdefault(entity, {})
            if op == "update":
                by_column.setdefault(name, set()).add(row_id)
            else:
                self.whole.setdefault(entity, set()).add(row_id)
            if op == "update" and name == "customer_id":
                self.parents.setdefault(entity, set()).update((old, new))
            elif op == "delete":
                self.parents.setdefault(entity, set()).add(json.loads(old).get("customer_id"))
        for parents in self.parents.values():
            parents.discard(None)

    def ids(self, entity: str, columns: Collection[str] | None) -> set[int]:
        """Return the rows that were added, removed, or moved in one of the columns (None: in any)."""
        found = set(self.whole.get(entity, ()))
        for name, ids in self.columns.get(entity, {}).items():
            if columns is None or name in columns or name == "customer_id":
                found |= ids
        return found

    def customers(self, connection: sqlite3.Connection, entity: str, ids: set[int]) -> list[int]:
        """Return in whose files some rows stand that went to no other; several writers ask the same."""
        ids = ids - self.columns.get(entity, {}).get("customer_id", set())
        key = entity, frozenset(ids)
        if key not in self._customers:
            sql = READ_BY.get(entity) or PARENTS.replace("{child}", entity)
            self._customers[key] = [row[0] for row in query_in(connection, sql, sorted(ids))]
        return self._customers[key]


# What the set that is being written moved, read once for all writers.
_current: dict[tuple[int, int], _Moved] = {}


def rewrite(connection: sqlite3.Connection, change_set: int) -> None:
    """Rewrite what is derived from the rows that the set moved."""
    moved = _Moved(connection, change_set)
    _current[id(connection), change_set] = moved
    called: set[int] = set()
    try:
        for entity in moved.columns:
            for writer in _writers.get(entity, ()):
                if id(writer) not in called:
                    called.add(id(writer))
                    writer(connection, change_set)
        _write_states(connection, moved.states)
        _write_index(connection, moved.documents)
    finally:
        del _current[id(connection), change_set]


def put_states(connection: sqlite3.Connection, change_set: int, names: tuple[str, ...], rows: States) -> None:
    """Have columns of ``customer_state`` written by customer, all writers' in one row of one statement.

    That happens after the last writer; a customer without a row gets one. Each names its own columns.
    """
    moved = _current.get((id(connection), change_set))
    if moved is None:
        _write_states(connection, [(names, rows)])
        return
    for known, held in moved.states:
        if known == names:
            held.update(rows)
            return
    moved.states.append((names, dict(rows)))


def _write_states(connection: sqlite3.Connection, states: Sequence[tuple[tuple[str, ...], States]]) -> None:
    wanted: dict[int, tuple[int, ...]] = {}
    for at, (_names, rows) in enumerate(states):
        for customer_id in rows:
            wanted[customer_id] = (*wanted.get(customer_id, ()), at)
    for which in dict.fromkeys(wanted.values()):
        names = [name for at in which for name in states[at][0]]
        sql = (
            f"INSERT INTO customer_state (customer_id, {', '.join(names)})"
            f" VALUES (?{', ?' * len(names)}) ON CONFLICT (customer_id) DO UPDATE SET "
            + ", ".join(f"{name} = excluded.{name}" for name in names)
            # A row that stays as it is would have its pages and those of its indexes written all the same.
            + " WHERE "
            + " OR ".join(f"customer_state.{name} IS DISTINCT FROM excluded.{name}" for name in names)
        )
        ids = sorted(one for one, at in wanted.items() if at == which)
        parts = [states[at][1] for at in which]
        connection.executemany(sql, [(one, *(value for part in parts for value in part[one])) for one in ids])


LOG = (
    "SELECT entity, entity_id, op, field,"
    " CASE WHEN op = 'delete' OR field = 'customer_id' THEN old END,"
    " CASE WHEN field = 'customer_id' THEN new END"
    " FROM change WHERE change_set = :set"
)
# Rows that stand in no customer's file, and the customers whose derived rows read them.
READ_BY = {"tag": "SELECT DISTINCT customer_id FROM tag_link WHERE tag_id IN ({ids})"}
PARENTS = "SELECT DISTINCT customer_id FROM {child} WHERE customer_id IS NOT NULL AND id IN ({ids})"


def _of(connection: sqlite3.Connection, change_set: int) -> _Moved:
    return _current.get((id(connection), change_set)) or _Moved(connection, change_set)


def handed_over(
    connection: sqlite3.Connection, change_set: int, entity: str, columns: Collection[str]
) -> set[int]:
    """Return the rows that a set gave to another customer, and moved in none of the columns."""
    moved = _of(connection, change_set)
    names = moved.columns.get(entity, {})
    found = set(names.get("customer_id", ())) - moved.whole.get(entity, set())
    return found.difference(*(names.get(name, ()) for name in columns))


def customers_of(
    connection: sqlite3.Connection, change_set: int, matters: Mapping[str, Collection[str] | None]
) -> list[int]:
    """Return the customers that a set touched, directly or through a child row, removed rows included.

    ``matters`` gives by entity the columns that matter (None: all do); what was added or removed always does.
    """
    found: set[int] = set()
    moved = _of(connection, change_set)
    for entity, columns in matters.items():
        ids = moved.ids(entity, columns)
        if not ids:
            continue
        if entity == "customer":
            found |= ids
            continue
        found.update(moved.customers(connection, entity, ids))
        found |= moved.parents.get(entity, set())
    return sorted(found)
