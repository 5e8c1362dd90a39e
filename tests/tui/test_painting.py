"""What is opened is painted once, and never waits for the next key."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from crm_tui.tui import painting


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
