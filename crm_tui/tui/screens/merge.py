"""Two to eight customers side by side: whose value counts field by field, what moves, merged in one step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, cast

from textual.containers import VerticalScroll
from textual.widget import Widget

from crm_tui.customers.convert import Context
from crm_tui.customers.fields import FIELDS
from crm_tui.dedupe import choosing, merging
from crm_tui.dedupe.preview import Preview, Side, preview
from crm_tui.errors import CrmError
from crm_tui.locale import _, ngettext
from crm_tui.session import Session
from crm_tui.storage.faults import RecordGone
from crm_tui.text.cells import safe
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.conflict import Said, told
from crm_tui.tui.screens.merge_reasons import LOW, Reasons, pair_of
from crm_tui.tui.screens.merge_reasons import told as reasons_told
from crm_tui.tui.screens.merge_rows import ENTERED, Line, lines, moving_said, row
from crm_tui.tui.screens.merge_verdict import VerdictScreen
from crm_tui.tui.screens.text_box import TextBox
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Column, ListSource
from crm_tui.tui.widgets.side_table import SideTable

if TYPE_CHECKING:
    from crm_tui.tui.frame import Frame

FIELD_CELLS = 12
RECORD_CELLS = 24  # the least width of a record's column
NAMED = 3  # records that go into the one that stays, each by its number


class MergeEnded(NamedTuple):
    """What became of the records: who stays (None when none was merged), and which were judged others."""

    survivor: int | None
    gone: tuple[int, ...] = ()
    apart: tuple[int, ...] = ()


Then = Callable[[MergeEnded | None], Awaitable[None] | None]


def look(session: Session, ids: Sequence[int], survivor: int | None = None) -> tuple[Preview, Context]:
    """Read what a merge would do; errors as ``preview``."""
    return preview(session.reader, ids, survivor, session.policy), session.context()


async def open_merge(crm: Frame, ids: Sequence[int], then: Then | None = None) -> None:
    """Put customers side by side; what speaks against it at once is raised before anything opens."""
    shown, context = await crm.work.run(look, cast(Session, crm.session), ids)
    await crm.show(MergeScreen(shown, context), then=then)


class MergeScreen(BaseScreen):
    """The records side by side; closes with a MergeEnded, None by Esc when nothing was decided."""

    kind: ClassVar[str] = "merge"
    keeps_no_rights: ClassVar[bool] = True

    def __init__(self, shown: Preview, context: Context) -> None:
        super().__init__()
        self.shown: Preview = shown
        self.context = context
        self.wanted: dict[str, int] = {}
        self.current = 0
        self.first = 0
        self.equal = False
        self.told = Prose(classes="merge-told")
        self.reasons = Reasons()
        self.table = SideTable([Column(_("Field"), FIELD_CELLS)], empty=_("Nothing differs."))
        self.whole = Prose()
        self.pane = VerticalScroll(self.whole, classes="merge-pane", can_focus=False)
        self._apart: tuple[int, ...] = ()
        self._read = -1
        self._leaving = False

    def body(self) -> Iterable[Widget]:
        """Yield what would happen, why they look like one, the fields, and the current one in full."""
        yield self.told
        yield self.reasons
        yield self.table
        yield self.pane

    async def reload(self) -> None:
        """Read the records again where something was written since; what was chosen stays."""
        if self._read != -1:
            ids = [side.id for side in self.shown.sides]
            session = cast(Session, self.crm.session)
            try:
                self.shown, self.context = await self.crm.work.run(look, session, ids, self.shown.survivor)
            except CrmError as error:
                self.say(str(error), "bad")
                return
            self.reasons.scored.clear()
        self._read = self.crm.writes
        await self.show_rows()

    # -- what is shown --------------------------------------------------------------------------------

    @property
    def whose(self) -> dict[str, int]:
        """Whose value counts, by field."""
        return {**self.shown.choices, **self.wanted}

    @property
    def side(self) -> Side:
        """The record of the current column."""
        return self.shown.sides[self.current]

    @property
    def in_sight(self) -> int:
        """How many records fit side by side."""
        cells = (self.table.size.width or self.app.size.width) - FIELD_CELLS - 3
        return max(min(cells // (RECORD_CELLS + 1), len(self.shown.sides)), 1)

    def lines(self) -> list[Line]:
        """Return the fields that are shown."""
        return [one for one in lines(self.shown, self.context) if self.equal or one.kind != "same"]

    async def show_rows(self, *, anew: bool = False) -> None:
        """Show the records that fit, the current one among them; the cursor stays on its field, or begins."""
        fits, sides = self.in_sight, self.shown.sides
        self.current = min(self.current, len(sides) - 1)
        self.first = max(min(self.first, self.current, len(sides) - fits), self.current - fits + 1, 0)
        await self.reasons.show(cast(Session, self.crm.session), sides, self.side)
        seen = sides[self.first : self.first + fits]
        beyond = [" <"] if self.first else []
        beyond += [" >"] if self.first + fits < len(sides) else []
        self.table.columns = [
            Column(_("Field") + "".join(beyond), FIELD_CELLS),
            *(Column(self._title(side), RECORD_CELLS, flex=1) for side in seen),
        ]
        self.table._widths = []
        self.table.current = self.current - self.first + 1
        ids, whose, survivor = [side.id for side in seen], self.whose, self.shown.survivor
        cells = self.table.width_of(1)
        rows = [row(one, ids, survivor, whose, cells) for one in self.lines()]
        here = self.table.row.id if self.table.row is not None and not anew else None
        at = next((number for number, one in enumerate(rows) if one.id == here), 0)
        await self.table.show(ListSource(rows), cursor_to=rows[at].id)
        self.table.refresh()
        self._say_state()
        self.call_after_refresh(self._show_whole)

    def _title(self, side: Side) -> str:
        stays = _("stays") if side.id == self.shown.survivor else ""
        return "  " + " ".join(part for part in (side.no, f"({stays})" if stays else "", side.name) if part)

    def _say_state(self) -> None:
        shown = self.shown
        stays = next(side for side in shown.sides if side.id == shown.survivor)
        others = [side.no or side.name for side in shown.sides if side.id != shown.survivor]
        # Each has its column with number and name.
        many = ngettext("{n} other", "the {n} others", len(others)).format(n=len(others))
        goes = ", ".join(others) if len(others) <= NAMED else many
        said = _("{no} stays").format(no=f"{stays.no} {stays.name}".strip())
        if shown.why:
            said = _("{who} ({why})").format(who=said, why=shown.why)
        text = [_("{who}; into it: {others}").format(who=said, others=goes), moving_said(shown)]
        text += ["! " + doubt for doubt in shown.doubts]
        self.told.update("\n".join(map(safe, text)))
        count = sum(one.kind == "differs" for one in lines(shown, self.context))
        differ = ngettext("{n} field differs", "{n} fields differ", count).format(n=count)
        place = _("record {n} of {total}").format(n=self.current + 1, total=len(shown.sides))
        self.set_status(total=f"{differ} · {place}")

    def _line(self) -> Line | None:
        found = self.table.row
        return next((one for one in self.lines() if found is not None and one.field == found.id), None)

    def _said(self, line: Line) -> list[Said]:
        said = [
            Said(str(side.id), f"{side.no} {side.name}".strip(), line.texts[side.id])
            for side in self.shown.sides
        ]
        if self.whose.get(line.field) == choosing.ALL:
            one = next(each for each in self.shown.fields if each.field == line.field)
            united = choosing.united(one, self.shown.survivor)
            said.insert(0, Said(str(choosing.ALL), _("All texts"), united))
        return said

    def _show_whole(self) -> None:
        line = self._line()
        if not self.is_attached or line is None:
            return
        cells = max((self.pane.size.width or self.app.size.width) - 5, 12)
        self.whole.update(told(self._said(line), cells, str(self.whose.get(line.field, ""))))
        self.pane.scroll_home(animate=False)

    def on_table_moved(self, event: Any) -> None:
        """Show the field under the cursor in full."""
        self._show_whole()

    async def on_side_table_picked(self, event: SideTable.Picked) -> None:
        """Go to the record that was clicked."""
        self.current = self.first + event.column - 1
        await self.show_rows()

    def on_resize(self, event: Any) -> None:
        """Show as many records as fit now."""
        self.set_class(event.size.height < LOW, "low")
        if self.table.loaded:
            self.run_worker(self.show_rows, group="show", exclusive=True, exit_on_error=False)

    # -- choosing -------------------------------------------------------------------------------------

    async def _go(self, by: int) -> None:
        self.current = max(min(self.current + by, len(self.shown.sides) - 1), 0)
        await self.show_rows()

    async def do_next_record(self) -> None:
        """Go to the record on the right."""
        await self._go(1)

    async def do_previous_record(self) -> None:
        """Go to the record on the left."""
        await self._go(-1)

    async def _want(self, who: int) -> None:
        line = self._line()
        if line is None:
            return
        if line.field == ENTERED:
            self.say(_("Nothing to choose here: it only tells when each was entered."))
            return
        self._leaving = False
        self.wanted[line.field] = who
        await self.show_rows()

    async def do_choose_value(self) -> None:
        """Let the value of the current record count for the field."""
        await self._want(self.side.id)

    async def do_open(self) -> None:
        """Choose, by the mouse."""
        await self.do_choose_value()

    async def do_all_texts(self) -> None:
        """Keep the texts of all records, one below the other."""
        await self._want(choosing.ALL)

    async def do_make_survivor(self) -> None:
        """Let the current record stay; what was chosen by hand remains chosen."""
        self._leaving = False
        choices = choosing.proposed(self.shown.fields, self.side.id)
        self.shown = self.shown._replace(survivor=self.side.id, why="", choices=choices)
        await self.show_rows()

    async def do_equal_fields(self) -> None:
        """Show the fields in which all are equal too, or leave them out."""
        self.equal = not self.equal
        await self.show_rows()

    async def do_whole_texts(self) -> None:
        """Show the field under the cursor in a box."""
        line = self._line()
        if line is not None:
            blank = _("blank")
            text = "\n\n".join(f"{each.head}\n{each.text or blank}" for each in self._said(line))
            await self.crm.show(TextBox(line.title, text))

    async def do_reasons(self) -> None:
        """Show every reason of every pair in a box."""
        sides = self.shown.sides
        pairs = [pair_of(one.id, other.id) for one, other in combinations(sides, 2)]
        await self.reasons.know(cast(Session, self.crm.session), pairs)
        await self.crm.show(TextBox(_("Reasons"), reasons_told(sides, self.reasons.scored)))

    def why_not(self, action_id: str) -> str:
        """Say where all texts cannot be kept, and why these may not be merged."""
        if action_id == "merge_now":
            return self.shown.refusal
        if action_id == "all_texts":
            line = self._line()
            if line is None or line.field == ENTERED or FIELDS[line.field].type != "long":
                return _("Only long texts can all be kept; here one value counts.")
        return ""

    # -- deciding -------------------------------------------------------------------------------------

    async def do_merge_now(self) -> None:
        """Merge them as shown."""
        shown = self.shown
        stays = next(side for side in shown.sides if side.id == shown.survivor)
        gone = [side.no or side.name for side in shown.sides if side.id != shown.survivor]
        try:
            await self.crm.write(merging.merge, shown.survivor, shown.losers, shown.seen, dict(self.wanted))
        except merging.KindsDiffer:
            at = next((number for number, one in enumerate(self.lines()) if one.field == "kind"), 0)
            self.table.move_to(at)
            raise
        except RecordGone:
            await self.crm.back(self._ended())
            raise
        await self.end(MergeEnded(shown.survivor, tuple(shown.losers), self._apart))
        text = _("Merged {others} into {one}.")
        name = f"{stays.no} {stays.name}".strip()
        self.crm.done(safe(text.format(others=", ".join(gone), one=name)))

    async def do_not_same(self) -> None:
        """Remember that the current record is another customer than the rest."""
        await self._judge(related=False)

    async def do_related(self) -> None:
        """Remember that the current record is a related company of the rest."""
        await self._judge(related=True)

    async def _judge(self, *, related: bool) -> None:
        one = self.side
        others = [side for side in self.shown.sides if side.id != one.id]
        names = " | ".join(f"{side.no} {side.name}".strip() for side in (one, *others))
        screen = VerdictScreen(one.id, [side.id for side in others], names, related=related)
        await self.crm.show(screen, then=partial(self._judged, one, others, related))

    async def _judged(self, one: Side, others: list[Side], related: bool, done: bool | None) -> None:
        if not done:
            return
        verdict = _("related companies") if related else _("not the same customer")
        names = ", ".join(side.no or side.name for side in others)
        said = _("{one} and {other}: {verdict}.").format(one=one.no or one.name, other=names, verdict=verdict)
        self._apart = (*self._apart, one.id)
        if len(others) < 2:
            await self.end(self._ended())
            self.crm.done(said)
            return
        self.wanted = {name: who for name, who in self.wanted.items() if who != one.id}
        survivor = self.shown.survivor if self.shown.survivor != one.id else None
        session = cast(Session, self.crm.session)
        self.shown, self.context = await self.crm.work.run(
            look, session, [side.id for side in others], survivor
        )
        self.seen_writes = self.crm.writes
        await self.show_rows()
        self.say(said, "good")

    async def end(self, ended: MergeEnded | None) -> None:
        """Leave with what became of the records."""
        await self.crm.back(ended)

    def _ended(self) -> MergeEnded | None:
        return MergeEnded(None, apart=self._apart) if self._apart else None

    async def do_back(self) -> None:
        """Leave without merging; what was chosen by hand is given up only when told twice."""
        if self.wanted and not self._leaving:
            self._leaving = True
            keys = self.crm.keymap.shown
            said = _("Nothing is merged yet. {back} again leaves, {key} merges.")
            self.say(said.format(back=keys("back"), key=keys("merge_now")), "warn")
            return
        await self.crm.back(self._ended())

    async def do_quit(self) -> None:
        """Leave like Esc does."""
        await self.do_back()
