"""The palette: every action by name, with its key, and why it cannot be done."""

from __future__ import annotations

import pytest

from tests.tui.driver import story
from tests.tui.playground import playground


@pytest.mark.parametrize("key", [":", "：", "f9", "ctrl+p"])
async def test_the_palette_opens_over_the_list(key: str) -> None:
    async with story(playground()) as user:
        await user.press(key)
        assert "命令" in user.text and user.line(0).startswith(" 今日")
        await user.press("escape")
        assert user.screen.kind == "today"


@pytest.mark.parametrize("words", ["新增", "add", "xz", "xinzeng"])
async def test_a_command_is_found_and_done(words: str) -> None:
    async with story(playground(start="customers")) as user:
        await user.press(":")
        await user.type(words)
        await user.press("enter")
        assert user.screen.kind == "form"


async def test_a_command_typed_in_a_rush_is_the_one_done() -> None:
    async with story(playground(start="customers")) as user:
        await user.rush(":", *"gd", "enter")
        assert "已归档" in user.message


async def test_what_cannot_be_done_stays_visible_with_its_reason() -> None:
    async with story(playground()) as user:
        await user.press(":")
        await user.type("完成")
        assert "(没有可以完成的计划。)" in user.text
        await user.press("enter")
        assert user.screen.kind == "palette" and user.message == "没有可以完成的计划。"


async def test_actions_of_other_screens_say_where_they_are() -> None:
    async with story(playground()) as user:
        await user.press(":")
        await user.type("空白模板")
        assert "(仅在：导入、欢迎)" in user.text


async def test_moves_are_found_by_name_only() -> None:
    async with story(playground(start="customers")) as user:
        await user.press(":")
        assert "末行" not in user.text
        await user.type("末行")
        await user.press("enter")
        assert user.screen.table.cursor == 29


async def test_no_match_says_so() -> None:
    async with story(playground()) as user:
        await user.press(":")
        await user.type("火箭")
        assert "没有匹配的命令。" in user.text
        await user.press("enter")
        assert user.screen.kind == "palette"
