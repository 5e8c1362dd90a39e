"""Marks in Today: several plans put off, closed or handed over at once, taken back by one key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine

from crm_tui.followups import service
from crm_tui.followups.service import PlanDraft
from crm_tui.session import Session
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, office


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        for place in range(6):
            one = customer(opened, f"上海样本{place}", {"name": "王总", "mobile": f"1390013900{place}"})
            opened.write(service.add_plan, one, PlanDraft(date(2026, 11, 15 + place), goal="回访"))
        customer(opened, "没有计划的客户")
        yield opened


def due(session: Session) -> list[str | None]:
    rows = session.reader.execute("SELECT due_on, state FROM plan ORDER BY id").fetchall()
    return [day if state == "todo" else None for day, state in rows]


@pytest.mark.requirement("S1-28")
async def test_marked_plans_are_put_off_and_closed_together_and_taken_back_by_one_key(session) -> None:
    before = due(session)
    async with story(app(session, "today"), size=(80, 24)) as user:
        await user.press("space", "space", "j", "space")
        assert "已标记 3 · 逾期 5" in user.line(0)
        assert user.line(-1) == " x 完成  z 延后  O 交接  e 编辑  t 标签  Esc 返回  ? 帮助"
        assert [user.line(at)[0] for at in range(3, 8)] == ["+", "+", " ", "+", " "]
        await user.press("z")
        assert "延后：已标记 3" in user.text
        await user.press("1")
        assert "3 个计划：已延后到 2026-11-21 周六" in user.message and "逾期 2" in user.line(0)
        assert "已标记" not in user.line(0) and "l 记跟进" in user.line(-1)
        assert due(session).count("2026-11-21") == 3
        await user.press("u")
        assert due(session) == before and "等 3 位客户”" in user.message
        await user.press("g", "j", "v", "j", "x")
        assert "完成" in user.message and due(session).count(None) == 2
        await user.press("u")
        assert due(session) == before and re.search("“.+ 与 .+”", user.message)
        # A heading folds; all of the open groups, and Esc takes the marks away first.
        await user.press("g", "space")
        assert "▸ 逾期 (5)" in user.text
        await user.press("space", "asterisk")
        assert "已标记 6" in user.line(0)
        await user.press("escape")
        assert "已标记" not in user.line(0)
        await user.press("asterisk", "z", "escape", "O")
        await user.type("li")
        await user.press("enter")
        assert "将修改 6 位客户" in user.text
        await user.press("escape")
        # What somebody else closed meanwhile is left and stays marked.
        await user.press("escape", "g", "j", "space", "space")
        session.write(service.done, 1, zone=session.zone)
        await user.press("z", "2")
        assert "1 个计划" in user.message and "另有 1 个已被他人改动" in user.message
