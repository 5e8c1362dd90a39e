"""A deadline for reading: when it comes, the statement that runs on the connection is interrupted.

From another thread, for the full-text index asks a progress handler (storage/in_time.py) too seldom.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from crm_tui import clock
from crm_tui.storage.driver import sqlite3


class _Watch:
    """One thread for all deadlines of the process; it is started by the first and sleeps without any."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: dict[int, tuple[float, sqlite3.Connection]] = {}
        self._thread: threading.Thread | None = None
        self._next = 0.0  # when the thread looks again by itself

    def arm(self, key: int, at: float, connection: sqlite3.Connection) -> None:
        with self._changed:
            self._due[key] = (at, connection)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="search deadline", daemon=True)
                with suppress(RuntimeError):  # no more threads: a search may take as long as it takes
                    self._thread.start()
            elif at < self._next:
                self._changed.notify()

    def disarm(self, key: int) -> None:
        with self._changed:
            self._due.pop(key, None)

    def _run(self) -> None:
        with self._changed:
            while True:
                now = clock.stopwatch()
                for key, (at, connection) in list(self._due.items()):
                    if at <= now:
                        # Said again until the reader has noticed: between statements nothing is interrupted.
                        connection.interrupt()
                        self._due[key] = (now + 0.01, connection)
                # A deadline that was met leaves nothing to do: the thread is not woken.
                self._next = min((at for at, _connection in self._due.values()), default=now + 3600.0)
                self._changed.wait(max(self._next - now, 0.0))


_watch = _Watch()


class Deadline:
    """A stretch of time for one search; a context manager.

    ``passed()`` tells whether it is over or the search was given up; the statement that runs is interrupted
    at its end.
    """

    def __init__(
        self, connection: sqlite3.Connection, milliseconds: float, cancelled: Callable[[], bool] | None
    ) -> None:
        self._connection = connection
        self._end = clock.stopwatch() + milliseconds / 1000.0
        self._cancelled = cancelled

    def __enter__(self) -> Deadline:
        _watch.arm(id(self), self._end, self._connection)
        return self

    def __exit__(self, *_error: object) -> None:
        _watch.disarm(id(self))

    def passed(self) -> bool:
        """Tell whether the time is over or nobody waits any more."""
        return clock.stopwatch() >= self._end or (self._cancelled is not None and self._cancelled())
