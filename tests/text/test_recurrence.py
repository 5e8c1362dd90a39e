"""Rhythms: stored form, next day, words."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui import locale
from crm_tui.errors import BadInput
from crm_tui.text.recurrence import Recurrence, parse_recurrence
from crm_tui.text.workdays import WorkCalendar

NEXT = [
    ("month:1", "2024-03-08", "2024-04-08"),
    ("month:1", "2024-01-31", "2024-02-29"),
    ("month:1:31", "2024-01-31", "2024-02-29"),
    ("month:1:31", "2024-02-29", "2024-03-31"),
    ("month:1:15", "2024-03-14", "2024-03-15"),
    ("month:1:15", "2024-03-15", "2024-04-15"),
    ("month:2:15", "2024-03-15", "2024-05-15"),
    ("month:2:15", "2024-03-20", "2024-04-15"),
    ("month:1", "2024-12-31", "2025-01-31"),
    ("week:1:3", "2024-03-13", "2024-03-20"),
    ("week:2:3", "2024-03-13", "2024-03-27"),
    ("week:2:3", "2024-03-14", "2024-03-20"),
    ("week:1", "2024-12-30", "2025-01-06"),
    ("day:3", "2024-02-28", "2024-03-02"),
    ("quarter:1", "2024-11-30", "2025-02-28"),
    ("quarter:1:92", "2024-03-31", "2024-06-30"),
    ("quarter:1:92", "2024-04-01", "2024-06-30"),
    ("quarter:1:1", "2024-12-31", "2025-01-01"),
    ("year:1", "2024-02-29", "2025-02-28"),
    ("year:1:229", "2025-02-28", "2026-02-28"),
    ("year:1:315", "2024-03-15", "2025-03-15"),
    ("workday:1", "2024-02-09", "2024-02-18"),
]
LABELS = [
    ("day:1", "每天", "every day"),
    ("day:3", "每3天", "every 3 days"),
    ("workday:1", "每个工作日", "every working day"),
    ("week:1", "每周", "every week"),
    ("week:1:3", "每周三", "every Wednesday"),
    ("week:2:3", "每两周周三", "every two weeks on Wednesday"),
    ("month:1", "每月", "every month"),
    ("month:1:15", "每月15号", "every month on day 15"),
    ("month:2", "每两个月", "every two months"),
    ("month:1:31", "每月最后一天", "every month on the last day"),
    ("quarter:1", "每季度", "every quarter"),
    ("quarter:1:92", "每季度最后一天", "every quarter on the last day"),
    ("quarter:1:1", "每季度第1天", "every quarter on day 1 of the quarter"),
    ("year:1:315", "每年3月15日", "every year on 3/15"),
]
UNITS = {"day": 0, "workday": 0, "week": 7, "month": 31, "quarter": 92, "year": 0}


@pytest.mark.requirement("S0-14")
@pytest.mark.parametrize(("stored", "day", "expected"), NEXT)
def test_the_next_day_of_a_rhythm(stored: str, day: str, expected: str) -> None:
    assert parse_recurrence(stored).next_after(dt.date.fromisoformat(day)) == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(("stored", "chinese", "english"), LABELS)
def test_a_rhythm_has_words_in_both_languages(stored: str, chinese: str, english: str) -> None:
    assert parse_recurrence(stored).label() == chinese
    locale.set_language("en")
    assert parse_recurrence(stored).label() == english


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "month",
        "month:0",
        "month:1:32",
        "month:x",
        "week:1:8",
        "year:1:230",
        "day:1:1",
        "hour:1",
        "month:401",
        "a:1",
    ],
)
def test_what_is_no_rhythm_is_refused(stored: str) -> None:
    with pytest.raises(BadInput, match="不是可用的重复周期"):
        parse_recurrence(stored)


def test_working_days_follow_the_calendar_given() -> None:
    free = WorkCalendar(holidays=frozenset({dt.date(2024, 3, 14)}))
    assert Recurrence("workday").next_after(dt.date(2024, 3, 13), free) == dt.date(2024, 3, 15)


@st.composite
def rhythms(draw: st.DrawFn) -> Recurrence:
    unit = draw(st.sampled_from(sorted(UNITS)))
    anchors = st.integers(1, UNITS[unit]) if UNITS[unit] else st.none()
    return Recurrence(unit, draw(st.integers(1, 60)), draw(st.none() | anchors))


@given(rhythms(), st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)))
def test_every_rhythm_goes_on_and_comes_back_from_its_stored_form(rhythm: Recurrence, day: dt.date) -> None:
    assert parse_recurrence(rhythm.text()) == rhythm
    assert rhythm.next_after(day) > day
    assert rhythm.label()


@given(st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 31))
def test_a_monthly_day_never_leaves_a_month_out(day: dt.date, anchor: int) -> None:
    rhythm = Recurrence("month", 1, anchor)
    seen = [day]
    for _ in range(14):
        seen.append(rhythm.next_after(seen[-1]))
    months = [d.year * 12 + d.month for d in seen[1:]]
    assert months == list(range(months[0], months[0] + 14))
    assert max(d.day for d in seen[1:]) == anchor


@given(st.text(max_size=12))
def test_any_stored_text_is_a_rhythm_or_refused(stored: str) -> None:
    try:
        assert parse_recurrence(stored).text()
    except BadInput as refused:
        assert refused.what
