"""Rows for any tracked table: the least that its constraints ask for, parents made as they are needed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.triggers import columns, tracked_tables

INSTANT = "2024-05-01T08:00:00Z"
OTHER_INSTANT = "2024-06-02T09:30:00Z"
SKIPPED = ("id", "created_in", "changed_in")
# Values that a CHECK asks for; the second one differs from the first.
CHECKED: dict[tuple[str, str], tuple[Any, Any]] = {
    ("numbering", "scope"): ("day", "year"),
    ("customer", "kind"): ("company", "person"),
    ("customer", "founded_on"): (None, "2001-02-03"),
    ("customer", "first_contact_on"): (None, "2024-02-03"),
    ("customer", "dormant_since"): (None, "2024-02-03"),
    ("customer", "confirmed_at"): (None, OTHER_INSTANT),
    ("customer", "last_verified_at"): (None, OTHER_INSTANT),
    ("customer_alias", "kind"): ("former", "other"),
    ("contact", "is_primary"): (0, 1),
    ("contact", "checked_at"): (None, OTHER_INSTANT),
    ("project", "starts_on"): (None, "2024-02-03"),
    ("project", "ends_on"): (None, "2024-02-03"),
    ("collaborator", "access"): ("read", "edit"),
    ("activity", "at"): (INSTANT, OTHER_INSTANT),
    ("activity", "whole_day"): (0, 1),
    ("activity", "backfilled"): (0, 1),
    ("activity", "origin"): ("manual", "import"),
    ("plan", "due_on"): (None, "2024-02-03"),
    ("plan", "due_at"): (None, OTHER_INSTANT),
    ("plan", "done_at"): (None, OTHER_INSTANT),
    ("plan", "origin"): ("manual", "import"),
    ("plan", "state"): ("todo", "done"),
    ("duplicate_decision", "verdict"): ("different", "related"),
    ("permission", "scope"): ("own", "all"),
    ("substitution", "from_on"): ("2024-02-02", "2024-02-03"),
    ("substitution", "until_on"): ("2024-02-05", "2024-02-04"),
    ("audit", "kind"): ("unmask", "export"),
    ("person", "active"): (1, 0),
    ("word", "active"): (1, 0),
}

Insert = Callable[[str, dict[str, Any]], int]


class Rows:
    """Makes rows by way of ``insert(table, values) -> id``: a change's, or a plain statement."""

    def __init__(self, connection: sqlite3.Connection, insert: Insert) -> None:
        self.connection = connection
        self.insert = insert
        self._counter = itertools.count(1)

    def make(self, table: str, **given: Any) -> int:
        """Insert one row of a table with what it must have, and return its id."""
        values = dict(given)
        parents = self.parents(table)
        for name, kind, required in self._columns(table):
            if name in values:
                continue
            if (table, name) in CHECKED:
                values[name] = CHECKED[table, name][0]
            elif required:
                values[name] = self.make(parents[name]) if name in parents else self.value(kind)
        return self.insert(table, values)

    def other(self, table: str, name: str) -> Any:
        """Return a value that a column may be given in an edit: parents are made, texts are awkward."""
        parents = self.parents(table)
        if name in parents:
            return self.make(parents[name])
        if (table, name) in CHECKED:
            return CHECKED[table, name][1]
        if name == "deleted_at":
            return OTHER_INSTANT
        return self.value({n: k for n, k, _required in self._columns(table)}[name])

    def value(self, kind: str) -> Any:
        """Return a new value of a type: unlike every earlier one."""
        number = next(self._counter)
        return number if kind == "INTEGER" else f"值 {number}'\"\n%"

    def parents(self, table: str) -> dict[str, str]:
        """Return the parent table of each column with a foreign key."""
        keys = self.connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        return {row[3]: row[2] for row in keys}

    def _columns(self, table: str) -> list[tuple[str, str, bool]]:
        info = self.connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
        return [
            (name, kind, bool(required) and default is None)
            for _cid, name, kind, required, default, _key, _hidden in info
            if name not in SKIPPED
        ]


def plain(connection: sqlite3.Connection) -> Rows:
    """Return rows made as another program makes them: plain INSERT statements."""

    def insert(table: str, values: dict[str, Any]) -> int:
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        sql = (
            f"INSERT INTO {table} ({names}) VALUES ({marks})"
            if values
            else f"INSERT INTO {table} DEFAULT VALUES"
        )
        return int(connection.execute(sql, values).lastrowid or 0)

    return Rows(connection, insert)


def snapshot(
    connection: sqlite3.Connection, *, version: bool = False
) -> dict[tuple[str, int], tuple[Any, ...]]:
    """Return every row of every tracked table with the types of its values, without ``changed_in``."""
    rows = {}
    for table in tracked_tables(connection):
        names = [name for name in columns(connection, table) if version or name != "changed_in"]
        for row in connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY id").fetchall():
            rows[table, row[0]] = tuple((name, value) for name, value in zip(names, row, strict=True))
    return rows


def changes(connection: sqlite3.Connection, after: int = 0) -> list[tuple[Any, ...]]:
    """Return what the log holds above a change id: entity, id, op, field, old, new."""
    return connection.execute(
        "SELECT entity, entity_id, op, field, old, new FROM change WHERE id > :after ORDER BY id",
        {"after": after},
    ).fetchall()


def last_change(connection: sqlite3.Connection) -> int:
    """Return the newest change id, 0 when there is none."""
    return connection.execute("SELECT coalesce(max(id), 0) FROM change").fetchone()[0]
