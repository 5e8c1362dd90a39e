"""Filters as text: what was understood is shown again and means the same; nothing else gets through."""

from __future__ import annotations

import json
from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.customers.filter_fields import OPS, PERIODS, of
from crm_tui.customers.filters import (
    FILTER_FIELDS,
    All,
    Any_,
    Condition,
    Filter,
    Not_,
    from_data,
    parse,
    plain,
    text_of,
    to_data,
)
from crm_tui.errors import BadInput
from crm_tui.locale import set_language
from crm_tui.presets.loader import load_words
from crm_tui.presets.store import Dictionary, Entry
from crm_tui.text.fold import fold

NAMES = {1: "王芳", 2: "李雷", 3: "李雷", 4: "我", 5: "Ann (sales)"}
PEOPLE = {fold(name): key for key, name in NAMES.items()} | {"lilei": 2}


@cache
def words() -> Dictionary:
    found = Dictionary()
    for one in load_words():
        found.add(one.kind, Entry(one.key, one.label, one.label_en, None, None, True))
    return found


def read(text: str) -> tuple[Filter | None, str]:
    return parse(text, words(), PEOPLE, 1, date(2026, 3, 11))


def written(text: str) -> object:
    return to_data(read(text)[0])


@pytest.mark.requirement("S0-26", "S3-19")
def test_what_people_type() -> None:
    assert written("行业:制造业 等级：重点客户,战略客户") == [
        "and", ["industry", "is", "manufacturing"], ["level", "is", "key", "strategic"],
    ]  # fmt: skip
    assert written("负责人:我|fzr:lilei") == ["or", ["owner", "is", "me"], ["owner", "is", "2"]]
    assert written("最近跟进>30天 last<2周") == ["and", ["last", "over", "30"], ["last", "within", "14"]]
    assert written("最近跟进:>30天 创建：＜7天 创建:>=2026") == [
        "and", ["last", "over", "30"], ["created", "within", "7"], ["created", "in", "2026-01-01", ""],
    ]  # fmt: skip
    assert written("最近跟进>=30天 创建≤1周") == ["and", ["last", "over", "29"], ["created", "within", "7"]]
    assert written("标签:>30") == ["tag", "is", ">30"]
    assert written("创建:2026-01..2026-03") == ["created", "in", "2026-01-01", "2026-03-31"]
    assert written("创建>=2026年2月 创建<2026-03-05") == [
        "and", ["created", "in", "2026-02-01", ""], ["created", "in", "", "2026-03-04"],
    ]  # fmt: skip
    assert written("下次跟进:逾期 或 下次跟进:无") == ["or", ["due", "period", "overdue"], ["due", "none"]]
    assert written("非(区域:华东 not 省:广东)") == [
        "not", ["and", ["region", "is", "华东"], ["not", ["province", "is", "广东"]]],
    ]  # fmt: skip
    assert read('恒达（上海） 联系人:无 "a:b" 12:30') == (
        Condition("contact", "none"),
        "恒达（上海） a:b 12:30",
    )
    assert read("非凡 或 恒达") == (
        Any_((Condition("text", "is", ("非凡",)), Condition("text", "is", ("恒达",)))),
        "",
    )
    assert read("  ") == (None, "")
    set_language("en")
    assert (
        text_of(read("非(标签:a 或 标签:b) 跟进阶段:无")[0], words(), NAMES)
        == "not (tag:a or tag:b) stage:none"
    )


def test_blanks_around_a_comparison_and_the_titles_of_columns() -> None:
    assert written("最近跟进 > 30天") == written("last >30d") == ["last", "over", "30"]
    assert written("最后跟进时间: 》 30天") == written("最近跟进 ： ＞30天") == ["last", "over", "30"]
    assert written("非状态 = 正式客户 或 -所属行业: 制造业") == [
        "or", ["not", ["status", "is", "won"]], ["not", ["industry", "is", "manufacturing"]],
    ]  # fmt: skip
    assert written("下一步 : 逾期 创建 : 2026-01..2026-03 (更新时间 ≥ 7天)") == [
        "and", ["due", "period", "overdue"], ["created", "in", "2026-01-01", "2026-03-31"],
        ["changed", "over", "6"],
    ]  # fmt: skip
    assert written("标签:《3》 标签: >30") == ["and", ["tag", "is", "《3》"], ["tag", "is", ">30"]]
    assert read('"状态 : 好" 科技 > 30') == (None, "状态 : 好 科技 > 30")


def test_what_is_not_understood_is_told_with_its_place_and_the_choices() -> None:
    for text, place, choices in (
        ("等级:钻石", "钻石", "战略客户"), ("xx:1", "xx", "行业"), ("(行业:制造业", "制造业", "括号"),
        ("行业:制造业)", ")", "括号"), ("a 或", "或", "缺少"), ("等级>3", "等级>3", "重点客户"),
        ("创建:2026-13", "创建:2026-13", ">30天"), ('标签:"a', '标签:"a', "引号"), ("(" * 40, "(", "括号"),
        ("联系人:三", "联系人:三", "联系人:有"), ("x " * 3000, "太长", ""),
        (" ".join(f"标签:{number}" for number in range(99)), "太长", ""),
    ):  # fmt: skip
        with pytest.raises(BadInput) as refused:
            read(text)
        assert place in str(refused.value) and choices in str(refused.value)
    deep = json.loads("[" * 30 + "1" + "]" * 30)
    for data in (
        ["and"], ["x", "is", "1"], ["level", "over", "1"], ["last", "over", "-1"], ["due", "in", "", ""],
        ["owner", "is", "1 OR 1"], ["level", "is"], "level", [1], ["created", "in", "2026-02-30", ""],
        ["tag", "is", "a\0"], deep, ["created", "period", "overdue"],
    ):  # fmt: skip
        with pytest.raises(BadInput):
            from_data(data)


