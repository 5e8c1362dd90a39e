"""Amounts of money: read as people write them, kept in whole fen, shown in 元 or 万元."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from crm_tui.text.amounts import parse_span

FEN = 100
"""Fen in one yuan."""
WAN = 10_000 * FEN
YI = 100_000_000 * FEN
LARGEST = 2**63 - 1
"""The largest amount a database column holds, in fen."""

UNITS = ("auto", "元", "万元")
"""How money can be shown; ``auto`` takes 元, 万元 or 亿元, whichever needs at most two decimals."""

_BASE = ("元", "圆", "块", "块钱", "元整", "元人民币", "人民币元", "圆整", "rmb", "cny", "人民币")
_NOISE = (
    *("预算范围", "预算", "金额", "总价", "报价", "费用", "合同额", "合同金额", "项目金额", "总额", "资金"),
    *("预计", "估计", "控制", "人民币", "rmb", "cny", "¥", "整"),
)
_IN_BRACKETS = re.compile(r"\(((?:百|千|十)?(?:万|亿)?(?:元|圆)?(?:人民币|rmb|cny)?)\)")


class MoneyRange(NamedTuple):
    """A range of money in fen; None on one side means open, equal sides one amount."""

    low: int | None
    high: int | None


def _fen(value: Decimal | None) -> int | None:
    if value is None:
        return None
    return int((value * FEN).to_integral_value(ROUND_HALF_UP))


def parse_money(s: str, default_unit: str = "元") -> MoneyRange | None:
    """Return the range of Chinese money that a text names, in fen, or None when it is not understood.

    Understands 10-20万, 50万以上, 20万以内, 5000万-1亿, 约30万, 五十万, 30w, ￥1,234.50 (S1-09, S2-16).
    ``default_unit`` (元 or 万元) counts where the text has no unit, as under a heading 金额（万元）.
    Another currency, a negative amount or prose is not understood. Parts of a fen are rounded half up.
    """
    text = _IN_BRACKETS.sub(r"\1", s.replace("（", "(").replace("）", ")"))
    default = 10_000 if default_unit == "万元" else 1
    span = parse_span(text, _BASE, _NOISE, default)
    if span is None:
        return None
    low, high = _fen(span.low), _fen(span.high)
    if max(low or 0, high or 0) > LARGEST:
        return None
    return MoneyRange(low, high)


def _number(fen: int, unit: int) -> str:
    """Return an amount in a unit, exact, with thousands marked; yuan show their fen as two digits."""
    whole, rest = divmod(abs(fen), unit)
    decimals = str(rest).zfill(len(str(unit)) - 1).rstrip("0") if rest else ""
    if unit == FEN and decimals:
        decimals = decimals.ljust(2, "0")
    return ("-" if fen < 0 else "") + f"{whole:,}" + ("." + decimals if decimals else "")


def _unit_of(fen: int, unit: str) -> tuple[int, str]:
    if unit == "元":
        return FEN, "元"
    if unit == "万元":
        return WAN, "万元"
    size = abs(fen)
    if size >= YI and size % (YI // 100) == 0:
        return YI, "亿元"
    if size >= WAN and size % (WAN // 100) == 0:
        return WAN, "万元"
    return FEN, "元"


def format_money(fen: int | None, unit: str = "auto") -> str:
    """Return an amount with its unit: 30万元, 1.2亿元, 1,234.50元; nothing for None (S2-16).

    ``unit`` is one of UNITS. No digit is lost: ``parse_money`` gives the same amount back.
    """
    if fen is None:
        return ""
    size, name = _unit_of(fen, unit)
    return _number(fen, size) + name


def format_range(low: int | None, high: int | None, unit: str = "auto") -> str:
    """Return a range of money as text: 10-20万元, 5,000万-1亿元, 50万元以上, 20万元以内.

    Both sides in fen; None on one side means open, on both gives the empty text.
    """
    if low is None or high is None:
        if low is not None:
            return format_money(low, unit) + "以上"
        return "" if high is None else format_money(high, unit) + "以内"
    if low == high:
        return format_money(low, unit)
    high_size, high_name = _unit_of(high, unit)
    low_size, low_name = _unit_of(low, unit) if low else (high_size, high_name)
    shown = _number(low, low_size)
    if low_size != high_size:
        shown += low_name if low_name == "元" else low_name.removesuffix("元")
    return f"{shown}-{_number(high, high_size)}{high_name}"
