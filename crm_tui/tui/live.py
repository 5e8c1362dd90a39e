"""Shows what colleagues write: asks the file once a second and hands what moved to the open screen."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import Context, copy_context
from typing import TYPE_CHECKING

from crm_tui import clock
from crm_tui.errors import Busy, Cancelled, CrmError, Fault
from crm_tui.locale import _
from crm_tui.session import Session, open_session
from crm_tui.storage import history
from crm_tui.storage.presence import JobLock
from crm_tui.storage.still import Stirred
from crm_tui.storage.watch import Moved, Watch
from crm_tui.tui import faults
from crm_tui.tui.indexing import Indexing
from crm_tui.tui.rights_moved import RightsMoved
from crm_tui.tui.screens.base import BaseScreen

if TYPE_CHECKING:
    from crm_tui.tui.frame import Frame

SECONDS = 1.0
TEND_SECONDS = 15.0
CALM_SECONDS = 300.0  # where nothing was left to do, and nobody wrote since
BUSY_MOST = 3  # times in a row that the file may be busy before anybody is told


class Live:
    """Looks at the file again and again; ``look`` does it once.

    What others wrote goes to the open screen, other screens read again when they are shown. A trouble is
    said once, and looking goes on. A large change whose process died is finished or taken back.
    """

    def __init__(self, app: Frame) -> None:
        self.app = app
        self.watch: Watch | None = None
        self._session: Session | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context: Context | None = None
        self._looking: asyncio.Task[None] | None = None
        self._trouble = ""
        self._said = False
        self._busy = 0
        self._tended = clock.stopwatch()
        self._mending: asyncio.Task[None] | None = None
        self._gave_up = False
        self._calm = False  # nothing was left to do when one looked last
        self.indexing = Indexing(app)
        self.rights = RightsMoved(app)

    def start(self) -> None:
        """Begin to look every second, on the database thread: the event loop sleeps until something moved."""
        self._loop, self._context = asyncio.get_running_loop(), copy_context()
        self.app.work.every(SECONDS, self._glance)

    def stop(self) -> None:
        """Look no more: the program ends."""
        self.indexing.stop()
        for task in (self._looking, self._mending):
            if task is not None:
                task.cancel()

    def _glance(self) -> None:
        session = self.app.session
        if not isinstance(session, Session) or self._loop is None:
            return
        known = self.watch is not None and self._session is session
        stirs = self.watch is not None and self.watch.stirs()
        self._calm = self._calm and not stirs
        tends = clock.stopwatch() - self._tended >= (CALM_SECONDS if self._calm else TEND_SECONDS)
        if tends or not known or self._trouble or stirs:
            with suppress(RuntimeError):  # the loop has just ended
                # In the context of the app: its timers ask that who they belong to.
                self._loop.call_soon_threadsafe(self._tick, context=self._context)

    def _tick(self) -> None:
        # One look at a time: where the database thread is long at something, none queues up behind it.
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self.look())

    async def look(self) -> None:
        """Look once, show what others wrote, and tend to what a dead process left."""
        session = self.app.session
        if not isinstance(session, Session):
            return
        try:
            moved = await self.app.work.run(self._poll, session)
            self._trouble, self._busy = "", 0
            if not await self.rights.follow(session) and moved is not None:
                await self._show(moved)
            if clock.stopwatch() - self._tended >= TEND_SECONDS:
                self._tended = clock.stopwatch()
                nothing_left = await self.tend()
                self._calm = await self.indexing.tend() and nothing_left
                if session.database.may_write_again():
                    self._open_anew(_("The database can be written again."))
        except Cancelled:
            return
        except Stirred as stirred:
            self._open_anew(stirred.what)
        except CrmError as error:
            self._busy = self._busy + 1 if isinstance(error, Busy) else BUSY_MOST
            if self._busy >= BUSY_MOST:
                self._complain(str(error))
        except Exception as error:
            self.app.faults.append(error)
            self._complain(faults.describe(error))

    def _poll(self, session: Session) -> Moved | None:
        if self.watch is None or self._session is not session:
            self._session = session
            self.watch = Watch(
                session.reader,
                session.first_set - 1,
                session.database.own,
                session.database.path,
                lambda: session.policy.is_whole,
            )
        # First of all: what was hidden since is not read any more.
        session.refresh_policy()
        moved = self.watch.poll()
        if moved is not None and moved.words:
            session.renew_words()
        return moved

    def _open_anew(self, why: str) -> None:
        """Open the file as it is to be opened now, and begin with the first screen; ``why`` is said there."""
        if not self.app.work.jobs_awaited:
            self.app.leave_for(lambda: why)

    def _complain(self, text: str) -> None:
        """Say a trouble once, as soon as there is no message that somebody may still be reading."""
        if text != self._trouble:
            self._trouble, self._said = text, False
        screen = self.app.screen
        if not self._said and isinstance(screen, BaseScreen) and not screen.notice.text:
            screen.say(text, "bad")
            self._said = True

    async def _show(self, moved: Moved) -> None:
        shown = self.app.screen
        self.app.allowed.forget()
        for screen in self.app.open_screens():
            if screen.follows and screen is not shown:
                screen.seen_writes = -1
        if isinstance(shown, BaseScreen) and shown.follows:
            await shown.moved(moved)

    async def tend(self) -> bool:
        """Finish or take back a large change whose process died, beside the keys; True when none is open."""
        session = self.app.session
        if not isinstance(session, Session) or session.read_only or self._gave_up:
            return True
        if self._mending is not None and not self._mending.done():
            return False
        if not await self.app.work.run(history.unfinished, session.database.connection):
            return True
        if await self.app.work.run(_is_orphaned, session):
            self._mending = asyncio.get_running_loop().create_task(self._mend(session))
        return False

    async def mended(self) -> None:
        """Wait until nothing is being finished or taken back."""
        if self._mending is not None:
            await self._mending

    async def _mend(self, session: Session) -> None:
        def mend(_job: object) -> None:
            # A session of its own: its short parts leave the database thread to the keys.
            with open_session(session.database.path, login=session.person.login) as mending:
                if mending.read_only:
                    raise Fault(mending.read_only)

        try:
            await self.app.work.aside(mend)
        except CrmError as error:
            # Once: whoever opens the file next tries again.
            self._gave_up = True
            self._complain(str(error))
        except Exception as error:
            self._gave_up = True
            self.app.faults.append(error)
            self._complain(faults.describe(error))


def _is_orphaned(session: Session) -> bool:
    """Tell whether an unfinished change was left behind; one that is alive holds the lock of jobs."""
    lock = JobLock(session.database.path)
    with suppress(CrmError):
        try:
            return lock.take()
        finally:
            lock.close()
    return False
