"""Months have the days that the calendar gives them."""

from __future__ import annotations

from calendar import monthrange

from crm_tui.text.calendar_days import days_in


def test_every_month_has_its_days() -> None:
    months = [(year, month) for year in range(1, 2801) for month in range(1, 13)]
    assert [one for one in months if days_in(*one) != monthrange(*one)[1]] == []
