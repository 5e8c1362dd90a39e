"""Who is in the file, and who publishes: locks beside the database, seen from other processes."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from crm_tui.errors import BadInput, Busy, NotPermitted
from crm_tui.storage import presence as presences
from crm_tui.storage.connection import create
from crm_tui.storage.entrance import enter
from crm_tui.storage.presence import JobLock, Presence, SoleUse, seats_folder, who_is_in
from tests.faults.unprivileged import as_nobody

HOLDER = """
import sys
from pathlib import Path
from crm_tui.storage.presence import JobLock, Presence
lock = {kind}(Path(sys.argv[1]))
if "{kind}" == "Presence":
    lock.sit("wang", "王芳", "tui")
print({question}, flush=True)
sys.stdin.read()
"""


class Other:
    """Another process that holds a lock until it is told to leave, or dies."""

    def __init__(self, path: Path, kind: str, question: str) -> None:
        program = HOLDER.format(kind=kind, question=question)
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self.process.stdout
        self.said = self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate()

    def die(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()


def test_alone_is_who_shares_the_file_with_no_other_process(path):
    mine = Presence(path)
    assert mine.alone()
    other = Other(path, "Presence", "lock.alone()")
    assert other.said == "False"
    assert not mine.alone()
    other.leave()
    assert mine.alone()
    mine.close()


def test_two_sessions_of_one_process_are_not_alone_either(path):
    one, two = Presence(path), Presence(path)
    assert not one.alone()
    assert not two.alone()
    one.close()
    assert two.alone()
    two.close()


def test_one_process_publishes_at_a_time_and_a_dead_one_lets_go(path):
    other = Other(path, "JobLock", "lock.take()")
    assert other.said == "True"
    mine = JobLock(path)
    assert not mine.take()
    other.die()
    assert mine.take()
    mine.close()


def test_a_folder_without_write_permission_does_not_stop_reading(tmp_path):
    nowhere = tmp_path / "missing" / "crm.db"
    assert not Presence(nowhere).alone()
    with pytest.raises(OSError):
        JobLock(nowhere).take()


def test_who_is_in_is_told_by_name_until_he_leaves_or_dies(path):
    assert who_is_in(path) == []
    mine = enter(path)
    mine.sit("li", "李雷", "cli")
    other = Other(path, "Presence", "1")
    seats = {seat.login: seat for seat in who_is_in(path)}
    assert set(seats) == {"li", "wang"}
    assert (seats["wang"].name, seats["wang"].front_end, seats["wang"].pid) == (
        "王芳",
        "tui",
        other.process.pid,
    )
    other.die()
    assert [seat.login for seat in who_is_in(path)] == ["li"]
    mine.close()
    assert who_is_in(path) == []
    assert not seats_folder(path).exists()


def test_an_entry_that_cannot_be_read_is_somebody_all_the_same(path):
    mine = enter(path)
    mine.sit("li", "李雷", "cli")
    next(seats_folder(path).iterdir()).write_text("{")
    assert [seat.login for seat in who_is_in(path)] == [""]
    mine.close()


def test_alone_means_nobody_in_and_nobody_gets_in(path, monkeypatch):
    monkeypatch.setattr(presences, "WAIT_SECONDS", 0.0)
    sole = SoleUse(path, "wang")
    other = Other(path, "Presence", "1")
    assert not sole.take()
    other.leave()
    assert sole.take()
    with pytest.raises(Busy, match="wang 正在恢复数据库"):
        enter(path)
    sole.close()
    enter(path).close()


def test_whoever_comes_during_a_restore_waits_a_moment_for_its_end(path, monkeypatch):
    sole = SoleUse(path, "wang")
    assert sole.take()
    monkeypatch.setattr("crm_tui.clock.pause", lambda _seconds: sole.close())
    enter(path).close()


def test_a_session_that_let_go_of_the_gate_for_a_moment_still_counts(path):
    mine = Presence(path)
    mine.sit("li", "李雷", "tui")
    assert mine._file is not None
    fcntl.flock(mine._file, fcntl.LOCK_UN)
    sole = SoleUse(path, "wang")
    assert not sole.take()
    # The refused one lets go of the gate again.
    assert mine.alone()
    sole.close()
    mine.close()


def test_two_hundred_come_at_nine_o_clock(path):
    came: list[Presence] = []

    def come(number: int) -> None:
        presence = enter(path)
        presence.sit(f"user{number}", "", "tui")
        came.append(presence)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {seat.login for seat in who_is_in(path)} == {f"user{number}" for number in range(200)}
    for presence in came:
        presence.close()
    assert who_is_in(path) == []


@pytest.mark.parametrize("mask", [0, 0o077])
def test_what_lies_beside_the_file_is_for_those_who_have_the_file(path, mask):
    path.chmod(0o660)
    before = os.umask(mask)
    try:
        mine, job = enter(path), JobLock(path)
        mine.sit("li", "李雷", "tui")
    finally:
        os.umask(before)
    rights = {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.rglob("crm.db.*")}
    assert rights == {"crm.db.lock": 0o660, "crm.db.job": 0o660, "crm.db.in": 0o770}
    assert [stat.S_IMODE(one.stat().st_mode) for one in seats_folder(path).iterdir()] == [0o660]
    mine.close()
    job.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
def test_a_colleague_of_another_account_locks_the_same_gate():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "crm.db"
        create(path)
        path.chmod(0o666)
        folder.chmod(0o777)
        mine = enter(path)
        mine.sit("li", "李雷", "tui")

        def colleague() -> str:
            theirs = enter(path)
            theirs.sit("nobody", "小王", "tui")
            said = f"{theirs.alone()} {[seat.name for seat in who_is_in(path)]} {JobLock(path).take()}"
            theirs.close()
            return said

        said = as_nobody(colleague)
        assert said.startswith("False") and "李雷" in said and "小王" in said and said.endswith("True")
        path.chmod(0o644)
        Path(str(path) + ".lock").unlink()
        gate = Presence(path)
        # Who may only read still holds the gate, though without an entry.
        assert as_nobody(lambda: f"{Presence(path).alone()} {SoleUse(path, 'x').take()}") == "False False"
        gate.close()
        mine.close()


def test_a_foreign_file_gets_no_lock_beside_it(tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"no database" * 100)
    with pytest.raises(BadInput):
        enter(photo)
    assert list(tmp_path.iterdir()) == [photo]


def test_nobody_works_past_a_lock_that_he_cannot_hold():
    # Made for one, then opened to others: they would work unseen, and a restore would go on under them.
    path = Path(tempfile.mkdtemp(dir="/tmp")) / "crm.db"
    try:
        path.parent.chmod(0o777)
        create(path)
        Presence(path).close()
        path.chmod(0o666)
        lock = path.with_name(path.name + ".lock")
        if os.geteuid() != 0:
            lock.chmod(0)

        def opened() -> str:
            try:
                Presence(path).close()
            except NotPermitted as error:
                return str(error)
            return "opened"

        assert "的权限与它保护的数据库不同" in as_nobody(opened)
        if os.geteuid() == 0:
            Presence(path).close()
            assert as_nobody(opened) == "opened"
    finally:
        shutil.rmtree(path.parent)
