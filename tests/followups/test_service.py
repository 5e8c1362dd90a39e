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
from crm_tui.storage.faults import FieldConflict, RecordGone, StaleVersion
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
    # Put off to the same day for another reason, by somebody who never saw the first.
    with pytest.raises(FieldConflict):
        crm.write(service.snooze, one.id, TODAY + timedelta(days=9), time(9), one.changed_in, "没空")
    assert again(crm, one) == last
    assert rows_of(crm.reader, [customer])[customer].next_due_on == "2026-03-20"


def test_a_dropped_plan_is_no_follow_up(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, goal="回访"))
    saved(crm, service.cancel, one.id, one.changed_in)
    assert open_plan(crm.reader, customer) is None
    assert rows_of(crm.reader, [customer])[customer].next_due_on is None


def test_a_plan_that_was_put_off_meanwhile_is_done_all_the_same(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, goal="回访"))
    saved(crm, service.snooze, one.id, TODAY + timedelta(days=1))
    saved(crm, service.done, one.id, one.changed_in)
    now = again(crm, one)
    assert (now.state, now.due_on, now.snoozed) == ("done", "2026-03-12", 1)


def test_a_plan_that_two_tick_is_done_once_and_comes_again_once(crm: Session, customer: int) -> None:
    one = planned(crm, customer, read_plan("每月回访", TODAY))
    following = saved(crm, service.done, one.id, one.changed_in)
    assert following is not None
    with pytest.raises(StaleVersion, match="王芳已完成这项计划（2026-03-11 10:00）") as found:
        crm.write(service.done, one.id, one.changed_in)
    assert found.value.todo == "还有事要做时，请另订一项计划。"
    assert [each.state for each in plans(crm.reader, customer)] == ["todo", "done"]


@pytest.mark.parametrize("closing", [service.done, service.cancel])
def test_a_plan_that_was_closed_meanwhile_is_not_put_off_dropped_or_moved(
    crm: Session, customer: int, closing: Any
) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, goal="回访"))
    saved(crm, closing, one.id, one.changed_in)
    closed = again(crm, one)
    said = "已完成这项计划" if closing is service.done else "已取消这项计划"
    for act in (
        lambda: crm.write(service.snooze, one.id, TODAY + timedelta(days=1), None, one.changed_in),
        lambda: crm.write(service.cancel, one.id, one.changed_in),
        lambda: crm.write(service.done, one.id, one.changed_in),
        lambda: crm.write(
            service.update_plan, one.id, one.changed_in, {"due_on": "2026-04-01", "due_at": None}
        ),
    ):
        with pytest.raises(StaleVersion, match=said):
            act()
    assert again(crm, one) == closed
    crm.write(service.update_plan, one.id, one.changed_in, {"goal": "别的"})
    assert again(crm, one).goal == "别的"


def test_two_who_put_a_plan_off_clash_unless_to_the_same_day(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, time(9), goal="回访"))
    tomorrow = TODAY + timedelta(days=1)
    saved(crm, service.snooze, one.id, tomorrow, None, one.changed_in)
    with pytest.raises(FieldConflict) as found:
        crm.write(service.snooze, one.id, TODAY + timedelta(days=5), None, one.changed_in)
    assert [clash.column for clash in found.value.fields] == ["due_on", "due_at"]
    assert saved(crm, service.snooze, one.id, tomorrow, None, one.changed_in) is False
    assert again(crm, one).snoozed == 1
    saved(crm, service.snooze, one.id, TODAY + timedelta(days=5), None, found.value.now, "客户出差")
    now = again(crm, one)
    assert (now.due_on, now.due_at, now.snoozed) == ("2026-03-16", "2026-03-16T01:00:00Z", 2)
    assert now.snooze_reason == "客户出差"


def test_one_rewords_a_plan_while_another_puts_it_off(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, goal="回访"))
    saved(crm, service.snooze, one.id, TODAY + timedelta(days=1), None, one.changed_in)
    saved(crm, service.update_plan, one.id, one.changed_in, {"goal": "送样", "text": "送样"})
    now = again(crm, one)
    assert (now.goal, now.due_on, now.snoozed) == ("送样", "2026-03-12", 1)
    with pytest.raises(FieldConflict):
        crm.write(service.update_plan, one.id, one.changed_in, {"goal": "报价"})


