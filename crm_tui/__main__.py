"""Start: argv goes to the command line; the terminal interface is loaded only when it is opened."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from crm_tui.cli.main import run
from crm_tui.cli.state import KeyReport
from crm_tui.errors import UsageFault
from crm_tui.locale import _


def open_screens(path: Path, read_only: bool, mouse: bool | None, *, plain: bool = False) -> int:
    """Open the terminal interface on a database and return the exit status.

    Raises UsageFault when there is no terminal to show it on.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageFault(
            _("The terminal interface needs a terminal."),
            "",
            _("In a script use a command, such as: crm-tui due"),
        )
    from crm_tui.tui.app import run as run_screens

    return run_screens(path, read_only=read_only, mouse=mouse, plain=plain)


def keys_in_force(overrides: Any) -> KeyReport:
    """Return the keys of every screen under a ``[keys]`` table of the user's settings."""
    from crm_tui.tui.key_report import report

    return report(overrides)


def main() -> None:
    """Run the program and leave with its exit status."""
    sys.exit(run(sys.argv[1:], open_screens, keys_in_force))


if __name__ == "__main__":
    main()
