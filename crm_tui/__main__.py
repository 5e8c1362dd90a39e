"""Start: argv goes to the command line; the terminal interface is loaded only when it is opened."""

from __future__ import annotations

import sys
from pathlib import Path

from crm_tui.cli.main import run


def open_screens(path: Path, read_only: bool, mouse: bool) -> int:
    """Open the terminal interface on a database and return the exit status."""
    from crm_tui.tui.app import run as run_screens

    return run_screens(path, read_only=read_only, mouse=mouse)


def main() -> None:
    """Run the program and leave with its exit status."""
    sys.exit(run(sys.argv[1:], open_screens))


if __name__ == "__main__":
    main()
