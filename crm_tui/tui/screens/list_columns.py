"""The box in which the columns of a list are chosen, ordered and widened; the list behind shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from crm_tui.locale import _
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.list_layout import Shown, moved, switched, widened
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

if TYPE_CHECKING:
    from crm_tui.tui.screens.list_screen import ListScreen

STEP = 2


class ColumnsBox(PopUp):
    """All columns that a list offers, those shown first and in their order."""

    kind: ClassVar[str] = "columns"
    AUTO_FOCUS = "Table"

    def __init__(self, shown_by: ListScreen) -> None:
        super().__init__()
        self.list = shown_by
        self.table = Table(
            [Column("", 3), Column("", 20, flex=1), Column("", 6, right=True), Column("", 10, tone="dim")],
            header=False,
        )

    def heading(self) -> str:
        """Return the title."""
        return _("Columns")

    def box(self) -> Iterable[Widget]:
        """Yield the columns."""
        yield self.table

    async def reload(self) -> None:
        """Show the columns, once."""
        if not self.table.loaded:
            await self._show()

    @property
    def _columns(self) -> tuple[Shown, ...]:
        return self.list.layout_now.shown(self.list.offered)

    @property
    def _under(self) -> str:
        row = self.table.row
        return str(row.id) if row is not None else ""

    async def _show(self, cursor_to: str | None = None) -> None:
        shown = [one.name for one in self._columns]
        rows = []
        for name in (*shown, *(name for name in self.list.offered if name not in shown)):
            on = name in shown
            cells = self.list.table.width_of(shown.index(name)) if on else 0
            note = _("no room") if on and not cells else ""
            mark = Cell("[x]" if on else "[ ]", "accent" if on else "")
            title = self.list.offered[name].column.title
            rows.append(Row(name, (mark, title, str(cells or ""), note)))
        await self.table.show(ListSource(rows), cursor_to=cursor_to)

    async def _change(self, columns: tuple[Shown, ...], cursor_to: str = "") -> None:
        name = cursor_to or self._under
        await self.list.lay_out(self.list.layout_now._replace(columns=columns))
        await self._show(name)

    async def do_show_column(self) -> None:
        """Show the column under the cursor, or leave it out."""
        columns = switched(self._columns, self._under)
        if columns == self._columns:
            self.say(_("One column has to stay."), "warn")
        # One that is taken away makes room for the next; one that is added is followed, to be moved at once.
        after = self.table.at(self.table.cursor + 1)
        hidden = len(columns) < len(self._columns) and after is not None
        await self._change(columns, str(after.id) if hidden and after is not None else "")

    async def _move(self, by: int) -> None:
        if all(one.name != self._under for one in self._columns):
            self.say(_("Columns that are not shown have no place yet; {key} shows it.").format(key="Space"))
            return
        await self._change(moved(self._columns, self._under, by))

    async def do_move_down(self) -> None:
        """Move the column to the right."""
        await self._move(1)

    async def do_move_up(self) -> None:
        """Move the column to the left."""
        await self._move(-1)

    async def _widen(self, by: int) -> None:
        names = [one.name for one in self._columns]
        if self._under not in names:
            return
        present = self.list.table.width_of(names.index(self._under)) or next(
            one.cells or self.list.offered[one.name].column.cells
            for one in self._columns
            if one.name == self._under
        )
        await self._change(widened(self._columns, self._under, present, by))

    async def do_wider(self) -> None:
        """Make the column wider."""
        await self._widen(STEP)

    async def do_narrower(self) -> None:
        """Make the column narrower."""
        await self._widen(-STEP)

    async def do_usual_columns(self) -> None:
        """Go back to the usual columns."""
        await self._change(())
        self.say(_("The usual columns are back."))

    async def do_apply(self) -> None:
        """Close; the columns are kept."""
        await self.do_back()

    async def do_open(self) -> None:
        """Show or hide the column that was clicked."""
        await self.do_show_column()

    async def do_back(self) -> None:
        """Close; the columns are kept."""
        await self.list.keep_layout()
        await self.crm.back()

    async def do_quit(self) -> None:
        """Close like Esc does."""
        await self.do_back()
