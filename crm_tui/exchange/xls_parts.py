"""The records of a sheet in a workbook of Excel 95 or 97 (xls), whose file system olefile reads."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_STREAMS = ("Workbook", "Book")
_BEGINS, _ENDS, _SHEET, _CODE_PAGE, _BIFF8 = 0x809, 0x0A, 0x85, 0x42, 0x600


class Book(NamedTuple):
    """A workbook's stream; ``eight`` is Excel 97 (BIFF8), before which texts were written in a code page."""

    stream: bytes
    eight: bool
    page: str

    def text(self, at: int, wide_count: bool = False) -> str:
        """Return a text that begins with its length, in two bytes where Excel 97 has ``wide_count``."""
        count = self.stream[at]
        if not self.eight:
            return self.stream[at + 1 : at + 1 + count].decode(self.page)
        if wide_count:
            at += 1
            count += self.stream[at] << 8
        wide = self.stream[at + 1] & 1
        written = self.stream[at + 2 : at + 2 + count * (1 + wide)]
        return written.decode("utf-16-le" if wide else "latin-1")

    def sheet(self, name: str) -> int:
        """Return where a sheet begins, -1 where it is not found."""
        for kind, at, size in records(self.stream, 0):
            if kind == _SHEET and size > 7 and self.text(at + 6) == name:
                return struct.unpack_from("<I", self.stream, at)[0]
        return -1


def open_book(file: BinaryIO) -> Book:
    """Return the workbook in a file; raises OSError, ValueError or struct.error where it is damaged."""
    from olefile import DEFECT_INCORRECT, OleFileIO

    # What a sound file never has is refused: a chain without an end is among it.
    with OleFileIO(file, raise_defects=DEFECT_INCORRECT) as parts:
        name = next((name for name in _STREAMS if parts.exists(name)), "")
        stream = parts.openstream(name).read() if name else b""
    eight, page = True, "latin-1"
    for kind, at, _size in records(stream, 0):
        if kind == _BEGINS:
            eight = struct.unpack_from("<H", stream, at)[0] == _BIFF8
        elif kind == _CODE_PAGE:
            page = f"cp{struct.unpack_from('<H', stream, at)[0]}"
            break
    return Book(stream, eight, page)


def records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield the records of a part as (kind, place of the body, its size), but for those of charts in it."""
    deep, end, head = 0, len(stream) - 4, struct.Struct("<HH").unpack_from
    while 0 <= at <= end:
        kind, size = head(stream, at)
        at += 4
        if kind == _BEGINS:
            deep += 1
        elif kind == _ENDS:
            deep -= 1
            if deep <= 0:
                return
        if deep == 1:
            yield kind, at, size
        at += size
