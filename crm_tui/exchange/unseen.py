"""Which rows and columns of a sheet nobody sees in Excel: hidden by hand, or by a filter."""

from __future__ import annotations

import re
import struct
import zipfile
from typing import BinaryIO, NamedTuple

from crm_tui.exchange.ods_parts import CONTENT, TABLE, walk
from crm_tui.exchange.xls_parts import open_book, records
from crm_tui.exchange.xlsb_parts import records as xlsb_records
from crm_tui.exchange.xlsb_parts import sheet_data
from crm_tui.exchange.xlsx_parts import ELEMENT, FAULTS, attributes, blocks, sheet_part

_ROW, _COLUMN = re.compile(ELEMENT % b"row"), re.compile(ELEMENT % b"col")
_HIDES = re.compile(rb"""visibility\s*=\s*["'](?:collapse|filter)""")
_YES = ("1", "true")
_LAST_ROW, _LAST_COLUMN = 1 << 20, 1 << 14
# Whether any row or column may be hidden is told by their records' sizes, which cells seldom imitate.
_MAY_HIDE = re.compile(
    rb"\x08\x02\x10\x00.{12}[\x20-\x3f\x60-\x7f\xa0-\xbf\xe0-\xff]|\x7d\x00[\x0a-\x0c]\x00.{8}[^\x00]",
    re.DOTALL,
)
_XLS_ROW, _XLS_COLUMN = 0x208, 0x7D
_XLSB_ROW, _XLSB_COLUMN = 0, 60


class Unseen(NamedTuple):
    """Ranges of rows from 1, both ends inclusive, and of columns from 0."""

    rows: list[tuple[int, int]]
    columns: list[tuple[int, int]]


def unseen(file: BinaryIO, kind: str, sheet: str) -> Unseen:
    """Return what is hidden on a sheet of a workbook; nothing where the file does not say."""
    place = file.tell()
    try:
        if kind == "xls":
            book = open_book(file)
            return _of_xls(book.stream, book.sheet(sheet))
        with zipfile.ZipFile(file) as parts:
            return _OF_KIND[kind](parts, sheet)
    except FAULTS:
        return Unseen([], [])  # the reader of the cells says what is wrong with the file, if it minds
    finally:
        file.seek(place)


def _of_xlsx(parts: zipfile.ZipFile, sheet: str) -> Unseen:
    found = Unseen([], [])
    with parts.open(sheet_part(parts, sheet)) as part:
        for block in blocks(part):
            if b"hidden" not in block:
                continue
            for elements, first, last, ranges, origin in (
                (_ROW, "r", "r", found.rows, 0),
                (_COLUMN, "min", "max", found.columns, 1),
            ):
                for written in elements.findall(block):
                    if b"hidden" in written and (said := attributes(written)).get("hidden") in _YES:
                        _add(ranges, int(said.get(first, 0)) - origin, int(said.get(last, 0)) - origin)
    return found


def _add(ranges: list[tuple[int, int]], first: int, last: int) -> None:
    if ranges and ranges[-1][1] + 1 == first:
        ranges[-1] = ranges[-1][0], last
    elif 0 <= first <= last:
        ranges.append((first, last))


def _of_ods(parts: zipfile.ZipFile, sheet: str) -> Unseen:
    # Most sheets hide nothing, and to look for that costs a tenth of parsing them.
    with parts.open(CONTENT) as part:
        if not any(_HIDES.search(block) for block in blocks(part)):
            return Unseen([], [])
    found = _Hidden(sheet)
    walk(parts, found)
    return found.unseen


def _of_xls(stream: bytes, at: int) -> Unseen:
    found = Unseen([], [])
    if at < 0 or not _MAY_HIDE.search(stream, at):
        return found
    for kind, body, size in records(stream, at):
        if kind == _XLS_ROW and size >= 16 and stream[body + 12] & 32:
            row = 1 + stream[body] + (stream[body + 1] << 8)
            _add(found.rows, row, row)
        elif kind == _XLS_COLUMN and size >= 10 and stream[body + 8] & 1:
            _add(found.columns, *struct.unpack_from("<HH", stream, body))
    return found


def _of_xlsb(parts: zipfile.ZipFile, sheet: str) -> Unseen:
    found = Unseen([], [])
    for kind, body in xlsb_records(sheet_data(parts, sheet), 0):
        if kind == _XLSB_ROW and len(body) > 11 and body[11] & 16:
            row = 1 + int.from_bytes(body[:4], "little")
            _add(found.rows, row, row)
        elif kind == _XLSB_COLUMN and len(body) > 16 and body[16] & 1:
            _add(found.columns, *struct.unpack_from("<II", body))
    return found


class _Hidden:
    """Counts rows and columns of one table as they are repeated, and keeps those that are hidden."""

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        self.unseen = Unseen([], [])
        self.inside = self.done = False
        self.row, self.column = 1, 0

    def begins(self, name: str, said: dict[str, str]) -> None:
        if name == TABLE + "table":
            self.inside = self.inside or said.get(TABLE + "name") == self.sheet
        elif self.inside and name == TABLE + "table-row":
            self.row = self._count(said, "rows", self.row, _LAST_ROW, self.unseen.rows)
        elif self.inside and name == TABLE + "table-column":
            self.column = self._count(said, "columns", self.column, _LAST_COLUMN, self.unseen.columns)

    def ends(self, name: str) -> None:
        self.done = self.done or (self.inside and name == TABLE + "table")

    def _count(
        self, said: dict[str, str], what: str, at: int, most: int, ranges: list[tuple[int, int]]
    ) -> int:
        end = min(at + int(said.get(f"{TABLE}number-{what}-repeated", 1)), most + 1)
        if said.get(TABLE + "visibility") in ("collapse", "filter"):
            _add(ranges, at, end - 1)
        return end


_OF_KIND = {"xlsx": _of_xlsx, "ods": _of_ods, "xlsb": _of_xlsb}
