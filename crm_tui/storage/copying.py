"""Takes a consistent copy of a database that people write to, without letting them wait."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from crm_tui.errors import Fault
from crm_tui.locale import _
from crm_tui.storage.connection import connect, discard, open_readable
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lasting import flush
from crm_tui.storage.moved import Beside, copy_moved

STEPS = 200_000  # of SQLite's machine, between two looks at whether to stop
# Up to here a copy by SQLite is done before anybody notices that it holds a lock.
SMALL_BYTES: int = 4 << 20
AT_ONCE = 8 << 20
# So much is on its way to the disk at most: a colleague's save, which flushes too, would wait for all of it.
UNFLUSHED = 32 << 20
# A file that was written in so many nanoseconds before may be written again without its time showing it.
SETTLED = 2_000_000_000
SECONDS_FOR_A_LOCK = 5.0

# Files opened for raw reading, by device and inode, and never closed: to close any descriptor of a file drops
# the locks that SQLite's connections of this process hold on it (POSIX).
_KEPT: dict[tuple[int, int], int] = {}

Tick = Callable[[int, int], None]


def copy_database(
    source: Path,
    target: Path,
    tick: Tick | None = None,
    copied: Callable[[], None] | None = None,
    *,
    compact: bool = True,
) -> str:
    """Write all that ``source`` holds into ``target``, an empty file; return the journal mode.

    ``compact`` leaves out what is free in the file and sorts the rest, at five times the price of copying the
    bytes. ``tick(bytes, all)`` may raise to stop it. Writers are not held up: a file in WAL mode is read as
    it was at the beginning, and of another the bytes are copied first, with a lock for the second, short
    time only. ``copied()`` is called once the disk holds all of it and ``source`` is not read any more.
    Raises sqlite3.Error, OSError, and what ``tick`` raises; then ``target`` is of no use.
    """
    connection = open_readable(source)
    try:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        size = _size(connection)
        if size <= SMALL_BYTES or (compact and mode == "wal"):
            _vacuum_into(connection, target, size, tick)
            _tell(copied, target)
            return mode
        if not compact:
            if mode == "wal":
                _copy_logged(connection, source, target, tick)
            else:
                _copy_raw(connection, source, target, tick)
            _tell(copied, target)
            return mode
        raw = target.with_name(target.name + ".raw")
        try:
            _copy_raw(connection, source, raw, tick and (lambda _done, size: tick(0, size)))
            _tell(copied, raw)
            private = connect(raw, immutable=True)
            try:
                _vacuum_into(private, target, size, tick)
            finally:
                private.close()
        finally:
            discard(raw)
        return mode
    finally:
        connection.close()


def _tell(copied: Callable[[], None] | None, copy: Path) -> None:
    if copied:
        flush(copy)
        copied()


def _size(connection: sqlite3.Connection) -> int:
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    return pages * connection.execute("PRAGMA page_size").fetchone()[0]


def room_needed(source: Path, *, compact: bool = True) -> int:
    """Return the bytes that a copy takes at most while it is made."""
    size = source.stat().st_size
    with suppress(OSError):
        size += source.with_name(source.name + "-wal").stat().st_size
    return size * 2 if compact and size > SMALL_BYTES else size


def _vacuum_into(connection: sqlite3.Connection, target: Path, size: int, tick: Tick | None) -> None:
    stopped: list[BaseException] = []
    flushing = Flushing(target)

    def look() -> int:
        try:
            written = target.stat().st_size
            flushing.upto(written)
            if tick:
                tick(min(written, size), size)
        except BaseException as error:
            stopped.append(error)
            return 1
        return 0

    connection.set_progress_handler(look, STEPS)
    # The copy is flushed once, by whoever keeps it; a name need not be text, an address is.
    connection.execute("PRAGMA synchronous=OFF")
    try:
        connection.execute(
            "VACUUM INTO :target", {"target": f"file://{quote(os.fsencode(target.absolute()))}"}
        )
    except sqlite3.Error:
        if stopped:
            raise stopped[0] from None
        raise
    finally:
        connection.set_progress_handler(None, 0)
        connection.execute("PRAGMA synchronous=FULL")
        flushing.close()


class Flushing:
    """Brings a file that grows to the disk beside its writing, which waits where the disk is slower.

    A file that is longer than UNFLUSHED has never more than that on its way.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun = 0
        self._pool = ThreadPoolExecutor(1, "crm-flush")
        self._running: Future[None] | None = None

    def upto(self, size: int) -> None:
        """Take note of how long the file is now; raises OSError."""
        if size - self._begun < UNFLUSHED // 2:
            return
        if self._running is not None:
            self._running.result()
        self._begun = size
        self._running = self._pool.submit(flush, self._path)

    def close(self) -> None:
        """Wait for what is on its way."""
        self._pool.shutdown()


