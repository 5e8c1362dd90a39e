"""All clusters of a file in little room, for a screen that pages through them and judges one by one."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from crm_tui.dedupe import decisions, store_gathered
from crm_tui.dedupe.clusters import Pair, clusters
from crm_tui.dedupe.scoring import DECIDED, MERGE, RELATED, REVIEW
from crm_tui.storage.driver import sqlite3

if TYPE_CHECKING:
    from crm_tui.dedupe.listing import Group

BANDS = (MERGE, REVIEW, RELATED)
# The reasons that people ask for, the strongest first; what else weighs is no reason of its own.
TERMS = (
    *("code", "mobile", "mail", "whole", "brand", "name", "landline", "street", "contact", "domain"),
    *("branch", "ordinal", "trade", "place"),
)


class Found(NamedTuple):
    """A cluster as it stands now: its customers, band, weakest link and reasons, the strongest first."""

    number: int
    ids: tuple[int, ...]
    band: str
    score: float
    terms: tuple[str, ...]


class Gathered:
    """Clusters by number, in the order they were found: a hundred thousand of them take a few megabytes.

    What became of one since, ``look_again`` finds out; until then it is shown as it was found.
    """

    def __init__(self) -> None:
        self._ids = array("q")
        self._ends = array("q", [0])
        self._bands = bytearray()
        self._scores = array("h")
        self._terms = array("H")
        self._now: dict[int, tuple[int, ...]] = {}
        self._bands_now: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._bands)

    def add(self, group: Group) -> None:
        """Take a cluster in."""
        self._ids.extend(group.ids)
        self._ends.append(len(self._ids))
        self._bands.append(BANDS.index(group.band))
        self._scores.append(max(min(round(group.weakest * 10), 32767), -32768))
        self._terms.append(sum(1 << at for at, term in enumerate(TERMS) if term in group.reasons))

    def first_ids(self, number: int) -> tuple[int, ...]:
        """Return the customers of a cluster as it was found."""
        return tuple(self._ids[self._ends[number] : self._ends[number + 1]])

    def at(self, number: int) -> Found:
        """Return a cluster; one that is dealt with has fewer than two customers."""
        ids = self._now.get(number)
        bits = self._terms[number]
        return Found(
            number,
            self.first_ids(number) if ids is None else ids,
            BANDS[self._band(number)],
            self._scores[number] / 10,
            tuple(term for at, term in enumerate(TERMS) if bits >> at & 1),
        )

    def _band(self, number: int) -> int:
        return self._bands_now.get(number, self._bands[number])

    def numbers(self, band: str, term: str = "") -> array[int]:
        """Return the clusters of a band that wait for somebody, of those only the ones with a reason."""
        wanted, bit = BANDS.index(band), 1 << TERMS.index(term) if term else 0
        # Those of a band were found one behind the other.
        first, last = self._bands.find(wanted), self._bands.rfind(wanted)
        found = array("q", range(max(first, 0), last + 1))
        if self._bands.count(wanted) < len(found):
            found = array("q", [number for number in found if self._bands[number] == wanted])
        if bit:
            found = array("q", [number for number in found if self._terms[number] & bit])
        other = {number for number, kind in self._bands_now.items() if kind != wanted}
        other.update(number for number, ids in self._now.items() if len(ids) < 2)
        come = [
            number
            for number, kind in self._bands_now.items()
            if kind == wanted != self._bands[number] and (not bit or self._terms[number] & bit)
        ]
        if other or come:
            found = array("q", sorted({*found, *come} - other))
        return found

    def terms(self) -> dict[str, int]:
        """Return how many clusters wait for each reason that there is."""
        done = {number for number, ids in self._now.items() if len(ids) < 2}
        counted = Counter(bits for number, bits in enumerate(self._terms) if number not in done)
        found = {
            term: sum(count for bits, count in counted.items() if bits >> at & 1)
            for at, term in enumerate(TERMS)
        }
        return {term: count for term, count in found.items() if count}

    def with_customers(self, ids: Collection[int]) -> list[int]:
        """Return the clusters in which customers were found."""
        wanted = set(ids)
        if not wanted:
            return []
        places = [at for at, one in enumerate(self._ids) if one in wanted]
        return sorted({bisect_right(self._ends, at) - 1 for at in places})

    def look_again(self, reader: sqlite3.Connection, numbers: Iterable[int]) -> None:
        """Find out what is left of clusters after merges, judgements and what took those back."""
        for number in numbers:
            ids = self.first_ids(number)
            left = store_gathered.visible(reader, ids)
            if self._bands[number] == BANDS.index(RELATED):
                left = () if len(left) < len(ids) or _settled(reader, left) else left
            else:
                left = self._left(reader, number, left)
            if left == ids:
                self._now.pop(number, None)
                self._bands_now.pop(number, None)
            else:
                self._now[number] = left

    def _left(self, reader: sqlite3.Connection, number: int, ids: tuple[int, ...]) -> tuple[int, ...]:
        """Return the largest cluster that customers still make."""
        whole = ids == self.first_ids(number)
        if len(ids) < 2:
            return ids
        apart = {pair for pair, one in decisions.decided(reader, ids).items() if one.holds}
        if whole and not any(a in ids and b in ids for a, b in apart):
            return ids
        scored = store_gathered.pairs_among(reader, ids)
        pairs = [Pair(a, b, score / 10, bool(veto) or (a, b) in apart) for a, b, score, veto in scored]
        found = clusters(pairs).found
        best = max(found, key=lambda one: len(one.ids), default=None)
        if best is None:
            return ()
        self._bands_now[number] = BANDS.index(best.band)
        return best.ids


def _settled(reader: sqlite3.Connection, ids: Sequence[int]) -> bool:
    about = decisions.decided(reader, ids)
    return any(one.holds for (a, b), one in about.items() if a in ids and b in ids)


def gather(reader: sqlite3.Connection) -> Gathered:
    """Read all clusters that wait for somebody, the best of each band first; not what people judged."""
    from crm_tui.dedupe import listing

    found = Gathered()
    for group in listing.groups(reader):
        if DECIDED not in group.reasons:
            found.add(group)
    return found
