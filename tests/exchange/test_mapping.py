"""Headings of real and printed sheets find their fields; what none explains is kept, never guessed away."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.customers.fields import FIELDS
from crm_tui.errors import BadInput
from crm_tui.exchange.mapping import (
    Mapping,
    heading_signature,
    is_known_heading,
    match_headings,
    recognise_sheet,
)
from crm_tui.presets import load_headings, load_sheets, template_sheet


def explained(mapping: Mapping) -> str:
    """Return the mapping as one line: ``heading=field``, the contact's number and - for the note."""
    parts = []
    for one in mapping.columns:
        slot = f":{one.slot}" if one.slot > 1 else ""
        parts.append(f"{one.heading.strip()}={one.field or '-'}{slot}")
    return " ".join(parts)


def match(headings: str, **more: Any) -> Mapping:
    return match_headings(headings.split(), **more)


@pytest.mark.parametrize("key", ["S0", "S2", "S3", "S4"])
@pytest.mark.requirement(
    "S0-23", "S2-26", "S3-22", "S3-25", "S3-26", "S3-27", "S3-28", "S3-29", "S4-02", "S4-09"
)
def test_the_documents_sheets_are_recognised_with_all_their_columns(key: str) -> None:
    sheet = load_sheets()[key]
    mapping = match_headings(sheet.headings)
    assert mapping.sheet == key
    assert [one.field or "" for one in mapping.columns] == [column.field for column in sheet.columns]
    assert {one.how for one in mapping.columns} == {"exact"}


