"""Turns what SQLite and the disk report into sentences: what happened, what is kept, what to do next.

Each fault of a disk, a file or a lock has a sentence of its own.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from crm_tui.errors import BadInput, Busy, Cancelled, CrmError, Fault
from crm_tui.locale import _
from crm_tui.storage.driver import sqlite3

FULL = ("database or disk is full",)
BUSY = ("database is locked", "database table is locked", "database schema is locked")
NOT_OPENED = ("attempt to write a readonly database", "unable to open database file")
BROKEN = ("database disk image is malformed", "file is not a database", "file is encrypted")
# A table that is gone, a definition that cannot be read, a text that is none: damage, seen from elsewhere.
ALTERED = ("no such ", "malformed database schema", "Could not decode to UTF-8", "unrecognized token")

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
PROTECTED = (errno.EACCES, errno.EPERM, errno.EROFS)
TOO_MANY = (errno.EMFILE, errno.ENFILE)
NO_PROCESS = (errno.EAGAIN,)
OF_DISK = (*NO_PROCESS, *NO_ROOM, *PROTECTED, *TOO_MANY, errno.EIO)
LITTLE = 65_536  # bytes; the index of a write-ahead log has half of them to begin with
GONE = (errno.ENOENT, errno.ENOTDIR, errno.ENXIO, errno.ENODEV, errno.ESTALE)


class CommitFault(Fault):
    """The disk failed in the last step of a save.

    ``is_kept`` tells whether the change is in the file; None: nobody can tell yet.
    """

    def __init__(self, what: str, kept: str, todo: str, is_kept: bool | None) -> None:
        super().__init__(what, kept, todo)
        self.is_kept = is_kept


def is_busy(error: BaseException) -> bool:
    """Tell whether an SQLite error says that another process holds the lock."""
    return isinstance(error, sqlite3.OperationalError) and str(error).startswith(BUSY)


def is_damage(error: BaseException) -> bool:
    """Tell whether an SQLite error says that the file is damaged."""
    return isinstance(error, sqlite3.DatabaseError) and str(error).startswith(BROKEN)


def explain(
    error: BaseException, path: Path | None = None, *, reading: bool = False, kept: str = ""
) -> CrmError:
    """Return the typed error for one of SQLite, of the system or of memory.

    ``path`` is the database that was worked on; with it the reason is looked for beside the file.
    ``reading``: nothing was to be saved. ``kept`` says it in other words.
    """
    if isinstance(error, CrmError):
        return error
    kept = kept or (
        _("Nothing was changed.")
        if reading
        else _("This change was not saved; everything saved before is kept.")
    )
    if is_busy(error):
        return Busy(_("The database is busy: a colleague is saving."), kept, _("Try again in a moment."))
    text = str(error)
    if isinstance(error, sqlite3.Error) and text.startswith("interrupted"):
        return Cancelled(_("Stopped."), kept, _("Begin again whenever you like."))
    if isinstance(error, sqlite3.IntegrityError):
        return BadInput(
            _("The database refused the change: {error}.").format(error=text),
            kept,
            _("Check the entry for something that must exist only once."),
        )
    if isinstance(error, sqlite3.DataError) and "too big" in text:
        what = _("A text is longer than the database can hold.")
        return BadInput(what, kept, _("Shorten it and try again."))
    what, todo = _what(error, path, reading)
    return Fault(what, kept, todo)


def damaged(path: Path) -> Fault:
    """Return the refusal to work on a damaged file."""
    return Fault(
        _("The database {path} is damaged or incomplete.").format(path=path),
        _("Nothing was changed."),
        _("Keep the file as it is and restore the latest backup."),
    )


def at_commit(error: sqlite3.Error | MemoryError, path: Path, is_kept: bool | None) -> CrmError:
    """Return the typed error for one raised by COMMIT, once the file was asked whether the change is in."""
    if is_kept is False:
        return explain(error, path)
    what, _todo = _what(error, path, False)
    if is_kept:
        return CommitFault(
            what,
            _("This change is in the file all the same, but a power cut could still take it."),
            _("Do not repeat it; check the disk and make a backup."),
            True,
        )
    return CommitFault(
        what,
        _("It cannot be told yet whether this change was saved; everything saved before is kept."),
        _("Check the disk, open the record again and look before you repeat it."),
        None,
    )


def half_done(error: BaseException, kept: str) -> CrmError:
    """Return the error of a large change whose parts could not be taken back; ``kept`` says what follows."""
    what = error.what if isinstance(error, CrmError) else explain(error).what
    return Fault(what, kept, _("Put right what the sentence names, then open the database again."))


def taken_back(error: BaseException, kept: str = "") -> BaseException:
    """Return the error of a large change whose parts were all taken back, one that seemed kept too.

    ``kept`` says in other words that nothing of it was saved.
    """
    if isinstance(error, CommitFault):
        kept = kept or _("This change was not saved; everything saved before is kept.")
        return Fault(error.what, kept, _("Check the disk and its quota, then try again."))
    return Fault(error.what, kept, error.todo) if kept and isinstance(error, Fault) else error


def plain(error: BaseException) -> BaseException:
    """Return what reading raised as a typed error if SQLite, the disk or memory raised it, else as it is."""
    # Of a file that is named others tell more; that too many are open has nothing to do with this one.
    of_disk = isinstance(error, OSError) and (
        error.errno in TOO_MANY or (error.errno in OF_DISK and error.filename is None)
    )
    if isinstance(error, RuntimeError) and str(error).startswith("can't start new thread"):
        of_disk, error = True, OSError(errno.EAGAIN, str(error))
    if of_disk or isinstance(error, (sqlite3.Error, MemoryError)):
        told = explain(error, reading=True)
        told.__cause__ = error
        return told
    return error


@contextmanager
def explained(path: Path | None = None, *, reading: bool = False, kept: str = "") -> Generator[None]:
    """Let what SQLite, the disk or memory raises come out as the typed error of ``explain``."""
    try:
        yield
    except (sqlite3.Error, MemoryError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in OF_DISK:
            raise
        raise explain(error, path, reading=reading, kept=kept) from error


def _what(error: BaseException, path: Path | None, reading: bool) -> tuple[str, str]:
    text = str(error)
    if isinstance(error, MemoryError):
        return _("There is not enough memory."), _("Close other programs and try again.")
    if isinstance(error, OSError):
        return _of_system(error.errno or 0, reading)
    if text.startswith(FULL):
        return _of_system(errno.ENOSPC, reading)
    if text.startswith(NOT_OPENED) and path and (beside := closed_to_us(path)):
        return of_somebody_else(beside)
    if text.startswith("attempt to write a readonly database"):
        return _of_system(_why_not_written(path), reading)
    if text.startswith("unable to open database file"):
        # No journal can be made in the folder, or it is gone; SQLite does not say why, the system does.
        return _of_system(_why_not_opened(path), reading)
    if text.startswith("disk I/O error"):
        if not reading and path and (most := _most_bytes(path)):
            size = max(1, most // 1_000_000)
            return (
                _("The file may not become larger: the system allows {size} MB.").format(size=size),
                _("Ask the administrator of the machine to raise the limit of file sizes."),
            )
        # The same words for a disk that was made read-only, or a folder that cannot be synchronised; and for
        # a log that is only to be read, but has no room for its index.
        no_room = errno.ENOSPC if path and has_no_room(path) else 0
        return _of_system((no_room if reading else _why_not_opened(path)) or errno.EIO, reading)
    if is_damage(error) or isinstance(error, UnicodeDecodeError):
        # SQLite gives the same answer when the disk cannot read a page.
        return (
            _("The database file is damaged, or the disk cannot read it."),
            _("Check the disk; keep the file as it is and restore the latest backup."),
        )
    if text.startswith(ALTERED):
        return (
            _("The file is damaged, or another program altered it: {error}.").format(error=text),
            _("Have it examined: crm-tui doctor"),
        )
    return _("The database reported: {error}.").format(error=text), _("Please report this.")


def _of_system(number: int, reading: bool) -> tuple[str, str]:
    if number in NO_ROOM:
        return _("The disk is full."), _("Free some space and try again.")
    if number == errno.EROFS:
        return (
            _("The disk can only be read: it is set so, or the system does so after a fault."),
            _("Ask the administrator of the machine to look at the disk."),
        )
    if number in PROTECTED:
        return (
            _("The database can only be read: the file or its folder is write-protected."),
            _("Ask the owner of the file for the right to write."),
        )
    if number in TOO_MANY:
        return _("Too many files are open."), _("Close other programs and try again.")
    if number in NO_PROCESS:
        return (
            _("The system starts no more processes for you."),
            _("Close other programs, or ask the administrator to allow more, and try again."),
        )
    if number in GONE:
        return (
            _("The folder of the database is not there any more."),
            _("Bring the disk or the folder back and open the database again."),
        )
    if number == errno.EIO:
        if reading:
            return (
                _("The disk reported an error while reading."),
                _("Check the disk; if it stays so, restore the latest backup."),
            )
        return (
            _("The disk reported an error while writing."),
            _("Check the disk and its quota, then try again."),
        )
    return (
        _("A file beside the database cannot be opened."),
        _("Check the disk, its room and the rights to the folder, then try again."),
    )


def _why_not_opened(path: Path | None) -> int:
    """Return the number of the system's reason not to make a file beside the database; 0: it has none now."""
    if path is None:
        return 0
    # Never the database itself: to open and close it would drop the locks that SQLite holds on it.
    probe = path.with_name(f".{path.name}.{os.getpid()}.probe")
    try:
        os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        return error.errno or 0
    with suppress(OSError):
        probe.unlink()
    return 0


