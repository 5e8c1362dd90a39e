"""Which signs of a shown text answered the terms, for highlighting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crm_tui.search.grams import read
from crm_tui.search.names import Name
from crm_tui.search.numerals import writings
from crm_tui.search.parsing import ADDRESS, DIGITS, LETTERS, MIXED, Term
from crm_tui.search.spelling import spell
from crm_tui.text.fold import searchable

LONGEST = 200


def spans(shown: str, terms: Iterable[Term]) -> list[tuple[int, int]]:
    """Return the (start, end) places of a text that the terms match, in order and apart from each other.

    The text is as it is shown: traditional or full width, with punctuation. Nothing matched gives ``[]``.
    """
    joined, places = _signs(shown[:LONGEST])
    marked: set[int] = set()
    name: Name | None = None
    for term in terms:
        text = "".join(term.units) if term.kind == ADDRESS else term.text
        if not text or not joined:
            continue
        if term.kind == DIGITS and len(term.units) > 1 and joined.endswith(term.units[1]):
            start, end = term.units
            if joined.startswith(start):
                marked.update((*range(len(start)), *range(len(joined) - len(end), len(joined))))
                continue
        at = joined.find(text)
        if at < 0 and (written := next((one for one in writings(text) if one in joined), "")):
            text = written
            at = joined.find(text)
        if at >= 0:
            while at >= 0:
                marked.update(range(at, at + len(text)))
                at = joined.find(text, at + len(text))
            continue
        name = name or Name(joined, person=False)
        if term.kind in (LETTERS, MIXED):
            marked.update(_spelt(text, name))
        elif term.kind != ADDRESS:
            marked.update(_in_order(text, name) or _alike(term.units, joined))
    return _runs(sorted({places[at] for at in marked if at < len(places)}))


def _signs(shown: str) -> tuple[str, list[int]]:
    """Return the letters, digits and signs as search compares them, and where each one stands."""
    signs: list[str] = []
    places: list[int] = []
    for at, char in enumerate(shown):
        for one in char.lower() if char.isascii() else searchable(char):
            if one.isalnum():
                signs.append(one)
                places.append(at)
    return "".join(signs), places


def _spelt(text: str, name: Name) -> Sequence[int]:
    found = spell(text, name)
    if found:
        best = min(found, key=lambda one: (one.short, one.at != name.start, one.at))
        return range(best.at, best.at + best.size)
    # Initials with signs left out between them.
    for start in dict.fromkeys((name.start, 0)):
        at, places = 0, []
        for place, sign in enumerate(name.joined):
            if place >= start and at < len(text) and text[at] in (read(sign)[1] or sign):
                places.append(place)
                at += 1
        if at == len(text):
            return places
    return ()


def _in_order(text: str, name: Name) -> list[int]:
    for start in dict.fromkeys((name.start, 0)):
        places: list[int] = []
        at = start - 1
        for sign in text:
            at = name.joined.find(sign, at + 1)
            if at < 0:
                break
            places.append(at)
        else:
            return places
    return []


def _alike(units: Sequence[str], joined: str) -> list[int]:
    """Return the signs of the stretch that is most alike, by sign or sound; of less than half of it none."""
    size = len(units)
    said = [set(read(one)[0]) for one in units]
    best: list[int] = []
    for start in range(max(len(joined) - size + 1, 0)):
        window = joined[start : start + size]
        places = [
            start + at
            for at, (sign, unit, sounds) in enumerate(zip(window, units, said, strict=False))
            if sign == unit or not sounds.isdisjoint(read(sign)[0])
        ]
        if len(places) > len(best):
            best = places
    return best if 2 * len(best) >= size else []


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found
