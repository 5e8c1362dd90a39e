"""Stories of Today: whom to contact and why, each dealt with in a key or two, anything taken back in one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
import time_machine

from crm_tui.followups import reading, service
from crm_tui.followups.service import PlanDraft
from crm_tui.session import Session, open_session
from crm_tui.tui.app import CrmApp
from tests.tui.driver import User, story
from tests.tui.office import NOW, customer, office

TODAY = date(2026, 11, 20)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        yield opened


def plan(session: Session, customer_id: int, due: date | None, goal: str = "回访", **given: object) -> int:
    return session.write(service.add_plan, customer_id, PlanDraft(due, goal=goal, **given)).value  # ty: ignore


def the_plan(session: Session, plan_id: int) -> reading.Plan:
    found = reading.plan(session.reader, plan_id)
    assert found is not None
    return found


def furnish(session: Session) -> None:
    """Write three late, two for today, one next week, two without a plan."""
    wang = {"name": "王总", "title": "采购经理", "mobile": "13900139000"}
    first = customer(
        session, "上海恒达科技有限公司", wang, status="interested", level="key", key_note="只在下午接电话"
    )
    plan(session, first, date(2026, 11, 17), "报价确认")
    plan(session, customer(session, "北京[VIP]样本公司"), date(2026, 11, 18), "寄样品")
    plan(session, customer(session, "[/x] 深圳云帆", {"mobile": "13800138000"}), date(2026, 11, 19))
    plan(session, customer(session, "南京蔚源数据有限公司"), TODAY, "拜访", due_time=time(14))
    plan(session, customer(session, "杭州泓朗调味品有限公司"), TODAY, recurrence="month:1")
    plan(session, customer(session, "成都下周见有限公司"), date(2026, 11, 24))
    for number in (1, 2):
        customer(session, f"无计划{number}有限公司")


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


def cursor_name(user: User) -> str:
    item = user.screen.item
    return item.name if item else ""


@pytest.mark.requirement("S4-15")
async def test_the_queue_says_whom_and_why(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        assert "今日" in user.line(0)
        assert "逾期 3 · 今日到期 2 · 待补写 0" in user.line(0)
        assert "王伟" in user.line(0)
        assert "▾ 逾期 (3)" in user.text
        assert "▾ 今日到期 (2)" in user.text
        assert "▸ 7 天内 (1)" in user.text
        assert "▸ 无下一步计划 (2)" in user.text
        first = next(line for line in user.lines if "上海恒达" in line)
        assert first.split()[0] == "16.0"
        assert "逾期 3 天 · 重点客户" in first
        assert "报价确认" in first
        assert "13900139000" in first
        assert "北京[VIP]样本公司" in user.text
        assert "[/x] 深圳云帆" in user.text
        assert cursor_name(user) == "上海恒达科技有限公司"
        assert user.line(-1).split() == [
            *("Enter", "打开", "l", "记跟进", "x", "完成", "z", "延后", "u", "撤销", "/", "搜索", "?", "帮助")
        ]


async def test_later_plans_are_read_when_their_group_is_opened(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        source = user.screen.source
        assert {item.group for item in source.items.values()} == {"overdue", "today"}
        user.screen.table.move_to(source.position("week"))
        await user.press("enter")
        assert "▾ 7 天内 (1)" in user.text
        assert "成都下周见有限公司" in user.text
        await user.screen.recount()
        await user.press("j", "x")
        assert user.message.startswith("成都下周见有限公司：已完成")
        await user.press("u")
        assert cursor_name(user) == "成都下周见有限公司"
        await user.press("k", "enter")
        assert "▸ 7 天内 (1)" in user.text
        assert "成都下周见" not in user.text
        await user.press("F")
        await user.type("下周见")
        assert "成都下周见有限公司" in user.text


async def test_done_is_one_key_and_the_cursor_stands_on_the_next_row(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        await user.press("x")
        assert user.keys == 1
        assert user.message == "上海恒达科技有限公司：已完成。　按 u 撤销。"
        assert "逾期 2 · 今日到期 2" in user.line(0)
        assert cursor_name(user) == "北京[VIP]样本公司"
        await user.press("x", "x", "x")
        assert cursor_name(user) == "杭州泓朗调味品有限公司"


async def test_undo_is_one_key_and_goes_back_to_the_row(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        await user.press("j", "x")
        assert cursor_name(user) == "[/x] 深圳云帆"
        keys = user.keys
        await user.press("u")
        assert user.keys - keys == 1
        assert user.message == "已撤销：完成计划 “北京[VIP]样本公司”。　按 Ctrl+R 重做。"
        assert cursor_name(user) == "北京[VIP]样本公司"
        assert "逾期 3" in user.line(0)
        await user.press("ctrl+r")
        assert "逾期 2" in user.line(0)


@pytest.mark.requirement("S0-14")
async def test_done_on_a_rhythm_says_when_it_comes_again(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        await user.press("F")
        await user.type("泓朗")
        await user.press("enter", "x")
        assert "杭州泓朗调味品有限公司：已完成，下次 2026-12-20 周日。" in user.message


async def test_tomorrow_is_two_keys(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        item = user.screen.item
        await user.press("z", "1")
        assert user.keys == 2
        assert user.message == "已延后到 2026-11-21 周六：上海恒达科技有限公司。　按 u 撤销。"
        found = the_plan(filled, item.plan_id)
        assert (found.due_on, found.snoozed) == ("2026-11-21", 1)
        assert cursor_name(user) == "北京[VIP]样本公司"
        assert "▸ 7 天内 (2)" in user.text
        await user.press("u")
        assert cursor_name(user) == "上海恒达科技有限公司"
        assert the_plan(filled, item.plan_id).due_on == "2026-11-17"


async def test_the_next_working_day_skips_the_weekend(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        item = user.screen.item
        await user.press("z")
        assert "1  明天        2026-11-21 周六" in user.text
        assert "2  下个工作日  2026-11-23 周一" in user.text
        assert "日历不完整" not in user.text
        await user.press("2")
        assert the_plan(filled, item.plan_id).due_on == "2026-11-23"


async def test_a_year_without_known_holidays_is_marked(tmp_path: Path) -> None:
    with time_machine.travel("2049-12-30T02:00:00Z", tick=False), office(tmp_path) as session:
        plan(session, customer(session, "甲"), date(2049, 12, 30))
        async with story(CrmApp(session)) as user:
            await user.press("z")
            assert "日历不完整" in user.text


async def test_a_date_is_typed_in_chinese(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        item = user.screen.item
        await user.press("z")
        await user.type("下周八")
        await user.press("enter")
        assert "看不懂" in user.text
        assert user.screen.kind == "snooze"
        await user.press("backspace")
        await user.type("三下午3点")
        assert "2026-11-25 周三 15:00" in user.text
        await user.press("enter")
        assert "已延后到 2026-11-25 周三 15:00" in user.message
        assert the_plan(filled, item.plan_id).due_at == "2026-11-25T07:00:00Z"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2月30日", "不存在"),
        ("昨天", "2026-11-19 周四 已经过去"),
        ("每月15号", "这是周期，不是某一天"),
        ("5天后", ""),
    ],
)
async def test_what_cannot_be_a_day_is_refused_beside_the_line(
    filled: Session, typed: str, said: str
) -> None:
    async with story(CrmApp(filled)) as user:
        await user.press("z", "tab")
        await user.type(typed)
        await user.press("enter")
        assert (user.screen.kind == "snooze") is bool(said)
        assert said in user.text
        await user.press("escape")
        assert user.screen.kind == "today"


async def test_a_date_typed_fast_in_english_keeps_its_first_letter(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        await user.press("z")
        await user.type("next fri 3pm")
        assert "2026-11-27 周五 15:00" in user.text


async def test_a_pasted_phrase_is_a_date_too(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        await user.press("z")
        await user.paste("下周三")
        await user.press("enter")
        assert "已延后到 2026-11-25 周三" in user.message


async def test_the_rows_narrow_while_a_name_is_typed(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        await user.press("F")
        await user.type("无计划")
        assert "▾ 无下一步计划 (2)" in user.text
        assert "上海恒达" not in user.text
        await user.press("enter")
        assert cursor_name(user).startswith("无计划")
        await user.press("escape")
        assert "▸ 无下一步计划 (2)" in user.text
        assert "上海恒达" in user.text
        await user.press("F")
        await user.type("没有这家")
        assert "没有符合的客户。" in user.text
        assert "按 Esc 清除搜索。" in user.text


async def test_a_row_without_a_plan_says_why_it_cannot_be_done(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        await user.press("x", "x", "x", "x", "x", "G", "enter", "G")
        assert cursor_name(user).startswith("无计划")
        await user.press("x")
        assert user.message == "这位客户没有计划；按 l 记跟进并安排下一步。"


async def test_a_finished_queue_says_so(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        await user.press("x", "x", "x", "x")
        assert "都处理完了" not in user.text
        await user.press("x")
        assert "今天的跟进都处理完了。按 Enter 展开下面的分组，按 2 看全部客户。" in user.text
        await user.press("u")
        assert "都处理完了" not in user.text


async def test_an_empty_database_says_what_to_press(session: Session) -> None:
    async with story(CrmApp(session)) as user:
        assert "还没有客户。" in user.text
        assert "按 i 导入表格，按 a 新增客户。" in user.text
        await user.press("x")
        assert user.message == "请先选中一行。"


async def test_customers_without_anything_to_do(session: Session) -> None:
    customer(session, "老客户", status="won")
    async with story(CrmApp(session)) as user:
        assert "没有需要跟进的客户。" in user.text


async def test_folded_groups_are_read_page_by_page(session: Session) -> None:
    for number in range(200):
        customer(session, f"样本{number:03}")
    async with story(CrmApp(session)) as user:
        assert "▸ 无下一步计划 (200)" in user.text
        assert user.screen.source.items == {}
        await user.press("enter")
        assert "样本000" in user.text
        assert len(user.screen.source.items) < 150
        await user.press("G")
        assert "样本199" in user.text
        await user.press("g", "space")
        assert "▸ 无下一步计划 (200)" in user.text


async def test_a_new_day_counts_again(tmp_path: Path) -> None:
    late = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)
    with time_machine.travel(late, tick=False) as clock, office(tmp_path) as session:
        plan(session, customer(session, "上海恒达"), date(2026, 11, 21))
        async with story(CrmApp(session)) as user:
            assert "今日到期 0" in user.line(0)
            clock.shift(120)
            await user.press("j")
            assert "今日到期 1" in user.line(0)
            clock.shift(86400)
            user.app.check_day()
            await user.idle()
            assert "逾期 1 · 今日到期 0" in user.line(0)


@pytest.mark.requirement("S0-17")
async def test_done_without_a_word_comes_back_to_be_written_up(tmp_path: Path) -> None:
    with time_machine.travel(NOW, tick=False) as clock, office(tmp_path) as session:
        plan_id = plan(session, customer(session, "上海恒达"), TODAY)
        async with story(CrmApp(session)) as user:
            await user.press("x")
            clock.shift(86400 + 60)
            await user.press("j")
            assert "待补写 1" in user.line(0)
            await user.press("g", "j", "x")
            assert user.message == "这个计划已完成；按 l 补写跟进记录。"
            await user.press("l")
            assert "2026-11-20 10:00" in user.text
            await user.type("电话里谈了报价")
            await user.press("f12")
            assert "待补写 0" in user.line(0)
        found = the_plan(session, plan_id)
        assert found.activity_id is not None
        written = reading.activities(session.reader, found.customer_id)[0]
        assert (written.backfilled, written.at) == (1, "2026-11-20T02:00:00Z")


@pytest.mark.requirement("S4-16")
async def test_a_wide_screen_shows_more_beside(filled: Session) -> None:
    async with story(CrmApp(filled), size=(120, 40)) as user:
        assert "只在下午接电话" in user.text
        assert "紧急度 16.0" in user.text
        assert "+11.5  逾期 3 天" in user.text
        assert "王总 采购经理" in user.text
        assert "还没有跟进记录。" in user.text
        await user.press("j")
        assert "只在下午接电话" not in user.text
        assert "寄样品" in user.text
        await user.resize(80, 24)
        assert "紧急度" not in user.text
        assert "计划时间" not in user.text
        assert "电话" in user.line(1)


async def test_read_only_says_so_and_changes_nothing(filled: Session, tmp_path: Path) -> None:
    with open_session(filled.database.path, login="wang", read_only=True) as session:
        async with story(CrmApp(session)) as user:
            assert "只读" in user.line(0)
            await user.press("x")
            assert "只读" in user.text
            assert "逾期 3" in user.line(0)


async def test_a_plan_that_a_colleague_closed_meanwhile_is_not_overwritten(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        item = user.screen.item
        with open_session(filled.database.path, login="li") as other:
            other.write(service.done, item.plan_id)
        await user.press("z", "1")
        assert user.screen.kind == "snooze"
        assert the_plan(filled, item.plan_id).due_on == "2026-11-17"
        await user.press("escape", "f5")
        assert "逾期 2" in user.line(0)


async def test_copy_and_archive(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        await user.press("y")
        assert user.message == "已复制：上海恒达科技有限公司 王总 采购经理 13900139000"
        await user.press("d")
        assert user.message == "已归档：上海恒达科技有限公司。　按 u 撤销。"
        assert "上海恒达" not in "\n".join(user.lines[:-2])
        await user.press("u")
        assert cursor_name(user) == "上海恒达科技有限公司"


async def test_the_queue_is_exported_as_it_stands(
    filled: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with story(CrmApp(filled)) as user:
        await user.press("o")
        user.screen.the_form.focus_field("ending")
        await user.press("2", "f12")
        assert "8 行已写出" in user.message
        await user.press("F")
        await user.type("恒达")
        await user.press("enter", "o", "2", "f12")
        assert "1 行已写出" in user.message
    first, second = sorted(tmp_path.glob("*.csv"), key=lambda path: -path.stat().st_size)
    lines = first.read_text("utf-8-sig").splitlines()
    assert lines[0] == "分组,紧急度,客户编号,客户名称,原因,下一步,计划时间,联系人,电话,负责人"
    assert lines[1].startswith("逾期,16.0,C20261120001,上海恒达科技有限公司,逾期 3 天 · 重点客户")
    assert len(second.read_text("utf-8-sig").splitlines()) == 2
