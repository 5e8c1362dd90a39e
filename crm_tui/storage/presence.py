"""Locks beside the database file, never on it: who is in, who has it alone, who publishes a large change."""

import fcntl
import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from crm_tui import clock
from crm_tui.errors import Busy, NotPermitted
from crm_tui.locale import _
from crm_tui.storage.diagnosis import explained

WAIT_SECONDS = 3.0
POLL_SECONDS = 0.02
FORGET_SECONDS = 60  # an entry that was begun and never finished
PART = ".part"
RESTORE = "restore"
MIGRATION = "migrate"


class Seat(NamedTuple):
    """Somebody who has the database open: login, shown name, process, since when, and by what.

    ``file`` tells the file that was opened from one that took its place since, '' when unknown.
    """

    login: str
    name: str
    pid: int
    since: str
    front_end: str
    file: str = ""


class _LockFile:
    def __init__(self, path: Path, database: Path) -> None:
        # None: in a folder that cannot be written nobody can write the database either.
        self._file: int | None = _opened(path, database)
        if self._file is None and path.exists() and os.access(database, os.W_OK):
            # Made before the database was opened to a group: without it others would not know of us.
            raise NotPermitted(
                _("{path} has other rights than the database that it guards.").format(path=path),
                _("Nothing was opened."),
                _("Its owner mends that by opening the database once."),
            )

    def close(self) -> None:
        """Let go of the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _lock(self, how: int) -> bool:
        return self._file is not None and _locked(self._file, how)


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        return False
    return True


def rights_like(database: Path) -> tuple[int, int]:
    """Return the rights (rw bits) and the group of a database: what lies beside it is for the same people."""
    try:
        found = database.stat()
    except OSError:
        return 0o600, -1
    return (stat.S_IMODE(found.st_mode) & 0o666) | 0o600, found.st_gid


def give_rights(descriptor: int, mode: int, group: int) -> None:
    """Give an open file or folder of ours rights and group, whatever the umask; best effort."""
    found = os.fstat(descriptor)
    if found.st_uid != os.geteuid():
        return
    with suppress(OSError):
        if group not in (-1, found.st_gid):
            os.fchown(descriptor, -1, group)
    with suppress(OSError):
        # A folder that hands its group on goes on doing so.
        if stat.S_IMODE(found.st_mode) & 0o777 != mode:
            os.fchmod(descriptor, mode | found.st_mode & stat.S_ISGID)


def _opened(path: Path, database: Path) -> int | None:
    mode, group = rights_like(database)
    # Who may only read the file of a colleague can lock it all the same.
    for flags in (os.O_CREAT | os.O_RDWR, os.O_RDWR, os.O_RDONLY):
        try:
            descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
        except OSError:
            continue
        give_rights(descriptor, mode, group)
        return descriptor
    return None


def _gate(database: Path) -> Path:
    return database.with_name(database.name + ".lock")


def seats_folder(database: Path) -> Path:
    """Return the folder of the entries that say who is in."""
    return database.with_name(database.name + ".in")


class _Seat:
    """The entry of one session, locked as long as it lives; what nobody locks is left from the dead."""

    def __init__(self, database: Path, login: str, name: str, front_end: str) -> None:
        self._path: Path | None = None
        self._file: int | None = None
        with suppress(OSError):
            self._write(
                database, Seat(login, name, os.getpid(), clock.instant(), front_end, file_number(database))
            )

    def _write(self, database: Path, seat: Seat) -> None:
        mode, group = rights_like(database)
        folder = seats_folder(database)
        for number in range(1000):
            path = folder / f"{seat.pid}-{number}"
            try:
                if path.exists():
                    continue
                part = path.with_name(path.name + PART)
                descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, mode)
            except FileExistsError:
                continue
            except FileNotFoundError:
                # The last one who left has taken the folder away, or nobody was ever here.
                make_folder(folder, mode, group)
                continue
            if path.exists():
                # Another thread of this process finished its own entry of that number meanwhile.
                os.close(descriptor)
                part.unlink()
                continue
            give_rights(descriptor, mode, group)
            _locked(descriptor, fcntl.LOCK_EX)
            self._file, self._path = descriptor, path
            os.write(descriptor, json.dumps(seat._asdict(), ensure_ascii=True).encode())
            # Only now can others see it: an entry is never there without its lock.
            part.rename(path)
            return

    @property
    def file_name(self) -> str:
        return self._path.name if self._path else ""

    def close(self) -> None:
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
            with suppress(OSError):
                self._path.parent.rmdir()
            self._path = None
        if self._file is not None:
            os.close(self._file)
            self._file = None


def make_folder(folder: Path, mode: int, group: int) -> None:
    """Make a folder for those who may read or write by ``mode`` (rw bits); it may be there already."""
    enter = mode | (mode & 0o444) >> 2
    with suppress(FileExistsError):
        folder.mkdir(enter)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            give_rights(descriptor, enter, group)
        finally:
            os.close(descriptor)


def marker_path(database: Path) -> Path:
    """Return the note that a restore keeps while it exchanges files; one left behind is made good at open."""
    return database.with_name(database.name + ".restoring")


def file_number(path: Path) -> str:
    """Return what tells a file from another of the same name, '' when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_dev}:{found.st_ino}"


