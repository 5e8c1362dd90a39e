"""Stories of two people on one record: merged and told, or asked field by field; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui.customers import reading, service
from crm_tui.followups import reading as followups
from crm_tui.followups import service as plans
from crm_tui.followups.service import LogEntry, read_plan
from crm_tui.session import Session, open_session
from crm_tui.text.cells import width
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office

SIZES = [(80, 24), (120, 40), (60, 15)]
NAME = "北京恒达科技有限公司"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        customer(
            opened,
            NAME,
            {"name": "王总", "mobile": "13900139000"},
            need="旧需求",
            industry="制造业",
            budget_min=10_000_000,
            budget_max=20_000_000,
        )
        yield opened


@pytest.fixture
def colleague(session: Session) -> Iterator[Session]:
    with open_session(session.database.path, login="li") as other:
        yield other


def theirs(colleague: Session, table: str = "customer", row_id: int = 1, **values: Any) -> None:
    """Let the colleague save over whatever is there now."""
    row = reading.record(colleague.reader, table, row_id)
    assert row is not None
    write = {"customer": service.update, "contact": service.update_contact, "project": service.update_project}
    colleague.write(write[table], row_id, row["changed_in"], values)


def now(session: Session, table: str = "customer", row_id: int = 1) -> dict[str, Any]:
    row = reading.record(session.reader, table, row_id)
    assert row is not None
    return row


async def edit(user: User, key: str, text: str) -> None:
    """Type another text into a field of the form."""
    user.screen.the_form.focus_field(key)
    await user.idle()
    user.screen.the_form.fill(key, "")
    await user.type(text)


def fits(user: User) -> None:
    """Assert that the screen keeps to the terminal."""
    cells, height = user.app.size
    assert len(user.lines) == height
    assert [line for line in user.lines if width(line) > cells] == []


@pytest.mark.requirement("S0-21")
async def test_different_fields_merge_silently_and_the_saver_is_told(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        theirs(colleague, industry="金融", note="她的备注")
        await user.press("f12")
        assert user.message == (
            f"已保存：{NAME}。李销售同时改了：所属行业、备注（已一并保留）。\u3000按 u 撤销。"
        )
        row = now(session)
        assert (row["need"], row["industry"], row["note"]) == ("我的需求", "金融", "她的备注")
        await user.press("u")
        row = now(session)
        assert (row["need"], row["industry"], row["note"]) == ("旧需求", "金融", "她的备注")


@pytest.mark.requirement("S0-21")
@pytest.mark.parametrize("size", SIZES)
async def test_the_same_field_is_asked_with_all_three_values(session, colleague, size) -> None:
    async with story(app(session), size=size) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        await edit(user, "budget", "15万-30万")
        await edit(user, "pain", "只有我改")
        theirs(colleague, need="李的需求", budget_min=10_000_000, budget_max=25_000_000, note="她的备注")
        await user.press("f12")
        assert "修改冲突" in user.line(0)
        assert "还有 2 项未选" in user.line(0)
        for text in ("李销售", "核心需求", "我的需求", "李的需求", "10:00"):
            assert text in user.text, text
        fits(user)
        if size != (60, 15):
            assert "旧需求" in user.text
        assert now(session)["pain"] is None, "nothing is saved before it is decided"
        await user.press("f12")
        assert user.message == "还有 2 项没有选定，先看：核心需求。"
        await user.press("1")
        assert user.screen.table.cursor == 1
        assert "15-30万元" in user.text and "10-25万元" in user.text
        await user.press("2")
        assert user.message == "已全部选定，按 F12 保存。"
        await user.press("f12")
        assert user.message == (f"已保存：{NAME}。李销售同时改了：备注（已一并保留）。\u3000按 u 撤销。")
        row = now(session)
        assert (row["need"], row["pain"], row["note"]) == ("我的需求", "只有我改", "她的备注")
        assert (row["budget_min"], row["budget_max"]) == (10_000_000, 25_000_000)
        assert user.screen.kind == "customers"


async def test_nothing_is_chosen_beforehand_and_a_choice_can_be_changed(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的")
        await edit(user, "note", "我的备注")
        theirs(colleague, need="她的", note="她的备注")
        await user.press("f12")
        assert [one.choice for one in user.screen.asked] == ["", ""]
        await user.press("m", "t", "k", "right")
        assert [one.choice for one in user.screen.asked] == ["theirs", "theirs"]
        await user.press("M")
        assert [one.choice for one in user.screen.asked] == ["mine", "mine"]
        await user.press("T", "f12")
        assert user.message == "已保留对方的内容，你的修改没有写入。"
        assert (now(session)["need"], now(session)["note"]) == ("她的", "她的备注")


async def test_a_third_value_is_typed_with_the_fields_own_check(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "budget", "15万-30万")
        theirs(colleague, budget_min=None, budget_max=25_000_000)
        await user.press("f12", "enter")
        assert "写一个值" in user.line(0)
        for text in ("10-20万元", "15-30万元", "对方 · 李销售 · 10:00"):
            assert text in user.text
        await edit(user, "budget", "很多钱")
        await user.press("f12")
        assert "看不懂" in user.text or "金额" in user.text
        await edit(user, "budget", "20万-28万")
        await user.press("enter")
        assert "改写" in user.text
        assert "还有" not in user.line(0)
        await user.press("f12")
        assert "已保存" in user.message
        assert (now(session)["budget_min"], now(session)["budget_max"]) == (20_000_000, 28_000_000)


async def test_esc_goes_back_to_the_form_with_everything_typed(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        await edit(user, "pain", "我的痛点")
        theirs(colleague, need="李的需求")
        await user.press("f12", "1", "escape")
        assert user.screen.kind == "form"
        assert user.message == "没有保存；你填写的内容都还在。"
        assert user.screen.the_form.changed() == {"need": "我的需求", "pain": "我的痛点"}
        assert now(session)["need"] == "李的需求"
        await user.press("f12", "1", "f12")
        assert (now(session)["need"], now(session)["pain"]) == ("我的需求", "我的痛点")


async def test_a_third_change_in_between_asks_again(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的")
        await edit(user, "note", "我的备注")
        theirs(colleague, need="她的", note="她的备注")
        await user.press("f12", "1", "2")
        theirs(colleague, need="她的第二版", industry="金融")
        await user.press("f12")
        assert user.message == "李销售又改了一次，请重新选择。"
        assert "还有 1 项未选" in user.line(0)
        assert "她的第二版" in user.text
        assert "她的备注" not in user.text, "what was left to them is not asked again"
        await user.press("1", "f12")
        assert "行业" in user.message
        row = now(session)
        assert (row["need"], row["note"], row["industry"]) == ("我的", "她的备注", "金融")


async def test_the_same_text_typed_by_both_is_no_conflict(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "同样")
        theirs(colleague, need="同样")
        await user.press("f12")
        assert user.message == "没有任何改动。"


async def test_words_and_people_are_shown_by_their_names(session, colleague) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("e")
        user.screen.the_form.fill("status", "interested")
        user.screen.the_form.fill("owner", "2")
        theirs(colleague, status="won", owner_id=1, industry="x")
        await user.idle()
        colleague.write(people_add)
        theirs(colleague, owner_id=3)
        await user.press("f12")
        for text in ("潜在客户", "意向客户", "正式客户", "王伟", "李销售", "韩梅梅"):
            assert text in user.text, text
        assert "interested" not in user.text and "won" not in user.text
        await user.press("M", "f12")
        assert (now(session)["status"], now(session)["owner_id"]) == ("interested", 2)


def people_add(change: Any) -> int:
    from crm_tui.access import store

    return store.add(change, "han", "韩梅梅", "sales_rep")


async def test_a_new_word_of_an_open_list_is_added_only_when_it_is_taken(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "industry", "航天新词")
        theirs(colleague, industry="金融")
        await user.press("f12", "2", "f12")
        assert "航天新词" not in [label for _key, label in session.words.choices("industry")]
        await user.press("e")
        await edit(user, "industry", "航天新词")
        theirs(colleague, industry="教育")
        await user.press("f12", "1", "f12")
        assert now(session)["industry"] == "航天新词"
        assert "航天新词" in [label for _key, label in session.words.choices("industry")]


@pytest.mark.parametrize("size", SIZES)
async def test_long_values_and_odd_signs_can_be_read_in_full(session, colleague, size) -> None:
    long = "对方很长的需求[/b][red]" + "一二三四五六七八九十" * 60 + "末尾"
    async with story(app(session), size=size) as user:
        await user.press("e")
        await edit(user, "need", "[bold]我的\u202e需求")
        theirs(colleague, need=long)
        await user.press("f12")
        fits(user)
        assert "[bold]我的需求" in user.text
        assert "[/b][red]" in user.text
        await user.press("space", "G")
        assert "末尾" in user.text
        fits(user)
        await user.press("escape", "2", "f12")
        assert now(session)["need"] == long


async def test_the_window_may_change_its_size(session, colleague) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求" * 30)
        theirs(colleague, need="李的需求" * 30)
        await user.press("f12")
        for size in ((60, 15), (40, 10), (80, 24)):
            await user.resize(*size)
            fits(user)
        assert "李的需求" in user.text


# -- a record that is gone ---------------------------------------------------------------------------------


@pytest.mark.requirement("S0-21")
async def test_a_customer_archived_meanwhile_leaves_the_form_open(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        colleague.write(service.archive, 1)
        await user.press("f12")
        assert user.screen.kind == "form"
        assert "李销售已归档这位客户（2026-11-20 10:00）" in user.message
        assert "要恢复，请在更新记录中撤销那次操作。" in user.message
        assert user.screen.the_form.changed() == {"need": "我的需求"}
        colleague.undo()
        await user.press("f12")
        assert "已保存" in user.message
        assert now(session)["need"] == "我的需求"


async def test_a_customer_merged_meanwhile_names_the_one_to_open(session, colleague) -> None:
    other = customer(session, "恒达集团")
    async with story(app(session)) as user:
        await user.press("j", "e")
        await edit(user, "need", "我的需求")
        merged = {"gone": "merged", "merged_into": other, "deleted_at": NOW}
        colleague.write(lambda change: change.update("customer", 1, merged))
        await user.press("f12")
        assert "李销售已把这位客户合并到 C20261120002 恒达集团" in user.message
        assert "请打开 C20261120002 恒达集团" in user.message
        assert user.screen.the_form.changed() == {"need": "我的需求"}


async def test_an_import_taken_back_meanwhile_is_said(session, colleague) -> None:
    added = colleague.write(service.add, {"name": "导入的客户"})
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        colleague.undo(added.set_id)
        await user.press("f12")
        assert "李销售撤销了带来这位客户的操作" in user.message
        assert user.screen.the_form.changed() == {"need": "我的需求"}


async def test_gone_while_the_conflict_is_open_goes_back_to_the_form(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        theirs(colleague, need="她的")
        await user.press("f12", "1")
        colleague.write(service.archive, 1)
        await user.press("f12")
        assert user.screen.kind == "form"
        assert "李销售已归档这位客户" in user.message
        assert user.screen.the_form.changed() == {"need": "我的需求"}


# -- the other forms -----------------------------------------------------------------------------------------


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


def planned(session: Session, text: str = "下周三 回访") -> Any:
    plan_id = session.write(plans.add_plan, 1, read_plan(text, session.today())).value
    return followups.plan(session.reader, plan_id)


def plan_now(session: Session, plan_id: int) -> Any:
    return followups.plan(session.reader, plan_id)


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
