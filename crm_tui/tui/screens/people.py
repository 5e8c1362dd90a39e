"""People: colleagues with role, team and leave, and the tree of teams."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar, cast

from textual.widget import Widget

from crm_tui.access import people, policies, store_house, substitutes, teams
from crm_tui.access import store as people_store
from crm_tui.access.policy import role_label
from crm_tui.access.store_house import Away, Colleague, RoleRow, TeamRow
from crm_tui.errors import BadInput
from crm_tui.locale import _, ngettext
from crm_tui.session import Session
from crm_tui.storage.watch import Moved
from crm_tui.text.fold import fold
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.explain_box import explain_to, personal_note
from crm_tui.tui.screens.impact_box import change
from crm_tui.tui.screens.people_form import AwayForm, ColleagueForm, TeamForm, read_house
from crm_tui.tui.screens.pick_box import Choice, PickBox
from crm_tui.tui.widgets.lines import SearchLine
from crm_tui.tui.widgets.rows import Cell, Column, GroupedSource, ListSource, Row, Section, plain
from crm_tui.tui.widgets.table import Table

NO_TEAM = "-"
COUNTED = 10  # people whose customers are counted at once


class PeopleScreen(BaseScreen):
    """Everybody, those not in use at the end, and the teams below them; every change says who is affected."""

    kind: ClassVar[str] = "people"
    follows: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.table = Table(
            [
                Column(_("Full name"), 10, flex=2),
                Column(_("Login"), 8, flex=1, priority=2, tone="dim"),
                Column(_("Role"), 10, flex=1),
                Column(_("Team"), 11, flex=2),
                Column(_("State"), 20, flex=3),
                Column(_("Customers"), 9, right=True, priority=3),
            ],
            empty=_("Nobody of that name."),
        )
        self.people: list[Colleague] = []
        self.teams: list[TeamRow] = []
        self.roles: list[RoleRow] = []
        self.away: list[Away] = []
        self.others: dict[int, list[str]] = {}
        self.owned: dict[int, int] = {}
        self._wanted: Any = None

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    def body(self) -> Iterable[Widget]:
        """Yield the search and the list."""
        yield SearchLine(_("Name, login, role, team"))
        yield self.table

    # -- reading ------------------------------------------------------------------------------------

    def _read(self) -> None:
        session = self.session
        self.people, self.teams, self.roles = read_house(session)
        self.away = store_house.away(session.reader, session.today().isoformat())
        self.others = people_store.aliases(session.reader)

    async def reload(self) -> None:
        """Read everybody again; how many customers each has is counted behind that."""
        await self.crm.work.run(self._read)
        await self.search_changed(self.filter)
        self.notice.rest(personal_note(len(self.people)))
        self.run_worker(self._count_owned, group="owned", exclusive=True, exit_on_error=False)

    async def _count_owned(self) -> None:
        """Count, a few people at a time: in a file of a million it takes a while, and keys go in between."""
        found: dict[int, int] = {}
        everybody = [one.id for one in self.people] if self.session.policy.may("people").allowed else []
        for start in range(0, len(everybody), COUNTED):
            some = everybody[start : start + COUNTED]
            found |= await self.crm.work.run(store_house.owned_by, self.session.database.connection, some)
        if found != self.owned:
            self.owned = found
            await self.search_changed(self.filter)

    async def moved(self, what: Moved) -> None:
        """Show what other administrators changed."""
        if any(touch.entity in ("person", "team", "role", "substitution") for touch in what.touches):
            await self.reload()

    async def search_changed(self, text: str) -> None:
        """Show those that hold a text."""
        key = fold(text)
        members: dict[int | None, int] = {}
        for one in self.people:
            if one.active == 1:
                members[one.team_id] = members.get(one.team_id, 0) + 1
        rows = [self._row(one) for one in sorted(self.people, key=lambda one: (-one.active, one.id))]
        branches = [
            self._branch(one.team, one.depth, members.get(one.team.id, 0)) for one in teams.tree(self.teams)
        ]
        shown = [row for row in rows if not key or _holds(row, key)]
        below = [row for row in branches if not key or _holds(row, key)]
        sections = [
            Section("people", _("Colleagues"), ListSource(shown), always=True),
            Section("teams", _("Teams"), ListSource(below), always=not key),
        ]
        item = self.table.item
        at = self._wanted or (item.id if item else (shown[0].id if shown else None))
        self._wanted = None
        await self.table.show(GroupedSource(sections), cursor_to=at)
        count = ngettext("{n} colleague", "{n} colleagues", len(shown)).format(n=len(shown))
        if self.teams:
            count += " · " + ngettext("{n} team", "{n} teams", len(below)).format(n=len(below))
        self.set_status(total=count)

    def _row(self, one: Colleague) -> Row:
        names = {each.id: each.name for each in self.people}
        leave = next((away for away in self.away if away.person_id == one.id), None)
        state = Cell(_("In use"), "dim")
        if one.active != 1:
            state = Cell(_("Not in use"), "warn")
        elif leave is not None:
            begun = leave.from_on <= self.session.today().isoformat()
            text = _("until {until}, {name} stands in") if begun else _("{since} – {until}: {name} stands in")
            name = names.get(leave.substitute_id, "")
            state = Cell(text.format(since=leave.from_on[5:], until=leave.until_on[5:], name=name), "accent")
        role = self.role_title(one.role)
        shown = Cell(role, "") if role else Cell(_("none: may do nothing"), "bad")
        count = self.owned.get(one.id, 0)
        cells = (
            Cell(one.name, "" if one.active == 1 else "dim"), one.login, shown,
            teams.path(self.teams, one.team_id), state, f"{count:,}" if count else "",
        )  # fmt: skip
        return Row(("person", one.id), cells)

    def _branch(self, team: TeamRow, depth: int, members: int) -> Row:
        count = ngettext("{n} colleague", "{n} colleagues", members).format(n=members)
        return Row(
            ("team", team.id), ("  " * depth + team.name, "", "", team.region or "", Cell(count, "dim"), "")
        )

    def role_title(self, key: str) -> str:
        """Return what people call a role, '' when it was removed."""
        role = next((one for one in self.roles if one.key == key), None)
        return role_label(role.label, role.label_en, role.key) if role else ""

    @property
    def person(self) -> Colleague | None:
        """The colleague under the cursor."""
        return next((one for one in self.people if ("person", one.id) == self._at()), None)

    @property
    def team(self) -> TeamRow | None:
        """The team under the cursor."""
        return next((one for one in self.teams if ("team", one.id) == self._at()), None)

    def _at(self) -> Any:
        row = self.table.row
        return row.id if row is not None else None

    def why_not(self, action_id: str) -> str:
        """Say that no colleague is chosen."""
        if action_id in ("give_role", "give_team", "away", "explain") and self.person is None:
            return _("Choose a colleague first.")
        if action_id in ("edit_colleague", "in_use") and self.person is None and self.team is None:
            return _("Choose a colleague or a team first.")
        return ""

    def on_table_moved(self, _event: Table.Moved) -> None:
        """Let the key bar follow."""
        self.keys.update()

    # -- what can be done ---------------------------------------------------------------------------

    async def do_open(self) -> None:
        """Edit what is under the cursor."""
        await self.crm.act("edit_colleague")

    async def do_add_colleague(self) -> None:
        """Let somebody in."""
        await self.crm.show(ColleagueForm(self.roles, self.teams), then=self._went_to("person"))

    async def do_add_team(self) -> None:
        """Add a team, below the one under the cursor."""
        team, person = self.team, self.person
        above = team.id if team else person.team_id if person else None
        await self.crm.show(TeamForm(self.teams, above=above), then=self._went_to("team"))

    def _went_to(self, what: str) -> Any:
        async def closed(row_id: Any) -> None:
            if row_id is not None:
                self._wanted = (what, row_id)
                await self.reload()

        return closed

    async def do_edit_colleague(self) -> None:
        """Edit the colleague or the team."""
        person, team = self.person, self.team
        if person is not None:
            names = tuple(self.others.get(person.id, ()))
            await self.crm.show(ColleagueForm(self.roles, self.teams, person, names))
        elif team is not None:
            await self.crm.show(TeamForm(self.teams, team))

    async def do_give_role(self) -> None:
        """Give the colleague another role."""
        person = self.person
        if person is None:
            return
        title = _("Role of {name}").format(name=person.name)
        choices = [Choice(one.key, policies.title(one)) for one in self.roles]
        await self.crm.show(
            PickBox(title, choices, person.role), then=partial(self._role_given, person, title)
        )

    async def _role_given(self, person: Colleague, title: str, key: str | None) -> None:
        if key and key != person.role:
            said = _("{name} is {role} now.").format(name=person.name, role=self.role_title(key))
            await change(self.crm, title, said, people.set_role, person.id, key)

    async def do_give_team(self) -> None:
        """Put the colleague into a team."""
        person = self.person
        if person is None:
            return
        if not self.teams:
            raise BadInput(
                _("There are no teams yet: {key} adds one.").format(key=self.crm.keymap.shown("add_team"))
            )
        title = _("Team of {name}").format(name=person.name)
        choices = [
            Choice(str(one.team.id), "  " * one.depth + one.team.name, one.team.region or "")
            for one in teams.tree(self.teams)
        ]
        now = str(person.team_id) if person.team_id is not None else NO_TEAM
        box = PickBox(title, [*choices, Choice(NO_TEAM, _("none"))], now)
        await self.crm.show(box, then=partial(self._team_given, person, title))

    async def _team_given(self, person: Colleague, title: str, key: str | None) -> None:
        if key is None:
            return
        team_id = None if key == NO_TEAM else int(key)
        if team_id != person.team_id:
            said = _("{name} is in {team} now.") if team_id else _("{name} is in no team now.")
            said = said.format(name=person.name, team=teams.path(self.teams, team_id))
            await change(self.crm, title, said, people.set_team, person.id, team_id)

    async def do_away(self) -> None:
        """Say who stands in, or that the colleague is back."""
        person = self.person
        if person is None:
            return
        leave = next((one for one in self.away if one.person_id == person.id), None)
        if leave is None:
            others = [one for one in self.people if one.active == 1 and one.id != person.id]
            if not others:
                raise BadInput(_("There is nobody else who could stand in."))
            await self.crm.show(AwayForm(person, others))
            return
        said = _("Nobody stands in for {name} any more.").format(name=person.name)
        title = _("Leave of {name}").format(name=person.name)
        await change(self.crm, title, said, substitutes.remove, leave.id)

    async def do_in_use(self) -> None:
        """Deactivate the colleague, or let one in again; remove the team."""
        person, team = self.person, self.team
        if team is not None:
            title = _("Remove the team {name}").format(name=team.name)
            said = _("Team removed: {name}.").format(name=team.name)
            await change(self.crm, title, said, teams.remove, team.id)
        elif person is not None and person.active == 1:
            title = _("Let {name} in no more").format(name=person.name)
            said = _("{name} is not let in any more; the customers stay theirs.").format(name=person.name)
            count = 0
            if self.session.policy.may("people").allowed:
                reads = self.session.database.connection
                count = (await self.crm.work.run(store_house.owned_by, reads, [person.id]))[person.id]
            text = ngettext(
                "{n} customer stays {name}'s: hand it over in Customers.",
                "{n} customers stay {name}'s: hand them over in Customers.",
                count,
            )
            warning = text.format(n=f"{count:,}", name=person.name) if count else ""
            await change(self.crm, title, said, people.deactivate, person.id, warning=warning)
        elif person is not None:
            title = _("Let {name} in again").format(name=person.name)
            said = _("{name} is let in again.").format(name=person.name)
            await change(self.crm, title, said, people.activate, person.id)

    async def do_explain(self) -> None:
        """Ask for a customer, and show what the colleague may see of it."""
        person = self.person
        if person is not None:
            await explain_to(self.crm, person.id, person.name)

    def do_copy(self) -> None:
        """Copy the line."""
        row = self.table.row
        if row is not None:
            self.crm.copy(" ".join(text for text in map(plain, row.cells) if text.strip()))


def _holds(row: Row, key: str) -> bool:
    return any(key in fold(plain(cell)) for cell in row.cells)