@pytest.mark.requirement("S3-09")
def test_the_template_is_understood_as_it_is_written() -> None:
    sheet = template_sheet()
    starred = [f"{column.heading}*" for column in sheet.columns]
    assert [one.field for one in match_headings(starred).columns] == [one.field for one in sheet.columns]


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        # the same heading means another thing in another sheet
        ("客户名称 客户类型 跟进状态", "客户名称=name 客户类型=status 跟进状态=stage"),
        ("客户名称 跟进状态", "客户名称=name 跟进状态=progress"),
        ("客户名称 客户状态 跟进状态", "客户名称=name 客户状态=status 跟进状态=stage"),
        ("企业名称 对接人 电话", "企业名称=name 对接人=contact_name 电话=contact_way"),
        # required marks, hints, widths, case, traditional characters
        (
            "*客户名称 联系人（必填） ＥＭＡＩＬ",
            "*客户名称=name 联系人（必填）=contact_name ＥＭＡＩＬ=email",
        ),
        ("公司名稱 聯繫電話 電子郵箱 網址", "公司名稱=name 聯繫電話=contact_way 電子郵箱=email 網址=website"),
        ("客户名称（企业/个人） 电话（手机）", "客户名称（企业/个人）=name 电话（手机）=contact_way"),
        ("名称 地址（注册） 名称（英文）", "名称=name 地址（注册）=reg_address 名称（英文）=english_name"),
        # addresses
        ("公司全称 省份 城市 注册地址", "公司全称=name 省份=reg_province 城市=reg_city 注册地址=reg_address"),
        ("公司全称 省份 城市 地址", "公司全称=name 省份=biz_province 城市=biz_city 地址=biz_address"),
        ("公司名称 住址", "公司名称=name 住址=biz_address"),
        # several contacts of one customer
        (
            "客户名称 联系人 电话 联系人2 电话2 联系人三手机 手机2 联系人2职位",
            "客户名称=name 联系人=contact_name 电话=contact_way 联系人2=contact_name:2 电话2=contact_way:2"
            " 联系人三手机=mobile:3 手机2=mobile:2 联系人2职位=contact_title:2",
        ),
        (
            "客户名称 联系人 手机 联系人 手机 邮箱",
            "客户名称=name 联系人=contact_name 手机=mobile 联系人=contact_name:2 手机=mobile:2 邮箱=email:2",
        ),
        (
            "客户名称 联系人 职位 联系人(2) 职位(2)",
            "客户名称=name 联系人=contact_name 职位=contact_title 联系人(2)=contact_name:2"
            " 职位(2)=contact_title:2",
        ),
        (
            "客户名称 第二联系人 第二联系人电话 备用联系人邮箱",
            "客户名称=name 第二联系人=contact_name:2 第二联系人电话=contact_way:2 备用联系人邮箱=email:2",
        ),
        (
            "客户名称 联系人 手机 手机2 备用电话",
            "客户名称=name 联系人=contact_name 手机=mobile 手机2=contact_way 备用电话=contact_way",
        ),
        # what nothing explains goes to the note
        ("客户名称 备注 备注2 传真", "客户名称=name 备注=note 备注2=- 传真=-"),
        ("客户名称 公司名称", "客户名称=name 公司名称=-"),
        ("公司简称 公司名称 客户名称", "公司简称=short_name 公司名称=- 客户名称=name"),
        # English
        (
            "Company_Name Contact Title Mobile Tel E-mail Address Owner Tags Remarks",
            "Company_Name=name Contact=contact_name Title=contact_title Mobile=mobile Tel=office_phone"
            " E-mail=email Address=biz_address Owner=owner Tags=tags Remarks=note",
        ),
        ("客户名称 标签1 标签2", "客户名称=name 标签1=tags 标签2=tags"),
        # two languages in one
        (
            "公司名称/Company_Name Mobile手机 行业Industry VIP客户 CRM编号",
            "公司名称/Company_Name=name Mobile手机=mobile 行业Industry=industry VIP客户=- CRM编号=-",
        ),
        # of Taiwan and Hong Kong; who runs the firm is not who sells to it
        (
            "客戶名稱 負責人 業務員 行動電話 市話 最近拜訪日 下次拜訪",
            "客戶名稱=name 負責人=- 業務員=owner 行動電話=mobile 市話=office_phone 最近拜訪日=last_followup"
            " 下次拜訪=next_plan",
        ),
        ("客戶名稱 負責人 手提電話 電郵", "客戶名稱=name 負責人=owner 手提電話=mobile 電郵=email"),
        # projects and follow-ups
        (
            "客户名称 合作项目 合作金额（万元） 合同起止 跟进内容摘要 最近跟进人",
            "客户名称=name 合作项目=project_name 合作金额（万元）=project_amount 合同起止=project_term"
            " 跟进内容摘要=followup_summary 最近跟进人=followup_by",
        ),
        (
            "公司名称 预算范围 项目时间节点 决策流程 企业微信/钉钉账号 下一步行动计划",
            "公司名称=name 预算范围=budget 项目时间节点=timeline 决策流程=decision_process"
            " 企业微信/钉钉账号=work_chat 下一步行动计划=next_plan",
        ),
    ],
)
@pytest.mark.requirement(
    "S0-06", "S0-11", "S0-16", "S1-09", "S1-10", "S1-23", "S2-05", "S2-06", "S2-07", "S2-08"
)
def test_headings_find_their_fields(headings: str, expected: str) -> None:
    assert explained(match(headings)) == expected


def test_every_known_heading_alone_beside_a_number_finds_its_field() -> None:
    moved = {"stage": {"stage", "progress"}, "contact_name": {"contact_name", "name"}}
    moved["contact_department"] = {"contact_department", None}
    for name, headings in load_headings().items():
        for heading in headings:
            if name != "no":
                column = match_headings(["客户编号", heading]).columns[1]
                assert column.field in moved.get(name, {name}), heading


@pytest.mark.requirement("S4-03")
def test_a_list_of_persons() -> None:
    mapping = match("姓名 联系方式 消费偏好 购买历史 家庭情况")
    assert [one.field for one in mapping.columns] == [
        "name", "contact_way", "preference", "purchase_history", "family",
    ]  # fmt: skip
    assert mapping.customer_kind == "person"
    assert match("公司名称 姓名").customer_kind == ""


@pytest.mark.requirement("S2-16")
def test_a_heading_tells_the_unit_of_its_amounts() -> None:
    units = [one.unit for one in match("客户名称 合作金额（万元） 预算(单位:元) 年营收亿元 备注").columns]
    assert units == ["", "万元", "元", "亿元", ""]


