"""Older, newer, networked files as the terminal interface meets them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crm_tui.session import create_database
from crm_tui.storage import backup as backups
from crm_tui.storage import mounts
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.presence import Presence
from crm_tui.storage.schema import VERSION
from crm_tui.tui.app import CrmApp
from crm_tui.tui.opening import Nobody, try_to_open
from crm_tui.tui.screens.welcome import WelcomeScreen
from tests.storage.old import old_file
from tests.tui.driver import User, story
from tests.tui.office import customer, office
from tests.tui.test_welcome import close

WIDE = (120, 30)


@pytest.fixture(autouse=True)
def wang(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let wang be who runs the program."""
    for name in ("crm_tui.session.system_login", "crm_tui.tui.screens.welcome.system_login"):
        monkeypatch.setattr(name, lambda: "wang")


def app(path: Path, *, read_only: bool = False) -> CrmApp:
    opened = try_to_open(path, read_only)
    return CrmApp(
        opened.session or Nobody(),
        start="today" if opened.session else "welcome",
        rooms={"welcome": lambda: WelcomeScreen(path, opened.refusal, read_only)},
    )


async def done(user: User) -> None:
    await user.app.workers.wait_for_complete()
    await user.idle()


async def test_an_older_file_is_offered_and_one_key_brings_it_to_this_version(tmp_path: Path) -> None:
    path = old_file(tmp_path / "crm.db")
    async with story(app(path), size=WIDE) as user:
        assert "旧版本程序的数据库" in user.text and "升级" in user.text
        await user.press("enter")
        await done(user)
        assert user.screen.kind == "today"
        assert "王芳" in user.line(0)
        await user.press("2")
        assert "上海样例贸易有限公司" in user.text
        close(user)
    kept = backups.backups(backups.default_folder(path))
    assert [one.manifest.facts.schema_version for one in kept] == [1]


async def test_the_backup_is_named_when_it_is_done(tmp_path: Path) -> None:
    path = old_file(tmp_path / "crm.db")
    async with story(app(path), size=WIDE) as user:
        await user.press("enter")
        await done(user)
        kept = backups.backups(backups.default_folder(path))[0].path
        assert f"版本 {VERSION}" in user.message and kept.name in user.message.replace(" ", "")
        close(user)


async def test_a_name_that_is_no_text_steers_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\x1b[31m\xe2\x80\xae.db")
    path.write_text("x" * 5000)
    async with story(app(path), size=WIDE) as user:
        assert "不是数据库" in user.text
        assert not {"\x1b", "\u202e", "\udcff"} & set(user.text)


async def test_esc_leaves_an_older_file_as_it_is(tmp_path: Path) -> None:
    path = old_file(tmp_path / "crm.db")
    before = path.read_bytes()
    async with story(app(path), size=WIDE) as user:
        await user.press("escape", "q")
    assert path.read_bytes() == before


async def test_who_is_in_is_named_and_the_offer_stays(tmp_path: Path) -> None:
    path = old_file(tmp_path / "crm.db")
    presence = Presence(path)
    presence.sit("li", "李雷", "tui")
    async with story(app(path), size=WIDE) as user:
        await user.press("enter")
        await done(user)
        assert user.screen.kind == "welcome"
        assert "李雷" in user.message
        presence.close()
        await user.press("enter")
        await done(user)
        assert user.screen.kind == "today"
        close(user)


async def test_an_older_file_is_not_migrated_for_who_only_reads(tmp_path: Path) -> None:
    path = old_file(tmp_path / "crm.db")
    async with story(app(path, read_only=True), size=WIDE) as user:
        assert "旧版本程序的数据库" in user.text
        assert "试用示例" in user.line(5) or "试用示例" in user.text
        assert "升级到本版本" not in user.text


async def test_a_newer_file_is_read_with_all_it_has_besides(tmp_path: Path) -> None:
    with office(tmp_path) as session:
        path = session.database.path
        customer(session, "上海恒达有限公司")
    connection = sqlite3.connect(path)
    connection.executescript(
        "ALTER TABLE customer ADD COLUMN mood TEXT; CREATE TABLE ticket (id INTEGER PRIMARY KEY);"
        f"PRAGMA user_version = {VERSION + 1}"
    )
    connection.close()
    async with story(app(path), size=WIDE) as user:
        assert user.screen.kind == "today"
        assert "只读 数据库由更新版本的程序写成" in user.line(0)
        assert "更新版本" in user.message
        await user.press("2", "enter")
        assert user.screen.kind == "customer"
        await user.press("h", "escape", "escape", "a")
        assert "更新版本" in user.message
        await user.press("question_mark")
        assert "更新版本" in user.lines[-2]
        close(user)


async def test_several_people_over_a_network_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office(tmp_path) as session:
        path = session.database.path
    table = tmp_path / "mounts"
    table.write_text(f"//filer/x {tmp_path} cifs rw 0 0\n")
    monkeypatch.setattr(mounts, "TABLE", table)
    async with story(app(path), size=WIDE) as user:
        assert "cifs" in user.text and "多人使用" in user.text
        await user.press("enter")
        assert user.screen.kind == "today" and "只读" in user.line(0)
        close(user)


async def test_one_person_over_a_network_is_warned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "crm.db"
    create_database(path, login="wang")
    table = tmp_path / "mounts"
    table.write_text(f"//filer/x {tmp_path} cifs rw 0 0\n")
    monkeypatch.setattr(mounts, "TABLE", table)
    async with story(app(path), size=WIDE) as user:
        assert "cifs" in user.message and "只读" not in user.line(0)
        close(user)
