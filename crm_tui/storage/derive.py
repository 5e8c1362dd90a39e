"""Who rewrites derived rows: rooms register writers, and every write calls them before COMMIT."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from crm_tui.storage.driver import sqlite3

Writer = Callable[[sqlite3.Connection, int], None]

_writers: dict[str, list[Writer]] = {}

MOVED = "SELECT DISTINCT entity FROM change WHERE change_set = :set"


def register(entities: Iterable[str], writer: Writer) -> None:
    """Have ``writer(connection, change_set)`` called for each set that moved one of the entities.

    It runs inside the transaction, after the rows moved, and finds them in ``change``. Registering the same
    writer twice changes nothing.
    """
    for entity in entities:
        writers = _writers.setdefault(entity, [])
        if writer not in writers:
            writers.append(writer)


def rewrite(connection: sqlite3.Connection, change_set: int) -> None:
    """Rewrite what is derived from the rows that the set moved."""
    called: set[int] = set()
    for (entity,) in connection.execute(MOVED, {"set": change_set}).fetchall():
        for writer in _writers.get(entity, ()):
            if id(writer) not in called:
                called.add(id(writer))
                writer(connection, change_set)
