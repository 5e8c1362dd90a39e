"""The mouse is optional: what it does keys do too, and it can be left to the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import MouseScrollDown

from crm_tui import config
from crm_tui.tui import opening
from crm_tui.tui.app import CrmApp
from crm_tui.tui.screens.pick_box import Choice, PickBox
from crm_tui.tui.widgets.lines import KeyBar
from tests.tui.driver import User, story
from tests.tui.playground import playground


async def click(user: User, label: str) -> None:
    """Click on a label of the key bar, by cells."""
    before = user.line(-1).split(label)[0]
    cells = sum(2 if ord(sign) > 0x2E7F else 1 for sign in before)
    await user.pilot.click(KeyBar, offset=(cells + 1, 0))
    await user.idle()


async def test_the_key_bar_is_clicked_and_the_wheel_turns() -> None:
    async with story(playground(start="customers")) as user:
        await click(user, "帮助")
        assert user.screen.kind == "help"
        await user.press("escape")
        await click(user, "新增")
        assert user.screen.kind == "form"
        await user.press("escape")
        table = user.screen.table
        for _turn in range(3):
            await user.pilot._post_mouse_events([MouseScrollDown], table, offset=(20, 4))
        await user.idle()
        assert table.cursor > 0 or table.top > 0


async def test_a_choice_is_taken_by_a_second_click_or_by_enter() -> None:
    async with story(playground(start="customers")) as user:
        for row in ("a", "b"):
            box = PickBox("谁？", [Choice("a", "甲"), Choice("b", "乙")])
            taken: list[str | None] = []
            await user.app.show(box, then=taken.append)
            await user.idle()
            assert "Enter 确定" in user.text
            if row == "a":
                await user.press("enter")
            else:
                for _twice in range(2):
                    await user.pilot.click(box.table, offset=(3, 1))
                    await user.idle()
            assert taken == [row]


@pytest.mark.parametrize(
    ("written", "asked", "taken"),
    [("", None, True), ("mouse = false\n", None, False), ("mouse = false\n", True, True), ("", False, False)],
)
def test_settings_and_call_say_whether_the_mouse_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, asked: bool | None, taken: bool
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    config.config_dir().mkdir()
    (config.config_dir() / "settings.toml").write_text(written, "utf-8")
    seen: list[object] = []
    monkeypatch.setattr(CrmApp, "run", lambda _self, *, mouse: seen.append(mouse))
    opening.run(tmp_path / "none.db", mouse=asked)
    assert seen == [taken]
