"""The backup before an import: made while the sheet is read, there before the first row is written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from crm_tui.errors import BadInput, Cancelled, CrmError
from crm_tui.locale import _

POLL_SECONDS = 0.05

Progress = Callable[[int, int], None]


class NoBackup(BadInput):
    """No backup could be made, so nothing was imported; the user may say that it goes on without one."""


def safeguard(
    session: Any, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None
) -> None:
    """Make a backup of the session's database unless a sound one is as new.

    May run in any thread. Raises NoBackup with the reason, Cancelled.
    """
    from crm_tui.storage.backup import ensure_backup

    try:
        ensure_backup(session.database.path, "import", session.person.login, progress, cancelled)
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
        self._error: BaseException | None = None

    def __enter__(self) -> Safeguard:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def start(self) -> None:
        """Begin the backup."""
        self._thread = threading.Thread(target=self._run, name="crm-backup", daemon=True)
        self._thread.start()

    def wait(self, cancelled: Callable[[], bool] | None = None) -> None:
        """Return when the backup is made and verified; raises NoBackup, or Cancelled when asked to stop."""
        while self._thread is not None and self._thread.is_alive():
            self._thread.join(POLL_SECONDS)
            if cancelled and cancelled():
                self._stop.set()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            safeguard(self._session, cancelled=self._stop.is_set)
        except BaseException as error:
            self._error = error
