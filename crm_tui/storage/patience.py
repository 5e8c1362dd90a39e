"""How a connection waits for a lock that another process holds: asking again every few milliseconds.

SQLite's own waiting backs off to one question in 50 and then in 100 ms: among busy savers some would never
get a lock that is free for a moment only, and a reader that meets two of them in a row waits for far longer
than both hold it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from crm_tui import clock
from crm_tui.storage.diagnosis import is_busy
from crm_tui.storage.driver import sqlite3

Value = TypeVar("Value")
BUSY_SECONDS = 5.0
POLL_MILLISECONDS = 20  # within them SQLite asks after 1, 3, 8 and 18


def until_free(ask: Callable[..., Value], *what: Any) -> Value:
    """Return what ``ask(*what)`` returns, asked again while another process holds the lock.

    Raises what it raised last when ``BUSY_SECONDS`` have passed.
    """
    end = clock.stopwatch() + BUSY_SECONDS
    while True:
        try:
            return ask(*what)
        except sqlite3.OperationalError as error:
            if not is_busy(error) or clock.stopwatch() > end:
                raise


class Reader(sqlite3.Connection):
    """A connection that only reads: a statement of it that meets a lock has read nothing, and is asked again.

    It is opened with a wait of ``POLL_MILLISECONDS``. ``stands`` raises once what it reads is not to be
    relied on.
    """

    stands: Callable[[], None] | None = None

    def execute(self, *statement: Any) -> sqlite3.Cursor:
        """Run a statement, waiting for the file; raises sqlite3.OperationalError after ``BUSY_SECONDS``."""
        if self.stands is None:
            return self._patiently(*statement)
        self.stands()
        try:
            return self._patiently(*statement)
        finally:
            # What was read meanwhile, or seemed damaged, may be of two moments.
            self.stands()

    def _patiently(self, *statement: Any) -> sqlite3.Cursor:
        try:
            return super().execute(*statement)
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            return until_free(super().execute, *statement)
