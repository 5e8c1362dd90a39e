"""English date expressions: tomorrow, next friday, in 3 days, 15 march 2024."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from crm_tui.text import calendar_days as days
from crm_tui.text.date_period import Given, Period, nearest_span, nearest_year, one_day
from crm_tui.text.date_words import Pattern, pattern
from crm_tui.text.recurrence_words import ENGLISH_DAY, ENGLISH_DAYS

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:[ ,-]+(?P<year>(?:19|20|21)[0-9]{2}))"
_WORDS = {"today": 0, "tonight": 0, "tomorrow": 1, "tmr": 1, "day after tomorrow": 2, "yesterday": -1}
_UNIT = r"(?P<unit>d|days?|w|weeks?|m|months?|y|years?|workdays?|working days?)"


def _word(found: re.Match[str], given: Given) -> Period:
    shift = _WORDS[found["word"].removeprefix("the ")]
    return one_day(given.today + days.DAY * shift, "gone" if shift < 0 else "near")


def _weekday(found: re.Match[str], given: Given) -> Period:
    wanted = ENGLISH_DAYS.index(found["day"][:3])
    which = found["which"]
    if which in ("next", "last", "this"):
        week = days.monday_of(given.today) + days.DAY * {"next": 7, "last": -7, "this": 0}[which]
        return one_day(week + days.DAY * wanted, "gone" if which == "last" else "near")
    ahead = (wanted - given.today.weekday()) % 7
    return one_day(given.today + days.DAY * (ahead - 7 if given.past and ahead else ahead))


def _unit(found: re.Match[str], given: Given) -> Period:
    shift = {"next": 1, "this": 0, "last": -1}[found["which"]]
    said = "gone" if shift < 0 else "near"
    today = given.today
    unit = found["unit"]
    if unit == "week":
        monday = days.monday_of(today) + days.DAY * 7 * shift
        return Period(monday, monday + days.DAY * 6, "range", said)
    if unit == "month":
        return Period(*days.month_span(*days.move_month(today.year, today.month, shift)), "month", said)
    if unit == "quarter":
        return Period(*days.quarter_span(*days.move_quarter(today, shift)), "quarter", said)
    return Period(*days.year_span(today.year + shift), "year", said)


def _span(found: re.Match[str], given: Given) -> Period:
    count = int(found["n"])
    unit = found["unit"]
    named = found.groupdict()
    back = named.get("dir") == "ago"
    today = given.today
    count = -count if back else count
    if unit.startswith("work"):
        day = given.calendar.add(today, count)
    elif unit[0] in "dw":
        day = today + days.DAY * count * (7 if unit[0] == "w" else 1)
    else:
        day = days.add_months(today, count * (12 if unit[0] == "y" else 1))
    within = named.get("within") == "within"
    said = "gone" if back else "near" if named.get("dir") or named.get("within") else "bare"
    return Period(today if within else day, day, "day", said, True, within)


def _end_of(found: re.Match[str], given: Given) -> Period:
    today = given.today
    unit = found["unit"] or {"m": "month", "q": "quarter", "y": "year", "w": "week"}[found["short"]]
    if unit == "week":
        return one_day(days.monday_of(today) + days.DAY * 6)
    if unit == "month":
        return one_day(days.month_span(today.year, today.month)[1])
    if unit == "quarter":
        return one_day(days.quarter_span(today.year, days.quarter_of(today))[1])
    return one_day(days.year_span(today.year)[1])


def _named(found: re.Match[str], given: Given) -> Period:
    month = _MONTHS.index(found["month"][:3]) + 1
    day = found.groupdict().get("day")
    if found["year"]:
        year = int(found["year"])
        return one_day(dt.date(year, month, int(day)), "fixed") if day else _month(year, month)
    if day:
        return one_day(nearest_year(month, int(day), given), "open")
    years = (given.today.year - 1, given.today.year, given.today.year + 1)
    spans = tuple(days.month_span(year, month) for year in years)
    return Period(*nearest_span(spans, given), "month", "open")


def _month(year: int, month: int) -> Period:
    return Period(*days.month_span(year, month), "month", "fixed")


Rule = tuple[Pattern, Callable[[re.Match[str], Given], Period]]
RULES: tuple[Rule, ...] = tuple(
    (pattern(source), make)
    for source, make in (
        (rf"(?P<word>(?:the )?day after tomorrow|{'|'.join(_WORDS)})(?![a-z])", _word),
        (rf"(?:(?P<which>next|this|last|on|coming) +)?(?P<day>{ENGLISH_DAY})(?![a-z])", _weekday),
        (r"(?P<which>next|this|last) +(?P<unit>week|month|quarter|year)(?![a-z])", _unit),
        (rf"(?P<within>in|within) +(?P<n>[0-9]{{1,3}}) *{_UNIT}(?![a-z])", _span),
        (rf"(?P<n>[0-9]{{1,3}}) *{_UNIT} +(?P<dir>later|from now|ago)(?![a-z])", _span),
        (rf"\+?(?P<n>[0-9]{{1,3}}) *{_UNIT}(?![a-z0-9])", _span),
        (
            r"(?:(?:the )?end of (?:the |this )?(?P<unit>week|month|quarter|year)"
            r"|eo(?P<short>[mqyw]))(?![a-z])",
            _end_of,
        ),
        (rf"{_MONTH} *(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9a-z]){_YEAR}?(?![0-9])", _named),
        (rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: *-? *){_MONTH}(?![a-z]){_YEAR}?(?![0-9])", _named),
        (rf"{_MONTH}(?![a-z]){_YEAR}?(?![0-9])", _named),
    )
)
