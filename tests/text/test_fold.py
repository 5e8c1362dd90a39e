"""One key for every way of typing a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text import fold as folding
from crm_tui.text.fold import fold, searchable, simplify, tidy
from tests import pace

ANY = st.text(max_size=40)
CHINESE = st.text(st.characters(min_codepoint=0x3000, max_codepoint=0x9FFF), max_size=40)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ科技", "abc科技"),
        ("上海 恒达\u3000科技", "上海恒达科技"),
        ("恒达（上海）有限公司", "恒达(上海)有限公司"),
        ("恒达【上海】", "恒达(上海)"),
        ("臺灣積體電路", "台湾积体电路"),
        ("阿凡提•买买提", "阿凡提·买买提"),
        ("A—B", "A-B"),
        ("“华为”", '"华为"'),
        ("\ufeff恒\u200b达", "恒达"),
        ("Straße", "STRASSE"),
        ("e\u0301clair", "Éclair"),
        ("㈱日立", "(株)日立"),
        ("１２３", "123"),
    ],
)
def test_same_name_same_key(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("恒达", "恒大"), ("北京科技", "北京科技公司"), ("A1", "A2")])
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.one_of(ANY, CHINESE))
def test_a_key_is_its_own_key(text: str) -> None:
    key = fold(text)
    assert fold(key) == key
    assert not any(char.isspace() for char in key)


@given(st.one_of(ANY, CHINESE))
def test_blanks_and_width_do_not_matter(text: str) -> None:
    assert fold(f" {text}\u3000") == fold(text)


@given(CHINESE)
def test_simplify_keeps_positions(text: str) -> None:
    plain = simplify(text)
    assert len(plain) == len(text)
    assert simplify(plain) == plain


def test_the_bundled_table_is_what_its_source_gives() -> None:
    pytest.importorskip("opencc")
    from crm_tui.text import fold as module
    from tests.tools.build_tables import traditional

    assert module._TABLE.read_text("utf-8") == traditional()
    old, new = module._pairs()
    assert len(old) == len(new) == 4105 and list(old) == sorted(old)
    assert module.simplify(old) == new


@pytest.mark.parametrize(
    ("text", "kept"),
    [(" 张三 ", "张三"), ("\u3000\ufeff张  三\u200b\n", "张  三"), ("", ""), ("\xa0 \t", "")],
)
def test_tidy_touches_the_outside_only(text: str, kept: str) -> None:
    assert tidy(text) == kept


@given(ANY)
def test_tidy_keeps_the_inside(text: str) -> None:
    assert tidy(text) in text
    assert tidy(tidy(text)) == tidy(text)


@given(st.lists(st.text("华為(（）) aZ9·-豊隣①ｱﾞ\u0301\u200b\ud800\n", max_size=6), min_size=2, max_size=4))
def test_texts_met_before_change_nothing(texts: list[str]) -> None:
    met = [searchable(one) for one in (*texts, *texts)]
    afresh = []
    for one in (*texts, *texts):
        folding._SETTLED.difference_update(map(chr, range(0x4E00, 0xA000)))
        afresh.append(searchable(one))
    assert met == afresh
    assert [searchable(one) for one in met] == met


def test_thirty_thousand_names_fold_quickly() -> None:
    names = [f"臺北恒達科技（{n}）有限公司" for n in range(30_000)]
    with pace.at_most(90):
        for name in names:
            fold(name)
