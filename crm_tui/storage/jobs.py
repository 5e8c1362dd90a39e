"""Large changes: ordinary sets of one job in short transactions, their new rows hidden until the last.

The first transaction reserves the ids and writes the one row of ``publishing``, which the reading views ask;
the last one deletes it, so that everything appears at once. A process that died leaves that row behind:
whoever finds it without a holder of the job lock continues from the staging file or takes the job back.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.errors import Busy, Cancelled
from crm_tui.locale import _
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.presence import JobLock, Presence
from crm_tui.storage.writing_back import WritingBack, flushing

SMALL: int = 2000  # rows that go into one transaction without hiding
UPDATED: int = 500  # present customers that one part updates alone in the file, which takes longer
SHARED: int = 150  # the same with colleagues in the file, whose saves would wait for it
AT_ONCE: int = 300  # customers that a change of many writes as one set
FIRST_PART: int = 50
FIRST_GENTLE: int = 20  # and the least: on a busy machine 50 customers put away may take a sixth of a second
LARGEST_PART: int = 5000
PART_SECONDS = 0.15
PART_SECONDS_UNLOGGED = 0.12  # without write-ahead log, where readers wait for the COMMIT of each
PART_SECONDS_ALONE = 1.5
DEAREST_OF = 3  # parts, by the seconds of a row
NEARLY = 0.8  # of the time that a part may take: then the next is no larger
PART_SECONDS_GENTLE = 0.04  # of what people do while they work: nobody's save waits for a tenth of a second
USUAL_CACHE = -2000  # SQLite's own, in KiB
PART_CACHE = -128000
PAUSE_SECONDS = 0.07  # our own saves ask several times in it, others' a few times a second
PAUSE_SECONDS_GENTLE = 0.03  # our own saves ask several times in it; with a write-ahead log no reader waits
LOG_SECONDS = 0.5  # of writing, after which the log is brought into the file
LOG_SECONDS_ALONE = 4.0  # the same for long parts, each of which writes many pages of the last one again
PARTS_BETWEEN, PARTS_LEFT = 250, 16  # of the search index, between the parts of a job and behind them
STEPS_ALONE = 16  # of merging them at once, about 2 MB
USUAL_LOG_PAGES = 1000  # SQLite's own bound, at which a COMMIT does that

Progress = Callable[[int, int], None]
INSERT, UPDATE, TAKING_BACK = "insert", "update", "taking_back"
BULK = "bulk"  # the kind of a change of many customers: it hides nothing, so it has no row in `publishing`


class Publishing(NamedTuple):
    """The row of ``publishing``: which job hides which customer ids, and how far it came."""

    job: int
    phase: str
    low: int
    high: int
    upto: int


class Job(NamedTuple):
    """A large change as people see it."""

    id: int
    kind: str
    person_id: int
    started_at: str
    ended_at: str | None
    state: str
    title: str
    staging: str | None
    undoes: int | None
    counts: dict[str, Any]


JOB = (
    "SELECT id, kind, person_id, started_at, ended_at, state, title, staging, undoes, counts FROM job"
    " WHERE id = :job"
)
PUBLISHING = "SELECT job, phase, low, high, upto FROM publishing"
RUNNING = "SELECT title FROM job WHERE state = 'publishing' ORDER BY id DESC LIMIT 1"


def job_of(connection: sqlite3.Connection, job: int) -> Job | None:
    """Return a job by id, None when there is none."""
    row = connection.execute(JOB, {"job": job}).fetchone()
    return Job(*row[:9], json.loads(row[9])) if row else None


def publishing(connection: sqlite3.Connection) -> Publishing | None:
    """Return the job that publishes right now, or was left behind by a process that died."""
    row = connection.execute(PUBLISHING).fetchone()
    return Publishing(*row) if row else None


def open_job(
    connection: sqlite3.Connection,
    kind: str,
    person_id: int,
    title: str,
    *,
    staging: str | None = None,
    undoes: int | None = None,
    counts: Mapping[str, Any] | None = None,
) -> int:
    """Write the row of a new job and return its id; call it in a transaction."""
    cursor = connection.execute(
        "INSERT INTO job (kind, person_id, started_at, state, title, staging, undoes, counts)"
        " VALUES (:kind, :person, :at, 'publishing', :title, :staging, :undoes, :counts)",
        {"kind": kind, "person": person_id, "at": clock.instant(), "title": _as_text(title)}
        | {"staging": staging, "undoes": undoes, "counts": json.dumps(counts or {})},
    )
    return int(cursor.lastrowid or 0)


def _as_text(title: str) -> str:
    """Return a file's name as text; one that is not UTF-8 mostly comes from an archive packed in GBK."""
    try:
        title.encode()
    except UnicodeEncodeError:
        return os.fsencode(title).decode("gb18030", "replace")
    return title


