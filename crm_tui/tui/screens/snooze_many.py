"""The box that puts several plans off to one day."""

from __future__ import annotations

from datetime import date, time

from crm_tui.followups.next_step import day_text
from crm_tui.locale import _, ngettext
from crm_tui.tui.screens.snooze import Postponed, SnoozeBox


class SnoozeManyBox(SnoozeBox):
    """Closes with the day, the hour (None: each plan keeps its own) and both in words; None by Esc."""

    def __init__(self, count: int) -> None:
        super().__init__(Postponed(0, 0))
        self.count = count

    def heading(self) -> str:
        """Return the title: how many plans are put off."""
        marked = ngettext("{n} marked", "{n} marked", self.count).format(n=self.count)
        return _("Put off: {name}").format(name=marked)

    async def _put_off(self, day: date, at: time | None = None) -> None:
        await self.crm.back((day, at, day_text(day, at)))
