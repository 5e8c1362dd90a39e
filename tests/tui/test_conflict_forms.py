"""Stories of two people at the other forms, at snoozing, ticking, archiving and tags."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.customers import reading, service
from crm_tui.followups import reading as followups
from crm_tui.followups import service as plans
from crm_tui.followups.service import LogEntry
from crm_tui.session import Session
from tests.tui.driver import story
from tests.tui.office import app
from tests.tui.two import NAME, SIZES, edit, now, plan_now, planned, theirs, two_people


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Session, Session]]:
    with two_people(tmp_path) as sessions:
        yield sessions


@pytest.fixture
def session(both: tuple[Session, Session]) -> Session:
    return both[0]


@pytest.fixture
def colleague(both: tuple[Session, Session]) -> Session:
    return both[1]


async def test_a_contact(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("enter")
        await user.app.open("contact", customer_id=1, contact_id=1)
        await user.idle()
        await edit(user, "mobile", "13800000001")
        await edit(user, "contact_title", "总监")
        theirs(colleague, "contact", 1, mobile="13800000002", email="w@b.com")
        await user.press("f12")
        assert "修改冲突" in user.line(0) and "王总" in user.line(0)
        assert "13800000001" in user.text and "13800000002" in user.text
        await user.press("2", "f12")
        assert user.message == "已保存：王总。李销售同时改了：电子邮箱（已一并保留）。\u3000按 u 撤销。"
        row = now(session, "contact")
        assert (row["mobile"], row["title"], row["email"]) == ("13800000002", "总监", "w@b.com")


async def test_a_contact_whose_customer_was_archived(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.app.open("contact", customer_id=1, contact_id=1)
        await user.idle()
        await edit(user, "contact_title", "总监")
        colleague.write(service.archive, 1)
        await user.press("f12")
        assert "李销售已归档这位客户" in user.message
        assert user.screen.the_form.changed() == {"contact_title": "总监"}


async def test_a_project_whose_term_two_made_impossible(session, colleague) -> None:
    days = {"name": "项目", "starts_on": "2026-01-01", "ends_on": "2026-06-30"}
    project = session.write(service.add_project, 1, days).value
    async with story(app(session)) as user:
        await user.app.open("project", customer_id=1, project_id=project)
        await user.idle()
        await edit(user, "project_end", "2026-04-01")
        theirs(colleague, "project", project, starts_on="2026-05-01")
        await user.press("f12")
        assert "合同期限的结束早于开始：2026-05-01 至 2026-04-01" in user.message
        await edit(user, "project_end", "2026-08-01")
        await user.press("f12")
        assert "李销售同时改了：合同开始" in user.message


@pytest.mark.parametrize("choice", ["1", "2"])
async def test_another_name(session, colleague, choice) -> None:
    session.write(service.add_name, 1, "旧名", "former")
    async with story(app(session)) as user:
        alias = reading.children(session.reader, "customer_alias", 1)[0]
        await user.app.open("name", customer_id=1, alias=alias)
        await user.idle()
        await edit(user, "name", "我的名")
        colleague.write(
            service.update_name, alias["id"], alias["changed_in"], {"name": "她的名", "kind": "short"}
        )
        await user.press("f12")
        for text in ("旧名", "我的名", "她的名"):
            assert text in user.text
        await user.press(choice, "f12")
        kept = reading.children(session.reader, "customer_alias", 1)[0]
        assert (kept["name"], kept["kind"]) == ("我的名" if choice == "1" else "她的名", "short")


async def test_a_plan_reworded_while_another_puts_it_off(session, colleague) -> None:
    plan = planned(session)
    async with story(app(session)) as user:
        await user.app.open("plan", customer_id=1, plan_id=plan.id)
        await user.idle()
        await edit(user, "plan_text", "2026-11-25 送样")
        colleague.write(plans.snooze, plan.id, session.today().replace(day=27), None, plan.changed_in)
        await user.press("f12")
        assert "李销售同时改了：" in user.message
        kept = plan_now(session, plan.id)
        assert (kept.goal, kept.due_on, kept.snoozed) == ("送样", "2026-11-27", 1)


@pytest.mark.parametrize("size", SIZES)
async def test_a_plan_moved_to_two_days(session, colleague, size) -> None:
    plan = planned(session)
    async with story(app(session), size=size) as user:
        await user.app.open("plan", customer_id=1, plan_id=plan.id)
        await user.idle()
        await edit(user, "plan_text", "2026-11-30 15:00 回访")
        colleague.write(plans.snooze, plan.id, session.today().replace(day=27), None, plan.changed_in)
        await user.press("f12")
        for text in ("2026-11-30 周一 15:00", "2026-11-27 周五"):
            assert text in user.text
        await user.press("e")
        await edit(user, "计划时间", "2026-12-01 9:00")
        await user.press("f12", "f12")
        assert "已安排：2026-12-01 周二 09:00 · 回访" in user.message
        kept = plan_now(session, plan.id)
        assert (kept.due_on, kept.due_at, kept.goal) == ("2026-12-01", "2026-12-01T01:00:00Z", "回访")


async def test_a_plan_closed_meanwhile_keeps_the_form_open(session, colleague) -> None:
    plan = planned(session)
    async with story(app(session)) as user:
        await user.app.open("plan", customer_id=1, plan_id=plan.id)
        await user.idle()
        await edit(user, "plan_text", "2026-11-30 回访")
        colleague.write(plans.done, plan.id, plan.changed_in)
        await user.press("f12")
        assert "李销售已完成这项计划（2026-11-20 10:00）" in user.message
        assert user.screen.the_form.changed() == {"plan_text": "2026-11-30 回访"}


@pytest.mark.parametrize(("choice", "day"), [("1", "2026-11-21"), ("2", "2026-11-27")])
async def test_a_plan_that_two_put_off(session, colleague, choice, day) -> None:
    plan = planned(session)
    async with story(app(session)) as user:
        await user.app.open("snooze", plan=plan)
        await user.idle()
        colleague.write(plans.snooze, plan.id, session.today().replace(day=27), None, plan.changed_in)
        await user.press("1")
        for text in ("2026-11-25 周三", "2026-11-21 周六", "2026-11-27 周五"):
            assert text in user.text
        await user.press(choice, "f12")
        assert user.screen.kind == "customers"
        assert plan_now(session, plan.id).due_on == day


async def test_a_plan_put_off_by_two_to_the_same_day_is_put_off_once(session, colleague) -> None:
    plan = planned(session)
    async with story(app(session)) as user:
        await user.app.open("snooze", plan=plan)
        await user.idle()
        colleague.write(plans.snooze, plan.id, session.today().replace(day=21), None, plan.changed_in)
        await user.press("1")
        assert user.message == "已经延到 2026-11-21 周六 了。"
        assert plan_now(session, plan.id).snoozed == 1


async def test_leaving_the_conflict_of_a_snooze_leaves_the_box(session, colleague) -> None:
    plan = planned(session)
    async with story(app(session)) as user:
        await user.app.open("snooze", plan=plan)
        await user.idle()
        colleague.write(plans.snooze, plan.id, session.today().replace(day=27), None, plan.changed_in)
        await user.press("1", "escape")
        assert user.screen.kind == "snooze"
        assert user.message == "没有延后。"
        assert plan_now(session, plan.id).due_on == "2026-11-27"


async def test_a_log_whose_status_two_moved(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.app.open("log", customer_id=1)
        await user.idle()
        await edit(user, "content", "谈得很好")
        user.screen.the_form.fill("status", "interested")
        theirs(colleague, status="won")
        await user.press("f12")
        for text in ("潜在客户", "意向客户", "正式客户"):
            assert text in user.text
        assert followups.activities(session.reader, 1) == []
        await user.press("2", "f12")
        assert "已记录" in user.message
        assert now(session)["status"] == "won"
        assert [one.content for one in followups.activities(session.reader, 1)] == ["谈得很好"]


async def test_a_log_whose_plan_a_colleague_wrote_up(session, colleague) -> None:
    plan = planned(session)
    async with story(app(session)) as user:
        await user.app.open("log", customer_id=1, plan_id=plan.id)
        await user.idle()
        await edit(user, "content", "我也打了电话")
        colleague.write(plans.log, LogEntry(1, "她先打的", plan_id=plan.id), None, session.zone)
        await user.press("f12")
        assert "李销售已为这项计划写了跟进记录（2026-11-20 10:00）。" in user.message
        assert len(followups.activities(session.reader, 1)) == 2


# -- keys on lists -------------------------------------------------------------------------------------------


async def test_a_contact_that_moved_is_not_removed_and_is_shown_as_it_is(session, colleague) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("enter")
        user.screen.current = next(panel for panel in user.screen.panels if panel.id == "profile")
        theirs(colleague, note="她的备注")
        await user.press("d")
        assert "李销售同时改了这位客户（2026-11-20 10:00）" in user.message
        assert now(session)["gone"] is None
        assert "她的备注" in user.text, "what they did is shown before the key is pressed again"
        await user.press("d")
        assert "已归档" in user.message


async def test_tags_of_two_are_kept_of_both(session, colleague) -> None:
    session.write(service.set_tags, 1, ["甲", "乙"])
    async with story(app(session)) as user:
        await user.press("t")
        colleague.write(service.set_tags, 1, ["甲", "乙", "她的"], ["甲", "乙"])
        at = next(place for place, row in enumerate(user.screen.tags) if row[0] == "甲")
        await user.press(*["j"] * at, "space", "enter")
        assert sorted(reading.tags_of(session.reader, [1])[1]) == sorted(["她的", "乙"])


async def test_a_plan_that_two_tick_is_done_once_and_the_second_is_told(session, colleague) -> None:
    plan = planned(session, "今天 回访")
    async with story(app(session, start="today")) as user:
        colleague.write(plans.done, plan.id, plan.changed_in)
        await user.press("x")
        assert user.message == (
            "李销售已完成这项计划（2026-11-20 10:00）。你的修改没有保存，对方的内容没有被覆盖。"
            "还有事要做时，请另订一项计划。"
        )
        assert NAME not in user.text, "the list shows what the colleague did"
