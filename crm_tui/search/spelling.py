"""Whether letters, or letters among Chinese signs, spell a part of a name: 华wei, hwjs, hjishu, huaw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from crm_tui.search.names import Name

_DOUBLE = ("zh", "ch", "sh")
MOST_STEPS = 400


class Spelt(NamedTuple):
    """Where a spelling lies in the joined name, and how many of its units are abbreviated or in full."""

    at: int
    size: int
    short: int
    full: int


Step = tuple[int, int, int]  # letters taken, units abbreviated, units in full


@lru_cache(maxsize=4)
def _known(query: str) -> dict[tuple[str, int], list[Step]]:
    """Return the steps of a query through units as they are known: names have many units in common."""
    return {}


class _Speller:
    def __init__(self, query: str, name: Name) -> None:
        self._query = query
        self._parts, self._said = name.parts, name.said
        # A surname is read in its own way in one place.
        self._known = {} if name.person else _known(query)
        self._left = MOST_STEPS
        self._dead: set[tuple[int, int]] = set()

    def walk(self, at: int, unit: int) -> Step | None:
        """Return (units, abbreviated, in full) of the fullest way to spell the rest from here."""
        if at == len(self._query):
            return (0, 0, 0)
        if unit == len(self._parts) or self._left <= 0 or (at, unit) in self._dead:
            return None
        self._left -= 1
        part = self._parts[unit]
        steps = self._known.get((part, at))
        if steps is None:
            steps = self._known[part, at] = self._steps(part, self._said[unit][0], at)
        best: Step | None = None
        for took, short, full in steps:
            rest = self.walk(at + took, unit + 1)
            if rest is not None:
                found = (rest[0] + 1, rest[1] + short, rest[2] + full)
                if best is None or found[1] < best[1]:
                    best = found
                if not best[1]:
                    break
        if best is None:
            self._dead.add((at, unit))
        return best

    def _steps(self, part: str, said: Sequence[str], at: int) -> list[Step]:
        """Return by how many letters a unit may be gone through, and as what: abbreviated, in full."""
        query = self._query
        if query.startswith(part, at):
            return [(len(part), 0, 0)]
        first = query[at]
        steps: list[Step] = []
        if not said:
            if part.isascii() and part[0] == first:
                rest = query[at:]
                if part.startswith(rest):
                    steps.append((len(rest), 0, 0))
                steps.append((1, 1, 0))
            return steps
        for one in said:
            if one[0] != first:
                continue
            if query.startswith(one, at) or ("v" in one and query.startswith(one.replace("v", "u"), at)):
                steps.append((len(one), 0, 1))
            rest = query[at : at + 6]
            if len(rest) < len(one) and at + len(rest) == len(query) and one.startswith(rest):
                steps.append((len(rest), 1, 0) if len(rest) == 1 else (len(rest), 0, 1))
            elif one[:2] in _DOUBLE and rest.startswith(one[:2]):
                steps.append((2, 1, 0))
            steps.append((1, 1, 0))
        return steps


def spell(query: str, name: Name) -> list[Spelt]:
    """Return the places where a query spells a part of a name, at most one for each place to begin."""
    first = query[0]
    units = [unit for unit, heads in enumerate(name.heads) if first in heads]
    if not units:
        return []
    parts = name.parts
    speller = _Speller(query, name)
    found: list[Spelt] = []
    for unit in units:
        way = speller.walk(0, unit)
        if way is not None:
            size = sum(map(len, parts[unit : unit + way[0]]))
            found.append(Spelt(sum(map(len, parts[:unit])), size, way[1], way[2]))
    return found


def gapped(query: str, name: Name, start: int) -> tuple[int, int, int] | None:
    """Return (runs, signs left out, end) when initials stand in order from a place on, None otherwise."""
    at = offset = 0
    runs = skipped = 0
    before = True
    for part, (_said, initials) in zip(name.parts, name.said, strict=True):
        here = offset
        offset += len(part)
        if here < start:
            continue
        if query[at] in initials or (not initials and part[0] == query[at]):
            runs += before
            before = False
            at += 1
            if at == len(query):
                return runs, skipped, offset
        else:
            skipped += 1
            before = True
            if at == 0:
                return None
    return None
