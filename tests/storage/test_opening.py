"""Odd names and places, and files that a crash left behind: each has its sentence or opens as it should."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.cli.main import run as call
from crm_tui.errors import BadInput, CrmError
from crm_tui.locale import _
from crm_tui.session import create_database, open_session
from crm_tui.storage.connection import create, open_checked
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.tui.opening import try_to_open
from tests.faults import processes
from tests.faults.unprivileged import as_nobody
from tests.storage.world import assert_sound

pytestmark = pytest.mark.usefixtures("made_anew")


def refusal(path: Path) -> CrmError:
    """Return the one refusal that storage, session and terminal interface give."""
    with pytest.raises(CrmError) as refused:
        open_session(path, login="li")
    shown = try_to_open(path, False).refusal
    assert shown is not None and str(shown) == str(refused.value)
    return refused.value


def test_a_pipe_and_a_socket_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket.db"))
        for name in ("pipe.db", "socket.db"):
            refused = refusal(tmp_path / name)
            assert "设备或管道" in refused.what and name in refused.what and refused.todo


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/full"])
def test_a_device_is_no_database(device: str) -> None:
    assert "设备或管道" in refusal(Path(device)).what


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.db").symlink_to("b.db")
    (tmp_path / "b.db").symlink_to("a.db")
    refused = refusal(tmp_path / "a.db")
    assert "a.db" in refused.what and "绕成了圈" in refused.what


def test_a_link_that_leads_nowhere_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.db").symlink_to(tmp_path / "gone" / "b.db")
    refused = refusal(tmp_path / "a.db")
    assert "没有数据库" in refused.what
    assert os.listdir(tmp_path) == ["a.db"]


def test_a_link_opens_the_file_and_keeps_its_locks_beside_it(tmp_path: Path) -> None:
    real = tmp_path / "real"
    create_database(real / "crm.db", login="li")
    (tmp_path / "link.db").symlink_to("real/crm.db")
    with open_session(tmp_path / "link.db", login="li") as session:
        assert session.read_only == ""
        assert os.listdir(tmp_path / "real") != ["crm.db"]
    assert sorted(name for name in os.listdir(tmp_path) if not name.startswith(".")) == ["link.db", "real"]


def test_a_name_too_long_for_the_system(tmp_path: Path) -> None:
    refused = refusal(tmp_path / ("长" * 200 + ".db"))
    assert isinstance(refused, BadInput) and "名称" in refused.what


NAMES = ["a?b.db", "a#b.db", "100%.db", "%41.db", "it's \"so\".db", "两\n行.db", "; DROP.db", "-x.db",
         os.fsdecode(b"\xff\xfe\xe4.db"), "emoji 🙂 ‮.db", "file:a.db", "a.db?mode=memory"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_opened_written_and_backed_up(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "li")
    path = tmp_path / name
    create_database(path, login="li")
    with open_session(path, login="li") as session:
        row = {"name": "a", "name_key": "a"}
        session.database.write(1, "tag.add", lambda change: change.insert("tag", row))
    database = Database(path, read_only=True)
    found = database.connection.execute("SELECT count(*) FROM tag WHERE name = 'a'").fetchone()
    assert found == (1,)
    assert_sound(database.connection)
    database.close()
    for words in (("due",), ("backup",), ("doctor",), ("migrate",)):
        assert call(("--db", str(path), *words), lambda *_: 0) == 0, capsys.readouterr()
    path.write_bytes(b"x" * 5000)
    assert call(("--db", str(path), "due"), lambda *_: 0) == 1
    assert "不是数据库" in capsys.readouterr().err


# -- what a crash left -----------------------------------------------------------------------

CRASH = """
import os, signal, sys
from pathlib import Path
from crm_tui.storage.connection import connect
c = connect(Path(sys.argv[1]))
if sys.argv[2] == "truncate":
    c.execute("PRAGMA journal_mode=TRUNCATE")
    c.execute("PRAGMA cache_size=5")
c.execute("BEGIN IMMEDIATE")
c.execute("UPDATE writing SET change_set = 1")
c.execute("UPDATE customer SET note = hex(zeroblob(900)), changed_in = 1")
if sys.argv[2] == "wal":
    c.execute("UPDATE writing SET change_set = NULL")
    c.execute("COMMIT")
