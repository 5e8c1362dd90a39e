"""Stories of Today with a colleague at work: rows change in place, the count follows, nothing slips."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection, Hashable, Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import service as customers
from crm_tui.followups import reading, service
from crm_tui.followups.service import PlanDraft
from crm_tui.queue import service as queue
from crm_tui.session import Session, open_session
from crm_tui.tui.screens import today
from crm_tui.tui.screens.today import RECOUNT_SECONDS
from tests.pace import PATIENCE
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office
from tests.tui.test_live import line_of, look, update


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        yield opened


@pytest.fixture
def plans(session: Session) -> list[int]:
    """Three late plans of 王伟, the latest first, and two customers of his without a plan."""
    made = []
    for day, name in ((17, "上海甲"), (18, "北京乙"), (19, "南京丙")):
        key = customer(session, f"{name}有限公司", {"name": "王总", "mobile": "13900139000"})
        made.append(session.write(service.add_plan, key, PlanDraft(date(2026, 11, day), goal="回访")).value)
    for number in (1, 2):
        customer(session, f"无计划{number}有限公司")
    return made


@pytest.fixture
def li(session: Session, plans: list[int]) -> Iterator[Session]:
    with open_session(session.database.path, login="li") as opened:
        yield opened


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The stopwatch, which a story sets itself."""
    seconds = [1000.0]
    monkeypatch.setattr("crm_tui.clock.stopwatch", lambda: seconds[0])
    return seconds


def the_plan(session: Session, plan_id: int) -> reading.Plan:
    found = reading.plan(session.reader, plan_id)
    assert found is not None
    return found


def finish(session: Session, plan_id: int) -> None:
    session.write(service.done, plan_id, the_plan(session, plan_id).changed_in, session.zone)


def cursor_id(user: User) -> object:
    return user.screen.table.row.id


async def test_a_row_that_a_colleague_dealt_with_says_who_and_stays(
    session: Session, plans: list[int], li: Session
) -> None:
    async with story(app(session, "today"), size=(100, 30)) as user:
        await user.press("j")
        here = cursor_id(user)
        finish(li, plans[0])
        await look(user)
        assert "李销售 已完成" in line_of(user, "上海甲")
        assert cursor_id(user) == here == ("plan", plans[1])
        assert "逾期 3" in user.line(0)


async def test_a_key_on_such_a_row_says_so_and_writes_nothing(
    session: Session, plans: list[int], li: Session
) -> None:
    async with story(app(session, "today"), size=(100, 30)) as user:
        finish(li, plans[0])
        await look(user)
        for key in ("x", "z", "l"):
            await user.press(key)
            assert user.message == "李销售 已完成，按 F5 重新读取。"
        assert the_plan(session, plans[0]).state == "done"
        await user.press("f5")
        assert "上海甲" not in user.text
        assert "逾期 2" in user.line(0)


async def test_an_edit_of_a_customer_shows_in_its_row_at_once(
    session: Session, plans: list[int], li: Session
) -> None:
    async with story(app(session, "today"), size=(100, 30)) as user:
        update(li, the_plan(li, plans[1]).customer_id, name="北京乙乙有限公司")
        await look(user)
        assert "*北京乙乙有限公司" in line_of(user, "北京乙")
        user.screen.table.fade(everything=True)
        await user.idle()
        assert "*" not in line_of(user, "北京乙")


async def test_the_count_follows_after_fifteen_seconds_and_the_cursor_keeps_its_row(
    session: Session, plans: list[int], li: Session, now: list[float]
) -> None:
    async with story(app(session, "today"), size=(100, 30)) as user:
        await user.press("j", "j")
        here = cursor_id(user)
        finish(li, plans[0])
        await look(user)
        waiting = user.screen._recounting
        assert waiting is not None
        assert waiting._interval == RECOUNT_SECONDS
        finish(li, plans[1])
        await look(user)
        assert user.screen._recounting is waiting
        now[0] += RECOUNT_SECONDS
        await user.screen.recount()
        await user.idle()
        assert "逾期 1" in user.line(0)
        assert cursor_id(user) == here == ("plan", plans[2])
        assert "上海甲" not in user.text


