"""The preview of an import: counts, every row with its verdict and changes; then what the import did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from textual.widget import Widget

from crm_tui.errors import BadInput, Cancelled
from crm_tui.exchange import importing
from crm_tui.exchange.importing import VERDICTS, ImportPlan, ImportResult
from crm_tui.exchange.safeguard import NoBackup, safeguard
from crm_tui.locale import N_, _
from crm_tui.tui.screens.text_box import TextBox
from crm_tui.tui.screens.wizard_files import free_name
from crm_tui.tui.screens.wizard_job import JobScreen
from crm_tui.tui.screens.wizard_suspects import SuspectsScreen, bands_told
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Cell, Column, Row
from crm_tui.tui.widgets.table import Table
from crm_tui.tui.work import Job

FILTERS = ("", *VERDICTS, "flags")
TONES = {"new": "good", "update": "accent", "skip": "dim", "suspect": "warn", "error": "bad"}
ODD = N_("Odd values")


class PlanRows:
    """Rows of a plan, all or of one verdict, or its odd cells; read on the database thread."""

    def __init__(self, plan: ImportPlan, verdict: str) -> None:
        self.plan = plan
        self.verdict = verdict

    def count(self) -> int:
        """Count them; rows that only add a contact have the verdict of their customer."""
        counts = self.plan.counts
        if not self.verdict or self.verdict == "flags" or not counts["contacts"]:
            return counts[self.verdict or "rows"]
        low, high = counts[self.verdict], counts[self.verdict] + counts["contacts"]
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.plan.rows(self.verdict, middle, 1) else (low, middle)
        return low

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        """Read a page."""
        if self.verdict == "flags":
            return [
                Row(
                    ("flag", offset + at),
                    (str(one.row), Cell(one.title, "warn"), one.text or "***", one.problem),
                )
                for at, one in enumerate(self.plan.flags(offset, limit))
            ]
        return [
            Row(
                one.number,
                (str(one.number), Cell(_(VERDICTS[one.verdict]), TONES[one.verdict]), one.name, one.reason),
            )
            for one in self.plan.rows(self.verdict or None, offset, limit)
        ]


class Done(NamedTuple):
    """What an import did and where its rejected rows are; ``trouble`` says why they are nowhere."""

    result: ImportResult
    rejected: int
    path: Path
    trouble: str = ""


class PreviewScreen(JobScreen):
    """Nothing is written before it is confirmed; closes with True after an import."""

    kind: ClassVar[str] = "preview"
    keeps_no_rights: ClassVar[bool] = True
    asks_before_stop = True

    def __init__(self, plan: ImportPlan, path: Path, told: Sequence[str] = ()) -> None:
        super().__init__()
        self.plan = plan
        self.told = told  # warnings that were read before
        self.path = path
        self.filter_ = ""
        self.done: Done | None = None
        self._without_backup = False
        self._old = False  # compared under other rights
        self.about = Prose(classes="wizard-about")
        self.table = Table(
            [
                Column(_("Row"), 7, right=True),
                Column(_("Verdict"), 8),
                Column(_("Customer name"), 20, flex=1),
                Column(_("Reason"), 16, flex=3, priority=1, tone="dim"),
            ],
            empty=_("No such rows."),
        )

    def heading(self) -> str:
        """Return the title."""
        return _("Import: {file}").format(file=self.path.name)

    def body(self) -> Iterable[Widget]:
        """Yield the counts, the rows and the progress."""
        yield self.about
        yield self.table
        yield self.bar

    async def reload(self) -> None:
        """Show the counts and the rows, once."""
        if not self.table.loaded:
            await self._show()

    def counts_text(self) -> str:
        """Return 新增 12  更新 3 …, the odd values and the ID numbers left out."""
        counts = self.plan.counts
        parts = [f"{_(label)} {counts[key]:,}" for key, label in VERDICTS.items()]
        if counts["contacts"]:
            parts.append(_("further contacts {n}").format(n=f"{counts['contacts']:,}"))
        parts.append(f"{_(ODD)} {counts['flags']:,}")
        if counts.get("identity"):
            parts.append(_("ID numbers left out {n}").format(n=counts["identity"]))
        return "  ".join(parts)

    async def _show(self) -> None:
        keys = self.crm.keymap.shown
        lines = [self.counts_text()]
        if self.done is None:
            hint = _(
                "Nothing is written yet. {confirm} imports, {filter} filters, {open} shows a row's changes."
            )
            lines.append(
                hint.format(confirm=keys("publish"), filter=keys("verdicts"), open=keys("open"))
                if self.plan.writes
                else _("There is nothing to import: every row is known or kept out.")
            )
            lines += [text for text in self.plan.warnings if text not in self.told]
            lines += self.plan.notes
            if alike := bands_told(self.plan):
                text = _("{bands}  ({key} decides)")
                lines.append(text.format(bands="  ".join(alike), key=keys("suspects")))
        self.about.update("\n".join(lines))
        label = VERDICTS.get(self.filter_, ODD)
        shown = _(label) if self.filter_ else _("all rows")
        self.set_status(total=_("showing: {what}").format(what=shown))
        await self.table.show(PlanRows(self.plan, self.filter_))
        self.keys.update()

    def on_table_moved(self, event: Table.Moved) -> None:
        """Say the reason in full where the column had to cut it."""
        self.notice.rest(self.table.cut(event.row, 3))

    def why_not(self, action_id: str) -> str:
        """Say why the import cannot be confirmed."""
        if action_id in ("publish", "suspects") and self.done is not None:
            return _("It is imported already.")
        if action_id in ("publish", "suspects") and self._old:
            return _("What you may see or do was changed; go back and compare the sheet again.")
        if action_id == "suspects" and not self.plan.bands:
            return _("No row resembles another customer.")
        return super().why_not(action_id)

    async def do_verdicts(self) -> None:
        """Show the next kind of rows that there are."""
        place = FILTERS.index(self.filter_)
        for step in range(1, len(FILTERS) + 1):
            name = FILTERS[(place + step) % len(FILTERS)]
            if not name or self.plan.counts[name]:
                self.filter_ = name
                break
        await self._show()

    async def do_suspects(self) -> None:
        """Show the suspected duplicates by band, to decide on each or on all."""
        await self.crm.show(SuspectsScreen(self.plan), then=self._decided)

    async def _decided(self, decided: bool | None) -> None:
        if decided:
            if self.filter_ and not self.plan.counts[self.filter_]:
                self.filter_ = ""
            await self._show()

    async def do_open(self) -> None:
        """Show what the row under the cursor would change, old and new."""
        row = self.table.row
        if row is None:
            return
        if not isinstance(row.id, int):
            texts = [cell.text if isinstance(cell, Cell) else cell for cell in row.cells]
            await self.crm.show(TextBox(_("Row {n}").format(n=texts[0]), "\n".join(texts[1:])))
            return
        moves = await self.crm.work.run(self.plan.changes, row.id)
        lines = [
            f"{one.title}: {one.old} -> {one.new}" if one.old else f"{one.title}: {one.new}" for one in moves
        ]
        texts = [cell.text if isinstance(cell, Cell) else cell for cell in row.cells]
        title = ": ".join([_("Row {n}").format(n=row.id), texts[1]])
        await self.crm.show(TextBox(title, "\n".join(lines or [texts[3] or _("This row changes nothing.")])))

    # -- importing ----------------------------------------------------------------------------------

    async def do_publish(self) -> None:
        """Import what was shown."""

        def publish(job: Job[Any]) -> Done:
            if self.plan.writes and not self._without_backup:
                self._safeguard(job)
            return job.run(self._publish, job)

        self.carry(_("Importing"), publish, self._imported)

    def _safeguard(self, job: Job[Any]) -> None:
        """Make the backup before the import; without room or right for one the same key goes on."""
        try:
            safeguard(self.session, lambda done, total: job.report(done, total), job.is_cancelled)
        except NoBackup as error:
            self._without_backup = True
            key = self.crm.keymap.shown("publish")
            error.todo = _("{key} again imports without a backup.").format(key=key)
            raise

    def _publish(self, job: Job[Any]) -> Done:
        result = importing.run_import(
            self.session,
            self.plan,
            progress=lambda done, total: job.report(done, total),
            cancelled=job.is_cancelled,
        )
        self.session.renew_words()
        path = free_name(importing.rejects_path(self.path))
        try:
            return Done(result, importing.write_rejects(self.plan, path), path)
        except BadInput as error:
            return Done(result, 0, path, str(error))

    async def _imported(self, done: Done) -> None:
        self.done = done
        result = done.result
        if result.set_id is not None:
            self.crm.writes += 1
            self.seen_writes = self.crm.writes
        text = _(
            "Imported: {added} new, {updated} updated, {skipped} skipped,"
            " {suspect} suspected duplicates, {error} errors."
        )
        lines = [
            text.format(
                added=f"{result.added:,}",
                updated=f"{result.updated:,}",
                skipped=f"{result.skipped:,}",
                suspect=f"{result.suspect:,}",
                error=f"{result.error:,}",
            )
        ]  # fmt: skip
        if result.left:
            lines.append(
                _("{n} rows were left: somebody changed those customers meanwhile.").format(
                    n=len(result.left)
                )
            )
        if done.rejected:
            lines.append(
                _("{n} rows to be mended are in {path}; mend them there and import that file.").format(
                    n=f"{done.rejected:,}", path=done.path
                )
            )
        if done.trouble:
            lines.append(done.trouble)
        await self._show()
        self.about.update("\n".join(lines))
        if result.changed:
            self.crm.done(_("Imported: {file}.").format(file=self.path.name))
        elif result.nothing_new:
            self.say(_("Nothing is new: the customers say already what the sheet says."))
        else:
            self.say(_("Nothing had to be written."))

    async def do_back(self) -> None:
        """Stop the import (asked once), or leave."""
        await self.stop_or(self.leave)

    async def leave(self) -> None:
        """Close, and with it the sheet that was imported."""
        await self.crm.back(self.done is not None)

    def rights_moved(self) -> None:
        """Import nothing that was compared with what was seen before."""
        super().rights_moved()
        self._old = True

    def on_unmount(self) -> None:
        """Remove the prepared rows."""
        try:
            self.crm.work.submit(self.plan.close)
        except Cancelled:
            self.plan.staging.path.unlink(missing_ok=True)
