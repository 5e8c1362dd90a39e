"""A table whose rows can be marked: a sign before each marked row, and a range that follows the cursor."""

from __future__ import annotations

from collections.abc import Hashable

from textual.strip import Strip

from crm_tui.tui.widgets.picks import Picks
from crm_tui.tui.widgets.rows import Row
from crm_tui.tui.widgets.table import Table

SIGN = "+"  # of a marked row; * says that somebody else changed a cell


class PickTable(Table):
    """A table with marks: ``picks``, and ``range_from``, the line where the open range began (None: none)."""

    sign_cells = 1
    picks = Picks()
    range_from: int | None = None
    _line = 0

    def mark_with(self, picks: Picks) -> None:
        """Show these marks."""
        self.picks = picks

    @property
    def span(self) -> range:
        """The lines of the range that is open, none by default."""
        if self.range_from is None:
            return range(0)
        return range(min(self.range_from, self.cursor), max(self.range_from, self.cursor) + 1)

    def row_sign(self, item: Row) -> str:
        """Return what stands before a row."""
        return SIGN if self._line in self.span or item.id in self.picks else ""

    def render_line(self, y: int) -> Strip:
        """Return one line of the table."""
        self._line = self.top + y - self.header
        return super().render_line(y)

    def move_to(self, line: int) -> None:
        """Put the cursor on a line; an open range follows it."""
        before = self.cursor
        super().move_to(line)
        if self.range_from is not None and abs(self.cursor - before) > 1:
            self.refresh()

    def begin_range(self) -> None:
        """Open a range at the cursor."""
        self.range_from = self.cursor
        self.refresh()

    def end_range(self) -> range:
        """Close the range that is open and return its lines."""
        lines, self.range_from = self.span, None
        self.refresh()
        return lines

    def in_sight(self, lines: range) -> list[Hashable] | None:
        """Return the ids of lines when their rows are here, None when one is not."""
        found = []
        for line in lines:
            item = self.at(line)
            if item is None:
                return None
            if isinstance(item, Row):
                found.append(item.id)
        return found
