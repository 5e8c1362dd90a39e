"""Backups: consistent while people work, verified, found again; what is cut, altered or foreign is told."""

from __future__ import annotations

import errno
import os
import stat
import threading
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine

from crm_tui.errors import BadInput, Cancelled, CrmError, Fault
from crm_tui.storage import backup as backups
from crm_tui.storage import copying, reminder
from crm_tui.storage.backup import default_folder, ensure_backup, make_backup, verify
from crm_tui.storage.connection import connect
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.manifest import manifest_path, read_manifest
from crm_tui.storage.moved import Beside
from tests.faults import backup_load, processes
from tests.storage.test_verifying import flip
from tests.storage.world import customer, note, saved


@pytest.fixture
def path(either: Path) -> Path:
    """Return a database with three customers, in each journal mode."""
    return either


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def change(path: Path, text: str = "x") -> None:
    database = Database(path)
    saved(database, note(1, text))
    database.close()


@time_machine.travel("2026-03-11T02:30:00Z", tick=False)
@pytest.mark.requirement("S0-21")
def test_a_backup_holds_everything_and_says_what_it_is(path):
    told = []
    made = make_backup(path, None, "manual", "li", lambda done, total: told.append((done, total)))
    assert made.path == path.with_name("crm.db.backups") / "crm-20260311-103000-manual.db"
    assert names(made.path.parent) == ["crm-20260311-103000-manual.db", "crm-20260311-103000-manual.json"]
    assert verify(made.path) == made.manifest == read_manifest(made.path)
    assert (made.manifest.by, made.manifest.kind, made.manifest.database) == ("li", "manual", "crm.db")
    assert made.manifest.facts.tables["customer"] == 3
    assert made.manifest.facts.head_set == 1 and len(made.manifest.facts.head_chain) == 64
    assert told[-1] == (100, 100) and told == sorted(told)
    assert {stat.S_IMODE(one.stat().st_mode) for one in made.path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700
    live, copy = connect(path), connect(made.path, immutable=True)
    assert copy.execute("PRAGMA journal_mode").fetchone() != ("wal",)
    for table in ("customer", "change", "change_set", "sqlite_sequence"):
        assert (
            copy.execute(f"SELECT * FROM {table}").fetchall()
            == live.execute(f"SELECT * FROM {table}").fetchall()
        )
    assert live.execute("SELECT kind, person_id FROM upkeep").fetchall() == [("backup", 1)]
    live.close()
    copy.close()


def test_two_backups_in_one_second_have_two_names(path):
    with time_machine.travel("2026-03-11T02:30:00Z", tick=False):
        first, second = (make_backup(path, None, "manual", "li") for _n in range(2))
    assert second.path.name == first.path.stem + "-2.db"
    assert len(backups.backups(first.path.parent)) == 2


def test_the_bytes_of_a_large_file_are_copied_under_a_short_lock(plain, monkeypatch):
    path = plain
    monkeypatch.setattr(copying, "SMALL_BYTES", 0)
    copied = []
    first, second = copying._copy_part, Beside.copy_moved

    def copy(source: int, target: int, offset: int, count: int) -> int:
        copied.append(offset)
        # Behind the first pass: the copy must have it all the same.
        done = first(source, target, offset, count)
        change(path, "between")
        return done

    def copy_moved(both: Beside, end: int) -> None:
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM customer").fetchone()  # nobody waits who reads
        other.close()
        copied.append("under the lock")
        second(both, end)

    monkeypatch.setattr(copying, "_copy_part", copy)
    monkeypatch.setattr(Beside, "copy_moved", copy_moved)
    made = make_backup(path, None, "manual", "li")
    assert copied == [0, "under the lock"]
    assert made.manifest.facts.head_set == 2
    assert names(made.path.parent) == [made.path.name, manifest_path(made.path).name]
    assert processes.unsound(path) == []


@pytest.mark.parametrize("between", ["nothing", "a save", "a save taken back after it spilled"])
def test_bytes_are_compared_only_where_somebody_may_have_written(plain, monkeypatch, between):
    path = plain
    monkeypatch.setattr(copying, "SMALL_BYTES", 0)
    long_ago = path.stat().st_mtime - 60
    os.utime(path, (long_ago, long_ago))
    compared, first, second = [], copying._copy_part, Beside.copy_moved

    def copy(source: int, target: int, offset: int, count: int) -> int:
        if between == "a save":
            done = first(source, target, offset, count)
            change(path, "between")
            return done
        with closing(connect(path)) as other:
            if between != "nothing":
                other.execute("PRAGMA cache_size=5")
                other.execute("BEGIN IMMEDIATE")
                for number in range(500):
                    other.execute("INSERT INTO upkeep (at, kind) VALUES (:at, 'drill')", {"at": "9" * number})
            return first(source, target, offset, count)

    def copy_moved(both: Beside, end: int) -> None:
        compared.append(end)
        second(both, end)

    monkeypatch.setattr(copying, "_copy_part", copy)
    monkeypatch.setattr(Beside, "copy_moved", copy_moved)
    made = make_backup(path, None, "import", "li", noted=False)
    assert bool(compared) == (between != "nothing")
    assert made.manifest.facts.head_set == (2 if between == "a save" else 1)
    with closing(connect(made.path, immutable=True)) as kept:
        assert kept.execute("SELECT count(*) FROM upkeep WHERE kind = 'drill'").fetchone() == (0,)
    assert processes.unsound(made.path) == processes.unsound(path) == []


def test_a_raw_copy_drops_no_lock_of_a_connection_in_the_same_process(plain, monkeypatch):
    monkeypatch.setattr(copying, "SMALL_BYTES", 0)
    monkeypatch.setattr(copying, "SECONDS_FOR_A_LOCK", 0.01)
    mine = connect(plain)
    mine.execute("BEGIN IMMEDIATE")
    mine.execute("INSERT INTO upkeep (at, kind) VALUES ('', 'check')")
    monkeypatch.setattr("crm_tui.storage.upkeep_log.note", lambda *_given: None)
    make_backup(plain, None, "manual", "li")
    child = processes.child("tests.storage.try_lock", plain)
    assert child.communicate()[0].strip() == "locked"
    mine.execute("COMMIT")
    mine.close()
    assert processes.unsound(plain) == []


def test_a_system_without_the_quick_copy_copies_by_hand(plain, monkeypatch):
    path = plain
    monkeypatch.setattr(copying, "SMALL_BYTES", 0)
    monkeypatch.setattr(copying, "AT_ONCE", 10_000)
    monkeypatch.delattr(os, "copy_file_range", raising=False)
    monkeypatch.delattr(os, "preadv", raising=False)
    assert verify(make_backup(path, None, "manual", "li").path).facts.tables["customer"] == 3


def test_a_session_that_only_reads_backs_up_too(path):
    path.chmod(0o444)
    database = Database(path, read_only=True)
    made = make_backup(path, None, "manual", "li")
    database.close()
    assert verify(made.path).facts.tables["customer"] == 3


@pytest.mark.parametrize("at", [0, 60, 90])
def test_a_stopped_backup_leaves_nothing(path, at):
    asked = []

    def cancelled() -> bool:
        return bool(asked) and asked[-1] >= at

    with pytest.raises(Cancelled, match="备份已停止"):
        make_backup(path, None, "manual", "li", lambda done, _total: asked.append(done), cancelled)
    assert names(default_folder(path)) == []


def test_no_room_is_told_before_and_while_it_is_made(path, monkeypatch):
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_bavail=1, f_frsize=4096))
    with pytest.raises(BadInput, match="空间不足，备份需要 1 MB。没有留下任何半成品。请腾出空间"):
        make_backup(path, None, "manual", "li")
    monkeypatch.undo()

    def full(*_given: object) -> str:
        raise OSError(errno.ENOSPC, "full")

    for name in ("sha256_of", "write_manifest"):
        with monkeypatch.context() as patch:
            patch.setattr(backups, name, full)
            with pytest.raises(BadInput, match="空间不足"):
                make_backup(path, None, "manual", "li")
    assert names(default_folder(path)) == []


