"""A box that shows a whole text: what was said in a follow-up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from crm_tui.text.cells import safe
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.widgets.lines import wrapped
from crm_tui.tui.widgets.rows import Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

MOST = 500


class TextBox(PopUp):
    """A text in a box, moved through like a list; Enter or Esc closes it."""

    kind: ClassVar[str] = "pick"
    hidden = frozenset({"apply"})

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.title_text = title
        self.text = text
        self.table = Table([Column("", 20, flex=1)], header=False)

    def heading(self) -> str:
        """Return the title."""
        return safe(self.title_text)

    def box(self) -> Iterable[Widget]:
        """Yield the text."""
        yield self.table

    async def reload(self) -> None:
        """Wrap the text to the box."""
        cells = max(self.table.size.width or self.app.size.width - 12, 12) - 3
        found = [line for part in self.text.splitlines() for line in (wrapped(part, cells, MOST) or [""])]
        await self.table.show(ListSource([Row(at, (line,)) for at, line in enumerate(found)]))

    async def do_open(self) -> None:
        """Close the box."""
        await self.crm.back()

    def do_copy(self) -> None:
        """Copy the text."""
        self.crm.copy(self.text)
