"""The data files: words, sheets, headings and presets hold together and say what the documents print."""

from __future__ import annotations

from collections import Counter

import pytest

from crm_tui.customers.fields import FIELDS
from crm_tui.errors import BadInput
from crm_tui.presets import (
    load_headings,
    load_numbering,
    load_phases,
    load_presets,
    load_sheets,
    load_special_headings,
    load_tags,
    load_words,
    preset,
    template_sheet,
    word_kinds,
)
from crm_tui.presets.headings import heading_key
from crm_tui.presets.progress import read_progress, write_progress
from crm_tui.text.fold import fold


def key_of(kind: str, text: str) -> str | None:
    """Return the word that a sheet's text means."""
    found = [w.key for w in load_words() if w.kind == kind and fold(text) in map(fold, w.spellings)]
    assert len(found) <= 1, (kind, text, found)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        *(("status", text, "prospect") for text in ("潜在", "潜在客户")),
        *(("status", text, "interested") for text in ("意向", "意向客户")),
        *(("status", text, "won") for text in ("成交客户", "正式客户", "已成交", "正式")),
        *(("status", text, "lost") for text in ("流失客户", "流失", "已流失")),
        *(("stage", text, "not_contacted") for text in ("未接触", "未跟进")),
        *(("stage", text, "first_contact") for text in ("初步接洽", "跟进中")),
        *(("stage", text, "need_analysis") for text in ("需求调研", "需求分析")),
        *(("stage", text, "proposal") for text in ("方案提交", "方案制定", "技术评估", "方案提交中")),
        *(("stage", text, "negotiation") for text in ("谈判中", "商务谈判", "价格谈判")),
        *(("stage", text, "deal") for text in ("成交", "已成交")),
        *(("stage", text, "service") for text in ("维护中", "售后")),
        *(("stage", text, "lost") for text in ("流失", "已流失")),
        *(("level", text, "key") for text in ("重点客户", "重点")),
        ("level", "潜在客户", "potential"),
        ("level", "战略客户", "strategic"),
        ("source", "展会推荐", "exhibition.referral"),
        ("source", "转介绍*", "referral.introduced"),
        ("source", "线上官网", "website.visit"),
        ("source", "官网表单", "website.form"),
        ("source", "老客户转介绍", "referral.customer"),
        ("source", "电话推荐", "referral.phone"),
        ("source", "展会留资", "exhibition.card"),
        ("source", "线上表单", "online.form"),
        ("source", "陌生拜访", "visit.cold"),
        ("source", "线上问卷", "survey.online"),
        ("industry", "IT服务", "technology.it"),
        ("industry", "汽车零部件", "manufacturing.auto_parts"),
        ("industry", "教育培训业", "education"),
        ("industry", "新能源制造", "manufacturing.new_energy"),
        ("ownership", "民营企业", "private"),
        ("decision_role", "技术评估人", "evaluator"),
        ("size_class", "个体工商户", "sole"),
        ("size_class", "小型", "small"),
        ("preference", "偏好邮件沟通", "mail"),
        ("preference", "习惯电话跟进", "phone"),
        ("way", "面谈", "visit"),
        ("way", "拜访", "visit"),
        ("way", "线上会议", "online"),
        ("customer_kind", "企业", "company"),
        ("contact_valid", "停机", "suspended"),
        ("review_state", "待复核", "pending"),
        ("intent", "意向强", "strong"),
    ],
)
@pytest.mark.requirement("S0-07", "S0-08", "S0-09", "S0-12", "S2-20", "S3-23", "S3-24", "S3-28", "S4-05")
def test_a_word_of_the_documents_is_known(kind: str, text: str, key: str) -> None:
    assert key_of(kind, text) == key


def test_no_text_means_two_words_of_a_kind() -> None:
    for kind in word_kinds():
        spelled = Counter(
            (fold(text)) for w in load_words() if w.kind == kind for text in {fold(s) for s in w.spellings}
        )
        assert [text for text, count in spelled.items() if count > 1] == []