def test_a_full_disk_of_sqlite_is_told_so(path, monkeypatch):
    def full(*_given: object, compact: bool) -> str:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(backups, "copy_database", full)
    with pytest.raises(BadInput, match="空间不足"):
        make_backup(path, None, "manual", "li")
    assert names(default_folder(path)) == []


def test_a_folder_that_is_not_there_or_is_none_is_refused(path, tmp_path):
    with pytest.raises(BadInput, match="不存在"):
        make_backup(path, tmp_path / "usb", "manual", "li")
    with pytest.raises(BadInput, match="无法在"):
        make_backup(path, path, "manual", "li")
    assert not (tmp_path / "usb").exists()


def test_a_damaged_database_gives_no_backup(path):
    plain = sqlite3.connect(path, isolation_level=None)
    plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = plain.execute("SELECT rootpage FROM sqlite_master WHERE name = 'customer'").fetchone()[0]
    plain.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = bytes(4096)
    path.write_bytes(content)
    with pytest.raises(Fault, match="已损坏，复制它不能算备份。以前的备份都在"):
        make_backup(path, None, "manual", "li")
    assert names(default_folder(path)) == []


def test_one_is_made_by_itself_only_when_something_moved(path):
    first = ensure_backup(path, "import", "li")
    assert first is not None and first.manifest.kind == "import"
    assert ensure_backup(path, "import", "li") is None
    change(path)
    second = ensure_backup(path, "bulk", "li")
    assert second is not None and second.manifest.facts.head_set == 2
    flip(second.path)
    assert ensure_backup(path, "import", "li") is not None


