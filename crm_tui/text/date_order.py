"""In which order a column writes day, month and year: 26/11/5 alone could be any, the others tell."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from crm_tui.locale import N_
from crm_tui.text.halfwidth import half_width

ORDERS = {
    "ymd": N_("year/month/day"),
    "dmy": N_("day/month/year"),
    "mdy": N_("month/day/year"),
}
_LOOSE = re.compile(
    r"\s*([0-9]{1,2})\s*([-/.])\s*([0-9]{1,2})\s*\2\s*((?:19|20)[0-9]{2}|[0-9]{1,2})(?![0-9])"
    r"(?:\s+([0-9]{1,2}:.{1,12}))?\s*"
)
_EARLIEST = dt.date(1980, 1, 1)
_YEARS_AHEAD, _YEARS_OVERDUE = 10, 3
_LEAST = 3  # different dates, of which it is told whether they lie together
_NEAR, _FAR = dt.timedelta(days=731), dt.timedelta(days=1826)


class DateOrder:
    """Looks at the dates of one column; years of two digits and of four are told apart, for both occur.

    ``past`` tells of what has been, ``plan`` of what is to come, neither of either.
    """

    def __init__(self, today: dt.date, *, past: bool = False, plan: bool = False) -> None:
        self._latest = today if past else today.replace(year=today.year + _YEARS_AHEAD, day=1)
        self._earliest = today.replace(year=today.year - _YEARS_OVERDUE, day=1) if plan else _EARLIEST
        self._this_century = self._latest.year % 100
        self._days: dict[bool, dict[str, set[dt.date] | None]] = {
            short: {order: set() for order in ORDERS if short or order != "ymd"} for short in (True, False)
        }
        self._settled: dict[bool, str] = {}
        self.example = ""
        """A date of more than one meaning that is read as the others say, '' while there is none."""

    def see(self, text: str) -> None:
        """Look at a cell, if it is such a date."""
        if not (found := _LOOSE.fullmatch(half_width(text))):
            return
        short = len(found[4]) < 4
        fits = dict(self._ways(found))
        if not fits:
            return  # nobody's date: it says nothing of the others
        for order, days in self._days[short].items():
            if days is not None:
                if order in fits:
                    days.add(fits[order])
                else:
                    self._days[short][order] = None

    def told(self, text: str) -> str:
        """Return a date as its column writes it in the one order of ISO; any other text as it is."""
        found = _LOOSE.fullmatch(half_width(text))
        order = found and self._order(len(found[4]) < 4)
        ways = dict(self._ways(found)) if found and order else {}
        if found is None or order not in ways:
            return text
        day = ways[order]
        if len(ways) > 1:
            self.example = self.example or text
        return f"{day.isoformat()} {found[5]}" if found[5] else day.isoformat()

    def lean(self, others: DateOrder) -> None:
        """Read what is open here as another column of the sheet does, where that fits all dates."""
        for short, days in self._days.items():
            if not self._order(short) and (order := others._order(short)) and days.get(order):
                self._settled[short] = order

    def order_of(self, text: str) -> str:
        """Return the order (a key of ORDERS) in which a date of the column is read, '' where it is open."""
        found = _LOOSE.fullmatch(half_width(text))
        return self._order(len(found[4]) < 4) if found else ""

    def _order(self, short: bool) -> str:
        if short not in self._settled:
            self._settled[short] = _only({order: one for order, one in self._days[short].items() if one})
        return self._settled[short]

    def _ways(self, found: re.Match[str]) -> Iterator[tuple[str, dt.date]]:
        """Yield the orders in which three numbers are a likely date, with that date."""
        first, second, third = int(found[1]), int(found[3]), int(found[4])
        for order in self._days[len(found[4]) < 4]:
            year, month, day = {
                "ymd": (first, second, third),
                "dmy": (third, second, first),
                "mdy": (third, first, second),
            }[order]
            if year < 100:
                year += 2000 if year <= self._this_century else 1900
            try:
                date = dt.date(year, month, day)
            except ValueError:
                continue
            if self._earliest <= date <= self._latest:
                yield order, date


def _only(days: dict[str, set[dt.date]]) -> str:
    """Return the one order that all dates fit, or in which alone they lie within two years."""
    if len(days) < 2:
        return next(iter(days), "")
    spans = sorted((max(one) - min(one), order) for order, one in days.items())
    told = min(map(len, days.values())) >= _LEAST and spans[0][0] <= _NEAR and spans[1][0] >= _FAR
    return spans[0][1] if told else ""
