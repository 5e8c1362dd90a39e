"""Ranges of quantities as people write them: 10-20万, 50以上, 不超过三百, 5000万-1亿."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from crm_tui.text.fold import fold

LONGEST = 80
"""Characters of a cell that is looked at; anything longer is prose."""


class Span(NamedTuple):
    """A range in the base unit; None on one side means open on that side."""

    low: Decimal | None
    high: Decimal | None


class _Amount(NamedTuple):
    value: Decimal
    multiplier: int  # of the first part; 0 when none was written
    based: bool  # the base unit itself (元, 人) was written


_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_SMALL = {"十": 10, "百": 100, "千": 1000}
_MULTIPLIERS = {
    "万亿": 10**12,
    "亿": 10**8,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "万": 10**4,
    "w": 10**4,
    "千": 1000,
    "k": 1000,
    "百": 100,
}
_ABOUT = ("大约", "大概", "差不多", "左右", "上下", "之间", "约", "在", "为", "是", "从", ":")
_LOW_BEFORE = (
    *("超", "逾", "不低于", "不少于", "不小于", "大于等于", "大于", "超过", "高于", "至少", "最低", "最少"),
    *(">=", ">", "≥"),
)
_HIGH_BEFORE = (
    *(
        "不到",
        "不足",
        "不超过",
        "不高于",
        "不多于",
        "不大于",
        "小于等于",
        "小于",
        "少于",
        "低于",
        "至多",
        "最多",
        "最高",
    ),
    *("<=", "<", "≤"),
)
_LOW_AFTER = ("及以上", "或以上", "以上", "起", "+")
_HIGH_AFTER = ("及以下", "或以下", "以下", "以内", "之内", "封顶", "内")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,])")
_MORE = re.compile(r"(?:\+|多|余)([^\d+]+)$")
_SPLIT_NUMBER = re.compile(r"[\d０-９][\s\u3000]+[\d０-９]")


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@lru_cache(maxsize=8)
def _tokens(base: tuple[str, ...], noise: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<low>{_any(_LOW_BEFORE)}) | (?P<high>{_any(_HIGH_BEFORE)})
        | (?P<low_after>{_any(_LOW_AFTER)}) | (?P<high_after>{_any(_HIGH_AFTER)})
        | (?P<digits>[0-9]{{1,18}}(?:\.[0-9]{{1,12}})?)(?P<multiplier>{_any(tuple(_MULTIPLIERS))})?
        | (?P<words>[零〇一二三四五六七八九两俩十百千]+)
          (?:点(?P<point>[零〇一二三四五六七八九]+))?(?P<big>万亿|亿|万)?
        | (?P<to>[-~〜]+|至|到) | (?P<base>{_any(base)}) | (?P<noise>{_any((*_ABOUT, *noise))})
        | (?P<other>.)""",
        re.VERBOSE | re.DOTALL,
    )


def _from_words(text: str) -> int | None:
    """Return the value of a Chinese numeral below 10,000, or None for a loose one (一百二, 三五)."""
    total, digit, unit, gap = 0, None, 10_000, False
    for char in text:
        if char in _SMALL:
            size = _SMALL[char]
            if size >= unit or (digit is None and (total or gap)):
                return None
            total += (1 if digit is None else digit) * size
            unit, digit, gap = size, None, False
        elif digit is not None:
            return None
        elif _DIGITS[char] == 0 and text != char:
            if gap or not total:
                return None
            gap = True
        else:
            digit = _DIGITS[char]
    if digit is None:
        return None if gap else total
    if total and unit != 10 and not gap:
        return None
    return total + digit


def _amount(parts: list[tuple[Decimal, int]], based: bool) -> _Amount | None:
    """Add up 1亿2000万; the sizes must fall, and a last part without one needs the base unit."""
    total, last = Decimal(0), None
    for index, (number, size) in enumerate(parts):
        if last is not None and (last <= max(size, 1) or number * max(size, 1) >= last):
            return None
        if not size and len(parts) > 1 and (index < len(parts) - 1 or not based):
            return None
        total += number * max(size, 1)
        last = max(size, 1)
    return _Amount(total, parts[0][1], based)


