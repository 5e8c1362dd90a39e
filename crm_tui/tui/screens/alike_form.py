"""A form of a customer that tells, while it is typed, who may be the same customer already."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from textual import events
from textual.widget import Widget

from crm_tui.access.showing import locked_groups
from crm_tui.customers import reading
from crm_tui.customers.convert import Context
from crm_tui.customers.fields import FIELDS
from crm_tui.errors import BadInput
from crm_tui.locale import _, ngettext
from crm_tui.session import Session
from crm_tui.text.fold import fold
from crm_tui.tui.screens.form_fields import read_back
from crm_tui.tui.screens.record_form import RecordForm
from crm_tui.tui.widgets.form import Field, Form
from crm_tui.tui.widgets.likely_pane import LikelyPane, LikelyRow

if TYPE_CHECKING:
    from crm_tui.tui.screens.alike_rows import Answer

AROUND = 3  # lines of a screen above and below its body
WAIT = 0.12  # seconds after a key, so that nothing is asked while somebody types on
# What tells one customer from another, of the fields of a form.
WATCHED = frozenset(
    ("name", "short_name", "english_name", "kind", "uscc", "website", "contact_name", "contact_way", "mobile",
     "office_phone", "email", "biz_address", "reg_address")
)  # fmt: skip


class TakenOver(NamedTuple):
    """What of a typed customer fills blank fields of one that is there, and what finds no place in it."""

    values: dict[str, str]
    left: list[str]


def look(session: Session, values: Mapping[str, str], customer_id: int, others: Collection[int]) -> Answer:
    """Find whom the typed customer may be; on the database thread.

    What compares takes 6 MB and is loaded with the first name that is typed.
    """
    from crm_tui.tui.screens.alike_rows import ask

    return ask(session, values, customer_id, others)


def take_over(session: Session, context: Context, customer_id: int, typed: Mapping[str, str]) -> TakenOver:
    """Return what of a typed customer fills blank fields of another; raises BadInput when that is gone."""
    row = reading.record(session.reader, "customer", customer_id)
    if row is None:
        raise BadInput(_("This customer is not there any more."))
    values: dict[str, str] = {}
    left = []
    locked = locked_groups(session.reader, session.policy, customer_id)
    for key, text in typed.items():
        one = FIELDS.get(key)
        if not text.strip():
            continue
        if one is not None and one.entity == "contact":
            left += [] if _known_contact(session, context, customer_id, key, text) else [one.title]
        elif one is None or one.entity != "customer":
            left.append(_("Next step"))
        elif one.sensitive in locked:
            left.append(one.title)
        elif all(row[column] in (None, "") for column in one.columns):
            values[key] = text
        elif not _says(row, context, key, text):
            left.append(one.title)
    return TakenOver(values, left)


def _says(row: Mapping[str, Any], context: Context, key: str, text: str) -> bool:
    """Tell whether a customer has what was typed; less of the name than is there is nothing to be kept."""
    if key == "name":
        return fold(text) in fold(row["name"])
    return all(
        row[name] == value for name, value in read_back({key: text}, "customer", context).values.items()
    )


def _known_contact(session: Session, context: Context, customer_id: int, key: str, text: str) -> bool:
    """Tell whether a contact of the customer has what was typed of one."""
    wanted = read_back({key: text}, "contact", context).values
    contacts = reading.children(session.reader, "contact", customer_id)
    return all(
        any(fold(str(one[name] or "")) == fold(str(value)) for one in contacts)
        for name, value in wanted.items()
        if value
    )


class AlikeForm(RecordForm):
    """A customer's form with a pane below: who it may be already, and one key to go on with that one.

    ``others`` are those that were said to be another customer.
    """

    customer_id = 0

    def __init__(self, at: str = "") -> None:
        super().__init__(at)
        self.pane = LikelyPane()
        self.others: set[int] = set()
        self._said = ""

    def body(self) -> Sequence[Widget]:
        """Yield the pane; the form comes above it when its record was read."""
        return (self.pane,)

    async def show_fields(self, fields: list[Field], at: str = "") -> None:
        """Show these fields above the pane."""
        await super().show_fields(fields, at)
        self.move_child(self.pane, after=self.the_form)
        if self.pane.display:
            self._fit()

    def on_form_changed(self, event: Form.Changed) -> None:
        """Look for the same customer among those there are, when the typing rests."""
        if event.key in WATCHED:
            self.ask_again()

    def ask_again(self) -> None:
        """Ask for whom this may be; an answer to an older question is not shown."""
        self.run_worker(self._ask, group="alike", exclusive=True, exit_on_error=False)

    async def _ask(self) -> None:
        await asyncio.sleep(WAIT)
        if not self.query(Form):
            return
        typed = self.typed_values()
        others = frozenset(self.others)
        asked = partial(look, self.session, typed, self.customer_id, others)
        answer = await self.latest("alike", asked)
        if answer is not None:
            self._show(answer)

    def typed_values(self) -> dict[str, str]:
        """Return what of the customer stands in the form."""
        return {key: value for key, value in self.the_form.values().items() if key in WATCHED}

    def _show(self, answer: Answer) -> None:
        keys = self.crm.keymap.shown
        count = len(answer.rows)
        title = ngettext("Perhaps there already: {n}", "Perhaps there already: {n}", count).format(n=count)
        acts = [("adopt", _("Use the existing")), ("not_alike", _("Not the same"))]
        acts += [("next_alike", _("Next"))] if count > 1 else []
        told = "  ".join([title, *(f"{keys(action)} {label}" for action, label in acts)])
        with self.crm.batch_update():
            self.pane.show(told, answer.rows)
            self._fit()
        if answer.state and answer.state != self._said and not self._said:
            # Once is enough: how far it is moves at every key.
            self._said = answer.state
            self.say(_("{what}: duplicates are told when it is done.").format(what=answer.state), "warn")

    def _fit(self) -> None:
        """Let the pane follow the last field, and leave the rest of the lines to it; the field stays seen."""
        lines, form = self.pane.lines, self.the_form
        form.styles.height = "auto" if lines else "1fr"
        form.styles.max_height = max(self.app.size.height - AROUND - lines, 1) if lines else None
        if self.focused is not None:
            self.call_after_refresh(partial(self.focused.scroll_visible, animate=False))

    def on_resize(self, event: events.Resize) -> None:
        """Give form and pane their parts of the new height."""
        if self.query(Form) and self.pane.display:
            self.call_after_refresh(self._fit)

    # -- keys -----------------------------------------------------------------------------------------

    def why_not(self, action_id: str) -> str:
        """Say that nobody is shown whom this may be, or that it may not be opened."""
        if action_id in ("adopt", "not_alike", "next_alike"):
            row = self.pane.row
            if row is None:
                return _("No customer is known that looks like this one.")
            if action_id == "adopt" and not row.visible:
                return _("{owner} has this customer; you may not open it.").format(owner=row.owner)
        return super().why_not(action_id)

    def do_next_alike(self) -> None:
        """Make the next likely customer the current one."""
        self.pane.step()
        self._fit()

    async def do_adopt(self) -> None:
        """Open the likely customer's file; what is typed here stays here."""
        row = self.pane.row
        if row is not None:
            await self.crm.open("customer", customer_id=row.customer_id)

    async def do_not_alike(self) -> None:
        """Leave the current one out of the pane, and remember that it is another customer."""
        row = self.pane.row
        if row is None:
            return
        await self.tell_apart(row)
        self.others.add(row.customer_id)
        self.ask_again()

    async def tell_apart(self, row: LikelyRow) -> None:
        """Remember that a customer of the pane is another one."""
        raise NotImplementedError
