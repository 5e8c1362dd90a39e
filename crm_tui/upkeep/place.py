"""Checks of the place where the file lives: library, rights, file system, journal."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from crm_tui import clock
from crm_tui.errors import joined, system_reason
from crm_tui.locale import _, ngettext
from crm_tui.storage import diagnosis, health, mounts, upkeep_log
from crm_tui.storage.backup import PART, backups, default_folder
from crm_tui.storage.driver import sqlite3, wal_is_sound
from crm_tui.storage.manifest import zone_of
from crm_tui.storage.origin import origin
from crm_tui.storage.presence import marker_path, who_is_in
from crm_tui.storage.reminder import backup_due, last_backup
from crm_tui.storage.replacing import KEPT
from crm_tui.storage.restoring import people
from crm_tui.text.cells import safe
from crm_tui.text.sizes import size_text
from crm_tui.upkeep.findings import BAD, GOOD, SHORT, WARN, Finding

DAY = 86_400
NAMED = 5
# A sheet being imported, a restore, a database being made.
UNFINISHED = (".staging", ".restore", ".new")
LITTLE_ROOM = 16 * 1024 * 1024
LARGE_LOG = 256 * 1024 * 1024


def library() -> Finding:
    """Tell which SQLite works here and whether its write-ahead log can be trusted."""
    title = _("SQLite library")
    version = f"{sqlite3.sqlite_version} ({sqlite3.__name__.partition('.')[0]})"
    if wal_is_sound():
        return Finding("library", title, GOOD, _("{version}, write-ahead log sound").format(version=version))
    return Finding(
        "library",
        title,
        WARN,
        _("{version} has a fault in its write-ahead log; databases made here use a rollback journal.").format(
            version=version
        ),
        _("Install the package pysqlite3 0.6.1 or newer where there is one."),
    )


def rights(path: Path) -> Iterator[Finding]:
    """Tell who may read and write the file and its folder."""
    title = _("Rights")
    try:
        here, folder = path.stat(), path.parent.stat()
    except OSError as error:
        yield Finding(
            "rights",
            title,
            BAD,
            _("The file cannot be looked at: {error}.").format(error=system_reason(error)),
        )
        return
    if beside := diagnosis.closed_to_us(path):
        yield Finding("rights", title, BAD, *diagnosis.of_somebody_else(beside))
        return
    mode = stat.S_IMODE(here.st_mode)
    said = _("{mode}, owner {owner}, {size}").format(
        mode=stat.filemode(here.st_mode)[1:], owner=_login(here.st_uid), size=size_text(here.st_size)
    )
    if mode & stat.S_IRWXO:
        yield Finding(
            "rights", title, WARN, said + _("; everybody on this computer can reach it"),
            _("Take the right away: chmod o-rwx {path}").format(path=safe(str(path))),
        )  # fmt: skip
    elif not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        yield Finding(
            "rights", title, WARN, said + _("; you may not write the file or its folder"),
            _("Ask the owner of the file for the right to write."),
        )  # fmt: skip
    elif folder.st_mode & stat.S_IWOTH and not folder.st_mode & stat.S_ISVTX:
        yield Finding(
            "rights", title, WARN, said + _("; everybody can replace it, because its folder is open to all"),
            _("Take the right away: chmod o-w {path}").format(path=safe(str(path.parent))),
        )  # fmt: skip
    else:
        yield Finding("rights", title, GOOD, said)


def _login(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def file_system(path: Path, connection: sqlite3.Connection) -> Finding:
    """Tell on which kind of file system the file lies, and whether its locks can be relied on."""
    title = _("File system")
    kind = mounts.kind_of(path)
    if kind in mounts.OF_MEMORY:
        return Finding(
            "file_system", title, WARN,
            _("{kind}: in the memory of the machine, where its next start finds nothing").format(kind=kind),
            _("Move the file to a disk."),
        )  # fmt: skip
    if not mounts.is_network(kind):
        return Finding("file_system", title, GOOD, kind or _("not known on this system"))
    if mounts.used_by_several(connection):
        return Finding(
            "file_system", title, BAD,
            _("{kind}, over the network, and several people use the file: it is only read.")
            .format(kind=kind),
            _("Move it to a disk of the server on which they work."),
        )  # fmt: skip
    return Finding(
        "file_system", title, WARN, _("{kind}, over the network").format(kind=kind),
        _("Use it from one computer only, and back it up."),
    )  # fmt: skip


def room(path: Path) -> Iterator[Finding]:
    """Tell where the disk has too little room: for a save, or for a backup at least."""
    title = _("Room on the disk")
    try:
        left = shutil.disk_usage(path.parent).free
        size = path.stat().st_size
    except OSError:
        return
    said = _("{left} free").format(left=size_text(left))
    todo = _("Free some space, or have the administrator give more.")
    if left < LITTLE_ROOM:
        yield Finding("room", title, SHORT, said + _("; nothing can be saved soon"), todo)
    elif left < size + LITTLE_ROOM:
        yield Finding("room", title, WARN, said + _("; not enough for a backup here"), todo)


def journal(path: Path, connection: sqlite3.Connection) -> Finding:
    """Tell in which mode the file keeps its journal, and whether this library may write it so."""
    title = _("Journal")
    if health.journal(connection) != "wal":
        return Finding("journal", title, GOOD, _("rollback journal (TRUNCATE); every save reaches the disk"))
    if not wal_is_sound():
        return Finding(
            "journal", title, BAD,
            _("The file is in WAL mode, which this SQLite may damage; it is only read."),
            _("Install the package pysqlite3 0.6.1 or newer."),
        )  # fmt: skip
    log = path.with_name(path.name + "-wal")
    held = log.stat().st_size if log.exists() else 0
    if held > LARGE_LOG:
        return Finding(
            "journal", title, WARN,
            _("write-ahead log of {size}: a program reads without an end and keeps it")
            .format(size=size_text(held)),
            _("Close programs that have the file open for long; crm-tui backup writes the log back."),
        )  # fmt: skip
    return Finding("journal", title, GOOD, _("write-ahead log (WAL); every save reaches the disk"))


def copies(path: Path, connection: sqlite3.Connection) -> Finding:
    """Tell of when the newest backup is (S0-21: every month)."""
    title = _("Backups")
    folder = default_folder(path)
    found = backups(folder, origin(connection))
    due = backup_due(connection, path, zone_of(connection))
    if not found:
        said = _("There is none in {folder}.").format(folder=folder)
        if due or not last_backup(connection, path):
            return Finding("backups", title, WARN, said, due or _make_one())
        if lost := _lost(connection, folder):
            return Finding("backups", title, WARN, f"{said} {lost}", _("Make one now: crm-tui backup"))
        return Finding("backups", title, GOOD, joined(said, _("The last one was made elsewhere.")))
    day = clock.local(found[0].manifest.made_at, found[0].manifest.facts.zone)
    said = _("{n}, the newest of {day}, in {folder}").format(
        n=len(found), folder=folder, day=f"{day:%Y-%m-%d}"
    )
    return Finding("backups", title, WARN, said, due) if due else Finding("backups", title, GOOD, said)


def _lost(connection: sqlite3.Connection, folder: Path) -> str:
    """Return that the last backup was removed, '' where its folder is on a disk that may be away."""
    file = Path(str(upkeep_log.last(connection, "backup").get("file", "")))
    if file.exists() or not (file.parent == folder or file.parent.is_dir()):
        return ""
    return _("The last one is not there any more: {file}.").format(file=file)


def _make_one() -> str:
    return _("Make one every month at least: crm-tui backup")


def people_in(path: Path) -> Finding:
    """Tell who has the file open."""
    seats = who_is_in(path)
    said = people(seats) if seats else _("nobody")
    return Finding("people", _("In the file now"), GOOD, said)


def leftovers(path: Path) -> Finding:
    """Tell what restores kept beside the file, and what programs left that were killed, with its size."""
    title = _("Left beside the file")
    folders = {path.parent, default_folder(path)}
    kept, unfinished = [], []
    for entry in sorted(one for folder in folders for one in _entries(folder)):
        name = entry.name
        if name.startswith(path.name + KEPT):
            kept.append(entry)
        elif _is_unfinished(path, entry) and clock.now().timestamp() - _stat(entry).st_mtime > DAY:
            unfinished.append(entry)
    parts = []
    if kept:
        text = ngettext("{n} file kept by a restore, {size}", "{n} files kept by restores, {size}", len(kept))
        parts.append(text.format(n=len(kept), size=_size(kept)))
    if unfinished:
        text = ngettext(
            "{n} file never finished, {size}: {names}", "{n} files never finished, {size}: {names}",
            len(unfinished),
        )  # fmt: skip
        names = ", ".join(safe(one.name) for one in unfinished[:NAMED])
        parts.append(text.format(n=len(unfinished), size=_size(unfinished), names=names))
    if not parts:
        return Finding("leftovers", title, GOOD, _("nothing"))
    return Finding(
        "leftovers", title, WARN if unfinished else GOOD, "; ".join(parts),
        _("They may be removed while nobody is in the file and nobody misses what they hold."),
    )  # fmt: skip


def _is_unfinished(path: Path, entry: Path) -> bool:
    if PART.fullmatch(entry.name):
        return entry.parent != path.parent or entry.parent == default_folder(path)
    hidden = entry.name.startswith(f".{path.name}.") and entry.suffix in UNFINISHED
    return hidden or entry.name.startswith(marker_path(path).name + ".")


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _stat(entry: Path) -> os.stat_result:
    try:
        return entry.lstat()
    except OSError:
        # Gone meanwhile: of this moment, and empty.
        return os.stat_result((0, 0, 0, 0, 0, 0, 0, 0, int(clock.now().timestamp()), 0))


def _size(entries: list[Path]) -> str:
    return size_text(sum(_stat(one).st_size for one in entries))
