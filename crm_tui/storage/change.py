"""The open change that services write through: one transaction, one set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from crm_tui import clock
from crm_tui.storage import merging
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.faults import Move

Write = TypeVar("Write", bound=Callable[..., Any])


def action(name: str) -> Callable[[Write], Write]:
    """Name the action of a service's write function, as the log and the interface show it."""

    def mark(function: Write) -> Write:
        function.action = name  # ty: ignore[missing-attribute]
        return function

    return mark


class Change:
    """What a write function is given: the open transaction, its set, the actor and the moment.

    On ``execute`` table names mean the real tables, deleted rows included. Tables and columns handed to
    ``insert`` and ``update`` come from the code or from a pydantic model, never from a user.
    """

    def __init__(self, connection: sqlite3.Connection, set_id: int, actor: int, source: str) -> None:
        self.connection = connection
        self.set_id = set_id
        self.actor = actor
        self.source = source
        self.now = clock.instant()
        self.merged: list[Move] = []  # what others had moved in records that this change saved over

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> sqlite3.Cursor:
        """Run one statement with named parameters."""
        return self.connection.execute(sql, params or {})

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self.connection.execute(sql, params or {}).fetchall()

    def one(self, sql: str, params: Mapping[str, Any] | None = None) -> tuple[Any, ...] | None:
        """Return the first row of a query or None."""
        return self.connection.execute(sql, params or {}).fetchone()

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Insert one row of a tracked table and return its id."""
        names = list(values)
        row = {**values, "created_in": self.set_id, "changed_in": self.set_id}
        cursor = self.connection.execute(_insert(table, names), row)
        return int(cursor.lastrowid or 0)

    def insert_many(self, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows of a tracked table; each row holds the values of ``names`` in order."""
        # The number of the set is no part of the text: each part of a job would compile it with its triggers.
        marks = ", ".join("?" for _name in names)
        sql = (
            f"INSERT INTO {_name(table)} ({', '.join(map(_name, names))}, created_in, changed_in)"
            f" VALUES ({marks}, ?, ?)"
        )
        self.connection.executemany(sql, ((*row, self.set_id, self.set_id) for row in rows))

    def update(self, table: str, row_id: int, values: Mapping[str, Any], seen: int | None = None) -> bool:
        """Update the fields that differ and return whether any did.

        ``seen`` is the ``changed_in`` that the caller read. What others moved since in other columns stays,
        and ``merged`` tells it. Give all columns of an edited field and no others. Raises FieldConflict when
        others moved one of these columns to another value, RecordGone when the record or its customer is not
        there any more, StaleVersion when it is to be put away and has moved at all or when the log does not
        reach back to ``seen``.
        """
        names = list(values)
        current = self.connection.execute(
            f"SELECT {', '.join(map(_name, ('changed_in', *names)))} FROM {_name(table)} WHERE id = :id",
            {"id": row_id},
        ).fetchone()
        if seen is not None:
            self._merge(table, row_id, values, seen, moved=current is None or current[0] != seen)
        elif current is None:
            raise merging.gone(self.connection, table, row_id, None)
        moved = [
            name for name, old in zip(names, current[1:], strict=True) if not merging.same(values[name], old)
        ]
        if not moved:
            return False
        self.connection.execute(
            f"UPDATE {_name(table)} SET {', '.join(f'{_name(n)} = :{n}' for n in moved)}, changed_in = :set_"
            " WHERE id = :id_",
            {**{name: values[name] for name in moved}, "set_": self.set_id, "id_": row_id},
        )
        return True

    def update_many(self, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Update many rows of a tracked table: each holds the values of ``names`` in order, then its id.

        Nothing is compared: the caller has read the rows inside this change and hands over those that differ.
        """
        values = ", ".join(f"{_name(name)} = ?" for name in names)
        sql = f"UPDATE {_name(table)} SET {values}, changed_in = ? WHERE id = ?"
        self.connection.executemany(sql, ((*row[:-1], self.set_id, row[-1]) for row in rows))

    def _merge(self, table: str, row_id: int, values: Mapping[str, Any], seen: int, *, moved: bool) -> None:
        """Hold a save against what others did to the record since ``seen``."""
        row = merging.read(self.connection, table, row_id) if moved else None
        if moved and (row is None or row["deleted_at"] is not None):
            raise merging.gone(self.connection, table, row_id, row)
        merging.require_owner(self.connection, table, row_id)
        if row is None:
            return
        if "deleted_at" in values:
            raise merging.moved_by(self.connection, table, row_id)
        others = merging.since(self.connection, table, row, seen, self.set_id)
        merging.check(self.connection, table, row, values, others)
        self.merged += others.moved.values()

    def soft_delete(self, table: str, row_id: int, seen: int | None = None) -> bool:
        """Mark a row as deleted, a customer as archived; it stays in the file and undo brings it back."""
        gone = {"gone": "archived"} if table == "customer" else {}
        return self.update(table, row_id, {"deleted_at": self.now, **gone}, seen)


def _name(identifier: str) -> str:
    if not identifier.isidentifier() or not identifier.isascii():
        raise ValueError(f"not a column or table: {identifier!r}")
    return identifier


def _insert(table: str, names: Sequence[str]) -> str:
    return (
        f"INSERT INTO {_name(table)} ({', '.join(map(_name, names))}, created_in, changed_in)"
        f" VALUES ({', '.join(':' + name for name in names)}, :created_in, :changed_in)"
    )
