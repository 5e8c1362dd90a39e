"""The command palette: every action by name with its key, and why it cannot be done now."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from crm_tui.locale import _
from crm_tui.tui.actions import ACTIONS, MOVE, SCREEN_TITLES, Action
from crm_tui.tui.screens.base import BaseScreen, PopUp
from crm_tui.tui.screens.form_fields import listed
from crm_tui.tui.screens.help import matches
from crm_tui.tui.widgets.lines import TextLine
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

NOT_LISTED = frozenset({"palette", "back", "copy_selection", "next_field", "previous_field", "open"})


class PaletteScreen(PopUp):
    """Type a part of a name in Chinese, English or pinyin; Enter does it on the screen below."""

    kind: ClassVar[str] = "palette"
    AUTO_FOCUS = "Input"

    def __init__(self, below: Screen) -> None:
        super().__init__()
        self.below = below
        self.typed = ""
        self.rows = ListSource([])
        self.line = TextLine(placeholder=_("Chinese, English or pinyin"))
        self.table = Table(
            [Column(_("Name"), 14), Column(_("Key"), 12, tone="accent"), Column("", 20, flex=1, tone="dim")],
            empty=_("No command matches."),
            header=False,
        )

    def box(self) -> Iterable[Widget]:
        """Yield the input and the list."""
        yield self.line
        yield self.table

    def reason(self, action: Action) -> str:
        """Return why an action cannot be done on the screen below, '' when it can."""
        below = self.below
        if not isinstance(below, BaseScreen):
            return ""
        if not action.belongs_to(below.kind):
            where = listed(_(SCREEN_TITLES[kind]) for kind in action.screens if kind in SCREEN_TITLES)
            return _("Only in: {screens}").format(screens=where)
        return self.crm.why_not(action, below) or (
            "" if self.crm.has(action.id, below) else _("Not on this screen yet.")
        )

    async def reload(self) -> None:
        """List the commands."""
        await self._list(self.line.value)

    async def _list(self, text: str) -> None:
        self.typed, self.rows = text, self._rows(text)
        await self.table.show(self.rows)

    def _rows(self, text: str) -> ListSource:
        keymap = self.crm.keymap
        able, unable = [], []
        for action in ACTIONS:
            line = keymap.line(action)
            if action.id in NOT_LISTED or (action.group == MOVE and not text) or not matches(line, text):
                continue
            reason = self.reason(action)
            first = line.keys.split("  ")[0]
            if reason:
                unable.append(Row(action.id, (Cell(line.label, "dim"), Cell(first, "dim"), f"({reason})")))
            else:
                able.append(Row(action.id, (line.label, first, line.help)))
        able.sort(key=lambda row: not str(row.cells[0]).startswith(text))
        return ListSource([*able, *unable])

    def on_input_changed(self, event: Input.Changed) -> None:
        """List the commands that match."""
        event.stop()
        self.run_worker(partial(self._list, event.value), group="search", exclusive=True, exit_on_error=False)

    async def do_open(self) -> None:
        """Do the command on the screen below."""
        row = self.table.row
        if self.typed != self.line.value or self.table.source is not self.rows:
            # Enter came before the list did: what is meant is the first match of all that was typed.
            row = next(iter(self._rows(self.line.value).page(0, 1)), None)
        if row is None:
            return
        action = next(action for action in ACTIONS if action.id == row.id)
        reason = self.reason(action)
        if reason:
            self.say(reason, "warn")
            return
        await self.crm.back()
        await self.crm.act(action.id)
