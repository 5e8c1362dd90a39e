"""A panel of the customer file: a title and a table whose long values take several lines."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip
from textual.widget import Widget

from crm_tui.locale import _, language
from crm_tui.text.cells import fit, safe, width
from crm_tui.text.fold import fold
from crm_tui.tui.screens.customer_lines import Key, Line
from crm_tui.tui.widgets.lines import packed, wrapped
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row, column_widths
from crm_tui.tui.widgets.table import Table

NOTE_LINES = 2
VALUE = 1  # the column of what a line says


def record_columns() -> list[Column]:
    """Return the columns of a panel that shows fields: label, value, last change."""
    label = 12 if language() == "zh" else 17
    return [Column("", label), Column("", 16, flex=2), Column("", 22, flex=1, priority=1, tone="dim")]


def time_columns() -> list[Column]:
    """Return the columns of the timeline: when, what, who."""
    return [Column("", 11), Column("", 20, flex=1), Column("", 9, priority=1, tone="dim")]


class LineId(NamedTuple):
    """What a row of the table stands for: a line's key and place, and which part of its value."""

    key: Key
    place: int
    part: int


class PanelTitle(Widget):
    """The line over a panel, bold where the panel is in use."""

    def __init__(self, text: str) -> None:
        super().__init__(classes="panel-title")
        self.text = text

    def change(self, text: str) -> None:
        """Say something else."""
        if text != self.text:
            self.text = text
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        cells = self.size.width
        text = f" {safe(self.text)} "
        rule = "-" * max(cells - width(text) - 2, 0)
        return Strip([Segment(fit(f"-{text}{rule}", cells), self.rich_style)], cells)


class Span(NamedTuple):
    """The lines that one entry takes: its first and last, and ``lead``, where the headings over it begin."""

    lead: int
    first: int
    last: int


class EntryTable(Table):
    """A table whose cursor stands on whole entries: never on the second line of one, never on a heading."""

    spans: Sequence[Span] = ()

    def move_to(self, line: int) -> None:
        """Put the cursor on the entry of that line and show all of it, with the heading over it."""
        if not self.spans:
            super().move_to(line)
            return
        at = max(bisect_right([span.first for span in self.spans], line) - 1, 0)
        if line > self.cursor >= self.spans[at].first and at + 1 < len(self.spans):
            at += 1
        lead, first, last = self.spans[at]
        before, top = self.cursor, self.top
        self.cursor = first
        if last >= self.top + self.lines:
            self.top = min(last - self.lines + 1, first)
        if lead < self.top:
            self.top = lead if last - lead < self.lines else first
        if (self.cursor, self.top) != (before, top):
            self.refresh()
        super().move_to(first)

    def holds_cursor(self, line: int) -> bool:
        """The cursor marks every line of its entry."""
        at = bisect_right([span.first for span in self.spans], self.cursor) - 1
        return self.spans[at].first <= line <= self.spans[at].last if at >= 0 else line == self.cursor


