"""What a date expression names: a stretch of days, and how it was said."""

import datetime as dt
from typing import NamedTuple

from crm_tui.text import calendar_days as days
from crm_tui.text.workdays import WorkCalendar

HALF_YEAR = days.DAY * 183


class Given(NamedTuple):
    """What an expression is read against.

    ``past`` looks back, ``sentence`` says that other words stand around it.
    """

    today: dt.date
    past: bool
    calendar: WorkCalendar
    sentence: bool


class Period(NamedTuple):
    """The days an expression names, both ends included.

    ``precision`` is day, month, quarter, year or range. ``said`` tells how: ``fixed`` with its year,
    ``open`` without it, ``near`` relative to the given day, ``gone`` looking back (昨天, 3天前), ``bare`` a
    form that is a date only when it stands alone (3天). ``closed`` means that 后, 内 or 前 was part of it,
    ``deadline`` that it was a limit.
    """

    start: dt.date
    end: dt.date
    precision: str = "day"
    said: str = "near"
    closed: bool = False
    deadline: bool = False


def one_day(day: dt.date, said: str = "near") -> Period:
    """Return the period of a single day."""
    return Period(day, day, "day", said)


def nearest_year(month: int, day: int, given: Given) -> dt.date:
    """Return the day a bare month and day mean.

    This year's, unless it is more than half a year gone, then next year's; looking back, the last that is not
    after the given day. ValueError when the day exists in neither year.
    """
    year = given.today.year
    for candidate in (year, year - 1, year - 2, year - 3, year - 4) if given.past else (year, year + 1):
        try:
            found = dt.date(candidate, month, day)
        except ValueError:
            continue
        if found <= given.today if given.past else found >= given.today - HALF_YEAR:
            return found
    raise ValueError((month, day))


def nearest_span(spans: tuple[tuple[dt.date, dt.date], ...], given: Given) -> tuple[dt.date, dt.date]:
    """Return the first of ascending spans that is not over; looking back, the last that has begun."""
    if given.past:
        return next((span for span in reversed(spans) if span[0] <= given.today), spans[0])
    return next((span for span in spans if span[1] >= given.today), spans[-1])
