"""Which tables hang on a record, asked of the schema itself, and moving their rows to another record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import NamedTuple

from crm_tui.storage.change import Change
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

ALL_KEYS = (
    "SELECT m.name, k.'from', k.'table', k.'to' FROM main.sqlite_master m"
    " JOIN pragma_foreign_key_list(m.name, 'main') k"
    " WHERE m.type = 'table' AND m.rootpage > 0"
)
KEYS = "SELECT * FROM pragma_foreign_key_list(:table, 'main')"
LOGGED = "SELECT 1 FROM main.sqlite_master WHERE type = 'trigger' AND name = :table || '_updated'"
INDEXES = "SELECT * FROM pragma_index_list(:table, 'main')"
INDEX = "SELECT sql FROM main.sqlite_master WHERE type = 'index' AND name = :index"
PARTS = "SELECT name FROM pragma_index_info(:index, 'main')"


class Key(NamedTuple):
    """A unique key that holds the reference: its other columns; ``live``: removed rows do not count."""

    others: tuple[str, ...]
    live: bool


class Child(NamedTuple):
    """A column of a table that refers to a record.

    ``tracked``: its changes are in the history. ``live``: only rows that are not removed can be looked up
    by it; the others would have to be searched for in the whole table.
    """

    table: str
    column: str
    tracked: bool
    live: bool = False
    keys: tuple[Key, ...] = ()


def children_of(connection: sqlite3.Connection, parent: str) -> list[Child]:
    """Return every column whose foreign key leads to ``parent``, its own too, by name of the table.

    A table that was added later is among them, whoever added it.
    """
    found = []
    for table, column, target, to in sorted(connection.execute(ALL_KEYS).fetchall(), key=itemgetter(0)):
        if target.lower() != parent or to not in (None, "id"):
            continue
        tracked = connection.execute(LOGGED, {"table": table}).fetchone() is not None
        indexes = list(_indexes(connection, table, column))
        live = all(each.live for each in indexes if each.first)
        keys = tuple(Key(each.others, each.live) for each in indexes if each.unique)
        found.append(Child(table, column, tracked, live, keys))
    return found


def references_to(
    connection: sqlite3.Connection, parent: str, tables: Iterable[str]
) -> list[tuple[str, str]]:
    """Return of these tables each with the column whose foreign key leads to ``parent``; a reader may ask."""
    return [
        (table, column)
        for table in tables
        for _id, _seq, target, column, to, *_rest in connection.execute(KEYS, {"table": table}).fetchall()
        if target.lower() == parent and to in (None, "id")
    ]


class _Index(NamedTuple):
    unique: bool
    live: bool
    first: bool
    others: tuple[str, ...]


def _indexes(connection: sqlite3.Connection, table: str, column: str) -> Iterator[_Index]:
    """Yield the indexes with a column; one with an expression forbids what the file itself refuses."""
    for _seq, index, unique, _origin, partial in connection.execute(INDEXES, {"table": table}).fetchall():
        parts = [row[0] for row in connection.execute(PARTS, {"index": index}).fetchall()]
        if column in parts and None not in parts:
            sql = connection.execute(INDEX, {"index": index}).fetchone()[0] if partial else ""
            others = tuple(name for name in parts if name != column)
            yield _Index(unique == 1, "deleted_at" in sql, parts[0] == column, others)


COUNT = "SELECT count(*) FROM {table} WHERE {column} = :old"
MOVE = "UPDATE {table} SET {column} = :new, changed_in = :set WHERE {column} = :old AND {which}"
# Rows that the same set has removed stay where they were.
WHICH = {True: "deleted_at IS NULL", False: "(deleted_at IS NULL OR changed_in <> :set)"}
TAKEN = "EXISTS (SELECT 1 FROM {table} o WHERE o.{column} = :new AND o.id <> {table}.id{same})"
REMOVE = (
    "UPDATE {table} SET deleted_at = :now, changed_in = :set WHERE {column} = :old AND deleted_at IS NULL"
)


def count(connection: sqlite3.Connection, child: Child, row_id: int) -> int:
    """Return how many rows hang on a record, removed ones too."""
    sql = _named(COUNT, child)
    return connection.execute(sql, {"old": row_id}).fetchone()[0]


LIVE = (
    "SELECT {column}, count(*) FROM {table} WHERE {column} IN ({ids}) AND deleted_at IS NULL"
    " GROUP BY {column}"
)


def counts(connection: sqlite3.Connection, table: str, column: str, ids: Iterable[int]) -> dict[int, int]:
    """Return by record how many live rows of a table with history hang on it, those without left out."""
    return dict(query_in(connection, _named(LIVE, Child(table, column, True)), ids))


def move(change: Change, child: Child, old: int, new: int) -> None:
    """Let the rows of a tracked table that hang on one record hang on another.

    Where a unique key has the other's row already, that counts: the moved one is soft-deleted and stays.
    """
    params = {"old": old, "new": new, "set": change.set_id}
    sql = _named(MOVE, child).replace("{which}", WHICH[child.live])
    for key in child.keys:
        same = "".join(
            f" AND o.{_quoted(name)} = {_quoted(child.table)}.{_quoted(name)}" for name in key.others
        )
        same += " AND o.deleted_at IS NULL" if key.live else ""
        taken = _named(TAKEN, child).replace("{same}", same)
        change.execute(f"{_named(REMOVE, child)} AND {taken}", {**params, "now": change.now})
        if not key.live:
            sql += f" AND NOT {taken}"
    change.execute(sql, params)


def _named(sql: str, child: Child) -> str:
    return sql.replace("{table}", _quoted(child.table)).replace("{column}", _quoted(child.column))


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
