"""The documents' own sample rows (S0, S3, S4), restored where they lost characters, with dates of today."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from crm_tui.customers.convert import Context, parse
from crm_tui.customers.fields import FIELDS
from crm_tui.demo.story import Plan, Step, Story, Teller


class Sample(NamedTuple):
    """A row by field name, as a sheet would give it.

    ``offsets`` are days from the day the row is about to its first contact and last follow-up; ``owner`` is
    an index into the demo's people, ``said`` what the last follow-up was
    about. ``later`` are changes after the first entry: days ago, field, text, why.
    """

    cells: dict[str, str]
    first_contact: int
    last_followup: int
    owner: int
    said: str
    plan: str = ""
    plan_days: int | None = None
    recurrence: str = ""
    contacts: tuple[dict[str, str], ...] = ()
    later: tuple[tuple[int, str, str, str], ...] = ()


SAMPLES = (
    Sample(
        {
            "no": "2024-SH-001", "name": "上海科技有限公司", "industry": "IT服务", "status": "意向客户",
            "source": "展会推荐", "stage": "需求调研", "need": "降低采购成本15%",
            "pain": "现有供应商响应慢",
            "note": "决策人需对接技术总监李*", "tags": "高意向",
        },
        -24, -5, 0, "沟通需求，客户希望先看方案", "{day}前提交方案", 0,
        contacts=(
            {
                "contact_name": "张*", "contact_title": "采购经理", "contact_way": "138****5678",
                "contact_preference": "电话+邮件",
            },
        ),
    ),
    Sample(
        {
            "no": "2024-BJ-002", "name": "北京商贸集团", "industry": "零售业", "status": "潜在客户",
            "source": "转介绍", "stage": "初步接洽", "need": "寻求新品合作", "pain": "预算有限，关注性价比",
            "note": "转介绍人：销售部赵*", "referrer": "销售部赵*",
        },
        -10, -3, 0, "介绍新品，约定产品演示", "{day}产品演示", 5,
        contacts=({"contact_name": "王*", "contact_title": "市场总监", "contact_way": "139****"},),
    ),
    Sample(
        {
            "no": "2024-GZ-003", "name": "广州制造有限公司", "industry": "制造业", "status": "成交客户",
            "source": "线上官网", "stage": "维护中", "need": "长期供货需求", "pain": "对交付时效要求高",
            "note": "合同编号：Z",
        },
        -126, -7, 1, "回访供货情况，客户满意", "每月回访", 23, "month:1",
        contacts=(
            {
                "contact_name": "刘*", "contact_title": "运营主管", "contact_way": "137****9876",
                "contact_preference": "邮件",
            },
        ),
    ),
    Sample(
        {
            "no": "C20240501001", "name": "**市**科技有限公司", "industry": "科技行业", "scale": "中型企业",
            "biz_address": "广东省深圳市南山区科技路1号", "need": "采购办公设备，预算5万元",
            "level": "普通客户",
            "status": "意向客户", "stage": "初步接洽", "budget": "5万元", "tags": "价格敏感型",
        },
        -19, -2, 1, "了解办公设备需求和预算", "发送报价单", 2,
        contacts=(
            {"contact_name": "张经理", "contact_way": "138****5678", "email": "zhang***@**.com"},
        ),
    ),
    Sample(
        {
            "name": "**新能源制造有限公司", "industry": "新能源制造", "scale": "500-1000人，年营收5-10亿",
            "main_business": "储能电池系统的研发与生产", "need": "新产线设备采购，要求一次验收合格",
            "status": "意向客户", "level": "战略客户", "stage": "技术评估", "demand_type": "设备采购",
            "intent": "强",
            "tags": "决策周期长、技术导向型", "source": "客户拜访",
        },
        -97, -1, 0, "客户技术部提出参数疑问，需补充说明", "确认技术参数", -1,
        contacts=(
            {
                "contact_name": "陈*", "contact_title": "采购部经理", "contact_way": "136****4321",
                "email": "chen***@**.com", "decision_role": "决策人",
            },
            {"contact_name": "周*", "contact_title": "技术部主任", "decision_role": "技术评估人"},
        ),
        later=(
            (56, "budget", "800-1000万元", "补充"),
            (41, "key_note", "客户*偏好方案演示，对售后响应速度要求高", "更新"),
            (1, "contact_title", "采购总监", "职务调整"),
        ),
    ),
)  # fmt: skip


def told_samples(context: Context, teller: Teller) -> list[Story]:
    """Return the sample rows as stories, read by the same conversions as a sheet."""
    stories = []
    for index, sample in enumerate(SAMPLES):
        values: dict[str, Any] = {"kind": "company"}
        tags: list[str] = []
        for name, text in sample.cells.items():
            if name == "tags":
                tags = text.split("、")
            else:
                values |= parse(FIELDS[name], text, context).values
        first = teller.today + timedelta(sample.first_contact)
        values["first_contact_on"] = first.isoformat()
        contacts = [_read(cells, context) for cells in sample.contacts]
        story = Story(sample.owner, values, contacts, tags)
        story.steps.append(Step(teller.moment(first, 9), sample.owner, index, "add", {}))
        for ago, name, text, why in sample.later:
            kind = "contact" if FIELDS[name].entity == "contact" else "update"
            data = {"reason": why, "values": parse(FIELDS[name], text, context).values}
            day = teller.today - timedelta(ago)
            story.steps.append(Step(teller.moment(day, 10), sample.owner, index, kind, data))
        plan = None
        if sample.plan and sample.plan_days is not None:
            due = teller.today + timedelta(sample.plan_days)
            text = sample.plan.format(day=due.isoformat())
            goal = sample.plan.replace("{day}前", "").replace("{day}", "").removeprefix("每月")
            plan = Plan(due, None, sample.recurrence, goal, text)
        log = {"content": sample.said, "ways": "phone", "plan": plan}
        last = teller.moment(teller.today + timedelta(sample.last_followup), 14)
        story.steps.append(Step(last, sample.owner, index, "log", log))
        stories.append(story)
    return stories


def _read(cells: dict[str, str], context: Context) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in cells.items():
        values |= parse(FIELDS[name], text, context).values
    return values
