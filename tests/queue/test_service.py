"""Today: which rows, in which groups and order, and why."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from crm_tui import clock
from crm_tui.access import store as people
from crm_tui.customers import reading
from crm_tui.customers import service as customers
from crm_tui.followups import service as followups
from crm_tui.followups.service import LogEntry, PlanDraft, read_plan
from crm_tui.queue import service as queue
from crm_tui.queue.service import GROUPS, Item, Today
from crm_tui.session import Session
from crm_tui.storage.change import Change
from tests.opened import saved

TODAY = date(2026, 3, 11)


def add(session: Session, name: str, **values: Any) -> int:
    """Write a customer with one contact."""
    contact = {"name": "李雷", "title": "总监", "mobile": "13800138000"}
    return saved(session, customers.add, {"name": name, "status": "prospect", **values}, [contact])


def plan(session: Session, name: str, days: int | None, hour: time | None = None, **values: Any) -> int:
    """Write a customer with a plan so many days from today; return the plan."""
    tags = values.pop("tags", ())
    customer = add(session, name, **values)
    if tags:
        session.write(customers.set_tags, customer, tags)
    due = None if days is None else TODAY + timedelta(days=days)
    return saved(session, followups.add_plan, customer, PlanDraft(due, hour, None, "回访"), session.zone)


def of(session: Session, owner: int | None = 1, **kw: Any) -> Today:
    """Read the queue of now."""
    return queue.today(session.reader, owner, clock.now(), session.zone, **kw)


def names(found: Today, group: str) -> list[str]:
    """Return the customers of a group in their order."""
    return [item.name for item in found.items if item.group == group]


def only(found: Today) -> Item:
    """Return the one row of a queue."""
    (item,) = found.items
    return item


def test_an_empty_database_has_nothing_to_do(crm: Session) -> None:
    found = of(crm)
    assert (found.day, found.items, found.due) == (TODAY, [], 0)
    assert found.counts == dict.fromkeys(GROUPS, 0)


@pytest.mark.requirement("S0-14", "S4-15")
def test_plans_stand_in_groups_by_their_day(crm: Session) -> None:
    for days in (-3, -1, 0, 1, 7, 8):
        plan(crm, f"第{days}天", days)
    plan(crm, "无日期", None)
    found = of(crm)
    assert names(found, "overdue") == ["第-3天", "第-1天"]
    assert names(found, "today") == ["第0天"]
    assert names(found, "week") == ["第1天", "第7天"]
    assert names(found, "undated") == ["无日期"]
    assert (found.counts["week"], found.due) == (2, 3)
    assert names(of(crm, until=TODAY + timedelta(days=8)), "week") == ["第1天", "第7天", "第8天"]
    assert [item.group for item in found.items] == sorted(
        (item.group for item in found.items), key=list(GROUPS).index
    )
    counted = of(crm, counted={"week", "undated", "idle"})
    assert (counted.counts, counted.items) == (found.counts, found.items[:3])
    assert counted.counted == {"week", "undated"}
    some = of(crm, counted=["week"])
    assert (some.counts, names(some, "week"), names(some, "undated")) == (found.counts, [], ["无日期"])
    first = of(crm, whole=False)
    assert (first.items, first.due, first.whole, found.whole) == (found.items[:3], 3, False, True)
    assert sum(first.counts.values()) == 3


def test_a_row_says_who_and_what_for(crm: Session) -> None:
    number = plan(crm, "上海恒达", 0, time(15), industry="制造业", key_note="只在上午打电话")
    item = only(of(crm))
    assert (item.plan_id, item.no, item.name) == (number, "C20260311001", "上海恒达")
    assert (item.contact, item.phone, item.goal) == ("李雷 总监", "13800138000", "回访")
    assert (item.due_on, item.due_at, item.key_note) == (
        "2026-03-11",
        "2026-03-11T07:00:00Z",
        "只在上午打电话",
    )
    assert (item.status, item.industry, item.owner) == ("prospect", "制造业", "王芳")


@pytest.mark.parametrize(
    ("days", "hour", "why"),
    [
        (-2, None, "逾期 2 天"),
        (0, None, "今日到期"),
        (0, time(9), "已过 09:00"),
        (0, time(11), "11:00 即将到期"),
        (0, time(15), "15:00 到期"),
        (1, None, "明天"),
        (4, time(9), "4 天后"),
        (None, None, "未定日期"),
    ],
)
def test_a_row_says_why(crm: Session, days: int | None, hour: time | None, why: str) -> None:
    plan(crm, "上海恒达", days, hour)
    assert only(of(crm)).why.split(" · ")[0] == why


def test_urgency_is_the_sum_of_its_terms_and_orders_a_group(crm: Session) -> None:
    plan(crm, "普通", -1)
    plan(crm, "战略", -1, level="strategic")
    plan(crm, "重点意向", -1, level="key", status="interested", intent="strong")
    plan(crm, "早已逾期", -30)
    plan(crm, "标签", -1, tags=["高意向"])
    found = of(crm)
    assert names(found, "overdue") == ["早已逾期", "重点意向", "战略", "标签", "普通"]
    for item in found.items:
        assert item.urgency == pytest.approx(sum(term.points for term in item.terms), abs=0.05)
        assert all(term.text in item.why for term in item.terms)
    assert "战略客户" in found.items[2].why


def test_hours_of_a_day_order_by_how_soon(crm: Session) -> None:
    for hour in (17, 11, 9):
        plan(crm, f"{hour}点", 0, time(hour))
    plan(crm, "全天", 0)
    assert names(of(crm), "today") == ["9点", "11点", "17点", "全天"]


def test_snoozing_is_counted_and_shown(crm: Session) -> None:
    number = plan(crm, "上海恒达", 0)
    for days in (1, 2, 0):
        crm.write(followups.snooze, number, TODAY + timedelta(days))
    item = only(of(crm))
    assert "3 次" in item.why
    assert item.urgency == 12.0


def test_a_rhythm_is_named(crm: Session) -> None:
    customer = add(crm, "上海恒达")
    crm.write(followups.add_plan, customer, read_plan("每月回访", TODAY)._replace(due_on=TODAY))
    assert "每月" in only(of(crm)).why


@pytest.mark.requirement("S0-17", "S4-16")
def test_a_plan_closed_without_a_word_comes_back_after_a_day(crm: Session, now: Any) -> None:
    number = plan(crm, "上海恒达", 0)
    crm.write(followups.done, number)
    for hours, there in ((0, False), (23, False), (1, True), (30, True)):
        now.shift(timedelta(hours=hours))
        found = of(crm)
        assert (names(found, "unwritten") == ["上海恒达"]) is there
        assert found.due == int(there)
    item = only(of(crm))
    assert "54" in item.why
    logged = saved(crm, followups.log, LogEntry(item.customer_id, "电话"))
    crm.write(followups.attach, number, logged.activity_id)
    assert of(crm).due == 0


def test_an_activity_closes_without_a_trace_in_the_queue(crm: Session, now: Any) -> None:
    number = plan(crm, "上海恒达", 0)
    crm.write(followups.log, LogEntry(1, "电话", plan_id=number))
    now.shift(timedelta(days=2))
    assert of(crm).counts == {**dict.fromkeys(GROUPS, 0), "unplanned": 1}


def test_cancelled_plans_and_archived_customers_leave(crm: Session) -> None:
    crm.write(followups.cancel, plan(crm, "取消", 0))
    plan(crm, "归档", 0)
    crm.write(customers.archive, 2)
    assert of(crm).items == []
    assert of(crm).counts["unplanned"] == 1


def test_everybody_has_a_queue_of_their_own(crm: Session) -> None:
    other = saved(crm, people.add, "li", "李雷", "sales_rep")
    plan(crm, "我的", 0)
    customer = add(crm, "他的", owner_id=other)
    crm.write(followups.add_plan, customer, PlanDraft(TODAY, owner_id=other))
    assert names(of(crm), "today") == ["我的"]
    assert names(of(crm, other), "today") == ["他的"]
    assert names(of(crm, None), "today") == ["我的", "他的"]
    assert [item.owner for item in of(crm, None).items] == ["王芳", "李雷"]


def test_the_day_turns_at_the_teams_midnight(crm: Session, now: Any) -> None:
    plan(crm, "上海恒达", 0)
    now.move_to("2026-03-11T15:59:00+00:00")
    assert names(of(crm), "today") == ["上海恒达"]
    now.move_to("2026-03-11T16:00:00+00:00")
    assert names(of(crm), "overdue") == ["上海恒达"]


def folded(session: Session, group: str, **kw: Any) -> list[Item]:
    """Read a folded group."""
    return queue.idle(session.reader, group, 1, clock.now(), session.zone, **kw)


def test_customers_without_a_plan_are_folded_with_a_count(crm: Session, now: Any) -> None:
    for status in ("prospect", "interested", "won", "lost"):
        add(crm, status, status=status)
    plan(crm, "有计划", 3)
    found = of(crm)
    assert found.counts["unplanned"] == 2
    assert [item.name for item in found.items] == ["有计划"]
    now.shift(timedelta(days=3))
    first = folded(crm, "unplanned")[0]
    assert (first.plan_id, first.name) == (None, "prospect")
    assert "3 天" in first.why
    assert [item.name for item in folded(crm, "unplanned", offset=1, limit=5)] == ["interested"]


def test_customers_idle_for_a_week_come_up_though_they_are_planned(crm: Session, now: Any) -> None:
    plan(crm, "久未联系", 30)
    plan(crm, "刚联系过", 30)
    plan(crm, "今天到期", 7)
    now.shift(timedelta(days=6))
    crm.write(followups.log, LogEntry(2, "电话"))
    assert of(crm).counts["idle"] == 0
    now.shift(timedelta(days=1))
    found = of(crm)
    assert found.counts["idle"] == 1
    assert names(found, "today") == ["今天到期"]
    item = folded(crm, "idle")[0]
    assert item.name == "久未联系"
    assert "7 天" in item.why
    assert "2026-04-10" in item.why


def test_counts_and_pages_of_folded_groups_agree(crm: Session, now: Any) -> None:
    def many(change: Change) -> None:
        for number in range(30):
            customers.add(change, {"name": f"客户{number}", "status": "prospect"})

    crm.write(many)
    assert of(crm).counts["unplanned"] == 30
    pages = [
        item.name for offset in range(0, 30, 7) for item in folded(crm, "unplanned", offset=offset, limit=7)
    ]
    assert len(set(pages)) == len(pages) == 30


@pytest.mark.requirement("S0-19")
def test_a_tag_of_an_important_moment_is_named_in_the_row(crm: Session) -> None:
    plan(crm, "恒达", 0, tags=["高意向", "价格敏感型"])
    plan(crm, "远景", 0, tags=["决策关键期"])
    add(crm, "明德")
    shown = {item.name: (item.marks, item.why) for item in of(crm).items}
    assert shown["恒达"] == (("高意向",), "今日到期 · #高意向")
    assert shown["远景"] == (("决策关键期",), "今日到期 · #决策关键期")
    rows = {row.name: row.marks for row in reading.page(crm.reader, reading.Query())}
    assert rows == {"恒达": ("高意向",), "远景": ("决策关键期",), "明德": ()}
