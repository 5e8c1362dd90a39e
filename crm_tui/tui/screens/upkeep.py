"""Looking after the file: what the doctor finds, the backups there are, and who is in."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, cast

from textual.widget import Widget

from crm_tui import clock
from crm_tui.errors import CrmError
from crm_tui.locale import _, ngettext
from crm_tui.session import Session, system_login
from crm_tui.storage import backup, history, presence
from crm_tui.storage.backup import Backup
from crm_tui.storage.drill import Drilled, drill
from crm_tui.storage.pruning import prune
from crm_tui.storage.restoring import people, restore
from crm_tui.text.sizes import size_text
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.job_box import JobBox, Outcome, reported
from crm_tui.tui.screens.text_box import TextBox
from crm_tui.tui.widgets.rows import Cell, Column, GroupedSource, ListSource, Row, Section
from crm_tui.tui.widgets.table import Table
from crm_tui.tui.work import Job
from crm_tui.upkeep.doctor import examine
from crm_tui.upkeep.findings import BAD, GOOD, LABELS, MENDED, SHORT, WARN, Finding

KEEPS = ("mend", "backup_now", "drill", "restore")  # for those who look after the file
PEOPLE_SECONDS = 2.0
TONES = {GOOD: "good", MENDED: "accent", WARN: "warn", SHORT: "warn", BAD: "bad"}


class UpkeepScreen(BaseScreen):
    """What the doctor found, newest backups, colleagues in the file; all of it read again by F5."""

    kind: ClassVar[str] = "upkeep"

    def __init__(self) -> None:
        super().__init__()
        self.table = Table(
            [Column(_("State"), 6), Column(_("What"), 16, flex=1), Column(_("About it"), 30, flex=4)],
            empty=_("Looking …"),
        )
        self.found: list[Finding] = []
        self.copies: list[Backup] = []
        self.seats: list[presence.Seat] = []
        self._looking = False
        self._asked: Any = None

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast("Session", self.crm.session)

    def body(self) -> Iterable[Widget]:
        """Yield the list."""
        yield self.table

    # -- reading ------------------------------------------------------------------------------------

    async def reload(self) -> None:
        """Examine the file beside everything else; what is known already is shown meanwhile."""
        await self._show()
        if not self._looking:
            self._looking = True
            self.run_worker(partial(self._look, False), group="doctor", exit_on_error=False)

    async def _look(self, mend: bool) -> None:
        self.set_status(total=_("Looking …"))
        try:
            self.found, self.copies, self.seats = await self.crm.work.aside(partial(self._read, mend))
        except CrmError as error:
            self.say(str(error), "warn")
        finally:
            self._looking = False
        if mend:
            self.crm.writes += 1
            mended = sum(one.state == MENDED for one in self.found)
            self.say(
                ngettext("{n} thing was mended.", "{n} things were mended.", mended).format(n=mended)
                if mended
                else _("There was nothing to mend."),
                "good",
            )
        if self.is_attached:
            await self._show()

    def _read(self, mend: bool, job: Job[Any]) -> tuple[list[Finding], list[Backup], list[presence.Seat]]:
        path = self.session.database.path
        found = list(
            examine(
                path,
                mend=mend,
                login=self.session.person.login,
                progress=partial(reported, job),
                stop=job.is_cancelled,
            )
        )
        return found, backup.backups(backup.default_folder(path)), presence.who_is_in(path)

    async def _show(self, at: Hashable = None) -> None:
        checks = ListSource([self._check(at) for at in range(len(self.found))])
        copies = ListSource([self._copy(one) for one in self.copies])
        seats = ListSource([self._seat(one) for one in self.seats])
        sections = [
            Section("checks", _("Checks"), checks),
            Section("backups", _("Backups"), copies, always=True),
            Section("people", _("In the file now"), seats),
        ]
        item = self.table.item
        await self.table.show(GroupedSource(sections), cursor_to=at or (item.id if item else None))
        if self.found:
            worst = sum(one.state == BAD for one in self.found)
            said = ngettext("{n} thing is broken", "{n} things are broken", worst).format(n=worst)
            self.set_status(total=said if worst else _("Nothing is broken."))
        self._tell()

    def _check(self, at: int) -> Row:
        one = self.found[at]
        return Row(("check", at), (Cell(_(LABELS[one.state]), TONES[one.state]), one.title, one.said))

    def _copy(self, one: Backup) -> Row:
        made = clock.local(one.manifest.made_at, self.session.zone)
        manifest = one.manifest
        about = " · ".join((one.why, size_text(manifest.size), manifest.by, one.path.name))
        return Row(("backup", str(one.path)), ("", f"{made:%Y-%m-%d %H:%M}", Cell(about, "dim")))

    def _seat(self, one: presence.Seat) -> Row:
        since = clock.local(one.since, self.session.zone)
        about = _("{login}, since {since:%m-%d %H:%M}").format(login=one.login, since=since)
        return Row(("seat", one), ("", one.name or one.login, Cell(about, "dim")))

    def on_mount(self) -> None:
        """Follow who comes and goes."""
        self.set_interval(PEOPLE_SECONDS, self._look_who)

    def _look_who(self) -> None:
        if self.seats and not self._looking and self.crm.screen is self:
            self.run_worker(self._who, group="who", exclusive=True, exit_on_error=False)

    async def _who(self) -> None:
        try:
            seats = await self.crm.work.run(presence.who_is_in, self.session.database.path)
        except CrmError:
            return
        if seats != self.seats:
            self.seats = seats
            await self._show()

    def on_table_moved(self, _event: Table.Moved) -> None:
        """Say what to do about the check under the cursor; a restore is asked anew."""
        self._asked = None
        self._tell()

    def _tell(self) -> None:
        one = self._finding()
        self.notice.rest(one.todo if one else "")
        self.keys.update()

    def _finding(self) -> Finding | None:
        row = self.table.row
        if row is None or not isinstance(row.id, tuple) or row.id[0] != "check":
            return None
        return self.found[row.id[1]]

    def _chosen(self) -> Backup | None:
        row = self.table.row
        if row is None or not isinstance(row.id, tuple) or row.id[0] != "backup":
            return None
        return next((one for one in self.copies if str(one.path) == row.id[1]), None)

    # -- what can be done ---------------------------------------------------------------------------

    def why_not(self, action_id: str) -> str:
        """Say what an action lacks."""
        if action_id in ("mend", "backup_now") and self._looking:
            return _("Still looking; try again in a moment.")
        if action_id in ("drill", "restore") and self._chosen() is None:
            return _("Choose a backup first.")
        return self.session.policy.may("upkeep").reason if action_id in KEEPS else ""

    async def do_open(self) -> None:
        """Show the whole of a check, or what can be done with a backup."""
        self._asked = None
        one, copy = self._finding(), self._chosen()
        if one is not None:
            await self.crm.show(
                TextBox(one.title, "\n\n".join(text for text in (one.said, one.todo) if text))
            )
        elif copy is not None:
            await self.crm.show(TextBox(copy.path.name, "\n".join(told(copy, self.session.zone))))

    async def do_mend(self) -> None:
        """Mend what can safely be mended."""
        self._looking = True
        self.run_worker(partial(self._look, True), group="doctor", exit_on_error=False)

    async def do_backup_now(self) -> None:
        """Make a backup."""
        path, noted = self.session.database.path, not self.session.read_only

        def make(job: Job[Backup]) -> Backup:
            made = backup.make_backup(
                path, None, "manual", system_login(), partial(reported, job), job.is_cancelled, noted=noted
            )
            prune(made.path.parent, clock.now())
            return made

        await self.crm.show(JobBox(_("Backing up"), make), then=self._made)

    async def _made(self, outcome: Outcome) -> None:
        if isinstance(outcome.error, CrmError):
            self.say(str(outcome.error), "warn")
            return
        if outcome.error is not None:
            raise outcome.error
        self.copies = await self.crm.work.run(backup.backups, outcome.value.path.parent)
        await self._show(("backup", str(outcome.value.path)))
        await self.reload()
        self.say(_("Backed up and verified: {path}").format(path=outcome.value.path), "good")

    async def do_drill(self) -> None:
        """Restore the backup under the cursor into a folder of its own and compare every table."""
        self._asked = None
        copy = self._chosen()
        if copy is None:
            return
        path, who = self.session.database.path, system_login()
        noted = not self.session.read_only

        def practise(job: Job[Drilled]) -> Drilled:
            return drill(copy.path, who, path, partial(reported, job), job.is_cancelled, noted=noted)

        await self.crm.show(JobBox(_("Practising the restore"), practise), then=self._drilled)

    def _drilled(self, outcome: Outcome) -> None:
        if isinstance(outcome.error, CrmError):
            self.say(str(outcome.error), "warn")
        elif outcome.error is not None:
            raise outcome.error
        else:
            done = outcome.value
            self.say(
                _("The drill went well: {tables} tables, {rows:,} rows compared, {seconds:.1f} s.").format(
                    tables=done.tables, rows=done.rows, seconds=done.seconds
                ),
                "good",
            )

    async def do_restore(self) -> None:
        """Put the backup under the cursor in the place of the file; asked twice, and only when alone."""
        copy = self._chosen()
        if copy is None:
            return
        path = self.session.database.path
        others = await self.crm.work.run(self.session.presence.others)
        key = self.crm.keymap.shown("restore")
        if others:
            said = _("Colleagues are in the file: {people}. Ask them to leave, then press {key} again.")
            self.say(said.format(people=people(others), key=key), "warn")
            return
        if self._asked != copy.path:
            newer = await self.crm.work.run(history.newest, self.session.reader)
            newer = max(newer - copy.manifest.facts.head_set, 0)
            made = f"{clock.local(copy.manifest.made_at, self.session.zone):%Y-%m-%d %H:%M}"
            self._asked = copy.path
            said = ngettext(
                "{key} again: back to {made}, without {n:,} later change; the file of now stays beside it.",
                "{key} again: back to {made}, without {n:,} later changes; the file of now stays beside it.",
                newer,
            )
            if not newer:
                said = _(
                    "{key} again: back to {made}, nothing changed since; the file of now stays beside it."
                )
            self.say(said.format(key=key, made=made, n=newer), "warn")
            return
        self.crm.leave_for(partial(bring_back, path, copy.path, system_login()))


def bring_back(path: Path, copy: Path, who: str) -> str:
    """Restore a backup while nobody has the file open and return what is said then."""
    done = restore(path, copy, who)
    kept = done.old.name if done.old else "-"
    return _("Restored: {name}. The file that was here before is kept as {kept}.").format(
        name=copy.name, kept=kept
    )


def told(copy: Backup, zone: str) -> list[str]:
    """Return what is known about a backup, a line each."""
    manifest = copy.manifest
    rows = manifest.facts.tables
    return [
        _("Made: {when}, {why}, by {who}").format(
            when=f"{clock.local(manifest.made_at, zone):%Y-%m-%d %H:%M}",
            why=copy.why,
            who=manifest.by,
        ),
        _("Size: {size}").format(size=size_text(manifest.size)),
        _("Customers: {customers:,}, contacts: {contacts:,}, changes: {changes:,}").format(
            customers=rows.get("customer", 0),
            contacts=rows.get("contact", 0),
            changes=manifest.facts.head_set,
        ),
        _("Program {program}, SQLite {sqlite}, schema {schema}").format(
            program=manifest.program, sqlite=manifest.sqlite, schema=manifest.facts.schema_version
        ),
        "SHA-256: " + manifest.sha256,
        str(copy.path),
    ]
