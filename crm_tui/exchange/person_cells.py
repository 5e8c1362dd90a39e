"""Cells of a sheet that hold a person and a phone together, taken apart as if they had columns of their own.

Only what is told beyond doubt is: what stands before a phone in a column of contacts, a name with a known
surname beside one, each of several people with a number, as many names as phones beside each other. Whatever
else stands beside a phone goes to the contact's note.
"""

from __future__ import annotations

import re

from crm_tui.customers.fields import FIELDS
from crm_tui.exchange.kept import cell_key
from crm_tui.exchange.sources import Source
from crm_tui.presets.headings import heading_key
from crm_tui.text.contact import is_same_number, split_contact
from crm_tui.text.contact_person import Person, people_in, person_of
from crm_tui.text.fold import fold

WAYS = ("contact_way", "mobile", "office_phone")
CHATS = ("wechat", "work_chat")
ALONG = (*WAYS, "contact_title", "email")
_NAME, _TITLE, _WAY = "contact_name", "contact_title", "contact_way"
# A glance, before anything is taken apart: most cells hold a name or a phone alone.
_HAS_WAY = re.compile(r"\d[\d \-]{4}|\*{4}|@|[微wv][信x号]", re.IGNORECASE)
_HAS_LETTER = re.compile(r"[^\W\d_]")
_TITLED = re.compile("职[务位]|職[務位]")
_APART = re.compile(r"[\n\r/、,，;；|]+")
_OF_PERSON = re.compile("联系人|联络人|对接人|姓名|contact")


def people_of_name(text: str) -> list[Person]:
    """Return the people in a cell of a column of contacts, [] where it is a plain name."""
    return people_in(text, sure=False) if _HAS_WAY.search(text) else []


def people_of_way(text: str) -> list[Person]:
    """Return the people in a cell of a column of phones, [] where it names nobody for certain."""
    return people_in(text) if _HAS_LETTER.search(text) else []


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _APART.split(text) if part.strip()]


def _names(source: Source) -> bool:
    return _OF_PERSON.search(heading_key(source.heading)) is not None


def accounts_told(cells: dict[str, str], sources: dict[str, Source]) -> None:
    """Put the phone of a contact where a cell of accounts says that it is the same; else leave the words."""
    for key in [key for key in cells if key.startswith(CHATS) and is_same_number(cells[key])]:
        slot = sources[key].slot if key in sources else 0
        ways = (cells.get(cell_key(field, slot), "") for field in (WAYS[1], WAYS[0], WAYS[2]))
        if phone := next((found for way in ways if way and (found := split_contact(way).mobile)), ""):
            cells[key] = phone.partition(" / ")[0]


class PersonCells:
    """Takes the cells of customers apart; ``sources`` learns the columns that a sheet does not have."""

    def __init__(self, sources: dict[str, Source]) -> None:
        self._sources = sources
        self._own = frozenset(sources)
        self._names: list[str] = []
        self._ways: list[str] = []
        self._seen = 0

    def taken_apart(self, cells: dict[str, str], slots: int) -> dict[str, str]:
        """Return the cells of one customer, names and phones apart; ``slots`` are those its columns have."""
        if not self._is_odd(cells):
            return cells
        further: list[Person] = []
        for source in self._of(cells, (_NAME,)):
            people = people_of_name(cells[source.key])
            if not people and _TITLED.search(source.heading):
                people = [Person(*named, "")] if (named := person_of(cells[source.key], sure=False)) else []
            if people:
                del cells[source.key]
                self._take(cells, source.slot, people[0], self._way_key(source.slot))
                further += people[1:]
        slots += self._side_by_side(cells, slots)
        for source in self._of(cells, WAYS):
            known = cells.get(cell_key(_NAME, source.slot), "")
            if people := people_of_way(cells[source.key]):
                if not known or fold(known) == fold(people[0].name):
                    self._take(cells, source.slot, people[0], source.key)
                    further += people[1:]
                elif _names(source):  # a second column 联系人及电话
                    del cells[source.key]
                    further += people
            elif not known and _names(source) and (named := person_of(cells[source.key])):
                self._take(cells, source.slot, Person(*named, ""), source.key)
        for slot, person in enumerate(further, slots + 1):
            self._take(cells, slot, person, self._way_key(slot))
        return cells

    def _is_odd(self, cells: dict[str, str]) -> bool:
        """Tell at a glance whether a name has more than letters, or a phone has any: hardly a row does."""
        if self._seen != len(self._sources):
            self._names = [one.key for one in self._of(dict.fromkeys(self._sources, ""), (_NAME,))]
            self._ways = [one.key for one in self._of(dict.fromkeys(self._sources, ""), WAYS)]
            self._seen = len(self._sources)
        return any(key in cells and not cells[key].isalpha() for key in self._names) or any(
            key in cells and _HAS_LETTER.search(cells[key]) for key in self._ways
        )

    def _side_by_side(self, cells: dict[str, str], slots: int) -> int:
        """Take cells with as many names as phones apart, each by its place; return how many came to be.

        A title or mail of each goes along; where one says fewer or more, all is left as it is.
        """
        added = 0
        for source in self._of(cells, (_NAME,)):
            names = _parts(cells[source.key])
            beside = [one for one in self._of(cells, ALONG) if one.slot == source.slot]
            said = {one.key: _parts(cells[one.key]) for one in beside}
            if (
                len(names) < 2
                or not all(map(person_of, names))
                or not any(one.field and one.field.name in WAYS for one in beside)
                or any(len(parts) != len(names) for parts in said.values())
            ):
                continue
            for place, name in enumerate(names):
                slot = source.slot if place == 0 else slots + added + place
                self._put(cells, source, slot, name)
                for one in beside:
                    self._put(cells, one, slot, said[one.key][place])
            added += len(names) - 1
        return added

    def _put(self, cells: dict[str, str], source: Source, slot: int, text: str) -> None:
        """Put a text of a contact into the cell of a column as another contact has it."""
        name, number, rest = source.key.partition("#")
        key = cell_key(name.partition(":")[0], slot) + number + rest
        cells[key] = text
        self._sources.setdefault(key, source._replace(slot=slot, key=key))

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
