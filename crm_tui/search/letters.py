"""Letters as pinyin: cut into syllables or initials, and what the index is asked for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from crm_tui.search.accents import heard
from crm_tui.search.expressions import any_of, both, every
from crm_tui.text.pinyin import syllables

MOST_WAYS = 4
LONGEST_SYLLABLE = 6


def joints(way: Sequence[str]) -> list[str]:
    """Return the pairs of syllables that stand side by side, a lone one itself."""
    return [one + "'" + two for one, two in pairwise(way)] or list(way)


@lru_cache(maxsize=1)
def beginnings() -> frozenset[str]:
    """Return all that a syllable may begin with."""
    return frozenset(one[:size] for one in syllables() for size in range(1, len(one) + 1))


def segmentations(text: str) -> list[tuple[tuple[str, ...], str]]:
    """Return the ways to cut letters into syllables and a rest that is none yet, the longest syllables first.

    ``huaw`` gives (hua,) and w; ``xian`` (xian,), (xi, an) and (xia,) with n.
    """
    found: list[tuple[tuple[str, ...], str]] = []
    known, starts = syllables(), beginnings()
    dead: set[int] = set()

    def walk(at: int, before: tuple[str, ...]) -> None:
        if at == len(text):
            found.append((before, ""))
            return
        if at in dead or len(found) >= 3 * MOST_WAYS:
            return
        count = len(found)
        for size in range(min(LONGEST_SYLLABLE, len(text) - at), 0, -1):
            part = text[at : at + size]
            if part in known:
                walk(at + size, (*before, part))
        rest = text[at:]
        if before and len(rest) < LONGEST_SYLLABLE and rest not in known and rest in starts:
            found.append((before, rest))
        if len(found) == count:
            dead.add(at)

    walk(0, ())
    found.sort(key=lambda one: (len(one[0]) + bool(one[1]), len(one[1])))
    return found[:MOST_WAYS]


def onward(way: Sequence[str], rest: str) -> tuple[str, ...]:
    """Return the initials of the last syllable and of what is typed of the next."""
    return ("=" + way[-1][0] + rest[0],) if rest else ()


def longer(way: Sequence[str]) -> str:
    """Return the expression of syllables of which the last may be the start of a longer one: geli of 格林."""
    ends = sorted(one for one in syllables() if one.startswith(way[-1]))
    return any_of(*(every(*joints((*way[:-1], one))) for one in ends))


def shortened(text: str) -> str:
    """Return the expression of syllables in full among initials: huajs, hjishu, hweijs."""
    known = syllables()
    found: list[tuple[str, ...]] = []
    left = 300

    def walk(at: int, before: tuple[str, ...], full: int) -> None:
        nonlocal left
        left -= 1
        if len(found) >= 2 * MOST_WAYS or len(before) > 8 or left < 0:
            return
        if at == len(text):
            if 0 < full < len(before):
                found.append(before)
            return
        for size in range(min(LONGEST_SYLLABLE, len(text) - at), 1, -1):
            if text[at : at + size] in known:
                walk(at + size, (*before, text[at : at + size]), full + 1)
        if text[at] not in "iuv":
            walk(at + 1, (*before, text[at]), full)

    walk(0, (), 0)
    found.sort(key=lambda one: (len(one), -sum(len(part) > 1 for part in one)))
    expressions = []
    for way in found[:MOST_WAYS]:
        heads = "".join(one[0] for one in way)
        tokens = ["=" + heads[at : at + 3] for at in range(max(len(heads) - 2, 0))] or ["=" + heads]
        tokens += [one for one in way if len(one) > 1]
        tokens += [one + "'" + two for one, two in pairwise(way) if len(one) > 1 and len(two) > 1]
        expressions.append(every(*tokens))
    return any_of(*expressions)


def of_company(text: str) -> str:
    """Return the expression of initials of an English name with the C of its Co. or Corporation."""
    return every("%=" + text[:-1]) if 2 < len(text) < 9 and text[-1] == "c" else ""


def without_one(text: str) -> Iterator[str]:
    """Yield the expressions of initials of a name of which one was left out."""
    for at in range(1, len(text) - 1):
        sides = [
            "=" + side[place : place + 3]
            for side in (text[:at], text[at:])
            for place in range(max(len(side) - 2, 1))
            if len(side) > 1
        ]
        starts = ("^=" + text[:2], "^^" + text[:2]) if at > 1 else ("^" + text[0],)
        yield from (every(start, *sides) for start in starts)


def heard_as(text: str) -> str:
    """Return the expression of syllables each of which may be several that sound much alike."""
    pairs = pairwise(heard(text))
    return both(*(any_of(*(every(f"{a}'{b}") for a in one for b in two)) for one, two in pairs))
