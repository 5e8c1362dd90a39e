"""Saving a record that others may change meanwhile: merged and told, or settled field by field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_tui.customers.convert import Context, show
from crm_tui.customers.fields import FIELDS, field_of
from crm_tui.errors import BadInput
from crm_tui.locale import _, language
from crm_tui.presets.store import add_word, dictionary
from crm_tui.storage.change import Change
from crm_tui.storage.faults import FieldConflict, Move
from crm_tui.text.identity import find_identity_number
from crm_tui.tui.screens.form_fields import IDENTITY, form_field, listed, read_back
from crm_tui.tui.widgets.form import Field

if TYPE_CHECKING:
    from crm_tui.tui.app import CrmApp
    from crm_tui.tui.screens.base import BaseScreen

Values = dict[str, Any]
Words = Sequence[tuple[str, str]]
MOST_TITLES = 5
# Columns that others are made from: they move with them and are never shown.
MADE_OF = {"name_key": "name", "no_sort": "no", "uscc_key": "uscc"}


class Part(NamedTuple):
    """One edited field of a record: its title, what is to be saved, and how a record's value is shown.

    ``field(record)`` gives a form's field filled from a record by column, ``read(text)`` the values and new
    words that a text of that field means.
    """

    title: str
    values: Values
    words: Words
    show: Callable[[Mapping[str, Any]], str]
    field: Callable[[Mapping[str, Any]], Field]
    read: Callable[[str], tuple[Values, Words]]

    def holds(self, column: str) -> bool:
        """Tell whether a column belongs to the field."""
        return MADE_OF.get(column, column) in self.values or column in self.values


class Written(NamedTuple):
    """What a write function gave, and what others had moved in the record meanwhile."""

    value: Any
    moved: tuple[Move, ...]


def registry_part(name: str, text: str, context: Context, *, required: bool = False) -> Part:
    """Return the part for a field of the registry as it was typed."""
    one = FIELDS[name]
    typed = read_back({name: text}, one.entity, context)

    def field(record: Mapping[str, Any]) -> Field:
        return form_field(name, record, context, required=required)

    def read(text: str) -> tuple[Values, Words]:
        again = read_back({name: text}, one.entity, context)
        return again.values, again.words

    return Part(one.title, typed.values, typed.words, lambda row: show(one, row, context), field, read)


def line_part(
    title: str,
    values: Values,
    show: Callable[[Mapping[str, Any]], str],
    read: Callable[[str], Values],
) -> Part:
    """Return the part for a line that is typed and no field of the registry."""

    def refused(text: str) -> str:
        if find_identity_number(text):
            return _(IDENTITY)
        try:
            read(text)
        except BadInput as error:
            return str(error)
        return ""

    def field(record: Mapping[str, Any]) -> Field:
        return Field(title, title, value=show(record), check=refused, required=True)

    def reread(text: str) -> tuple[Values, Words]:
        return {name: value for name, value in read(text).items() if name in values}, ()

    return Part(title, values, (), show, field, reread)


def all_values(parts: Iterable[Part]) -> Values:
    """Return the column values of all parts."""
    return {column: value for part in parts for column, value in part.values.items()}


def all_words(parts: Iterable[Part]) -> list[tuple[str, str]]:
    """Return the new words of all parts."""
    return [word for part in parts for word in part.words]


def with_words(fn: Callable[..., Any], words: Words) -> Callable[..., Any]:
    """Return a write function that first adds new words of open lists, in the same change set."""

    @wraps(fn)
    def run(change: Change, *args: Any, **given: Any) -> Any:
        known = dictionary(change.connection)
        for kind, text in words:
            add_word(change, known, kind, text)
        return fn(change, *args, **given)

    return run if words else fn


async def write_merging(
    crm: CrmApp, fn: Callable[..., Any], *args: Any, words: Words = (), **given: Any
) -> Written:
    """Write as one change set, new words included, and return what others had moved in the same record."""
    inner = with_words(fn, words)

    @wraps(inner)
    def run(change: Change, *args: Any, **given: Any) -> Written:
        value = inner(change, *args, **given)
        return Written(value, tuple(change.merged))

    return (await crm.write(run, *args, **given)).value


def also_moved(entity: str, moved: Iterable[Move], own: Iterable[str] = ()) -> str:
    """Return who changed which other fields of the record meanwhile, '' when nobody did."""
    mine = set(own)
    by: dict[str, set[str]] = {}
    for move in moved:
        if move.column not in mine and move.column not in MADE_OF:
            one = field_of(entity, move.column)
            by.setdefault(move.who, set()).update([one.name] if one is not None else [])
    return sentences(
        *(
            _("{who} changed {fields} meanwhile, kept too.").format(who=who, fields=_titles(names))
            for who, names in by.items()
        )
    )


def _titles(names: set[str]) -> str:
    """Return the titles of fields in the order of the customer file, the first few of many."""
    titles = [one.title for name, one in FIELDS.items() if name in names]
    if not titles:
        return _("fields that this form does not show")
    if len(titles) > MOST_TITLES:
        return _("{fields} and {n} more").format(
            fields=listed(titles[: MOST_TITLES - 1]), n=len(titles) - MOST_TITLES + 1
        )
    return listed(titles)


def theirs_kept(others: str = "") -> str:
    """Return what is said when nothing of one's own was chosen."""
    return sentences(_("Theirs is kept; nothing of yours was left to save."), others)


def sentences(*parts: str) -> str:
    """Return sentences after each other as the language separates them."""
    return ("" if language() == "zh" else " ").join(part for part in parts if part)


def _renew(session: Any, context: Context) -> None:
    """Let a context know the words and people that came since; on the database thread."""
    session.renew_words()
    fresh = session.context(past=context.past)
    context.words, context.people, context.names = fresh.words, fresh.people, fresh.names
    context.memory.clear()


Store = Callable[[int, Sequence[Part], Sequence[Move]], Awaitable[str]]


class Saving:
    """One save over ``screen``: ``store(seen, parts, moved)`` writes and returns what is to be said.

    ``moved`` is what others did before a conflict was settled. ``finish(said)`` closes the screen after a
    save that went by way of the conflict screen, ``left()`` is called when the user came back from there
    without one. ``title`` names the record; ``context`` is what the parts are shown by.
    """

    def __init__(
        self,
        screen: BaseScreen,
        title: str,
        parts: Sequence[Part],
        store: Store,
        finish: Callable[[str], Awaitable[None]],
        left: Callable[[], None],
        context: Context | None = None,
    ) -> None:
        self.screen = screen
        self.title = title
        self.parts = parts
        self.store = store
        self.finish = finish
        self.left = left
        self.context = context

    async def run(self, seen: int) -> str | None:
        """Save; None when others changed the same and the conflict screen is open now."""
        from crm_tui.tui.screens.conflict import ConflictScreen

        try:
            return await self.store(seen, self.parts, ())
        except FieldConflict as conflict:
            # What the others wrote is to be seen on the screens below, whatever is chosen.
            self.screen.crm.writes += 1
            if self.context is not None:
                await self.screen.crm.work.run(_renew, self.screen.crm.session, self.context)
            await self.screen.crm.show(ConflictScreen(self, conflict), then=self._settled)
            return None

    async def _settled(self, said: str | None) -> None:
        if said is not None:
            await self.finish(said)
        else:
            self.left()
