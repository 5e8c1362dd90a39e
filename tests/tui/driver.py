"""The scenario driver: presses keys on the real app and reads the real screen, so that tests read as stories.

async with story(CrmApp(session), size=(80, 24)) as user:
    await user.press("/")
    await user.type("恒达")
    await user.press("enter", "enter")
    assert "恒达" in user.line(0)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual._context import visible_screen_stack
from textual.keys import _character_to_key
from textual.pilot import Pilot

from crm_tui.tui.app import CrmApp
from crm_tui.tui.screens.base import BaseScreen
from tests.pace import PATIENCE

ROUNDS = 400


class User:
    """Somebody at the keyboard; ``keys`` counts key presses, ``text`` the characters typed as text."""

    def __init__(self, app: CrmApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.keys = 0
        self.characters = 0
        self._lines: list[str] | None = None

    async def press(self, *keys: str) -> None:
        """Press keys by Textual's names (``j``, ``enter``, ``f12``, ``slash`` or ``/``); each counts."""
        for key in keys:
            self.keys += 1
            self._send(key)
            await self.idle()

    async def type(self, text: str) -> None:
        """Type a text character by character, as a keyboard or an input method does; not counted as keys."""
        for character in text:
            self.characters += 1
            self._send(character)
        await self.idle()

    async def rush(self, *keys: str) -> None:
        """Press keys faster than the app can answer."""
        for key in keys:
            self.keys += 1
            self._send(key)
        await self.idle()

    async def paste(self, text: str) -> None:
        """Deliver a text at once, as some input methods do."""
        self.characters += len(text)
        self.app.post_message(events.Paste(text))
        await self.idle()

    def _send(self, key: str) -> None:
        character = (
            key if len(key) == 1 else {"enter": "\r", "tab": "\t", "space": " ", "slash": "/"}.get(key)
        )
        name = _character_to_key(key) if len(key) == 1 else key
        event = events.Key(name, character)
        event.set_sender(self.app)
        self.app.post_message(event)

    async def idle(self) -> None:
        """Wait until all keys are taken, all work is done and the screen is painted."""
        quiet = 0
        for _round in range(ROUNDS):
            await self.pilot.pause(0)
            self.raise_faults()
            if self.app.work.busy or self._working():
                quiet = 0
                await asyncio.wait_for(self.app.work.idle(), PATIENCE)
                if tasks := self._working():
                    # What counts in a thread of its own is done when its worker is.
                    await asyncio.wait(tasks, timeout=1)
            else:
                quiet += 1
            if quiet >= 2 or not self.app.is_running:
                return
        raise AssertionError("the app does not come to rest")

    def _working(self) -> list[asyncio.Task[None]]:
        return [one._task for one in self.app.workers if not one.is_finished and one._task is not None]

    def raise_faults(self) -> None:
        """Raise what went wrong inside an action: the user sees a sentence, the test the error."""
        if self.app.faults:
            raise self.app.faults.pop(0)

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        await self.pilot.resize_terminal(width, height)
        for _round in range(ROUNDS):
            await self.idle()
            if self.app._resize_timer is None:
                await self.idle()
                return
        raise AssertionError("the screen keeps its old size")

    @property
    def screen(self) -> Any:
        """The open screen."""
        return self.app.screen

    @property
    def lines(self) -> list[str]:
        """The screen as text, one string a line, right blanks cut; painted anew when the app had a turn."""
        if self._lines is None:
            self._lines = self._painted()
            asyncio.get_running_loop().call_soon(self._had_a_turn)
        return self._lines

    def _had_a_turn(self) -> None:
        self._lines = None

    def _painted(self) -> list[str]:
        visible_screen_stack.set(self.app._background_screens)
        for behind in self.app._background_screens:
            behind._on_timer_update()  # what lies under a box is painted by a timer of its own
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def line(self, number: int) -> str:
        """One line of the screen; negative numbers count from below."""
        return self.lines[number]

    @property
    def message(self) -> str:
        """What the message line says."""
        assert isinstance(self.app.screen, BaseScreen)
        return self.app.screen.notice.text


@asynccontextmanager
async def story(app: CrmApp, size: tuple[int, int] = (80, 24)) -> AsyncGenerator[User]:
    """Run an app without a terminal and give a User of it."""
    async with app.run_test(size=size) as pilot:
        user = User(app, pilot)
        await user.idle()
        yield user
        user.raise_faults()
