"""Which customers a command is about: ``--filter``, ``--view``, ``--find``, ``--mine`` and ``--sort``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import option
from crm_tui.customers.reading import MATCH, SORTS, Query, find, led_on, sought
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _, translations
from crm_tui.text.fold import fold

if TYPE_CHECKING:
    import click

    from crm_tui.session import Session
    from crm_tui.storage.driver import sqlite3

SCREEN = "customers"
PATIENCE_MS = 5000


class Asked(NamedTuple):
    """A query and the columns that a view has, () without one; ``more``: its words found more than it has."""

    query: Query
    columns: tuple[str, ...] = ()
    more: bool = False


def choosing(*, sort: bool) -> tuple[click.Parameter, ...]:
    """Return fresh options that choose customers."""
    found = (
        option(
            "--filter", "expression", metavar="EXPR",
            help=N_("By facts: 'industry:manufacturing level:A last>30d'; a blank means and, | or, - not."),
        ),
        option("--view", metavar="NAME", help=N_("As a saved view says, one's own or the team's.")),
    )  # fmt: skip
    order = option(
        "--sort", metavar="KEY",
        help=N_("name, no, due, followup, created, recent, level, status …; -KEY turns it round."),
    )  # fmt: skip
    return (*found, order) if sort else found


def asked(
    session: Session,
    *,
    expression: str | None = None,
    view: str | None = None,
    find: str | None = None,
    mine: bool = False,
    sort: str | None = None,
    usual: str = "recent",
    ranked: bool = False,
    every: bool = False,
) -> Asked:
    """Return what the options ask for; raises BadInput for a filter, view or order that is not understood.

    ``ranked``: words are looked for as ``find`` does, the best first unless an order was asked for. When
    ``every`` customer is wanted and those are too many, it is all whose texts hold the words.
    """
    from crm_tui.customers import filters, views

    columns: tuple[str, ...] = ()
    definition: Mapping[str, Any] = {}
    if view is not None:
        definition = views.named(session.reader, SCREEN, view).definition
        columns = _columns(definition.get("columns"))
    people = session.context().people
    parts: list[filters.Filter] = []
    words = [find or ""]
    for kept in (definition.get("filter"), expression):
        if isinstance(kept, str):
            tree, free = filters.parse(kept, session.words, people, session.person.id, session.today())
            words.append(free)
        else:
            tree = filters.from_data(kept)
        parts += [tree] if tree is not None else []
    whole = filters.plain(filters.All(tuple(parts))) if parts else None
    order = sort_of(sort) if sort else sort_of(str(definition.get("sort") or usual))
    owner = session.person.id if mine else None
    query = Query(" ".join(" ".join(words).split()), owner, None, order, whole)
    if not (ranked and sought(query.text)):
        return Asked(query, columns)
    from crm_tui.search.listing import narrowed

    found = narrowed(session.reader, query, session.person.id, deadline_ms=PATIENCE_MS)
    if found.more and every:
        return Asked(query, columns)
    if found.query.ids is not None and not (sort or definition.get("sort")):
        return Asked(found.query._replace(sort=MATCH), columns, found.more)
    return Asked(found.query, columns, found.more)


def referred(reader: sqlite3.Connection, reference: str) -> int:
    """Return the customer that REF means, telling when that one was merged into another; raises BadInput."""
    found = find(reader, reference)
    if told := led_on(reader, reference):
        say(told)
    return found


def sort_of(text: str) -> str:
    """Return the key of an order that a key or a title means, with its leading sign; raises BadInput."""
    sign, wanted = ("-", text[1:]) if text.startswith("-") else ("", text)
    if wanted == "id":
        return text
    for key, title in SORTS.items():
        if fold(wanted) in (fold(key), *map(fold, translations(title))):
            return sign + key
    raise BadInput(
        _("There is no order “{name}”.").format(name=text),
        "",
        _("There are: {names}.").format(names=", ".join(SORTS)),
    )


def _columns(kept: Any) -> tuple[str, ...]:
    if not isinstance(kept, list):
        return ()
    names = (
        one.get("name") if isinstance(one, dict) else one[0] if isinstance(one, list) and one else one
        for one in kept
    )
    return tuple(name for name in names if isinstance(name, str))
