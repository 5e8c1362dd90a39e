"""The grams of a document: what the index holds for a customer, a bag of short tokens without order.

Whatever a bag finds by mistake the verifier throws out (scoring.py), so that both readings of a character are
in it and all lines of a document share it. A leading sign keeps the kinds of token apart; the index's
tokenizer has to keep these signs: ``TOKEN_SIGNS``.

====================  =========================  ==================================================
``华`` ``华为``        signs and pairs            names, contacts, referrers
``hua`` ``hua'wei``    syllables and pairs        the same; every combination of readings
``=hw`` ``=hwj``       initials, 2 and 3          the same; letters and digits stand for themselves
``$华为`` ``$hua'wei`` the whole core             names; ``$=hw`` initials
``$$华为`` ``$$=hw``    the whole name             short, former, other names; ``$$hua'wei``
``^华`` ``^华为``      start of the core          names; ``^h ^hu ^hua`` of it, ``^=hw ^=hwj``
``^^sh`` ``^^shh``     first initials             names
``&上汽`` ``&建行``    abbreviation pairs         names: place or core + one of the next signs
``~张伟`` ``~=zw``     a whole person             contacts, referrers; ``~zhang'wei``
``%sie`` ``%^s``       letters in words           names, mails, pages, chats; ``%^si``, ``%$siemens``
``%=abc``              initials of words          English names
``8888`` ``e8888``     digits of a phone          every four; the last four and three, the first three
``#c20`` ``#$c2024``   number of the customer     every three; whole
``+913``               credit code                every three
``@高意`` ``@$高意向``  tags                       pairs; whole; ``@=gyx`` initials
====================  =========================  ==================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice, pairwise, product
from operator import add

from crm_tui.text.company import body, core
from crm_tui.text.pinyin import readings
from crm_tui.text.surnames import surname_readings

VERSION = 10
"""Moves with any change of what ``grams`` or ``identity.keys`` return; an index of another is built anew."""
TOKEN_SIGNS = "=^$&%#@!~+'"  # noqa: S105
"""Signs below 0x80 that are part of a token, besides letters and digits."""

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
UNITS = re.compile(f"[{HAN}]|[a-z0-9]+|[^\\W_a-z0-9{HAN}]+")
WORDS = re.compile(r"[a-z0-9]+")
_DIGITS = re.compile(r"[0-9]+")
WORD_IN = re.compile(r"[a-z0-9]")
_MARKS = re.compile(f"^(?:\\*|s?\\*?st(?=[{HAN}]))+|(?<=[{HAN}])(?:-[a-z]{{1,2}}|[ab])$")
BRACKETED = re.compile(r"([^()]+)\([^()]+\)([^()]+)")
"""A name with something in brackets in its midst, mostly a place."""
LONGEST_LINE = 200
LONGEST_WORD = 24
LONGEST_WHOLE = 16  # units of a name that is found as a whole
MOST_KNOWN = 4096
MOST_READINGS = 8  # combinations of readings of a whole name
# Parts of addresses that tell nobody apart.
WEAK_WORDS = frozenset(("com", "cn", "net", "org", "www", "http", "https", "gov", "edu", "tw", "hk", "co"))
COUNTRIES = ("中国", "中华", "国家", "全国")
"""What stands before the names of many large ones and in none of their abbreviations."""
COMPANY_WORDS = frozenset(
    ("co", "ltd", "inc", "corp", "corporation", "limited", "company", "llc", "plc", "the", "of", "and", "a")
)
"""Words of a company's name that tell nobody apart."""


Read = tuple[tuple[str, ...], str]


def grams(document: str) -> set[str]:
    """Return the grams of a document (customers/document.py); a pure function of it and of VERSION."""
    return of_lines(document.split("\n"))


def of_lines(lines: Iterable[str]) -> set[str]:
    """Return the grams of the lines of a document."""
    found: set[str] = set()
    done: set[str] = set()
    for line in lines:
        kind, text = line[:1], line[1 : LONGEST_LINE + 1]
        if not text:
            continue
        if kind == "p":
            _phone(text, found)
        elif kind in NAMES:
            _name(text, found, kind != "n")
        elif kind in _CACHED:
            found.update(_CACHED[kind](text))
        elif kind == "#":
            plain = _plain(text)
            found.update(["#" + plain[at : at + 3] for at in range(len(plain) - 2)])
            found.add("#$" + plain)
        elif kind == "u":
            plain = _plain(text)
            found.update(["+" + plain[at : at + 3] for at in range(2, len(plain) - 2)])
        elif kind in _LATIN:
            _latin(text, found, done)
    return found


def _plain(text: str) -> str:
    """Return the letters and digits of a text."""
    return text if text.isascii() and text.isalnum() and text.islower() else "".join(WORDS.findall(text))


def units(text: str) -> list[str]:
    """Return the units of a name: each Chinese sign, each run of letters and digits; no punctuation."""
    return UNITS.findall(text)


