"""Money as sales people write it, to the fen and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.money import LARGEST, UNITS, MoneyRange, format_money, format_range, parse_money

YUAN = 100
WAN = 10_000 * YUAN
YI = 100_000_000 * YUAN
FEN = st.integers(0, 10**16)

READ: list[tuple[str, int | None, int | None]] = [
    ("10-20万", 10 * WAN, 20 * WAN),
    ("50万以上", 50 * WAN, None),
    ("30-50万", 30 * WAN, 50 * WAN),
    ("800-1000万元", 800 * WAN, 1000 * WAN),
    ("5000万-1亿", 5000 * WAN, YI),
    ("￥1,234.50", 123450, 123450),
    ("¥ 300,000.00 元", 30 * WAN, 30 * WAN),
    ("1.2亿", 12 * YI // 10, 12 * YI // 10),
    ("约30万", 30 * WAN, 30 * WAN),
    ("10万左右", 10 * WAN, 10 * WAN),
    ("约10-20万", 10 * WAN, 20 * WAN),
    ("不超过20万", None, 20 * WAN),
    ("20万以内", None, 20 * WAN),
    ("≤20万", None, 20 * WAN),
    ("至少20万", 20 * WAN, None),
    ("50万+", 50 * WAN, None),
    ("≥50万元", 50 * WAN, None),
    ("50+万", 50 * WAN, None),
    ("50多万元", 50 * WAN, None),
    ("10万以上20万以下", 10 * WAN, 20 * WAN),
    ("5千", 5000 * YUAN, 5000 * YUAN),
    ("5千万", 5000 * WAN, 5000 * WAN),
    ("预算5万元", 5 * WAN, 5 * WAN),
    ("预算：5万元", 5 * WAN, 5 * WAN),
    ("10~20万", 10 * WAN, 20 * WAN),
    ("10～20万", 10 * WAN, 20 * WAN),
    ("10—20万", 10 * WAN, 20 * WAN),
    ("10至20万元", 10 * WAN, 20 * WAN),
    ("10万到20万", 10 * WAN, 20 * WAN),
    ("１０－２０万", 10 * WAN, 20 * WAN),
    ("10 - 20 万", 10 * WAN, 20 * WAN),
    ("10万-20", 10 * WAN, 20 * WAN),
    ("5000-1万", 5000 * YUAN, WAN),
    ("0-10万", 0, 10 * WAN),
    ("五十万", 50 * WAN, 50 * WAN),
    ("三百万", 300 * WAN, 300 * WAN),
    ("两千元", 2000 * YUAN, 2000 * YUAN),
    ("一千二百万", 1200 * WAN, 1200 * WAN),
    ("一点五亿", 15 * YI // 10, 15 * YI // 10),
    ("壹拾万元整", 10 * WAN, 10 * WAN),
    ("預算五萬圓", 5 * WAN, 5 * WAN),
    ("千万以上", 1000 * WAN, None),
    ("1亿2000万", 12000 * WAN, 12000 * WAN),
    ("3万5千", 35000 * YUAN, 35000 * YUAN),
    ("3万5000元", 35000 * YUAN, 35000 * YUAN),
    ("30w", 30 * WAN, 30 * WAN),
    ("30W-50W", 30 * WAN, 50 * WAN),
    ("50k", 5 * WAN, 5 * WAN),
    ("RMB 50万", 50 * WAN, 50 * WAN),
    ("人民币50万元", 50 * WAN, 50 * WAN),
    ("50(万)", 50 * WAN, 50 * WAN),
    ("1,000（万元人民币）", 1000 * WAN, 1000 * WAN),
    ("5000", 5000 * YUAN, 5000 * YUAN),
    ("0", 0, 0),
    ("0.005", 1, 1),
]
REFUSED = (
    "",
    " ",
    "待定",
    "面议",
    "5美元",
    "$5000",
    "10万港币",
    "€50",
    "-5万",
    "10%",
    "20-10万",
    "10-20-30万",
    "30万-",
    "至50万",
    "10 20万",
    "1,23万",
    "3万5",
    "十二万五",
    "一百二",
    "二〇二四",
    "几十万",
    "万",
    "元",
    "138****5678",
    "5月25日前",
    "10万以上以下",
    "99999999999999999亿",
    "10万" * 60,
)


@pytest.mark.requirement("S1-09")
@pytest.mark.parametrize(("text", "low", "high"), READ)
def test_budgets_become_a_lower_and_an_upper_bound(text: str, low: int | None, high: int | None) -> None:
    assert parse_money(text) == MoneyRange(low, high)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_amount_of_yuan_is_not_guessed(text: str) -> None:
    assert parse_money(text) is None


@pytest.mark.requirement("S2-16")
def test_the_unit_of_the_heading_counts_where_the_cell_has_none() -> None:
    assert parse_money("30", default_unit="万元") == (30 * WAN, 30 * WAN)
    assert parse_money("10-20", default_unit="万元") == (10 * WAN, 20 * WAN)
    assert parse_money("5000元", default_unit="万元") == (5000 * YUAN, 5000 * YUAN)
    assert parse_money("3亿", default_unit="万元") == (3 * YI, 3 * YI)
    assert parse_money("30") == (30 * YUAN, 30 * YUAN)


@pytest.mark.requirement("S2-16")
@pytest.mark.parametrize(
    ("fen", "unit", "shown"),
    [
        (30 * WAN, "auto", "30万元"),
        (30 * WAN, "元", "300,000元"),
        (30 * WAN, "万元", "30万元"),
        (123450, "auto", "1,234.50元"),
        (123450, "万元", "0.12345万元"),
        (12 * YI // 10, "auto", "1.2亿元"),
        (12 * YI // 10, "万元", "12,000万元"),
        (1234567 * YUAN, "auto", "1,234,567元"),
        (0, "auto", "0元"),
        (1, "auto", "0.01元"),
        (-30 * WAN, "auto", "-30万元"),
        (None, "auto", ""),
    ],
)
def test_money_is_shown_with_its_unit(fen: int | None, unit: str, shown: str) -> None:
    assert format_money(fen, unit) == shown


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (10 * WAN, 20 * WAN, "10-20万元"),
        (5000 * WAN, YI, "5,000万-1亿元"),
        (5000 * YUAN, WAN, "5,000元-1万元"),
        (50 * WAN, None, "50万元以上"),
        (None, 20 * WAN, "20万元以内"),
        (30 * WAN, 30 * WAN, "30万元"),
        (0, 10 * WAN, "0-10万元"),
        (None, None, ""),
    ],
)
def test_ranges_are_shown_short(low: int | None, high: int | None, shown: str) -> None:
    assert format_range(low, high) == shown


@given(FEN, st.sampled_from(UNITS), st.sampled_from(["元", "万元"]))
def test_an_amount_shown_reads_back_to_the_fen(fen: int, unit: str, default: str) -> None:
    assert parse_money(format_money(fen, unit), default) == (fen, fen)


@given(FEN, FEN, st.sampled_from(UNITS), st.sampled_from(["元", "万元"]))
def test_a_range_shown_reads_back_to_the_fen(one: int, other: int, unit: str, default: str) -> None:
    low, high = min(one, other), max(one, other)
    assert parse_money(format_range(low, high, unit), default) == (low, high)
    assert parse_money(format_range(low, None, unit), default) == (low, None)
    assert parse_money(format_range(None, high, unit), default) == (None, high)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from([WAN, YI, 1000 * YUAN]))
def test_round_ranges_read_back(one: int, other: int, size: int) -> None:
    low, high = min(one, other) * size, max(one, other) * size
    assert parse_money(format_range(low, high)) == (low, high)


@given(
    st.one_of(
        st.text(max_size=30),
        st.text("0123456789.,-~至到万亿千百十元约以上内超过不￥wk一二三五() ", max_size=20),
    )
)
def test_no_text_breaks_it_and_ranges_never_run_backwards(text: str) -> None:
    found = parse_money(text)
    if found is not None:
        low, high = found
        assert low is not None or high is not None
        assert all(side is None or 0 <= side <= LARGEST for side in found)
        assert low is None or high is None or low <= high
