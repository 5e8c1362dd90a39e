"""The three pieces of work of a scan, each done by whichever processor is free: keys, features, scores.

What the pieces need of each other lies in one file without a name, read and written by place alone, for both
processes share it: marks of the customers in some pair, their features, where each stands, pairs, counts.
"""

from __future__ import annotations

import json
import mmap
import os
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from zlib import crc32

from crm_tui.dedupe import scoring
from crm_tui.dedupe import store_scan as store
from crm_tui.dedupe.comparing import Frequency, compare_levels
from crm_tui.dedupe.crowded import Crowded
from crm_tui.dedupe.hands import Task
from crm_tui.dedupe.levels import LEVELS
from crm_tui.identity.document import features_of
from crm_tui.identity.features import COMPANY, Features, dump, load
from crm_tui.identity.keys import CAPS, NAMED, keys
from crm_tui.search import keyed
from crm_tui.storage.driver import sqlite3

KEPT_ABOVE = -20
"""Tenths: pairs of no higher score are not kept; what lies below 0 still counts against a cluster."""
WIDE = 31
MASK = (1 << WIDE) - 1
"""A pair is one number: the smaller id, and the larger in so many bits."""
_LENGTH = 20  # bits of how long a customer's features are, behind where they stand
_SILENT = frozenset(("evidence", "base"))
_REMEMBERED = 60_000

# Terms that count only where both have something, a bit of the mark for each.
_TERMS = ("mobile", "landline", "mail", "domain", "street", "contact", "branch", "ordinal")
_BITS = tuple(1 << at for at in range(len(_TERMS)))


def judge(a: Features, b: Features, frequency: Frequency) -> tuple[int, str, str] | None:
    """Return score in tenths, veto and the terms that speak for one customer; None when nothing is kept."""
    weights = scoring.tenths()
    levels = compare_levels(a, b, frequency.band)
    score = sum(map(weights.__getitem__, levels))
    if score <= KEPT_ABOVE:
        return None
    veto = scoring.veto(a, b)
    if score < 0 and veto == scoring.CODES:
        return None  # their codes keep them apart anyway (clusters.py)
    speaking = sorted([(-weights[one], one) for one in levels if weights[one] > 0])
    terms = [LEVELS[one][1] for _weight, one in speaking]
    return score, veto, " ".join([one for one in terms if one not in _SILENT])


def mark(found: Features) -> int:
    """Return in one number what tells early that two firms with valid codes are not alike; else 0."""
    if found.kind != COMPANY or not found.code_valid:
        return 0
    own = (found.mobiles, found.landlines, found.mails, found.domains, found.streets,
           found.contacts or found.surnames, found.branch, found.ordinal)  # fmt: skip
    bits = sum([bit for bit, has in zip(_BITS, own, strict=True) if has])
    name = crc32(found.name.encode("utf-8", "surrogatepass")) & 0xFFFF
    return 1 << 56 | crc32(found.code.encode()) << 24 | name << 8 | bits


@lru_cache(maxsize=1)
def ceilings() -> tuple[int, ...]:
    """Return the highest score of two firms with other valid codes, in tenths, by the bits of what both have.

    At the end stands what an equal name may add.
    """
    best: dict[str, int] = {}
    for weight, (kind, term, level) in zip(scoring.tenths(), LEVELS, strict=True):
        if kind == COMPANY and term != "code":
            best[term] = max(best.get(term, weight), weight)
        elif (kind, term, level) == (COMPANY, "code", "two_valid"):
            best["code"] = weight
    always = best["base"] + best["code"] + best["evidence"]
    always += sum([max(0, best[term]) for term in ("brand", "trade", "place")])
    some = [max(0, best[term]) for term in _TERMS]
    found = [always + sum([own for at, own in enumerate(some) if bits >> at & 1]) for bits in range(256)]
    return (*found, max(0, best["whole"]))


def hopeless(one: int, other: int, ceiling: tuple[int, ...]) -> bool:
    """Tell by the marks of two firms that nothing would be kept of them (judge)."""
    if not (one ^ other) >> 24:
        return False  # one code, as far as can be told
    highest = ceiling[one & other & 0xFF]
    if not (one ^ other) >> 8 & 0xFFFF:
        highest += ceiling[-1]
    return highest < 0


