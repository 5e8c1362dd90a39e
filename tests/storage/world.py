"""Short ways to write the few kinds of rows that the tests of storage are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm_tui.access.scope import scope
from crm_tui.storage import chain
from crm_tui.storage.change import Change
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from tests.access.policies import whole

OWNER = {"login": "li", "login_key": "li", "name": "李雷", "name_key": "李雷", "role": "administrator"}


def customer(change: Change, no: str, **values: Any) -> int:
    """Insert a customer of person 1."""
    row = {"kind": "company", "no": no, "no_sort": no, "name": f"客户{no}", "owner_id": 1, **values}
    return change.insert("customer", row)


def contact(change: Change, customer_id: int, name: str = "王芳", **values: Any) -> int:
    """Insert a contact of a customer."""
    return change.insert("contact", {"customer_id": customer_id, "name": name, **values})


def note(row: int, text: Any) -> Callable[[Change], bool]:
    """Return a write that changes the note of a customer."""
    return lambda change: change.update("customer", row, {"note": text})


def saved(database: Database, fn: Any, action: str = "customer.update", **keywords: Any) -> int:
    """Run ``fn`` as one set of person 1 and return the set; it must have moved something."""
    result = database.write(1, action, fn, **keywords)
    assert result.set_id is not None
    return result.set_id


def field(database: Database, table: str, row_id: int, name: str) -> Any:
    """Return one value of one row, None when the row is gone."""
    row = database.connection.execute(f"SELECT {name} FROM {table} WHERE id = :id", {"id": row_id}).fetchone()
    return row[0] if row else None


def assert_sound(connection: sqlite3.Connection) -> None:
    """Assert what must hold after any history: chain, foreign keys, pages, no set left open."""
    assert chain.verify(connection) is None
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    orphans = "SELECT count(*) FROM change WHERE change_set NOT IN (SELECT id FROM change_set)"
    assert connection.execute(orphans).fetchone() == (0,)


def seen(db: Database) -> sqlite3.Connection:
    """Return a reading connection of somebody who sees everything."""
    return scope(db.connect_reader(), whole(1))
