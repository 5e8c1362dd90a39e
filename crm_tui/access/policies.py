"""Roles and what they may do, as administrators change them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from crm_tui.access import house, store_house
from crm_tui.access.defaults import presets
from crm_tui.access.policy import role_label
from crm_tui.access.store_house import RoleRow
from crm_tui.access.verbs import (
    ALL,
    GROUPED,
    GROUPS,
    HOUSE_VERBS,
    NONE,
    OWN,
    ROWS,
    SCOPES,
    TEAM,
    VERBS,
)
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _, translations
from crm_tui.storage.change import Change, action
from crm_tui.text.fold import fold, tidy

LONGEST_LABEL = 24
SHORT: dict[str, str] = {NONE: N_("none"), OWN: N_("own"), TEAM: N_("team"), ALL: N_("all")}
"""The scopes in a word each, for where there is little room."""


@action("role.add")
def add_role(change: Change, label: str, copy_of: str, label_en: str = "") -> str:
    """Add a role that may do what another one may, and return its key.

    Raises BadInput when the label is taken or there is no role to copy.
    """
    roles = store_house.roles(change.connection)
    source = _there(roles, copy_of)
    values = _labelled(roles, label, label_en)
    key = f"role{change.set_id:d}"
    place = 0
    while store_house.was_role(change.connection, key):
        place += 1
        key = f"role{change.set_id:d}_{place:d}"
    position = store_house.next_position(change.connection)
    change.insert("role", {**values, "key": key, "position": position})
    for one in store_house.permissions(change.connection):
        if one.role == source.key:
            row = {"role": key, "verb": one.verb, "field_group": one.field_group, "scope": one.scope}
            change.insert("permission", row)
    return key


@action("role.edit")
def edit_role(change: Change, key: str, label: str, label_en: str = "", *, seen: int | None = None) -> None:
    """Give a role another name; people carry its key, which stays."""
    roles = store_house.roles(change.connection)
    role = _there(roles, key)
    change.update("role", role.id, _labelled(roles, label, label_en, role.key), seen)


@action("role.remove")
def remove_role(change: Change, key: str) -> None:
    """Remove a role; whoever still carries it may do nothing then. Refused when nobody could mend that."""
    role = _there(store_house.roles(change.connection), key)
    for one in store_house.permissions(change.connection):
        if one.role == role.key:
            change.soft_delete("permission", one.id)
    change.soft_delete("role", role.id)
    house.demand_right(change, "policy")


@action("permission.set")
def set_permission(change: Change, role: str, verb: str, group: str, scope: str) -> None:
    """Say how far a role may do a verb: for rows (group '') or for a group of sensitive fields.

    Raises BadInput for a role, verb, group or scope that there is not, or a scope that the verb cannot have.
    """
    found = _there(store_house.roles(change.connection), role)
    demand_scope(verb, group, scope)
    _put(change, found.key, verb, group, scope)
    house.demand_right(change, "policy")


@action("permission.preset")
def apply_preset(change: Change, preset: str) -> None:
    """Put the roles of a new database back to one of the policies to begin with; roles added since stay.

    Raises BadInput when there is no such policy.
    """
    if preset not in presets():
        names = ", ".join(presets())
        raise BadInput(
            _("There is no policy “{name}”.").format(name=preset),
            _("Nothing was changed."),
            _("There are: {names}.").format(names=names),
        )
    wanted = {(one.role, one.verb, one.field_group): one.scope for one in presets()[preset].grants}
    given = {role for role, _verb, _group in wanted}
    there = {one.key for one in store_house.roles(change.connection)}
    for one in store_house.permissions(change.connection):
        scope = wanted.pop((one.role, one.verb, one.field_group), None)
        if scope is not None:
            change.update("permission", one.id, {"scope": scope})
        elif one.role in given:
            change.soft_delete("permission", one.id)
    for (role, verb, group), scope in wanted.items():
        if role in there:
            row = {"role": role, "verb": verb, "field_group": group, "scope": scope}
            change.insert("permission", row)
    house.demand_right(change, "policy")


def scopes_of(verb: str, group: str = ROWS) -> tuple[str, ...]:
    """Return the scopes that a verb can have: of the house yes or no; fields of own customers always."""
    if verb in HOUSE_VERBS:
        return (NONE, ALL)
    return tuple(scope for scope in SCOPES if not (group and scope == NONE))


def demand_scope(verb: str, group: str, scope: str) -> None:
    """Raise BadInput unless a verb can be granted so."""
    nothing = _("Nothing was changed.")
    if verb not in VERBS:
        names = ", ".join(VERBS)
        raise BadInput(
            _("There is no permission “{name}”.").format(name=verb),
            nothing,
            _("There are: {names}.").format(names=names),
        )
    if group and (verb not in GROUPED or group not in GROUPS):
        names = ", ".join(f"{one}.{each}" for one in GROUPED for each in GROUPS)
        raise BadInput(
            _("There is no permission “{name}”.").format(name=f"{verb}.{group}"),
            nothing,
            _("There are: {names}.").format(names=names),
        )
    if scope not in scopes_of(verb, group):
        names = ", ".join(scopes_of(verb, group))
        raise BadInput(
            _("“{scope}” does not go with this permission.").format(scope=scope),
            nothing,
            _("There are: {names}.").format(names=names),
        )


def role_named(roles: Sequence[RoleRow], text: str) -> RoleRow:
    """Return the role that a key or a label in either language means; raises BadInput for none."""
    wanted = fold(text)
    for one in roles:
        labels = (one.key, one.label, one.label_en or "", *translations(one.label_en or one.key))
        if wanted and wanted in map(fold, labels):
            return one
    names = ", ".join(title(one) for one in roles)
    raise BadInput(
        _("There is no role “{name}”.").format(name=text), "", _("There are: {names}.").format(names=names)
    )


def permission_named(text: str) -> tuple[str, str]:
    """Return (verb, group) of a permission as it is typed: edit, read.contact, or its title in any language.

    Raises BadInput for none.
    """
    head, _dot, tail = text.partition(".")
    verb, group = _key_of(VERBS, head), _key_of(GROUPS, tail) if tail else ROWS
    with suppress(BadInput):
        demand_scope(verb or "", group if group is not None else tail, ALL)
        return verb or "", group or ROWS
    demand_scope(verb or head, group if group is not None else tail, ALL)
    raise AssertionError("a permission that is refused is refused")


def scope_named(text: str) -> str:
    """Return the scope of a key or a title in either language; the text itself for none."""
    return _key_of(SCOPES, text) or _key_of(SHORT, text) or text


def title(role: RoleRow) -> str:
    """Return what people call a role."""
    return role_label(role.label, role.label_en, role.key)


def _key_of(titles: dict[str, str], text: str) -> str | None:
    wanted = fold(text)
    for key, label in titles.items():
        if wanted in (fold(key), fold(label), *map(fold, translations(label))):
            return key
    return None


def _put(change: Change, role: str, verb: str, group: str, scope: str) -> None:
    for one in store_house.permissions(change.connection):
        if (one.role, one.verb, one.field_group) == (role, verb, group):
            change.update("permission", one.id, {"scope": scope})
            return
    if scope == (OWN if group else NONE):
        return
    change.insert("permission", {"role": role, "verb": verb, "field_group": group, "scope": scope})


def _there(roles: Sequence[RoleRow], key: str) -> RoleRow:
    for one in roles:
        if one.key == key:
            return one
    raise BadInput(_("There is no role “{name}”.").format(name=key), _("Nothing was changed."))


def _labelled(roles: Sequence[RoleRow], label: str, label_en: str, but: str = "") -> dict[str, object]:
    label, english = tidy(label), tidy(label_en)
    if not label or max(len(label), len(english)) > LONGEST_LABEL:
        raise BadInput(_("A name has 1 to {n} signs.").format(n=LONGEST_LABEL), _("Nothing was changed."))
    taken = {
        fold(text) for one in roles if one.key != but for text in (one.label, one.label_en or "", one.key)
    }
    if fold(label) in taken or (english and fold(english) in taken):
        raise BadInput(_("There is a role {name} already.").format(name=label), _("Nothing was changed."))
    return {"label": label, "label_en": english or None}
