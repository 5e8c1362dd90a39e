"""The first screen without a database: make one, import into a new one, try the sample, or hear why not."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui.errors import BadInput, NotPermitted
from crm_tui.session import create_database
from crm_tui.tui import opening
from crm_tui.tui.app import CrmApp
from crm_tui.tui.opening import Nobody, try_to_open
from crm_tui.tui.screens import welcome
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.welcome import WelcomeScreen
from tests.tui.driver import User, story
from tests.tui.office import NOW, office


class ImportScreen(BaseScreen):
    kind = "import"


def close(user: User) -> None:
    session: Any = user.app.session
    session.close()


def app(path: Path) -> CrmApp:
    opened = try_to_open(path, False)
    return CrmApp(
        opened.session or Nobody(),
        start="today" if opened.session else "welcome",
        rooms={"welcome": partial(WelcomeScreen, path, opened.refusal), "import": ImportScreen},
    )


async def test_a_database_is_made_and_today_opens(tmp_path: Path) -> None:
    path = tmp_path / "neu" / "客户.db"
    async with story(app(path)) as user:
        assert "欢迎使用。" in user.text
        assert "新建数据库" in user.text and "导入表格" in user.text and "试用示例" in user.text
        await user.press("enter")
        await user.type("王伟")
        await user.press("f12")
        assert user.screen.kind == "today"
        assert "王伟" in user.line(0)
        assert "还没有客户。" in user.text
        assert path.exists()
        await user.press("escape")
        assert user.screen.kind == "today"
        close(user)


async def test_import_makes_a_database_first(tmp_path: Path) -> None:
    async with story(app(tmp_path / "a.db")) as user:
        await user.press("i", "f12")
        assert user.screen.kind == "import"
        await user.press("escape")
        assert user.screen.kind == "today"
        close(user)


async def test_the_sample_opens_in_a_folder_that_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(folder: Path, progress: welcome.Progress) -> object:
        progress(1, 2)
        create_database(folder / "demo.db", name="演示用户")
        return opening.open_warm(folder / "demo.db")

    monkeypatch.setattr(welcome, "make_sample", make)
    async with story(app(tmp_path / "a.db")) as user:
        await user.press("j", "j", "enter")
        assert user.screen.kind == "today"
        assert "演示用户" in user.line(0)
        assert "示例数据，退出后自动删除" in user.message
        assert not (tmp_path / "a.db").exists()
        close(user)


async def test_a_folder_that_cannot_be_written_keeps_the_form(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with story(app(tmp_path / "file" / "a.db")) as user:
        await user.press("enter", "f12")
        assert user.screen.kind == "form"
        assert "/a.db" in user.message
        assert "没有写入任何内容" in user.message or "未写入" in user.message


def test_an_unknown_user_hears_whom_to_ask(tmp_path: Path) -> None:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as session:
        opened = try_to_open(session.database.path, False)
    assert opened.session is None
    assert isinstance(opened.refusal, NotPermitted)
    assert opened.refusal.exit_code == 4
    assert "王伟" in str(opened.refusal)


async def test_what_is_no_database_is_refused_with_its_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("这不是数据库" * 500)
    opened = try_to_open(path, False)
    assert isinstance(opened.refusal, BadInput)
    async with story(app(path)) as user:
        assert user.screen.kind == "welcome"
        for part in (opened.refusal.kept, opened.refusal.todo):
            assert part.split("：")[0] in user.text
        assert "新建数据库" not in user.text
        await user.press("i")
        assert user.message == "数据库无法打开。"
        await user.press("j", "enter")
        assert not user.app.is_running


async def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    create_database(path)
    path.with_name("a.db-wal").unlink(missing_ok=True)
    whole = path.read_bytes()
    broken = whole[: len(whole) // 2]
    path.write_bytes(broken)
    async with story(app(path)) as user:
        assert user.screen.kind == "welcome"
        assert "请保留原文件，并恢复最近一次备份。" in user.text
    assert path.read_bytes() == broken


async def test_the_blank_sheet_is_one_key_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with story(app(tmp_path / "a.db")) as user:
        await user.press("t")
        assert "已写出：" in user.message
    assert (tmp_path / welcome.TEMPLATE).stat().st_size > 1000


def test_running_gives_back_the_code_of_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(CrmApp, "run", lambda self, **_given: seen.append(self._start))
    path = tmp_path / "a.db"
    assert opening.run(path) == 0
    create_database(path)
    assert opening.run(path) == 0
    (tmp_path / "b.db").write_text("x" * 4000)
    assert opening.run(tmp_path / "b.db") == 1
    assert seen == ["welcome", "today", "welcome"]
