"""Cells of a sheet that hold a person and a phone together, taken apart as if they had columns of their own.

Only what is told beyond doubt is: what stands before a phone in a column of contacts, a name with a known
surname beside one, and each of several people with a number. Whatever else stands beside a phone goes to the
contact's note.
"""

from __future__ import annotations

import re

from crm_tui.customers.fields import FIELDS
from crm_tui.exchange.kept import cell_key
from crm_tui.exchange.sources import Source
from crm_tui.presets.headings import heading_key
from crm_tui.text.contact_person import Person, people_in, person_of
from crm_tui.text.fold import fold

WAYS = ("contact_way", "mobile", "office_phone")
_NAME, _TITLE, _WAY = "contact_name", "contact_title", "contact_way"
# A glance, before anything is taken apart: most cells hold a name or a phone alone.
_HAS_WAY = re.compile(r"\d[\d \-]{4}|\*{4}|@|[微wv][信x号]", re.IGNORECASE)
_HAS_LETTER = re.compile(r"[^\W\d_]")
_OF_PERSON = re.compile("联系人|联络人|对接人|姓名|contact")


def people_of_name(text: str) -> list[Person]:
    """Return the people in a cell of a column of contacts, [] where it is a plain name."""
    return people_in(text, sure=False) if _HAS_WAY.search(text) else []


def people_of_way(text: str) -> list[Person]:
    """Return the people in a cell of a column of phones, [] where it names nobody for certain."""
    return people_in(text) if _HAS_LETTER.search(text) else []


def _names(source: Source) -> bool:
    return _OF_PERSON.search(heading_key(source.heading)) is not None


class PersonCells:
    """Takes the cells of customers apart; ``sources`` learns the columns that a sheet does not have."""

    def __init__(self, sources: dict[str, Source]) -> None:
        self._sources = sources
        self._own = frozenset(sources)

    def taken_apart(self, cells: dict[str, str], slots: int) -> dict[str, str]:
        """Return the cells of one customer, names and phones apart; ``slots`` are those its columns have."""
        further: list[Person] = []
        for source in self._of(cells, (_NAME,)):
            if people := people_of_name(cells[source.key]):
                del cells[source.key]
                self._take(cells, source.slot, people[0], self._way_key(source.slot))
                further += people[1:]
        for source in self._of(cells, WAYS):
            known = cells.get(cell_key(_NAME, source.slot), "")
            if people := people_of_way(cells[source.key]):
                if not known or fold(known) == fold(people[0].name):
                    self._take(cells, source.slot, people[0], source.key)
                    further += people[1:]
            elif not known and _names(source) and (named := person_of(cells[source.key])):
                self._take(cells, source.slot, Person(*named, ""), source.key)
        for slot, person in enumerate(further, slots + 1):
            self._take(cells, slot, person, self._way_key(slot))
        return cells

    def _of(self, cells: dict[str, str], fields: tuple[str, ...]) -> list[Source]:
        found = [self._sources[key] for key in cells if key in self._sources]
        return [one for one in found if one.field and one.field.name in fields]

    def _take(self, cells: dict[str, str], slot: int, person: Person, way: str) -> None:
        """Put a person into cells of his own; a title that the row says otherwise stays with the name."""
        name, title = person.name, person.title
        told = cells.get(cell_key(_TITLE, slot))
        if title and told and fold(told) != fold(title):
            name, title = f"{name}（{title}）", ""
        for key, field, text in (
            (cell_key(_NAME, slot), _NAME, name),
            (cell_key(_TITLE, slot), _TITLE, title),
            (way, _WAY, person.ways),
        ):
            if text:
                cells[key] = text
                if key not in self._sources:
                    one = FIELDS[field]
                    self._sources[key] = Source(-1, key, one, slot, one.title, "")
            elif key == way:
                cells.pop(key, None)

    def _way_key(self, slot: int) -> str:
        """Return the key of a cell of phones that is none of the sheet's own columns."""
        key, number = cell_key(_WAY, slot), 1
        while (name := key if number == 1 else f"{key}#{number}") in self._own:
            number += 1
        return name
