"""Showing hidden fields of a customer in full: which, and why; noted with the user's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from crm_tui.access.showing import hidden_groups
from crm_tui.access.verbs import GROUPS
from crm_tui.locale import N_, _
from crm_tui.session import Session
from crm_tui.tui.screens.form_fields import listed
from crm_tui.tui.screens.form_screen import FieldErrors, FormScreen
from crm_tui.tui.widgets.form import Field, Form

if TYPE_CHECKING:
    from crm_tui.tui.frame import Frame

WHICH, WHY = "groups", "reason"


async def unmask(crm: Frame, customer_id: int, first: str = "") -> None:
    """Ask for the reason and show what is hidden of a customer; ``first`` is the group that is meant."""
    session = cast(Session, crm.session)
    found = await crm.work.run(lambda: hidden_groups(session.reader, session.policy, customer_id))
    if not found:
        crm.say(_("Nothing of this customer is hidden from you."))
        return
    groups = [group for group in GROUPS if group in found]
    await crm.show(UnmaskScreen(customer_id, groups, first if first in found else ""))


class UnmaskScreen(FormScreen):
    """Asks which groups of fields are to be shown, all of them at first, and why."""

    called: ClassVar[Mapping[str, str]] = {"save": N_("Show in full")}

    def __init__(self, customer_id: int, groups: Sequence[str], first: str = "") -> None:
        super().__init__()
        self.customer_id = customer_id
        self.groups = groups
        self.first = first

    def heading(self) -> str:
        """Return the title."""
        return _("Show in full")

    def form(self) -> Form:
        """Return the form; the reason comes last, so that Enter behind it saves."""
        choices = [(group, _(GROUPS[group])) for group in self.groups]
        value = self.first or ",".join(self.groups)
        return Form(
            [
                Field(WHICH, _("Fields"), "several", value, choices, required=True),
                Field(WHY, _("Reason"), hint=_("why you need it; noted with your name"), required=True),
            ]
        )

    async def reload(self) -> None:
        """Begin at the reason."""
        self.the_form.focus_field(WHY)

    async def save(self, values: Mapping[str, str]) -> str:
        """Note the reason and show the fields for the rest of the session."""
        session = cast(Session, self.crm.session)
        reason, groups = values[WHY].strip(), [one for one in values[WHICH].split(",") if one]
        if not reason:
            raise FieldErrors({WHY: _("Say why you need it: it is noted with your name.")})

        def show() -> None:
            for group in groups:
                session.unmask(self.customer_id, group, reason)

        await self.crm.work.run(show)
        self.crm.writes += 1
        self.result = groups
        return _("Shown in full until you leave the program: {fields}. It is noted.").format(
            fields=listed(_(GROUPS[group]) for group in groups)
        )
