"""The first screen where there is no database yet, or none that this user may open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from textual.widget import Widget

from crm_tui.config import default_database, full_path
from crm_tui.errors import BadInput, CrmError
from crm_tui.locale import N_, _
from crm_tui.session import Session, create_database, system_login
from crm_tui.storage.connection import OldFile
from crm_tui.storage.migrations import Migrated, migrate
from crm_tui.storage.mounts import NetworkFile
from crm_tui.text.cells import safe
from crm_tui.tui.opening import open_warm
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.form_screen import FormScreen
from crm_tui.tui.screens.job_box import JobBox, Outcome, reported
from crm_tui.tui.widgets.form import Field, Form
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Column, ListSource, Row
from crm_tui.tui.widgets.table import Table
from crm_tui.tui.work import Job

Progress = Callable[[int, int], None]
TEMPLATE = "crm-tui-template.xlsx"


def make_sample(folder: Path, progress: Progress) -> Session:
    """Make the demo database in a folder and open it; for the database thread."""
    from crm_tui.demo.make import make_demo

    path = folder / "demo.db"
    make_demo(path, progress=progress)
    return open_warm(path)


class WelcomeScreen(BaseScreen):
    """Offers to make a database, to import a sheet into it, or to try the sample.

    With a ``refusal`` it says why the file is not opened, and offers what helps: to bring an older file to
    this version, to read where it must not be written.
    """

    kind: ClassVar[str] = "welcome"

    def __init__(
        self, path: Path | None = None, refusal: CrmError | None = None, read_only: bool = False
    ) -> None:
        super().__init__()
        self.path = path or default_database()
        self.refusal = refusal
        self.read_only = read_only
        self.table = Table([Column("", 21, tone="strong"), Column("", 30, flex=1)], header=False)
        self.folder: TemporaryDirectory[str] | None = None

    def body(self) -> Iterable[Widget]:
        """Yield what happened and what can be done."""
        if self.refusal is not None:
            parts = [self.refusal.what, self.refusal.kept, self.refusal.todo]
            text = "\n".join(safe(part) for part in parts if part)
            yield Prose(text, classes="refusal")
        else:
            text = _("Welcome. There is no database yet at {path}.").format(path=self.path)
            yield Prose(safe(text), classes="greeting")
        yield self.table

    async def reload(self) -> None:
        """Show what can be done."""
        rows = [Row("sample", (_("Try the sample"), _("Made-up customers, gone when you leave.")))]
        if self.refusal is None:
            rows = [
                Row("create", (_("New database"), _("Begin empty, add customers one by one."))),
                Row("import", (_("Import a sheet"), _("New database, filled from xlsx, xls or csv."))),
                *rows,
            ]
        if self._can_migrate():
            told = _("After a verified backup; nobody else may be in.")
            rows.insert(0, Row("migrate", (_("Bring to this version"), told)))
        if isinstance(self.refusal, NetworkFile):
            rows.insert(0, Row("read", (_("Only read"), _("Nothing can be changed then."))))
        rows.append(Row("quit", (_("Quit"), "")))
        await self.table.show(ListSource(rows))

    def _can_migrate(self) -> bool:
        return isinstance(self.refusal, OldFile) and not self.refusal.protected and not self.read_only

    def why_not(self, action_id: str) -> str:
        """Say that nothing can be imported into what cannot be opened."""
        if action_id == "import" and self.refusal is not None:
            return _("The database cannot be opened.")
        return ""

    async def do_open(self) -> None:
        """Do what the cursor stands on."""
        row = self.table.row
        chosen = str(row.id) if row is not None else ""
        if chosen == "create":
            await self.crm.show(CreateScreen(self.path), then=self._created)
        elif chosen == "import":
            await self.do_import()
        elif chosen == "sample":
            await self._try_sample()
        elif chosen == "migrate":
            box = JobBox(_("Bringing the database to this version"), partial(_migrated, self.path))
            await self.crm.show(box, then=self._migrated)
        elif chosen == "read":
            await self._go_on(await self.crm.work.run(open_warm, self.path, read_only=True))
        elif chosen == "quit":
            await self.crm.act("quit")

    async def do_import(self) -> None:
        """Make a database, then open the import."""
        await self.crm.show(CreateScreen(self.path), then=self._created_to_import)

    async def do_template(self) -> None:
        """Write the blank import sheet into the present folder."""
        from crm_tui.exchange.template import template

        path = Path.cwd() / TEMPLATE
        await self.crm.work.run(template, path)
        self.say(_("Written: {path}").format(path=path), "good")

    async def _created(self, session: Session | None) -> None:
        if session is not None:
            await self._go_on(session)

    async def _created_to_import(self, session: Session | None) -> None:
        if session is not None:
            await self._go_on(session)
            await self.crm.open("import")

    async def _migrated(self, outcome: Outcome) -> None:
        if isinstance(outcome.error, CrmError):
            self.say(str(outcome.error), "bad")
            return
        if outcome.error is not None:
            raise outcome.error
        await self._go_on(await self.crm.work.run(open_warm, self.path))
        done: Migrated = outcome.value
        if done.backup is not None:
            text = _("The database is of version {version} now. It was backed up before: {path}")
            self.crm.say(text.format(version=done.to_version, path=done.backup), "good")

    async def _try_sample(self) -> None:
        loop = asyncio.get_running_loop()

        def told(done: int, total: int) -> None:
            text = _("Making the sample: {done} of {total} …").format(done=done, total=total)
            loop.call_soon_threadsafe(self.say, text)

        self.folder = TemporaryDirectory(prefix="crm-tui-")
        session = await self.crm.work.run(make_sample, Path(self.folder.name), told)
        await self._go_on(session)
        self.crm.say(_("This is a sample; it is gone when you leave."))

    async def _go_on(self, session: Session) -> None:
        self.crm.session = session
        self.crm.writes += 1
        await self.crm.go("today")
        self.crm.say_limits()


class CreateScreen(FormScreen):
    """Asks for the name that colleagues read and makes the database; closes with its session."""

    called: ClassVar[Mapping[str, str]] = {"save": N_("Create")}
    saves_elsewhere: ClassVar[bool] = True

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def heading(self) -> str:
        """Return the title."""
        return _("New database")

    def form(self) -> Form:
        """Return the form."""
        return Form(
            [
                Field("name", _("Your name"), hint=system_login()),
                Field("path", _("File"), value=str(self.path), required=True),
            ]
        )

    def on_mount(self) -> None:
        """Say what the name is for."""
        self.the_form.note("name", _("as in the owner column of your sheets"))

    async def save(self, values: Mapping[str, str]) -> str:
        """Make the database and open it."""
        path = full_path(values["path"].strip())
        self.result = await self.crm.work.run(_make, path, values["name"].strip())
        return _("Made: {path}").format(path=path)


def _migrated(path: Path, job: Job[Migrated]) -> Migrated:
    return migrate(path, None, system_login(), progress=partial(reported, job), cancelled=job.is_cancelled)


def _make(path: Path, name: str) -> Session:
    if not path.name:
        raise BadInput(_("Name a file."))
    create_database(path, name=name)
    return open_warm(path)
