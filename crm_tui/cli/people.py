"""People who may use the database: the commands of ``user``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crm_tui.access import people as service
from crm_tui.access import policies, store_house, substitutes, teams
from crm_tui.access import store as people_store
from crm_tui.access.policy import role_title
from crm_tui.access.store_house import Away, Colleague
from crm_tui.cli.affected import colleague, done, looking
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import LazyGroup, argument, command, option
from crm_tui.cli.output import Column
from crm_tui.cli.registry import COMMANDS, Entry
from crm_tui.cli.state import State
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _

if TYPE_CHECKING:
    from crm_tui.session import Session

NO_TEAM = "-"
ENTRIES = {
    "add": Entry(__name__, "add", N_("Let a colleague in, by the name of their login on this computer.")),
    "list": Entry(__name__, "listing", N_("List everybody with role, team, leave and other names.")),
    "edit": Entry(__name__, "edit", N_("Change the name, the e-mail or the other names of a colleague.")),
    "role": Entry(__name__, "role", N_("Give a colleague another role.")),
    "team": Entry(__name__, "team", N_("Put a colleague into a team, or into none (-).")),
    "deactivate": Entry(__name__, "deactivate", N_("Let a colleague in no more; what is theirs stays.")),
    "activate": Entry(__name__, "activate", N_("Let a colleague in again.")),
    "away": Entry(__name__, "away", N_("Say who is away and who stands in, or list it.")),
}


@command(
    ENTRIES["add"],
    argument("login", "LOGIN"),
    option("--name", default="", metavar="NAME", help=N_("The name that colleagues read; else the login.")),
    option(
        "--alias", "aliases", multiple=True, metavar="NAME",
        help=N_("Another name found in sheets; may be repeated."),
    ),
    option(
        "--role", "role_text", default="sales_rep", metavar="ROLE",
        help=N_("The role; else sales representative."),
    ),
    option("--team", "team_text", metavar="TEAM", help=N_("The team; else none.")),
)  # fmt: skip
def add(
    state: State, login: str, name: str, aliases: tuple[str, ...], role_text: str, team_text: str | None
) -> None:
    """Add a person."""
    with state.session(write=True) as session:
        role = policies.role_named(store_house.roles(session.reader), role_text)
        team = teams.named(store_house.teams(session.reader), team_text) if team_text else None
        result = session.write(service.admit, login, name, role.key, aliases, team.id if team else None)
        person = people_store.by_id(session.reader, result.value)
    shown = person.name if person else login
    if state.out.as_json:
        found = {"id": result.value, "login": login, "name": shown, "role": role.key, "set": result.set_id}
        state.out.json(found)
    say(_("Added {name} ({login}) as {role}.").format(name=shown, login=login, role=policies.title(role)))


@command(ENTRIES["list"])
def listing(state: State) -> None:
    """List everybody."""
    with state.session() as session:
        reader = session.reader
        people = store_house.people(reader)
        others = people_store.aliases(reader)
        roles = {one.key: one for one in store_house.roles(reader)}
        named = {one.key: policies.title(one) for one in roles.values()}
        every = store_house.teams(reader)
        away = _now_away(session)
        names = session.names
    if state.out.as_json:
        for one in people:
            state.out.json(
                {
                    **one._asdict(),
                    "active": one.active == 1,
                    "aliases": others.get(one.id, []),
                    "team": teams.path(every, one.team_id),
                    "away": away[one.id]._asdict() if one.id in away else None,
                }
            )
        return

    def told(one: Colleague) -> list[str]:
        role = named.get(one.role) or _("{role} (removed)").format(role=role_title(one.role))
        leave = away.get(one.id)
        stands_in = names.get(leave.substitute_id, "") if leave else ""
        return [
            one.login,
            one.name,
            role if one.active == 1 else _("{role} (not in use)").format(role=role),
            teams.path(every, one.team_id),
            _("until {day}, {name} stands in").format(day=leave.until_on, name=stands_in) if leave else "",
            "、".join(others.get(one.id, [])),
        ]

    columns = [
        Column(_("Login")), Column(_("Full name"), True), Column(_("Role")), Column(_("Team"), True),
        Column(_("Away"), True), Column(_("Other names"), True),
    ]  # fmt: skip
    rows = [told(one) for one in people]
    # A house without teams or leave is not told of them.
    shown = [at for at in range(len(columns)) if at not in (3, 4) or any(row[at] for row in rows)]
    state.out.table([columns[at] for at in shown], [("", [[row[at] for at in shown] for row in rows])])


@command(
    ENTRIES["edit"],
    argument("login", "LOGIN"),
    option("--name", metavar="NAME", help=N_("The name that colleagues read.")),
    option("--email", metavar="ADDRESS", help=N_("The e-mail address; an empty one clears it.")),
    option(
        "--alias", "aliases", multiple=True, metavar="NAME",
        help=N_("Another name found in sheets, in place of those there are; may be repeated."),
    ),
)  # fmt: skip
def edit(state: State, login: str, name: str | None, email: str | None, aliases: tuple[str, ...]) -> None:
    """Edit a person."""
    values = {key: text for key, text in (("name", name), ("email", email)) if text is not None}
    if not values and not aliases:
        raise click.UsageError(
            _("say what to change: --name, --email, --alias."), click.get_current_context()
        )
    with state.session(write=True) as session:
        person = colleague(session, login)
        result = session.write(service.edit, person.id, values, aliases or None)
        shown = people_store.by_id(session.reader, person.id) or person
    if state.out.as_json:
        state.out.json({"id": person.id, "login": person.login, "name": shown.name, "set": result.set_id})
    say(_("Saved: {name}.").format(name=shown.name))


@command(ENTRIES["role"], argument("login", "LOGIN"), argument("role_text", "ROLE"), looking())
def role(state: State, login: str, role_text: str, dry_run: bool) -> None:
    """Give a person another role."""
    with state.session(write=True) as session:
        person = colleague(session, login)
        wanted = policies.role_named(store_house.roles(session.reader), role_text)
        if done(state, session, dry_run, service.set_role, person.id, wanted.key):
            say(_("{name} is {role} now.").format(name=person.name, role=policies.title(wanted)))


@command(ENTRIES["team"], argument("login", "LOGIN"), argument("team_text", "TEAM"), looking())
def team(state: State, login: str, team_text: str, dry_run: bool) -> None:
    """Put a person into a team."""
    with state.session(write=True) as session:
        person = colleague(session, login)
        every = store_house.teams(session.reader)
        wanted = None if team_text == NO_TEAM else teams.named(every, team_text)
        if done(state, session, dry_run, service.set_team, person.id, wanted.id if wanted else None):
            said = _("{name} is in {team} now.") if wanted else _("{name} is in no team now.")
            say(said.format(name=person.name, team=teams.path(every, wanted.id) if wanted else ""))


@command(ENTRIES["deactivate"], argument("login", "LOGIN"), looking())
def deactivate(state: State, login: str, dry_run: bool) -> None:
    """Let a person in no more."""
    with state.session(write=True) as session:
        person = colleague(session, login)
        if done(state, session, dry_run, service.deactivate, person.id):
            say(_("{name} is not let in any more; the customers stay theirs.").format(name=person.name))
            count = store_house.owned_by(session.database.connection, [person.id])[person.id]
            if count:
                said = _(
                    "{n} customers to hand over: crm-tui change --filter owner:{login} --hand-over PERSON"
                )
                say(said.format(n=f"{count:,}", login=person.login))


@command(ENTRIES["activate"], argument("login", "LOGIN"), looking())
def activate(state: State, login: str, dry_run: bool) -> None:
    """Let a person in again."""
    with state.session(write=True) as session:
        person = colleague(session, login)
        if done(state, session, dry_run, service.activate, person.id):
            say(_("{name} is let in again.").format(name=person.name))


@command(
    ENTRIES["away"],
    argument("login", "[LOGIN]", required=False),
    option("--by", "substitute", metavar="LOGIN", help=N_("Who stands in: sees and edits their customers.")),
    option("--from", "begin", default="", metavar="DAY", help=N_("The first day; else today.")),
    option("--until", "end", default="", metavar="DAY", help=N_("The last day.")),
    option("--note", default="", metavar="TEXT", help=N_("A word about it.")),
    option("--back", is_flag=True, help=N_("The colleague is back: nobody stands in any more.")),
    looking(),
    more=N_("Without LOGIN it lists who is away, now or later."),
)  # fmt: skip
def away(
    state: State, login: str | None, substitute: str | None, begin: str, end: str, note: str, back: bool,
    dry_run: bool,
) -> None:  # fmt: skip
    """Say who is away."""
    if login is None:
        _list_away(state)
        return
    with state.session(write=True) as session:
        person = colleague(session, login)
        if back:
            _back(state, session, person.id, dry_run)
            say(_("Nobody stands in for {name} any more.").format(name=person.name))
            return
        if not substitute or not end:
            raise click.UsageError(
                _("say who stands in and until when: --by LOGIN --until DAY."), click.get_current_context()
            )
        from crm_tui.text.chinese_dates import parse_when

        other, today = colleague(session, substitute), session.today()
        first = parse_when(begin, today, past=True).date if begin else today
        last = parse_when(end, today).date
        if done(state, session, dry_run, substitutes.add, person.id, other.id, first, last, note):
            said = _("{other} stands in for {name} from {first} to {last}.")
            say(said.format(other=other.name, name=person.name, first=first, last=last))


def _back(state: State, session: Session, person_id: int, dry_run: bool) -> None:
    rows = store_house.away(session.reader, session.today().isoformat())
    found = [one for one in rows if one.person_id == person_id]
    if not found:
        raise BadInput(_("This colleague is not away."), _("Nothing was changed."))
    for one in found:
        done(state, session, dry_run, substitutes.remove, one.id)


def _list_away(state: State) -> None:
    with state.session() as session:
        found, names = store_house.away(session.reader, session.today().isoformat()), session.names
    if state.out.as_json:
        for one in found:
            state.out.json(
                {**one._asdict(), "name": names.get(one.person_id), "by": names.get(one.substitute_id)}
            )
        return
    if not found:
        say(_("Nobody is away."))
        return
    rows = [
        (
            names.get(one.person_id, ""),
            one.from_on,
            one.until_on,
            names.get(one.substitute_id, ""),
            one.note or "",
        )
        for one in found
    ]
    columns = [
        Column(_("Full name"), True), Column(_("From")), Column(_("Until")), Column(_("Stands in"), True),
        Column(_("Note"), True),
    ]  # fmt: skip
    state.out.table(columns, [("", rows)])


def _now_away(session: Session) -> dict[int, Away]:
    today = session.today().isoformat()
    return {one.person_id: one for one in store_house.away(session.reader, today) if one.from_on <= today}


user = LazyGroup("user", COMMANDS["user"].help, ENTRIES, no_args_is_help=True)
