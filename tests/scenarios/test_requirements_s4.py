"""S4, 行业通用销售工具箱: the customer's form, its classes, and the day around a follow-up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine

from crm_tui.customers import reading
from crm_tui.followups import service as followups
from crm_tui.followups.service import LogEntry
from tests.cli.calls import Call, session, write
from tests.scenarios.conftest import Take, told

Crm = Callable[..., Call]
Out = Callable[..., list[dict[str, str]]]
FORM = {
    "客户名称（企业/个人）": "新能源制造有限公司", "统一社会信用代码（企业）": "****************",
    "联系人姓名": "陈*", "联系人职务": "采购总监", "联系方式": "136****4321", "电子邮箱": "chen@corp.com",
    "所属行业": "新能源制造", "企业规模": "500-1000人，年营收5-10亿", "主营业务": "电池",
    "当前需求痛点": "产能不足",
    "预算范围": "800-1000万元", "决策链角色": "决策人", "客户标签": "决策周期长",
    "最近跟进时间": "2024-06-20",
    "跟进记录摘要": "确认技术参数",
}  # fmt: skip


@pytest.mark.requirement("S4-02", "S4-04", "S4-09")
def test_the_rows_of_the_form_come_in_and_go_out(team: Crm, take: Take, out: Out) -> None:
    assert take(FORM).json[0]["new"] == 1
    file = team("show", "新能源").out
    for label, value in {
        "联系人姓名": "陈*", "联系人职位": "采购总监", "所属行业": "新能源制造", "主营业务": "电池",
        "核心需求": "产能不足", "预算范围": "800-1000万元", "决策链角色": "决策人", "标签": "决策周期长",
    }.items():  # fmt: skip
        assert told(file, label).replace(",", "") == value
    assert "确认技术参数" in file
    assert "占位" in file[file.index("待核对") :], "16 signs are a placeholder and keep nothing out"


@pytest.mark.requirement("S4-05")
def test_a_customer_has_a_class_of_industry_need_and_intent(team: Crm, take: Take) -> None:
    take({"客户名称": "恒达贸易", "所属行业": "制造业", "需求类型": "设备采购", "合作意向等级": "意向强"})
    file = team("show", "恒达")
    assert told(file.out, "客户分类") == "制造业-设备采购-意向强"
    assert (
        told(team("show", "恒达", "--lang", "en").out, "Category") == "Manufacturing-Equipment-Strong intent"
    )


@pytest.mark.requirement("S4-06")
def test_the_key_note_stands_with_the_customer_and_in_the_queue(team: Crm, take: Take) -> None:
    note = "客户偏好方案演示，对售后响应速度要求高"
    take({"客户名称": "恒达贸易", "重点标注": note, "下次跟进计划": "2026-03-11 产品演示"})
    lines = team("show", "恒达").lines
    assert any(note in line for line in lines[:8])
    assert team("due", "--json").json[0]["key_note"] == note


@pytest.mark.requirement("S4-10")
def test_an_identity_number_or_a_home_address_is_never_kept(team: Crm, take: Take, out: Out) -> None:
    number = "11010519491231002X"
    took = take(
        {"客户名称": "恒达贸易", "备注": f"身份证 {number}", "证件号码": number, "家庭住址": "北京路1号"}
    )
    assert (took.json[0]["new"], number in took.out + took.err) == (1, False)
    assert "2 个含身份证号的单元格已略去" in took.err
    file = team("show", "恒达", "--json")
    assert number not in file.out
    assert "北京路1号" not in file.out + team("history", "恒达").out
    assert number not in str(out("customers"))


@pytest.mark.requirement("S4-15", "S0-14")
def test_a_reminder_carries_the_goal_of_its_follow_up(team: Crm, take: Take) -> None:
    take({"客户名称": "恒达贸易", "联系人姓名": "王总", "手机": "13800138000"})
    team("log", "恒达", "发了资料", "--next", "明天下午3点 确认技术参数")
    team("log", "恒达", "约了下次", "--next", "3月13日 获取决策人反馈", "--keep-open")
    lines = team("due", "--until", "2026-03-13").lines
    assert [line for line in lines if "确认技术参数" in line and "2026-03-12 15:00" in line]
    assert [line for line in lines if "获取决策人反馈" in line and "2026-03-13" in line]


@pytest.mark.requirement("S4-16", "S0-17")
def test_before_a_follow_up_all_is_at_hand_and_after_it_is_written_within_a_day(
    team: Crm, take: Take, noon: time_machine.Traveller
) -> None:
    take({
        "客户名称": "恒达贸易", "核心需求": "降低采购成本15%", "最近跟进时间": "2026-03-01",
        "跟进记录摘要": "报价一版，客户嫌贵", "下次跟进计划": "2026-03-11 获取决策人反馈",
    })  # fmt: skip
    (row,) = team("due", "--json").json
    assert (row["goal"], row["need"]) == ("获取决策人反馈", "降低采购成本15%")
    file = team("show", "恒达").out
    for said in ("降低采购成本15%", "报价一版，客户嫌贵", "获取决策人反馈"):
        assert said in file
    with session() as opened:
        one = reading.find(opened.reader, "恒达贸易")
    write(followups.done, row["plan_id"])
    assert team("due").lines == []
    noon.shift(25 * 3600)
    assert "待补写 (1)" in team("due").out
    entry = LogEntry(
        one, "谈了付款方式", "visit", at="2026-03-11T03:00:00Z", plan_id=row["plan_id"], stage="negotiation",
        objections="价格偏高：改为分期付款",
    )  # fmt: skip
    noon.shift(3 * 3600)
    write(followups.log, entry)
    assert team("due").lines == []
    file = team("show", "恒达").out
    assert told(file, "跟进状态") == "谈判中"
    assert "面谈/拜访 · 王芳 · 补录" in file
    assert "价格偏高：改为分期付款" in file
    assert file.count("补录") == 1, "what a sheet brought is not marked as late"
