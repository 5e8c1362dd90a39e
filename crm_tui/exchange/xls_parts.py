"""The records of a sheet in an Excel 97 workbook (xls): a file system of sectors with one stream of them."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator

_LAST = 0xFFFFFFFA  # and what is above are marks, not sectors
_MINI = 64
_STREAMS = ("Workbook", "Book")
_BEGINS, _ENDS, _SHEET, _BIFF8 = 0x809, 0x0A, 0x85, 0x600


class _Sectors:
    """The sectors of a compound file (MS-CFB) and the chains they form."""

    def __init__(self, data: bytes) -> None:
        shift, mini_from = struct.unpack_from("<H", data, 30)[0], struct.unpack_from("<I", data, 56)[0]
        if shift not in (9, 12):
            raise ValueError(shift)
        self._data, self._size, self._mini_from = data, 1 << shift, mini_from
        (directory,) = struct.unpack_from("<I", data, 48)
        (mini_table,) = struct.unpack_from("<I", data, 60)
        (more,) = struct.unpack_from("<I", data, 68)
        tables = list(struct.unpack_from("<109I", data, 76))
        while more < _LAST and len(tables) * self._size < len(data):
            *further, more = struct.unpack(f"<{self._size // 4}I", self._sector(more))
            tables += further
        self._next = array("I", b"".join([self._sector(one) for one in tables if one < _LAST]))
        self._mini_next = array("I", self._chain(mini_table))
        entries = self._chain(directory)
        self._entries = [entries[at : at + 128] for at in range(0, len(entries), 128)]

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    def _chain(self, first: int) -> bytes:
        return b"".join([self._sector(one) for one in _links(self._next, first)])

    def stream(self) -> bytes:
        """Return the stream that holds the workbook."""
        for entry in self._entries:
            (size,) = struct.unpack_from("<H", entry, 64)
            if entry[66] == 2 and entry[: max(size - 2, 0)].decode("utf-16-le", "replace") in _STREAMS:
                first, length = struct.unpack_from("<II", entry, 116)
                return (self._chain(first) if length >= self._mini_from else self._small(first))[:length]
        return b""

    def _small(self, first: int) -> bytes:
        # What is shorter lies in small sectors of its own, within the chain of the first entry.
        whole = self._chain(*struct.unpack_from("<I", self._entries[0], 116))
        return b"".join([whole[one * _MINI : (one + 1) * _MINI] for one in _links(self._mini_next, first)])


def _links(following: array[int], first: int) -> Iterator[int]:
    for _step in range(len(following)):
        if first >= len(following):
            return
        yield first
        first = following[first]


def sheet_records(data: bytes, sheet: str) -> tuple[bytes, int]:
    """Return the stream of a workbook and where in it a sheet begins, -1 where it is not found."""
    stream = _Sectors(data).stream()
    for kind, at, size in records(stream, 0):
        if kind == _BEGINS and struct.unpack_from("<H", stream, at)[0] != _BIFF8:
            break  # of Excel 95
        if kind == _SHEET and size > 8:
            count, wide = stream[at + 6], stream[at + 7] & 1
            name = stream[at + 8 : at + 8 + count * (1 + wide)]
            if name.decode("utf-16-le" if wide else "latin-1") == sheet:
                return stream, struct.unpack_from("<I", stream, at)[0]
    return stream, -1


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
