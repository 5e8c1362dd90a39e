"""Widths agree with rich, cuts never split a character, and shown text can do no harm."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from wcwidth import wcwidth

from crm_tui.text.cells import MARKS_KEPT, clip, escaped, fit, safe, width
from tests import pace

ORDINARY = st.text(
    st.one_of(
        st.characters(min_codepoint=0x20, max_codepoint=0x7E),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        st.characters(min_codepoint=0xA1, max_codepoint=0x24F, exclude_characters="\u00ad"),
        st.characters(min_codepoint=0x3041, max_codepoint=0x30FF, exclude_categories=("Cn",)),
        st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3),
        st.characters(min_codepoint=0xFF01, max_codepoint=0xFF9F),
        st.characters(min_codepoint=0x20000, max_codepoint=0x2A6D6),
        st.sampled_from("，。、；：？！“”‘’（）【】《》—…·①★℃→×│─👍😀📞🏢🎉❤☎\u0301\u0308"),
    ),
    max_size=40,
)
ANY = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("abc", 3),
        ("上海恒达", 8),
        ("上海A", 5),
        ("，。", 4),
        ("ｱﾊﾟ", 3),
        ("e\u0301", 1),
        ("👍", 2),
        ("𠮷野", 4),
        ("①…—", 3),
        ("가나", 4),
        ("\u1112\u1161\u11ab", 2),
        ("䷀", 2),
    ],
)
def test_widths(text: str, cells: int) -> None:
    assert width(text) == cells
    assert cell_len(text) == cells


def test_ambiguous_characters_can_be_wide() -> None:
    assert width("①…—·×", ambiguous=2) == 10
    assert width("上海ab", ambiguous=2) == 6
    assert fit("上海恒达", 6, ambiguous=2) == "上海…"


@given(ORDINARY)
def test_width_agrees_with_rich_on_ordinary_text(text: str) -> None:
    shown = safe(text)
    assert width(shown) == cell_len(shown)


@given(ANY, st.integers(0, 30), st.sampled_from([1, 2]))
@example("上海", 3, 1)
@example("…", 1, 2)
def test_fit_takes_exactly_its_cells(text: str, cells: int, ambiguous: int) -> None:
    fitted = fit(text, cells, ambiguous)
    assert width(fitted, ambiguous) == cells
    if 0 < cells >= width(text, ambiguous):
        assert fitted.rstrip(" ") == text.rstrip(" ")


@given(ANY, st.integers(0, 30))
def test_clip_is_a_beginning_that_fits(text: str, cells: int) -> None:
    kept = clip(text, cells)
    assert text.startswith(kept)
    assert width(kept) <= cells
    if kept != text:
        assert width(text[: len(kept) + 1]) > cells


def test_a_wide_character_is_never_split() -> None:
    assert fit("上海恒达科技", 6) == "上海… "
    assert fit("上海恒达科技", 7) == "上海恒…"
    assert fit("上海", 1) == "…"
    assert fit("上海", 0) == ""
    assert fit("上海", 6) == "上海  "
    assert clip("上海恒达", 5) == "上海"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张\t三\n李", "张 三 李"),
        ("a\r\nb", "a b"),
        ("\x1b[31m红\x07\x9b", "[31m红"),
        ("a\u202eb\u2066c\u200e", "abc"),
        ("👩\u200d👧", "👩👧"),
        ("❤\ufe0f1\ufe0f\u20e3", "❤1"),
        ("👍\U0001f3fd", "👍"),
        ("a\u200b\ufeff\u2060b", "ab"),
        ("坏\ud800字", "坏\ufffd字"),
        ("🇨🇳\u0378", "CN\ufffd"),
        ("\u1112\u1161\u11ab\u1161", "한\ufffd"),
        ("\u0301e\u0301\u3164", "é"),
        ("一\u2028二", "一 二"),
        ("Z" + "\u0310" * 30 + "a", "Z\u0310\u0310a"),
        ("上海恒达科技（集团）", "上海恒达科技（集团）"),
    ],
)
def test_safe(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(ANY)
def test_safe_text_is_one_harmless_line(text: str) -> None:
    shown = safe(text)
    assert safe(shown) == shown
    shown.encode("utf-8")
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in shown)
    assert not set(shown) & set("\u200b\u200d\u202a\u202e\u2066\u2069\ufe0f\ufeff\u2028")
    assert MARKS_KEPT == 2


@given(ANY)
@example("Z" + "\u0310\u0334\u0489" * 9 + "\x1b]52;c;x\x07\x9b\u202e\u200b\U000e0041\ud800👨\u200d👩")
def test_json_means_the_same_when_what_is_not_shown_is_escaped(text: str) -> None:
    spelt = escaped(json.dumps(text, ensure_ascii=False))
    assert json.loads(spelt).encode("utf-16", "surrogatepass") == text.encode("utf-16", "surrogatepass")
    assert width(safe(spelt)) == width(spelt)
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in spelt)
    assert not set(spelt) & set("\u200b\u200d\u202a\u202e\u2066\u2069\ufe0f\ufeff\u2028\u061c")


def test_all_of_unicode_is_as_wide_for_us_as_for_rich_and_for_terminals() -> None:
    codes = [
        *range(0x20, 0x3400),
        *range(0x9FF0, 0x1FBFF),
        *range(0x2FFF0, 0x30010),
        *range(0xE0000, 0xE0200),
    ]
    shown = [safe("a" + chr(code)) for code in codes]
    wrong = [text for text in shown if not width(text) == cell_len(text) == 1 + sum(map(wcwidth, text[1:]))]
    assert wrong == []


def test_fitting_a_page_is_fast() -> None:
    names = [f"上海恒达科技{n}有限公司" for n in range(20_000)]
    with pace.at_most(90):
        for name in names:
            fit(safe(name), 20)