def test_dropping_a_plan_that_moved_is_refused(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, goal="回访"))
    saved(crm, service.snooze, one.id, TODAY + timedelta(days=1))
    with pytest.raises(StaleVersion, match="王芳同时改了这项计划"):
        crm.write(service.cancel, one.id, one.changed_in)
    assert again(crm, one).state == "todo"


def test_a_log_is_kept_whatever_others_did_to_its_plan(crm: Session, customer: int) -> None:
    one = planned(crm, customer, read_plan("每月回访", TODAY))
    first = saved(crm, service.log, LogEntry(customer, "先写", plan_id=one.id), None, crm.zone)
    late = saved(crm, service.log, LogEntry(customer, "后写", plan_id=one.id), None, crm.zone)
    assert first.plan_id is not None and first.note == ""
    assert (late.plan_id, late.note) == (None, "王芳已为这项计划写了跟进记录（2026-03-11 10:00）。")
    assert again(crm, one).activity_id == first.activity_id, "the first record stays tied to the plan"
    saved(crm, service.cancel, first.plan_id)
    kept = saved(crm, service.log, LogEntry(customer, "再写", plan_id=first.plan_id), None, crm.zone)
    assert kept.note == "王芳已取消这项计划（2026-03-11 10:00）。"
    two = planned(crm, customer, PlanDraft(TODAY, goal="送样"))
    crm.undo()
    gone = saved(crm, service.log, LogEntry(customer, "还写", plan_id=two.id), PlanDraft(TODAY), crm.zone)
    assert gone.note == "王芳撤销了带来这项计划的操作（2026-03-11 10:00）。"
    following = open_plan(crm.reader, customer)
    assert following is not None and following.after_plan_id is None
    assert [each.content for each in activities(crm.reader, customer)] == ["还写", "再写", "后写", "先写"]


def test_a_log_that_moves_the_status_clashes_with_another_status(crm: Session, customer: int) -> None:
    row = record(crm.reader, "customer", customer)
    assert row is not None
    crm.write(customers.update, customer, row["changed_in"], {"status": "won", "need": "N"})
    entry = LogEntry(customer, "谈了", status="interested", seen=row["changed_in"])
    with pytest.raises(FieldConflict):
        crm.write(service.log, entry)
    assert activities(crm.reader, customer) == []
    saved(crm, service.log, entry._replace(status="won"))
    assert len(activities(crm.reader, customer)) == 1


def test_nothing_is_written_for_a_customer_that_was_archived(crm: Session, customer: int) -> None:
    one = planned(crm, customer, PlanDraft(TODAY, goal="回访"))
    crm.write(customers.archive, customer)
    for act in (
        lambda: crm.write(service.log, LogEntry(customer, "电话")),
        lambda: crm.write(service.add_plan, customer, PlanDraft(TODAY)),
        lambda: crm.write(service.done, one.id, one.changed_in),
        lambda: crm.write(service.update_plan, one.id, one.changed_in, {"goal": "x"}),
        lambda: crm.write(customers.archive, customer),
        lambda: crm.write(customers.add_contact, customer, {"name": "李"}),
        lambda: crm.write(customers.add_project, customer, {"name": "项目"}),
        lambda: crm.write(customers.add_name, customer, "旧名", "former"),
        lambda: crm.write(customers.set_tags, customer, ["甲"]),
    ):
        with pytest.raises(RecordGone, match="王芳已归档这位客户"):
            act()


def test_a_plan_that_never_was_is_refused(crm: Session, customer: int) -> None:
    for act in (
        lambda: crm.write(service.done, 999),
        lambda: crm.write(service.snooze, 999, TODAY),
        lambda: crm.write(service.log, LogEntry(customer, "电话", plan_id=999)),
    ):
        with pytest.raises(RecordGone):
            act()
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
    with pytest.raises(FieldConflict):
        crm.write(service.update_activity, written.id, written.changed_in, {"content": "再改"})
    crm.write(service.update_activity, written.id, written.changed_in, {"feedback": "好"})
    assert activities(crm.reader, customer)[0].content == "电话"
