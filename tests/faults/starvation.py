"""A reader that does not end: what it does to those who save, and that everything is well once it is gone.

    python -m tests.faults.starvation --saves 2000 [--journal wal|truncate]

With a write-ahead log all saves go on and the log grows; it is short again after the next backup and gone
when everybody has left. Without one no save can end beside such a reader: the saver is told so in a sentence,
nothing of the save is kept, and the next one goes through when the reader is gone. So the program itself
never leaves a reading open: between any two of its own anybody can have the whole file.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from crm_tui.customers import reading
from crm_tui.errors import Busy
from crm_tui.followups import service as followups
from crm_tui.followups import store as followups_store
from crm_tui.queue import store as queue
from crm_tui.session import Session, open_session
from crm_tui.storage import history, patience
from crm_tui.storage.backup import make_backup
from crm_tui.storage.driver import sqlite3
from tests.faults import processes
from tests.faults.million import make_million

CUSTOMERS = 500
UNREAD = "SELECT id, content FROM activity UNION ALL SELECT id, name FROM customer"


class Outcome(NamedTuple):
    """What a run came to; ``faults`` must be empty. Bytes of the log: at most, after a backup, in the end."""

    saves: int
    refused: int
    sentence: str
    log: tuple[int, int, int]
    faults: list[str]


def read_for_ever(path: Path) -> None:
    """Take the first row of a SELECT inside a transaction and keep both open until standard input ends."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    cursor = connection.execute(UNREAD)
    cursor.fetchone()
    print("reading", flush=True)
    sys.stdin.read()


class Reader:
    """The reader's process, there while the block runs."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.starvation", "--child", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=processes.ROOT,
        )

    def __enter__(self) -> Reader:
        assert self._process.stdout
        if self._process.stdout.readline() != "reading\n":
            raise SystemExit("the reader did not begin")
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate()


def run(path: Path, journal: str, saves: int, seconds: float = 0.3) -> Outcome:
    """Save so many times beside the reader and after it; a save waits so many ``seconds`` for the lock."""
    make_million(path, CUSTOMERS, journal)
    faults: list[str] = []
    log, sentence, refused, done = path.with_name(path.name + "-wal"), "", 0, 0
    most = after = 0
    with patch.object(patience, "BUSY_SECONDS", seconds), open_session(path, login="li") as session:
        with Reader(path):
            for number in range(saves if journal == "wal" else 3):
                try:
                    save(session, number)
                    done += 1
                except Busy as error:
                    sentence, refused = str(error), refused + 1
                most = max(most, log.stat().st_size if log.exists() else 0)
        for number in range(saves, saves + 20):
            save(session, number)
            done += 1
        faults += left_open(session, path)
        make_backup(path, None, "manual", "li")
        save(session, -1)
        after = log.stat().st_size if log.exists() else 0
    with closing(sqlite3.connect(path)) as connection:
        stored = connection.execute("SELECT count(*) FROM activity WHERE content LIKE '第%'").fetchone()[0]
    if stored != done + 1:
        faults.append(f"{stored} saves are in the file, {done + 1} were acknowledged")
    last = log.stat().st_size if log.exists() else 0
    if journal == "wal":
        if refused:
            faults.append(f"{refused} saves failed beside a reader: {sentence}")
        if after > max(most // 4, 1 << 20):
            faults.append(f"the log has {after} bytes after a backup, {most} before")
        if last:
            faults.append(f"the log has {last} bytes when all have left")
    elif refused != 3:
        faults.append("a save ended beside a reader without write-ahead log")
    return Outcome(done, refused, sentence, (most, after, last), faults + processes.unsound(path))


def save(session: Session, number: int) -> None:
    """Log a call with a customer."""
    entry = followups.LogEntry(1 + number % CUSTOMERS, f"第{number}次", "phone")
    session.write(followups.log, entry)


def left_open(session: Session, path: Path) -> list[str]:
    """Return which of the program's readings keep others from the file although they have answered."""
    reader = session.reader
    readings: dict[str, Callable[[], Any]] = {
        "list": lambda: reading.page(reader, reading.Query()),
        "count": lambda: reading.count(reader, reading.Query(text="华")),
        "file": lambda: reading.customer_file(reader, 1),
        "warnings": lambda: reading.warnings(reader, name="某某", phones="13800000000"),
        "today": lambda: queue.due(reader, None, "2027-01-01", 100),
        "activities": lambda: followups_store.activities(reader, 1),
        "plans": lambda: followups_store.plans(reader, 1),
        "history": lambda: history.recent(reader),
        "of a record": lambda: history.of_record(reader, "customer", 1),
        "undoable": lambda: history.undoable(session.database.connection, session.person.id),
        "words": lambda: session.context(),
    }
    found = []
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        for name, read in readings.items():
            answer = read()
            try:
                # Nobody else may read or write while this lock is held: it is had only when nobody does.
                other.execute("PRAGMA locking_mode=EXCLUSIVE").fetchone()
                other.execute("BEGIN EXCLUSIVE")
                other.execute("ROLLBACK")
            except sqlite3.OperationalError as error:
                if session.database.connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                    found.append(f"{name}: {error}")
            finally:
                other.execute("PRAGMA locking_mode=NORMAL").fetchone()
                other.execute("SELECT count(*) FROM sqlite_master").fetchone()
            del answer
    return found


def main() -> int:
    """Run the command; the exit code is 1 when something broke."""
    parser = processes.options(__doc__)
    parser.add_argument("--saves", type=int, default=2000)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        read_for_ever(wanted.child)
        return 0

    def play(folder: Path, journal: str) -> tuple[str, list[str]]:
        began = time.perf_counter()
        # Without a log each save beside the reader waits as long as it would for a user.
        usual = 0.3 if journal == "wal" else patience.BUSY_SECONDS
        outcome = run(folder / "crm.db", journal, wanted.saves, usual)
        told = (
            f"{outcome.saves} saves, {outcome.refused} refused ({outcome.sentence or 'none'});"
            f" log {' / '.join(str(size) for size in outcome.log)} bytes at most, after a backup, in the end;"
            f" {time.perf_counter() - began:.0f} s"
        )
        return told, outcome.faults

    return processes.in_each_mode(wanted, play, "nothing broken")


if __name__ == "__main__":
    sys.exit(main())
