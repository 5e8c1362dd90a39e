"""Staff, revenue and size class out of one cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.scale import SIZE_LABELS, Scale, derive_size, format_scale, parse_scale

WAN = 10_000 * 100
YI = 100_000_000 * 100

READ: list[tuple[str, Scale]] = [
    ("50-100人", Scale(50, 100)),
    ("200-500人", Scale(200, 500)),
    ("200－500 人", Scale(200, 500)),
    ("50人以下", Scale(None, 50)),
    ("少于50人", Scale(None, 50)),
    ("1000人以上", Scale(1000, None)),
    ("1,000人以上", Scale(1000, None)),
    ("1万人以上", Scale(10_000, None)),
    ("1000+人", Scale(1000, None)),
    ("500人+", Scale(500, None)),
    ("100余人", Scale(100, None)),
    ("约300人", Scale(300, 300)),
    ("员工200人", Scale(200, 200)),
    ("200-500", Scale(200, 500)),
    ("年营收5000万-1亿", Scale(None, None, 5000 * WAN, YI)),
    ("5000万-1亿", Scale(None, None, 5000 * WAN, YI)),
    ("年营收：500万元以内", Scale(None, None, None, 500 * WAN)),
    ("500-1000人，年营收5-10亿", Scale(500, 1000, 5 * YI, 10 * YI)),
    ("500-1000人,年营收5-10亿元", Scale(500, 1000, 5 * YI, 10 * YI)),
    ("员工200人 年营收3000万", Scale(200, 200, 3000 * WAN, 3000 * WAN)),
    ("小型企业", Scale(size_class="small")),
    ("中型", Scale(size_class="medium")),
    ("大型企业", Scale(size_class="large")),
    ("大型企業", Scale(size_class="large")),
    ("微型", Scale(size_class="micro")),
    ("个体工商户", Scale(size_class="sole")),
    ("个体户", Scale(size_class="sole")),
    ("500人（中型企业）", Scale(500, 500, size_class="medium")),
    ("15人/微型企业", Scale(15, 15, size_class="micro")),
    ("", Scale()),
    ("待核实", Scale()),
    ("注册资本500万", Scale()),
    ("1.5人", Scale()),
]


@pytest.mark.requirement("S1-19", "S2-05", "S3-24")
@pytest.mark.parametrize(("text", "scale"), READ)
def test_scales_as_the_documents_write_them(text: str, scale: Scale) -> None:
    assert parse_scale(text) == scale
    assert parse_scale(text).known == (scale != Scale())


@pytest.mark.parametrize(
    ("measures", "size"),
    [
        ((1000, None, None, None), "large"),
        ((300, 500, None, None), "medium"),
        ((200, 500, None, None), "small"),
        ((20, 50, None, None), "small"),
        ((None, 20, None, None), "micro"),
        ((None, 1000, None, None), "medium"),
        ((None, None, 4 * YI, None), "large"),
        ((None, None, 5000 * WAN, YI), "medium"),
        ((2000, None, 5000 * WAN, YI), "medium"),
        ((500, 1000, 5 * YI, 10 * YI), "medium"),
        ((0, 0, None, None), "micro"),
        ((None, None, None, None), None),
    ],
)
def test_size_follows_the_ministry_limits(measures: tuple[int | None, ...], size: str | None) -> None:
    assert derive_size(*measures) == size


PERSONS = st.none() | st.integers(0, 10**6)
REVENUE = st.none() | st.integers(0, 10**15)


@given(PERSONS, PERSONS, REVENUE, REVENUE, st.none() | st.sampled_from(sorted(SIZE_LABELS)))
def test_a_scale_shown_reads_back(
    a: int | None, b: int | None, c: int | None, d: int | None, size: str | None
) -> None:
    low, high = (a, b) if a is None or b is None else (min(a, b), max(a, b))
    least, most = (c, d) if c is None or d is None else (min(c, d), max(c, d))
    scale = Scale(low, high, least, most, size)
    assert parse_scale(format_scale(scale)) == scale


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 10**12))
def test_more_staff_never_makes_a_smaller_class(one: int, other: int, revenue: int) -> None:
    order = ["micro", "small", "medium", "large"]
    less, more = min(one, other), max(one, other)
    smaller = derive_size(less, less, revenue, revenue)
    larger = derive_size(more, more, revenue, revenue)
    assert smaller is not None
    assert larger is not None
    assert order.index(smaller) <= order.index(larger)


@given(
    st.one_of(st.text(max_size=40), st.text("0123456789-万亿人年营收以上下，（）大中小型企业 ", max_size=25))
)
def test_no_text_breaks_it(text: str) -> None:
    assert len(parse_scale(text)) == 5
