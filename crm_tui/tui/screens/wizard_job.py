"""A screen that carries out one long job: progress in its own line, Esc stops it, nothing else meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from crm_tui.errors import Cancelled, CrmError
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.text.cells import fit, width
from crm_tui.tui import faults
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.work import Job, Progress

BAR = 30


class ProgressLine(Widget):
    """How far a job is; without a job the line takes no room."""

    def __init__(self) -> None:
        super().__init__()
        self.what = ""
        self.done = 0
        self.total = 0
        self.display = False

    def begin(self, what: str) -> None:
        """Show that a job has begun."""
        self.what, self.done, self.total = what, 0, 0
        self.display = True
        self.refresh()

    def change(self, done: int, total: int) -> None:
        """Show how far it is."""
        if (done, total) != (self.done, self.total):
            self.done, self.total = done, total
            self.refresh()

    def end(self) -> None:
        """Take the line away."""
        self.display = False

    @property
    def text(self) -> str:
        """What the line says."""
        if not self.total:
            return f"{self.what} {self.done:,}" if self.done else f"{self.what} …"
        part = min(self.done / self.total, 1)
        filled = int(part * BAR)
        bar = "[" + "=" * filled + "-" * (BAR - filled) + "]"
        return f"{self.what} {bar} {part:.0%}"

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        cells = self.size.width
        hint = _("Esc stops it")
        left = fit(" " + self.text, max(cells - width(hint) - 2, 1))
        return Strip([Segment(fit(f"{left} {hint} ", cells), self.rich_style)], cells)


class JobScreen(BaseScreen):
    """``carry(what, fn, then)`` runs ``fn(job)`` aside and calls ``then(result)``; errors are said."""

    asks_before_stop = False

    def __init__(self) -> None:
        super().__init__()
        self.bar = ProgressLine()
        self.job: Job[Any] | None = None
        self._asked_stop = False

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    def carry(self, what: str, fn: Callable[[Job[Any]], Any], then: Callable[[Any], Awaitable[None]]) -> None:
        """Begin a job; of a second one while the first runs nothing comes."""
        if self.job is None:
            self._asked_stop = False
            self.bar.begin(what)
            self.job = self.crm.work.aside(fn, on_progress=self._progress)
            self.run_worker(partial(self._finish, self.job, then), exit_on_error=False)

    def _progress(self, progress: Progress) -> None:
        self.bar.change(progress.done, progress.total)

    async def _finish(self, job: Job[Any], then: Callable[[Any], Awaitable[None]]) -> None:
        try:
            result = await job
        except Cancelled as error:
            self._ended()
            self.say(str(error) or _("Stopped; nothing of it was kept."), "warn")
        except CrmError as error:
            self._ended()
            self.say(str(error), "bad")
        except Exception as error:
            self._ended()
            self.crm.faults.append(error)
            self.say(faults.describe(error), "bad")
        else:
            self._ended()
            try:
                await then(result)
            except CrmError as error:
                self.say(str(error), "bad")
        self.keys.update()

    def _ended(self) -> None:
        self.job = None
        self.bar.end()
        self.say("")

    def why_not(self, action_id: str) -> str:
        """Say that a job is running."""
        if self.job is not None and action_id not in ("back", "quit", "help"):
            return _("Please wait, or stop it with {key}.").format(key=self.crm.keymap.shown("back"))
        return ""

    async def stop_or(self, leave: Callable[[], Awaitable[Any]]) -> None:
        """Stop the running job (what cannot be begun again for nothing, asked once), or leave."""
        if self.job is None:
            await leave()
        elif self.asks_before_stop and not self._asked_stop:
            self._asked_stop = True
            self.say(_("Esc again stops it; nothing of it will be kept."), "warn")
        else:
            self.job.cancel()
            self.say(_("Stopping …"))

    async def do_quit(self) -> None:
        """Leave like Esc does."""
        await self.do_back()
