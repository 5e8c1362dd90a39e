"""A compiled catalogue of messages (GNU .mo), looked up where it lies.

The library's gettext reads all messages into memory first, and loads a parser of plural rules: 4 ms of a
start, and most of the sentences are never said in a session. A .mo file is sorted for searching in it; the
processes of a machine share its pages.
"""

from __future__ import annotations

import mmap
from bisect import bisect_left
from pathlib import Path
from struct import unpack_from

MAGIC = 0x950412DE


class Catalogue:
    """The messages of a language that has one form for every number, as Chinese does."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        magic, _version, self._count, self._originals, self._texts = unpack_from("<5I", data)
        if magic != MAGIC:
            raise ValueError("not a catalogue of messages")
        self._data = data
        self._said: dict[str, str] = {}

    def find(self, message: str) -> str:
        """Return the translation of a message, with or without a plural; '' where there is none."""
        found = self._said.get(message)
        if found is None:
            found = self._said[message] = self._search(message.encode())
        return found

    def _search(self, wanted: bytes) -> str:
        # A message with a plural stands as both with a NUL between, just behind where it would stand alone.
        at = bisect_left(range(self._count), wanted, key=lambda number: self._string(self._originals, number))
        if at == self._count or self._string(self._originals, at).split(b"\0", 1)[0] != wanted:
            return ""
        return self._string(self._texts, at).split(b"\0", 1)[0].decode()

    def _string(self, table: int, number: int) -> bytes:
        length, start = unpack_from("<2I", self._data, table + 8 * number)
        return self._data[start : start + length]


def load(path: Path) -> Catalogue | None:
    """Return the catalogue of a file, None where there is none."""
    try:
        with path.open("rb") as file:
            return Catalogue(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError:
        return None
