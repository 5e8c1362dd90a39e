"""Puts a backup in the place of the database: never over a live file, and the old one is kept."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.errors import BadInput, Busy, Cancelled, Conflict, CrmError, Fault, system_reason
from crm_tui.locale import _
from crm_tui.storage import upkeep_log
from crm_tui.storage.backup import Progress, verify
from crm_tui.storage.connection import check_is_ours, connect, discard, open_readable, real_path
from crm_tui.storage.copying import copy_database
from crm_tui.storage.driver import sqlite3, wal_is_sound
from crm_tui.storage.examining import examine
from crm_tui.storage.lasting import flush
from crm_tui.storage.manifest import HASHED_AT_ONCE, Facts, Manifest, facts_of, head_of
from crm_tui.storage.origin import origin
from crm_tui.storage.presence import (
    RESTORE,
    Presence,
    SoleUse,
    being_restored,
    marker_path,
    rights_like,
    who_is_in,
)
from crm_tui.storage.replacing import KEPT, exchange, settle

PART = ".restore"
SHOWN = 10  # people that a refusal names


class Restored(NamedTuple):
    """What a restore did: the file that stood there before (None: none did), and what stands there now."""

    old: Path | None
    facts: Facts


class Compared(NamedTuple):
    """How a backup stands to the database that it is to replace.

    ``manifest`` is None for a file that an earlier restore kept; ``live`` is False when no database is there
    or it cannot be read; ``same_origin`` is False for a backup of another database; ``newer_sets`` are the
    change sets of the database that the backup does not hold.
    """

    manifest: Manifest | None
    facts: Facts
    live: bool
    same_origin: bool
    newer_sets: int


def compare(database: Path, backup: Path, *, other: bool = False) -> Compared:
    """Read what a restore would do; raises BadInput when the backup is not as it was made, Busy."""
    database, backup = real_path(database), Path(backup).absolute()
    manifest, facts = _wanted(backup)
    _check_place(database, manifest, other)
    presence = Presence(database) if database.exists() else None
    try:
        return _compared(database, manifest, facts)
    finally:
        if presence is not None:
            presence.close()


def _check_place(database: Path, manifest: Manifest | None, other: bool) -> None:
    """Refuse to put a database in the place of what never was one: a folder, a device, somebody's sheet."""
    if not database.exists():
        return
    if not database.is_file():
        raise BadInput(
            _("{path} is no file: no database can be put there.").format(path=database),
            _("Nothing was changed."),
            _("Name a file."),
        )
    # A database whose beginning was damaged looks like any other file; its name is in its backups.
    if other or not database.stat().st_size or (manifest and manifest.database == database.name):
        return
    try:
        check_is_ours(database)
    except BadInput as error:
        todo = _("If it was your database and its beginning was damaged, add --other.")
        raise BadInput(error.what, _("Nothing was changed."), todo) from error


