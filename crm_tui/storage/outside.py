"""Edits by other programs: dated, sealed, and what is derived from them written anew."""

from __future__ import annotations

from crm_tui.storage import chain, derive
from crm_tui.storage.driver import sqlite3

DONE = "DELETE FROM stale"


def settle(connection: sqlite3.Connection, now: str) -> int:
    """Take the edits from outside into the history and return how many; call it in a transaction."""
    sets = chain.seal_outside(connection, now)
    for each in sets:
        derive.rewrite(connection, each)
    if sets:
        connection.execute(DONE)
    return len(sets)
