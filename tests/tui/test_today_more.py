"""More stories of Today: what a narrow screen tells, matches and colleagues."""

from __future__ import annotations

import pytest

from crm_tui.customers import reading
from crm_tui.customers import service as customers
from crm_tui.followups import service
from crm_tui.session import Session, open_session
from crm_tui.tui.app import CrmApp
from tests.tui.driver import story
from tests.tui.test_today import cursor_name, filled, session, the_plan

__all__ = ["filled", "session"]


@pytest.mark.requirement("S4-15", "S4-06")
async def test_a_narrow_screen_tells_all_of_the_row_below_the_list(filled: Session) -> None:
    async with story(CrmApp(filled), size=(80, 24)) as user:
        assert user.line(20).startswith(" 上海恒达科技有限公司 · 王总 采购经理 · 2026-11-17 周二 · 报价确认")
        assert "逾期 3 天 +" in user.line(21) and "重点客户 +" in user.line(21)
        assert user.line(22).strip() == "重点标注: 只在下午接电话"
        await user.press("j")
        assert "北京[VIP]样本公司" in user.line(20) and user.line(22) == ""
        await user.press("x")
        assert "已完成" in user.line(22)
        await user.resize(120, 30)
        assert not user.screen.brief.display
        await user.resize(60, 15)
        assert not user.screen.brief.display


async def test_the_next_match_passes_over_headings(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        await user.press("F")
        await user.type("公司")
        await user.press("enter")
        names = [cursor_name(user)]
        while user.message != "已是最后一处。":
            await user.press("n")
            names.append(cursor_name(user))
        assert "" not in names and len(set(names)) == 7


async def test_the_cursor_stands_on_a_row_when_a_colleague_dealt_with_the_next(filled: Session) -> None:
    async with story(CrmApp(filled)) as user:
        with open_session(filled.database.path, login="li") as other:
            other.write(service.done, 2, the_plan(filled, 2).changed_in, other.zone)
        await user.press("x")
        assert "逾期 1 · 今日到期 2" in user.line(0)
        assert cursor_name(user) == "[/x] 深圳云帆"


@pytest.mark.requirement("S4-16")
async def test_the_need_is_told_before_the_contact(filled: Session) -> None:
    row = reading.record(filled.reader, "customer", 1)
    assert row is not None
    filled.write(customers.update, 1, row["changed_in"], {"need": "降低采购成本10%"})
    async with story(CrmApp(filled), size=(120, 40)) as user:
        lines = user.lines
        title = next(number for number, line in enumerate(lines) if line.endswith("核心需求"))
        assert lines[title + 1].endswith("降低采购成本10%")
        await user.resize(80, 24)
        assert "重点标注: 只在下午接电话 · 核心需求: 降低采购成本10%" in user.line(22)


@pytest.mark.requirement("S0-19")
async def test_an_urgent_tag_is_never_cut_from_the_reasons(filled: Session) -> None:
    filled.write(customers.set_tags, 1, ["高意向"])
    async with story(CrmApp(filled)) as user:
        row = next(line for line in user.lines if "上海恒达" in line)
        assert "逾期 3 天" in row and "[高意向]" in row
