"""Where a binary workbook (xlsb) keeps a sheet, and the records it is made of."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from posixpath import join, normpath
from typing import Any

_MOST = 64 << 20
_SHEET_BEGINS_IN_BOOK = 156
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb"""\b(Id|Target)\s*=\s*["']([^"']*)["']""")


def sheet_data(parts: zipfile.ZipFile, sheet: str) -> bytes:
    """Return the records of a sheet, b"" of one that is not there or larger than may be held."""
    path = _part(parts, sheet)
    return b"" if path is None or parts.getinfo(path).file_size > _MOST else parts.read(path)


def _part(parts: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the name of the part that holds a sheet."""
    targets = {}
    for element in _RELATIONSHIP.findall(parts.read("xl/_rels/workbook.bin.rels")):
        said: dict[bytes, Any] = dict(_ATTRIBUTE.findall(element))
        targets[said[b"Id"].decode()] = said[b"Target"].decode()
    for kind, body in records(parts.read("xl/workbook.bin"), 0):
        if kind == _SHEET_BEGINS_IN_BOOK:
            link, end = _wide(body, 8)
            if _wide(body, end)[0] == sheet:
                target = targets[link]
                return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
    return None


def _wide(body: bytes, at: int) -> tuple[str, int]:
    (size,) = struct.unpack_from("<I", body, at)
    end = at + 4 + 2 * size
    return body[at + 4 : end].decode("utf-16-le"), end


def records(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a binary part as (kind, body); MS-XLSB 2.1.4."""
    end = len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind > 127:
            kind = kind & 127 | (data[at] & 127) << 7 if at < end else -1
            at += 1
        size = shift = 0
        while at < end and shift < 28:
            byte = data[at]
            at += 1
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        yield kind, data[at : at + size]
        at += size
