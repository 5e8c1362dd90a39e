"""A disk without room, seen from the screens: what was saved is looked up, and saving goes on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import service
from crm_tui.session import Session, open_session
from crm_tui.storage.driver import wal_is_sound
from crm_tui.tui.live import TEND_SECONDS
from crm_tui.tui.opening import try_to_open
from tests.faults.small_disk import Disk, small_disk
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office
from tests.tui.test_live import look, update
from tests.tui.test_live_jobs import begin

FULL = "磁盘已满，腾出空间之前无法保存。"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if not wal_is_sound():
        pytest.skip("only in WAL mode does opening need room")
    with small_disk(tmp_path / "disk") as small, time_machine.travel(NOW, tick=False):
        with office(small.folder) as session:
            customer(session, "上海恒达有限公司", need="报价")
        yield small


def opened(disk: Disk) -> Session:
    """Open the office as the terminal interface does."""
    [path] = disk.folder.glob("*.db")
    found = try_to_open(path, False)
    assert found.session is not None, found.refusal
    return found.session


async def after_a_while(user: User) -> None:
    """Let the time pass after which it is looked whether anything is left to do."""
    user.app.live._tended -= TEND_SECONDS
    await look(user)


@pytest.fixture(autouse=True)
def as_wang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "wang")


async def test_on_a_full_disk_customers_are_looked_up_until_there_is_room(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.fill()
    with opened(disk) as session:
        async with story(app(session, "customers"), size=(80, 24)) as user:
            assert "只读" in user.text and "上海恒达有限公司" in user.text
            await user.press("e")
            assert FULL in user.text
            await after_a_while(user)
            assert user.app.wish is None
            disk.free()
            await after_a_while(user)
            assert user.app.wish is not None and user.app.wish() == "数据库又可以写入了。"
    with opened(disk) as session:
        assert session.read_only == ""
        update(session, 1, need="样品")


async def test_who_reads_without_locks_is_shown_the_file_anew_when_a_colleague_writes(disk: Disk) -> None:
    disk.fill()
    with opened(disk) as session:
        async with story(app(session, "customers"), size=(80, 24)) as user:
            disk.free()
            with open_session(session.database.path, login="li") as li:
                update(li, 1, need="改了")
                await look(user)
                assert user.app.wish is not None and user.app.wish() == "有同事开始写入数据库。"


async def test_what_a_dead_process_left_waits_for_room_and_the_rest_is_read(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    [path] = disk.folder.glob("*.db")
    with open_session(path, login="li") as li:
        begin(li)
    disk.fill()
    with opened(disk) as session:
        assert "磁盘已满" in session.read_only
        found = [row[0] for row in session.reader.execute("SELECT name FROM customer").fetchall()]
        assert found == ["上海恒达有限公司"]
        disk.free()
        assert session.database.may_write_again()
    with opened(disk) as session:
        assert session.read_only == ""
        session.write(service.update, 1, session.reader.execute(
            "SELECT changed_in FROM customer WHERE id = 1").fetchone()[0], {"need": "样品"})  # fmt: skip
