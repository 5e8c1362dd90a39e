"""Stories of the one form: what happened, by which way, what next and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import reading as customers
from crm_tui.errors import BadInput
from crm_tui.followups import reading, service
from crm_tui.followups.next_step import read_next, say_plan
from crm_tui.followups.service import PlanDraft
from crm_tui.session import Session
from crm_tui.storage import history
from crm_tui.tui.app import CrmApp
from tests.tui.driver import User, story
from tests.tui.office import NOW, customer, office

TODAY = date(2026, 11, 20)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        yield opened


@pytest.fixture
def due(session: Session) -> reading.Plan:
    """A plan of today with one customer who has a contact."""
    one = customer(session, "上海恒达", {"name": "王总", "mobile": "13900139000"}, stage="not_contacted")
    return planned(session, one)


def planned(session: Session, customer_id: int, **given: object) -> reading.Plan:
    draft = PlanDraft(TODAY, goal="确认报价", **given)  # ty: ignore
    plan = reading.plan(session.reader, session.write(service.add_plan, customer_id, draft).value)
    assert plan is not None
    return plan


def written(session: Session, customer_id: int) -> reading.Activity:
    return reading.activities(session.reader, customer_id)[0]


async def field(user: User, key: str, text: str) -> None:
    user.screen.the_form.focus_field(key)
    await user.type(text)


@pytest.mark.requirement("S3-14")
async def test_a_call_is_logged_and_the_next_planned_in_five_keys(
    session: Session, due: reading.Plan
) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l")
        assert "记跟进  上海恒达" in user.line(0)
        assert "计划：确认报价" in user.text
        await user.type("王总说下周开会讨论报价")
        await user.press("tab", "1", "tab")
        await user.type("下周三下午3点 回访")
        assert "2026-11-25 周三 15:00 · 回访" in user.text
        await user.press("f12")
        assert user.keys == 5
        assert user.message == "已记录，下次跟进 2026-11-25 周三 15:00。\u3000按 u 撤销。"
        assert "今日到期 0" in user.line(0)
        activity = written(session, due.customer_id)
        assert (activity.content, activity.ways, activity.backfilled) == (
            "王总说下周开会讨论报价",
            "phone",
            0,
        )
        closed = reading.plan(session.reader, due.id)
        assert closed is not None and (closed.state, closed.activity_id) == ("done", activity.id)
        following = reading.open_plan(session.reader, due.customer_id)
        assert following is not None
        assert (following.due_at, following.goal) == ("2026-11-25T07:00:00Z", "回访")
        keys = user.keys
        await user.press("u")
        assert user.keys - keys == 1
        assert "今日到期 1" in user.line(0)
        assert reading.activities(session.reader, due.customer_id) == []


async def test_enter_leads_through_the_fields(session: Session, due: reading.Plan) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l", "tab", "2", "5", "enter")
        await user.type("明天")
        await user.press("f12")
        assert written(session, due.customer_id).ways == "visit,wechat"
        following = reading.open_plan(session.reader, due.customer_id)
        assert following is not None and following.due_on == "2026-11-21"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2月30日 回访", "不存在"),
        ("尽快联系", "没有看出日期"),
        ("11月3日回访", "已经过去"),
        ("asdf", "没有看出日期"),
    ],
)
async def test_nonsense_is_refused_beside_the_field(
    session: Session, due: reading.Plan, typed: str, said: str
) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l")
        await user.type("谈了")
        await user.press("tab", "tab")
        await user.type(typed)
        assert said in user.text
        await user.press("f12")
        assert user.screen.kind == "form"
        assert "! " in user.text
        assert reading.activities(session.reader, due.customer_id) == []


async def test_a_step_without_a_day_says_so(session: Session, due: reading.Plan) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l")
        await user.type("谈了")
        await user.press("tab", "tab")
        await user.type("未定 等客户通知")
        assert "未定日期 · 等客户通知" in user.text
        await user.press("f12")
        assert "已记录，下一步已安排。" in user.message
        assert "▸ 未定日期 (1)" in user.text


@pytest.mark.requirement("S0-14")
async def test_a_rhythm_makes_the_next_one_by_itself(session: Session) -> None:
    plan = planned(session, customer(session, "上海恒达"), recurrence="month:1")
    async with story(CrmApp(session)) as user:
        await user.press("l")
        assert "每月：留空则自动安排 2026-12-20 周日" in user.text
        await user.type("例行回访")
        await user.press("f12")
        assert "下次跟进 2026-12-20 周日" in user.message
        following = reading.open_plan(session.reader, plan.customer_id)
        assert following is not None and following.recurrence == "month:1"


@pytest.mark.requirement("S4-16")
async def test_when_it_was_is_typed_in_chinese(session: Session, due: reading.Plan) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l")
        await user.type("昨天通了电话")
        await field(user, "at", "昨天下午3点")
        assert "2026-11-19 周四 15:00" in user.text
        assert "补录" not in user.text
        await user.press("f12")
        activity = written(session, due.customer_id)
        assert (activity.at, activity.backfilled) == ("2026-11-19T07:00:00Z", 0)


async def test_written_late_is_marked_and_the_future_refused(session: Session, due: reading.Plan) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l")
        await user.type("补一条")
        await field(user, "at", "3天前")
        assert "2026-11-17 周二 · 补录" in user.text
        for _sign in "3天前":
            await user.press("backspace")
        await user.type("今天下午3点")
        assert "发生的时间不能在以后。" in user.text
        await user.press("f12")
        assert user.screen.kind == "form"
        for _sign in "下午3点":
            await user.press("backspace")
        await user.press("f12")
        assert user.screen.kind == "today"
        assert written(session, due.customer_id).at == "2026-11-20T02:00:00Z"


@pytest.mark.requirement("S1-13")
async def test_a_lost_customer_needs_the_reason(session: Session, due: reading.Plan) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l")
        await user.type("客户选了别家")
        user.screen.the_form.focus_field("status")
        await user.press("4", "f12")
        assert "流失客户请写明流失原因。" in user.text
        await user.type("选择竞品")
        await user.press("f12")
        row = customers.record(session.reader, "customer", due.customer_id)
        assert row is not None
        assert (row["status"], row["lost_reason"]) == ("lost", "选择竞品")


@pytest.mark.requirement("S0-17")
async def test_status_and_stage_move_with_the_record_in_one_change(
    session: Session, due: reading.Plan
) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l")
        await user.type("愿意看方案")
        user.screen.the_form.focus_field("status")
        await user.press("2", "enter", "3", "f12")
        row = customers.record(session.reader, "customer", due.customer_id)
        assert row is not None and (row["status"], row["stage"]) == ("interested", "need_analysis")
        assert history.recent(session.reader, limit=1)[0].action == "activity.log"
        await user.press("u")
        row = customers.record(session.reader, "customer", due.customer_id)
        assert row is not None and (row["status"], row["stage"]) == ("prospect", "not_contacted")


async def test_with_whom_feedback_and_objections(session: Session, due: reading.Plan) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l")
        await user.type("第一行")
        await user.press("enter")
        await user.type("第二行")
        user.screen.the_form.focus_field("contact")
        await user.press("1", "tab")
        await user.type("价格可以")
        await user.press("tab")
        await user.type("交期太长")
        await user.press("f12")
        activity = written(session, due.customer_id)
        assert activity.content == "第一行\n第二行"
        assert (activity.feedback, activity.objections) == ("价格可以", "交期太长")
        assert activity.contact_id is not None


async def test_a_log_from_elsewhere_closes_the_plan_that_is_due_unless_told_otherwise(
    session: Session, due: reading.Plan
) -> None:
    later = session.write(service.add_plan, due.customer_id, PlanDraft(date(2026, 12, 1), goal="续约")).value
    async with story(CrmApp(session)) as user:
        await user.app.open("log", customer_id=due.customer_id)
        await user.idle()
        assert "计划：确认报价" in user.text
        assert "(*)1 2026-11-20 确认报价  ( )2 2026-12-01 续约" in user.text
        user.screen.the_form.focus_field("plan")
        await user.press("2")
        assert "计划：续约" in user.text
        user.screen.the_form.focus_field("content")
        await user.type("提前续约了")
        await user.press("f12")
        states = [reading.plan(session.reader, plan) for plan in (due.id, later)]
        assert [plan.state for plan in states if plan] == ["todo", "done"]


async def test_a_log_may_leave_every_plan_open(session: Session, due: reading.Plan) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l")
        await user.type("随便聊聊")
        user.screen.the_form.focus_field("plan")
        await user.press("backspace", "f12")
        assert "今日到期 1" in user.line(0)


async def test_a_day_without_an_hour_is_kept_as_a_day(session: Session, due: reading.Plan) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l")
        await user.type("昨天聊过")
        await field(user, "at", "昨天")
        assert "2026-11-19 周四" in user.text and "补录" not in user.text
        await user.press("f12")
        activity = written(session, due.customer_id)
        assert (activity.whole_day, activity.backfilled) == (1, 0)


async def test_nothing_written_is_refused(session: Session, due: reading.Plan) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l", "f12")
        assert "请写跟进内容，或选择跟进方式。" in user.text


async def test_a_refused_save_keeps_what_was_typed(
    session: Session, due: reading.Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kw: object) -> None:
        raise BadInput("数据文件正忙。", "没有保存。", "请稍后再试。")

    async with story(CrmApp(session)) as user:
        await user.press("l")
        await user.type("谈了报价")
        with monkeypatch.context() as patch:
            patch.setattr(session, "write", refuse)
            await user.press("f12")
        assert "数据文件正忙。" in user.message
        assert "谈了报价" in user.text
        await user.press("f12")
        assert user.screen.kind == "today"


async def test_unsaved_words_are_not_lost_by_one_key(session: Session, due: reading.Plan) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("l")
        await user.type("写了一半")
        await user.press("escape")
        assert "写了一半" in user.text
        assert "尚未保存" in user.message
        await user.press("escape")
        assert user.screen.kind == "today"
        await user.press("l", "escape")
        assert user.screen.kind == "today"


async def test_an_idle_customer_is_logged_without_a_plan(session: Session) -> None:
    one = customer(session, "上海恒达")
    async with story(CrmApp(session)) as user:
        await user.press("enter", "j", "l")
        await user.type("第一次联系")
        await user.press("tab", "1", "tab")
        await user.type("后天 寄资料")
        await user.press("f12")
        assert user.keys == 7
        following = reading.open_plan(session.reader, one)
        assert following is not None and following.due_on == "2026-11-22"


def test_a_typed_step_is_said_back() -> None:
    for text, said in [
        ("下周三下午3点 回访", "2026-11-25 周三 15:00 · 回访"),
        ("每月回访", "2026-12-20 周日 · 每月 · 回访"),
        ("待定，等消息", "未定日期 · 等消息"),
        ("未定", "未定日期 · 跟进"),
    ]:
        draft = read_next(text, TODAY)
        assert draft is not None
        assert say_plan(draft) == said
    assert read_next("  ", TODAY) is None
    draft = read_next("明天上午10点半 拜访", TODAY)
    assert draft is not None and draft.due_time == time(10, 30)
