"""Phone numbers as Chinese sheets write them: found, keyed for exact comparison, flagged, never altered.

Common mainland shapes are told by patterns of this module; only numbers with a foreign country code ask the
library `phonenumbers`, which is slow to load.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from crm_tui.locale import N_
from crm_tui.text.area_codes import area_codes, split_area_code
from crm_tui.text.halfwidth import half_width
from crm_tui.text.taiwan_phone import LANDLINE, MOBILE, TOLL_FREE, UNLED, key_of

MOBILE_LENGTH = N_("A mobile number has 11 digits")
NO_AREA_CODE = N_("The landline has no area code")
UNKNOWN_AREA_CODE = N_("No place in mainland China has this area code")
LANDLINE_LENGTH = N_("After this area code a landline has 8 digits")
NOT_IN_COUNTRY = N_("No such number in this country or region")
NOT_A_PHONE = N_("Not a phone number")
NO_LEADING_ZERO = N_("The leading 0 of the number is missing")


class Phone(NamedTuple):
    """One phone number of a cell.

    ``kind`` is mobile, landline, service, foreign, masked or invalid; ``text`` stands as in the cell;
    ``key`` has the digits to compare exactly (11 of a mobile, area code and number of a landline, `+` and
    country code of a foreign one), '' when the number is masked or incomplete; ``problem`` is an English
    message or ''.
    """

    kind: str
    text: str
    key: str = ""
    extension: str = ""
    problem: str = ""


class Found(NamedTuple):
    """A phone and its place in the text: ``text[start:end]``."""

    start: int
    end: int
    phone: Phone


_SEP = r"[ .\-]{0,2}"
_CHINA = rf"(?:\(?(?:(?:\+|00)\s?)?86\)?{_SEP})"
_AREA = r"(?:10|2\d|[3-9]\d\d)"
_NUMBER = rf"[1-9](?:{_SEP}\d){{6,7}}"
_ALONE = r"(?<![0-9A-Za-z_*+\-])"
_END = r"(?:\.0+)?(?![\d*@])"
_NO_DATE = r"(?!(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d))"
_SHORT_NUMBER = r"(?:1010\d{4}|10[01]\d{2,3}|12\d{3}|11[0249]|122)"
_PHONE = re.compile(
    rf"""(?<![\d*_])(?:
        (?P<tw_mobile>{MOBILE})
      | (?P<tw_landline>{LANDLINE})
      | (?P<tw_service>{TOLL_FREE})
      | (?P<foreign>
            (?:\+|00)\s?(?!86|0)\(?[1-9][\d\ ().\-]{{4,20}}\d
          | {_ALONE}\(?(?:852|853|886)\)?[ \-]\d[\d \-]{{5,12}}\d)
      | (?P<mobile>(?:{_CHINA}|0)?1[3-9](?:{_SEP}\d){{9}}{_END})
      | (?P<landline>(?:{_CHINA}(?:\(?0\)?)?\(?{_AREA}|\(?0{_AREA})\)?{_SEP}{_NUMBER}{_END})
      | (?P<service>
            {_CHINA}?[48]00(?:{_SEP}\d){{7}}{_END}
          | (?:0\d{{2,3}}-)?9[56]\d{{3,6}}{_END}
          | {_ALONE}{_SHORT_NUMBER}{_END})
      | (?P<tw_unled>{_ALONE}{UNLED})
      | (?P<masked>
            1\d\d[ \-]?(?:[*●•×█]{{4}}|[xX]{{4}})[ \-]?\d{{4}}(?!\d)
          | {_CHINA}?\(?\d{{1,4}}\)?[ \-]?\d{{0,8}}(?:[*●•×█]+|[xX]{{2,}}|…+)[\d*●•×█xX…\-]*
          | (?<![A-Za-z\u4e00-\u9fff])[*●•×█]{{2,}}[\d*●•×█\-]*)
      | (?P<short_area>\(?0\d\)?[ \-]?\d{{3,4}}[ \-]?\d{{4}}(?!\d))
      | (?P<local>{_ALONE}{_NO_DATE}[2-8]\d{{2,3}}[ \-]?\d{{4}}{_END})
      | (?P<digits>
            1[3-9]\d[ \-]\d{{4}}[ \-]\d{{3,5}}{_END}
          | \d\.\d+[Ee]\+?\d+
          | \+?\d(?:[.\-]?\d){{0,40}}(?![\d@]))
    )""",
    re.VERBOSE | re.ASCII,
)
_EXTENSION = re.compile(
    r"\s*[,(]?\s*(?:转|轉|分机号?|分機號?|ext(?:ension|n)?\b|x|\#)\s*[:.]?\s*(\d{1,6})(?!\d)(?:\s*\))?"
    r"|-(\d{1,5})(?![\d\-])|\s?\((\d{1,5})\)|~(\d{1,4})(?!\d)",
    re.IGNORECASE | re.ASCII,
)
_PLAIN_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PLAIN_LANDLINE = re.compile(r"0(?:(?:10|2[0-9])[1-9][0-9]{7}|[3-9][0-9]{2}[1-9][0-9]{6,7})")
_NO_DIGITS = re.compile(r"[^0-9]+")
_EXTENDED = frozenset({"landline", "local", "service", "short_area", "tw_landline", "tw_service"})
_LABELS = (
    "手机号码|手机号|手机|移动电话|联系电话|联系方式|电话号码|办公电话|固定电话|公司电话|电话|座机号码|座机|固话|总机|"
    "手機號碼|手機|行動電話|行動|連絡電話|聯絡電話|聯絡方式|連絡方式|電話號碼|辦公電話|公司電話|電話|市話|室內電話|總機|專線|"
    "服務專線|電子信箱|電子郵件|信箱|服务热线|热线|telephone|tel|mobile|cell|phone|mob|电子邮箱|电子邮件|邮箱|e-?mail|mail|[mt](?=\\s*:)"
)
_LABEL = re.compile(rf"(?:(?<=^)|(?<=[\s,;/|、(\[]))(?:{_LABELS})(?:\s*[:.]|\s*(?=$|[)\]/]))", re.IGNORECASE)
_EDGE = " \t\r\n,;/|、。:，；／｜：\u3000\u00a0\u200b\u200e\u200f\u202a\u202c\u202d\ufeff"
_JOINTS = frozenset("和或及与&+")


def parse_phones(s: str, area_code: str = "") -> list[Phone]:
    """Return every phone number of a cell in order, and what is none as kind ``invalid`` (S1-21, S2-14).

    ``area_code`` (`021`) completes the key of a landline without one; such a number stays flagged. Labels
    such as `手机：` and separators are left out; all else stands in the ``text`` of some phone.
    """
    if _PLAIN_MOBILE.fullmatch(s):
        return [Phone("mobile", s, s)]
    if _PLAIN_LANDLINE.fullmatch(s):
        return [_landline(s, s, "")]
    folded = half_width(s)
    phones: list[Phone] = []
    start = 0
    for found in find_phones(s, folded, area_code):
        phones += [Phone("invalid", rest, problem=NOT_A_PHONE) for rest in leftover(s[start : found.start])]
        phones.append(found.phone)
        start = found.end
    if not phones:
        return [Phone("invalid", s.strip(), problem=NOT_A_PHONE)] if folded.strip() else []
    return phones + [Phone("invalid", rest, problem=NOT_A_PHONE) for rest in leftover(s[start:])]


def phone_key(s: str, area_code: str = "") -> str:
    """Return the key of the first phone in the text that has one, '' when none has."""
    return next((phone.key for phone in parse_phones(s, area_code) if phone.key), "")


def find_phones(s: str, folded: str, area_code: str = "") -> Iterator[Found]:
    """Yield the numbers in ``s``, whose half-width form is ``folded``; none is invalid."""
    start = 0
    before = None
    while match := _PHONE.search(folded, start):
        kind = match.lastgroup or "digits"
        first, end = match.span()
        extension = ""
        if kind in _EXTENDED and (tail := _EXTENSION.match(folded, end)):
            extension = next(filter(None, tail.groups()))
            end = tail.end()
        if folded[first] == "(" and ")" not in folded[first:end]:
            first += 1
        code = area_code
        if kind == "local" and before and not folded[before.end : first].strip("/、,; "):
            # 021-62345678/62345679: the area code of the number just before holds for both.
            code = split_area_code(before.phone.key)[0]
        phone = _phone(kind, s[first:end], folded[first : match.end()], extension, code)
        if code != area_code:
            phone = phone._replace(problem="")
        if phone.kind != "invalid":
            before = Found(first, end, phone)
            yield before
        start = end


def leftover(text: str) -> list[str]:
    """Return the parts of a text between numbers that are neither label, separator nor empty brackets."""
    if not text or not text.strip(_EDGE):
        return []
    parts = []
    start = 0
    for label in _LABEL.finditer(half_width(text)):
        parts.append(text[start : label.start()])
        start = label.end()
    parts.append(text[start:])
    return [kept for part in parts if (kept := _trimmed(part))]


def _trimmed(text: str) -> str:
    """Return a text without separators at its ends and without brackets whose partner was a number's."""
    text = text.lstrip(_EDGE + ")]）").rstrip(_EDGE + "([（")
    folded = half_width(text)
    if ")" not in folded and "]" not in folded:
        text = text.lstrip(_EDGE + "([（")
    elif "(" not in folded and "[" not in folded:
        text = text.rstrip(_EDGE + ")]）")
    return text if text.strip("()（）[]-.~ ") and text not in _JOINTS else ""


def _phone(kind: str, text: str, number: str, extension: str, area_code: str) -> Phone:
    """Make the phone of a match: ``number`` is its half-width form without extension."""
    if kind == "masked":
        return Phone("masked", text)
    if kind == "foreign":
        return _foreign(text, number)
    if kind.startswith("tw_"):
        problem = NO_LEADING_ZERO if kind == "tw_unled" else ""
        return Phone("foreign", text, key_of(number), extension, problem)
    digits = _NO_DIGITS.sub("", re.sub(r"\.0+$", "", number) if "." in number else number)
    if kind == "mobile":
        return Phone("mobile", text, digits[-11:])
    if kind == "service":
        return Phone("service", text, digits.removeprefix("0086").removeprefix("86"), extension)
    if kind == "landline":
        return _landline(text, digits, extension)
    if kind == "local":
        key = area_code + digits if area_code else ""
        return Phone("landline", text, key, extension, NO_AREA_CODE)
    if kind == "short_area":
        return Phone("landline", text, "", extension, UNKNOWN_AREA_CODE)
    if _PLAIN_MOBILE.fullmatch(whole := _in_full(number)):
        return Phone("mobile", text, whole)
    if re.match("1[3-9]", digits) and 9 <= len(digits) <= 13 and "E" not in number.upper():
        return Phone("mobile", text, problem=MOBILE_LENGTH)
    return Phone("invalid", text, problem=NOT_A_PHONE)


def _in_full(number: str) -> str:
    """Return the digits of 1.3812345678E+10 where all are there, '' otherwise."""
    head, exponent, power = number.upper().partition("E")
    decimals = head.partition(".")[2]
    return head.replace(".", "") if exponent and int(power) == len(decimals) else ""


def _landline(text: str, digits: str, extension: str) -> Phone:
    digits = digits.removeprefix("00")
    if digits.startswith("86"):
        digits = "0" + digits[2:].removeprefix("0")
    code, number = split_area_code(digits)
    if code not in area_codes():
        return Phone("landline", text, digits, extension, UNKNOWN_AREA_CODE)
    if len(code) == 3 and len(number) != 8:
        return Phone("landline", text, "", extension, LANDLINE_LENGTH)
    return Phone("landline", text, digits, extension)


def _foreign(text: str, number: str) -> Phone:
    import phonenumbers

    digits = _NO_DIGITS.sub("", re.sub(r"^\s*00", "", number))
    try:
        parsed = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return Phone("invalid", text, problem=NOT_A_PHONE)
    key = f"+{parsed.country_code}{parsed.national_number}"
    known = phonenumbers.is_valid_number(parsed)
    return Phone("foreign", text, key, "", "" if known else NOT_IN_COUNTRY)
