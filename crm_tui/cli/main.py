"""The program's command line: parses a call, runs it, and turns whatever happens into an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click

from crm_tui.cli.diagnostics import CANCELLED, FAULT, USAGE, log_fault, say, say_fault
from crm_tui.cli.grammar import LazyGroup, Option
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import KeyReport, Screens, State
from crm_tui.errors import CrmError
from crm_tui.locale import LANGUAGES, N_, _, set_language

PROGRAM = "crm-tui"
HELP = N_("Customer management in the terminal. Without a command, the terminal interface opens.")


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        from crm_tui import __version__

        click.echo(f"{PROGRAM} {__version__}")
        ctx.exit()


def _start(**values: Any) -> None:
    ctx = click.get_current_context()
    state = ctx.find_object(State)
    if state is None:
        return
    state.mouse = values["mouse"]
    if values["plain_output"]:
        state.screens = partial(state.screens, plain=True)
    if values["customers"]:
        state.screens = partial(state.screens, first="customers")
    if ctx.invoked_subcommand is None:
        state.status = state.screens(state.path, state.read_only, state.mouse)


def program() -> LazyGroup:
    """Return the whole command line."""
    return LazyGroup(
        PROGRAM,
        HELP,
        COMMANDS,
        callback=_start,
        invoke_without_command=True,
        params=[
            Option(
                ["--mouse/--no-mouse"], default=None,
                help=N_("Whether the terminal interface takes the mouse."),
            ),
            Option(
                ["--customers"], is_flag=True,
                help=N_("Begin with the list of customers instead of Today."),
            ),
            Option(
                ["--plain-output"], is_flag=True,
                help=N_("Draw whole frames, for a terminal that shows the screen wrongly."),
            ),
            Option(
                ["--version"], is_flag=True, callback=_version, expose_value=False, is_eager=True,
                help=N_("Show the version."),
            ),
        ],
    )  # fmt: skip


def run(argv: Sequence[str], screens: Screens, keys: Callable[[Any], KeyReport] | None = None) -> int:
    """Run one call and return its exit status; ``screens`` opens the interface, ``keys`` knows its keys.

    0 done, 1 refused or bad input, 2 usage, 3 somebody else changed it or holds the lock, 4 not permitted,
    70 a fault of ours, 130 cancelled. Data goes to stdout, everything else to stderr.
    """
    set_language(_language_asked(argv))
    for stream in (sys.stdout, sys.stderr):
        # A lone surrogate in somebody's data must not end a listing.
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
    state = State(screens)
    if keys:
        state.keys = keys
    try:
        status = _call(list(argv), state)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Whoever read the output has seen enough; what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as error:
        from crm_tui.cli.misuse import say_usage

        say_usage(error)
        return USAGE
    except CrmError as error:
        say(str(error))
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        say(_("Stopped."))
        return CANCELLED
    except Exception as error:
        if isinstance(error, UnicodeEncodeError) and not all(map(_is_text, argv)):
            say(_("A word of the call is not UTF-8; nothing was saved."))
            return 1
        if isinstance(error, OverflowError) and "SQLite" in str(error):
            say(_("A number of the call is too large; nothing was saved."))
            return 1
        return _end(error, state)


def _is_text(word: str) -> bool:
    """Tell whether a word of the call is text: file names may be other bytes, which nothing else can hold."""
    return not any("\ud800" <= sign <= "\udfff" for sign in word)


def _end(error: Exception, state: State) -> int:
    # Loaded here: help and usage know nothing of SQLite.
    from crm_tui.storage.diagnosis import damaged, plain
    from crm_tui.storage.health import is_damaged

    told = plain(error)
    # A page in another's place gives values that no code of ours expects.
    if not isinstance(told, CrmError) and is_damaged(state.path):
        log_fault(error)
        told = damaged(state.path)
    if isinstance(told, CrmError):
        say(str(told))
        return told.exit_code
    say_fault(error)
    return FAULT


def _call(argv: list[str], state: State) -> int:
    group = program()
    with group.make_context(PROGRAM, argv, obj=state) as ctx:
        group.invoke(ctx)
    return state.status


def _language_asked(argv: Sequence[str]) -> str | None:
    """Return the language named in a call, so that even its help and its refusals are in it."""
    for at, word in enumerate(argv):
        if word == "--":
            break
        name, sign, value = word.partition("=")
        if name == "--lang":
            value = value if sign else (argv[at + 1] if at + 1 < len(argv) else "")
            if value in LANGUAGES:
                return value
    return None