def _read(found: re.Match[str]) -> tuple[Decimal, int] | None:
    if found["digits"]:
        return Decimal(found["digits"]), _MULTIPLIERS.get(found["multiplier"] or "", 0)
    whole = _from_words(found["words"])
    if whole is None:
        return None
    number = Decimal(whole)
    if found["point"]:
        number += Decimal("0." + "".join(str(_DIGITS[c]) for c in found["point"]))
    return number, _MULTIPLIERS.get(found["big"] or "", 0)


def parse_span(
    s: str, base: tuple[str, ...], noise: tuple[str, ...] = (), default_multiplier: int = 1
) -> Span | None:
    """Return the range a text names, in the base unit, or None when any part of it is not understood.

    ``base`` are the names of the unit (元, 人), ``noise`` words that may stand around it,
    ``default_multiplier`` counts where the text names no unit at all. A size behind the second number
    serves the first too (10-20万) unless that would turn the range round (5000-1万). An approximate
    amount is a range from itself to itself.
    """
    if len(s) > LONGEST or _SPLIT_NUMBER.search(s):
        return None
    text = _THOUSANDS.sub(lambda m: m[0].replace(",", ""), fold(s).translate(_FORMAL))
    text = _MORE.sub(r"\1+", text)  # 1000+人, 50多万
    amounts: list[_Amount] = []
    parts: list[tuple[Decimal, int]] = []
    bounds: list[tuple[str, int]] = []
    joined = 0
    waiting = False  # a second number must follow

    def close(based: bool) -> bool:
        if not parts:
            return True
        amount = _amount(parts, based)
        parts.clear()
        if amount is not None:
            amounts.append(amount)
        return amount is not None

    for found in _tokens(base, noise).finditer(text):
        kind = found.lastgroup or ""
        if kind in ("digits", "multiplier", "words", "point", "big"):
            part = _read(found)
            if part is None or len(amounts) > joined:
                return None
            parts.append(part)
            continue
        had_parts = bool(parts)
        if not close(kind == "base") or kind == "other":
            return None
        if kind == "base" and not had_parts and found[0] not in noise:
            return None
        if kind == "to":
            if len(amounts) != 1 or joined or bounds:
                return None
            joined, waiting = 1, True
        elif kind in ("low", "high"):
            if amounts:
                return None
            bounds.append((kind, 0))
        elif kind in ("low_after", "high_after"):
            if not amounts:
                return None
            bounds.append((kind.removesuffix("_after"), len(amounts) - 1))
            if kind == "low_after" and len(amounts) == 1 and not joined:
                joined = 1  # 10万以上20万以下
    if not close(False) or not amounts or (waiting and len(amounts) == 1):
        return None
    return _span(amounts, bounds, default_multiplier)


def _span(amounts: list[_Amount], bounds: list[tuple[str, int]], default: int) -> Span | None:
    bare = all(not amount.multiplier and not amount.based for amount in amounts)
    values = [amount.value * (default if bare else 1) for amount in amounts]
    kinds = {kind for kind, _at in bounds}
    if len(values) == 1:
        if len(kinds) > 1:
            return None
        value = values[0]
        return Span(None if kinds == {"high"} else value, None if kinds == {"low"} else value)
    first, second = amounts
    low, high = values
    if second.multiplier and not first.multiplier and not first.based:
        shared = low * second.multiplier
        # 5000-1万 starts at 5000元; 20-10万 is a slip, no range from 20元.
        if shared > high and not (low >= 100 and low * second.multiplier >= 10 * high):
            return None
        low = shared if shared <= high else low
    elif first.multiplier and not second.multiplier and not second.based:
        high *= first.multiplier
    if low > high or any(bound not in (("low", 0), ("high", 1)) for bound in bounds):
        return None
    if ("low", 0) in bounds and ("high", 1) not in bounds:
        return None
    return Span(low, high)
