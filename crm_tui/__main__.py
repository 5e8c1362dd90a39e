"""Start: argv goes to the command line; the terminal interface is loaded only when it is opened."""

from __future__ import annotations

import gc
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_tui.cli.usual import usual
from crm_tui.errors import Fault, UsageFault
from crm_tui.locale import _, set_language

if TYPE_CHECKING:
    from crm_tui.cli.state import KeyReport

FEWEST_FILES = 32


def open_screens(
    path: Path, read_only: bool, mouse: bool | None, *, plain: bool = False, first: str = ""
) -> int:
    """Open the terminal interface on a database and return the exit status; ``first`` names its first screen.

    Raises UsageFault when there is no terminal to show it on, or one that can only print lines.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageFault(
            _("The terminal interface needs a terminal."),
            "",
            _("In a script use a command, such as: crm-tui due"),
        )
    if os.environ.get("TERM") == "dumb":
        raise UsageFault(
            _("This terminal can only print lines (TERM=dumb), so no screens can be drawn on it."),
            "",
            _("Open another terminal, or use a command, such as: crm-tui due"),
        )
    # What is loaded stays: looking for garbage in it costs a start some hundredth of a second.
    gc.disable()
    from crm_tui.tui.loading import load_asyncio

    load_asyncio()
    from crm_tui.tui.opening import run as run_screens

    return run_screens(path, read_only=read_only, mouse=mouse, plain=plain, first=first)


def keys_in_force(overrides: Any) -> KeyReport:
    """Return the keys of every screen under a ``[keys]`` table of the user's settings."""
    from crm_tui.tui.key_report import report

    return report(overrides)


def main() -> None:
    """Run the program and leave with its exit status."""
    _open_streams()
    if few := _too_few_files():
        from crm_tui.cli.diagnostics import say

        say(few)
        sys.exit(Fault.exit_code)
    sys.exit(call(sys.argv[1:]))


def _open_streams() -> None:
    """Let a stream that the caller closed lead nowhere; or the first file opened would take its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _too_few_files() -> str:
    """Return a sentence where so few files may be opened that a database would seem damaged, else ''."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= FEWEST_FILES:
        return ""
    if hard >= FEWEST_FILES or hard == resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FEWEST_FILES, hard))
        return ""
    text = _("A program may open only {n} files here (ulimit -n), and needs {least}.")
    return str(
        Fault(
            text.format(n=soft, least=FEWEST_FILES),
            _("Nothing was opened."),
            _("Ask the administrator of the machine to allow more."),
        )
    )


def call(argv: list[str]) -> int:
    """Run one call and return its exit status; the usual ones do not load the command line."""
    asked = usual(argv)
    screens = open_screens
    if asked is None and "find" in argv:
        from crm_tui.cli.sought import quick

        status = quick(argv)
        if status is not None:
            return status
    if asked is not None:
        set_language(asked.language)
        try:
            return open_screens(asked.path, asked.read_only, asked.mouse, first=asked.first)
        except (Exception, KeyboardInterrupt) as error:
            screens = partial(_raise, error)
    from crm_tui.cli.main import run

    return run(argv, screens, keys_in_force)


def _raise(error: BaseException, *_options: Any, **_more: Any) -> int:
    """Let the command line tell what ended the screens."""
    raise error


if __name__ == "__main__":
    main()
