"""Today with marks: several customers put off, closed, handed over or changed at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import date, time
from functools import partial
from typing import TYPE_CHECKING, Any

from crm_tui.errors import joined
from crm_tui.locale import _, ngettext
from crm_tui.queue.service import Item
from crm_tui.tui.screens.marking import Marking
from crm_tui.tui.screens.today import RECOUNT_SECONDS, TodayScreen
from crm_tui.tui.screens.today_rows import LOOKED_THROUGH, columns
from crm_tui.tui.widgets.pick_table import PickTable
from crm_tui.tui.widgets.rows import GroupRow, Row

if TYPE_CHECKING:
    from crm_tui.followups.many import Seen

OF_PLANS = ("snooze", "done")
OF_CUSTOMERS = ("edit", "tags", "archive", "hand_over")
NO_MARKS = "unwritten"  # the group whose plans are done already


class MarkedTodayScreen(Marking, TodayScreen):
    """The queue with marks; marks on rows that the list shows no more are gone."""

    on_marks = ("done", "snooze", "hand_over", "edit", "tags", "back")

    def __init__(self) -> None:
        super().__init__()
        self.begin_marking(self.table)

    def new_table(self) -> PickTable:
        """Return the table of the queue."""
        return PickTable(columns(), empty=_("Loading …"))

    # -- marks ----------------------------------------------------------------------------------------

    def line_ids(self, lines: range) -> Sequence[Hashable]:
        """Return the rows of lines."""
        found = self.source.page(lines.start, len(lines)) if self.source else ()
        return [row.id for row in found if isinstance(row, Row)]

    async def do_mark_row(self) -> None:
        """Mark the row under the cursor; fold or unfold a heading."""
        if self.table.range_from is None and isinstance(self.table.item, GroupRow):
            await self.table.do_fold()
        else:
            await super().do_mark_row()

    async def _shown(self) -> set[Hashable]:
        lines = range(min(self.table.total, LOOKED_THROUGH))
        return set(await self.crm.work.run(self.line_ids, lines))

    async def do_mark_all(self) -> None:
        """Mark all rows of the open groups, or, when they are, none."""
        self.table.end_range()
        shown = await self._shown()
        self.picks.become(() if shown <= self.picks.ids else shown)
        self._marked()

    async def do_mark_others(self) -> None:
        """Mark what is not marked, and take away the marks that are."""
        await self.end_range()
        self.picks.become(await self._shown() - self.picks.ids)
        self._marked()

    def say_marks(self) -> None:
        """Show how many rows are marked."""
        self.set_status(total=self.counted())

    def counted(self) -> str:
        """Return how many rows are marked, and how many wait."""
        return " · ".join(part for part in (self.marks_said(), super().counted()) if part)

    async def recount(self) -> None:
        """Count and read the queue anew, but not while a range is open: its lines would move."""
        if self.table.range_from is None:
            await super().recount()
        else:
            self._recounting = self.set_timer(RECOUNT_SECONDS, self._recount)

    async def reload(self) -> None:
        """Read the queue; marks on rows that left it are gone."""
        self._leave_range()
        await super().reload()
        self._prune()

    async def search_changed(self, text: str) -> None:
        """Narrow the rows; what is not shown is not marked."""
        self._leave_range()
        await super().search_changed(text)
        self._prune()

    def _leave_range(self) -> None:
        if self.table.range_from is not None:
            self.table.end_range()

    def _prune(self) -> None:
        source = self.source
        if source is None or not self.picks:
            return
        # Rows without a plan are read page by page: of a whole queue they may be there unread.
        kept = {one for one in self.picks.ids if one in source.items or (not source.key and _customer(one))}
        if kept != self.picks.ids:
            self.picks.become(kept)
            self._marked()

    async def do_back(self) -> None:
        """Take the marks away first, then clear the search, or step back."""
        if not self.leave_marks():
            await super().do_back()

    # -- what is done with them -----------------------------------------------------------------------

    @property
    def _any(self) -> bool:
        return bool(self.picks) or self.table.range_from is not None

    def why_not(self, action_id: str) -> str:
        """Say why marked rows cannot be changed, or the one under the cursor."""
        if self._any and action_id in OF_CUSTOMERS:
            from crm_tui.tui.screens.bulk import why_not

            return why_not(self.crm, action_id)
        if self._any and action_id in OF_PLANS:
            return self.session.read_only
        return super().why_not(action_id)

    def customer_here(self) -> int | None:
        """Return the customer under the cursor, none where several are marked."""
        return self.item.customer_id if self.item is not None and not self._any else None

    def customers_in_sight(self) -> Iterable[int]:
        """Return the customers whose rows are in sight."""
        items = self.source.items if self.source else {}
        return {items[row.id].customer_id for row in self.table.rows_in_sight() if row.id in items}

    async def do_unmask(self) -> None:
        """Show hidden fields of the customer under the cursor in full, with a reason."""
        from crm_tui.tui.screens.unmask import unmask

        item = self.item
        if item is not None:
            await unmask(self.crm, item.customer_id)

    async def _items(self) -> list[Item]:
        """Return the marked rows that have been read."""
        items = self.source.items if self.source else {}
        return [items[one] for one in await self.marked_ids() if one in items]

    async def _plans(self) -> list[Seen]:
        """Return the marked plans that are still open; without any, say so."""
        from crm_tui.followups.many import Seen

        items = await self._items()
        plans = [
            Seen(item.plan_id, item.plan_changed_in or 0)
            for item in items
            if item.plan_id is not None and item.group != NO_MARKS
        ]
        if not plans:
            self.say(_("Nothing is planned in the marked rows."), "warn")
        return plans

    def _said(self, count: int, left: Sequence[int], text: str) -> None:
        self.picks.become(("plan", plan_id) for plan_id in left)
        told = ngettext("{n} plan: {what}", "{n} plans: {what}", count).format(n=count, what=text)
        if left:
            told = joined(told, _("Left alone: {n} that others moved.").format(n=len(left)))
        self.crm.done(told)

    async def do_snooze(self) -> None:
        """Put the marked plans off to one day, or the one under the cursor."""
        if not self._any:
            await super().do_snooze()
            return
        plans = await self._plans()
        if plans:
            from crm_tui.tui.screens.snooze_many import SnoozeManyBox

            await self.crm.show(SnoozeManyBox(len(plans)), then=partial(self._put_off, plans))

    async def _put_off(self, plans: Sequence[Seen], chosen: tuple[date, time | None, str] | None) -> None:
        if chosen is None:
            return
        from crm_tui.followups import many

        day, hour, shown = chosen
        written = await self.crm.write(many.snooze, plans, day, hour, zone=self.session.zone)
        self._said(len(plans) - len(written.value), written.value, _("put off to {day}.").format(day=shown))

    async def do_done(self) -> None:
        """Close the marked plans without a record, or the one under the cursor."""
        if not self._any:
            await super().do_done()
            return
        plans = await self._plans()
        if plans:
            from crm_tui.followups import many

            written = await self.crm.write(many.done, plans, zone=self.session.zone)
            self._said(len(plans) - len(written.value), written.value, _("done."))

    async def _with_marks(self, action_id: str) -> None:
        from crm_tui.tui.screens import bulk

        items = self.source.items if self.source else {}
        marked = await self.marked_ids()
        found = {items[one].customer_id if one in items else _customer(one) for one in marked}
        ids = sorted(found - {0})
        if ids:
            await getattr(bulk, action_id)(self.crm, ids, self._changed)

    def _changed(self, _result: Any) -> None:
        """Take the marks away."""
        self.picks.clear()
        self._marked()

    async def do_hand_over(self) -> None:
        """Hand the marked customers over, or the one under the cursor."""
        await (self._with_marks("hand_over") if self._any else super().do_hand_over())

    async def do_edit(self) -> None:
        """Give the marked customers one value, or edit the one under the cursor."""
        await (self._with_marks("edit") if self._any else super().do_edit())

    async def do_tags(self) -> None:
        """Give and take tags."""
        await (self._with_marks("tags") if self._any else super().do_tags())

    async def do_archive(self) -> None:
        """Put the marked customers away after a look at them, or the one under the cursor at once."""
        await (self._with_marks("archive") if self._any else super().do_archive())


def _customer(row_id: Any) -> int:
    """Return the customer of a row without a plan, 0 of one with a plan."""
    return 0 if row_id[0] == "plan" else row_id[1]