def test_keys_are_unique_and_can_be_joined_by_commas() -> None:
    keys = [(w.kind, w.key) for w in load_words()]
    assert len(keys) == len(set(keys))
    assert not [key for _kind, key in keys if "," in key or key != key.strip()]


def test_second_level_words_have_their_parent() -> None:
    keys = {(w.kind, w.key) for w in load_words()}
    children = [w for w in load_words() if w.parent_key]
    assert {w.kind for w in children} == {"source", "industry"}
    assert all((w.kind, w.parent_key) in keys for w in children)


@pytest.mark.requirement("S0-12", "S3-04")
def test_every_stage_has_a_phase_and_the_eight_stand_in_order() -> None:
    stages = [w for w in load_words() if w.kind == "stage"]
    assert [w.label for w in stages] == [
        "未接触", "初步接洽", "需求调研", "方案提交", "谈判中", "成交", "维护中", "流失",
    ]  # fmt: skip
    assert list(load_phases()) == ["contact", "need", "proposal", "negotiation", "won", "service", "lost"]
    assert {w.phase for w in stages} == set(load_phases())
    assert all(w.phase is None for w in load_words() if w.kind != "stage")


@pytest.mark.requirement("S0-19", "S3-12")
def test_tags_to_start_with() -> None:
    names = [tag.name for tag in load_tags()]
    assert names == ["高意向", "决策关键期", "高潜力客户", "价格敏感型", "技术导向型", "决策周期长"]
    assert all(tag.colour and tag.group and tag.label_en for tag in load_tags())


@pytest.mark.parametrize(
    ("sheet", "headings"),
    [
        (
            "S0",
            "客户编号 客户名称 所属行业 客户类型 客户来源 联系人姓名 联系人职位 联系方式 沟通偏好 跟进状态"
            " 首次接触时间 最后跟进时间 下次跟进计划 核心需求 客户痛点 备注",
        ),
        (
            "S1",
            "线索编号 来源渠道 线索状态 公司名称 所属行业 公司规模 公司地址 姓名 职位 办公电话"
            " 企业微信/钉钉账号 核心需求描述 预算范围 项目时间节点 决策流程 最近跟进人 最近跟进时间"
            " 跟进内容摘要 下一步行动计划",
        ),
        (
            "S3",
            "客户编号 客户名称 所属行业 客户规模 联系人 联系方式 电子邮箱 客户地址 需求描述 客户等级"
            " 跟进状态 最后跟进时间 负责人",
        ),
        (
            "S4",
            "客户名称（企业/个人） 统一社会信用代码（企业） 联系人姓名 联系人职务 联系方式 电子邮箱"
            " 所属行业 企业规模 主营业务 当前需求痛点 预算范围 决策链角色 客户标签 最近跟进时间 跟进记录摘要",
        ),
    ],
)
@pytest.mark.requirement("S0-23", "S4-09")
def test_sheets_have_the_documents_columns_in_their_order(sheet: str, headings: str) -> None:
    assert " ".join(load_sheets()[sheet].headings) == headings


@pytest.mark.requirement("S2-26")
def test_the_company_sheet_holds_all_parts() -> None:
    fields = [column.field for column in load_sheets()["S2"].columns]
    assert fields[:8] == [
        "name", "uscc", "reg_address", "biz_address", "industry", "scale", "founded_on", "ownership",
    ]  # fmt: skip
    assert fields[8:14] == ["contact_name", "contact_title", "office_phone", "mobile", "email", "wechat"]
    assert fields[-9:-3] == ["owner", "no", "status", "project_name", "project_amount", "project_term"]


def test_every_field_named_in_the_data_exists() -> None:
    used = {column.field for sheet in load_sheets().values() for column in sheet.columns} - {""}
    used |= set(load_headings()) | {name for one in load_presets().values() for name in one.required}
    used |= {text.partition("=")[2] for text in load_special_headings()["unclear"]}
    assert used <= set(FIELDS)
    for sheet in load_sheets().values():
        fields = [column.field for column in sheet.columns if column.field]
        assert len(fields) == len(set(fields)), sheet.key


