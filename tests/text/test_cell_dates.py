"""Dates in the cells of a sheet."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.cell_dates import AHEAD, MONTH_ONLY, REPUBLIC_YEAR, YEAR_GUESSED, YEAR_ONLY, parse_cell_date

TODAY = dt.date(2026, 11, 20)

CELLS = [
    ("2024-03-10", "2024-03-10", ""),
    (" 2024-03-10 ", "2024-03-10", ""),
    ("2024-03-10 00:00:00", "2024-03-10", ""),
    ("2024-03-10 14:30", "2024-03-10 14:30", ""),
    ("2024-03-1014:30", "2024-03-10 14:30", ""),
    ("2024-03-10T08:00:00", "2024-03-10 08:00", ""),
    ("2024/3/10 9:05", "2024-03-10 09:05", ""),
    ("2024/3/10 下午 9:05:00", "2024-03-10 21:05", ""),
    ("2024.3.10", "2024-03-10", ""),
    ("2024年3月10日 14:30", "2024-03-10 14:30", ""),
    ("二〇二四年三月十日", "2024-03-10", ""),
    ("２０２４－０３－１０", "2024-03-10", ""),
    ("15-Mar-2024", "2024-03-15", ""),
    ("3/15/2024", "2024-03-15", ""),
    ("15/3/2024 14:30", "2024-03-15 14:30", ""),
    ("15-Mar-24", "2024-03-15", ""),
    ("2024年3月5日（星期二）", "2024-03-05", ""),
    ("2024-03-05 周二", "2024-03-05", ""),
    ("2024/3/5(二) 14:30", "2024-03-05 14:30", ""),
    ("2024-03-05T06:30:00Z", "2024-03-05 14:30", ""),
    ("2024-03-05T14:30:00.000+08:00", "2024-03-05 14:30", ""),
    ("20240305143000", "2024-03-05 14:30", ""),
    ("民国99年", "2010-01-01", YEAR_ONLY),
    ("20180808", "2018-08-08", ""),
    (20180808.0, "2018-08-08", ""),
    (45366, "2024-03-15", ""),
    (45366.604166666664, "2024-03-15 14:30", ""),
    ("45366", "2024-03-15", ""),
    (dt.date(2024, 3, 10), "2024-03-10", ""),
    (dt.datetime(2024, 3, 10, 8, 30), "2024-03-10 08:30", ""),
    ("1131029", "2024-10-29", REPUBLIC_YEAR),
    (1131029.0, "2024-10-29", REPUBLIC_YEAR),
    ("民國113年10月29日", "2024-10-29", REPUBLIC_YEAR),
    ("113/10/29", "2024-10-29", REPUBLIC_YEAR),
    ("113.9.30", "2024-09-30", REPUBLIC_YEAR),
    ("2024年3月", "2024-03-01", MONTH_ONLY),
    ("98年5月", "1998-05-01", MONTH_ONLY),
    ("85年3月1日", "1985-03-01", ""),
    ("24年3月1日", "2024-03-01", ""),
    ("2024-03", "2024-03-01", MONTH_ONLY),
    ("2024.3", "2024-03-01", MONTH_ONLY),
    ("2018", "2018-01-01", YEAR_ONLY),
    ("2018年", "2018-01-01", YEAR_ONLY),
    ("8月15日", "2026-08-15", YEAR_GUESSED),
    ("12-25", "2025-12-25", YEAR_GUESSED),
    ("2030-01-01", "2030-01-01", AHEAD),
]
NONE = [
    *(
        "",
        " ",
        "-",
        "/",
        "明天",
        "每月",
        "3天后",
        "待定",
        "0000-00-00",
        "1990-02-30",
        "3/4/2024",
        "2024-13-01",
        "5678",
        "99999999",
    ),
    *(
        None,
        True,
        float("nan"),
        float("inf"),
        0,
        -5,
        7.5,
        1e300,
        [],
        "13800138000",
        "98/10/29",
        "300/10/29",
        "2024-03-10及以后",
        "9" * 400,
    ),
]


@pytest.mark.requirement("S0-13", "S2-15", "S3-29")
@pytest.mark.parametrize(("value", "expected", "flag"), CELLS)
def test_a_cell_holds_a_date(value: object, expected: str, flag: str) -> None:
    cell = parse_cell_date(value, today=TODAY)
    assert cell is not None
    shown = str(cell.date) + (f" {cell.time:%H:%M}" if cell.time else "")
    assert (shown, cell.flag) == (expected, flag)


@pytest.mark.parametrize("value", NONE, ids=lambda value: repr(value)[:20])
def test_other_cells_hold_none(value: object) -> None:
    assert parse_cell_date(value, today=TODAY) is None


def test_a_column_of_plans_has_days_to_come() -> None:
    cell = parse_cell_date("2030-01-01", past=False, today=TODAY)
    assert cell is not None
    assert cell.flag == ""


def test_a_workbook_may_count_from_1904_and_a_column_in_years_of_the_republic() -> None:
    mac = parse_cell_date(43904.0, today=TODAY, epoch_1904=True)
    assert mac is not None
    assert mac.date == dt.date(2024, 3, 15)
    for value in ("113/10/29", "113.10.29"):
        cell = parse_cell_date(value, today=TODAY, roc=True)
        assert cell is not None
        assert cell.date == dt.date(2024, 10, 29)
    old = parse_cell_date("991231", today=TODAY, roc=True)
    assert old is not None
    assert old.date == dt.date(2010, 12, 31)


@given(st.dates(dt.date(1928, 1, 1), dt.date(2150, 1, 1)))
def test_a_day_comes_back_from_its_serial_number_and_its_text(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    for value in (serial, float(serial), str(serial), day.isoformat(), f"{day:%Y%m%d}"):
        cell = parse_cell_date(value, today=TODAY)
        assert cell is not None
        assert (cell.date, cell.time) == (day, None)


@given(st.text(max_size=30) | st.floats() | st.integers(), st.dates(), st.booleans())
def test_no_cell_makes_it_fail(value: object, today: dt.date, roc: bool) -> None:
    cell = parse_cell_date(value, today=today, roc=roc)
    assert cell is None or 1900 <= cell.date.year < 2200
