"""Excel workbooks as rows of text cells, as a person sees them on the sheet."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO, NamedTuple

from crm_tui.exchange.formulas import unmarked
from crm_tui.exchange.guard import Kind, Limits, Refused
from crm_tui.exchange.looks import Looks, looks_of
from crm_tui.exchange.merges import Merge, merges_of
from crm_tui.exchange.number_formats import Look
from crm_tui.exchange.xls_parts import open_book
from crm_tui.exchange.xlsx_parts import FAULTS

ROUNDED = "rounded"
"""Flag of a number with more than the 15 digits Excel keeps: its last digits may be gone."""

_EXACT = 10**15
_SPAN_OF_TIME = re.compile(r"(-?)PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")


class SheetInfo(NamedTuple):
    """A sheet's name, and whether it is visible, hidden or another thing (a chart)."""

    name: str
    state: str


class RawRow(NamedTuple):
    """One row that holds anything: number from 1, cells, flags by column from 0.

    ``span`` is how many columns the row's only cell is merged over, 0 where it is not so.
    """

    number: int
    cells: list[str]
    flags: dict[int, str]
    span: int


class Workbook:
    """An open xlsx, xls, xlsb or ods file."""

    encoding = other_encoding = ""
    delimiter = ""

    def __init__(self, file: BinaryIO, limits: Limits, kind: Kind = "xlsx") -> None:
        from python_calamine import CalamineWorkbook, PasswordError

        if kind == "xls":
            _check_signs(file)
        try:
            self._book = CalamineWorkbook.from_filelike(file)
        except PasswordError:
            raise Refused("password") from None
        self._open: tuple[str, Any] = ("", None)
        self.limits = limits
        self._file, self._kind = file, kind
        self._merged: dict[str, list[Merge]] = {}
        self._looks: dict[str, Looks] = {}

    def sheets(self) -> list[SheetInfo]:
        """Return every sheet in the workbook's order."""
        from python_calamine import SheetTypeEnum, SheetVisibleEnum

        return [
            SheetInfo(
                sheet.name,
                "other"
                if sheet.typ != SheetTypeEnum.WorkSheet
                else "visible"
                if sheet.visible == SheetVisibleEnum.Visible
                else "hidden",
            )
            for sheet in self._book.sheets_metadata
        ]

    def _sheet(self, name: str) -> Any:
        # One sheet is held at a time: ten large ones together would pass the memory limit.
        if self._open[1] is None or self._open[0] != name:
            self._open = (name, None)
            self._open = (name, self._book.get_sheet_by_name(name))
        return self._open[1]

    def _merges(self, name: str, sheet: Any) -> list[Merge]:
        if self._kind in ("ods", "xlsb"):
            if name not in self._merged:
                self._merged[name] = merges_of(self._file, self._kind, name)
            return self._merged[name]
        return sheet.merged_cell_ranges or []

    def _looks_of(self, name: str) -> Looks:
        if name not in self._looks:
            self._looks[name] = looks_of(self._file, self._kind, name)
        return self._looks[name]

    def total(self, name: str) -> int:
        """Return the number of the last row with a cell."""
        sheet = self._sheet(name)
        return sheet.total_height + 1 if sheet.start else 0

    def rows(self, name: str) -> Iterator[RawRow]:
        """Yield the rows that hold anything; cells merged downwards are filled.

        A merge over columns keeps its value in the first cell only: copied to the right it would turn up in
        fields where nobody wrote it.
        """
        sheet = self._sheet(name)
        if not sheet.start:
            return
        left = [""] * sheet.start[1]
        merges = sorted(self._merges(name, sheet), reverse=True)
        looks = self._looks_of(name)
        filling: dict[int, tuple[int, str]] = {}
        for at, values in enumerate(sheet.iter_rows()):
            flags: dict[int, str] = {}
            cells = left + [value if type(value) is str else shown(value) for value in values]
            for column, value in enumerate(values, len(left)):
                if type(value) is str:
                    if "\r" in value or "_x000" in value:
                        cells[column] = value = tidy_breaks(value)
                    if value[:1] in _ODD_STARTS:
                        cells[column] = _plain(value)
                elif type(value) in (int, float) and abs(value) >= _EXACT:
                    flags[column] = ROUNDED
            if looks and (shows := looks.get(at)):
                _look(cells, values, len(left), shows)
            empty = not any(cells) or all(cell.isspace() for cell in cells if cell)
            span = 0
            while merges and merges[-1][0][0] <= at:
                (top, column), (bottom, last) = merges.pop()
                if top < at or column >= len(cells):
                    continue
                if last > column and cells[column] and sum(map(bool, cells)) == 1:
                    span = last - column + 1
                if bottom > top and cells[column]:
                    filling[column] = (bottom, cells[column])
            if filling and not empty:
                _fill(cells, filling, at)
            if not empty:
                yield RawRow(at + 1, cells, flags, span)


def _check_signs(file: BinaryIO) -> None:
    """Raise Refused: excel95, where texts are written in two bytes a sign as calamine does not read them."""
    try:
        book = open_book(file)
    except FAULTS:
        return  # calamine says what is wrong with the file, if it minds
    finally:
        file.seek(0)
    if not book.eight and book.page in _OF_TWO_BYTES:
        raise Refused("excel95")


_OF_TWO_BYTES = ("cp932", "cp936", "cp949", "cp950")
_ODD_STARTS = frozenset("'#EP-")


def _plain(value: str) -> str:
    """Return a text without its mark, '' for the error of a formula, and a span of time of ods as hours."""
    if span := _SPAN_OF_TIME.fullmatch(value):
        sign, hours, minutes, seconds = span.groups()
        return f"{sign}{int(hours)}:{int(minutes):02}:{int(seconds):02}"
    return unmarked(value)


def _look(cells: list[str], values: Sequence[Any], first: int, shows: dict[int, Look]) -> None:
    """Write the numbers of a row as their formats show them; ``first`` is the column of the first value."""
    for column, look in shows.items():
        if (
            0 <= column - first < len(values)
            and type(values[column - first]) in (int, float)
            and cells[column]
        ):
            cells[column] = look.of(values[column - first], cells[column])


def _fill(cells: list[str], filling: dict[int, tuple[int, str]], at: int) -> None:
    for column, (bottom, value) in list(filling.items()):
        if at > bottom:
            del filling[column]
        elif not cells[column]:
            cells[column] = value


def tidy_breaks(text: str) -> str:
    """Return the text with one kind of line break; some writers spell a carriage return ``_x000D_``."""
    return text.replace("_x000D_", "").replace("_x000d_", "").replace("\r\n", "\n").replace("\r", "\n")


def shown(value: object) -> str:
    """Return a cell's value as the sheet shows it.

    Whole floats lose their ``.0`` (a phone comes as 13800138000.0), others keep Excel's 15 digits;
    dates are ISO, with the time only when there is one; durations are hours, minutes and seconds.
    """
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            return _number(value)
        case dt.datetime():
            return _moment(value)
        case dt.date():
            return value.isoformat()
        case dt.time():
            return value.isoformat("seconds" if value.second else "minutes")
        case dt.timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            hours, minutes = divmod(minutes, 60)
            return f"{hours}:{minutes:02}:{seconds:02}"
        case _:
            return "" if value is None else str(value)


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if value == (whole := int(value)):
        return str(whole)
    text = format(value, ".15g")
    return format(Decimal(text), "f") if "e" in text else text


def _moment(value: dt.datetime) -> str:
    if value.microsecond:
        value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    if value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat(" ", "seconds" if value.second else "minutes")
