"""Many new records at once: which of them look like customers of the file, or like one another.

The keys of all records are sorted, so that one pass along the index meets them; what is kept of a record
until it is compared is one line of text. Nothing is written.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from crm_tui.dedupe import store_crowding as store
from crm_tui.dedupe.comparing import Frequency
from crm_tui.dedupe.scoring import Line, band, band_of, compare, quick, veto
from crm_tui.identity.document import features_of
from crm_tui.identity.features import Features, Record, dump, features, load
from crm_tui.identity.keys import CAPS, NAMED, cap_of, keys, type_of
from crm_tui.storage.driver import sqlite3

FEW = 2000
"""Records up to which each key is asked for by itself; more are met in one pass along the index."""
SHOWN = 3  # matches of a record
COUNTED = 51  # members from which on a value is as common as any (comparing.Frequency)
PIECE = 2000  # records compared together
TRIED = 40  # of a record, those that share most with it
BUDGET = 4
"""Pairs a record, on the whole, above which those that share one weak thing alone are left out."""
# How much a shared key promises: a pair that shares a brand's beginning alone is hardly ever one customer.
_WORTH = {
    **dict.fromkeys("umeqr", 3), **dict.fromkeys("atdkns", 2), **dict.fromkeys("cipx", 1),
}  # fmt: skip
_WEAK = 2
# A meeting in one number: the record within its piece, who it meets (a customer, or another row), the type.
_RECORD, _WHO = 52, 5
_OTHER_ROW = 1 << 46
_TYPES = {kind: at for at, kind in enumerate(_WORTH)}
_VALUES = [*_WORTH.values()]

Report = Callable[[int, int], None]


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
    cancelled: Callable[[], bool] | None = None,
    beside: Callable[[], sqlite3.Connection] | None = None,
    expected: int = 0,
) -> dict[int, list[Match]]:
    """Return by row what it looks like, best first, at most SHOWN; rows like nothing are not in it.

    Of two rows alike the later one has the match. ``beside`` opens an unscoped reading connection, used for
    more than FEW rows. ``report`` is told (done, 100), from the start where ``expected`` says how many rows
    there are. Cancelled between two pieces, it returns what it has. The index must be ready
    (search/index.state); raises sqlite3.Error when it cannot be read.
    """
    crowd = _Crowd(rows, report, cancelled, expected)
    if crowd.stopped():
        return {}
    pairs = crowd.pairs(reader, beside)
    return {} if crowd.stopped() else crowd.compared(reader, pairs)


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


class _Crowd:
    def __init__(
        self,
        rows: Iterable[tuple[int, Record]],
        report: Report | None,
        cancelled: Callable[[], bool] | None,
        expected: int,
    ) -> None:
        self._report = report
        self._cancelled = cancelled
        self._numbers = array("Q")
        self._kept: list[str] = []
        self._counts: dict[str, int] = {}
        # A key is eight signs: with the record behind it one number, in the order of the keys.
        keyed: list[int] = []
        for at, (number, record) in enumerate(rows):
            own = features(record)
            self._numbers.append(number)
            self._kept.append(dump(own))
            keyed += [int.from_bytes(key.encode("ascii"), "big") << 32 | at for key in keys(own)]
            if at % PIECE == 0:
                if self.stopped():
                    break
                self._told(min(35, 35 * at // expected) if expected else 0)
        keyed.sort()
        self._keyed = keyed

    def stopped(self) -> bool:
        return self._cancelled is not None and self._cancelled()

    def _told(self, done: int) -> None:
        if self._report:
            self._report(done, 100)

    # ------------------------------------------------------------ who meets whom

    def _asked(self) -> Iterator[tuple[str, list[int]]]:
        """Yield each key and the records that have it, in order."""
        for key, members in groupby(self._keyed, lambda one: one >> 32):
            yield key.to_bytes(8, "big").decode("ascii"), [one & 0xFFFFFFFF for one in members]

    def pairs(
        self, reader: sqlite3.Connection, beside: Callable[[], sqlite3.Connection] | None
    ) -> list[array[int]]:
        """Return by PIECE of records whom each shares keys with, a number for each key (_RECORD, _WHO)."""
        found = [array("Q") for _at in range(0, len(self._kept), PIECE)]
        if beside is None or len(self._kept) <= FEW:
            for at, (key, members) in enumerate(self._asked()):
                most = max(cap_of(key), COUNTED) if type_of(key) in NAMED else cap_of(key)
                customers = store.members(reader, key, most + 1)
                self._meet(key, members, customers, len(customers), found)
                if at % PIECE == 0 and self.stopped():
                    break
            return found
        held = store.along(beside(), (key for key, _members in self._asked()), max(CAPS.values()))
        nobody: tuple[str, list[int], int] = ("", [], 0)
        term, customers, count = next(held, nobody)
        for at, (key, members) in enumerate(self._asked()):
            while term and term < key:
                term, customers, count = next(held, nobody)
            self._meet(key, members, *((customers, count) if term == key else ([], 0)), found)
            if at % (20 * PIECE) == 0:
                if self.stopped():
                    break
                self._told(35 + 35 * at // len(self._keyed))
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
            own, low = found[one // PIECE], one % PIECE << _RECORD | mark
            own.extend([low | who << _WHO for who in customers])
            own.extend([low | (_OTHER_ROW | other) << _WHO for other in members[:at]])

    # ------------------------------------------------------------ who is whom

    def compared(self, reader: sqlite3.Connection, found: list[array[int]]) -> dict[int, list[Match]]:
        """Return the matches of those that met."""
        for at, one in enumerate(found):
            found[at] = _worths(one)
        least = _WEAK if sum(map(len, found)) > max(FEW, BUDGET * len(self._kept)) else 0
        frequency = Frequency(self._counts)
        matches: dict[int, list[Match]] = {}
        for at, one in enumerate(found):
            self._piece(reader, at * PIECE, one, least, frequency, matches)
            found[at] = array("Q")
            if self.stopped():
                break
            self._told(70 + 30 * (at + 1) // len(found))
        return matches

    def _piece(
        self,
        reader: sqlite3.Connection,
        first: int,
        pairs: array[int],
        least: int,
        frequency: Frequency,
        matches: dict[int, list[Match]],
    ) -> None:
        tried: list[tuple[int, list[int]]] = []
        for record, group in groupby(pairs, lambda one: one >> _RECORD):
            best = [one for one in group if one & 31 > least]
            if len(best) > TRIED:
                best = sorted(best, key=lambda one: -(one & 31))[:TRIED]
            if best:
                tried.append((first + record, [one >> _WHO & (1 << _RECORD - _WHO) - 1 for one in best]))
        wanted = sorted({who for _record, others in tried for who in others if who < _OTHER_ROW})
        known = {who: features_of(text) for who, text in store.documents(reader, wanted).items()}
        for record, others in tried:
            own = load(self._kept[record])
            alike: list[tuple[int, int, Features]] = []
            for who in others:
                other = known.get(who) if who < _OTHER_ROW else load(self._kept[who ^ _OTHER_ROW])
                if other is None:
                    continue
                score = quick(own, other, frequency)
                if score >= 0 and not veto(own, other):
                    alike.append((-score, who, other))
            if alike:
                alike.sort(key=lambda one: one[:2])
                matches[self._numbers[record]] = [
                    self._match(own, other, who, frequency) for _score, who, other in alike[:SHOWN]
                ]

    def _match(self, own: Features, other: Features, who: int, frequency: Frequency) -> Match:
        scored = compare(own, other, frequency)
        row, customer = (self._numbers[who ^ _OTHER_ROW], 0) if who >= _OTHER_ROW else (0, who)
        return Match(row, customer, scored.score, band_of(scored.score), tuple(scored.lines))


def _worths(met: array[int]) -> array[int]:
    """Return each pair once, with what the types of the keys that it shares are worth instead of a type."""
    found = array("Q")
    before, worth = -1, 0
    for one in sorted(set(met)):
        pair = one >> _WHO
        if pair != before:
            if worth:
                found.append(before << _WHO | min(worth, 31))
            before, worth = pair, 0
        worth += _VALUES[one & 31]
    if worth:
        found.append(before << _WHO | min(worth, 31))
    return found