days = st.dates(date(1990, 1, 1), date(2040, 1, 1)).map(date.isoformat)
PLAIN = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters='"“”＂')
texts = st.text(PLAIN, min_size=1, max_size=8).map(lambda text: " ".join(text.split())).filter(bool)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    field = FILTER_FIELDS[draw(st.sampled_from(sorted(FILTER_FIELDS)))]
    op = draw(st.sampled_from(sorted(OPS[field.kind])))
    values: tuple[str, ...] = ()
    if op in ("over", "within"):
        values = (str(draw(st.integers(0, 9999))),)
    elif op == "period":
        values = (draw(st.sampled_from([key for key in PERIODS if key in of(field)])),)
    elif op == "in":
        values = draw(st.tuples(days, days) | st.tuples(days, st.just("")) | st.tuples(st.just(""), days))
    elif op == "is":
        if field.kind == "word":
            keys = [key for key, _label in words().choices(field.word_kind)]
            one = st.sampled_from(keys) if keys else texts
            if not keys:
                return Condition(field.name, "none")
        elif field.kind == "person":
            one = st.sampled_from(["me", "1", "2", "3", "4", "5", "77"])
        else:
            one = texts
        most = 1 if field.kind == "text" else 3
        values = tuple(draw(st.lists(one, min_size=1, max_size=most, unique=True)))
    return Condition(field.name, op, values)


trees = st.recursive(
    conditions(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Any_(tuple(parts))),
        inner.map(Not_),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("状态:!潜在客户", ["not", ["status", "is", "prospect"]]),
        ("状态：！潜在客户，！意向客户", ["not", ["status", "is", "prospect", "interested"]]),
        ("状态:不是潜在客户", ["not", ["status", "is", "prospect"]]),
        ("状态:非潜在客户", ["not", ["status", "is", "prospect"]]),
        ("-状态:潜在客户", ["not", ["status", "is", "prospect"]]),
        ("-状态:!潜在客户", ["status", "is", "prospect"]),
        ("负责人:!我", ["not", ["owner", "is", "me"]]),
        ("标签:!重点", ["not", ["tag", "is", "重点"]]),
        ('标签:"!重点"', ["tag", "is", "!重点"]),
        ("标签:非标", ["tag", "is", "非标"]),
        ("区域:不是华东", ["not", ["region", "is", "华东"]]),
        ("创建:!今天", ["not", ["created", "period", "today"]]),
        ("电话:!有", ["not", ["phone", "some"]]),
        ("名称:科技", ["name", "is", "科技"]),
        ("名称:!科技", ["not", ["name", "is", "科技"]]),
        ("名称:不是", ["name", "is", "不是"]),
        ("客户名称:恒达,远景", ["name", "is", "恒达", "远景"]),
        ('"last contact":今天', ["last", "period", "today"]),
        ('"Last follow-up" > 30天', ["last", "over", "30"]),
        ('-"Next plan":逾期', ["not", ["due", "period", "overdue"]]),
        ('"Customer status":潜在客户', ["status", "is", "prospect"]),
        ("last-follow-up>30d", ["last", "over", "30"]),
    ],
)
def test_what_is_left_out_and_fields_by_their_titles(text: str, meant: object) -> None:
    assert written(text) == meant
    tree = read(text)[0]
    for language in ("zh", "en"):
        set_language(language)
        assert read(text_of(tree, words(), NAMES)) == (tree, "")


def test_what_is_nothing_is_not_left_out_either() -> None:
    for text in ("状态:!", "状态:!没有这个", "状态:不是没有这个"):
        with pytest.raises(BadInput, match="不是状态的取值"):
            read(text)


@given(tree=trees, language=st.sampled_from(["zh", "en"]))
def test_what_is_shown_reads_as_the_same_filter(tree: Filter, language: str) -> None:
    set_language(language)
    tree = plain(tree)
    assert from_data(json.loads(json.dumps(to_data(tree)))) == tree
    top = tree.parts if isinstance(tree, All) else (tree,)
    if any(isinstance(one, Condition) and one.field == "text" for one in top):
        tree = Any_((tree, Condition("phone", "none")))
    assert read(text_of(tree, words(), NAMES)) == (tree, "")


@given(st.text(st.sampled_from(list("()（）|-!非:：<>=\"“”,、 \0'；;%\\天ab1等级行业标签或")), max_size=40))
def test_anything_typed_is_a_filter_or_a_sentence(text: str) -> None:
    try:
        tree, free = read(text)
    except BadInput as refused:
        assert str(refused)
    else:
        again = read(text_of(tree, words(), NAMES, free))
        assert again == (tree, " ".join(free.split()))
