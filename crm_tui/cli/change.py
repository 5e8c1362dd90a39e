"""The same change for many customers: ``change``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from crm_tui.cli.affected import colleague
from crm_tui.cli.asked import asked, choosing, referred
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import argument, command, option
from crm_tui.cli.output import Column
from crm_tui.cli.progress import Bar
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.customers import bulk, reading
from crm_tui.customers.bulk import BulkResult, Preview, Reach, Target
from crm_tui.customers.bulk_edit import Edit, read_edit
from crm_tui.customers.fields import Field, field_named
from crm_tui.errors import BadInput, Cancelled, NotPermitted
from crm_tui.followups.hand_over import hand_over
from crm_tui.locale import N_, _, ngettext

if TYPE_CHECKING:
    from crm_tui.session import Session

NOT_PERMITTED = NotPermitted.exit_code
NAMED = 20  # customers left alone that are listed by name


@command(
    COMMANDS["change"],
    argument("words", "[FIELD=VALUE]... [REF]...", nargs=-1),
    option("--tag", "tags", multiple=True, metavar="NAME", help=N_("Put a tag on; may be repeated.")),
    option("--untag", "untags", multiple=True, metavar="NAME", help=N_("Take a tag off; may be repeated.")),
    option("--archive", is_flag=True, help=N_("Put the customers away; undo brings them back.")),
    option("--hand-over", "to", metavar="PERSON",
           help=N_("Hand the customers and their open plans over to a colleague: name or login.")),
    option("--note", default="", metavar="TEXT", help=N_("With --hand-over: a word for the colleague.")),
    option("--keep-plans", is_flag=True, help=N_("With --hand-over: open plans stay with who has them.")),
    option("--find", metavar="WORDS", help=N_("Every customer that has these words.")),
    *choosing(sort=False),
    option("--all", "every", is_flag=True, help=N_("Every customer there is.")),
    option("--dry-run", is_flag=True, help=N_("Say what would be done and write nothing.")),
    option("--yes", is_flag=True, help=N_("Do it without asking.")),
    option("--reason", metavar="TEXT", help=N_("Why, for the history.")),
    more=N_(
        "FIELD is a title or name as the file shows it, an empty VALUE clears it: status=lost, owner=lilei."
        " The whole change is taken back by crm-tui undo."
    ),
)  # fmt: skip
def change(
    state: State, words: tuple[str, ...], tags: tuple[str, ...], untags: tuple[str, ...], archive: bool,
    to: str | None, note: str, keep_plans: bool, find: str | None, expression: str | None, view: str | None,
    every: bool, dry_run: bool, yes: bool, reason: str | None,
) -> None:  # fmt: skip
    """Change many customers alike."""
    pairs, references = _sorted(words)
    with state.session(write=not dry_run) as session:
        context = session.context()
        if to is not None:
            if pairs or tags or untags or archive:
                raise click.UsageError(_("--hand-over changes nothing else."), click.get_current_context())
            edit = hand_over(
                colleague(session, to), session.person.name, session.names, note, plans=not keep_plans
            )
        elif note or keep_plans:
            raise click.UsageError(
                _("--note and --keep-plans go with --hand-over."), click.get_current_context()
            )
        else:
            edit = read_edit(
                session.reader, pairs, context, add_tags=tags, remove_tags=untags, archive=archive
            )
        session.demand(bulk.action_of(edit))
        chosen = _chosen(session, references, find, every, expression, view)
        rows = bulk.targets(session.reader, chosen)
        near = bulk.reach(session, rows, edit)
        if near.beyond and not near.rows and not dry_run:
            bulk.change_many(session, rows, edit, reason=reason)  # is refused, and noted as an attempt
        found = bulk.preview(session.reader, near.rows, edit, context)
        if dry_run or not found.moving:
            _show(state, found, near, dry_run=dry_run)
            say(_("Nothing was changed; leave out --dry-run to do it.") if dry_run and found.moving
                else _("Nothing had to be done."))  # fmt: skip
            state.status = NOT_PERMITTED if near.beyond and not near.rows else int(not rows)
            return
        if not yes:
            _ask(state, found, near)
        _do(state, session, rows, edit, reason)


def _sorted(words: Sequence[str]) -> tuple[list[tuple[Field, str]], list[str]]:
    """Tell FIELD=VALUE from the references of customers."""
    pairs, references = [], []
    for word in words:
        name, sign, value = word.partition("=")
        if sign:
            pairs.append((field_named(name), value))
        else:
            references.append(word)
    return pairs, references


def _chosen(
    session: Session, references: list[str], find: str | None, every: bool, expression: str | None,
    view: str | None,
) -> list[int]:  # fmt: skip
    query = any(text and text.strip() for text in (find, expression, view))
    if sum([bool(references), query, every]) != 1:
        raise click.UsageError(
            _("say which customers: their numbers or names, or --filter, --view, --find, or --all."),
            click.get_current_context(),
        )
    if references:
        return list(dict.fromkeys(referred(session.reader, one) for one in references))
    wanted = asked(session, expression=expression, view=view, find=find, sort="id").query
    if not every and not wanted.text and wanted.filter is None:
        # A view that shows everything is no choice.
        raise BadInput(
            _("This chooses every customer there is."),
            _("Nothing was changed."),
            _("Say --all if you mean it."),
        )
    return reading.matching(session.reader, wanted)


def _show(state: State, found: Preview, near: Reach, *, dry_run: bool = False) -> None:
    if state.out.as_json:
        examples = [
            {
                "no": one.no, "name": one.name,
                "moves": [{"title": title, "from": old, "to": new} for title, old, new in one.moves],
            }
            for one in found.examples
        ]  # fmt: skip
        counts = {"change": found.moving, "same": found.same, "plans": found.beside}
        counts["beyond"] = len(near.beyond)
        state.out.json({"dry_run": dry_run, **counts, "reason": near.reason, "examples": examples})
        return
    state.out.line(_told(found))
    if near.beyond:
        state.out.line(_beyond(near.beyond, near.reason))
    if found.examples:
        columns = [
            Column(_("No.")), Column(_("Customer name"), True), Column(_("Field")),
            Column(_("Old value"), True), Column(_("New value"), True),
        ]  # fmt: skip
        cells = [(one.no, one.name, *move) for one in found.examples for move in one.moves]
        state.out.table(columns, [("", cells)])


def _told(found: Preview) -> str:
    text = ngettext("{n} customer to change", "{n} customers to change", found.moving)
    parts = [text.format(n=found.moving)]
    if found.same:
        parts.append(_("{n} already so").format(n=found.same))
    if found.beside:
        text = ngettext("{n} open plan goes along", "{n} open plans go along", found.beside)
        parts.append(text.format(n=found.beside))
    if found.moving > len(found.examples) > 0:
        parts.append(_("the first {n}:").format(n=len(found.examples)))
    return " · ".join(parts)


def _beyond(ids: Sequence[int], reason: str) -> str:
    text = ngettext("{n} customer stays as it is. {why}", "{n} customers stay as they are. {why}", len(ids))
    return text.format(n=len(ids), why=reason)


def _ask(state: State, found: Preview, near: Reach) -> None:
    if not _somebody_there():
        raise BadInput(
            _("A change of many customers asks first, and nobody is there to answer."),
            _("Nothing was changed."),
            _("Look at it with --dry-run, then add --yes."),
        )
    if not state.out.as_json:
        _show(state, found, near)
    if not click.confirm(_("Change them?"), default=False, err=True):
        raise Cancelled(_("Stopped."), _("Nothing was changed."))


def _somebody_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _do(state: State, session: Session, rows: list[Target], edit: Edit, reason: str | None) -> None:
    with Bar(_("Backing up"), stoppable=True) as bar:

        def report(done: int, total: int) -> None:
            if bar.what != _("Changing"):
                bar.start(_("Changing"))
            bar.report(done, total)

        result = bulk.change_many(
            session, rows, edit,
            reason=reason, progress=report, cancelled=bar.cancelled, backing_up=bar.report,
        )  # fmt: skip
    _report(state, session, result)


def _report(state: State, session: Session, result: BulkResult) -> None:
    left = reading.rows_of(session.reader, result.left)
    if state.out.as_json:
        numbers = [left[one].no if one in left else str(one) for one in result.left]
        state.out.json(
            {
                "changed": result.changed, "same": result.same, "left": numbers, "set": result.set_id,
                "job": result.job, "beyond": len(result.beyond), "reason": result.reason,
            }
        )  # fmt: skip
    text = ngettext("{n} customer changed.", "{n} customers changed.", result.changed)
    say(text.format(n=result.changed))
    if result.beyond:
        say(_beyond(result.beyond, result.reason))
        state.status = NOT_PERMITTED
    if result.left:
        text = ngettext(
            "{n} customer was left: somebody else changed it meanwhile.",
            "{n} customers were left: somebody else changed them meanwhile.",
            len(result.left),
        )
        say(text.format(n=len(result.left)))
        for one in result.left[:NAMED]:
            say("  " + (f"{left[one].no} {left[one].name}" if one in left else _("no longer there")))
        state.status = 3
    if result.changed and result.set_id is not None:
        say(_("The whole change is taken back by: crm-tui undo {number}").format(number=result.set_id))