def _copy_logged(connection: sqlite3.Connection, source: Path, target: Path, tick: Tick | None) -> None:
    """Copy the bytes of a file in WAL mode and of its log, and bring the one into the other.

    While somebody reads, nothing newer than what he reads gets into the file, and what he needs of the log
    stays. What is newer in the log comes along: each COMMIT in it is whole or not there.
    """
    connection.execute("BEGIN")
    try:
        connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchone()
        live, copy = _descriptor(source), _made(target)
        try:
            _copy_all(live, copy, tick, leave=True)
            _check_same(live, source)
        finally:
            os.close(copy)
        with suppress(FileNotFoundError), source.with_name(source.name + "-wal").open("rb") as log:
            copy = _made(target.with_name(target.name + "-wal"))
            try:
                _copy_all(log.fileno(), copy, None)
            finally:
                os.close(copy)
    finally:
        connection.execute("ROLLBACK")
    private = connect(target)
    try:
        private.execute("PRAGMA locking_mode=EXCLUSIVE")
        private.execute("PRAGMA synchronous=OFF")
        private.execute("PRAGMA journal_mode=DELETE").fetchone()
    finally:
        private.close()


def _made(path: Path) -> int:
    """Open a file of our own to be written anew."""
    return os.open(path, os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _copy_all(source: int, target: int, tick: Tick | None, *, leave: bool = False) -> None:
    """Copy the bytes of a file as it is long now, and bring them to the disk by and by.

    ``leave`` gives their memory back as soon as the disk has them: the system takes the same again for the
    next ones, at half the price of other, and who examines the copy sees what the disk holds.
    """
    done, size = 0, os.fstat(source).st_size
    while done < size:
        done += _copy_part(source, target, done, min(AT_ONCE, size - done)) or size
        if done % UNFLUSHED < AT_ONCE:
            os.fdatasync(target)
            if leave and hasattr(os, "posix_fadvise"):
                os.posix_fadvise(target, 0, done, os.POSIX_FADV_DONTNEED)
        if tick:
            tick(min(done, size), size)


def _check_same(live: int, source: Path) -> None:
    if os.fstat(live)[1:3] != source.stat()[1:3]:
        raise Fault(
            _("The database file was moved or replaced while it was being copied."),
            _("Nothing was changed."),
            _("Try again."),
        )


def _copy_raw(connection: sqlite3.Connection, source: Path, raw: Path, tick: Tick | None) -> None:
    """Copy the bytes twice: unlocked, which takes long, and under a read lock, which is quick by then.

    Where nobody wrote, before and meanwhile, the first copy is all.
    """
    live = _descriptor(source)
    target = _made(raw)
    try:
        before = _mark(live)
        settled = os.fstat(target).st_mtime_ns - before[0] > SETTLED
        _copy_all(live, target, tick, leave=settled)
        moved = not settled or _mark(live) != before
        if moved and settled:
            copy_moved(live, target, 0, before[1])  # has it in memory again, so that the lock is short
        with Beside(live, target, before[1] if moved else 0) as both, _still(connection, source):
            # The first read rolls back what a dead writer left half-done.
            size = _size(connection)
            _check_same(live, source)
            if moved or _mark(live) != before:
                both.copy_moved(size)
        os.ftruncate(target, size)
    finally:
        os.close(target)


def _mark(live: int) -> tuple[int, int, bytes]:
    """Return what tells that a file was written: its time, its length, and SQLite's count of its changes."""
    found = os.fstat(live)
    return found.st_mtime_ns, found.st_size, os.pread(live, 4, 24)


@contextmanager
def _still(connection: sqlite3.Connection, source: Path) -> Generator[None]:
    """Keep others from writing in the block; they may go on reading, where we might write ourselves."""
    writer = None
    with suppress(sqlite3.Error):
        uri = f"file:{quote(os.fsencode(source.absolute()))}?mode=rw"
        writer = sqlite3.connect(uri, uri=True, timeout=SECONDS_FOR_A_LOCK, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        if writer is not None:
            writer.close()


def _copy_part(source: int, target: int, offset: int, count: int) -> int:
    copy = getattr(os, "copy_file_range", None)
    if copy is not None:
        with suppress(OSError):
            return copy(source, target, count, offset, offset)
    buffer = os.pread(source, min(count, AT_ONCE), offset)
    written = 0
    while written < len(buffer):
        written += os.pwrite(target, buffer[written:], offset + written)
    return written


def _descriptor(source: Path) -> int:
    found = source.stat()
    kept = _KEPT.get((found.st_dev, found.st_ino))
    if kept is None:
        kept = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        opened = os.fstat(kept)
        kept = _KEPT.setdefault((opened.st_dev, opened.st_ino), kept)
    return kept