class _Known(dict[str, Read]):
    """The readings of units by unit, of which as many stay as texts have Chinese signs."""

    def __missing__(self, unit: str) -> Read:
        found = readings(unit) if len(unit) == 1 else ()
        value = found, "".join(dict.fromkeys([one[0] for one in found]))
        if found and len(self) < MOST_KNOWN:
            self[unit] = value
        return value


read = _Known().__getitem__
"""Return the readings of a unit (none but for a Chinese sign) and its possible initials, as one text."""


def read_person(text: str, parts: Sequence[str]) -> list[Read]:
    """Return the readings of the units of a person's name: a surname is read in its own way too."""
    found = list(map(read, parts))
    for at, own in enumerate(surname_readings(text)):
        if at < len(found) and own not in found[at][0]:
            found[at] = ((own, *found[at][0]), "".join(dict.fromkeys(own[0] + found[at][1])))
    return found


def unmarked(name: str) -> str:
    """Return a short name without what an exchange writes around it: *st海源, 共信-ky, 万科a."""
    return _MARKS.sub("", name) or name


def _name(text: str, found: set[str], whole: bool) -> None:
    if whole and (plain := unmarked(text)) != text:
        _latin(text, found)
        text = plain
    inner = body(text)
    parts = UNITS.findall(inner)
    if not parts:
        parts = UNITS.findall(text)
    said = list(map(read, parts))
    _signs(parts, said, found)
    _initials(parts, said, found, "^^")
    if "(" in inner and (around := BRACKETED.fullmatch(inner)):
        _seam(UNITS.findall(around[1]), UNITS.findall(around[2]), found)
    middle = core(text)
    if middle == inner:
        start, end = 0, len(parts)
        _core(parts, said, found)
    else:
        few = UNITS.findall(middle)
        start = _place(few, parts)
        end = start + len(few)
        _core(few, said[start:end] if start >= 0 else [read(part) for part in few], found)
    if whole:
        _whole(parts, said, found, "$$")
    # The pairs that abbreviations are made of: 上汽, 建行.
    if start > 0:
        found.update(["&" + parts[0] + one for one in parts[start : start + 3]])
    if 0 <= start < len(parts):
        found.update(["&" + parts[start] + one for one in parts[start + 2 : start + 6]])
        if start == 0 and inner.startswith(COUNTRIES):
            # 工行 of 中国工商银行
            found.update(["&" + parts[2] + one for one in parts[4:8]] if len(parts) > 4 else ())


def _seam(before: list[str], behind: list[str], found: set[str]) -> None:
    """Add what a name has beyond its brackets, which are left out as it is spoken: 芳林(大连)国际."""
    parts = [*before[-2:], *behind[:2]]
    said = list(map(read, parts))
    found.update(map(add, parts, parts[1:]))
    found.update([f"{one}'{two}" for each, now in pairwise(said) for one in each[0] for two in now[0]])
    _initials(parts, said, found, "^^" if len(before) < 3 else "=")


def _place(few: list[str], parts: list[str]) -> int:
    """Return where some units stand within others, -1 when they do not."""
    size, last = len(few), len(parts) - len(few)
    if not size:
        return 0
    at = -1
    # Mostly the first unit settles it.
    while few[0] in parts[at + 1 : last + 1]:
        at = parts.index(few[0], at + 1)
        if parts[at : at + size] == few:
            return at
    return -1


def _signs(parts: Sequence[str], said: Sequence[Read], found: set[str]) -> None:
    """Add signs, syllables, their pairs, and the grams of words."""
    found.update(parts)
    found.update(map(add, parts, parts[1:]))
    spoken = [now for now, _letters in said]
    found.update([f"{one}'{two}" for each, now in pairwise(spoken) for one in each for two in now])
    if () not in spoken:
        found.update(chain.from_iterable(spoken))
        return
    for part, now in zip(parts, spoken, strict=True):
        if now:
            found.update(now)
        elif part.isascii():
            found.discard(part)
            _word(part, found)


def _letters(parts: Iterable[str], said: Iterable[Read], most: int) -> list[str]:
    """Return for each place the initials that may stand there; letters of words stand for themselves."""
    places = [initials for _readings, initials in said]
    if "" not in places:
        return places[:most]
    places = []
    for part, (_readings, initials) in zip(parts, said, strict=True):
        if initials:
            places.append(initials)
        elif part.isascii():
            places += part[:most]
        if len(places) >= most:
            break
    return places


def _initials(parts: Sequence[str], said: Sequence[Read], found: set[str], start: str) -> None:
    places = _letters(parts, said, 40)
    line = "".join(places)
    if len(line) == len(places):
        pairs = ["=" + one + two for one, two in pairwise(line)]
        found.update(pairs)
        found.update(map(add, pairs, line[2:]))
        if len(line) > 1:
            found.update((start + line[:2], start + line[:3]))
        return
    twos = pairwise(places)
    threes = zip(places, places[1:], places[2:], strict=False)
    found.update(["=" + one + two for a, b in twos for one in a for two in b])
    found.update([f"={one}{two}{three}" for a, b, c in threes for one in a for two in b for three in c])
    _start(places, found, start)


