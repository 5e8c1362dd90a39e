"""Plans that come back: every how many days, weeks or months, and on which of their days."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from crm_tui.errors import BadInput
from crm_tui.locale import N_, _
from crm_tui.text import calendar_days as days
from crm_tui.text.workdays import WorkCalendar

WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
LONGEST = 400
_STORED = re.compile(r"([a-z]+):([0-9]{1,3})(?::([0-9]{1,4}))?")
_ANCHORS = {"week": range(1, 8), "month": range(1, 32), "quarter": range(1, 93)}
_EVERY = {
    "day": (N_("every day"), N_("every {n} days")),
    "workday": (N_("every working day"), N_("every {n} working days")),
    "week": (N_("every week"), N_("every {n} weeks")),
    "month": (N_("every month"), N_("every {n} months")),
    "quarter": (N_("every quarter"), N_("every {n} quarters")),
    "year": (N_("every year"), N_("every {n} years")),
}


@dataclass(frozen=True)
class Recurrence:
    """A rhythm.

    ``unit`` is day, workday, week, month, quarter or year, ``every`` how many of them (1..400). ``anchor``
    is the weekday (1 Monday .. 7 Sunday), the day of the month (31 is always the last), the day of the
    quarter (92 is always the last) or month and day of the year as 315 for 15 March; None repeats from the
    day before it. Raises ValueError on anything else.
    """

    unit: str
    every: int = 1
    anchor: int | None = None

    def __post_init__(self) -> None:
        if self.unit not in _EVERY or not 1 <= self.every <= LONGEST:
            raise ValueError(self)
        if self.anchor is None:
            return
        if self.unit == "year":
            dt.date(2000, *divmod(self.anchor, 100))  # a leap year, so that 29 February may be an anchor
        elif self.anchor not in _ANCHORS.get(self.unit, ()):
            raise ValueError(self)

    def text(self) -> str:
        """Return the stored form: ``month:1``, ``week:2:3``, ``month:1:31``."""
        return ":".join(str(part) for part in (self.unit, self.every, self.anchor) if part is not None)

    def next_after(self, day: dt.date, calendar: WorkCalendar | None = None) -> dt.date:
        """Return the next day of the rhythm after ``day``.

        A day that lies on the anchor moves on by the whole rhythm; any other day first comes to the next
        anchor. Shorter months give their last day. OverflowError or ValueError at the end of all days.
        """
        if self.unit == "day":
            return day + days.DAY * self.every
        if self.unit == "workday":
            return (calendar or WorkCalendar()).add(day, self.every)
        if self.unit == "week":
            if self.anchor is None or day.isoweekday() == self.anchor:
                return day + days.DAY * 7 * self.every
            return day + days.DAY * ((self.anchor - day.isoweekday()) % 7)
        if self.anchor is None:
            return days.add_months(day, self.every * {"month": 1, "quarter": 3, "year": 12}[self.unit])
        here = self._anchored(day, 0)
        if day < here:
            return here
        return self._anchored(day, self.every if day == here else 1)

    def _anchored(self, day: dt.date, count: int) -> dt.date:
        anchor = self.anchor or 1
        if self.unit == "month":
            return days.clamped(*days.move_month(day.year, day.month, count), anchor)
        if self.unit == "quarter":
            first, last = days.quarter_span(*days.move_quarter(day, count))
            return min(first + days.DAY * (anchor - 1), last)
        return days.clamped(day.year + count, *divmod(anchor, 100))

    def label(self) -> str:
        """Return the rhythm in words of the language in use: 每月, 每两周周三, 每月15号."""
        one, many = _EVERY[self.unit]
        # 每两周, never 每二周 or 每2周
        count = _("two") if self.every == 2 else str(self.every)
        rhythm = _(one) if self.every == 1 else _(many).format(n=count)
        if self.anchor is None:
            return rhythm
        if self.unit == "week":
            day = _(WEEKDAYS[self.anchor - 1])
            if self.every == 1:
                return _("every {weekday}").format(weekday=day)
            return _("{rhythm} on {weekday}").format(rhythm=rhythm, weekday=day)
        if self.unit == "year":
            month, day_of_month = divmod(self.anchor, 100)
            return _("{rhythm} on {month}/{day}").format(rhythm=rhythm, month=month, day=day_of_month)
        if self.anchor == _ANCHORS[self.unit][-1]:
            return _("{rhythm} on the last day").format(rhythm=rhythm)
        if self.unit == "quarter":
            return _("{rhythm} on day {day} of the quarter").format(rhythm=rhythm, day=self.anchor)
        return _("{rhythm} on day {day}").format(rhythm=rhythm, day=self.anchor)


def parse_recurrence(stored: str) -> Recurrence:
    """Return the rhythm of a stored form; BadInput when it is none."""
    found = _STORED.fullmatch(stored)
    try:
        if not found:
            raise ValueError(stored)
        unit, every, anchor = found.groups()
        return Recurrence(unit, int(every), None if anchor is None else int(anchor))
    except ValueError as error:
        raise BadInput(_("“{text}” is not a rhythm that is known.").format(text=stored[:40])) from error
