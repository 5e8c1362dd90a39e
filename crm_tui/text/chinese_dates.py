"""Dates as salespeople write them: 明天, 下周三下午3点, 3天后, 月底, Q3, 3月15日前, 每月15号, next friday."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.text import calendar_days as days
from crm_tui.text import english_dates, numeric_dates, relative_dates
from crm_tui.text.clock_times import ClockTime, clock_at
from crm_tui.text.date_period import Given, Period
from crm_tui.text.date_words import level, pattern
from crm_tui.text.recurrence import Recurrence
from crm_tui.text.recurrence_words import rhythm_at
from crm_tui.text.workdays import WorkCalendar

_LONGEST = 60
_YEARS = range(1900, 2200)
_HAN_RULES = numeric_dates.RULES + relative_dates.RULES
_ALL_RULES = _HAN_RULES + english_dates.RULES
_LEAD = pattern(
    r"(?:(?P<limit>截至|截止到?|最迟|最晚|不晚于|不迟于|(?:by|before|until)(?= ))"
    r"|大约|大概|约|于|在|等|到|on(?= ))~"
)
_JOIN = pattern(r"~[,的]?~")
_ON = pattern(r"~(?:on )?~")
_TO = pattern(r"~[-至到]~")
_SUFFIX = pattern(
    r"~(?:(?P<about>左右|前后)|(?P<before>[之以]前|前(?![往去台期沿景端面后]))"
    r"|(?P<within>[之以]内|内(?![容部训控销])|为?止|截止)|(?P<after>[之以]后|后(?![续期台勤端面天]))"
    r"|起(?=$|[ ,。;]))"
)
# 每月回访 and 明天联系 say no more than 每月 and 明天.
_TAIL = pattern(r"~(?:回访|跟进|联系|拜访|沟通)?[ 。.!,;]*")


@dataclass(frozen=True)
class When:
    """A day or time somebody named.

    ``date`` is the day it is due: the last day where a week, month, quarter or year is named, whose first
    day is ``start``. ``time`` is the wall clock in the team's zone or None. ``precision`` is time, day,
    month, quarter, year or range (weeks, weekends, halves of a year, from-to). ``recurrence`` is the rhythm
    of 每月 and its like, with ``date`` its first day. ``deadline`` says that it was a limit (3月15日前,
    三天内, 本周内). ``text`` is what was typed.
    """

    date: dt.date
    time: dt.time | None
    precision: str
    recurrence: Recurrence | None
    deadline: bool
    text: str
    start: dt.date


@dataclass(frozen=True)
class Found:
    """An expression inside a levelled text, the place behind it and how its day was said (see ``Period``)."""

    when: When
    end: int
    said: str


class NoSuchDay(ValueError):
    """A date expression that names no day of any calendar; ``end`` is the place behind it."""

    def __init__(self, end: int) -> None:
        super().__init__(end)
        self.end = end


def parse_when(
    text: str, today: dt.date, *, past: bool = False, calendar: WorkCalendar | None = None
) -> When:
    """Return what a typed date means on the day ``today``.

    Where letters allow several days, these rules decide; with ``past`` they look back instead:

    - a bare month and day is this year's, unless that is more than half a year gone, then next year's;
    - a bare month, quarter, 15号, 月底 or 年底 is the next that is not over; 周五 is the next Friday, today
      counted;
    - 下周三 and "next wednesday" are the Wednesday of the next week (Monday to Sunday), 下下周 the one
      after it;
    - 过几天 and 几天后 are three days, 半个月 is fifteen, 两三天后 and 3-5天内 take the longer;
    - 月初, 月中, 月底 are the 1st, the 15th and the last day, 年初 is January, 年中 the last of June;
    - 8月前 ends before August begins, 3月15日前 includes the 15th, 8月后 begins after August, 15号后 is the
      15th;
    - 1点 to 6点 without a word for the time of day are in the afternoon, midnight at a day's end is 23:59;
    - 每周三, 每月15号 and all rhythms first come after ``today``; 工作日 alone is every working day.

    Holidays of the lunar year (春节前) are not known. Raises BadInput, with a sentence for the user, on
    everything that is not a date or names a day or time that does not exist (2月30日, 25点).
    """
    plain = level(text[: _LONGEST * 2]).strip()
    if not plain:
        raise BadInput(_("No date was given."), todo=_examples())
    try:
        if len(plain) <= _LONGEST:
            given = Given(today, past, calendar or WorkCalendar(), False)
            found = find_at(plain, 0, given, text)
            if found and _TAIL.fullmatch(plain, found.end):
                return found.when
    except (ValueError, OverflowError) as error:
        raise BadInput(
            _("“{text}” names a day or time that does not exist.").format(text=_shown(text)), todo=_examples()
        ) from error
    raise BadInput(_("“{text}” is not understood as a date.").format(text=_shown(text)), todo=_examples())


def _shown(text: str) -> str:
    kept = "".join(c if c.isprintable() else " " for c in text[:40]).strip()
    return kept + ("…" if len(text) > 40 else "")


def _examples() -> str:
    return _("Try tomorrow, next friday 3pm, in 3 days, 2024-08-15 or monthly.")


def find_at(plain: str, pos: int, given: Given, text: str) -> Found | None:
    """Return the longest date expression that begins at ``pos`` of a levelled text, None when there is none.

    ``text`` goes into the result as typed. In a sentence, forms that are dates only on their own (3天, 3点)
    are not taken. Raises NoSuchDay when the letters name a day or time that does not exist.
    """
    deadline = False
    if lead := _LEAD.match(plain, pos):
        deadline, pos = bool(lead["limit"]), lead.end()
    try:
        if rhythm := rhythm_at(plain, pos):
            if given.sentence and not rhythm.sure:
                return None
            first = rhythm.recurrence.next_after(given.today, given.calendar)
            clock, end = _time_after(plain, rhythm.end)
            precision = "time" if clock else "day"
            return Found(When(first, clock, precision, rhythm.recurrence, deadline, text, first), end, "near")
        return _single(plain, pos, given, text, deadline)
    except NoSuchDay:
        raise
    except (ValueError, OverflowError) as error:
        raise NoSuchDay(pos + 1) from error


def _single(plain: str, pos: int, given: Given, text: str, deadline: bool) -> Found | None:
    clock: dt.time | None = None
    named = _period_at(plain, pos, given)
    if named is None:
        first = clock_at(plain, pos)
        if first is None or not _stands(first, pos, given):
            return None
        clock, end = first.time, first.end
        join = _ON.match(plain, end)
        named = _period_at(plain, join.end(), given) if join else None
        if named is None:
            day = Period(given.today, given.today)
            return Found(_when(day, clock, deadline, text), end, "near")
    period, end = named
    period, end = _until(plain, period, end, given)
    if not period.closed and (suffix := _SUFFIX.match(plain, end)):
        period, end = _limited(period, suffix.lastgroup or ""), suffix.end()
    if clock is None:
        clock, end = _time_after(plain, end)
        if clock and not period.closed and (suffix := _SUFFIX.match(plain, end)):
            limited = suffix.lastgroup in ("before", "within")
            period, end = period._replace(deadline=period.deadline or limited), suffix.end()
    if period.end.year not in _YEARS or period.start.year not in _YEARS:
        raise NoSuchDay(end)
    if given.sentence and period.said == "bare":
        return None
    return Found(_when(period, clock, deadline, text), end, period.said)


def _when(period: Period, clock: dt.time | None, deadline: bool, text: str) -> When:
    precision = "time" if clock else period.precision
    return When(period.end, clock, precision, None, deadline or period.deadline, text, period.start)


def _stands(clock: ClockTime, pos: int, given: Given) -> bool:
    """Tell whether a time may stand without a day."""
    if given.sentence:
        return clock.sure
    return clock.time is not None or clock.end - pos > 1


def _time_after(plain: str, end: int) -> tuple[dt.time | None, int]:
    join = _JOIN.match(plain, end)
    clock = clock_at(plain, join.end()) if join else None
    return (clock.time, clock.end) if clock else (None, end)


def _period_at(plain: str, pos: int, given: Given) -> tuple[Period, int] | None:
    rules = _ALL_RULES if plain[pos : pos + 1].isascii() else _HAN_RULES
    best = None
    for rule, make in rules:
        found = rule.match(plain, pos)
        if found and found.end() > pos and (best is None or found.end() > best[0].end()):
            best = found, make
    if best is None:
        return None
    try:
        return best[1](best[0], given), best[0].end()
    except (ValueError, OverflowError) as error:
        raise NoSuchDay(best[0].end()) from error


def _until(plain: str, period: Period, end: int, given: Given) -> tuple[Period, int]:
    """Join 3月15日 and what follows 至 to one stretch of days."""
    if period.precision not in ("day", "month") or period.closed:
        return period, end
    if not (link := _TO.match(plain, end)):
        return period, end
    second = _period_at(plain, link.end(), given._replace(today=period.start, past=False))
    if not second or second[0].precision != period.precision or second[0].end < period.start:
        return period, end
    return Period(period.start, second[0].end, "range", period.said), second[1]


def _limited(period: Period, word: str) -> Period:
    if word == "within":
        return period._replace(deadline=True)
    if word == "before":
        if period.precision == "day":
            return period._replace(deadline=True)
        day = period.start - days.DAY
        return Period(day, day, "day", period.said, True, True)
    if word == "after" and period.precision != "day":
        day = period.end + days.DAY
        return Period(day, day, "day", period.said, True)
    return period
