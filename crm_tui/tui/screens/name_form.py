"""Adding and editing another name of a customer: a former, a short or any other one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from crm_tui.customers import service
from crm_tui.locale import N_, _
from crm_tui.session import Session
from crm_tui.storage.faults import Move
from crm_tui.text.identity import find_identity_number
from crm_tui.tui.screens.form_fields import IDENTITY
from crm_tui.tui.screens.form_screen import FormScreen
from crm_tui.tui.screens.saving import (
    Part,
    Saving,
    Values,
    Words,
    all_values,
    also_moved,
    line_part,
    sentences,
    theirs_kept,
    write_merging,
)
from crm_tui.tui.widgets.form import Field, Form

KINDS: dict[str, str] = {
    "former": N_("Former name"),
    "short": N_("Short name"),
    "other": N_("Other name"),
    "number": N_("Former number"),
}


class NameScreen(FormScreen):
    """One other name; without ``alias``, the row of one that is there, a new one."""

    follows: ClassVar[bool] = True

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

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Save the name; search and duplicate warnings know it from then on."""
        session = cast(Session, self.crm.session)
        if session.read_only:
            return session.read_only
        name, kind = values["name"].strip(), values["kind"]
        if self.alias is None:
            await self.crm.write(service.add_name, self.customer_id, name, kind)
            return self._done(_("Name added: {name}.").format(name=name))
        changed = self.the_form.changed()
        parts = [part for key, part in self._parts(name, kind).items() if key in changed]
        if not parts:
            return _("Nothing was changed.")
        alias = self.alias
        saving = Saving(self, alias["name"], parts, self._store, self.finish, self.left_open)
        return await saving.run(alias["changed_in"])

    def _parts(self, name: str, kind: str) -> dict[str, Part]:
        choices = [(key, _(label)) for key, label in KINDS.items()]

        def kinds(record: Mapping[str, Any]) -> Field:
            return Field("kind", _("Kind"), "choice", record["kind"], choices, required=True)

        def label(record: Mapping[str, Any]) -> str:
            key = record["kind"]
            return _(KINDS[key])

        def again(text: str) -> tuple[Values, Words]:
            return {"kind": text}, ()

        return {
            "name": line_part(
                _("Name"), {"name": name}, lambda row: row["name"], lambda text: {"name": text.strip()}
            ),
            "kind": Part(_("Kind"), {"kind": kind}, (), label, kinds, again),
        }

    async def _store(self, seen: int, parts: Sequence[Part], moved: Sequence[Move]) -> str:
        assert self.alias is not None
        values = all_values(parts)
        if not values:
            return theirs_kept()
        written = await write_merging(self.crm, service.update_name, self.alias["id"], seen, values)
        others = also_moved("customer_alias", (*moved, *written.moved), values)
        if not written.value:
            return sentences(_("Nothing was changed."), others)
        name = values.get("name", self.alias["name"])
        return self._done(sentences(_("Saved: {name}.").format(name=name), others))

    def _done(self, said: str) -> str:
        return _("{what}  {key} undoes it.").format(what=said, key=self.crm.keymap.shown("undo"))