def has_no_room(path: Path) -> bool:
    """Tell whether the disk has no room for a small file beside a database."""
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < LITTLE


def _why_not_written(path: Path | None) -> int:
    """Return why SQLite fell back to reading: no right to write, or what the system says beside the file."""
    number = _why_not_opened(path)
    if number or path is None or not os.access(path, os.W_OK):
        return number or errno.EACCES
    return 0


def closed_to_us(path: Path) -> Path | None:
    """Return the log or journal that somebody else made and we may not write, of a database that we may."""
    if os.access(path, os.W_OK):
        for ending in ("-wal", "-shm", "-journal"):
            beside = path.with_name(path.name + ending)
            if beside.exists() and not os.access(beside, os.W_OK):
                return beside
    return None


def of_somebody_else(beside: Path) -> tuple[str, str]:
    """Return what a log or journal that we may not write means, and what helps."""
    return (
        _("You may not write {file}, which lies beside the database.").format(file=beside.name),
        _("Have its owner or the administrator give it the owner and the rights of the database."),
    )


def _most_bytes(path: Path) -> int:
    """Return how large a file may be where one of the database's is about to be larger, else 0."""
    import resource

    most = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    if most == resource.RLIM_INFINITY:
        return 0
    largest = 0
    for ending in ("", "-wal", "-journal"):
        with suppress(OSError):
            largest = max(largest, path.with_name(path.name + ending).stat().st_size)
    return most if largest + 1_000_000 > most else 0
