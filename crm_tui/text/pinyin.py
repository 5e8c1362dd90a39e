"""The order of names as a phone book has it: digits, then A to Z, Chinese by first readings.

A sort key starts with its section: ``0`` for digits, a letter, ``~`` for any other sign, and the last of all
for no name. Behind it digits compare as numbers, Latin letters as such; each Chinese character is one sign
that stands for its place among all characters: by syllable, tone and code point.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from crm_tui.text.fold import fold, simplify

_TABLE = Path(__file__).parent / "data" / "pinyin.txt"
_FURTHER = Path(__file__).parent / "data" / "readings.txt"
_RUN = re.compile(r"[0-9]+")
_NO_SYLLABLE = re.compile("[^aeiouv]+")
_FIRST, _LAST = 0x3400, 0xA000
_BASE = 0x4E00  # the sign of the first place; all of them stay below the surrogates
LONGEST = 24
"""Signs of a name that its place hangs on."""
NO_NAME = "\x7f"


class _Readings(NamedTuple):
    places: array[int]  # place + 1 by code point, 0 for a character without reading
    syllables: tuple[str, ...]
    starts: array[int]  # the place of each syllable's first character


@lru_cache(maxsize=1)
def _readings() -> _Readings:
    """Read the bundled table; it takes 60 kB of memory."""
    places, starts, syllables = array("H", bytes(2 * (_LAST - _FIRST))), array("H"), []
    place = 0
    codes = array("H")
    for line in _TABLE.read_text("utf-8").splitlines()[1:]:
        syllable, _blank, chars = line.partition(" ")
        syllables.append(syllable)
        starts.append(place)
        place += len(chars)
        codes.frombytes(chars.encode(f"utf-16-{sys.byteorder[0]}e"))
    for place, code in enumerate(codes, 1):
        places[code - _FIRST] = place
    return _Readings(places, tuple(syllables), starts)


def _place(char: str) -> int:
    """Return the place of a character, -1 when it has no reading."""
    code = ord(char)
    return _readings().places[code - _FIRST] - 1 if _FIRST <= code < _LAST else -1


def reading(char: str) -> str:
    """Return the first reading of a Chinese character without tone (ü as v), '' when it has none."""
    place = _place(char)
    if place < 0:
        return ""
    table = _readings()
    return table.syllables[bisect_left(table.starts, place + 1) - 1]


@lru_cache(maxsize=1)
def _several() -> dict[str, tuple[str, ...]]:
    """Read the characters with several readings, and those beyond the other table, by character."""
    shared: dict[str, tuple[str, ...]] = {}
    table: dict[str, tuple[str, ...]] = {}
    for line in _FURTHER.read_text("utf-8").splitlines()[1:]:
        found = line[2:]
        if found not in shared:
            shared[found] = tuple(map(sys.intern, found.split(" ")))
        table[line[0]] = shared[found]
    return table


@lru_cache(maxsize=1)
def _syllable_of() -> tuple[array[int], array[int], tuple[tuple[str, ...], ...]]:
    """Return the places by code point, the number of the syllable by place + 1, the syllables as readings."""
    table = _readings()
    numbers = array("H", [0])
    ends = [*table.starts[1:], max(table.places)]
    for number, (start, end) in enumerate(zip(table.starts, ends, strict=True)):
        numbers.extend(array("H", [number]) * (end - start))
    return table.places, numbers, tuple((sys.intern(one),) for one in table.syllables)


def readings(char: str) -> tuple[str, ...]:
    """Return the readings of a Chinese character without tones (ü as v), commonest first; () for no reading.

    Two or more are those that names of companies, persons and places have: 重 chong, zhong; 单 dan, shan.
    """
    several = _several().get(char)
    if several:
        return several
    places, numbers, syllables = _syllable_of()
    code = ord(char)
    if code < _FIRST:
        return ()
    if code < _LAST and (place := places[code - _FIRST]):
        return syllables[numbers[place]]
    simple = simplify(char)
    return readings(simple) if simple != char else ()


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """Return all syllables of the readings, ü as v; bare consonants (n, ng, hm) are none."""
    found = {one for several in _several().values() for one in several} | set(_readings().syllables)
    return frozenset(one for one in found if not _NO_SYLLABLE.fullmatch(one))


def is_syllable(text: str) -> bool:
    """Tell whether a text is one syllable of pinyin in full: ``xian`` and ``lv``, not ``xia'n`` or ``n``."""
    return text in syllables()


def _counted(found: re.Match[str]) -> str:
    # How many digits there are comes first, so 9 stands before 10.
    digits = found[0].lstrip("0")
    return chr(0x30 + min(len(digits), 9)) + digits


def sort_key(name: str) -> str:
    """Return the key by which a name is sorted, however the name was typed."""
    return key_of_folded(fold(name))


def key_of_folded(key: str) -> str:
    """Return the sort key of a name that is folded already."""
    if not key:
        return NO_NAME
    return _section(key[0]) + _body(key)


def _section(char: str) -> str:
    if "0" <= char <= "9":
        return "0"
    if "a" <= char <= "z":
        return char
    if syllable := reading(char):
        return syllable[0]
    plain = unicodedata.normalize("NFD", char)[0]
    return plain if "a" <= plain <= "z" else "~"


def _body(key: str) -> str:
    text = _RUN.sub(_counted, key[:LONGEST])
    if text.isascii():
        return text
    places = _readings().places
    signs = ((char, places[code - _FIRST] if _FIRST <= (code := ord(char)) < _LAST else 0) for char in text)
    return "".join([chr(_BASE - 1 + place) if place else char for char, place in signs])


def jump_keys(prefix: str) -> tuple[str, ...]:
    """Return the keys to look for, best first, when somebody types a letter, a syllable, a number or a name.

    ``s`` gives the section; ``shang`` and ``shanghai`` first the Chinese names that begin with that syllable,
    then the Latin ones.
    """
    key = fold(prefix)
    if not key:
        return ()
    if not (key.isascii() and key.isalpha()):
        return (key_of_folded(key),)
    if len(key) == 1:
        return (key,)
    latin = key[0] + key
    table = _readings()
    at = bisect_left(table.syllables, key)
    if at == len(table.syllables) or not table.syllables[at].startswith(key):
        whole = [one for one in range(at) if key.startswith(table.syllables[one])]
        if not whole:
            return (latin,)
        at = whole[-1]
    return (key[0] + chr(_BASE + table.starts[at]), latin)
