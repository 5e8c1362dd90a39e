"""History in words: the sets of everybody, the moves of a record or a set, the preview of an undo."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.access import auditing
from crm_tui.access.telling import counted, is_hidden
from crm_tui.customers.convert import Context, show_column
from crm_tui.customers.fields import field_of
from crm_tui.followups import reading
from crm_tui.locale import N_, _
from crm_tui.session import Session
from crm_tui.storage import file_history, history, undoing
from crm_tui.storage.history import FieldChange, SetSummary
from crm_tui.storage.survey import Obstacle
from crm_tui.storage.wording import action_label, hidden_text, nameless, obstacle_label, set_label
from crm_tui.tui.widgets.rows import Cell, Column, Row

NEWEST_SETS = 300
NEWEST_MOVES = 1000
NAMED = 8
LOOKED_AT = 6
WHEN = 11  # 11-25 15:00; a day of another year takes the clock's place
ENTITIES: dict[str, str] = {
    "customer": N_("Customer"),
    "contact": N_("Contact"),
    "project": N_("Project"),
    "tag": N_("Tag"),
    "tag_link": N_("Tag"),
    "customer_alias": N_("Other name"),
    "activity": N_("Follow-up"),
    "plan": N_("Plan"),
    "collaborator": N_("Collaborator"),
    "duplicate_decision": N_("Judgement on duplicates"),
    "imported_row": N_("Row of a sheet"),
    "person": N_("Colleague"),
    "word": N_("Word"),
    "saved_view": N_("View"),
}


class Line(NamedTuple):
    """A row of the table and the set that it belongs to."""

    row: Row
    set_id: int


class Preview(NamedTuple):
    """What an undo is about: set, title, places, whose, and whether ``u`` takes it without asking."""

    set_id: int
    title: str
    places: int
    names: list[str]
    own_last: bool


def set_columns() -> list[Column]:
    """Return the columns of the list of sets."""
    return [
        Column(_("When"), WHEN, tone="dim"),
        Column(_("Who"), 8, priority=2),
        Column(_("What"), 22, flex=3, tone="strong"),
        Column(_("Places"), 6, right=True, priority=3),
        Column("", 8, priority=1),
    ]


def move_columns(*, of_set: bool) -> list[Column]:
    """Return the columns of single moves; those of one set need no time and person."""
    moved = [
        Column(_("Record"), 14, flex=2, priority=0 if of_set else 3),
        Column(_("Field"), 12, flex=1),
        Column(_("Old value"), 12, flex=2, tone="dim"),
        Column(_("New value"), 12, flex=2, tone="strong"),
    ]
    return moved if of_set else [Column(_("When"), WHEN, tone="dim"), Column(_("Who"), 8, priority=2), *moved]


def moment(at: str | None, zone: str) -> str:
    """Return an instant on the team's wall clock, short: the day and time, or the day of another year."""
    if not at:
        return ""
    there = clock.local(at, zone)
    return f"{there:%m-%d %H:%M}" if there.year == clock.today(zone).year else f"{there:%Y-%m-%d}"


def named(session: Session, entity: str, entity_id: int) -> str:
    """Return whose record one is; the number of a customer would leave no room for its name."""
    name = file_history.record_name(session.reader, entity, entity_id)
    return name if entity in file_history.OWN_NAMES else name.partition(" ")[2] or name


def set_title(session: Session, one: SetSummary) -> str:
    """Return what a set did: the action, the title of its job or whose record it moved, the reason given."""
    about = one.title
    if one.job is None:
        # What an undo removed has no name any more; something else that the set moved may.
        moves = history.of_set(session.reader, one.set_id, limit=LOOKED_AT)
        names = (named(session, move.entity, move.entity_id) for move in moves)
        about = next(filter(None, names), "")
    label = set_label(session.reader, one.set_id, one.action)
    return " · ".join(part for part in (label, about, one.reason) if part)


def set_lines(session: Session) -> list[Line]:
    """Return the newest sets of everybody, a job as one."""
    lines = []
    for one in history.recent(session.reader, limit=NEWEST_SETS):
        undone = Cell(_("taken back"), "warn") if one.undone else ""
        who = session.names.get(one.actor or 0, "")
        cells = (moment(one.at, session.zone), who, set_title(session, one), str(one.rows), undone)
        lines.append(Line(Row(one.set_id, cells, "dim" if one.undone else ""), one.set_id))
    return lines


def record_lines(session: Session, entity: str, entity_id: int, field: str | None) -> list[Line]:
    """Return the moves of a record, of a customer with all that hangs on it, or of one field (a column)."""
    reader = session.reader
    names: dict[tuple[str, int], str] = {}
    if field is not None:
        changes = history.of_field(reader, entity, entity_id, field)
    elif entity == "customer":
        changes = file_history.of_file(reader, entity_id, limit=NEWEST_MOVES)
        names = file_history.names_in_file(reader, entity_id) | _said(session, entity_id)
    else:
        changes = history.of_record(reader, entity, entity_id, limit=NEWEST_MOVES)
    context = session.context()
    lines = []
    for change in changes:
        # One that was merged into this customer is named.
        own = change.entity != "customer" or change.entity_id == entity_id
        moved = _moved(change, names.get((change.entity, change.entity_id), ""), context, of_one=own)
        if moved:
            who = session.names.get(change.actor or 0, "") or action_label(change.action)
            cells = (moment(change.at, session.zone), who, *moved)
            lines.append(Line(Row(change.change_id, cells), change.set_id))
    return lines


