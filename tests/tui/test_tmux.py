"""The foundation in a real terminal: input method text, function keys, leaving without traces."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.tui.tmux import Tmux

ROOT = Path(__file__).parents[2]


def playground(size: tuple[int, int] = (80, 24), **env: str) -> Tmux:
    return Tmux([sys.executable, "-m", "tests.tui.playground"], size=size, cwd=ROOT, env=env)


def test_a_chinese_phrase_searches_and_the_cursor_follows_it() -> None:
    with playground() as term:
        term.wait_for("今日[\\s\\S]*帮助")
        term.type("2")
        term.wait_for("客户")
        term.type("上海恒达科技有限公司")
        term.wait_for("/ 上海恒达科技有限公司")
        term.wait_for_cursor(1 + 20, 1)
        term.keys("Escape")
        term.wait_for("2000|上海恒达1号")
        term.paste("恒达1号")
        term.wait_for("/ 恒达1号")


def test_the_cursor_stands_in_the_first_field_of_a_form_at_once() -> None:
    with playground() as term:
        term.wait_for("今日[\\s\\S]*帮助")
        term.keys("2", "a")
        term.wait_for("公司名称")
        term.wait_for_cursor(13, 3)
        term.type("上海恒达")
        term.wait_for_cursor(13 + 8, 3)
        term.keys("Tab", "Tab", "Tab", "Tab")
        term.type("备注")
        term.wait_for_cursor(13 + 4, 7)


def test_function_keys_and_leaving() -> None:
    with playground((120, 40)) as term:
        term.wait_for("今日[\\s\\S]*帮助")
        term.keys("F1")
        term.wait_for("帮助：今日")
        term.keys("F10")
        term.wait_for("逾期 \\(2000\\)")
        term.keys("C-q", "C-c")
        term.wait_for("按 q 退出")
        term.keys("q")
        assert term.wait_until_dead() == 0


def test_no_color_uses_the_terminals_own_colours() -> None:
    with playground(NO_COLOR="1") as term:
        term.wait_for("今日[\\s\\S]*帮助")
        term.keys("j", "2", "a")
        term.wait_for("公司名称")
        codes = set(re.findall("\x1b\\[([0-9;]*)m", term.screen(colours=True)))
        used = {code for each in codes for code in each.split(";")}
        assert used & {"38", "48"} == set()


def test_what_another_program_wrote_over_the_screen_goes_by_ctrl_l() -> None:
    with playground() as term:
        term.wait_for("今日[\\s\\S]*帮助")
        term.wait_for_rest()
        before = term.screen()
        Path(term.tty).write_text("\x1b[5;1H" + "x" * 400 + "\x1b[7;20H")
        term.wait_for("xxxx")
        term.keys("C-l")
        term.wait_until(lambda: term.screen() == before)
        term.keys("j")
        assert "xxxx" not in term.wait_for("今日")
