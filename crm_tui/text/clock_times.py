"""Times of day inside a date expression: 下午3点, 9点半, 14:30, 3pm."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from crm_tui.text.date_words import number, pattern

# The last minute stands for the midnight that ends a day, so that a plan stays on its day.
_DAY_END = dt.time(23, 59)
_PERIODS = {
    "morning": "凌晨 清晨 早上 早晨 早 上午",
    "noon": "中午 正午 午间",
    "afternoon": "下午 午后 傍晚",
    "evening": "晚上 晚间 夜里 夜间 晚 夜",
}
_PERIOD_OF = {word: name for name, words in _PERIODS.items() for word in words.split()}
_PERIOD = f"(?P<period>{'|'.join(sorted(_PERIOD_OF, key=len, reverse=True))})"
_HAN_CLOCK = pattern(
    rf"(?:{_PERIOD}~的?~)?(?P<h>#)~(?:点钟|点整|点|时)"
    r"(?:~(?:(?P<half>半)|(?P<quarter>[一三1-3])~刻|(?P<m>#)~分(?:钟)?"
    r"|(?P<m2>[0-9]{2}|[零〇一二三四五]?十[一二三四五六七八九]?|零[一二三四五六七八九])(?![0-9个位家人台天])))?"
)
_DIGIT_CLOCK = pattern(
    rf"(?:{_PERIOD}~)?(?P<h>[0-9]{{1,2}}):(?P<m>[0-9]{{2}})(?::(?P<s>[0-9]{{2}})(?:\.[0-9]{{1,9}})?)?(?![0-9:])"
    r"(?:~(?P<half_day>am|pm)(?![a-z]))?"
)
_ENGLISH_CLOCK = pattern(r"(?:at~)?(?:(?P<h>[0-9]{1,2})~(?P<half_day>am|pm)|(?P<noon>noon))(?![a-z])")
_AT = pattern(r"at +(?=[0-9])")
_PERIOD_ALONE = pattern(_PERIOD)
_TO = pattern(r"~[-至到]~")


class ClockTime(NamedTuple):
    """A time found in a text.

    ``time`` is None when only 上午 or 晚上 is named, ``end`` the place behind it, ``sure`` False when the
    letters may mean something else (3点 as three points).
    """

    time: dt.time | None
    end: int
    sure: bool


def clock_at(text: str, pos: int) -> ClockTime | None:
    """Return the time of day that begins at ``pos`` of a levelled text.

    Of a span (3点到5点) the beginning counts and the rest is skipped. Raises ValueError for a time that
    does not exist (25点).
    """
    found = _one(text, pos)
    if found and found.time and (link := _TO.match(text, found.end)):
        until = _one(text, link.end())
        if until and until.time:
            return found._replace(end=until.end)
    return found


def _one(text: str, pos: int) -> ClockTime | None:
    if skip := _AT.match(text, pos):
        pos = skip.end()
    if found := _HAN_CLOCK.match(text, pos):
        return ClockTime(_han(found), found.end(), bool(found["period"]))
    if found := _DIGIT_CLOCK.match(text, pos):
        seconds = int(found["s"] or 0)
        period = {"am": "morning", "pm": "afternoon"}.get(found["half_day"]) or _PERIOD_OF.get(
            found["period"]
        )
        return ClockTime(_hour(period, int(found["h"]), int(found["m"]), seconds), found.end(), True)
    if found := _ENGLISH_CLOCK.match(text, pos):
        if found["noon"]:
            return ClockTime(dt.time(12), found.end(), True)
        period = "morning" if found["half_day"] == "am" else "afternoon"
        return ClockTime(_hour(period, int(found["h"]), 0), found.end(), True)
    if found := _PERIOD_ALONE.match(text, pos):
        noon = _PERIOD_OF[found["period"]] == "noon"
        return ClockTime(dt.time(12) if noon else None, found.end(), False)
    return None


def _han(found: re.Match[str]) -> dt.time:
    hour = number(found["h"])
    if found["half"]:
        minute = 30
    elif found["quarter"]:
        minute = 15 * number(found["quarter"])
    else:
        minute = number(found["m"] or found["m2"] or "0")
    period = _PERIOD_OF.get(found["period"])
    if period is None and 1 <= hour <= 6 and found["h"][0] != "0":
        period = "afternoon"  # nobody calls a customer at three in the night
    return _hour(period, hour, minute)


def _hour(period: str | None, hour: int, minute: int, second: int = 0) -> dt.time:
    if period == "morning" and hour == 12:
        hour = 0
    elif (period == "afternoon" and hour < 12) or (period == "noon" and hour < 4):
        hour += 12
    elif period == "evening":
        if hour in (0, 12) and not minute:
            return _DAY_END
        if not 5 <= hour <= 11 and hour < 17:
            raise ValueError(hour)
        hour += 12 if hour < 12 else 0
    if hour == 24 and not minute:
        return _DAY_END
    return dt.time(hour, minute, second)
