"""Canary strings: texts, numbers and amounts that occur once, and where each of them may be read.

A canary survives masks, folding and rendering: its text is Latin letters and digits, a phone is told by the
digits that its mask hides, an amount by its fen and by its yuan in every usual writing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

ROWS = ""
TOKEN = re.compile(r"zq[0-9a-f]{4}", re.IGNORECASE)
DIGITS = re.compile(r"\d(?:[ ,.\-]?\d){6,}")
LETTERS = 4


class Place(NamedTuple):
    """Where a value stands: in a customer (by key) and a group of fields, or with one person."""

    customer: str = ""
    group: str = ROWS
    person: str = ""


@dataclass
class Canary:
    """A value that occurs once, what it is, and the places that have it."""

    text: str
    what: str
    places: set[Place] = field(default_factory=set)


class Canaries:
    """All canaries of a world; ``found`` tells which of them stand in anything."""

    def __init__(self) -> None:
        self.words: dict[str, Canary] = {}
        self.numbers: dict[str, Canary] = {}
        self.sizes: set[int] = set()
        self._next = 0
        self._phone = 4000

    def _number(self) -> int:
        self._next += 1
        # Spread, so that one canary is never the beginning of another.
        return self._next * 40503 % 65536

    def word(self, what: str, *places: Place) -> str:
        """Return a new text and remember where it may be read."""
        text = f"zq{self._number():0{LETTERS}x}"
        self.words[text] = Canary(text, what, set(places))
        return text

    def mobile(self, what: str, *places: Place) -> str:
        """Return a new mobile number; its seven first and eight last digits are both told."""
        self._phone += 1
        while "139" in str(self._phone):
            self._phone += 1
        text = f"139{self._phone}80{self._phone % 100:02d}"
        self._digits(text, what, places, text[:7], text[3:])
        return text

    def landline(self, what: str, *places: Place) -> str:
        """Return a new landline of Shanghai."""
        number = f"6{self._number():05d}{self._next % 100:02d}"
        self._digits(f"021-{number}", what, places, number)
        return f"021-{number}"

    def mail(self, what: str, *places: Place) -> str:
        """Return a new mail address, told by what stands before its @."""
        return f"{self.word(what, *places)}@postbox.example"

    def amount(self, what: str, *places: Place) -> int:
        """Return a new amount in fen that no usual writing shortens."""
        fen = 31_000_000_07 + self._number() * 100_00 + self._next % 90 * 100
        text = str(fen)
        self._digits(text, what, places, text, text[:-2])
        return fen

    def _digits(self, text: str, what: str, places: Iterable[Place], *forms: str) -> None:
        canary = Canary(text, what, set(places))
        for form in forms:
            self.numbers[form] = canary
            self.sizes.add(len(form))

    def goes_along(self, customer: str, other: str) -> None:
        """Let what stands in a customer stand in another one too, in the same groups."""
        for canary in (*self.words.values(), *self.numbers.values()):
            canary.places |= {
                one._replace(customer=other) for one in canary.places if one.customer == customer
            }

    def found(self, thing: Any) -> list[Canary]:
        """Return the canaries that stand in anything: texts, rows, objects, files, nested as may be."""
        hits: dict[int, Canary] = {}
        for text in texts(thing):
            for token in TOKEN.findall(text):
                if canary := self.words.get(token.lower()):
                    hits[id(canary)] = canary
            for run in DIGITS.findall(text):
                digits = re.sub(r"\D", "", run)
                for size in self.sizes:
                    for at in range(len(digits) - size + 1):
                        if canary := self.numbers.get(digits[at : at + size]):
                            hits[id(canary)] = canary
        return list(hits.values())


def texts(thing: Any, depth: int = 0) -> Iterator[str]:
    """Go through all texts in anything."""
    if thing is None or depth > 12:
        return
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, bytes | bytearray):
        yield bytes(thing).decode("utf-8", "ignore")
        yield bytes(thing).decode("gb18030", "ignore")
    elif isinstance(thing, bool | int | float):
        yield str(thing)
    elif isinstance(thing, Path):
        yield from of_file(thing)
    elif isinstance(thing, BaseException):
        yield str(thing)
        yield from texts(thing.args, depth + 1)
        yield from texts(vars(thing), depth + 1)
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from texts(key, depth + 1)
            yield from texts(value, depth + 1)
    elif isinstance(thing, Iterable):
        for one in thing:
            yield from texts(one, depth + 1)
    else:
        for name in _attributes(thing):
            yield from texts(getattr(thing, name, None), depth + 1)


def _attributes(thing: Any) -> list[str]:
    if type(thing).__module__.split(".")[0] not in ("crm_tui", "tests"):
        return []
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    # Connections and sessions hold everything; what is read through them has lines of its own.
    left_out = ("reader", "session", "database", "connection", "policy")
    return [name for name in (*vars_of(thing), *slots) if name.lstrip("_") not in left_out]


def vars_of(thing: Any) -> list[str]:
    """Return the names of the attributes of an object."""
    return list(getattr(thing, "__dict__", ()))


def of_file(path: Path) -> Iterator[str]:
    """Go through the texts of a file or of a folder; what is zipped is opened."""
    yield path.name
    if path.is_dir():
        for one in sorted(path.iterdir()):
            yield from of_file(one)
    elif path.is_file():
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield archive.read(name).decode("utf-8", "ignore")
        else:
            yield from texts(path.read_bytes())
