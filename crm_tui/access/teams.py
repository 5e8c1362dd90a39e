"""Teams in a tree: who leads whom is told by it, whoever reads ``team`` reads the teams below as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from crm_tui.access import store_house
from crm_tui.access.store_house import TeamRow
from crm_tui.access.store_policy import Team, subtree
from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.storage.change import Change, action
from crm_tui.text.fold import fold, tidy

LONGEST_NAME = 40


class Branch(NamedTuple):
    """A team and how deep it lies in the tree, 0 at the top."""

    team: TeamRow
    depth: int


@action("team.add")
def add(change: Change, name: str, parent_id: int | None = None, region: str = "") -> int:
    """Add a team, below another or at the top, and return its id; raises BadInput when its name is taken."""
    teams = store_house.teams(change.connection)
    _demand_parent(teams, parent_id)
    values = {**_named(teams, name), "parent_id": parent_id, "region": tidy(region) or None}
    return change.insert("team", values)


@action("team.edit")
def edit(
    change: Change,
    team_id: int,
    values: Mapping[str, str | int | None],
    *,
    seen: int | None = None,
) -> None:
    """Change name, region or ``parent_id`` (None: the top) of a team.

    Raises BadInput when the name is taken or the team would lie below itself.
    """
    teams = store_house.teams(change.connection)
    team = _there(teams, team_id)
    written: dict[str, object] = {}
    if "name" in values:
        written |= _named(teams, str(values["name"] or ""), team_id)
    if "region" in values:
        written["region"] = tidy(str(values["region"] or "")) or None
    if "parent_id" in values:
        parent = values["parent_id"]
        parent_id = int(parent) if parent is not None else None
        _demand_parent(teams, parent_id)
        if parent_id in below(teams, team_id):
            raise BadInput(
                _("A team cannot lie below itself: {names}.").format(names=team.name),
                _("Nothing was changed."),
            )
        written["parent_id"] = parent_id
    if written:
        change.update("team", team_id, written, seen)


@action("team.remove")
def remove(change: Change, team_id: int) -> None:
    """Remove a team; its members and the teams below it move up to the team above, if there is one."""
    teams = store_house.teams(change.connection)
    team = _there(teams, team_id)
    for one in teams:
        if one.parent_id == team_id and one.id != team_id:
            change.update("team", one.id, {"parent_id": team.parent_id})
    for person in store_house.people(change.connection):
        if person.team_id == team_id:
            change.update("person", person.id, {"team_id": team.parent_id})
    change.soft_delete("team", team_id)


def below(teams: Sequence[TeamRow], team_id: int) -> set[int]:
    """Return the ids of a team and of all below it."""
    return subtree([Team(one.id, one.parent_id) for one in teams], team_id)


def tree(teams: Sequence[TeamRow]) -> list[Branch]:
    """Return teams in the order of the tree, each with its depth; one in a ring stands at the top."""
    under: dict[int | None, list[TeamRow]] = {}
    ids = {one.id for one in teams}
    for one in teams:
        under.setdefault(one.parent_id if one.parent_id in ids else None, []).append(one)
    found: list[Branch] = []
    met: set[int] = set()

    def walk(top: TeamRow) -> None:
        waiting = [(top, 0)]
        while waiting:
            team, depth = waiting.pop()
            if team.id not in met:
                met.add(team.id)
                found.append(Branch(team, depth))
                waiting += [(one, depth + 1) for one in reversed(under.get(team.id, []))]

    for one in (*under.get(None, []), *teams):
        walk(one)
    return found


def path(teams: Sequence[TeamRow], team_id: int | None) -> str:
    """Return a team with those above it: 华东 / 上海; '' for none."""
    by_id = {one.id: one for one in teams}
    names: list[str] = []
    met: set[int] = set()
    at = team_id
    while at is not None and at in by_id and at not in met:
        met.add(at)
        names.append(by_id[at].name)
        at = by_id[at].parent_id
    return " / ".join(reversed(names))


def named(teams: Sequence[TeamRow], text: str) -> TeamRow:
    """Return the team of a name, or of its path; raises BadInput when there is none."""
    wanted = fold(text)
    for one in teams:
        if wanted in (fold(one.name), fold(path(teams, one.id))):
            return one
    names = ", ".join(one.name for one in teams) or "—"
    raise BadInput(
        _("There is no team “{name}”.").format(name=text), "", _("There are: {names}.").format(names=names)
    )


def _there(teams: Sequence[TeamRow], team_id: int) -> TeamRow:
    for one in teams:
        if one.id == team_id:
            return one
    raise BadInput(_("There is no such team any more."), _("Nothing was changed."))


def _demand_parent(teams: Sequence[TeamRow], parent_id: int | None) -> None:
    if parent_id is not None:
        _there(teams, parent_id)


def _named(teams: Sequence[TeamRow], name: str, but: int | None = None) -> dict[str, object]:
    name = tidy(name)
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(_("A name has 1 to {n} signs.").format(n=LONGEST_NAME), _("Nothing was changed."))
    key = fold(name)
    if any(fold(one.name) == key and one.id != but for one in teams):
        raise BadInput(_("There is a team {name} already.").format(name=name), _("Nothing was changed."))
    return {"name": name, "name_key": key}
