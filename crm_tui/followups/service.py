"""Logging what happened and planning what comes next; each function is one action inside an open change."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crm_tui import clock
from crm_tui.errors import BadInput
from crm_tui.followups import store
from crm_tui.locale import N_, _
from crm_tui.storage import merging
from crm_tui.storage.change import Change, action
from crm_tui.storage.merging import require_customer

WRITTEN_WITHIN = timedelta(hours=24)  # S0-17, S4-16
OPEN = ("todo", "doing")
CLOSED = N_("{who} closed {record} ({when}).")
DROPPED = N_("{who} dropped {record} ({when}).")
WRITTEN_UP = N_("{who} has written up {record} already ({when}).")


class PlanDraft(NamedTuple):
    """What comes next: a day, a wall-clock time of the team's zone or None, a rhythm, and what for."""

    due_on: date | None
    due_time: time | None = None
    recurrence: str | None = None
    goal: str = ""
    ways: str = ""
    text: str = ""
    owner_id: int | None = None


class LogEntry(NamedTuple):
    """What happened: an instant or None for now, way keys, the text, and the plan that it deals with.

    With ``whole_day`` the instant is the beginning of a day whose hour nobody remembers. ``seen`` is the
    version of the customer whose status or stage it moves.
    """

    customer_id: int
    content: str
    ways: str = ""
    at: str | None = None
    contact_id: int | None = None
    plan_id: int | None = None
    feedback: str = ""
    objections: str = ""
    status: str | None = None
    stage: str | None = None
    lost_reason: str = ""
    whole_day: bool = False
    seen: int | None = None


class Logged(NamedTuple):
    """The activity written, the plan made next (None when there is none), what to know of the plan closed.

    ``note`` is a translated sentence when others dealt with that plan meanwhile.
    """

    activity_id: int
    plan_id: int | None
    note: str = ""


def read_plan(text: str, today: date, calendar: Any = None) -> PlanDraft:
    """Return the plan that a text such as ``下周三下午3点 回访`` means; without a date it has no day.

    Raises BadInput when a date in it does not exist.
    """
    from crm_tui.text.plan_text import parse_plan

    found = parse_plan(text, today, calendar=calendar)
    when = found.when
    return PlanDraft(
        due_on=when.date if when else None,
        due_time=when.time if when else None,
        recurrence=when.recurrence.text() if when and when.recurrence else None,
        goal=found.action,
        text=text.strip(),
    )


def _due_at(draft: PlanDraft, zone: str) -> str | None:
    if draft.due_on is None or draft.due_time is None:
        return None
    return clock.to_instant(datetime.combine(draft.due_on, draft.due_time, ZoneInfo(zone)))


@action("plan.add")
def add_plan(
    change: Change,
    customer_id: int,
    draft: PlanDraft,
    zone: str = clock.DEFAULT_ZONE,
    *,
    origin: str = "manual",
    after: int | None = None,
) -> int:
    """Plan the next follow-up of a customer and return its id; its owner is the actor unless named."""
    if draft.due_on is None and not draft.goal and not draft.text:
        raise BadInput(_("A plan needs a day or a goal."), _("Nothing was saved."))
    require_customer(change.connection, customer_id)
    return change.insert(
        "plan",
        {
            "customer_id": customer_id,
            "due_on": draft.due_on.isoformat() if draft.due_on else None,
            "due_at": _due_at(draft, zone),
            "recurrence": draft.recurrence,
            "goal": draft.goal or None,
            "ways": draft.ways or None,
            "owner_id": draft.owner_id or change.actor,
            "origin": origin,
            "text": draft.text or None,
            "after_plan_id": after,
        },
    )


