"""Permissions: a grid of what each role may do, and how far; a change says first who is affected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from textual import events
from textual.widget import Widget

from crm_tui.access import impact, policies, store_house
from crm_tui.access.auditing import permission_label
from crm_tui.access.defaults import presets
from crm_tui.access.store_house import RoleRow
from crm_tui.access.verbs import (
    GROUPED,
    GROUPS,
    HOUSE_VERBS,
    NONE,
    OWN,
    READ,
    RECORD_VERBS,
    ROWS,
    SCOPES,
    covers,
)
from crm_tui.locale import _, language, ngettext
from crm_tui.session import Session
from crm_tui.storage.watch import Moved
from crm_tui.text.cells import clip, width
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.impact_box import change
from crm_tui.tui.screens.people_form import RoleForm
from crm_tui.tui.screens.pick_box import Choice, PickBox
from crm_tui.tui.widgets.rows import Cell, Column, GroupedSource, ListSource, Row, Section
from crm_tui.tui.widgets.table import Table

FIRST_COLUMN = 20
NARROWEST = 8
WIDEST = 14


class PolicyScreen(BaseScreen):
    """Roles beside each other, permissions below each other; the scope of the chosen role is in brackets."""

    kind: ClassVar[str] = "policy"
    follows: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.table = Table([Column("", FIRST_COLUMN, flex=1)])
        self.roles: list[RoleRow] = []
        self.people: dict[str, int] = {}
        self.granted: dict[tuple[str, str, str], str] = {}
        self.chosen = ""
        self._left = 0

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    def body(self) -> Iterable[Widget]:
        """Yield the grid."""
        yield self.table

    # -- reading ------------------------------------------------------------------------------------

    def _read(self) -> None:
        reader = self.session.reader
        self.roles = store_house.roles(reader)
        self.granted = {
            (one.role, one.verb, one.field_group): one.scope for one in store_house.permissions(reader)
        }
        self.people = {}
        for one in store_house.people(reader):
            if one.active == 1:
                self.people[one.role] = self.people.get(one.role, 0) + 1

    async def reload(self) -> None:
        """Read roles and permissions again."""
        await self.crm.work.run(self._read)
        if self.role is None and self.roles:
            self.chosen = self.roles[0].key
        await self._show()

    async def moved(self, what: Moved) -> None:
        """Show what other administrators changed."""
        if any(touch.entity in ("role", "permission", "person") for touch in what.touches):
            await self.reload()

    @property
    def role(self) -> RoleRow | None:
        """The role in brackets."""
        return next((one for one in self.roles if one.key == self.chosen), None)

    def _shown(self) -> list[RoleRow]:
        """Return the roles that there is room for, the chosen one among them."""
        room = max((self.size.width or 80) - FIRST_COLUMN - 2, NARROWEST)
        at = self._place()
        self._left = min(self._left, at)
        while True:
            found, cells = [], 0
            for one in self.roles[self._left :]:
                cells += _column_cells(one) + 1
                if found and cells > room:
                    break
                found.append(one)
            if at < self._left + len(found) or self._left >= at:
                return found
            self._left += 1

    def _place(self) -> int:
        return next((at for at, one in enumerate(self.roles) if one.key == self.chosen), 0)

    async def _show(self) -> None:
        shown = self._shown()
        more = len(self.roles) - len(shown)
        first = Column(_("Permission"), FIRST_COLUMN, flex=1)
        self.table.columns = [first, *(self._heading(one) for one in shown)]
        self.table.on_resize()
        records = [row for verb in RECORD_VERBS for row in self._rows(verb, shown)]
        house = [row for verb in HOUSE_VERBS for row in self._rows(verb, shown)]
        sections = [
            Section("records", _("Customers"), ListSource(records)),
            Section("house", _("The house"), ListSource(house)),
        ]
        item = self.table.item
        await self.table.show(GroupedSource(sections), cursor_to=item.id if item else ("read", ROWS))
        total = ngettext("{n} role", "{n} roles", len(self.roles)).format(n=len(self.roles))
        if more:
            total += " · " + _("{n} more to the sides").format(n=more)
        self.set_status(total=total)
        self._tell()

    def on_table_moved(self, _event: Table.Moved) -> None:
        """Say what the row under the cursor comes to."""
        self._tell()
        self.keys.update()

    def _tell(self) -> None:
        role, at = self.role, self._at()
        if role is None:
            return
        carried = self.people.get(role.key, 0)
        text = ngettext("{role}: {n} colleague", "{role}: {n} colleagues", carried)
        said = text.format(role=policies.title(role), n=carried)
        if at is not None and at[0] in RECORD_VERBS:
            scope, seen = self.scope_of(role.key, *at), self.scope_of(role.key, READ, ROWS)
            if not covers(seen, scope):
                # What is not seen is not changed.
                said += " · " + _("reaches no farther than what is seen: {scope}").format(
                    scope=_(SCOPES[seen])
                )
        self.notice.rest(said)

    def _heading(self, role: RoleRow) -> Column:
        title = clip(policies.title(role), WIDEST - 2)
        shown = f"[{title}]" if role.key == self.chosen else f" {title} "
        return Column(shown, _column_cells(role))

    def _rows(self, verb: str, shown: list[RoleRow]) -> list[Row]:
        groups = (ROWS, *(GROUPS if verb in GROUPED else ()))
        return [
            Row(
                (verb, group),
                (
                    Cell(("  " if group else "") + permission_label("" if group else verb, group),
                         "dim" if group else ""),
                    *(self._cell(one, verb, group) for one in shown),
                ),
            )
            for group in groups
        ]  # fmt: skip

    def _cell(self, role: RoleRow, verb: str, group: str) -> Cell:
        scope = self.scope_of(role.key, verb, group)
        if verb in HOUSE_VERBS:
            text = _("yes") if scope != NONE else "-"
        else:
            text = _(policies.SHORT[scope]) if scope != NONE else "-"
        here = role.key == self.chosen
        tone = "dim" if scope == NONE and not here else "strong" if here else ""
        return Cell(f"[{text}]" if here else f" {text} ", tone)

    def scope_of(self, role: str, verb: str, group: str) -> str:
        """Return how far a role may do something; of fields at least as far as own customers."""
        rows = self.granted.get((role, verb, ROWS), NONE)
        if not group or rows == NONE:
            return rows
        scope = self.granted.get((role, verb, group), OWN)
        return OWN if scope == NONE else scope

    def on_resize(self, event: events.Resize) -> None:
        """Show as many roles as there is room for."""
        if self.table.loaded and self.roles:
            self.run_worker(self._show, group="fit", exclusive=True, exit_on_error=False)

    # -- what can be done ---------------------------------------------------------------------------

    def why_not(self, action_id: str) -> str:
        """Say that no permission is chosen, or that own customers are never hidden from their owner."""
        if action_id in ("set_scope", "open") and self._at() is None:
            return _("Choose a row first.")
        if action_id in ("set_scope", "open") and (at := self._at()) is not None and at[1]:
            role = self.role
            if role is not None and self.granted.get((role.key, at[0], ROWS), NONE) == NONE:
                return _("The role does not have {permission} at all.").format(
                    permission=permission_label(at[0], "")
                )
        return ""

    def _at(self) -> tuple[str, str] | None:
        row = self.table.row
        return cast("tuple[str, str]", row.id) if row is not None else None

    async def do_next_role(self) -> None:
        """The role on the right."""
        await self._go(1)

    async def do_previous_role(self) -> None:
        """The role on the left."""
        await self._go(-1)

    async def _go(self, by: int) -> None:
        at = self._place() + by
        if 0 <= at < len(self.roles):
            self.chosen = self.roles[at].key
            await self._show()

    async def do_open(self) -> None:
        """Change the scope under the cursor."""
        await self.crm.act("set_scope")

    async def do_set_scope(self) -> None:
        """Ask how far the role may do it."""
        role, at = self.role, self._at()
        if role is None or at is None:
            return
        verb, group = at
        title = f"{policies.title(role)} · {permission_label(verb, group)}"
        yes_no = {NONE: _("no"), "all": _("yes")}
        choices = [
            Choice(scope, yes_no[scope] if verb in HOUSE_VERBS else _(SCOPES[scope]))
            for scope in policies.scopes_of(verb, group)
        ]
        now = self.scope_of(role.key, verb, group)

        async def chosen(scope: str | None) -> None:
            if scope is not None and scope != now:
                said = _("{role}: {permission}: {scope}.").format(
                    role=policies.title(role),
                    permission=permission_label(verb, group),
                    scope=next(one.text for one in choices if one.key == scope),
                )
                await change(self.crm, title, said, policies.set_permission, role.key, verb, group, scope)

        await self.crm.show(PickBox(title, choices, now), then=chosen)

    async def do_preset(self) -> None:
        """Ask which policy is to be in force."""
        zh = language() == "zh"
        choices = [Choice(one.key, one.label if zh else one.label_en, one.key) for one in presets().values()]
        box = PickBox(_("Policies to begin with"), choices)
        await self.crm.show(box, then=self._preset_chosen)

    async def _preset_chosen(self, key: str | None) -> None:
        if key is not None:
            one = presets()[key]
            name = one.label if language() == "zh" else one.label_en
            said = _("In force: {name}. Roles added since stay as they are.").format(name=name)
            await change(self.crm, name, said, policies.apply_preset, key)

    async def do_add_role(self) -> None:
        """Add a role like the one in brackets."""
        if self.role is not None:
            await self.crm.show(RoleForm(self.role, copy=True), then=self._role_added)

    async def _role_added(self, key: Any) -> None:
        if key:
            self.chosen = key
            await self.reload()

    async def do_rename_role(self) -> None:
        """Give the role another name."""
        if self.role is not None:
            await self.crm.show(RoleForm(self.role, copy=False))

    async def do_remove_role(self) -> None:
        """Remove the role; who carries it may do nothing then."""
        role = self.role
        if role is None:
            return
        title = _("Remove the role {name}").format(name=policies.title(role))
        said = _("Role removed: {name}.").format(name=policies.title(role))
        carried = self.people.get(role.key, 0)
        warning = impact.left_without(carried) if carried else ""
        await change(
            self.crm, title, said, policies.remove_role, role.key, warning=warning, done=self._role_removed
        )

    async def _role_removed(self, _value: Any) -> None:
        self.chosen = ""


def _column_cells(role: RoleRow) -> int:
    return max(min(width(policies.title(role)), WIDEST - 2) + 2, NARROWEST)
