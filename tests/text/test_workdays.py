"""Working days with 调休, the user's own days, and the end of the published calendar."""

from __future__ import annotations

import datetime as dt
import tomllib

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.workdays import WorkCalendar

PLAIN = WorkCalendar()
DAY = dt.timedelta(days=1)


def test_every_day_of_three_years_is_as_published() -> None:
    day = dt.date(2024, 1, 1)
    while day.year < 2027:
        assert PLAIN.is_workday(day) == chinese_calendar.is_workday(day), day
        assert PLAIN.known(day)
        day += DAY


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2024-02-04", True),  # Sunday worked before the Spring Festival
        ("2024-02-12", False),
        ("2024-02-18", True),
        ("2024-10-07", False),
        ("2024-10-12", True),
        ("2025-01-01", False),
    ],
)
def test_moved_days(day: str, worked: bool) -> None:
    assert PLAIN.is_workday(dt.date.fromisoformat(day)) is worked


def test_past_its_range_monday_to_friday_counts_and_says_so() -> None:
    national_day = dt.date(2040, 10, 1)
    assert national_day.weekday() == 0
    assert PLAIN.is_workday(national_day)
    assert not PLAIN.known(national_day)
    assert not PLAIN.is_workday(dt.date(2040, 9, 30))
    assert PLAIN.next_workday(dt.date(2040, 9, 28)) == national_day
    assert not PLAIN.known(dt.date(2003, 5, 1))


def test_the_users_days_win() -> None:
    saturday, monday = dt.date(2024, 3, 16), dt.date(2024, 3, 18)
    own = WorkCalendar(holidays=frozenset({monday}), workdays=frozenset({saturday}))
    assert own.is_workday(saturday)
    assert not own.is_workday(monday)
    assert own.next_workday(dt.date(2024, 3, 15)) == saturday
    assert own.add(saturday, 1) == dt.date(2024, 3, 19)
    assert own.known(monday)


def test_adding_nothing_stays_and_adding_less_goes_back() -> None:
    sunday = dt.date(2024, 3, 17)
    assert PLAIN.add(sunday, 0) == sunday
    assert PLAIN.add(sunday, -1) == dt.date(2024, 3, 15)
    assert PLAIN.add(dt.date(2024, 2, 9), 1) == dt.date(2024, 2, 18)


@given(st.dates(dt.date(2004, 1, 1), dt.date(2050, 1, 1)), st.integers(1, 60))
def test_adding_is_stepping(day: dt.date, count: int) -> None:
    there = PLAIN.add(day, count)
    assert PLAIN.is_workday(there)
    between = (day + DAY * i for i in range(1, (there - day).days + 1))
    assert sum(PLAIN.is_workday(d) for d in between) == count


def test_settings_name_days_ranges_and_whole_years() -> None:
    settings = tomllib.loads(
        """
        [holidays]
        "春节" = "2027-02-05..2027-02-11"
        "公司日" = [2027-06-18, "2027-06-21"]
        complete = [2027]
        [workdays]
        days = [2027-02-13]
        """
    )
    calendar = WorkCalendar.from_settings(settings)
    assert len(calendar.holidays) == 9
    assert not calendar.is_workday(dt.date(2027, 2, 9))
    assert calendar.is_workday(dt.date(2027, 2, 13))
    assert calendar.known(dt.date(2027, 12, 1))
    assert not calendar.known(dt.date(2028, 12, 1))
    assert WorkCalendar.from_settings({"holidays": [dt.date(2027, 1, 1)]}).holidays == {dt.date(2027, 1, 1)}
    assert WorkCalendar.from_settings({}) == PLAIN


@pytest.mark.parametrize(
    "holidays",
    [
        ["soon"],
        "2027-02-11..2027-02-05",
        7,
        [True],
        [["2027-01-01"]],
        {"x": ["2027-02-30"]},
        ["2000-01-01..2030-01-01"],
        {"complete": ["all"]},
    ],
)
def test_settings_that_name_no_days_are_named_and_do_not_count(holidays: object) -> None:
    calendar = WorkCalendar.from_settings({"holidays": holidays, "workdays": ["2027-02-13"]})
    assert [fault[:3] for fault in calendar.faults] == ["设置的"]
    assert "不是日期" in calendar.faults[0]
    assert (calendar.holidays, calendar.workdays) == (frozenset(), {dt.date(2027, 2, 13)})


def test_the_days_beside_one_that_is_none_count() -> None:
    calendar = WorkCalendar.from_settings({"holidays": ["2027-02-05", "2027-13-01", "2027-02-08"]})
    assert calendar.holidays == {dt.date(2027, 2, 5), dt.date(2027, 2, 8)}
    assert len(calendar.faults) == 1


def test_a_day_in_both_lists_is_worked_and_named() -> None:
    calendar = WorkCalendar.from_settings({"holidays": ["2027-01-01"], "workdays": ["2027-01-01"]})
    assert calendar.is_workday(dt.date(2027, 1, 1))
    assert [fault for fault in calendar.faults if "2027-01-01" in fault] == list(calendar.faults) != []
