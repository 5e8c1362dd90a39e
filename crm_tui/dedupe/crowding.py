"""Many new records at once: which of them look like customers of the file, or like one another.

The keys of all records are sorted, so that one pass along the index meets them; what is kept of a record
until it is compared is one line of text. Of many, a worker takes its share (crowded.py). Nothing is written.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from itertools import accumulate, groupby, islice
from tempfile import TemporaryFile
from typing import NamedTuple

from crm_tui.dedupe import store_crowding as store
from crm_tui.dedupe.crowded import OTHER_ROW, PIECE, Alike, Crowded, Met, meet, worths
from crm_tui.dedupe.hands import Hands, Task, hands
from crm_tui.dedupe.scoring import Line, band, band_of, compare
from crm_tui.dedupe.store_finding import having
from crm_tui.identity.document import features_of
from crm_tui.identity.features import Record, features
from crm_tui.identity.keys import NAMED, cap_of, keys, type_of
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3

FEW = 2000
"""Records up to which each key is asked for by itself; more are met in one pass along the index."""
COUNTED = 51  # members from which on a value is as common as any (comparing.Frequency)
TAKEN = 250  # records taken apart together
ENTRIES = 40_000  # of keys and records, met together
BUDGET = 4
"""Pairs a record, on the whole, above which those that share one weak thing alone are left out."""
_WEAK = 2

Report = Callable[[int, int], None]
Cancel = Callable[[], bool]


class Match(NamedTuple):
    """What a record looks like: another ``row``, or a customer of the file (the other one is 0).

    ``band`` is merge or review; ``lines`` are those of the score, the new record on the left.
    """

    row: int
    customer_id: int
    score: float
    band: str
    lines: tuple[Line, ...]


def match_many(
    reader: sqlite3.Connection,
    rows: Iterable[tuple[int, Record]],
    report: Report | None = None,
    cancelled: Cancel | None = None,
    database: Database | None = None,
) -> dict[int, list[Match]]:
    """Return by row what it looks like; rows, ``database`` and the rest as for ``Crowd``."""
    with closing(Crowd(reader, database)) as crowd:
        rows = iter(rows)
        while some := list(islice(rows, TAKEN)):
            if cancelled and cancelled():
                return {}
            crowd.add(some)
        return crowd.match(report, cancelled)


def match_with(reader: sqlite3.Connection, rows: Iterable[tuple[int, Record, int]]) -> dict[int, Match]:
    """Return by row what it has in common with one customer of the file, whatever their score and band.

    ``rows`` are (row, record, customer); a customer that the user does not see is left out, and of the others
    only what is shown is compared.
    """
    rows = list(rows)
    known = store.shown(reader, sorted({customer for _row, _record, customer in rows}))
    found = {}
    for row, record, customer in rows:
        if customer not in known:
            continue
        own, counts = features(record), {}
        for key in keys(own):
            if type_of(key) in NAMED:
                counts[key] = len(having(reader, key, COUNTED)) + 1
        scored = compare(own, features_of(known[customer]), counts)
        found[row] = Match(0, customer, scored.score, band(scored), tuple(scored.lines))
    return found


class Crowd:
    """Records that come by and by, and then whom they look like; close it in the end.

    Of more than FEW, where there is a ``database``, a second process takes its share if there is a processor
    for it. The index must be ready when they are matched (search/index.state).
    """

    def __init__(self, reader: sqlite3.Connection, database: Database | None = None) -> None:
        self._reader = reader
        self._database = database
        self._own = Crowded(reader, -1, database.connect_reader if database else None)
        self._open = ExitStack()
        self._hands: Hands | None = None
        self._refused = False
        self._file = -1
        self._end = 0
        self._numbers: array[int] = array("Q")
        self._kept: list[bytes] = []
        self._counts: dict[str, int] = {}
        # A key is eight signs: with the record behind it one number, in the order of the keys.
        self._keyed: list[int] = []
        self._report: Report | None = None
        self._cancelled: Cancel | None = None
        self._before = self._done = 0
        self._of = 1

    def close(self) -> None:
        """End the second process."""
        self._open.close()
        self._own.close()
        self._hands = None

    def add(self, rows: Sequence[tuple[int, Record]]) -> None:
        """Take some records with the numbers of their rows; of two rows alike the later one has the match."""
        task = ("entered", len(self._numbers), [record for _row, record in rows])
        self._numbers.extend([row for row, _record in rows])
        self._kept += [b""] * len(rows)
        if (
            self._hands is None
            and self._database is not None
            and len(self._numbers) > FEW
            and not self._refused
        ):
            self._begin(self._database)
        if self._hands is None:
            self._take(task, self._own.do(task))
        else:
            self._hands.beside(task, self._take)

    def _begin(self, database: Database) -> None:
        """Have a second process at work from here on."""
        try:
            file = TemporaryFile(prefix="crm-sheet-")  # noqa: SIM115 - closed by close()
        except OSError:  # no room for it: it takes longer
            self._refused = True
            return
        self._file = self._open.enter_context(file).fileno()
        self._own.close()
        self._own = Crowded(self._reader, self._file, database.connect_reader)
        self._hands = self._open.enter_context(hands(self._own, database.path, self._file))

    def _take(self, task: Task, answer: bytes) -> None:
        """Keep features and keys of some records."""
        _name, first, records = task
        lengths, found = array("q"), array("Q")
        at = 16 * len(records)
        lengths.frombytes(answer[:at])
        end = at + 8 * sum(lengths[::2])
        found.frombytes(answer[at:end])
        own = iter(found)
        for record, (count, length) in enumerate(zip(lengths[::2], lengths[1::2], strict=True), first):
            self._keyed += [key << 32 | record for key in islice(own, count)]
            self._kept[record] = answer[end : end + length]
            end += length

    def match(self, report: Report | None = None, cancelled: Cancel | None = None) -> dict[int, list[Match]]:
        """Return by row what it looks like, best first, at most SHOWN; rows like nothing are not in it.

        ``report`` is told (done, 100). Cancelled between two pieces, it returns what it has. Raises
        sqlite3.Error when the index cannot be read.
        """
        self._report, self._cancelled = report, cancelled
        if self._hands is not None:
            self._hands.caught_up(self._take)
        self._keyed.sort()
        try:
            self._stop()
            pairs = self._pairs()
            self._weigh(pairs)
            self._stop()
        except _Stopped:
            return {}
        return self._compared(pairs)

    def _stop(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise _Stopped

    def _step(self, share: int) -> None:
        self._done += 1
        if self._report:
            self._report(min(100, self._before + share * self._done // self._of), 100)

    # ------------------------------------------------------------ who meets whom

    def _pairs(self) -> list[array[int]]:
        """Return by PIECE of records whom each shares keys with, a number for each key."""
        found = [array("Q") for _at in range(0, len(self._kept), PIECE)]
        if self._database is None or len(self._kept) <= FEW:
            few: Met = {}
            for at, (key, group) in enumerate(groupby(self._keyed, lambda one: one >> 32)):
                if at % PIECE == 0:
                    self._stop()
                term = key.to_bytes(8, "big").decode("ascii")
                most = max(cap_of(term), COUNTED) if type_of(term) in NAMED else cap_of(term)
                customers = having(self._reader, term, most + 1)
                members = [one & 0xFFFFFFFF for one in group]
                meet(term, members, customers, len(customers), few, self._counts)
            for piece, own in few.items():
                found[piece] = own
            return found

        def take(_task: Task, answer: bytes) -> None:
            head, _line, rest = answer.partition(b"\n")
            at = 0
            for piece, length in json.loads(head):
                found[piece].frombytes(rest[at : at + 8 * length])
                at += 8 * length
            self._counts.update(_counts(rest[at:].decode("ascii")))
            self._step(50)

        tasks: list[Task] = []
        self._of, self._done = 1 + len(self._keyed) // ENTRIES, 0
        if self._hands is not None:
            with suppress(OSError):  # no room: all of it is done here
                tasks = [("met", self._put(*part), len(part[0])) for part in self._parts()]
                self._keyed = []
        if self._hands is not None and tasks:
            self._hands.each(tasks, take, self._stop)
            return found
        for part in self._parts():
            met, counts = self._own.meetings(*part)
            self._counts.update(counts)
            for piece, own in met.items():
                found[piece].extend(own)
            self._step(50)
            self._stop()
        return found

    def _parts(self) -> Iterator[tuple[array[int], array[int]]]:
        """Yield the keys in order with who has each; what has one key stays together."""
        keyed, start = self._keyed, 0
        while start < len(keyed):
            end = min(len(keyed), start + ENTRIES)
            while end < len(keyed) and keyed[end] >> 32 == keyed[end - 1] >> 32:
                end += 1
            part = keyed[start:end]
            yield array("Q", [one >> 32 for one in part]), array("q", [one & 0xFFFFFFFF for one in part])
            start = end

    def _weigh(self, found: list[array[int]]) -> None:
        """Put in the place of meetings the pairs, with what they are worth."""

        def take(task: Task, answer: bytes) -> None:
            pairs = found[task[3]] = array("Q")
            pairs.frombytes(answer)

        tasks: list[Task] = []
        if self._hands is not None:
            with suppress(OSError):  # no room: all of it is done here
                tasks = [("worth", self._put(one), len(one), piece) for piece, one in enumerate(found)]
        if self._hands is not None and tasks:
            self._hands.each(tasks, take, self._stop)
            return
        for piece, one in enumerate(found):
            found[piece] = worths(one)

    # ------------------------------------------------------------ who is whom

    def _compared(self, found: list[array[int]]) -> dict[int, list[Match]]:
        """Return the matches of those that met."""
        met = sum(map(len, found))
        least = _WEAK if met > max(FEW, BUDGET * len(self._kept)) else 0
        alike: list[list[Alike]] = [[] for _piece in found]

        def take(task: Task, answer: bytes) -> None:
            alike[task[3] // PIECE] = json.loads(answer)
            self._step(50)

        tasks = self._laid(found, least) if self._hands is not None and met > FEW else []
        self._of, self._done, self._before = max(1, len(found)), 0, 50
        with suppress(_Stopped):
            if self._hands is not None and tasks:
                self._hands.each(tasks, take, self._stop)
            else:
                kept = self._kept
                self._own.told(lambda record: kept[record].decode("utf-8", "surrogatepass"), self._counts)
                for at, one in enumerate(found):
                    alike[at] = self._own.matches(one, at * PIECE, least)
                    self._step(50)
                    self._stop()
        return {
            self._numbers[record]: [self._match(who, score, lines) for who, score, lines in own]
            for piece in alike
            for record, own in piece
        }

    def _laid(self, found: list[array[int]], least: int) -> list[Task]:
        """Put what the scores need where both processes read it and return the tasks, none without room."""
        try:
            ends = array("q", accumulate(map(len, self._kept), initial=self._end))
            for at in range(0, len(self._kept), PIECE):
                self._put(b"".join(self._kept[at : at + PIECE]))
            places = self._put(ends)
            shared = "\n".join([f"{key} {count}" for key, count in self._counts.items()]).encode()
            told = (places, len(self._kept), self._put(shared), len(shared))
            tasks = [("alike", self._put(one), len(one), at * PIECE, least) for at, one in enumerate(found)]
        except OSError:
            return []
        assert self._hands is not None
        self._hands.tell("lying", *told)
        self._kept, self._counts = [], {}
        return tasks

    def _put(self, *parts: bytes | array[int]) -> int:
        """Put something behind all else in the shared file and return where it stands."""
        at = self._end
        for one in parts:
            rest = memoryview(one).cast("B")
            while rest:
                written = os.pwrite(self._file, rest, self._end)
                self._end += written
                rest = rest[written:]
        return at

    def _match(self, who: int, score: float, lines: Iterable[Sequence]) -> Match:
        row, customer = (self._numbers[who ^ OTHER_ROW], 0) if who >= OTHER_ROW else (0, who)
        return Match(row, customer, score, band_of(score), tuple([Line(*one) for one in lines]))


def _counts(text: str) -> dict[str, int]:
    found = (line.rpartition(" ") for line in text.split("\n")) if text else ()
    return {key: int(number) for key, _blank, number in found}


class _Stopped(Exception):
    """Ends the comparison when the user has stopped it."""
