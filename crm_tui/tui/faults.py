"""Faults of our own: a plain sentence for the user, the traceback for the log."""

from __future__ import annotations

import traceback

from crm_tui import clock
from crm_tui.config import state_dir
from crm_tui.locale import _


def describe(error: BaseException) -> str:
    """Write the traceback to the log and return a sentence that says where it is."""
    path = state_dir() / "crm-tui.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{clock.instant()}\n{''.join(traceback.format_exception(error))}\n")
    except OSError:
        return _("Something went wrong in the program: {error}").format(error=type(error).__name__)
    return _("Something went wrong in the program; your data is as it was. Details are in {path}.").format(
        path=path
    )
