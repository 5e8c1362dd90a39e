"""Opens the file: pragmas, journal mode, and the checks that say whether it may be written."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from crm_tui.errors import BadInput, CrmError, Fault, joined, system_reason
from crm_tui.locale import _
from crm_tui.storage import patience
from crm_tui.storage.diagnosis import explain, is_busy, is_damage
from crm_tui.storage.driver import sqlite3, wal_is_sound
from crm_tui.storage.schema import APPLICATION_ID, FINGERPRINT, VERSION, fingerprint, missing, schema_text
from crm_tui.storage.still import Still, why_full, why_protected, would_lock_out

LONGEST_ENDING = ".restoring"
OF_THE_DISK = ("disk I/O error", "database or disk is full")
PRAGMAS = (
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "synchronous=FULL",
    "cell_size_check=ON",
    "temp_store=MEMORY",
    "secure_delete=FAST",
    "mmap_size=0",
    "journal_size_limit=67108864",
)
READING_STATEMENTS = 40  # through views they take 10 kB each; a search asks thirty, a screen a dozen
READING_CACHE = -800  # KiB: a screen reads a few hundred pages, and the system keeps the file's own


MODULE = "SELECT 1 FROM pragma_module_list WHERE name = 'fts5'"


class OldFile(CrmError):
    """A file of an older version: ``path``, and ``protected``, why it cannot be migrated where it lies."""

    def __init__(self, path: Path, protected: str = "") -> None:
        super().__init__(
            _("{path} was made by an older version of the program.").format(path=path),
            _("Nothing was changed."),
            joined(
                protected,
                _("Copy it to where you may write, and bring the copy to this version: crm-tui migrate"),
            )
            if protected
            else _("Bring it to this version, after a backup, with: crm-tui migrate --db {path}").format(
                path=path
            ),
        )
        self.path = path
        self.protected = protected


def connect(path: Path, *, read_only: bool = False, immutable: bool = False) -> sqlite3.Connection:
    """Open an existing file; a wrong name never makes an empty database.

    The connection belongs to one thread at a time; ``interrupt()`` may come from another.
    """
    connection = _open(path, "ro" if read_only or immutable else "rw", immutable=immutable)
    try:
        for pragma in PRAGMAS:
            connection.execute("PRAGMA " + pragma)
        if read_only or immutable:
            connection.execute(f"PRAGMA cache_size={READING_CACHE:d}")
    except UnicodeDecodeError as error:
        # The driver could not read SQLite's own words about a definition that is garbage.
        connection.close()
        raise sqlite3.DatabaseError("database disk image is malformed") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _open(path: Path, mode: str, *, immutable: bool = False) -> sqlite3.Connection:
    # Three slashes: a path that begins with two would name a host. Bytes: a name need not be UTF-8.
    uri = f"file://{quote(os.fsencode(path.absolute()))}?mode={mode}" + ("&immutable=1" if immutable else "")
    return sqlite3.connect(
        uri,
        uri=True,
        timeout=patience.POLL_MILLISECONDS / 1000 if mode == "ro" else patience.BUSY_SECONDS,
        factory=patience.Reader if mode == "ro" else sqlite3.Connection,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=READING_STATEMENTS if mode == "ro" else 256,
    )


def create(path: Path) -> None:
    """Make a new database at ``path`` in one step: all of it, or nothing.

    Raises BadInput when something is there already or the folder cannot be written.
    """
    if os.path.lexists(path):
        raise _taken(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        os.close(descriptor)
        connection = connect(part)
        try:
            _check_full_text(connection)
            connection.execute("PRAGMA page_size=4096")
            connection.executescript(f"BEGIN;\n{schema_text()}\nCOMMIT;")
            if wal_is_sound():
                connection.execute("PRAGMA journal_mode=WAL").fetchone()
        finally:
            connection.close()
        _name(part, path)
    except (OSError, sqlite3.Error) as error:
        if isinstance(error, FileExistsError) and path.exists():
            raise _taken(path) from error
        raise BadInput(
            _("No database can be made at {path}: {error}.").format(path=path, error=_plain(error)),
            _("Nothing was written."),
            _("Choose a folder in which there is room and you may write."),
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()


def _name(part: Path, path: Path) -> None:
    """Give a finished file its name unless something has it; some file systems know no second name."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        part.replace(path)


