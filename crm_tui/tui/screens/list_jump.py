"""The box in which one types where a list shall go: a letter, a number, a line, a part of the whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.widget import Widget
from textual.widgets import Input

from crm_tui.locale import _
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.widgets.lines import TextLine

if TYPE_CHECKING:
    from crm_tui.tui.screens.list_screen import ListScreen


class JumpLine(TextLine):
    """The line in which the place is typed."""

    async def do_apply(self) -> None:
        """Stay there."""
        await cast("JumpBox", self.screen).do_apply()


class JumpBox(PopUp):
    """The list behind goes along while one types; Enter stays there, Esc goes back to where it was."""

    kind: ClassVar[str] = "jump"
    AUTO_FOCUS = "JumpLine"

    def __init__(self, shown_by: ListScreen) -> None:
        super().__init__()
        self.list = shown_by
        self.line = JumpLine(placeholder=_("h, 1024, K-0031, 50%"))
        self.before = shown_by.table.cursor, shown_by.table.known
        self._jumped = ""

    def heading(self) -> str:
        """Return the title."""
        return _("Jump to a letter, a number, a line or a percentage")

    def box(self) -> Iterable[Widget]:
        """Yield the line."""
        yield self.line

    def on_input_changed(self, event: Input.Changed) -> None:
        """Go along with what is typed."""
        event.stop()
        self.run_worker(self._jump, group="jump", exclusive=True, exit_on_error=False)

    async def _jump(self) -> None:
        text = self.line.value.strip()
        self._jumped = text
        if text:
            self.say(*await self.list.jump(text))
        else:
            self.say("")

    async def do_apply(self) -> None:
        """Stay where the list is now."""
        if self.line.value.strip() != self._jumped:
            await self._jump()
        await self.crm.back()

    async def do_back(self) -> None:
        """Go back to where the list was."""
        self.workers.cancel_group(self, "jump")
        line, known = self.before
        if known == self.list.table.known:
            await self.list.table.go_to(line)
        await self.crm.back()

    async def do_quit(self) -> None:
        """Leave like Esc does."""
        await self.do_back()
