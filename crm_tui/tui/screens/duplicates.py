"""Duplicates: files that look like one customer, by band; put side by side, merged or told apart."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.widget import Widget

from crm_tui.dedupe.gathered import BANDS as ORDER
from crm_tui.dedupe.gathered import Found
from crm_tui.dedupe.merging import MOST
from crm_tui.dedupe.scoring import RELATED
from crm_tui.dedupe.wording import BANDS
from crm_tui.errors import BadInput, CrmError
from crm_tui.locale import _
from crm_tui.tui.screens import duplicates_said as said
from crm_tui.tui.screens import duplicates_scan as scans
from crm_tui.tui.screens.duplicates_members import MembersBox
from crm_tui.tui.screens.duplicates_pane import LOW, TALL, Pane
from crm_tui.tui.screens.duplicates_reading import Gathering
from crm_tui.tui.screens.duplicates_rows import REASONS, Cluster, ClusterRows, columns, look
from crm_tui.tui.screens.duplicates_side import TwinsScreen
from crm_tui.tui.screens.job_box import JobBox, Outcome
from crm_tui.tui.screens.merge import look as look_side_by_side
from crm_tui.tui.screens.merge_reasons import told as reasons_told
from crm_tui.tui.screens.merge_verdict import VerdictScreen
from crm_tui.tui.screens.pick_box import Choice, PickBox
from crm_tui.tui.screens.text_box import TextBox
from crm_tui.tui.widgets.rows import GroupedSource, Section
from crm_tui.tui.widgets.table import Table
from crm_tui.tui.work import Superseded

if TYPE_CHECKING:
    pass

EVERY = 1 << 30
DECIDES = {"merge": "customer.merge", "not_same": "duplicate.reject", "related": "duplicate.relate"}


class DuplicatesScreen(Gathering):
    """The clusters of the last scan, kept in little room; later saves are compared beside the keys."""

    kind: ClassVar[str] = "duplicates"
    follows: ClassVar[bool] = True
    hidden = frozenset({"search"})

    def __init__(self) -> None:
        super().__init__()
        self.table = Table(columns(), empty=_("Looking …"))
        self.pane = Pane()
        self.sections: list[Section] = []

    def body(self) -> Iterable[Widget]:
        """Yield the clusters, and below them the customers of one."""
        yield self.table
        yield self.pane

    # -- reading ------------------------------------------------------------------------------------

    async def show_rows(self, cursor_to: Any = None) -> None:
        """Show the clusters, band by band."""
        if self.gathered is None:
            self.table.empty = self._empty()
            await self.table.show(GroupedSource([]))
            self.say_state()
            return
        folded = {one.id: one.folded for one in self.sections} or {RELATED: True}
        cells = self.table.width_of(1)
        self.sections = [
            Section(
                band,
                _(BANDS[band]),
                ClusterRows(self.session, self.gathered, band, self.term, cells),
                folded=folded.get(band, False),
            )
            for band in ORDER
        ]
        here = self.table.item
        self.table.empty = self._empty()
        at = here.id if cursor_to is None and here else cursor_to
        if isinstance(at, int) and len((gone := self.gathered.at(at)).ids) < 2:
            after = await self.crm.work.run(self.following, gone, 1, EVERY)
            after = after or await self.crm.work.run(self.following, gone, -1, EVERY)
            at = after.number if after else gone.band
        await self.table.show(GroupedSource(self.sections), cursor_to=at)
        if at is None and self.table.row is None and self.table.total > 1:
            self.table.move_to(1)
        self.say_state()
        self.keys.update()
        await self._show_pane()

    def _empty(self) -> str:
        gathered = self.gathered is not None
        return said.empty(self.standing, self.index, self.crm.keymap.shown, gathered=gathered, term=self.term)

    def say_state(self) -> None:
        """Say how many clusters wait, and how the scan stands."""
        waiting = sum(one.size for one in self.sections) if self.gathered is not None else None
        narrowed = _(REASONS[self.term]) if self.term else ""
        self.set_status(total=said.state(self.standing, waiting, self.session.zone), narrowed=narrowed)

    # -- the cluster under the cursor -----------------------------------------------------------------

    @property
    def found(self) -> Found | None:
        """The cluster under the cursor."""
        row = self.table.row
        if self.gathered is None or row is None or not isinstance(row.id, int):
            return None
        return self.gathered.at(row.id)

    def on_table_moved(self, _event: Table.Moved) -> None:
        """Show the customers of the cluster under the cursor."""
        self.keys.update()
        self.run_worker(self._show_pane, group="pane", exclusive=True, exit_on_error=False)

    async def _show_pane(self) -> None:
        found = self.found
        cluster: Cluster | None = None
        if found is not None:
            try:
                cluster = await self.crm.work.latest("twins", look, self.session, found)
            except (Superseded, CrmError):
                return
        if self.is_attached:
            self.pane.show(self.session, cluster)

    def on_resize(self, event: Any) -> None:
        """Lay the pane out anew."""
        self.set_class(event.size.height >= TALL, "tall")
        self.set_class(event.size.height < LOW, "low")
        self.pane.show(self.session, self.pane.cluster)
        if self.gathered is not None:
            self.run_worker(self.show_rows, group="show", exclusive=True, exit_on_error=False)

    # -- what can be done ---------------------------------------------------------------------------

    def why_not(self, action_id: str) -> str:
        """Say what an action lacks."""
        if action_id in DECIDES or action_id == "reasons":
            if self.found is None:
                return _("Choose a group first.")
            if action_id != "reasons":
                return self.session.policy.may(DECIDES[action_id]).reason
        if action_id == "one_reason" and self.gathered is None:
            return _("Nothing was looked for yet; {key} does.").format(key=self.crm.keymap.shown("scan"))
        return ""

    async def do_open(self) -> bool | None:
        """Put the cluster side by side; choose eight where there are more."""
        found = self.found
        if found is None or self.gathered is None:
            return False
        if len(found.ids) <= MOST:
            await self._side_by_side(found, found.ids)
            return None
        from crm_tui.customers.reading import rows_of

        rows = await self.crm.work.run(rows_of, self.session.reader, list(found.ids))
        box = MembersBox([rows[one] for one in found.ids if one in rows])
        await self.crm.show(box, then=partial(self._chosen, found))
        return None

    async def _chosen(self, found: Found, ids: list[int] | None) -> None:
        if ids:
            await self._side_by_side(found, ids)

    async def _side_by_side(self, found: Found, ids: Iterable[int]) -> None:
        try:
            shown, context = await self.crm.work.run(look_side_by_side, self.session, list(ids))
        except CrmError:
            # Somebody merged or archived one meanwhile: what is left is shown.
            self.touched.add(found.number)
            await self.bring_up_to_date(force=True)
            raise
        await self.crm.show(TwinsScreen(self, found, shown, context))

    async def do_search(self) -> None:
        """Look for any customer."""
        await self.crm.open("find")

    async def begin_text(self, text: str) -> bool:
        """Look for what was typed outside an input."""
        await self.crm.open("find", text=text)
        return True

    async def do_merge(self) -> bool | None:
        """Put the cluster side by side."""
        return await self.do_open()

    async def do_reasons(self) -> None:
        """Show every reason of every pair in a box."""
        found = self.found
        if found is None:
            return
        shown, scored = await self.crm.work.run(scans.explained, self.session, found.ids[:MOST])
        await self.crm.show(TextBox(_("Reasons"), reasons_told(shown, scored)))

    async def do_not_same(self) -> None:
        """Remember that the two are not the same."""
        await self._judge(related=False)

    async def do_related(self) -> None:
        """Remember that the two are related companies."""
        await self._judge(related=True)

    async def _judge(self, *, related: bool) -> None:
        found = self.found
        if found is None:
            return
        if len(found.ids) > 2:
            await self.do_open()
            key = self.crm.keymap.shown("related" if related else "not_same")
            self.crm.say(_("Go to the one that is another, then press {key}.").format(key=key))
            return
        rows = self.pane.cluster.rows if self.pane.cluster and self.pane.cluster.found == found else []
        names = " | ".join(f"{one.no} {one.name}".strip() for one in rows)
        screen = VerdictScreen(found.ids[0], [found.ids[1]], names, related=related)
        await self.crm.show(screen, then=partial(self._judged, found, related))

    async def _judged(self, found: Found, related: bool, done: bool | None) -> None:
        if not done:
            return
        following = await self.dealt_with(found)
        self.seen_writes = self.crm.writes
        await self.show_rows(following.number if following else None)
        verdict = _("related companies") if related else _("not the same customer")
        self.crm.done(_("Remembered: {verdict}.").format(verdict=verdict))

    async def do_one_reason(self) -> None:
        """Choose the reason that is shown."""
        gathered = self.gathered
        if gathered is None:
            return
        counts = await self.crm.work.run(gathered.terms)
        if not counts:
            raise BadInput(_("No duplicates wait."))
        every = [Choice("", _("All reasons"), "")]
        choices = every + [Choice(term, _(REASONS[term]), f"{n:,}") for term, n in counts.items()]
        await self.crm.show(PickBox(_("By reason"), choices, self.term), then=self._narrow)

    async def _narrow(self, term: str | None) -> None:
        if term is not None:
            self.term = term
            await self.show_rows()
            self.table.move_to(1)

    async def do_back(self) -> None:
        """Show all reasons again, then step back."""
        if self.term:
            await self._narrow("")
        else:
            await super().do_back()

    def do_copy(self) -> None:
        """Copy the numbers of the cluster's customers."""
        cluster = self.pane.cluster
        if cluster is not None:
            self.crm.copy(" ".join(one.no for one in cluster.rows))

    # -- scanning -----------------------------------------------------------------------------------

    async def do_scan(self) -> None:
        """Compare all customers, or go on with a scan that was stopped."""
        fn = partial(scans.scan, self.session.database.path)
        await self.crm.show(JobBox(_("Looking for duplicates"), fn), then=self._scanned)

    async def _scanned(self, outcome: Outcome) -> None:
        if outcome.error is not None and not isinstance(outcome.error, CrmError):
            raise outcome.error
        if outcome.error is None:
            self.gathered = None
            self.say(scans.said(outcome.value, whole=self.session.policy.is_whole), "good")
        else:
            self.say(str(outcome.error), "warn")
        await self.bring_up_to_date(force=True)
