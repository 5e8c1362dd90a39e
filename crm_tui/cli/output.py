"""Data on stdout: tables aligned by cells, records, and JSON lines; nothing else is ever written there."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from crm_tui.text.cells import escaped, fit, safe, width

NARROWEST = 6
RIGID = 20  # what a number, a telephone or a moment takes; more of them is cut where there is no room
GAP = "  "


class Column(NamedTuple):
    """A column of a table; a flexible one is cut when the terminal is too narrow."""

    title: str
    flexible: bool = False
    right: bool = False


@dataclass
class Output:
    """Writes data to stdout, as JSON when asked; what a terminal would obey is never written.

    Not into a pipe either: behind it mostly stands a pager or a picker, and behind that a terminal.
    """

    as_json: bool = False

    @property
    def is_terminal(self) -> bool:
        """Tell whether a person looks at stdout."""
        return sys.stdout.isatty()

    def line(self, text: str = "") -> None:
        """Write one line."""
        sys.stdout.write(safe(text).rstrip() + "\n")

    def json(self, value: Mapping[str, Any]) -> None:
        """Write one JSON object on one line, whole: what is not shown stands in it as an escape of JSON."""
        sys.stdout.write(escaped(json.dumps(value, ensure_ascii=False, default=str)) + "\n")

    def table(
        self, columns: Sequence[Column], sections: Iterable[tuple[str, Sequence[Sequence[str]]]]
    ) -> None:
        """Write sections of rows under one header, all on the same columns.

        A section's title stands on a line of its own, '' for none. On a terminal flexible columns are cut to
        its width; into a pipe everything is written whole.
        """
        parts = [(title, [[safe(cell) for cell in row] for row in rows]) for title, rows in sections]
        head = [safe(column.title) for column in columns]
        every = [head, *(row for _title, rows in parts for row in rows)]
        widths = [max(width(row[index]) for row in every) for index in range(len(columns))]
        if self.is_terminal:
            self._narrow(columns, widths)
        self._row(columns, widths, head)
        for title, rows in parts:
            if title:
                self.line(title)
            for row in rows:
                self._row(columns, widths, row)

    def _narrow(self, columns: Sequence[Column], widths: list[int]) -> None:
        room = shutil.get_terminal_size().columns - len(GAP) * (len(columns) - 1)
        flexible = [index for index, column in enumerate(columns) if column.flexible]
        most = max(room // 4, RIGID)  # of a number as long as a text, which is none
        rigid = {index: most for index in range(len(columns)) if index not in flexible}
        widths[:] = [min(each, rigid.get(index, max(room, RIGID))) for index, each in enumerate(widths)]
        for chosen, least in ((flexible, NARROWEST), (list(rigid), RIGID)):
            while sum(widths) > room and chosen:
                widest = max(chosen, key=lambda index: widths[index])
                if widths[widest] <= least:
                    break
                widths[widest] -= 1

    def _row(self, columns: Sequence[Column], widths: Sequence[int], row: Sequence[str]) -> None:
        cells = []
        for column, cells_wide, text in zip(columns, widths, row, strict=True):
            shown = fit(text, cells_wide)
            cells.append(
                " " * (cells_wide - width(shown.rstrip())) + shown.rstrip() if column.right else shown
            )
        self.line(GAP.join(cells))

    def record(self, pairs: Sequence[tuple[str, str]], indent: str = "  ") -> None:
        """Write names and values below each other; the lines of a long value stay under its first."""
        if not pairs:
            return
        shown = [(safe(name), value) for name, value in pairs]
        names = max(width(name) for name, _value in shown)
        for name, value in shown:
            lead = indent + fit(name, names) + GAP
            for text in value.splitlines() or [""]:
                self.line(lead + text)
                lead = " " * width(lead)
