"""The parts of the index merged in small steps, each a transaction of its own: a query asks every part.

Every save that moves what is searched leaves a part of its own. SQLite merges none of them by itself
(schema.sql), for it would do so in the middle of somebody's save.
"""

from __future__ import annotations

from crm_tui.search import store_index as store
from crm_tui.storage.driver import sqlite3

PAGES = 32  # of 4 kB, that one step writes
JOINED_PAGES = 1024
SECOND_FORM = b"\xff\x00\x00\x01"


def parts(connection: sqlite3.Connection) -> int:
    """Return in how many parts the index lies; 0 when that cannot be read."""
    try:
        block = store.one(connection, store.STRUCTURE)
    except sqlite3.Error:
        return 0
    return _number(block[0][4:].removeprefix(SECOND_FORM), 1) if block else 0


def _number(data: bytes, which: int) -> int:
    """Return one of a row of numbers in SQLite's variable length: 7 bits a byte, the highest first."""
    value, seen = 0, 0
    for byte in data[:20]:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            if seen == which:
                return value
            value, seen = 0, seen + 1
    return 0


def merge(connection: sqlite3.Connection, steps: int = 1) -> bool:
    """Merge a little, in a transaction without history, and return whether there was anything to merge."""
    return merge_pages(connection, PAGES * steps)


def merge_pages(connection: sqlite3.Connection, pages: int) -> bool:
    """Merge until so many pages of 4 kB are written (below 0: all parts into one); tell whether any were."""
    before = connection.total_changes
    store.run(connection, store.MERGE, {"pages": pages})
    return connection.total_changes - before > 1


def join(connection: sqlite3.Connection) -> bool:
    """Merge a little of all parts into one and return whether more is to do; calls follow each other."""
    return merge_pages(connection, -JOINED_PAGES)
