"""How long a change of 10,000 customers and its undo take, and how long at most it keeps others from saving.

Run by hand: ``python -m tests.bench.bulk [--database FILE] [--customers 100000] [--rows 10000] [--shared]
[--judge cpu]``.
FILE is copied first; without one a demo of so many customers is made. Each change is measured against plain
SQLite updating one column of the same rows, without triggers, history and derived rows, in the same run.
``--shared`` makes the pauses that colleagues in the file bring. The backup before is not counted. Ends with 1
above a bound; another program's load makes the seconds longer, so processor time is told too and may judge.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.access import store as people_store
from crm_tui.customers import bulk
from crm_tui.customers.bulk_edit import Edit
from crm_tui.followups.hand_over import hand_over
from crm_tui.session import Session, open_session
from crm_tui.storage import backup
from crm_tui.storage.connection import connect
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3

BOUND_SECONDS, BOUND_LOCK = 3.0, 0.1
FIRST_LOGIN = "SELECT login FROM person WHERE active = 1 ORDER BY id LIMIT 1"
IDS = "SELECT id FROM customer ORDER BY id"


class Times(NamedTuple):
    """Seconds on the clock and of the processor."""

    wall: float
    cpu: float

    def since(self, began: Times) -> Times:
        """Return what passed since another moment."""
        return Times(self.wall - began.wall, self.cpu - began.cpu)


class Took(NamedTuple):
    """What a change took, in how many parts, and for how long at most the lock was held, by either clock."""

    whole: Times
    parts: int
    longest: Times


@contextmanager
def measured() -> Generator[Callable[[], Took]]:
    """Note each transaction from BEGIN to the end of COMMIT."""
    held: list[Times] = []
    begin, attempt = Database._begin, Database._attempt
    # What is brought in beside the parts, by another thread, is no work within the lock.
    in_thread = lambda: Times(time.perf_counter(), time.thread_time())  # noqa: E731
    taken = [in_thread()]

    def begins(self: Database) -> None:
        begin(self)
        taken[0] = in_thread()

    def attempts(self: Database, *arguments: Any) -> Any:
        try:
            return attempt(self, *arguments)
        finally:
            held.append(in_thread().since(taken[0]))

    now = lambda: Times(time.perf_counter(), time.process_time())  # noqa: E731
    began = now()
    Database._begin, Database._attempt = begins, attempts  # ty: ignore[invalid-assignment]
    try:
        yield lambda: Took(now().since(began), len(held), Times(*map(max, *held)))
    finally:
        Database._begin, Database._attempt = begin, attempt


def plain(path: Path, ids: list[int]) -> float:
    """Return the seconds that SQLite takes to update an indexed column of these rows, and nothing else."""
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for name in names:
        connection.execute(f"DROP TRIGGER {name}")
    connection.commit()
    began = time.perf_counter()
    connection.executemany("UPDATE customer SET status = 'lost', changed_in = 0 WHERE id = ?", zip(ids))
    connection.commit()
    took = time.perf_counter() - began
    connection.close()
    return took


def edits(session: Session) -> dict[str, Edit]:
    """Return the changes to be measured."""
    people = [one for one in people_store.people(session.reader) if one.active == 1]
    return {
        "level": Edit({"level": "key"}, ("level",)),
        "status": Edit({"status": "lost"}, ("status",)),
        "tag": Edit(add_tags=("批量",)),
        "hand over": hand_over(people[-1], session.person.name, session.names, "交接"),
        "archive": Edit(archive=True),
    }


def measure(path: Path, rows: int, shared: bool, judge: str) -> int:
    """Change, take back, print; return 1 when a bound was passed."""
    connection = connect(path)
    login = connection.execute(FIRST_LOGIN).fetchone()[0]
    ids = [row[0] for row in connection.execute(IDS).fetchall()]
    connection.close()
    ids = ids[:: max(len(ids) // rows, 1)][:rows]
    peer = path.with_name("plain.db")
    shutil.copyfile(path, peer)
    base = plain(peer, ids)
    peer.unlink()
    how = "shared" if shared else "alone"
    print(f"{len(ids):,} rows spread over the file, {how}; plain SQLite: {base:.2f} s")
    failed = 0
    with open_session(path, login=login) as session:
        if shared:
            session.presence.alone = lambda: False
        for name, edit in edits(session).items():
            targets = bulk.targets(session.reader, ids)
            with measured() as took:
                result = bulk.change_many(session, targets, edit)
                did = took()
            with measured() as took:
                session.undo()
                undid = took()
            for what, one in ((f"{name} ({result.changed:,} changed)", did), ("  undone", undid)):
                print(
                    f"{what:28} {one.whole.wall:6.2f} s ({one.whole.cpu:.2f} s of processor),"
                    f" {one.parts:4} parts, longest lock {one.longest.wall * 1000:4.0f} ms"
                    f" ({one.longest.cpu * 1000:.0f} of processor),"
                    f" {one.whole.wall / base:5.1f} x plain SQLite"
                )
                failed |= getattr(one.whole, judge) > BOUND_SECONDS
                failed |= getattr(one.longest, judge) > BOUND_LOCK
    return int(failed)


def main() -> int:
    """Make or copy the database and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", type=Path)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--shared", action="store_true")
    parser.add_argument("--judge", choices=Times._fields, default="wall", help="cpu where others are at work")
    given = parser.parse_args()
    backup.ensure_backup = lambda *_arguments, **_more: None  # ty: ignore[invalid-assignment]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "team.db"
        if given.database is not None:
            shutil.copyfile(given.database, path)
        else:
            from crm_tui.demo.make import make_demo

            make_demo(path, customers=given.customers)
        return measure(path, given.rows, given.shared, given.judge)


if __name__ == "__main__":
    sys.exit(main())
