"""Working days of mainland China with 调休 (days moved by the State Council's notice) and the user's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from crm_tui.errors import joined
from crm_tui.locale import _

_ONE = dt.timedelta(days=1)
_LONGEST = 400


class WorkCalendar(NamedTuple):
    """Which days are worked.

    ``holidays`` and ``workdays`` are the user's own days and win over the published calendar (a day in both
    is worked); ``complete`` names the years the user has entered in full; ``faults`` are the sentences about
    what of the settings is no day and does not count. Where the published calendar ends, Monday to Friday
    count as worked and ``known`` says False.
    """

    holidays: frozenset[dt.date] = frozenset()
    workdays: frozenset[dt.date] = frozenset()
    complete: frozenset[int] = frozenset()
    faults: tuple[str, ...] = ()

    def is_workday(self, day: dt.date) -> bool:
        """Tell whether the day is worked."""
        if day in self.workdays:
            return True
        if day in self.holidays:
            return False
        notices = _notices()
        if day.year not in notices.years:
            return day.weekday() < 5
        return day in notices.workdays or (day.weekday() < 5 and day not in notices.holidays)

    def known(self, day: dt.date) -> bool:
        """Tell whether a calendar knows the day; False means that Monday to Friday was assumed."""
        if day in self.workdays or day in self.holidays or day.year in self.complete:
            return True
        return day.year in _notices().years

    def next_workday(self, day: dt.date) -> dt.date:
        """Return the first working day after the day; OverflowError at the end of all days."""
        return self.add(day, 1)

    def add(self, day: dt.date, count: int) -> dt.date:
        """Return the ``count``-th working day after the day (before it when negative, the day itself for 0).

        OverflowError at the end of all days.
        """
        step = _ONE if count > 0 else -_ONE
        left = abs(count)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> WorkCalendar:
        """Return the calendar of the user's settings.

        ``holidays`` and ``workdays`` are each a list of days or a table of such lists under any names; a
        day is a TOML date, ``"2027-02-05"`` or ``"2027-02-05..2027-02-11"``. ``complete = [2027]`` in a
        table says that the user's days of that year are all. Anything else, and a day that is in both, is
        told in ``faults``.
        """
        faults: list[str] = []
        holidays, complete = _days("holidays", settings.get("holidays"), faults)
        workdays, also = _days("workdays", settings.get("workdays"), faults)
        if both := holidays & workdays:
            told = _("The settings name {day} as a holiday and as a working day; it counts as worked.")
            todo = _("Take it out of one of the two lists in settings.toml.")
            faults.append(joined(told.format(day=min(both)), todo))
        return cls(holidays, workdays, complete | also, tuple(faults))


class _Notices(NamedTuple):
    """The State Council's notices as chinesecalendar carries them."""

    holidays: Container[dt.date]
    workdays: Container[dt.date]
    years: range


@lru_cache(maxsize=1)
def _notices() -> _Notices:
    # The package's own is_workday looks for its first and last year on every call.
    from chinese_calendar import holidays, workdays

    return _Notices(holidays, workdays, range(min(holidays).year, max(holidays).year + 1))


def _days(section: str, given: Any, faults: list[str]) -> tuple[frozenset[dt.date], frozenset[int]]:
    days: set[dt.date] = set()
    years: set[int] = set()
    lists = given if isinstance(given, dict) else {} if given is None else {"": given}
    for name, entries in lists.items():
        for entry in entries if isinstance(entries, list) else [entries]:
            if name == "complete" and type(entry) is int:
                years.add(entry)
                continue
            try:
                days.update(_each(entry))
            except (ValueError, TypeError, AttributeError):
                faults.append(_no_day(section, entry))
    return frozenset(days), frozenset(years)


def _each(entry: Any) -> Iterator[dt.date]:
    if isinstance(entry, dt.datetime):
        first = last = entry.date()
    elif isinstance(entry, dt.date):
        first = last = entry
    else:
        ends = [dt.date.fromisoformat(part.strip()) for part in entry.split("..")]
        first, last = ends if len(ends) == 2 else (ends[0], *ends)
    count = (last - first).days
    if not 0 <= count < _LONGEST:
        raise ValueError(entry)
    return (first + _ONE * i for i in range(count + 1))


def _no_day(section: str, entry: Any) -> str:
    told = _("The settings list “{entry}” under [{section}], which is not a day and does not count.")
    todo = _('Write days as 2027-02-05 or "2027-02-05..2027-02-11" in settings.toml.')
    return joined(told.format(entry=str(entry)[:40], section=section), todo)
