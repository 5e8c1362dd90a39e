"""The grams of a document that moved: what is to be taken out of the index, and what is to be put in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crm_tui.search.grams import APART, NAMES, UNDOING, WORD_IN, grams, of_lines

MANY_LINES = 200
Passed = Sequence[tuple[frozenset[str], set[str]]]
"""Lines that went from one document to another, and their grams."""


def passed_on(documents: Sequence[tuple[str, str]]) -> Passed:
    """Read once what goes from some documents to the one that gains most, where that is much.

    A merge hands over contacts, of which there may be a thousand: they leave one document for another.
    """
    most = max([text.count("\n") for both in documents for text in both], default=0)
    if len(documents) < 2 or most < MANY_LINES:
        return ()
    split = [(old.split("\n"), new.split("\n")) for old, new in documents]
    if not all(_names_first(own) for both in split for own in both):
        return ()
    lines = [({*was}, {*now}) for was, now in split]
    gained = max([now - was for was, now in lines], key=len)
    found = []
    for was, now in lines:
        # What a name gives depends on the other names.
        some = frozenset([one for one in gained & was if one not in now and one[:1] not in NAMES])
        if len(some) >= MANY_LINES:
            found.append((some, of_lines(some)))
    return found


def moved(old: str, new: str, passed: Passed = ()) -> tuple[set[str], set[str]]:
    """Return the grams that only the old document has, and those that only the new one has, in new sets.

    ``passed`` comes of documents among which these are.
    """
    lines = old.split("\n"), new.split("\n")
    known: tuple[list[set[str]], list[set[str]]] = [], []
    for some, own in passed:
        for one, other in ((0, 1), (1, 0)):
            if some.issubset(lines[one]) and some.isdisjoint(lines[other]):
                lines[one][:] = [line for line in lines[one] if line not in some]
                known[one].append(own)
    was, now = dict.fromkeys(lines[0]), dict.fromkeys(lines[1])
    gone, come = [one for one in was if one not in now], [one for one in now if one not in was]
    if not any(known):
        if {line[:1] for line in (*gone, *come)} <= APART:
            # No other line has grams like theirs, so that the names, the dearest, need not be read.
            old, new = ("\n".join([line for line in one if line[:1] in APART]) for one in (was, now))
            before, after = grams(old), grams(new)
            return before - after, after - before
        if not any(line[:1] in UNDOING and WORD_IN.search(line, 1) for line in (*was, *now)):
            # Each line gives what it gives, whatever stands beside it: what stays is read once.
            kept = of_lines([one for one in was if one in now])
            return _apart(of_lines(gone), of_lines(come), kept)
        if not (_names_first(was) and _names_first(now)):
            before, after = grams(old), grams(new)
            return before - after, after - before
    # Only a name takes grams away, and behind the names there is none.
    kept = of_lines([one for one in was if one in now and one[:1] not in NAMES])
    only_was = of_lines([*_names(was), *[one for one in gone if one[:1] not in NAMES]])
    only_now = of_lines([*_names(now), *[one for one in come if one[:1] not in NAMES]])
    return _apart(only_was.union(*known[0]), only_now.union(*known[1]), kept)


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
    names = [at for at, one in enumerate(lines) if one[:1] in NAMES]
    return not names or names[-1] < len(names)
