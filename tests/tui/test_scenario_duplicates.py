"""Duplicates decided one after the other, every key counted; and what the screen says when there are none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.dedupe import decisions
from crm_tui.session import Session
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, office

FIRMS = ("恒达机械", "云帆软件", "蔚源化工", "泓朗电子", "青禾食品")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        for at, firm in enumerate(FIRMS):
            contact = {"name": "王建国", "mobile": f"1390013900{at}", "email": f"wang@{at}-firm.com.cn"}
            customer(opened, f"上海{firm}有限公司", contact)
            customer(opened, f"{firm}", contact, industry="制造业")
        for number in range(20):
            customer(opened, f"其他{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{number}号店")
        yield opened


def live(session: Session) -> int:
    return session.reader.execute("SELECT count(*) FROM customer").fetchone()[0]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
@pytest.mark.requirement("S0-18")
async def test_three_merges_a_rejection_and_an_undo_in_fifteen_keys(
    session: Session, size: tuple[int, int]
) -> None:
    async with story(app(session, "today"), size=size) as user:
        await user.press("6")
        assert "还没有查过重复" in user.text
        await user.press("s")
        assert "建议合并 (5)" in user.text
        there, before = live(session), user.keys
        await user.press("enter")
        assert "建议合并 1/5" in user.line(0)
        await user.press("f12")
        assert live(session) == there - 1 and "按 u 撤销" in user.message
        assert "建议合并 1/4" in user.line(0)
        await user.press("f12", "f12")
        assert live(session) == there - 3
        await user.press("x", "f12")
        assert len(decisions.decided(session.reader, range(1, 99))) == 1
        assert "建议合并 1/1" in user.line(0)
        await user.press("u")
        assert not decisions.decided(session.reader, range(1, 99))
        assert "建议合并 1/2" in user.line(0)
        assert user.keys - before <= 15 - 1  # and one key to come here
        await user.press("u")
        assert live(session) == there - 2 and "建议合并 1/3" in user.line(0)
        await user.press("escape")
        assert user.screen.kind == "duplicates" and "建议合并 (3)" in user.text
