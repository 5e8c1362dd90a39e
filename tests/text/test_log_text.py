"""The last day in a log that stands in one cell."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.log_text import last_entry
from tests import pace

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("【2024-03-01】初次拜访；【2024-03-10】送样", "2024-03-10"),
        ("2024.3.5：报价15万", "2024-03-05"),
        ("1、2024年3月5日 来访\n2、2024年4月6日 送样", "2024-04-06"),
        ("2024/4/6 送样\n2024/3/5 来访", "2024-04-06"),
        ("要求2024-03-10前报价", ""),
        ("3/5 电话", ""),
        ("2024-02-30 拜访", ""),
        ("2024-03-01 拜访；2027-01-01 再访", ""),  # a plan among them: which was the last is not told
        ("", ""),
    ],
)
def test_the_last_entry(text: str, day: str) -> None:
    assert last_entry(text, TODAY) == (dt.date.fromisoformat(day) if day else None)


@given(st.text("20243-./年月日【】；\n 1、") | st.text())
def test_any_text_is_taken(text: str) -> None:
    found = last_entry(text, TODAY)
    assert found is None or found <= TODAY


def test_the_longest_cells_take_no_time() -> None:
    with pace.at_most(300):
        for unit in (" ", "\n", "\n ", "2024", "2024-", "2024-03-01", "1、", "【", "；2024 -"):
            last_entry((unit * 32767)[:32767], TODAY)
