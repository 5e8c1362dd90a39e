"""Adding and editing a customer: a short form for the call just ended, a long one for the whole file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, cast

from crm_tui import clock
from crm_tui.customers import reading, service
from crm_tui.customers.fields import FIELDS, GROUPS
from crm_tui.dedupe import decisions
from crm_tui.errors import BadInput
from crm_tui.followups.next_step import read_next
from crm_tui.followups.service import PlanDraft, add_plan
from crm_tui.locale import _
from crm_tui.storage.change import Change, action
from crm_tui.storage.driver import sqlite3
from crm_tui.text.identity import find_identity_number
from crm_tui.tui.screens.alike_form import AlikeForm, take_over
from crm_tui.tui.screens.form_fields import IDENTITY, form_field, listed, missing, read_back
from crm_tui.tui.understood import understood
from crm_tui.tui.widgets.form import Field
from crm_tui.tui.widgets.likely_pane import LikelyRow

PLAN = "next_plan"
SHORT: Sequence[tuple[str, Sequence[str]]] = (
    ("", ("name", "kind", "industry", "source", "status")),
    ("contact", ("contact_name", "contact_title", "contact_way")),
    ("need", ("need", PLAN)),
)
CONTACT_MORE = ("contact_department", "decision_role", "contact_preference", "contact_note")
ONLY_PERSONS = ("preference", "purchase_history", "family")
# Shown whole by another field of the form: the parts of an address, of a size.
PARTS = ("headcount", "revenue", "size_class")
IN_ADDRESS = ("province", "city", "district", "detail")


def customer_names(kind: str) -> dict[str, list[str]]:
    """Return the typed fields of a customer's own, by group, in the order of the file."""
    groups: dict[str, list[str]] = {}
    for one in FIELDS.values():
        if one.entity != "customer" or not one.writable or one.name in PARTS:
            continue
        if one.name.rpartition("_")[2] in IN_ADDRESS or (one.name in ONLY_PERSONS and kind != "person"):
            continue
        groups.setdefault(one.group, []).append(one.name)
    return groups


@action("customer.add")
def add_with_plan(
    change: Change,
    values: Mapping[str, Any],
    contact: Mapping[str, Any],
    following: PlanDraft | None,
    zone: str,
    others: Collection[int] = (),
) -> int:
    """Add a customer with its first contact and its next step and return its id.

    It is none of ``others``, which look like it: that is remembered.
    """
    customer_id = service.add(change, values, [contact], zone=zone)
    if following is not None:
        add_plan(change, customer_id, following, zone)
    if others:
        from crm_tui.dedupe.entering import keep_apart

        keep_apart(change, customer_id, others)
    return customer_id


class CustomerForm(AlikeForm):
    """What adding and editing share."""

    def heading_field(self, group: str) -> Field:
        """Return the line over a group of fields."""
        return Field(f"group {group}", _(GROUPS[group]), "heading")