class Working:
    """One processor at work: ``do`` answers a task with bytes, or with nothing where it only takes note."""

    def __init__(self, reader: sqlite3.Connection, file: int) -> None:
        self._reader = reader
        self._file = file
        self._shift = self._above = 0
        self._marks = b""
        self._gone: set[int] = set()
        self._held: mmap.mmap | None = None
        self._places: array[int] = array("q")
        self._coded: array[int] = array("q")
        self._frequency = Frequency({})
        self._loaded: dict[int, Features | None] = {}
        self._crowd = Crowded(reader, file)

    def close(self) -> None:
        """Let go of the file."""
        if self._held is not None:
            self._held.close()

    def do(self, task: Task) -> bytes:
        """Do a task."""
        does = {
            "parts": self.parts,
            "keys": self.keys,
            "sorted": self.sorted,
            "marked": self.marked,
            "features": self.features,
            "entries": self.entries,
            "grouped": self.grouped,
            "known": self.known,
            "scores": self.scores,
        }
        if task[0] not in does:
            return self._crowd.do(task)
        return does[task[0]](*task[1:]) or b""

    def parts(self, shift: int, above: int) -> None:
        """Note how pairs are parted: by the smaller id without so many bits; only ids above one are left."""
        self._shift, self._above = shift, above
        self._gone = {row[0] for row in store.all_of(self._reader, store.GONE_ALL)}

    def keys(self, low: str, high: str) -> bytes:
        """Return a line that tells how many pairs a range of keys has in which part, the pairs, the counts.

        Pairs come from blocks within their cap; counts are those of values that more than two share.
        """
        return self._met(keyed.held(self._reader, low, high))

    def grouped(self, at: int, count: int) -> bytes:
        """Return the same of keys that ``entries`` made: first the keys stand there, then whose they are."""
        keys: array[int] = array("Q")
        ids: array[int] = array("q")
        keys.frombytes(os.pread(self._file, 8 * count, at))
        ids.frombytes(os.pread(self._file, 8 * count, at + 8 * count))
        return self._met(
            (key.to_bytes(8, "big").decode("ascii"), one) for key, one in sorted(zip(keys, ids, strict=True))
        )

    def _met(self, entries: Iterable[tuple[str, int]]) -> bytes:
        shift, above, gone = self._shift, self._above, self._gone
        parts: dict[int, array[int]] = {}
        counts = []
        for key, members in blocks(entries):
            if gone:
                members = [one for one in members if one not in gone]
            if len(members) > 2 and key[1] in NAMED:
                counts.append(f"{key} {len(members)}")
            if len(members) > CAPS[key[1]]:
                continue
            members.sort()
            for at, one in enumerate(members[:-1], 1):
                if one > above:
                    part = parts.get(one >> shift)
                    if part is None:
                        part = parts[one >> shift] = array("q")
                    first = one << WIDE
                    part.extend([first | other for other in members[at:]])
        text = "\n".join(counts).encode()
        head = json.dumps([[part, len(own)] for part, own in parts.items()]).encode()
        return b"".join([head, b"\n", *[own.tobytes() for own in parts.values()], text])

    def sorted(self, at: int, count: int, to: int, last: int, at_once: int) -> bytes:
        """Put pairs in order elsewhere, each once.

        Returns a line with how many they are and the smaller id of every so many; then a byte for each id up
        to the last one, which tells who stands in a pair.
        """
        read: array[int] = array("q")
        read.frombytes(os.pread(self._file, 8 * count, at))
        pairs = sorted(set(read))
        rest = memoryview(array("q", pairs)).cast("B")
        while rest:
            written = os.pwrite(self._file, rest, to)
            to += written
            rest = rest[written:]
        marks = bytearray(last + 1)
        for one in {pair >> WIDE for pair in pairs} | {pair & MASK for pair in pairs}:
            if one <= last:  # else entered meanwhile
                marks[one] = 1
        head = [len(pairs), *[pair >> WIDE for pair in pairs[::at_once]]]
        return b"%s\n%s" % (json.dumps(head).encode(), marks)

    def marked(self, at: int, length: int) -> None:
        """Note which customers stand in some pair: a byte for each id."""
        self._marks = os.pread(self._file, length, at)

    def features(self, low: int, high: int) -> bytes:
        """Return the features of the marked customers between two ids: ids, lengths, codes, then texts."""
        marks = self._marks
        return _told(
            (one, features_of(text))
            for one, text in store.all_of(self._reader, store.DOCUMENTS_BETWEEN, {"low": low, "high": high})
            if one < len(marks) and marks[one]
        )

    def entries(self, low: int, high: int) -> bytes:
        """Return the keys of all customers between two ids, without the index, and their features.

        A line tells how many keys begin with which sign; then come the keys of each sign and whose they are.
        """
        keyed_by: dict[str, tuple[array[int], array[int]]] = {}
        made = []
        for one, text in store.all_of(self._reader, store.DOCUMENTS_BETWEEN, {"low": low, "high": high}):
            found = features_of(text)
            made.append((one, found))
            for key in keys(found):
                own = keyed_by.get(key[2])
                if own is None:
                    own = keyed_by[key[2]] = (array("Q"), array("q"))
                own[0].append(int.from_bytes(key.encode("ascii"), "big"))
                own[1].append(one)
        head = json.dumps([[sign, len(own[0])] for sign, own in keyed_by.items()]).encode()
        both = [each.tobytes() for own in keyed_by.values() for each in own]
        return b"".join([head, b"\n", *both, _told(made)])

    def known(self, places: int, coded: int, count: int, counts: int, length: int, whole: int) -> None:
        """Note where features stand, the marks of their codes, how many customers share what."""
        self._marks = b""
        self._places.frombytes(os.pread(self._file, 8 * count, places))
        self._coded.frombytes(os.pread(self._file, 8 * count, coded))
        lines = os.pread(self._file, length, counts).decode("ascii").split("\n") if length else []
        found = (line.rpartition(" ") for line in lines)
        self._frequency = Frequency({key: int(number) for key, _blank, number in found})
        self._held = mmap.mmap(self._file, whole, access=mmap.ACCESS_READ)

    def scores(self, at: int, count: int) -> bytes:
        """Return the pairs worth keeping of some: a, b, score in tenths, veto, terms."""
        pairs: array[int] = array("q")
        pairs.frombytes(os.pread(self._file, 8 * count, at))
        frequency, coded, found = self._frequency, self._coded, []
        known, ceiling, loaded = len(coded), ceilings(), self._loaded
        if len(loaded) > _REMEMBERED:
            loaded.clear()
        for pair in pairs:
            first, second = pair >> WIDE, pair & MASK
            if second >= known:
                continue  # entered meanwhile
            if coded[first] and coded[second] and hopeless(coded[first], coded[second], ceiling):
                continue
            a = loaded[first] if first in loaded else self._features(first)
            b = loaded[second] if second in loaded else self._features(second)
            if a is not None and b is not None and (kept := judge(a, b, frequency)):
                found.append((first, second, *kept))
        return json.dumps(found).encode()

    def _features(self, one: int) -> Features | None:
        place = self._places[one] if one < len(self._places) else 0
        found = None
        if place and self._held is not None:
            start = place >> _LENGTH
            text = self._held[start : start + (place & ((1 << _LENGTH) - 1))]
            found = load(text.decode("utf-8", "surrogatepass"))
        self._loaded[one] = found
        return found


def _told(made: Iterable[tuple[int, Features]]) -> bytes:
    """Return features with ids, lengths and marks before them; how many numbers these are stands first."""
    head: array[int] = array("q")
    texts = []
    for one, found in made:
        texts.append(dump(found).encode("utf-8", "surrogatepass"))
        head.extend((one, len(texts[-1]), mark(found)))
    return b"".join([b"%d\n" % len(head), head.tobytes(), *texts])


def place(at: int, length: int) -> int:
    """Return where features stand as one number; ``at`` is never 0."""
    return at << _LENGTH | length


def blocks(entries: Iterable[tuple[str, int]]) -> Iterator[tuple[str, list[int]]]:
    """Yield keys with their members, of those that more than one customer has."""
    before, members = "", []
    for key, one in entries:
        if key == before:
            members.append(one)
            continue
        if len(members) > 1:
            yield before, members
        before, members = key, [one]
    if len(members) > 1:
        yield before, members
