"""Phone numbers of Taiwan, mostly written without the country: 0912-345-678, (02)2345-6789 #12.

A number of the mainland with its area code has at least eleven digits and one of Taiwan at most ten, so
none is taken for the other.
"""

from __future__ import annotations

import re

COUNTRY = "+886"
"""What the key of a number begins with: `+886912345678`, `+886223456789`."""

_SEP = r"[ .\-]{0,2}"
_APART = r"(?:\)[ .\-]{0,2}|[ .\-]{1,2})"
_COUNTRY = r"\(?(?:(?:\+|00)[ ]?)?886\)?[ .\-]{0,2}(?:\(0\)|\(?0?)"
_END = r"(?:\.0+)?(?![\d*@])"
_NO_MORE = r"(?![.\-]\d|[ ]\d{1,4}(?!\d))"


def _mobile(zero: str) -> str:
    return rf"{zero}9(?:\d\d\)?{_SEP}\d{{3}}{_SEP}\d{{3}}|\)?{_SEP}\d{{4}}{_SEP}\d{{4}}|\d{{3}}{_SEP}\d{{5}})"


def _landline(zero: str, apart: str) -> str:
    return rf"""{zero}(?:
        2{apart}[1-9]\d{{3}}{_SEP}\d{{4}}
      | 4{apart}[1-9]\d{{2,3}}{_SEP}\d{{4}}
      | (?:[35-8]|49){apart}[1-9]\d\d{_SEP}\d{{4}}
      | (?:37|82|89){apart}[1-9](?:\d\d{_SEP}\d{{3}}|\d{_SEP}\d{{4}})
      | 8[23]6{apart}[1-9]\d{_SEP}\d{{3}}{_NO_MORE})"""


MOBILE = rf"(?:{_mobile(_COUNTRY)}|{_mobile(r'[(]?0')}){_END}"
"""A mobile; this and the next are for a verbose pattern over half-width text."""
LANDLINE = rf"""(?:
    (?:{_landline(_COUNTRY, r"[)]?" + _SEP)}
      | {_landline(r"[(]?0", _APART)}
      | 0(?:2[2-8]\d{{7}}|4[23]\d{{7}}|49[2-9]\d{{6}}|[3-8]\d{{7}}){_NO_MORE}){_END})"""
TOLL_FREE = rf"(?:{_COUNTRY}|0)80[09]{_SEP}\d{{3}}{_SEP}\d{{3}}{_END}"
UNLED = rf"(?:9\d\d(?:\d{{6}}|{_APART}\d{{3}}{_APART}\d{{3}})|2[2-8]\d{{7}}){_END}"
"""A number whose leading 0 is gone, as when a sheet took it for a number."""

_NUMBER = re.compile(rf"{MOBILE}|{LANDLINE}|{TOLL_FREE}", re.VERBOSE | re.ASCII)
_MASKED = re.compile(r"09\d{0,2}[ -]?[\d*●•×█xX]{3,8}[ -]?[\d*●•×█xX]{0,5}", re.ASCII)
_BETWEEN = re.compile(r"[ -]")
_NO_DIGITS = re.compile(r"[^0-9]+")


def key_of(number: str) -> str:
    """Return the key of a matched number, with its country whether written or not."""
    digits = _NO_DIGITS.sub("", re.sub(r"\.0+$", "", number)).lstrip("0").removeprefix("886").lstrip("0")
    return COUNTRY + digits


def parts_of_key(key: str) -> tuple[str, str]:
    """Return the area code with its 0 and the number of a key: `02` and `23456789`."""
    digits = key.removeprefix(COUNTRY)
    size = 3 if re.match("8[23]6", digits) else 2 if re.match("49|37|82|89", digits) else 1
    return "0" + digits[:size], digits[size:]


def at_home(key: str) -> str:
    """Return how a key is dialled in Taiwan: `0912345678`; '' for one of elsewhere."""
    return "0" + key.removeprefix(COUNTRY) if key.startswith(COUNTRY) else ""


def is_masked_mobile(text: str) -> bool:
    """Tell whether a half-width text is a mobile with hidden digits: `0912-***-678`, `091****678`."""
    return bool(_MASKED.fullmatch(text)) and len(_BETWEEN.sub("", text)) == 10


def key_in(text: str) -> str:
    """Return the key of the number that a half-width text begins with, '' when it is none of Taiwan."""
    found = _NUMBER.match(text.lstrip())
    return key_of(found[0]) if found else ""
