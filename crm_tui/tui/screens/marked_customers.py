"""The customer list with marks: what is done with marked customers, and with the one under the cursor."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from crm_tui.customers import reading
from crm_tui.customers.reading import Query
from crm_tui.locale import _
from crm_tui.tui.screens.customer_rows import CustomerRows
from crm_tui.tui.screens.customers import CustomersScreen
from crm_tui.tui.screens.marking import Marking
from crm_tui.tui.widgets.pick_table import PickTable

if TYPE_CHECKING:
    from crm_tui.customers.bulk import BulkResult
    from crm_tui.tui.screens.merge import MergeEnded

WITH_MARKS = ("edit", "hand_over", "tags", "archive")


class MarkedCustomersScreen(Marking, CustomersScreen):
    """All customers that the user may see, with marks."""

    on_marks = (*WITH_MARKS, "merge", "back")

    def __init__(self) -> None:
        super().__init__()
        self.begin_marking(self.table)

    def new_table(self) -> PickTable:
        """Return the table of the list."""
        return PickTable(self.columns)

    # -- marks ----------------------------------------------------------------------------------------

    def asked_for(self) -> tuple[str, Any]:
        """Return what decides which customers there are."""
        return self.filter, self.chosen

    def line_ids(self, lines: range) -> Sequence[Hashable]:
        """Return the customers of lines."""
        source = self.table.source
        assert isinstance(source, CustomerRows)
        return source.window.ids_page(lines.start, len(lines))

    def all_ids(self, asked: tuple[str, Any]) -> Sequence[Hashable]:
        """Return all customers of a search and a filter."""
        text, chosen = asked
        query = Query(text=text, sort="id", filter=chosen)
        if text:
            from crm_tui.search.listing import narrowed

            query = narrowed(self.session.reader, query, self.session.person.id).query
        return reading.matching(self.session.reader, query)

    def say_marks(self) -> None:
        """Show how many customers are marked."""
        self._say_state()

    def total_said(self) -> str:
        """Return how many customers are marked, and how many there are."""
        return " · ".join(part for part in (self.marks_said(), super().total_said()) if part)

    async def show_rows(self, cursor_to: Any = None, *, stay: bool = False) -> None:
        """Read the rows; the marks stay."""
        await self.keep_marks()
        await super().show_rows(cursor_to, stay=stay)

    async def do_back(self) -> None:
        """Take the marks away first, then clear the search and the filter, or step back."""
        if not self.leave_marks():
            await super().do_back()

    # -- what can be done -----------------------------------------------------------------------------

    @property
    def _any(self) -> bool:
        return bool(self.picks) or self.table.range_from is not None

    def why_not(self, action_id: str) -> str:
        """Say why marked customers cannot be changed, or the one under the cursor."""
        if action_id in WITH_MARKS and (self._any or action_id == "hand_over"):
            from crm_tui.tui.screens.bulk import why_not

            reason = why_not(self.crm, action_id)
            return reason if reason or self._any else super().why_not("edit")
        if action_id == "merge":
            return self._why_no_merge()
        return super().why_not(action_id)

    def customer_here(self) -> int | None:
        """Return the customer under the cursor, none where several are marked."""
        return None if self._any else super().customer_here()

    def _why_no_merge(self) -> str:
        """Say that nothing can be written, or that too few are marked; too many the merge refuses itself."""
        if self.crm.session.read_only:
            return self.crm.session.read_only
        count = self.picks.count(self.marks_total)
        count = 2 if count is None else count + len(self.table.span)
        if count < 2:
            return _("Mark two to eight customers first: {key} marks.").format(
                key=self.crm.keymap.shown("mark_row")
            )

        return self.session.policy.may("customer.merge").reason

    async def _with_marks(self, action_id: str) -> None:
        from crm_tui.tui.screens import bulk

        ids = await self.marked_ids()
        if ids:
            await getattr(bulk, action_id)(self.crm, ids, self._changed)

    def _changed(self, result: BulkResult) -> None:
        """Take the marks away; who was left stays marked."""
        self.picks.become([*result.left, *result.beyond])
        self.table.refresh()
        self.say_marks()

    async def do_hand_over(self) -> None:
        """Hand the marked customers over, or the one under the cursor."""
        await self._with_marks("hand_over")

    async def do_edit(self) -> None:
        """Give the marked customers one value, or edit the one under the cursor."""
        await (self._with_marks("edit") if self._any else super().do_edit())

    async def do_tags(self) -> None:
        """Give and take tags."""
        await (self._with_marks("tags") if self._any else super().do_tags())

    async def do_archive(self) -> None:
        """Put the marked customers away after a look at them, or the one under the cursor at once."""
        await (self._with_marks("archive") if self._any else super().do_archive())

    async def do_merge(self) -> None:
        """Put the marked customers side by side."""
        from crm_tui.tui.screens.merge import open_merge

        ids = await self.marked_ids()
        if ids:
            await open_merge(self.crm, ids, self._merged)

    async def _merged(self, ended: MergeEnded | None) -> None:
        """Take the marks away and stand on the one that stayed."""
        if ended is None:
            return
        self.picks.clear()
        if ended.survivor is not None:
            self.seen_writes = self.crm.writes
            await self.show_rows(ended.survivor)
        self.say_marks()
