"""A file at rest while others write to it, so that what is counted in it adds up."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

from crm_tui.errors import Cancelled
from crm_tui.locale import _
from crm_tui.storage.connection import connect
from crm_tui.storage.copying import SMALL_BYTES, copy_database, room_needed
from crm_tui.storage.drill import roomy
from crm_tui.storage.driver import sqlite3

STEPS = 10_000  # of SQLite, between two questions whether to stop
SPARE = 2  # times what the copy takes must be free: colleagues go on saving beside it

Stop = Callable[[], bool]


@contextmanager
def at_rest(path: Path, connection: sqlite3.Connection, stop: Stop | None) -> Generator[sqlite3.Connection]:
    """Give what the file held at one moment: ``connection`` in one transaction, or a connection to a copy.

    Without a write-ahead log every save waits for whoever reads, so there all but a small file is copied;
    where none can be made, or its room would be missed, the file itself is looked at. Raises Cancelled,
    sqlite3.Error.
    """
    folder = roomy(path)
    if _holds_up(path, connection) and _has_room(folder, path):
        with tempfile.TemporaryDirectory(prefix="crm-tui-doctor-", dir=folder) as own:
            copy = Path(own) / path.name
            if _copied(path, copy, stop):
                with closing(connect(copy, immutable=True)) as private:
                    private.set_progress_handler(stop, STEPS)
                    yield private
                return
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _holds_up(path: Path, connection: sqlite3.Connection) -> bool:
    logged = connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    return not logged and path.stat().st_size > SMALL_BYTES


def _has_room(folder: Path, path: Path) -> bool:
    return shutil.disk_usage(folder).free >= SPARE * room_needed(path, compact=False)


def _copied(path: Path, copy: Path, stop: Stop | None) -> bool:
    def look(_done: int, _size: int) -> None:
        if stop and stop():
            raise Cancelled(_("Stopped."))

    try:
        copy_database(path, copy, look, compact=False)
    except OSError:
        return False  # of a disk that cannot be read whoever looks at the file itself tells more
    return True
