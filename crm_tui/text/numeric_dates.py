"""Dates in digits and with 年月日: 2024-08-15, 20240815, 12/25, 2024年8月, 今年Q3, 8月底."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from crm_tui.text import calendar_days as days
from crm_tui.text.date_period import Given, Period, nearest_span, nearest_year, one_day
from crm_tui.text.date_words import Pattern, number, pattern

_Y = r"(?P<y>(?:19|20|21)[0-9]{2})"
_MD = r"(?P<m>[0-9]{1,2})~(?P<sep>[-/.])~(?P<d>[0-9]{1,2})"
_ALONE = r"(?![0-9]|[-/.][0-9])"
# 10-20万 and 3-5台 are amounts, not days.
_NO_AMOUNT = r"(?![万亿元千百台套件个人天周月年%度次名位家款条种块箱吨米折倍点:a-z])"
_YEAR = r"(?P<y>(?:19|20|21)[0-9]{2}|[0-9]{2}|[〇零一二三四五六七八九]{4}|今|本|当|明|去|前|后)~年~的?"
_YEAR_WORDS = {"今": 0, "本": 0, "当": 0, "明": 1, "去": -1, "前": -2, "后": 2}
_PART = "(?P<part>上旬|中旬|下旬|初|中(?![旬国])|底|末)"
_NO_UNIT = r"(?![0-9个天周月年人家台万元%次份条名位款套件千百点:时日号])"
# 15号楼 is a house and 3号线 a line.
_NO_PLACE = r"(?![楼线厅馆机院门店库仓产房桌])"
# 2024年春节后 is a day of a calendar that is not known here.
_NO_FEAST = "(?!春节|过年|除夕|元宵|清明|端午|中秋|重阳|五一|国庆|元旦|双十)"
_QUARTER = "(?:第?~(?P<q>[一二三四1-4])~季度?|q~(?P<q2>[1-4])(?![0-9a-z])(?:~季度)?)"
_QUARTER_PART = "(?:~(?P<part>底|末|初))?"
FAR = 30  # years ahead that somebody may mean by two digits
_HALF = "(?P<half>上|下)半年"


def _full(found: re.Match[str], given: Given) -> Period:
    return one_day(dt.date(int(found["y"]), int(found["m"]), int(found["d"])), "fixed")


def _republic(found: re.Match[str], given: Given) -> Period:
    return one_day(dt.date(int(found["y"]) + 1911, int(found["m"]), int(found["d"])), "fixed")


def _year_month(found: re.Match[str], given: Given) -> Period:
    return Period(*days.month_span(int(found["y"]), int(found["m"])), "month", "fixed")


def _month_day(found: re.Match[str], given: Given) -> Period:
    return one_day(nearest_year(int(found["m"]), int(found["d"]), given), "open")


def _year_of(found: re.Match[str], given: Given) -> tuple[int, str] | None:
    word = found.groupdict().get("y")
    if not word:
        return None
    if word in _YEAR_WORDS:
        shift = _YEAR_WORDS[word]
        return given.today.year + shift, "gone" if shift < 0 else "near"
    year = number(word)
    # Of two digits: 26年 and 30年 are near, 98年 was the century before.
    century = 2000 if year <= given.today.year % 100 + FAR else 1900
    return (year if year > 99 else century + year), "fixed"


def _han_month(found: re.Match[str], given: Given) -> Period:
    named = _year_of(found, given)
    month = number(found["m"])
    if day := found["d"]:
        if named:
            return one_day(dt.date(named[0], month, number(day)), named[1])
        return one_day(nearest_year(month, number(day), given), "open")
    if named:
        first, last = days.month_span(named[0], month)
    else:
        years = (given.today.year - 1, given.today.year, given.today.year + 1)
        first, last = nearest_span(tuple(days.month_span(year, month) for year in years), given)
    return part_of_month(first, last, found["part"], named[1] if named else "open")


def part_of_month(first: dt.date, last: dt.date, part: str | None, said: str) -> Period:
    """Return 初 (1st), 中 (15th), 底 (last day), 上旬, 中旬 or 下旬 of a month, or all of it."""
    if not part:
        return Period(first, last, "month", said)
    if part in ("初", "中", "底", "末"):
        return one_day({"初": first, "中": first.replace(day=15)}.get(part, last), said)
    begin, end = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, last.day)}[part]
    return Period(first.replace(day=begin), first.replace(day=end), "range", said)


def _quarter(found: re.Match[str], given: Given) -> Period:
    named = _year_of(found, given)
    quarter = number(found["q"] or found["q2"])
    if named:
        first, last = days.quarter_span(named[0], quarter)
    else:
        years = (given.today.year - 1, given.today.year, given.today.year + 1)
        first, last = nearest_span(tuple(days.quarter_span(year, quarter) for year in years), given)
    said = named[1] if named else "open"
    if part := found["part"]:
        return one_day(first if part == "初" else last, said)
    return Period(first, last, "quarter", said)


def _half_year(found: re.Match[str], given: Given) -> Period:
    named = _year_of(found, given)
    second = found["half"] == "下"

    def span(year: int) -> tuple[dt.date, dt.date]:
        return (
            (dt.date(year, 7, 1), dt.date(year, 12, 31))
            if second
            else (dt.date(year, 1, 1), dt.date(year, 6, 30))
        )

    this = given.today.year
    first, last = (
        span(named[0]) if named else nearest_span((span(this - 1), span(this), span(this + 1)), given)
    )
    return Period(first, last, "range", named[1] if named else "open")


def _year(found: re.Match[str], given: Given) -> Period:
    year, said = _year_of(found, given) or (0, "")
    first, last = days.year_span(year)
    part = found["part"]
    if part == "初":
        return Period(*days.month_span(year, 1), "month", said)
    if part:
        return one_day(dt.date(year, 6, 30) if part == "中" else last, said)
    return Period(first, last, "year", said)


def _day(found: re.Match[str], given: Given) -> Period:
    wanted = number(found["d"])
    step = -1 if given.past else 1
    for count in range(0, 12 * step, step):
        year, month = days.move_month(given.today.year, given.today.month, count)
        last = days.month_span(year, month)[1]
        if not 1 <= wanted <= last.day:
            continue
        found_day = last.replace(day=wanted)
        if found_day <= given.today if given.past else found_day >= given.today:
            return one_day(found_day, "open")
    raise ValueError(wanted)


def _days(found: re.Match[str], given: Given) -> Period:
    first, until = _day(found, given).start, number(found["d2"])
    return Period(first, first.replace(day=max(until, first.day)), "range", "open")


Rule = tuple[Pattern, Callable[[re.Match[str], Given], Period]]
RULES: tuple[Rule, ...] = tuple(
    (pattern(source), make)
    for source, make in (
        (
            rf"{_Y}~(?P<sep>[-/.])~(?P<m>[0-9]{{1,2}})~(?P=sep)~(?P<d>[0-9]{{1,2}})(?![0-9](?![0-9]?:)|[-/.][0-9])"
            "(?:日|t(?=[0-9]))?",
            _full,
        ),
        # 115/12/01: a year of three digits is one of the Republic.
        (
            "(?P<y>1[0-4][0-9])(?P<sep>[/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})"
            f"(?![0-9](?![0-9]?:)|[-/.][0-9]){_NO_AMOUNT}日?",
            _republic,
        ),
        (rf"{_Y}(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})(?![0-9]|[-/.][0-9])(?:t(?=[0-9]))?{_NO_AMOUNT}", _full),
        (rf"{_Y}[-/.](?P<m>[0-9]{{1,2}}){_ALONE}(?:月)?{_NO_AMOUNT}", _year_month),
        (rf"{_MD}{_ALONE}{_NO_AMOUNT}(?!~[日号])", _month_day),
        (rf"(?P<d>#)~[日号]?~[-至到]~(?P<d2>#)~[日号]{_NO_PLACE}", _days),
        (
            rf"(?:{_YEAR})?~(?P<m>#)~月(?:~份)?~的?(?:~(?P<d>#)(?:~[日号]{_NO_PLACE}|{_NO_UNIT})|~{_PART})?(?!份)",
            _han_month,
        ),
        (rf"(?:{_YEAR})?{_QUARTER}{_QUARTER_PART}", _quarter),
        (rf"{_Y}~-?~{_QUARTER}{_QUARTER_PART}", _quarter),
        (rf"q~(?P<q2>[1-4])~{_Y}(?P<q>(?!))?(?P<part>(?!))?(?![0-9])", _quarter),
        (rf"(?:{_YEAR})?{_HALF}", _half_year),
        (rf"{_YEAR}~(?P<part>初|中(?![国间])|底|末)", _year),
        # 24年 alone may as well be a length of time.
        (rf"(?![0-9]{{2}}~年){_YEAR}{_NO_FEAST}(?P<part>(?!))?", _year),
        (rf"(?P<d>#)~[日号]{_NO_PLACE}", _day),
    )
)
