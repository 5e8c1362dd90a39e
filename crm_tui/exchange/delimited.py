"""Delimited text as rows of text cells."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from crm_tui.exchange import encoding
from crm_tui.exchange.formulas import unmarked
from crm_tui.exchange.guard import Limits, Refused
from crm_tui.exchange.workbook import RawRow, SheetInfo, tidy_breaks

_AS_TEXT = re.compile(r'="(.*)"\Z', re.DOTALL)
_END = "\x1eend"


class DelimitedText:
    """One csv file, decoded as a whole; its only sheet has no name."""

    def __init__(self, file: BinaryIO, limits: Limits, wanted: str = "") -> None:
        decoded = encoding.decode(file.read(), wanted)
        self.encoding, self.other_encoding = decoded.encoding, decoded.other
        named, self.text = encoding.split_mark(decoded.text)
        if not self.text.strip():
            raise Refused("empty")
        self.delimiter = named or encoding.delimiter(self.text)
        self.limits = limits

    def sheets(self) -> list[SheetInfo]:
        """Return the one sheet."""
        return [SheetInfo("", "visible")]

    def total(self, name: str) -> int:
        """Return about how many rows there are."""
        breaks = self.text.count("\n") or self.text.count("\r")
        return breaks + (not self.text.endswith(("\n", "\r")))

    def rows(self, name: str) -> Iterator[RawRow]:
        """Yield the records that hold anything; their number is the row a spreadsheet program shows.

        Raises Refused: quotes, when a quotation mark is not closed, or closed by one that opens another cell
        further down; the line tells where it opens.
        """
        csv.field_size_limit(self.limits.cell_chars)
        # A mark after the end: an unclosed quotation mark would swallow it, and with it the last rows.
        end = "" if self.text.endswith(("\n", "\r")) else "\n"
        source = io.StringIO(self.text + end + _END, newline="")
        lines: list[str] = []  # of the record that is read
        reader = csv.reader(_noted(source, lines), delimiter=self.delimiter)
        number, line = 0, 1
        try:
            for record in reader:
                number += 1
                if record and record[-1].endswith(_END) and record != [_END]:
                    raise Refused("quotes", line=line)
                if len(lines) > 1 and self._is_closed_within(lines):
                    raise Refused("quotes", line=line)
                lines.clear()
                line = reader.line_num + 1
                if record == [_END]:
                    return
                cells = [_shown(cell) if cell[:1] in "='#E" or "\r" in cell else cell for cell in record]
                if any(cells) and not all(cell.isspace() for cell in cells if cell):
                    yield RawRow(number, cells, {}, 0)
        except csv.Error:
            raise Refused("quotes", line=line) from None

    def _is_closed_within(self, lines: list[str]) -> bool:
        """Tell whether a mark further down closes within a cell: it belongs to another, and rows were eaten.

        In the first line such a mark is a sign like others.
        """
        strict = csv.reader(lines, delimiter=self.delimiter, strict=True)
        try:
            deque(strict, maxlen=0)
        except csv.Error:
            return strict.line_num > 1
        return False


def _noted(source: Iterable[str], lines: list[str]) -> Iterator[str]:
    for one in source:
        lines.append(one)
        yield one


def _shown(cell: str) -> str:
    """Return what a spreadsheet program shows: ``="007"`` is 007; formulas lose their shield, errors go."""
    kept = _AS_TEXT.match(cell)
    return tidy_breaks(kept.group(1).replace('""', '"') if kept else unmarked(cell))
