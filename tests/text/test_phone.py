"""Phone numbers of real cells, and numbers of every shape against the reference library."""

from __future__ import annotations

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.area_codes import area_codes
from crm_tui.text.contact import parse_phones, phone_key
from crm_tui.text.phone import (
    LANDLINE_LENGTH,
    MOBILE_LENGTH,
    NO_AREA_CODE,
    NOT_A_PHONE,
    NOT_IN_COUNTRY,
    UNKNOWN_AREA_CODE,
)

MOBILES = [
    "13800138000",
    "+86 138-0013-8000",
    "0086 13800138000",
    "８６１３８００１３８０００",
    "１３８００１３８０００",
    "(86)13800138000",
    "（+86）13800138000",
    "138 0013 8000",
    "138.0013.8000",
    "13800138000.0",
    "013800138000",
    "手机：13800138000",
    "Tel13800138000",
    "\u202d13800138000\u202c",
]
LANDLINES = [
    ("010-12345678", "01012345678", ""),
    ("０１０－１２３４５６７８", "01012345678", ""),
    ("(021)6234 5678转801", "02162345678", "801"),
    ("（021）62345678（转801）", "02162345678", "801"),
    ("021-62345678-801", "02162345678", "801"),
    ("021-62345678 ext. 801", "02162345678", "801"),
    ("021-62345678分机801", "02162345678", "801"),
    ("021-62345678#801", "02162345678", "801"),
    ("02162345678", "02162345678", ""),
    ("075586543210", "075586543210", ""),
    ("0755-8654321", "07558654321", ""),
    ("+86 10 62345678", "01062345678", ""),
    ("+86(0)21 6234 5678", "02162345678", ""),
    ("86-755-86543210", "075586543210", ""),
    ("0086-755-86543210", "075586543210", ""),
    ("办公电话: 0755-86543210", "075586543210", ""),
]
SERVICE = [
    ("400-820-8820", "4008208820", ""),
    ("4008208820转3", "4008208820", "3"),
    ("800-820-8820", "8008208820", ""),
    ("95588", "95588", ""),
    ("95105105", "95105105", ""),
    ("10101234", "10101234", ""),
    ("10086", "10086", ""),
    ("12345", "12345", ""),
]
MASKED = [
    "138****5678",
    "137****9876",
    "139****",
    "138 **** 5678",
    "138＊＊＊＊5678",
    "138xxxx5678",
    "1380013XXXX",
    "010-****5678",
    "010-…5678",
    "0755-********",
    "0755-86****",
    "***********",
]
FOREIGN = [
    ("+852 2345 6789", "+85223456789", ""),
    ("852-23456789", "+85223456789", ""),
    ("(852) 2345 6789", "+85223456789", ""),
    ("+886-2-2345-6789", "+886223456789", ""),
    ("00886223456789", "+886223456789", ""),
    ("+1 (415) 555-2671", "+14155552671", ""),
    ("+44 20 7946 0958", "+442079460958", ""),
    ("+852 1111 1111", "+85211111111", NOT_IN_COUNTRY),
]
SEVERAL = [
    "13800138000、13900139000",
    "13800138000/13900139000",
    "13800138000；13900139000",
    "13800138000，13900139000",
    "13800138000 13900139000",
    "13800138000\n13900139000",
    "13800138000或13900139000",
    "手机1：13800138000 手机2：13900139000",
    "王总（13800138000）李经理(13900139000)",
]


@pytest.mark.parametrize("text", MOBILES)
@pytest.mark.requirement("S2-14", "S0-11")
def test_mobile_has_its_eleven_digits_as_key(text: str) -> None:
    phone = next(phone for phone in parse_phones(text) if phone.kind == "mobile")
    assert (phone.key, phone.problem) == ("13800138000", "")
    assert phone_key(text) == "13800138000"
    assert phone.text in text


@pytest.mark.parametrize("text", ["1380013800", "138001380001", "138 0013 800", "138-0013-80001"])
@pytest.mark.requirement("S2-06", "S2-14")
def test_mobile_of_another_length_is_kept_and_flagged(text: str) -> None:
    (phone,) = parse_phones(text)
    assert phone == ("mobile", text, "", "", MOBILE_LENGTH)


@pytest.mark.parametrize(("text", "key", "extension"), LANDLINES)
@pytest.mark.requirement("S1-21", "S2-14")
def test_landline_is_split_from_its_extension(text: str, key: str, extension: str) -> None:
    (phone,) = parse_phones(text)
    assert (phone.kind, phone.key, phone.extension, phone.problem) == ("landline", key, extension, "")


