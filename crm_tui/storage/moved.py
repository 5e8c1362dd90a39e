"""Brings into the copy of a file what has moved in the file since, while others wait for it."""

from __future__ import annotations

import mmap
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any

AT_ONCE = 1 << 20  # bytes compared between two looks at how long the file is
SWITCHING = 5e-5  # seconds that a thread waits for the others of its process, for as long as colleagues wait
POPULATE = 22  # Linux's MADV_POPULATE_READ: have it there now, and say so if the disk cannot read it


class Beside:
    """A file and its copy, both held in memory, so that they are compared without being read once more.

    Beside threads that work that takes a third of the time of reads, which wait for Python's lock twice as
    often. Where the system gives no room for it, reads do. ``size`` are the bytes that are held, at most what
    both have; none for 0. Raises nothing.
    """

    def __init__(self, source: int, copy: int, size: int) -> None:
        self._source, self._copy = source, copy
        self._held: tuple[int, int] | None = None
        self._size = 0
        with suppress(OSError):
            size = min(size, os.fstat(source).st_size, os.fstat(copy).st_size)
            library = _library() if size > 0 else None
            if library is not None:
                self._hold(library, size)

    def _hold(self, library: Any, size: int) -> None:
        # By the system's own call: Python's keeps a second descriptor of the file, and to close any drops the
        # locks that SQLite's connections of this process hold on it (POSIX).
        first = library.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, self._source, 0)
        if first == _FAILED:
            return
        second = library.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, self._copy, 0)
        if second == _FAILED:
            library.munmap(first, size)
            return
        self._held, self._size = (first, second), size
        for start in self._held:
            library.madvise(start, size, POPULATE)  # an older system does not know it, and looks later

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_error: object) -> None:
        held, self._held = self._held, None
        for start in held or ():
            _library().munmap(start, self._size)

    def copy_moved(self, end: int) -> None:
        """Make the copy equal to the file up to ``end``; nobody may write the file meanwhile.

        Raises OSError. A file that ends before is copied as far as it goes.
        """
        half, usual = end // 2 // AT_ONCE * AT_ONCE, sys.getswitchinterval()
        sys.setswitchinterval(SWITCHING)
        try:
            with ThreadPoolExecutor(1) as pool:
                rest = pool.submit(self._copy_part, half, end)
                self._copy_part(0, half)
                rest.result()
        finally:
            sys.setswitchinterval(usual)

    def _copy_part(self, start: int, end: int) -> None:
        if self._held is not None:
            compare, (first, second) = _library().memcmp, self._held
            while start < min(end, self._size):
                count = min(AT_ONCE, end - start, self._size - start)
                # What lies behind the end of a file is no memory: to look there ends the process.
                if os.fstat(self._source).st_size < start + count:
                    break
                if compare(first + start, second + start, count):
                    copy_moved(self._source, self._copy, start, start + count)
                start += count
        copy_moved(self._source, self._copy, start, end)


def copy_moved(source: int, copy: int, start: int, end: int) -> None:
    """Write what the copy lacks or has otherwise between two places: what is written is to be flushed again.

    Raises OSError. A file that ends before is copied as far as it goes.
    """
    here, there = bytearray(AT_ONCE), bytearray(AT_ONCE)
    while start < end:
        count = _read(source, here, start, end)
        if not count:
            return
        if _read(copy, there, start, end) != count or here[:count] != there[:count]:
            written = 0
            while written < count:
                written += os.pwrite(copy, memoryview(here)[written:count], start + written)
        start += count


def _read(file: int, into: bytearray, start: int, end: int) -> int:
    wanted = min(len(into), end - start)
    if hasattr(os, "preadv"):
        return os.preadv(file, [memoryview(into)[:wanted]], start)
    found = os.pread(file, wanted, start)
    into[: len(found)] = found
    return len(found)


_FAILED = (1 << 64) - 1  # what mmap answers when it has no room, as an address


@cache
def _library() -> Any:
    """Return the C library, or None where its calls are not those that we know."""
    with suppress(ImportError, OSError, AttributeError, TypeError):
        import ctypes

        if sys.platform == "win32" or ctypes.sizeof(ctypes.c_long) != 8:
            return None
        library = ctypes.CDLL(None)
        address, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
        library.mmap.argtypes = (address, size, number, number, number, ctypes.c_long)
        library.mmap.restype = address
        library.munmap.argtypes = (address, size)
        library.madvise.argtypes = (address, size, number)
        library.memcmp.argtypes = (address, address, size)
        return library
    return None