@pytest.mark.requirement("S4-10")
def test_private_columns_are_never_taken() -> None:
    mapping = match("客户名称 身份证号 家庭住址 联系人")
    assert [one.how for one in mapping.columns[1:3]] == ["refused", "refused"]
    assert [one.heading for one in mapping.columns if one.drop] == ["身份证号", "家庭住址"]
    assert mapping.unmapped == ()
    assert match("姓名 电话 住址").columns[2].drop
    with pytest.raises(BadInput, match="隐私"):
        match("客户名称 家庭住址", overrides={"biz_address": "家庭住址"})
    with pytest.raises(BadInput, match="隐私"):
        mapping.with_column(1, "note")


@pytest.mark.parametrize(
    "headings", [load_sheets()["S1"].headings, ("线索编号", "公司名称", "姓名", "办公电话")]
)
@pytest.mark.requirement("S1-16", "S1-17")
def test_a_lead_sheet_is_refused_with_a_sentence(headings: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="线索表（含“线索编号”列），暂不支持") as refused:
        match_headings(headings)
    assert refused.value.kept == "没有写入任何内容。"
    assert "客户名称" in refused.value.todo


def test_a_customer_sheet_that_remembers_its_lead_is_taken() -> None:
    assert explained(match("客户编号 客户名称 线索编号")) == "客户编号=no 客户名称=name 线索编号=-"


def test_a_list_of_opportunities_is_refused() -> None:
    with pytest.raises(BadInput, match="不是客户表（含“机会编号”列）"):
        match("机会编号 客户编号 机会名称 预计金额")


@pytest.mark.requirement("S4-04")
def test_without_name_and_number_the_user_is_told_what_to_write() -> None:
    with pytest.raises(BadInput, match="联系人、电话") as refused:
        match("联系人 电话")
    assert "--map name=联系人" in refused.value.todo
    assert explained(match("联系人 电话", overrides={"name": "联系人"})) == "联系人=name 电话=contact_way"


@pytest.mark.parametrize("headings", [[], [""], ["", "  "]])
def test_no_headings_at_all_is_refused(headings: list[str]) -> None:
    with pytest.raises(BadInput, match="没有客户名称或客户编号列"):
        match_headings(headings)


def test_two_headings_alike_are_both_kept() -> None:
    mapping = match("客户名称 备注 备注")
    assert [one.field for one in mapping.columns] == ["name", "note", None]
    assert mapping.columns[2].note == "“备注”列已作为备注，本列保留在备注中。"
    assert mapping.unmapped == (mapping.columns[2],)


def test_what_is_unclear_is_left_to_the_user() -> None:
    mapping = match("名称 状态* ID 企业类型 上市状态")
    assert [one.field for one in mapping.columns[1:]] == [None] * 4
    assert [one.note for one in mapping.columns[1:]] == [
        "可能是“客户状态”，如是请手动指定。",
        "可能是“客户编号”，如是请手动指定。",
        "可能是“企业性质”，如是请手动指定。",
        "",
    ]


def test_what_counts_the_rows_is_left_out_unless_chosen() -> None:
    column = match("序号 客户名称").columns[0]
    assert (column.field, column.drop, column.note) == (None, True, "只是行的序号，不导入。")
    chosen = match("序号 客户名称", overrides={"no": "序号"}).columns[0]
    assert (chosen.field, chosen.drop) == ("no", False)


def test_a_slip_of_the_pen_is_guessed_and_said() -> None:
    column = match("客户名称 Conact_Person").columns[1]
    assert (column.field, column.how, column.note) == ("contact_name", "guess", "根据表头推测，请核对。")


# ---------------------------------------------------------------- what the user says


def test_overrides_win() -> None:
    said = {"no": "代码", "source_detail": "客户来源", "手机2": "备用机", "skip": "内部列"}
    mapping = match("代码 客户名称 客户来源 联系人2 备用机 内部列", overrides=said)
    assert explained(mapping) == (
        "代码=no 客户名称=name 客户来源=source_detail 联系人2=contact_name:2 备用机=mobile:2 内部列=-"
    )
    assert mapping.columns[5].drop
    assert [one.how for one in mapping.columns] == [
        "override", "exact", "override", "alias", "override", "override",
    ]  # fmt: skip


def test_an_override_takes_the_field_from_its_usual_column() -> None:
    mapping = match("客户名称 公司名称", overrides=[("客户名称", "公司名称")])
    assert explained(mapping) == "客户名称=- 公司名称=name"


