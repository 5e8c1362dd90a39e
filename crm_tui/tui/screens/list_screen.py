"""What every list can do: sort, filter, columns, saved views, jumps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from crm_tui.errors import BadInput, CrmError
from crm_tui.locale import _
from crm_tui.tui.screens.list_base import ListBase, ListSource
from crm_tui.tui.screens.list_layout import Layout, read_layout, stored, turned
from crm_tui.tui.widgets.lines import SearchLine
from crm_tui.tui.widgets.rows import FAR, Row
from crm_tui.tui.widgets.table import Table

ABOVE = 2  # rows shown over the one that was jumped to


class ListScreen(ListBase):
    """A list over any number of rows. Set ``screen_name`` and ``kind`` and write the methods of ListBase.

    ``offered`` and ``sorts`` say what can be shown and in which orders; ``source(asked)`` makes the rows.
    """

    def __init__(self) -> None:
        super().__init__()
        self._viewed_as: dict[str, Any] = {}
        self.sorted_text = ""  # the words whose findings were given an order by the user

    # -- layout ---------------------------------------------------------------------------------------

    async def remember_layout(self) -> None:
        """Take over the columns and the sort that the user had last."""
        from crm_tui.customers import views

        held = await self.crm.work.run(views.layout, self.session.reader, self.screen_name)
        self.layout_now = read_layout(held, self.sorts)

    async def lay_out(self, layout: Layout) -> None:
        """Show the list with other columns or widths, or in another order; the cursor stays on its row."""
        turned_round = layout.sort != self.layout_now.sort
        self.layout_now = layout
        self.total_before = self.total
        await self.show_rows(stay=not turned_round)

    async def keep_layout(self) -> None:
        """Keep columns and sort for the next time; not in a file that can only be read."""
        from crm_tui.customers import views

        if not self.session.read_only:
            await self.crm.work.run(
                views.keep_layout, self.session, self.screen_name, stored(self.layout_now)
            )

    async def do_columns(self) -> None:
        """Choose, order and widen the columns."""
        from crm_tui.tui.screens.list_columns import ColumnsBox

        await self.crm.show(ColumnsBox(self))

    async def do_sort(self) -> None:
        """Choose the order."""
        from crm_tui.tui.screens.list_sorts import SortBox

        sort = self.layout_now.sort or next(iter(self.sorts))
        await self.crm.show(SortBox(list(self.sorts.values()), sort), then=self._sorted)

    async def _sorted(self, sort: str | None) -> None:
        if sort is not None:
            await self.sort_by(sort)

    async def sort_by(self, sort: str) -> None:
        """Sort by an order from the first row on, and keep that."""
        self.sorted_text = self.filter
        await self.lay_out(self.layout_now._replace(sort=sort))
        self.say(_("Sorted {how}.").format(how=self.sort_said()))
        await self.keep_layout()

    async def on_table_titled(self, event: Table.Titled) -> None:
        """Sort by the column whose title was clicked; the same once more turns the order round."""
        name = self.layout_now.shown(self.offered)[event.column].name
        key = self.offered[name].sort
        if not key:
            self.say(_("There is no order by {column}.").format(column=self.offered[name].column.title))
        else:
            await self.sort_by(turned(self.sort) if key == self.sort.removeprefix("-") else key)

    # -- filter ---------------------------------------------------------------------------------------

    async def do_filter(self) -> None:
        """Type a filter."""
        from crm_tui.tui.screens.list_filter import FilterBox

        await self.crm.work.run(self.learn)
        await self.crm.show(FilterBox(self), then=self._filtered)

    async def _filtered(self, text: str | None) -> None:
        if text is not None:
            chosen, free = self.understand(text)
            # Beside the keys: who has looked long enough may go back or type another one.
            looked_for = partial(self._look_for, chosen, free or self.filter)
            self.run_worker(looked_for, group="search", exclusive=True, exit_on_error=False)

    async def _look_for(self, chosen: Any, text: str) -> None:
        try:
            await self._narrow(chosen, text)
        except CrmError as error:
            self.say(str(error), "bad")

    async def _narrow(self, chosen: Any, text: str) -> None:
        self.chosen = chosen
        self.filter_words = self.filter_said(chosen) if chosen is not None else ""
        if text != self.filter:
            self.filter = text
            self.set_status(filter=text)
            for line in self.query(SearchLine):
                line.value, line.display = text, bool(text)
        await self.show_rows()

    async def look_for(self, text: str, *, within: bool) -> None:
        """List what is found for a text, ``within`` the filter in force or without one.

        Words that are a filter become one.
        """
        await self.crm.work.run(self.learn)
        try:
            chosen, free = self.understand(text)
        except BadInput:
            chosen, free = None, text
        if within:
            chosen = self.both(self.chosen, chosen)
        self.view = ""
        await self._narrow(chosen, free)

    def both(self, one: Any, other: Any) -> Any:
        """Return the filter that asks for what two filters ask for; either may be None."""
        raise NotImplementedError

    async def do_back(self) -> None:
        """Clear the search, then the filter, or step back."""
        if not self.filter and self.chosen is not None:
            self.view = ""
            await self._narrow(None, "")
            return
        await super().do_back()

    # -- views ----------------------------------------------------------------------------------------

    async def do_views(self) -> None:
        """Choose a saved view, or save what is shown as one."""
        from crm_tui.tui.screens.list_views import ViewsBox

        await self.crm.show(ViewsBox(self), then=self._viewed)

    def definition(self) -> dict[str, Any]:
        """Return what a view keeps of the list as it is: filter, search, sort, columns."""
        columns = self.layout_now.shown(self.offered)
        layout = self.layout_now._replace(sort=self.sort, columns=columns)
        return {"filter": self.filter_data(self.chosen), "text": self.filter, **stored(layout)}

    def says(self, definition: Mapping[str, Any]) -> str:
        """Return in words what a view shows."""
        try:
            asked = self.asked_by(definition)
        except CrmError as error:
            return str(error)
        words = self.filter_said(asked.chosen) if asked.chosen is not None else ""
        text = f"/ {asked.text}" if asked.text else ""
        order = self.sort_said(asked.sort) if asked.sort != next(iter(self.sorts)) else ""
        return "  ".join(part for part in (words, text, order) if part) or _("everything")

    async def _viewed(self, view: Any) -> None:
        if view is None:
            self._say_state()
            return
        asked = self.asked_by(view.definition)
        self.layout_now = read_layout(view.definition, self.sorts)
        self.sorted_text = asked.text if self.layout_now.sort else ""
        self.view = ""
        await self._narrow(asked.chosen, asked.text)
        self.show_view(view.name)

    def show_view(self, name: str) -> None:
        """Say that what is shown is the view of that name; a star tells when that is not so any more."""
        self.view, self._viewed_as = name, self.definition()
        self._say_state()

    def view_said(self) -> str:
        """Return the name of the view that is shown, with a star when something was changed since."""
        return self.view if self.definition() == self._viewed_as else f"{self.view} *"

    # -- jumps ----------------------------------------------------------------------------------------

    async def do_jump(self) -> None:
        """Type where to go."""
        from crm_tui.tui.screens.list_jump import JumpBox

        if self.table.total:
            await self.crm.show(JumpBox(self))

    async def jump(self, text: str) -> tuple[str, str]:
        """Go to where a text says and return what is to be said, and as what."""
        source = cast(ListSource, self.table.source)
        line, why = await self.crm.work.latest(("jump", id(self)), source.find_place, text)
        if line is None:
            return why, "warn"
        await self.table.go_to(line, above=ABOVE)
        here = min(line, self.table.total - 1) + 1
        if self.total is None:
            return ("" if line >= FAR // 2 else _("Line {line}").format(line=f"{here:,}")), "info"
        return _("Line {line} of {total}").format(line=f"{here:,}", total=f"{self.total:,}"), "info"

    def selected(self) -> Row:
        """Return the row under the cursor; there is one where ``why_not`` says nothing."""
        row = self.table.row
        assert row is not None
        return row
