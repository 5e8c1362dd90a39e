"""A table over any number of rows: it holds only pages near the visible one, read outside the event loop."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.geometry import Region
from textual.message import Message

from crm_tui.tui.widgets.rows import Column, GroupRow, ListSource, Row, Source
from crm_tui.tui.widgets.table_again import PAGE, RowsAgain
from crm_tui.tui.work import Superseded

if TYPE_CHECKING:
    from crm_tui.tui.app import CrmApp

KEPT_PAGES = 16


def _pages(source: Source, numbers: range) -> dict[int, Sequence[Row | GroupRow]]:
    """Return pages that follow each other, read at once: some orders cost as much for one row as for all."""
    if not numbers:
        return {}
    rows = source.page(numbers[0] * PAGE, len(numbers) * PAGE)
    return {number: rows[at * PAGE : (at + 1) * PAGE] for at, number in enumerate(numbers)}


class Table(RowsAgain, can_focus=True):
    """A virtual table with an own cursor.

    ``await table.show(source)`` shows other rows, ``await table.reload()`` reads the same ones again and
    keeps the cursor on its row; ``table.row`` is the row under the cursor (None on a heading or when empty),
    ``table.item`` the row or heading, ``table.total`` the number of lines. ``empty`` is what an empty table
    says (translated, several lines allowed). Moves and folding are actions it handles itself; ``do_open`` on
    a row is left to the screen. It posts Moved when the cursor stands on another row.
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

    def __init__(
        self, columns: Sequence[Column], *, empty: str = "", header: bool = True, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self._empty = empty
        self.header = int(header)
        self.source: Source = ListSource(())
        self.total = 0
        self.loaded = False
        self.top = 0
        self.cursor = 0
        self._pages: OrderedDict[int, Sequence[Row | GroupRow]] = OrderedDict()
        self._asked: set[int] = set()
        self._generation = 0
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

    # -- rows ---------------------------------------------------------------------------------------

    async def show(self, source: Source, *, cursor_to: Hashable = None) -> None:
        """Show the rows of a source from the first on, or with the cursor on the row ``cursor_to``.

        The old rows stay until the new ones are here; of two calls only the newer one counts.
        """
        await self._load(source, cursor_to, 0)

    async def reload(self) -> None:
        """Read the rows again; the cursor stays on its row, or on its line when the row is gone."""
        item = self.item
        await self._load(self.source, item.id if item else None, self.cursor)

    async def _load(self, source: Source, row_id: Hashable, line: int) -> None:
        offset = max(self.cursor - self.top, 0)

        def read() -> tuple[int, int, dict[int, Sequence[Row | GroupRow]]]:
            total = source.count()
            place = line
            if row_id is not None:
                find = getattr(source, "position", None)
                found = find(row_id) if find else None
                if found is None and not find:
                    start = max(line - PAGE, 0)
                    near = source.page(start, 2 * PAGE)
                    found = next((start + at for at, row in enumerate(near) if row.id == row_id), None)
                place = line if found is None else found
            if total is None:
                total = place + len(source.page(place, PAGE * KEPT_PAGES))
            place = max(min(place, total - 1), 0)
            first = max(place - offset, 0) // PAGE
            wanted = range(first, min(first + 2, -(-total // PAGE)))
            return total, place, _pages(source, wanted)

        try:
            total, place, pages = await self.crm.work.latest(("table", id(self)), read)
        except Superseded:
            return
        before = self._in_sight()
        self._generation += 1
        self._asked.clear()
        self.source, self.total, self.loaded = source, total, True
        self._pages = OrderedDict(pages)
        self.cursor = place
        # Who looks at the beginning goes on doing so, and sees what is new there.
        self.top = 0 if self.top == 0 and place < self.lines else place - offset
        self._keep_cursor_visible()
        if self._in_sight() != before:
            self.refresh()
        self._say_moved()

    def _in_sight(self) -> Sequence[Any]:
        """Return all that decides what is drawn, to draw nothing where nothing is different."""
        shown = [self.at(line) for line in range(self.top, min(self.top + self.lines, self.total))]
        return [self.loaded, self.total, self.top, self.cursor, shown]

    def at(self, line: int) -> Row | GroupRow | None:
        """Return the row or heading of a line, None when it is not here (yet)."""
        number, place = divmod(line, PAGE)
        page = self._pages.get(number)
        return page[place] if page is not None and place < len(page) else None

    @property
    def item(self) -> Row | GroupRow | None:
        """The row or heading under the cursor."""
        return self.at(self.cursor) if self.total else None

    @property
    def row(self) -> Row | None:
        """The row under the cursor; None on a heading."""
        item = self.item
        return item if isinstance(item, Row) else None

    def _want(self, first: int, last: int) -> None:
        """Ask for the pages of these lines and the next ones around, where they are missing."""
        if not self.total:
            return
        highest = (self.total - 1) // PAGE
        missing = []
        for number in range(max(first // PAGE - 1, 0), min(last // PAGE + 1, highest) + 1):
            if number in self._pages:
                self._pages.move_to_end(number)
            elif number not in self._asked:
                missing.append(number)
        # What is in sight comes first; where nothing is here yet, its neighbours come with it in one reading.
        if missing and missing[-1] - missing[0] == len(missing) - 1:
            self._ask(range(missing[0], missing[-1] + 1))
        else:
            for number in missing:
                self._ask(range(number, number + 1))

    def _ask(self, numbers: range) -> None:
        self._asked.update(numbers)
        self.run_worker(partial(self._fetch, numbers, self._generation), group="pages", exit_on_error=False)

    async def _fetch(self, numbers: range, generation: int) -> None:
        def still_wanted() -> dict[int, Sequence[Row | GroupRow]]:
            first, last = self.top // PAGE - 1, (self.top + self.size.height) // PAGE + 1
            if generation != self._generation or numbers[-1] < first or numbers[0] > last:
                raise Superseded
            return _pages(self.source, numbers)

        try:
            pages = await self.crm.work.run(still_wanted)
        except Superseded:
            self._asked.difference_update(numbers)
            return
        if generation == self._generation:
            self._asked.difference_update(numbers)
            self._pages.update(pages)
            while len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
            self.refresh()
            self._say_moved()

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
            for each in (before, self.cursor):
                self.refresh(Region(0, each - self.top + self.header, self.size.width, 1))
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
            self.post_message(self.Moved(self, self.row))

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

    def do_first(self) -> None:
        """First row."""
        self.move_to(0)

    def do_last(self) -> None:
        """Last row."""
        self.move_to(self.total - 1)

    def do_half_down(self) -> None:
        """Half a page down."""
        self._page(max(self.lines // 2, 1))

    def do_half_up(self) -> None:
        """Half a page up."""
        self._page(-max(self.lines // 2, 1))

    def do_page_down(self) -> None:
        """A page down."""
        self._page(self.lines)

    def do_page_up(self) -> None:
        """A page up."""
        self._page(-self.lines)

    def _page(self, step: int) -> None:
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
        line = event.y - self.header + self.top
        if event.y < self.header or line >= self.total:
            return
        if line == self.cursor:
            self.crm.perform("open")
        self.move_to(line)

    def on_mouse_scroll_down(self) -> None:
        """Scroll with the wheel."""
        self._page(3)

    def on_mouse_scroll_up(self) -> None:
        """Scroll with the wheel."""
        self._page(-3)

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
