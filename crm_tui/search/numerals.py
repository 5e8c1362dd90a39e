"""Numbers in names: digits and Chinese numerals are one, however either was written (58同城, 五八同城)."""

from __future__ import annotations

import re
from functools import lru_cache

_SIGNS = "零一二三四五六七八九"
_OF_DIGIT = str.maketrans("0123456789", _SIGNS)
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)} | {"〇": 0}
_NUMERALS = re.compile("[零〇一二三四五六七八九十]+")
_TENS = re.compile("([一二三四五六七八九])?十([一二三四五六七八九])?")
_TWO_DIGITS = re.compile(r"(?<!\d)([1-9])(\d)(?!\d)", re.ASCII)


@lru_cache(maxsize=256)
def writings(text: str) -> tuple[str, ...]:
    """Return the other ways to write the numbers of a text, () where it has none.

    58同城 gives 五八同城, 21世纪 also 二十一世纪; 五八同城 gives 58同城.
    """
    found = [text.translate(_OF_DIGIT), _TWO_DIGITS.sub(_with_ten, text).translate(_OF_DIGIT)]
    if "0" in text:
        found.append(found[0].replace("零", "〇"))
    found.append(_NUMERALS.sub(_in_digits, text))
    return tuple([one for one in dict.fromkeys(found) if one != text])


def _with_ten(found: re.Match[str]) -> str:
    tens, ones = found.groups()
    return (_SIGNS[int(tens)] if tens != "1" else "") + "十" + (_SIGNS[int(ones)] if ones != "0" else "")


def _in_digits(found: re.Match[str]) -> str:
    if "十" not in found[0]:
        return "".join([str(_VALUES[sign]) for sign in found[0]])
    tens = _TENS.fullmatch(found[0])
    return f"{_VALUES[tens[1] or '一']}{_VALUES[tens[2] or '零']}" if tens else found[0]
