"""Older files: brought to this version as schema.sql has it, with all they hold, or left whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from crm_tui.errors import Busy, Cancelled, Fault, NotPermitted
from crm_tui.search import building
from crm_tui.session import open_session
from crm_tui.storage import backup as backups
from crm_tui.storage import chain, migrations, presence, schema
from crm_tui.storage.canonical import canonical, differing
from crm_tui.storage.connection import OldFile, connect, create, open_checked
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.migrations import migrate, version_of
from crm_tui.storage.presence import Presence
from crm_tui.storage.triggers import columns, tracked_tables
from tests.pace import PATIENCE
from tests.storage.fresh import assert_fresh
from tests.storage.old import OLDER, WHO, content, old_file
from tests.storage.test_canonical import described
from tests.storage.world import assert_sound


def fresh(folder: Path) -> sqlite3.Connection:
    create(folder / "fresh.db")
    return connect(folder / "fresh.db")


def looked(path: Path) -> sqlite3.Connection:
    return connect(path, read_only=True)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a file of the first version."""
    return old_file(tmp_path / "crm.db")


@pytest.mark.parametrize("version", OLDER)
def test_an_older_file_becomes_what_schema_sql_makes_and_keeps_all_it_holds(
    tmp_path: Path, version: int
) -> None:
    path = old_file(tmp_path / "crm.db", version)
    before = content(looked(path))
    steps: list[int] = []
    done = migrate(path, None, WHO, progress=lambda percent, _all: steps.append(percent))
    assert (done.from_version, done.to_version) == (version, schema.VERSION)
    mine, wanted = looked(path), fresh(tmp_path)
    assert canonical(mine) == canonical(wanted) and differing(mine, wanted) == []
    assert described(mine) == described(wanted)
    assert schema.fingerprint(mine) == schema.FINGERPRINT
    assert version_of(mine) == schema.VERSION
    assert content(mine, looked(old_file(tmp_path / "old.db", version))) == before
    # The search index is built behind people's backs.
    with closing(Database(path)) as database:
        building.finish(database)
    with closing(sqlite3.connect(path)) as connection:
        assert_fresh(connection)
    assert_sound(mine)
    assert steps == sorted(steps) and steps[-1] == 100


@pytest.mark.parametrize("version", OLDER)
def test_the_backup_before_is_verified_and_is_the_old_file(tmp_path: Path, version: int) -> None:
    path = old_file(tmp_path / "crm.db", version)
    before = content(looked(path))
    done = migrate(path, None, WHO)
    assert done.backup is not None and done.backup.parent == backups.default_folder(path)
    manifest = backups.verify(done.backup)
    assert (manifest.kind, manifest.facts.schema_version, manifest.by) == ("migration", version, WHO)
    assert content(looked(done.backup)) == before
    kind, person, detail = looked(path).execute("SELECT kind, person_id, detail FROM upkeep").fetchone()
    assert (kind, person) == ("migration", 1)
    assert json.loads(detail) == {
        "from": version,
        "to": schema.VERSION,
        "by": WHO,
        "backup": done.backup.name,
    }


def test_history_goes_on_and_what_was_done_before_can_be_taken_back(old: Path) -> None:
    migrate(old, None, WHO)
    with open_session(old, login=WHO) as crm:
        assert crm.read_only == ""
        find = "SELECT id FROM change_set WHERE action = 'customer.update' AND reason = '来电'"
        former = crm.database.connection.execute(find).fetchone()[0]
        need = "SELECT need, budget_min FROM customer WHERE name = '上海样例贸易有限公司'"
        assert crm.reader.execute(need).fetchone() == ("新需求", 10_000_000)
        crm.undo(former)
        assert crm.reader.execute(need).fetchone() == ("旧需求", None)
        again = "SELECT id FROM change_set WHERE action = 'undo' AND undoes = :former"
        undone = crm.database.connection.execute(again, {"former": former + 1}).fetchone()[0]
        crm.undo(undone)
        assert crm.reader.execute("SELECT note FROM customer WHERE note IS NOT NULL").fetchall() == [
            ("撤销前",)
        ]
        assert chain.verify(crm.database.connection) is None


