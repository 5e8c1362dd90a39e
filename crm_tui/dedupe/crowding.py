"""Many new records at once: which of them look like customers of the file, or like one another.

The keys of all records are sorted, so that one pass along the index meets them; what is kept of a record
until it is compared is one line of text. Of many, a worker takes its share (crowded.py). Nothing is written.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import accumulate, groupby, islice
from tempfile import TemporaryFile
from typing import NamedTuple

from crm_tui.dedupe import store_crowding as store
from crm_tui.dedupe.crowded import OTHER_ROW, RECORD, WHO, Alike, Crowded
from crm_tui.dedupe.hands import Hands, Task, hands
from crm_tui.dedupe.scoring import Line, band, band_of, compare
from crm_tui.identity.document import features_of
from crm_tui.identity.features import Record, features
from crm_tui.identity.keys import CAPS, NAMED, cap_of, keys, type_of
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3

FEW = 2000
"""Records up to which each key is asked for by itself; more are met in one pass along the index."""
COUNTED = 51  # members from which on a value is as common as any (comparing.Frequency)
PIECE = 2000  # records compared together
TAKEN = 250  # records taken apart together
BUDGET = 4
"""Pairs a record, on the whole, above which those that share one weak thing alone are left out."""
# How much a shared key promises: a pair that shares a brand's beginning alone is hardly ever one customer.
_KEY_WORTH = {
    **dict.fromkeys("umeqr", 3), **dict.fromkeys("atdkns", 2), **dict.fromkeys("cipx", 1),
}  # fmt: skip
_WEAK = 2
# A meeting has the type of the shared key where a pair has its worth (crowded.py).
_TYPES = {kind: at for at, kind in enumerate(_KEY_WORTH)}
_VALUES = [*_KEY_WORTH.values()]

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

    ``rows`` are (row, record, customer); a customer that is not there is left out.
    """
    rows = list(rows)
    known = store.documents(reader, sorted({customer for _row, _record, customer in rows}))
    found = {}
    for row, record, customer in rows:
        if customer not in known:
            continue
        own, counts = features(record), {}
        for key in keys(own):
            if type_of(key) in NAMED:
                counts[key] = len(store.members(reader, key, COUNTED)) + 1
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
        self._own = Crowded(reader)
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

    def close(self) -> None:
        """End the second process."""
        self._open.close()
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
        self._own = Crowded(self._reader, self._file)
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
        if self._stopped():
            return {}
        self._keyed.sort()
        pairs = self._pairs()
        return {} if self._stopped() else self._compared(pairs)

    def _stopped(self) -> bool:
        return self._cancelled is not None and self._cancelled()

    def _told(self, done: int) -> None:
        if self._report:
            self._report(done, 100)

    # ------------------------------------------------------------ who meets whom

    def _asked(self) -> Iterator[tuple[str, list[int]]]:
        """Yield each key and the records that have it, in order."""
        for key, members in groupby(self._keyed, lambda one: one >> 32):
            yield key.to_bytes(8, "big").decode("ascii"), [one & 0xFFFFFFFF for one in members]

    def _pairs(self) -> list[array[int]]:
        """Return by PIECE of records whom each shares keys with, a number for each key."""
        found = [array("Q") for _at in range(0, len(self._kept), PIECE)]
        if self._database is None or len(self._kept) <= FEW:
            for at, (key, members) in enumerate(self._asked()):
                most = max(cap_of(key), COUNTED) if type_of(key) in NAMED else cap_of(key)
                customers = store.members(self._reader, key, most + 1)
                self._meet(key, members, customers, len(customers), found)
                if at % PIECE == 0 and self._stopped():
                    break
            return found
        asked = (key for key, _members in self._asked())
        held = store.along(self._database.connect_reader(), asked, max(CAPS.values()))
        nobody: tuple[str, list[int], int] = ("", [], 0)
        term, customers, count = next(held, nobody)
        for at, (key, members) in enumerate(self._asked()):
            while term and term < key:
                term, customers, count = next(held, nobody)
            self._meet(key, members, *((customers, count) if term == key else ([], 0)), found)
            if at % (20 * PIECE) == 0:
                if self._stopped():
                    break
                self._told(50 * at // len(self._keyed))
        held.close()
        self._keyed = []
        return found

    def _meet(
        self, key: str, members: list[int], customers: list[int], count: int, found: list[array[int]]
    ) -> None:
        total = len(members) + count
        if total < 2:
            return
        kind = type_of(key)
        if total > 2 and kind in NAMED:
            self._counts[key] = total
        if total > cap_of(key):
            return
        mark = _TYPES[kind]
        for at, one in enumerate(members):
            own, low = found[one // PIECE], one % PIECE << RECORD | mark
            own.extend([low | who << WHO for who in customers])
            own.extend([low | (OTHER_ROW | other) << WHO for other in members[:at]])

    # ------------------------------------------------------------ who is whom

    def _compared(self, found: list[array[int]]) -> dict[int, list[Match]]:
        """Return the matches of those that met."""
        for at, one in enumerate(found):
            found[at] = _worths(one)
        met = sum(map(len, found))
        least = _WEAK if met > max(FEW, BUDGET * len(self._kept)) else 0
        alike: list[list[Alike]] = [[] for _piece in found]
        done = 0

        def take(task: Task, answer: bytes) -> None:
            nonlocal done
            alike[task[3] // PIECE] = json.loads(answer)
            done += 1

        def step() -> None:
            self._told(50 + 50 * done // max(1, len(found)))
            if self._stopped():
                raise _Stopped

        tasks = self._laid(found, least) if self._hands is not None and met > FEW else []
        try:
            if self._hands is not None and tasks:
                self._hands.each(tasks, take, step)
            else:
                kept = self._kept
                self._own.told(lambda record: kept[record].decode("utf-8", "surrogatepass"), self._counts)
                for at, one in enumerate(found):
                    alike[at] = self._own.matches(one, at * PIECE, least)
                    done += 1
                    step()
        except _Stopped:
            pass
        return {
            self._numbers[record]: [self._match(who, score, lines) for who, score, lines in own]
            for piece in alike
            for record, own in piece
        }

    def _laid(self, found: list[array[int]], least: int) -> list[Task]:
        """Put what the scores need where both processes read it and return the tasks, none without room."""
        try:
            for at in range(0, len(self._kept), PIECE):
                self._put(b"".join(self._kept[at : at + PIECE]))
            places = self._put(array("q", accumulate(map(len, self._kept), initial=0)).tobytes())
            shared = "\n".join([f"{key} {count}" for key, count in self._counts.items()]).encode()
            told = (places, len(self._kept), self._put(shared), len(shared))
            tasks = [
                ("alike", self._put(one.tobytes()), len(one), at * PIECE, least)
                for at, one in enumerate(found)
            ]
        except OSError:
            return []
        assert self._hands is not None
        self._hands.tell("lying", *told)
        self._kept, self._counts = [], {}
        return tasks

    def _put(self, data: bytes) -> int:
        """Put something behind all else in the shared file, which begins with the features."""
        at, rest = self._end, memoryview(data)
        while rest:
            written = os.pwrite(self._file, rest, self._end)
            self._end += written
            rest = rest[written:]
        return at

    def _match(self, who: int, score: float, lines: Iterable[Sequence]) -> Match:
        row, customer = (self._numbers[who ^ OTHER_ROW], 0) if who >= OTHER_ROW else (0, who)
        return Match(row, customer, score, band_of(score), tuple([Line(*one) for one in lines]))


def _worths(met: array[int]) -> array[int]:
    """Return each pair once, with what the types of the keys that it shares are worth instead of a type."""
    found = array("Q")
    before, worth = -1, 0
    for one in sorted(set(met)):
        pair = one >> WHO
        if pair != before:
            if worth:
                found.append(before << WHO | min(worth, 31))
            before, worth = pair, 0
        worth += _VALUES[one & 31]
    if worth:
        found.append(before << WHO | min(worth, 31))
    return found


class _Stopped(Exception):
    """Ends the comparison when the user has stopped it."""
