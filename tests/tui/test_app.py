"""The app's wiring: keys, input methods, search, messages, sizes, days, colours, leaving."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest
import time_machine

from crm_tui.tui import themes
from crm_tui.tui.widgets.table import Table
from tests.tui.driver import story
from tests.tui.playground import FakeSession, playground


async def test_the_first_screen_shows_status_rows_and_keys() -> None:
    async with story(playground()) as user:
        assert user.line(0).startswith(" 今日") and user.line(0).endswith("王伟")
        assert "? 帮助" in user.line(-1)
        assert len(user.lines) == 24


async def test_a_customer_is_found_and_opened_with_three_keys_besides_the_text() -> None:
    async with story(playground(start="customers")) as user:
        await user.press("/")
        await user.type("恒达7")
        await user.press("enter", "enter")
        assert user.screen.opened == "上海恒达7号"
        assert user.keys == 3
        assert "/ 恒达7" in user.line(0)


async def test_keys_pressed_faster_than_the_app_answers_act_in_their_order() -> None:
    async with story(playground(start="customers")) as user:
        await user.rush("/", *"恒达8", "enter", "enter")
        assert user.screen.opened == "上海恒达8号"
    async with story(playground(start="customers")) as user:
        await user.rush("a", *"海南新客户", "f12", "j", "j")
        assert user.screen.opened == "added 海南新客户"
        assert user.screen.table.cursor == 2


@pytest.mark.parametrize("how", ["type", "paste"])
async def test_chinese_text_in_a_list_opens_the_search(how: str) -> None:
    async with story(playground(start="customers")) as user:
        await getattr(user, how)("上海恒达1")
        assert user.screen.filter == "上海恒达1"
        assert user.screen.table.total == 8  # 1, 10, 11, 13, 14, 16, 17, 19
        await user.press("escape")
        assert user.screen.filter == "" and user.screen.table.total == 30


async def test_escape_brings_back_the_search_as_it_was() -> None:
    async with story(playground(start="customers")) as user:
        await user.press("/")
        await user.type("王总")
        await user.press("enter", "/")
        await user.type("99")
        assert user.screen.table.total == 0
        await user.press("escape")
        assert user.screen.filter == "王总" and user.screen.table.total == 10
        await user.press("escape")
        assert user.screen.table.total == 30
        await user.press("escape")
        assert user.app.is_running


async def test_rows_move_while_the_search_is_open() -> None:
    async with story(playground(start="customers")) as user:
        await user.press("/", "down", "down", "pagedown")
        assert user.screen.table.cursor > 2


@pytest.mark.parametrize("key", ["／", "、", "f3", "/"])
async def test_search_opens_under_an_input_method(key: str) -> None:
    async with story(playground(start="customers")) as user:
        await user.press(key)
        await user.type("ｊ？：")
        assert user.screen.filter == "ｊ？："


@pytest.mark.parametrize(("key", "title"), [("？", "帮助：客户"), ("f1", "帮助：客户"), ("１", "今日")])
async def test_full_width_keys_act_like_their_twins(key: str, title: str) -> None:
    async with story(playground(start="customers")) as user:
        await user.press(key)
        assert title in user.line(0)


async def test_a_full_width_sign_may_arrive_as_a_paste() -> None:
    async with story(playground(start="customers")) as user:
        await user.paste("？")
        assert "帮助" in user.line(0)


async def test_a_disabled_action_says_why_and_does_nothing() -> None:
    async with story(playground()) as user:
        await user.press("x")
        assert user.message == "没有可以完成的计划。"
        await user.press("u")
        assert user.message == "已撤销：新增客户。　按 Ctrl+R 重做。"


async def test_undo_and_redo_say_what_they_did() -> None:
    session = FakeSession()
    async with story(playground(session)) as user:
        await user.press("u", "ctrl+y")
        assert session.log == ["undo", "redo"]
        assert user.message == "已重做：新增客户。　按 u 撤销。"


async def test_an_error_speaks_in_the_message_line() -> None:
    async with story(playground(start="customers")) as user:
        await user.press("o")
        assert user.message == "文件夹不可写。没有写出任何内容。请换一个文件夹。"
        await user.press("j")
        assert user.message.startswith("文件夹不可写")
        await user.press("y")
        assert user.message == "“复制”在这里不起作用。"


async def test_a_long_message_is_shown_whole() -> None:
    async with story(playground(), size=(60, 20)) as user:
        text = "数据文件正忙，同事正在保存。" * 5
        user.app.say(text, "bad")
        await user.idle()
        assert text in "".join(line.strip() for line in user.lines[-4:-1])


async def test_a_fault_of_ours_is_logged_and_the_app_lives_on() -> None:
    async with story(playground(start="customers")) as user:
        with pytest.raises(ZeroDivisionError):
            await user.press("l")
        assert user.message.startswith("程序内部出错，数据未受影响。")
        await user.press("j")
        assert user.screen.table.cursor == 1


async def test_a_write_is_seen_on_the_screen_and_on_the_one_below() -> None:
    session = FakeSession(5)
    async with story(playground(session)) as user:
        await user.press("2", "d")
        assert len(session.names) == 4 and user.screen.table.total == 4
        assert user.message == "已归档“[VIP] 王总0”。　按 u 撤销。"
        await user.press("1")
        assert "逾期 (4)" in user.text


async def test_a_main_screen_keeps_its_place() -> None:
    async with story(playground(start="customers")) as user:
        await user.press("j", "j", "1", "2")
        assert user.screen.table.cursor == 2


async def test_a_read_only_file_says_so_and_refuses() -> None:
    session = FakeSession()
    session.read_only = "此文件由更新的版本写成，只能查看。"
    async with story(playground(session, start="customers")) as user:
        assert user.message == session.read_only
        await user.press("d")
        assert user.message == session.read_only and len(session.names) == 30
        await user.press("j", "a", "u")
        assert user.screen.kind == "customers" and session.log == []


async def test_too_small_loses_no_input() -> None:
    async with story(playground(start="customers")) as user:
        await user.press("a")
        await user.type("恒达")
        await user.resize(50, 10)
        assert "窗口太小：现为 50x10，至少需要 60x15。" in user.text
        await user.type("科技")
        await user.press("f12", "escape")
        await user.resize(80, 24)
        assert "公司名称 * 恒达科技" in user.text


async def test_too_small_lets_no_blind_key_act() -> None:
    session = FakeSession()
    async with story(playground(session, start="customers"), size=(40, 10)) as user:
        await user.press("d", "a")
        assert len(session.names) == 30 and user.screen.kind == "customers"
        await user.press("q")
        assert not user.app.is_running


async def test_ctrl_c_copies_or_says_how_to_leave_and_ctrl_q_does_nothing() -> None:
    async with story(playground(start="customers")) as user:
        await user.press("ctrl+c")
        assert user.message == "按 q 退出。"
        await user.press("ctrl+q")
        assert user.app.is_running
        await user.press("/")
        await user.type("恒达")
        await user.press("shift+home", "ctrl+c")
        assert user.message == "已复制：恒达" and user.app.clipboard == "恒达"


async def test_q_goes_back_one_level_and_quits_at_the_top() -> None:
    async with story(playground()) as user:
        await user.press("z", "q")
        assert user.screen.kind == "today"
        await user.press("escape")
        assert user.app.is_running
        await user.press("q")
        assert not user.app.is_running


async def test_today_counts_again_when_a_new_day_begins() -> None:
    session = FakeSession(3)
    with time_machine.travel(datetime(2025, 11, 20, 15, 59, tzinfo=UTC), tick=False) as clock:
        async with story(playground(session)) as user:
            session.names.append("新的一天")
            await user.press("j")
            assert "逾期 (3)" in user.text
            clock.move_to(datetime(2025, 11, 20, 16, 0, tzinfo=UTC))  # midnight in Shanghai
            await user.press("k")
            assert "逾期 (4)" in user.text
            session.names.append("再一天")
            clock.move_to(datetime(2025, 11, 21, 16, 0, tzinfo=UTC))
            user.app.check_day()
            await user.idle()
            assert "逾期 (5)" in user.text


async def test_wrong_keys_in_the_settings_are_told_at_the_start() -> None:
    async with story(playground(settings={"keys": {"search": "j"}})) as user:
        assert "该操作仍用默认按键" in user.message and "crm-tui keys" in user.message


async def test_the_users_keys_are_in_force_and_shown() -> None:
    async with story(playground(start="customers", settings={"keys": {"add": "+"}})) as user:
        assert "+ 新增" in user.line(-1)
        await user.press("+")
        assert user.screen.kind == "form"


@pytest.mark.parametrize(
    ("environment", "settings", "theme"),
    [
        ({"TERM": "xterm-256color"}, {}, "crm-dark"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, {"theme": "crm-light"}, "crm-light"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, {}, "crm-plain"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, {"theme": "ansi-light"}, "crm-plain"),
        ({"TERM": "vt220"}, {"theme": "crm-dark"}, "crm-plain"),
        ({"TERM": "linux"}, {"theme": "crm-dark"}, "ansi-dark"),
        ({"TERM": "xterm", "COLORFGBG": "0;15"}, {}, "ansi-light"),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;default;15"}, {}, "crm-light"),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;15"}, {"theme": "crm-contrast"}, "crm-contrast"),
        ({"TERM": "xterm-256color"}, {"theme": "pink"}, "crm-dark"),
    ],
)
def test_the_theme_suits_the_terminal(
    environment: dict[str, str], settings: dict[str, str], theme: str
) -> None:
    assert themes.choose(environment, settings) == theme


@pytest.mark.parametrize("terminal", ["linux", "xterm-256color"])
@pytest.mark.parametrize("colours", [True, False])
async def test_every_screen_can_be_drawn_in_few_colours(
    monkeypatch: pytest.MonkeyPatch, terminal: str, colours: bool
) -> None:
    monkeypatch.setenv("TERM", terminal)
    if not colours:
        monkeypatch.setenv("NO_COLOR", "1")
    async with story(playground(start="customers")) as user:
        for key in ("?", "escape", ":", "escape", "a"):
            await user.press(key)
            assert user.lines[-1].strip()


async def test_the_other_language() -> None:
    from crm_tui import locale

    locale.set_language("en")
    async with story(playground(start="customers")) as user:
        assert user.line(0).startswith(" Customers")
        assert "? Help" in user.line(-1)


async def test_wide_signs_do_not_move_columns_where_a_terminal_draws_them_wide() -> None:
    session = FakeSession(0)
    session.names = ["①②③→★号", "普通公司"]
    app = playground(session, start="customers", settings={"ambiguous_width": 2})
    async with story(app) as user:
        from crm_tui.text.cells import width

        starts = {width(line[: line.index("1380013")], 2) for line in user.lines if "1380013" in line}
        assert len(starts) == 1
        assert isinstance(user.screen.table, Table)


async def test_a_setting_that_does_not_count_is_named_at_the_start_with_what_it_may_be() -> None:
    for settings, said in (
        ({"ambiguous_width": 3}, "ambiguous_width 不能是 3，没有生效。可以写：1, 2。"),
        ({"theme": "深色", "mouse": "no"}, 'theme 不能是 "深色"，没有生效。可以写："crm-dark", "crm-light"'),
        ({"start": ["today"]}, 'start 不能是 ["today"]，没有生效。可以写："today", "customers"。'),
        ({"start": "now", "keys": {"nonsense": "q"}}, "nonsense"),
        ({"holidays": ["2027-02-30"]}, "[holidays] 里有“2027-02-30”，不是日期，没有生效。"),
    ):
        async with story(playground(settings=settings)) as user:
            assert said in user.message
    fine = {"theme": "crm-light", "ambiguous_width": 2, "mouse": False, "start": "customers"}
    async with story(playground(settings=fine)) as user:
        assert user.message == ""


def test_kitty_mode_is_off_before_textual_is_imported() -> None:
    code = "import crm_tui.tui, os; print(os.environ['TEXTUAL_DISABLE_KITTY_KEY'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
