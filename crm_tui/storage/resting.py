"""A file at rest while others write to it, so that what is counted in it adds up."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

from crm_tui.errors import Cancelled
from crm_tui.locale import _
from crm_tui.storage.connection import connect
from crm_tui.storage.copying import SMALL_BYTES, copy_database
from crm_tui.storage.drill import roomy
from crm_tui.storage.driver import sqlite3

STEPS = 10_000  # of SQLite, between two questions whether to stop

Stop = Callable[[], bool]


@contextmanager
def at_rest(path: Path, connection: sqlite3.Connection, stop: Stop | None) -> Generator[sqlite3.Connection]:
    """Give what the file held at one moment: ``connection`` in one transaction, or a connection to a copy.

    Without a write-ahead log every save waits for whoever reads, so there all but a small file is copied;
    where there is no room for a copy, the file itself is looked at. Raises Cancelled, sqlite3.Error.
    """
    logged = connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    if not logged and path.stat().st_size > SMALL_BYTES:
        with tempfile.TemporaryDirectory(prefix="crm-tui-doctor-", dir=roomy(path)) as folder:
            copy = Path(folder) / path.name
            if _copied(path, copy, stop):
                with closing(connect(copy, immutable=True)) as private:
                    if stop:
                        private.set_progress_handler(stop, STEPS)
                    yield private
                return
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _copied(path: Path, copy: Path, stop: Stop | None) -> bool:
    def look(_done: int, _size: int) -> None:
        if stop and stop():
            raise Cancelled(_("Stopped."))

    try:
        copy_database(path, copy, look, compact=False)
    except OSError:  # no room
        copy.unlink(missing_ok=True)
        return False
    return True
