"""A box over a screen while one long job runs: how far it is, Esc stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual.widget import Widget

from crm_tui.locale import _
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.wizard_job import ProgressLine
from crm_tui.tui.work import Job, Progress

LARGE = 2000  # rows from which a change or an export gets a box; less is done before one could be read


class Outcome(NamedTuple):
    """How a job ended: with a value, or with an error (Cancelled when somebody stopped it)."""

    value: Any = None
    error: BaseException | None = None


def reported(job: Job[Any], done: int, total: int) -> None:
    """Tell a job how far a function is that asks by itself whether to stop, where it can clean up."""
    if not job.cancelled:
        job.report(done, total)


class JobBox(PopUp):
    """Runs ``fn(job)`` aside from its opening on and closes with an Outcome."""

    kind: ClassVar[str] = "job"
    keeps_no_rights: ClassVar[bool] = False
    AUTO_FOCUS = ""

    def __init__(self, what: str, fn: Callable[[Job[Any]], Any]) -> None:
        super().__init__()
        self.what = what
        self.fn = fn
        self.bar = ProgressLine()
        self.job: Job[Any] | None = None

    def box(self) -> Iterable[Widget]:
        """Yield the line of progress."""
        yield self.bar

    async def reload(self) -> None:
        """Begin, once."""
        if self.job is None:
            self.bar.begin(self.what)
            self.job = self.crm.work.aside(self.fn, on_progress=self._progress)
            # Of the app: closing this screen would stop a worker of its own.
            self.crm.run_worker(partial(self._finish, self.job), exit_on_error=False)

    def _progress(self, progress: Progress) -> None:
        self.bar.change(progress.done, progress.total)

    async def _finish(self, job: Job[Any]) -> None:
        try:
            outcome = Outcome(await job)
        except Exception as error:
            outcome = Outcome(error=error)
        await self.crm.back(outcome)

    async def do_back(self) -> None:
        """Ask the job to stop; the box closes when it has."""
        if self.job is not None:
            self.job.cancel()
            self.say(_("Stopping …"))

    async def do_quit(self) -> None:
        """Stop like Esc does."""
        await self.do_back()
