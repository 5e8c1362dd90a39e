"""Ranges of values that conditions mean: days that move with today, places however written."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

Range = tuple[Any, Any]  # both ends included; None: open; (None, None): the column is NULL


def others(ranges: list[Range], number: bool) -> list[Range]:
    """Return the ranges that hold every value outside of these and no other."""
    closed = sorted(
        (one for one in ranges if one != (None, None)), key=lambda one: (one[0] is not None, one[0])
    )
    found: list[Range] = [] if (None, None) in ranges or number else [(None, None)]
    low: Any = 0 if number else "\x01"
    for first, last in closed:
        if first is not None and first >= low:
            found.append((low, _below(first)))
        if last is None:
            return [one for one in found if one == (None, None) or _fits(one)]
        low = _above(last)
    found.append((low, None))
    return [one for one in found if one == (None, None) or _fits(one)]


def both(one: list[Range] | None, other: list[Range]) -> list[Range]:
    """Return ranges in which every value lies that lies in some and in others; None: anywhere."""
    if one is None or len(one) > 1 or one[0] == (None, None):
        return other
    if len(other) > 1 or other[0] == (None, None):
        return one
    lows = [low for low, _high in (*one, *other) if low is not None]
    highs = [high for _low, high in (*one, *other) if high is not None]
    return [(max(lows, default=None), min(highs, default=None))]


def meet(one: list[Range], other: list[Range]) -> bool:
    """Tell whether some value lies in ranges of both."""
    return any(a == b if (None, None) in (a, b) else _fits(both([a], [b])[0]) for a in one for b in other)


def _fits(one: Range) -> bool:
    low, high = one
    return low is None or high is None or low <= high


def _above(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else value + "\x01"


def _below(value: Any) -> Any:
    if isinstance(value, int):
        return value - 1
    # Nothing that anybody writes lies between.
    last = ord(value[-1]) - 1
    return value[:-1] + chr(last if not 0xD800 <= last <= 0xDFFF else 0xD7FF) + "\U0010ffff"


def just_before(instant: str | None) -> str | None:
    """Return the greatest text below an instant."""
    # Instants are 20 characters long, so nothing lies between.
    return None if instant is None else instant[:-1]


def after(day: date | None) -> date | None:
    """Return the next day."""
    return None if day is None or day == date.max else day + timedelta(days=1)


def moved(day: date, days: int) -> date:
    """Return a day so many days on; the first or nearly the last that there is where it lies beyond."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.min if days < 0 else date.max - timedelta(days=1)


def places(field: str, name: str) -> tuple[str, ...]:
    """Return the ways in which a place may be stored: as given, its official and its short name."""
    if field == "region":
        return (name,)
    from crm_tui.text.regions import short_name, split_address

    address = split_address(name)
    official = address.province if field == "province" else address.city
    short = short_name(official) if official else ""
    found = dict.fromkeys(one for one in (name, official, short) if one)
    if field == "province":
        return tuple(found)
    return tuple(dict.fromkeys([*found, *((name + "市",) if not official else ())]))


def period(name: str, today: date) -> tuple[date | None, date | None]:
    """Return first and last day of a stretch of days that moves along with today."""
    day = timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    before = (month - day).replace(day=1)
    after = (month + timedelta(days=31)).replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    return {
        "today": (today, today),
        "yesterday": (today - day, today - day),
        "tomorrow": (today + day, today + day),
        "week": (monday, monday + 6 * day),
        "last_week": (monday - 7 * day, monday - day),
        "next_week": (monday + 7 * day, monday + 13 * day),
        "month": (month, after - day),
        "last_month": (before, month - day),
        "next_month": (after, (after + timedelta(days=31)).replace(day=1) - day),
        "quarter": (quarter, (quarter + timedelta(days=92)).replace(day=1) - day),
        "year": (date(today.year, 1, 1), date(today.year, 12, 31)),
        "last_year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        "overdue": (None, today - day),
    }[name]


SPANNED = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)|年?)", re.A)


def span(text: str) -> tuple[str, str] | None:
    """Return first and last day of a year, month or day written in digits."""
    found = SPANNED.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    try:
        if day:
            one = date(year, month, day).isoformat()
            return one, one
        if found[2]:
            after = date(year + month // 12, month % 12 + 1, 1)
            return date(year, month, 1).isoformat(), (after - timedelta(days=1)).isoformat()
        return date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()
    except (ValueError, OverflowError):
        return None
