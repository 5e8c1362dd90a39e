"""Plans written as one line: day, task and owner."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.plan_text import parse_plan
from crm_tui.text.workdays import WorkCalendar

FOLLOWED_UP = dt.date(2024, 3, 8)

# written | task | due | owner
PLANS = """
2024-03-15前反馈方案 | 反馈方案 | 2024-03-15 前 |
2024-03-15前提交方案 | 提交方案 | 2024-03-15 前 |
2024-03-20产品演示 | 产品演示 | 2024-03-20 |
每月回访 | 回访 | 2024-04-08 month:1 |
5月25日前提交技术参数说明（*销售） | 提交技术参数说明 | 2024-05-25 前 | *销售
下周三下午3点 回访 | 回访 | 2024-03-13 15:00 |
3天内再次联系，提供竞品对比分析 | 再次联系，提供竞品对比分析 | 2024-03-11 前 |
计划Q3启动 | 启动 | 2024-09-30 |
需2个月内上线 | 上线 | 2024-05-08 前 |
计划2024年8月交付 | 交付 | 2024-08-31 |
给王总打电话 明天下午3点 谈合同 | 给王总打电话 谈合同 | 2024-03-09 15:00 |
回访 下周三下午3点 | 回访 | 2024-03-13 15:00 |
提交方案，5月25日前 | 提交方案 | 2024-05-25 前 |
上周三已发样品，下周三回访 | 上周三已发样品，下周三回访 | 2024-03-13 |
2024-03-01已寄样，2024-03-20回访 | 2024-03-01已寄样，2024-03-20回访 | 2024-03-20 |
2024-03-01回访 | 回访 | 2024-03-01 |
了解每年采购量，月底前反馈 | 了解每年采购量，月底前反馈 | 2024-03-31 前 |
每周三下午3点电话沟通 | 电话沟通 | 2024-03-13 15:00 week:1:3 |
12/25 14:30 上门拜访 | 上门拜访 | 2024-12-25 14:30 |
7个工作日内寄出样品 | 寄出样品 | 2024-03-19 前 |
下周拜访（负责人：李四） | 拜访 | 2024-03-17 | 李四
明天电话回访@张三 | 电话回访 | 2024-03-09 | 张三
明天回访 负责人：张* | 回访 | 2024-03-09 | 张*
本周五下午确认技术参数（张销售、李经理） | 确认技术参数 | 2024-03-08 | 张销售、李经理
next tuesday: send offer | send offer | 2024-03-12 |
维护关系 | 维护关系 | |
提供方案（初稿） | 提供方案（初稿） | |
整理资料（王经理） | 整理资料 | | 王经理
提供500-1000人规模方案 | 提供500-1000人规模方案 | |
型号12-25A报价 | 型号12-25A报价 | |
10-20万预算确认 | 10-20万预算确认 | |
3-5台设备报价 | 3-5台设备报价 | |
3点建议整理后发出 | 3点建议整理后发出 | |
发送V2.5版本说明 | 发送V2.5版本说明 | |
15号楼现场勘查 | 15号楼现场勘查 | |
培训3天 | 培训3天 | |
双周报 | 双周报 | |
2月30日回访 | 2月30日回访 | |
2024年春节后联系 | 2024年春节后联系 | |
115/12/01拜訪 | 拜訪 | 2026-12-01 |
"""
PIECES = "2024-03-15 前 回访 每月 （*销售） ， 。 明天 3天内 提交 方案 周三 15号 @张三 （ ）"
ROWS = [tuple(part.strip() for part in line.split("|")) for line in PLANS.strip().splitlines()]


@pytest.mark.requirement("S0-14", "S1-10", "S1-23")
@pytest.mark.parametrize(("written", "action", "due", "owner"), ROWS)
def test_a_plan_is_a_task_a_day_and_an_owner(written: str, action: str, due: str, owner: str) -> None:
    plan = parse_plan(written, FOLLOWED_UP)
    said = ""
    if when := plan.when:
        clock = when.time.isoformat("minutes") if when.time else ""
        rhythm = when.recurrence.text() if when.recurrence else ""
        said = " ".join(p for p in (str(when.date), clock, rhythm, "前" if when.deadline else "") if p)
    assert (plan.action, said, plan.owner_text) == (action, due, owner)


@pytest.mark.requirement("S1-23")
def test_the_same_words_mean_another_day_after_another_follow_up() -> None:
    earlier = parse_plan("5月25日前提交方案", dt.date(2023, 5, 20)).when
    assert earlier is not None
    assert earlier.date == dt.date(2023, 5, 25)


def test_working_days_follow_the_users_calendar() -> None:
    calendar = WorkCalendar(holidays=frozenset({dt.date(2024, 3, 11)}))
    plan = parse_plan("1个工作日内回复", FOLLOWED_UP, calendar=calendar)
    assert plan.when is not None
    assert plan.when.date == dt.date(2024, 3, 12)


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                [
                    "2024-03-15",
                    "前",
                    "回访",
                    "每月",
                    "（*销售）",
                    "，",
                    "。",
                    "明天",
                    "3天内",
                    "提交",
                    "方案",
                    "周三",
                    "15号",
                    "@张三",
                    "\u3000",
                    "（",
                    "）",
                ]
            ),
            max_size=9,
        ).map("".join),
    ),
    st.dates(),
)
def test_any_text_gives_a_plan_and_no_task_is_made_up(text: str, reference: dt.date) -> None:
    plan = parse_plan(text, reference)
    left = iter(text)
    assert all(char in left for char in plan.action if not char.isspace())
    assert plan.owner_text in text
    if plan.when is None and not plan.owner_text:
        assert plan.action == text.strip()


def test_a_long_text_is_read_in_passing() -> None:
    assert parse_plan("每" * 20_000, FOLLOWED_UP).when is None
    assert parse_plan("（" * 20_000, FOLLOWED_UP).owner_text == ""
