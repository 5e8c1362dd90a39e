"""The drill: restores a backup aside, opens it as the program does, and compares all of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from crm_tui import clock
from crm_tui.errors import BadInput, Cancelled, Fault
from crm_tui.locale import _
from crm_tui.storage import upkeep_log
from crm_tui.storage.backup import Backup, Progress, backups
from crm_tui.storage.connection import connect, open_readable
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.manifest import facts_of, quoted, read_manifest, table_names
from crm_tui.storage.restoring import restore
from crm_tui.storage.schema import VERSION
from crm_tui.storage.triggers import tracked_tables


class Drilled(NamedTuple):
    """What a drill found: seconds that the restore took, its bytes, and the tables and rows compared."""

    backup: Path
    seconds: float
    size: int
    tables: int
    rows: int


def drill(
    backup: Path,
    who: str,
    database: Path | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    noted: bool = True,
) -> Drilled:
    """Restore a backup into a folder of its own, open it to write, and compare every table with the backup.

    With ``database``, its rows are compared too when it has not moved since, and it notes the drill if
    ``noted``. Raises BadInput when the backup is not as it was made, Fault when what comes back is not what
    was backed up.
    """
    backup = Path(backup).absolute()
    with tempfile.TemporaryDirectory(prefix="crm-tui-drill-", dir=roomy(backup)) as folder:
        place = Path(folder) / "crm.db"
        began = clock.stopwatch()
        facts = restore(place, backup, who, _part(progress, 0, 60), cancelled, noted=False).facts
        seconds = clock.stopwatch() - began
        _compare(backup, place, _part(progress, 60, 95), cancelled)
        if facts.schema_version == VERSION:
            _open(place, backup)
        size = place.stat().st_size
    manifest = read_manifest(backup)
    if database is not None:
        _compare_live(Path(database), backup, manifest.facts.tables, manifest.facts.head_chain)
        detail = {"file": str(backup), "seconds": round(seconds, 2), "bytes": size}
        if noted:
            upkeep_log.note(Path(database), "drill", who, detail)
    if progress:
        progress(100, 100)
    return Drilled(backup, seconds, size, len(facts.tables), sum(facts.tables.values()))


def newest(folder: Path, of: str | None) -> Backup:
    """Return the newest backup in a folder; raises BadInput when there is none."""
    for backup in backups(folder, of):
        return backup
    raise BadInput(
        _("There is no backup in {folder}.").format(folder=folder), "", _("Make one with: crm-tui backup")
    )


def roomy(file: Path) -> Path:
    """Return the folder for temporary files, or that of a file when there is more room."""
    usual = Path(tempfile.gettempdir())
    if (
        os.access(file.parent, os.W_OK)
        and shutil.disk_usage(file.parent).free > shutil.disk_usage(usual).free
    ):
        return file.parent
    return usual


def _part(progress: Progress | None, low: int, high: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, total: progress(low + (high - low) * done // max(total, 1), 100)


def _compare(
    backup: Path, place: Path, progress: Progress | None, cancelled: Callable[[], bool] | None
) -> None:
    ours, theirs = connect(backup, immutable=True), connect(place, read_only=True)
    try:
        tables = table_names(ours)
        for done, table in enumerate(tables):
            if content(ours, table, cancelled) != content(theirs, table, cancelled):
                raise _differs(backup, table)
            if progress:
                progress(done, len(tables))
    finally:
        ours.close()
        theirs.close()


def content(
    connection: sqlite3.Connection, table: str, cancelled: Callable[[], bool] | None = None
) -> tuple[int, str]:
    """Return the rows of a table and a digest of all that is in them."""
    import hashlib  # OpenSSL's, for whole files

    digest, rows = hashlib.sha256(), 0
    cursor = connection.execute(f"SELECT * FROM {quoted(table)}")
    while part := cursor.fetchmany(2000):
        if cancelled and cancelled():
            cursor.close()
            raise Cancelled(_("Stopped."), _("The database is as it was."))
        rows += len(part)
        digest.update(repr(part).encode("utf-8", "surrogatepass"))
    return rows, digest.hexdigest()


def _open(place: Path, backup: Path) -> None:
    """Open what was restored as a session does, and write to it."""
    database = Database(place)
    try:
        if database.read_only:
            raise Fault(
                _("{name} can be restored, but only be read.").format(name=backup.name), database.read_only
            )
        database.write_untracked(lambda connection: facts_of(connection))
    finally:
        database.close()


def _compare_live(database: Path, backup: Path, tables: dict[str, int], chain: str) -> None:
    """Hold the rows of the log and of what it tracks against the database, as long as it has not moved."""
    try:
        with closing(open_readable(database)) as connection:
            connection.execute("BEGIN")
            live = facts_of(connection)
            tracked = {*tracked_tables(connection), "change", "change_set"}
            connection.execute("ROLLBACK")
    except sqlite3.DatabaseError:
        # A database that cannot be read is the more reason to know that its backup can.
        return
    if chain and live.head_chain == chain:
        for table in tracked & set(tables):
            if live.tables.get(table) != tables[table]:
                raise _differs(backup, table)


def _differs(backup: Path, table: str) -> Fault:
    return Fault(
        _("{name} does not come back as it was: the table {table} differs.").format(
            name=backup.name, table=table
        ),
        _("The database was not touched."),
        _("Make a new backup and drill that: crm-tui backup, crm-tui restore --drill"),
    )
