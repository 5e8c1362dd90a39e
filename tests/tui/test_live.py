"""Stories of two at once: what a colleague writes appears in place, and nothing moves under the cursor."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
import time_machine

from crm_tui.customers import service
from crm_tui.errors import Busy
from crm_tui.session import Session, open_session
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, many, office


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        yield opened


def furnish(session: Session) -> None:
    many(session, 130)


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


@pytest.fixture
def li(filled: Session) -> Iterator[Session]:
    with open_session(filled.database.path, login="li") as opened:
        yield opened


async def look(user: User) -> None:
    """Let the second of the next look come."""
    await user.app.live.look()
    await user.idle()


def update(session: Session, customer_id: int, **values: Any) -> None:
    version = service_version(session, customer_id)
    session.write(service.update, customer_id, version, values)


def service_version(session: Session, customer_id: int) -> int:
    sql = "SELECT changed_in FROM customer WHERE id = :id"
    return session.reader.execute(sql, {"id": customer_id}).fetchone()[0]


def line_of(user: User, text: str) -> str:
    return next(line for line in user.lines if text in line)


async def test_a_changed_cell_is_marked_for_a_moment_and_the_cursor_stays(
    filled: Session, li: Session
) -> None:
    async with story(app(filled), size=(120, 30)) as user:
        await user.press("j", "j", "j")
        at, row = user.screen.table.cursor, user.screen.table.row.id
        update(li, row - 1, status="won")
        await look(user)
        assert (user.screen.table.cursor, user.screen.table.row.id) == (at, row)
        changed = line_of(user, f"样本{row - 1:03}")
        assert "*正式客户" in changed
        assert changed.count("*") == 1
        assert user.screen.notice.resting == "有新变化，F5 重新排列"
        user.screen.table.fade(everything=True)
        await user.idle()
        assert " 正式客户" in line_of(user, f"样本{row - 1:03}")
        await user.press("f5")
        assert user.screen.notice.resting == ""
        assert user.screen.table.row.id == row
        assert user.screen.table.at(0).id == row - 1


async def test_marks_fade_by_themselves_after_three_seconds(
    filled: Session, li: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("crm_tui.clock.stopwatch", lambda: now[0])
    async with story(app(filled), size=(120, 30)) as user:
        table = user.screen.table
        first, second = table.at(0).id, table.at(1).id
        update(li, first, status="won")
        await look(user)
        now[0] += 2
        update(li, second, status="won")
        await look(user)
        now[0] += 1.5
        table.fade()
        assert list(table.marked(first)) == []
        assert list(table.marked(second)) == [2]
        now[0] += 2
        table.fade()
        assert list(table.marked(second)) == []


async def test_ones_own_save_is_not_marked_and_not_read_twice(filled: Session) -> None:
    async with story(app(filled), size=(120, 30)) as user:
        await user.press("d")
        table = user.screen.table
        generation = table._generation
        await look(user)
        assert table._generation == generation
        assert "*" not in user.text
        assert user.screen.notice.resting == ""
        assert "已归档" in user.message


async def test_a_row_that_went_stays_in_its_place_and_says_so(filled: Session, li: Session) -> None:
    async with story(app(filled), size=(120, 30)) as user:
        row = user.screen.table.row.id
        li.write(service.archive, row, service_version(li, row))
        await look(user)
        assert user.screen.table.row.id == row
        assert "已不在" in line_of(user, f"样本{row:03}")
        assert user.message == f"李销售 已归档：上海样本{row:03}有限公司。"
        await user.press("e")
        assert user.message == "该客户已归档或撤销。"
        await user.press("f5")
        assert user.screen.table.row.id != row


async def test_a_message_that_may_be_unread_is_not_taken_away(filled: Session, li: Session) -> None:
    async with story(app(filled), size=(120, 30)) as user:
        await user.press("s", "n")
        said = user.message
        row = user.screen.table.row.id
        li.write(service.archive, row, service_version(li, row))
        await look(user)
        assert user.message == said


async def test_a_new_customer_is_hinted_at(filled: Session, li: Session) -> None:
    async with story(app(filled), size=(120, 30)) as user:
        before = user.screen.table.at(0).id
        customer(li, "南京新客户有限公司")
        await look(user)
        assert user.screen.table.at(0).id == before
        assert "有新变化，F5 重新排列" in user.text
        await user.press("f5")
        assert "南京新客户" in user.text


async def test_only_moved_rows_are_read(filled: Session, li: Session) -> None:
    async with story(app(filled), size=(120, 30)) as user:
        read: list[list[Any]] = []
        source = user.screen.table.source
        again = source.again
        source.again = lambda rows: read.append([row.id for row in rows]) or again(rows)
        await user.app.live.look()
        row = user.screen.table.at(2).id
        update(li, row, status="won")
        await look(user)
        await look(user)
        assert read == [[row]]
        update(li, 1, status="won")
        await look(user)
        assert read in ([[row]], [[row], [1]])


async def test_after_much_only_what_is_in_sight_is_read(
    filled: Session, li: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_tui.storage.watch.MOST", 3)
    async with story(app(filled), size=(120, 30)) as user:
        read: list[int] = []
        source = user.screen.table.source
        again = source.again
        source.again = lambda rows: read.append(len(rows)) or again(rows)
        first = user.screen.table.at(0).id
        li.write(lambda change: [change.update("customer", n, {"status": "won"}) for n in range(100, 131)])
        await look(user)
        assert read == [user.screen.table.lines]
        assert user.screen.table.at(0).id == first
        assert "*正式客户" in line_of(user, f"样本{first:03}")
        assert "有新变化" in user.text
        await user.press("G")
        assert "样本001" in user.text


async def test_another_programs_edit_shows(filled: Session) -> None:
    async with story(app(filled), size=(120, 30)) as user:
        row = user.screen.table.row.id
        outside = sqlite_utils.Database(str(filled.database.path), execute_plugins=False)
        outside.table("customer").update(row, {"status": "lost"})
        outside.conn.close()
        await look(user)
        assert "*流失客户" in line_of(user, f"样本{row:03}")


async def test_another_screen_reads_again_when_it_is_shown(filled: Session, li: Session) -> None:
    async with story(app(filled), size=(120, 30)) as user:
        row = user.screen.table.row.id
        await user.press("1")
        update(li, row, status="won")
        await look(user)
        await user.press("2")
        assert "正式客户" in line_of(user, f"样本{row:03}")


async def test_a_file_that_is_gone_is_said_once_and_looking_goes_on(filled: Session, li: Session) -> None:
    path = filled.database.path
    async with story(app(filled), size=(120, 30)) as user:
        await look(user)
        elsewhere = path.with_name("elsewhere.db")
        path.rename(elsewhere)
        await look(user)
        assert user.message.startswith("数据库文件在打开期间被移动或替换。")
        user.screen.say("")
        await look(user)
        assert user.message == ""
        elsewhere.rename(path)
        row = user.screen.table.row.id
        update(li, row, status="won")
        await look(user)
        assert "*正式客户" in line_of(user, f"样本{row:03}")


async def test_a_busy_file_is_said_only_when_it_stays_so(
    filled: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with story(app(filled), size=(120, 30)) as user:
        await look(user)

        def busy() -> None:
            raise Busy("忙。")

        monkeypatch.setattr(user.app.live.watch, "poll", busy)
        for _round in range(2):
            await look(user)
            assert user.message == ""
        await look(user)
        assert user.message == "忙。"


async def test_one_look_at_a_time(filled: Session) -> None:
    async with story(app(filled), size=(120, 30)) as user:
        go_on = threading.Event()
        long = user.app.work.submit(go_on.wait, 20)
        user.app.live._tick()
        looking = user.app.live._looking
        for _second in range(5):
            user.app.live._tick()
            await asyncio.sleep(0)
        assert looking is not None and user.app.live._looking is looking and not looking.done()
        go_on.set()
        await asyncio.wrap_future(long)
        await user.idle()
