"""Of a screen, the lines that changed are drawn again, and no others."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from crm_tui.tui.repainting import LinesCompositor, Repaint


class Lines(Widget):
    """Notes which of its lines it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, int]] = []

    def render_line(self, y: int) -> Strip:
        return Strip.blank(self.size.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        self.asked.append((crop.y, crop.height))
        return super().render_lines(crop)


class Two(Screen[None]):
    CSS = "Lines { width: 1fr; height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._compositor = LinesCompositor()
        self.upper, self.lower = Lines(), Lines()

    def compose(self) -> ComposeResult:
        yield self.upper
        yield self.lower


class Page(App[None]):
    def on_mount(self) -> None:
        self.push_screen(Two())


async def rested(screen: Two) -> None:
    async with asyncio.timeout(20):
        while not screen.upper.asked or screen._dirty_widgets or screen._layout_required:
            await asyncio.sleep(0)


@pytest.mark.usefixtures("painted")
async def test_widgets_are_asked_for_the_lines_that_changed() -> None:
    async with Page().run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, Two)
        await rested(screen)
        for each in (screen.upper, screen.lower):
            each.asked.clear()
        screen.upper.refresh(Region(0, 2, 80, 1), Region(0, 3, 80, 1), Region(0, 7, 80, 1))
        await rested(screen)
        assert screen.upper.asked == [(2, 2), (7, 1)]
        assert screen.lower.asked == []
        screen.upper.asked.clear()
        screen.refresh()
        await rested(screen)
        assert screen.upper.asked == screen.lower.asked == [(0, 10)]


async def test_what_is_asked_for_several_times_is_painted_once() -> None:
    painted: list[int] = []
    repaint = Repaint(lambda: painted.append(1), lambda error: pytest.fail(str(error)))
    repaint.resume()
    repaint.resume()
    await asyncio.sleep(0)
    assert painted == [1]
    repaint.resume()  # the next frame waits for its time
    await asyncio.sleep(0)
    assert painted == [1]
    repaint.pause()
    assert repaint._due is None


async def test_a_fault_in_painting_is_told() -> None:
    told: list[Exception] = []

    def paint() -> None:
        raise ValueError("no colour")

    Repaint(paint, told.append).resume()
    await asyncio.sleep(0)
    assert [str(error) for error in told] == ["no colour"]
