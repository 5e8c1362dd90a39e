"""Makers of workbooks that no installed library writes: OpenDocument, Excel binary and Excel 97."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Collection, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

Sheets = Mapping[str, Sequence[Sequence[Any]]]
Merge = tuple[int, int, int, int]
"""Top, left, bottom, right, counted from 0, inclusive."""

_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
)
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{0}'
    "</manifest:file-entry></manifest:manifest>"
)
_LOCKED = '<manifest:encryption-data manifest:checksum="x"/>'
_EPOCH = dt.datetime(1899, 12, 30)


class Coded(NamedTuple):
    """A whole number that a format of the workbook shows as KH-0007."""

    value: int


class Percent(NamedTuple):
    """A number shown as a percentage."""

    value: float


class Formula(NamedTuple):
    """The kept value of a formula; '#N/A' is an error."""

    value: Any


def ods(
    path: Path,
    sheets: Sheets,
    *,
    hidden: Sequence[str] = (),
    merged: Sequence[Merge] = (),
    locked: bool = False,
    content: bytes | None = None,
) -> Path:
    """Write an OpenDocument sheet; ``merged`` are of the first sheet, ``content`` stands in for all of it."""
    parts = [_ODS, "<office:automatic-styles>"]
    for name, shown in (("seen", "true"), ("unseen", "false")):
        parts.append(
            f'<style:style style:name="{name}" style:family="table">'
            f'<style:table-properties table:display="{shown}"/></style:style>'
        )
    parts.append("</office:automatic-styles><office:body><office:spreadsheet>")
    for at, (name, rows) in enumerate(sheets.items()):
        style = "unseen" if name in hidden else "seen"
        parts.append(f'<table:table table:name="{escape(name)}" table:style-name="{style}">')
        areas = merged if at == 0 else ()
        for number, row in enumerate(rows):
            parts.append("<table:table-row>")
            parts += [_ods_cell(value, number, column, areas) for column, value in enumerate(row)]
            # What a program writes for the empty rest of the sheet.
            parts.append('<table:table-cell table:number-columns-repeated="16000"/></table:table-row>')
        parts.append(
            '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
            "</table:table>"
        )
    parts.append("</office:spreadsheet></office:body></office:document-content>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        file.writestr("META-INF/manifest.xml", _MANIFEST.format(_LOCKED if locked else ""))
        file.writestr("content.xml", "".join(parts) if content is None else content)
    return path


def _ods_cell(value: Any, row: int, column: int, merged: Sequence[Merge]) -> str:
    if any(
        top <= row <= bottom and left <= column <= right and (row, column) != (top, left)
        for top, left, bottom, right in merged
    ):
        return "<table:covered-table-cell/>"
    more = "".join(
        f' table:number-rows-spanned="{bottom - top + 1}" table:number-columns-spanned="{right - left + 1}"'
        for top, left, bottom, right in merged
        if (top, left) == (row, column)
    )
    if isinstance(value, Formula):
        more, value = more + ' table:formula="of:=[.A1]"', value.value
    match value:
        case None | "":
            return f"<table:table-cell{more}/>"
        case bool():
            kind, shown = f'boolean" office:boolean-value="{str(value).lower()}', str(value).upper()
        case int() | float():
            kind, shown = f'float" office:value="{value}', f"{value:,}"
        case Percent():
            kind, shown = f'percentage" office:value="{value.value}', f"{value.value:.0%}"
        case dt.datetime() | dt.date():
            kind, shown = f'date" office:date-value="{value.isoformat()}', value.strftime("%y/%m/%d")
        case dt.timedelta():
            hours, rest = divmod(int(value.total_seconds()), 3600)
            kind, shown = f'time" office:time-value="PT{hours}H{rest // 60}M{rest % 60}S', "x"
        case _:
            kind, shown = "string", str(value)
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in shown.split("\n"))
    return f'<table:table-cell{more} office:value-type="{kind}">{lines}</table:table-cell>'


def xlsb(
    path: Path,
    sheets: Sheets,
    *,
    hidden: Sequence[str] = (),
    merged: Sequence[Merge] = (),
    since_1904: bool = False,
    unseen: tuple[Collection[int], Collection[int]] = ((), ()),
) -> Path:
    """Write an Excel binary workbook (MS-XLSB); ``merged`` and ``unseen`` are of the first sheet.

    ``unseen`` are rows and columns from 0 that nobody sees.
    """
    book = _record(131) + _record(153, struct.pack("<III", since_1904, 0, 0)) + _record(143)
    links = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for at, (name, rows) in enumerate(sheets.items(), 1):
            state = struct.pack("<II", int(name in hidden), at)
            book += _record(156, state + _wide(f"rId{at}") + _wide(name))
            links.append((f"rId{at}", "worksheet", f"worksheets/sheet{at}.bin"))
            data = _xlsb_sheet(rows, merged, since_1904, unseen) if at == 1 else _xlsb_sheet(rows)
            file.writestr(f"xl/worksheets/sheet{at}.bin", data)
        book += _record(144) + _record(157, bytes(26)) + _record(132)
        links.append(("rId99", "styles", "styles.bin"))
        file.writestr("xl/workbook.bin", book)
        file.writestr("xl/styles.bin", _xlsb_styles())
        file.writestr("xl/_rels/workbook.bin.rels", _links(links))
        file.writestr("_rels/.rels", _links([("rId1", "officeDocument", "xl/workbook.bin")]))
        file.writestr("[Content_Types].xml", '<Types><Default Extension="bin" ContentType="x"/></Types>')
    return path


_STYLES = (0, 14, 22, 10, 46)  # number formats: general, date, date with time, percent, hours


def _xlsb_styles() -> bytes:
    formats = b"".join(_record(47, struct.pack("<HH", 0, number) + bytes(12)) for number in _STYLES)
    count = struct.pack("<I", len(_STYLES))
    return _record(278) + _record(617, count) + formats + _record(618) + _record(279)


def _xlsb_sheet(
    rows: Sequence[Sequence[Any]],
    merged: Sequence[Merge] = (),
    since_1904: bool = False,
    unseen: tuple[Collection[int], Collection[int]] = ((), ()),
) -> bytes:
    wide = max(map(len, rows), default=1)
    size = struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, max(wide - 1, 0))
    columns = [_record(60, struct.pack("<IIIIH", one, one, 0, 0, 1)) for one in unseen[1]]
    parts = [_record(129), _record(148, size), _record(390), *columns, _record(391), _record(145)]
    for number, row in enumerate(rows):
        parts.append(_record(0, struct.pack("<IIHBBBI", number, 0, 0, 0, 16 * (number in unseen[0]), 0, 0)))
        parts += [_xlsb_cell(column, value, since_1904) for column, value in enumerate(row)]
    parts.append(_record(146))
    if merged:
        parts.append(_record(177, struct.pack("<I", len(merged))))
        for top, left, bottom, right in merged:
            parts.append(_record(176, struct.pack("<IIII", top, bottom, left, right)))
        parts.append(_record(178))
    return b"".join([*parts, _record(130)])


def _xlsb_cell(column: int, value: Any, since_1904: bool) -> bytes:
    formula = isinstance(value, Formula)
    value = value.value if isinstance(value, Formula) else value
    style, shift = 0, 6 if formula else 0
    match value:
        case None | "":
            return b""
        case str() if formula and value.startswith("#"):
            kind, data = 11, b"\x2a"
        case bool():
            kind, data = 4 + shift, bytes([value])
        case int() if not formula and abs(value) < 1 << 28:
            kind, data = 2, struct.pack("<i", value << 2 | 2)
        case int() | float():
            kind, data = (9 if formula else 5), struct.pack("<d", value)
        case Percent():
            style, kind, data = 3, 5, struct.pack("<d", value.value)
        case dt.timedelta():
            style, kind, data = 4, 5, struct.pack("<d", value / dt.timedelta(days=1))
        case dt.date():
            moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
            days = (moment - _EPOCH) / dt.timedelta(days=1) - (1462 if since_1904 else 0)
            style, kind, data = 1 + isinstance(value, dt.datetime), 5, struct.pack("<d", days)
        case _:
            kind, data = (8 if formula else 6), _wide(str(value))
    data += b"\0\0" + bytes(8) if formula else b""
    return _record(kind, struct.pack("<II", column, style) + data)


def _wide(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return struct.pack("<I", len(data) // 2) + data


def _record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size = len(data)
    while size > 127:
        head += bytes([size & 127 | 128])
        size >>= 7
    return head + bytes([size]) + data


def _links(links: Sequence[tuple[str, str, str]]) -> str:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    inner = "".join(f'<Relationship Id="{a}" Type="{office}/{b}" Target="{c}"/>' for a, b, c in links)
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<?xml version="1.0"?><Relationships xmlns="{package}">{inner}</Relationships>'


def xls(
    path: Path,
    sheets: Sheets,
    *,
    unseen: tuple[Collection[int], Collection[int]] = ((), ()),
    page: int = 0,
) -> Path:
    """Write a workbook (MS-XLS) of Excel 97, or of Excel 95 in a code ``page``; ``unseen`` as in ``xlsb``."""
    old = f"cp{page}" if page else ""
    bodies = [
        _xls_sheet(rows, unseen if not at else ((), ()), old) for at, rows in enumerate(sheets.values())
    ]
    book = _xls_begins(5, old) + _biff(0x42, struct.pack("<H", page or 1200))
    for number, code in _CODES.items():
        text = code.encode() if old else code.encode("utf-16-le")
        head = struct.pack("<HB", number, len(text)) if old else struct.pack("<HHB", number, len(code), 1)
        book += _biff(0x41E, head + text)
    book += b"".join([_biff(0xE0, struct.pack("<HHH", 0, one, 0) + bytes(14)) for one in _XLS_STYLES])
    names = [name.encode(old) if old else name.encode("utf-16-le") for name in sheets]
    at = len(book) + sum(12 + len(name) - bool(old) for name in names) + 4
    for name, body in zip(names, bodies, strict=True):
        length = bytes([len(name)]) if old else bytes([len(name) // 2, 1])
        book += _biff(0x85, struct.pack("<IBB", at, 0, 0) + length + name)
        at += len(body)
    return _compound(path, b"".join([book, _biff(0x0A), *bodies]), "Book" if old else "Workbook")


_CODES = {164: '"KH-"0000'}
_XLS_STYLES = (0, 10, 164)


def _xls_begins(what: int, old: str) -> bytes:
    return _biff(0x809, struct.pack("<HHHH", 0x500 if old else 0x600, what, 0, 0) + bytes(0 if old else 8))


def _xls_sheet(
    rows: Sequence[Sequence[Any]], unseen: tuple[Collection[int], Collection[int]], old: str
) -> bytes:
    parts = [_xls_begins(16, old)]
    parts += [_biff(0x7D, struct.pack("<6H", one, one, 0, 0, 1, 0)) for one in unseen[1]]
    for number, row in enumerate(rows):
        flags = 256 | 32 * (number in unseen[0])
        parts.append(_biff(0x208, struct.pack("<6HI", number, 0, len(row), 255, 0, 0, flags)))
        parts += [_xls_cell(number, column, value, old) for column, value in enumerate(row)]
    return b"".join([*parts, _biff(0x0A)])


def _xls_cell(row: int, column: int, value: Any, old: str) -> bytes:
    match value:
        case Percent():
            return _biff(0x203, struct.pack("<HHHd", row, column, 1, value.value))
        case Coded():
            # Several beside each other have one record.
            return _biff(0xBD, struct.pack("<HHHIH", row, column, 2, value.value << 2 | 2, column))
        case _:
            text = str(value).encode(old or "utf-16-le")
            length = struct.pack("<H", len(text)) if old else struct.pack("<HB", len(text) // 2, 1)
            return _biff(0x204, struct.pack("<HHH", row, column, 0) + length + text)


def _biff(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(path: Path, stream: bytes, name: str) -> Path:
    """Write a file of sectors (MS-CFB) with one stream: the table, the directory, then the stream."""
    free, last = 0xFFFFFFFF, 0xFFFFFFFE
    stream += bytes(-len(stream) % 512 + 4096)
    count = len(stream) // 512
    table = [0xFFFFFFFD, last, *range(3, count + 2), last]
    assert len(table) <= 128
    head = struct.pack(
        "<8s16sHHHHH6xIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 62, 3, 0xFFFE, 9, 6, 0, 1, 1
    )
    head += struct.pack("<IIIIII", 0, 4096, last, 0, last, 0)
    head += struct.pack("<109I", 0, *[free] * 108)

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<HBBIII", len(text), kind, 1, free, free, child)
        return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", first, size)

    directory = entry("Root Entry", 5, 1, last, 0) + entry(name, 2, free, 2, len(stream))
    fat = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    path.write_bytes(head + fat + directory.ljust(512, b"\0") + stream)
    return path
