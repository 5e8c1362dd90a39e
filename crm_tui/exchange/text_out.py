"""Tables as text: csv that spreadsheet programs open rightly and safely, json for programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from crm_tui.exchange.formulas import marked


class CsvOut:
    """Writes csv: UTF-8 with a mark, commas, CRLF. ``guard`` False leaves cells such as +86… as they are."""

    def __init__(self, path: Path, headings: Sequence[str], guard: bool = True) -> None:
        self._guard = guard
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self.row(headings)

    def row(self, cells: Sequence[str]) -> None:
        """Write one row."""
        self._writer.writerow([marked(cell) for cell in cells] if self._guard else cells)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    drop = close


class JsonOut:
    """Writes one array of objects, or one object a line; an empty cell is null."""

    def __init__(self, path: Path, names: Sequence[str], lines: bool) -> None:
        self._names = list(names)
        self._lines = lines
        self._rows = 0
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def row(self, cells: Sequence[str]) -> None:
        """Write one object."""
        pairs = zip(self._names, cells, strict=True)
        text = json.dumps({name: cell or None for name, cell in pairs}, ensure_ascii=False)
        if self._lines:
            self._file.write(text + "\n")
        else:
            self._file.write(("[\n" if not self._rows else ",\n") + text)
        self._rows += 1

    def close(self) -> None:
        """Finish the file."""
        if not self._lines:
            self._file.write("\n]\n" if self._rows else "[]\n")
        self._file.close()

    def drop(self) -> None:
        """Let go of a file that will not be kept."""
        self._file.close()