def close_job(connection: sqlite3.Connection, job: int, state: str, title: str | None = None) -> None:
    """Mark a job as done or taken_back, under a better title if one is given; call it in a transaction."""
    connection.execute(
        "UPDATE job SET state = :state, ended_at = :at, staging = NULL, title = coalesce(:title, title)"
        " WHERE id = :job",
        {"state": state, "at": clock.instant(), "job": job, "title": title},
    )
    connection.execute("DELETE FROM publishing WHERE job = :job", {"job": job})


def reserve_ids(connection: sqlite3.Connection, table: str, count: int) -> tuple[int, int]:
    """Set ``count`` ids of an AUTOINCREMENT table aside and return the lowest and highest."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = :name", {"name": table}).fetchone()
    low = (row[0] if row else 0) + 1
    high = low + count - 1
    if row:
        connection.execute(
            "UPDATE sqlite_sequence SET seq = :seq WHERE name = :name", {"seq": high, "name": table}
        )
    else:
        connection.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)", {"seq": high, "name": table}
        )
    return low, high


def hide(connection: sqlite3.Connection, job: int, low: int, high: int) -> None:
    """Hide the customers low..high from every reading view until the job is closed."""
    connection.execute(
        "INSERT INTO publishing (one, job, phase, low, high, upto) VALUES (1, :job, :phase, :low, :high, 0)",
        {"job": job, "phase": INSERT, "low": low, "high": high},
    )


def advance(connection: sqlite3.Connection, job: int, phase: str, upto: int) -> None:
    """Note how far a job came that hides rows; call it in the transaction that did it."""
    connection.execute(
        "UPDATE publishing SET phase = :phase, upto = :upto WHERE job = :job",
        {"phase": phase, "upto": upto, "job": job},
    )


def hold(path: Path, connection: sqlite3.Connection) -> JobLock:
    """Take the job lock or raise Busy with the title of the job that has it."""
    lock = JobLock(path)
    if lock.take():
        return lock
    lock.close()
    running = connection.execute(RUNNING).fetchone()
    raise Busy(
        _("Another large change is being written: {title}.").format(title=running[0] if running else "…"),
        _("Nothing of yours was written."),
        _("Wait until it is done and try again."),
    )


@dataclass
class Parts:
    """Runs the parts of a job: each one transaction, of a size that keeps the lock short.

    ``gentle`` ones are shorter still, also alone in the file; ``least`` rows are in one there (0: SMALL).
    """

    database: Database
    presence: Presence | None
    progress: Progress | None = None
    cancelled: Callable[[], bool] | None = None

    size: int = 0
    begun: bool = False
    gentle: bool = False
    least: int = 0
    logging: bool = False
    unsettled: float = 0.0
    beside: WritingBack | None = None
    costs: deque[float] = field(default_factory=lambda: deque(maxlen=DEAREST_OF))

    def run(self, total: int, done: int, part: Callable[[int, int], None]) -> None:
        """Call ``part(start, stop)`` until ``total`` rows are done; raises Cancelled between two parts.

        Alone in the file the parts are long and follow each other at once; with colleagues they last about
        150 ms and leave the lock free in between. A further run goes on with the size of the one before.
        """
        self._make_room()
        logged = self._logged()
        shared = PART_SECONDS if logged else PART_SECONDS_UNLOGGED
        self.size = self.size or (min(FIRST_GENTLE, FIRST_PART) if self.gentle else FIRST_PART)
        while done < total:
            if self.cancelled and self.cancelled():
                raise Cancelled(_("Stopped."))
            alone = self.alone()
            began = clock.stopwatch()
            if alone and not self.gentle:
                self._bring_in_beside(LOG_SECONDS_ALONE)
            else:
                self._bring_in(LOG_SECONDS if alone else 0.0)
            if not alone:
                self.rest(clock.stopwatch() - began)
            elif not self.gentle:
                self.size = max(self.size, self.least or SMALL)
            goal = PART_SECONDS_GENTLE if self.gentle else PART_SECONDS_ALONE if alone else shared
            stop = min(total, done + self.size)
            if self.gentle and total - stop < self.size // 4:
                # A rest of its own would cost a pause, and when it is taken back another.
                stop = total
            rows = stop - done
            began = clock.stopwatch()
            part(done, stop)
            took = clock.stopwatch() - began
            self.unsettled += took
            self.database.merge_index(PARTS_BETWEEN)
            done = stop
            self.begun = True
            if self.progress:
                self.progress(done, total)
            if self.gentle:
                self.size = self._gentle_size(rows, took, goal)
            elif took > goal:
                self.size = max(FIRST_PART, int(rows * goal / took))
            elif rows >= self.size:
                self.size = self._larger(rows, took, goal)

    def _gentle_size(self, rows: int, took: float, goal: float) -> int:
        """Return the size of the next part by the dearest of the last ones: machines are busy by turns."""
        self.costs.append(max(took, 0.001) / rows)
        least = min(FIRST_GENTLE, FIRST_PART)
        return max(least, min(LARGEST_PART, self.size * 2, int(goal / max(self.costs))))

    def _larger(self, rows: int, took: float, goal: float) -> int:
        """Return the size of the next part after one that was shorter than the goal."""
        if took > goal * NEARLY:
            return self.size
        return min(LARGEST_PART, self.size * 2, max(self.size, int(rows * NEARLY * goal / max(took, 0.001))))

    def _make_room(self) -> None:
        """Keep a part in memory: without write-ahead log readers are shut out once a page of it spills."""
        connection = self.database.connection
        if connection.execute("PRAGMA cache_size").fetchone()[0] == USUAL_CACHE:
            connection.execute(f"PRAGMA cache_size={PART_CACHE:d}")

    def alone(self) -> bool:
        """Tell whether nobody else has the file open."""
        return self.presence is not None and self.presence.alone()

    def holds_others_up(self) -> bool:
        """Tell whether colleagues wait for whoever reads or writes for long: without write-ahead log."""
        return not self.alone() and not self._logged()

    def atomic(self) -> int:
        """Return how many rows may go into one transaction right now."""
        return SMALL if self.alone() else min(SMALL, SHARED)

    def rest(self, rested: float = 0.0) -> None:
        """Leave the lock to colleagues for a moment, unless nothing was written yet.

        ``rested`` seconds of it have passed already.
        """
        pause = PAUSE_SECONDS_GENTLE if self.gentle and self._logged() else PAUSE_SECONDS
        if self.begun and pause > rested:
            clock.pause(pause - rested)

    @contextmanager
    def settling(self) -> Generator[None]:
        """Bring the write-ahead log into the file between parts that run in it, not in the COMMIT of each.

        Pages that several parts wrote are then written back once, and no part lasts longer for it.
        """
        connection = self.database.connection
        if self.logging:
            yield
            return
        if not self._logged():
            with flushing(self.database.path) if self.alone() and not self.gentle else nullcontext():
                yield
            self._merge_index()
            return
        connection.execute("PRAGMA wal_autocheckpoint=0")
        self.logging = True
        self.beside = WritingBack(self.database.path)
        try:
            yield
            self._merge_index()
        finally:
            with suppress(sqlite3.Error):
                self._bring_in(-1.0)  # what the last COMMIT wrote too: else a colleague's save does it
            self.logging = False
            connection.execute(f"PRAGMA wal_autocheckpoint={USUAL_LOG_PAGES:d}")

    def _merge_index(self) -> None:
        """Merge what the parts left of the search index, a little at a time."""
        began = clock.stopwatch()
        while self.database.merge_index(PARTS_LEFT, STEPS_ALONE if self.alone() else 1):
            if not self.alone():
                clock.pause(PAUSE_SECONDS_GENTLE)
            self.unsettled += clock.stopwatch() - began
            self._bring_in(LOG_SECONDS)
            began = clock.stopwatch()

    def _bring_in(self, after: float) -> None:
        """Write the log back when more than ``after`` seconds of writing are in it; nobody waits for it."""
        if self.logging and ((self.beside and self.beside.end()) or self.unsettled > after):
            self.database.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            self.unsettled = 0.0

    def _bring_in_beside(self, after: float) -> None:
        """Do the same beside the next part, and behind that what it added: then the log begins anew."""
        if self.beside is None or self.beside.begun:
            self._bring_in(after)
        elif self.unsettled > after:
            self.beside.begin()

    def _logged(self) -> bool:
        return self.database.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"

    def quiet(self) -> Parts:
        """Return parts of the same pace that tell nobody and cannot be stopped."""
        return Parts(
            self.database,
            self.presence,
            size=self.size,
            begun=self.begun,
            gentle=self.gentle,
            logging=self.logging,
            unsettled=self.unsettled,
            beside=self.beside,
            costs=deque(self.costs, DEAREST_OF),
        )
