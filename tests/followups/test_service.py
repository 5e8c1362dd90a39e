"""Logging what happened and planning what comes next."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from crm_tui import clock
from crm_tui.customers import service as customers
from crm_tui.customers.reading import record, rows_of
from crm_tui.errors import BadInput
from crm_tui.followups import service
from crm_tui.followups.reading import Plan, activities, activity, open_plan, plan, plans
from crm_tui.followups.service import LogEntry, PlanDraft, read_plan
from crm_tui.session import Session
from crm_tui.storage.faults import StaleVersion
from tests.opened import saved

TODAY = date(2026, 3, 11)
NOW = "2026-03-11T02:00:00Z"


@pytest.fixture
def customer(crm: Session) -> int:
    """Write one customer."""
    return saved(crm, customers.add, {"name": "上海恒达", "status": "prospect"}, [{"name": "李雷"}])


def planned(crm: Session, customer: int, draft: PlanDraft) -> Plan:
    """Plan and return the plan as it is read."""
    found = plan(crm.reader, saved(crm, service.add_plan, customer, draft, crm.zone))
    assert found is not None
    return found


def again(crm: Session, one: Plan) -> Plan:
    """Read a plan again."""
    found = plan(crm.reader, one.id)
    assert found is not None
    return found


@pytest.mark.requirement("S0-14", "S4-15")
@pytest.mark.parametrize(
    ("text", "day", "hour", "rhythm", "goal"),
    [
        ("下周三下午3点 回访", date(2026, 3, 18), time(15), None, "回访"),
        ("2026-03-15前提交方案", date(2026, 3, 15), None, None, "提交方案"),
        ("确认技术参数", None, None, None, "确认技术参数"),
    ],
)
def test_a_plan_is_read_as_people_write_it(
    text: str, day: date | None, hour: time | None, rhythm: str | None, goal: str
) -> None:
    draft = read_plan(f" {text} ", TODAY)
    assert (draft.due_on, draft.due_time, draft.recurrence, draft.goal) == (day, hour, rhythm, goal)
    assert draft.text == text


@pytest.mark.requirement("S0-14")
def test_a_rhythm_is_a_plan_too() -> None:
    draft = read_plan("每月回访", TODAY)
    assert draft.recurrence
    assert draft.due_on is not None
    assert draft.due_on > TODAY


def test_a_plan_is_the_actors_and_keeps_its_hour(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, time(15, 30), None, "回访", "phone", "今天15:30回访"))
    assert (one.due_on, one.due_at) == ("2026-03-11", "2026-03-11T07:30:00Z")
    assert (one.owner_id, one.state, one.origin, one.ways) == (1, "todo", "manual", "phone")
    assert open_plan(crm.reader, customer) == one
    with pytest.raises(BadInput):
        crm.write(service.add_plan, customer, PlanDraft(None))


@pytest.mark.requirement("S3-14", "S0-17")
def test_a_log_closes_its_plan_and_makes_the_next(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, None, None, "回访"))
    entry = LogEntry(
        customer, " 谈了价格 ", "phone,wechat", plan_id=one.id, feedback="满意", status="interested"
    )
    logged = saved(crm, service.log, entry, PlanDraft(TODAY + timedelta(days=3), goal="送样"), crm.zone)
    done = again(crm, one)
    assert (done.state, done.done_at, done.activity_id) == ("done", NOW, logged.activity_id)
    written = activity(crm.reader, logged.activity_id)
    assert written is not None
    assert (written.at, written.content, written.feedback) == (NOW, "谈了价格", "满意")
    assert (written.by_id, written.backfilled, written.origin) == (1, 0, "manual")
    assert written.next_action == "送样"
    following = open_plan(crm.reader, customer)
    assert following is not None
    assert (following.id, following.due_on, following.after_plan_id) == (logged.plan_id, "2026-03-14", one.id)
    line = rows_of(crm.reader, [customer])[customer]
    assert (line.last_followup_at, line.next_due_on, line.activities) == (NOW, "2026-03-14", 1)
    assert line.status == "interested"
    crm.undo()
    assert again(crm, one).state == "todo"
    assert rows_of(crm.reader, [customer])[customer].activities == 0


def test_a_log_does_not_move_the_version_of_the_customer(crm: Session, customer: int) -> None:
    before = record(crm.reader, "customer", customer)
    crm.write(service.log, LogEntry(customer, "电话"), PlanDraft(TODAY), crm.zone)
    assert record(crm.reader, "customer", customer) == before


@pytest.mark.requirement("S0-14")
def test_a_rhythm_makes_its_own_next_plan(crm: Session, customer: int) -> None:
    draft = read_plan("每周三下午3点 回访", TODAY)._replace(due_on=TODAY)
    one = planned(crm, customer, draft)
    logged = saved(crm, service.log, LogEntry(customer, "回访过了", plan_id=one.id), None, crm.zone)
    following = open_plan(crm.reader, customer)
    assert following is not None
    assert (following.id, following.due_on) == (logged.plan_id, "2026-03-18")
    assert following.due_at == "2026-03-18T07:00:00Z"
    assert (following.recurrence, following.goal, following.after_plan_id) == (
        one.recurrence,
        one.goal,
        one.id,
    )
    third = saved(crm, service.done, following.id, following.changed_in, crm.zone)
    assert again(crm, following).state == "done"
    found = plan(crm.reader, third)
    assert found is not None
    assert found.due_on == "2026-03-25"


def test_a_next_step_of_ones_own_replaces_the_rhythm(crm: Session, customer: int) -> None:
    one = planned(crm, customer, read_plan("每月回访", TODAY)._replace(due_on=TODAY))
    entry = LogEntry(customer, "换个时间", plan_id=one.id)
    saved(crm, service.log, entry, PlanDraft(TODAY + timedelta(days=1)), crm.zone)
    opened = [each for each in plans(crm.reader, customer) if each.state == "todo"]
    assert [each.due_on for each in opened] == ["2026-03-12"]


def test_a_rhythm_that_fell_behind_goes_on_from_today(crm: Session, customer: int) -> None:
    one = planned(crm, customer, read_plan("每周三 回访", TODAY)._replace(due_on=TODAY - timedelta(days=70)))
    found = plan(crm.reader, saved(crm, service.done, one.id, None, crm.zone))
    assert found is not None
    assert found.due_on == "2026-03-18"


@pytest.mark.requirement("S0-17", "S4-16")
@pytest.mark.parametrize(
    ("hours", "whole_day", "late"),
    [(0, False, 0), (24, False, 0), (25, False, 1), (34, True, 0), (48, True, 0), (49, True, 1)],
)
def test_what_is_written_a_day_later_is_marked(
    crm: Session, customer: int, hours: int, whole_day: bool, late: int
) -> None:
    at = clock.to_instant(clock.now() - timedelta(hours=hours))
    entry = LogEntry(customer, "电话", at=at, whole_day=whole_day)
    logged = saved(crm, service.log, entry, None, crm.zone)
    written = activity(crm.reader, logged.activity_id)
    assert written is not None
    assert (written.backfilled, written.whole_day) == (late, int(whole_day))


@pytest.mark.parametrize(
    "entry",
    [
        LogEntry(1, "  "),
        LogEntry(1, ""),
        LogEntry(1, "以后的事", at="2026-03-11T02:06:00Z"),
    ],
)
def test_a_log_of_nothing_or_of_the_future_is_refused(crm: Session, customer: int, entry: LogEntry) -> None:
    with pytest.raises(BadInput):
        crm.write(service.log, entry)
    assert activities(crm.reader, customer) == []


def test_a_way_alone_says_enough(crm: Session, customer: int) -> None:
    saved(crm, service.log, LogEntry(customer, "", "visit"))
    assert activities(crm.reader, customer)[0].content is None


@pytest.mark.requirement("S0-17")
def test_a_plan_closed_without_a_word_is_written_up_later(crm: Session, customer: int, now: Any) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, goal="回访"))
    assert saved(crm, service.done, one.id, one.changed_in) is None
    closed = again(crm, one)
    assert (closed.state, closed.activity_id) == ("done", None)
    now.shift(timedelta(hours=30))
    entry = LogEntry(customer, "当时谈了价格", at=NOW, plan_id=one.id)
    logged = saved(crm, service.log, entry, None, crm.zone)
    written = again(crm, one)
    assert (written.activity_id, written.done_at) == (logged.activity_id, NOW)
    assert activities(crm.reader, customer)[0].backfilled == 1


def test_an_activity_is_tied_to_a_closed_plan(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, goal="回访"))
    saved(crm, service.done, one.id)
    logged = saved(crm, service.log, LogEntry(customer, "电话"))
    saved(crm, service.attach, one.id, logged.activity_id)
    assert again(crm, one).activity_id == logged.activity_id


def test_a_snooze_counts_and_keeps_the_hour(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, time(15), None, "回访"))
    saved(crm, service.snooze, one.id, TODAY + timedelta(days=2), None, one.changed_in, "客户出差", crm.zone)
    later = again(crm, one)
    assert (later.due_on, later.due_at) == ("2026-03-13", "2026-03-13T07:00:00Z")
    assert (later.snoozed, later.snooze_reason) == (1, "客户出差")
    saved(crm, service.snooze, one.id, TODAY + timedelta(days=9), time(9), zone=crm.zone)
    last = again(crm, one)
    assert (last.snoozed, last.due_at, last.snooze_reason) == (2, "2026-03-20T01:00:00Z", "客户出差")
    assert rows_of(crm.reader, [customer])[customer].next_due_on == "2026-03-20"


def test_a_dropped_plan_is_no_follow_up(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, goal="回访"))
    saved(crm, service.cancel, one.id, one.changed_in)
    assert open_plan(crm.reader, customer) is None
    assert rows_of(crm.reader, [customer])[customer].next_due_on is None


def test_what_a_colleague_did_first_is_not_overwritten(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, goal="回访"))
    saved(crm, service.snooze, one.id, TODAY + timedelta(days=1))
    for act in (
        lambda: crm.write(service.done, one.id, one.changed_in),
        lambda: crm.write(service.cancel, one.id, one.changed_in),
        lambda: crm.write(service.snooze, one.id, TODAY, None, one.changed_in),
        lambda: crm.write(service.update_plan, one.id, one.changed_in, {"goal": "别的"}),
        lambda: crm.write(service.done, 999),
        lambda: crm.write(service.log, LogEntry(customer, "电话", plan_id=999)),
    ):
        with pytest.raises(StaleVersion):
            act()
    assert again(crm, one).snoozed == 1
    assert activities(crm.reader, customer) == []


def test_the_next_plan_is_the_earliest_and_dated_ones_come_first(crm: Session, customer: int) -> None:
    for draft in (
        PlanDraft(None, goal="不定"),
        PlanDraft(TODAY + timedelta(days=5)),
        PlanDraft(TODAY),
        PlanDraft(TODAY, time(9)),
    ):
        planned(crm, customer, draft)
    ordered = [(each.due_on, each.due_at) for each in plans(crm.reader, customer)]
    assert ordered[-1] == (None, None)
    first = open_plan(crm.reader, customer)
    assert first is not None
    assert first.due_at == "2026-03-11T01:00:00Z"
    assert rows_of(crm.reader, [customer])[customer].next_due_at == first.due_at


def test_an_activity_is_mended(crm: Session, customer: int) -> None:
    logged = saved(crm, service.log, LogEntry(customer, "电化"))
    written = activity(crm.reader, logged.activity_id)
    assert written is not None
    crm.write(service.update_activity, written.id, written.changed_in, {"content": "电话"})
    assert activities(crm.reader, customer)[0].content == "电话"
    with pytest.raises(StaleVersion):
        crm.write(service.update_activity, written.id, written.changed_in, {"content": "再改"})
