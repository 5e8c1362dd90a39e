"""Faults of our own: a plain sentence for the user, the traceback for the log."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from crm_tui import clock
from crm_tui.config import state_dir
from crm_tui.locale import _
from crm_tui.text.cells import safe


def describe(error: BaseException) -> str:
    """Write the traceback to the log and return a sentence that says where it is."""
    path = note("".join(traceback.format_exception(error)))
    if path is None:
        return _("Something went wrong in the program; what was saved before is kept.")
    return _("Something went wrong in the program; your data is as it was. Details are in {path}.").format(
        path=path
    )


def note(text: str) -> Path | None:
    """Write a text to the log, which only its user may read; None when that cannot be."""
    path = state_dir() / "crm-tui.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        log = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with os.fdopen(log, "a", encoding="utf-8", errors="backslashreplace") as file:
            # Whoever reads the log does so in a terminal, and an error may quote data.
            file.write("\n".join([clock.instant(), *map(safe, text.split("\n")), ""]))
    except OSError:
        return None
    return path
