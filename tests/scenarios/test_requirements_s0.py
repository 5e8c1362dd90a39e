"""S0, 销售团队客户管理基础信息表: collecting, filling and keeping the team's sheet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.calls import Call
from tests.scenarios.conftest import Take, told

Crm = Callable[..., Call]
Out = Callable[..., list[dict[str, str]]]


@pytest.mark.requirement("S0-02")
def test_every_customer_has_one_person_responsible(team: Crm, take: Take, out: Out) -> None:
    team("user", "add", "li", "--name", "李销售", "--alias", "小李")
    team("user", "add", "zhao", "--name", "赵助理", "--role", "录入专员")
    take(
        {"客户名称": "上海恒达贸易有限公司", "负责人": "小李"},
        {"客户名称": "北京远景科技有限公司", "负责人": "李*"},
        {"客户名称": "广州明德制造厂", "负责人": ""},
    )
    assert told(team("show", "恒达").out, "负责人") == "李销售"
    assert [row["负责人"] for row in out("customers")] == ["小李", "李*", "王芳"]
    file = team("show", "远景").out
    assert told(file, "负责人") == "王芳", "an unknown name leaves it to the importer"
    assert told(file[file.index("待核对") :], "负责人") == "表格原文：李*"


@pytest.mark.requirement("S0-04", "S0-09", "S4-01", "S2-08")
@pytest.mark.parametrize(
    ("cell", "label"),
    [
        ("电话", "电话"), ("拜访", "拜访"), ("展会", "展会"), ("转介绍", "转介绍"), ("线上渠道", "线上推广"),
        ("官网", "官网"), ("社交媒体", "社交媒体"), ("展会推荐", "展会推荐"), ("转介绍*", "转介绍"),
        ("线上官网", "线上官网"), ("客户拜访", "拜访"), ("电话沟通", "电话"), ("行业展会", "展会"),
        ("线上问卷", "线上问卷"), ("线上推广", "线上推广"), ("陌生拜访", "陌生拜访"),
    ],
)  # fmt: skip
def test_how_a_customer_was_won_is_known_by_the_documents_words(
    team: Crm, take: Take, out: Out, cell: str, label: str
) -> None:
    assert take({"客户名称": "恒达贸易", "客户来源": cell}).json[0]["new"] == 1
    assert told(team("show", "恒达").out, "客户来源") == label
    assert out("customers", "--preset", "S0")[0]["客户来源"] == cell


@pytest.mark.requirement("S0-06", "S2-13")
def test_the_full_name_is_the_name_and_the_short_one_finds_it(team: Crm, take: Take) -> None:
    take({"客户名称": "北京科技有限公司", "客户简称": "京科", "注册地址": "北京市海淀区中关村大街1号"})
    file = team("show", "京科").out
    assert told(file, "客户名称") == "北京科技有限公司"
    assert told(file, "客户简称") == "京科"
    assert told(file, "注册地址") == "北京市海淀区中关村大街1号"


@pytest.mark.requirement("S0-10")
def test_what_the_sheet_leaves_blank_is_imported_and_named(team: Crm, take: Take) -> None:
    assert take({"客户名称": "恒达贸易", "所属行业": "零售业"}).json[0]["new"] == 1
    file = team("show", "恒达").out
    for missing in ("联系人姓名", "联系方式", "核心需求"):
        assert told(file[file.index("待补全与待核对") :], missing) == "待补全"


@pytest.mark.requirement("S0-12")
def test_a_file_goes_through_the_eight_stages(team: Crm, take: Take, out: Out) -> None:
    stages = ["未接触", "初步接洽", "需求调研", "方案提交", "谈判中", "成交", "维护中", "流失"]
    for stage in stages:
        take({"客户编号": "A1", "客户名称": "恒达贸易", "跟进状态": stage})
        assert told(team("show", "A1").out, "跟进状态") == stage
        assert out("customers", "--preset", "S0")[0]["跟进状态"] == stage
    moves = [one for one in team("history", "A1", "--json").json if one.get("field") == "stage"]
    assert len(moves) == len(stages) - 1


@pytest.mark.requirement("S0-11", "S0-13", "S0-15", "S0-16")
def test_a_row_of_the_sheet_becomes_a_file_with_a_place_for_each_cell(team: Crm, take: Take) -> None:
    cells = {
        "首次接触时间": "2024-02-20",
        "核心需求": "需要降低采购成本10%",
        "客户痛点": "现有供应商交付延迟",
        "历史合作记录": "2023年采购过一批样机",
        "特殊要求": "需提供增值税专用发票",
        "备注": "决策人需通过李*确认",
        "转介绍人": "销售部赵*",
        "合同编号": "Z2024-7",
        "联系人姓名": "张*",
        "联系人职位": "采购经理",
    }
    took = take({"客户名称": "恒达贸易", **cells, "沟通偏好": "偏好邮件沟通", "最后跟进时间": "2024-03-10"})
    assert took.json[0]["new"] == 1
    file = team("show", "恒达").out
    assert {label: told(file, label) for label in cells} == cells
    assert told(file, "沟通偏好") == "邮件"
    assert "\n  2024-03-10" in file[file.index("最近跟进") :]
    take({"客户名称": "恒达贸易", "沟通偏好": "电话+邮件"})
    assert told(team("show", "恒达").out, "沟通偏好") == "电话、邮件"


@pytest.mark.requirement("S0-14")
@pytest.mark.parametrize(
    ("cell", "day", "goal"),
    [
        ("2026-03-15前反馈方案", "2026-03-15", "反馈方案"),
        ("2026-03-15前提交方案", "2026-03-15", "提交方案"),
        ("2026-03-20产品演示", "2026-03-20", "产品演示"), ("每月回访", "2026-04-11", "回访 · 每月"),
    ],
)  # fmt: skip
def test_a_next_step_is_a_day_or_a_rhythm_and_what_for(
    team: Crm, take: Take, out: Out, cell: str, day: str, goal: str
) -> None:
    take({"客户名称": "恒达贸易", "下次跟进计划": cell})
    assert told(team("show", "恒达").out, day) == goal
    assert out("customers", "--preset", "S0")[0]["下次跟进计划"] == cell


@pytest.mark.requirement("S0-19", "S3-12", "S4-05")
def test_tags_catch_the_eye_in_the_queue_and_narrow_the_list(team: Crm, take: Take, out: Out) -> None:
    take(
        {"客户名称": "恒达贸易", "客户标签": "高意向、价格敏感型", "下次跟进计划": "2026-03-11 产品演示"},
        {"客户名称": "远景科技", "客户标签": "决策周期长", "下次跟进计划": "2026-03-11 产品演示"},
    )
    rows = team("due").lines
    assert rows[2].endswith("今日到期 · #高意向")
    assert rows[3].endswith("今日到期")
    assert told(team("show", "恒达").out, "标签") == "高意向、价格敏感型"
    assert [row["客户名称"] for row in out("customers", "--find", "决策周期长")] == ["远景科技"]
