"""The palette: every action by name, with its key, and why it cannot be done."""

from __future__ import annotations

import pytest

from crm_tui.locale import _, set_language
from crm_tui.tui.actions import ACTIONS
from crm_tui.tui.finding import matches, nearness, spelled
from crm_tui.tui.keymap import Keymap
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


async def test_in_the_help_it_holds_the_commands_of_the_screen_below() -> None:
    async with story(playground(start="customers")) as user:
        await user.press("?", ":")
        await user.type("xz")
        await user.press("enter")
        assert user.screen.kind == "form"


def test_every_action_is_found_by_its_name_in_chinese_pinyin_initials_and_english() -> None:
    keymap = Keymap()
    for action in ACTIONS:
        line = keymap.line(action)
        spellings = spelled(line.label)
        assert all(each.isascii() for each in spellings), action.id
        for typed in (line.label, *spellings, action.label, action.id):
            assert matches(line, typed) and nearness(line, typed) == 0, (action.id, typed)
        assert nearness(line, spellings[0][:-1]) <= 2
        for other in _(action.words).split():
            assert all(matches(line, typed) for typed in (other, *spelled(other))), (action.id, other)


def test_every_reading_of_a_sign_is_taken() -> None:
    assert {"juese", "jiaose", "js"} <= set(spelled("角色"))
    assert "chongzuo" in spelled("重做") and "mohang" in spelled("末行")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("权限", "go_policy"), ("角色和权限", "go_policy"), ("jsqx", "go_policy"), ("角色", "go_policy")),
        *(("历史", "all_history"), ("xiugaijilu", "all_history"), ("回收站", "all_history")),
        *(("日志", "all_history"), ("caozuorizhi", "go_audit"), ("员工", "go_people"), ("设置", "display")),
        *(("撤回", "undo"), ("删除", "archive"), ("移交", "hand_over"), ("过滤", "filter")),
        *(("首页", "go_today"), ("khlb", "go_customers"), ("备份", "upkeep"), ("hand over", "hand_over")),
        *(("筛选条件", "filter"), ("新建一个客户", "add"), ("把客户导出到表格", "export")),
    ],
)
async def test_other_words_and_parts_of_a_sentence_find_it(typed: str, meant: str) -> None:
    async with story(playground(start="customers")) as user:
        await user.press(":")
        await user.type(typed)
        shown = [str(row.id) for row in user.screen.rows.page(0, 3)]
        assert meant in shown, shown


async def test_the_names_of_both_languages_and_pinyin_are_found_in_english() -> None:
    set_language("en")
    async with story(playground(start="customers")) as user:
        for typed in ("归档", "guidang", "gd", "archive", "删除"):
            await user.press(":")
            await user.type(typed)
            assert user.screen.rows.page(0, 1)[0].id == "archive", typed
            await user.press("escape")


async def test_what_was_used_last_comes_first_and_tab_completes() -> None:
    async with story(playground(start="customers")) as user:
        await user.press(":")
        await user.type("mo")
        await user.press("tab")
        assert user.screen.line.value in ("末行", "most", "moban")
        await user.press("escape", ":")
        await user.type("mohang")
        await user.press("tab", "enter")
        assert user.screen.table.cursor == 29
        await user.press(":")
        assert user.screen.table.row.id == "last"
        await user.type("sho")
        await user.press("down", "down", "f9", "escape")
        assert user.screen.kind == "customers"
    async with story(playground(start="customers")) as user:
        await user.press("?", ":")
        assert user.screen.kind == "palette" and user.screen.recent == ["last"]


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
