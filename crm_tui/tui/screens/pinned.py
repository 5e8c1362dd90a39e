"""What stays on top of a customer's file: number, status and tags, and the key note (S4-06)."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from crm_tui.customers.fields import FIELDS
from crm_tui.text.cells import fit
from crm_tui.tui.widgets.lines import packed, wrapped

NOTE_LINES = 3
BANNER_LINES = 2


class Pinned(Widget):
    """What stays on top: number, status and tags, and the key note (S4-06)."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pinned--note"}

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.key_note = ""
        self._lines: list[tuple[str, str]] = []

    def show(self, parts: list[str], key_note: str) -> None:
        """Show other texts."""
        if (parts, key_note) != (self.parts, self.key_note):
            self.parts, self.key_note = parts, key_note
            self.wrap()

    def wrap(self) -> None:
        """Wrap the texts to the width."""
        cells = max(self.app.size.width - 2, 10)
        self._lines = [(text, "") for text in packed(self.parts, cells, BANNER_LINES)]
        if self.key_note:
            note = f"{FIELDS['key_note'].title}: {self.key_note}"
            self._lines += [(text, "pinned--note") for text in wrapped(note, cells, NOTE_LINES)]
        self.styles.height = max(len(self._lines), 1)
        self.refresh()

    def on_resize(self) -> None:
        """Wrap anew."""
        self.wrap()

    def render_line(self, y: int) -> Strip:
        """Return one line."""
        cells = self.size.width
        if y >= len(self._lines):
            return Strip.blank(cells, self.rich_style)
        text, name = self._lines[y]
        style = self.get_component_rich_style(name) if name else self.rich_style
        return Strip([Segment(fit(" " + text, cells), style)], cells)
