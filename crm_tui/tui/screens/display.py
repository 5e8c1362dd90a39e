"""The box for colours and the width of signs: what the cursor is on is shown at once, Enter keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from crm_tui.locale import _
from crm_tui.text.cells import fit
from crm_tui.tui import themes
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.widgets.lines import Line
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Cell, Column, GroupedSource, ListSource, Row, Section
from crm_tui.tui.widgets.table import Table

SIGNS = "…—·“”①②③→★×℃"  # drawn in one cell by most terminals, in two by some


class Ruler(Line):
    """Signs of doubtful width between two bars."""

    def parts(self, cells: int) -> list[tuple[str, str]]:
        """Return the signs."""
        return [(f"  |{SIGNS}|", "")]

    def render_line(self, y: int) -> Strip:
        """Return the signs above as many letters: where the width is right, the bars stand in one column."""
        if y == 0:
            return super().render_line(0)
        if y > 1:
            return Strip.blank(self.size.width, self.rich_style)
        text = f"  |{'x' * len(SIGNS) * self.crm.ambiguous}|"
        return Strip([Segment(fit(text, self.size.width), self.rich_style)], self.size.width)


class DisplayBox(PopUp):
    """Theme and width of signs, live; Esc leaves what was kept last."""

    kind: ClassVar[str] = "display"

    def __init__(self) -> None:
        super().__init__()
        self.table = Table([Column("", 2), Column("", 22), Column("", 20, flex=1, tone="dim")], header=False)
        self.sample = Table([Column("", 12), Column("", 20, flex=1), Column("", 12)], header=False)
        self.sample.add_class("display-sample")
        self.sample.can_focus = False
        self.ruler = Ruler()

    def heading(self) -> str:
        """Return the title."""
        return _("Display")

    def box(self) -> Iterable[Widget]:
        """Yield the choices, a sample of rows, the test of widths."""
        yield self.table
        yield self.sample
        yield Prose(_("Right: no sign cut or set apart, the bars in one column."))
        yield self.ruler

    async def reload(self) -> None:
        """List what can be chosen; what is in force has a star."""
        here = self.table.row
        await self._list()
        if here is None:
            await self.table.show(self.table.source, cursor_to=("theme", self.crm.chosen_theme))
        await self.sample.show(
            ListSource(
                [
                    Row(1, (Cell(_("overdue {n} days").format(n=2), "bad"), _("Sample Trading Ltd"), "138")),
                    Row(2, (Cell(_("today"), "warn"), Cell("Müller & Söhne GmbH", "strong"), "021-5")),
                    Row(3, (Cell(_("Done"), "good"), Cell("한빛소프트 (주)", "dim"), Cell("400", "accent"))),
                ]
            )
        )

    async def _list(self) -> None:
        crm = self.crm
        names = ["", *crm.possible_themes]
        notes = {"": _("what settings.toml or the terminal says")}
        if crm.possible_themes == (themes.PLAIN.name,):
            names, notes = ["", *names[1:]], {"": _("the terminal shows no colours, or NO_COLOR is set")}
        theme_rows = [
            Row(
                ("theme", name),
                (
                    "*" if name == crm.chosen_theme else "",
                    _(themes.TITLES[name]) if name else _("By itself"),
                    notes.get(name, ""),
                ),
            )
            for name in names
        ]
        width_rows = [
            Row(("width", cells), ("*" if crm.kept_ambiguous == cells else "", text, ""))
            for cells, text in ((1, _("1 cell")), (2, _("2 cells")))
        ]
        await self.table.show(
            GroupedSource(
                [
                    Section("themes", _("Colours"), ListSource(theme_rows)),
                    Section("widths", _("Width of signs such as … — ·"), ListSource(width_rows)),
                ]
            ),
            cursor_to=self.table.row.id if self.table.row else None,
        )

    def on_table_moved(self, event: Table.Moved) -> None:
        """Show what the cursor is on."""
        if event.control is not self.table or event.row is None or not isinstance(event.row.id, tuple):
            return
        what, value = event.row.id
        self.crm.show_theme(value if what == "theme" else self.crm.chosen_theme)
        self.crm.show_ambiguous(value if what == "width" else self.crm.kept_ambiguous)
        self.ruler.refresh()

    async def do_keep_display(self) -> None:
        """Keep what the cursor is on."""
        row = self.table.row
        if row is None or not isinstance(row.id, tuple):
            return
        what, value = row.id
        kept = self.crm.keep_theme(value) if what == "theme" else self.crm.keep_ambiguous(value)
        await self._list()
        if kept:
            self.say(_("Kept: {name}.").format(name=row.cells[1]), "good")
        else:
            self.say(_("It holds for this session; the folder for it cannot be written to."), "warn")

    async def do_back(self) -> None:
        """Leave what was kept last."""
        self.crm.show_theme(self.crm.chosen_theme)
        self.crm.show_ambiguous(self.crm.kept_ambiguous)
        await self.crm.back()