def test_a_heading_means_one_field() -> None:
    seen: dict[str, str] = {}
    for name, headings in load_headings().items():
        for heading in headings:
            key = heading_key(heading)
            assert seen.setdefault(key, name) == name, heading
        label = heading_key(FIELDS[name].label)
        assert seen.get(label, name) == name, label


def test_every_field_a_sheet_can_set_has_headings_and_the_first_is_its_label() -> None:
    for field in FIELDS.values():
        if field.writable:
            assert load_headings()[field.name][0] == field.title, field.name


def test_the_headings_of_the_sheets_are_known_by_themselves() -> None:
    known = {heading_key(heading) for headings in load_headings().values() for heading in headings}
    from crm_tui.presets.headings import parse_heading

    for sheet in load_sheets().values():
        for column in sheet.columns:
            if column.field:
                assert known & set(parse_heading(column.heading).keys), column.heading


@pytest.mark.requirement("S3-09")
def test_the_template_begins_with_the_sheet_of_its_preset_and_asks_for_its_minimum() -> None:
    headings = template_sheet().headings
    assert headings[:13] == load_sheets()["S3"].headings
    assert set(preset().required) <= {column.field for column in template_sheet().columns}
    assert len(headings) == len(set(headings))


@pytest.mark.requirement("S0-10", "S2-12", "S3-09", "S4-04")
def test_what_each_preset_asks_for() -> None:
    required = {one.document: one.required for one in load_presets().values()}
    assert required["S0"] == ("no", "name", "industry", "status", "source")
    assert required["S2"] == ("name", "uscc", "contact_name", "contact_way")
    assert required["S3"] == ("name", "industry", "contact_name", "contact_way", "need")
    assert required["S4"] == ("contact_name", "contact_way", "need")


@pytest.mark.requirement("S3-21")
def test_numbers_of_the_general_preset() -> None:
    (customer,) = load_numbering()
    assert (customer.entity, customer.template, customer.scope) == ("customer", "C{YYYYMMDD}{seq:3}", "day")


@pytest.mark.parametrize("name", ["general", "通用", "General", "S3", " s3 "])
def test_the_general_preset_by_all_its_names(name: str) -> None:
    assert preset(name).key == "general"


def test_a_preset_that_does_not_work_yet_is_refused() -> None:
    with pytest.raises(BadInput, match=r"企业档案.*通用"):
        preset("企业档案")


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(BadInput, match="没有名为“x”的预设"):
        preset("x")


@pytest.mark.parametrize(
    ("stage", "phase", "status", "current", "moves"),
    [
        ("not_contacted", "contact", None, None, {"status": "prospect", "stage": "not_contacted"}),
        ("first_contact", "contact", None, None, {"status": "prospect", "stage": "first_contact"}),
        ("first_contact", "contact", "interested", "not_contacted", {"stage": "first_contact"}),
        ("first_contact", "contact", "interested", "proposal", {}),
        ("proposal", "proposal", "prospect", "not_contacted", {"stage": "proposal"}),
        ("deal", "won", "interested", "negotiation", {"status": "won", "stage": "deal"}),
        ("service", "service", None, None, {"status": "won", "stage": "service"}),
        ("lost", "lost", "won", "service", {"status": "lost", "stage": "lost"}),
        ("first_contact", "contact", "lost", "lost", {"status": "prospect", "stage": "first_contact"}),
    ],
)
@pytest.mark.requirement("S3-28")
def test_follow_up_state_of_the_general_sheet_is_read(
    stage: str, phase: str, status: str | None, current: str | None, moves: dict[str, str]
) -> None:
    assert read_progress(stage, phase, status, current) == moves


@pytest.mark.parametrize("text", ["未跟进", "跟进中", "已成交", "流失"])
@pytest.mark.requirement("S3-28")
def test_follow_up_state_comes_out_as_it_went_in(text: str) -> None:
    stage = next(w for w in load_words() if w.kind == "stage" and w.key == key_of("stage", text))
    moves = read_progress(stage.key, stage.phase or "")
    assert write_progress(moves["status"], moves["stage"], stage.phase) == text