class Panel(Vertical):
    """A titled table of lines; ``key`` is what the cursor stands on."""

    def __init__(self, name: str, title: str, columns: Sequence[Column], empty: str) -> None:
        super().__init__(id=name, classes="panel")
        self.title_text = title
        self.title_line = PanelTitle(title)
        self.table = EntryTable(columns, empty=empty, header=False)
        self.lines: list[Line] = []
        self._wrapped_at = 0

    def compose(self) -> ComposeResult:
        """Yield the title and the table."""
        yield self.title_line
        yield self.table

    @property
    def key(self) -> Key | None:
        """What the line under the cursor stands for."""
        here = self._here
        return here.key if here is not None else None

    @property
    def line(self) -> Line | None:
        """The line under the cursor, whole."""
        here = self._here
        return self.lines[here.place] if here is not None else None

    @property
    def _here(self) -> LineId | None:
        row = self.table.row
        return row.id if row is not None and isinstance(row.id, LineId) else None

    async def show(self, lines: Sequence[Line], count: int | None = None, text: str = "") -> None:
        """Show lines, those that hold a text only where one is given."""
        wanted = fold(text)
        kept = [line for line in lines if wanted in fold(f"{line.label} {line.value}")] if wanted else lines
        self.title_line.change(self.title_text + (f" ({count})" if count is not None else ""))
        if not self.table.loaded or list(kept) != self.lines:
            self.lines = list(kept)
            await self._fill()

    def mark_against(self, before: Sequence[Line]) -> None:
        """Mark for a moment the values that are not what they were."""
        known = {(line.key, line.label, line.value) for line in before}
        new = {
            place for place, line in enumerate(self.lines) if (line.key, line.label, line.value) not in known
        }
        ids = [row.id for row in self._rows() if isinstance(row.id, LineId) and row.id.place in new]
        self.table.mark({each: {VALUE} for each in ids if self.lines[each.place].value})

    async def _fill(self) -> None:
        here = self._here
        rows = self._rows()
        ids = [row.id for row in rows if isinstance(row.id, LineId)]
        if here is not None and here not in ids:
            here = next((each for each in ids if each.key == here.key), None)
        await self.table.show(ListSource(rows), cursor_to=here)
        self.table.spans = self._spans(rows)
        self.table.move_to(self.table.cursor)

    def _spans(self, rows: Sequence[Row]) -> list[Span]:
        spans: list[Span] = []
        lead = 0
        for at, row in enumerate(rows):
            assert isinstance(row.id, LineId)
            line = self.lines[row.id.place]
            if line.tone == "accent" and not line.value:
                continue
            remark = not line.label and spans and self.lines[row.id.place - 1].key == line.key
            if row.id.part == 0 and not remark:
                spans.append(Span(lead, at, at))
            else:
                spans[-1] = spans[-1]._replace(last=at)
            lead = at + 1
        return spans

    def _rows(self) -> list[Row]:
        cells = self.table.size.width or self.app.size.width
        self._wrapped_at = cells
        _label, wide, beside = column_widths(self.table.columns, max(cells - 3, 1))
        rows: list[Row] = []
        for place, line in enumerate(self.lines):
            short = len(line.value) <= 4 * wide and width(safe(line.value)) <= wide and "\n" not in line.value
            parts = [line.value] if short else wrapped(line.value, max(wide, 8), line.most)
            notes = packed(line.note.split(" "), beside, NOTE_LINES, " ") if beside else []
            notes = [note.replace("\u00a0", " ") for note in notes]  # held an arrow to its value
            for number, (part, note) in enumerate(zip_longest(parts or [""], notes, fillvalue="")):
                first = number == 0
                head = line.tone if line.tone == "accent" and not line.value else ""
                label = Cell(
                    line.label if first else "", head or ("dim" if line.tone in ("", "warn") else "")
                )
                cells_of = (label, Cell(part, line.tone), note)
                rows.append(Row(LineId(line.key, place, number), cells_of))
        return rows

    def on_resize(self, _event: events.Resize) -> None:
        """Wrap the values anew when the width is another."""
        self.call_after_refresh(self._wrap_again)

    def _wrap_again(self) -> None:
        if self.lines and self.table.size.width != self._wrapped_at:
            self.run_worker(self._fill, group="wrap", exclusive=True, exit_on_error=False)


def panels() -> list[Panel]:
    """Return the panels of a customer file in the order of Tab."""
    make: Callable[..., Panel] = Panel
    return [
        make("profile", _("Profile"), record_columns(), _("Nothing filled in yet.")),
        make("contacts", _("Contact persons"), record_columns(), _("No contact yet: {add} adds one.")),
        make("timeline", _("Timeline"), time_columns(), _("Nothing happened yet: {log} logs, {add} plans.")),
        make("projects", _("Projects"), record_columns(), _("No project yet: {add} adds one.")),
    ]
