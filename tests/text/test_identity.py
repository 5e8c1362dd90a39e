"""Identity numbers are found, and real credit codes never taken for one."""

from __future__ import annotations

import csv
import gzip
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from crm_tui.text.identity import PROVINCES, find_identity_number, is_identity_number

TODAY = date(2026, 11, 22)
NUMBER = "11010519491231002X"  # the example printed in GB 11643-1999


@pytest.mark.parametrize(
    "text",
    [NUMBER, NUMBER.lower(), f" {NUMBER} ", "110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"],
)
@pytest.mark.requirement("S4-10")
def test_identity_number_is_told_in_every_writing(text: str) -> None:
    assert is_identity_number(text, today=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # check digit
        "110105194913310029",  # month 13
        "990105194912310020",  # no such province
        "110105189912310025",  # before 1900
        "110105209912310029",  # not born yet
        "13800138000",
        "110105491231002",
        "",
    ],
)
@pytest.mark.requirement("S4-10")
def test_other_numbers_are_none(text: str) -> None:
    assert not is_identity_number(text, today=TODAY)
    assert find_identity_number(f"见 {text}。", today=TODAY) is None


@pytest.mark.requirement("S4-10")
def test_credit_code_and_phone_columns_never_hold_one() -> None:
    assert not any(
        is_identity_number(NUMBER, kind, today=TODAY) for kind in ("uscc", "mobile", "office_phone")
    )
    assert find_identity_number(NUMBER, "uscc", today=TODAY) is None


@pytest.mark.requirement("S4-10")
def test_number_is_found_inside_a_note() -> None:
    assert find_identity_number("身份证：110105 19491231 002x，张三", today=TODAY) == "110105 19491231 002x"
    assert find_identity_number(f"账号9{NUMBER}", today=TODAY) is None


@given(
    st.sampled_from(sorted(PROVINCES)),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 9999),
    st.integers(0, 999),
)
@pytest.mark.requirement("S4-10")
def test_every_well_formed_number_is_told(province: str, born: date, county: int, order: int) -> None:
    body = f"{province}{county:04}{born:%Y%m%d}{order:03}"
    number = body + ric.calc_check_digit(body + "0")
    assert is_identity_number(number, today=TODAY)
    assert find_identity_number(f"备注{number}。", today=TODAY) == number
    assert not is_identity_number(number, today=born - timedelta(days=1))


@given(st.text() | st.text("0123456789Xx -", min_size=17, max_size=40))
def test_any_text_is_taken(text: str) -> None:
    found = find_identity_number(text, today=TODAY)
    assert found is None or (found in text and is_identity_number(found, today=TODAY))


@pytest.mark.requirement("S4-10")
def test_no_real_credit_code_or_other_cell_is_taken_for_one(test_data: Path) -> None:
    with gzip.open(test_data / "real/companies_registry_30k.csv.gz", "rt", encoding="utf-8-sig") as lines:
        rows = list(csv.reader(lines))
    assert len(rows) == 30001
    assert [cell for row in rows for cell in row if find_identity_number(cell, today=TODAY)] == []
