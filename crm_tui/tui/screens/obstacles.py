"""What is in the way of an undo, one by one, and the offer to take back all the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, cast

from textual.widget import Widget

from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.storage.survey import Obstacle
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.history_rows import obstacle_lines
from crm_tui.tui.screens.taking_back import take_back
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Column, ListSource
from crm_tui.tui.widgets.table import Table


class ObstaclesBox(PopUp):
    """The list of what was changed since; nothing has been taken back yet."""

    kind: ClassVar[str] = "obstacles"

    def __init__(self, set_id: int, obstacles: Sequence[Obstacle], redone: bool = False) -> None:
        super().__init__()
        self.set_id = set_id
        self.redone = redone
        self.obstacles = obstacles
        self.table = Table(
            [
                Column(_("Record"), 16, flex=1),
                Column(_("Field"), 10),
                Column(_("In the way"), 12, flex=1),
                Column(_("Before → then → now"), 24, flex=2, priority=1),
                Column(_("By"), 18, priority=2, tone="dim"),
            ]
        )

    def box(self) -> Iterable[Widget]:
        """Yield the sentence and the list."""
        key = self.crm.keymap.shown("undo_others")
        text = _("Nothing was taken back: these are in the way. {key} takes back all the rest.")
        if self.redone:
            text = _("Nothing was brought back: these are in the way. {key} brings back all the rest.")
        yield Prose(text.format(key=key))
        yield self.table

    async def reload(self) -> None:
        """Put the obstacles in words."""
        session = cast("Session", self.crm.session)
        rows = await self.crm.work.run(obstacle_lines, session, self.obstacles)
        await self.table.show(ListSource(rows))

    async def do_undo_others(self) -> None:
        """Take back all but these."""
        await self.crm.back()
        await take_back(self.crm, self.set_id, leave=True)