async def test_the_count_waits_while_the_cursor_stands_on_a_row_dealt_with(
    session: Session, plans: list[int], li: Session
) -> None:
    async with story(app(session, "today"), size=(100, 30)) as user:
        finish(li, plans[0])
        await look(user)
        await user.screen.recount()
        await user.idle()
        assert cursor_id(user) == ("plan", plans[0])
        await user.press("j")
        assert "上海甲" not in user.text
        assert cursor_id(user) == ("plan", plans[1])
        assert "逾期 2" in user.line(0)


async def test_a_new_plan_of_mine_comes_with_the_next_count(
    session: Session, plans: list[int], li: Session, now: list[float]
) -> None:
    async with story(app(session, "today"), size=(100, 30)) as user:
        now[0] += RECOUNT_SECONDS + 1
        key = the_plan(session, plans[0]).customer_id
        draft = PlanDraft(date(2026, 11, 20), goal="同事约的", owner_id=session.person.id)
        li.write(service.add_plan, key, draft)
        await look(user)
        waiting = user.screen._recounting
        assert waiting is None or waiting._interval < 1
        await user.screen.recount()
        await user.idle()
        assert "同事约的" in user.text
        assert cursor_id(user) == ("plan", plans[0])


async def test_what_is_nobodys_business_here_counts_nothing(
    session: Session, plans: list[int], li: Session
) -> None:
    async with story(app(session, "today"), size=(100, 30)) as user:
        customer(li, "李销售的客户有限公司")
        await look(user)
        assert user.screen._recounting is None


async def test_a_customer_without_plan_that_got_one_says_who(
    session: Session, plans: list[int], li: Session
) -> None:
    async with story(app(session, "today"), size=(100, 30)) as user:
        await user.press("G", "enter")
        assert "无计划1" in user.text
        key = next(item.customer_id for item in user.screen.source.items.values() if "无计划1" in item.name)
        li.write(service.add_plan, key, PlanDraft(date(2026, 11, 25), goal="跟进"))
        await look(user)
        assert "李销售 已处理" in line_of(user, "无计划1")


async def test_an_archived_customer_says_who(session: Session, plans: list[int], li: Session) -> None:
    async with story(app(session, "today"), size=(100, 30)) as user:
        key = the_plan(session, plans[0]).customer_id
        version = session.reader.execute("SELECT changed_in FROM customer WHERE id = :id", {"id": key})
        li.write(customers.archive, key, version.fetchone()[0])
        await look(user)
        assert "李销售 已归档" in line_of(user, "上海甲")


async def test_taken_back_the_row_is_as_before(session: Session, plans: list[int], li: Session) -> None:
    async with story(app(session, "today"), size=(100, 30)) as user:
        before = line_of(user, "上海甲").replace("*", " ")
        finish(li, plans[0])
        await look(user)
        li.undo()
        await look(user)
        user.screen.table.fade(everything=True)
        await user.idle()
        assert line_of(user, "上海甲") == before
        await user.press("x")
        assert "已完成" in user.message


async def test_nothing_is_drawn_when_a_count_brings_nothing_new(
    session: Session, plans: list[int], li: Session
) -> None:
    async with story(app(session, "today"), size=(140, 30)) as user:
        drawn: list[object] = []
        table, detail = user.screen.table, user.screen.detail
        table.refresh = lambda *regions, **_kw: drawn.append(regions) or table
        detail.update = lambda *said, **_kw: drawn.append(said)
        await user.screen.recount()
        await user.idle()
        assert drawn == []


async def test_a_count_that_a_colleague_overtook_is_not_shown(
    session: Session, plans: list[int], li: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with story(app(session, "today"), size=(100, 30)) as user:
        await user.press("j")
        begun, go_on = threading.Event(), threading.Event()
        read = today.read_aside

        def slow(opened: Session, counted: Collection[Hashable]) -> queue.Today:
            found = read(opened, counted)
            begun.set()
            assert go_on.wait(PATIENCE)
            return found

        monkeypatch.setattr(today, "read_aside", slow)
        counting = asyncio.ensure_future(user.screen.recount())
        assert await asyncio.to_thread(begun.wait, PATIENCE)
        finish(li, plans[0])
        await user.app.live.look()
        go_on.set()
        await counting
        await user.idle()
        assert "李销售 已完成" in line_of(user, "上海甲")
        assert user.screen._recounting is not None
