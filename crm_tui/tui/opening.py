"""From a path to a running application: opens on the database thread, welcomes who has no database yet."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_tui import clock
from crm_tui.config import load_settings
from crm_tui.errors import BadInput, CrmError
from crm_tui.locale import _
from crm_tui.session import Session, open_session
from crm_tui.storage.connection import forget_schema, shrink
from crm_tui.storage.diagnosis import explain
from crm_tui.storage.driver import sqlite3
from crm_tui.tui.loading import give_back_memory, load_textual, share_memory
from crm_tui.tui.work import Work

if TYPE_CHECKING:
    from crm_tui.tui.app import CrmApp
    from crm_tui.tui.frame import Wish

MAIN = ("today", "customers")  # the screens to begin with


class Nobody:
    """What stands for a session until a database is open."""

    user_name = ""
    zone = clock.DEFAULT_ZONE
    read_only = ""

    def write(self, *_args: Any, **_kw: Any) -> Any:
        """Refuse: there is nothing to write to."""
        raise BadInput(_("No database is open."))

    def undo_last(self) -> str:
        """Refuse: there is nothing to undo."""
        raise BadInput(_("No database is open."))

    redo_last = undo_last

    def close(self) -> None:
        """Do nothing."""


class Opened(NamedTuple):
    """A session, or why there is none (None: there is no file yet)."""

    session: Session | None
    refusal: CrmError | None = None


def open_warm(path: Path, *, read_only: bool = False) -> Session:
    """Open a database and read what screens ask of the session outside the database thread."""
    session = open_session(path, read_only=read_only)
    try:
        warm(session)
    except BaseException:
        session.close()
        raise
    return session


def warm(session: Any) -> None:
    """Read a session's settings, words, names and calendar into its memory; for the database thread."""
    for name in ("settings", "words", "names", "calendar", "drafts"):
        getattr(session, name, None)


def rest(session: Any) -> None:
    """Give memory back while nobody presses a key; for the database thread.

    The next key has it in 1 ms, the next save in 5.
    """
    if isinstance(session, Session):
        # The system still has the pages that were read.
        shrink(session.reader)
        shrink(session.database.connection)
        forget_schema(session.database.connection)
    give_back_memory()


def rest_long(session: Any) -> None:
    """Give back what the next key that reads has in 7 ms, when nobody pressed one for a while."""
    if isinstance(session, Session):
        forget_schema(session.reader)
    give_back_memory()


def try_to_open(path: Path, read_only: bool) -> Opened:
    """Open a database, or say why not; a path where nothing stands is no fault."""
    if _is_free(path):
        return Opened(None)
    try:
        return Opened(open_warm(path, read_only=read_only))
    except CrmError as error:
        return Opened(None, error)
    except sqlite3.Error as error:
        return Opened(None, explain(error))


def _is_free(path: Path) -> bool:
    """Tell whether nothing stands at a path; a link that leads nowhere, or a closed folder, is something."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def run(
    path: Path,
    *,
    read_only: bool = False,
    mouse: bool | None = None,
    plain: bool = False,
    first: str = "",
) -> int:
    """Open the terminal interface on a database and return the exit code when it is left.

    Without ``mouse`` the user's settings say whether the mouse is taken, without ``first`` with which main
    screen to begin; they may ask for ``plain`` output.

    Raises BadInput when the user's settings cannot be read.
    """
    said = ("", "")
    while True:
        code, wish = _once(path, read_only, mouse, plain, first, said)
        if wish is None:
            return code
        try:
            said = wish(), "good"
        except CrmError as error:
            said = str(error), "bad"


def _welcome(*given: Any) -> Any:
    from crm_tui.tui.screens.welcome import WelcomeScreen

    return WelcomeScreen(*given)


def _read_ahead(session: Session, ahead: dict[str, Any]) -> None:
    """Read what the first screen shows; a fault is told by that screen, which reads again."""
    from crm_tui.queue import service as queue

    with suppress(CrmError, sqlite3.Error):
        # What is due and no more; the screen counts the rest when its first rows are there.
        ahead["today"] = queue.today(
            session.reader, session.person.id, clock.now(), session.zone, whole=False
        )


def _once(
    path: Path, read_only: bool, mouse: bool | None, plain: bool, first: str, said: tuple[str, str]
) -> tuple[int, Wish | None]:
    settings = load_settings()
    first = first or settings.get("start", "")
    first = first if first in MAIN else MAIN[0]
    share_memory()
    work = Work()
    app: CrmApp | None = None
    try:
        # One after the other: a thread that imports Textual meanwhile waits for Python's lock as often as it
        # works, and both take a tenth more of the processor, and of the clock, than one after the other.
        opened = work.submit(try_to_open, path, read_only).result()
        ahead: dict[str, Any] = {}
        if first == "today" and opened.session:
            work.submit(_read_ahead, opened.session, ahead).exception()  # waits; the screen would tell it
        load_textual()
        from crm_tui.tui.app import CrmApp

        app = CrmApp(
            opened.session or Nobody(),
            start=first if opened.session else "welcome",
            rooms={"welcome": partial(_welcome, path, opened.refusal, read_only)},
            settings=settings,
            work=work,
            said=said,
            ahead=ahead,
        )
        app.plain_output = plain or settings.get("plain_output") is True
        app.run(mouse=settings.get("mouse") is not False if mouse is None else mouse)
        refused = opened.refusal is not None and isinstance(app.session, Nobody)
        if refused and not app.return_code and app.wish is None:
            return opened.refusal.exit_code, None
        return app.return_code or 0, app.wish
    finally:
        if app is not None:
            app.leave_terminal()
        work.close()
        session: Any = app.session if app else Nobody()
        session.close()
