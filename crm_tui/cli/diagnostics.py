"""Narration on stderr: what went well, what was refused, and where a fault of ours was written down."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crm_tui import clock, config
from crm_tui.locale import _
from crm_tui.text.cells import safe

if TYPE_CHECKING:
    from crm_tui.storage.survey import Obstacle

FAULT = 70
CANCELLED = 130
USAGE = 2


def say(text: str) -> None:
    """Write a sentence, or lines of them, to stderr; what a terminal would obey is taken out first."""
    for line in text.splitlines():
        sys.stderr.write(safe(line) + "\n")


def log_fault(error: BaseException) -> Path | None:
    """Append the traceback to the log that only the user can read; None when it cannot be written."""
    import traceback

    path = config.state_dir() / "crm-tui.log"
    told = "".join(traceback.format_exception(error))
    # Whoever reads the log does so in a terminal, and an error may quote data.
    told = "\n".join(map(safe, told.split("\n")))
    text = f"{clock.instant()} {safe(' '.join(sys.argv[1:2]))}\n{told}\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as log:
            log.write(text)
    except OSError:
        return None
    return path


def say_fault(error: BaseException) -> None:
    """Tell the user of a fault of ours: where the details are and what to report."""
    path = log_fault(error)
    say(_("Something went wrong in the program; what was saved before is kept."))
    if path is None:
        say(_("The log could not be written."))
    else:
        say(_("The details are in {path}; please report its last entry.").format(path=path))
    say(_("Whether the data is well tells: crm-tui doctor"))


def obstacle_line(obstacle: Obstacle, name: str, field: str, values: tuple[str, str, str], by: str) -> str:
    """Return one line about what stands in the way of an undo: whose, which field, and the values."""
    from crm_tui.storage.wording import obstacle_label

    line = " · ".join(part for part in (name, field, obstacle_label(obstacle)) if part)
    if obstacle.kind == "moved":
        before, after, now = (value or "—" for value in values)
        line += " · " + _("before {before}, set to {after}, now {now}").format(
            before=before, after=after, now=now
        )
    return line + (" · " + by if by else "")
