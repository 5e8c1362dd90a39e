"""Adding and editing a 合作项目 of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_tui.customers import reading, service
from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.storage.driver import sqlite3
from crm_tui.tui.screens.form_fields import form_field, read_back
from crm_tui.tui.screens.form_screen import FieldErrors
from crm_tui.tui.screens.record_form import RecordForm
from crm_tui.tui.widgets.form import Field

NAMES = (
    "project_name", "project_amount", "project_start", "project_end", "contract_no", "project_state",
    "project_note",
)  # fmt: skip


class ProjectScreen(RecordForm):
    """One project; without ``project_id`` a new one."""

    looks_back = False

    def __init__(self, customer_id: int, project_id: int = 0, at: str = "") -> None:
        super().__init__("project_start" if at == "project_term" else at)
        self.customer_id = customer_id
        self.project_id = project_id

    def heading(self) -> str:
        """Return the title."""
        return _("Edit the project") if self.project_id else _("Add a project")

    def fields(self) -> list[Field]:
        """Return the fields with the project's values."""
        if self.project_id:
            row = self.read_again(self.session.reader)
            if row is None:
                raise BadInput(_("This project is not there any more."))
            self.record = dict(row)
        make = self.field_of_record if self.project_id else self.fresh_field
        return [make(name, self.record, required=name == "project_name") for name in NAMES]

    def fresh_field(self, name: str, row: Mapping[str, Any], *, required: bool) -> Field:
        """Return the field of a project that is new: nothing of it is hidden yet."""
        return form_field(name, row, self.context, required=required)

    def read_again(self, reader: sqlite3.Connection) -> Mapping[str, Any] | None:
        """Return the project as it is now."""
        return reading.record(reader, "project", self.project_id)

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Save what was changed; a term that ends before it begins is refused."""
        typed = read_back(self.the_form.changed(), "project", self.context)
        whole = {**self.record, **typed.values}
        if whole.get("starts_on") and whole.get("ends_on") and whole["starts_on"] > whole["ends_on"]:
            raise FieldErrors({"project_end": _("Ends before it begins.")})
        name = values["project_name"].strip()
        if not self.project_id:
            given = {key: value for key, value in typed.values.items() if value is not None}
            self.result = await self.write(service.add_project, self.customer_id, given, words=typed.words)
            return self.done_sentence(_("Project added: {name}.").format(name=name))
        parts = self.parts(self.the_form.changed(), "project")
        if not parts:
            return _("Nothing was changed.")

        def said(given: Mapping[str, Any]) -> str:
            return _("Saved: {name}.").format(name=given.get("name") or name)

        return await self.save_record(service.update_project, "project", self.project_id, parts, said)
