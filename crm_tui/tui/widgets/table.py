"""A table over any number of rows, with a cursor of its own."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.geometry import Region
from textual.message import Message

from crm_tui.tui.widgets.rows import Column, GroupRow, Row
from crm_tui.tui.widgets.table_again import PAGE
from crm_tui.tui.widgets.table_reading import KEPT_PAGES, TableReading

if TYPE_CHECKING:
    from crm_tui.tui.app import CrmApp

WHEEL = 3  # rows that one notch of the wheel moves by
__all__ = ["KEPT_PAGES", "PAGE", "Table"]


class Table(TableReading, can_focus=True):
    """A virtual table with an own cursor.

    ``await table.show(source)`` shows other rows, ``await table.reload()`` reads the same ones again and
    keeps the cursor on its row; ``table.row`` is the row under the cursor (None on a heading or when empty),
    ``table.item`` the row or heading, ``table.total`` the number of lines. ``empty`` is what an empty table
    says (translated, several lines allowed). Moves and folding are actions it handles itself; ``do_open`` on
    a row is left to the screen. The screen is sent Moved when the cursor stands on another row.
    """

    class Moved(Message):
        """The cursor stands on another row; ``row`` is None on a heading or in an empty table."""

        def __init__(self, table: Table, row: Row | None) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> Table:
            """The table."""
            return self.table

    class Titled(Message):
        """The title of a column was clicked."""

        def __init__(self, table: Table, column: int) -> None:
            super().__init__()
            self.table = table
            self.column = column

        @property
        def control(self) -> Table:
            """The table."""
            return self.table

    def __init__(
        self, columns: Sequence[Column], *, empty: str = "", header: bool = True, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self._empty = empty
        self.header = int(header)
        self._widths: list[int] = []
        self._said: Hashable = None

    @property
    def crm(self) -> CrmApp:
        """The app, with its ``work``."""
        return cast("CrmApp", self.app)

    @property
    def empty(self) -> str:
        """What the table says when it is empty."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        if text != self._empty:
            self._empty = text
            self.refresh()

    # -- cursor -------------------------------------------------------------------------------------

    @property
    def lines(self) -> int:
        """How many rows are visible at once."""
        return max(self.size.height - self.header, 1)

    def move_to(self, line: int) -> None:
        """Put the cursor on a line; only the lines that change are drawn again."""
        before, top = self.cursor, self.top
        self.cursor = max(min(line, self.total - 1), 0)
        self._keep_cursor_visible()
        if self.top != top:
            self.refresh()
        elif self.cursor != before:
            at, cells = self.header - self.top, self.size.width
            self.refresh(*(Region(0, at + each, cells, 1) for each in (before, self.cursor)))
        self._want(self.top, self.top + self.lines)
        self._say_moved()

    def _keep_cursor_visible(self) -> None:
        if self.cursor < self.top:
            self.top = self.cursor
        elif self.cursor >= self.top + self.lines:
            self.top = self.cursor - self.lines + 1
        self.top = max(min(self.top, self.total - self.lines), 0)

    def holds_cursor(self, line: int) -> bool:
        """Tell whether a line is drawn as the cursor's."""
        return line == self.cursor

    def _say_moved(self) -> None:
        item = self.item
        now = item.id if item else None
        if now != self._said:
            self._said = now
            self.screen.post_message(self.Moved(self, self.row))

    def step(self, by: int) -> bool:
        """Go one row further (``by`` 1) or back (-1), over headings; False when there is none."""
        line, before = self.cursor + by, self.cursor
        while 0 <= line < self.total and isinstance(self.at(line), GroupRow):
            line += by
        if 0 <= line < self.total:
            self.move_to(line)
        return self.cursor != before

    def do_down(self) -> None:
        """Next row."""
        self.move_to(self.cursor + 1)

    def do_up(self) -> None:
        """Previous row."""
        self.move_to(self.cursor - 1)

    async def go_to(self, line: int, *, above: int | None = None) -> None:
        """Jump to a line, with its rows if they come soon; ``above`` so many rows over it when it is far."""
        line = max(min(line, self.total - 1), 0)
        await self.ready(line)
        if above is not None and line not in self._visible():
            self.top = max(line - above, 0)
            self.refresh()
        self.move_to(line)

    async def do_first(self) -> None:
        """First row."""
        await self.go_to(0)

    async def do_last(self) -> None:
        """Last row."""
        await self.go_to(self.total - 1)

    async def do_half_down(self) -> None:
        """Half a page down."""
        await self._page(max(self.lines // 2, 1))

    async def do_half_up(self) -> None:
        """Half a page up."""
        await self._page(-max(self.lines // 2, 1))

    async def do_page_down(self) -> None:
        """A page down."""
        await self._page(self.lines)

    async def do_page_up(self) -> None:
        """A page up."""
        await self._page(-self.lines)

    async def _page(self, step: int) -> None:
        await self.ready(max(min(self.cursor + step, self.total - 1), 0))
        top = self.top
        self.top = max(min(self.top + step, self.total - self.lines), 0)
        if self.top != top:
            self.refresh()
        self.move_to(self.cursor + step)

    async def do_fold(self) -> bool | None:
        """Fold or unfold the heading under the cursor."""
        item = self.item
        toggle: Any = getattr(self.source, "toggle", None)
        if not isinstance(item, GroupRow) or toggle is None:
            return False
        toggle(item.id)
        await self.reload()
        return None

    async def do_open(self) -> bool | None:
        """Fold or unfold a heading; on a row the screen opens it."""
        return await self.do_fold()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse was; a click on the cursor's row opens it."""
        if event.y < self.header:
            column = self.column_at(event.x)
            if column is not None:
                self.post_message(self.Titled(self, column))
            return
        line = event.y - self.header + self.top
        if line >= self.total:
            return
        if line == self.cursor:
            self.crm.perform("open")
        self.move_to(line)

    async def on_mouse_scroll_down(self) -> None:
        """Scroll with the wheel."""
        await self._page(WHEEL)

    async def on_mouse_scroll_up(self) -> None:
        """Scroll with the wheel."""
        await self._page(-WHEEL)

    # -- sizes and focus -----------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Measure the columns again."""
        self._widths = []
        self._keep_cursor_visible()
        self._want(self.top, self.top + self.lines)
        self.refresh()

    def on_focus(self) -> None:
        """Draw the cursor as active."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw the cursor as resting."""
        self.refresh()
