"""The box in which the order of a list is chosen, by letter or arrows; the same once more turns it round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget

from crm_tui.locale import _
from crm_tui.tui.keys import half_width
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.list_layout import ASCENDING, DESCENDING, Sorting, turned
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

# Letters that mean something in a box of choices.
BESIDE = 4  # lines of the box around the orders: its frame, messages and keys
TAKEN = frozenset("gjkqGs")


def letters(sorts: Sequence[Sorting]) -> list[str]:
    """Return a letter for each order: the first free one of its key, else the first free of all."""
    taken = set(TAKEN)
    found = []
    for one in sorts:
        free = (sign for sign in (*one.key, *"abcdefhilmoprtuvwxyz") if sign.isalpha() and sign not in taken)
        letter = next(free, "")
        taken.add(letter)
        found.append(letter)
    return found


class SortBox(PopUp):
    """The orders of a list; closes with the sort that was chosen, None by Esc."""

    kind: ClassVar[str] = "sorts"
    AUTO_FOCUS = "Table"

    def __init__(self, sorts: Sequence[Sorting], present: str) -> None:
        super().__init__()
        self.sorts = sorts
        self.present = present
        self.letters = letters(sorts)
        self.table = Table(
            [Column("", 1, tone="accent"), Column("", 20, flex=1), Column("", 12, tone="dim")], header=False
        )

    def heading(self) -> str:
        """Return the title."""
        return _("Sort")

    def box(self) -> Iterable[Widget]:
        """Yield the orders."""
        yield self.table

    def on_mount(self) -> None:
        """Make the box as high as its orders; they scroll where there is no room for all."""
        self.query_one(".box").styles.height = len(self.sorts) + BESIDE

    async def reload(self) -> None:
        """Show the orders, the present one under the cursor."""
        if self.table.loaded:
            return
        rows = []
        for letter, one in zip(self.letters, self.sorts, strict=True):
            mine = one.key == self.present.removeprefix("-")
            falls = one.falls != self.present.startswith("-")
            sign = DESCENDING if falls else ASCENDING
            mark = _("{sign} now").format(sign=sign) if mine else ""
            rows.append(Row(one.key, (letter, Cell(one.label, "strong" if mine else ""), mark)))
        await self.table.show(ListSource(rows), cursor_to=self.present.removeprefix("-"))

    def begins_text(self, character: str) -> bool:
        """Tell whether a letter is that of an order."""
        return (half_width(character) or character) in self.letters

    def search_typed(self, text: str) -> bool:
        """Choose the order of a letter."""
        letter = half_width(text) or text
        if letter not in self.letters:
            return False
        self.table.move_to(self.letters.index(letter))
        self.crm.perform("apply")
        return True

    async def _choose(self, key: str) -> None:
        await self.crm.back(turned(self.present) if key == self.present.removeprefix("-") else key)

    async def do_open(self) -> None:
        """Choose the order under the cursor; the present one goes the other way round."""
        row = self.table.row
        if row is not None:
            await self._choose(str(row.id))

    async def do_apply(self) -> None:
        """Choose the order under the cursor."""
        await self.do_open()

    async def do_turn(self) -> None:
        """Turn the present order round."""
        await self.crm.back(turned(self.present))
