"""Help: made from the registry, searchable in Chinese, English and pinyin."""

from __future__ import annotations

import pytest

from crm_tui.tui.actions import ACTIONS
from tests.tui.driver import story
from tests.tui.playground import playground


async def test_help_lists_every_key_of_the_screen_below() -> None:
    async with story(playground(start="customers"), size=(100, 80)) as user:
        await user.press("?")
        assert user.line(0).startswith(" 帮助：客户")
        for action in ACTIONS:
            if action.belongs_to("customers"):
                line = user.app.keymap.line(action)
                assert any(line.keys in row and line.label in row for row in user.lines), action.id


@pytest.mark.parametrize("words", ["跟进", "follow-up", "jgj", "jigenjin", "F6", "log"])
async def test_help_is_searched_in_chinese_english_and_pinyin(words: str) -> None:
    async with story(playground(start="customers")) as user:
        await user.press("?", "/")
        await user.type(words)
        assert "l  F6" in user.text
        assert "Ctrl+Y" not in user.text


async def test_help_of_a_form_names_keys_that_work_there() -> None:
    async with story(playground(start="customers")) as user:
        await user.press("a", "f1")
        assert "帮助：表单" in user.line(0)
        assert "F12" in user.text
        await user.press("escape")
        assert user.screen.kind == "form"


async def test_a_search_without_result_says_so() -> None:
    async with story(playground()) as user:
        await user.press("?", "/")
        await user.type("火箭")
        assert "没有匹配的按键。按 Esc 显示全部。" in user.text
        await user.press("escape", "escape")
        assert user.screen.kind == "today"


async def test_a_key_without_meaning_here_says_so_and_where_it_has_one() -> None:
    async with story(playground()) as user:
        await user.press("c")
        assert user.message == "c 在这里不起作用；在“客户”里是“列”。按 ? 看按键。"
        await user.press("f")
        assert "在“客户”里是“筛选”" in user.message
        await user.press("X")
        assert user.message == "X 在这里不起作用。按 ? 看按键。"
        for sign in ("@", "\\", "€"):
            await user.press(sign)
            assert user.message == f"{sign} 在这里不起作用。按 ? 看按键。"
        await user.press("j")
        assert user.screen.kind == "today"
        await user.press("？", "c")  # the help, itself a list
        assert "c 在这里不起作用" in user.message
    async with story(playground(start="customers")) as user:
        await user.press("a")
        await user.type("cX")
        assert not user.message


async def test_a_sentence_that_the_column_cuts_is_said_whole_below() -> None:
    async with story(playground(), size=(60, 20)) as user:
        await user.press("?")
        row = next(at for at, line in enumerate(user.lines) if line.startswith(" d  F8"))
        assert user.line(row).endswith("…")
        await user.press(*["j"] * (row - 2))
        assert "立即归档；有标记时先预览；u 可撤销。" in user.lines[-2]
        await user.press("g")
        assert "归档；" not in user.lines[-2]
