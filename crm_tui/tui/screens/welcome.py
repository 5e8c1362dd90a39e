"""The first screen where there is no database yet, or none that this user may open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Static

from crm_tui.config import default_database
from crm_tui.errors import BadInput, CrmError
from crm_tui.locale import _
from crm_tui.session import Session, create_database, system_login
from crm_tui.tui.opening import open_warm
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.form_screen import FormScreen
from crm_tui.tui.widgets.form import Field, Form
from crm_tui.tui.widgets.rows import Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

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

    With a ``refusal`` it says why the file is not opened, and offers the sample only.
    """

    kind: ClassVar[str] = "welcome"

    def __init__(self, path: Path | None = None, refusal: CrmError | None = None) -> None:
        super().__init__()
        self.path = path or default_database()
        self.refusal = refusal
        self.table = Table([Column("", 14, tone="strong"), Column("", 30, flex=1)], header=False)
        self.folder: TemporaryDirectory[str] | None = None

    def body(self) -> Iterable[Widget]:
        """Yield what happened and what can be done."""
        if self.refusal is not None:
            parts = [self.refusal.what, self.refusal.kept, self.refusal.todo]
            yield Static("\n".join(part for part in parts if part), markup=False, classes="refusal")
        else:
            text = _("Welcome. There is no database yet at {path}.").format(path=self.path)
            yield Static(text, markup=False, classes="greeting")
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
        rows.append(Row("quit", (_("Quit"), "")))
        await self.table.show(ListSource(rows))

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


class CreateScreen(FormScreen):
    """Asks for the name that colleagues read and makes the database; closes with its session."""

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
        super().on_mount()
        self.the_form.note("name", _("as in the owner column of your sheets"))

    async def save(self, values: Mapping[str, str]) -> str:
        """Make the database and open it."""
        path = Path(values["path"].strip()).expanduser()
        self.result = await self.crm.work.run(_make, path, values["name"].strip())
        return _("Made: {path}").format(path=path)


def _make(path: Path, name: str) -> Session:
    if not path.name:
        raise BadInput(_("Name a file."))
    create_database(path, name=name)
    return open_warm(path)
