"""The rows a table holds: pages near the visible ones, read outside the event loop, from either end."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any, NamedTuple

from crm_tui.tui.widgets.rows import FAR, GroupRow, ListSource, Row, Source
from crm_tui.tui.widgets.table_again import PAGE, RowsAgain
from crm_tui.tui.work import Superseded

KEPT_PAGES = 16
# How long a jump waits for its rows before it shows that they are still to come.
PATIENCE = 0.25

Items = Sequence[Row | GroupRow]


class Stretch(NamedTuple):
    """Pages that were read, and how many rows there are where the reading met an end."""

    pages: dict[int, Items]
    total: int | None


def stretch(source: Source, numbers: range) -> Stretch:
    """Read pages that follow each other at once: some orders cost as much for one row as for all."""
    if not numbers:
        return Stretch({}, None)
    offset, limit = numbers[0] * PAGE, len(numbers) * PAGE
    tail: Any = getattr(source, "tail", None)
    if offset < FAR // 2 or tail is None:
        rows = source.page(offset, limit)
        # An empty page far out only tells that the end is before it.
        total = offset + len(rows) if len(rows) < limit and (rows or not offset) else None
        return Stretch(_cut(rows, numbers), total)
    skip = FAR - offset - limit
    rows = tail(skip, limit)
    if len(rows) < limit:
        return Stretch({}, skip + len(rows))
    return Stretch(_cut(rows, numbers), None)


def _cut(rows: Items, numbers: range) -> dict[int, Items]:
    pages = {number: rows[at * PAGE : (at + 1) * PAGE] for at, number in enumerate(numbers)}
    return {number: page for number, page in pages.items() if page}


def _found(source: Source, row_id: Hashable, line: int, total: int) -> int:
    """Return the line on which a row stands now: looked for where it was, around that, then everywhere."""
    here = line // PAGE
    for numbers in ((here,), (here - 1, here + 1)) if line < total else ():
        for number in numbers:
            page = stretch(source, range(number, number + 1)).pages if 0 <= number * PAGE < total else {}
            for at, row in enumerate(page.get(number, ())):
                if row.id == row_id:
                    return number * PAGE + at
    find: Any = getattr(source, "position", None)
    place = find(row_id) if find is not None else None
    return line if place is None else place


class Reading(NamedTuple):
    """What showing a source anew found: where the cursor goes and the rows around it."""

    total: int
    known: bool
    place: int
    pages: dict[int, Items]


class TableReading(RowsAgain):
    """The pages of a table. Of a source that cannot tell its length yet, either end can be read.

    ``total`` is then FAR and ``known`` False: lines up to half of it count from the first row, the others
    from the last. ``know(source, total)`` is for whoever counted meanwhile.
    """

    cursor: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.source: Source = ListSource(())
        self.total = 0
        self.known = True
        self.loaded = False
        self.top = 0
        self.cursor = 0
        self._pages: OrderedDict[int, Items] = OrderedDict()
        self._asked: set[int] = set()
        self._generation = 0

    def _keep_cursor_visible(self) -> None:
        raise NotImplementedError

    def _say_moved(self) -> None:
        raise NotImplementedError

    # -- showing ------------------------------------------------------------------------------------

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
        read = partial(self._read, source, row_id, line, offset, self.lines, self.total)
        try:
            found = await self.crm.work.latest(("table", id(self)), read)
        except Superseded:
            return
        before = self._in_sight()
        self._generation += 1
        self._asked.clear()
        self.source, self.total, self.known, self.loaded = source, found.total, found.known, True
        self._pages = OrderedDict(found.pages)
        columns = getattr(source, "columns", None)
        if columns is not None and columns != self.columns:
            # Cells and the columns they stand in change together.
            self.columns, self._widths, before = columns, [], ()
        self.cursor = found.place
        # Who looks at the beginning goes on doing so, and sees what is new there.
        self.top = 0 if self.top == 0 and found.place < self.lines else found.place - offset
        self._keep_cursor_visible()
        if self._in_sight() != before:
            self.refresh()
        self._say_moved()

    @staticmethod
    def _read(source: Source, row_id: Hashable, line: int, offset: int, lines: int, was: int) -> Reading:
        counted = source.count()
        known = counted is not None
        if counted is None and not hasattr(source, "tail"):
            counted, known = line + len(source.page(line, PAGE * KEPT_PAGES)), True
        total = FAR if counted is None else counted
        if line >= FAR // 2 and known:
            line = max(total - (was - line), 0)
        place = line if row_id is None else _found(source, row_id, line, total)
        while True:
            place = max(min(place, total - 1), 0)
            # What will be in sight and no more: a page further may cost far more than this one.
            top = max(min(place - offset, total - lines), 0)
            first, last = top // PAGE, min(top + lines, total) - 1
            read = stretch(source, range(first, last // PAGE + 1))
            if known or (read.total is None and (read.pages or not first)):
                return Reading(total, known, place, read.pages)
            if read.total is None:
                # Fewer rows than there were: back to the first ones.
                place = 0
                continue
            total, known = read.total, True
            if place < FAR // 2 and place < total:
                return Reading(total, known, place, read.pages)

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

    # -- more pages ---------------------------------------------------------------------------------

    def _missing(self, first: int, last: int, margin: int = 0) -> list[int]:
        """Return the pages of these lines, and so many more around, that are neither here nor asked for."""
        highest = (self.total - 1) // PAGE
        missing = []
        for number in range(max(first // PAGE - margin, 0), min(last // PAGE + margin, highest) + 1):
            if number in self._pages:
                self._pages.move_to_end(number)
            elif number not in self._asked:
                missing.append(number)
        return missing

    def _want(self, first: int, last: int) -> None:
        """Ask for the pages of these lines and the next ones around, where they are missing."""
        if not self.total:
            return
        missing = self._missing(first, last, 1)
        # What is in sight comes first; where nothing is here yet, its neighbours come with it in one reading.
        if missing and missing[-1] - missing[0] == len(missing) - 1:
            self._ask(range(missing[0], missing[-1] + 1))
        else:
            for number in missing:
                self._ask(range(number, number + 1))

    def _ask(self, numbers: range) -> None:
        self._asked.update(numbers)
        self.run_worker(partial(self._fetch, numbers, self._generation), group="pages", exit_on_error=False)

    async def _fetch(self, numbers: range, generation: int, *, sure: bool = False) -> None:
        def still_wanted() -> Stretch:
            first, last = self.top // PAGE - 1, (self.top + self.size.height) // PAGE + 1
            stale = not sure and (numbers[-1] < first or numbers[0] > last)
            if generation != self._generation or stale:
                raise Superseded
            return stretch(self.source, numbers)

        try:
            found = await self.crm.work.run(still_wanted)
        except Superseded:
            self._asked.difference_update(numbers)
            return
        if generation == self._generation:
            self._asked.difference_update(numbers)
            waited = any(self.at(line) is None for line in self._visible())
            self._pages.update(found.pages)
            while len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
            total = found.total
            if not found.pages and numbers and numbers[0] - 1 in self._pages:
                total = numbers[0] * PAGE
            if total is not None and not self.known:
                self._learn(total)
            elif waited:
                self.refresh()
            self._say_moved()

    def rows_in_sight(self) -> list[Row]:
        """Return the rows on the lines in sight that are here, without headings."""
        return [item for item in map(self.at, self._visible()) if isinstance(item, Row)]

    def _visible(self) -> range:
        return range(self.top, min(self.top + self.lines, self.total))

    async def ready(self, line: int) -> None:
        """Read what a jump to a line will show, to show it at once; only so long is it waited for."""
        if not self.total or (self.at(line) is not None and line in self._visible()):
            return
        first, last = max(line - self.lines + 1, 0), min(line + self.lines - 1, self.total - 1)
        if self.at(first) is not None and self.at(last) is not None:
            return
        missing = self._missing(first, last)
        numbers = range(missing[0], missing[-1] + 1) if missing else range(0)
        self._asked.update(numbers)
        # With nothing to ask for, what was asked before is waited for.
        reading = asyncio.ensure_future(self._fetch(numbers, self._generation, sure=True))
        await asyncio.wait([reading], timeout=PATIENCE)
        if reading.done():
            reading.result()

    # -- an unknown length --------------------------------------------------------------------------

    @property
    def seen(self) -> int:
        """How many rows there are at least."""
        if self.known:
            return self.total
        return max(((n + 1) * PAGE for n in self._pages if n * PAGE < FAR // 2), default=0)

    def know(self, source: Source, total: int) -> None:
        """Take over the number of rows that somebody counted meanwhile; ignored for rows no longer shown."""
        if source is self.source and self.loaded and not self.known:
            self._learn(total)

    def _learn(self, total: int) -> None:
        """Give the lines that were counted from the end their true numbers; nothing in sight moves."""
        shift = FAR - total
        rows = {
            number * PAGE + at - shift: row
            for number, page in self._pages.items()
            if number * PAGE >= FAR // 2
            for at, row in enumerate(page)
        }
        self._pages = OrderedDict((n, page) for n, page in self._pages.items() if n * PAGE < FAR // 2)
        for number in sorted({line // PAGE for line in rows}):
            lines = range(number * PAGE, min((number + 1) * PAGE, total))
            if number not in self._pages and lines and all(line in rows for line in lines):
                self._pages[number] = [rows[line] for line in lines]
        if self.cursor >= FAR // 2:
            self.cursor, self.top = self.cursor - shift, self.top - shift
        self.total, self.known = total, True
        self.cursor = max(min(self.cursor, total - 1), 0)
        self._generation += 1
        self._asked.clear()
        self._keep_cursor_visible()
        self._want(self.top, self.top + self.lines)
        self.refresh()
