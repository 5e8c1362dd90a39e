"""What a colleague may see and do of a customer, and why; and who works on it with its owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.widget import Widget

from crm_tui.access import auditing, explaining, store_house, substitutes
from crm_tui.access.explaining import Explained
from crm_tui.access.store_house import Collaborator, Colleague
from crm_tui.customers import reading
from crm_tui.locale import N_, _
from crm_tui.session import Session
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.form_screen import FormScreen
from crm_tui.tui.screens.pick_box import Choice, PickBox
from crm_tui.tui.widgets.form import Field, Form
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row, plain
from crm_tui.tui.widgets.table import Table

if TYPE_CHECKING:
    from crm_tui.tui.frame import Frame

OFF = "off"


class ExplainBox(PopUp):
    """Every permission with yes or no, and the reason."""

    kind: ClassVar[str] = "pick"
    hidden = frozenset({"apply"})

    def __init__(self, found: Explained) -> None:
        super().__init__()
        self.found = found
        self.about = Prose(classes="explain-about")
        self.table = Table(
            [
                Column(_("Permission"), 20, flex=2),
                Column(_("Allowed"), 6),
                Column(_("Why"), 30, flex=3, tone="dim"),
            ]
        )

    def heading(self) -> str:
        """Return the title."""
        return _("What {name} may see, and why").format(name=self.found.person)

    def box(self) -> Iterable[Widget]:
        """Yield whom and what it is about, and the answers."""
        yield self.about
        yield self.table

    async def reload(self) -> None:
        """Show the answers."""
        found = self.found
        text = _("{person} ({role}) · {customer}, of {owner}")
        self.about.update(
            text.format(person=found.person, role=found.role, customer=found.customer, owner=found.owner)
        )
        rows = [
            Row(
                (one.verb, one.group),
                (
                    ("  " if one.group else "") + one.title,
                    Cell(_("yes"), "good") if one.allowed else Cell(_("no"), "warn"),
                    one.reason,
                ),
            )
            for one in found.answers
        ]
        await self.table.show(ListSource(rows))

    def on_table_moved(self, event: Table.Moved) -> None:
        """Show the whole reason of the row under the cursor."""
        row = self.table.row
        self.notice.rest(plain(row.cells[2]) if row is not None else "")

    async def do_open(self) -> None:
        """Close."""
        await self.crm.back()


class CustomerForm(FormScreen):
    """Which customer it is about: number or name."""

    called: ClassVar[Mapping[str, str]] = {"save": N_("Show")}
    saves_elsewhere: ClassVar[bool] = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name_text = name

    def heading(self) -> str:
        """Return the title."""
        return _("What {name} may see, and why").format(name=self.name_text)

    def form(self) -> Form:
        """Return the form."""
        return Form([Field("customer", _("Customer"), required=True, hint=_("Number, name or a part of it"))])

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Close with the customer."""
        session = cast(Session, self.crm.session)
        self.result = await self.crm.work.run(reading.find, session.reader, values["customer"])
        return None


async def show_explained(crm: Frame, person_id: int, customer_id: int) -> None:
    """Show what a colleague may see of a customer."""
    session = cast(Session, crm.session)

    def read() -> Explained:
        return explaining.explain(session.database.connection, person_id, customer_id, session.today())

    await crm.show(ExplainBox(await crm.work.run(read)))


async def explain_to(crm: Frame, person_id: int, name: str) -> None:
    """Ask for a customer and show what a colleague may see of it."""

    async def chosen(customer_id: Any) -> None:
        if customer_id is not None:
            await show_explained(crm, person_id, customer_id)

    await crm.show(CustomerForm(name), then=chosen)


async def ask_who(crm: Frame, customer_id: int) -> None:
    """Ask for a colleague and show what is seen of a customer; who keeps no people is told of themselves."""
    session = cast(Session, crm.session)
    if not session.policy.may("people").allowed:
        await show_explained(crm, session.person.id, customer_id)
        return
    people = await crm.work.run(store_house.people, session.reader)
    choices = [Choice(str(one.id), one.name, one.login) for one in people]

    async def chosen(key: str | None) -> None:
        if key is not None:
            await show_explained(crm, int(key), customer_id)

    await crm.show(PickBox(_("Who sees this"), choices), then=chosen)


async def ask_collaborator(crm: Frame, customer_id: int) -> None:
    """Ask which colleague is to work on a customer with its owner, and how; one who does already may go."""
    session = cast(Session, crm.session)

    def read() -> tuple[list[Colleague], list[Collaborator]]:
        reader = session.reader
        return store_house.people(reader), store_house.collaborators(reader, customer_id)

    people, now = await crm.work.run(read)
    access = {one.person_id: one.access for one in now}
    ranked = sorted((one for one in people if one.active == 1), key=lambda one: one.id not in access)
    choices = [
        Choice(
            str(one.id), one.name, auditing.access_label(access[one.id]) if one.id in access else one.login
        )
        for one in ranked
    ]

    async def chosen(key: str | None) -> None:
        if key is not None:
            person = next(one for one in people if str(one.id) == key)
            await _ask_access(crm, customer_id, person, access.get(person.id, ""))

    await crm.show(PickBox(_("Collaborators"), choices), then=chosen)


async def _ask_access(crm: Frame, customer_id: int, person: Colleague, now: str) -> None:
    choices = [Choice(one, auditing.access_label(one)) for one in substitutes.ACCESS]
    if now:
        choices.append(Choice(OFF, _("no longer works on it")))

    async def chosen(key: str | None) -> None:
        if key == OFF:
            await crm.write(substitutes.unshare, customer_id, person.id)
            crm.done(_("{name} does not work on this customer any more.").format(name=person.name))
        elif key is not None and key != now:
            await crm.write(substitutes.share, customer_id, person.id, key)
            text = _("{name} works on this customer too: {access}.")
            crm.done(text.format(name=person.name, access=auditing.access_label(key)))

    await crm.show(PickBox(person.name, choices, now), then=chosen)


def personal_note(people: int) -> str:
    """Return the sentence about what roles protect from where a file is read by whoever has it."""
    if people < 2:
        return _(
            "You are alone here. Roles are a convenience: whoever can read the file can read everything."
        )
    return _("Roles are a convenience, not protection: whoever can read the file can read everything.")
