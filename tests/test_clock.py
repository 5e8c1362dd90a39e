"""Time is read in one place, stored in UTC and shown in the team's zone."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from crm_tui import clock
from tests.architecture import Module, calls, modules, parse

READS = {"now", "utcnow", "today", "fromtimestamp"}
SECONDS = {"time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.strftime", "time.ctime"}


def readers_of_time(module: Module) -> list[str]:
    """Return the places outside the clock that ask the machine for the day or the hour."""
    if module.path == "crm_tui/clock.py":
        return []
    found = []
    for node, called in calls(module):
        if isinstance(node.func, ast.Attribute):
            owner = called.rpartition(".")[0].rsplit(".", 1)[-1]
            if called in SECONDS or (node.func.attr in READS and owner in ("datetime", "date")):
                found.append(f"{module.path}:{node.lineno}: {called}()")
    return found


def test_nothing_else_reads_the_time() -> None:
    assert [fault for module in modules() for fault in readers_of_time(module)] == []


@pytest.mark.parametrize(
    "source", ["datetime.now()", "dt.datetime.now(UTC)", "date.today()", "import time\ntime.time()"]
)
def test_another_reader_of_time_is_seen(source: str) -> None:
    assert readers_of_time(parse("crm_tui/text/workdays.py", source))
    assert not readers_of_time(parse("crm_tui/text/workdays.py", "clock.now()\nclock.today(zone)"))


@time_machine.travel("2024-03-10T15:59:59.900Z", tick=False)
def test_the_moment_is_cut_to_seconds_and_stored_in_utc() -> None:
    assert clock.now() == datetime(2024, 3, 10, 15, 59, 59, tzinfo=UTC)
    assert clock.instant() == "2024-03-10T15:59:59Z"


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        ("2024-03-10T15:59:59Z", "Asia/Shanghai", date(2024, 3, 10)),
        ("2024-03-10T16:00:00Z", "Asia/Shanghai", date(2024, 3, 11)),
        ("2024-03-10T16:00:00Z", "UTC", date(2024, 3, 10)),
        ("2024-12-31T16:00:00Z", "Asia/Shanghai", date(2025, 1, 1)),
    ],
)
def test_the_day_turns_at_the_teams_midnight(moment: str, zone: str, expected: date) -> None:
    with time_machine.travel(moment, tick=False):
        assert clock.today(zone) == expected


def test_a_stored_moment_is_shown_in_the_teams_zone() -> None:
    shown = clock.local("2024-05-20T06:30:00Z")
    assert shown.strftime("%Y-%m-%d %H:%M") == "2024-05-20 14:30"
    assert shown.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("text", ["", "2024-03-10", "2024-03-10 15:59:59", "2024-02-30T00:00:00Z", "x"])
def test_what_is_no_stored_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        clock.parse_instant(text)


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2999, 12, 31)),
    st.integers(min_value=-12, max_value=14),
)
def test_any_moment_of_any_zone_comes_back(moment: datetime, offset: int) -> None:
    aware = moment.replace(microsecond=0, tzinfo=timezone(timedelta(hours=offset)))
    stored = clock.to_instant(aware)
    assert len(stored) == 20
    assert clock.parse_instant(stored) == aware
    assert clock.local(stored) == aware


def test_zones_are_found_without_asking_how_python_was_built() -> None:
    said = (
        "import sys, crm_tui.clock; from zoneinfo import TZPATH;"
        "print('sysconfig' in sys.modules, len(TZPATH));"
        "import sysconfig; print(bool(sysconfig.get_paths()))"
    )
    done = subprocess.run([sys.executable, "-c", said], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["False 2", "True"]
