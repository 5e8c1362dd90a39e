"""The command palette: every action by name with its key, and why it cannot be done now."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, cast

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from crm_tui.locale import _
from crm_tui.tui import preferences
from crm_tui.tui.actions import ACTIONS, find
from crm_tui.tui.finding import matches, named_in, nearness
from crm_tui.tui.kinds import MOVE, SCREEN_TITLES, Action
from crm_tui.tui.screens.base import BaseScreen, PopUp
from crm_tui.tui.screens.form_fields import listed
from crm_tui.tui.widgets.lines import TextLine
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

# Shown only when looked for: whoever is here knows them.
QUIET = frozenset({"back", "copy_selection", "next_field", "field_below", "previous_field", "open", "help"})
RECENT = 8


class PaletteScreen(PopUp):
    """Type a part of a name in Chinese, English or pinyin; Tab completes it, Enter does it on the screen.

    What was used last stands first, what cannot be done now last, with the reason.
    """

    kind: ClassVar[str] = "palette"
    AUTO_FOCUS = "Input"

    def __init__(self, below: Screen) -> None:
        super().__init__()
        self.below = below
        self.typed = ""
        self.recent: list[str] = []
        self.rows = ListSource([])
        self.line = TextLine(placeholder=_("Chinese, English or pinyin; Tab completes"))
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
        used = preferences.load().get("commands")
        self.recent = [str(each) for each in used] if isinstance(used, list) else []
        await self._list(self.line.value)

    async def _list(self, text: str) -> None:
        self.typed, self.rows = text, self._rows(text)
        await self.table.show(self.rows)

    def _rows(self, text: str) -> ListSource:
        lines = [self.crm.keymap.line(action) for action in ACTIONS if action.id != "palette"]
        found = [(nearness(line, text) if text else 0, line) for line in lines if matches(line, text)]
        if not found:  # of more words than a name has, those that name something
            found = [(-signs, line) for line in lines if (signs := named_in(line, text))]
        able: list[tuple[tuple[int, int], Row]] = []
        unable: list[tuple[tuple[int, int], Row]] = []
        for near, line in found:
            action = line.action
            if not text and action.id not in self.recent and (action.group == MOVE or action.id in QUIET):
                continue
            reason = self.reason(action)
            first = line.keys.split("  ")[0]
            used = self.recent.index(action.id) if action.id in self.recent else RECENT
            place = (near, used)
            if reason:
                cells = (Cell(line.label, "dim"), Cell(first, "dim"), f"({reason})")
                unable.append((place, Row(action.id, cells)))
            else:
                able.append((place, Row(action.id, (line.label, first, line.help))))
        rows = [row for some in (able, unable) for _place, row in sorted(some, key=lambda one: one[0])]
        return ListSource(rows)

    def do_next_panel(self) -> None:
        """Complete the name of the command under the cursor."""
        row = self.table.row if self.typed == self.line.value else next(iter(self._found()), None)
        if row is not None:
            line = self.crm.keymap.line(find(str(row.id)))
            begun = self.line.value.casefold().strip()
            self.line.value = str(row.id) if begun and str(row.id).startswith(begun) else line.label
            self.line.cursor_position = len(self.line.value)

    def _found(self) -> Iterable[Row]:
        # Enter or Tab came before the list did: what is meant is the first match of all that was typed.
        return cast("list[Row]", self._rows(self.line.value).page(0, 1))

    def on_input_changed(self, event: Input.Changed) -> None:
        """List the commands that match."""
        event.stop()
        self.run_worker(partial(self._list, event.value), group="search", exclusive=True, exit_on_error=False)

    async def do_open(self) -> None:
        """Do the command on the screen below."""
        row = self.table.row
        if self.typed != self.line.value or self.table.source is not self.rows:
            row = next(iter(self._found()), None)
        if row is None:
            return
        action = find(str(row.id))
        reason = self.reason(action)
        if reason:
            self.say(reason, "warn")
            return
        used = [action.id, *(each for each in self.recent if each != action.id)]
        preferences.keep(commands=used[:RECENT])
        await self.crm.back()
        await self.crm.act(action.id)
