"""Backups: made while people work, verified before they count, found again, and made by themselves."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import NamedTuple

from crm_tui import __version__, clock, config
from crm_tui.errors import BadInput, Busy, Cancelled, CrmError, Fault, system_reason
from crm_tui.locale import N_, _
from crm_tui.storage import upkeep_log
from crm_tui.storage.connection import check_is_ours, discard, open_readable, real_path
from crm_tui.storage.copying import copy_database, room_needed
from crm_tui.storage.diagnosis import FULL, explain, is_busy, is_damage
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.examining import examine
from crm_tui.storage.lasting import flush
from crm_tui.storage.manifest import (
    FORMAT,
    Manifest,
    head_of,
    manifest_path,
    read_manifest,
    sha256_of,
    write_manifest,
)
from crm_tui.storage.origin import origin
from crm_tui.storage.presence import give_rights, make_folder, rights_like
from crm_tui.storage.schema import VERSION

KINDS = {
    "manual": N_("by hand"),
    "timer": N_("by the clock"),
    "import": N_("before an import"),
    "bulk": N_("before a bulk change"),
    "migration": N_("before a migration"),
}
NAME = re.compile(rf"crm-\d{{8}}-\d{{6}}-({'|'.join(KINDS)})(-\d+)?\.db")
PART = re.compile(
    rf"\.crm-({'|'.join(KINDS)})\.\d+-\d+\.part(\.raw)?(-journal|-wal|-shm)?"
    rf"|\.crm-\d{{8}}-\d{{6}}-({'|'.join(KINDS)})(-\d+)?\.json\.\d+\.part"
)
# Made while somebody waits: bytes as they lie, examined as far as tells that a restore gives every row back.
QUICK = ("import", "bulk")
ANYBODY = "SELECT 1 FROM customer LIMIT 1"
COPIED, EXAMINED, DIGESTED, WHOLE = 60, 85, 95, 100  # per cent

Progress = Callable[[int, int], None]


class Backup(NamedTuple):
    """A finished backup: its file, and the manifest that lies beside it."""

    path: Path
    manifest: Manifest

    @property
    def why(self) -> str:
        """Why it was made, in the language in use."""
        kind = self.manifest.kind
        return _(KINDS[kind]) if kind in KINDS else kind


def default_folder(database: Path) -> Path:
    """Return where backups of a database go: ``backup_dir`` of the settings, else a folder beside it.

    A setting that is no full path counts from the folder of the database, wherever the program is started.
    """
    database = real_path(database)
    named = config.load_settings().get("backup_dir")
    if isinstance(named, str) and named:
        return database.parent / config.full_path(named)
    return database.with_name(database.name + ".backups")


def make_backup(
    database: Path,
    folder: Path | None,
    kind: str,
    who: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    noted: bool = True,
    copied: Callable[[], None] | None = None,
) -> Backup:
    """Copy a database while people work, verify the copy, and give it its name and manifest at the end.

    ``folder`` must be there, but for the default one (None); ``who`` is a login, ``kind`` a key of KINDS;
    ``progress`` gets per cent; the database notes it unless ``noted`` is false; ``copied`` is called once
    the disk holds the copy, whose examination is what follows. Raises BadInput when there is
    no room or right, Busy, Cancelled, or Fault when the database is damaged; then nothing of it is left.
    """
    source = real_path(database)
    check_is_ours(source)
    rights, group = rights_like(source)
    rights, slowly = rights & 0o660, kind not in QUICK
    folder = _prepared(source, folder, rights, group)
    part = _begun(folder, kind, rights, group)

    def tick(percent: int) -> None:
        if cancelled and cancelled():
            raise Cancelled(_("The backup was stopped."), _("Nothing of it was kept."))
        if progress:
            progress(percent, WHOLE)

    try:
        _check_room(source, folder, compact=slowly)
        report: Progress = lambda done, size: tick(COPIED * done // max(size, 1))  # noqa: E731
        journal = copy_database(source, part, report, copied, compact=slowly)
        tick(COPIED)
        size = part.stat().st_size
        with _digested(part) as digest:
            facts = examine(part, lambda: tick(COPIED), thorough=slowly)
            tick(EXAMINED)
            sha256 = digest()
        tick(DIGESTED)
        flush(part)
        tick(WHOLE)
        made_at = clock.instant()
        path = _named(part, folder, f"crm-{clock.local(made_at, facts.zone):%Y%m%d-%H%M%S}-{kind}")
        manifest = Manifest(
            FORMAT, path.name, size, sha256, facts, made_at, who, kind, source.name, journal,
            __version__, sqlite3.sqlite_version,
        )  # fmt: skip
        try:
            write_manifest(manifest_path(path), manifest, rights, group)
        except BaseException:
            path.unlink()
            raise
        flush(folder)
    except sqlite3.Error as error:
        raise _refused(error, source, folder) from error
    except OSError as error:
        raise _no_room_or_right(error, folder) from error
    finally:
        discard(part)
    made = Backup(path, manifest)
    if noted:
        note(source, made)
    return made


@contextmanager
def _digested(part: Path) -> Generator[Callable[[], str]]:
    """Have the SHA-256 of a copy made beside what is done in the block; what it is given waits for it."""
    left = Event()

    def look(_done: int) -> None:
        if left.is_set():
            raise Cancelled("")

    with ThreadPoolExecutor(1, "crm-digest") as pool:
        made = pool.submit(sha256_of, part, look)
        try:
            yield made.result
        finally:
            left.set()


def note(database: Path, made: Backup) -> None:
    """Write into the database that a backup of it was made; best effort."""
    one = made.manifest
    detail = {"file": str(made.path), "kind": one.kind, "head": one.facts.head_set}
    upkeep_log.note(database, "backup", one.by, detail)


def _prepared(source: Path, folder: Path | None, rights: int, group: int) -> Path:
    default = default_folder(source)
    chosen = config.full_path(folder).absolute() if folder else default
    try:
        # Any other folder that was named and is not there may be a disk that is not mounted.
        if chosen == default and chosen.parent == source.parent and not chosen.is_dir():
            make_folder(chosen, rights, group)
        next(chosen.iterdir(), None)
    except OSError as error:
        raise _no_room_or_right(error, chosen) from error
    return chosen


def _begun(folder: Path, kind: str, rights: int, group: int) -> Path:
    number = 0
    while True:
        part = folder / f".crm-{kind}.{os.getpid()}-{number}.part"
        try:
            descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, rights)
        except FileExistsError:
            number += 1
            continue
        except OSError as error:
            raise _no_room_or_right(error, folder) from error
        give_rights(descriptor, rights, group)
        os.close(descriptor)
        return part


def _check_room(source: Path, folder: Path, *, compact: bool) -> None:
    found = os.statvfs(folder)
    needed = room_needed(source, compact=compact)
    if found.f_bavail * found.f_frsize < needed:
        raise _no_room(folder, needed)


def _no_room(folder: Path, needed: int = 0) -> BadInput:
    what = _("There is no room for the backup in {folder}.").format(folder=folder)
    if needed:
        what = _("There is no room for the backup in {folder}: it needs {n} MB.").format(
            folder=folder, n=needed // 1_000_000 + 1
        )
    return BadInput(what, _("Nothing of it was kept."), _todo())


def _todo() -> str:
    return _("Free some space, or name another folder: crm-tui backup FOLDER")


def _no_room_or_right(error: OSError, folder: Path) -> CrmError:
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _no_room(folder)
    if error.errno == errno.ENOENT and not folder.is_dir():
        return BadInput(
            _("There is no folder {folder} for the backups.").format(folder=folder),
            _("Nothing of it was kept."),
            _("Make the folder or mount its disk, or name another one: crm-tui backup FOLDER"),
        )
    return BadInput(
        _("No backup can be made in {folder}: {error}.").format(folder=folder, error=system_reason(error)),
        _("Nothing of it was kept."),
        _("Name another folder: crm-tui backup FOLDER"),
    )


def _refused(error: sqlite3.Error, source: Path, folder: Path) -> CrmError:
    text = str(error)
    if is_busy(error):
        return Busy(
            _("The database is busy: a colleague is saving."), _("No backup was made."), _("Try again.")
        )
    if text.startswith(FULL):
        return _no_room(folder)
    if text.startswith("disk I/O error"):
        return explain(error, folder / source.name, kept=_("Nothing of it was kept."))
    if is_damage(error):
        return damaged(source)
    return Fault(
        _("No backup could be made: {error}.").format(error=text),
        _("Nothing of it was kept."),
        _("Try again."),
    )


def damaged(source: Path) -> Fault:
    """Return the refusal to copy a database that is damaged."""
    return Fault(
        _("{path} is damaged: a copy of it would be no backup.").format(path=source),
        _("Earlier backups were kept."),
        _("See what there is to restore: crm-tui restore"),
    )


def _named(part: Path, folder: Path, name: str) -> Path:
    """Give a finished copy a name that nothing has."""
    for number in range(1, 10_000):
        path = folder / (f"{name}.db" if number == 1 else f"{name}-{number}.db")
        if manifest_path(path).exists():
            continue
        try:
            os.link(part, path)
            return path
        except FileExistsError:
            continue
        except OSError:
            # Some file systems know no second name for a file.
            if not path.exists():
                part.replace(path)
                return path
    raise FileExistsError(name)


def backups(folder: Path, of: str | None = None) -> list[Backup]:
    """Return the finished backups in a folder, the newest first; ``of`` is the origin of one database.

    A copy without a readable manifest is none. Nothing is verified but that the files are there.
    """
    found = []
    try:
        paths = list(Path(folder).iterdir())
    except OSError:
        return []
    for path in paths:
        if NAME.fullmatch(path.name) and path.is_file():
            with suppress(CrmError):
                manifest = read_manifest(path)
                if manifest.file == path.name and of in (None, manifest.facts.origin):
                    found.append(Backup(path, manifest))
    return sorted(found, key=lambda one: (one.manifest.made_at, one.manifest.facts.head_set, one.path.name))[
        ::-1
    ]


def unlisted(folder: Path) -> list[Path]:
    """Return what looks like a backup and is none: without a manifest, or with that of another file."""
    listed = {one.path for one in backups(folder)}
    try:
        paths = sorted(Path(folder).iterdir())
    except OSError:
        return []
    return [path for path in paths if NAME.fullmatch(path.name) and path not in listed]


def verify(path: Path, tick: Callable[[int], None] | None = None) -> Manifest:
    """Hold a backup against its manifest and return that.

    Raises BadInput: no manifest, cut short, altered, or of a newer version of the program.
    """
    if not path.is_file():
        raise BadInput(
            _("There is no backup {path}.").format(path=path), "", _("See the list: crm-tui backup --list")
        )
    manifest = read_manifest(path)
    size = path.stat().st_size
    if size < manifest.size:
        raise _not_whole(
            _("{name} is cut short: {size:,} of {all:,} bytes.").format(
                name=path.name, size=size, all=manifest.size
            )
        )
    try:
        altered = size != manifest.size or sha256_of(path, tick) != manifest.sha256
    except OSError as error:
        reason = system_reason(error)
        raise _not_whole(_("{name} cannot be read: {error}.").format(name=path.name, error=reason)) from error
    if altered:
        raise _not_whole(_("{name} was altered since it was made.").format(name=path.name))
    if manifest.facts.schema_version > VERSION:
        raise BadInput(
            _("{name} was made by a newer version of the program.").format(name=path.name),
            _("Nothing was changed."),
            _("Update the program, then restore it."),
        )
    return manifest


def _not_whole(what: str) -> BadInput:
    return BadInput(what, _("Nothing was changed."), _("Choose another backup: crm-tui backup --list"))


def ensure_backup(
    database: Path,
    kind: str,
    who: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    prune: bool = True,
    noted: bool = True,
    copied: Callable[[], None] | None = None,
) -> Backup | None:
    """Make a backup before something large, and drop what is too old; may run in a thread of its own.

    Returns None when there is no customer yet, or nothing moved since the newest verified backup. ``noted``
    and ``copied`` as for ``make_backup``, which says what is raised.
    """
    from crm_tui.storage import pruning

    source = real_path(database)
    folder = default_folder(source)
    try:
        connection = open_readable(source)
        try:
            if connection.execute(ANYBODY).fetchone() is None:
                return None
            head, mine = head_of(connection), origin(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise _refused(error, source, folder) from error
    for backup in backups(folder, mine):
        facts = backup.manifest.facts
        if head[1] and head == (facts.head_set, facts.head_chain):
            with suppress(BadInput):
                verify(backup.path)
                return None
    made = make_backup(source, None, kind, who, progress, cancelled, noted=noted, copied=copied)
    if prune:
        pruning.prune(folder, clock.now())
    return made
