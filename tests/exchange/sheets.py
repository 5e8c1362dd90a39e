"""Makers of odd files: what people and attackers send instead of a tidy sheet."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

Sheets = dict[str, Sequence[Sequence[Any]]]


def workbook(
    path: Path,
    sheets: Sheets | Sequence[Sequence[Any]],
    *,
    merged: Sequence[str] = (),
    hidden: Sequence[str] = (),
    options: dict[str, Any] | None = None,
    finish: Callable[[Any], None] | None = None,
) -> Path:
    """Write an xlsx; cells keep their Python type, ``merged`` are ranges (A1:C1) of the first sheet."""
    named = sheets if isinstance(sheets, dict) else {"客户": sheets}
    book = xlsxwriter.Workbook(
        str(path),
        {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
        | (options or {}),
    )
    for at, (name, rows) in enumerate(named.items()):
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None and value != "":
                    sheet.write(number, column, value)
        if at == 0:
            for area in merged:
                first = area.split(":")[0]
                column, row = ord(first[0]) - 65, int(first[1:]) - 1
                sheet.merge_range(area, named[name][row][column])
        if name in hidden:
            sheet.hide()
    if finish:
        finish(book)
    book.close()
    return path


def all_hidden(path: Path) -> Path:
    """Write an xlsx whose only sheet is hidden, which no ordinary writer allows."""
    workbook(path, [["客户名称"], ["上海"]])
    with zipfile.ZipFile(path) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    entries["xl/workbook.xml"] = entries["xl/workbook.xml"].replace(b"<sheet ", b'<sheet state="hidden" ')
    with zipfile.ZipFile(path, "w") as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return path


def sparse(path: Path) -> Path:
    """Write 5 KB of xlsx whose two cells are A1 and XFD1048576: a dense grid of it is 400 GB."""

    def far(book: Any) -> None:
        book.worksheets()[0].write(1048575, 16383, "x")

    return workbook(path, [["客户名称"]], finish=far)


def zip_of(path: Path, entries: Sequence[tuple[str, bytes, int, int]]) -> Path:
    """Write a zip by hand: (name, deflated bytes, size it claims, checksum); so it may lie."""
    body, directory = bytearray(), bytearray()
    for name, packed, size, crc in entries:
        common = struct.pack(
            "<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(packed), size & 0xFFFFFFFF, len(name), 0
        )
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common
        directory += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\x03\x04" + common + name.encode() + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    path.write_bytes(bytes(body) + bytes(directory) + b"PK\x05\x06" + end)
    return path


def deflated(data: bytes) -> bytes:
    """Return the raw deflate stream of the data."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zeros(megabytes: int) -> bytes:
    """Return a deflate stream that unpacks to so many megabytes of the digit 0, made at once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b"0" * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + packer.flush()


def bomb(path: Path, megabytes: int = 1024, claims: int | None = None) -> Path:
    """Write an xlsx with one huge string; ``claims`` is the size it pretends to have."""
    claimed = megabytes << 20 if claims is None else claims
    entries = [
        ("[Content_Types].xml", deflated(b"<Types/>"), 8, zlib.crc32(b"<Types/>")),
        ("xl/workbook.xml", deflated(b"<workbook/>"), 11, zlib.crc32(b"<workbook/>")),
        ("xl/sharedStrings.xml", zeros(megabytes), claimed, 0),
    ]
    return zip_of(path, entries)


def ole(path: Path, stream: str) -> Path:
    """Write an Office container whose directory names one stream, without its content."""
    data = bytearray(1536)
    data[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    name = stream.encode("utf-16-le")
    data[1024 : 1024 + len(name)] = name
    path.write_bytes(bytes(data))
    return path


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    """Write text as it stands, line breaks too."""
    path.write_bytes(content.encode(encoding))
    return path
