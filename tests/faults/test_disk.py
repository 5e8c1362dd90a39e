"""No right to write, no right to read, no room: a sentence each, and nothing half-written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crm_tui.errors import CrmError
from crm_tui.locale import _
from crm_tui.storage.connection import create
from crm_tui.storage.database import Database
from crm_tui.upkeep.findings import BAD
from crm_tui.upkeep.place import rights
from tests.faults import processes
from tests.faults.unprivileged import as_nobody


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that an unprivileged user may enter."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    # The catalogue is read here: a user without rights may not be able to.
    assert _("Nothing was changed.")
    yield path
    path.chmod(0o755)
    shutil.rmtree(path)


def opened(path: Path) -> str:
    """Return what an opening, a read and a save come to."""
    said = []
    try:
        database = Database(path)
        said.append(f"reason: {database.read_only}")
        reader = database.connect_reader()
        said.append(f"customers: {reader.execute('SELECT count(*) FROM customer').fetchone()[0]}")
        reader.close()
        database.write(1, "test", lambda change: change.update("customer", 1, {"note": "x"}))
        said.append("saved")
    except CrmError as error:
        said.append(f"{type(error).__name__}: {error}")
    return "\n".join(said)


@pytest.mark.parametrize("mode", processes.MODES)
@pytest.mark.parametrize(("file_rights", "folder_rights"), [(0o444, 0o555), (0o666, 0o555), (0o444, 0o777)])
def test_without_the_right_to_write_the_file_is_read_and_says_so(folder, mode, file_rights, folder_rights):
    path = folder / "crm.db"
    processes.make(path, mode, customers=3)
    path.chmod(file_rights)
    folder.chmod(folder_rights)
    said = as_nobody(lambda: opened(path))
    assert "reason: 文件或所在文件夹没有写入权限。" in said
    assert "customers: 3" in said
    assert "NotPermitted: 数据库目前只能读取。没有任何改动。" in said
    assert "saved" not in said


def test_without_the_right_to_read_it_says_whom_to_ask(folder):
    path = folder / "crm.db"
    processes.make(path, "truncate")
    path.chmod(0)
    said = as_nobody(lambda: opened(path))
    assert said.startswith("BadInput: 没有读取")
    assert "所有者" in said


def test_no_database_is_made_in_a_folder_without_the_right_to_write(folder):
    folder.chmod(0o555)

    def made() -> str:
        try:
            create(folder / "crm.db")
        except CrmError as error:
            return f"{type(error).__name__}: {error}"
        return "made"

    said = as_nobody(made)
    assert said.startswith("BadInput: 无法在")
    assert "没有写入任何内容" in said
    assert os.listdir(folder) == []


FULL = """
import resource, sys
from pathlib import Path
from crm_tui.errors import CrmError
from crm_tui.storage.database import Database
from crm_tui.upkeep.findings import BAD
from crm_tui.upkeep.place import rights
database = Database(Path(sys.argv[1]))
saved = 0
limit = Path(sys.argv[1]).stat().st_size + 300_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
def body(change):
    for _n in range(20):
        change.insert("tag", {"name": "x" * 400, "name_key": f"{saved} {_n}"})
try:
    while saved < 1000:
        database.write(1, "test", body)
        saved += 1
except CrmError as error:
    print(saved, type(error).__name__, error)
print(database.connection.execute("SELECT count(*) FROM tag").fetchone()[0])
"""


@pytest.mark.parametrize("mode", processes.MODES)
def test_a_file_that_may_not_grow_keeps_every_acknowledged_save(tmp_path, mode):
    path = tmp_path / "crm.db"
    processes.make(path, mode)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=processes.ROOT,
    )
    refusal, left = done.stdout.strip().splitlines()
    saved, kind, sentence = refusal.split(" ", 2)
    assert kind == "Fault"
    assert "文件不能再变大" in sentence
    assert "文件大小的限制" in sentence
    assert "之前保存的内容都在" in sentence
    assert int(left) == int(saved) * 20 > 0
    assert processes.unsound(path) == []
    database = Database(path)
    database.write(1, "test", lambda change: change.insert("tag", {"name": "room", "name_key": "room"}))
    assert database.connection.execute("SELECT count(*) FROM tag").fetchone() == (int(left) + 1,)
    database.close()


def test_who_may_not_write_is_never_shown_two_moments_as_one(folder):
    path = folder / "crm.db"
    processes.make(path, "wal", customers=3)
    path.chmod(0o644)
    reads, reads_on = os.pipe(), os.pipe()

    def count(reader) -> str:
        try:
            return str(reader.execute("SELECT count(*) FROM tag").fetchone()[0])
        except CrmError as error:
            return str(error)

    def read_twice() -> str:
        try:
            database = Database(path)
            reader = database.connect_reader()
            said = [count(reader)]
        finally:
            os.write(reads[1], b"!")
        os.read(reads_on[0], 1)
        said.append(count(reader))
        database.close()
        said.append(count(Database(path).connect_reader()))
        return "\n".join(said)

    with ThreadPoolExecutor(1) as colleagues:
        reading = colleagues.submit(as_nobody, read_twice)
        os.read(reads[0], 1)
        database = Database(path)
        database.write(1, "test", lambda change: change.insert("tag", {"name": "a", "name_key": "a"}))
        database.close()
        os.write(reads_on[1], b"!")
        before, meanwhile, after = reading.result().splitlines()
    assert (before, after) == ("0", "1")
    assert "有同事开始写入数据库" in meanwhile


def test_who_may_only_read_keeps_nobody_from_writing(folder):
    path = folder / "crm.db"
    processes.make(path, "wal", customers=3)
    path.chmod(0o644)
    folder.chmod(0o777)
    before = set(folder.iterdir())
    said = as_nobody(lambda: opened(path))
    assert "customers: 3" in said and "NotPermitted" in said
    made = {each.name for each in set(folder.iterdir()) - before}
    assert made <= {"crm.db.lock"}


def test_a_log_that_somebody_else_made_is_named(folder):
    path = folder / "crm.db"
    processes.make(path, "wal", customers=3)
    path.chmod(0o666)
    folder.chmod(0o777)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).touch(0o444)
    if os.geteuid() != 0:
        pytest.skip("needs two users")
    said = as_nobody(lambda: opened(path))
    assert "没有写入 crm.db-wal 的权限" in said and "请其所有者或管理员" in said
    found = as_nobody(lambda: "\n".join(f"{one.state} {one.said}" for one in rights(path)))
    assert found == f"{BAD} 你没有写入 crm.db-wal 的权限，它在数据库文件旁边。"
