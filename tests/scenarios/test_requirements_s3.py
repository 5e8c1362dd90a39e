"""S3, 行业客户关系管理系统: the customer part of the full system."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crm_tui.customers import reading, service
from crm_tui.followups import service as followups
from crm_tui.followups.service import LogEntry
from tests.cli.calls import Call, session, write
from tests.scenarios.conftest import Take, told

Crm = Callable[..., Call]
Out = Callable[..., list[dict[str, str]]]
SHEET = {
    "客户编号": "C20240501001", "客户名称": "深圳市科技有限公司", "所属行业": "制造业",
    "客户规模": "中型企业",
    "联系人": "张经理", "联系方式": "138****5678", "电子邮箱": "zhang****@xx.com",
    "客户地址": "广东省深圳市南山区科技路1号", "需求描述": "采购办公设备，预算5万元", "客户等级": "重点客户",
    "跟进状态": "跟进中", "最后跟进时间": "2024-05-20 14:30", "负责人": "王芳",
}  # fmt: skip


@pytest.mark.requirement("S3-09", "S3-22", "S3-23", "S3-24", "S3-25", "S3-26", "S3-27", "S3-28", "S3-29")
def test_the_sheet_of_the_system_comes_in_and_goes_out(team: Crm, take: Take, out: Out) -> None:
    assert take(SHEET).json[0]["new"] == 1
    file = team("show", "C20240501001").out
    for label, value in {
        "客户名称": "深圳市科技有限公司", "所属行业": "制造业", "企业规模": "中型企业",
        "联系人姓名": "张经理",
        "手机": "138****5678", "电子邮箱": "zhang****@xx.com", "经营地址": "广东省深圳市南山区科技路1号",
        "核心需求": "采购办公设备，预算5万元", "客户等级": "重点客户", "负责人": "王芳",
    }.items():  # fmt: skip
        assert told(file[: file.index("待补全与")], label) == value
    assert "\n  2024-05-20 14:30" in file
    (row,) = out("customers", "--preset", "S3")
    assert list(row.items()) == list(SHEET.items())


@pytest.mark.requirement("S3-09", "S3-21")
def test_the_blank_sheet_filled_in_brings_numbered_customers(
    team: Crm, take: Take, out: Out, tmp_path: Path
) -> None:
    assert team("template", str(tmp_path / "客户.xlsx")).status == 0
    take(*({"客户名称": name} for name in ("恒达贸易", "远景科技", "明德制造")))
    take({"客户编号": "C20260311007", "客户名称": "给定编号"}, {"客户名称": "下一个"})
    numbers = [row["客户编号"] for row in out("customers")]
    assert numbers == [f"C20260311{number:03}" for number in (1, 2, 3, 7, 8)]


@pytest.mark.requirement("S3-10", "S4-08")
def test_changes_of_contact_need_and_state_are_kept_with_what_was_before(team: Crm, take: Take) -> None:
    take(SHEET)
    with session() as opened:
        one = reading.find(opened.reader, "C20240501001")
        row = reading.record(opened.reader, "customer", one) or {}
        contact = reading.children(opened.reader, "contact", one)[0]
    write(service.update, one, row["changed_in"], {"need": "改为租赁办公设备", "status": "won"})
    write(
        service.update_contact, contact["id"], contact["changed_in"], {"title": "总经理"}, reason="职务调整"
    )
    write(service.add_project, one, {"name": "办公设备", "amount": 5_000_000, "state": "running"})
    past = team("history", "C20240501001").out
    for said in ("采购办公设备，预算5万元", "改为租赁办公设备", "正式客户", "总经理", "合作项目 办公设备"):
        assert said in past
    assert "职务调整" in team("history").out


@pytest.mark.requirement("S3-11", "S4-03")
def test_one_call_shows_all_round_a_customer(team: Crm, take: Take) -> None:
    take(
        {
            **SHEET,
            "跟进记录摘要": "确认技术参数",
            "合作项目": "设备采购",
            "合作金额": "5万元",
            "特殊要求": "月底前送货",
        }
    )
    file = team("show", "C20240501001").out
    parts = ["基础信息", "联系信息", "需求信息", "合作信息", "最近跟进"]
    assert [part for part in file.splitlines() if part in parts] == parts
    for said in ("设备采购", "5万元", "月底前送货", "确认技术参数"):
        assert said in file
    take({"姓名": "李霞", "消费偏好": "环保材料", "购买历史": "2025年购买两次", "家庭情况": "三口之家"})
    person = team("show", "李霞").out
    assert told(person, "客户性质") == "个人"
    assert [told(person, label) for label in ("消费偏好", "购买历史", "家庭情况")] == [
        "环保材料", "2025年购买两次", "三口之家",
    ]  # fmt: skip


@pytest.mark.requirement("S3-14")
def test_a_follow_up_moves_the_stage_in_the_same_change(team: Crm, take: Take) -> None:
    take({**SHEET, "跟进状态": "需求分析"})
    with session() as opened:
        one = reading.find(opened.reader, "C20240501001")
    entry = LogEntry(one, "邮件确认了方案范围", "mail", stage="proposal", feedback="认可方案")
    write(followups.log, entry)
    assert told(team("show", "C20240501001").out, "跟进状态") == "方案提交"
    team("undo")
    file = team("show", "C20240501001").out
    assert told(file, "跟进状态") == "需求调研"
    assert "邮件确认了方案范围" not in file


@pytest.mark.requirement("S3-28")
@pytest.mark.parametrize("level", ["潜在客户", "普通客户", "重点客户", "战略客户"])
@pytest.mark.parametrize("state", ["未跟进", "跟进中", "已成交", "流失"])
def test_level_and_follow_up_state_come_out_as_they_went_in(
    team: Crm, take: Take, out: Out, level: str, state: str
) -> None:
    take({**SHEET, "客户等级": level, "跟进状态": state})
    assert told(team("show", "C20240501001").out, "客户等级") == level
    (row,) = out("customers", "--preset", "S3")
    assert (row["客户等级"], row["跟进状态"]) == (level, state)
