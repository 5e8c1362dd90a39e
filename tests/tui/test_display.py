"""Colours and the width of signs: by the terminal or the user, live, kept; its answers are no keys."""

from __future__ import annotations

import pytest
from textual.events import Key

from crm_tui.tui import preferences
from crm_tui.tui.background import Listener, by_variable, is_asked
from crm_tui.tui.keyboard import Keyboard
from tests.tui.driver import story
from tests.tui.playground import playground

WHITE = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"


async def test_a_theme_is_seen_at_once_and_kept_for_the_next_start() -> None:
    async with story(playground(settings={"theme": "crm-contrast"})) as user:
        assert user.app.theme == "crm-contrast" and not user.app.asks_background
        await user.press("9", "j", "j")
        assert user.app.theme == "crm-light" and "深色" in user.text
        await user.press("escape")
        assert user.app.theme == "crm-contrast"
        await user.press(":")
        await user.type("zhuti")
        await user.press("enter", "j", "j", "enter")
        assert user.message == "已保存：浅色。"
        assert any(line.split("*")[1:] and "浅色" in line for line in user.lines)
        await user.press("G")
        assert user.app.theme == "crm-light" and user.app.ambiguous == 2
        bars = [line.rindex("|") for line in user.lines if "|" in line and ("xx" in line or "…—·“" in line)]
        assert len(bars) == 2
        await user.press("enter", "escape")
        assert user.app.has_class("wide-signs")
    async with story(playground()) as user:
        assert (user.app.theme, user.app.ambiguous) == ("crm-light", 2)
        await user.press("9", "g", "j", "enter", "escape")
        assert user.app.theme == "crm-dark" and user.app.asks_background
        user.app.background_told("light")
        assert user.app.theme == "crm-light"
    assert preferences.load() == {"ambiguous_width": 2, "background": "light", "commands": ["display"]}


async def test_no_color_offers_nothing_but_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with story(playground(settings={"theme": "crm-light"})) as user:
        assert user.app.theme == "crm-plain"
        await user.press("9")
        assert "NO_COLOR" in user.text and "浅色" not in user.text
        colours = {
            colour.name
            for strip in user.app.screen._compositor.render_strips()
            for segment in strip.apply_filter(user.app._filters[-1], user.app.background_colors[0])
            if segment.style
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour is not None
        }
        assert colours <= {"default"}


def test_the_answer_of_the_terminal_never_becomes_keys() -> None:
    for at in range(len(WHITE) + 1):
        told: list[str] = []
        listener = Listener(told.append)
        listener.expect()
        got = listener.take("j" + WHITE[:at]) + listener.take(WHITE[at:] + "k")
        assert (got, told) == ("jk", ["light"])
        assert listener.take(WHITE) == WHITE  # asked once
    told = []
    listener = Listener(told.append)
    assert listener.take("\x1b") == "\x1b"
    listener.expect()
    assert listener.take("\x1b") == "" and listener.rest() == "\x1b"
    assert listener.take("\x1b[A\x1b]11;rgb:1616/1818/1c1c\x07") == "\x1b[A" and told == ["dark"]


def test_keys_around_the_answer_are_read() -> None:
    told: list[str] = []
    listener = Listener(told.append)
    keyboard = Keyboard(answers=listener)
    listener.expect()
    typed = [*keyboard.feed(b"j\x1b"), *keyboard.feed(WHITE[1:9].encode())]
    assert keyboard.patience == 0.5
    typed += [*keyboard.feed(WHITE[9:].encode() + b"k\x1b"), *keyboard.rest()]
    keyboard.close()
    assert [event.key for event in typed if isinstance(event, Key)] == ["j", "k", "escape"] and told == [
        "light"
    ]


def test_who_is_asked_and_what_variables_say() -> None:
    asked = [
        term
        for term in ("linux", "dumb", "vt220", "xterm", "screen-256color", "")
        if is_asked({"TERM": term})
    ]
    assert asked == ["xterm", "screen-256color"]
    said = [by_variable({"COLORFGBG": value}) for value in ("15;0", "0;15", "0;default;7", "x", "")]
    assert said == ["dark", "light", "light", "", ""]
