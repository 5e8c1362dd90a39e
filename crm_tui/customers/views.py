"""Saved views of a list, own or the team's, and the layout that each person had last."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from crm_tui import clock
from crm_tui.access.store_policy import load_policy
from crm_tui.customers import store_views as store
from crm_tui.errors import BadInput, NotPermitted
from crm_tui.locale import _
from crm_tui.storage.change import Change, action
from crm_tui.storage.driver import sqlite3
from crm_tui.text.fold import fold, tidy

TEAM = "share"
LONGEST_NAME = 60
LONGEST = 20_000
LAYOUT = "layout:"


class View(NamedTuple):
    """A saved view; ``owner_id`` None: the team's. ``definition`` holds filter, sort and columns."""

    id: int
    changed_in: int
    screen: str
    name: str
    owner_id: int | None
    definition: dict[str, Any]


class Writer(Protocol):
    """The part of a session that keeps personal state."""

    @property
    def database(self) -> Any: ...
    @property
    def person(self) -> Any: ...


def all_of(reader: sqlite3.Connection, screen: str) -> list[View]:
    """Return the views of a list that the person may see: own ones, then the team's."""
    return [_view(row) for row in store.views(reader, screen)]


def named(reader: sqlite3.Connection, screen: str, name: str) -> View:
    """Return the view of a name, an own one before the team's; raises BadInput that names those there are."""
    every = all_of(reader, screen)
    for view in every:
        if fold(view.name) == fold(name):
            return view
    names = "、".join(view.name for view in every) or _("none")
    raise BadInput(
        _("There is no view “{name}”.").format(name=name), "", _("There are: {names}.").format(names=names)
    )


@action("view.save")
def save(change: Change, screen: str, name: str, definition: Mapping[str, Any], team: bool = False) -> int:
    """Save a view and return its id; the same name of the same owner is written over.

    Raises BadInput without a usable name, NotPermitted when the role may not make views for the team.
    """
    name = _name(name)
    owner = None if team else change.actor
    _permit(change, owner)
    text = json.dumps(dict(definition), ensure_ascii=False, sort_keys=True)
    if len(text) > LONGEST:
        raise BadInput(_("The view is too large to be saved."), _("Nothing was changed."))
    for view in map(_view, store.of_owner(change.connection, screen, owner)):
        if fold(view.name) == fold(name):
            change.update("saved_view", view.id, {"name": name, "definition": text})
            return view.id
    return change.insert(
        "saved_view", {"screen": screen, "name": name, "owner_id": owner, "definition": text}
    )


@action("view.rename")
def rename(change: Change, view_id: int, name: str, seen: int | None = None) -> None:
    """Give a view another name; raises BadInput when the owner has one of that name already."""
    view, name = _own(change, view_id), _name(name)
    for other in map(_view, store.of_owner(change.connection, view.screen, view.owner_id)):
        if other.id != view_id and fold(other.name) == fold(name):
            raise BadInput(
                _("There is a view “{name}” already.").format(name=other.name), _("Nothing was changed.")
            )
    change.update("saved_view", view_id, {"name": name}, seen)


@action("view.remove")
def remove(change: Change, view_id: int, seen: int | None = None) -> None:
    """Put a view away; undo brings it back."""
    _own(change, view_id)
    change.soft_delete("saved_view", view_id, seen)


def layout(reader: sqlite3.Connection, screen: str) -> dict[str, Any]:
    """Return the layout that the person had last on a list, {} when none."""
    return _object(store.layout(reader, LAYOUT + screen))


def keep_layout(session: Writer, screen: str, kept: Mapping[str, Any]) -> None:
    """Keep the layout of a list for its person; it is nobody else's matter and leaves no history."""
    text = json.dumps(dict(kept), ensure_ascii=False, sort_keys=True)
    person = session.person.id
    session.database.write_untracked(lambda c: store.keep(c, person, LAYOUT + screen, text))


def _name(name: str) -> str:
    name = tidy(name)
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise BadInput(
            _("A view needs a name of at most {n} characters.").format(n=LONGEST_NAME),
            _("Nothing was changed."),
        )
    return name


def _permit(change: Change, owner: int | None) -> None:
    if owner is None:
        load_policy(change.connection, change.actor, clock.today()).demand(TEAM)
    elif owner != change.actor:
        raise NotPermitted(_("This view is another person's."), _("Nothing was changed."))


def _own(change: Change, view_id: int) -> View:
    row = store.view(change.connection, view_id)
    if row is None:
        raise BadInput(_("The view is no longer there."), _("Nothing was changed."))
    view = _view(row)
    _permit(change, view.owner_id)
    return view


def _view(row: tuple[Any, ...]) -> View:
    view_id, changed_in, screen, name, owner_id, definition = row
    return View(view_id, changed_in, screen, name, owner_id, _object(definition))


def _object(text: str | None) -> dict[str, Any]:
    """Return a JSON object; {} for what another program spoiled."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
