"""Numbers of Taiwan as its firms write them: known with and without the country, masked, kept apart."""

from __future__ import annotations

import pytest

from crm_tui.text.area_codes import area_codes
from crm_tui.text.contact import split_contact
from crm_tui.text.masks import mask_landline, mask_mobile
from crm_tui.text.phone import NO_LEADING_ZERO, parse_phones, phone_key
from crm_tui.text.taiwan_phone import at_home, key_in, parts_of_key

MOBILES = [
    "0912-345-678", "0912 345 678", "0912345678", "0912-345678", "0912.345.678", "09-1234-5678",
    "(0912)345-678", "09123-45678", "０９１２－３４５－６７８", "+886-912-345-678", "+886 912 345 678",
    "+886912345678", "886912345678", "886-912-345-678", "(886)912-345-678", "00886-912-345-678",
    "+886-0912-345-678", "+886(0)912345678", "886912345678.0",
]  # fmt: skip
LANDLINES = [
    ("(02)2345-6789", "+886223456789", ""),
    ("（02）2345-6789", "+886223456789", ""),
    ("02-2345-6789", "+886223456789", ""),
    ("02 2345 6789", "+886223456789", ""),
    ("02-23456789", "+886223456789", ""),
    ("0223456789", "+886223456789", ""),
    ("02-2345-6789 #123", "+886223456789", "123"),
    ("(02)2345-6789 轉 123", "+886223456789", "123"),
    ("(02)2345-6789轉123", "+886223456789", "123"),
    ("02-2345-6789 ext. 12", "+886223456789", "12"),
    ("02-2345-6789~90", "+886223456789", "90"),
    ("04-2345-6789分機12", "+886423456789", "12"),
    ("04-712-3456", "+88647123456", ""),
    ("(03)345-6789", "+88633456789", ""),
    ("07-1234567", "+88671234567", ""),
    ("037-123456", "+88637123456", ""),
    ("(049)234-5678", "+886492345678", ""),
    ("082-312345", "+88682312345", ""),
    ("0826-12345", "+88682612345", ""),
    ("089-123456", "+88689123456", ""),
    ("+886-2-2345-6789 #12", "+886223456789", "12"),
    ("+886-(02)2345-6789", "+886223456789", ""),
    ("(886-2)2345-6789", "+886223456789", ""),
    ("886223456789", "+886223456789", ""),
    ("0800-123-456", "+886800123456", ""),
]


@pytest.mark.parametrize("text", MOBILES)
def test_a_mobile_has_one_key_however_it_is_written(text: str) -> None:
    assert parse_phones(text) == [("foreign", text, "+886912345678", "", "")]
    assert split_contact(text)._asdict() == {**dict.fromkeys(split_contact("")._fields, ""), "mobile": text}
    assert mask_mobile(text) == mask_landline(text) == "091****678"


@pytest.mark.parametrize(("text", "key", "extension"), LANDLINES)
def test_a_landline_has_its_key_and_its_extension(text: str, key: str, extension: str) -> None:
    assert parse_phones(text) == [("foreign", text, key, extension, "")]
    assert split_contact(text).office_phone == text
    shown = mask_landline(text)
    assert "****" in shown and phone_key(shown) == "" and parse_phones(shown)[0].kind == "masked"
    assert mask_mobile(text) == shown
    area, number = parts_of_key(key)
    assert area + number == at_home(key)


@pytest.mark.parametrize("text", ["912345678", "912-345-678", "912345678.0"])
def test_a_number_that_lost_its_leading_zero_is_known_and_flagged(text: str) -> None:
    assert parse_phones(text) == [("foreign", text, "+886912345678", "", NO_LEADING_ZERO)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("02-2345-6789/0912-345-678", ["+886223456789", "+886912345678"]),
        ("0912-345-678 0922-111-222", ["+886912345678", "+886922111222"]),
        ("電話:02-2345-6789 #12 手機:0912345678", ["+886223456789", "+886912345678"]),
        ("0223456789 0912345678", ["+886223456789", "+886912345678"]),
        ("13800138000 / 0912-345-678", ["13800138000", "+886912345678"]),
    ],
)
def test_several_of_a_cell_are_told_apart(text: str, keys: list[str]) -> None:
    assert [one.key for one in parse_phones(text)] == keys


@pytest.mark.parametrize("number", ["1234567", "2345678", "345-6789", "345 6789", "12345678", "6234-5678"])
@pytest.mark.parametrize("shape", ["{}-{}", "({}){}", "{} {}", "{}{}", "86-{}-{}", "+86 {} {}"])
def test_no_number_of_the_mainland_is_taken_for_one(shape: str, number: str) -> None:
    digits = "".join(filter(str.isdigit, number))
    for code in area_codes():
        text = shape.format(code, number)
        if len(code) == 3 and len(digits) == 7:
            continue  # one digit is missing there
        assert phone_key(text) == code + digits and key_in(text) == "", text


@pytest.mark.parametrize(
    "text",
    [
        "022-3456789", "(021)2345678", "0212345678", "0371-123456", "0912-345-67", "09-12-2024 10:30",
        "2024-03-12",
        "8869123456789", "1234567890", "91234567", "0912-345-6789", "88691",
    ],
)  # fmt: skip
def test_what_is_none_of_taiwan_stays_so(text: str) -> None:
    assert not any(one.key.startswith("+886") for one in parse_phones(text))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("0912-***-678", "mobile"),
        ("091****678", "mobile"),
        ("02-****6789", "office_phone"),
        ("0912-****5678", "office_phone"),
    ],
)
def test_a_hidden_number_stands_where_the_whole_one_would(text: str, field: str) -> None:
    assert getattr(split_contact(text), field) == text
    assert mask_mobile(text) == mask_landline(text) == text
