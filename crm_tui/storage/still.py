"""What keeps a file from being written where it lies, and how long it may be read without its locks."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from crm_tui.errors import Busy
from crm_tui.locale import _
from crm_tui.storage.diagnosis import has_no_room


class Stirred(Busy):
    """Somebody began to write a file that was read as one which nobody writes."""

    def __init__(self) -> None:
        super().__init__(
            _("A colleague has begun to write to the database."),
            _("Nothing was changed."),
            _("Do it once more."),
        )


class Still:
    """A file that nobody writes, as it lies; ``check`` raises Stirred once that does not hold any more.

    Whoever may make no files beside a database in WAL mode reads it without locks, and is told of nothing:
    pages of before and of now would be taken for one file.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._log = path, path.with_name(path.name + "-wal")
        self._mark = self._look()

    def check(self) -> None:
        """Raise Stirred if anything was written since this was made."""
        if self._look() != self._mark:
            raise Stirred

    def _look(self) -> tuple[int, ...]:
        try:
            found = self._path.stat()
        except OSError:
            return ()
        try:
            log = self._log.stat().st_size
        except OSError:
            log = 0
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, log


def would_lock_out(path: Path) -> bool:
    """Tell whether reading a file through its locks would keep out those who may write it.

    SQLite makes the files of WAL mode for whoever comes first, and they stay: made by one who may only read
    the database, they could not be written by anybody else.
    """
    if os.access(path, os.W_OK) or path.with_name(path.name + "-shm").exists():
        return False
    try:
        found = path.stat()
        return _is_in_wal_mode(path, found.st_dev, found.st_ino)
    except OSError:
        return False  # Whoever opens it says why that cannot be.


@cache
def _is_in_wal_mode(path: Path, _device: int, _number: int) -> bool:
    """Tell it by the file's head; once, before it is opened: closing it drops SQLite's locks on it."""
    with path.open("rb") as file:
        return file.read(20)[18:] == b"\2\2"


def hindrance(path: Path) -> str:
    """Return what the system has against writing a file where it lies, '' when nothing."""
    return why_protected(path) or why_full(path)


def why_protected(path: Path) -> str:
    """Return that a file or its folder cannot be written, '' when both can."""
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return ""
    return _("The file or its folder is write-protected.")


def why_full(path: Path) -> str:
    """Return that there is no room for even a small file beside the database, '' when there is."""
    return _("The disk is full: nothing can be saved before there is room.") if has_no_room(path) else ""
