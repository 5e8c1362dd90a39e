"""Help: the keys of a screen, made from the registry, searchable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from crm_tui.locale import _
from crm_tui.text.cells import width
from crm_tui.tui.actions import belonging_to
from crm_tui.tui.finding import matches
from crm_tui.tui.kinds import SCREEN_TITLES
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.widgets.lines import SearchLine
from crm_tui.tui.widgets.rows import Cell, Column, GroupedSource, ListSource, Row, Section
from crm_tui.tui.widgets.table import Table


class HelpScreen(BaseScreen):
    """The keys of the screen below, by group; ``/`` searches in Chinese, English and pinyin."""

    kind: ClassVar[str] = "help"

    def __init__(self, about: str = "today") -> None:
        super().__init__()
        self.about = about
        self.table = Table(
            [
                Column(_("Key"), 18, tone="strong"),
                Column(_("Name"), max(width(_(action.label)) for action in belonging_to(about))),
                Column(_("What it does"), 20, flex=1),
            ],
            empty=_("No key matches. Esc shows all."),
        )

    def heading(self) -> str:
        """Return the title, with the screen it is about."""
        return _("Help: {screen}").format(screen=_(SCREEN_TITLES[self.about]))

    def body(self) -> Iterable[Widget]:
        """Yield search line and table."""
        yield SearchLine(_("Chinese, English or pinyin"))
        yield self.table

    async def reload(self) -> None:
        """Show the keys."""
        await self.search_changed(self.filter)

    async def search_changed(self, text: str) -> None:
        """Show the keys that match."""
        groups: dict[str, list[Row]] = {}
        for line in self.crm.keymap.help_for(self.about):
            if matches(line, text):
                keys = f"{line.keys} *" if line.own else line.keys or _("(none)")
                cells = (keys, line.label, line.help)
                groups.setdefault(line.group, []).append(Row(line.action.id, cells))
        sections = [Section(group, group, ListSource(rows)) for group, rows in groups.items()]
        wrong = [
            Row(("wrong", place), ("!", Cell(_("Refused"), "warn"), Cell(problem, "warn")))
            for place, problem in enumerate(self.crm.keymap.problems)
            if text.casefold() in problem.casefold()
        ]
        sections.append(Section("wrong", _("Not in force: [keys] in settings.toml"), ListSource(wrong)))
        await self.table.show(GroupedSource(sections))
        self._tell(self.table.row)
        self.set_status(total=_("{n} keys").format(n=sum(map(len, groups.values()))))

    def on_table_moved(self, event: Table.Moved) -> None:
        """Say in full what the column had to cut."""
        self._tell(event.row)

    def _tell(self, row: Row | None) -> None:
        own = _("* your own keys, from settings.toml") if self.crm.keymap.own else ""
        self.notice.rest(self.table.cut(row, 2) or self.crm.session.read_only or own)

    def do_open(self) -> None:
        """Nothing to open: the list is for reading."""
        self.say(_("Esc goes back; press the key there."))

    async def do_palette(self) -> None:
        """Show the commands of the screen below: that is where they are wanted."""
        await self.crm.back()
        await self.crm.do_palette()