@action("activity.log")
def log(
    change: Change, entry: LogEntry, following: PlanDraft | None = None, zone: str = clock.DEFAULT_ZONE
) -> Logged:
    """Write what happened, close the plan it deals with, and plan the next (S3-14, S0-17).

    A recurring plan makes its own next one unless ``following`` says otherwise. Written later than 24 h after
    its time it is marked 补录. A plan that others dealt with meanwhile stays as they left it. Raises BadInput
    when nothing was written or the time lies in the future, RecordGone when the customer is not there any
    more, FieldConflict when others moved its status or stage since ``seen``.
    """
    if not entry.content.strip() and not entry.ways:
        raise BadInput(_("Write what happened."), _("Nothing was saved."))
    at = entry.at or change.now
    if clock.parse_instant(at) > clock.parse_instant(change.now) + timedelta(minutes=5):
        raise BadInput(
            _("What happened cannot lie in the future."),
            _("Nothing was saved."),
            _("Plan it as the next step."),
        )
    require_customer(change.connection, entry.customer_id)
    ended = clock.parse_instant(at) + (timedelta(days=1) if entry.whole_day else timedelta())
    late = clock.parse_instant(change.now) - ended > WRITTEN_WITHIN
    activity_id = change.insert(
        "activity",
        {
            "customer_id": entry.customer_id,
            "contact_id": entry.contact_id,
            "at": at,
            "whole_day": int(entry.whole_day),
            "by_id": change.actor,
            "ways": entry.ways or None,
            "content": entry.content.strip() or None,
            "feedback": entry.feedback.strip() or None,
            "objections": entry.objections.strip() or None,
            "next_action": (following.text or following.goal or None) if following else None,
            "backfilled": int(late),
            "origin": "manual",
        },
    )
    moves = {"status": entry.status, "stage": entry.stage, "lost_reason": entry.lost_reason or None}
    moved = {name: value for name, value in moves.items() if value}
    if moved:
        change.update("customer", entry.customer_id, moved, entry.seen)
    after, note = None, ""
    if entry.plan_id is not None:
        note = _out_of_reach(change, entry.plan_id)
        after = entry.plan_id if not note else None
        if not note:
            recurring = _close(change, entry.plan_id, activity_id, zone, repeat=following is None)
            if recurring is not None:
                return Logged(activity_id, recurring)
    if following is None:
        return Logged(activity_id, None, note)
    return Logged(activity_id, add_plan(change, entry.customer_id, following, zone, after=after), note)


def _out_of_reach(change: Change, plan_id: int) -> str:
    """Return why a log leaves its plan alone: others removed it, dropped it or wrote it up; '' when not.

    Raises RecordGone when there never was such a plan.
    """
    plan = store.plan(change.connection, plan_id)
    if plan is None:
        gone = merging.gone(
            change.connection, "plan", plan_id, merging.read(change.connection, "plan", plan_id)
        )
        if gone.at is None:
            raise gone
        return gone.what
    if plan.state == "cancelled":
        return merging.moved_by(change.connection, "plan", plan_id, "state", DROPPED).what
    if plan.activity_id is not None:
        return merging.moved_by(change.connection, "plan", plan_id, "activity_id", WRITTEN_UP).what
    return ""


def _open_plan(change: Change, plan_id: int) -> store.Plan:
    """Return a plan that is still to be done; raises StaleVersion, saying who closed it, when it is not."""
    plan = store.plan(change.connection, plan_id)
    if plan is None:
        row = merging.read(change.connection, "plan", plan_id)
        raise merging.gone(change.connection, "plan", plan_id, row)
    require_customer(change.connection, plan.customer_id)
    if plan.state not in OPEN:
        what = DROPPED if plan.state == "cancelled" else CLOSED
        todo = _("If more is to be done, plan a new next step.")
        raise merging.moved_by(change.connection, "plan", plan_id, "state", what, todo)
    return plan


def _close(
    change: Change,
    plan_id: int,
    activity_id: int | None,
    zone: str,
    *,
    repeat: bool = True,
    seen: int | None = None,
) -> int | None:
    """Mark a plan done and return the next one of its rhythm, if it has one."""
    plan = store.plan(change.connection, plan_id)
    assert plan is not None  # both callers looked
    values: dict[str, Any] = {"activity_id": activity_id}
    was_open = plan.state in OPEN
    if was_open:
        values |= {"state": "done", "done_at": change.now}
    change.update("plan", plan_id, values, seen)
    if not (plan.recurrence and repeat and was_open):
        return None
    return _next(change, plan, zone)


