"""What a comparison can find: terms, their levels, and which level may never weigh more than another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

BANDS = (1, 2, 3, 4)
"""How rare a shared value is: 1 nearly unique, 4 in many records."""
_CLASSES = {
    "company": ("full", "bare", "brand", "sound", "slip", "one", "short", "part", "other"),
    "person": ("rare", "common", "sound", "surname", "other"),
}


class Term(NamedTuple):
    """One line of a score: its levels that speak for one customer, against, and those free of a sign.

    ``chains`` are pairs (stronger, weaker): the first never weighs less than the second.
    """

    name: str
    agree: tuple[str, ...]
    disagree: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    chains: tuple[tuple[str, str], ...] = ()


def _banded(level: str) -> tuple[str, ...]:
    return tuple(f"{level}{band}" for band in BANDS)


def _falling(*levels: str) -> tuple[tuple[str, str], ...]:
    return tuple(itertools.pairwise(levels))


def _shared(name: str, *more: str, against: tuple[str, ...] = ("differ",)) -> Term:
    same = _banded("same")
    return Term(name, (*same, *more), against, (), _falling(*same) + tuple((same[0], one) for one in more))


def _evidence(kind: str) -> Term:
    levels = [(one, f"{one}{count}") for one in _CLASSES[kind] for count in (0, 1, 2)]
    none = tuple(level for _one, level in levels if level.endswith("0"))
    rising = [(f"{one}2", f"{one}1") for one in _CLASSES[kind]] + [
        (f"{one}1", f"{one}0") for one in _CLASSES[kind]
    ]
    some = tuple(level for _one, level in levels if not level.endswith("0"))
    return Term("evidence", (), none, some, tuple(rising))


_STREET = Term(
    "street",
    (*_banded("room"), "building"),
    ("other_room", "other_number", "other"),
    (),
    (*_falling(*_banded("room")), ("room1", "building"), ("other_room", "other")),
)
_PLACE = Term(
    "place",
    ("told", "same"),
    ("other", "told_other"),
    (),
    (("told", "same"), ("other", "told_other")),
)
TERMS: dict[str, tuple[Term, ...]] = {
    "company": (
        Term("base", (), ("start",)),
        Term("code", ("same1", "same2", "typo"), ("differ", "two_valid"), (),
             (("same1", "same2"), ("same1", "typo"), ("differ", "two_valid"))),
        Term("whole", ("placed", "plain"), (), (), (("placed", "plain"),)),
        Term("brand", _banded("same"), ("number", "differ"),
             ("sound", "short_sound", "slip", "short_slip", "missing", "short_missing", "one", "short_one",
              "with_trade", "begins", "inside", "whole", "near"),
             (*_falling(*_banded("same")), *_falling("same1", "sound", "short_sound", "short_one"),
              *_falling("same1", "slip", "short_slip"), *_falling("same1", "missing", "short_missing"),
              *_falling("sound", "one", "short_one", "differ"), *_falling("slip", "one", "number"),
              *_falling("same1", "with_trade", "begins", "inside", "differ"),
              *_falling("same1", "whole", "near", "differ"))),
        Term("trade", ("same",), ("overlap", "differ"), ("part", "vague"),
             (("same", "part"), ("part", "vague"), ("vague", "differ"), ("part", "overlap"),
              ("overlap", "differ"))),
        _PLACE,
        Term("branch", ("same",), ("one", "differ"), (), (("one", "differ"),)),
        Term("ordinal", ("same",), ("one", "differ")),
        _shared("mobile", "near"),
        _shared("landline"),
        _shared("mail", "near"),
        _shared("domain"),
        _STREET,
        Term("contact", (*_banded("same"), "sound", "surname"), ("differ",), (),
             (*_falling(*_banded("same")), ("same1", "sound"), ("same1", "surname"))),
        _evidence("company"),
    ),
    "person": (
        Term("base", (), ("start",)),
        Term("name", (*_banded("same"), "sound", "surname"), ("differ",), ("one",),
             (*_falling(*_banded("same")), ("same1", "sound"), ("sound", "one"), ("one", "differ"))),
        _PLACE,
        _shared("mobile", "near"),
        _shared("landline"),
        _shared("mail", "near"),
        _STREET,
        _evidence("person"),
    ),
}  # fmt: skip
"""The terms of companies and of persons, in the order of a score's lines."""


def levels() -> Iterator[tuple[str, str, str]]:
    """Yield kind, term and level of every level; the place in this order is its number."""
    for kind, terms in TERMS.items():
        for term in terms:
            for level in (*term.agree, *term.free, *term.disagree):
                yield kind, term.name, level


LEVELS = tuple(levels())
NUMBER = {level: number for number, level in enumerate(LEVELS)}
