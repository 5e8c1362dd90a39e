"""Another size in the middle of everything: too small, large, and back, with nothing lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from textual import events
from textual.geometry import Size

from tests.tui.driver import User, story
from tests.tui.office import app
from tests.tui.playground import playground
from tests.tui.test_wizard import HEAD, ROWS
from tests.tui.two import edit, now, theirs, two_people


async def there_and_back(user: User) -> None:
    """Make the window too small, large, and as it was."""
    before, focused = user.text, user.screen.focused
    await user.resize(40, 10)
    assert "窗口太小" in user.text
    await user.press("f12")  # what cannot be seen cannot be done
    for size in ((200, 60), (80, 24)):
        await user.resize(*size)
        assert "窗口太小" not in user.text
    assert user.text == before
    assert user.screen.focused is focused


async def test_every_step_of_the_wizard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "sheets"
    place.mkdir()
    monkeypatch.chdir(place)
    with (place / "客户.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *ROWS])
    with two_people(tmp_path) as (session, _colleague):
        async with story(app(session)) as user:
            await user.press("i")
            await there_and_back(user)  # the files
            await user.press("enter", "end")
            await there_and_back(user)  # the columns
            await user.press("enter")
            await user.type("备注")
            await there_and_back(user)  # the field of one
            await user.press("escape", "f12", "f")
            await there_and_back(user)  # the preview, filtered
            await user.press("f12")
            assert "新增 3" in user.text
            await there_and_back(user)  # the result


async def test_forms_boxes_and_two_who_changed_the_same(tmp_path: Path) -> None:
    with two_people(tmp_path) as (session, colleague):
        async with story(app(session)) as user:
            await user.press("l")
            await user.type("客户说月底前")
            await there_and_back(user)
            await user.press("escape", "escape", "colon")
            await user.type("dc")
            await there_and_back(user)  # the commands
            await user.press("escape", "e")
            await edit(user, "need", "我的需求")
            theirs(colleague, need="李的需求")
            await user.press("f12")
            assert "修改冲突" in user.line(0)
            await there_and_back(user)
            await user.press("1", "f12")
            assert now(session)["need"] == "我的需求"
            await user.press("enter", "tab", "j")
            await there_and_back(user)  # the customer file, another panel
            await user.press("?")
            await there_and_back(user)


async def test_the_end_of_a_long_text_stays_beside_its_cursor() -> None:
    async with story(playground(start="customers")) as user:
        await user.press("a")
        await user.type("上海样本有限公司" * 3 + "改过")
        for width in (100, 60, 200, 62, 80):
            await user.resize(width, 20)
            line = user.screen.focused
            name = next(line for line in user.lines if "公司名称" in line)
            assert name.split("!")[0].rstrip().endswith("改过")
            assert line.region.contains(*line.cursor_screen_offset)
            assert user.app.cursor_position == line.cursor_screen_offset


async def test_the_last_size_counts_whatever_the_screen_hears_of_an_earlier_one() -> None:
    async with story(playground(start="customers")) as user:
        for size, word in (((40, 10), True), ((100, 30), False), ((60, 8), True), ((80, 24), False)):
            earlier = user.app.size
            user.app._size = now = Size(*size)
            user.screen.post_message(events.Resize(now, now))
            user.screen.post_message(events.Resize(earlier, earlier))
            await user.idle()
            assert user.screen.outer_size == now
            assert ("窗口太小" in user.text) is word
