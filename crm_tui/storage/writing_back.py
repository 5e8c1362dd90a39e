"""What the disk takes of a large change beside its writing: the log of parts before, this one's journal."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from crm_tui.storage.connection import connect
from crm_tui.storage.driver import sqlite3

FLUSH_SECONDS = 0.2


class WritingBack:
    """Writes the log back on a thread with a connection of its own: that needs no lock of a writer.

    The log begins anew only where nothing was added meanwhile, so whoever adds to it has to settle the rest
    now and then; what went wrong here goes wrong there too, and is said there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread: threading.Thread | None = None

    @property
    def begun(self) -> bool:
        """Whether it was begun and not waited for."""
        return self._thread is not None

    def begin(self) -> None:
        """Write back what is in the log now, beside whatever the caller does."""
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()

    def end(self) -> bool:
        """Wait for what was begun; tell whether anything was."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()
        return thread is not None

    def _write(self) -> None:
        with suppress(sqlite3.Error), closing(connect(self._path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


@contextmanager
def flushing(database: Path) -> Generator[None]:
    """Have the disk take the rollback journal while the parts in the block write it.

    A part of a second and a half saves eighty megabytes of pages there, and its COMMIT waits for those that
    the disk has not yet. Nothing else waits for this, and nothing depends on it.
    """
    journal = database.with_name(database.name + "-journal")
    ended = threading.Event()

    def flush() -> None:
        while not ended.wait(FLUSH_SECONDS):
            with suppress(OSError):
                handle = os.open(journal, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)

    thread = threading.Thread(target=flush, name="crm-journal", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
