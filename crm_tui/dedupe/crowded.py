"""The three pieces of work on a crowd (crowding.py), each done by whichever processor is free.

New records are taken apart, their keys are met along the index, and who shares enough is scored. What these
need of each other lies in one file without a name that both processes read by place; without it, in memory.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from crm_tui.dedupe import store_crowding as store
from crm_tui.dedupe.comparing import Frequency
from crm_tui.dedupe.hands import Task
from crm_tui.dedupe.scoring import compare, quick, veto
from crm_tui.identity.document import features_of
from crm_tui.identity.features import Features, Record, dump, features, load
from crm_tui.identity.keys import CAPS, NAMED, cap_of, keys, type_of
from crm_tui.storage.driver import sqlite3

PIECE = 2000  # records compared together
SHOWN = 3  # matches of a record
TRIED = 40  # of a record, those that share most with it
# Who meets whom in one number: the record, who it meets (a customer, or another row), what that is worth.
RECORD, WHO = 52, 5
OTHER_ROW = 1 << 46
WORTH = (1 << WHO) - 1
_MOST = max(CAPS.values())
_WHOM = (1 << RECORD - WHO) - 1

# How much a shared key promises: a pair that shares a brand's beginning alone is hardly ever one customer.
_WORTH_OF = {
    **dict.fromkeys("umeqr", 3), **dict.fromkeys("atdkns", 2), **dict.fromkeys("cipx", 1),
}  # fmt: skip
# A meeting has the type of the shared key where a pair has its worth.
_TYPES = {kind: at for at, kind in enumerate(_WORTH_OF)}
_VALUES = [*_WORTH_OF.values()]  # of all together no more than WORTH

Met = dict[int, "array[int]"]
"""By PIECE of records whom each shares keys with, a number for each key."""
Alike = tuple[int, list[tuple[int, float, list[tuple[Any, ...]]]]]
"""A record, and those that it looks like, best first: who, score, lines."""


class Crowded:
    """One processor at work on a crowd: ``do`` answers a task with bytes."""

    def __init__(
        self,
        reader: sqlite3.Connection,
        file: int = -1,
        beside: Callable[[], sqlite3.Connection] | None = None,
    ) -> None:
        self._reader = reader
        self._file = file
        self._beside = beside
        self._along: sqlite3.Connection | None = None
        self._text: Callable[[int], str] = [].__getitem__
        self._frequency = Frequency({})

    def do(self, task: Task) -> bytes:
        """Do a task."""
        does = {
            "entered": self.entered,
            "met": self.met,
            "worth": self.worth,
            "lying": self.lying,
            "alike": self.alike,
        }
        return does[task[0]](*task[1:]) or b""

    def close(self) -> None:
        """Close the connection along the index, if it is one's own."""
        if self._along is not None and self._beside is not None:
            self._along.close()

    def entered(self, _first: int, records: Sequence[Sequence[Any]]) -> bytes:
        """Return the keys of records and their features: two lengths of each, the keys, the texts."""
        lengths, found, texts = array("q"), array("Q"), []
        for one in records:
            own = features(Record(*map(_whole, one)))
            text = dump(own).encode("utf-8", "surrogatepass")
            of = [int.from_bytes(key.encode("ascii"), "big") for key in keys(own)]
            lengths.extend((len(of), len(text)))
            found.extend(of)
            texts.append(text)
        return b"".join([lengths.tobytes(), found.tobytes(), *texts])

    def met(self, at: int, count: int) -> bytes:
        """Return a line that tells how many meetings there are in which piece, the meetings, the counts.

        Keys stand in the file in order, and behind them who has each.
        """
        keys, records = array("Q"), array("q")
        keys.frombytes(os.pread(self._file, 8 * count, at))
        records.frombytes(os.pread(self._file, 8 * count, at + 8 * count))
        found, counts = self.meetings(keys, records)
        head = json.dumps([[piece, len(own)] for piece, own in found.items()]).encode()
        text = "\n".join([f"{key} {count}" for key, count in counts.items()]).encode()
        return b"".join([head, b"\n", *[own.tobytes() for own in found.values()], text])

    def meetings(self, keys: array[int], records: array[int]) -> tuple[Met, dict[str, int]]:
        """Return who meets whom under some keys in order, and how many share a value of more than two."""
        if self._along is None:
            self._along = self._beside() if self._beside is not None else self._reader
            store.open_keys(self._along)
        found: Met = {}
        counts: dict[str, int] = {}
        held = store.along(self._along, (key for key, _members in _grouped(keys, records)), _MOST)
        nobody: tuple[str, list[int], int] = ("", [], 0)
        term, customers, count = next(held, nobody)
        for key, members in _grouped(keys, records):
            while term and term < key:
                term, customers, count = next(held, nobody)
            meet(key, members, *((customers, count) if term == key else ([], 0)), found, counts)
        held.close()
        return found, counts

    def worth(self, at: int, count: int, _piece: int) -> bytes:
        """Return the pairs of meetings that stand in the file, and what they are worth."""
        met: array[int] = array("Q")
        met.frombytes(os.pread(self._file, 8 * count, at))
        return worths(met).tobytes()

    def lying(self, places: int, count: int, counts: int, length: int) -> None:
        """Note where features stand in the file and how many customers share what."""
        ends: array[int] = array("q")
        ends.frombytes(os.pread(self._file, 8 * (count + 1), places))
        lines = os.pread(self._file, length, counts).decode("ascii").split("\n") if length else []
        known = (line.rpartition(" ") for line in lines)
        shared = {key: int(number) for key, _blank, number in known}

        def text(record: int) -> str:
            start = ends[record]
            return os.pread(self._file, ends[record + 1] - start, start).decode("utf-8", "surrogatepass")

        self.told(text, shared)

    def told(self, text: Callable[[int], str], shared: Mapping[str, int]) -> None:
        """Note who gives the features of a record, and how many customers share what."""
        self._text, self._frequency = text, Frequency(shared)

    def alike(self, at: int, count: int, first: int, least: int) -> bytes:
        """Return whom records look like; who meets whom stands in the file."""
        pairs: array[int] = array("Q")
        pairs.frombytes(os.pread(self._file, 8 * count, at))
        return json.dumps(self.matches(pairs, first, least)).encode()

    def matches(self, pairs: array[int], first: int, least: int) -> list[Alike]:
        """Return whom some records from ``first`` on look like, of those who share more than ``least``."""
        tried: list[tuple[int, list[int]]] = []
        for record, group in groupby(pairs, lambda one: one >> RECORD):
            best = [one for one in group if one & WORTH > least]
            if len(best) > TRIED:
                best = sorted(best, key=lambda one: -(one & WORTH))[:TRIED]
            if best:
                tried.append((first + record, [one >> WHO & _WHOM for one in best]))
        wanted = sorted({who for _record, others in tried for who in others if who < OTHER_ROW})
        known = {who: features_of(text) for who, text in store.documents(self._reader, wanted).items()}
        found: list[Alike] = []
        for record, others in tried:
            own = load(self._text(record))
            alike: list[tuple[int, int, Features]] = []
            for who in others:
                other = known.get(who) if who < OTHER_ROW else load(self._text(who ^ OTHER_ROW))
                if other is None:
                    continue
                score = quick(own, other, self._frequency)
                if score >= 0 and not veto(own, other):
                    alike.append((-score, who, other))
            if alike:
                alike.sort(key=lambda one: one[:2])
                scored = [(who, compare(own, other, self._frequency)) for _score, who, other in alike[:SHOWN]]
                found.append((record, [(who, one.score, [*one.lines]) for who, one in scored]))
        return found


