"""Writing the list on the screen to a file: which columns, which kind of file, where."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar, cast

from crm_tui.customers import reading
from crm_tui.customers.reading import Query
from crm_tui.errors import CrmError
from crm_tui.exchange import exporting
from crm_tui.exchange.leaving import withheld
from crm_tui.locale import N_, _, ngettext
from crm_tui.session import Session
from crm_tui.tui.screens.form_screen import FieldErrors, FormScreen
from crm_tui.tui.screens.job_box import LARGE, JobBox, Outcome, reported
from crm_tui.tui.screens.saving import sentences
from crm_tui.tui.screens.wizard_files import free_name, typed_path
from crm_tui.tui.widgets.form import Field, Form
from crm_tui.tui.work import Job

ENDINGS = (("xlsx", "Excel (xlsx)"), ("csv", "CSV"), ("json", "JSON"))
SHEETS = ("S0", "S3", "template")


class ExportScreen(FormScreen):
    """Export the customers of a query; without one, all."""

    called: ClassVar[Mapping[str, str]] = {"save": N_("Export")}
    saves_elsewhere: ClassVar[bool] = True

    def __init__(self, query: Query | None = None, total: int | None = None) -> None:
        super().__init__()
        self.asked = query
        self.total = total
        self._proposed = ""

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    def heading(self) -> str:
        """Return the title."""
        return _("Export the list")

    def form(self) -> Form:
        """Return the form; the file's name follows the kind until it is typed."""
        sheets = [("", _("All filled fields"))]
        # The form of S4 holds one customer.
        offered = (*SHEETS, "S4") if self.total == 1 else SHEETS
        labels = {
            "S0": _("Basic sheet (S0)"),
            "S3": _("CRM sheet (S3)"),
            "template": _("Import sheet"),
            "S4": _("Form (S4)"),
        }
        sheets += [(key, labels[key]) for key in offered]
        self._proposed = self._place("xlsx")
        return Form(
            [
                Field("ending", _("Kind of file"), "choice", value="xlsx", choices=ENDINGS),
                Field("sheet", _("Columns"), "choice", choices=sheets),
                Field("path", _("File"), value=self._proposed, required=True),
            ]
        )

    def _place(self, ending: str) -> str:
        name = _("customers-{day}").format(day=self.crm.today().isoformat()) + f".{ending}"
        return str(free_name(Path.cwd() / name))

    async def reload(self) -> None:
        """Say how many customers there are to write."""
        if self.total is None:
            query = self.asked or Query()
            self.total = await self.crm.work.run(reading.count, self.session.reader, query)
        text = ngettext("{n} customer", "{n} customers", self.total).format(n=f"{self.total:,}")
        self.set_status(total=text)
        self.the_form.note("path", text)

    def on_form_changed(self, event: Form.Changed) -> None:
        """Let the file's name follow the kind of file, unless somebody typed it."""
        if event.key == "ending" and event.value and self.the_form.values()["path"] == self._proposed:
            self._proposed = self._place(event.value)
            self.the_form.fill("path", self._proposed, as_before=True)

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Write the file; one that exists is never overwritten."""
        path = typed_path(values["path"])
        if not path.suffix and values["ending"]:
            path = path.with_name(f"{path.name}.{values['ending']}")
        if path.exists():
            said = _("This file exists; choose another name.")
            raise FieldErrors({"path": said})
        sheet, query = values["sheet"] or None, self.asked or Query()

        def write(job: Job[int]) -> int:
            return job.run(
                exporting.export, self.session, "customers", path, sheet=sheet, query=query,
                progress=partial(reported, job), cancelled=job.is_cancelled,
            )  # fmt: skip

        if (self.total or 0) > LARGE:
            await self.crm.show(JobBox(_("Exporting"), write), then=partial(self._ended, path))
            return None
        return self._said(path, await self.crm.work.aside(write))

    def _said(self, path: Path, count: int) -> str:
        self.result = path
        text = ngettext("{n} customer written to {path}.", "{n} customers written to {path}.", count)
        said = text.format(n=f"{count:,}", path=path.absolute())
        left = withheld((self.total or 0) - count)
        return sentences(said, left) if left else said

    async def _ended(self, path: Path, outcome: Outcome) -> None:
        """Close after a large export and say what it wrote; one that was stopped leaves the form open."""
        if isinstance(outcome.error, CrmError):
            self.say(str(outcome.error), "warn")
        elif outcome.error is not None:
            raise outcome.error
        else:
            said = self._said(path, outcome.value)
            self.the_form.saved()
            await self.crm.back(path)
            self.crm.say(said, "good")
