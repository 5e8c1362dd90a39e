"""Marking rows of a list: one, a range, all of the filter; the marks stay until they are taken away."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from crm_tui.locale import _, ngettext
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.widgets.pick_table import PickTable
from crm_tui.tui.widgets.picks import Picks
from crm_tui.tui.widgets.rows import FAR, Row

KEPT_BY_ID = 20_000  # marks on all of a filter become marks on so many rows when another filter is chosen

if TYPE_CHECKING:
    Under = BaseScreen
else:
    Under = object


class Marking(Under):
    """What a screen with a PickTable does with marks; write ``line_ids``, and where all can be marked more.

    ``say_marks`` is called when the number of marks changed.
    """

    table: Any
    picks: Picks
    on_marks: ClassVar[Sequence[str]] = ()  # what acts on marked rows; the key bar names it while there are

    def begin_marking(self, table: PickTable) -> None:
        """Let rows of a table be marked."""
        self.picks = Picks()
        table.mark_with(self.picks)

    @property
    def in_bar(self) -> Sequence[str]:
        """What the key bar names: with marks what acts on them."""
        return self.on_marks if self.picks else ()

    # -- what a screen says of itself -------------------------------------------------------------------

    def asked_for(self) -> Any:
        """Return what decides which rows there are; another value is another list."""
        return None

    def line_ids(self, lines: range) -> Sequence[Hashable]:
        """Return the ids of lines that are not in sight; runs on the database thread."""
        raise NotImplementedError

    def all_ids(self, asked: Any) -> Sequence[Hashable]:
        """Return the ids of all rows of what was asked for; runs on the database thread."""
        raise NotImplementedError

    def say_marks(self) -> None:
        """Show how many rows are marked."""

    @property
    def marks_total(self) -> int | None:
        """How many rows the list has, None when nobody knows yet."""
        return self.table.total if self.table.known else None

    # -- marks ------------------------------------------------------------------------------------------

    def marks_said(self) -> str:
        """Return how many rows are marked, '' for none."""
        if not self.picks and self.table.range_from is None:
            return ""
        count = self.picks.count(self.marks_total)
        if count is None:
            return _("all marked")
        count += len(self.table.span) if self.picks.every is None else 0
        return ngettext("{n} marked", "{n} marked", count).format(n=f"{count:,}")

    def _marked(self) -> None:
        self.table.refresh()
        self.say_marks()
        self.keys.update()

    async def do_mark_row(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on; an open range ends here."""
        if self.table.range_from is not None:
            await self.end_range()
            return
        row = self.table.row
        if isinstance(row, Row):
            self.picks.toggle(row.id)
            self.table.step(1)
            self._marked()

    async def do_mark_range(self) -> None:
        """Begin a range at the cursor, or end it."""
        if self.table.range_from is not None:
            await self.end_range()
        elif self.table.row is not None:
            self.table.begin_range()
            self.say(
                _("Go to the other end: {end} marks up to there, {back} leaves it.").format(
                    end=self.crm.keymap.shown("mark_range"), back=self.crm.keymap.shown("back")
                )
            )
            self.say_marks()

    async def end_range(self) -> bool:
        """Mark the rows of the open range; False when its rows cannot be told yet."""
        if self.table.range_from is None:
            return True
        span = self.table.span
        if not self.table.known and span and span[-1] >= FAR // 2:
            self.say(_("The rows are being counted; press the key again in a moment."), "warn")
            return False
        ids = self.table.in_sight(span)
        if ids is None:
            ids = await self.crm.work.run(self.line_ids, span)
        self.table.end_range()
        self.picks.add(ids)
        self._marked()
        return True

    async def do_mark_all(self) -> None:
        """Mark all rows of the filter, or, when they are, none."""
        self.table.end_range()
        if self.picks.every is not None and not self.picks.ids:
            self.picks.clear()
        elif self.table.total:
            self.picks.take_all(self.asked_for())
        self._marked()

    async def do_mark_others(self) -> None:
        """Mark what is not marked, and take away the marks that are."""
        await self.end_range()
        if not self.picks:
            await self.do_mark_all()
            return
        asked, total = self.asked_for(), self.marks_total
        if self.picks.every is None and total is not None and total <= KEPT_BY_ID:
            # Marks from another search stay out of it.
            ids = await self.crm.work.run(self.all_ids, asked)
            self.picks.become(one for one in ids if one not in self.picks.ids)
        else:
            self.picks.invert(asked)
        self._marked()

    def leave_marks(self) -> bool:
        """Leave the open range, or take all marks away; False when there is neither."""
        if self.table.range_from is not None:
            self.table.end_range()
        elif self.picks:
            self.picks.clear()
        else:
            return False
        self.say("")
        self._marked()
        return True

    async def keep_marks(self) -> None:
        """Keep the marks when another search or filter was chosen: all of the former one become its rows."""
        if self.table.range_from is not None:
            self.table.end_range()
        asked = self.picks.every
        if asked is None or asked == self.asked_for():
            return
        # The table still has the rows of the former search.
        total = self.marks_total
        if total is not None and total <= KEPT_BY_ID:
            ids = await self.crm.work.run(self.all_ids, asked)
            self.picks.become(one for one in ids if one not in self.picks.ids)
        else:
            self.picks.clear()
            self.say(_("Another filter: the marks on all rows of the former one are taken away."), "warn")

    async def marked_ids(self) -> list[int]:
        """Return the marked rows, or the row under the cursor where none is marked."""
        if self.table.range_from is not None and not await self.end_range():
            return []
        if not self.picks:
            row = self.table.row
            return [row.id] if isinstance(row, Row) else []
        if self.picks.every is None:
            return sorted(self.picks.ids)  # ty: ignore[invalid-argument-type]
        ids = await self.crm.work.run(self.all_ids, self.picks.every)
        return sorted(one for one in ids if one not in self.picks.ids)  # ty: ignore[invalid-argument-type]
