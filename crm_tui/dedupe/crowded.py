"""The two pieces of work on a crowd (crowding.py), each done by whichever processor is free.

New records are taken apart, and those that share something with others are scored. What the scores need lies
in one file without a name that both processes read by place; where there is none, in memory.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from crm_tui.dedupe import store_crowding as store
from crm_tui.dedupe.comparing import Frequency
from crm_tui.dedupe.hands import Task
from crm_tui.dedupe.scoring import compare, quick, veto
from crm_tui.identity.document import features_of
from crm_tui.identity.features import Features, Record, dump, features, load
from crm_tui.identity.keys import keys
from crm_tui.storage.driver import sqlite3

SHOWN = 3  # matches of a record
TRIED = 40  # of a record, those that share most with it
# Who meets whom in one number: the record, who it meets (a customer, or another row), what that is worth.
RECORD, WHO = 52, 5
OTHER_ROW = 1 << 46
WORTH = (1 << WHO) - 1
_WHOM = (1 << RECORD - WHO) - 1

Alike = tuple[int, list[tuple[int, float, list[tuple[Any, ...]]]]]
"""A record, and those that it looks like, best first: who, score, lines."""


class Crowded:
    """One processor at work on a crowd: ``do`` answers a task with bytes."""

    def __init__(self, reader: sqlite3.Connection, file: int = -1) -> None:
        self._reader = reader
        self._file = file
        self._text: Callable[[int], str] = [].__getitem__
        self._frequency = Frequency({})

    def do(self, task: Task) -> bytes:
        """Do a task."""
        does = {"entered": self.entered, "lying": self.lying, "alike": self.alike}
        return does[task[0]](*task[1:]) or b""

    def close(self) -> None:
        """Let go of nothing: the connection is another's."""

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


def _whole(field: Any) -> Any:
    """Return a field of a record that came as JSON."""
    return tuple(field) if isinstance(field, list) else field
