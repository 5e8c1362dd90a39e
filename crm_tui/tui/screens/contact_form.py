"""Adding and editing a contact of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_tui.customers import reading, service
from crm_tui.customers.fields import FIELDS
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _
from crm_tui.storage.driver import sqlite3
from crm_tui.text.identity import find_identity_number
from crm_tui.tui.screens.form_fields import form_field, read_back
from crm_tui.tui.screens.record_form import RecordForm
from crm_tui.tui.widgets.form import Field, Form
from crm_tui.tui.work import Superseded

NAMES = (
    "contact_name", "contact_title", "contact_department", "decision_role", "mobile", "office_phone", "email",
    "wechat", "work_chat", "contact_preference", "is_primary", "contact_valid", "contact_note",
)  # fmt: skip
WATCHED = {"mobile": "phones", "office_phone": "phones", "email": "mail"}
REASONS = {
    "phone": N_("Same phone: {no} {name}, owner {owner}"),
    "mail": N_("Same mail: {no} {name}, owner {owner}"),
}


class ContactScreen(RecordForm):
    """One contact; without ``contact_id`` a new one."""

    def __init__(self, customer_id: int, contact_id: int = 0, at: str = "") -> None:
        super().__init__(at)
        self.customer_id = customer_id
        self.contact_id = contact_id

    def heading(self) -> str:
        """Return the title."""
        return _("Edit the contact") if self.contact_id else _("Add a contact")

    def fields(self) -> list[Field]:
        """Return the fields with the contact's values."""
        if self.contact_id:
            row = self.read_again(self.session.reader)
            if row is None:
                raise BadInput(_("This contact is not there any more."))
            self.record = dict(row)
        make = self.field_of_record if self.contact_id else self.fresh_field
        return [make(name, self.record, marked=name in self.required) for name in NAMES]

    def fresh_field(self, name: str, row: Mapping[str, Any], *, marked: bool) -> Field:
        """Return the field of a contact that is new: nothing of it is hidden yet."""
        return form_field(name, row, self.context, marked=marked)

    def read_again(self, reader: sqlite3.Connection) -> Mapping[str, Any] | None:
        """Return the contact as it is now."""
        return reading.record(reader, "contact", self.contact_id)

    def on_form_changed(self, event: Form.Changed) -> None:
        """Name other customers with this phone or mail."""
        if event.key in WATCHED:
            self.later(self._look, event.key, event.value)

    async def _look(self, key: str, value: str) -> None:
        def same() -> str:
            if not value.strip() or find_identity_number(value, key):
                return ""
            asked = {WATCHED[key]: value}
            hits = reading.warnings(self.session.reader, but=self.customer_id, **asked)
            return "; ".join(
                _(REASONS[hit.reason]).format(no=hit.no, name=hit.name, owner=hit.owner) for hit in hits[:2]
            )

        try:
            said = await self.crm.work.latest(("same", key), same)
        except Superseded:
            return
        if said and self.query(Form) and self.the_form.values().get(key) == value:
            self.the_form.note(key, said)

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Save what was changed."""
        typed = read_back(self.the_form.changed(), "contact", self.context)
        name = values.get("contact_name", "").strip() or FIELDS["contact_name"].title
        if not self.contact_id:
            given = {key: value for key, value in typed.values.items() if value is not None}
            self.result = await self.write(service.add_contact, self.customer_id, given, words=typed.words)
            return self.done_sentence(_("Contact added: {name}.").format(name=name))

        def said(given: Mapping[str, Any]) -> str:
            return _("Saved: {name}.").format(name=given.get("name") or name)

        parts = self.parts(self.the_form.changed(), "contact")
        if not parts:
            return _("Nothing was changed.")
        return await self.save_record(service.update_contact, "contact", self.contact_id, parts, said)
