"""The rows of a list as they are asked for: read, counted when there is time, told of in the status line."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, NamedTuple, Protocol, cast

from textual.widget import Widget

from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.storage.driver import sqlite3
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.list_candidates import Choosable
from crm_tui.tui.screens.list_layout import Layout, Offered, Sorting, columns_of, read_layout
from crm_tui.tui.widgets.lines import SearchLine
from crm_tui.tui.widgets.rows import Column, Source
from crm_tui.tui.widgets.table import PAGE, Table

LOOKING_AFTER = 0.3  # seconds after which a list says that it is not ready yet


class ListSource(Source, Protocol):
    """The rows of a list: what a table asks for, and what the list itself does."""

    columns: Sequence[Column]

    def know(self, total: int) -> None:
        """Take over how many rows there are, where that is known from before or was counted aside."""

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


# The order of what a search found; nobody chooses it.
MATCH = "match"


class ListBase(BaseScreen):
    """A list over any number of rows, without the actions of a list; see ListScreen."""

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
        self.total_before: int | None = None  # of the same rows, where only their order or columns change
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
        """Return the filter of plain values.

        Raises BadInput when it is none of ours, or about what is hidden.
        """
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
        return self._sort_of(self.filter, self.layout_now)

    def ranks(self, text: str) -> bool:
        """Tell whether what is found for a text stands with the best first."""
        return False

    def _sort_of(self, text: str, layout: Layout) -> str:
        return MATCH if text and self.ranks(text) else layout.sort or next(iter(self.sorts))

    def _sorting(self, sort: str) -> Sorting:
        return self.sorts.get(sort.removeprefix("-")) or Sorting(MATCH, _("best match first"))

    @property
    def columns(self) -> list[Column]:
        """The columns as they are to be shown now."""
        return self._columns(self.layout_now, self.sort)

    def _columns(self, layout: Layout, sort: str) -> list[Column]:
        return columns_of(layout._replace(sort=sort), self.offered, self._sorting(sort))

    @property
    def asked(self) -> Asked:
        """What the list shows now."""
        return self._asked_by(self.filter, self.chosen, self.layout_now)

    def _asked_by(self, text: str, chosen: Any, layout: Layout) -> Asked:
        names = tuple(one.name for one in layout.shown(self.offered))
        sort = self._sort_of(text, layout)
        return Asked(text, chosen, sort, names, tuple(self._columns(layout, sort)))

    def asked_by(self, definition: Mapping[str, Any]) -> Asked:
        """Return what a saved view shows; raises BadInput when its filter may not, or cannot, be asked."""
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

    async def show_rows(self, cursor_to: Any = None, *, stay: bool = False) -> None:
        """Read the rows of what is asked for now, the cursor on a row, on its own one or on the first."""
        if not self._laid_out:
            await self.remember_layout()
            self._laid_out = True
        self.table.empty = self.empty_text()
        loop = asyncio.get_running_loop()
        looking = loop.call_later(LOOKING_AFTER, self.notice.rest, _("Still looking …"))
        try:
            await self._show(cursor_to, stay=stay)
        finally:
            looking.cancel()

    async def _show(self, cursor_to: Any, *, stay: bool) -> None:
        source = self.source(self.asked)
        if self.total_before is not None:
            source.know(self.total_before)
            self.total_before = None
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

    async def remember_layout(self) -> None:
        """Take over the columns and the sort that the user had last."""

    def empty_text(self) -> str:
        """Return what an empty list says, with the keys to press."""
        return ""

    def _say_state(self) -> None:
        shown = {one.name for one in self.layout_now.shown(self.offered)}
        key = self.sort.removeprefix("-")
        marked = any(one.sort == key for name, one in self.offered.items() if name in shown)
        total = self.total_said()
        self.set_status(
            title=f"{self.heading()} > {self.view_said()}" if self.view else self.heading(),
            total=total if marked else f"{total} · {self.sort_said()}",
            narrowed=self.filter_words,
        )

    def view_said(self) -> str:
        """Return the name of the view that is shown."""
        return self.view

    def sort_said(self, sort: str = "") -> str:
        """Return an order in words, the one in force by default."""
        sort = sort or self.sort
        label = self._sorting(sort).label
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
            source.know(total)
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
