"""Which cells are merged in the workbooks whose reader does not tell: ods and xlsb."""

from __future__ import annotations

import re
import struct
import zipfile
from typing import BinaryIO
from xml.parsers import expat

from crm_tui.exchange.ods_parts import BLOCK, CONTENT, TABLE, walk
from crm_tui.exchange.xlsb_parts import records, sheet_data

Merge = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell as (row, column) from 0, both inclusive."""

_SPANNED = re.compile(rb"""-spanned\s*=\s*["'](?:[2-9]|[1-9][0-9])""")
_SHEET, _ROW, _NAME = TABLE + "table", TABLE + "table-row", TABLE + "name"
_CELLS = (TABLE + "table-cell", TABLE + "covered-table-cell")
_ROWS, _COLUMNS = TABLE + "number-rows-repeated", TABLE + "number-columns-repeated"
_DOWN, _RIGHT = TABLE + "number-rows-spanned", TABLE + "number-columns-spanned"
_SHEET_DATA_ENDS = b"\x92\x01\x00"
_MERGE, _SHEET_ENDS = 176, 130


def merges_of(file: BinaryIO, kind: str, sheet: str) -> list[Merge]:
    """Return the merged ranges of a sheet of an ods or xlsb file; none where the file does not say them."""
    place = file.tell()
    try:
        with zipfile.ZipFile(file) as parts:
            return _of_ods(parts, sheet) if kind == "ods" else _of_xlsb(parts, sheet)
    except (KeyError, ValueError, struct.error, expat.ExpatError, zipfile.BadZipFile, OSError, EOFError):
        return []  # the reader of the cells says what is wrong with the file, if it minds
    finally:
        file.seek(place)


def _of_ods(parts: zipfile.ZipFile, sheet: str) -> list[Merge]:
    # Most sheets merge nothing, and to look for that costs a tenth of parsing them.
    if not _spans(parts):
        return []
    found = _Spans(sheet)
    walk(parts, found)
    return found.merges


def _spans(parts: zipfile.ZipFile) -> bool:
    before = b""
    with parts.open(CONTENT) as content:
        while block := content.read(BLOCK):
            if _SPANNED.search(before + block):
                return True
            before = block[-64:]
    return False


class _Spans:
    """Counts rows and columns of one table as they are repeated, and keeps the spans."""

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        self.merges: list[Merge] = []
        self.inside = self.done = False
        self.row = self.column = 0
        self.rows = 1

    def begins(self, name: str, attributes: dict[str, str]) -> None:
        if name in _CELLS:
            if not self.inside:
                return
            down, right = int(attributes.get(_DOWN, 1)), int(attributes.get(_RIGHT, 1))
            if down > 1 or right > 1:
                last = (self.row + down - 1, self.column + right - 1)
                self.merges.append(((self.row, self.column), last))
            self.column += int(attributes.get(_COLUMNS, 1))
        elif name == _ROW:
            self.column, self.rows = 0, int(attributes.get(_ROWS, 1))
        elif name == _SHEET:
            self.inside = self.inside or attributes.get(_NAME) == self.sheet

    def ends(self, name: str) -> None:
        if name == _ROW and self.inside:
            self.row += self.rows
        elif name == _SHEET and self.inside:
            self.done = True


def _of_xlsb(parts: zipfile.ZipFile, sheet: str) -> list[Merge]:
    data = sheet_data(parts, sheet)
    at = len(data)
    # The merged ranges follow the cells. The same three bytes may stand inside a cell: try from the end.
    for _attempt in range(8):
        at = data.rfind(_SHEET_DATA_ENDS, 0, at)
        if at < 0:
            break
        merges = []
        for kind, body in records(data, at):
            if kind == _MERGE:
                top, bottom, left, right = struct.unpack_from("<IIII", body)
                merges.append(((top, left), (bottom, right)))
            elif kind == _SHEET_ENDS:
                return merges
    return []
