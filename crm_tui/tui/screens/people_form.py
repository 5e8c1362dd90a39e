"""The forms about colleagues, teams, leave and roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

from crm_tui.access import people, policies, store_house, substitutes, teams
from crm_tui.access.store_house import Colleague, RoleRow, TeamRow
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _
from crm_tui.session import Session
from crm_tui.text.chinese_dates import parse_when
from crm_tui.tui.screens.form_screen import FieldErrors, FormScreen
from crm_tui.tui.screens.impact_box import change
from crm_tui.tui.widgets.form import Field, Form

NONE = "-"


class HouseForm(FormScreen):
    """A form about the house; write ``heading``, ``form`` and ``save``."""

    saves_elsewhere: ClassVar[bool] = False

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    async def change(self, said: str, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Close the form with a change that is looked at first where colleagues are affected."""

        async def done(value: Any) -> None:
            self.result = value
            await self.finish()

        await change(self.crm, self.heading(), said, fn, *args, done=done, **kwargs)


def team_choices(every: list[TeamRow], but: int | None = None) -> list[tuple[str, str]]:
    """Return the teams as choices, indented like the tree; without one and those below it."""
    left_out = teams.below(every, but) if but is not None else set()
    found = [
        (str(one.team.id), "  " * one.depth + one.team.name)
        for one in teams.tree(every)
        if one.team.id not in left_out
    ]
    return [(NONE, _("none")), *found]


