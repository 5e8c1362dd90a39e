"""What can be done with a customer file; each function is one action inside an open change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from crm_tui import clock
from crm_tui.customers import derived, store
from crm_tui.customers.convert import complete
from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.storage import numbering
from crm_tui.storage.change import Change, action
from crm_tui.storage.merging import require_customer
from crm_tui.text.fold import fold, tidy

__all__ = ["derived"]


@action("customer.add")
def add(
    change: Change,
    values: Mapping[str, Any],
    contacts: Iterable[Mapping[str, Any]] = (),
    tags: Iterable[str] = (),
    zone: str = clock.DEFAULT_ZONE,
) -> int:
    """Add a customer with contacts and tags and return its id.

    ``values`` are column values; number and owner are filled in when they are missing. Raises BadInput when
    the number is taken or neither name nor contact says who it is.
    """
    row = complete({key: value for key, value in values.items() if value is not None})
    people = [dict(contact) for contact in contacts if any(value for value in contact.values())]
    if not row.get("name") and not (people and people[0].get("name")):
        raise BadInput(
            _("A customer needs a name."), _("Nothing was saved."), _("Type the name and save again.")
        )
    if not row.get("no"):
        row |= complete({"no": new_number(change, clock.today(zone))})
    else:
        _free_number(change, row["no"], 0)
        numbering.observe(change.connection, "customer", [row["no"]])
    row.setdefault("kind", "company")
    row.setdefault("owner_id", change.actor)
    row.setdefault("name_key", "")
    customer_id = change.insert("customer", row)
    for position, contact in enumerate(people):
        change.insert(
            "contact",
            {"is_primary": int(position == 0), **contact, "customer_id": customer_id, "position": position},
        )
    set_tags(change, customer_id, tags)
    return customer_id


def new_number(change: Change, day: date) -> str:
    """Return the next free customer number of a day."""
    while True:
        number = numbering.allocate(change.connection, "customer", day)[0]
        if change.one(store.NUMBER_TAKEN, {"no": number, "self": 0}) is None:
            return number


def _free_number(change: Change, number: str, customer_id: int) -> None:
    if change.one(store.NUMBER_TAKEN, {"no": number, "self": customer_id}):
        raise BadInput(
            _("The number {no} is taken by another customer.").format(no=number),
            _("Nothing was saved."),
            _("Leave the number empty to get the next one."),
        )


@action("customer.update")
def update(change: Change, customer_id: int, seen: int, values: Mapping[str, Any]) -> bool:
    """Change fields of a customer and return whether any differed; a former name stays as an alias.

    What others changed since ``seen`` in other fields stays. Raises FieldConflict when they changed the same,
    RecordGone when the customer is not there any more.
    """
    row = complete(dict(values))
    if "no" in row:
        if not row["no"]:
            raise BadInput(_("A customer keeps its number."), _("Nothing was saved."))
        _free_number(change, row["no"], customer_id)
    old = store.record(change.connection, "customer", customer_id)
    moved = change.update("customer", customer_id, row, seen)
    if moved and old and row.get("name") and old["name"] and fold(old["name"]) != fold(row["name"]):
        add_alias(change, customer_id, old["name"], "former")
    return moved


def add_alias(change: Change, customer_id: int, name: str, kind: str) -> None:
    """Keep another name of a customer, once."""
    known = {row["name_key"] for row in store.children(change.connection, "customer_alias", customer_id)}
    if fold(name) and fold(name) not in known:
        alias = {"customer_id": customer_id, "name": name, "name_key": fold(name), "kind": kind}
        change.insert("customer_alias", alias)


@action("alias.add")
def add_name(change: Change, customer_id: int, name: str, kind: str) -> None:
    """Add a former, short or other name, or a former number, of a customer.

    Raises BadInput when the customer is known by that name already.
    """
    require_customer(change.connection, customer_id)
    _free_name(change, customer_id, name, 0)
    add_alias(change, customer_id, tidy(name), kind)


@action("alias.update")
def update_name(change: Change, alias_id: int, seen: int, values: Mapping[str, Any]) -> bool:
    """Change name, kind or both of another name of a customer and return whether anything differed."""
    row = change.one(store.ALIAS_OWNER, {"id": alias_id})
    given = dict(values)
    if "name" in given:
        if row:
            _free_name(change, row[0], given["name"], alias_id)
        given |= {"name": tidy(given["name"]), "name_key": fold(given["name"])}
    return change.update("customer_alias", alias_id, given, seen)


@action("alias.remove")
def remove_name(change: Change, alias_id: int, seen: int) -> None:
    """Take another name off a customer; undo brings it back."""
    change.soft_delete("customer_alias", alias_id, seen)


def _free_name(change: Change, customer_id: int, name: str, but: int) -> None:
    known = store.children(change.connection, "customer_alias", customer_id)
    if any(row["name_key"] == fold(name) and row["id"] != but for row in known):
        raise BadInput(
            _("The customer is known as {name} already.").format(name=tidy(name)), _("Nothing was saved.")
        )


@action("customer.archive")
def archive(change: Change, customer_id: int, seen: int | None = None) -> None:
    """Put a customer away; it leaves every list, keeps its number, and undo brings it back.

    Raises RecordGone when it is not there any more, StaleVersion when it has moved at all since ``seen``.
    """
    require_customer(change.connection, customer_id)
    change.update("customer", customer_id, {"gone": "archived", "deleted_at": change.now}, seen)


@action("contact.add")
def add_contact(change: Change, customer_id: int, values: Mapping[str, Any]) -> int:
    """Add a contact; the first one of a customer is its main contact."""
    if not any(value for key, value in values.items() if key not in ("is_primary", "position")):
        raise BadInput(_("A contact needs a name or a way to reach them."), _("Nothing was saved."))
    require_customer(change.connection, customer_id)
    row = change.one(store.NEXT_POSITION, {"id": customer_id})
    position = row[0] if row else 0
    first = not store.children(change.connection, "contact", customer_id)
    fresh = {"is_primary": int(first), **values, "customer_id": customer_id, "position": position}
    if fresh["is_primary"] and not first:
        _no_other_primary(change, customer_id, 0)
    return change.insert("contact", fresh)


@action("contact.update")
def update_contact(change: Change, contact_id: int, seen: int, values: Mapping[str, Any]) -> bool:
    """Change fields of a contact and return whether any differed."""
    row = store.record(change.connection, "contact", contact_id)
    if row and values.get("is_primary") == 1 and row["is_primary"] != 1:
        _no_other_primary(change, row["customer_id"], contact_id)
    return change.update("contact", contact_id, values, seen)


def _no_other_primary(change: Change, customer_id: int, but: int) -> None:
    for contact in store.children(change.connection, "contact", customer_id):
        if contact["is_primary"] == 1 and contact["id"] != but:
            change.update("contact", contact["id"], {"is_primary": 0})


@action("contact.remove")
def remove_contact(change: Change, contact_id: int, seen: int) -> None:
    """Take a contact off a customer; the next one becomes the main contact, undo brings both back."""
    row = store.record(change.connection, "contact", contact_id)
    change.soft_delete("contact", contact_id, seen)
    if row and row["is_primary"] == 1:
        for heir in store.children(change.connection, "contact", row["customer_id"])[:1]:
            change.update("contact", heir["id"], {"is_primary": 1})


@action("customer.tag")
def set_tags(
    change: Change, customer_id: int, names: Iterable[str], before: Iterable[str] | None = None
) -> None:
    """Make the customer carry exactly these tags; a new name becomes a tag (S3-12, S0-19).

    ``before`` are the tags that were there when ``names`` were chosen: what others gave or took since stays.
    """
    wanted = {fold(name): tidy(name) for name in names if fold(name)}
    require_customer(change.connection, customer_id)
    links = change.rows(store.LINKS_OF, {"id": customer_id})
    known = {key for _link, key in links} if before is None else {fold(name) for name in before}
    for link_id, key in links:
        if key in known and key not in wanted:
            change.soft_delete("tag_link", link_id)
    have = {key for _link, key in links}
    for key, name in wanted.items():
        if key not in have and (before is None or key not in known):
            change.insert("tag_link", {"customer_id": customer_id, "tag_id": tag_id(change, name)})


def add_tags(change: Change, customer_id: int, names: Iterable[str]) -> None:
    """Add tags to those that a customer carries."""
    have = store.tags_of(change.connection, [customer_id]).get(customer_id, [])
    set_tags(change, customer_id, [*have, *names])


def tag_id(change: Change, name: str) -> int:
    """Return the id of a tag by name, made when it is new."""
    found = change.one(store.TAG_BY_KEY, {"key": fold(name)})
    return found[0] if found else change.insert("tag", {"name": tidy(name), "name_key": fold(name)})


@action("project.add")
def add_project(change: Change, customer_id: int, values: Mapping[str, Any]) -> int:
    """Add a 合作项目 to a customer (S2-26)."""
    if not values.get("name"):
        raise BadInput(_("A project needs a name."), _("Nothing was saved."))
    require_customer(change.connection, customer_id)
    return change.insert("project", {**values, "customer_id": customer_id})


@action("project.update")
def update_project(change: Change, project_id: int, seen: int, values: Mapping[str, Any]) -> bool:
    """Change fields of a project and return whether any differed.

    Raises BadInput when its term would end before it begins, also by what others changed since ``seen``.
    """
    moved = change.update("project", project_id, values, seen)
    row = store.record(change.connection, "project", project_id) or {}
    if moved and row.get("starts_on") and row.get("ends_on") and row["starts_on"] > row["ends_on"]:
        raise BadInput(
            _("The term would end before it begins: {first} to {last}.").format(
                first=row["starts_on"], last=row["ends_on"]
            ),
            _("Nothing was saved."),
            _("Look at both days as they are now."),
        )
    return moved


@action("project.remove")
def remove_project(change: Change, project_id: int, seen: int) -> None:
    """Take a project off a customer; undo brings it back."""
    change.soft_delete("project", project_id, seen)
