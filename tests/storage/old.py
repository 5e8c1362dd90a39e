"""Files of older versions, made from the kept fixtures."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.schema import VERSION

FOLDER = Path(__file__).parent / "fixtures"
OLDER = range(1, VERSION)
NUMBERS = "sqlite_sequence"
WHO = "wang"


def old_file(path: Path, version: int = 1) -> Path:
    """Write the database of an older version to a path and return that."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript((FOLDER / f"v{version}.sql").read_text("utf-8"))
    finally:
        connection.close()
    return path


def content(
    connection: sqlite3.Connection, like: sqlite3.Connection | None = None
) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables but the notes of upkeep, with the columns that ``like`` has."""
    like = like or connection
    find = "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
    names = [row[0] for row in like.execute(find)]
    found = {}
    for name in names:
        if name != "upkeep":
            columns = ", ".join(row[1] for row in like.execute(f"PRAGMA table_info({name})"))
            rows = connection.execute(f"SELECT {columns} FROM {name}").fetchall()
            # A migration may begin tables of its own, and their numbers.
            found[name] = sorted((one for one in rows if name != NUMBERS or one[0] in names), key=repr)
    return found


def unlike_old(connection: sqlite3.Connection, version: int = 1) -> list[str]:
    """Return which tables do not hold, in the columns they had, what the file of an old version holds."""
    with closing(sqlite3.connect(":memory:")) as old:
        old.executescript((FOLDER / f"v{version}.sql").read_text("utf-8"))
        rows, now = content(old), content(connection, old)
    return [f"rows of {name} differ" for name in rows if now.get(name) != rows[name]]
