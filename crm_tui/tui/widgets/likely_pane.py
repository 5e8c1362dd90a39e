"""Whom a typed customer may be: a few lines under a form, the reasons of one of them below."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from crm_tui.locale import _
from crm_tui.text.cells import fit, safe, width
from crm_tui.tui.widgets.lines import packed

NO_CELLS, OWNER_CELLS, STATE_CELLS = 14, 8, 8
LEFT_TO_FORM = 9  # lines of a screen that are not the pane's, however much there is to say
MARK = "> "


class LikelyRow(NamedTuple):
    """A customer in the pane: raw texts, and what is shown while it is the current one.

    That are its reasons, (points, text) the strongest first, and ``total``, their sum. ``visible`` says
    whether the user may open it.
    """

    customer_id: int
    name: str
    no: str
    owner: str
    state: str
    said: str
    reasons: Sequence[tuple[float, str]] = ()
    total: str = ""
    visible: bool = True


class LikelyPane(Widget, can_focus=False):
    """Shows rows, one of them current, and its reasons; gone without rows.

    It asks for as many ``lines`` as that needs; for one or two less it stays as it is, so that what stands
    above it does not jump at every key.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("likely--title", "likely--row", "likely--here", "likely--said", "likely--reason"),
    }

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.rows: Sequence[LikelyRow] = ()
        self.current = 0
        self.display = False
        self._lines = 0
        self._shown = (0, 0)

    @property
    def row(self) -> LikelyRow | None:
        """The current row, None when nothing is shown."""
        return self.rows[self.current] if self.rows else None

    def show(self, title: str, rows: Sequence[LikelyRow]) -> None:
        """Show these; the current customer stays current while it is among them."""
        here = self.row.customer_id if self.row is not None else 0
        ids = [row.customer_id for row in rows]
        self.title, self.rows = title, rows
        self.current = ids.index(here) if here in ids else 0
        self.display = bool(rows)
        if not rows:
            self._lines = 0
        self._arrange()

    @property
    def lines(self) -> int:
        """How many lines it needs, 0 while it is not shown."""
        return self._lines if self.display else 0

    def step(self, by: int = 1) -> None:
        """Make another row the current one; behind the last comes the first."""
        if self.rows:
            self.current = (self.current + by) % len(self.rows)
            self._arrange()

    def _reasons(self, row: LikelyRow, most: int) -> list[str]:
        """Return the reasons on at most ``most`` lines; for want of room the weakest as one sum."""
        cells = max((self.size.width or self.app.size.width) - 2, 10)
        if most < 1 or not row.reasons:
            return []
        texts = [text for _points, text in row.reasons]
        for shown in range(len(texts), -1, -1):
            rest = [points for points, _text in row.reasons[shown:]]
            told = _("{points:+.1f} for {n} more").format(points=sum(rest), n=len(rest)) if rest else ""
            found = packed([*texts[:shown], *filter(None, (told, row.total))], cells, len(texts) + 2)
            if len(found) <= most:
                return found
        return packed([row.total], cells, most)

    def _arrange(self) -> None:
        if not self.rows:
            return
        most = max(self.app.size.height - LEFT_TO_FORM, 3)
        reasons = max(len(self._reasons(row, most)) for row in self.rows)
        # All reasons of one before a second row: the sum is to be seen.
        rows = max(min(len(self.rows), most - 1 - reasons), min(len(self.rows), 2), 1)
        wanted = min(1 + rows + reasons, most)
        kept = self._lines if wanted <= self._lines <= wanted + 2 else wanted
        self._lines = min(kept, most)
        first = max(min(self._shown[0], self.current), self.current - rows + 1)
        self._shown = max(min(first, len(self.rows) - rows), 0), rows
        self.refresh()

    def on_resize(self) -> None:
        """Arrange again."""
        self._lines = 0
        self._arrange()

    def render_line(self, y: int) -> Strip:
        """Return a line: the title, a customer, or a line of reasons."""
        cells = self.size.width
        first, count = self._shown
        style = self.get_component_rich_style
        if y == 0 or self.row is None:
            return Strip([Segment(fit(" " + safe(self.title), cells), style("likely--title"))], cells)
        if y <= count:
            number = first + y - 1
            return self._row(self.rows[number], number == self.current, cells)
        reasons = self._reasons(self.row, self._lines - 1 - count)
        at = y - 1 - count
        text = reasons[at] if at < len(reasons) else ""
        return Strip([Segment(fit("  " + text, cells), style("likely--reason"))], cells)

    def _row(self, row: LikelyRow, here: bool, cells: int) -> Strip:
        style = self.get_component_rich_style
        base = style("likely--here" if here else "likely--row")
        said = max(width(safe(each.said)) for each in self.rows)
        parts = [(row.owner, OWNER_CELLS), (row.state, STATE_CELLS)]
        if cells >= 70:
            parts.insert(0, (row.no, NO_CELLS))
        rest = max(cells - len(MARK) - sum(wide + 1 for _text, wide in parts) - said - 2, 8)
        text = (MARK if here else " " * len(MARK)) + fit(safe(row.name), rest)
        text += "".join(" " + fit(safe(each), wide) for each, wide in parts) + " "
        tail = fit(safe(row.said), max(cells - width(text), 0))
        segments = [Segment(text, base), Segment(tail, base if here else style("likely--said"))]
        return Strip(segments).crop(0, cells)

    def on_click(self, event: events.Click) -> None:
        """Make the clicked row the current one."""
        first, count = self._shown
        if 1 <= event.y <= count:
            self.current = first + event.y - 1
            self._arrange()
