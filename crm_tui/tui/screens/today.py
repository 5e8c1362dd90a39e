"""Today: whom to contact now, and why; each dealt with in a key or two."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable
from datetime import date
from functools import partial
from typing import Any, ClassVar, cast

from textual import events
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from crm_tui import clock
from crm_tui.customers.fields import FIELDS
from crm_tui.followups import reading
from crm_tui.followups import service as followups
from crm_tui.locale import _
from crm_tui.queue import service as queue
from crm_tui.queue.service import Item
from crm_tui.session import Session
from crm_tui.storage.watch import Moved
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.today_detail import Brief, Detail
from crm_tui.tui.screens.today_rows import DUE, FIRST, QueueSource, columns, read_aside, row_id
from crm_tui.tui.widgets.lines import SearchLine
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Row
from crm_tui.tui.widgets.table import Table

NEEDS_ROW = frozenset(
    ("open", "log", "plan_next", "done", "snooze", "edit", "archive", "history", "tags", "hand_over", "copy")
)
WIDE = 110
RECOUNT_SECONDS = 15.0
REST_AFTER = 0.3  # seconds from the first rows to the counting of the groups below them
ROOMY = 20  # lines from which two may tell of the row under the cursor


class TodayScreen(BaseScreen):
    """The queue of the acting user, with what is known about the row under the cursor beside it."""

    kind: ClassVar[str] = "today"
    follows: ClassVar[bool] = True
    hidden: frozenset[str] = frozenset({"edit", "add"})

    def __init__(self) -> None:
        super().__init__()
        self.table = self.new_table()
        self.detail = Detail()
        self.brief = Brief()
        self.finished = Prose(classes="today-finished")
        self.finished.display = False
        self.source: QueueSource | None = None
        self._cursor_to: Hashable = FIRST
        self._dealt_with: list[Hashable] = []
        self._unfiltered: list[Hashable] = list(queue.FOLDED)
        self._counted = 0.0
        self._recounting: Timer | None = None
        self._waits = False
        self._news = 0
        self._closer: tuple[int, Item] | None = None
        self._praise = ""

    def new_table(self) -> Table:
        """Return the table of the queue."""
        return Table(columns(), empty=_("Loading …"))

    def counted(self) -> str:
        """Return how many wait in the groups that are due."""
        counts = self.source.today.counts if self.source and self.source.today else {}
        return " · ".join(f"{_(queue.GROUPS[group])} {counts[group]}" for group in DUE if group in counts)

    def body(self) -> Iterable[Widget]:
        """Yield the search, what a finished queue says, the queue, and the pane beside it."""
        yield SearchLine(_("Customer, contact, phone, next step"))
        yield self.finished
        with Horizontal():
            yield self.table
            yield self.detail
        yield self.brief

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast("Session", self.crm.session)

    @property
    def item(self) -> Item | None:
        """The item under the cursor, None on a heading."""
        row = self.table.row
        return self.source.items.get(row.id) if row and self.source else None

    # -- reading ------------------------------------------------------------------------------------

    async def reload(self) -> None:
        """Count and read the queue; the cursor stays on its row or goes to the one after it."""
        if self.source is None:
            self.source = QueueSource(self.session, self.filter, self._unfiltered)
            self.source.ahead = self.crm.ahead
        self._counted, self._waits = clock.stopwatch(), False
        self._news += 1
        target = self._cursor_to or (FIRST if self.table.item is None else None)
        self._cursor_to = None
        if target is None:
            await self.table.reload()
        else:
            line = self.table.cursor
            await self.table.show(self.source, cursor_to=target)
            if target != FIRST and (self.table.item is None or self.table.item.id != target):
                # A colleague dealt with that row meanwhile.
                self.table.move_to(line)
                if self.table.row is None:
                    self.table.step(1)
            self._show_heading()
        await self._say_counts()
        self._look_closer()
        if self._recounting is None and self.source.today is not None and not self.source.today.whole:
            self._recounting = self.set_timer(REST_AFTER, self._recount)

    async def search_changed(self, text: str) -> None:
        """Narrow the rows to those that hold a text; groups fold again when it is cleared."""
        if self.source is not None and not self.source.key:
            self._unfiltered = self.source.folded
        self.source = QueueSource(self.session, text, self._unfiltered)
        item = self.item
        await self.table.show(self.source, cursor_to=row_id(item) if item and not text else FIRST)
        self._show_heading()
        await self._say_counts()
        self._look_closer()

    def _show_heading(self) -> None:
        """Scroll the first heading into view when the cursor stands right under it."""
        if self.table.cursor == 1:
            self.table.move_to(0)
            self.table.move_to(1)

    async def _say_counts(self) -> None:
        today = self.source.today if self.source else None
        if today is None:
            return
        counts = today.counts
        self.set_status(total=self.counted())
        keys = self.crm.keymap.shown
        if self.source and self.source.key:
            self.table.empty = _("No row holds this text.\n{key} clears the search.").format(key=keys("back"))
        elif today.whole and not sum(counts.values()):
            from crm_tui.customers import reading as customers

            some = await self.crm.work.run(customers.count, self.session.reader, customers.Query())
            self.table.empty = (
                _("Nobody waits for you.\n{customers} shows all customers, {add} adds one.")
                if some
                else _("No customers yet.\n{import_} imports a sheet, {add} adds a customer.")
            ).format(customers=keys("go_customers"), add=keys("add"), import_=keys("import"))
        self.finished.display = today.whole and not today.due and bool(sum(counts.values()))
        text = _("All of today's follow-ups are done. {open} opens a group below, {customers} all customers.")
        text = " " + text.format(open=keys("open"), customers=keys("go_customers"))
        if text != self._praise:
            self._praise = text
            self.finished.update(text)

    # -- what colleagues write ----------------------------------------------------------------------

    async def moved(self, what: Moved) -> None:
        """Read again in place the rows that others moved; count anew later, and only what is ours."""
        source = self.source
        if source is None:
            return
        all_in_sight = what.much or what.words
        ids = source.about(what)
        changed, gone = await self.table.again(None if all_in_sight or what.unseen else ids)
        if all_in_sight or ids or changed or gone or await self.crm.work.run(source.is_concerned, what):
            self._news += 1
            # An import is rare and whole at once; and an empty queue has nothing that could move.
            self._recount_later(at_once=what.much or not self.table.total)
            self._look_closer()

    def _recount_later(self, *, at_once: bool = False) -> None:
        """Count anew at most every RECOUNT_SECONDS; who dealt with a row can be read as long."""
        if self._recounting is not None and not at_once:
            return
        if self._recounting is not None:
            self._recounting.stop()
        wait = 0.0 if at_once else self._counted + RECOUNT_SECONDS - clock.stopwatch()
        if self.source is not None and self.source.dealt:
            wait = RECOUNT_SECONDS
        self._recounting = self.set_timer(max(wait, 0.01), self._recount)

    def _recount(self) -> None:
        self.run_worker(self.recount, group="recount", exclusive=True, exit_on_error=False)

    async def recount(self) -> None:
        """Count and read the queue anew, unless somebody else just dealt with the row under the cursor.

        Another row would come under the cursor and the next key meet that: it waits until the cursor goes on.
        """
        if self._recounting is not None:
            self._recounting.stop()
            self._recounting = None
        if not self.is_current:
            self.seen_writes = -1
            return
        self._waits = bool(self._told())
        if self._waits or self.source is None:
            return
        # Counting a large file takes longer than a key may wait: it has a thread and a connection of its own.
        self._counted = clock.stopwatch()
        known = (self._news, self.crm.writes)
        today = await asyncio.to_thread(read_aside, self.session, self.source.folded)
        if known != (self._news, self.crm.writes) or self._told():
            # What was counted is not what is shown any more.
            self._recount_later()
        elif self.is_current:
            self.source.read_aside = today
            await self.bring_up_to_date(force=True)

    def _told(self) -> str:
        """Return who dealt meanwhile with the row under the cursor, '' when nobody did."""
        row = self.table.row
        return self.source.dealt.get(row.id, "") if row and self.source else ""

    # -- the pane beside ----------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Show the pane where there is room for it."""
        super().on_resize(event)
        self.detail.display = event.size.width >= WIDE
        self.brief.display = not self.detail.display and event.size.height >= ROOMY
        self._look_closer()

    def on_table_moved(self, _event: Table.Moved) -> None:
        """Show what is known about the row under the cursor."""
        self._look_closer()
        if self._waits and not self._told():
            self._waits = False
            self._recount()

    def _look_closer(self) -> None:
        self.keys.update()
        item = self.item
        self.brief.show(item, self.session)
        told = {"key_note": item.key_note, "need": item.need} if item and not self.detail.display else {}
        self.notice.rest(" · ".join(f"{FIELDS[name].title}: {text}" for name, text in told.items() if text))
        if item is None or not self.detail.display:
            self._closer = None
            self.detail.show(None)
        elif self._closer != (self._news, item):  # what was asked for since the rows were read is not again
            self._closer = (self._news, item)
            read = partial(self._read_closer, item)
            self.run_worker(read, group="detail", exclusive=True, exit_on_error=False)

    async def _read_closer(self, item: Item) -> None:
        await self.detail.rested()
        self.detail.show(await self.crm.work.latest("today detail", self.detail.read, self.session, item))

    # -- what a row can do --------------------------------------------------------------------------

    def why_not(self, action_id: str) -> str:
        """Say what a row lacks."""
        if action_id not in NEEDS_ROW:
            return ""
        item = self.item
        if item is None:
            return "" if action_id == "open" and self.table.item is not None else _("Choose a row first.")
        if action_id in ("done", "snooze", "log") and (told := self._told()):
            return _("{told}; {key} reads the list again.").format(
                told=told, key=self.crm.keymap.shown("reload")
            )
        if action_id in ("done", "snooze"):
            if item.plan_id is None:
                return _("Nothing is planned here; {key} logs and plans.").format(
                    key=self.crm.keymap.shown("log")
                )
            if item.group == "unwritten":
                return _("This plan is done; {key} writes it up.").format(key=self.crm.keymap.shown("log"))
        return ""

    def _chosen(self) -> Item:
        item = self.item
        assert item is not None  # why_not has seen to it
        return item

    def _after(self) -> Hashable:
        """Return the row below the cursor, or the one above where there is none below."""
        here = self.table.cursor
        for line in (*range(here + 1, self.table.total), *range(here - 1, -1, -1)):
            item = self.table.at(line)
            if isinstance(item, Row):
                return item.id
            if item is None:
                break
        return FIRST

    def _deal_with(self, item: Item, after: Hashable) -> None:
        """Remember where the cursor goes now, and where it goes when this is undone."""
        self._cursor_to = after
        self._dealt_with.append(row_id(item))

    async def do_open(self) -> None:
        """Open the customer."""
        await self.crm.open("customer", customer_id=self._chosen().customer_id)

    async def do_log(self) -> None:
        """Log what happened and plan the next."""
        item, after = self._chosen(), self._after()

        def logged(result: Any) -> None:
            if result is not None:
                self._deal_with(item, after)

        await self.crm.open("log", customer_id=item.customer_id, plan_id=item.plan_id, then=logged)

    async def do_snooze(self) -> None:
        """Put the plan off."""
        item, after = self._chosen(), self._after()

        def put_off(day: date | None) -> None:
            if day is not None:
                self._deal_with(item, after)

        from crm_tui.tui.screens.snooze import Postponed

        plan = Postponed(item.plan_id or 0, item.plan_changed_in or 0, item.name)
        await self.crm.open("snooze", plan=plan, then=put_off)

    async def do_plan_next(self) -> None:
        """Plan the next step; the row stays until its own plan is done."""
        await self.crm.open("plan", customer_id=self._chosen().customer_id)

    async def do_done(self) -> None:
        """Close the plan without a record."""
        item, after = self._chosen(), self._after()
        written = await self.crm.write(
            followups.done, item.plan_id, seen=item.plan_changed_in, zone=self.session.zone
        )
        self._deal_with(item, after)
        due = await self.crm.work.run(self._due_of, written.value) if written.value is not None else None
        from crm_tui.tui.screens.log_form import closing_said

        said = _("{name}: {what}").format(name=item.name or item.contact, what=closing_said(due))
        self.crm.done(said)

    def _due_of(self, plan_id: int) -> date | None:
        plan = reading.plan(self.session.reader, plan_id)
        return clock.parse_day(plan.due_on) if plan and plan.due_on else None

    async def do_undo(self) -> None:
        """Take back the last change and go to the row it was about."""
        await self.crm.do_undo()
        if self._dealt_with:
            self._cursor_to = self._dealt_with.pop()

    async def do_archive(self) -> None:
        """Put the customer away."""
        item, after = self._chosen(), self._after()
        from crm_tui.customers import service as customer_service

        await self.crm.write(customer_service.archive, item.customer_id)
        self._deal_with(item, after)
        self.crm.done(_("Archived: {name}.").format(name=item.name))

    async def do_hand_over(self) -> None:
        """Hand the customer over to a colleague."""
        from crm_tui.tui.screens import bulk

        await bulk.hand_over(self.crm, [self._chosen().customer_id])

    async def do_edit(self) -> None:
        """Edit the customer."""
        await self.crm.open("edit_customer", customer_id=self._chosen().customer_id)

    async def do_add(self) -> None:
        """Add a customer."""
        await self.crm.open("add_customer")

    async def do_history(self) -> None:
        """Show what was changed about the customer."""
        await self.crm.open("history", entity="customer", entity_id=self._chosen().customer_id)

    async def do_import(self) -> None:
        """Import a sheet."""
        await self.crm.open("import")

    async def do_export(self) -> None:
        """Write the queue to a file."""
        from crm_tui.tui.screens.today_export import TodayExportScreen

        await self.crm.show(TodayExportScreen(self.filter))

    async def do_tags(self) -> None:
        """Give or take tags of the customer."""
        await self.crm.open("tags", customer_id=self._chosen().customer_id)

    def do_copy(self) -> None:
        """Copy name and phone."""
        item = self._chosen()
        self.crm.copy(" ".join(text for text in (item.name, item.contact, item.phone) if text))
