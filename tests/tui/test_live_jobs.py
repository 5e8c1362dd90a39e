"""A large change that a colleague publishes, or that a dead process left, seen from an open screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from crm_tui.followups import service as followups
from crm_tui.followups.reading import plan as plan_of
from crm_tui.followups.service import PlanDraft
from crm_tui.session import Session, open_session
from crm_tui.storage import jobs
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.presence import JobLock
from crm_tui.tui.live import CALM_SECONDS, TEND_SECONDS
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, office
from tests.tui.test_live import look


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        customer(opened, "上海甲有限公司")
        yield opened


@pytest.fixture
def li(session: Session) -> Iterator[Session]:
    with open_session(session.database.path, login="li") as opened:
        yield opened


def begin(li: Session) -> int:
    """Publish one customer of a job that is not over; its staging file is not there."""

    def hide(connection: sqlite3.Connection) -> int:
        job = jobs.open_job(connection, "import", li.person.id, "客户.xlsx", staging=".gone.staging")
        jobs.hide(connection, job, *jobs.reserve_ids(connection, "customer", 1))
        return job

    job = li.database.write_untracked(hide)
    found = jobs.publishing(li.database.connection)
    assert found is not None

    def part(change: Any) -> None:
        row = {"id": found.low, "kind": "company", "no": "X1", "no_sort": "X1", "name": "进口的客户"}
        change.insert("customer", {**row, "name_key": "进口的客户", "owner_id": li.person.id})

    li.database.write(li.person.id, "import", part, job=job)
    return job


async def test_what_a_colleague_publishes_is_hinted_at_when_it_is_there(
    session: Session, li: Session
) -> None:
    async with story(app(session), size=(100, 24)) as user:
        await look(user)
        job = begin(li)
        await look(user)
        assert user.screen.notice.resting == ""
        li.database.write_untracked(lambda c: jobs.close_job(c, job, "done"))
        await look(user)
        assert "有新变化，F5 重新排列" in user.text
        await user.press("f5")
        assert "进口的客户" in user.text


@pytest.mark.parametrize("screen", ["customers", "today"])
async def test_a_list_that_was_empty_shows_what_a_colleague_adds_at_once(
    tmp_path: Path, screen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    with (
        time_machine.travel(NOW, tick=False),
        office(tmp_path) as mine,
        open_session(mine.database.path, login="li") as colleague,
    ):
        async with story(app(mine, screen), size=(100, 24)) as user:
            assert "还没有客户" in user.text
            monkeypatch.setattr(user.screen, "set_timer", lambda wait, _call: waits.append(wait))
            key = customer(colleague, "李的新客户", owner_id=mine.person.id)
            plan = PlanDraft(date(2026, 11, 20), goal="今天回访")
            colleague.write(followups.add_plan, key, plan)
            theirs = plan_of(colleague.reader, 1)
            colleague.write(followups.update_plan, 1, theirs.changed_in, {"owner_id": mine.person.id})
            await look(user)
            if screen == "today":
                assert waits[-1] < 1
                await user.screen.recount()
                await user.idle()
            assert "李的新客户" in user.text


async def test_what_a_dead_process_left_is_taken_back_beside_the_keys(
    session: Session, li: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [50.0]
    async with story(app(session), size=(100, 24)) as user:
        begin(li)
        lock = JobLock(session.database.path)
        assert lock.take()
        monkeypatch.setattr("crm_tui.tui.live.clock.stopwatch", lambda: now[0])
        user.app.live._tended = now[0]
        now[0] += TEND_SECONDS
        await look(user)
        await user.app.live.mended()
        assert jobs.publishing(session.database.connection) is not None
        lock.close()
        await look(user)
        await user.app.live.mended()
        assert jobs.publishing(session.database.connection) is not None
        monkeypatch.undo()
        await user.app.live.tend()
        await user.app.live.mended()
        assert jobs.publishing(session.database.connection) is None
        await look(user)
        await user.press("f5")
        assert "进口的客户" not in user.text
        assert "上海甲" in user.text


async def test_a_session_that_only_reads_leaves_it_to_others(session: Session, li: Session) -> None:
    begin(li)
    with open_session(session.database.path, login="wang", read_only=True) as reading:
        async with story(app(reading), size=(100, 24)) as user:
            await user.app.live.tend()
            await user.app.live.mended()
    assert jobs.publishing(session.database.connection) is not None


async def test_what_cannot_be_finished_is_said_once(
    session: Session, li: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with story(app(session), size=(100, 24)) as user:
        begin(li)
        tried: list[object] = []

        def refuse(*_all: object, **_kw: object) -> None:
            tried.append(1)
            raise jobs.Busy("忙。", "", "")

        monkeypatch.setattr("crm_tui.tui.live.open_session", refuse)
        for _round in range(2):
            await user.app.live.tend()
            await user.app.live.mended()
        assert tried == [1]
        assert user.message == "忙。"


async def test_where_nothing_is_left_it_is_looked_for_more_rarely_until_somebody_writes(
    session: Session, li: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [50.0]
    async with story(app(session), size=(100, 24)) as user:
        live = user.app.live
        asked: list[float] = []
        monkeypatch.setattr("crm_tui.tui.live.clock.stopwatch", lambda: now[0])
        monkeypatch.setattr(
            live, "_loop", SimpleNamespace(call_soon_threadsafe=lambda *_a, **_k: asked.append(now[0]))
        )

        async def after(seconds: float) -> bool:
            asked.clear()
            now[0] = live._tended + seconds
            await user.app.work.run(live._glance)
            return bool(asked)

        await look(user)
        live._tended, live._calm = now[0], False
        assert not await after(TEND_SECONDS - 1)
        assert await after(TEND_SECONDS)
        await look(user)
        assert not await after(CALM_SECONDS - 1)
        assert await after(CALM_SECONDS)
        lock = JobLock(session.database.path)
        assert lock.take()
        begin(li)
        assert await after(1)
        for _time in range(2):
            now[0] = live._tended + TEND_SECONDS
            await look(user)
            assert not await after(TEND_SECONDS - 1)
            assert await after(TEND_SECONDS)  # the job is not over
        lock.close()
