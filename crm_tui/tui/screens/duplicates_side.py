"""Duplicates side by side, one cluster after the other: what is decided brings the next one at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from crm_tui.customers.convert import Context
from crm_tui.dedupe.gathered import Found
from crm_tui.dedupe.preview import Preview
from crm_tui.dedupe.scoring import RELATED
from crm_tui.dedupe.wording import BANDS
from crm_tui.errors import CrmError
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.tui.screens.merge import MergeEnded, MergeScreen, look

if TYPE_CHECKING:
    from crm_tui.tui.screens.duplicates_queue import Deciding


class TwinsScreen(MergeScreen):
    """A cluster of the duplicates screen (``queue``), which tells which comes next."""

    def __init__(self, queue: Deciding, found: Found, shown: Preview, context: Context) -> None:
        super().__init__(shown, context)
        self.queue = queue
        self.found = found
        self._place = ""

    async def reload(self) -> None:
        """Read the records again where something was written; where it stands is told in the title."""
        at, total = await self.crm.work.run(self.queue.place_of, self.found)
        self._place = f"{_(BANDS[self.found.band])} {at}/{total}" if at else _(BANDS[self.found.band])
        await super().reload()
        self.set_status(title=f"{self.heading()}  {self._place}")
        if self.found.band == RELATED:
            said = _("They look alike and are not the same: {key} marks them as related companies.")
            self.notice.rest(said.format(key=self.crm.keymap.shown("related")))
        else:
            self.notice.rest("")

    async def show_cluster(self, found: Found) -> bool:
        """Show another cluster in the place of this one; False when it cannot be put side by side."""
        session = cast(Session, self.crm.session)
        try:
            shown, context = await self.crm.work.run(look, session, found.ids)
        except CrmError:
            return False
        self.found, self.shown, self.context = found, shown, context
        self.wanted, self.current, self.first = {}, 0, 0
        self._apart, self._leaving, self._read = (), False, -1
        self.reasons.scored.clear()
        self.seen_writes = self.crm.writes
        self.table.cursor = self.table.top = 0
        await self.reload()
        return True

    async def end(self, ended: MergeEnded | None) -> None:
        """Go on with the next cluster of the band; back to the list when there is none."""
        found = await self.queue.dealt_with(self.found)
        while found is not None:
            if await self.show_cluster(found):
                return
            found = await self.queue.beside(found, 1)
        await self.crm.back(ended)

    async def do_back(self) -> None:
        """Leave without merging; the list stands on this cluster."""
        self.queue.stand_on = self.found.number
        self.queue.seen_writes = -1
        await super().do_back()

    async def _go_to(self, by: int) -> None:
        found = await self.queue.beside(self.found, by)
        while found is not None:
            if await self.show_cluster(found):
                return
            found = await self.queue.beside(found, by)
        self.say(
            _("These are the last ones of the band.") if by > 0 else _("These are the first of the band.")
        )

    async def do_next_twins(self) -> None:
        """Leave these undecided and show the next."""
        await self._go_to(1)

    async def do_previous_twins(self) -> None:
        """Show the ones before these."""
        await self._go_to(-1)

    async def do_undo(self) -> None:
        """Take back the last change; the cluster that comes back by it is shown."""
        await self.crm.do_undo()
        if self.crm.screen is not self:
            return
        found = await self.queue.came_back()
        if found is not None:
            await self.show_cluster(found)
