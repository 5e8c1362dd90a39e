"""The customer file: everything about one customer, each panel and each field in reach of a key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from textual import events
from textual.containers import Container
from textual.widget import Widget

from crm_tui.customers import reading, service
from crm_tui.customers.fields import FIELDS
from crm_tui.followups import service as followups
from crm_tui.followups.reading import Plan
from crm_tui.locale import _, ngettext
from crm_tui.session import Session
from crm_tui.storage.watch import Moved
from crm_tui.tui import recent
from crm_tui.tui.kinds import Action
from crm_tui.tui.screens import customer_lines as lines
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.customer_lines import Key
from crm_tui.tui.screens.customer_panels import panels
from crm_tui.tui.screens.customer_view import FileView, read_view, what_became
from crm_tui.tui.screens.customers import WRITES
from crm_tui.tui.screens.pinned import Pinned
from crm_tui.tui.screens.text_box import TextBox
from crm_tui.tui.widgets.lines import SearchLine
from crm_tui.tui.work import Superseded

WIDE = 110


class CustomerScreen(BaseScreen):
    """One customer's file."""

    kind: ClassVar[str] = "customer"
    follows: ClassVar[bool] = True
    AUTO_FOCUS = "#profile Table"

    def __init__(self, customer_id: int) -> None:
        super().__init__()
        self.customer_id = customer_id
        self.view: FileView | None = None
        self.gone = ""
        self.everything = False
        self.pinned = Pinned()
        self.panels = panels()
        self.current = self.panels[0]
        self._invitations: list[str] = []

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    @property
    def primary(self) -> Widget | None:
        """The table of the panel in use."""
        return self.current.table

    def body(self) -> Iterable[Widget]:
        """Yield the pinned lines and the panels."""
        yield SearchLine(_("Search in this file"))
        yield self.pinned
        self.current.add_class("current")
        self._fit(self.app.size.width, self.app.size.height)
        keys = self.crm.keymap.shown
        self._invitations = [
            panel.table.empty.format(add=keys("add"), log=keys("log")) for panel in self.panels
        ]
        self._invite()
        yield Container(*self.panels, id="file")

    def _invite(self) -> None:
        """Say in empty panels what to press, but not where nothing can be added any more."""
        for panel, text in zip(self.panels, self._invitations, strict=True):
            panel.table.empty = text if self.view is not None or not self.gone else ""

    # -- reading ------------------------------------------------------------------------------------

    async def reload(self) -> None:
        """Read the whole file again."""
        view = await self.crm.work.latest(("file", id(self)), read_view, self.session, self.customer_id)
        if view is None:
            await self._taken_away()
            return
        if self.view is None:
            await self.crm.work.run(recent.opened, self.session, self.customer_id)
        self.gone, self.view = "", view
        self.notice.rest("")
        await self._show()

    async def _taken_away(self) -> None:
        """Say who took the customer away; what it was stays to be read, unless it may not be any more."""
        reader = self.session.reader
        if await self.crm.work.run(reading.is_out_of_sight, reader, self.customer_id):
            self.view = None
        self.gone = await self.crm.work.run(what_became, self.session, self.customer_id)
        self.notice.rest(self.gone)
        if self.view is None:
            await self._show()
        self.keys.update()

    async def moved(self, what: Moved) -> None:
        """Show what others changed in this file, marked for a moment; scroll and cursor stay."""
        if not (what.much or what.words or what.unseen or self.customer_id in what.customers):
            return
        try:
            view = await self.crm.work.latest(("file", id(self)), read_view, self.session, self.customer_id)
        except Superseded:
            return
        if view is None:
            await self._taken_away()
            return
        before = {panel: panel.lines for panel in self.panels}
        self.gone, self.view = "", view
        self.notice.rest("")
        await self._show()
        for panel, lines_before in before.items():
            panel.mark_against(lines_before)

    async def search_changed(self, text: str) -> None:
        """Keep the lines that hold a text."""
        await self._show()

    async def _show(self) -> None:
        view = self.view
        self._invite()
        if view is None:
            self.set_status(title=_("This customer is not there any more."))
            self.pinned.show([], "")
            for panel in self.panels:
                await panel.show([])
            return
        self.set_status(
            title=view.name,
            total=ngettext("{n} follow-up", "{n} follow-ups", len(view.activities)).format(
                n=len(view.activities)
            ),
        )
        self.pinned.show(lines.banner(view), view.customer["key_note"] or "")
        profile, contacts, timeline, projects = self.panels
        every, text = self.everything, self.filter
        await profile.show(lines.profile_lines(view, everything=every), None, text)
        await contacts.show(lines.contact_lines(view, everything=every), len(view.file.contacts), text)
        await timeline.show(lines.timeline_lines(view), len(view.activities) + len(view.plans), text)
        await projects.show(lines.project_lines(view, everything=every), len(view.file.projects), text)
        self.keys.update()

    # -- panels -------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """One column of panels, or two where there is room."""
        self._fit(event.size.width, event.size.height)

    def _fit(self, width: int, height: int) -> None:
        self.set_class(width >= WIDE, "wide")
        self.set_class(height < 22, "low")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember which panel is in use, also while the search line is."""
        for panel in self.panels:
            if panel.table is event.widget:
                self.current = panel
                for other in self.panels:
                    other.set_class(other is panel, "current")

    async def next_match(self, by: int) -> None:
        """Go to the next match, from panel to panel."""
        if not self.filter or self.current.table.step(by):
            if not self.filter:
                await super().next_match(by)
            return
        at = self.panels.index(self.current)
        beyond = self.panels[at + 1 :] if by > 0 else self.panels[:at][::-1]
        for panel in beyond:
            if panel.lines:
                self.set_focus(panel.table)
                panel.table.move_to(0 if by > 0 else panel.table.total - 1)
                return
        await super().next_match(by)

    @property
    def key(self) -> Key:
        """What the cursor stands on: the customer where nothing else is."""
        return self.current.key or Key("customer", self.customer_id)

    def _plan(self) -> Plan | None:
        """Return the plan under the cursor, else the next open one."""
        if self.view is None:
            return None
        if self.key.entity == "plan":
            return next((plan for plan in self.view.plans if plan.id == self.key.id), None)
        return self.view.next_plan()

    def why_not(self, action_id: str) -> str:
        """Say that nothing can be written, or that there is no plan to act on."""
        if action_id in WRITES and self.session.read_only:
            return self.session.read_only
        if self.view is None:
            keep = action_id in ("back", "undo", "quit", "help", "history", "reload")
            return "" if keep else self.gone or _("This customer is not there any more.")
        if self.gone and action_id in WRITES and action_id not in ("undo", "redo"):
            return self.gone
        if action_id in ("done", "snooze"):
            plan = self._plan()
            if plan is None or plan.state not in ("todo", "doing"):
                return _("There is no open plan.")
        return ""

    def customer_here(self) -> int | None:
        """Return the customer of the file."""
        return self.customer_id

    def verb_of(self, action: Action) -> str:
        """Return the verb of what the cursor is on: plans and records are logged, all else is edited."""
        if action.id in ("edit", "archive") and self.key.entity in ("plan", "activity"):
            return "log"
        if action.id == "archive" and self.key.entity in ("contact", "project", "customer_alias"):
            return "edit"
        if action.id == "add":
            return "log" if self.current.id == "timeline" else "edit"
        return super().verb_of(action)

    # -- actions ------------------------------------------------------------------------------------

    async def do_open(self) -> None:
        """Open what the cursor is on: an activity to read it whole, anything else to edit it."""
        view, key = self.view, self.key
        if key.entity == "activity" and view is not None:
            one = next(each for each in view.activities if each.id == key.id)
            line = self.current.line
            title = f"{line.label} {line.note}" if line else ""
            ways = view.context.words.labels("way", one.ways)
            await self.crm.show(TextBox(title, "\n".join([ways, lines.activity_text(one, "\n")]).strip()))
            return
        await self.crm.act("edit")  # refused as its own key is

    async def do_edit(self) -> None:
        """Edit the field or record under the cursor."""
        key = self.key
        if key.entity == "tag":
            await self.do_tags()
        elif key.entity == "contact":
            await self.crm.open("contact", customer_id=self.customer_id, contact_id=key.id, at=key.field)
        elif key.entity == "project":
            await self.crm.open("project", customer_id=self.customer_id, project_id=key.id, at=key.field)
        elif key.entity == "plan":
            await self.crm.open("plan", customer_id=self.customer_id, plan_id=key.id)
        elif key.entity == "activity":
            await self.crm.open("activity", activity_id=key.id)
        elif key.entity == "customer_alias":
            await self.crm.open("name", customer_id=self.customer_id, alias=self._alias())
        elif key.entity == "cell":
            self.say(_("This line came with the sheet; it is not edited by hand."))
        else:
            await self.crm.open("edit_customer", customer_id=self.customer_id, at=key.field)

    async def do_add(self) -> None:
        """Add a line to the panel in use; to the profile, a contact."""
        name = {"timeline": "plan", "projects": "project"}.get(self.current.id or "", "contact")
        await self.crm.open(name, customer_id=self.customer_id)

    def _alias(self) -> dict[str, Any]:
        assert self.view is not None
        return next(each for each in self.view.file.aliases if each["id"] == self.key.id)

    async def do_add_name(self) -> None:
        """Add a former, short or other name."""
        await self.crm.open("name", customer_id=self.customer_id)

    async def do_all_fields(self) -> None:
        """Show blank fields too, or only the filled ones."""
        self.everything = not self.everything
        await self._show()
        self.say(_("All fields are shown.") if self.everything else _("Only filled fields are shown."))

    async def do_tags(self) -> None:
        """Give or take tags."""
        await self.crm.open("tags", customer_id=self.customer_id)

    async def do_hand_over(self) -> None:
        """Hand the customer over to a colleague."""
        from crm_tui.tui.screens import bulk

        await bulk.hand_over(self.crm, [self.customer_id])

    async def do_log(self) -> None:
        """Log a follow-up, for the open plan under the cursor."""
        plan = self._plan()
        on_plan = self.key.entity == "plan" and plan is not None and plan.state in ("todo", "doing")
        await self.crm.open(
            "log", customer_id=self.customer_id, plan_id=plan.id if plan and on_plan else None
        )

    async def do_plan_next(self) -> None:
        """Plan the next step, whatever panel is in use."""
        await self.crm.open("plan", customer_id=self.customer_id)

    async def do_done(self) -> None:
        """Close the plan under the cursor, or the next one, without a record."""
        plan = self._plan()
        assert plan is not None
        await self.crm.write(followups.done, plan.id, plan.changed_in, self.session.zone)
        self.crm.done(_("Done: {goal}.").format(goal=plan.goal or plan.text or _("Follow up")))

    async def do_snooze(self) -> None:
        """Put the plan under the cursor off, or the next one."""
        plan = self._plan()
        assert plan is not None
        await self.crm.open("snooze", plan=plan)

    async def do_unmask(self) -> None:
        """Show hidden fields in full, with a reason."""
        from crm_tui.tui.screens.unmask import unmask

        one = FIELDS.get(self.key.field)
        await unmask(self.crm, self.customer_id, one.sensitive if one is not None else "")

    async def do_history(self) -> None:
        """Show the history of the field under the cursor, or of the record."""
        key = self.key
        entity = key.entity if key.entity not in ("tag", "cell") else "customer"
        one = FIELDS.get(key.field)
        field = one.columns[0] if one is not None and one.entity == entity else None
        await self.crm.open("history", entity=entity, entity_id=key.id or self.customer_id, field=field)

    async def do_archive(self) -> None:
        """Archive the customer, or take away the contact or the open plan under the cursor."""
        view, key = self.view, self.key
        assert view is not None
        if key.entity == "contact" and key.id:
            row = next(each for each in view.file.contacts if each["id"] == key.id)
            await self.crm.write(service.remove_contact, key.id, row["changed_in"])
            self.crm.done(_("Contact removed: {name}.").format(name=row["name"] or ""))
        elif key.entity == "plan":
            plan = next(each for each in view.plans if each.id == key.id)
            await self.crm.write(followups.cancel, plan.id, plan.changed_in)
            self.crm.done(_("Plan dropped: {goal}.").format(goal=plan.goal or plan.text or ""))
        elif key.entity == "project" and key.id:
            row = next(each for each in view.file.projects if each["id"] == key.id)
            await self.crm.write(service.remove_project, key.id, row["changed_in"])
            self.crm.done(_("Project removed: {name}.").format(name=row["name"]))
        elif key.entity == "customer_alias":
            alias = self._alias()
            await self.crm.write(service.remove_name, key.id, alias["changed_in"])
            self.crm.done(_("Name removed: {name}.").format(name=alias["name"]))
        elif key.entity == "activity":
            self.say(
                _("Records of what happened stay; edit them, or take back their entry in the history."),
                "warn",
            )
        else:
            await self.crm.write(service.archive, self.customer_id, view.customer["changed_in"])
            await self.crm.back()
            self.crm.done(_("Archived: {name}.").format(name=view.name))

    def do_copy(self) -> None:
        """Copy the value under the cursor."""
        line = self.current.line
        text = line.value if line is not None and line.value else (self.view.name if self.view else "")
        self.crm.copy(text)
