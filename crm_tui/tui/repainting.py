"""When a screen is painted again, and what of it: the lines that changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from textual import constants
from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class LinesCompositor(Compositor):
    """Asks widgets for the lines that are to be painted; Textual's asks each for all that it shows."""

    _runs: Sequence[tuple[int, int]] = ()  # lines to be painted that follow each other: the first, how many

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        lines = filter(is_rendered_line, crop.line_range)
        runs = (list(run) for _key, run in groupby(enumerate(lines), lambda pair: pair[1] - pair[0]))
        self._runs = [(run[0][1], len(run)) for run in runs]
        return super()._render_chops(crop, is_rendered_line)

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        # Cut by lines alone: where a line is cut depends on the widgets, not on what is painted.
        bands = [Region(0, first, self.size.width, count) for first, count in self._runs]
        for widget, (region, clip) in self.visible_widgets.items():
            for band in bands:
                shown = clip.intersection(band)
                if part := region.intersection(shown):
                    yield region, shown, widget.render_lines(part.translate(-region.offset))


class Repaint:
    """Calls ``paint`` soon after ``resume()``, at the most frames of Textual, unless ``pause()`` came before.

    In place of a timer of Textual's, which wakes once more after each frame to see that there is no other.
    """

    def __init__(self, paint: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        self._paint, self._failed = paint, failed
        self._due: asyncio.Handle | None = None
        self._next = 0.0

    def resume(self) -> None:
        """Paint now, or when it is time for the next frame."""
        if self._due is None:
            loop = asyncio.get_running_loop()
            wait = self._next - loop.time()
            self._due = loop.call_later(wait, self._run) if wait > 0 else loop.call_soon(self._run)

    def pause(self) -> None:
        """Paint nothing before it is asked for again."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _run(self) -> None:
        self._due = None
        self._next = asyncio.get_running_loop().time() + 1 / constants.MAX_FPS
        try:
            self._paint()
        except Exception as error:
            self._failed(error)
