"""Rows of a table that are read again where they stand, with marks on what others changed in them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Hashable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

from textual.geometry import Region
from textual.timer import Timer

from crm_tui.tui.widgets.marks import Marks
from crm_tui.tui.widgets.rows import GONE, GroupRow, Row, Source, differing
from crm_tui.tui.widgets.table_lines import TableLines

if TYPE_CHECKING:
    from crm_tui.tui.app import CrmApp

PAGE = 64


class RowsAgain(TableLines):
    """What a table does when others wrote: rows change in place, nothing that is looked at moves."""

    source: Source
    _pages: OrderedDict[int, Sequence[Row | GroupRow]]
    _generation: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._marks = Marks()
        self._fading: Timer | None = None

    @property
    def crm(self) -> CrmApp:
        """The app, with its ``work``."""
        raise NotImplementedError

    async def again(self, ids: Collection[Hashable] | None = None) -> tuple[list[Row], list[Row]]:
        """Read rows again in place, by their ids (None: those in sight); nothing moves.

        Returns the rows that changed and the rows that are gone; these stay, dimmed, until the next reading.
        """
        read: Any = getattr(self.source, "again", None)
        if read is None or not self.loaded:
            return [], []
        last = min(self.top + self.lines, self.total)
        if ids is None:
            here = [self.at(line) for line in range(self.top, last)]
        else:
            here = [item for page in self._pages.values() for item in page if item.id in ids]
        rows = [item for item in here if isinstance(item, Row)]
        generation = self._generation
        fresh: Sequence[Row] = await self.crm.work.run(read, rows) if rows else ()
        if generation != self._generation:
            # Read anew meanwhile: that reading knows it all.
            return [], []
        if ids is None:
            kept = range(self.top // PAGE, max(last - 1, 0) // PAGE + 1)
            self._pages = OrderedDict(
                (number, page) for number, page in self._pages.items() if number in kept
            )
        changed = {row.id: (old, row) for old, row in zip(rows, fresh, strict=True) if row != old}
        for number, page in self._pages.items():
            if any(item.id in changed for item in page):
                self._pages[number] = [changed[item.id][1] if item.id in changed else item for item in page]
        self.mark({row_id: differing(*pair) for row_id, pair in changed.items()})
        self._draw(changed)
        return (
            [row for _old, row in changed.values() if row.tone != GONE],
            [row for old, row in changed.values() if row.tone == GONE != old.tone],
        )

    def mark(self, columns: Mapping[Hashable, Set[int]]) -> None:
        """Mark cells for a moment as changed by somebody else: columns by row id."""
        columns = {row_id: places for row_id, places in columns.items() if places}
        if columns:
            self._marks.add(columns)
            self._draw(columns)
            self._fade_later()

    def marked(self, row_id: Hashable) -> Collection[int]:
        """Return the columns of a row that are marked now."""
        return self._marks.of(row_id)

    def fade(self, *, everything: bool = False) -> None:
        """Take away the marks whose moment is over."""
        if self._fading is not None:
            self._fading.stop()
            self._fading = None
        self._draw(self._marks.forget(all_of_them=everything))
        self._fade_later()

    def _fade_later(self) -> None:
        wait = self._marks.wait()
        if wait is not None and self._fading is None:
            self._fading = self.set_timer(wait, self.fade)

    def _draw(self, ids: Collection[Hashable]) -> None:
        """Draw the lines of these rows again."""
        for line in range(self.top, min(self.top + self.lines, self.total)):
            item = self.at(line)
            if item is not None and item.id in ids:
                self.refresh(Region(0, line - self.top + self.header, self.size.width, 1))
