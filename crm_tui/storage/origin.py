"""What tells one database, and one record in it, from another: where its history begins."""

from __future__ import annotations

from crm_tui.storage.driver import sqlite3

FIRST = "SELECT at, chain FROM change_set ORDER BY id LIMIT 1"
MADE = "SELECT at, chain FROM change_set WHERE id = :set"
SINCE = "SELECT 1 FROM change_set WHERE id > :set AND actor = :actor AND undoes IS NULL LIMIT 1"


def origin(reader: sqlite3.Connection) -> str:
    """Return a text that a database keeps when it is moved, copied or restored; '' before its first set."""
    row = reader.execute(FIRST).fetchone()
    return f"{row[0]} {(row[1] or b'').hex()}" if row else ""


def stamp(reader: sqlite3.Connection, set_id: int) -> str:
    """Return a text that names a change set for good; '' when the file does not hold it (any more).

    After a restore the same number may be given to another set.
    """
    row = reader.execute(MADE, {"set": set_id}).fetchone()
    return f"{set_id} {row[0]} {(row[1] or b'').hex()[:16]}" if row else ""


def has_written(reader: sqlite3.Connection, person_id: int, since: int) -> bool:
    """Tell whether a person wrote anything after the change set ``since``."""
    return reader.execute(SINCE, {"set": since, "actor": person_id}).fetchone() is not None
