"""The team's calendar day: noticed at midnight and at every key."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm_tui import clock
from crm_tui.tui.looks import Looks
from crm_tui.tui.needs import Session
from crm_tui.tui.screens.base import BaseScreen


class Days(Looks, inherit_bindings=False):
    """An app that tells its screens when a new day has begun."""

    session: Session
    writes: int
    _day: date

    def today(self) -> date:
        """Return the team's calendar day."""
        return clock.today(self.session.zone)

    def begin_day(self) -> None:
        """Take today as the day that is shown."""
        self._day = self.today()

    def wait_for_midnight(self) -> None:
        """Look at the day again when this one ends."""
        zone = ZoneInfo(self.session.zone)
        now = clock.now().astimezone(zone)
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), zone)
        wait = (midnight.astimezone(now.tzinfo) - now).total_seconds()
        self.set_timer(max(wait, 1) + 0.5, self._midnight)

    def _midnight(self) -> None:
        self.check_day()
        self.wait_for_midnight()

    def check_day(self) -> None:
        """Tell the screens when a new day has begun; asked at midnight and at every key."""
        day = self.today()
        if day != self._day:
            self._day = day
            self.on_day_change(day)

    def on_day_change(self, day: date) -> None:
        """A new day has begun: what is open counts again, the rest when it is shown."""
        self.writes += 1
        if isinstance(self.screen, BaseScreen):
            self.screen.on_day()
