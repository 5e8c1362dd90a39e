"""A name taken apart for matching: its units, where its core stands, how it is read."""

from __future__ import annotations

from functools import lru_cache

from crm_tui.search.grams import Read, read, read_person, units, unmarked
from crm_tui.text.company import body, core

KEPT = 2048  # names taken apart that are kept: 2 MB


class Name:
    """A name: ``joined`` is its text without punctuation, the legal form included; places count its signs."""

    __slots__ = ("_said", "core", "end", "joined", "parts", "person", "start", "stop", "text")

    def __init__(self, text: str, person: bool) -> None:
        text = text if person else unmarked(text)
        self.text = text
        self.person = person
        self.parts = units(text)
        self.joined = "".join(self.parts)
        self.start, self.end = 0, len(self.joined)  # of the core
        self.stop = self.end  # of the body
        self.core = self.joined
        self._said: list[Read] | None = None
        if not person:
            inner = body(text)
            whole = "".join(units(inner)) if inner != text else self.joined
            if whole and self.joined.startswith(whole):
                self.stop = self.end = len(whole)
            middle = core(text)
            self.core = "".join(units(middle)) if middle != inner else whole or self.joined
            at = self.joined.find(self.core)
            if at >= 0 and self.core:
                self.start, self.end = at, at + len(self.core)
                self.stop = max(self.stop, self.end)

    @property
    def said(self) -> list[Read]:
        """The readings of each unit."""
        if self._said is None:
            self._said = (
                read_person(self.text, self.parts) if self.person else [read(one) for one in self.parts]
            )
        return self._said


@lru_cache(maxsize=KEPT)
def name(text: str) -> Name:
    """Return the name of a company taken apart."""
    return Name(text, person=False)


@lru_cache(maxsize=KEPT // 4)
def person(text: str) -> Name:
    """Return the name of a person taken apart."""
    return Name(text, person=True)
