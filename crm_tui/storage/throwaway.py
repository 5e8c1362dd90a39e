"""Writing a file that nobody misses if the machine stops meanwhile."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from crm_tui.storage.driver import sqlite3


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
