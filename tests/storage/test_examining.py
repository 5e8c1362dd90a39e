"""A large copy is looked at by two at once, and nothing escapes them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from crm_tui.storage import examining
from crm_tui.storage.connection import connect
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.examining import examine

WRONG = {
    "an index that holds other values": (
        "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, '(name_key', '(no_sort')"
        " WHERE name = 'customer_name_key';"
    ),
    "a row that refers to nothing": (
        "PRAGMA foreign_keys=OFF; UPDATE customer SET owner_id = 999999 WHERE id = 1;"
    ),
}


@pytest.fixture
def path(plain: Path) -> Path:
    with closing(connect(plain)) as connection:
        connection.execute("CREATE TABLE own (key TEXT PRIMARY KEY) WITHOUT ROWID")
    return plain


def test_two_find_what_one_finds(path, monkeypatch):
    alone = examine(path)
    monkeypatch.setattr(examining, "LARGE_BYTES", 0)
    looked = []
    assert examine(path, lambda: looked.append(1)) == alone
    assert alone.tables["customer"] == 3


@pytest.mark.parametrize("size", [0, 1 << 40])
@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_found(path, monkeypatch, what, size):
    with closing(sqlite3.connect(path)) as plain:
        plain.executescript(WRONG[what])
    monkeypatch.setattr(examining, "LARGE_BYTES", size)
    with pytest.raises(sqlite3.DatabaseError, match="malformed"):
        examine(path)


def test_it_can_be_stopped(path, monkeypatch):
    monkeypatch.setattr(examining, "LARGE_BYTES", 0)
    monkeypatch.setattr(examining, "STEPS", 1)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine(path, stop)
