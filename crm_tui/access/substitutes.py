"""Who stands in for whom during a leave, and who works on a customer with its owner."""

from __future__ import annotations

from datetime import date

from crm_tui.access import store_house
from crm_tui.access.store import Person, by_id
from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.storage.change import Change, action
from crm_tui.text.fold import tidy

LONGEST_DAYS = 366
ACCESS = ("read", "edit")


@action("substitution.add")
def add(
    change: Change, person_id: int, substitute_id: int, from_on: date, until_on: date, note: str = ""
) -> int:
    """Let one stand in for another from a day to a day, both included, and return the row's id.

    The one who stands in sees and edits the customers of the other as own ones on those days. Raises
    BadInput for days in the wrong order, more than a year, or somebody not in use.
    """
    person, substitute = _there(change, person_id), _there(change, substitute_id)
    if person.id == substitute.id:
        raise BadInput(_("Nobody stands in for themselves."), _("Nothing was changed."))
    if not substitute.active:
        raise BadInput(
            _("{name} is not in use and cannot stand in.").format(name=substitute.name),
            _("Nothing was changed."),
        )
    if until_on < from_on:
        raise BadInput(_("The last day lies before the first."), _("Nothing was changed."))
    if (until_on - from_on).days > LONGEST_DAYS:
        raise BadInput(_("A leave of more than a year: hand the customers over."), _("Nothing was changed."))
    values = {"person_id": person.id, "substitute_id": substitute.id}
    days = {"from_on": from_on.isoformat(), "until_on": until_on.isoformat(), "note": tidy(note) or None}
    return change.insert("substitution", values | days)


@action("substitution.remove")
def remove(change: Change, substitution_id: int) -> None:
    """End a substitution, or take one back that has not begun."""
    if not store_house.has_substitution(change.connection, substitution_id):
        raise BadInput(_("This leave is not there any more."), _("Nothing was changed."))
    change.soft_delete("substitution", substitution_id)


@action("collaborator.add")
def share(change: Change, customer_id: int, person_id: int, access: str = "read") -> int:
    """Let a colleague work on a customer with its owner (``read`` or ``edit``), and return the row's id.

    Whoever is a collaborator already gets the other access. Raises BadInput when customer or colleague are
    not there.
    """
    person = _there(change, person_id)
    found = store_house.customer(change.connection, customer_id)
    if found is None:
        raise BadInput(_("There is no such customer."), _("Nothing was changed."))
    if access not in ACCESS:
        raise BadInput(_("A collaborator may read or edit."), _("Nothing was changed."))
    if found[2] == person.id:
        raise BadInput(
            _("{name} has this customer already.").format(name=person.name), _("Nothing was changed.")
        )
    for one in store_house.collaborators(change.connection, customer_id):
        if one.person_id == person.id:
            change.update("collaborator", one.id, {"access": access})
            return one.id
    return change.insert(
        "collaborator", {"customer_id": customer_id, "person_id": person.id, "access": access}
    )


@action("collaborator.remove")
def unshare(change: Change, customer_id: int, person_id: int) -> None:
    """Let a colleague work on a customer no more."""
    for one in store_house.collaborators(change.connection, customer_id):
        if one.person_id == person_id:
            change.soft_delete("collaborator", one.id)
            return
    raise BadInput(_("This colleague does not work on the customer."), _("Nothing was changed."))


def _there(change: Change, person_id: int) -> Person:
    person = by_id(change.connection, person_id)
    if person is None:
        raise BadInput(_("There is no such colleague any more."), _("Nothing was changed."))
    return person