def _said(session: Session, customer_id: int) -> dict[tuple[str, int], str]:
    """Return what activities and plans are about, by entity and id."""
    name = file_history.record_name(session.reader, "customer", customer_id)
    found: dict[tuple[str, int], str] = {("customer", customer_id): name}
    for activity in reading.activities(session.reader, customer_id, limit=NEWEST_MOVES):
        found["activity", activity.id] = activity.content or ""
    for plan in reading.plans(session.reader, customer_id, limit=NEWEST_MOVES):
        found["plan", plan.id] = " ".join(part for part in (plan.due_on, plan.goal or plan.text) if part)
    return found


def move_lines(session: Session, set_id: int) -> list[Line]:
    """Return what one set moved, or the whole job that it belongs to, each with whose record it was."""
    context = session.context()
    one = _summary(session, set_id)
    if one.job is None:
        changes = history.of_set(session.reader, set_id, limit=NEWEST_MOVES)
    else:
        changes = history.of_job(session.reader, one.job, limit=NEWEST_MOVES)
    lines = []
    if any(change.entity in auditing.KIND_OF for change in changes):
        house = enumerate(auditing.moves(session.reader, set_id), start=1)
        lines = [Line(Row(-place, cells), set_id) for place, cells in house]
    for change in changes:
        if lines and change.entity in auditing.KIND_OF:
            continue
        name = named(session, change.entity, change.entity_id)
        moved = _moved(change, name, context, of_one=False)
        if moved:
            lines.append(Line(Row(change.change_id, moved), set_id))
    return lines


def _summary(session: Session, set_id: int) -> SetSummary:
    found = history.summary(session.reader, set_id)
    if found is None:
        raise undoing.unknown(set_id)
    return found


def _moved(change: FieldChange, name: str, context: Context, *, of_one: bool) -> tuple[str | Cell, ...]:
    """Return record, field, old and new value in words; empty for inner columns.

    In the history ``of_one`` customer its name goes without saying.
    """
    kind = _(ENTITIES[change.entity]) if change.entity in ENTITIES else change.entity
    record = kind if change.entity == "customer" and of_one else f"{kind} {name}".strip()
    if change.op == "insert":
        return kind if of_one else record, Cell(_("added"), "accent"), "", name if of_one else ""
    if change.op == "delete":
        return record, Cell(_("removed"), "accent"), "", ""
    if change.field == "deleted_at":
        if change.entity == "customer" and change.new and change.action == "customer.merge":
            return record, Cell(_("merged"), "accent"), "", ""
        return record, Cell(_("removed") if change.new else _("brought back"), "accent"), "", ""
    one = field_of(change.entity, change.field or "")
    if one is None:
        return ()
    if change.is_hidden:
        return record, one.title, Cell(hidden_text(), "dim"), Cell(hidden_text(), "dim")
    return record, one.title, *(_in_words(change.entity, change.field or "", value, context)
                                for value in (change.old, change.new))  # fmt: skip


def _in_words(entity: str, column: str, value: Any, context: Context) -> str:
    return show_column(entity, column, value, context)


def preview(session: Session, set_id: int) -> Preview:
    """Return what taking back a set would be about."""
    reader = session.reader
    one = _summary(session, set_id)
    names: dict[str, None] = {}
    for change in history.of_set(reader, set_id, limit=100):
        name = named(session, change.entity, change.entity_id)
        if name:
            names.setdefault(name)
        if len(names) > NAMED:
            break
    last = history.undoable(reader, session.person.id)
    # What was done in another session is not fresh in anybody's mind: it is shown first.
    own_last = last in session.database.own and (
        last == set_id
        or (last is not None and one.job is not None and _summary(session, last).job == one.job)
    )
    return Preview(set_id, set_title(session, one), one.rows, list(names), own_last)


def obstacle_lines(session: Session, obstacles: Iterable[Obstacle]) -> list[Row]:
    """Return what is in the way of an undo: whose, which field, why, the values, and who did it."""
    context = session.context()
    rows = []
    for place, (one, count) in enumerate(counted(obstacles).items()):
        field = field_of(one.entity, one.field) if one.field else None
        title = field.title if field else ""
        held = (one.before, one.after, one.now)
        linked = file_history.linked_names(session.reader, one.field, held)
        if linked is not None:
            title = _(ENTITIES["customer"])
        before, after, now = linked or (
            show_column(one.entity, one.field, value, context) if one.field else "" for value in held
        )
        doer = history.doer(session.reader, one.by)
        by = f"{session.names.get(doer[1] or 0, '')} {moment(doer[0], session.zone)}" if doer else ""
        name = named(session, one.entity, one.entity_id) or nameless(one, count)
        values = " → ".join(value or "—" for value in (before, after, now)) if one.kind == "moved" else ""
        if is_hidden(one):
            values = hidden_text()
        rows.append(Row(place, (name, title, Cell(obstacle_label(one), "warn"), values, by)))
    return rows
