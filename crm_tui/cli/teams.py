"""Teams: the commands of ``team``."""

from __future__ import annotations

import click

from crm_tui.access import store_house
from crm_tui.access import teams as service
from crm_tui.access.teams import Branch
from crm_tui.cli.affected import done, looking
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import LazyGroup, argument, command, option
from crm_tui.cli.output import Column
from crm_tui.cli.registry import COMMANDS, Entry
from crm_tui.cli.state import State
from crm_tui.locale import N_, _

TOP = "-"
ENTRIES = {
    "add": Entry(__name__, "add", N_("Add a team.")),
    "list": Entry(__name__, "listing", N_("List the teams as a tree, with their people.")),
    "edit": Entry(__name__, "edit", N_("Rename a team, move it or give it a region.")),
    "remove": Entry(__name__, "remove", N_("Remove a team; its people and teams move up.")),
}


def _above() -> click.Parameter:
    return option("--above", metavar="TEAM", help=N_("The team above it; - for the top."))


def _region() -> click.Parameter:
    return option("--region", metavar="REGION", help=N_("The part of the country that it looks after."))


@command(ENTRIES["add"], argument("name", "NAME"), _above(), _region(), looking())
def add(state: State, name: str, above: str | None, region: str | None, dry_run: bool) -> None:
    """Add a team."""
    with state.session(write=True) as session:
        parent = service.named(store_house.teams(session.reader), above) if above not in (None, TOP) else None
        if done(state, session, dry_run, service.add, name, parent.id if parent else None, region or ""):
            say(_("Team added: {name}.").format(name=name))


@command(ENTRIES["list"])
def listing(state: State) -> None:
    """List the teams."""
    with state.session() as session:
        branches = service.tree(store_house.teams(session.reader))
        people = store_house.people(session.reader)
    members: dict[int | None, list[str]] = {}
    for one in people:
        if one.active == 1:
            members.setdefault(one.team_id, []).append(one.name)
    if state.out.as_json:
        for branch in branches:
            found = {"depth": branch.depth, "people": members.get(branch.team.id, [])}
            state.out.json({**branch.team._asdict(), **found})
        return
    if not branches:
        say(_("There are no teams: everybody counts as one. Add one: crm-tui team add NAME"))
        return

    def row(branch: Branch) -> tuple[str, str, str]:
        names = "、".join(members.get(branch.team.id, []))
        return "  " * branch.depth + branch.team.name, branch.team.region or "", names

    rows = [row(one) for one in branches]
    if left := members.get(None):
        rows.append((_("(no team)"), "", "、".join(left)))
    state.out.table([Column(_("Team")), Column(_("Region")), Column(_("People"), True)], [("", rows)])


@command(
    ENTRIES["edit"],
    argument("name", "TEAM"),
    option("--name", "new_name", metavar="NAME", help=N_("Another name.")),
    _above(),
    _region(),
    looking(),
)
def edit(
    state: State, name: str, new_name: str | None, above: str | None, region: str | None, dry_run: bool
) -> None:
    """Edit a team."""
    with state.session(write=True) as session:
        every = store_house.teams(session.reader)
        team = service.named(every, name)
        values: dict[str, str | int | None] = {}
        values |= {} if new_name is None else {"name": new_name}
        values |= {} if region is None else {"region": region}
        if above is not None:
            values["parent_id"] = None if above == TOP else service.named(every, above).id
        if not values:
            raise click.UsageError(
                _("say what to change: --name, --above, --region."), click.get_current_context()
            )
        if done(state, session, dry_run, service.edit, team.id, values):
            say(_("Saved: {name}.").format(name=new_name or team.name))


@command(ENTRIES["remove"], argument("name", "TEAM"), looking())
def remove(state: State, name: str, dry_run: bool) -> None:
    """Remove a team."""
    with state.session(write=True) as session:
        team = service.named(store_house.teams(session.reader), name)
        if done(state, session, dry_run, service.remove, team.id):
            say(_("Team removed: {name}.").format(name=team.name))


team = LazyGroup("team", COMMANDS["team"].help, ENTRIES, no_args_is_help=True)
