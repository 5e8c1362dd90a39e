"""Writing a file that nobody misses if the machine stops meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from crm_tui.storage.driver import sqlite3

CACHE_KIB = 256 * 1024
INDEXES = (
    "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
)
FIRST = "SELECT name FROM pragma_index_info(:index) WHERE seqno = 0"
# Every written row is looked up by these, for its derived rows or as what another one refers to; their
# entries come in order, or hardly ever.
LOOKED_UP = (
    "customer_id", "no", "no_sort", "merged_into", "contact_id", "tag_id", "activity_id", "after_plan_id",
)  # fmt: skip
LOGGED = ("change", "change_set")


@contextmanager
def unhurried(connection: sqlite3.Connection) -> Generator[None]:
    """Let commits not wait for the disk, for a file that is deleted when making it fails.

    Afterwards every commit waits again, the closing checkpoint included.
    """
    connection.execute("PRAGMA synchronous=OFF")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous=FULL")


@contextmanager
def filled_at_once(
    connection: sqlite3.Connection, progress: Callable[[int, int], None] | None = None
) -> Generator[None]:
    """Let a file be filled with a million rows that nobody else has opened and that is deleted on a failure.

    Indexes whose entries would come in any order are made when all rows are there, ``progress(done, total)``
    of them, and meanwhile no log is written ahead. Tables and triggers stay as they are, so the history is
    complete. After a failure the file is good for nothing.
    """
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    connection.execute("PRAGMA journal_mode=MEMORY").fetchone()
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB:d}")
    later = _scattered(connection)
    with unhurried(connection):
        for name, _sql in later:
            connection.execute(f"DROP INDEX {name}")
        yield
        for done, (_name, sql) in enumerate(later):
            if progress:
                progress(done, len(later))
            connection.execute(sql)
        connection.execute(f"PRAGMA journal_mode={mode}").fetchone()


def _scattered(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    found = []
    for name, table, sql in connection.execute(INDEXES).fetchall():
        first = connection.execute(FIRST, {"index": name}).fetchone()[0]
        if table not in LOGGED and first not in LOOKED_UP and not sql.startswith("CREATE UNIQUE"):
            found.append((name, sql))
    return found
