"""Exchanges a database file for another so that a death at any step leaves the old or the new one whole."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from crm_tui import clock
from crm_tui.errors import Fault
from crm_tui.locale import _
from crm_tui.storage.connection import discard
from crm_tui.storage.lasting import flush
from crm_tui.storage.presence import RESTORE, SoleUse, being_restored, marker_path

KEPT = ".before-restore-"
BESIDE = ("-wal", "-journal")
WAIT_SECONDS = 3.0
POLL_SECONDS = 0.02
NO_FILE = (0, 0)


def exchange(database: Path, part: Path) -> Path | None:
    """Give the new file the name and keep the old one beside it; the note tells ``recover`` what to do."""
    kept = _free_name(database)
    number = _number(database)
    note = {"old": list(number), "kept": kept.name, "part": part.name}
    marker = marker_path(database)
    begun = marker.with_name(marker.name + f".{os.getpid()}")
    begun.write_text(json.dumps(note), "utf-8")
    flush(begun)
    begun.replace(marker)
    flush(database.parent)
    try:
        if number != NO_FILE:
            _second_name(database, kept)
        for ending in BESIDE:
            # The new file must never be opened with what belongs to the old one.
            if _number(beside(database, ending)) != NO_FILE and not beside(database, ending).stat().st_size:
                beside(database, ending).unlink()
            _move(beside(database, ending), beside(kept, ending))
        beside(database, "-shm").unlink(missing_ok=True)
        flush(database.parent)
        part.replace(database)
        flush(database.parent)
    except OSError:
        settle(database)
        raise
    marker.unlink()
    flush(database.parent)
    return kept if number != NO_FILE else None


def _number(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return NO_FILE
    return found.st_dev, found.st_ino


def beside(path: Path, ending: str) -> Path:
    """Return what SQLite keeps beside a file."""
    return path.with_name(path.name + ending)


def _second_name(database: Path, kept: Path) -> None:
    try:
        os.link(database, kept)
    except FileExistsError:
        raise
    except OSError:
        # Where a file has one name only, there is none in its place for a moment.
        database.rename(kept)


def _move(source: Path, target: Path) -> None:
    with suppress(FileNotFoundError):
        source.rename(target)


def _free_name(database: Path) -> Path:
    stamp = f"{clock.local(clock.instant()):%Y%m%d-%H%M%S}"
    for number in range(1, 1000):
        name = f"{database.name}{KEPT}{stamp}" + ("" if number == 1 else f"-{number}")
        path = database.with_name(name)
        if not path.exists() and not any(beside(path, ending).exists() for ending in BESIDE):
            return path
    raise FileExistsError(17, "kept")


def recover(database: Path) -> None:
    """Settle what a restore left whose process died: the old file stands whole again, or the new one does.

    Raises Busy when the restore goes on, or others have not left for WAIT_SECONDS.
    """
    sole = SoleUse(database, "", RESTORE)
    try:
        end = clock.stopwatch() + WAIT_SECONDS
        while not sole.take():
            if not marker_path(database).exists():
                return
            if clock.stopwatch() > end:
                raise being_restored(database)
            clock.pause(POLL_SECONDS)
        if marker_path(database).exists():
            settle(database)
    finally:
        sole.close()


def settle(database: Path) -> None:
    """Finish or take back an exchange of files; the caller has the database alone."""
    marker = marker_path(database)
    try:
        note = json.loads(marker.read_text("utf-8"))
        kept = database.with_name(Path(note["kept"]).name)
        part = database.with_name(Path(note["part"]).name)
        number = (int(note["old"][0]), int(note["old"][1]))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Fault(
            _("A restore was interrupted, and its note {name} cannot be read.").format(name=marker.name),
            _("Every file was left as it is."),
            _("Look at the files beside the database, then remove the note."),
        ) from error
    now = _number(database)
    if number != NO_FILE and now in (number, NO_FILE):
        if now == NO_FILE:
            _move(kept, database)
        for ending in BESIDE:
            _move(beside(kept, ending), beside(database, ending))
        if _number(kept) == number:
            kept.unlink()
    elif number == NO_FILE and now == NO_FILE:
        for ending in BESIDE:
            _move(beside(kept, ending), beside(database, ending))
    discard(part)
    flush(database.parent)
    marker.unlink(missing_ok=True)
    flush(database.parent)
