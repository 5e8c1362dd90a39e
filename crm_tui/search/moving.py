"""The grams of a document that moved: what is to be taken out of the index, and what is to be put in."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import dropwhile

from crm_tui.search.grams import APART, NAMES, UNDOING, WORD_IN, grams, of_lines


def moved(old: str, new: str) -> tuple[set[str], set[str]]:
    """Return the grams that only the old document has, and those that only the new one has."""
    was, now = dict.fromkeys(old.split("\n")), dict.fromkeys(new.split("\n"))
    gone, come = [one for one in was if one not in now], [one for one in now if one not in was]
    if {line[:1] for line in (*gone, *come)} <= APART:
        # No other line has grams like theirs, so that the names, the dearest, need not be read.
        old, new = ("\n".join([line for line in one if line[:1] in APART]) for one in (was, now))
    elif not any(line[:1] in UNDOING and WORD_IN.search(line, 1) for line in (*was, *now)):
        # Each line gives what it gives, whatever stands beside it: what stays is read once.
        kept = of_lines([one for one in was if one in now])
        return _apart(of_lines(gone), of_lines(come), kept)
    elif _names_first(was) and _names_first(now):
        # Only a name takes grams away, and behind the names there is none.
        kept = of_lines([one for one in was if one in now and one[:1] not in NAMES])
        only_was = of_lines([*_names(was), *(one for one in gone if one[:1] not in NAMES)])
        only_now = of_lines([*_names(now), *(one for one in come if one[:1] not in NAMES)])
        return _apart(only_was, only_now, kept)
    before, after = grams(old), grams(new)
    return before - after, after - before


def _apart(was: set[str], now: set[str], kept: set[str]) -> tuple[set[str], set[str]]:
    """Return what only one of two has, without what is kept; the two are used up."""
    both = was & now | kept
    was -= both
    now -= both
    return was, now


def _names(lines: Iterable[str]) -> list[str]:
    return [one for one in lines if one[:1] in NAMES]


def _names_first(lines: Iterable[str]) -> bool:
    """Tell whether no name stands behind another line, as in every document that was built."""
    return not any(one[:1] in NAMES for one in dropwhile(lambda one: one[:1] in NAMES, lines))
