"""Unified social credit codes (统一社会信用代码, GB 32100-2015), checked and never altered."""

from __future__ import annotations

import re
from functools import lru_cache
from operator import mul
from typing import NamedTuple

from crm_tui.locale import N_
from crm_tui.text.halfwidth import half_width
from crm_tui.text.nothing import says_nothing

NOT_FILLED = N_("A placeholder, not a credit code")
OLD_NUMBER = N_("An old registration number of 15 digits, not a credit code")
WRONG_LENGTH = N_("A credit code has 18 characters")
WRONG_SHORT = N_("8 digits, but neither a credit code nor the number of a company in Taiwan")
WRONG_SIGN = N_("The credit code has a character that no code has")
WRONG_CHECK = N_("The check digit of the credit code is wrong")

_SEPARATORS = re.compile(r"[\s\-]+")
# The sum of GB 32100 by itself: sheets have a hundred thousand codes, nearly all of them right.
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_OF_TAIWAN = (1, 2, 1, 2, 1, 2, 4, 1)
SOUND = ("valid", "taiwan")
"""Kinds by which two are known to be one company."""
_PLAIN = re.compile(rf"[0-9]{{8}}[{_SIGNS}]{{10}}")


class CodeCheck(NamedTuple):
    """What a cell of credit codes holds.

    ``kind`` is valid, taiwan (統一編號, which stands where a code would), old15, placeholder, wrong_length,
    wrong_check or empty; ``key`` is the code in capitals without blanks and dashes, '' where there is none to
    compare; ``problem`` an English message or ''.
    """

    kind: str
    key: str
    problem: str


def _weighted(key: str) -> int:
    return sum(map(mul, map(_VALUES.__getitem__, key), _WEIGHTS))


def _is_of_taiwan(key: str) -> bool:
    """Tell whether 8 digits are a 統一編號; since 2023 their sum need be divisible by 5 alone, not by 10."""
    total = sum(sum(divmod(int(sign) * weight, 10)) for sign, weight in zip(key, _OF_TAIWAN, strict=True))
    # 7 times 4 is 28 and 10: the sum may count it as 1 or as 0.
    return total % 5 == 0 or (key[6] == "7" and (total + 1) % 5 == 0)


@lru_cache(maxsize=4096)
def check_code(s: str) -> CodeCheck:
    """Say what kind of credit code ``s`` is (S2-06, S2-18); the text itself is the caller's to keep."""
    key = s.upper() if s.isascii() and s.isalnum() else _SEPARATORS.sub("", half_width(s)).upper()
    if not key:
        # A cell of dashes alone is a placeholder, a cell of blanks is empty.
        return CodeCheck("placeholder", "", NOT_FILLED) if s.strip() else CodeCheck("empty", "", "")
    if len(set(key)) == 1 or "*" in key or says_nothing(s):
        return CodeCheck("placeholder", "", NOT_FILLED)
    if len(key) == 15 and key.isascii() and key.isdigit():
        return CodeCheck("old15", key, OLD_NUMBER)
    if len(key) == 8 and key.isascii() and key.isdigit():
        return (
            CodeCheck("taiwan", key, "")
            if _is_of_taiwan(key)
            else CodeCheck("wrong_length", key, WRONG_SHORT)
        )
    if len(key) != 18:
        return CodeCheck("wrong_length", key, WRONG_LENGTH)
    if _PLAIN.fullmatch(key) and key[-1] == _SIGNS[-_weighted(key) % 31]:
        return CodeCheck("valid", key, "")
    from stdnum.cn import uscc
    from stdnum.exceptions import InvalidChecksum, ValidationError

    try:
        # It would read foreign digits and dashes as plain ones; the key must stand as it is.
        uscc.validate(key if key.isascii() else "")
    except InvalidChecksum:
        return CodeCheck("wrong_check", key, WRONG_CHECK)
    except ValidationError:
        return CodeCheck("wrong_check", key, WRONG_SIGN)
    return CodeCheck("valid", key, "")
