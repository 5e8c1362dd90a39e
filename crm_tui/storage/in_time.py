"""Questions that may take only so long."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from crm_tui import clock
from crm_tui.storage.driver import sqlite3

STEPS = 2_000  # of SQLite's machine between two looks at the clock


@contextmanager
def at_most(reader: sqlite3.Connection, milliseconds: int | None) -> Generator[None]:
    """Raise TimeoutError when the statements within take longer; None: as long as they like."""
    if milliseconds is None:
        yield
        return
    end = clock.stopwatch() + milliseconds / 1000
    over = False

    def look() -> int:
        nonlocal over
        over = clock.stopwatch() > end
        return int(over)

    reader.set_progress_handler(look, STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if over:
            raise TimeoutError from error
        raise
    finally:
        reader.set_progress_handler(None, 0)
