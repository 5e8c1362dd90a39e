"""Derived rows held against a fresh build: every customer written anew, from the tables alone.

The search index is held against the documents, gram by gram.
"""

from __future__ import annotations

from typing import Any

from crm_tui.search import checking
from crm_tui.search.index import READY, state
from crm_tui.session import register_derived
from crm_tui.storage import derive
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.triggers import columns

DERIVED = ("customer_state", "contact_key")

register_derived()


def derived(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return what is derived, by table; ids that only number the rows are left out."""
    found = {}
    for table in DERIVED:
        names = ", ".join(name for name in columns(connection, table) if name != "id")
        found[table] = sorted(connection.execute(f"SELECT {names} FROM {table}").fetchall(), key=repr)
    return found


def fresh(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return what a fresh build would derive; nothing of it stays."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for table in DERIVED:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("INSERT INTO change_set (action, source) VALUES ('test', 'test')")
        newest = connection.execute("SELECT max(id) FROM change_set").fetchone()[0]
        connection.execute(
            "INSERT INTO change (change_set, entity, entity_id, op)"
            " SELECT :set, 'customer', id, 'insert' FROM customer",
            {"set": newest},
        )
        derive.rewrite(connection, newest)
        return derived(connection)
    finally:
        connection.execute("ROLLBACK")


def assert_fresh(connection: sqlite3.Connection) -> None:
    """Assert that what is derived is what a fresh build would give, and that nothing waits to be written."""
    assert connection.execute("SELECT count(*) FROM stale").fetchone() == (0,)
    assert derived(connection) == fresh(connection)
    assert state(connection).kind == READY
    assert checking.differing(connection) == []
