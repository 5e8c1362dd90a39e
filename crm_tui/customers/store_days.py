"""The days that conditions name: as instants where the team is, and as numbers of change sets."""

from __future__ import annotations

from datetime import date

from crm_tui import clock
from crm_tui.customers.filter_fields import Condition
from crm_tui.customers.filter_ranges import after, moved, period
from crm_tui.storage.driver import sqlite3

NEXT_SET = "SELECT id, at FROM change_set WHERE id >= :id AND at IS NOT NULL ORDER BY id LIMIT 1"
NEWEST_SET = "SELECT coalesce(max(id), 0) FROM change_set"


class Days:
    """Says of days when they begin and end in a zone; ``today`` is what those count from that move along."""

    def __init__(self, reader: sqlite3.Connection, zone: str, today: date) -> None:
        self.reader = reader
        self.zone = zone
        self.today = today

    def of(self, one: Condition) -> tuple[date | None, date | None]:
        """Return first and last day that a condition names, None where it is open."""
        if one.op == "over":
            return None, moved(self.today, -int(one.values[0]) - 1)
        if one.op == "within":
            return moved(self.today, -int(one.values[0])), None
        if one.op == "period":
            return period(one.values[0], self.today)
        low, high = (date.fromisoformat(value) if value else None for value in one.values)
        return low, high

    def start(self, day: date | None) -> str | None:
        """Return the instant at which a day begins where the team is."""
        if day is None:
            return None
        from datetime import datetime, time
        from zoneinfo import ZoneInfo

        try:
            return clock.to_instant(datetime.combine(day, time(), ZoneInfo(self.zone)))
        except (OverflowError, ValueError):
            return "0" if day.year < 1000 else "9999-12-31T23:59:59Z"

    def set_at(self, day: date | None, otherwise: int) -> int:
        """Return the first change set of a day or later; they come in the order of time."""
        instant = self.start(day)
        if instant is None:
            return otherwise
        low, high = 1, self.reader.execute(NEWEST_SET).fetchone()[0] + 1
        while low < high:
            middle = (low + high) // 2
            row = self.reader.execute(NEXT_SET, {"id": middle}).fetchone()
            if row is None or row[1] >= instant:
                high = middle
            else:
                low = row[0] + 1
        return low

    def set_before(self, day: date | None) -> int | None:
        """Return the last change set of a day or earlier; None without a day."""
        return None if day is None else self.set_at(after(day), 0) - 1