def _grouped(keys: array[int], records: array[int]) -> Iterator[tuple[str, list[int]]]:
    """Yield each key and the records that have it, in order."""
    for key, group in groupby(zip(keys, records, strict=True), itemgetter(0)):
        yield key.to_bytes(8, "big").decode("ascii"), [record for _key, record in group]


def meet(
    key: str, members: list[int], customers: list[int], count: int, found: Met, counts: dict[str, int]
) -> None:
    """Take note of the records that share a key with one another and with so many customers, some of whom."""
    total = len(members) + count
    if total < 2:
        return
    kind = type_of(key)
    if total > 2 and kind in NAMED:
        counts[key] = total
    if total > cap_of(key):
        return
    mark = _TYPES[kind]
    for at, one in enumerate(members):
        own = found.get(one // PIECE)
        if own is None:
            own = found[one // PIECE] = array("Q")
        low = one % PIECE << RECORD | mark
        own.extend([low | who << WHO for who in customers])
        own.extend([low | (OTHER_ROW | other) << WHO for other in members[:at]])


def worths(met: array[int]) -> array[int]:
    """Return each pair once, with what the types of the keys that it shares are worth instead of a type."""
    found: list[int] = []
    before = -1
    for one in sorted(set(met)):
        kind = one & WORTH
        pair = one - kind
        if pair == before:
            found[-1] += _VALUES[kind]
        else:
            found.append(pair + _VALUES[kind])
            before = pair
    return array("Q", found)


def _whole(field: Any) -> Any:
    """Return a field of a record that came as JSON."""
    return tuple(field) if isinstance(field, list) else field