def test_a_file_of_this_version_has_nothing_to_do(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    create(path)
    assert migrate(path, None, WHO) == (schema.VERSION, schema.VERSION, None)
    assert os.listdir(tmp_path) in (["crm.db"], ["crm.db", "crm.db.lock"], ["crm.db.lock", "crm.db"])


def test_an_older_file_is_not_opened_but_offered(old: Path) -> None:
    for read_only in (False, True):
        with pytest.raises(OldFile, match="旧版本") as refused:
            Database(old, read_only=read_only)
        assert f"crm-tui migrate --db {old}" in refused.value.todo


def test_a_migration_waits_for_nobody_who_works_but_names_them(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = old.read_bytes()
    presence = Presence(old)
    presence.sit("li", "李雷", "tui")
    with pytest.raises(Busy, match="李雷") as refused:
        migrate(old, None, WHO)
    assert "请所有人退出" in refused.value.todo
    presence.close()
    # The first release held the gate and wrote down no name.
    monkeypatch.setattr(migrations, "SETTLE_SECONDS", 0.05)
    presence = Presence(old)
    with pytest.raises(Busy, match="旧版本"):
        migrate(old, None, WHO)
    presence.close()
    assert old.read_bytes() == before
    assert migrate(old, None, WHO).from_version == 1


def test_two_at_once_the_second_waits_and_finds_nothing_to_do(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(_path: Path) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    found: list[migrations.Migrated] = []
    first = threading.Thread(target=lambda: found.append(migrate(old, None, WHO, backup=slowly)))
    first.start()
    assert begun.wait(PATIENCE)
    monkeypatch.setattr(presence, "WAIT_SECONDS", 0.1)
    with pytest.raises(Busy, match="升级"):
        Presence(old)
    asked = 0

    def release() -> bool:
        nonlocal asked
        asked += 1
        if asked == 3:
            go_on.set()
        return False

    second = migrate(old, None, "li", cancelled=release)
    first.join(PATIENCE)
    assert found == [(1, schema.VERSION, None)]
    assert second == (schema.VERSION, schema.VERSION, None)
    assert looked(old).execute("SELECT count(*) FROM upkeep").fetchone() == (1,)


def test_eight_processes_at_once_one_migrates(old: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from crm_tui.storage.migrations import migrate\n"
        "print(migrate(Path(sys.argv[1]), None, 'wang').from_version)"
    )
    argv = [sys.executable, "-c", program, str(old)]
    root = Path(__file__).parents[2]
    started = [subprocess.Popen(argv, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    said = sorted(one.communicate(timeout=PATIENCE)[0].strip() for one in started)
    assert said == ["1", *[str(schema.VERSION)] * 7]
    assert len(backups.backups(backups.default_folder(old))) == 1


def broken(monkeypatch: pytest.MonkeyPatch, *sql: str) -> None:
    monkeypatch.setattr(migrations, "STEPS", (migrations.Step(2, sql), *migrations.STEPS[1:]))


WRONG = {
    "without a check": (
        "CREATE TABLE upkeep (id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL,"
        " person_id INTEGER, detail TEXT NOT NULL DEFAULT '{}') STRICT",
    ),
    "forgotten": (),
    "more than meant": (
        *migrations.STEPS[0].sql,
        "ALTER TABLE plan ADD COLUMN mood TEXT",
    ),
    "an orphan": (
        *migrations.STEPS[0].sql,
        "UPDATE writing SET change_set = 1",
        "UPDATE contact SET customer_id = 999, changed_in = 1",
        "UPDATE writing SET change_set = NULL",
    ),
}


@pytest.mark.parametrize("sql", WRONG.values(), ids=WRONG)
def test_what_does_not_come_out_right_is_rolled_back(
    old: Path, monkeypatch: pytest.MonkeyPatch, sql: tuple[str, ...]
) -> None:
    before = old.read_bytes()
    broken(monkeypatch, *sql)
    with pytest.raises(Fault, match="没有变成") as refused:
        migrate(old, None, WHO)
    assert "原样" in refused.value.kept
    assert old.read_bytes() == before


def test_an_error_in_a_step_leaves_the_file_whole(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(looked(old))
    broken(monkeypatch, "CREATE TABLE half (a)", "CREATE TABLE half (a)")
    with pytest.raises(Fault):
        migrate(old, None, WHO)
    assert content(looked(old)) == before
    assert version_of(looked(old)) == 1


def test_without_a_backup_nothing_is_changed(old: Path) -> None:
    def full(_path: Path) -> None:
        raise Fault("磁盘已满。")

    before = old.read_bytes()
    with pytest.raises(Fault, match="磁盘已满"):
        migrate(old, None, WHO, backup=full)
    assert old.read_bytes() == before
    with pytest.raises(Cancelled):
        migrate(old, None, WHO, cancelled=lambda: True)
    assert old.read_bytes() == before


def test_a_migration_killed_before_its_end_leaves_the_old_file(old: Path) -> None:
    before = content(looked(old))
    program = (
        "import os, signal, sys; from pathlib import Path; from crm_tui.storage import migrations as m\n"
        "m.differing = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "m.migrate(Path(sys.argv[1]), None, 'wang')"
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", program, str(old)], cwd=root, check=False)
    assert ended.returncode == -signal.SIGKILL
    connection = connect(old)
    assert version_of(connection) == 1
    assert content(connection) == before
    connection.close()
    assert migrate(old, None, WHO).from_version == 1


def test_an_altered_file_is_not_made_to_look_right(old: Path) -> None:
    connection = sqlite3.connect(old)
    connection.execute("DROP TRIGGER plan_updated")
    connection.close()
    with pytest.raises(Fault, match="改动过") as refused:
        migrate(old, None, WHO)
    assert "备份" in refused.value.todo


def test_what_others_added_beside_our_tables_stays(old: Path) -> None:
    connection = sqlite3.connect(old)
    connection.executescript(
        "CREATE TABLE notes (a); CREATE INDEX notes_a ON notes (a); INSERT INTO notes VALUES (7);"
        "CREATE INDEX own_index ON customer (website); CREATE VIEW own_view AS SELECT name FROM customer;"
    )
    connection.close()
    migrate(old, None, WHO)
    mine = looked(old)
    assert mine.execute("SELECT a FROM notes").fetchall() == [(7,)]
    assert {"own_index", "own_view", "notes_a"} <= {name for _kind, name in canonical(mine)}
    mine.close()
    database = Database(old)
    assert database.read_only == ""
    database.close()


def test_an_older_file_that_cannot_be_written_is_not_migrated(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)
    with pytest.raises(NotPermitted, match="写入权限"):
        migrate(old, None, WHO)
    with pytest.raises(OldFile) as refused:
        Database(old)
    assert "复制" in refused.value.todo


def test_no_release_renames_or_drops_what_history_names(tmp_path: Path) -> None:
    """Undo of an older set writes its columns by name; a new column must take NULL or a default."""
    now = fresh(tmp_path)
    for version in OLDER:
        then = looked(old_file(tmp_path / f"v{version}.db", version))
        for table in tracked_tables(then):
            assert set(columns(then, table)) <= set(columns(now, table)), (version, table)
        for table in tracked_tables(now):
            info = now.execute(f"PRAGMA table_xinfo({table})").fetchall()
            have = columns(then, table)
            added = [row for row in info if row[1] not in have and have]
            assert all(not row[3] or row[4] is not None for row in added), (version, table)


# -- newer files ----------------------------------------------------------------------------------


def newer(path: Path, *sql: str) -> Path:
    create(path)
    connection = sqlite3.connect(path)
    connection.executescript(";".join((*sql, f"PRAGMA user_version = {schema.VERSION + 1}")))
    connection.close()
    return path


def test_a_newer_file_is_read_whatever_it_has_besides(tmp_path: Path) -> None:
    path = newer(
        tmp_path / "crm.db",
        "ALTER TABLE customer ADD COLUMN mood TEXT",
        "CREATE TABLE ticket (id INTEGER PRIMARY KEY)",
        "DROP TRIGGER plan_updated",
    )
    connection, reason = open_checked(path)
    assert "新版本" in reason
    assert connection.execute("SELECT count(*) FROM customer").fetchone() == (0,)
    connection.close()
    connection, reason = open_checked(path, read_only=True)
    assert "这次是以只读" in reason
    connection.close()
    assert migrate(path, None, WHO) == (schema.VERSION + 1, schema.VERSION + 1, None)


@pytest.mark.parametrize(
    "sql", ["DROP TABLE upkeep", "ALTER TABLE saved_view RENAME COLUMN definition TO content"]
)
def test_a_newer_file_without_what_we_read_is_refused(tmp_path: Path, sql: str) -> None:
    with pytest.raises(Fault, match="新得多") as refused:
        Database(newer(tmp_path / "crm.db", sql))
    assert "更新程序" in refused.value.todo


def test_the_kept_fixtures_are_those_of_the_released_versions(tmp_path: Path) -> None:
    assert set(schema.FINGERPRINTS) == set(range(1, schema.VERSION + 1))
    for version in OLDER:
        mine = looked(old_file(tmp_path / f"v{version}.db", version))
        assert version_of(mine) == version
        assert schema.fingerprint(mine) == schema.FINGERPRINTS[version]
        assert mine.execute("SELECT count(*) FROM customer").fetchone()[0] >= 3
