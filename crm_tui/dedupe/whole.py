"""All customers compared: the pairs that share a key are scored, and those worth keeping are kept.

A scan replaces the pairs of a range of ids at a time, so that what is read meanwhile is whole; one that was
left goes on behind the last range. Whoever is saved while it runs is compared again by catching up
(catching_up.py).
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Callable
from contextlib import closing, nullcontext
from tempfile import TemporaryFile, gettempdir
from typing import NamedTuple

from crm_tui import clock
from crm_tui.dedupe import store_scan as store
from crm_tui.dedupe.hands import Hands, Task, hands
from crm_tui.dedupe.standing import Left, Standing, current, stand, standing
from crm_tui.dedupe.working import MASK, Working, place
from crm_tui.errors import Cancelled, Fault
from crm_tui.locale import _
from crm_tui.search import index, keyed
from crm_tui.storage import collecting
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3

PARTS = 64  # of the pairs, each of which is sorted by itself
PAIRS_AT_ONCE = 4000
TASKS_AT_ONCE = 3  # whose pairs are written together, if they are no more than
CUSTOMERS_AT_ONCE = 1000
FEW = 2000  # customers that are compared before a second process has begun, or many small tasks were told
ROWS_AT_ONCE = 2000  # pairs in one transaction, about
KEYS_SHARE, FEATURES_SHARE = 15, 45  # per cent of the time

Progress = Callable[[int, int], None]
Cancel = Callable[[], bool]


class Scanned(NamedTuple):
    """What a scan found: pairs of the bands merge, review and related; how long it took."""

    pairs: int
    seconds: float


def scan(database: Database, progress: Progress | None = None, cancelled: Cancel | None = None) -> Scanned:
    """Compare all customers; ``progress(done, total)``, ``cancelled()`` is asked between steps.

    Keys are read in the search index; where that is being built or damaged, they are made. Raises Cancelled,
    Fault when there is no room for what it needs beside the file; what was found before stays, and the next
    scan goes on where this one stopped.
    """
    began = clock.stopwatch()
    try:
        indexed = index.state(database.connection).kind == index.READY
        try:
            with collecting.rarely():
                _scan(database, progress, cancelled, indexed=indexed)
        except sqlite3.Error as error:
            if not indexed or not index.is_index_damage(error):
                raise
            index.tell_damage(database)
            _scan(database, progress, cancelled, indexed=False)
    except OSError as error:
        raise Fault(
            _("There is no room for the scan: {why}").format(why=error.strerror or error),
            _("What was found before is kept."),
            _("Make room in the folder for temporary files ({folder}).").format(folder=gettempdir()),
        ) from error
    pairs = store.one(database.connection, store.COUNT, {"least": 0})[0]
    return Scanned(pairs, clock.stopwatch() - began)


def _scan(database: Database, progress: Progress | None, cancelled: Cancel | None, *, indexed: bool) -> None:
    with (
        closing(database.connect_reader()) as reader,
        TemporaryFile(prefix="crm-scan-") as file,
        keyed.opened(reader) if indexed else nullcontext(),
        hands(
            Working(reader, file.fileno()),
            database.path,
            file.fileno(),
            alone=store.one(reader, store.LAST)[0] < FEW,
        ) as both,
    ):
        _Scan(database, reader, both, file.fileno(), progress, cancelled).run(indexed=indexed)


class _Scan:
    """One scan on its way: keys, then features of who stands in a pair, then scores, written as they come."""

    def __init__(
        self,
        database: Database,
        reader: sqlite3.Connection,
        both: Hands,
        file: int,
        progress: Progress | None,
        cancelled: Cancel | None,
    ) -> None:
        self._database, self._reader, self._both, self._file = database, reader, both, file
        self._progress, self._cancelled = progress, cancelled
        newest = store.one(database.connection, store.NEWEST)[0]
        left = standing(database.connection).left
        self._left = left if left and left.version == current() else Left(current(), newest, 0)
        self._last = store.one(reader, store.LAST)[0]
        self._end = 8  # of the file; nothing stands at 0
        self._places = array("q", [0]) * (self._last + 1)
        self._coded = array("q", self._places)
        self._counts: list[bytes] = []
        self._from = self._share = self._done = self._of = 0

    def run(self, *, indexed: bool) -> None:
        """Do all of it."""
        shift = max(0, self._last.bit_length() - PARTS.bit_length() + 1)
        self._both.tell("parts", shift, self._left.upto)
        parts = [array("q") for _part in range((self._last >> shift) + 1)]
        if indexed:
            self._keys([("keys", *one) for one in keyed.ranges(few=self._last < FEW)], parts)
            pairs = self._sorted(parts)
            lowest = pairs[0][2] if pairs else self._last
            self._features("features", lowest, FEATURES_SHARE, self._keep)
        else:
            self._keys(self._entries(), parts)
            pairs = self._sorted(parts)
        text = b"\n".join(self._counts)
        told = (self._put(self._places), self._put(self._coded), len(self._places))
        self._both.tell("known", *told, self._put(text), len(text), self._end)
        self._scores(pairs)
        _finish(self._database, self._left)

    def _begin(self, share: int, tasks: int) -> None:
        self._from, self._share, self._done, self._of = self._from + self._share, share, 0, max(1, tasks)

    def _step(self) -> None:
        if self._progress:
            self._progress(min(99, self._from + self._share * self._done // self._of), 100)
        if self._cancelled and self._cancelled():
            raise Cancelled(
                _("Stopped."),
                _("What was found before is kept; the next scan goes on where this one stopped."),
            )

    def _put(self, data: bytes | array[int]) -> int:
        """Put something behind all else in the shared file and return where it stands."""
        at = self._end
        rest = memoryview(data).cast("B")
        while rest:
            written = os.pwrite(self._file, rest, self._end)
            self._end += written
            rest = rest[written:]
        return at

    def _keys(self, tasks: list[Task], parts: list[array[int]]) -> None:
        """Gather the pairs that share a key, some more than once, and how many share what."""

        def take(_task: Task, answer: bytes) -> None:
            head, _line, rest = answer.partition(b"\n")
            at = 0
            for part, length in json.loads(head):
                if part < len(parts):  # else entered meanwhile
                    parts[part].frombytes(rest[at : at + 8 * length])
                at += 8 * length
            if at < len(rest):
                self._counts.append(rest[at:])
            self._done += 1

        self._begin(KEYS_SHARE, len(tasks))
        self._both.each(tasks, take, self._step)

    def _entries(self) -> list[Task]:
        """Have the keys and the features of all customers made, and return what is to group the keys."""
        signs: dict[str, tuple[array[int], array[int]]] = {}

        def take(answer: bytes) -> None:
            head, _line, rest = answer.partition(b"\n")
            at = 0
            for sign, length in json.loads(head):
                for own in signs.setdefault(sign, (array("Q"), array("q"))):
                    own.frombytes(rest[at : at + 8 * length])
                    at += 8 * length
            self._keep(rest[at:])

        self._features("entries", 1, FEATURES_SHARE, take)
        tasks: list[Task] = []
        for sign in sorted(signs):
            keys, ids = signs.pop(sign)
            tasks.append(("grouped", self._put(keys), len(keys)))
            self._put(ids)
        return tasks

    def _sorted(self, parts: list[array[int]]) -> list[tuple[int, int, int]]:
        """Have the pairs put in order in the file and mark who stands in one.

        Returns for each task where its pairs stand, how many they are, the smaller id of the first.
        """
        marks = 0
        found: list[tuple[int, int, int]] = []

        def take(task: Task, answer: bytes) -> None:
            nonlocal marks
            line, _end, rest = answer.partition(b"\n")
            count, *firsts = json.loads(line)
            for start, first in zip(range(0, count, PAIRS_AT_ONCE), firsts, strict=True):
                found.append((task[3] + 8 * start, min(PAIRS_AT_ONCE, count - start), first))
            marks |= int.from_bytes(rest, "little")

        tasks: list[Task] = []
        for at, part in enumerate(parts):
            parts[at] = array("q")
            if part:
                at_first = self._put(part)
                # Not in their place: a worker that dies leaves them as they were.
                tasks.append(("sorted", at_first, len(part), self._end, self._last, PAIRS_AT_ONCE))
                self._end += 8 * len(part)
        self._both.each(tasks, take, self._step)
        self._both.tell("marked", self._put(marks.to_bytes(self._last + 1, "little")), self._last + 1)
        return sorted(found)

    def _features(self, name: str, lowest: int, share: int, keep: Callable[[bytes], None]) -> None:
        """Have the features made of who stands in a pair, or of all with their keys."""

        def take(_task: Task, answer: bytes) -> None:
            keep(answer)
            self._done += 1

        starts = range(lowest, self._last + 1, CUSTOMERS_AT_ONCE)
        self._begin(share, len(starts))
        self._both.each([(name, low, low + CUSTOMERS_AT_ONCE - 1) for low in starts], take, self._step)

    def _keep(self, answer: bytes) -> None:
        line, _end, rest = answer.partition(b"\n")
        head = array("q")
        head.frombytes(rest[: 8 * int(line)])
        at = self._put(rest[8 * int(line) :])
        for one, length, code in zip(head[::3], head[1::3], head[2::3], strict=True):
            if one <= self._last:  # else entered meanwhile
                self._places[one], self._coded[one] = place(at, length), code
            at += length

    def _scores(self, pairs: list[tuple[int, int, int]]) -> None:
        """Have the pairs scored, and write them in order of the smaller ids as far as they are there."""
        scored: dict[int, list[tuple]] = {}
        order = {task[0]: number for number, task in enumerate(pairs)}
        ends = [one[2] - 1 for one in pairs[1:]] + [self._last]
        waiting: list[tuple] = []
        following = written = 0

        def take(task: Task, answer: bytes) -> None:
            nonlocal following, waiting, written
            scored[order[task[1]]] = json.loads(answer)
            self._done += 1
            while following in scored:
                waiting += scored.pop(following)
                upto = ends[following]
                following += 1
                due = len(waiting) > ROWS_AT_ONCE or following - written >= TASKS_AT_ONCE
                if upto > self._left.upto and (due or following == len(pairs)):
                    written = following
                    ready = [row for row in waiting if row[0] <= upto]
                    waiting = waiting[len(ready) :]
                    self._left = _publish(self._database, self._left, upto, ready, self._last)

        self._begin(100 - self._from - self._share, len(pairs))
        self._both.each([("scores", at, count) for at, count, _first in pairs], take, self._step)


def _publish(database: Database, left: Left, upto: int, rows: list[tuple], last: int) -> Left:
    """Put the pairs of a range of ids in the place of what was found before."""
    now = left._replace(upto=upto)
    _thin(database, left.upto + 1, upto)

    def write(connection: sqlite3.Connection) -> None:
        store.run(connection, store.GONE, {"low": left.upto + 1, "high": upto})
        store.put(connection, rows)
        stood = standing(connection)
        stand(connection, stood._replace(done=max(1, min(99, 100 * upto // max(last, 1))), left=now))

    database.write_untracked(write)
    return now


def _thin(database: Database, low: int, high: int) -> None:
    """Remove what was found before of a range in short transactions, where that is very much."""
    wanted = {"low": low, "high": high, "most": 2 * ROWS_AT_ONCE}
    while found := store.one(database.connection, store.NTH_GONE, wanted):
        upto = {"low": low, "high": found[0]}
        database.write_untracked(lambda connection, upto=upto: store.run(connection, store.GONE, upto))


def _finish(database: Database, left: Left) -> None:
    _thin(database, left.upto + 1, MASK)

    def write(connection: sqlite3.Connection) -> None:
        store.run(connection, store.GONE, {"low": left.upto + 1, "high": MASK})
        stand(connection, Standing(left.version, left.seen, clock.instant(), 0, None))

    database.write_untracked(write)
