"""What is opened is painted once, and never waits for the next key."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.widgets import Static

from crm_tui.tui import painting
from tests.tui.driver import story
from tests.tui.playground import playground


class Page(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("before")


async def test_what_takes_long_is_painted_though_the_screen_came_to_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(painting, "AT_LATEST", 0.05)
    async with Page().run_test() as pilot:
        app = pilot.app
        async with painting.painted_once(app), asyncio.timeout(20):
            app.query_one(Static).update("behind")
            while app._batch_count:
                await asyncio.sleep(0)
            while app.screen._dirty_widgets or app.screen._layout_required:
                await asyncio.sleep(0)
        assert "behind" in app.screen._compositor.render_strips()[0].text


@pytest.mark.usefixtures("painted")
async def test_the_frame_that_lays_out_an_input_takes_the_cursor_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = playground(start="customers")
    async with story(app) as user:
        sent: list[Offset] = []
        display = app._display

        def noted(screen: Any, renderable: Any) -> None:
            if renderable is not None and not app._batch_count:
                sent.append(app.cursor_position)
            display(screen, renderable)

        monkeypatch.setattr(app, "_display", noted)
        await user.press("a")
        for _field in range(12):
            await user.press("tab")
            field = user.screen.focused
            if hasattr(field, "cursor_screen_offset"):
                assert sent[-1] == field.cursor_screen_offset
