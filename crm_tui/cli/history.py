"""Who changed what: ``history``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crm_tui import clock
from crm_tui.cli.asked import referred
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import argument, command, option
from crm_tui.cli.output import Column
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.customers.convert import Context, show_column
from crm_tui.customers.fields import Field, field_named, field_of
from crm_tui.locale import N_, _
from crm_tui.storage import file_history
from crm_tui.storage import history as log
from crm_tui.storage.history import FieldChange, SetSummary
from crm_tui.storage.wording import action_label, hidden_text, set_label

if TYPE_CHECKING:
    from crm_tui.session import Session

LATEST = 30
MOST = 2000
ENTITIES: dict[str, str] = {
    "customer": N_("Customer"),
    "contact": N_("Contact"),
    "project": N_("Project"),
    "tag_link": N_("Tag"),
    "customer_alias": N_("Other name"),
    "activity": N_("Follow-up"),
    "plan": N_("Plan"),
    "collaborator": N_("Collaborator"),
    "duplicate_decision": N_("Judgement on duplicates"),
}


class Move(NamedTuple):
    """One line of a file's history, in words."""

    set_id: int
    at: str
    who: str
    record: str
    field: str
    old: str
    new: str


@command(
    COMMANDS["history"],
    argument("reference", "[REF]", required=False),
    option(
        "--field", "name", metavar="FIELD", help=N_("Only one field, by its title or name: mobile, status …")
    ),
    option("--limit", type=int, default=LATEST, metavar="N", help=N_("How many lines at most (30).")),
    more=N_("Without REF it lists the latest changes of all with the numbers that crm-tui undo takes."),
)
def history(state: State, reference: str | None, name: str | None, limit: int) -> None:
    """Print the history of a file, or the latest sets."""
    with state.session() as session:
        if reference is None:
            _sets(state, session, limit)
        else:
            _file(state, session, reference, field_named(name) if name else None, limit)


def local(at: str | None, zone: str) -> str:
    """Return an instant on the team's wall clock; '' for an edit not dated yet."""
    return f"{clock.local(at, zone):%Y-%m-%d %H:%M}" if at else ""


def _sets(state: State, session: Session, limit: int) -> None:
    found = log.recent(session.reader, limit=limit)
    if state.out.as_json:
        for one in found:
            state.out.json({**one._asdict(), "who": session.names.get(one.actor or 0, "")})
        return
    if not found:
        say(_("Nothing was changed yet."))
        return
    columns = [
        Column(_("Number"), right=True), Column(_("When")), Column(_("Who")), Column(_("What"), True),
        Column(_("Places"), right=True), Column(""),
    ]  # fmt: skip
    rows = [
        (
            str(one.set_id), local(one.at, session.zone), session.names.get(one.actor or 0, "—"),
            set_title(session, one), str(one.rows), _("taken back") if one.undone else "",
        )
        for one in found
    ]  # fmt: skip
    state.out.table(columns, [("", rows)])


def set_title(session: Session, one: SetSummary) -> str:
    """Return what a set did, with the title of its job and the reason given for it."""
    label = set_label(session.reader, one.set_id, one.action)
    return " · ".join(part for part in (label, one.title, one.reason) if part)


def _file(state: State, session: Session, reference: str, one: Field | None, limit: int) -> None:
    customer_id = referred(session.reader, reference)
    changes = file_history.of_file(session.reader, customer_id, limit=MOST if one else limit)
    names = file_history.names_in_file(session.reader, customer_id)
    context = session.context()
    moves = [
        (change, move)
        for change in changes
        if (one is None or (change.entity == one.entity and change.field in one.columns))
        and (move := _move(change, names, context, session)) is not None
    ][:limit]
    if state.out.as_json:
        for change, move in moves:
            state.out.json(
                {**_object(change), "who": move.who, "title": move.field, "from": move.old, "to": move.new}
            )
        return
    if not moves:
        say(_("This field was never changed.") if one else _("Nothing was changed yet."))
        return
    columns = [
        Column(_("Number"), right=True), Column(_("When")), Column(_("Who")), Column(_("Of"), True),
        Column(_("Field")), Column(_("Old value"), True), Column(_("New value"), True),
    ]  # fmt: skip
    rows = [(str(move.set_id), *move[1:]) for _change, move in moves]
    state.out.table(columns, [("", rows)])


def _object(change: FieldChange) -> dict[str, Any]:
    found = change._asdict()
    found.pop("change_id")
    return {**found, "hidden": change.is_hidden}


def _move(
    change: FieldChange, names: dict[tuple[str, int], str], context: Context, session: Session
) -> Move | None:
    kind = ENTITIES.get(change.entity, change.entity)
    record = _(kind)
    called = names.get((change.entity, change.entity_id), "")
    who = session.names.get(change.actor or 0, "") or action_label(change.action)
    begin = (change.set_id, local(change.at, session.zone), who, f"{record} {called}".strip())
    if change.op != "update":
        return Move(*begin, _("added") if change.op == "insert" else _("removed"), "", "")
    if change.field == "deleted_at":
        if change.entity == "customer" and change.new and change.action == "customer.merge":
            return Move(*begin, _("merged"), "", "")
        return Move(*begin, _("removed") if change.new else _("brought back"), "", "")
    if field_of(change.entity, change.field or "") is None:
        return None
    title, old, new = in_words(change.entity, change.field or "", (change.old, change.new), context)
    if change.is_hidden:
        old = new = hidden_text()
    return Move(*begin, title, old, new)


def in_words(entity: str, column: str, values: tuple[Any, ...], context: Context) -> tuple[str, ...]:
    """Return a column's title and some of its values as people read them."""
    one = field_of(entity, column)
    title = one.title if one else column
    return (title, *(show_column(entity, column, value, context) for value in values))
