"""Opening: pragmas, the choice of the journal, what is refused by which sentence, what can only be read."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from crm_tui import locale
from crm_tui.errors import BadInput, Busy, CrmError, Fault
from crm_tui.storage import connection as connections
from crm_tui.storage import diagnosis, patience
from crm_tui.storage.connection import connect, create, forget_schema, open_checked
from crm_tui.storage.database import Database
from crm_tui.storage.driver import VERSION, sqlite3, wal_is_sound
from tests.storage.world import OWNER, customer, field, saved


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("synchronous", 2),
        ("cell_size_check", 1),
        ("temp_store", 2),
        ("secure_delete", 2),
        ("journal_size_limit", 67108864),
        ("page_size", 4096),
    ],
)
def test_every_connection_carries_the_pragmas(db, pragma, value):
    reader = db.connect_reader()
    for connection in (db.connection, reader):
        assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
    reader.close()


def test_a_reader_asks_again_for_a_file_that_is_locked_for_longer_than_sqlite_waits(path, monkeypatch):
    plain = sqlite3.connect(path, isolation_level=None)
    plain.execute("PRAGMA journal_mode=DELETE")
    reader = connect(path, read_only=True)
    plain.execute("BEGIN EXCLUSIVE")
    asked = []

    def stopwatch() -> float:
        asked.append(None)
        if len(asked) == 3:
            plain.execute("COMMIT")
        return 0.0

    monkeypatch.setattr("crm_tui.clock.stopwatch", stopwatch)
    assert reader.execute("SELECT count(*) FROM customer").fetchone() == (0,)
    assert len(asked) == 3
    plain.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(patience, "BUSY_SECONDS", -1)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        reader.execute("SELECT count(*) FROM customer")
    reader.close()
    plain.close()


def test_memory_mapping_is_off(db):
    assert db.connection.execute("PRAGMA mmap_size").fetchone() in ((0,), None)


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 6, 23), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 9), True),
        ((3, 45, 0), False),
        ((3, 50, 4), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 51, 9), True),
        ((3, 52, 0), False),
        ((3, 53, 0), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_the_write_ahead_log_is_used_only_where_it_is_sound(version, sound):
    assert wal_is_sound(version) is sound


def test_the_journal_of_a_new_file_is_chosen_by_the_library(tmp_path, monkeypatch):
    for sound, mode, kept in ((True, "wal", "wal"), (False, "delete", "truncate")):
        monkeypatch.setattr(connections, "wal_is_sound", lambda sound=sound: sound)
        path = tmp_path / f"{mode}.db"
        create(path)
        plain = sqlite3.connect(path)
        assert plain.execute("PRAGMA journal_mode").fetchone() == (mode,)
        plain.close()
        database = Database(path)
        assert database.read_only == ""
        assert database.connection.execute("PRAGMA journal_mode").fetchone() == (kept,)
        database.close()


def test_a_file_in_wal_mode_is_only_read_by_a_library_with_the_fault(path, monkeypatch):
    plain = sqlite3.connect(path)
    plain.execute("PRAGMA journal_mode=WAL")
    plain.close()
    monkeypatch.setattr(connections, "wal_is_sound", lambda: False)
    database = Database(path)
    assert "pysqlite3" in database.read_only
    assert ".".join(map(str, VERSION)) in database.read_only
    database.close()


def test_making_a_database_leaves_one_private_file(tmp_path):
    path = tmp_path / "new" / "folder" / "crm.db"
    create(path)
    assert os.listdir(path.parent) == ["crm.db"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_making_a_database_never_touches_what_is_there(tmp_path):
    path = tmp_path / "crm.db"
    path.write_text("precious")
    with pytest.raises(BadInput, match="已经存在"):
        create(path)
    assert path.read_text() == "precious"
    assert os.listdir(tmp_path) == ["crm.db"]


def test_where_a_file_can_have_but_one_name_a_database_is_made_all_the_same(tmp_path, monkeypatch):
    def refused(*_args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    create(tmp_path / "crm.db")
    assert os.listdir(tmp_path) == ["crm.db"]
    Database(tmp_path / "crm.db").close()
    with pytest.raises(BadInput, match="已经存在"):
        create(tmp_path / "crm.db")
    (tmp_path / "dangling.db").symlink_to(tmp_path / "nowhere.db")
    with pytest.raises(BadInput):
        create(tmp_path / "dangling.db")
    assert (tmp_path / "dangling.db").is_symlink()


def test_making_a_database_where_a_file_is_in_the_way(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInput, match="无法在"):
        create(tmp_path / "file" / "crm.db")


def sheet(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + b"sheet" * 400)


def other_program(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (a)")
    other.close()


def truncated(path: Path) -> None:
    create(path)
    os.truncate(path, path.stat().st_size // 2)


def half_a_page(path: Path) -> None:
    create(path)
    os.truncate(path, 90)


def overwritten(path: Path) -> None:
    create(path)
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 8192)


REFUSED = [
    ("missing", lambda path: None, BadInput, "没有数据库", "crm-tui init"),
    ("folder", lambda path: path.mkdir(), BadInput, "是文件夹", "指定一个文件"),
    ("empty", lambda path: path.touch(), BadInput, "是空文件", "crm-tui init"),
    ("text", lambda path: path.write_text("客户,电话\n" * 99), BadInput, "不是数据库", "crm-tui import"),
    ("short", lambda path: path.write_text("x"), BadInput, "不是数据库", "crm-tui import"),
    ("sheet", sheet, BadInput, "不是数据库", "crm-tui import"),
    ("other", other_program, BadInput, "其他程序", "--db"),
    ("truncated", truncated, Fault, "已损坏或不完整", "备份"),
    ("half a page", half_a_page, Fault, "已损坏或不完整", "备份"),
    ("overwritten", overwritten, Fault, "已损坏或不完整", "备份"),
]


@pytest.mark.parametrize(("name", "make", "kind", "what", "todo"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_no_database_of_ours_is_refused_and_left_as_it_is(tmp_path, name, make, kind, what, todo):
    path = tmp_path / "crm.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(CrmError) as refused:
        Database(path)
    assert type(refused.value) is kind
    assert what in refused.value.what
    assert todo in refused.value.todo
    assert str(path) in str(refused.value)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert os.listdir(tmp_path) == ([] if name == "missing" else ["crm.db"])


@pytest.mark.parametrize("name", ["客户 数据?.db", "a#b%20.db", "emoji 🙂.db", "it's;.db"])
def test_any_file_name_will_do(tmp_path, name):
    path = tmp_path / name
    create(path)
    database = Database(path)
    saved(database, lambda c: c.insert("person", OWNER))
    database.close()
    assert [file for file in os.listdir(tmp_path) if "-" not in file] == [name]


def test_a_wrong_name_never_makes_a_database(tmp_path):
    with pytest.raises(sqlite3.OperationalError):
        connect(tmp_path / "typo.db").execute("SELECT 1 FROM sqlite_master")
    assert os.listdir(tmp_path) == []


def test_a_file_moved_away_while_open_takes_no_more_saves(db, path):
    row = db.write(1, "customer.add", lambda c: customer(c, "C1")).value
    os.rename(path, path.with_name("elsewhere.db"))
    with pytest.raises(Fault, match="被移动或替换") as moved:
        db.write(1, "customer.update", lambda c: c.update("customer", row, {"note": "lost?"}))
    assert "没有保存" in moved.value.kept
    assert field(db, "customer", row, "note") is None


def test_a_file_replaced_while_open_takes_no_more_saves(db, path):
    shutil.copy(path, path.with_name("copy.db"))
    os.replace(path.with_name("copy.db"), path)
    with pytest.raises(Fault, match="被移动或替换"):
        db.write(1, "customer.add", lambda c: customer(c, "C1"))


def test_looking_at_an_open_file_drops_none_of_its_locks(db, path, tmp_path):
    """Closing a plain descriptor would: POSIX locks belong to the process."""
    db.connection.execute("BEGIN IMMEDIATE")
    connections.check_is_ours(path)
    Database(path).close()
    program = (
        "import sys; from pathlib import Path; from crm_tui.storage.connection import connect\n"
        "c = connect(Path(sys.argv[1])); c.execute('PRAGMA busy_timeout=0')\n"
        "try: c.execute('BEGIN IMMEDIATE'); print('got it')\n"
        "except Exception as error: print(error)"
    )
    assert in_another_process(program, path) == "database is locked"
    db.connection.execute("ROLLBACK")


def in_another_process(program: str, path: Path) -> str:
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return done.stdout.strip()


def test_a_file_that_another_process_locks_whole_is_busy_not_broken(path, monkeypatch):
    plain = sqlite3.connect(path, isolation_level=None)
    plain.execute("PRAGMA journal_mode=DELETE")
    plain.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(patience, "BUSY_SECONDS", 0.02)
    with pytest.raises(Busy, match="同事正在保存"):
        Database(path)
    plain.close()


EXPLAINED = [
    (sqlite3.OperationalError("database is locked"), Busy, "正忙", "稍后"),
    (sqlite3.OperationalError("database table is locked: customer"), Busy, "正忙", "稍后"),
    (sqlite3.OperationalError("database or disk is full"), Fault, "磁盘已满", "腾出"),
    (sqlite3.OperationalError("disk I/O error"), Fault, "磁盘报错", "配额"),
    (sqlite3.OperationalError("attempt to write a readonly database"), Fault, "只能读取", "写入权限"),
    (sqlite3.OperationalError("unable to open database file"), Fault, "旁边的文件", "权限"),
    (sqlite3.DatabaseError("database disk image is malformed"), Fault, "已损坏", "备份"),
    (sqlite3.DatabaseError("file is not a database"), Fault, "已损坏", "备份"),
    (sqlite3.IntegrityError("UNIQUE constraint failed: customer.no"), BadInput, "customer.no", "重复"),
    (sqlite3.OperationalError("no such table: x"), Fault, "no such table: x", "doctor"),
    (sqlite3.OperationalError("odd"), Fault, "odd", "反馈"),
]


@pytest.mark.parametrize(("error", "kind", "what", "todo"), EXPLAINED, ids=[str(row[0]) for row in EXPLAINED])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_error_of_sqlite_is_explained(error, kind, what, todo, language):
    locale.set_language(language)
    explained = diagnosis.explain(error)
    assert type(explained) is kind
    assert explained.what.endswith("." if language == "en" else "。")
    assert explained.kept
    if language == "zh":
        assert what in explained.what
        assert "没有保存" in explained.kept
        assert todo in explained.todo


def test_a_log_without_room_for_its_index_is_a_full_disk_and_no_damage(tmp_path, monkeypatch):
    path = tmp_path / "crm.db"
    create(path)
    full = SimpleNamespace(f_bavail=3, f_frsize=4096)
    monkeypatch.setattr(diagnosis.os, "statvfs", lambda _path: full)
    told = diagnosis.explain(sqlite3.OperationalError("disk I/O error"), path, reading=True)
    assert str(told) == "磁盘已满。没有任何改动。请腾出一些空间，再试一次。"

    def refused(*_args, **_more):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(connections, "connect", refused)
    with pytest.raises(Fault, match="磁盘已满"):
        open_checked(path)


def test_no_room_for_a_new_database_is_told_in_words(tmp_path, monkeypatch):
    def refused(*_args, **_more):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(connections, "connect", refused)
    with pytest.raises(BadInput, match="磁盘已满。没有写入任何内容"):
        create(tmp_path / "crm.db")
    assert list(tmp_path.iterdir()) == []


def test_what_is_known_of_the_schema_is_forgotten_and_read_again(db):
    result = db.write(1, "customer.add", lambda change: customer(change, "K1"))
    forget_schema(db.connection)
    moved = saved(db, lambda change: change.update("customer", result.value, {"name": "乙"}, None))
    told = "SELECT new FROM change WHERE change_set = :set AND field = 'name'"
    assert db.connection.execute(told, {"set": moved}).fetchone() == ("乙",)
    db.connection.execute("BEGIN IMMEDIATE")
    forget_schema(db.connection)  # nothing, in a transaction
    assert db.connection.in_transaction
    db.connection.execute("ROLLBACK")
    assert field(db, "customer", result.value, "name") == "乙"
    assert db.connection.execute("PRAGMA writable_schema").fetchone() == (0,)


@pytest.mark.parametrize(
    "error", [BlockingIOError(errno.EAGAIN, "fork"), RuntimeError("can't start new thread")]
)
def test_no_more_processes_is_a_sentence(error):
    said = "系统不允许再启动新的进程。没有任何改动。请关闭其他程序，或请管理员放宽限制，再试一次。"
    assert str(diagnosis.plain(error)) == said


def test_too_many_open_files_is_a_sentence_whichever_file_was_the_last():
    said = "打开的文件太多。没有任何改动。请关闭其他程序，再试一次。"
    assert str(diagnosis.plain(OSError(errno.EMFILE, "full", "/usr/share/zoneinfo/Asia/Shanghai"))) == said
    missing = FileNotFoundError(errno.ENOENT, "gone", "sheet.csv")
    assert diagnosis.plain(missing) is missing
