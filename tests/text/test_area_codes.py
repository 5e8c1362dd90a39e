"""Area codes against a list that somebody else keeps."""

from __future__ import annotations

import csv
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.area_codes import area_code_of, area_codes, split_area_code

# The list is older: these gave up their own code for a neighbour's, or got a new name, or are counties.
MOVED = {
    "抚顺市": "024", "本溪市": "024", "铁岭市": "024", "亳州市": "0558", "巢湖市": "0551", "莱芜市": "0531",
    "开封市": "0371", "资阳市": "028", "眉山市": "028", "遵义市": "0851", "安顺市": "0851", "襄樊市": "",
    "沐川县": "", "德令哈市": "", "乌兰县": "", "都兰县": "", "天峻县": "",
}  # fmt: skip


def test_cities_of_an_independent_list(test_data: Path) -> None:
    with (test_data / "real/reference/district-code.csv").open(encoding="utf-8-sig", newline="") as lines:
        listed = {row["name"]: row["code"] for row in csv.DictReader(lines)}
    assert len(listed) > 340
    assert {name: area_code_of(name) for name in listed} == {**listed, **MOVED}


@pytest.mark.parametrize(
    ("city", "code"),
    [
        ("深圳", "0755"),
        ("北京市", "010"),
        ("黔南州", "0854"),
        ("兴安盟", "0482"),
        ("大兴安岭", "0457"),
        ("火星", ""),
    ],
)
def test_city_with_or_without_its_suffix(city: str, code: str) -> None:
    assert area_code_of(city) == code


def test_reference_library_knows_every_code() -> None:
    fixed = phonenumbers.PhoneNumberType.FIXED_LINE
    for code in area_codes():
        numbers = (phonenumbers.parse(code + local, "CN") for local in ("62345678", "2345678", "82345678"))
        assert fixed in map(phonenumbers.number_type, numbers), code


@pytest.mark.requirement("S2-14")
def test_code_is_split_from_the_number() -> None:
    assert split_area_code("02162345678") == ("021", "62345678")
    assert split_area_code("01062345678") == ("010", "62345678")
    assert split_area_code("07558654321") == ("0755", "8654321")
    assert split_area_code("62345678") == ("", "62345678")


@given(st.text("0123456789"))
def test_splitting_loses_no_digit(digits: str) -> None:
    assert "".join(split_area_code(digits)) == digits
