"""Arithmetic on months, quarters, weeks and years."""

from __future__ import annotations

import datetime as dt

DAY = dt.timedelta(days=1)
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_in(year: int, month: int) -> int:
    """Return how many days a month 1..12 has; Python's ``calendar`` knows, and 0.2 MB of other things."""
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return DAYS[month - 1] + leap


def month_span(year: int, month: int) -> tuple[dt.date, dt.date]:
    """Return the first and last day of a month; ValueError when there is no such month."""
    first = dt.date(year, month, 1)
    return first, first.replace(day=days_in(year, month))


def quarter_span(year: int, quarter: int) -> tuple[dt.date, dt.date]:
    """Return the first and last day of quarter 1..4; ValueError when there is no such quarter."""
    if not 1 <= quarter <= 4:
        raise ValueError(quarter)
    return dt.date(year, quarter * 3 - 2, 1), month_span(year, quarter * 3)[1]


def year_span(year: int) -> tuple[dt.date, dt.date]:
    """Return the first and last day of a year."""
    return dt.date(year, 1, 1), dt.date(year, 12, 31)


def quarter_of(day: dt.date) -> int:
    """Return the quarter 1..4 of a day."""
    return (day.month + 2) // 3


def monday_of(day: dt.date) -> dt.date:
    """Return the Monday of a day's week."""
    return day - DAY * day.weekday()


def move_month(year: int, month: int, count: int) -> tuple[int, int]:
    """Return year and month ``count`` months on."""
    total = year * 12 + month - 1 + count
    return total // 12, total % 12 + 1


def move_quarter(day: dt.date, count: int) -> tuple[int, int]:
    """Return year and quarter ``count`` quarters on from a day."""
    total = day.year * 4 + quarter_of(day) - 1 + count
    return total // 4, total % 4 + 1


def clamped(year: int, month: int, day: int) -> dt.date:
    """Return that day, or the month's last when the month is shorter."""
    return dt.date(year, month, min(day, days_in(year, month) if 1 <= month <= 12 else day))


def add_months(day: dt.date, count: int) -> dt.date:
    """Return the same day ``count`` months on, the month's last when it is shorter.

    ValueError when that leaves the calendar.
    """
    year, month = move_month(day.year, day.month, count)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise ValueError(year)
    return clamped(year, month, day.day)
