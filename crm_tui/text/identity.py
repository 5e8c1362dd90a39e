"""Identity card numbers (居民身份号码, GB 11643-1999), found so that they are never stored (S4-10)."""

from __future__ import annotations

import re
from datetime import date

from crm_tui import clock
from crm_tui.text.halfwidth import half_width

# GB/T 2260 provinces; 81 to 83 are residence permits for people from Hong Kong, Macao and Taiwan.
_RANGES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
PROVINCES = frozenset(str(code) for first, last in _RANGES for code in range(first, last + 1))
NEVER_IN = frozenset({"uscc", "phone", "mobile", "office_phone"})
"""Kinds of column that never hold an identity number: of 30,000 real credit codes 720 pass its checksum."""

_NUMBER = re.compile(
    r"""(?<!\d)(?:
        [1-8]\d{16}[\dXx]
      | [1-8]\d{5}[ -]\d{8}[ -]\d{3}[\dXx]
      | [1-8]\d{5}[ -]\d{4}[ -]\d{4}[ -]\d{3}[\dXx]
      | [1-8]\d{3}(?:[ -]\d{4}){3}[ -]\d[\dXx]
    )(?!\d)""",
    re.VERBOSE | re.ASCII,
)
_BLANKS = re.compile(r"[\s\-]+")


def is_identity_number(s: str, column_kind: str = "", *, today: date | None = None) -> bool:
    """Tell whether the whole text is an identity number: region, birth date since 1900, check digit.

    ``column_kind`` is the field that the column is mapped to; in those of ``NEVER_IN`` the answer is no.
    ``today`` is the last possible birth date, by default the current one.
    """
    if column_kind in NEVER_IN or len(s) < 18:
        return False
    number = _BLANKS.sub("", half_width(s))
    return len(number) == 18 and bool(_NUMBER.fullmatch(number)) and _is_one(number, today)


def find_identity_number(text: str, column_kind: str = "", *, today: date | None = None) -> str | None:
    """Return the first identity number inside a longer text, as it is written there, or None.

    The answer is for blanking it out; it must be neither stored nor shown.
    """
    if column_kind in NEVER_IN or len(text) < 18:
        return None
    for found in _NUMBER.finditer(half_width(text)):
        if _is_one(_BLANKS.sub("", found[0]), today):
            return text[found.start() : found.end()]
    return None


def _is_one(number: str, today: date | None) -> bool:
    if number[:2] not in PROVINCES:
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    if born.year < 1900 or born > (today or clock.now().date()):
        return False
    from stdnum.cn import ric

    return number[-1].upper() == ric.calc_check_digit(number)
