"""The next step as typed in one line: read, refused with a sentence, and said back while it is typed."""

from __future__ import annotations

from datetime import date, time

from crm_tui import clock
from crm_tui.errors import BadInput
from crm_tui.followups.reading import Plan
from crm_tui.followups.service import PlanDraft, read_plan
from crm_tui.locale import _
from crm_tui.text.recurrence import WEEKDAYS, parse_recurrence
from crm_tui.text.undated import undated
from crm_tui.text.workdays import WorkCalendar


def day_text(day: date, at: time | None = None) -> str:
    """Return a day as people check it: 2026-11-25 周三 15:00."""
    said = f"{day.isoformat()} {_(WEEKDAYS[day.weekday()])}"
    return f"{said} {at:%H:%M}" if at else said


def read_next(text: str, today: date, calendar: WorkCalendar | None = None) -> PlanDraft | None:
    """Return the plan that a typed next step means, None for a blank text.

    A step without a day must say so (未定 …). Raises BadInput when no day is found in it, when the day does
    not exist, or when it is over.
    """
    text = text.strip()
    if not text:
        return None
    rest = undated(text)
    if rest is not None:
        return PlanDraft(None, goal=rest or _("Follow up"), text=text)
    draft = read_plan(text, today, calendar)
    if draft.due_on is None:
        raise _no_day(text, today, calendar)
    if draft.due_on < today:
        raise BadInput(
            _("{day} is over.").format(day=day_text(draft.due_on, draft.due_time)),
            todo=_("The next step needs a day that is still to come."),
        )
    return draft


def _no_day(text: str, today: date, calendar: WorkCalendar | None) -> BadInput:
    from crm_tui.text.chinese_dates import parse_when

    try:
        parse_when(text, today, calendar=calendar)
    except BadInput as error:
        if error.what == _("“{text}” names a day or time that does not exist.").format(text=text):
            return error
    return BadInput(
        _("No day is found in it."), todo=_("For example “next friday 3pm call back”, or “no date …”.")
    )


def say_plan(draft: PlanDraft) -> str:
    """Return what was understood: 2026-11-25 周三 15:00 · 每月 · 回访."""
    parts = [day_text(draft.due_on, draft.due_time) if draft.due_on else _("Planned without a day")]
    if draft.recurrence:
        parts.append(parse_recurrence(draft.recurrence).label())
    if draft.goal:
        parts.append(draft.goal)
    return " · ".join(parts)


def say_due(plan: Plan, zone: str) -> str:
    """Return the day and time of a stored plan, '' when it has none."""
    if not plan.due_on:
        return ""
    at = clock.local(plan.due_at, zone).time() if plan.due_at else None
    return day_text(clock.parse_day(plan.due_on), at)


def next_of_rhythm(plan: Plan, today: date) -> date | None:
    """Return the day on which a recurring plan comes again when it is done today."""
    if not plan.recurrence:
        return None
    base = max(clock.parse_day(plan.due_on), today) if plan.due_on else today
    return parse_recurrence(plan.recurrence).next_after(base)
