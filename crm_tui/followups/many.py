"""The same for several plans at once, as one change that one undo takes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import NamedTuple

from crm_tui import clock
from crm_tui.followups import service
from crm_tui.storage.change import Change, action
from crm_tui.storage.faults import StaleVersion


class Seen(NamedTuple):
    """A plan and the version of it that was seen."""

    plan_id: int
    changed_in: int


@action("plan.snooze")
def snooze(
    change: Change,
    plans: Sequence[Seen],
    due_on: date,
    due_time: time | None = None,
    zone: str = clock.DEFAULT_ZONE,
) -> list[int]:
    """Move plans to one day, each at its own hour unless one is given; return those that others moved."""
    left = []
    for plan_id, seen in plans:
        try:
            service.snooze(change, plan_id, due_on, due_time, seen, zone=zone)
        except StaleVersion:
            left.append(plan_id)
    return left


@action("plan.done")
def done(change: Change, plans: Sequence[Seen], zone: str = clock.DEFAULT_ZONE) -> list[int]:
    """Close plans without a record and return those that others closed or took away."""
    left = []
    for plan_id, seen in plans:
        try:
            service.done(change, plan_id, seen, zone)
        except StaleVersion:
            left.append(plan_id)
    return left
