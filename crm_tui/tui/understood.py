"""What the program understood of a next step typed as text, said beside the field while it is typed."""

from __future__ import annotations

from datetime import date

from crm_tui.errors import BadInput
from crm_tui.followups.next_step import read_next, say_plan
from crm_tui.text.workdays import WorkCalendar


def understood(text: str, today: date, calendar: WorkCalendar | None = None) -> str:
    """Return what ``下周三下午3点 回访`` was read as: day, weekday, time, rhythm, task; '' for a blank text.

    A text that is no plan gives the sentence that refuses it; nothing is raised.
    """
    try:
        plan = read_next(text, today, calendar)
    except BadInput as error:
        return error.what
    return say_plan(plan) if plan is not None else ""
