"""Back to the shell for a while: stopped between two transactions, with the terminal given back."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import Any

from crm_tui.errors import BadInput, Cancelled
from crm_tui.locale import _
from crm_tui.tui.work import Work

_STANDS_STILL = 10.0  # seconds to wait until the database thread has done what it was given


async def suspend(work: Work, driver: Any) -> bool:
    """Stop the process as Ctrl+Z does elsewhere, and return when the shell continues it.

    The database thread stands still meanwhile, so that no lock is held by somebody who is not there.
    Returns whether it was stopped: without a shell nobody could continue it. Raises BadInput where a job
    runs, where there is no terminal to give back, or the database does not come to rest.
    """
    stop = getattr(driver, "stop", None)
    if stop is None:
        raise BadInput(_("There is no terminal here that could be given back."))
    if work.jobs_running:
        raise BadInput(
            _("A job is still running; it would stop in the middle."), "", _("Wait for its end, or stop it.")
        )
    loop = asyncio.get_running_loop()
    still: asyncio.Future[None] = loop.create_future()
    going_on = threading.Event()

    def stand_still() -> None:
        loop.call_soon_threadsafe(lambda: still.done() or still.set_result(None))
        going_on.wait()

    held = work.submit(stand_still)
    try:
        await asyncio.wait_for(still, _STANDS_STILL)
        return stop()
    except TimeoutError:
        raise BadInput(_("The database is still at work."), "", _("Try again in a moment.")) from None
    finally:
        going_on.set()
        with suppress(Cancelled):
            await asyncio.wrap_future(held)
