"""Which numbers of a sheet are shown with more than their digits: as 85%, 000123, KH-0001 or 50万元."""

from __future__ import annotations

import re
import struct
import zipfile
from typing import BinaryIO

from crm_tui.exchange.number_formats import NOTHING, Look, look_of
from crm_tui.exchange.ods_parts import CONTENT, TABLE, walk
from crm_tui.exchange.xls_parts import Book, open_book, records
from crm_tui.exchange.xlsb_parts import records as xlsb_records
from crm_tui.exchange.xlsb_parts import sheet_data
from crm_tui.exchange.xlsx_parts import ELEMENT, FAULTS, attributes, blocks, sheet_part

Looks = dict[int, dict[int, Look]]
"""By row and column from 0."""

_FORMAT, _STYLES = (
    re.compile(ELEMENT % b"numFmt"),
    re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.S),
)
_STYLE = re.compile(ELEMENT % b"xf")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_XLS_FORMAT, _XLS_STYLE, _XLS_SEVERAL = 0x41E, 0xE0, 0xBD
_XLS_NUMBERS = frozenset((0x203, 0x27E, 0x06))
_XLSB_ROW, _XLSB_FORMAT, _XLSB_STYLE, _XLSB_STYLES, _XLSB_STYLES_END = 0, 44, 47, 617, 618
_XLSB_NUMBERS = frozenset((2, 5, 9))
_PERCENT = re.compile(rb"""value-type\s*=\s*["']percentage""")
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "


def looks_of(file: BinaryIO, kind: str, sheet: str) -> Looks:
    """Return the numbers that a sheet shows otherwise than they are; nothing where the file does not say."""
    place = file.tell()
    try:
        if kind == "xls":
            return _of_xls(open_book(file), sheet)
        with zipfile.ZipFile(file) as parts:
            return _OF_KIND[kind](parts, sheet)
    except FAULTS:
        return {}  # the reader of the cells says what is wrong with the file, if it minds
    finally:
        file.seek(place)


def _telling(formats: list[int], codes: dict[int, str]) -> dict[int, Look]:
    """Return the styles, by their place, that show more than a number."""
    found = ((style, look_of(one, codes)) for style, one in enumerate(formats))
    return {style: look for style, look in found if look != NOTHING}


def _of_xlsx(parts: zipfile.ZipFile, sheet: str) -> Looks:
    written = parts.read("xl/styles.xml")
    codes = {int(one["numFmtId"]): one["formatCode"] for one in map(attributes, _FORMAT.findall(written))}
    styles = _STYLES.search(written)
    told = _STYLE.findall(styles[0]) if styles else []
    telling = _telling([int(attributes(one).get("numFmtId", 0)) for one in told], codes)
    looks: Looks = {}
    if not telling:
        return looks
    numbers = b"|".join(str(style).encode() for style in telling)
    # A cell of such a style with something in it.
    cell = re.compile(rb"""<(?:\w+:)?c\s([^<>]*?\bs=["'](%s)["'][^<>]*)(?<!/)>""" % numbers)
    with parts.open(sheet_part(parts, sheet)) as part:
        for block in blocks(part):
            for said, style in cell.findall(block):
                if place := _PLACE.search(said):
                    looks.setdefault(int(place[2]) - 1, {})[_column(place[1])] = telling[int(style)]
    return looks


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


def _of_xls(book: Book, sheet: str) -> Looks:
    stream = book.stream
    codes: dict[int, str] = {}
    formats: list[int] = []
    for kind, at, size in records(stream, 0):
        if kind == _XLS_FORMAT and size > 3:
            codes[struct.unpack_from("<H", stream, at)[0]] = book.text(at + 2, wide_count=True)
        elif kind == _XLS_STYLE and size >= 4:
            formats.append(struct.unpack_from("<H", stream, at + 2)[0])
    looks: Looks = {}
    telling = _telling(formats, codes)
    begins = book.sheet(sheet) if telling else -1
    if begins < 0:
        return looks
    for kind, at, size in records(stream, begins):
        if kind in _XLS_NUMBERS:
            row, column, style = struct.unpack_from("<3H", stream, at)
            if style in telling:
                looks.setdefault(row, {})[column] = telling[style]
        elif kind == _XLS_SEVERAL:
            row, first = struct.unpack_from("<2H", stream, at)
            for column, place in enumerate(range(at + 4, at + size - 2, 6), first):
                (style,) = struct.unpack_from("<H", stream, place)
                if style in telling:
                    looks.setdefault(row, {})[column] = telling[style]
    return looks


def _of_xlsb(parts: zipfile.ZipFile, sheet: str) -> Looks:
    codes: dict[int, str] = {}
    formats: list[int] = []
    inside = False
    for kind, body in xlsb_records(parts.read("xl/styles.bin"), 0):
        if kind == _XLSB_FORMAT:
            codes[int.from_bytes(body[:2], "little")] = body[6:].decode("utf-16-le")
        elif kind in (_XLSB_STYLES, _XLSB_STYLES_END):
            inside = kind == _XLSB_STYLES
        elif kind == _XLSB_STYLE and inside:
            formats.append(int.from_bytes(body[2:4], "little"))
    looks: Looks = {}
    telling = _telling(formats, codes)
    row = 0
    for kind, body in xlsb_records(sheet_data(parts, sheet) if telling else b"", 0):
        if kind == _XLSB_ROW:
            row = int.from_bytes(body[:4], "little")
        elif kind in _XLSB_NUMBERS and (style := int.from_bytes(body[4:7], "little")) in telling:
            looks.setdefault(row, {})[int.from_bytes(body[:4], "little")] = telling[style]
    return looks


def _of_ods(parts: zipfile.ZipFile, sheet: str) -> Looks:
    with parts.open(CONTENT) as part:
        if not any(_PERCENT.search(block) for block in blocks(part)):
            return {}
    found = _Percents(sheet)
    walk(parts, found)
    return found.looks


class _Percents:
    """Keeps the places of one table's cells that hold percentages."""

    def __init__(self, sheet: str) -> None:
        self.sheet, self.looks = sheet, Looks()
        self.inside = self.done = False
        self.row = self.column = 0
        self.rows = 1

    def begins(self, name: str, said: dict[str, str]) -> None:
        if name == TABLE + "table":
            self.inside = self.inside or said.get(TABLE + "name") == self.sheet
        elif self.inside and name == TABLE + "table-row":
            self.column, self.rows = 0, int(said.get(TABLE + "number-rows-repeated", 1))
        elif self.inside and name in (TABLE + "table-cell", TABLE + "covered-table-cell"):
            count = int(said.get(TABLE + "number-columns-repeated", 1))
            if said.get(_OFFICE + "value-type") == "percentage":
                self._keep(count)
            self.column += count

    def _keep(self, count: int) -> None:
        # More than any sheet has are said by nobody but to fill the memory.
        if self.rows * count <= 1 << 20:
            for row in range(self.row, self.row + self.rows):
                self.looks.setdefault(row, {}).update(
                    dict.fromkeys(range(self.column, self.column + count), Look(percent=True))
                )

    def ends(self, name: str) -> None:
        if self.inside and name == TABLE + "table-row":
            self.row += self.rows
        self.done = self.done or (self.inside and name == TABLE + "table")


_OF_KIND = {"xlsx": _of_xlsx, "ods": _of_ods, "xlsb": _of_xlsb}
