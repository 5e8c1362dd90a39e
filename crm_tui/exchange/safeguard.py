"""The backup before an import: its copy is there before the first row is written, verified before the last.

The copy is made while the sheet is read; what proves it sound goes on beside the writing, in a thread that
gives way to it. An import whose backup turns out to be none is taken back.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from crm_tui import clock
from crm_tui.errors import BadInput, Cancelled, CrmError
from crm_tui.locale import _

if TYPE_CHECKING:
    from crm_tui.storage.backup import Backup

POLL_SECONDS = 0.05
NICENESS = 19  # of what goes on beside the writing

Progress = Callable[[int, int], None]
Stop = Callable[[], bool] | None


class NoBackup(BadInput):
    """No backup could be made, so nothing was imported; the user may say that it goes on without one."""


def safeguard(
    session: Any,
    progress: Progress | None = None,
    cancelled: Stop = None,
    copied: Callable[[], None] | None = None,
) -> Backup | None:
    """Make a backup of the session's database unless a sound one is as new; return it.

    ``copied`` is called once the disk holds the copy, and the caller has to note the backup then. May run in
    any thread. Raises NoBackup with the reason, Cancelled.
    """
    from crm_tui.storage.backup import ensure_backup

    try:
        return ensure_backup(
            session.database.path,
            "import",
            session.person.login,
            progress,
            cancelled,
            prune=copied is None,
            noted=copied is None,
            copied=copied,
        )
    except Cancelled:
        raise
    except CrmError as error:
        raise NoBackup(
            error.what,
            _("Nothing was imported: before an import a backup is made."),
            error.todo,
        ) from error


class Safeguard:
    """Makes the backup in a thread of its own; leaving the ``with`` block stops one that goes on."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._copied, self._ended = threading.Event(), threading.Event()
        self._error: BaseException | None = None
        self._made: Backup | None = None

    def __enter__(self) -> Safeguard:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._settle()

    def start(self, cancelled: Stop = None) -> None:
        """Begin the backup.

        Colleagues in a file without write-ahead log wait for the end of its copy; nothing else is done in
        this process meanwhile. Errors as ``wait``.
        """
        thread = threading.Thread(target=self._run, name="crm-backup", daemon=True)
        thread.start()
        self._thread = thread
        if self._session.parts().holds_others_up():
            self.wait(cancelled)

    @property
    def whole(self) -> bool:
        """Whether the backup is made and verified, or none is needed; raises NoBackup when there is none."""
        if self._thread is not None and not self._ended.is_set():
            return False
        if self._error is not None:
            raise self._error
        return True

    def wait(self, cancelled: Stop = None) -> None:
        """Return when the disk holds the copy, so that rows may be written.

        Raises NoBackup, or Cancelled when asked to stop.
        """
        while not (self._copied.is_set() and not self._stop.is_set()) and not self.whole:
            self._pause(cancelled)

    def finish(self, cancelled: Stop = None) -> None:
        """Return when the backup is made and verified; raises like ``wait``."""
        while not self.whole:
            self._pause(cancelled)
        self._settle()

    def _pause(self, cancelled: Stop) -> None:
        self._ended.wait(POLL_SECONDS)
        if cancelled and cancelled():
            self._stop.set()

    def _run(self) -> None:
        from crm_tui.storage import pruning

        made = None
        try:
            made = safeguard(self._session, cancelled=self._stop.is_set, copied=self._give_way)
            self._made = made
        except BaseException as error:
            self._error = error
        finally:
            self._ended.set()
        if made is not None:
            pruning.prune(made.path.parent, clock.now())

    def _give_way(self) -> None:
        """Let the writing go first from here on: this thread, and those it starts, take what it leaves."""
        if sys.platform == "linux":  # where a priority is that of a thread
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        self._copied.set()

    def _settle(self) -> None:
        """Note a backup that was made, in the thread that writes: it is not held up by itself then."""
        made, self._made = self._made, None
        if made is not None:
            from crm_tui.storage.backup import note

            note(self._session.database.path, made)
