"""Duplicates decided one after the other, every key counted; and what the screen says when there are none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui.dedupe import decisions, merging, scanning
from crm_tui.session import Session, open_session
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, office

FIRMS = ("恒达机械", "云帆软件", "蔚源化工", "泓朗电子", "青禾食品")


def furnish(session: Session) -> None:
    for at, firm in enumerate(FIRMS):
        contact = {"name": "王建国", "mobile": f"1390013900{at}", "email": f"wang@{at}-firm.com.cn"}
        customer(session, f"上海{firm}有限公司", contact)
        customer(session, f"{firm}", contact, industry="制造业")
    for name in ("广州荔湾书店", "西安钟楼饭庄", "昆明花市", "大连造船厂", "拉萨登山协会"):
        customer(session, name)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
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


async def test_a_large_group_is_chosen_from_and_what_is_left_of_it_comes_next(session: Session) -> None:
    for _number in range(11):
        customer(session, "杭州天目山茶业有限公司", {"name": "陆羽", "mobile": "13800571234"})
    async with story(app(session, "duplicates")) as user:
        await user.press("s")
        assert "需核对 (1)" in user.text
        user.screen.table.move_to(7)
        await user.press("enter")
        assert user.screen.kind == "members" and "有 11 位客户" in user.text and "已勾选 8 位" in user.text
        await user.press("G", "space", "f12")
        assert "请勾选 2 到 8 位" in user.message
        await user.press("g", "space", "f12")
        assert len(user.screen.shown.sides) == 8
        await user.press("f12")
        # The one that stayed, and the three that were left out.
        assert user.screen.kind == "merge" and len(user.screen.shown.sides) == 4
        await user.press("f12")
        assert user.screen.kind == "duplicates"
        await user.press("u", "u")
        assert user.screen.found is not None and len(user.screen.found.ids) == 11


@pytest.mark.requirement("S2-10")
async def test_reasons_narrow_the_list_and_add_up_to_the_score(session: Session) -> None:
    branch = ("北京蓝鲸物流有限公司", "北京蓝鲸物流有限公司天津分公司")
    for name in branch:
        customer(session, name, {"name": "赵敏", "office_phone": "010-62345678"})
    async with story(app(session, "duplicates"), size=(120, 40)) as user:
        await user.press("f")
        assert "还没有查过重复；按 s 查重" in user.message
        await user.press("s", "f")
        await user.type("sj")
        await user.press("enter")
        assert "[手机]" in user.line(0) and "5 组" in user.line(0) and "相关但不同" not in user.text
        await user.press("w")
        shown = [line.split("│")[1] for line in user.lines if line.count("│") == 2]
        points = [float(line.split()[0]) for line in shown if line.strip()[:1] in "+-" and line.strip()]
        total = next(line for line in shown if line.strip().startswith("="))
        assert points and f"= {sum(points):.1f} 建议合并" in total
        await user.press("escape", "escape", "G", "enter", "j", "r")
        assert user.screen.heading().startswith("关联公司")
        await user.press("f12")
        assert "已记住：关联公司。" in user.message and "相关但不同" not in user.text
        (found,) = decisions.decided(session.reader, range(1, 99)).values()
        assert found.verdict == decisions.RELATED
        await user.press("u")
        assert "相关但不同 (1)" in user.text


async def test_colleagues_and_later_saves_are_followed(session: Session, tmp_path: Path) -> None:
    async with story(app(session, "duplicates")) as user:
        await user.press("s")
        first = user.screen.gathered.at(user.screen.table.row.id).ids
        with open_session(session.database.path, login="li") as colleague:
            colleague.write(merging.merge, first[0], [first[1]], {})
        await user.press("enter")
        assert user.screen.kind == "duplicates" and user.message
        assert "建议合并 (4)" in user.text
        # What is saved later is compared when the list is come back to.
        await user.press("2")
        for _number in range(2):
            customer(session, "成都锦官城酒业有限公司", {"name": "杜康", "mobile": "13988112233"})
        await user.press("6", "f5")
        assert "建议合并 (5)" in user.text and "查于" in user.line(0)
        for _number in range(5):
            await user.press("g", "j", "x", "f12")
        assert "没有待处理的重复" in user.text
        await user.press("enter", "w")
        assert "请先选一组" in user.message


async def test_a_scan_can_be_stopped_and_goes_on_and_reading_only_is_said(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = scanning.scan

    def stopped(*given: Any) -> Any:
        return scan(given[0], given[1], lambda: True)

    async with story(app(session, "duplicates")) as user:
        monkeypatch.setattr(scanning, "scan", stopped)
        await user.press("s")
        assert "停" in user.message and "建议合并" not in user.text
        monkeypatch.setattr(scanning, "scan", scan)
        await user.press("s")
        assert "建议合并 (5)" in user.text and "对相像" in user.message
    with (
        open_session(session.database.path, login="wang", read_only=True) as reading,
    ):
        async with story(app(reading, "duplicates")) as user:
            assert "建议合并 (5)" in user.text
            await user.press("x")
            assert user.message == f"{reading.read_only}"
            await user.press("s", "enter", "f12")
            assert user.screen.kind == "merge" and live(reading) == 15


async def test_while_the_index_is_being_built_a_scan_takes_longer_and_finds_the_same(
    session: Session,
) -> None:
    def halfway(connection: Any) -> None:
        connection.execute("UPDATE search_index SET built_to = 7, goal = 15")

    session.database.write_untracked(halfway)
    async with story(app(session, "duplicates")) as user:
        assert "正在建立搜索索引：46%" in user.text
        await user.press("s")
        assert "建议合并 (5)" in user.text
        await user.press("enter", "f12")
        assert "建议合并 1/4" in user.line(0)
