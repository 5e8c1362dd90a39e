"""Whether an expression of the index holds for what is shown of a customer, where some of it is hidden.

The index holds the grams of all lines. A customer whose contacts are hidden must be found, or not, as if it
had none: so an expression that such a candidate answers is asked again of the lines that are shown. What is
quickly told is told without making all grams of them (grams.py): this is asked of every candidate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from crm_tui.access.masks import PRIVATE_LINES
from crm_tui.customers.document import ENGLISH, PAGE
from crm_tui.search.expressions import any_of, both, quoted
from crm_tui.search.grams import (
    COMPANY_WORDS,
    LONGEST_LINE,
    LONGEST_WORD,
    UNITS,
    WEAK_WORDS,
    WORDS,
    Read,
    grams,
    read,
    read_person,
    unmarked,
)
from crm_tui.text.company import body

PUBLIC = frozenset("$^&#+@!")  # signs that lead the grams of what is never hidden
_NAMES, _PEOPLE = "nsfa", "r"
_ONLY_OF = {"~": _PEOPLE, "@": "t", "+": "u"}  # grams of one kind of line among those that are shown
_PHONE = re.compile(r"[eb]?[0-9]+")
_SURE = re.compile(r'(?:[()]| |AND|OR|"(?:[$^&#+@!]|%=)[^"]*")*')  # PUBLIC
_PARTS = re.compile(r'"[^"]*"|[()]|AND|OR')
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{1,2}")
_SYLLABLES = re.compile(r"[a-z]+(?:'[a-z]+)?")
MOST_PLACES = 40  # of which initials are made


class Expression(NamedTuple):
    """An expression taken apart: a gram, or several parts joined by AND or OR."""

    sign: Literal["gram", "AND", "OR"]
    gram: str
    parts: tuple[Expression, ...]


def is_public(gram: str) -> bool:
    """Tell whether only lines that are never hidden have such a gram."""
    return gram[0] in PUBLIC or gram.startswith("%=")


def is_sure(expression: str) -> bool:
    """Tell whether only lines that are never hidden have the grams of an expression."""
    return _SURE.fullmatch(expression) is not None


@lru_cache(maxsize=256)
def taken_apart(text: str) -> Expression:
    """Return an expression (tiers.every, any_of, both) taken apart; AND binds closer than OR."""
    signs = _PARTS.findall(text)
    at = 0

    def several(sign: Literal["AND", "OR"], part: Callable[[], Expression]) -> Expression:
        nonlocal at
        found = [part()]
        while at < len(signs) and signs[at] == sign:
            at += 1
            found.append(part())
        return found[0] if len(found) == 1 else Expression(sign, "", tuple(found))

    def one() -> Expression:
        nonlocal at
        at += 1
        if signs[at - 1] != "(":
            return Expression("gram", signs[at - 1][1:-1], ())
        inner = several("OR", every)
        at += 1
        return inner

    def every() -> Expression:
        return several("AND", one)

    return several("OR", every)


def _all_grams(expression: Expression) -> Iterable[str]:
    if expression.sign == "gram":
        yield expression.gram
    for part in expression.parts:
        yield from _all_grams(part)


@lru_cache(maxsize=256)
def mixed(text: str) -> frozenset[str]:
    """Return the grams of an expression that hidden lines may have as well."""
    return frozenset(one for one in _all_grams(taken_apart(text)) if not is_public(one))


@lru_cache(maxsize=256)
def divided(text: str) -> tuple[str, str, bool]:
    """Return what of an expression is sure for whoever answers it, what is to be asked again; '' for nothing.

    They have no grams of phones, whose lines are always hidden. Whether it had any is told, too.
    """
    has_phones = any(map(_PHONE.fullmatch, mixed(text)))
    whole = taken_apart(text)
    parts = [_left(one) for one in (whole.parts if whole.sign == "OR" else (whole,))]
    sure = any_of(*(one for one in parts if one and not mixed(one)))
    return sure, any_of(*(one for one in parts if one and mixed(one))), has_phones


def _left(expression: Expression) -> str:
    if expression.sign == "gram":
        return "" if _PHONE.fullmatch(expression.gram) else quoted(expression.gram)
    parts = [_left(one) for one in expression.parts]
    if expression.sign == "AND":
        return both(*parts) if all(parts) else ""
    return any_of(*parts)


def _holds(expression: Expression, has: Callable[[str], bool]) -> bool:
    if expression.sign == "gram":
        return has(expression.gram)
    each = (_holds(one, has) for one in expression.parts)
    return all(each) if expression.sign == "AND" else any(each)


def holds(text: str, document: str) -> bool:
    """Tell whether the lines of a document answer an expression that the index says the customer answers.

    Grams of lines that are never hidden are the index's word: they are made only where it matters which.
    """
    seen = shown(document)
    unsure = mixed(text)
    expression = taken_apart(text)
    if not _holds(expression, lambda gram: gram not in unsure or seen.has(gram)):
        return False
    return (
        _holds(expression, lambda gram: gram in unsure and seen.has(gram))
        or all(map(seen.has, unsure))
        or _holds(expression, seen.has)
    )


class Shown:
    """The lines of a document as far as they are shown; ``has`` is the same as to be in ``grams``."""

    __slots__ = (
        "_grams",
        "_has",
        "_heads",
        "_joined",
        "_kinds",
        "_names",
        "_odd",
        "_sounds",
        "_words",
        "document",
    )

    def __init__(self, document: str) -> None:
        self.document = document
        self._grams: Set[str] | None = None
        self._names: list[tuple[list[str], list[Read]]] | None = None
        self._words: set[str] | None = None
        self._sounds: set[str] | None = None  # readings of signs, and words
        self._heads: set[str] = set()
        self._joined: set[str] = set()  # words of an English name that stand side by side are one word, too
        self._has: dict[str, bool] = {}
        lines = document.split("\n")
        self._kinds = {line[:1] for line in lines}
        self._odd = any(line[:1] in PRIVATE_LINES or len(line) > LONGEST_LINE for line in lines)

    @property
    def grams(self) -> Set[str]:
        """All grams of the lines."""
        if self._grams is None:
            self._grams = grams(self.document)
        return self._grams

    def has(self, gram: str) -> bool:
        """Tell whether the lines have a gram."""
        if self._grams is not None:
            return gram in self._grams
        found = self._has.get(gram)
        if found is None:
            found = None if self._odd else self._quickly(gram)
            found = self._has[gram] = gram in self.grams if found is None else found
        return found

    def _quickly(self, gram: str) -> bool | None:
        """Return what can be told without all grams, None for what cannot."""
        if _PHONE.fullmatch(gram):
            return False
        if gram[0] in _ONLY_OF:
            return None if _ONLY_OF[gram[0]] in self._kinds else False
        if gram[0] in "$^":
            return None if self._may_begin(gram) else False
        if gram[0] == "%" and gram[1:2] != "=":
            return self._word(gram[1:])
        if gram[0] == "=":
            return self._initials(gram[1:])
        if _HAN.fullmatch(gram):
            if gram not in self.document and len(gram) == 1:
                return False
            found = any(gram in "".join(parts) for parts, _said in self._taken())
            # It may stand in a tag or in the form of a name.
            return True if found else None if gram in self.document else False
        if _SYLLABLES.fullmatch(gram):
            return self._syllables(gram)
        return None

    def _may_begin(self, gram: str) -> bool:
        """Tell whether a name may be, or begin with, what a gram says: its signs are there, or its sounds."""
        if gram.startswith("$$") and self._kinds.isdisjoint("sfa"):
            return False
        rest = gram.lstrip("$^")
        if not rest.strip("='").isascii():
            return all(map(self.document.__contains__, rest.strip("=")))
        if self._sounds is None:
            self._sounds, self._heads = set(), set()
            for parts, said in self._taken():
                for part, (readings, initials) in zip(parts, said, strict=True):
                    self._sounds.update(readings or (part,))
                    self._heads.update(initials or part)
        if gram.startswith("^") and rest[0] != "=":
            return any(sound.startswith(rest) for sound in self._sounds) or self._heads.issuperset(rest)
        return (
            self._heads.issuperset(rest[1:]) if rest[0] == "=" else self._sounds.issuperset(rest.split("'"))
        )

    def _word(self, part: str) -> bool:
        """Tell whether a word of the lines is ($), begins with (^) or has what a gram of words says."""
        if self._words is None:
            found = {unit for parts, _said in self._taken() for unit in parts if unit.isascii()}
            for line in self.document.split("\n"):
                kind = line[:1]
                if kind == PAGE or (kind in "sfa" and unmarked(line[1:]) != line[1:]):
                    found.update([one for one in WORDS.findall(line, 1) if one not in WEAK_WORDS])
                elif kind == ENGLISH:
                    words = [one for one in WORDS.findall(line, 1) if one not in COMPANY_WORDS]
                    found.update(words)
                    if len(words) > 1:
                        self._joined.add("".join(words)[:LONGEST_WORD])
            self._words = found
        if part[0] == "$":
            return (part[1:] in self._words and len(part) <= LONGEST_WORD + 1) or part[1:] in self._joined
        if part[0] == "^":
            return any(word.startswith(part[1:]) for word in self._words)
        return any(part in word for word in self._words)

    def _taken(self) -> list[tuple[list[str], list[Read]]]:
        """Return the units of names and people, and how they are read."""
        if self._names is None:
            self._names = found = []
            for line in self.document.split("\n"):
                kind, text = line[:1], line[1:]
                if kind in _PEOPLE and text:
                    parts = UNITS.findall(text)
                    found.append((parts, read_person(text, parts)))
                elif kind in _NAMES and text:
                    text = text if kind == "n" else unmarked(text)
                    parts = UNITS.findall(body(text)) or UNITS.findall(text)
                    found.append((parts, [read(part) for part in parts]))
        return self._names

    def _initials(self, letters: str) -> bool | None:
        size = len(letters)
        if size not in (2, 3):
            return None
        for parts, said in self._taken():
            places: list[str] = []
            for part, (_readings, initials) in zip(parts, said, strict=True):
                places += [initials] if initials else part if part.isascii() else ()
            if len(places) >= MOST_PLACES:
                return None
            for at in range(len(places) - size + 1):
                if all(letter in places[at + step] for step, letter in enumerate(letters)):
                    return True
        return False

    def _syllables(self, gram: str) -> bool | None:
        first, joined, second = gram.partition("'")
        found = False
        for parts, said in self._taken():
            if not joined and gram in parts:
                return None  # a word, which is no syllable where another line has it as one
            if joined:
                found = found or any(first in one[0] and second in two[0] for one, two in pairwise(said))
            else:
                found = found or any(first in one for one, _initials in said)
        return found


@lru_cache(maxsize=512)
def shown(document: str) -> Shown:
    """Return the lines of a document as far as they are shown."""
    return Shown(document)
