"""A box to choose one of many by typing a part of its name, in Chinese, pinyin or by initials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple, cast

from textual.widget import Widget
from textual.widgets import Input

from crm_tui.locale import _
from crm_tui.text.fold import fold
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.list_candidates import fits, is_spelled
from crm_tui.tui.widgets.lines import TextLine
from crm_tui.tui.widgets.rows import Column, ListSource, Row
from crm_tui.tui.widgets.table import Table


class Choice(NamedTuple):
    """One thing to choose: its key, what people read, what stands dim beside it."""

    key: str
    text: str
    note: str = ""


def _fit(wanted: str, one: Choice) -> int:
    """Return how well a folded text fits a choice: in pinyin and by initials from any sign on; 0 not."""
    rank = fits(wanted, (one.text, one.note, one.key))
    return rank + 1 if rank else int(is_spelled(wanted, one.text, inside=True))


class PickLine(TextLine):
    """The line that narrows the choices; the arrows still move through them."""

    def __init__(self) -> None:
        super().__init__(placeholder=_("Type to narrow"))

    async def do_apply(self) -> None:
        """Take the choice under the cursor."""
        await cast("PickBox", self.screen).do_apply()


class PickBox(PopUp):
    """Closes with the key of the choice, None by Esc."""

    kind: ClassVar[str] = "pick"
    AUTO_FOCUS = "PickLine"

    def __init__(self, title: str, choices: Sequence[Choice], chosen: str = "") -> None:
        super().__init__()
        self.title_text = title
        self.choices = choices
        self.chosen = chosen
        self.line = PickLine()
        self.table = Table(
            [Column("", 18, flex=2), Column("", 12, flex=1, priority=1, tone="dim")],
            header=False,
            empty=_("Nothing of that name."),
        )

    def heading(self) -> str:
        """Return the title."""
        return self.title_text

    def box(self) -> Iterable[Widget]:
        """Yield the line and the choices."""
        yield self.line
        yield self.table

    async def reload(self) -> None:
        """Show the choices, the present one under the cursor."""
        if not self.table.loaded:
            await self._show(self.chosen)

    async def _show(self, cursor_to: str | None = None) -> None:
        wanted = fold(self.line.value)
        hits = list(self.choices)
        if wanted:
            # What begins so comes before what only sounds so or holds it somewhere.
            ranked = [(_fit(wanted, one), one) for one in self.choices]
            hits = [one for rank, one in sorted(ranked, key=lambda each: -each[0]) if rank]
        rows = [Row(one.key, (one.text, one.note)) for one in hits]
        await self.table.show(ListSource(rows), cursor_to=cursor_to)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the choices."""
        event.stop()
        self.run_worker(self._show, group="narrow", exclusive=True, exit_on_error=False)

    async def do_apply(self) -> None:
        """Close with the choice."""
        row = self.table.row
        if row is not None:
            await self.crm.back(str(row.id))

    async def do_open(self) -> None:
        """Close with the choice that was clicked."""
        await self.do_apply()
