"""Bringing the write-ahead log into the file while the next part of a large change is written."""

from __future__ import annotations

import threading
from contextlib import closing, suppress
from pathlib import Path

from crm_tui.storage.connection import connect
from crm_tui.storage.driver import sqlite3


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