class ColleagueForm(HouseForm):
    """A new colleague, or the name, e-mail and other names of one."""

    def __init__(
        self,
        roles: list[RoleRow],
        every: list[TeamRow],
        colleague: Colleague | None = None,
        other_names: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.roles = roles
        self.teams = every
        self.colleague = colleague
        self.other_names = other_names

    def heading(self) -> str:
        """Return the title."""
        return _("Edit the colleague") if self.colleague else _("Let a colleague in")

    def form(self) -> Form:
        """Return the form."""
        one = self.colleague
        names = "、".join(self.other_names)
        shared = [
            Field("email", _("E-mail"), value=(one.email or "") if one else ""),
            Field(
                "aliases", _("Other names"), value=names, hint=_("As sheets call them, with commas between")
            ),
        ]
        if one:
            return Form([Field("name", _("Full name"), value=one.name, required=True), *shared])
        roles = [(role.key, policies.title(role)) for role in self.roles]
        return Form(
            [
                Field("login", _("Login"), required=True, hint=_("As they log in to this computer")),
                Field("name", _("Full name"), required=True),
                Field("role", _("Role"), "choice", value="sales_rep", choices=roles, required=True),
                Field("team", _("Team"), "choice", value=NONE, choices=team_choices(self.teams)),
                *shared,
            ]
        )

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Write the colleague."""
        names = [
            name for name in values["aliases"].replace(",", "、").replace("，", "、").split("、") if name
        ]
        if self.colleague is not None:
            changed = self.the_form.changed()
            given = {key: values[key] for key in ("name", "email") if key in changed}
            aliases = names if "aliases" in changed else None
            seen = self.colleague.changed_in
            await self.crm.write(people.edit, self.colleague.id, given, aliases, seen=seen)
            self.result = self.colleague.id
            return _("Saved: {name}.").format(name=values["name"].strip())
        team = values["team"]
        result = await self.crm.write(
            people.admit,
            values["login"],
            values["name"],
            values["role"],
            names,
            int(team) if team and team != NONE else None,
            values["email"],
        )
        self.result = result.value
        return _("Let in: {name}.").format(name=values["name"].strip())


class TeamForm(HouseForm):
    """A new team, or one that is renamed or moved."""

    def __init__(self, every: list[TeamRow], team: TeamRow | None = None, above: int | None = None) -> None:
        super().__init__()
        self.teams = every
        self.team = team
        self.above = team.parent_id if team else above

    def heading(self) -> str:
        """Return the title."""
        return _("Edit the team") if self.team else _("Add a team")

    def form(self) -> Form:
        """Return the form."""
        above = str(self.above) if self.above is not None else NONE
        choices = team_choices(self.teams, self.team.id if self.team else None)
        return Form(
            [
                Field("name", _("Name"), value=self.team.name if self.team else "", required=True),
                Field("above", _("Team above"), "choice", value=above, choices=choices),
                Field("region", _("Region"), value=(self.team.region or "") if self.team else ""),
            ]
        )

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Write the team, after a look at who is affected."""
        above = int(values["above"]) if values["above"] not in ("", NONE) else None
        name = values["name"].strip()
        if self.team is None:
            await self.change(
                _("Team added: {name}.").format(name=name), teams.add, name, above, values["region"]
            )
            return None
        changed = self.the_form.changed()
        given: dict[str, str | int | None] = {
            key: values[key] for key in ("name", "region") if key in changed
        }
        if "above" in changed:
            given["parent_id"] = above
        seen = self.team.changed_in
        await self.change(_("Saved: {name}.").format(name=name), teams.edit, self.team.id, given, seen=seen)
        return None


class AwayForm(HouseForm):
    """Who stands in for a colleague, from when to when."""

    def __init__(self, colleague: Colleague, others: list[Colleague]) -> None:
        super().__init__()
        self.colleague = colleague
        self.others = others

    def heading(self) -> str:
        """Return the title."""
        return _("Leave of {name}").format(name=self.colleague.name)

    def form(self) -> Form:
        """Return the form."""
        people_ = [(str(one.id), one.name) for one in self.others]
        today = self.crm.today().isoformat()
        return Form(
            [
                Field("by", _("Stands in"), "choice", choices=people_, required=True),
                Field("begin", _("From"), value=today, required=True, check=self._checked),
                Field(
                    "end",
                    _("Until"),
                    required=True,
                    check=self._checked,
                    hint=_("The last day: friday, in 3 days"),
                ),
                Field("note", _("Note")),
            ]
        )

    def _checked(self, text: str) -> str:
        try:
            parse_when(text, self.crm.today())
        except BadInput as error:
            return str(error)
        return ""

    def on_form_changed(self, event: Form.Changed) -> None:
        """Say which day was understood."""
        if event.key in ("begin", "end"):
            try:
                day = parse_when(event.value, self.crm.today()).date
            except BadInput:
                event.form.note(event.key, "")
            else:
                event.form.note(event.key, day.isoformat())

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Write the leave."""
        today = self.crm.today()
        first, last = (parse_when(values[key], today).date for key in ("begin", "end"))
        if last < first:
            raise FieldErrors({"end": _("The last day lies before the first.")})
        other = next(one for one in self.others if str(one.id) == values["by"])
        said = _("{other} stands in for {name} from {first} to {last}.").format(
            other=other.name, name=self.colleague.name, first=first, last=last
        )
        await self.change(said, substitutes.add, self.colleague.id, other.id, first, last, values["note"])
        return None


class RoleForm(HouseForm):
    """A new role, a copy of another one; or another name for one."""

    def __init__(self, role: RoleRow, *, copy: bool) -> None:
        super().__init__()
        self.role = role
        self.copy = copy

    def heading(self) -> str:
        """Return the title."""
        title = policies.title(self.role)
        text = _("A role like {name}") if self.copy else _("Rename {name}")
        return text.format(name=title)

    def form(self) -> Form:
        """Return the form."""
        label, english = ("", "") if self.copy else (self.role.label, self.role.label_en or "")
        return Form(
            [
                Field("label", _("Name"), value=label, required=True),
                Field("english", _("English name"), value=english),
            ]
        )

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Write the role."""
        label, english = values["label"].strip(), values["english"]
        if self.copy:
            result = await self.crm.write(policies.add_role, label, self.role.key, english)
            self.result = result.value
            return _("Role added: {name}.").format(name=label)
        seen = self.role.changed_in
        await self.crm.write(policies.edit_role, self.role.key, label, english, seen=seen)
        self.result = self.role.key
        return _("Saved: {name}.").format(name=label)


class SinceForm(FormScreen):
    """From which day on."""

    called: ClassVar[Mapping[str, str]] = {"save": N_("Take")}
    saves_elsewhere: ClassVar[bool] = True

    def heading(self) -> str:
        """Return the title."""
        return _("Since")

    def form(self) -> Form:
        """Return the form."""
        return Form(
            [Field("day", _("Since"), hint=_("yesterday, 2026-11-01; empty for all"), check=self._checked)]
        )

    def _checked(self, text: str) -> str:
        try:
            if text:
                parse_when(text, self.crm.today(), past=True)
        except BadInput as error:
            return str(error)
        return ""

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Close with the day, None for all."""
        text = values["day"].strip()
        self.result = (parse_when(text, self.crm.today(), past=True).start if text else None,)
        return None


def read_house(session: Session) -> tuple[list[Colleague], list[TeamRow], list[RoleRow]]:
    """Return the people, teams and roles; for the database thread."""
    reader = session.reader
    return store_house.people(reader), store_house.teams(reader), store_house.roles(reader)
