"""The suspected duplicates of an import by band: reasons side by side, and what becomes of each or of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget

from crm_tui.dedupe import wording
from crm_tui.dedupe.scoring import Line
from crm_tui.exchange.duplicates import BANDS, CHOICES
from crm_tui.exchange.importing import ImportPlan
from crm_tui.exchange.store_suspects import ADD_NEW, OUT, Suspect
from crm_tui.exchange.store_suspects import MERGE as INTO
from crm_tui.locale import _, ngettext
from crm_tui.text.cells import fit, safe
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.text_box import TextBox
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Cell, Column, GroupedSource, GroupRow, Row, Section
from crm_tui.tui.widgets.table import Table

TONES = {INTO: "accent", ADD_NEW: "good", OUT: "warn"}
TALL = 32
FEW, MANY = 5, 10  # reasons in a low and in a tall window
WEIGHT, REASON = 5, 22  # cells


class BandRows:
    """The suspects of a band, the likeliest first; read on the database thread."""

    def __init__(self, plan: ImportPlan, band: str) -> None:
        self.plan = plan
        self.band = band

    def count(self) -> int:
        """Count them."""
        return sum(self.plan.bands.get(self.band, {}).values())

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        """Read a page."""
        return [self._row(one) for one in self.plan.suspects(self.band, offset, limit)]

    def _row(self, one: Suspect) -> Row:
        planned = self.plan.row(one.row)
        return Row(
            one.row,
            (
                str(one.row),
                Cell(_(CHOICES[one.choice]), TONES[one.choice]),
                planned.name if planned else "",
                one.called or one.reason,
                "" if one.score is None else f"{one.score:.1f}",
            ),
        )


class SuspectsScreen(BaseScreen):
    """Decides before anything is written; closes with True when something was decided."""

    kind: ClassVar[str] = "suspects"
    keeps_no_rights: ClassVar[bool] = True

    def __init__(self, plan: ImportPlan) -> None:
        super().__init__()
        self.plan = plan
        self.decided = False
        self.told = Prose(classes="wizard-about")
        self.table = Table(
            [
                Column(_("Row"), 7, right=True),
                Column(_("What becomes of it"), 12),
                Column(_("Customer name"), 18, flex=1),
                Column(_("Resembles"), 18, flex=1),
                Column(_("Score"), 5, right=True, priority=1),
            ],
            empty=_("No such rows."),
        )
        self.pane = Prose(classes="suspects-pane")
        self.source = GroupedSource(
            [Section(band, _(title), BandRows(plan, band)) for band, title in BANDS.items()]
        )

    def body(self) -> Iterable[Widget]:
        """Yield what stands chosen, the suspects, and the reasons of one."""
        yield self.told
        yield self.table
        yield self.pane

    async def reload(self) -> None:
        """Show the suspects; the cursor begins on the first of them."""
        keys = self.crm.keymap.shown
        hint = _("{into} into the customer, {add} add as new, {out} leave out; on a heading, the whole band.")
        lines = [hint.format(into=keys("into_customer"), add=keys("add_row"), out=keys("leave_row"))]
        self.told.update("\n".join([*bands_told(self.plan), *lines]))
        if self.table.loaded:
            await self.table.reload()
        else:
            await self.table.show(self.source)
            if self.table.row is None:
                self.table.step(1)
        await self._explain()

    async def on_table_moved(self, _event: Table.Moved) -> None:
        """Show the reasons of the row under the cursor."""
        await self._explain()

    async def _explain(self) -> None:
        row = self.table.row
        cells = max(self.app.size.width - 3, 30)
        most = MANY if self.app.size.height >= TALL else FEW
        lines = await self.crm.work.run(side_by_side, self.plan, row.id, cells, most) if row else []
        self.pane.update("\n".join(lines))

    async def do_open(self) -> None:
        """Show all that speaks for and against it, and what it would change in the customer."""
        row = self.table.row
        if row is None:
            await self.table.do_open()
            return
        text = await self.crm.work.run(self._whole, row.id)
        await self.crm.show(TextBox(_("Row {n}").format(n=row.id), text))

    def _whole(self, row: int) -> str:
        one = self.plan.suspect(row)
        assert one is not None
        lines = [one.reason, *(wording.text(Line(*line)) for line in one.terms)]
        if one.score is not None:
            lines.append(f"= {one.score:.1f} {_(BANDS[one.band])}")
        lines += ["", self.plan.why_not_into(row)]
        if one.choice == INTO:
            moves = self.plan.changes(row)
            lines += [f"{move.title}: {move.old or '—'} -> {move.new}" for move in moves]
        return "\n".join(lines).rstrip()

    # -- deciding -----------------------------------------------------------------------------------

    async def do_into_customer(self) -> None:
        """Let the row, or all of the band, go into the customers that they resemble."""
        await self._choose(INTO)

    async def do_add_row(self) -> None:
        """Add the row, or all of the band, as new customers."""
        await self._choose(ADD_NEW)

    async def do_leave_row(self) -> None:
        """Leave the row, or all of the band, out."""
        await self._choose(OUT)

    async def _choose(self, choice: str) -> None:
        item = self.table.item
        if isinstance(item, GroupRow):
            count = await self.crm.work.run(self._of_band, str(item.id), choice)
            said = ngettext("{n} row: {choice}.", "{n} rows: {choice}.", count)
            text = said.format(n=f"{count:,}", choice=_(CHOICES[choice]))
            if count < item.count:
                text += _(" {n} can go into no customer and stay as they are.").format(
                    n=f"{item.count - count:,}"
                )
        elif item is not None:
            why_not = await self.crm.work.run(self._of_row, int(str(item.id)), choice)
            if why_not:
                self.say(why_not, "warn")
                return
            text = _("Row {n}: {choice}.").format(n=item.id, choice=_(CHOICES[choice]))
            self.table.step(1)
        else:
            return
        self.decided = True
        await self.reload()
        self.say(text)

    def _of_band(self, band: str, choice: str) -> int:
        return self.plan.choose(choice, band=band)

    def _of_row(self, row: int, choice: str) -> str:
        return "" if self.plan.choose(choice, row=row) else self.plan.why_not_into(row)

    async def do_back(self) -> None:
        """Go back to the preview."""
        await self.crm.back(self.decided)


def bands_told(plan: ImportPlan) -> list[str]:
    """Return a line for each band: how many there are and what becomes of them."""
    lines = []
    for band, title in BANDS.items():
        found = plan.bands.get(band)
        if found:
            parts = [f"{_(CHOICES[choice])} {found[choice]:,}" for choice in CHOICES if choice in found]
            lines.append(
                _("{band} {n}: {choices}").format(
                    band=_(title), n=f"{sum(found.values()):,}", choices=_(", ").join(parts)
                )
            )
    return lines


def side_by_side(plan: ImportPlan, number: int, cells: int, most: int) -> list[str]:
    """Return the reasons of a suspect, the row's values on the left and the other's on the right.

    On the database thread.
    """
    one, planned = plan.suspect(number), plan.row(number)
    if one is None or planned is None:
        return []
    if not one.terms:
        return [fit(safe(part), cells).rstrip() for part in (one.reason, one.called) if part]
    half = max((cells - WEIGHT - REASON - 6) // 2, 8)
    head = ("", f"{one.score:.1f} {_(BANDS[one.band])}", planned.name, one.called)
    rows = [head]
    for term in one.terms[:most]:
        line = Line(*term)
        rows.append((f"{line.weight:+.1f}", wording.what(line), line.left, line.right))
    left = len(one.terms) - most
    if left > 0:
        rows[-1] = ("", ngettext("{n} more reason", "{n} more reasons", left + 1).format(n=left + 1), "", "")
    widths = (WEIGHT, REASON, half, half)
    return [
        "  ".join(fit(safe(cell), wide) for cell, wide in zip(row, widths, strict=True)).rstrip()[:cells]
        for row in rows
    ]
