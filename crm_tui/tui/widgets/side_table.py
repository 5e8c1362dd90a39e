"""A table of records side by side: a first column of names, then a record a column, one of them current."""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from crm_tui.tui.widgets.table import Table

LEFT, RIGHT = "[", "]"


class SideTable(Table):
    """A table whose cursor stands on a cell: ``current`` is its column, in brackets in title and row."""

    class Picked(Message):
        """A cell or title of another column was clicked."""

        def __init__(self, table: SideTable, column: int) -> None:
            super().__init__()
            self.table = table
            self.column = column

    current = 1

    def render_line(self, y: int) -> Strip:
        """Return one line, the current cell in brackets."""
        strip = super().render_line(y)
        title = y < self.header
        if not self.total or not (title or self.holds_cursor(self.top + y - self.header)):
            return strip
        if not 0 < self.current < len(self._widths):
            return strip
        name = "table--header" if title else "table--cursor" if self.has_focus else "table--idle"
        style = self._style(name)
        start = sum(self._widths[: self.current]) + self.current
        end = start + self._widths[self.current] + 1
        parts = (
            strip.crop(0, start),
            Strip([Segment(LEFT, style)], 1),
            strip.crop(start + 1, end),
            Strip([Segment(RIGHT, style)], 1),
            strip.crop(end + 1),
        )
        return Strip.join(parts)

    def on_click(self, event: events.Click) -> None:
        """Make the clicked column the current one; Table moves the cursor."""
        column = self.column_at(event.x)
        if column and column != self.current:
            event.prevent_default()
            line = event.y - self.header + self.top
            if self.header <= event.y and line < self.total:
                self.move_to(line)
            self.post_message(self.Picked(self, column))
