"""Stories of the customer file: what it shows of one customer, and what its keys do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import reading, service
from crm_tui.followups import service as followups
from crm_tui.followups.service import LogEntry, PlanDraft
from crm_tui.session import Session
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office


def furnish(opened: Session) -> None:
    """Write what moved within half a year."""
    with time_machine.travel("2026-06-01T02:00:00Z", tick=False) as clock:
        made = customer(
            opened,
            "北京恒达科技有限公司",
            {"name": "张经理", "title": "采购经理", "mobile": "13900139000", "decision_role": "decider"},
            {"name": "李工", "mobile": "139****0001"},
            uscc="91350100M000100Y4Z",
            key_note="客户偏好方案演示，对售后响应速度要求高",
            budget_min=10_000_000,
            budget_max=20_000_000,
            industry="制造业",
        )
        assert made == 1
        clock.move_to("2026-06-20T02:00:00Z")
        row = reading.record(opened.reader, "contact", 1)
        assert row is not None
        opened.write(service.update_contact, 1, row["changed_in"], {"title": "采购总监"})
        row = reading.record(opened.reader, "customer", 1)
        assert row is not None
        opened.write(
            service.update, 1, row["changed_in"], {"budget_max": 30_000_000, "need": "降低采购成本10%"}
        )
        opened.write(
            followups.log,
            LogEntry(1, "谈了价格，客户希望分期", "phone", feedback="预算有限", objections="价格偏高"),
        )
        clock.move_to(NOW)
        opened.write(followups.add_plan, 1, PlanDraft(date(2026, 11, 18), time(15), None, "反馈方案"))
        opened.write(followups.add_plan, 1, PlanDraft(date(2026, 12, 1), None, "month:1", "回访"))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


async def opened(user: User) -> None:
    await user.press("enter")
    assert "北京恒达科技有限公司" in user.line(0)


@pytest.mark.requirement("S3-11", "S4-06")
async def test_the_key_note_is_pinned_on_top(session: Session) -> None:
    async with story(app(session)) as user:
        await opened(user)
        assert "重点标注: 客户偏好方案演示，对售后响应速度要求高" in user.line(2)
        await user.press("tab", "tab", "G")
        assert "重点标注" in user.line(2)


@pytest.mark.requirement("S4-08")
async def test_each_field_stands_with_its_last_change(session: Session) -> None:
    async with story(app(session), size=(200, 45)) as user:
        await opened(user)
        assert "10-30万元" in user.text
        assert "2026-06-20 更新 王伟 ← 10-20万元" in user.text
        assert "2026-06-20 补充 王伟" in user.text  # the need was blank before
        assert "2026-06-01 初次录入" in user.text
        await user.press("tab")
        assert "张经理 采购总监" in user.text
        assert "2026-06-20 更新 王伟 ← 采购经理" in user.text


@pytest.mark.requirement("S2-18")
async def test_odd_and_missing_things_are_said_in_words(session: Session) -> None:
    async with story(app(session), size=(200, 45)) as user:
        await opened(user)
        assert "! 统一社会信用代码中有不会" in user.text  # the credit code's check digit
        assert "139****0001" in user.text
        assert "不完整" in user.text  # masked
        assert "! 联系人没有填职位" in user.text


async def test_only_filled_fields_until_all_are_asked_for(session: Session) -> None:
    async with story(app(session), size=(120, 60)) as user:
        await opened(user)
        assert "英文名称" not in user.text
        await user.press("w")
        assert "英文名称" in user.text
        assert user.message == "已显示全部字段。"


@pytest.mark.parametrize(("width", "columns"), [(80, 1), (120, 2)])
async def test_one_column_of_panels_or_two(session: Session, width: int, columns: int) -> None:
    async with story(app(session), size=(width, 40 if columns == 2 else 24)) as user:
        await opened(user)
        beside = [line for line in user.lines if "客户资料" in line and "联系人" in line]
        assert len(beside) == columns - 1
        for title in ("客户资料", "联系人 (2)", "跟进与计划 (3)", "合作项目 (0)"):
            assert title in user.text


async def test_plans_first_then_what_happened(session: Session) -> None:
    async with story(app(session), size=(80, 30)) as user:
        await opened(user)
        await user.press("tab", "tab")
        text = user.text
        assert text.index("逾期 2 天 · 反馈方案") < text.index("每月 · 回访") < text.index("谈了价格")
        assert "客户反馈：预算有限" in text


async def test_x_closes_the_plan_under_the_cursor_and_u_takes_it_back(session: Session) -> None:
    async with story(app(session)) as user:
        await opened(user)
        await user.press("tab", "tab", "x")
        assert user.message == "已完成：反馈方案。\u3000按 u 撤销。"
        assert "逾期" not in user.text
        await user.press("u")
        assert "逾期 2 天 · 反馈方案" in user.text


async def test_a_plan_is_typed_in_chinese_and_said_back(session: Session) -> None:
    async with story(app(session)) as user:
        await opened(user)
        await user.press("tab", "tab", "a")
        await user.type("下周三下午3点 演示产品")
        assert "2026-11-25 周三 15:00 · 演示产品" in user.text
        await user.press("f12")
        assert "已安排：2026-11-25 周三 15:00 · 演示产品" in user.message
        assert "11-25 15:00" in user.text


async def test_a_nonsense_plan_keeps_the_form_open(session: Session) -> None:
    async with story(app(session)) as user:
        await opened(user)
        await user.press("tab", "tab", "a")
        await user.type("2月30日 回访")
        await user.press("f12")
        assert user.message == "未保存：请看有标记的字段。" or "未保存" in user.message
        assert "2月30日 回访" in user.text


async def test_edit_in_place_begins_at_the_field(session: Session) -> None:
    async with story(app(session), size=(80, 30)) as user:
        await opened(user)
        await user.press("tab", "down", "e")
        assert "编辑联系人" in user.line(0)
        await user.press("escape", "shift+tab")
        while "所属行业" not in user.screen.current.line.label:
            await user.press("j")
        await user.press("e")
        await user.press("end")
        await user.type("-汽车零部件")
        await user.press("f12")
        assert "已保存：北京恒达科技有限公司" in user.message
        assert "制造业-汽车零部件" in user.text
        assert "← 制造业" in user.text


async def test_a_contact_is_added_and_removed(session: Session) -> None:
    async with story(app(session)) as user:
        await opened(user)
        await user.press("tab", "a")
        await user.type("王五")
        await user.press("enter")
        await user.type("市场总监")
        await user.press("f12")
        assert user.message == "已新增联系人：王五。\u3000按 u 撤销。"
        assert "联系人 (3)" in user.text
        await user.press("G", "d")
        assert user.message == "已移除联系人：王五。\u3000按 u 撤销。"
        assert "联系人 (2)" in user.text


@pytest.mark.parametrize(("width", "height"), [(60, 15), (80, 24), (120, 40)])
async def test_the_panel_in_use_has_the_room(session: Session, width: int, height: int) -> None:
    async with story(app(session), size=(width, height)) as user:
        await opened(user)
        for place, panel in enumerate(user.screen.panels):
            assert user.screen.current is panel
            assert panel.size.height >= 5, place
            await user.press("tab")


@pytest.mark.requirement("S2-26", "S2-16")
async def test_a_project_with_money_and_term(session: Session) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await opened(user)
        await user.press("tab", "tab", "tab", "a")
        await user.type("一期设备")
        await user.press("enter")
        await user.type("三十万")
        await user.press("f12")
        assert "已新增合作项目：一期设备。" in user.message
        assert "30万元" in user.text


async def test_an_activity_is_read_whole(session: Session) -> None:
    async with story(app(session)) as user:
        await opened(user)
        await user.press("tab", "tab", "G", "enter")
        assert "异议点及解决方案：价格偏高" in user.text
        await user.press("escape")
        assert "客户资料" in user.text


async def test_archive_leaves_the_file_and_undo_brings_it_back(session: Session) -> None:
    async with story(app(session)) as user:
        await opened(user)
        await user.press("d")
        assert user.message == "已归档：北京恒达科技有限公司。\u3000按 u 撤销。"
        assert "0 位客户" in user.line(0)
        await user.press("u")
        assert "北京恒达" in user.text


async def test_the_value_under_the_cursor_is_copied(session: Session) -> None:
    async with story(app(session)) as user:
        await opened(user)
        await user.press("tab", "j", "y")
        assert user.app.clipboard == "13900139000"
        assert user.message.endswith("13900139000")


async def test_search_keeps_the_lines_that_hold_a_text(session: Session) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await opened(user)
        await user.press("F")
        await user.type("张经理")
        assert "张经理 采购总监" in user.text
        assert "李工" not in user.text
        await user.press("escape")
        assert "李工" in user.text


async def test_a_long_record_is_one_stop_marked_whole(session: Session) -> None:
    words = "谈了价格与交货期，客户希望分三期付款，" * 5
    session.write(followups.log, LogEntry(1, words, "phone"))
    session.write(followups.log, LogEntry(1, "第二次联系", "phone"))
    async with story(app(session)) as user:
        await opened(user)
        await user.press("tab", "tab", "j", "j")
        table = user.screen.primary
        assert user.screen.key.entity == "activity"
        first = table.cursor
        await user.press("j")
        assert user.screen.key.entity == "activity" and table.cursor == first + 1
        assert sum(table.holds_cursor(line) for line in range(table.total)) == 3
        await user.press("j")
        assert table.cursor == first + 4, "the second and third line of a record are no stops"
        await user.press("k")
        assert table.cursor == first + 1


async def test_no_heading_is_a_stop(session: Session) -> None:
    async with story(app(session), size=(80, 40)) as user:
        await opened(user)
        table = user.screen.primary
        assert user.screen.key.field, "the cursor stands on the first field"
        for _press in range(table.total):
            assert user.screen.key.field or user.screen.current.line.value
            await user.press("j")
        await user.press("g")
        assert table.top == 0, "the first heading is in sight"


async def test_the_next_match_goes_from_panel_to_panel(session: Session) -> None:
    async with story(app(session)) as user:
        await opened(user)
        await user.press("n")
        assert user.screen.query_one("SearchLine").has_focus, "without a search it opens one"
        await user.type("客户")
        await user.press("enter")
        seen = [user.screen.current.id]
        for _press in range(12):
            await user.press("n")
            seen.append(user.screen.current.id)
        assert list(dict.fromkeys(seen)) == ["profile", "timeline"]
        assert user.message == "已是最后一处。"
        await user.press(*["N"] * 12)
        assert user.screen.current.id == "profile" and user.message == "已是第一处。"


async def go_to(user: User, label: str) -> None:
    for _press in range(60):
        if user.screen.current.line.label == label:
            return
        await user.press("j")
    raise AssertionError(f"there is no line {label}")


async def test_other_names_are_added_edited_and_taken_off(session: Session) -> None:
    async with story(app(session)) as user:
        await opened(user)
        await user.press("A")
        await user.type("恒达老厂")
        await user.press("f12")
        assert user.message == "已添加名称：恒达老厂。　按 u 撤销。"
        await go_to(user, "曾用名")
        await user.press("A")
        await user.type("恒达老厂")
        await user.press("f12")
        assert "该客户已有名称“恒达老厂”。" in user.text
        await user.press("escape", "escape")
        await user.press("e")
        await user.type("2")
        await user.press("enter", "2", "f12")
        assert reading.children(session.reader, "customer_alias", 1)[0]["kind"] == "short"
        await go_to(user, "客户简称")
        assert user.screen.current.line.value == "恒达老厂2"
        await user.press("d")
        assert user.message == "已去掉名称：恒达老厂2。　按 u 撤销。"
        assert not reading.children(session.reader, "customer_alias", 1)
        await user.press("u")
        assert reading.children(session.reader, "customer_alias", 1)[0]["name"] == "恒达老厂2"
        await user.press("2", "/")
        await user.type("恒达老厂2")
        assert "简称 恒达老厂2" in user.text


@pytest.mark.requirement("S2-26")
async def test_a_project_is_taken_off_and_comes_back(session: Session) -> None:
    session.write(service.add_project, 1, {"name": "年度维保"})
    async with story(app(session)) as user:
        await opened(user)
        await user.press("tab", "tab", "tab", "d")
        assert user.message == "已去掉合作项目：年度维保。　按 u 撤销。"
        assert not reading.children(session.reader, "project", 1)
        await user.press("u")
        assert reading.children(session.reader, "project", 1)[0]["name"] == "年度维保"
