"""How a table draws its lines: cells cut to their columns, tones, headings, the cursor, the place mark."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from crm_tui.locale import _
from crm_tui.text.cells import fit, safe, width
from crm_tui.tui.widgets.rows import FAR, GONE, Cell, Column, GroupRow, Row, column_widths, plain

if TYPE_CHECKING:
    from crm_tui.tui.app import CrmApp

TONES = ("dim", "strong", "accent", "good", "warn", "bad", GONE)
DRAWN = 512  # drawn lines that are kept: scrolling shows most of them again
CHANGED = "*"  # stands before a cell that somebody else changed a moment ago


@lru_cache(maxsize=8192)
def _fitted(text: str, cells: int, right: bool, ambiguous: int) -> str:
    text = safe(text)
    if right:
        return (
            " " * max(cells - width(text, ambiguous), 0) + text
            if width(text, ambiguous) <= cells
            else (fit(text, cells, ambiguous))
        )
    return fit(text, cells, ambiguous)


def _marked(text: str, marks: Sequence[str], cells: int, ambiguous: int) -> tuple[str, str]:
    """Return the text cut to what its marks leave, and the marks: all, or the first and how many more."""
    shown = "".join(f"[{mark}]" for mark in marks)
    if len(marks) > 1 and width(safe(shown), ambiguous) > cells // 2:
        shown = f"[{marks[0]} +{len(marks) - 1}]"
    shown = safe(shown)
    room = max(cells - width(shown, ambiguous) - 1, 0)
    text = safe(text)
    if width(text, ambiguous) > room:
        text = fit(text, room, ambiguous).rstrip()
    used = width(text, ambiguous) + 1
    return text + " ", fit(shown, max(cells - used, 0), ambiguous)


class TableLines(Widget):
    """The drawing of a table; what is shown and where the cursor stands is the table's."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("table--header", "table--cursor", "table--idle", "table--group", "table--mark", "table--empty"),
        *("table--changed", "table--found"),
        *(f"table--{tone}" for tone in TONES),
    }

    columns: Sequence[Column]
    sign_cells: int = 0  # cells kept at the left edge for what ``row_sign`` says of a row
    header: int
    total: int
    known: bool
    loaded: bool
    top: int
    _widths: list[int]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._styles_known: dict[str, Style] = {}
        self._drawn: dict[tuple[Hashable, str], tuple[Row, tuple[object, ...], Strip]] = {}

    def notify_style_update(self) -> None:
        """Forget how lines look: the theme or the focus is another one."""
        super().notify_style_update()
        self._styles_known.clear()
        self._drawn.clear()

    @property
    def empty(self) -> str:
        """What the table says when it is empty."""
        raise NotImplementedError

    def at(self, line: int) -> Row | GroupRow | None:
        """Return the row or heading of a line, None when it is not here (yet)."""
        raise NotImplementedError

    @property
    def lines(self) -> int:
        """How many rows are visible at once."""
        raise NotImplementedError

    def holds_cursor(self, line: int) -> bool:
        """Tell whether a line is drawn as the cursor's."""
        raise NotImplementedError

    def marked(self, row_id: Hashable) -> Collection[int]:
        """Return the columns of a row that somebody else changed a moment ago."""
        raise NotImplementedError

    def row_sign(self, item: Row) -> str:
        """Return the ASCII cell that stands before a row, '' for nothing; asked where ``sign_cells`` is 1."""
        return ""

    def _want(self, first: int, last: int) -> None:
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Return one line of the table."""
        cells = self.size.width
        if not self._widths:
            self._widths = column_widths(self.columns, max(cells - 3 - self.sign_cells, 1))
            self._drawn.clear()
        if y < self.header:
            texts = [column.title for column in self.columns]
            return self._strip(texts, self._style("table--header"), cells, tones=False)
        if not self.total:
            return self._empty_line(y - self.header, cells)
        line = self.top + y - self.header
        if line >= self.total:
            return Strip.blank(cells, self._style(""))
        item = self.at(line)
        mark = self._mark(y - self.header)
        look = ("cursor" if self.has_focus else "idle") if self.holds_cursor(line) else ""
        style = self._style(f"table--{look}") if look else None
        if item is None:
            self._want(line, line)
            return self._strip(["…"], style or self._style("table--dim"), cells, mark, tones=False)
        if isinstance(item, GroupRow):
            text = f" {'▸' if item.folded else '▾'} {item.title} ({item.count})"
            text = _fitted(text, cells - 1, False, self._ambiguous)
            return Strip(
                [Segment(text, style or self._style("table--group")), self._mark_segment(mark)], cells
            )
        changed = self.marked(item.id)
        sign = self.row_sign(item) if self.sign_cells else ""
        given = (cells, mark, sign, changed)
        known = self._drawn.get((item.id, look))
        if known is not None and known[0] is item and known[1] == given:
            return known[2]
        base = style or self._style(f"table--{item.tone}" if item.tone in TONES else "")
        tones = not look and item.tone != GONE
        strip = self._strip(item.cells, base, cells, mark, sign, tones=tones, changed=changed)
        if len(self._drawn) >= DRAWN:
            self._drawn.clear()
        self._drawn[item.id, look] = (item, given, strip)
        return strip

    def _strip(
        self,
        texts: Sequence[str | Cell],
        base: Style,
        cells: int,
        mark: bool = False,
        sign: str = "",
        *,
        tones: bool = True,
        changed: Collection[int] = (),
    ) -> Strip:
        ambiguous = self._ambiguous
        segments: list[Segment] = [Segment(sign or " ", base)] if self.sign_cells else []
        used = self.sign_cells
        for place, (column, wide) in enumerate(zip(self.columns, self._widths, strict=True)):
            if not wide:
                continue
            cell = texts[place] if place < len(texts) else ""
            text, tone = (
                (cell.text, cell.tone or column.tone) if isinstance(cell, Cell) else (cell, column.tone)
            )
            style = self._style(f"table--{tone}") if tones and tone in TONES else base
            segments.append(Segment(CHANGED if place in changed else " ", base))
            used += 1
            if place in changed:
                style += self._changed
            if isinstance(cell, Cell) and cell.marks:
                text, shown = _marked(text, cell.marks, wide, ambiguous)
                segments += self._lit(text, cell.spans, style)
                segments.append(Segment(shown, self._style("table--warn") if tones else base))
            else:
                spans = cell.spans if isinstance(cell, Cell) else ()
                segments += self._lit(_fitted(text, wide, column.right, ambiguous), spans, style)
            used += wide
        segments.append(Segment(" " * max(cells - used - 1, 0), base))
        segments.append(self._mark_segment(mark))
        return Strip(segments, cells).simplify()

    def _lit(self, text: str, spans: Sequence[tuple[int, int]], style: Style) -> list[Segment]:
        """Return a text with what a search found in it marked, not by colour alone."""
        if not spans:
            return [Segment(text, style)]
        found = self._style("table--found")
        lit = style + Style(bold=found.bold, underline=found.underline)
        segments, at = [], 0
        for start, end in spans:
            segments += [Segment(text[at:start], style), Segment(text[start:end], lit)]
            at = max(end, at)
        return [one for one in (*segments, Segment(text[at:], style)) if one.text]

    def width_of(self, column: int) -> int:
        """Return the cells that a column has on the screen, 0 where it was dropped."""
        widths = self._widths or column_widths(self.columns, max(self.size.width - 3 - self.sign_cells, 1))
        return widths[column]

    def cut(self, row: Row | None, column: int) -> str:
        """Return the text of a cell that its column has no room for, '' where all of it is seen."""
        text = plain(row.cells[column]) if row is not None else ""
        return text if width(text) > self.width_of(column) else ""

    def column_at(self, x: int) -> int | None:
        """Return the column that is drawn at a cell of the line, None where there is none."""
        left = self.sign_cells
        for place, wide in enumerate(self._widths):
            if wide and left <= x <= left + wide:
                return place
            left += wide + 1 if wide else 0
        return None

    def _mark(self, y: int) -> bool:
        """Tell whether this line of the right edge shows where in the list we are."""
        if self.total <= self.lines:
            return False
        if not self.known:
            # Near an end is all that can be told.
            return y == (0 if self.top < FAR // 2 else self.lines - 1)
        size = max(self.lines * self.lines // self.total, 1)
        start = round((self.lines - size) * self.top / max(self.total - self.lines, 1))
        return start <= y < start + size

    def _mark_segment(self, mark: bool) -> Segment:
        return Segment(" ", self._style("table--mark" if mark else ""))

    def _empty_line(self, y: int, cells: int) -> Strip:
        texts = (self.empty or _("Nothing here.")).splitlines() if self.loaded else [_("Loading …")]
        start = max((self.lines - len(texts)) // 3, 0)
        if not start <= y < start + len(texts):
            return Strip.blank(cells, self.rich_style)
        text = safe(texts[y - start])
        left = max((cells - width(text, self._ambiguous)) // 2, 0)
        text = fit(" " * left + text, cells, self._ambiguous)
        return Strip([Segment(text, self._style("table--empty"))], cells)

    def _style(self, name: str) -> Style:
        """Return the style of a component, the table's own for ''."""
        found = self._styles_known.get(name)
        if found is None:
            found = self.get_component_rich_style(name) if name else self.rich_style
            self._styles_known[name] = found
        return found

    @property
    def _changed(self) -> Style:
        found = self._style("table--changed")
        return Style(bold=found.bold, underline=found.underline)

    @property
    def _ambiguous(self) -> int:
        return cast("CrmApp", self.app).ambiguous
