"""The search index built and kept in order beside the keys, told of once and shown in the status line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crm_tui.errors import Busy, CrmError
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.tui import faults
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.work import Job, Progress

if TYPE_CHECKING:
    from crm_tui.search.index import State
    from crm_tui.tui.frame import Frame

REST = 0.02  # seconds between two steps: colleagues and keys come first


class Indexing:
    """Has the index built where one is due; ``said`` is what the status line says of it meanwhile."""

    def __init__(self, app: Frame) -> None:
        self.app = app
        self.said = ""
        self._told = False
        self._running: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Stop with the step that is under way: the program ends."""
        if self._running is not None:
            self._running.cancel()

    async def done(self) -> None:
        """Wait until nothing is being built."""
        if self._running is not None:
            await self._running

    async def tend(self) -> bool:
        """Look whether anything is due, and begin with it; True when the index stands as it should.

        A search without index asks for it too.
        """
        session = self.app.session
        if not isinstance(session, Session) or session.read_only:
            return True
        if self._running is not None and not self._running.done():
            return False
        from crm_tui.search.index import READY

        due, state = await self.app.work.run(_due, session)
        if due:
            self._show(state)
            self._running = asyncio.get_running_loop().create_task(self._run(session))
        return not due and state.kind == READY

    async def _run(self, session: Session) -> None:
        def build(job: Job[None]) -> None:
            from crm_tui.search.building import Upkeep

            upkeep = Upkeep(session.database, job.run)
            upkeep.run(job.report, job.is_cancelled, REST)

        try:
            await self.app.work.aside(build, self._progress, quiet=True)
        except Busy:
            return  # somebody writes for long: the next look goes on with it
        except CrmError as error:
            self._say(str(error), "bad")
        except Exception as error:
            self.app.faults.append(error)
            self._say(faults.describe(error), "bad")
        finally:
            self._shown("")

    def _show(self, state: State) -> None:
        from crm_tui.search.listing import told

        said = told(state)
        if said and not self._told:
            self._told = True
            self._say(_("{what}. Searching goes on meanwhile, more slowly.").format(what=said))
        self._shown(said and _("index {n} %").format(n=state.percent))

    def _progress(self, progress: Progress) -> None:
        if self.said and progress.done < progress.total:
            self._shown(_("index {n} %").format(n=progress.done))

    def _say(self, text: str, kind: str = "warn") -> None:
        screen = self.app.screen
        if isinstance(screen, BaseScreen) and not screen.notice.text:
            screen.say(text, kind)

    def _shown(self, said: str) -> None:
        if said != self.said:
            self.said = said
            for screen in self.app.screen_stack:
                if isinstance(screen, BaseScreen):
                    screen.status.refresh()


def _due(session: Session) -> tuple[bool, State]:
    from crm_tui.search.building import Upkeep
    from crm_tui.search.index import state

    return Upkeep(session.database).due(), state(session.database.connection)