def _start(places: Sequence[str], found: set[str], sign: str) -> None:
    """Add the initials that the first two and three places may have."""
    if len(places) > 1:
        two = [sign + one + other for one in places[0] for other in places[1]]
        found.update(two)
        if len(places) > 2:
            found.update([one + other for one in two for other in places[2]])


def _core(parts: Sequence[str], said: Sequence[Read], found: set[str]) -> None:
    if not parts:
        return
    _whole(parts, said, found, "$")
    first = parts[0]
    found.add("^" + first)
    if len(parts) > 1:
        found.add("^" + first + parts[1])
    for one in said[0][0]:
        found.update(_beginnings(one))
    _start(_letters(parts[:3], said[:3], 3), found, "^=")


@lru_cache(maxsize=512)
def _beginnings(syllable: str) -> tuple[str, ...]:
    return tuple(["^" + syllable[:size] for size in range(1, len(syllable) + 1)])


def _whole(parts: Sequence[str], said: Sequence[Read], found: set[str], sign: str) -> None:
    """Add a whole name: its signs, its syllables, its initials."""
    if len(parts) > LONGEST_WHOLE:
        return
    found.add(sign + "".join(parts))
    spoken = [one for one, _initials in said]
    if not any(spoken):
        return
    if () in spoken:
        each = [one or (part,) for one, part in zip(spoken, parts, strict=True)]
        ways = list(islice(product(*each), MOST_READINGS))
        for way in ways:
            letters = [one[0] if its else one for one, its in zip(way, spoken, strict=True)]
            found.add(sign + "=" + "".join(letters))
    else:
        ways = list(islice(product(*spoken), MOST_READINGS))
        found.update([sign + "=" + "".join([one[0] for one in way]) for way in ways])
    found.update([sign + "'".join(way) for way in ways])


def _word(word: str, found: set[str]) -> None:
    size = len(word)
    found.add("%^" + word[0])
    if size > 1:
        found.add("%^" + word[:2])
        found.update(["%" + word[at : at + 3] for at in range(size - 2)])
    if size <= LONGEST_WORD:
        found.add("%$" + word)


def within_word(piece: str) -> list[str]:
    """Return grams that each word has which holds a piece, or begins with one of less than three signs.

    Each sign of a long piece is in one of them, and half the lists of the index are walked together.
    """
    threes = ["%" + piece[at : at + 3] for at in range(len(piece) - 2)]
    return (threes if len(piece) < 6 else [threes[0], *threes[:0:-2]]) or ["%^" + piece[:2]]


def _latin(text: str, found: set[str], done: set[str] | None = None) -> None:
    """Add the grams of a text's words but for those that are done: a thousand mails share a domain."""
    parts = UNITS.findall(text)
    for part in parts:
        if part.isascii():
            if part not in WEAK_WORDS and (done is None or part not in done):
                _word(part, found)
                if done is not None:
                    done.add(part)
        else:
            found.add(part)


def _english(text: str) -> tuple[str, ...]:
    found: set[str] = set()
    words = [one for one in WORDS.findall(text) if one not in COMPANY_WORDS]
    for word in words:
        _word(word, found)
    if len(words) > 1:
        found.add("%=" + "".join([one[0] for one in words])[:8])
        found.add("%$" + "".join(words)[:LONGEST_WORD])
    return tuple(found)


@lru_cache(maxsize=2048)
def _person(text: str) -> tuple[str, ...]:
    found: set[str] = set()
    parts = UNITS.findall(text)
    said = read_person(text, parts)
    _signs(parts, said, found)
    _initials(parts, said, found, "=")
    _whole(parts, said, found, "~")
    return tuple(found)


@lru_cache(maxsize=512)
def _tag(text: str) -> tuple[str, ...]:
    parts = UNITS.findall(text)
    found = {"@" + one for one in (*parts, *map(add, parts, parts[1:]))}
    found.add("@$" + "".join(parts))
    if len(parts) > 1:
        places = _letters(parts, [read(part) for part in parts], 8)
        found.update(["@=" + "".join(one) for one in islice(product(*places), MOST_READINGS)])
    return tuple(found)


def _phone(text: str, found: set[str]) -> None:
    if not (text.isascii() and text.isdigit()):
        text = "".join(_DIGITS.findall(text))
    if len(text) < 3:
        return
    if len(text) == 11:
        # Nearly all are mobiles, and some customers have thousands.
        found.update((
            text[:4], text[1:5], text[2:6], text[3:7], text[4:8], text[5:9], text[6:10], text[7:],
            "e" + text[7:], "e" + text[8:], "b" + text[:3],
        ))  # fmt: skip
        return
    found.update([text[at : at + 4] for at in range(len(text) - 3)])
    found.update(("e" + text[-4:], "e" + text[-3:], "b" + text[:3]))


NAMES = frozenset("nsfa")
_LATIN = frozenset("mwh")
APART = frozenset("t#ulgdi")  # kinds of line whose grams begin with signs of their own, or that have none
UNDOING = NAMES | frozenset("cr")  # a word in a name is no syllable, also where another line has it
_CACHED = {"c": _person, "r": _person, "t": _tag, "e": _english}