def discard(path: Path) -> None:
    """Remove a database that nobody has open, with what SQLite keeps beside it."""
    for ending in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _taken(path: Path) -> BadInput:
    return BadInput(
        _("{path} exists already.").format(path=path),
        _("It was left as it is."),
        _("Choose another name, or open it."),
    )


def _plain(error: BaseException) -> str:
    if str(error).startswith("database or disk is full"):
        error = OSError(errno.ENOSPC, str(error))
    return system_reason(error) if isinstance(error, OSError) else str(error)


def check_is_ours(path: Path) -> None:
    """Refuse what is no database of this program, by a sentence that names the file.

    Raises BadInput. Reads the file through SQLite alone: to open and close it in any other way would drop the
    locks that another connection of this process holds on it.
    """
    keep = _("The file was left as it is.")
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadInput(
            _("There is no database at {path}.").format(path=path),
            "",
            _("Make one with: crm-tui init --db {path}").format(path=path),
        ) from error
    except OSError as error:
        raise _unreachable(path, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise BadInput(_("{path} is a folder, not a database.").format(path=path), keep, _("Name a file."))
    if not stat.S_ISREG(found.st_mode):
        raise BadInput(
            _("{path} is a device or a pipe, not a database.").format(path=path), keep, _("Name a file.")
        )
    if not os.access(path, os.R_OK):
        raise BadInput(
            _("{path} cannot be read: you have no right to.").format(path=path),
            keep,
            _("Ask the owner of the file for the right to read it."),
        )
    if not found.st_size:
        raise BadInput(
            _("{path} is empty: no database was ever made there.").format(path=path),
            keep,
            _("Remove the empty file and make a database with: crm-tui init"),
        )
    try:
        # Without the pragmas: they would have SQLite read the whole schema, for one number of the head.
        connection = _open(path, "ro", immutable=True)
        try:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            # SQLite takes a single byte for an empty database.
            if not (application or connection.execute("PRAGMA page_count").fetchone()[0]):
                raise sqlite3.DatabaseError("file is not a database")
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        if not str(error).startswith("file is not a database"):
            return  # Damage is reported by whoever opens it.
        raise BadInput(
            _("{path} is no database.").format(path=path),
            keep,
            _("To bring in a sheet, use: crm-tui import FILE"),
        ) from error
    if application != APPLICATION_ID:
        raise BadInput(
            _("{path} is a database of another program.").format(path=path),
            keep,
            _("Name the file of this program with --db."),
        )


def real_path(path: Path) -> Path:
    """Return where a file really lies, links followed; raises BadInput when they lead nowhere."""
    try:
        real = Path(path).resolve()
        # What lies beside it has a longer name.
        real.with_name(real.name + LONGEST_ENDING).exists()
        return real
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, up to Python 3.12
        raise _unreachable(path, error) from error


def _unreachable(path: Path, error: BaseException) -> BadInput:
    circle = isinstance(error, RuntimeError) or getattr(error, "errno", 0) == errno.ELOOP
    reason = _("its links lead in a circle") if circle else _plain(error)
    return BadInput(
        _("{path} cannot be reached: {reason}.").format(path=path, reason=reason),
        _("Nothing was opened."),
        _("Check the name, and whether you may enter the folder."),
    )


def open_checked(path: Path, *, read_only: bool = False) -> tuple[sqlite3.Connection, str]:
    """Open a database of ours; return the connection and why it can only be read ('' = it may be written).

    Raises BadInput when it is none of ours or was left half-written where it cannot be mended, OldFile when
    it is of an older version, Fault when it is damaged or of a version too new to read.
    """
    check_is_ours(path)
    reason = _("You asked for reading only.") if read_only else why_protected(path)
    try:
        try:
            connection = open_readable(path) if reason else _readable(connect(path))
        except sqlite3.OperationalError:
            # Without room the files that WAL mode needs cannot be made: what was saved can still be read.
            if reason or not (reason := why_full(path)):
                raise
            connection = open_readable(path)
        try:
            _check_full_text(connection)
            if newer := _check_version(path, connection):
                reason = reason if read_only else newer
            if not reason and (reason := _why_read_only(connection)):
                # Before the other closes, which as the last one would write the log of a WAL file back.
                writable, connection = connection, open_readable(path)
                writable.close()
            # What the checks have read is not asked for again.
            shrink(connection)
            return connection, reason
        except BaseException:
            connection.close()
            raise
    except sqlite3.DatabaseError as error:
        if is_busy(error):
            raise explain(error) from error
        if str(error).startswith(OF_THE_DISK):
            raise explain(error, path, reading=True) from error
        if is_damage(error):
            raise Fault(
                _("The database {path} is damaged or incomplete.").format(path=path),
                _("Nothing was changed."),
                _("Keep the file as it is and restore the latest backup."),
            ) from error
        raise Fault(
            _("{path} cannot be opened: {error}.").format(path=path, error=error),
            _("Nothing was changed."),
            _("Keep the file as it is and restore the latest backup."),
        ) from error


def shrink(connection: sqlite3.Connection) -> None:
    """Free the memory of a connection that it can do without."""
    connection.execute("PRAGMA shrink_memory")


def forget_schema(connection: sqlite3.Connection) -> None:
    """Free what a connection knows of tables, between transactions: 1.4 MB, read again in 5 ms."""
    if not connection.in_transaction:
        connection.execute("PRAGMA writable_schema=RESET")


def open_readable(path: Path) -> sqlite3.Connection:
    """Open a connection that can only read, also where SQLite may not make the files that WAL mode needs."""
    failed = None
    if not would_lock_out(path):
        try:
            return _readable(connect(path, read_only=True))
        except sqlite3.OperationalError as error:
            if is_busy(error):
                raise
            failed = error
    if _is_half_written(path):
        if not why_protected(path):
            # What a dead writer left is taken back by the first who may write.
            _readable(connect(path)).close()
            return _readable(connect(path, read_only=True))
        raise BadInput(
            _(
                "The last save to {path} was cut off, and the file cannot be put in order here:"
                " it or its folder is write-protected."
            ).format(path=path),
            _("Nothing was changed."),
            _("Open it once where it may be written, or copy it there together with the files beside it."),
        ) from failed
    # Were a writer in, its files would be there and have been enough.
    still = Still(path)
    connection = _readable(connect(path, immutable=True))
    if isinstance(connection, patience.Reader):
        connection.stands = still.check
    return connection


def _is_half_written(path: Path) -> bool:
    """Tell whether a dead writer left a journal beside a file: without it the file is not what was saved."""
    for ending in ("-journal", "-wal"):
        with suppress(OSError), path.with_name(path.name + ending).open("rb") as file:
            # A journal that was used up is empty, or its head is wiped.
            if any(file.read(8)):
                return True
    return False


def _readable(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection
    except BaseException:
        connection.close()
        raise


def why_faulty_log(connection: sqlite3.Connection) -> str:
    """Return that this SQLite must not write a file in WAL mode, '' when it may."""
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal" or wal_is_sound():
        return ""
    return _(
        "The file is in WAL mode and this SQLite ({version}) has a fault there; "
        "install the package pysqlite3 0.6.1 or newer."
    ).format(version=sqlite3.sqlite_version)


def _check_full_text(connection: sqlite3.Connection) -> None:
    """Refuse an SQLite without full-text search; raises Fault."""
    if connection.execute(MODULE).fetchone() is None:
        raise Fault(
            _("This SQLite ({version}) cannot search texts: it was built without FTS5.").format(
                version=sqlite3.sqlite_version
            ),
            _("Nothing was changed."),
            _("Install the package pysqlite3 0.6.1 or newer, or a Python whose sqlite3 has FTS5."),
        )


def _check_version(path: Path, connection: sqlite3.Connection) -> str:
    """Return that a file is of a newer version, '' for our own; raises OldFile, Fault when it is too new."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == VERSION:
        return ""
    if version < VERSION:
        raise OldFile(path, why_protected(path))
    if missing(connection):
        raise Fault(
            _("{path} was written by a much newer version of the program.").format(path=path),
            _("Nothing was changed."),
            _("Update the program to read it."),
        )
    return _("The file was written by a newer version of the program; update the program to change it.")


def _why_read_only(connection: sqlite3.Connection) -> str:
    if reason := why_faulty_log(connection):
        return reason
    if fingerprint(connection) != FINGERPRINT:
        return _("The tables or history triggers of the file were altered; changes would not be recorded.")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=TRUNCATE").fetchone()
    return ""
