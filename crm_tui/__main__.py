"""Start: argv goes to the command line; the terminal interface is loaded only when it is opened."""

from __future__ import annotations

import sys
from pathlib import Path

from crm_tui.cli.main import run
from crm_tui.errors import UsageFault
from crm_tui.locale import _


def open_screens(path: Path, read_only: bool, mouse: bool) -> int:
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

    return run_screens(path, read_only=read_only, mouse=mouse)


def main() -> None:
    """Run the program and leave with its exit status."""
    sys.exit(run(sys.argv[1:], open_screens))


if __name__ == "__main__":
    main()