@pytest.mark.requirement("S2-14", "S2-18")
def test_landline_without_or_with_an_impossible_area_code_is_flagged() -> None:
    assert parse_phones("62345678") == [("landline", "62345678", "", "", NO_AREA_CODE)]
    assert parse_phones("6234-5678", "021") == [("landline", "6234-5678", "02162345678", "", NO_AREA_CODE)]
    assert parse_phones("0378-1234567")[0].problem == UNKNOWN_AREA_CODE
    assert parse_phones("(02)567-5001") == [("landline", "(02)567-5001", "", "", UNKNOWN_AREA_CODE)]
    assert parse_phones("021-6234567") == [("landline", "021-6234567", "", "", LANDLINE_LENGTH)]


def test_area_code_holds_for_the_number_right_behind() -> None:
    keys = [(phone.key, phone.problem) for phone in parse_phones("021-62345678/62345679")]
    assert keys == [("02162345678", ""), ("02162345679", "")]


@pytest.mark.parametrize(("text", "key", "extension"), SERVICE)
def test_service_numbers(text: str, key: str, extension: str) -> None:
    assert parse_phones(text) == [("service", text, key, extension, "")]


@pytest.mark.parametrize("text", MASKED)
@pytest.mark.requirement("S0-11", "S3-25")
def test_masked_number_is_kept_without_key_or_problem(text: str) -> None:
    assert parse_phones(text) == [("masked", text, "", "", "")]


@pytest.mark.parametrize(("text", "key", "problem"), FOREIGN)
def test_foreign_numbers(text: str, key: str, problem: str) -> None:
    assert parse_phones(text) == [("foreign", text, key, "", problem)]


@pytest.mark.parametrize("text", SEVERAL)
def test_two_numbers_of_one_cell(text: str) -> None:
    assert [p.key for p in parse_phones(text) if p.kind == "mobile"] == ["13800138000", "13900139000"]


@pytest.mark.parametrize(
    "text", ["张*", "无", "2024-03-15", "123", "1.3800138E+10", "a13800138000@139.com", "+"]
)
def test_what_is_no_phone_stays_whole_and_flagged(text: str) -> None:
    assert parse_phones(text) == [("invalid", text, "", "", NOT_A_PHONE)]


def test_name_before_a_number_is_kept() -> None:
    assert [(p.kind, p.text) for p in parse_phones("王总 13800138000")] == [
        ("invalid", "王总"),
        ("mobile", "13800138000"),
    ]
    assert parse_phones("  ") == []


@given(st.text() | st.text("0123456789-()（）+*xX .转/、，；86张王…@#\n"))
def test_any_text_gives_clean_keys_and_loses_no_sign(text: str) -> None:
    phones = parse_phones(text)
    for phone in phones:
        assert phone.text and phone.text in text
        assert set(phone.key) <= set("+0123456789")
        assert phone.kind not in ("masked", "invalid") or not phone.key
    kept = "".join(phone.text for phone in phones)
    for sign in set(text):
        if sign.isdigit() or sign in "*张王@":
            assert kept.count(sign) == text.count(sign)


@given(st.sampled_from(sorted(area_codes())), st.from_regex(r"[2-8][0-9]{6,7}", fullmatch=True))
def test_landlines_that_the_reference_library_knows(code: str, number: str) -> None:
    parsed = phonenumbers.parse(code + number, "CN")
    kind = phonenumbers.number_type(parsed)
    if phonenumbers.is_valid_number(parsed) and kind == phonenumbers.PhoneNumberType.FIXED_LINE:
        for text in (code + number, f"{code}-{number}", f"+86 {code[1:]} {number}", f"({code}){number}"):
            (phone,) = parse_phones(text)
            if len(code) == 3 and len(number) == 7:
                # The library still allows the seven digits that the big cities gave up.
                assert phone.problem == LANDLINE_LENGTH
            else:
                assert (phone.kind, phone.key, phone.problem) == (
                    "landline",
                    f"0{parsed.national_number}",
                    "",
                )


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_mobiles_that_the_reference_library_knows(number: str) -> None:
    parsed = phonenumbers.parse(number, "CN")
    if phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE:
        assert phone_key("+86" + number) == phone_key(number) == number


def test_mainland_numbers_never_load_the_library() -> None:
    texts = [*MOBILES, *SEVERAL, *MASKED, "021-62345678转801", "62345678", "无"]
    code = (
        "import sys; from crm_tui.text.contact import *\n"
        f"for text in {texts!r}: parse_phones(text); split_contact(text)\n"
        "parse_mails('zhang@qq.com')\n"
        "sys.exit('phonenumbers' in sys.modules or 'email_validator' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("text", ["1.3800138000E10", "1.3800138000e+10"])
def test_a_mobile_in_the_notation_of_excel_is_known_where_all_its_digits_are_there(text: str) -> None:
    assert parse_phones(text) == [("mobile", text, "13800138000", "", "")]
    assert parse_phones(text.replace("8000", ""))[0].key == ""