def _next(change: Change, plan: store.Plan, zone: str) -> int:
    from crm_tui.text.recurrence import parse_recurrence

    today = clock.local(change.now, zone).date()
    rhythm = parse_recurrence(plan.recurrence or "")
    base = max(clock.parse_day(plan.due_on), today) if plan.due_on else today
    due_time = clock.local(plan.due_at, zone).time() if plan.due_at else None
    draft = PlanDraft(
        rhythm.next_after(base), due_time, plan.recurrence, plan.goal or "", plan.ways or "", plan.text or "",
        plan.owner_id,
    )  # fmt: skip
    return add_plan(change, plan.customer_id, draft, zone, origin=plan.origin, after=plan.id)


@action("plan.done")
def done(change: Change, plan_id: int, seen: int | None = None, zone: str = clock.DEFAULT_ZONE) -> int | None:
    """Close a plan without an activity and return the next one of its rhythm; after 24 h it is 待补写.

    Put off or reworded by others since ``seen`` it is done all the same; raises StaleVersion when they closed
    it, RecordGone when it is not there any more.
    """
    _open_plan(change, plan_id)
    return _close(change, plan_id, None, zone, seen=seen)


@action("plan.cancel")
def cancel(change: Change, plan_id: int, seen: int | None = None) -> None:
    """Drop a plan without it having happened; raises StaleVersion when it has moved at all since ``seen``."""
    plan = _open_plan(change, plan_id)
    if seen is not None and plan.changed_in != seen:
        raise merging.moved_by(change.connection, "plan", plan_id)
    change.update("plan", plan_id, {"state": "cancelled"})


@action("plan.snooze")
def snooze(
    change: Change,
    plan_id: int,
    due_on: date,
    due_time: time | None = None,
    seen: int | None = None,
    why: str = "",
    zone: str = clock.DEFAULT_ZONE,
) -> bool:
    """Move a plan to another day and return whether it moved; how often is counted and shown.

    Raises FieldConflict when others moved it to another day since ``seen``, StaleVersion when they closed it,
    RecordGone when it is not there any more.
    """
    plan = _open_plan(change, plan_id)
    if due_time is None and plan.due_at:
        due_time = clock.local(plan.due_at, zone).time()
    due = {"due_on": due_on.isoformat(), "due_at": _due_at(PlanDraft(due_on, due_time), zone)}
    moved = (plan.due_on, plan.due_at) != (due["due_on"], due["due_at"])
    change.update("plan", plan_id, due | ({"snooze_reason": why} if why else {}), seen)
    if moved:
        change.update("plan", plan_id, {"snoozed": plan.snoozed + 1})
    return moved


@action("plan.update")
def update_plan(change: Change, plan_id: int, seen: int, values: Mapping[str, Any]) -> bool:
    """Change fields of a plan and return whether any differed.

    What others changed since ``seen`` in other fields stays. Raises FieldConflict when they changed the same,
    StaleVersion when it is to move to another day and they closed it, RecordGone when it is not there.
    """
    plan = store.plan(change.connection, plan_id)
    if plan is not None and plan.changed_in != seen and "due_on" in values:
        _open_plan(change, plan_id)
    # The line as typed says day and goal once more: it stands in nobody's way.
    facts = {name: value for name, value in values.items() if name != "text"}
    moved = change.update("plan", plan_id, facts, seen)
    return change.update("plan", plan_id, {"text": values["text"]}) or moved if "text" in values else moved


@action("activity.update")
def update_activity(change: Change, activity_id: int, seen: int, values: Mapping[str, Any]) -> bool:
    """Change an activity; history keeps every version."""
    return change.update("activity", activity_id, values, seen)


def unwritten_before(now: datetime) -> str:
    """Return the instant before which a plan closed without an activity is 待补写 (S0-17)."""
    return clock.to_instant(now.astimezone(UTC) - WRITTEN_WITHIN)


@action("activity.attach")
def attach(change: Change, plan_id: int, activity_id: int) -> None:
    """Tie an activity to a plan that was closed without one."""
    change.update("plan", plan_id, {"activity_id": activity_id})
