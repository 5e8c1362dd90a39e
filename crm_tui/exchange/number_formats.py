"""What a number format of Excel adds to a number: a percent sign, leading zeros, a unit, letters."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)|[_*].|\[(?:\$[^\]]*|[A-Za-z]+)\]|([^\W\da-zA-Z_])|([-() ¥￥$€£])')
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"])*')
# What a format with other signs among its digits shows (000-0000, 0!.0,"万") is left to the number itself.
_FORMAT = re.compile(
    rf"((?:{_LITERAL.pattern})*)(General|G/通用格式|[#,]*(?:0+|[#?])(?:\.[0#?]+)?)(%?)((?:{_LITERAL.pattern})*)",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"[¥￥$€£]|RMB|CNY|USD|TWD|HKD|人民币|美元", re.IGNORECASE)
_BUILT_IN = {9: "0%", 10: "0.00%"}


class Look(NamedTuple):
    """Text before and after a number, how many digits it has at least, whether it is shown in percent."""

    before: str = ""
    digits: int = 0
    percent: bool = False
    after: str = ""

    def of(self, value: float, plain: str) -> str:
        """Return a number as people see it; ``plain`` is what it is without a format."""
        if self.percent:
            plain = f"{Decimal(plain) * 100:f}"
            plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        if value < 0:
            return plain + "%" * self.percent
        if value == int(value):
            plain = plain.zfill(self.digits)
        return f"{self.before}{plain}{'%' * self.percent}{self.after}"


NOTHING = Look()


def look_of(format_id: int, codes: dict[int, str]) -> Look:
    """Return what a format adds, by its number and the workbook's own formats."""
    return _look(codes.get(format_id) or _BUILT_IN.get(format_id, ""))


@lru_cache(maxsize=512)
def _look(code: str) -> Look:
    section = _SECTION.match(code)
    found = _FORMAT.fullmatch(section[0]) if section and len(code) <= 255 else None
    if not found:
        return NOTHING
    before, digits, percent, after = found[1], found[6], found[7], found[8]
    before = _said(before)
    whole = digits.partition(".")[0]
    return Look(
        "" if _CURRENCY.search(before) else before,
        len(whole) if whole.isdigit() and len(whole) > 1 else 0,
        bool(percent),
        _said(after),
    )


def _said(written: str) -> str:
    return "".join(
        quoted or escaped or wide for quoted, escaped, wide, _ in _LITERAL.findall(written)
    ).strip()
