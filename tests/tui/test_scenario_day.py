"""A sales rep's day through the scenario driver, with every key counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
import time_machine

from crm_tui import locale
from crm_tui.followups import reading, service
from crm_tui.followups.service import PlanDraft
from crm_tui.session import Session
from crm_tui.storage import history
from crm_tui.tui.app import CrmApp
from tests.tui.driver import User, story
from tests.tui.office import NOW, customer, office


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        for place, name in enumerate(["上海恒达", "北京云帆", "南京蔚源", "杭州泓朗"]):
            one = customer(opened, name, {"name": "王总", "mobile": f"1390013900{place}"})
            draft = PlanDraft(date(2026, 11, 17 + place), time(9 + place), goal="回访")
            opened.write(service.add_plan, one, draft)
        for number in range(40):
            customer(opened, f"其他客户{number:02}有限公司", status="won")
        yield opened


class Counter:
    """Counts the keys of one deed."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.before = user.keys

    @property
    def keys(self) -> int:
        """The keys pressed since the last question."""
        spent, self.before = self.user.keys - self.before, self.user.keys
        return spent


@pytest.mark.requirement("S3-09")
async def test_a_day_that_begins_with_the_teams_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "sheets"
    place.mkdir()
    monkeypatch.chdir(place)
    (place / "客户.csv").write_text(
        "客户名称,联系人姓名,联系方式,客户类型,最后跟进时间,下次跟进计划\n"
        "上海恒达科技有限公司,张经理,13800138000,意向客户,2026-11-02,2026-11-18前反馈方案\n"
        "北京云帆有限公司,李总,13900139000,潜在客户,2026-11-05,2026-11-20产品演示\n"
        "南京蔚源有限公司,王总,13700137000,潜在客户,2026-11-06,每月回访\n",
        "gb18030",
    )
    with time_machine.travel(NOW, tick=False), office(tmp_path) as session:
        async with story(CrmApp(session)) as user:
            spent = Counter(user)
            assert "还没有客户。" in user.text
            await user.press("i", "enter", "f12", "f12", "escape")
            assert spent.keys == 5
            assert "逾期 1 · 今日到期 1 · 待补写 0" in user.line(0)
            assert "反馈方案" in next(line for line in user.lines if "上海恒达" in line)
            await user.press("l")
            await user.type("方案已反馈")
            await user.press("tab", "4", "tab")
            await user.type("三天后 电话确认")
            await user.press("f12")
            assert spent.keys <= 8
            await user.press("x")
            assert "今天的跟进都处理完了。" in user.text
            await user.press("u", "u")
            assert "逾期 1 · 今日到期 1" in user.line(0)
            await user.press("u")
            assert user.message.startswith("已撤销：导入表格 “客户.csv”。")
            assert "还没有客户。" in user.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.requirement("S3-14")
async def test_a_day(session: Session, size: tuple[int, int]) -> None:
    async with story(CrmApp(session), size=size) as user:
        spent = Counter(user)
        assert "逾期 3 · 今日到期 1 · 待补写 0" in user.line(0)

        await user.press("l")
        await user.type("电话里确认了报价")
        await user.press("tab", "1", "tab")
        await user.type("下周三下午3点 回访")
        await user.press("f12")
        assert spent.keys <= 8
        assert "逾期 2" in user.line(0)

        await user.press("z", "1")
        assert spent.keys <= 2
        assert "逾期 1" in user.line(0)

        await user.press("x")
        assert spent.keys == 1
        assert "逾期 0" in user.line(0)

        await user.press("u")
        assert spent.keys == 1
        assert "逾期 1" in user.line(0)
        assert user.screen.item.name == "南京蔚源"

        await user.press("/")
        await user.type("恒达")
        await user.press("enter")
        assert spent.keys == 2
        assert "上海恒达" in user.line(0)
        assert "电话里确认了报价" in user.text

        await user.press("1")
        assert user.screen.kind == "today"
        await user.press("x", "x")
        assert "今天的跟进都处理完了。" in user.text
    done = [summary.action for summary in history.recent(session.reader, limit=6)]
    assert done[:2] == ["plan.done", "plan.done"]
    assert "undo" in done and "plan.snooze" in done and "activity.log" in done
    following = [plan.due_on for plan in reading.plans(session.reader, 1) if plan.state == "todo"]
    assert following == ["2026-11-25"]


async def test_everything_of_a_day_goes_back_key_by_key(session: Session) -> None:
    async with story(CrmApp(session)) as user:
        before = user.lines[:-2]
        await user.press("x", "z", "1", "j", "j", "x")
        await user.press("l")
        await user.type("谈了")
        await user.press("f12")
        assert user.lines[:-2] != before
        await user.press("u", "u", "u", "u", "g", "j")
        assert user.lines[:-2] == before


async def test_keys_of_an_input_method_do_the_same(session: Session) -> None:
    async with story(CrmApp(session)) as user:
        await user.press("ｘ")
        assert "逾期 2" in user.line(0)
        await user.press("ctrl+t", "１")
        assert "逾期 1" in user.line(0)
        await user.press("f6")
        await user.type("谈了")
        await user.press("f12")
        assert "逾期 0" in user.line(0)


async def test_keys_faster_than_the_program_are_not_lost(session: Session) -> None:
    async with story(CrmApp(session)) as user:
        await user.rush("x", "z", "1", "x", "x")
        assert "逾期 0 · 今日到期 0" in user.line(0)
        await user.rush("u", "u", "u", "u")
        assert "逾期 3 · 今日到期 1" in user.line(0)


async def test_the_day_in_english(session: Session) -> None:
    locale.set_language("en")
    async with story(CrmApp(session)) as user:
        assert "Overdue 3 · Due today 1 · To be written up 0" in user.line(0)
        await user.press("l")
        await user.type("Called, sends the offer")
        await user.press("tab", "1", "tab")
        await user.type("next friday 3pm call back")
        assert "2026-11-27 Friday 15:00 · call back" in user.text
        await user.press("f12")
        assert user.message == "Logged; next 2026-11-27 Friday 15:00.  u undoes it."
        await user.press("z", "2")
        assert user.message.startswith("Put off to 2026-11-23 Monday: 北京云帆.")
        await user.press("H")
        assert "Plan put off" in user.line(2)
        own = {"上海恒达", "北京云帆", "南京蔚源", "杭州泓朗", "王伟", "其他客户", "有限公司", "回访"}
        left = "".join(user.lines)
        for text in own:
            left = left.replace(text, "")
        assert not re.search("[\u4e00-\u9fff]", left)
