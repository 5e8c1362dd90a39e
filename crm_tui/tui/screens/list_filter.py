"""The box in which a filter is typed: checked while one types, with what may come next below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.widget import Widget
from textual.widgets import Input

from crm_tui.customers.filter_blanks import closed_up
from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.text.cells import safe
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.list_candidates import Begun, Candidate, Choosable, candidates, last_word
from crm_tui.tui.widgets.lines import TextLine
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

if TYPE_CHECKING:
    from crm_tui.tui.screens.list_screen import ListScreen


class FilterLine(TextLine):
    """The line of the filter; Up and Down go to what may come next."""

    @property
    def _over(self) -> FilterBox:
        return cast("FilterBox", self.screen)

    async def do_apply(self) -> None:
        """Take the filter, or the continuation that was gone to."""
        await self._over.enter()

    def do_down(self) -> None:
        """Go to the next continuation."""
        self._over.pick(1)

    def do_up(self) -> None:
        """Go to the one before."""
        self._over.pick(-1)


def begun_word(line: TextLine) -> Begun | None:
    """Return the word that is being typed at the cursor of a line."""
    return last_word(closed_up(line.value[: line.cursor_position]))


class Offers(Table):
    """What may come next; the cursor is drawn only where Enter takes what is under it."""

    lit = False

    def holds_cursor(self, line: int) -> bool:
        """Tell whether a line is what Enter takes."""
        return self.lit and super().holds_cursor(line)


class FilterBox(PopUp):
    """Closes with the text of the filter, '' for none, None by Esc."""

    kind: ClassVar[str] = "filter"
    AUTO_FOCUS = "FilterLine"

    def __init__(self, shown_by: ListScreen) -> None:
        super().__init__()
        self.list = shown_by
        words = shown_by.filter_words
        self.line = FilterLine(f"{words} " if words else "", placeholder=_("Field:value, e.g. status:won"))
        self.check = Prose(classes="filter-check")
        self.table = Offers(
            [Column("", 22, flex=1), Column("", 20, flex=1, priority=1, tone="dim")],
            header=False,
            empty=_("Nothing to choose here; write on."),
        )
        self.fields: Sequence[Choosable] = ()
        self.found: Sequence[Candidate] = ()
        self._picking = False

    def heading(self) -> str:
        """Return the title."""
        return _("Filter")

    def box(self) -> Iterable[Widget]:
        """Yield the line, what it means, and what may come next."""
        yield self.line
        yield self.check
        yield self.table

    async def reload(self) -> None:
        """Find the fields and their values, once."""
        if not self.fields:
            self.fields = await self.crm.work.run(self.list.choosables)
            self.line.cursor_position = len(self.line.value)
            await self._look()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check what is typed and find what may come next."""
        event.stop()
        self.run_worker(self._look, group="look", exclusive=True, exit_on_error=False)

    async def _look(self) -> None:
        self._picking = False
        typed = self.line.value
        self.found = candidates(typed[: self.line.cursor_position], self.fields)
        rows = [Row(at, (one.shown, one.note)) for at, one in enumerate(self.found)]
        self.table.lit = self._takes()
        await self.table.show(ListSource(rows))
        said, wrong = self._meaning(typed)
        self.check.update(safe(said))
        self.check.set_class(wrong, "-wrong")
        if self.notice.text:
            self.say("")

    def _meaning(self, typed: str) -> tuple[str, bool]:
        if not typed.strip():
            return _("Empty shows all. A blank means and, | means or, - means not; Tab completes."), False
        try:
            chosen, free = self.list.understand(typed)
        except BadInput as error:
            if self.found and begun_word(self.line) is not None:
                return _("Go on: Enter takes the marked one, the arrows another."), False
            return str(error), True
        words = self.list.filter_said(chosen) if chosen is not None else ""
        searched = _("search: {text}").format(text=free) if free else ""
        return "= " + "  ".join(part for part in (words, searched) if part), False

    def pick(self, by: int) -> None:
        """Go to a continuation; Enter then takes it."""
        if not self._picking:
            self._picking = self.table.lit = bool(self.found)
            self.table.refresh()
            self.table.move_to(0 if by > 0 else self.table.total - 1)
        else:
            self.table.move_to(self.table.cursor + by)

    def do_next_panel(self) -> None:
        """Take the continuation under the cursor."""
        row = self.table.row
        if row is None:
            return
        taken = self.found[cast(int, row.id)].text
        rest = self.line.value[self.line.cursor_position :].lstrip()
        self.line.value = taken + rest
        self.line.cursor_position = len(taken)
        self._picking = False

    async def enter(self) -> None:
        """Take the continuation that was gone to or that a begun word means, else the filter."""
        text = self.line.value.strip()
        if self._takes():
            self.do_next_panel()
        elif (wrong := self._wrong(text)) is not None:
            self.say(str(wrong), "bad")
        else:
            await self.crm.back(text)

    def _takes(self) -> bool:
        """Tell whether Enter takes the continuation under the cursor: gone to, or what a begun word means."""
        begun = begun_word(self.line)
        if self._picking or not self.found or begun is None:
            return self._picking
        return not begun.compared or self._wrong(self.line.value.strip()) is not None

    def _wrong(self, text: str) -> BadInput | None:
        try:
            self.list.understand(text)
        except BadInput as error:
            return error
        return None

    async def do_apply(self) -> None:
        """Take the continuation under the cursor."""
        self.do_next_panel()
        self.set_focus(self.line)

    async def do_open(self) -> None:
        """Take the continuation that was clicked."""
        await self.do_apply()

    async def do_clear_filter(self) -> None:
        """Show everything again."""
        await self.crm.back("")

    async def do_back(self) -> None:
        """Close; the filter stays as it was."""
        await self.crm.back()
