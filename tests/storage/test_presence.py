"""Who is in the file, and who publishes: locks beside the database, seen from other processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from crm_tui.storage.presence import JobLock, Presence

HOLDER = """
import sys
from pathlib import Path
from crm_tui.storage.presence import JobLock, Presence
lock = {kind}(Path(sys.argv[1]))
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
    assert not JobLock(nowhere).take()