def test_an_edit_from_outside_counts_as_moved(path):
    assert ensure_backup(path, "import", "li") is not None
    plain = sqlite3.connect(path, isolation_level=None)
    plain.execute("UPDATE customer SET note = 'outside' WHERE id = 1")
    plain.close()
    assert ensure_backup(path, "import", "li") is not None


def test_a_database_without_customers_needs_none(tmp_path):
    path = tmp_path / "crm.db"
    processes.make(path, "truncate")
    assert ensure_backup(path, "import", "li") is None
    assert not default_folder(path).exists()


def test_the_folder_of_the_settings_is_used(path, tmp_path, monkeypatch):
    named = {"backup_dir": str(tmp_path / "safe")}
    monkeypatch.setattr("crm_tui.config.load_settings", lambda: named)
    made = ensure_backup(path, "timer", "li")
    assert made is not None and made.path.parent == tmp_path / "safe"
    # A disk that is not mounted is not written to in its absence.
    named["backup_dir"] = str(tmp_path / "disk" / "safe")
    with pytest.raises(BadInput, match="不存在"):
        ensure_backup(path, "timer", "li")
    # Wherever the program is started, the folder is the same.
    named["backup_dir"] = "copies"
    monkeypatch.chdir("/")
    assert default_folder(path) == tmp_path / "copies"
    named["backup_dir"] = "~nobody-of-that-name/copies"
    assert default_folder(path) == tmp_path / "~nobody-of-that-name" / "copies"


def test_a_link_to_the_database_has_the_same_backups(path, tmp_path):
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(path)
    made = make_backup(link, None, "manual", "li")
    assert made.path.parent == default_folder(path)


def test_a_file_of_the_team_has_backups_for_the_team(path):
    group = 100 if os.geteuid() == 0 else os.getegid()
    os.chown(path.parent, -1, group)
    path.parent.chmod(0o2770)
    os.chown(path, -1, group)
    path.chmod(0o664)
    made = make_backup(path, None, "manual", "li")
    for one in (made.path, manifest_path(made.path)):
        assert (stat.S_IMODE(one.stat().st_mode), one.stat().st_gid) == (0o660, group)
    folder = made.path.parent.stat()
    assert (stat.S_IMODE(folder.st_mode), folder.st_gid) == (0o2770, group)