@pytest.mark.parametrize(
    ("field", "heading", "sentence"),
    [
        ("mobil", "手机", "没有可导入的字段“mobil”。没有写入任何内容。是否为：mobile"),
        ("qqq", "手机", "可用字段：no, name"),
        ("changed_by", "手机", "没有可导入的字段“changed_by”"),
        ("name2", "手机", "没有可导入的字段“name2”"),
        ("mobile", "手机号", "表中没有“手机号”列。没有写入任何内容。是否为：手机"),
        ("mobile", "zzz", "表头为：客户名称、手机"),
    ],
)
def test_an_override_that_names_nothing_is_refused(field: str, heading: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        match("客户名称 手机", overrides={field: heading})
    assert sentence in str(refused.value)


def test_what_was_chosen_once_is_remembered_for_the_same_headings() -> None:
    first = match("名称* 状态 传真 联系人2 手机2", overrides={"status": "状态"}).with_column(2, "skip")
    stored = json.loads(json.dumps(first.to_remember()))
    again = match_headings(["传真", "名称", "状态", "联系人２", "手机2"], remembered=stored)
    assert again.signature == first.signature
    assert explained(again) == "传真=- 名称=name 状态=status 联系人２=contact_name:2 手机2=mobile:2"
    assert [one.how for one in again.columns] == ["remembered"] * 5
    assert again.columns[0].drop


def test_a_remembered_field_that_is_gone_is_matched_anew() -> None:
    assert (
        match("客户名称 手机", remembered={"客户名称": "name", "手机": "pager"}).columns[1].field == "mobile"
    )


def test_setting_a_column_takes_the_field_from_the_other() -> None:
    mapping = match("客户名称 公司名称 备注").with_column(1, "name")
    assert explained(mapping) == "客户名称=- 公司名称=name 备注=note"
    assert explained(mapping.with_column(2, None)) == "客户名称=- 公司名称=name 备注=-"
    with pytest.raises(BadInput):
        mapping.with_column(2, "nonsense")


def test_the_signature_minds_the_headings_only() -> None:
    assert heading_signature(["客户名称*", "电话"]) == heading_signature(["电话", " 客户名称", ""])
    assert heading_signature(["客户名称", "电话"]) != heading_signature(["客户名称", "电话", "电话"])


def test_a_few_common_headings_are_no_documents_sheet() -> None:
    assert recognise_sheet(["客户名称", "联系人", "联系方式", "所属行业", "备注"]) is None


def test_known_headings_find_the_header_row() -> None:
    assert all(map(is_known_heading, ["名称*", "联系人2", "客户名称（企业/个人）", "线索编号", "身份证号"]))
    assert not any(map(is_known_heading, ["", "2024-03-15", "上海科技有限公司", "1、带星号的为必填项"]))


# ---------------------------------------------------------------- for any headings


@given(
    st.lists(
        st.sampled_from(
            [one for texts in load_headings().values() for one in texts[:3]] + ["", "甲", "手机2"]
        )
        | st.text(max_size=6),
        max_size=12,
    )
)
def test_any_headings_give_one_column_each_and_no_field_twice(headings: list[str]) -> None:
    headings = ["客户编号", *headings]
    try:
        mapping = match_headings(headings)
    except BadInput as refused:
        assert refused.kept and refused.todo
        return
    assert [(one.index, one.heading) for one in mapping.columns] == list(enumerate(headings))
    once = [
        (one.field, one.slot)
        for one in mapping.columns
        if one.field and one.field not in ("contact_way", "tags", "next_plan")
    ]
    assert len(once) == len(set(once))
    assert all(
        one.slot == 1 or FIELDS[one.field or ""].entity in ("contact", "project") for one in mapping.columns
    )
    assert explained(match_headings(headings, remembered=mapping.to_remember())) == explained(mapping)


def test_known_headings_need_no_heavy_library() -> None:
    code = (
        "import sys; from crm_tui.exchange.mapping import match_headings\n"
        "match_headings(['客户名称', '手机'])\n"
        "print(sorted({'rapidfuzz', 'pydantic', 'textual', 'sqlite_utils'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
