"""Adding and editing another name of a customer: a former, a short or any other one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from crm_tui.customers import service
from crm_tui.locale import N_, _
from crm_tui.session import Session
from crm_tui.text.identity import find_identity_number
from crm_tui.tui.screens.form_fields import IDENTITY
from crm_tui.tui.screens.form_screen import FormScreen
from crm_tui.tui.widgets.form import Field, Form

KINDS: dict[str, str] = {
    "former": N_("Former name"),
    "short": N_("Short name"),
    "other": N_("Other name"),
    "number": N_("Former number"),
}


class NameScreen(FormScreen):
    """One other name; without ``alias``, the row of one that is there, a new one."""

    def __init__(self, customer_id: int, alias: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.customer_id = customer_id
        self.alias = alias

    def heading(self) -> str:
        """Return the title."""
        return _("Edit the name") if self.alias else _("Add a name")

    def form(self) -> Form:
        """Return the form."""
        held = self.alias or {"name": "", "kind": "former"}
        choices = [(key, _(label)) for key, label in KINDS.items()]
        return Form(
            [
                Field("name", _("Name"), value=held["name"], required=True, check=self._refused),
                Field("kind", _("Kind"), "choice", value=held["kind"], choices=choices, required=True),
            ]
        )

    @staticmethod
    def _refused(text: str) -> str:
        return _(IDENTITY) if find_identity_number(text) else ""

    async def save(self, values: Mapping[str, str]) -> str:
        """Save the name; search and duplicate warnings know it from then on."""
        session = cast(Session, self.crm.session)
        if session.read_only:
            return session.read_only
        name, kind = values["name"].strip(), values["kind"]
        if self.alias is None:
            await self.crm.write(service.add_name, self.customer_id, name, kind)
            text = _("Name added: {name}.")
        else:
            args = (self.alias["id"], self.alias["changed_in"], {"name": name, "kind": kind})
            await self.crm.write(service.update_name, *args)
            text = _("Saved: {name}.")
        said = text.format(name=name)
        return _("{what}  {key} undoes it.").format(what=said, key=self.crm.keymap.shown("undo"))
