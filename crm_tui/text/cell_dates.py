"""Dates in the cells of a sheet: ISO, Excel's serial numbers, 20180808, 2024年3月, years of the Republic."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crm_tui.clock import DEFAULT_ZONE
from crm_tui.locale import N_
from crm_tui.text.calendar_days import month_span
from crm_tui.text.chinese_dates import find_at
from crm_tui.text.clock_times import clock_at
from crm_tui.text.date_period import Given
from crm_tui.text.date_words import level, pattern
from crm_tui.text.workdays import WorkCalendar

MONTH_ONLY = N_("only the month is given; its first day is used")
YEAR_ONLY = N_("only the year is given; its first day is used")
YEAR_GUESSED = N_("no year is given; the nearest one is used")
REPUBLIC_YEAR = N_("read as a year of the Republic of China")
AHEAD = N_("the date lies in the future")

_LONGEST = 60
_YEARS = range(1900, 2200)
# Excel counts a 29 February 1900 that was none; from March 1900 on this origin is right.
_ORIGIN_1900 = dt.datetime(1899, 12, 30)
_ORIGIN_1904 = dt.datetime(1904, 1, 1)
# 2018 in a column of dates is a year; serial numbers of days that occur in sheets begin in 1927.
_SERIALS = range(10_000, 109_575)
# 2024.3 as text is a month, 45366.5 a serial number.
_NUMBER = pattern(r"[0-9]{4,8}|[0-9]{5,6}\.[0-9]{1,15}")
_ISO = pattern(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[t ]?([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?)?"
)
_REPUBLIC = pattern(
    "(?P<word>(?:中华)?民国)?~(?P<y>[0-9]{2,3})~[-/.年]~(?P<m>[0-9]{1,2})~[-/.月]~(?P<d>[0-9]{1,2})~日?"
)
_REPUBLIC_YEAR = pattern("(?:中华)?民国~(?P<y>[0-9]{1,3})~年")
# What stands behind a day and says nothing more of it: （星期二）, 周二, (二).
_WEEKDAY = re.compile(
    r"\s*(?:[(（](?:星期|周|礼拜)?[一二三四五六日天][)）]|(?:星期|周|礼拜)[一二三四五六日天])"
)
_FULL = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}t[0-9:.]{4,16}(?:z|[+-][0-9]{2}:?[0-9]{2})|20[0-9]{12}")
_SHORT_YEAR = re.compile(r"(?P<d>[0-9]{1,2}[ -](?P<m>[a-z]{3,4})\.?[ -])(?P<y>[0-9]{2})(?![0-9])")
_MONTH_FIRST = pattern(r"([0-9]{1,2})([/-])([0-9]{1,2})\2((?:19|20)[0-9]{2})(?![0-9])")


class CellDate(NamedTuple):
    """The date of a cell: day, wall clock or None (midnight is no time), and what is doubtful about it.

    ``flag`` is empty or one of this module's English messages marked for translation.
    """

    date: dt.date
    time: dt.time | None
    flag: str


def parse_cell_date(
    value: object, *, past: bool = True, today: dt.date, epoch_1904: bool = False, roc: bool = False
) -> CellDate | None:
    """Return the date a cell holds, None when it is blank or holds none.

    ``value`` is text, a date or datetime, or a number: an Excel serial (counted from 1904 with
    ``epoch_1904``), 20180808, 2018 as a year, or seven digits 1131029 as a year of the Republic, and so is
    113/10/29, which can be no other. ``roc`` reads 98/10/29 and six digits so as well. ``past`` says that the
    column tells what has been: a day to come is flagged, and a bare month and day is the last one. Words
    relative to a day (明天) are no dates here. Never raises.
    """
    try:
        found = _read(value, past, today, epoch_1904, roc)
    except (ValueError, OverflowError):
        return None
    if found is None or found.date.year not in _YEARS:
        return None
    if past and found.date > today and not found.flag:
        return found._replace(flag=AHEAD)
    return found


def _read(value: object, past: bool, today: dt.date, epoch_1904: bool, roc: bool) -> CellDate | None:
    if isinstance(value, dt.datetime):
        return CellDate(value.date(), _time(value.time()), "")
    if isinstance(value, dt.date):
        return CellDate(value, None, "")
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _number(value, today, epoch_1904, roc) if math.isfinite(value) else None
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = level(value.strip())
    if iso := _ISO.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in iso.groups())
        return CellDate(dt.date(year, month, day), _time(dt.time(hour, minute, second)), "")
    if _NUMBER.fullmatch(text):
        return _number(float(text), today, epoch_1904, roc)
    if _FULL.fullmatch(text):
        return _full(text.upper())
    if (weekday := _WEEKDAY.search(text)) and any(sign.isdigit() for sign in text[: weekday.start()]):
        text = text[: weekday.start()] + text[weekday.end() :]
    text = _SHORT_YEAR.sub(r"\g<d>20\g<y>", text)
    return _written(text, past, today, roc)


def _full(text: str) -> CellDate:
    """Read a moment as programs write it: with a zone, or in 14 digits."""
    if text.isdigit():
        moment = dt.datetime.strptime(text, "%Y%m%d%H%M%S")
    else:
        moment = dt.datetime.fromisoformat(text).astimezone(ZoneInfo(DEFAULT_ZONE))
    return CellDate(moment.date(), _time(moment.time()), "")


def _time(time: dt.time) -> dt.time | None:
    return time.replace(microsecond=0, tzinfo=None) if time != dt.time(0) else None


def _number(value: float, today: dt.date, epoch_1904: bool, roc: bool) -> CellDate | None:
    whole = int(value)
    if whole == value:
        if 19_000_000 <= whole < 22_000_000:
            return CellDate(_cut(whole), None, "")
        if whole in _YEARS:
            return CellDate(dt.date(whole, 1, 1), None, YEAR_ONLY)
        if 1_000_000 <= whole < (today.year - 1911 + 30) * 10_000 or (roc and 100_000 < whole < 1_000_000):
            return CellDate(_cut(whole + 19_110_000), None, REPUBLIC_YEAR)
    if whole not in _SERIALS:
        return None
    moment = (_ORIGIN_1904 if epoch_1904 else _ORIGIN_1900) + dt.timedelta(seconds=round(value * 86_400))
    return CellDate(moment.date(), _time(moment.time()), "")


def _cut(digits: int) -> dt.date:
    return dt.date(digits // 10_000, digits // 100 % 100, digits % 100)


def _written(text: str, past: bool, today: dt.date, roc: bool) -> CellDate | None:
    if (republic := _REPUBLIC.fullmatch(text)) and (roc or republic["word"] or len(republic["y"]) == 3):
        day = dt.date(int(republic["y"]) + 1911, int(republic["m"]), int(republic["d"]))
        return CellDate(day, None, REPUBLIC_YEAR)
    if year := _REPUBLIC_YEAR.fullmatch(text):
        return CellDate(dt.date(int(year["y"]) + 1911, 1, 1), None, YEAR_ONLY)
    if other := _MONTH_FIRST.match(text):
        return _month_first(text, other)
    found = find_at(text, 0, Given(today, past, WorkCalendar(), False), text)
    if not found or found.said not in ("fixed", "open") or text[found.end :].strip(" 。"):
        return None
    when = found.when
    if found.said == "open":
        return CellDate(when.date, when.time, YEAR_GUESSED) if when.start == when.date else None
    if when.precision in ("day", "time"):
        return CellDate(when.date, _time(when.time) if when.time else None, "")
    if when.precision == "month" and (when.start, when.date) == month_span(when.date.year, when.date.month):
        return CellDate(when.start, None, MONTH_ONLY)
    return CellDate(when.start, None, YEAR_ONLY) if when.precision == "year" else None


def _month_first(text: str, found: re.Match[str]) -> CellDate | None:
    """Read 3/25/2024 and 25/3/2024 where one of the numbers can be no month."""
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if first <= 12 and second <= 12 and first != second:
        return None
    month, day = (second, first) if first > 12 else (first, second)
    rest = text[found.end() :].strip()
    clock = clock_at(rest, 0) if rest else None
    if rest and (clock is None or clock.end != len(rest)):
        return None
    return CellDate(dt.date(year, month, day), _time(clock.time) if clock and clock.time else None, "")