def _wanted(backup: Path) -> tuple[Manifest | None, Facts]:
    if KEPT not in backup.name:
        manifest = verify(backup)
        return manifest, manifest.facts
    try:
        check_is_ours(backup)
        connection = open_readable(backup)
        try:
            return None, facts_of(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise _spoiled(backup) from error


def _compared(database: Path, manifest: Manifest | None, facts: Facts) -> Compared:
    """Hold a backup against the file in place; the caller keeps others from exchanging that."""
    try:
        check_is_ours(database)
        connection = open_readable(database)
        try:
            live, head = origin(connection), head_of(connection)[0]
        finally:
            connection.close()
    except (CrmError, sqlite3.Error):
        return Compared(manifest, facts, False, True, 0)
    same = not live or live == facts.origin
    return Compared(manifest, facts, True, same, max(0, head - facts.head_set) if same else 0)


def origin_of(database: Path) -> str | None:
    """Return the origin of the database at a path, None when none can be read there."""
    try:
        check_is_ours(database)
        with closing(open_readable(database)) as connection:
            return origin(connection) or None
    except (CrmError, sqlite3.Error):
        return None


def _spoiled(backup: Path) -> BadInput:
    return BadInput(
        _("{name} is damaged and cannot be restored.").format(name=backup.name),
        _("The database is as it was."),
        _("Choose another backup: crm-tui backup --list"),
    )


def _misdescribed(backup: Path) -> BadInput:
    return BadInput(
        _("{name} holds something else than its manifest says.").format(name=backup.name),
        _("The database is as it was."),
        _("Choose another backup: crm-tui backup --list"),
    )


def restore(
    database: Path,
    backup: Path,
    who: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    other: bool = False,
    noted: bool = True,
) -> Restored:
    """Put a backup, or a file that an earlier restore kept, in the place of a database.

    ``who`` is a login; ``other`` allows a backup of another database, and the place of a file that is none;
    ``noted`` writes it down in what was restored; ``progress`` gets per cent. Raises Conflict with the people
    who are in, Busy when somebody else restores, BadInput when the backup is not as it was made, Cancelled;
    then the database is as it was. A process that dies leaves the old or the new file whole, which
    ``recover`` settles at the next opening.
    """
    database, backup = real_path(database), Path(backup).absolute()
    manifest, facts = _wanted(backup)
    _check_place(database, manifest, other)
    sole = _alone(database, who)
    try:
        if marker_path(database).exists():
            settle(database)
        for left in database.parent.glob(f".{glob.escape(database.name)}.*{PART}"):
            discard(left)
        found = _compared(database, manifest, facts)
        if not found.same_origin and not other:
            raise BadInput(
                _("{name} is a backup of another database.").format(name=backup.name),
                _("Nothing was changed."),
                _("If you mean it, add --other."),
            )
        part = database.with_name(f".{database.name}.{os.getpid()}{PART}")
        try:
            _bring(database, backup, found, part, progress, cancelled)
            if cancelled and cancelled():
                raise Cancelled(_("Stopped."), _("The database is as it was."))
            old = exchange(database, part)
        except OSError as error:
            raise _failed(error, database) from error
        except sqlite3.Error as error:
            raise _spoiled(backup) from error
        finally:
            discard(part)
        _check_in_place(database, facts)
        if noted:
            detail = {"from": str(backup), "kept": str(old or ""), "head": facts.head_set}
            upkeep_log.note(database, "restore", who, detail)
    finally:
        sole.close()
    if progress:
        progress(100, 100)
    return Restored(old, facts)


def _alone(database: Path, who: str) -> SoleUse:
    if not database.parent.is_dir():
        raise _failed(FileNotFoundError(2, "folder"), database)
    sole = SoleUse(database, who, RESTORE)
    if sole.take():
        return sole
    sole.close()
    seats = who_is_in(database)
    if any(seat.front_end == RESTORE for seat in seats):
        raise being_restored(database)
    raise Conflict(
        _("The database is in use: {people}.").format(people=people(seats))
        if seats
        else _("Somebody has the database open, or there is no right to close it to others."),
        _("Nothing was changed."),
        _("Ask them to leave the program, then restore again."),
    )


def people(seats: list[Any]) -> str:
    """Return who is in as one line: name, login, since when."""
    named = []
    for seat in seats[:SHOWN]:
        since = f"{clock.local(seat.since):%m-%d %H:%M}" if seat.since else "…"
        who = f"{seat.name} ({seat.login})" if seat.name != seat.login else seat.login
        named.append(_("{who} since {time}").format(who=who or "…", time=since))
    if len(seats) > SHOWN:
        named.append(_("and {n} more").format(n=len(seats) - SHOWN))
    return _(", ").join(named)


def _bring(
    database: Path,
    backup: Path,
    found: Compared,
    part: Path,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    """Make the file that is to take the place, beside it: whole, checked and on the disk."""

    def tick(done: int, size: int) -> None:
        if cancelled and cancelled():
            raise Cancelled(_("Stopped."), _("The database is as it was."))
        if progress:
            progress(70 * done // max(size, 1), 100)

    mode, group = rights_like(database if database.exists() else backup)
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, mode)
    os.fchmod(descriptor, mode)
    with suppress(OSError):
        os.fchown(descriptor, -1, group)
    if found.manifest:
        with os.fdopen(descriptor, "wb") as target:
            _copy(backup, target, tick)
        wanted = found.manifest.journal
    else:
        os.close(descriptor)
        wanted = copy_database(backup, part, tick)
    if examine(part) != found.facts:
        raise _misdescribed(backup)
    if wanted == "wal" and wal_is_sound():
        connection = connect(part)
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
        finally:
            connection.close()
    flush(part)


def _copy(backup: Path, target: Any, tick: Callable[[int, int], None]) -> None:
    size, done = backup.stat().st_size, 0
    with backup.open("rb", buffering=0) as source:
        while content := source.read(HASHED_AT_ONCE):
            target.write(content)
            done += len(content)
            tick(done, size)


def _check_in_place(database: Path, wanted: Facts) -> None:
    try:
        connection = open_readable(database)
        try:
            fine = facts_of(connection) == wanted
        finally:
            connection.close()
    except sqlite3.Error:
        fine = False
    if not fine:
        raise Fault(
            _("{path} does not read as it was written: the disk may be failing.").format(path=database),
            _("The backup and the former file are kept."),
            _("Check the disk and restore to another one."),
        )


def _failed(error: OSError, database: Path) -> CrmError:
    if isinstance(error, BlockingIOError):
        return Busy(_("The database is in use."), _("Nothing was changed."), _("Try again."))
    return BadInput(
        _("Nothing can be restored to {path}: {error}.").format(path=database, error=system_reason(error)),
        _("The database is as it was."),
        _("Mend that and restore again."),
    )