class AddCustomerScreen(CustomerForm):
    """Add a customer: ten fields, the others by one key."""

    def __init__(self, called: str = "") -> None:
        super().__init__()
        self.record = {"name": called or None, "kind": "company", "status": "prospect"}
        self.whole = False
        self._warned: list[str] = []

    def heading(self) -> str:
        """Return the title."""
        return _("Add a customer")

    def fields(self) -> list[Field]:
        """Return the short form, or all fields."""
        shown: list[Field] = []
        done: set[str] = set()
        rest = customer_names("person") if self.whole else {}
        for group, names in SHORT:
            if group:
                shown.append(self.heading_field(group))
            for name in (*names, *(CONTACT_MORE if self.whole and group == "contact" else ())):
                shown.append(self._field(name))
                done.add(name)
            shown += [self._field(name) for name in rest.pop(group, ()) if name not in done]
        for group, names in rest.items():
            shown.append(self.heading_field(group))
            shown += [self._field(name) for name in names if name not in done]
        if not self.whole:
            key = self.crm.keymap.shown("more_fields")
            shown.append(Field("more", _("{key}: more fields").format(key=key), "heading"))
        return shown

    def _field(self, name: str) -> Field:
        if name == PLAN:
            hint = _("e.g. next Wed 3pm call back")
            return Field(PLAN, _("Next step"), hint=hint, check=self._check_plan)
        needed = name == "name"
        record = self.record if FIELDS[name].entity == "customer" else {}
        return form_field(name, record, self.context, marked=name in self.required, required=needed)

    def _check_plan(self, text: str) -> str:
        if find_identity_number(text):
            return _(IDENTITY)
        try:
            read_next(text, self.crm.today(), self.session.calendar)
        except BadInput as error:
            return str(error)
        return ""

    def remark(self, key: str, value: str) -> str | None:
        """Say what was understood of the next step."""
        if key == PLAN:
            return understood(value, self.crm.today(), self.session.calendar)
        return super().remark(key, value)

    def why_not(self, action_id: str) -> str:
        """Say that all fields are here already."""
        if action_id == "more_fields" and self.whole:
            return _("All fields are here already.")
        return super().why_not(action_id)

    async def reload(self) -> None:
        """Stand ready; a name that was looked for before may be one that is there."""
        fresh = not self.read
        await super().reload()
        if fresh and self.record["name"]:
            self.ask_again()

    async def do_adopt(self) -> None:
        """Go on with the likely customer: what is typed fills its blank fields, the rest stays a draft.

        Until that is saved this form stays as it is below.
        """
        row = self.pane.row
        if row is None:
            return
        typed = self.the_form.changed()
        typed.setdefault("name", self.the_form.values()["name"])
        found = await self.crm.work.run(take_over, self.session, self.context, row.customer_id, typed)
        if not found.values:
            await self._leave_for(row.customer_id, found.left)
            return
        screen = cast(EditCustomerScreen, self.crm.make("edit_customer", customer_id=row.customer_id))
        screen.taken = found.values
        await self.crm.show(screen, then=partial(self._adopted, row.customer_id, found.left))

    async def _adopted(self, customer_id: int, left: Sequence[str], result: Any) -> None:
        """Close too when what was taken over is saved; nothing of this form is lost before."""
        if result is not None:
            await self._leave_for(customer_id, left)

    async def _leave_for(self, customer_id: int, left: Sequence[str]) -> None:
        """Close in favour of a customer that is there; what found no place there is kept as a draft."""
        keeps = bool(left) and self.pen is not None
        if self.pen is not None and left:
            self.pen.now()
        elif self.pen is not None:
            self.pen.forget()
        if keeps or not left:
            await self.crm.back()
        await self.crm.open("customer", customer_id=customer_id)
        if keeps:
            said = _("Not taken over: {fields}. It is kept as a draft ({key}).")
            self.crm.say(said.format(fields=listed(left), key=self.crm.keymap.shown("drafts")))
        elif not left:
            self.crm.say(_("This is the file that is there already."))

    async def tell_apart(self, row: LikelyRow) -> None:
        """Leave it out; it is remembered with the customer when that is saved."""
        self.say(_("Left out; that they are two is remembered when this is saved."), "good")

    async def do_more_fields(self) -> None:
        """Show all fields and keep what was typed."""
        typed = self.the_form.values()
        here = next((row.field.key for row in self.the_form.rows if row.has_focus), "")
        self.whole = True
        await self.show_fields(await self.crm.work.run(self.fields), here)
        for key, value in typed.items():
            self.the_form.fill(key, value)

    async def save(self, values: Mapping[str, str]) -> str:
        """Add the customer; what the preset wants and is blank is said once, then it is marked 待补全."""
        lacking = missing(self.required, values)
        if lacking and lacking != self._warned:
            self._warned = lacking
            raise BadInput(
                _("Still blank: {fields}.").format(fields=listed(lacking)),
                "",
                _("{key} again saves all the same.").format(key=self.crm.keymap.shown("save")),
            )
        own = read_back(values, "customer", self.context)
        contact = read_back(values, "contact", self.context)
        who = {key: value for key, value in contact.values.items() if value is not None}
        if own.values.get("kind") == "person":
            who.setdefault("name", own.values.get("name"))
        following = read_next(values.get(PLAN, ""), self.crm.today(), self.session.calendar)
        zone = self.session.zone or clock.DEFAULT_ZONE
        words = [*own.words, *contact.words]
        others = sorted(self.others)
        self.result = await self.write(add_with_plan, own.values, who, following, zone, others, words=words)
        return self.done_sentence(_("Added: {name}.").format(name=own.values["name"]))


class EditCustomerScreen(CustomerForm):
    """Edit a customer's own fields, grouped as the file shows them."""

    def __init__(self, customer_id: int, at: str = "") -> None:
        super().__init__(at or "name")
        self.customer_id = customer_id
        self.taken: Mapping[str, str] = {}  # typed for a new customer that turned out to be this one

    def heading(self) -> str:
        """Return the title."""
        return _("Edit the customer")

    def fields(self) -> list[Field]:
        """Return every field with its value."""
        row = self.read_again(self.session.reader)
        if row is None:
            raise BadInput(_("This customer is not there any more."))
        self.record = dict(row)
        shown = []
        for group, names in customer_names(row["kind"]).items():
            shown.append(self.heading_field(group))
            for name in names:
                marked = name in self.required
                shown.append(self.field_of_record(name, row, marked=marked, required=self._needed(name)))
        return shown

    async def reload(self) -> None:
        """Read the customer, and fill in what was typed for a new one."""
        fresh = not self.read
        await super().reload()
        if fresh and self.taken:
            self.the_form.fill_draft(self.taken)
            self.the_form.focus_field(next(iter(self.taken)))
            key = self.crm.keymap.shown("save")
            said = _("Filled in what was blank here: {fields}. {key} saves, Esc twice goes back.")
            names = listed([FIELDS[name].title for name in self.taken])
            self.say(said.format(fields=names, key=key))

    async def tell_apart(self, row: LikelyRow) -> None:
        """Remember it at once."""
        await self.crm.write(decisions.reject, self.customer_id, row.customer_id)
        self.say(
            self.done_sentence(_("Remembered: {name} is another customer.").format(name=row.name)), "good"
        )

    def _needed(self, name: str) -> bool:
        """Number and owner are never blank; a name that is missing already may stay so."""
        return name in ("no", "owner", "kind") or (name == "name" and bool(self.record["name"]))

    def read_again(self, reader: sqlite3.Connection) -> Mapping[str, Any] | None:
        """Return the customer as it is now."""
        return reading.record(reader, "customer", self.customer_id)

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Save what was changed."""
        parts = self.parts(self.the_form.changed(), "customer")
        if not parts:
            return _("Nothing was changed.")

        def said(given: Mapping[str, Any]) -> str:
            return _("Saved: {name}.").format(name=given.get("name") or self.record["name"])

        return await self.save_record(service.update, "customer", self.customer_id, parts, said)
