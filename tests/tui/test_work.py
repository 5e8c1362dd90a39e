"""Blocking work: one database thread, stale results dropped, long jobs with progress and cancel."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator

import pytest

from crm_tui.errors import Cancelled
from crm_tui.storage.driver import sqlite3
from crm_tui.tui.work import Job, Progress, Superseded, Work
from tests.pace import PATIENCE


@pytest.fixture
async def work() -> AsyncGenerator[Work]:
    made = Work()
    yield made
    made.close()


async def test_everything_runs_on_one_thread_in_order(work: Work) -> None:
    seen: list[tuple[int, str]] = []

    def note(number: int) -> int:
        seen.append((number, threading.current_thread().name))
        return number * 2

    assert await asyncio.gather(*(work.run(note, n) for n in range(20))) == [n * 2 for n in range(20)]
    assert seen == [(n, "crm-database") for n in range(20)]


async def test_it_rests_once_when_its_work_is_done_and_again_after_more(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_tui.tui.work._REST_SECONDS", 0.001)
    rested: list[str] = []
    turn = threading.Semaphore(0)

    def rest() -> None:
        rested.append(threading.current_thread().name)
        turn.release()
        raise OSError("what fails here is nobody's loss")

    work.at_rest = rest
    for times in (1, 2):
        assert await work.run(lambda: 1) == 1
        assert turn.acquire(timeout=PATIENCE)
        assert rested == ["crm-database"] * times
    assert not turn.acquire(timeout=0.02)


async def test_it_rests_more_when_nothing_came_for_long(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_tui.tui.work._REST_SECONDS", 0.001)
    monkeypatch.setattr("crm_tui.tui.work._LONG_REST_SECONDS", 0.002)
    rested, turn = [], threading.Semaphore(0)

    def rest_long() -> None:
        rested.append(threading.current_thread().name)
        turn.release()

    work.at_rest, work.at_long_rest = lambda: None, rest_long
    work.every(0.004, lambda: None)
    for times in (1, 2):
        assert await work.run(lambda: 1) == 1
        assert turn.acquire(timeout=5)
        assert rested == ["crm-database"] * times
    assert not turn.acquire(timeout=0.02)


async def test_errors_come_back_as_they_were(work: Work) -> None:
    with pytest.raises(ZeroDivisionError):
        await work.run(lambda: 1 / 0)
    assert await work.run(lambda: 1) == 1


async def test_only_the_newest_of_a_group_counts_and_stale_ones_are_not_begun(work: Work) -> None:
    gate, ran = threading.Event(), []

    def slow(number: int) -> int:
        ran.append(number)
        gate.wait(PATIENCE)
        return number

    calls = [asyncio.ensure_future(work.latest("search", slow, number)) for number in range(4)]
    other = asyncio.ensure_future(work.latest("count", lambda: "kept"))
    while not ran:
        await asyncio.sleep(0)
    gate.set()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(result) for result in results[:3]] == [Superseded] * 3 and results[3] == 3
    assert len(ran) <= 2 and ran[-1] == 3
    assert await other == "kept"


async def test_a_newer_call_interrupts_what_is_read_for_nobody_any_more(work: Work) -> None:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    work.interrupt = connection.interrupt
    begun = threading.Event()
    connection.create_function("begin", 0, begun.set)
    forever = "WITH RECURSIVE n (x) AS (SELECT begin() UNION ALL SELECT x FROM n) SELECT count(*) FROM n"
    slow = asyncio.ensure_future(work.latest("table", lambda: connection.execute(forever).fetchone()))
    await asyncio.to_thread(begun.wait, PATIENCE)
    other = asyncio.ensure_future(work.latest("another", lambda: "waits"))
    assert await work.latest("table", lambda: "newer") == "newer"
    with pytest.raises(Superseded):
        await slow
    assert await other == "waits"
    connection.close()


async def test_a_job_reports_uses_the_database_and_gives_its_result(work: Work) -> None:
    said: list[Progress] = []
    seen = threading.Event()

    def job(this: Job[str]) -> str:
        assert seen.wait(PATIENCE)
        for number in range(1, 4):
            this.report(number, 3, "正在导入")
            assert this.run(lambda: threading.current_thread().name) == "crm-database"
        return "done"

    running = work.aside(job, said.append)
    assert work.busy and work.jobs_running
    seen.set()
    assert await running == "done"
    await work.idle()
    assert said[-1] == Progress(3, 3, "正在导入")
    assert not work.busy and not work.jobs_running


async def test_a_cancelled_job_stops_at_its_next_report(work: Work) -> None:
    started = threading.Event()

    def job(this: Job[None]) -> None:
        started.set()
        while True:
            this.report(0)

    running = work.aside(job)
    await asyncio.to_thread(started.wait, 10)
    running.cancel()
    with pytest.raises(Cancelled):
        await running


async def test_closing_ends_jobs_and_threads(work: Work) -> None:
    await work.run(int)

    def job(this: Job[None]) -> None:
        while True:
            this.report(0)

    running = work.aside(job)
    await asyncio.to_thread(work.close)
    with pytest.raises(Cancelled):
        await running
    assert not [each for each in threading.enumerate() if each.name.startswith("crm-")]
    with pytest.raises(Cancelled):
        await work.run(int)
