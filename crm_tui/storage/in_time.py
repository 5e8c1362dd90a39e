"""Questions that may take only so long."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from crm_tui import clock
from crm_tui.storage.driver import sqlite3

STEPS = 2_000  # of SQLite's machine between two looks at the clocks
WAITED = 4  # times as long on the clock: then a statement waits for a disk or a busy machine, and costs too


@contextmanager
def at_most(reader: sqlite3.Connection, milliseconds: int | None) -> Generator[None]:
    """Raise TimeoutError when the statements within take longer; None: as long as they like.

    Counted is what they cost the processor, so that a busy machine does not make them look dear.
    """
    if milliseconds is None:
        yield
        return
    end, last = clock.effort() + milliseconds / 1000, clock.stopwatch() + WAITED * milliseconds / 1000
    over = False

    def look() -> int:
        nonlocal over
        over = clock.effort() > end or clock.stopwatch() > last
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
