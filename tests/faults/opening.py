"""Nine o'clock: everybody opens the same file at the same moment, and everybody gets in.

    python -m tests.faults.opening --processes 200 [--journal wal|truncate]

All processes are there before the first opens. Each opens a session as the program does, reads its Today and
stays until all are in; then everybody saves once and leaves.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

from crm_tui import clock
from crm_tui.queue import service as queue
from crm_tui.session import Session, open_session, register_derived
from crm_tui.storage.connection import connect
from crm_tui.storage.presence import who_is_in
from tests.faults import processes

CUSTOMERS = 500


class Outcome(NamedTuple):
    """Seconds of each opening and of each save, ascending, and what went wrong; ``faults`` must be empty."""

    opened: list[float]
    saved: list[float]
    faults: list[str]


class Gate:
    """Holds processes back until the one that made it opens it."""

    def __init__(self) -> None:
        self._inlet, self._outlet = os.pipe()

    def open(self) -> None:
        """Let everybody through."""
        os.close(self._outlet)

    def wait(self) -> None:
        """Wait, in a child, until the gate is opened."""
        os.close(self._outlet)
        os.read(self._inlet, 1)


def colleague(path: Path, number: int, start: Gate, save: Gate, came: int) -> dict[str, object]:
    """Open, read, stay, save and leave: what one child does."""
    said: dict[str, object] = {}
    session: Session | None = None
    try:
        start.wait()
        began = time.perf_counter()
        session = open_session(path, login="li")
        queue.today(session.reader, session.person.id, clock.now(), session.zone)
        said["opened"] = time.perf_counter() - began
    except Exception as error:
        said["fault"] = f"opening: {type(error).__name__}: {error}"
    os.write(came, b".")
    save.wait()
    if session is not None:
        try:
            row = {"name": f"标签{number}", "name_key": f"标签{number}"}
            began = time.perf_counter()
            session.database.write(1, "tag.add", lambda change: change.insert("tag", row))
            said["saved"] = time.perf_counter() - began
            session.close()
        except Exception as error:
            said["fault"] = f"saving: {type(error).__name__}: {error}"
    return said


def crowd(path: Path, count: int) -> None:
    """Split into ``count`` colleagues and print what each says, and who was in."""
    register_derived()
    start, save = Gate(), Gate()
    here, came = os.pipe()
    for number in range(count):
        if os.fork() == 0:
            try:
                line = json.dumps(colleague(path, number, start, save, came))
                os.write(1, line.encode() + b"\n")
            finally:
                os._exit(0)
    os.close(came)
    start.open()
    arrived = 0
    while arrived < count and (more := os.read(here, count)):
        arrived += len(more)
    os.write(1, json.dumps({"seats": len(who_is_in(path))}).encode() + b"\n")
    save.open()
    for _child in range(count):
        os.wait()


def run(path: Path, journal: str, count: int) -> Outcome:
    """Let ``count`` processes open a new database at once and check what is in it afterwards."""
    processes.make(path, journal, CUSTOMERS)
    child = processes.child("tests.faults.opening", "--crowd", path, "--processes", count)
    out, err = child.communicate(timeout=600)
    said = [json.loads(line) for line in out.splitlines()]
    faults = [one["fault"] for one in said if "fault" in one] + err.splitlines()[-3:]
    seats = next((one["seats"] for one in said if "seats" in one), 0)
    if len(said) != count + 1 or seats != count:
        faults.append(f"{count} came, {len(said) - 1} answered, {seats} were in")
    connection = connect(path)
    try:
        held = connection.execute("SELECT count(*) FROM tag").fetchone()[0]
    finally:
        connection.close()
    if held != count:
        faults.append(f"{count} saved, {held} are there")
    if who_is_in(path):
        faults.append("somebody is still in")
    opened, saved = ([one[what] for one in said if what in one] for what in ("opened", "saved"))
    return Outcome(sorted(opened), sorted(saved), faults + processes.unsound(path))


def spread(seconds: list[float]) -> str:
    """Return the middle and the slowest of ascending times."""
    if not seconds:
        return "none"
    return f"p50 {seconds[len(seconds) // 2] * 1000:.0f} ms, slowest {seconds[-1] * 1000:.0f} ms"


def main() -> int:
    """Run the command; the exit code is 1 when somebody did not get in."""
    parser = processes.options(__doc__)
    parser.add_argument("--processes", type=int, default=200)
    parser.add_argument("--crowd", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.crowd:
        crowd(wanted.crowd, wanted.processes)
        return 0

    def play(folder: Path, journal: str) -> tuple[str, list[str]]:
        outcome = run(folder / "crm.db", journal, wanted.processes)
        told = (
            f"{wanted.processes} at once: opened {spread(outcome.opened)}; then saved {spread(outcome.saved)}"
        )
        return told, outcome.faults

    return processes.in_each_mode(wanted, play, "everybody got in")


if __name__ == "__main__":
    sys.exit(main())
