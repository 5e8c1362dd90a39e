"""Read the preset data files that stand beside this module, each once and only when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from crm_tui.errors import BadInput
from crm_tui.locale import _


@dataclass(frozen=True, slots=True)
class Word:
    """One entry of a dictionary; ``phase`` is set for stages, ``parent_key`` on the second level."""

    kind: str
    key: str
    label: str
    label_en: str
    parent_key: str | None = None
    position: int = 0
    phase: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Return every text that means this word: both labels, then the aliases."""
        return (self.label, self.label_en, *self.aliases)


@dataclass(frozen=True, slots=True)
class Phase:
    """What a stage counts as in reports, whatever the team calls it."""

    key: str
    label: str
    label_en: str


@dataclass(frozen=True, slots=True)
class TagSeed:
    """A tag that a new database starts with."""

    name: str
    label_en: str
    colour: str
    group: str


@dataclass(frozen=True, slots=True)
class Numbering:
    """A number template such as ``C{YYYYMMDD}{seq:3}`` and how long its counter runs."""

    entity: str
    template: str
    scope: Literal["none", "day", "year"]


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a sheet; ``field`` is '' where the product has none yet."""

    heading: str
    field: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as one of the documents prints it, columns in its order."""

    key: str
    label: str
    kind: Literal["customer", "lead"]
    orientation: Literal["table", "vertical"]
    columns: tuple[SheetColumn, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """Return the headings in order."""
        return tuple(column.heading for column in self.columns)


@dataclass(frozen=True, slots=True)
class Preset:
    """One way of working, named after the document it comes from."""

    key: str
    label: str
    label_en: str
    document: str
    works: bool
    required: tuple[str, ...]
    sheet: str
    numbering: tuple[Numbering, ...] = field(default=())


@lru_cache(maxsize=8)
def _read(name: str) -> dict[str, Any]:
    import tomllib

    with (Path(__file__).parent / name).open("rb") as file:
        return tomllib.load(file)


def _walk(kind: str, entries: list[dict[str, Any]], parent: str | None = None) -> Iterator[Word]:
    for position, entry in enumerate(entries, 1):
        yield Word(
            kind,
            entry["key"],
            entry["zh"],
            entry["en"],
            parent,
            position,
            entry.get("phase"),
            tuple(entry.get("aliases", ())),
        )
        yield from _walk(kind, entry.get("sub", []), entry["key"])


@lru_cache(maxsize=1)
def load_words() -> tuple[Word, ...]:
    """Return the words of every dictionary, parents before children, in the order of display."""
    return tuple(
        word for kind, entries in _read("words.toml")["words"].items() for word in _walk(kind, entries)
    )


def word_kinds() -> tuple[str, ...]:
    """Return the kinds of dictionaries, also of those that start empty."""
    return tuple(_read("words.toml")["words"])


@lru_cache(maxsize=1)
def load_phases() -> dict[str, Phase]:
    """Return the fixed phases by key, in their order."""
    return {key: Phase(key, one["zh"], one["en"]) for key, one in _read("words.toml")["phases"].items()}


@lru_cache(maxsize=1)
def load_tags() -> tuple[TagSeed, ...]:
    """Return the tags that a new database starts with."""
    return tuple(
        TagSeed(one["name"], one["en"], one["colour"], one["group"]) for one in _read("words.toml")["tags"]
    )


@lru_cache(maxsize=1)
def load_sheets() -> dict[str, Sheet]:
    """Return the sheets by key: S0 to S4 as the documents print them, and ``template``."""
    sheets = {}
    for key, one in _read("sheets.toml").items():
        examples = one.get("examples", {})
        columns = tuple(SheetColumn(head, name, examples.get(name, "")) for head, name in one["columns"])
        sheets[key] = Sheet(
            key, one["label"], one.get("kind", "customer"), one.get("orientation", "table"), columns
        )
    return sheets


def template_sheet() -> Sheet:
    """Return the blank import sheet of the preset 通用 (S3-09)."""
    return load_sheets()["template"]


@lru_cache(maxsize=1)
def load_headings() -> dict[str, tuple[str, ...]]:
    """Return the headings that mean a field, by field; the first is the Chinese label."""
    return {name: tuple(headings) for name, headings in _read("headings.toml")["fields"].items()}


@lru_cache(maxsize=1)
def load_special_headings() -> dict[str, tuple[str, ...]]:
    """Return the headings that mean no field: ``refused`` (S4-10), ``unclear``, ``running`` and more."""
    return {name: tuple(headings) for name, headings in _read("headings.toml")["special"].items()}


@lru_cache(maxsize=1)
def load_presets() -> dict[str, Preset]:
    """Return the presets by key, the working one first."""
    presets = {}
    for key, one in _read("presets.toml").items():
        numbers = tuple(
            Numbering(entity, rule["template"], rule["scope"]) for entity, rule in one["numbering"].items()
        )
        presets[key] = Preset(
            key, one["label"], one["label_en"], one["document"], one["works"], tuple(one["required"]),
            one["sheet"], numbers,
        )  # fmt: skip
    return presets


def sheet_named(name: str) -> Sheet:
    """Return the customer sheet of a document by key (S0), title, or the name of its preset (基础表).

    Raises BadInput when there is none of that name or it holds leads.
    """
    wanted = name.strip().casefold()
    for key, sheet in load_sheets().items():
        names = {key.casefold(), sheet.label.casefold()}
        for one in load_presets().values():
            if one.sheet == key:
                names |= {one.key, one.label.casefold(), one.label_en.casefold()}
        if wanted in names and sheet.kind == "customer":
            return sheet
    known = ", ".join(key for key, sheet in load_sheets().items() if sheet.kind == "customer")
    raise BadInput(
        _("There is no sheet of customers called “{name}”.").format(name=name),
        _("Nothing was written."),
        _("The sheets of customers are: {sheets}.").format(sheets=known),
    )


def load_numbering(name: str = "general") -> tuple[Numbering, ...]:
    """Return the number templates of a preset."""
    return preset(name).numbering


def preset(name: str = "general") -> Preset:
    """Return a working preset by key, Chinese or English name or document (S3).

    Raises BadInput when there is none of that name or it does not work yet.
    """
    wanted = name.strip().casefold()
    for one in load_presets().values():
        if wanted in (one.key, one.label.casefold(), one.label_en.casefold(), one.document.casefold()):
            if one.works:
                return one
            raise BadInput(
                _("The preset {name} is not available yet.").format(name=one.label),
                todo=_("Choose the preset {name}.").format(name=load_presets()["general"].label),
            )
    raise BadInput(
        _("There is no preset called “{name}”.").format(name=name),
        todo=_("Choose the preset {name}.").format(name=load_presets()["general"].label),
    )
