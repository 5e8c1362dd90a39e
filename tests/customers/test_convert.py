"""From what people type or read to columns, and back to what they read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.customers import convert
from crm_tui.customers.convert import Context, Parsed, complete, parse, show, show_column
from crm_tui.customers.fields import FIELDS
from crm_tui.presets.loader import load_words
from crm_tui.presets.store import Dictionary, Entry
from crm_tui.text.fold import fold


def words() -> Dictionary:
    """Return the words of the preset as a database would give them."""
    found = Dictionary()
    for word in load_words():
        entry = Entry(word.key, word.label, word.label_en, word.parent_key, word.phase, True)
        found.add(word.kind, entry)
    for word in load_words():
        for alias in word.aliases:
            found.aliases.setdefault(word.kind, {}).setdefault(fold(alias), word.key)
    return found


def context() -> Context:
    """Return what conversions of these tests know."""
    return Context(words(), {"王芳": 1, "wang": 1}, {1: "王芳"}, date(2026, 3, 11))


def read(field: str, text: str) -> Parsed:
    """Read a text into a field."""
    return parse(FIELDS[field], text, context())


def told(field: str, values: dict[str, Any]) -> str:
    """Tell a field's values in words."""
    return show(FIELDS[field], values, context())


@pytest.mark.parametrize("field", list(FIELDS))
@pytest.mark.parametrize("text", ["", "  ", "\u3000\t", "\x00"])
def test_a_blank_clears_the_fields_columns(field: str, text: str) -> None:
    assert read(field, text) == Parsed(dict.fromkeys(FIELDS[field].columns))


@pytest.mark.parametrize(
    ("field", "text", "values", "shown"),
    [
        ("name", " 上海  恒达 ", {"name": "上海  恒达"}, "上海  恒达"),
        ("status", "意向客户", {"status": "interested"}, "意向客户"),
        ("status", "Prospect", {"status": "prospect"}, "潜在客户"),
        ("status", "成交客户", {"status": "won"}, "正式客户"),
        ("owner", "王芳", {"owner_id": 1}, "王芳"),
        ("owner", "WANG*", {"owner_id": 1}, "王芳"),
        ("founded_on", "2020-05-01", {"founded_on": "2020-05-01"}, "2020-05-01"),
        ("first_contact_on", "2024年2月20日", {"first_contact_on": "2024-02-20"}, "2024-02-20"),
        ("first_contact_on", "昨天", {"first_contact_on": "2026-03-10"}, "2026-03-10"),
        ("mobile", "138****5678", {"mobile": "138****5678"}, "138****5678"),
        ("is_primary", "是", {"is_primary": 1}, "是"),
        ("is_primary", "否", {"is_primary": 0}, "否"),
        ("contact_preference", "电话+邮件", {"preference": "phone,mail"}, "电话、邮件"),
        ("project_amount", "5万元", {"amount": 5000000}, "5万元"),
        ("industry", "养蜂业", {"industry": "养蜂业"}, "养蜂业"),
    ],
)
def test_what_is_read_is_told_again(field: str, text: str, values: dict[str, Any], shown: str) -> None:
    found = read(field, text)
    assert found.values == values
    assert told(field, found.values) == shown


@pytest.mark.requirement("S2-16")
@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("30-50万", 30_000_000, 50_000_000), ("50万以上", 50_000_000, None), ("10万元", 10_000_000, 10_000_000)],
)
def test_a_budget_is_a_range_of_fen(text: str, low: int | None, high: int | None) -> None:
    found = read("budget", text)
    assert found.values == {"budget_min": low, "budget_max": high}
    assert read("budget", told("budget", found.values)).values == found.values


@pytest.mark.requirement("S1-23")
@pytest.mark.parametrize("text", ["200-500人", "50人以下", "1000人以上", "小型"])
def test_a_scale_is_told_so_that_it_reads_the_same(text: str) -> None:
    found = read("scale", text)
    assert any(value is not None for value in found.values.values())
    assert read("scale", told("scale", found.values)).values == found.values


