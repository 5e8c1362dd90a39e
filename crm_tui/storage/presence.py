"""Locks beside the database file, never on it: who is in, and who publishes a large change."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class _LockFile:
    def __init__(self, path: Path) -> None:
        self._file: int | None = None
        try:
            self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError:
            # In a folder that cannot be written nobody can write the database either.
            self._file = None

    def close(self) -> None:
        """Let go of the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _lock(self, how: int) -> bool:
        if self._file is None:
            return False
        try:
            fcntl.flock(self._file, how)
        except BlockingIOError:
            return False
        return True


class Presence(_LockFile):
    """This session's shared lock on ``<db>.lock``; held as long as the session is open."""

    def __init__(self, database: Path) -> None:
        super().__init__(database.with_name(database.name + ".lock"))
        self._lock(fcntl.LOCK_SH)

    def alone(self) -> bool:
        """Tell whether no other session has the database open right now."""
        alone = self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A failed upgrade may have dropped the shared lock: take it again in either case.
        self._lock(fcntl.LOCK_SH)
        return alone


class JobLock(_LockFile):
    """The exclusive lock on ``<db>.job`` that tells that a publishing process is alive."""

    def __init__(self, database: Path) -> None:
        super().__init__(database.with_name(database.name + ".job"))

    def take(self) -> bool:
        """Try to become the one process that publishes; False when another one does."""
        return self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB)