def test_a_backup_does_not_wait_for_a_save_nor_a_save_for_it(path):
    database = Database(path)
    during: list[int] = []

    def progress(done: int, _total: int) -> None:
        if done == 60 and not during:
            during.append(saved(database, note(2, "meanwhile")))

    made = make_backup(path, None, "manual", "li", progress)
    assert made.manifest.facts.head_set == 1
    assert during == [2]
    database.close()


def test_backups_at_the_same_time_do_not_touch_each_other(path):
    made: list[backups.Backup] = []
    errors: list[CrmError] = []

    def back_up() -> None:
        try:
            made.append(make_backup(path, None, "manual", "li"))
        except CrmError as error:
            errors.append(error)

    threads = [threading.Thread(target=back_up) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len({one.path for one in made}) == 4
    for one in made:
        verify(one.path)


def test_a_backup_of_a_clock_that_ran_ahead_does_not_count(tmp_path, plain, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with time_machine.travel("2099-01-31T02:00:00Z", tick=False):
        make_backup(plain, None, "manual", "li")
    change(plain)
    with time_machine.travel("2026-03-11T02:00:00Z", tick=False):
        made = ensure_backup(plain, "timer", "li")
        assert made is not None and ensure_backup(plain, "timer", "li") is None
    reader = connect(plain, read_only=True)
    with time_machine.travel("2026-04-11T02:00:00Z", tick=False):
        assert reminder.last_backup(reader, plain) == "2026-03-11T02:00:00Z"
        assert "2026-03-11" in reminder.backup_due(reader, plain, "Asia/Shanghai")
    reader.close()


@pytest.mark.parametrize("mode", processes.MODES)
def test_backups_under_load_lose_nothing(tmp_path, mode):
    outcome = backup_load.run(tmp_path / "crm.db", mode, megabytes=2, count=2, times=1, think=0.01)
    assert outcome.faults == []
    assert outcome.saves > 0 and len(outcome.drills) == 1


@pytest.mark.requirement("S0-21")
def test_a_month_without_a_backup_is_told_once_a_day(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    path = tmp_path / "crm.db"
    with time_machine.travel("2026-01-31T02:00:00Z", tick=False) as now:
        processes.make(path, "truncate", customers=1)
        reader = connect(path, read_only=True)

        def said(moment: str) -> str:
            now.move_to(moment)
            return reminder.remind(reader, path, "Asia/Shanghai")

        assert said("2026-02-27T02:00:00Z") == ""
        assert "从未备份" in said("2026-02-28T02:00:00Z")
        assert said("2026-02-28T12:00:00Z") == ""
        assert "从未备份" in said("2026-03-01T02:00:00Z")
        made = make_backup(path, None, "manual", "li")
        assert said("2026-03-31T02:00:00Z") == ""
        assert "上次备份是 2026-03-01" in said("2026-04-01T02:00:00Z")
        manifest_path(made.path).unlink()
        # The file itself remembers a backup that was made elsewhere.
        assert "上次备份是 2026-03-01" in said("2026-04-02T02:00:00Z")
    reader.close()


def test_the_customer_of_a_backup_can_be_read_in_a_folder_that_is_only_read(path):
    made = make_backup(path, None, "manual", "li")
    made.path.chmod(0o400)
    made.path.parent.chmod(0o500)
    connection = connect(made.path, immutable=True)
    assert connection.execute("SELECT count(*) FROM customer").fetchone() == (3,)
    connection.close()
    made.path.parent.chmod(0o700)


def test_a_new_customer_is_in_the_next_backup(path):
    make_backup(path, None, "manual", "li")
    database = Database(path)
    saved(database, lambda c: customer(c, "C9"))
    database.close()
    made = make_backup(path, None, "manual", "li")
    assert made.manifest.facts.tables["customer"] == 4
    assert backups.backups(made.path.parent, made.manifest.facts.origin)[0] == made
