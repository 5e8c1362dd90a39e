"""One file in many hands: by other names, with other rights, read while somebody saves."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crm_tui.errors import Busy
from crm_tui.exchange.store_staging import Staging
from crm_tui.session import create_database, open_session
from crm_tui.storage import connection as connections
from crm_tui.storage.connection import connect, create
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.presence import JobLock, Presence
from tests.faults import processes
from tests.storage.undone import back, refused
from tests.storage.world import OWNER, assert_sound, contact, customer, field, note, saved

READING = """
import sys
from pathlib import Path
from crm_tui.storage.connection import connect
reader = connect(Path(sys.argv[1]), read_only=True)
cursor = reader.execute("SELECT id FROM customer")
print(cursor.fetchone(), flush=True)
sys.stdin.read()
"""


@contextmanager
def reading(path: Path) -> Generator[None]:
    """Have another process in the midst of a SELECT on the file."""
    process = subprocess.Popen(
        [sys.executable, "-c", READING, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=processes.ROOT,
    )
    assert process.stdout
    assert process.stdout.readline().startswith("(")
    try:
        yield
    finally:
        process.communicate()


@pytest.mark.parametrize("mode", processes.MODES)
def test_a_save_waits_for_a_reader_only_where_it_must_and_seals_then(tmp_path, monkeypatch, mode):
    path = tmp_path / "crm.db"
    processes.make(path, mode, customers=2)
    plain = sqlite3.connect(path, isolation_level=None)
    plain.execute("UPDATE customer SET note = 'outside' WHERE id = 1")
    unsealed = "SELECT count(*) FROM change_set WHERE chain IS NULL"
    database = Database(path)
    monkeypatch.setattr("crm_tui.storage.patience.BUSY_SECONDS", 0.05)
    with reading(path):
        if mode == "wal":
            saved(database, note(2, "mine"))
        else:
            with pytest.raises(Busy):
                saved(database, note(2, "mine"))
            assert plain.execute(unsealed).fetchone() == (1,)
            assert not database.connection.in_transaction
    if mode != "wal":
        saved(database, note(2, "mine"))
    assert plain.execute(unsealed).fetchone() == (0,)
    assert_sound(database.connection)
    database.close()
    plain.close()


def test_a_link_to_the_file_shares_its_locks(tmp_path):
    real, link = tmp_path / "real" / "crm.db", tmp_path / "link.db"
    create(real)
    link.symlink_to(real)
    one, other = Database(real), Database(link)
    presence, by_link = Presence(one.path), Presence(other.path)
    assert not presence.alone()
    assert not by_link.alone()
    lock, second = JobLock(one.path), JobLock(other.path)
    assert lock.take()
    assert not second.take()
    saved(other, lambda c: c.insert("person", OWNER))
    assert field(one, "person", 1, "login") == "li"
    for opened in (presence, by_link, lock, second, one, other):
        opened.close()
    assert set(os.listdir(tmp_path)) == {"link.db", "real"}


def test_a_link_that_leads_elsewhere_now_does_not_move_a_session(tmp_path):
    first, second, link = tmp_path / "1.db", tmp_path / "2.db", tmp_path / "crm.db"
    create(first)
    create(second)
    link.symlink_to(first)
    database = Database(link)
    link.unlink()
    link.symlink_to(second)
    saved(database, lambda c: c.insert("person", OWNER))
    database.close()
    assert [count(one, "person") for one in (first, second)] == [1, 0]


def count(path: Path, table: str) -> int:
    connection = connect(path)
    try:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        connection.close()


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_whatever_the_umask_nobody_else_may_read_a_file_of_ours(tmp_path, mask):
    path = tmp_path / "crm.db"
    before = os.umask(mask)
    try:
        create_database(path, login="wang", name="王芳")
        with open_session(path, login="wang") as session:
            saved(session.database, lambda c: c.insert("tag", {"name": "a", "name_key": "a"}))
            lock, staging = JobLock(path), Staging.create(path)
            lock.take()
            found = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
            staging.close()
            lock.close()
    finally:
        os.umask(before)
    assert {"crm.db", "crm.db.lock", "crm.db.job"} < set(found)
    assert any(name.endswith(".staging") for name in found)
    assert found.pop("crm.db.in") == 0o700
    assert set(found.values()) == {0o600}, found


@pytest.mark.parametrize("name", [b"\xff\xfe.db", b"100%.db", b"a&mode=memory.db", "数据 库?#.db".encode()])
def test_a_name_need_not_be_text_and_means_nothing_but_a_file(tmp_path, name):
    path = tmp_path / os.fsdecode(name)
    try:
        create(path)
    except OSError:
        pytest.skip("the file system takes no such names")
    database = Database(Path("/" + str(path)))
    saved(database, lambda c: c.insert("person", OWNER))
    reader = database.connect_reader()
    assert reader.execute("SELECT count(*) FROM person").fetchone() == (1,)
    reader.close()
    database.close()
    assert [file for file in os.listdir(os.fsencode(tmp_path)) if b"-" not in file] == [name]


def test_a_session_that_left_leaves_nobody_in(tmp_path):
    path = tmp_path / "crm.db"
    create_database(path, login="wang", name="王芳")
    mine = Presence(path)
    with open_session(path, login="wang"):
        assert not mine.alone()
    assert mine.alone()
    mine.close()


def test_a_library_with_the_fault_leaves_the_log_of_a_wal_file_as_it_is(tmp_path, monkeypatch):
    path = tmp_path / "crm.db"
    create(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("PRAGMA wal_autocheckpoint=0")
    other.execute("INSERT INTO tag (name, name_key) VALUES ('a', 'a')")
    log = path.with_name("crm.db-wal").read_bytes()
    before = path.stat().st_mtime_ns, log
    monkeypatch.setattr(connections, "wal_is_sound", lambda: False)
    database = Database(path)
    assert database.read_only
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.connection.execute("DELETE FROM tag")
    assert database.connection.execute("SELECT count(*) FROM tag").fetchone() == (1,)
    database.close()
    assert (path.stat().st_mtime_ns, path.with_name("crm.db-wal").read_bytes()) == before
    other.close()


def test_undo_of_what_was_added_stops_where_another_program_moved_it(db, outside):
    one, other = db.write(1, "customer.add", lambda c: (customer(c, "C1"), customer(c, "C2"))).value
    added = saved(db, lambda c: contact(c, one, "王芳"))
    edited = saved(db, lambda c: c.update("contact", 1, {"title": "经理"}))
    outside.execute("UPDATE contact SET customer_id = :other WHERE id = 1", {"other": other})
    assert set(refused(db, added)) == {
        ("moved", "contact", 1, "customer_id"),
        ("moved", "contact", 1, "title"),
    }
    # What it moved is no field of the second set, which goes back all the same.
    back(db, edited)
    assert field(db, "contact", 1, "title") is None
    assert field(db, "contact", 1, "customer_id") == other
    assert_sound(db.connection)
