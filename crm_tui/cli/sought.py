"""Customers as a search finds them, in lines or JSON; one search is read and answered without the grammar."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_tui import config
from crm_tui.cli.output import Column, Output
from crm_tui.errors import CrmError
from crm_tui.locale import LANGUAGES, _, set_language
from crm_tui.text.cells import safe

if TYPE_CHECKING:
    from crm_tui.customers.filter_fields import Filter
    from crm_tui.search.service import Found, Hit
    from crm_tui.session import Session

SHOWN = 20
MOST = 1000
# Nobody waits between two keys here, so a slow disk may have its time; a shell that no longer wants the
# answer ends the call.
PATIENCE_MS = 1000
CANCELLED = 130
NAMED = ("--db", "--lang", "--limit", "--filter", "--view")
FLAGS = ("--json", "--mine", "--read-only")


class Call(NamedTuple):
    """A call of ``find`` that needs no grammar; ``options`` are those of ``question``."""

    text: str
    path: Path
    limit: int
    as_json: bool
    language: str | None
    options: dict[str, Any]


class Question(NamedTuple):
    """What is looked for: words, and a filter that every customer has to pass."""

    text: str
    filter: Filter | None = None


class Sought(NamedTuple):
    """A customer that was found, with what tells it from others, and why it was found."""

    hit: Hit
    no: str
    name: str
    owner: str


class Answer(NamedTuple):
    """Customers from the best to the worst; ``more`` when there may be others.

    ``scan`` names why the index was not asked: building, damaged; '' when it was.
    """

    found: list[Sought]
    more: bool
    scan: str


def question(
    session: Session,
    text: str,
    *,
    expression: str | None = None,
    view: str | None = None,
    mine: bool = False,
) -> Question:
    """Return what words and options ask for; free words of a filter or view are looked for too.

    Raises BadInput for a filter or view that is not understood.
    """
    if expression is None and view is None and not mine:
        return Question(text)
    from crm_tui.cli.asked import asked
    from crm_tui.customers.filter_fields import ME, All, Condition

    query = asked(session, expression=expression, view=view).query
    filter = query.filter
    if mine:
        own = Condition("owner", "is", (ME,))
        filter = own if filter is None else All((own, filter))
    return Question(" ".join(part for part in (text, query.text) if part), filter)


def answer(session: Session, wanted: Question, limit: int) -> Answer:
    """Return the best customers for a question, at most so many."""
    from crm_tui.search.service import search

    found: Found = search(
        session.reader,
        wanted.text,
        session.person.id,
        limit=limit,
        deadline_ms=PATIENCE_MS,
        where=wanted.filter,
    )
    if found.scan == "damaged":
        from crm_tui.search.index import tell_damage

        tell_damage(session.database)
    return Answer(_named(session, found.hits), found.more, found.scan)


def _named(session: Session, hits: Sequence[Hit]) -> list[Sought]:
    from crm_tui.search.shown import shown

    rows = shown(session.reader, [hit.id for hit in hits])
    return [Sought(hit, *rows[hit.id]) for hit in hits if hit.id in rows]


def write(out: Output, found: Answer) -> None:
    """Write what was found: a line each, or an object each."""
    if out.as_json:
        for one in found.found:
            out.json(described(one))
        return
    if found.found:
        from crm_tui.customers.document import NAME
        from crm_tui.search.reasons import reason_text

        heads = [
            Column(_("No.")), Column(_("Customer name"), True), Column(_("Owner")), Column(_("Why")),
            Column(_("Found in it"), True),
        ]  # fmt: skip
        rows = [
            # The name stands there already.
            (no, name, owner, reason_text(hit.reason), hit.text if hit.field != NAME else "")
            for hit, no, name, owner in found.found
        ]
        out.table(heads, [("", rows)])


def described(one: Sought) -> dict[str, Any]:
    """Return a found customer as an object."""
    from crm_tui.search.reasons import PLAIN, reason_text

    hit = one.hit
    return {
        "id": hit.id, "no": one.no, "name": one.name, "owner": one.owner, "score": round(hit.score, 1),
        "reason": hit.reason, "reason_label": reason_text(hit.reason), "field": PLAIN.get(hit.field, ""),
        "text": hit.text,
    }  # fmt: skip


def told(found: Answer) -> list[str]:
    """Return what is said beside the customers: none, more than are shown, no index to ask."""
    said = []
    if found.scan:
        from crm_tui.search.index import State
        from crm_tui.search.listing import told as told_of_index

        said.append(told_of_index(State(found.scan)))
    if not found.found:
        said.append(_("No customer is like that."))
    elif found.more:
        said.append(
            _("The best {n} are shown; type more, or take a larger --limit.").format(n=len(found.found))
        )
    return said


# ------------------------------------------------------------------ without the grammar


def quick(argv: Sequence[str]) -> int | None:
    """Answer a plain call of ``find`` and return its status; None for every call that the grammar is to take.

    A shell function calls for every key, and loading the grammar takes longer than most searches. What is
    not understood here, or ends in an error, is left to the grammar, which tells it.
    """
    call = read(argv)
    if call is None:
        return None
    from crm_tui.session import open_session
    from crm_tui.storage.driver import sqlite3

    set_language(call.language)
    try:
        with open_session(call.path, read_only=True, source="cli") as session:
            if session.warning:
                return None
            found = answer(session, question(session, call.text, **call.options), call.limit)
    except KeyboardInterrupt:
        sys.stderr.write(_("Stopped.") + "\n")
        return CANCELLED
    except (CrmError, sqlite3.Error, OSError, ValueError):
        return None  # nothing is written yet: the grammar does it again, and tells what is wrong
    try:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        write(Output(call.as_json), found)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError:
        return None
    sys.stderr.writelines(f"{safe(sentence)}\n" for sentence in told(found))
    return 0 if found.found else 1


def read(argv: Sequence[str]) -> Call | None:
    """Return a call of ``find`` with usual options, None for anything else."""
    words: list[str] = []
    named: dict[str, str] = {}
    flags: set[str] = set()
    rest = iter(argv)
    for word in rest:
        name, sign, text = word.partition("=")
        if word == "--" and words:
            words.extend(rest)
        elif word in FLAGS:
            flags.add(word)
        elif name in NAMED:
            named[name] = text if sign else next(rest, "")
        elif word.startswith("-") and word != "-":
            return None
        else:
            words.append(word)
    limit, language = named.get("--limit", str(SHOWN)), named.get("--lang")
    plain = limit.isdecimal() and 0 < int(limit) <= MOST and (language is None or language in LANGUAGES)
    if words[:1] != ["find"] or len(words) < 2 or not plain or "" in named.values():
        return None
    path = config.full_path(named["--db"]) if "--db" in named else config.default_database()
    options = {"expression": named.get("--filter"), "view": named.get("--view"), "mine": "--mine" in flags}
    return Call(" ".join(words[1:]), path, int(limit), "--json" in flags, language, options)
