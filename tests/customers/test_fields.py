"""The registry covers every column people see, and names each once in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crm_tui.customers.fields import FIELDS, GROUPS, field, field_of, fields
from crm_tui.locale import _, set_language
from crm_tui.presets import word_kinds

SCHEMA = Path(__file__).parents[2] / "schema.sql"
# Columns nobody is shown: keys, versions, and the pointers of undo and merge.
INNER = {
    "customer": {"id", "no_sort", "name_key", "uscc_key", "merged_into", "gone"},
    "contact": {"id", "customer_id", "position"},
    "project": {"id", "customer_id"},
    "activity": {"id", "customer_id", "contact_id", "whole_day"},
    "plan": {"id", "customer_id", "activity_id", "after_plan_id"},
}
VERSION = {"created_in", "changed_in", "deleted_at"}


def columns(table: str) -> set[str]:
    body = re.search(rf"CREATE TABLE {table} \((.*?)\n\) STRICT", SCHEMA.read_text("utf-8"), re.S)
    assert body, table
    return set(re.findall(r"^  ([a-z_]+) [A-Z]", body[1], re.M))


@pytest.mark.parametrize("table", sorted(INNER))
@pytest.mark.requirement("S4-08", "S2-05", "S2-06", "S2-07", "S2-08")
def test_every_column_people_see_has_a_field(table: str) -> None:
    shown = {column for column in columns(table) if field_of(table, column)}
    assert shown == columns(table) - INNER[table] - VERSION


def test_fields_name_real_columns() -> None:
    for one in FIELDS.values():
        if one.entity in INNER:
            assert set(one.columns) <= columns(one.entity), one.name


def test_word_fields_name_a_dictionary() -> None:
    for one in FIELDS.values():
        if one.type in ("word", "words"):
            assert one.word_kind in word_kinds(), one.name
        assert one.group in GROUPS, one.name


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_labels_are_all_different(lang: str) -> None:
    set_language(lang)
    titles = [one.title for one in FIELDS.values()]
    assert len(titles) == len(set(titles))


def test_labels_are_translated() -> None:
    assert [one.name for one in FIELDS.values() if one.title == one.label] == []
    assert [label for label in GROUPS.values() if _(label) == label] == []


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("no", "客户编号"),
        ("name", "客户名称"),
        ("industry", "所属行业"),
        ("status", "客户状态"),
        ("level", "客户等级"),
        ("stage", "跟进状态"),
        ("source", "客户来源"),
        ("contact_name", "联系人姓名"),
        ("contact_title", "联系人职位"),
        ("contact_way", "联系方式"),
        ("contact_preference", "沟通偏好"),
        ("first_contact_on", "首次接触时间"),
        ("last_followup", "最后跟进时间"),
        ("next_plan", "下次跟进计划"),
        ("need", "核心需求"),
        ("pain", "客户痛点"),
        ("note", "备注"),
        ("budget", "预算范围"),
        ("decision_role", "决策链角色"),
        ("tags", "客户标签"),
        ("owner", "负责人"),
        ("family", "家庭情况"),
    ],
)
@pytest.mark.requirement("S0-11", "S0-13", "S0-14", "S0-15", "S1-22", "S3-29", "S4-02", "S4-03")
def test_labels_are_the_documents_words(name: str, label: str) -> None:
    assert field(name).title == label


def test_history_names_a_column_by_its_narrowest_field() -> None:
    assert [one.name for one in (field_of("customer", c) for c in ("budget_min", "reg_city")) if one] == [
        "budget",
        "reg_city",
    ]
    assert (headcount := field_of("customer", "headcount_max")) and headcount.name == "headcount"
    assert field_of("customer", "name_key") is None


def test_fields_of_a_part_keep_their_order() -> None:
    assert [one.name for one in fields(group="source")] == [
        "source", "source_detail", "referrer", "first_contact_on",
    ]  # fmt: skip
    assert {one.entity for one in fields(entity="contact", group="contact")} == {"contact"}


@pytest.mark.requirement("S0-25", "S4-12")
def test_what_is_sensitive_says_why() -> None:
    held = {
        name: field(name).sensitive for name in ("mobile", "budget", "decision_process", "project_amount")
    }
    assert held == {
        "mobile": "contact", "budget": "budget", "decision_process": "decision", "project_amount": "amount",
    }  # fmt: skip


@pytest.mark.requirement("S0-10", "S4-04")
def test_a_field_knows_which_presets_ask_for_it() -> None:
    assert field("need").required_in == ("general", "toolbox")
    assert field("uscc").required_in == ("files",)
    assert field("note").required_in == ()
