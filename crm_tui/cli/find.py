"""Customers by name, pinyin, number, phone or mail, the best first: ``find``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

import click

from crm_tui import clock
from crm_tui.cli import sought
from crm_tui.cli.asked import choosing
from crm_tui.cli.diagnostics import log_fault, say
from crm_tui.cli.grammar import argument, command, option
from crm_tui.cli.output import Output
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.errors import CrmError
from crm_tui.locale import N_, _

if TYPE_CHECKING:
    from crm_tui.session import Session

LONGEST = 4096  # bytes of a line; a longer one is refused and read past


@command(
    COMMANDS["find"],
    argument("words", "[TEXT]...", nargs=-1),
    *choosing(sort=False),
    option("--mine", is_flag=True, help=N_("Only your own customers.")),
    option(
        "--limit", type=click.IntRange(1, sought.MOST), default=sought.SHOWN,
        help=N_("How many at most (20)."),
    ),
    option(
        "--stdin", "lines", is_flag=True,
        help=N_("Read a search from each line of standard input and answer each with a line of JSON."),
    ),
    more=N_(
        "TEXT is a part of a name, its pinyin or initials, a former or short name, digits of a phone or a"
        " number, a mail domain, a tag; several words must all be found. A field may be named: phone:8888,"
        " tag:VIP, owner:me."
    ),
)  # fmt: skip
def find(
    state: State, words: tuple[str, ...], expression: str | None, view: str | None, mine: bool, limit: int,
    lines: bool,
) -> None:  # fmt: skip
    """Print what a search finds, the best first."""
    if bool(words) is lines:
        told = _("With --stdin the searches come from standard input, not from the command line.")
        raise click.UsageError(told if lines else _("{name} is missing.").format(name="TEXT"))
    options = {"expression": expression, "view": view, "mine": mine}
    with state.session() as session:
        if lines:
            _converse(session, state.out, sys.stdin.buffer, limit, options)
            return
        found = sought.answer(session, sought.question(session, " ".join(words), **options), limit)
    sought.write(state.out, found)
    for sentence in sought.told(found):
        say(sentence)
    if not found.found:
        state.status = 1


def _converse(session: Session, out: Output, source: IO[bytes], limit: int, options: dict[str, Any]) -> None:
    """Answer line by line until the input ends; each answer is flushed, so that a program can wait for it."""
    # A filter that is not understood is refused before the first answer, not with each.
    given = sought.question(session, "", **options)
    for line in _lines(source):
        began, busy = clock.stopwatch(), clock.processor()
        told = _answer(session, line, given, limit)
        told["took_ms"] = round((clock.stopwatch() - began) * 1000, 3)
        told["cpu_ms"] = round((clock.processor() - busy) * 1000, 3)
        out.json(told)
        sys.stdout.flush()


def _lines(source: IO[bytes]) -> Iterator[bytes | None]:
    """Yield lines without their ends; None for one that is too long, which is read past."""
    while line := source.readline(LONGEST + 1):
        if line.endswith(b"\n") or len(line) <= LONGEST:
            yield line.rstrip(b"\r\n")
            continue
        while line and not line.endswith(b"\n"):
            line = source.readline(LONGEST)
        yield None


def _answer(session: Session, line: bytes | None, given: sought.Question, limit: int) -> dict[str, Any]:
    """Return the answer to a line; whatever is wrong with it or goes wrong is said in ``error``."""
    told: dict[str, Any] = {"query": "", "hits": [], "more": False}
    if line is None:
        return told | {"error": _("The line is longer than {n} bytes.").format(n=LONGEST)}
    told["query"] = line.decode("utf-8", "replace")
    try:
        words = " ".join(part for part in (line.decode("utf-8"), given.text) if part)
        found = sought.answer(session, given._replace(text=words), limit)
    except UnicodeDecodeError:
        return told | {"error": _("The line is not UTF-8.")}
    except Exception as error:
        return told | {"error": _told(error)}
    hits = [sought.described(one) for one in found.found]
    return told | {"hits": hits, "more": found.more, "index": found.scan or "ready"}


def _told(error: Exception) -> str:
    from crm_tui.storage.diagnosis import plain

    refused = plain(error)
    if isinstance(refused, CrmError):
        return str(refused)
    log_fault(error)
    return _("Something went wrong in the program; what was saved before is kept.")