def who_is_in(database: Path, *, but: str = "") -> list[Seat]:
    """Return who has a database open, the longest first; entries left by dead processes are cleaned away.

    ``but`` is the file name of an entry that does not count.
    """
    found = []
    folder = seats_folder(Path(database).resolve())
    try:
        paths = list(folder.iterdir())
    except OSError:
        return []
    for path in paths:
        if path.name != but:
            seat = _living(path)
            if seat is not None:
                found.append(seat)
    return sorted(found, key=lambda seat: (seat.since, seat.pid))


def _living(path: Path) -> Seat | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if not _locked(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB):
            return None if path.name.endswith(PART) else _read_seat(descriptor)
        begun = path.name.endswith(PART) and clock.now().timestamp() - os.fstat(descriptor).st_mtime
        if begun is False or begun > FORGET_SECONDS:
            with suppress(OSError):
                path.unlink()
        return None
    finally:
        os.close(descriptor)


def _read_seat(descriptor: int) -> Seat:
    try:
        found = json.loads(os.read(descriptor, 4096))
        return Seat(
            str(found["login"]), str(found["name"]), int(found["pid"]), str(found["since"]),
            str(found["front_end"]), str(found.get("file", "")),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        # Somebody is there, whoever it is.
        return Seat("", "", 0, "", "")


class Presence(_LockFile):
    """This session's shared lock on ``<db>.lock``, and its entry in ``<db>.in``, as long as it is open.

    Raises Busy when the file is being restored and that does not end within WAIT_SECONDS.
    """

    def __init__(self, database: Path) -> None:
        super().__init__(_gate(database), database)
        self._database = database
        self._seat: _Seat | None = None
        end = clock.stopwatch() + WAIT_SECONDS
        while self._file is not None and not self._lock(fcntl.LOCK_SH | fcntl.LOCK_NB):
            if clock.stopwatch() > end:
                self.close()
                raise being_restored(database)
            clock.pause(POLL_SECONDS)

    def sit(self, login: str, name: str, front_end: str) -> None:
        """Let others read who is in."""
        self._seat = self._seat or _Seat(self._database, login, name, front_end)

    def close(self) -> None:
        """Let go of the lock and take the entry away."""
        if self._seat is not None:
            self._seat.close()
            self._seat = None
        super().close()

    def others(self) -> list[Seat]:
        """Return who else has the database open."""
        return who_is_in(self._database, but=self._seat.file_name if self._seat else "")

    def alone(self) -> bool:
        """Tell whether no other session has the database open right now."""
        alone = self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A failed upgrade may have dropped the shared lock: take it again in either case.
        self._lock(fcntl.LOCK_SH)
        return alone


class SoleUse(_LockFile):
    """The exclusive lock on ``<db>.lock``: as long as it is held nobody opens the database."""

    def __init__(self, database: Path, login: str, front_end: str = RESTORE) -> None:
        super().__init__(_gate(database), database)
        self._database = database
        self._front_end = front_end
        self._login = login
        self._seat: _Seat | None = None

    def take(self) -> bool:
        """Try to get the database alone; False when anybody is in, ``who_is_in`` tells who."""
        if not self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB):
            return False
        seat = _Seat(self._database, self._login, self._login, self._front_end)
        # A session that asks whether it is alone lets go of the gate for a moment, but never of its entry.
        if who_is_in(self._database, but=seat.file_name):
            seat.close()
            self._lock(fcntl.LOCK_UN)
            return False
        self._seat = seat
        return True

    def close(self) -> None:
        """Let others in again."""
        if self._seat is not None:
            self._seat.close()
            self._seat = None
        super().close()


def being_restored(database: Path) -> Busy:
    """Return the refusal to open a file that somebody restores, by name."""
    seats = who_is_in(database)
    if any(seat.front_end == MIGRATION for seat in seats):
        return Busy(
            _("The database is being brought to a new version right now."),
            _("Nothing was opened."),
            _("Try again in a minute."),
        )
    who = next((seat for seat in seats if seat.front_end == RESTORE), None)
    return Busy(
        _("{name} is restoring the database right now.").format(name=who.name or who.login)
        if who and who.login
        else _("The database is being restored right now."),
        _("Nothing was opened."),
        _("Try again in a minute."),
    )


class JobLock(_LockFile):
    """The exclusive lock on ``<db>.job`` that tells that a publishing process is alive."""

    def __init__(self, database: Path) -> None:
        self._path, self._database = database.with_name(database.name + ".job"), database
        super().__init__(self._path, database)

    def take(self) -> bool:
        """Try to become the one process that publishes; False when another one does.

        Raises Fault when the lock cannot be had for another reason, such as a full disk.
        """
        if self._file is None:
            # Tried once more for the sake of the reason.
            with explained(self._database):
                os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
            self._file = _opened(self._path, self._database)
        return self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB)
