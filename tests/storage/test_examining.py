"""A large copy is looked at by two at once, and nothing escapes them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from crm_tui.customers import derived
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
    assert derived  # imported for what a customer's row makes it write
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


FREE = "CREATE TABLE gone (text TEXT); INSERT INTO gone (text) VALUES (zeroblob(200000)); DROP TABLE gone;"
LESS_WRONG = {
    "an index without the rows of its table": (
        "PRAGMA writable_schema=ON; CREATE TABLE empty (a, b); CREATE INDEX empty_one ON empty (a);"
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'empty_one')"
        " WHERE name = '{index}';"
        "DELETE FROM sqlite_schema WHERE name IN ('empty', 'empty_one');"
    ),
}


@pytest.mark.parametrize("counting", [examining.COUNTING, (99,)])  # 99: as if SQLite itself did not count
@pytest.mark.parametrize("index", ["customer_name_key", "customer_created", "customer_state_name"])
def test_less_than_a_thorough_look_sees_that_an_index_lacks_rows(path, monkeypatch, index, counting):
    monkeypatch.setattr(examining, "LARGE_BYTES", 0)
    monkeypatch.setattr(examining, "COUNTING", counting)
    assert examine(path, thorough=False) == examine(path)
    with closing(sqlite3.connect(path)) as plain:
        plain.executescript(LESS_WRONG["an index without the rows of its table"].format(index=index))
    with pytest.raises(sqlite3.DatabaseError, match="malformed"):
        examine(path, thorough=False)


@pytest.mark.parametrize("thorough", [True, False])
def test_pages_that_nothing_uses_are_looked_at_too(path, monkeypatch, thorough):
    monkeypatch.setattr(examining, "LARGE_BYTES", 0)
    with closing(sqlite3.connect(path)) as plain:
        plain.executescript(FREE)
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        size = plain.execute("PRAGMA page_size").fetchone()[0]
        assert plain.execute("PRAGMA freelist_count").fetchone()[0] > 40
    examine(path, thorough=thorough)
    whole = path.read_bytes()
    trunk = int.from_bytes(whole[32:36], "big")
    at = (trunk - 1) * size
    for spoiled in (
        whole[:36] + b"\0\0\0\x07" + whole[40:],  # fewer than there are
        whole[: at + 8] + b"\x7f\xff\xff\xff" + whole[at + 12 :],  # beyond the file
        whole[: at + 8] + whole[at + 12 : at + 16] + whole[at + 12 :],  # twice
        whole[:at] + whole[32:36] + whole[at + 4 :],  # a ring
    ):
        path.write_bytes(spoiled)
        with pytest.raises(sqlite3.DatabaseError, match="malformed"):
            examine(path, thorough=thorough)
