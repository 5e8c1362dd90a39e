"""A clock that is set back or runs ahead: numbers, history, the queue, backups and drafts hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from crm_tui.storage.pruning import Dated, kept
from tests.faults import clocks


def test_everything_holds_whatever_the_clock_shows(tmp_path: Path):
    outcome = clocks.run(tmp_path, 30, 1)
    assert outcome.faults == []
    assert outcome.back > 3
    assert outcome.sets > 20


def test_backups_of_a_clock_that_ran_ahead_take_no_place_from_those_made_now():
    today = date(2026, 3, 9)
    ahead = [
        Dated(f"ahead {day} {hour}", datetime(2026, 3, 10 + day, hour))
        for day in range(9)
        for hour in range(24)
    ]
    now = [Dated(f"now {hour}", datetime(2026, 3, 9, hour)) for hour in range(10)]
    before = [Dated(f"before {day}", datetime(2026, 3, 9) - timedelta(days=day)) for day in range(1, 7)]
    stay = kept([*ahead, *now, *before], today)
    assert {one.key for one in (*now, *before)} <= stay
    assert len(stay) < 60
