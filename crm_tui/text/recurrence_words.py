"""How people write a rhythm: 每月, 每两周周三, 每隔3天, 双周, every friday."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_tui.text.date_words import number, pattern
from crm_tui.text.recurrence import Recurrence

WEEK = "(?:周|星期|礼拜)"
WEEKDAY = "(?P<weekday>[一二三四五六日天1-7])"
_ONCE = "(?:~(?:一|1)次)?"
_OVER = r"(?![\d一二三四五六日天、次])"
_COUNT = "(?P<n>#|半)~"
_DAY_OF_MONTH = "(?:的?(?:(?P<day>#)~[日号]|(?P<last>底|末|最后[一1]天)|(?P<first>初)|(?P<middle>中)))?"
_HAN = [
    ("day", pattern(rf"每~(?:一~)?[天日]{_ONCE}(?!常)|天天")),
    ("day", pattern(rf"每~(?P<apart>隔~)?{_COUNT}[天日]{_ONCE}|(?P<two>隔~[天日])(?!期)")),
    ("workday", pattern(r"每~(?:一?个~)?工作日|(?P<bare>工作日)")),
    (
        "week",
        pattern(rf"每~(?:一?个~)?{WEEK}(?:(?:一|1)次|{WEEKDAY}{_OVER}|(?P<end>末))?(?![报刊\d一二三四五六])"),
    ),
    ("week", pattern(rf"(?:每?逢)~{WEEK}{WEEKDAY}{_OVER}")),
    (
        "week",
        pattern(
            rf"(?:每~(?P<apart>隔~)?{_COUNT}个?~{WEEK}|(?P<two>每?~双周|隔周))"
            rf"(?!报|刊){_ONCE}(?:~的?~{WEEK}?{WEEKDAY}{_OVER})?"
        ),
    ),
    ("month", pattern(rf"每~(?:一?个~)?月(?!报|刊|度|份|第|[\d]+次){_ONCE}{_DAY_OF_MONTH}")),
    ("month", pattern(rf"每~(?P<apart>隔~)?{_COUNT}个?~月(?!报|第){_ONCE}{_DAY_OF_MONTH}")),
    ("quarter", pattern(rf"每~(?:一?个~)?季度?(?!报|第){_ONCE}(?:(?P<last>底|末)|(?P<first>初))?")),
    (
        "quarter",
        pattern(rf"每~(?P<apart>隔~)?{_COUNT}个?~季度(?!报){_ONCE}(?:(?P<last>底|末)|(?P<first>初))?"),
    ),
    (
        "year",
        pattern(
            rf"每~(?:一~)?年(?!报|度|第|会){_ONCE}"
            "(?:(?P<month>#)~月~(?P<day>#)~[日号]|(?P<last>底|末)|(?P<first>初))?"
        ),
    ),
    ("year", pattern(rf"每~(?P<apart>隔~)?{_COUNT}~年{_ONCE}")),
]
_UNITS = {
    "daily": ("day", 1),
    "weekdays": ("workday", 1),
    "weekly": ("week", 1),
    "biweekly": ("week", 2),
    "fortnightly": ("week", 2),
    "monthly": ("month", 1),
    "quarterly": ("quarter", 1),
    "yearly": ("year", 1),
    "annually": ("year", 1),
}
ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ENGLISH_DAY = (
    "(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?"
    "|sun(?:day)?)"
)
_ENGLISH = pattern(
    rf"(?:(?P<word>{'|'.join(_UNITS)})"
    rf"|every +(?:(?P<n>[0-9]{{1,3}}|other) +)?(?:(?P<unit>day|weekday|workday|week|month|quarter|year)s?"
    rf"|(?P<weekday>{ENGLISH_DAY})))(?![a-z])"
)


class Rhythm(NamedTuple):
    """A rhythm found in a text, the place behind it, and whether it may be something else (工作日)."""

    recurrence: Recurrence
    end: int
    sure: bool


def rhythm_at(text: str, pos: int) -> Rhythm | None:
    """Return the rhythm that begins at ``pos`` of a levelled text.

    Raises ValueError for one that does not exist (每月32号). 每隔3天 is read as every three days, 每隔一天
    as every other day, as people use them.
    """
    best: tuple[int, str, re.Match[str]] | None = None
    if text[pos : pos + 1] in "每隔双天逢工":
        for unit, rule in _HAN:
            if (found := rule.match(text, pos)) and (best is None or found.end() > best[0]):
                best = (found.end(), unit, found)
    if best:
        end, unit, found = best
        return Rhythm(_han(unit, found.groupdict()), end, not found.groupdict().get("bare"))
    if found := _ENGLISH.match(text, pos):
        return Rhythm(_english(found), found.end(), True)
    return None


def _han(unit: str, parts: dict[str, str | None]) -> Recurrence:
    every = 2 if parts.get("two") else 1
    count = parts.get("n")
    if count == "半":
        halves = {"month": ("day", 15), "year": ("month", 6)}
        if unit not in halves or parts.get("day") or parts.get("last"):
            raise ValueError(count)
        unit, every = halves[unit]
    elif count:
        every = number(count)
        if every == 1 and parts.get("apart"):
            every = 2
    return Recurrence(unit, every, _anchor(unit, parts))


def _anchor(unit: str, parts: dict[str, str | None]) -> int | None:
    if weekday := parts.get("weekday"):
        return weekday_number(weekday)
    if parts.get("end"):
        return 6
    if parts.get("last"):
        return {"month": 31, "quarter": 92, "year": 1231}[unit]
    if parts.get("first"):
        return 101 if unit == "year" else 1
    if parts.get("middle"):
        return 15
    if day := parts.get("day"):
        month = parts.get("month")
        return number(day) + (number(month) * 100 if month else 0)
    return None


def weekday_number(char: str) -> int:
    """Return 1 Monday .. 7 Sunday for 一 .. 日, 天, 1 .. 7."""
    return 7 if char in "日天" else number(char)


def _english(found: re.Match[str]) -> Recurrence:
    if word := found["word"]:
        return Recurrence(*_UNITS[word])
    every = 2 if found["n"] == "other" else int(found["n"] or 1)
    if weekday := found["weekday"]:
        return Recurrence("week", every, ENGLISH_DAYS.index(weekday[:3]) + 1)
    unit = "workday" if found["unit"] in ("weekday", "workday") else found["unit"]
    return Recurrence(unit, every)
