"""How far a person's role lets a change of many customers reach; the others stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from crm_tui.access import store_reach
from crm_tui.access.policy import Policy, shared_covers
from crm_tui.access.verbs import ALL, EDIT, GROUPS, verb_of
from crm_tui.customers import store_bulk
from crm_tui.customers.bulk_edit import Edit
from crm_tui.customers.fields import FIELDS
from crm_tui.customers.store_bulk import Target
from crm_tui.locale import _

ASSIGN = "assign"
BULK, ARCHIVE = "customer.bulk", "customer.archive"


class Reach(NamedTuple):
    """Those whom a change reaches, those whom it does not, and why not ('' when it reaches all)."""

    rows: list[Target]
    beyond: list[int]
    reason: str


def action_of(edit: Edit) -> str:
    """Return the action that a change is: what roles allow and history names."""
    if edit.archive:
        return ARCHIVE
    return edit.along.action if edit.along is not None else BULK


def reach(session: Any, rows: Sequence[Target], edit: Edit) -> Reach:
    """Return how far a change reaches, as the guard will ask (access/guard.py); the order stays."""
    policy: Policy = session.policy
    verbs = _verbs(edit)
    groups = [group for group in _groups(edit) if policy.scope(EDIT, group) != ALL]
    if not groups and all(policy.scope(verb) == ALL for verb in verbs):
        return Reach(list(rows), [], "")
    held = store_bulk.rows(session.reader, [one for one, _seen in rows])
    shared = store_reach.shared(session.reader)
    said: dict[tuple[int | None, str], str] = {}
    near: list[Target] = []
    beyond: dict[int, str] = {}
    for target in rows:
        owner = held[target[0]]["owner_id"] if target[0] in held else None
        key = (owner, shared.get(target[0], ""))
        if key not in said:
            said[key] = _why_not(policy, verbs, groups, *key)
        if said[key]:
            beyond[target[0]] = said[key]
        else:
            near.append(target)
    return Reach(near, list(beyond), next(iter(beyond.values()), ""))


def _verbs(edit: Edit) -> list[str]:
    verb = verb_of(action_of(edit))
    return [verb, ASSIGN] if verb == EDIT and "owner_id" in edit.values else [verb]


def _groups(edit: Edit) -> list[str]:
    wanted = {FIELDS[name].sensitive for name in edit.fields}
    return [group for group in GROUPS if group in wanted]


def _why_not(
    policy: Policy, verbs: Sequence[str], groups: Sequence[str], owner: int | None, shared: str
) -> str:
    for verb in verbs:
        decision = policy.may(verb, owner, shared=shared)
        if not decision.allowed:
            return decision.reason
    for group in groups:
        owners = policy.owners(policy.scope(EDIT, group))
        if owners is not None and owner not in owners and not shared_covers(EDIT, shared):
            text = _("Your role ({role}) may not change these fields of other people's customers: {fields}.")
            return text.format(role=policy.role_title, fields=_(GROUPS[group]))
    return ""
