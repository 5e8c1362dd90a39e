"""One open database: the writer with its discipline, and reading connections."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from crm_tui import clock
from crm_tui.errors import CrmError, Fault, NotPermitted
from crm_tui.locale import _
from crm_tui.storage import chain, derive, mounts, outside, patience
from crm_tui.storage.change import Change
from crm_tui.storage.connection import open_checked, open_readable, real_path
from crm_tui.storage.diagnosis import at_commit, explain, is_busy
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.still import hindrance

if TYPE_CHECKING:
    from crm_tui.storage.reach import Reach

Value = TypeVar("Value")
Guard = Callable[[sqlite3.Connection, int, str, int | None, int | None], None]
"""Raises what refuses a set: its connection, number, action, and the set and the job of an undo."""
# Own writes between two looks at the parts of the search index, and how many parts are left as they are.
BETWEEN_MERGES, MOST_PARTS = 16, 64


class WriteResult(NamedTuple):
    """What a write left: its set (None when nothing moved) and what the write function returned."""

    set_id: int | None
    value: Any


class Database:
    """A database file opened by one session.

    ``read_only`` says why it can only be read, '' when it may be written; ``warning`` what its user should
    hear before writing. All calls come from one thread.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        # What lies beside the file, locks above all, lies beside the file itself, not beside a link to it.
        self.path = real_path(path)
        self.connection, self.read_only = open_checked(self.path, read_only=read_only)
        try:
            self.warning = "" if self.read_only else mounts.warning(self.path, self.connection)
        except BaseException:
            self.connection.close()
            raise
        self._hindered = not read_only and bool(self.read_only and hindrance(self.path))
        self._identity = self._stat()
        self.own: set[int] = set()  # the sets written here: no news to whoever watches the file
        self.guard: Guard | None = None  # asked about each set before its COMMIT
        self.reach: Reach | None = None  # asked by an undo whose customers it is to leave

    def close(self) -> None:
        """Close the writing connection."""
        if not self._is_in_place():
            self._bring_home()
        self.connection.close()

    def only_read(self, reason: str) -> None:
        """Refuse every write from now on, for a reason that the user is told."""
        self.read_only, self._hindered = reason, bool(hindrance(self.path))

    def may_write_again(self) -> bool:
        """Tell whether a file that could only be read for want of rights or room may be written by now."""
        return self._hindered and not hindrance(self.path)

    def connect_reader(self) -> sqlite3.Connection:
        """Open one more connection that can only read; `access.scope` puts the user's views on it."""
        try:
            return open_readable(self.path)
        except (sqlite3.DatabaseError, MemoryError) as error:
            raise explain(error, self.path, reading=True) from error

    def _stat(self) -> tuple[int, int]:
        stat = self.path.stat()
        return stat.st_dev, stat.st_ino

    def write(
        self,
        actor: int,
        action: str,
        fn: Callable[[Change], Value],
        *,
        reason: str | None = None,
        undoes: int | None = None,
        job: int | None = None,
        source: str = "tui",
    ) -> WriteResult:
        """Run ``fn(change)`` as one change set; it may be run a second time when the file was busy.

        A set that moved no row is rolled back. Raises what ``fn`` raises, Busy, Fault or BadInput; then
        nothing of it is in the file, unless a CommitFault says otherwise.
        """
        sealed: dict[str, Any] = {}

        def body() -> WriteResult:
            now = clock.instant()
            outside.settle(self.connection, now)
            cursor = self.connection.execute(
                "INSERT INTO change_set (at, actor, action, source, reason, undoes, job)"
                " VALUES (:at, :actor, :action, :source, :reason, :undoes, :job)",
                {"at": now, "actor": actor, "action": action, "source": source}
                | {"reason": reason, "undoes": undoes, "job": job},
            )
            set_id = int(cursor.lastrowid or 0)
            self.connection.execute("UPDATE writing SET change_set = :set", {"set": set_id})
            change = Change(self.connection, set_id, actor, source)
            value = fn(change)
            moved = self.connection.execute(
                "SELECT 1 FROM change WHERE change_set = :set LIMIT 1", {"set": set_id}
            ).fetchone()
            if moved is None and job is None:
                # Rolled back: an edit from outside is sealed by the next set that does move something.
                raise _NothingMoved(value)
            if self.guard is not None:
                self.guard(self.connection, set_id, action, undoes, job)
            derive.rewrite(self.connection, set_id)
            self.connection.execute("UPDATE writing SET change_set = NULL")
            sealed.update(set=set_id, chain=chain.seal(self.connection, set_id, now))
            return WriteResult(set_id, value)

        def is_there() -> bool:
            found = self.connection.execute("SELECT chain FROM change_set WHERE id = :set", sealed).fetchone()
            return found is not None and found[0] == sealed["chain"]

        derive.load()
        try:
            result = self._transaction(body, is_there)
        except _NothingMoved as nothing:
            return WriteResult(None, nothing.value)
        self.own.add(result.set_id or 0)
        if len(self.own) % BETWEEN_MERGES == 0:
            self.merge_index(MOST_PARTS)
        return result

    @contextmanager
    def unasked(self) -> Generator[None]:
        """Write without the guard what ends a large change that is not whole.

        Whoever began it was asked then. They may have lost the right since, and half of it must not stay.
        """
        guard, self.guard = self.guard, None
        try:
            yield
        finally:
            self.guard = guard

    def write_untracked(self, fn: Callable[[sqlite3.Connection], Value]) -> Value:
        """Run ``fn(connection)`` in a transaction that writes no history: drafts, personal state, jobs."""
        return self._transaction(lambda: fn(self.connection))

    def merge_index(self, most: int, steps: int = 1) -> bool:
        """Merge some steps of the search index when it lies in more than ``most`` parts; whether it did.

        A transaction of its own that may as well be left out: of what goes wrong the next write tells.
        """
        if self.read_only:
            return False
        with suppress(CrmError, sqlite3.Error):
            merge = derive.merge_due(self.connection, most)
            return merge is not None and self.write_untracked(lambda c: merge(c, steps))
        return False

    def _transaction(self, body: Callable[[], Value], is_there: Callable[[], bool] | None = None) -> Value:
        if self.read_only:
            raise NotPermitted(
                _("The database is open for reading only."), _("Nothing was changed."), self.read_only
            )
        self._check_in_place()
        try:
            try:
                result = self._attempt(body, is_there)
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise
                result = self._attempt(body, is_there)
        except (sqlite3.Error, MemoryError) as error:
            # What failed because the file went away meanwhile is told as that.
            self._check_in_place()
            raise explain(error, self.path) from error
        self._check_in_place(saved=True)
        return result

    def _attempt(self, body: Callable[[], Value], is_there: Callable[[], bool] | None) -> Value:
        self._begin()
        try:
            result = body()
            self._commit(is_there)
            return result
        except BaseException:
            self._roll_back()
            raise

    def _commit(self, is_there: Callable[[], bool] | None) -> None:
        try:
            self.connection.execute("COMMIT")
        except (sqlite3.Error, MemoryError) as error:
            if is_busy(error):
                raise
            self._roll_back()
            raise at_commit(error, self.path, self._is_kept(error, is_there)) from error

    def _roll_back(self) -> None:
        # A full disk has rolled back by itself already; what stays, the next opening rolls back.
        if self.connection.in_transaction:
            with suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")

    def _is_kept(self, error: BaseException, is_there: Callable[[], bool] | None) -> bool | None:
        """Tell whether a change whose COMMIT failed is in the file; None when that cannot be told.

        A rollback journal may be gone although its removal could not be made sure of: then the change is in.
        """
        try:
            if self.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                self._write_over()
                return is_there is not None and is_there()
            if is_there is not None:
                return is_there()
        except (sqlite3.Error, MemoryError):
            return None
        return None if str(error).startswith("disk I/O error") else False

    def _write_over(self) -> None:
        """Write a commit that changes nothing where the write-ahead log still holds the one that failed.

        Nobody sees that one, but a machine that stops now would find it in the log, whole, and take it in.
        """
        with suppress(sqlite3.Error):
            self.connection.execute("BEGIN IMMEDIATE")
            # There and back: SQLite writes no page that never differed.
            self.connection.execute("UPDATE writing SET change_set = 0")
            self.connection.execute("UPDATE writing SET change_set = NULL")
            self.connection.execute("COMMIT")
        self._roll_back()

    def _begin(self) -> None:
        """Take the write lock, asking every few milliseconds."""
        self.connection.execute(f"PRAGMA busy_timeout={patience.POLL_MILLISECONDS:d}")
        try:
            patience.until_free(self.connection.execute, "BEGIN IMMEDIATE")
        finally:
            self.connection.execute(f"PRAGMA busy_timeout={int(patience.BUSY_SECONDS * 1000):d}")

    def _is_in_place(self) -> bool:
        try:
            return self._stat() == self._identity
        except OSError:
            return False

    def _check_in_place(self, *, saved: bool = False) -> None:
        if self._is_in_place():
            return
        self._bring_home()
        raise Fault(
            _("The database file was moved or replaced while it was open."),
            _("It happened while this change was saved: look whether it is there.")
            if saved
            else _("This change was not saved."),
            _("Leave the program and open the file again."),
        )

    def _bring_home(self) -> None:
        """Bring the write-ahead log into the file it belongs to, wherever that lies now, and empty it.

        SQLite itself leaves the log of a moved file behind: saves would be missing in the moved one, and be
        taken into whatever stands in its place.
        """
        with suppress(sqlite3.Error):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


class _NothingMoved(CrmError):
    """Ends a transaction whose set is empty."""

    def __init__(self, value: Any) -> None:
        super().__init__("")
        self.value = value
