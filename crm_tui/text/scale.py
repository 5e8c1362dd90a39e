"""Company scale: ranges of staff and yearly revenue, and the size class (S1-19, S2-05, S3-24)."""

import re
from typing import NamedTuple

from crm_tui.text.amounts import parse_span
from crm_tui.text.fold import fold
from crm_tui.text.money import FEN, format_range, parse_money

SIZE_LABELS = {
    "micro": "微型企业",
    "small": "小型企业",
    "medium": "中型企业",
    "large": "大型企业",
    "sole": "个体工商户",
}
"""Size class -> the product's own word for it."""

_CLASSES = (
    ("sole", re.compile(r"个体(?:工商)?户?|个体经营|sole")),
    ("micro", re.compile(r"微型?(?:企业|公司)|微型|micro")),
    ("small", re.compile(r"小微(?:型)?(?:企业|公司)?|小型?(?:企业|公司)|小型|small")),
    ("medium", re.compile(r"中型(?:企业|公司)?|medium")),
    ("large", re.compile(r"(?:特|超)?大型(?:企业|公司|集团)?|大(?:企业|公司)|large")),
)
_PEOPLE = ("人", "名", "名员工", "人员", "位")
_STAFF_NOISE = ("员工人数", "员工数", "员工", "人数", "职工", "在职", "公司", "团队", "规模", "共", "有")
_MOST_PEOPLE = 10**8
_REVENUE = re.compile(r"(?:年度?)?(?:营业收入|营业额|营收|销售额|产值|收入)|年营业?")
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_SEPARATOR = re.compile(r"[,，;；、/|()（）\n\t]+")

# Lower limits of 工信部联企业〔2011〕300号 for industry: staff, yearly revenue in fen.
_SIZES = ("large", "medium", "small", "micro")
_STAFF_LIMITS = (1000, 300, 20, 0)
_REVENUE_LIMITS = (400_000_000 * FEN, 20_000_000 * FEN, 3_000_000 * FEN, 0)


class Scale(NamedTuple):
    """Staff as a range of persons, revenue as a range of fen a year, and the size class as a key."""

    headcount_min: int | None = None
    headcount_max: int | None = None
    revenue_min: int | None = None
    revenue_max: int | None = None
    size_class: str | None = None

    @property
    def known(self) -> bool:
        """Whether anything was understood."""
        return any(value is not None for value in self)


def _size_class(text: str) -> str | None:
    for key, pattern in _CLASSES:
        if pattern.fullmatch(text):
            return key
    return None


def _headcount(text: str) -> tuple[int | None, int | None] | None:
    span = parse_span(text, _PEOPLE, _STAFF_NOISE)
    if span is None:
        return None
    for side in span:
        if side is not None and (side != int(side) or side > _MOST_PEOPLE):
            return None
    low, high = span
    return None if low is None else int(low), None if high is None else int(high)


def parse_scale(s: str) -> Scale:
    """Return what a text says on a company's scale; parts not understood stay None.

    Understands 200-500人, 50人以下, 约300人, 年营收5000万-1亿, 500-1000人，年营收5-10亿, 小型企业,
    个体工商户 and these together. A bare range is staff, one in 万 or 亿 is revenue.
    """
    found = Scale()
    text = _REVENUE.sub(lambda m: "，" + m[0], _THOUSANDS.sub("", s))
    for piece in _SEPARATOR.split(text):
        key = fold(piece)
        if not key:
            continue
        size = _size_class(key)
        if size is not None:
            found = found if found.size_class else found._replace(size_class=size)
            continue
        named = _REVENUE.search(piece)
        money = parse_money(_REVENUE.sub("", piece)) if named or re.search(r"[万亿元wk]", key) else None
        people = None if named else _headcount(piece)
        if people and (money is None or "人" in key or "员工" in key):
            if found.headcount_min is found.headcount_max is None:
                found = found._replace(headcount_min=people[0], headcount_max=people[1])
        elif money and found.revenue_min is found.revenue_max is None:
            found = found._replace(revenue_min=money.low, revenue_max=money.high)
    return found


def _rank(low: int | None, high: int | None, limits: tuple[int, ...]) -> int | None:
    """Return the first limit that a range surely reaches; with an upper bound only, what lies under it."""
    if low is None and high is None:
        return None
    value = low if low is not None else max((high or 0) - 1, 0)
    return next(index for index, limit in enumerate(limits) if value >= limit)


def derive_size(
    headcount_min: int | None,
    headcount_max: int | None,
    revenue_min: int | None = None,
    revenue_max: int | None = None,
) -> str | None:
    """Return the size class that staff and yearly revenue (fen) make, or None when neither is known.

    Rule: the limits for industry in 工信部联企业〔2011〕300号 (large 1000 persons and 4亿元, medium 300 and
    2000万元, small 20 and 300万元, else micro). A range counts with its lower bound, one with only an
    upper bound as just below it; with both measures known the lower class holds, as that rule demands
    both limits; with one known, that one decides.
    """
    ranks = (
        _rank(headcount_min, headcount_max, _STAFF_LIMITS),
        _rank(revenue_min, revenue_max, _REVENUE_LIMITS),
    )
    known = [rank for rank in ranks if rank is not None]
    return _SIZES[max(known)] if known else None


def format_scale(scale: Scale) -> str:
    """Return a scale as text that ``parse_scale`` reads back: 500-1000人，年营收5-10亿元，大型企业."""
    low, high = scale.headcount_min, scale.headcount_max
    parts: list[str] = []
    if low is not None and high is not None:
        parts.append(f"{low}人" if low == high else f"{low}-{high}人")
    elif low is not None:
        parts.append(f"{low}人以上")
    elif high is not None:
        parts.append(f"{high}人以下")
    revenue = format_range(scale.revenue_min, scale.revenue_max)
    if revenue:
        parts.append("年营收" + revenue.replace(",", ""))
    if scale.size_class:
        parts.append(SIZE_LABELS.get(scale.size_class, scale.size_class))
    return "，".join(parts)