def test_an_address_is_taken_apart_and_told_whole() -> None:
    found = read("biz_address", "广东省深圳市南山区科技园1号")
    assert found.values == {
        "biz_province": "广东省", "biz_city": "深圳市", "biz_district": "南山区", "biz_detail": "科技园1号",
    }  # fmt: skip
    assert told("biz_address", found.values) == "广东省深圳市南山区科技园1号"


def test_a_contact_way_goes_to_the_column_it_belongs_to() -> None:
    assert read("contact_way", "13800138000 / li@hengda.cn").values == {
        "mobile": "13800138000", "email": "li@hengda.cn",
    }  # fmt: skip
    odd = read("contact_way", "前台转接")
    assert odd.values
    assert odd.problem


@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        ("founded_on", "很久以前", convert.NOT_A_DATE),
        ("first_contact_on", "2024-02-30", convert.NOT_A_DATE),
        ("budget", "面议", convert.NOT_MONEY),
        ("scale", "挺大", convert.NOT_A_SCALE),
        ("status", "不知道", convert.NOT_A_WORD),
        ("owner", "无此人", convert.NOT_A_PERSON),
        ("is_primary", "也许", convert.NOT_A_WORD),
    ],
)
def test_what_is_not_understood_keeps_only_its_text(field: str, text: str, problem: str) -> None:
    assert read(field, text) == Parsed({}, problem)


def test_an_unknown_word_of_an_open_list_is_a_new_one_and_of_a_closed_list_is_odd() -> None:
    assert read("industry", "养蜂业") == Parsed({"industry": "养蜂业"}, "", "养蜂业")
    assert read("industry", "养蜂" * 40).problem == convert.NOT_A_WORD
    assert read("level", "钻石").problem == convert.NOT_A_WORD
    assert read("source", "转介绍*").values == {"source": "referral.introduced"}


def test_an_odd_text_with_a_value_keeps_both() -> None:
    found = read("uscc", "310000632283571")
    assert found.values == {"uscc": "310000632283571"}
    assert found.problem
    some = read("contact_preference", "电话、飞鸽")
    assert (some.values, some.problem) == ({"preference": "phone"}, convert.NOT_A_WORD)


def test_the_keys_beside_values_are_completed() -> None:
    assert complete({"name": "ＡＢ Ｃ"})["name_key"] == "abc"
    assert complete({"name": None})["name_key"] == ""
    assert complete({"no": "C9"})["no_sort"] < complete({"no": "C10"})["no_sort"]
    assert complete({"uscc": "91310000632283571e"})["uscc_key"] == "91310000632283571E"
    assert complete({"uscc": None})["uscc_key"] is None
    assert complete({"note": "x"}) == {"note": "x"}


@pytest.mark.requirement("S4-08")
@pytest.mark.parametrize(
    ("entity", "column", "value", "shown"),
    [
        ("customer", "status", "won", "正式客户"),
        ("customer", "status", "unheard", "unheard"),
        ("customer", "budget_min", 10_000_000, "10万元"),
        ("customer", "owner_id", 1, "王芳"),
        ("customer", "biz_city", "深圳市", "深圳市"),
        ("customer", "headcount_min", 200, "200"),
        ("contact", "is_primary", 0, "否"),
        ("contact", "mobile", None, ""),
        ("customer", "changed_in", 7, "7"),
        ("plan", "due_on", "2026-03-11", "2026-03-11"),
        ("plan", "done_at", "2026-03-11T02:00:00Z", "2026-03-11 10:00"),
    ],
)
def test_history_tells_one_column(entity: str, column: str, value: Any, shown: str) -> None:
    assert show_column(entity, column, value, context()) == shown


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=40))
def test_any_text_in_any_field_is_read_without_a_crash(field: str, text: str) -> None:
    found = read(field, text)
    assert set(found.values) <= {*FIELDS[field].columns, field, "work_chat", "note"}
    assert isinstance(told(field, found.values), str)
