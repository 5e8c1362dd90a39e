"""Rows of a list and what conditions let pass of them, as bits: of the first row the lowest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

from crm_tui.customers.filter_fields import All, Condition, Filter, Not_

MET_BY_CHANCE = 0.05  # what is less likely than that is no chance


class Samples:
    """Rows in some order; ``passed`` are the bits of each condition that is known of them."""

    def __init__(self, ids: Sequence[int], passed: Mapping[Condition, int]) -> None:
        self.ids = ids
        self._every = (1 << len(ids)) - 1
        self._passing: dict[Filter, int] = dict(passed)

    def __len__(self) -> int:
        return len(self.ids)

    def passing(self, *parts: Filter) -> int:
        """Return the bits of the rows that all of some parts of the filter let pass."""
        found = self._every
        for part in parts:
            if part not in self._passing:
                self._passing[part] = self._of(part)
            found &= self._passing[part]
        return found

    def _of(self, tree: Filter) -> int:
        assert not isinstance(tree, Condition)  # all of them are known
        if isinstance(tree, Not_):
            return self._every & ~self.passing(tree.part)
        if isinstance(tree, All):
            return self.passing(*tree.parts)
        found = 0
        for part in tree.parts:
            found |= self.passing(part)
        return found

    def share(self, *parts: Filter, upto: int | None = None) -> float:
        """Return which part of the rows, or of the first of them, some parts of the filter let pass."""
        many = len(self) if upto is None else min(upto, len(self))
        return (self.passing(*parts) & ((1 << many) - 1)).bit_count() / max(many, 1)

    def picked(self, *parts: Filter) -> list[int]:
        """Return the ids of those that all of some parts let pass."""
        bits = self.passing(*parts)
        return [one for at, one in enumerate(self.ids) if bits >> at & 1]

    def reach(self, parts: Sequence[Filter], wanted: float) -> float:
        """Return about how many of such rows one must pass until so many of them pass all parts.

        A part that lets none of the first pass, which is hardly chance, begins where it lets one pass. From
        there on the parts are taken for independent of each other, as far as the rows do not belie it.
        """
        start = max(map(self._start, parts), default=0)
        after, left = len(self) - start, self._every >> start << start
        if not after:
            return inf
        alone = float(after)
        for part in parts:
            alone *= max((self.passing(part) & left).bit_count(), 0.5) / after
        together = (self.passing(*parts) & left).bit_count()
        passing = alone * (together + 1) / (alone + 1) if together < alone else together
        return start + wanted * after / passing

    def _start(self, part: Filter) -> int:
        bits = self.passing(part)
        at = (bits & -bits).bit_length() - 1 if bits else 0
        return at if (1 - self.share(part)) ** at < MET_BY_CHANCE else 0


def samples(rows: Iterable[Sequence[Any]], conditions: Sequence[Condition]) -> Samples:
    """Return rows of which id, key and whether they pass each of some conditions are known."""
    found = list(rows)
    bits = {
        one: sum(1 << at for at, row in enumerate(found) if row[column])
        for column, one in enumerate(conditions, 2)
    }
    return Samples([row[0] for row in found], bits)
