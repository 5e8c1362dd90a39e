"""Chinese expressions that count from the given day: 明天, 下周三, 3天后, 月底, 下个工作日."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from crm_tui.text import calendar_days as days
from crm_tui.text.date_period import Given, Period, nearest_span, one_day
from crm_tui.text.date_words import Pattern, number, pattern
from crm_tui.text.numeric_dates import part_of_month
from crm_tui.text.recurrence_words import WEEK, WEEKDAY, weekday_number

_DAYS = {
    "大前": -3,
    "前": -2,
    "昨": -1,
    "今": 0,
    "当": 0,
    "即": 0,
    "本": 0,
    "明": 1,
    "次": 1,
    "后": 2,
    "大后": 3,
}
_REL = "(?P<rel>上+|下+|本|这|当)~一?个?~"
_LONGEST = 9999
# A few days means three; so 过几天 has a day.
_COUNT = "(?:(?:#|几)~[-至到]~)?(?P<n>#|几)"
# 2024年前 is a year, not a length of time, and 24年 may be either.
_NO_YEAR = "(?!(?:19|20|21)[0-9]{2}~年|[〇零一二三四五六七八九]{4}~年|[0-9]{2}~年$)"
_DIRECTION = "(?P<dir>之?后|以后|过后|之?内|以内|之?前|以前)"
# 3天内容 and 3天前台 go on as other words.
_WORD_END = r"(?!(?<=内)[容部训控销]|(?<=前)[台端期沿景])"
_HOLIDAYS = {
    "元旦": ((1, 1), (1, 1)),
    "五一": ((5, 1), (5, 5)),
    "劳动节": ((5, 1), (5, 5)),
    "国庆": ((10, 1), (10, 7)),
}


def _shift(rel: str) -> int:
    return -len(rel) if rel[0] == "上" else len(rel) if rel[0] == "下" else 0


def _said(shift: int) -> str:
    return "gone" if shift < 0 else "near"


def _word(found: re.Match[str], given: Given) -> Period:
    shift = _DAYS[found["word"]]
    return one_day(given.today + days.DAY * shift, _said(shift))


def _week(found: re.Match[str], given: Given) -> Period:
    monday = days.monday_of(given.today)
    weekday = found["weekday"]
    rel = found["rel"]
    if rel:
        monday += days.DAY * 7 * _shift(rel)
        said = _said(_shift(rel))
        if weekday:
            return one_day(monday + days.DAY * (weekday_number(weekday) - 1), said)
        if found["weekend"]:
            return Period(monday + days.DAY * 5, monday + days.DAY * 6, "range", said)
        return Period(monday, monday + days.DAY * 6, "range", said)
    if weekday:
        ahead = (weekday_number(weekday) - given.today.isoweekday()) % 7
        return one_day(given.today + days.DAY * (ahead - 7 if given.past and ahead else ahead))
    back = given.past and given.today.weekday() < 5
    saturday = monday + days.DAY * (-2 if back else 5)
    return Period(saturday, saturday + days.DAY, "range")


def _month(found: re.Match[str], given: Given) -> Period:
    shift = _shift(found["rel"])
    first, last = days.month_span(*days.move_month(given.today.year, given.today.month, shift))
    if day := found["d"]:
        return one_day(first.replace(day=number(day)), _said(shift))
    return part_of_month(first, last, found["part"], _said(shift))


def _quarter(found: re.Match[str], given: Given) -> Period:
    shift = _shift(found["rel"])
    first, last = days.quarter_span(*days.move_quarter(given.today, shift))
    if part := found["part"]:
        return one_day(first if part == "初" else last, _said(shift))
    return Period(first, last, "quarter", _said(shift))


def _edge(found: re.Match[str], given: Given) -> Period:
    """月底, 年初, 季末: the next such day, or the last one when looking back."""
    today = given.today
    unit, part = found["unit"][0], found["part"]
    if unit == "月":
        months = [days.month_span(*days.move_month(today.year, today.month, shift)) for shift in (-1, 0, 1)]
        spans = [part_of_month(first, last, part, "near")[:2] for first, last in months]
    elif unit == "季":
        quarters = [days.quarter_span(*days.move_quarter(today, shift)) for shift in (-1, 0, 1)]
        spans = [(first, first) if part == "初" else (last, last) for first, last in quarters]
    else:
        years = range(today.year - 1, today.year + 2)
        if part == "初":
            spans = [days.month_span(year, 1) for year in years]
        else:
            spans = [
                (day, day)
                for day in (dt.date(y, 6, 30) if part == "中" else dt.date(y, 12, 31) for y in years)
            ]
    start, end = nearest_span(tuple(spans), given)
    if start == end:
        return one_day(start)
    return Period(start, end, "month" if unit == "年" else "range")


def _within(found: re.Match[str], given: Given) -> Period:
    """月内, 年内, 周内: until the end of the one that runs."""
    today = given.today
    unit = found["unit"][0]
    if unit == "周":
        end = days.monday_of(today) + days.DAY * 6
    elif unit == "月":
        end = days.month_span(today.year, today.month)[1]
    elif unit == "季":
        end = days.quarter_span(today.year, days.quarter_of(today))[1]
    else:
        end = days.year_span(today.year)[1]
    return Period(today, end, "range", "near", True, True)


def _amount(text: str) -> int:
    if text == "几":
        return 3
    if len(text) == 2 and not text.isascii() and all(c in "一二两三四五六七八九" for c in text):
        first, second = number(text[0]), number(text[1])
        if not 0 < second - first <= 2:
            raise ValueError(text)
        return second  # 两三天 is at most three
    value = number(text)
    if value > _LONGEST:
        raise ValueError(text)
    return value


def _length(found: re.Match[str], given: Given) -> Period:
    named = found.groupdict()
    half_first, half_last = bool(named.get("half")), bool(named.get("and_half"))
    count = 0 if half_first else _amount(found["n"])
    unit = found["unit"]
    if half_last and unit not in ("月", "年"):
        raise ValueError(unit)
    direction = named.get("dir") or ""
    back = direction.endswith("前")
    sign = -1 if back else 1
    today = given.today
    if unit == "工作日":
        if count > 400:
            raise ValueError(count)
        day = given.calendar.add(today, sign * count)
    elif unit in ("天", "日"):
        day = today + days.DAY * sign * count
    elif unit in ("周", "星期", "礼拜"):
        day = today + days.DAY * sign * count * 7
    else:
        months = count * {"月": 1, "季": 3, "年": 12}[unit[0]]
        if unit[0] == "年" and (half_first or half_last):
            months += 6
        day = days.add_months(today, sign * months)
        if unit[0] == "月" and (half_first or half_last):
            day += days.DAY * sign * 15
    ahead = bool(named.get("pass"))
    said = "gone" if back else "near" if direction or ahead else "bare"
    within = direction.endswith("内")
    return Period(min(today, day) if within else day, day, "day", said, True, within)


def _next_workday(found: re.Match[str], given: Given) -> Period:
    return one_day(given.calendar.add(given.today, len(found["rel"])))


def _holiday(found: re.Match[str], given: Given) -> Period:
    (m1, d1), (m2, d2) = _HOLIDAYS[found["name"]]
    year = given.today.year
    spans = tuple((dt.date(y, m1, d1), dt.date(y, m2, d2)) for y in (year - 1, year, year + 1))
    return Period(*nearest_span(spans, given), "range", "near" if found["limit"] is not None else "bare")


Rule = tuple[Pattern, Callable[[re.Match[str], Given], Period]]
RULES: tuple[Rule, ...] = tuple(
    (pattern(source), make)
    for source, make in (
        (r"(?P<word>大前|大后|前|昨|今|当|即|明|次|后)(?:天|日)", _word),
        (r"(?P<word>本)日", _word),
        (r"(?P<word>今|明|昨|当)(?=~[早晚夜])", _word),
        (rf"(?P<rel>上+|下+|本|这|当)~一?个?~{WEEK}(?:~{WEEKDAY}(?![\d次])|(?P<weekend>末))?", _week),
        (rf"(?P<rel>(?!))?{WEEK}(?:{WEEKDAY}(?![\d一二三四五六次起])|(?P<weekend>末))", _week),
        (
            rf"{_REL}月(?:~份)?~的?(?:(?P<d>#)~[日号]|(?P<part>上旬|中旬|下旬|初|中(?!旬)|底|末))?(?!度)",
            _month,
        ),
        (rf"{_REL}季度?(?:~(?P<part>底|末|初))?", _quarter),
        (r"(?P<unit>月|年|季度?)(?P<part>底|末|初|中(?![国间旬]))", _edge),
        (r"(?P<unit>月)(?P<part>上旬|中旬|下旬)", _edge),
        (r"(?<![个半几数\d])(?P<unit>周|月|年|季度?)之?内(?![容部训控销])", _within),
        (
            rf"(?P<pass>再?过|这|未来|今后)?~{_COUNT}~(?:个~)?(?P<unit>天|日|工作日)(?:~{_DIRECTION}{_WORD_END})?",
            _length,
        ),
        (
            rf"{_NO_YEAR}(?P<pass>再?过|这|未来|今后)?~{_COUNT}~个?~"
            r"(?P<unit>周|星期|礼拜|季度|(?<=个)月|年|(?<=个 )月)"
            rf"(?P<and_half>半)?(?:~{_DIRECTION}{_WORD_END})?",
            _length,
        ),
        (
            rf"(?P<pass>再?过|这|未来|今后)?~(?:(?P<half>半)|(?P<n>#)~个~(?P<and_half>半))~个?~(?P<unit>月|年)"
            rf"(?:~{_DIRECTION}{_WORD_END})?",
            _length,
        ),
        (r"(?P<rel>下+)~一?个?~工作日", _next_workday),
        (r"(?P<name>元旦|五一|劳动节|国庆)节?(?P<limit>(?=~[之以]?[前后]))?", _holiday),
    )
)
