"""What a file can be asked about its own soundness: each question one reading on an unscoped connection."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from crm_tui.storage.canonical import differing
from crm_tui.storage.connection import connect
from crm_tui.storage.diagnosis import is_busy
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.in_time import at_most
from crm_tui.storage.manifest import quoted, table_names
from crm_tui.storage.schema import schema_text
from crm_tui.storage.triggers import tracked_tables

MOST = 20
MOMENT = 500  # milliseconds
PAGES = "PRAGMA integrity_check"
# How SQLite begins what it says of the search index, from 3.44 on.
OF_INDEX = (
    *("fts5: ", "vtable constructor failed"),
    *("malformed inverted index", "unable to validate the inverted index"),
)
LOGGED = "SELECT entity, op, count(*) FROM change WHERE op <> 'update' GROUP BY entity, op"
COUNT = "SELECT count(*) FROM {table}"
# Written by an upgrade: such rows have no history. What other programs write is given a set by triggers.
UPGRADED = "SELECT count(*) FROM {table} WHERE created_in = 0"
AHEAD = "SELECT count(*) FROM {table} WHERE changed_in > :newest OR created_in > :newest"
NEWEST = "SELECT coalesce(max(id), 0), max(at) FROM change_set"
COMPACTED = "SELECT coalesce(max(through), 0) FROM compacted"
UNSEALED = "SELECT count(*) FROM change_set WHERE chain IS NULL"
STALE = "SELECT count(*) FROM stale"
UNFINISHED = "SELECT id, kind, title, started_at, person_id FROM job WHERE state = 'publishing' ORDER BY id"


class Unfinished(NamedTuple):
    """A large change that was begun and not ended: running now, or left behind by a process that died."""

    job: int
    kind: str
    title: str
    started_at: str
    person_id: int


def damage(connection: sqlite3.Connection) -> list[str]:
    """Return what SQLite finds wrong in the pages and indexes, in its own words; nothing when all is well.

    What the search index holds does not count: it is made of other rows, and made anew from them.
    """
    try:
        rows = connection.execute(f"{PAGES}({MOST:d})").fetchall()
    except sqlite3.DatabaseError as error:
        if not str(error).startswith(OF_INDEX):
            raise
        names = table_names(connection)
        rows = [row for name in names for row in connection.execute(f"{PAGES}({quoted(name)})").fetchall()]
    return [row[0] for row in rows if row[0] != "ok" and not row[0].startswith(OF_INDEX)]


def is_damaged(path: Path) -> bool:
    """Tell whether SQLite finds anything wrong in a file within a moment; False when there is none.

    No longer: without a write-ahead log everybody's saves wait meanwhile.
    """
    try:
        if not path.is_file():
            return False
        connection = connect(path, read_only=True)
        try:
            with at_most(connection, MOMENT):
                return bool(damage(connection))
        finally:
            connection.close()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return not is_busy(error)
    except OSError:  # TimeoutError too: nothing was found until then
        return False


def orphans(connection: sqlite3.Connection) -> list[tuple[str, int, str]]:
    """Return (table, id, missing parent table) of rows whose parent is not there, at most 20."""
    cursor = connection.execute("PRAGMA foreign_key_check")
    rows = cursor.fetchmany(MOST)
    cursor.close()
    return [(row[0], row[1], row[2]) for row in rows]


def unlogged(connection: sqlite3.Connection) -> dict[str, int]:
    """Return by table how many rows it holds more (or fewer: negative) than the history accounts for.

    A row that another program replaced leaves no deletion in the history (change-sets, part 2). Empty also
    where old history was compacted, which makes the count impossible.
    """
    if connection.execute(COMPACTED).fetchone()[0]:
        return {}
    logged: dict[str, int] = {}
    for entity, op, count in connection.execute(LOGGED).fetchall():
        logged[entity] = logged.get(entity, 0) + (count if op == "insert" else -count)
    found = {}
    for table in tracked_tables(connection):
        held = connection.execute(COUNT.format(table=table)).fetchone()[0]
        odd = held - logged.get(table, 0)
        if odd and (odd := odd - connection.execute(UPGRADED.format(table=table)).fetchone()[0]):
            found[table] = odd
    return found


def ahead(connection: sqlite3.Connection) -> dict[str, int]:
    """Return by table how many rows name a change set that is not there."""
    newest = connection.execute(NEWEST).fetchone()[0]
    counts = {
        table: connection.execute(AHEAD.format(table=table), {"newest": newest}).fetchone()[0]
        for table in tracked_tables(connection)
    }
    return {table: count for table, count in counts.items() if count}


def newest_at(connection: sqlite3.Connection) -> str:
    """Return the latest instant that a change set carries, '' when there is none."""
    return connection.execute(NEWEST).fetchone()[1] or ""


def outside(connection: sqlite3.Connection) -> int:
    """Return how many edits by other programs wait to be dated and sealed."""
    return connection.execute(UNSEALED).fetchone()[0]


def waiting(connection: sqlite3.Connection) -> int:
    """Return how many rows wait for their derived rows to be written anew."""
    return connection.execute(STALE).fetchone()[0]


def unfinished(connection: sqlite3.Connection) -> list[Unfinished]:
    """Return the large changes that were begun and not ended."""
    return [Unfinished(*row) for row in connection.execute(UNFINISHED).fetchall()]


def journal(connection: sqlite3.Connection) -> str:
    """Return the mode in which the file keeps its journal: wal, or another."""
    return connection.execute("PRAGMA journal_mode").fetchone()[0]


def odd_schema(connection: sqlite3.Connection) -> list[str]:
    """Return the tables, indexes, triggers and views that are missing or not as schema.sql has them.

    A missing search index is not among them: it is made anew.
    """
    wanted = sqlite3.connect(":memory:")
    try:
        wanted.executescript(schema_text())
        names = differing(connection, wanted)
        return [name for name in names if name != "customer_gram"]
    finally:
        wanted.close()
