"""The audit: unmasking, exports, refused attempts, and who changed people, roles and rights."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from textual.widget import Widget

from crm_tui import clock
from crm_tui.access import auditing, store_house
from crm_tui.access.auditing import KINDS, Entry
from crm_tui.locale import _, ngettext
from crm_tui.session import Session
from crm_tui.storage.watch import Moved
from crm_tui.text.fold import fold
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.people_form import SinceForm
from crm_tui.tui.screens.pick_box import Choice, PickBox
from crm_tui.tui.screens.text_box import TextBox
from crm_tui.tui.widgets.lines import SearchLine
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row, plain
from crm_tui.tui.widgets.table import Table

NEWEST = 500
EVERY = "every"
TONES = {"unmask": "accent", "export": "accent", "refused": "warn"}


class AuditScreen(BaseScreen):
    """The newest lines, with who, when and why; ``f``, ``w`` and ``t`` narrow them."""

    kind: ClassVar[str] = "audit"
    follows: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.table = Table(
            [
                Column(_("When"), 11, tone="dim"),
                Column(_("Who"), 8, flex=1),
                Column(_("Kind"), 12, priority=2),
                Column(_("What"), 30, flex=4),
                Column(_("Why"), 12, flex=2, priority=1),
            ],
            empty=_("Nothing of that kind was noted."),
        )
        self.entries: list[Entry] = []
        self.only = ""
        self.whose = 0
        self.begin: date | None = None

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    def body(self) -> Iterable[Widget]:
        """Yield the search and the lines."""
        yield SearchLine(_("Colleague, customer, reason"))
        yield self.table

    # -- reading ------------------------------------------------------------------------------------

    def _read(self) -> list[Entry]:
        session = self.session
        session.policy.demand("audit")
        since = None
        if self.begin is not None:
            since = clock.to_instant(datetime.combine(self.begin, time(), ZoneInfo(session.zone)))
        return auditing.entries(
            session.reader, kind=self.only or None, person=self.whose or None, since=since, limit=NEWEST
        )

    async def reload(self) -> None:
        """Read the newest lines."""
        self.entries = await self.crm.work.run(self._read)
        self.notice.rest("")
        await self.search_changed(self.filter)

    async def moved(self, what: Moved) -> None:
        """Say that there is more; it comes when the user asks for it."""
        if what.much or any(touch.entity in (*auditing.KIND_OF, "audit") for touch in what.touches):
            hint = _("There are new entries; {key} shows them.")
            self.notice.rest(hint.format(key=self.crm.keymap.shown("reload")))

    async def search_changed(self, text: str) -> None:
        """Show the lines that hold a text."""
        key = fold(text)
        rows = [row for row in map(self._row, self.entries) if not key or _holds(row, key)]
        item = self.table.item
        at = item.id if item and any(row.id == item.id for row in rows) else None
        await self.table.show(ListSource(rows), cursor_to=at)
        counted = ngettext("{n} entry", "{n} entries", len(rows))
        if len(rows) == NEWEST:
            counted = _("The newest {n}")
        narrowed = " · ".join(
            part
            for part in (
                _(KINDS[self.only]) if self.only else "",
                self.session.names.get(self.whose, "") if self.whose else "",
                _("since {day}").format(day=self.begin) if self.begin else "",
            )
            if part
        )
        self.set_status(total=counted.format(n=len(rows)), narrowed=narrowed)

    def _row(self, one: Entry) -> Row:
        zone = self.session.zone
        at = f"{clock.local(one.at, zone):%m-%d %H:%M}" if one.at else ""
        who = self.session.names.get(one.actor or 0, "—")
        return Row(
            (one.set_id, one.kind),
            (at, who, Cell(_(KINDS[one.kind]), TONES.get(one.kind, "")), one.what, one.why),
        )

    @property
    def entry(self) -> Entry | None:
        """The line under the cursor."""
        row = self.table.row
        return next((one for one in self.entries if row and (one.set_id, one.kind) == row.id), None)

    def why_not(self, action_id: str) -> str:
        """Say that there is no line."""
        return _("Choose a row first.") if action_id == "open" and self.entry is None else ""

    # -- what can be done ---------------------------------------------------------------------------

    async def do_open(self) -> None:
        """Show the whole line."""
        one = self.entry
        if one is None:
            return
        at = f"{clock.local(one.at, self.session.zone):%Y-%m-%d %H:%M}" if one.at else ""
        who = self.session.names.get(one.actor or 0, "—")
        lines = [f"{at} · {who}", one.what, one.why, _("Number in the history: {n}").format(n=one.set_id)]
        await self.crm.show(TextBox(_(KINDS[one.kind]), "\n".join(filter(None, lines))))

    async def do_one_kind(self) -> None:
        """Ask for the kind."""
        choices = [Choice(EVERY, _("all")), *(Choice(key, _(label), key) for key, label in KINDS.items())]
        await self.crm.show(PickBox(_("Kind"), choices, self.only or EVERY), then=self._kind_chosen)

    async def _kind_chosen(self, key: str | None) -> None:
        if key is not None:
            self.only = "" if key == EVERY else key
            await self.reload()

    async def do_one_person(self) -> None:
        """Ask for the colleague."""
        people = await self.crm.work.run(store_house.people, self.session.reader)
        choices = [Choice(EVERY, _("all")), *(Choice(str(one.id), one.name, one.login) for one in people)]
        now = str(self.whose) if self.whose else EVERY
        await self.crm.show(PickBox(_("By whom"), choices, now), then=self._person_chosen)

    async def _person_chosen(self, key: str | None) -> None:
        if key is not None:
            self.whose = 0 if key == EVERY else int(key)
            await self.reload()

    async def do_since(self) -> None:
        """Ask for the day."""
        await self.crm.show(SinceForm(), then=self._day_chosen)

    async def _day_chosen(self, result: Any) -> None:
        if result is not None:
            (self.begin,) = result
            await self.reload()

    def do_copy(self) -> None:
        """Copy the line."""
        row = self.table.row
        if row is not None:
            self.crm.copy(" ".join(text for text in map(plain, row.cells) if text.strip()))


def _holds(row: Row, key: str) -> bool:
    return any(key in fold(plain(cell)) for cell in row.cells)
