"""Colleagues as administrators keep them: names, roles, teams, in use or not. Adding one: ``store.add``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crm_tui.access import house, store_house
from crm_tui.access.store import Person, add, by_id, people
from crm_tui.errors import BadInput, NotPermitted
from crm_tui.locale import _
from crm_tui.storage.change import Change, action
from crm_tui.storage.driver import sqlite3
from crm_tui.text.fold import fold, tidy
from crm_tui.text.mail import parse_mails

LONGEST_NAME = 64


@action("user.add")
def admit(
    change: Change,
    login: str,
    name: str,
    role: str,
    other_names: Iterable[str] = (),
    team_id: int | None = None,
    email: str = "",
) -> int:
    """Let a person in with role, team and e-mail, and return the id; raises BadInput for what cannot be."""
    if role not in {one.key for one in store_house.roles(change.connection)}:
        raise BadInput(_("There is no role “{name}”.").format(name=role), _("Nobody was added."))
    person_id = add(change, login, name, role, other_names)
    if team_id is not None:
        set_team(change, person_id, team_id)
    if email:
        edit(change, person_id, {"email": email})
    return person_id


@action("user.edit")
def edit(
    change: Change,
    person_id: int,
    values: Mapping[str, str],
    other_names: Iterable[str] | None = None,
    *,
    seen: int | None = None,
) -> None:
    """Change the name or e-mail of a person, and, unless None, which other names there are.

    ``values`` may hold name and email. Raises BadInput for an empty name or an address that is none,
    Conflict when others changed the same since ``seen``.
    """
    person = _there(change, person_id)
    written: dict[str, object] = {}
    if "name" in values:
        name = tidy(values["name"])
        if not name or len(name) > LONGEST_NAME:
            raise BadInput(_("A name has 1 to {n} signs.").format(n=LONGEST_NAME), _nothing())
        written |= {"name": name, "name_key": fold(name)}
    if "email" in values:
        written["email"] = _mail(values["email"])
    if written:
        change.update("person", person.id, written, seen)
    if other_names is not None:
        _rename(change, person.id, other_names)


@action("user.role")
def set_role(change: Change, person_id: int, role: str) -> None:
    """Give a person another role, by its key; raises BadInput when there is none of it."""
    person = _there(change, person_id)
    if role not in {one.key for one in store_house.roles(change.connection)}:
        raise BadInput(_("There is no role “{name}”.").format(name=role), _nothing())
    change.update("person", person.id, {"role": role})
    house.demand_right(change, "people")


@action("user.team")
def set_team(change: Change, person_id: int, team_id: int | None) -> None:
    """Put a person into a team, or into none; raises BadInput when there is no such team."""
    person = _there(change, person_id)
    if team_id is not None and team_id not in {one.id for one in store_house.teams(change.connection)}:
        raise BadInput(_("There is no such team any more."), _nothing())
    change.update("person", person.id, {"team_id": team_id})


@action("user.deactivate")
def deactivate(change: Change, person_id: int) -> None:
    """Let a person in no more; what is theirs stays. Refused for the last who may mend the house."""
    person = _there(change, person_id)
    change.update("person", person.id, {"active": 0})
    house.demand_right(change, "people")


@action("user.activate")
def activate(change: Change, person_id: int) -> None:
    """Let a person in again, with the role they had."""
    change.update("person", _there(change, person_id).id, {"active": 1})


def _there(change: Change, person_id: int) -> Person:
    person = by_id(change.connection, person_id)
    if person is None:
        raise BadInput(_("There is no such colleague any more."), _nothing())
    return person


def _mail(text: str) -> str | None:
    text = tidy(text)
    if not text:
        return None
    found = parse_mails(text)
    if len(found) != 1 or found[0].problem:
        raise BadInput(_("This is no e-mail address: {text}").format(text=text[:80]), _nothing())
    return found[0].text


def _rename(change: Change, person_id: int, names: Iterable[str]) -> None:
    wanted = {fold(name): name for name in map(tidy, names) if name}
    for alias_id, name in store_house.aliases_of(change.connection, person_id):
        if wanted.pop(fold(name), None) is None:
            change.soft_delete("person_alias", alias_id)
    for key, name in wanted.items():
        change.insert("person_alias", {"person_id": person_id, "alias": name, "alias_key": key})


def _nothing() -> str:
    return _("Nothing was changed.")


def not_let_in(connection: sqlite3.Connection, login: str, person: Person | None) -> NotPermitted:
    """Return the refusal for somebody who is not known in a database, or whose account is not in use."""
    admins = [one.name for one in people(connection) if one.role == "administrator" and one.active == 1]
    what = _("{login} is not a user of this database.").format(login=login)
    todo = _("Ask {names} to run: crm-tui user add {login}")
    if person is not None:
        what = _("Your account is not in use any more.")
        todo = _("Ask {names} to run: crm-tui user activate {login}")
    names = "、".join(admins[:3])
    return NotPermitted(what, _("Nothing was opened."), todo.format(names=names, login=login))
