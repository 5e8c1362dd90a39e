"""What is to be changed in many customers at once, read from what people type and refused where it is odd."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from crm_tui.access import store as people_store
from crm_tui.customers.convert import NOT_A_WORD, Context, parse
from crm_tui.customers.fields import FIELDS, Field
from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.storage.change import Change
from crm_tui.storage.driver import sqlite3
from crm_tui.text.fold import fold, tidy

# What tells one customer from another, and what cannot be blank.
OF_ONE = frozenset({"no", "name", "short_name", "english_name", "uscc"})
NEVER_BLANK = frozenset({"kind", "owner"})
CHOICES = 12


class Along(Protocol):
    """What goes along with a change in the same set, for each customer that it moves; another room's work."""

    @property
    def action(self) -> str:
        """The action that roles allow and history names."""

    def title(self) -> str:
        """Return what history calls the change."""

    def count(self, reader: sqlite3.Connection, moved: Mapping[int, Mapping[str, Any]]) -> int:
        """Return how much goes along with customers, given by id with their rows before."""

    def write(self, change: Change, moved: Mapping[int, Mapping[str, Any]]) -> None:
        """Write it for customers, given by id with their rows before."""


@dataclass(frozen=True)
class Edit:
    """Column values that every customer gets, tags put on and taken off, whether they are put away.

    ``fields`` names the fields that the values belong to, ``new_words`` (kind, text) what becomes a word.
    """

    values: dict[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    archive: bool = False
    new_words: tuple[tuple[str, str], ...] = ()
    along: Along | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is written, or shown beside one."""
        of_fields = (column for name in self.fields for column in FIELDS[name].columns)
        return tuple(dict.fromkeys((*self.values, *of_fields)))

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag that is put on or taken off."""
        return (*self.add_tags, *self.remove_tags)

    def titles(self) -> list[str]:
        """Return the titles of what is changed."""
        if self.along is not None:
            return [self.along.title()]
        found = [FIELDS[name].title for name in self.fields]
        found += [f"+{name}" for name in self.add_tags] + [f"-{name}" for name in self.remove_tags]
        return [*found, _("archived")] if self.archive else found


def read_edit(
    reader: sqlite3.Connection,
    pairs: Iterable[tuple[Field, str]],
    context: Context,
    *,
    add_tags: Iterable[str] = (),
    remove_tags: Iterable[str] = (),
    archive: bool = False,
) -> Edit:
    """Return the change that fields and texts mean; a blank text clears a field.

    Raises BadInput when a field is given twice or belongs to one customer only, when a text is not
    understood, is no word of a closed list or no colleague of now, and when nothing is to be changed.
    """
    values: dict[str, Any] = {}
    names: list[str] = []
    words: list[tuple[str, str]] = []
    for one, text in pairs:
        _fit_for_many(one)
        if one.name in names or set(one.columns) & values.keys():
            raise _refused(_("“{field}” is given twice.").format(field=one.title))
        if not text.strip() and one.name in NEVER_BLANK:
            raise _refused(_("“{field}” cannot be empty.").format(field=one.title))
        found = parse(one, text, context)
        if found.problem:
            what = _("{field} “{text}”: {problem}.").format(
                field=one.title, text=text, problem=_(found.problem)
            )
            raise _refused(what, _choices(one, context) if found.problem == NOT_A_WORD else "")
        if one.type == "person":
            _still_here(reader, found.values[one.columns[0]])
        names.append(one.name)
        # A field has all its columns: a budget without an upper end clears the former one.
        values |= {**dict.fromkeys(one.columns), **found.values}
        if found.new_word:
            words.append((one.word_kind, found.new_word))
    put_on, taken_off = _tags(add_tags), _tags(remove_tags)
    if both := {fold(name) for name in put_on} & {fold(name) for name in taken_off}:
        name = next(name for name in put_on if fold(name) in both)
        raise _refused(_("The tag “{name}” is both put on and taken off.").format(name=name))
    if not values and not put_on and not taken_off and not archive:
        raise _refused(_("Nothing is to be changed."), _("Name a field and its value, such as status=lost."))
    if archive and (values or put_on or taken_off):
        raise _refused(_("Customers are archived or changed, not both at once."))
    return Edit(values, tuple(names), put_on, taken_off, archive, tuple(words))


def fields_for_many() -> list[Field]:
    """Return the fields that many customers may be given alike, in the order of the file."""
    return [one for one in FIELDS.values() if one.entity == "customer" and one.writable and fits_many(one)]


def fits_many(one: Field) -> bool:
    """Tell whether a field may be the same for many customers."""
    return one.name != "tags" and one.name not in OF_ONE


def _tags(names: Iterable[str]) -> tuple[str, ...]:
    return tuple({fold(name): tidy(name) for name in names if fold(name)}.values())


def _refused(what: str, todo: str = "") -> BadInput:
    return BadInput(what, _("Nothing was changed."), todo)


def _fit_for_many(one: Field) -> None:
    if one.name == "tags":
        raise _refused(
            _("Tags are put on and taken off one by one."), _("Use --tag NAME and --untag NAME instead.")
        )
    if one.name in OF_ONE:
        raise _refused(_("Each customer has “{field}” of its own.").format(field=one.title))
    if one.entity != "customer" or not one.writable:
        raise _refused(
            _("“{field}” cannot be changed for many customers at once.").format(field=one.title),
            _("Change it in each customer's file."),
        )


def _choices(one: Field, context: Context) -> str:
    labels = [label for _key, label in context.words.choices(one.word_kind)][:CHOICES]
    return _("It is one of: {names}.").format(names="、".join(labels)) if labels else ""


def _still_here(reader: sqlite3.Connection, person_id: int) -> None:
    no_longer_active(people_store.by_id(reader, person_id))


def no_longer_active(person: people_store.Person | None) -> None:
    """Raise BadInput when a colleague who is to get customers has left."""
    if person is not None and person.active != 1:
        raise _refused(_("{name} is no longer active.").format(name=person.name))
