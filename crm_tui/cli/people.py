"""People who may use the database: ``user add`` and ``user list``."""

from __future__ import annotations

import click

from crm_tui.access import store as people_store
from crm_tui.access.policy import ROLES, role_of, role_title
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import LazyGroup, argument, command, option
from crm_tui.cli.output import Column
from crm_tui.cli.registry import COMMANDS, Entry
from crm_tui.cli.state import State
from crm_tui.locale import N_, _

ENTRIES = {
    "add": Entry(__name__, "add", N_("Let a colleague in, by the name of their login on this computer.")),
    "list": Entry(__name__, "listing", N_("List everybody with role and other names.")),
}


def _role(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    key = role_of(value)
    if key is None:
        roles = ", ".join(role_title(one) for one in ROLES)
        raise click.BadParameter(
            _("there is no role “{name}”; there are {roles}.").format(name=value, roles=roles)
        )
    return key


@command(
    ENTRIES["add"],
    argument("login", "LOGIN"),
    option("--name", default="", metavar="NAME", help=N_("The name that colleagues read; else the login.")),
    option(
        "--alias", "aliases", multiple=True, metavar="NAME",
        help=N_("Another name found in sheets; may be repeated."),
    ),
    option(
        "--role", default="sales_rep", metavar="ROLE", callback=_role,
        help=N_("The role; else sales representative."),
    ),
)  # fmt: skip
def add(state: State, login: str, name: str, aliases: tuple[str, ...], role: str) -> None:
    """Add a person."""
    with state.session(write=True) as session:
        result = session.write(people_store.add, login, name, role, aliases)
        person = people_store.by_id(session.reader, result.value)
    shown = person.name if person else login
    if state.out.as_json:
        state.out.json(
            {"id": result.value, "login": login, "name": shown, "role": role, "set": result.set_id}
        )
    say(_("Added {name} ({login}) as {role}.").format(name=shown, login=login, role=role_title(role)))


@command(ENTRIES["list"])
def listing(state: State) -> None:
    """List everybody."""
    with state.session() as session:
        people = people_store.people(session.reader)
        others = people_store.aliases(session.reader)
    if state.out.as_json:
        for one in people:
            state.out.json({**one._asdict(), "active": one.active == 1, "aliases": others.get(one.id, [])})
        return
    rows = [
        (
            one.login,
            one.name,
            role_title(one.role)
            if one.active == 1
            else _("{role} (not in use)").format(role=role_title(one.role)),
            "、".join(others.get(one.id, [])),
        )
        for one in people
    ]
    columns = [
        Column(_("Login")),
        Column(_("Full name"), True),
        Column(_("Role")),
        Column(_("Other names"), True),
    ]
    state.out.table(columns, [("", rows)])


user = LazyGroup("user", COMMANDS["user"].help, ENTRIES, no_args_is_help=True)
