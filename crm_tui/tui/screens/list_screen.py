"""What every list can do: sort, filter, columns, saved views, jumps, counts that come later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, NamedTuple, Protocol, cast

from textual.widget import Widget

from crm_tui.errors import CrmError
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.storage.driver import sqlite3
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.list_candidates import Choosable
from crm_tui.tui.screens.list_layout import Layout, Offered, Sorting, columns_of, read_layout, stored, turned
from crm_tui.tui.widgets.lines import SearchLine
from crm_tui.tui.widgets.rows import FAR, Column, Row, Source
from crm_tui.tui.widgets.table import PAGE, Table

ABOVE = 2  # rows shown over the one that was jumped to


class ListSource(Source, Protocol):
    """The rows of a list: what a table asks for, and what the list itself does."""

    columns: Sequence[Column]
    total: int | None  # how many rows there are, where that is known from before

    def count_aside(self, reader: sqlite3.Connection) -> int:
        """Count all rows over a connection of its own, however long that takes."""

    def find_place(self, text: str) -> tuple[int | None, str]:
        """Return the line that a letter, a number, a line or a percentage means, or why there is none."""


class Asked(NamedTuple):
    """What a list is to show: words to search for, a filter (None for none), an order, columns by name."""

    text: str
    chosen: Any
    sort: str
    names: tuple[str, ...]
    columns: tuple[Column, ...]


class ListScreen(BaseScreen):
    """A list over any number of rows. Set ``screen_name`` and ``kind`` and write the methods below.

    ``offered`` and ``sorts`` say what can be shown and in which orders; ``source(asked)`` makes the rows.
    """

    follows: ClassVar[bool] = True
    screen_name: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self.offered: Mapping[str, Offered] = self.columns_offered()
        self.sorts: Mapping[str, Sorting] = {one.key: one for one in self.sorts_offered()}
        self.layout_now = Layout()
        self.chosen: Any = None
        self.filter_words = ""
        self.view = ""
        self.table = self.new_table()
        self._laid_out = False

    def new_table(self) -> Table:
        """Return the table of the list."""
        return Table(self.columns)

    # -- what a list says of itself -------------------------------------------------------------------

    def columns_offered(self) -> Mapping[str, Offered]:
        """Return the columns by name, in the order in which they are offered."""
        raise NotImplementedError

    def sorts_offered(self) -> Iterable[Sorting]:
        """Return the orders; the first one is the usual one."""
        raise NotImplementedError

    def source(self, asked: Asked) -> ListSource:
        """Return the rows of what is asked for."""
        raise NotImplementedError

    def learn(self) -> None:
        """Read what filters are about: people, tags. Runs on the database thread before any is read."""

    def understand(self, text: str) -> tuple[Any, str]:
        """Return the filter that a text means (None for none) and the words to search for.

        Raises BadInput with the place and the choices.
        """
        raise NotImplementedError

    def filter_said(self, chosen: Any) -> str:
        """Return a filter as it can be typed again."""
        raise NotImplementedError

    def filter_data(self, chosen: Any) -> Any:
        """Return a filter as plain values for JSON."""
        raise NotImplementedError

    def filter_from(self, data: Any) -> Any:
        """Return the filter of plain values; raises BadInput when it is none of ours."""
        raise NotImplementedError

    def choosables(self) -> Sequence[Choosable]:
        """Return the fields to filter by, with their values."""
        raise NotImplementedError

    def counted(self, number: str, total: int) -> str:
        """Return ``number`` (of ``total``) with the word for what is counted."""
        raise NotImplementedError

    def search_hint(self) -> str:
        """Return what the empty search line says."""
        return ""

    # -- the list -------------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    @property
    def sort(self) -> str:
        """The order in force, with a leading ``-`` for the other direction."""
        return self.layout_now.sort or next(iter(self.sorts))

    @property
    def columns(self) -> list[Column]:
        """The columns as they are to be shown now."""
        return self._columns(self.layout_now)

    def _columns(self, layout: Layout) -> list[Column]:
        sort = layout.sort or next(iter(self.sorts))
        return columns_of(layout._replace(sort=sort), self.offered, self.sorts[sort.removeprefix("-")])

    @property
    def asked(self) -> Asked:
        """What the list shows now."""
        return self._asked_by(self.filter, self.chosen, self.layout_now)

    def _asked_by(self, text: str, chosen: Any, layout: Layout) -> Asked:
        names = tuple(one.name for one in layout.shown(self.offered))
        sort = layout.sort or next(iter(self.sorts))
        return Asked(text, chosen, sort, names, tuple(self._columns(layout)))

    def asked_by(self, definition: Mapping[str, Any]) -> Asked:
        """Return what a saved view shows; raises BadInput when its filter means nothing any more."""
        chosen = self.filter_from(definition.get("filter"))
        return self._asked_by(str(definition.get("text") or ""), chosen, read_layout(definition, self.sorts))

    def body(self) -> Iterable[Widget]:
        """Yield the search line and the table."""
        yield SearchLine(self.search_hint())
        yield self.table

    async def reload(self) -> None:
        """Read the rows again; the cursor stays on its row."""
        await self.show_rows(stay=self.table.loaded)

    async def search_changed(self, text: str) -> None:
        """Narrow the rows."""
        await self.show_rows()

    async def show_rows(self, cursor_to: Any = None, *, stay: bool = False, total: int | None = None) -> None:
        """Read the rows of what is asked for now, the cursor on a row, on its own one or on the first.

        ``total`` is given where the same rows were counted already.
        """
        if not self._laid_out:
            await self._remember()
        self.table.empty = self.empty_text()
        source = self.source(self.asked)
        source.total = total
        if stay:
            self.table.source = source
            await self.table.reload()
        else:
            await self.table.show(source, cursor_to=cursor_to)
        self._say_state()
        self.notice.rest("")
        self.keys.update()
        if not self.table.known:
            self.run_worker(partial(self._count, source), group="count", exclusive=True, exit_on_error=False)

    def empty_text(self) -> str:
        """Return what an empty list says, with the keys to press."""
        return ""

    def _say_state(self) -> None:
        shown = {one.name for one in self.layout_now.shown(self.offered)}
        key = self.sort.removeprefix("-")
        marked = any(one.sort == key for name, one in self.offered.items() if name in shown)
        total = self.total_said()
        self.set_status(
            title=f"{self.heading()} > {self.view}" if self.view else self.heading(),
            total=total if marked else f"{total} · {self.sort_said()}",
            narrowed=self.filter_words,
        )

    def sort_said(self, sort: str = "") -> str:
        """Return an order in words, the one in force by default."""
        sort = sort or self.sort
        label = self.sorts[sort.removeprefix("-")].label
        return _("{order}, reversed").format(order=label) if sort.startswith("-") else label

    @property
    def total(self) -> int | None:
        """How many rows there are, None as long as nobody knows."""
        return self.table.total if self.table.known else None

    def total_said(self) -> str:
        """Return how many rows there are, or how many there are at least."""
        if self.total is not None:
            return self.counted(f"{self.total:,}", self.total)
        return self.counted(f"{self.table.seen}+", PAGE)

    async def _count(self, source: ListSource) -> None:
        total = await self.counted_aside(source)
        if source is self.table.source:
            self.table.know(source, total)
            self._say_state()

    async def counted_aside(self, source: ListSource) -> int:
        """Count what may take long on a thread and a connection of its own; stops when it is cancelled."""
        session, readers = self.session, []

        def aside() -> int:
            readers.append(session.another_reader())
            try:
                return source.count_aside(readers[0])
            finally:
                readers[0].close()

        try:
            return await asyncio.to_thread(aside)
        except asyncio.CancelledError:
            for reader in readers:
                with suppress(sqlite3.ProgrammingError):
                    reader.interrupt()
            raise

    # -- layout ---------------------------------------------------------------------------------------

    async def _remember(self) -> None:
        """Take over the columns and the sort that the user had last."""
        from crm_tui.customers import views

        held = await self.crm.work.run(views.layout, self.session.reader, self.screen_name)
        self._laid_out = True
        self.layout_now = read_layout(held, self.sorts)

    async def lay_out(self, layout: Layout) -> None:
        """Show the list with other columns or widths, or in another order; the cursor stays on its row."""
        turned_round = layout.sort != self.layout_now.sort
        self.layout_now = layout
        await self.show_rows(stay=not turned_round, total=self.total)

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

        await self.crm.show(SortBox(list(self.sorts.values()), self.sort), then=self._sorted)

    async def _sorted(self, sort: str | None) -> None:
        if sort is not None:
            await self.sort_by(sort)

    async def sort_by(self, sort: str) -> None:
        """Sort by an order from the first row on, and keep that."""
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
            await self.filter_by(text)

    async def filter_by(self, text: str) -> None:
        """Show what a filter leaves; words that are none of a field are searched for."""
        chosen, free = self.understand(text)
        await self._narrow(chosen, free or self.filter)

    async def _narrow(self, chosen: Any, text: str) -> None:
        self.chosen = chosen
        self.filter_words = self.filter_said(chosen) if chosen is not None else ""
        if text != self.filter:
            self.filter = text
            self.set_status(filter=text)
            for line in self.query(SearchLine):
                line.value, line.display = text, bool(text)
        await self.show_rows()

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
        self.view, self.layout_now = view.name, read_layout(view.definition, self.sorts)
        await self._narrow(asked.chosen, asked.text)

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
