"""Restoring: never over a live file, the old one kept, whole after a death at any step; and the drill."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from pathlib import Path

import pytest

from crm_tui.errors import BadInput, Busy, Cancelled, Conflict, CrmError, Fault
from crm_tui.session import create_database, open_session
from crm_tui.storage import drill as drills
from crm_tui.storage import presence as presences
from crm_tui.storage import replacing, restoring
from crm_tui.storage.backup import Backup, backups, default_folder, make_backup
from crm_tui.storage.connection import connect
from crm_tui.storage.database import Database
from crm_tui.storage.drill import drill
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.entrance import enter
from crm_tui.storage.presence import Presence, SoleUse, marker_path, who_is_in
from crm_tui.storage.restoring import compare, restore
from tests.faults import processes
from tests.storage.kept import Place, beside
from tests.storage.test_jobs import publish
from tests.storage.world import note, saved


def written(path: Path, text: str) -> None:
    database = Database(path)
    saved(database, note(1, text))
    database.close()


def read(path: Path) -> str | None:
    connection = connect(path)
    try:
        return connection.execute("SELECT note FROM customer WHERE id = 1").fetchone()[0]
    finally:
        connection.close()


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory, place: Place) -> dict[str, Path]:
    """Return by journal mode the folder of a database that has moved since its backup."""
    folders = {}
    for mode in processes.MODES:
        path = place(tmp_path_factory.mktemp("moved") / "crm.db", mode)
        written(path, "before")
        make_backup(path, None, "manual", "li")
        written(path, "after")
        folders[mode] = path.parent
    return folders


@pytest.fixture(params=processes.MODES)
def path(request: pytest.FixtureRequest, tmp_path: Path, moved: dict[str, Path]) -> Path:
    """Return a database, in each journal mode, with a backup of what it was before."""
    shutil.copytree(moved[request.param], tmp_path, dirs_exist_ok=True)
    return tmp_path / "crm.db"


@pytest.fixture
def backup(path: Path) -> Backup:
    """Return the backup, with the note ``before``; the database itself has ``after``."""
    (found,) = backups(default_folder(path))
    return found


def test_a_restore_puts_the_backup_in_place_and_keeps_the_old_file(path, backup):
    mode = connect(path).execute("PRAGMA journal_mode").fetchone()
    told: list[int] = []
    done = restore(path, backup.path, "li", lambda now, _total: told.append(now))
    assert read(path) == "before"
    assert done.old is not None and beside(path)[0] == done.old.name
    assert read(done.old) == "after"
    assert told[-1] == 100 and told == sorted(told)
    assert connect(path).execute("PRAGMA journal_mode").fetchone()[0] in (mode[0], "delete")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert processes.unsound(path) == []
    database = Database(path)
    rows = database.connection.execute("SELECT kind, person_id FROM upkeep ORDER BY id").fetchall()
    assert rows[-1] == ("restore", 1)
    assert database.read_only == ""
    database.close()
    assert not marker_path(path).exists() and who_is_in(path) == []


def test_a_restore_is_undone_by_restoring_the_kept_file(path, backup):
    kept = restore(path, backup.path, "li").old
    assert kept is not None
    again = restore(path, kept, "li")
    assert read(path) == "after"
    assert again.old is not None and read(again.old) == "before"


def test_what_the_log_of_the_old_file_holds_is_kept_with_it(path, backup, tmp_path):
    # A process that was killed: its write-ahead log is there, its database never saw it.
    frozen = tmp_path / "frozen"
    frozen.mkdir()
    database = Database(path)
    saved(database, note(1, "in the log"))
    for one in path.parent.glob("crm.db*"):
        if one.is_file():
            shutil.copy(one, frozen)
    database.close()
    for one in frozen.iterdir():
        shutil.copy(one, path.parent)
    kept = restore(path, backup.path, "li").old
    assert read(path) == "before"
    assert kept is not None and read(kept) == "in the log"
    restore(path, kept, "li")
    assert read(path) == "in the log"


def test_nobody_is_overwritten_while_he_works(path, backup):
    mine, other = Presence(path), Presence(path)
    mine.sit("wang", "王芳", "tui")
    other.sit("li", "li", "cli")
    with pytest.raises(Conflict, match=r"正在使用中：.*。没有任何改动。请他们退出") as refused:
        restore(path, backup.path, "li")
    assert "王芳 (wang)（" in str(refused.value) and "li（" in str(refused.value)
    other.close()
    mine.close()
    silent = Presence(path)
    with pytest.raises(Conflict, match="有人打开着数据库"):
        restore(path, backup.path, "li")
    silent.close()
    assert read(path) == "after"
    assert restore(path, backup.path, "li").old is not None


def test_of_two_restores_at_once_one_is_told_who_does_it(path, backup, monkeypatch):
    monkeypatch.setattr(presences, "WAIT_SECONDS", 0.0)
    first = SoleUse(path, "wang")
    assert first.take()
    with pytest.raises(Busy, match="wang 正在恢复数据库"):
        restore(path, backup.path, "li")
    with pytest.raises(Busy, match="wang 正在恢复数据库。没有打开任何内容。请一分钟后再试"):
        enter(path)
    first.close()
    assert read(path) == "after"


def test_restores_at_once_leave_one_whole_file(path, backup):
    done: list[restoring.Restored] = []
    errors: list[CrmError] = []

    def run() -> None:
        try:
            done.append(restore(path, backup.path, "li"))
        except (Busy, Conflict) as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) + len(errors) == 4 and done
    assert read(path) == "before"
    assert processes.unsound(path) == []


def test_a_backup_of_another_database_needs_to_be_meant(path, tmp_path):
    other = tmp_path / "other" / "crm.db"
    other.parent.mkdir()
    processes.make(other, "truncate", customers=1)
    connection = sqlite3.connect(other)
    # Both were made in the same second by the same person: the first links of their chains are alike.
    connection.execute("DROP TRIGGER change_set_is_final")
    connection.execute("UPDATE change_set SET chain = :chain", {"chain": b"another"})
    connection.commit()
    connection.close()
    foreign = make_backup(other, None, "manual", "li").path
    assert not compare(path, foreign).same_origin
    with pytest.raises(BadInput, match="另一个数据库的备份。没有任何改动。确定要恢复它，请加 --other"):
        restore(path, foreign, "li")
    assert restore(path, foreign, "li", other=True).facts.tables["customer"] == 1


def test_what_would_be_lost_is_counted_first(path, backup):
    found = compare(path, backup.path)
    assert (found.live, found.same_origin, found.newer_sets) == (True, True, 1)


def test_a_lost_or_damaged_database_comes_back(path, backup):
    path.unlink()
    assert restore(path, backup.path, "li").old is None
    assert read(path) == "before"
    path.write_bytes(b"no database at all" * 500)
    done = restore(path, backup.path, "li")
    assert done.old is not None and done.old.read_bytes().startswith(b"no database")
    assert read(path) == "before"


def test_a_log_without_its_database_is_not_taken_for_that_of_the_new_one(path, backup):
    path.unlink()
    for ending in ("-wal", "-journal"):
        replacing.beside(path, ending).write_bytes(b"of the lost file")
    restore(path, backup.path, "li")
    assert read(path) == "before"
    assert len([name for name in beside(path) if ".before-restore-" in name]) == 2


def test_a_kept_file_that_is_damaged_is_refused(plain):
    kept = plain.with_name("crm.db.before-restore-20260101-000000")
    kept.write_bytes(plain.read_bytes()[:8192] + bytes(4096) + plain.read_bytes()[12288:])
    with pytest.raises(BadInput):
        restore(plain, kept, "li")
    assert read(plain) is None


def test_a_stopped_restore_changes_nothing(path, backup):
    with pytest.raises(Cancelled, match="数据库没有变动"):
        restore(path, backup.path, "li", cancelled=lambda: True)
    assert read(path) == "after"
    assert beside(path) == []


def test_no_room_or_right_changes_nothing(path, backup, monkeypatch):
    monkeypatch.setattr(restoring, "flush", lambda _path: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(BadInput, match=r"无法恢复到 .*磁盘已满。数据库没有变动"):
        restore(path, backup.path, "li")
    monkeypatch.undo()
    assert read(path) == "after"
    with pytest.raises(BadInput, match="无法恢复到"):
        restore(path.parent / "nowhere" / "crm.db", backup.path, "li")


class Died(BaseException):
    """Stands for the death of the process."""


STEPS = ("link", "rename", "replace", "unlink")


@pytest.mark.parametrize("links", [True, False])
def test_death_at_any_step_leaves_the_old_or_the_new_file_whole(path, backup, monkeypatch, links):
    """Count the steps that change names, then die before each of them, and open the file again."""
    seen: list[str] = []
    die_at = -1

    def stepping(module: object, name: str) -> None:
        once = getattr(module, name)

        def step(*given: object, **named: object) -> object:
            if threading.current_thread() is threading.main_thread() and watching:
                seen.append(name)
                if len(seen) == die_at + 1:
                    raise Died
            return once(*given, **named)

        monkeypatch.setattr(module, name, step)

    watching = False
    for name in ("rename", "replace", "unlink"):
        stepping(Path, name)
    if links:
        stepping(os, "link")
    else:

        def no_links(*_given: object) -> None:
            raise OSError(1, "no second name here")

        monkeypatch.setattr(os, "link", no_links)
    exchange = restoring.exchange

    def watched(*given: Path) -> Path | None:
        nonlocal watching
        watching = True
        try:
            return exchange(*given)
        finally:
            watching = False

    monkeypatch.setattr(restoring, "exchange", watched)
    content = path.read_bytes()
    log = replacing.beside(path, "-wal")
    results = set()
    for die_at_next in range(20):
        die_at = die_at_next
        seen.clear()
        path.write_bytes(content)
        log.unlink(missing_ok=True)
        replacing.beside(path, "-shm").unlink(missing_ok=True)
        for one in path.parent.glob("*.before-restore-*"):
            one.unlink()
        try:
            restore(path, backup.path, "li")
            break
        except Died:
            enter(path).close()
        assert not marker_path(path).exists()
        result = read(path)
        results.add(result)
        assert result in ("before", "after")
        assert processes.unsound(path) == []
        if result == "before":
            kept = [one for one in path.parent.glob("*.before-restore-*") if one.name[-1].isdigit()]
            assert [read(one) for one in kept] == ["after"]
        assert not list(path.parent.glob(".*.restore"))
    assert die_at >= 4 and results == {"before", "after"}


def test_a_note_that_nobody_can_read_stops_the_opening_with_a_sentence(plain):
    marker_path(plain).write_text("{}")
    with pytest.raises(
        Fault, match=r"上次恢复被中断，它的记录 crm\.db\.restoring 无法读取。所有文件都没有动"
    ):
        enter(plain)


def test_the_drill_compares_every_table_and_leaves_nothing(path, backup):
    before = set(path.parent.rglob("*"))
    done = drill(backup.path, "li", path)
    assert done.tables == len(backup.manifest.facts.tables)
    assert done.rows == sum(backup.manifest.facts.tables.values())
    assert done.seconds > 0
    assert {one.name for one in set(path.parent.rglob("*")) - before} <= {"crm.db-wal", "crm.db-shm"}
    connection = connect(path)
    assert connection.execute("SELECT kind FROM upkeep ORDER BY id DESC LIMIT 1").fetchone() == ("drill",)
    connection.close()
    assert read(path) == "after"


def test_the_drill_notices_one_cell(path, backup, monkeypatch):
    exchange = restoring.exchange

    def spoiled(database: Path, part: Path) -> Path | None:
        done = exchange(database, part)
        connection = sqlite3.connect(database)
        connection.execute("UPDATE writing SET change_set = 1")
        connection.commit()
        connection.close()
        return done

    monkeypatch.setattr(restoring, "exchange", spoiled)
    monkeypatch.setattr(restoring, "_check_in_place", lambda *_given: None)
    with pytest.raises(Fault, match="恢复后与备份不同：表 writing 不一致"):
        drill(backup.path, "li")


def test_the_drill_holds_the_backup_against_a_file_that_has_not_moved(plain, monkeypatch):
    backup = make_backup(plain, None, "manual", "li")
    connection = sqlite3.connect(plain)
    connection.execute("DROP TRIGGER change_set_is_kept")
    connection.execute(
        "INSERT INTO change (change_set, entity, entity_id, op) VALUES (1, 'customer', 9, 'insert')"
    )
    connection.commit()
    connection.close()
    with pytest.raises(Fault, match="表 change 不一致"):
        drill(backup.path, "li", plain)


def test_a_drill_of_a_spoiled_backup_says_so(plain):
    backup = make_backup(plain, None, "manual", "li")
    os.truncate(backup.path, 8192)
    with pytest.raises(BadInput, match="不完整"):
        drill(backup.path, "li", plain)
    with pytest.raises(BadInput, match="没有备份"):
        drills.newest(default_folder(plain) / "none", None)


def test_a_backup_in_the_midst_of_an_import_comes_back_without_it(tmp_path):
    path = tmp_path / "crm.db"
    create_database(path, login="li", name="李雷")
    database = Database(path)
    publish(database, end=False)
    made = make_backup(path, None, "manual", "li")
    database.close()
    assert made.manifest.facts.half_import
    assert made.manifest.facts.tables["publishing"] == 1
    assert drill(made.path, "li", path).rows > 0
    restore(path, made.path, "li")
    with open_session(path, login="li") as session:
        assert session.reader.execute("SELECT count(*) FROM customer").fetchone() == (0,)
        assert session.database.connection.execute("SELECT count(*) FROM publishing").fetchone() == (0,)
    assert processes.unsound(path) == []
