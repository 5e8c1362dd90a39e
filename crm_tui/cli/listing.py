"""Customers by filter, order and view: ``list``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from crm_tui.cli.asked import asked, choosing
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import argument, command, option
from crm_tui.cli.output import Column
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.customers.fields import FIELDS, field_named
from crm_tui.customers.reading import LIST_COLUMNS, Window, extra, worded
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _, ngettext

if TYPE_CHECKING:
    from crm_tui.session import Session

USUAL = (
    "no",
    "name",
    "status",
    "stage",
    "owner",
    "contact_name",
    "contact_way",
    "last_followup",
    "next_plan",
)
SHOWN = 50
PART = 500
COUNT_MS = 2000


@command(
    COMMANDS["list"],
    argument("words", "[EXPR]...", nargs=-1),
    *choosing(sort=True),
    option("--mine", is_flag=True, help=N_("Only your own customers.")),
    option("--columns", metavar="NAMES", help=N_("Columns by title or name, with commas between them.")),
    option(
        "--limit", type=click.IntRange(0), default=SHOWN, help=N_("How many at most, 0 for all; else 50.")
    ),
    option("--count", "only_count", is_flag=True, help=N_("Only how many there are.")),
    more=N_(
        "EXPR has fields such as industry:manufacturing, owner:me, last>30d, created:2026-01..2026-03,"
        " next-step:overdue, contact:none, name:Hengda, and words to look for; -status:lost and status:!lost"
        " leave out."
    ),
    excluding=True,
)  # fmt: skip
def list_customers(
    state: State, words: tuple[str, ...], expression: str | None, view: str | None, sort: str | None,
    mine: bool, columns: str | None, limit: int, only_count: bool,
) -> None:  # fmt: skip
    """Print customers."""
    typed = " ".join(part for part in (expression or "", *words) if part)
    with state.session() as session:
        wanted = asked(session, expression=typed or None, view=view, mine=mine, sort=sort, ranked=True,
                       every=only_count or not limit)  # fmt: skip
        window = Window(session.reader, wanted.query)
        if only_count:
            _print_count(state, window.count() or 0)
            return
        names = _names(columns) if columns else wanted.columns or USUAL
        shown = [name for name in names if name in LIST_COLUMNS]
        ids = window.ids() if not limit else window.ids_page(0, limit)
        if state.out.as_json:
            for start in range(0, len(ids), PART):
                part = ids[start : start + PART]
                found = extra(session.reader, part, shown)
                for one in part:
                    if one in found:
                        state.out.json({"id": one, **_object(found[one], session)})
            return
        found = {key: row for at in range(0, len(ids), PART)
                 for key, row in extra(session.reader, ids[at : at + PART], shown).items()}  # fmt: skip
        heads = [Column(FIELDS[name].title, name not in ("no", "status", "last_followup")) for name in shown]
        cells = [
            [worded(name, found[one].get(name), session) for name in shown] for one in ids if one in found
        ]
        if cells:
            state.out.table(heads, [("", cells)])
        total = window.count(COUNT_MS)
    if not ids:
        say(_("No customer is like that."))
        state.status = 1
    elif wanted.more and total == len(ids):
        say(_("The best {n} are listed; --limit 0 lists all that hold the words.").format(n=f"{total:,}"))
    elif total is None or total > len(ids):
        more = _("many") if total is None else f"{total:,}"
        say(_("{n} of {total} shown; --limit 0 shows all.").format(n=len(ids), total=more))


def _print_count(state: State, total: int) -> None:
    if state.out.as_json:
        state.out.json({"count": total})
    else:
        state.out.line(ngettext("{n} customer", "{n} customers", total).format(n=total))


def _names(text: str) -> tuple[str, ...]:
    found = []
    for part in text.replace("，", ",").replace("、", ",").split(","):
        if not part.strip():
            continue
        one = field_named(part.strip())
        if one.name not in LIST_COLUMNS:
            raise BadInput(
                _("A list has no column “{name}”.").format(name=part.strip()),
                "",
                _("There are: {names}.").format(names="、".join(FIELDS[name].title for name in LIST_COLUMNS)),
            )
        found.append(one.name)
    return tuple(dict.fromkeys(found)) or USUAL


def _object(row: dict[str, Any], session: Session) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        found[name] = list(value) if isinstance(value, tuple) else value
        if value is not None and FIELDS[name].type in ("word", "words", "person"):
            found[f"{name}_label"] = worded(name, value, session)
    return found
