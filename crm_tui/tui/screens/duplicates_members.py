"""More customers look like one than can be merged at once: a box to choose which are put together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget

from crm_tui.customers.fields import FIELDS
from crm_tui.customers.reading import CustomerRow
from crm_tui.dedupe.merging import MOST
from crm_tui.locale import _
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.widgets.pick_table import PickTable
from crm_tui.tui.widgets.picks import Picks
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Column, ListSource, Row


class MembersBox(PopUp):
    """Closes with the ids of two to eight customers, None by Esc; the first eight are ticked."""

    kind: ClassVar[str] = "members"

    def __init__(self, rows: Sequence[CustomerRow]) -> None:
        super().__init__()
        self.rows = rows
        self.table = PickTable(
            [
                Column(FIELDS["name"].title, 24, flex=3),
                Column(FIELDS["no"].title, 12, priority=1),
                Column(FIELDS["owner"].title, 8, priority=2),
            ]
        )
        self.picks = Picks()
        ticked: set[Hashable] = {one.id for one in rows[:MOST]}
        self.picks.become(ticked)
        self.table.mark_with(self.picks)

    def box(self) -> Iterable[Widget]:
        """Yield what is asked, and the customers."""
        said = _("{n} customers look like one; at most {most} are merged at once. Choose which.")
        yield Prose(said.format(n=len(self.rows), most=MOST))
        yield self.table

    async def reload(self) -> None:
        """List the customers."""
        if not self.table.loaded:
            rows = [Row(one.id, (one.name, one.no, one.owner)) for one in self.rows]
            await self.table.show(ListSource(rows))
        self._say_count()

    def _say_count(self) -> None:
        count = len(self.picks.ids)
        text = _("{n} ticked").format(n=count)
        self.notice.rest(text if count <= MOST else text + " · " + _("at most {n}").format(n=MOST))

    def do_tick_member(self) -> None:
        """Take the customer along, or leave it out."""
        row = self.table.row
        if row is None:
            return
        ids = set(self.picks.ids)
        ids.symmetric_difference_update({row.id})
        self.picks.become(ids)
        self.table.refresh()
        self._say_count()
        self.table.move_to(self.table.cursor + 1)

    def why_not(self, action_id: str) -> str:
        """Say how many can be put side by side."""
        if action_id == "side_by_side" and not 2 <= len(self.picks.ids) <= MOST:
            return _("Tick two to {n} customers: {key} ticks.").format(
                n=MOST, key=self.crm.keymap.shown("tick_member")
            )
        return ""

    async def do_side_by_side(self) -> None:
        """Put the ticked ones side by side."""
        await self.crm.back([one.id for one in self.rows if one.id in self.picks.ids])

    async def do_open(self) -> None:
        """Tick, by the mouse."""
        self.do_tick_member()
