"""Excel workbooks, written row by row so that memory does not grow with them; every cell is text."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crm_tui.errors import BadInput
from crm_tui.exchange.formulas import as_read, is_formula
from crm_tui.locale import _
from crm_tui.text.cells import width

MOST_ROWS = 1_048_576
LONGEST = 32_767
NARROWEST, WIDEST = 8, 48
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
HEADER = {"bold": True, "bg_color": "#DDE7F3", "bottom": 1, "valign": "vcenter"}


class Packed(io.FileIO):
    """The file that a workbook is packed into: what the disk refuses is told at the end, not on the way."""

    fault: OSError | None = None

    def write(self, data: Any) -> int:
        """Take bytes; behind a fault they go nowhere."""
        rest = memoryview(data).cast("B")
        try:
            while rest and not self.fault:
                rest = rest[super().write(rest) or 0 :]
        except OSError as error:
            self.fault = error
        return memoryview(data).nbytes

    def end(self) -> None:
        """Close the file; raises OSError when not all of it was written."""
        self.close()
        if self.fault:
            raise self.fault


def new_book(path: Path, *, streaming: bool = True) -> Any:
    """Open a workbook in which no text becomes a formula or a link; it and its end may raise OSError."""
    import xlsxwriter

    class Book(xlsxwriter.Workbook):
        def close(self) -> None:
            if not self.fileclosed:
                super().close()
            packed.end()

    packed = Packed(path, "w+")
    return Book(packed, {**OPTIONS, "constant_memory": streaming})


def put(sheet: Any, row: int, column: int, text: str, form: Any = None) -> None:
    """Write a text cell; BadInput when it is longer than a cell can be."""
    if len(text) > LONGEST:
        raise BadInput(
            _("Row {row} has a cell of {n} characters; Excel keeps {most}.").format(
                row=row + 1, n=len(text), most=LONGEST
            ),
            _("Nothing was written."),
            _("Export to csv or json instead."),
        )
    if text or form is not None:
        sheet.write_string(row, column, as_read(text), form)


def shield(book: Any, **properties: Any) -> Any:
    """Return the format of texts that look like formulas: kept by Excel as if typed after an apostrophe."""
    return book.add_format({**properties, "quote_prefix": True})


class WorkbookOut:
    """Writes one table: headings frozen and with a filter, columns as wide as what they hold."""

    def __init__(self, path: Path, title: str, headings: Sequence[str]) -> None:
        self._book = new_book(path)
        self._sheet = self._book.add_worksheet(sheet_name(title))
        self._widths = [min(WIDEST, max(NARROWEST, width(heading) + 4)) for heading in headings]
        self._rows = 0
        self._shield = shield(self._book)
        header = self._book.add_format(HEADER)
        for column, heading in enumerate(headings):
            put(self._sheet, 0, column, heading, header)

    def row(self, cells: Sequence[str]) -> None:
        """Write one row."""
        self._rows += 1
        if self._rows >= MOST_ROWS:
            raise BadInput(
                _("An Excel sheet holds {most} rows.").format(most=MOST_ROWS),
                _("Nothing was written."),
                _("Export to csv or json instead."),
            )
        for column, text in enumerate(cells):
            if text:
                put(self._sheet, self._rows, column, text, self._shield if is_formula(text) else None)
                if self._widths[column] < WIDEST and len(text) * 2 + 2 > self._widths[column]:
                    longest = max(map(width, text.split("\n")))
                    self._widths[column] = max(self._widths[column], min(WIDEST, longest + 2))

    def close(self) -> None:
        """Finish the file."""
        for column, cells in enumerate(self._widths):
            self._sheet.set_column(column, column, cells)
        self._sheet.freeze_panes(1, 0)
        self._sheet.autofilter(0, 0, max(self._rows, 1), max(len(self._widths) - 1, 0))
        self._book.close()

    def drop(self) -> None:
        """Let go of a file that will not be kept."""
        drop(self._book)


def drop(book: Any) -> None:
    """Close a workbook that will not be kept; whatever is wrong with it does not matter any more."""
    with contextlib.suppress(Exception):
        book.close()


def sheet_name(title: str) -> str:
    """Return a title as Excel takes it: 31 characters, none of ``[]:*?/\\``, no quote at an end."""
    return "".join("_" if sign in "[]:*?/\\" else sign for sign in title)[:31].strip("'") or "Sheet1"
