"""Day, month and year in numbers: read as the others of the column say, and left open where they do not."""

from __future__ import annotations

import datetime as dt

import pytest

from crm_tui.text.date_order import DateOrder

TODAY = dt.date(2026, 11, 23)


def order(*texts: str, **kind: bool) -> DateOrder:
    found = DateOrder(TODAY, **(kind or {"past": True}))
    for text in texts:
        found.see(text)
    return found


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (["26/11/5", "26/10/28", "26/9/1"], ["2026-11-05", "2026-10-28", "2026-09-01"]),
        (["5/11/26", "28/10/26", "1/9/26"], ["2026-11-05", "2026-10-28", "2026-09-01"]),
        (["11/5/26", "10/28/26", "9/1/26"], ["2026-11-05", "2026-10-28", "2026-09-01"]),
        (["26.11.5", "26.10.31 14:30"], ["2026-11-05", "2026-10-31 14:30"]),
        (["3/4/2024", "3/25/2024"], ["2024-03-04", "2024-03-25"]),
        (["3/4/2024", "25/3/2024"], ["2024-04-03", "2024-03-25"]),
        (
            ["25/12/3", "26/1/8", "26/2/11", "26/3/2"],
            ["2025-12-03", "2026-01-08", "2026-02-11", "2026-03-02"],
        ),
        (
            ["２６／１１／５", "26-10-28", "", "每月回访", "2026-01-01"],
            ["2026-11-05", "2026-10-28", "", "每月回访", "2026-01-01"],
        ),
        (["98/3/4", "15/8/31"], ["1998-03-04", "2015-08-31"]),
        (["28/3/24"], ["2024-03-28"]),
    ],
)
def test_a_column_that_fits_one_order_is_read_in_it(column: list[str], told: list[str]) -> None:
    found = order(*column)
    assert [found.told(one) for one in column] == told


@pytest.mark.parametrize(
    "column",
    [
        ["26/11/5"],
        ["26/11/5", "26/11/15"],
        ["3/4/2024", "5/6/2024"],
        ["3/25/2024", "25/3/2024", "3/4/2024"],
        ["24/3/25", "25/3/25", "26/4/25"],
        ["26/11/5", "99/99/99"],
        ["1/2/3", "4/5/6"],
    ],
)
def test_what_several_orders_fit_stays_open(column: list[str]) -> None:
    found = order(*column)
    assert [found.told(one) for one in column] == column and found.example == ""


def test_days_to_come_are_likely_in_a_column_of_plans_alone() -> None:
    assert order("26/11/5", "26/12/28", past=False).told("26/11/5") == "26/11/5"
    assert order("26/11/5", "27/1/8", plan=True).told("26/11/5") == "2026-11-05"
    assert order("26/11/5", "26/10/28").told("26/11/5") == "2026-11-05"
    assert order("26/11/5", "26/10/28").told("26/12/5") == "26/12/5"


def test_the_example_is_one_that_needed_the_others() -> None:
    found = order("3/25/2024", "3/4/2024")
    assert found.told("3/25/2024") == "2024-03-25" and found.example == ""
    assert found.told("3/4/2024") == "2024-03-04" and found.example == "3/4/2024"
    assert found.order_of(found.example) == "mdy"
