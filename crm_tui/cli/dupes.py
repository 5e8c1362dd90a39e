"""Duplicates on the command line: ``dupes merge``, ``reject``, ``related``; dupes_found.py has the others."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from crm_tui import clock
from crm_tui.cli import dupes_found
from crm_tui.cli.asked import referred
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import LazyGroup, argument, command, option
from crm_tui.cli.output import Column
from crm_tui.cli.registry import COMMANDS, Entry
from crm_tui.cli.state import State
from crm_tui.customers.convert import Context
from crm_tui.customers.fields import FIELDS, field_named
from crm_tui.customers.reading import rows_of
from crm_tui.dedupe import choosing, decisions, merging
from crm_tui.dedupe.preview import Preview, preview
from crm_tui.errors import BadInput, Cancelled, Refused
from crm_tui.locale import N_, _, translations
from crm_tui.text.fold import fold

if TYPE_CHECKING:
    from crm_tui.session import Session

ENTRIES = {
    **dupes_found.ENTRIES,
    "merge": Entry(__name__, "merge", N_("Merge duplicate customers into one, with one undo.")),
    "reject": Entry(__name__, "reject", N_("Remember that two customers are not the same.")),
    "related": Entry(__name__, "related", N_("Remember that two customers are related companies.")),
}
EVERY = N_("all")
_NOTE = option("--note", default="", metavar="TEXT", help=N_("Why, for whoever meets the two again."))


@command(
    ENTRIES["merge"],
    argument("references", "REF REF...", nargs=-1, required=True),
    option(
        "--into", metavar="REF",
        help=N_("Which one stays; else the one with most follow-ups, or the first."),
    ),
    option(
        "--choose", "choices", multiple=True, metavar="FIELD=REF",
        help=N_("Whose value counts: name=C001; for long texts also all; may be repeated."),
    ),
    option("--dry-run", is_flag=True, help=N_("Say what would be done and write nothing.")),
    option("--yes", is_flag=True, help=N_("Do it without asking.")),
    option("--reason", metavar="TEXT", help=N_("Why, for the history.")),
    more=N_(
        "REF is a customer number or an exact name; two to eight of them. What hangs on the others goes over"
        " to the one that stays, their names and numbers find it, their owners become collaborators. Blank"
        " fields are filled. The whole merge is taken back by crm-tui undo."
    ),
)  # fmt: skip
def merge(
    state: State, references: tuple[str, ...], into: str | None, choices: tuple[str, ...], dry_run: bool,
    yes: bool, reason: str | None,
) -> None:  # fmt: skip
    """Merge customers after a preview."""
    with state.session(write=not dry_run) as session:
        session.demand("customer.merge")
        ids = [referred(session.reader, one) for one in references]
        survivor = referred(session.reader, into) if into else None
        if survivor is not None and survivor not in ids:
            ids.insert(0, survivor)
        shown = preview(session.reader, ids, survivor, session.policy)
        if shown.refusal:
            with session.rights.noting("customer.merge"):
                raise Refused(shown.refusal, _("Nothing was changed."))
        wanted = dict(_choice(session, shown, one) for one in choices)
        whose = {**shown.choices, **wanted}
        if dry_run or not yes:
            _ask(state, session, shown, whose, dry_run=dry_run)
        if dry_run:
            say(_("Nothing was changed; leave out --dry-run to do it."))
            return
        result = session.write(merging.merge, shown.survivor, shown.losers, shown.seen, wanted, reason=reason)
        stays = next(side for side in shown.sides if side.id == shown.survivor)
    gone = [side.no for side in shown.sides if side.id != shown.survivor]
    if state.out.as_json:
        folded = result.value.folded
        state.out.json({"no": stays.no, "merged": gone, "contacts_folded": folded, "set": result.set_id})
    say(
        _("Merged {others} into {one}.").format(
            others=", ".join(gone), one=f"{stays.no} {stays.name}".strip()
        )
    )
    say(_("The whole change is taken back by: crm-tui undo {number}").format(number=result.set_id))


def _choice(session: Session, shown: Preview, text: str) -> tuple[str, int]:
    """Return the field and the record that FIELD=REF means; raises BadInput."""
    name, sign, reference = text.partition("=")
    if not sign:
        raise BadInput(
            _("“{text}” is no choice.").format(text=text),
            _("Nothing was merged."),
            _("Write it as FIELD=REF."),
        )
    field = field_named(name).name
    if fold(reference) in map(fold, (EVERY, *translations(EVERY))):
        return field, choosing.ALL
    found = referred(session.reader, reference)
    if found not in [side.id for side in shown.sides]:
        raise BadInput(
            _("{ref} is none of the customers to merge.").format(ref=reference), _("Nothing was merged.")
        )
    return field, found


def _ask(state: State, session: Session, shown: Preview, whose: dict[str, int], *, dry_run: bool) -> None:
    context = session.context()
    if state.out.as_json:
        if dry_run:
            state.out.json(_object(shown, whose, context))
    else:
        _show(state, shown, whose, context)
    if dry_run:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise BadInput(
            _("A merge asks first, and nobody is there to answer."),
            _("Nothing was merged."),
            _("Look at it with --dry-run, then add --yes."),
        )
    if not click.confirm(_("Merge them?"), default=False, err=True):
        raise Cancelled(_("Stopped."), _("Nothing was merged."))


def _show(state: State, shown: Preview, whose: dict[str, int], context: Context) -> None:
    stays = next(side for side in shown.sides if side.id == shown.survivor)
    told = _("{no} stays").format(no=f"{stays.no} {stays.name}".strip())
    state.out.line(told + (f" ({shown.why})" if shown.why else ""))
    for doubt in shown.doubts:
        say("! " + doubt)
    columns = [Column(_("Field")), *(Column(side.no, True) for side in shown.sides)]
    entered = [
        f"{clock.local(side.entered_at, context.zone):%Y-%m-%d}" if side.entered_at else ""
        for side in shown.sides
    ]
    rows = [(FIELDS["created_at"].title, *entered)]
    for one in shown.fields:
        if not one.differs and len(one.filled) == len(shown.sides):
            continue
        texts = [_marked(side.text(one.field, context), whose[one.field], side.id) for side in shown.sides]
        rows.append((FIELDS[one.field].title, *texts))
    state.out.table(columns, [("", rows)])
    state.out.line(_("* counts; of the others the history knows"))
    moving = {
        each.title: sum(n for one, n in each.counts.items() if one != shown.survivor) for each in shown.moving
    }
    parts = [f"{title} {n}" for title, n in moving.items() if n]
    if parts:
        state.out.line(_("Goes over: {what}").format(what=" · ".join(parts)))


def _marked(text: str, counts: int, row_id: int) -> str:
    return f"* {text}" if text and counts in (choosing.ALL, row_id) else text


def _object(shown: Preview, whose: dict[str, int], context: Context) -> dict[str, object]:
    numbers = {side.id: side.no for side in shown.sides}
    fields = [
        {
            "field": one.field, "title": FIELDS[one.field].title, "differs": one.differs,
            "values": {side.no: side.text(one.field, context) for side in shown.sides},
            "counts": numbers.get(whose[one.field], "all"),
        }
        for one in shown.fields
    ]  # fmt: skip
    moving = {each.table: {numbers[one]: n for one, n in each.counts.items()} for each in shown.moving}
    return {
        "dry_run": True, "into": numbers[shown.survivor], "why": shown.why,
        "merged": [numbers[one] for one in shown.losers], "fields": fields, "moving": moving,
        "doubts": shown.doubts,
    }  # fmt: skip


@command(ENTRIES["reject"], argument("references", "REF REF", nargs=2), _NOTE)
def reject(state: State, references: Sequence[str], note: str) -> None:
    """Remember that two customers are not the same."""
    _judge(state, references, note, related=False)


@command(ENTRIES["related"], argument("references", "REF REF", nargs=2), _NOTE)
def related(state: State, references: Sequence[str], note: str) -> None:
    """Remember that two customers are related companies."""
    _judge(state, references, note, related=True)


def _judge(state: State, references: Sequence[str], note: str, *, related: bool) -> None:
    with state.session(write=True) as session:
        one, other = (referred(session.reader, each) for each in references)
        result = session.write(decisions.relate if related else decisions.reject, one, other, note)
        rows = rows_of(session.reader, [one, other])
        numbers = [rows[each].no for each in (one, other)]
    verdict = decisions.RELATED if related else decisions.DIFFERENT
    if state.out.as_json:
        state.out.json({"customers": numbers, "verdict": verdict, "note": note, "set": result.set_id})
    say(
        _("{one} and {other}: {verdict}.").format(
            one=numbers[0], other=numbers[1], verdict=_(decisions.VERDICTS[verdict])
        )
    )


dupes = LazyGroup("dupes", COMMANDS["dupes"].help, ENTRIES, no_args_is_help=True)