os.kill(os.getpid(), signal.SIGKILL)
"""
LEFT = {"wal": "-wal", "truncate": "-journal"}


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


def crashed(path: Path, mode: str) -> Path:
    """Make a database whose last writer was killed: in its COMMIT's wake (WAL), or halfway (TRUNCATE)."""
    processes.make(path, mode, customers=300)
    ended = subprocess.run([sys.executable, "-c", CRASH, str(path), mode], cwd=processes.ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    left = path.with_name(path.name + LEFT[mode])
    assert left.stat().st_size > 8 and any(left.read_bytes()[:8])
    return path


def noted(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT count(*) FROM customer WHERE note IS NOT NULL").fetchone()[0]


@pytest.mark.parametrize("mode", processes.MODES)
@pytest.mark.parametrize("read_only", [False, True])
def test_what_a_crash_left_is_put_in_order_where_it_may_be(
    tmp_path: Path, mode: str, read_only: bool
) -> None:
    path = crashed(tmp_path / "crm.db", mode)
    connection, reason = open_checked(path, read_only=read_only)
    assert bool(reason) is read_only
    # What was acknowledged is there, what was not is gone.
    assert noted(connection) == (300 if mode == "wal" else 0)
    connection.close()


def seen(path: Path) -> str:
    """Return what an unprivileged user gets to see."""
    try:
        connection, reason = open_checked(path)
        found = f"{reason} {noted(connection)}"
        connection.close()
        return found
    except CrmError as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("mode", processes.MODES)
def test_half_a_save_is_never_shown_as_the_whole_where_it_cannot_be_mended(folder: Path, mode: str) -> None:
    path = crashed(folder / "crm.db", mode)
    # Copied to a medium without the shared memory of its writers.
    (folder / "crm.db-shm").unlink(missing_ok=True)
    for left in folder.iterdir():
        left.chmod(0o444)
    folder.chmod(0o555)
    said = as_nobody(lambda: seen(path))
    assert said.startswith("BadInput:") and "上次保存中断" in said, said
    assert "可写的地方" in said


def test_a_log_left_behind_is_read_with_its_shared_memory(folder: Path) -> None:
    if "wal" not in processes.MODES:
        pytest.skip("this SQLite library has the WAL-reset fault: the program does not use WAL with it")
    path = crashed(folder / "crm.db", "wal")
    for left in folder.iterdir():
        left.chmod(0o444)
    folder.chmod(0o555)
    assert as_nobody(lambda: seen(path)).endswith("写入权限。 300")


@pytest.mark.parametrize("mode", processes.MODES)
def test_a_file_at_rest_is_read_where_nothing_may_be_written(folder: Path, mode: str) -> None:
    path = folder / "crm.db"
    processes.make(path, mode, customers=3)
    path.chmod(0o444)
    folder.chmod(0o555)
    assert as_nobody(lambda: seen(path)).endswith("写入权限。 0")


def test_a_folder_that_may_not_be_entered(folder: Path) -> None:
    path = folder / "inner" / "crm.db"
    create(path)
    path.parent.chmod(0)

    def both() -> str:
        shown = try_to_open(path, False).refusal
        return f"{seen(path)} | {shown}"

    said = as_nobody(both)
    path.parent.chmod(0o755)
    assert said.count("没有相应的权限") == 2 and said.count("无法访问") == 2, said


def closed_and_opened(path: Path) -> str:
    """Save while the folder may be written, may not, and may again."""
    said = []
    path.parent.chmod(0o755)
    database = Database(path)
    for rights in (0o755, 0o555, 0o755):
        path.parent.chmod(rights)
        try:
            database.write(1, "test", lambda change, note=oct(rights) + str(len(said)): change.update(
                "customer", 1, {"note": note}))  # fmt: skip
            said.append("saved")
        except CrmError as error:
            said.append(str(error))
    database.close()
    return "\n".join(said)


def test_a_folder_closed_while_open_says_so_at_the_save_and_takes_the_next_one(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    path = inner / "crm.db"
    processes.make(path, "truncate", customers=1)
    # What lies beside it is made anew: only then does the folder's right count.
    for each in (inner, *inner.iterdir()):
        os.chown(each, 65534, 65534) if os.geteuid() == 0 else None
    for left in inner.glob("*-journal"):
        left.unlink()
    first, second, third = as_nobody(lambda: closed_and_opened(path)).splitlines()
    assert first == third == "saved"
    assert second == "saved" or "没有保存" in second
