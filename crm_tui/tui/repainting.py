"""What of a screen is painted again: the lines that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

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
