"""A name taken apart for matching: its units, where its core stands, how it is read."""

from __future__ import annotations

from functools import lru_cache

from crm_tui.search.grams import BRACKETED, COUNTRIES, Read, read, read_person, units, unmarked
from crm_tui.text.company import parts

_ROUND = str.maketrans("[]【】〔〕", "()()()")
KEPT = 768  # names taken apart that are kept


class Name:
    """A name: ``joined`` is its text without punctuation, the legal form included; places count its signs."""

    __slots__ = ("_heads", "_places", "_said", "joined", "marked", "parts", "person", "text")

    def __init__(self, text: str, person: bool) -> None:
        self.text = text if person else unmarked(text)
        self.marked = self.text != text  # as an exchange writes it: 万科a
        self.person = person
        self.parts = units(self.text)
        self.joined = "".join(self.parts)
        self._said: list[Read] | None = None
        self._heads: list[str] | None = None
        self._places: tuple[int, int, int] | None = None

    @property
    def said(self) -> list[Read]:
        """The readings of each unit."""
        if self._said is None:
            self._said = (
                read_person(self.text, self.parts) if self.person else [read(one) for one in self.parts]
            )
        return self._said

    @property
    def heads(self) -> list[str]:
        """What each unit may begin with: its first sign and its initials."""
        if self._heads is None:
            self._heads = [part[0] + said[1] for part, said in zip(self.parts, self.said, strict=True)]
        return self._heads

    @property
    def places(self) -> tuple[int, int, int]:
        """Where the brand begins and ends, and where the legal form begins."""
        if self._places is None:
            size = len(self.joined)
            self._places = (0, size, size) if self.person else self._of_company()
        return self._places

    @property
    def starts(self) -> tuple[int, ...]:
        """Where abbreviations of the name begin: its brand, its first sign, the one behind a country."""
        start = self.places[0]
        if self.person or not self.joined.startswith(COUNTRIES):
            return (start, 0) if start else (0,)
        return (start, 0, 2) if start else (0, 2)

    def _of_company(self) -> tuple[int, int, int]:
        _region, brand, _trade, form, branch = parts(self.text)
        joined = self.joined
        stop = len(joined)
        if form and not branch:
            form = form if form.isalnum() else "".join(units(form))
            stop = stop - len(form) if joined.endswith(form) else max(joined.rfind(form), 0) or stop
        brand = brand if brand.isalnum() else "".join(units(brand))
        at = joined.find(brand) if brand else -1
        if at < 0:
            return 0, stop, stop
        return at, at + len(brand), max(stop, at + len(brand))

    @property
    def start(self) -> int:
        """Where the brand begins."""
        return self.places[0]

    @property
    def end(self) -> int:
        """Where the brand ends."""
        return self.places[1]

    @property
    def stop(self) -> int:
        """Where the legal form begins."""
        return self.places[2]


def without_brackets(text: str) -> str:
    """Return a name without what stands in brackets in its midst, '' where nothing does."""
    found = BRACKETED.fullmatch(text.translate(_ROUND)) if not text.isalnum() else None
    return found[1] + found[2] if found else ""


@lru_cache(maxsize=KEPT)
def name(text: str) -> Name:
    """Return the name of a company taken apart."""
    return Name(text, person=False)


@lru_cache(maxsize=KEPT // 4)
def person(text: str) -> Name:
    """Return the name of a person taken apart."""
    return Name(text, person=True)
