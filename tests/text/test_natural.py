"""Numbers sort by their counters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.natural import natural_key

NUMBERS = st.integers(0, 10**30)


@pytest.mark.parametrize(
    "ordered",
    [
        ["2024-SH-001", "2024-SH-2", "2024-SH-010", "2024-SH-1000"],
        ["C20240501001", "C20240501002", "C20240501010", "C202405010001"],
        ["a9", "A10", "a11"],
        ["1", "2", "10", "客户1", "客户2", "客户10"],
        ["x" + "9" * 20, "x1" + "0" * 20, "x" + "9" * 25],
    ],
)
def test_order(ordered: list[str]) -> None:
    mixed = [*ordered[1:], ordered[0]]
    assert sorted(mixed, key=natural_key) == ordered


@given(NUMBERS, NUMBERS, st.text("ABC-客", max_size=5))
def test_runs_of_digits_compare_as_numbers(one: int, other: int, before: str) -> None:
    assert (natural_key(f"{before}{one}x") < natural_key(f"{before}{other}x")) == (one < other)


@given(NUMBERS, st.integers(0, 5))
def test_leading_zeros_and_width_do_not_matter(number: int, zeros: int) -> None:
    plain = natural_key(f"c{number}")
    assert natural_key(f"C{'0' * zeros}{number}") == plain
    assert natural_key(f"Ｃ{number}") == plain


@given(st.text(max_size=30))
def test_any_text_has_a_key(text: str) -> None:
    assert isinstance(natural_key(text), str)
