"""Two people, one record: what others moved since it was read, and what of it stands in a save's way.

The log is walked backwards from the record as it is to the record as it was read, so several changes, a
value moved there and back, and a record that was deleted and brought back come out by themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.locale import N_, _
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.faults import Clash, FieldConflict, Move, RecordGone, StaleVersion

Record = dict[str, Any]

SINCE = (
    "SELECT c.change_set, s.actor, s.at, c.op, c.field, c.old FROM change c"
    " JOIN change_set s ON s.id = c.change_set"
    " WHERE c.entity = :entity AND c.entity_id = :id AND c.change_set > :seen ORDER BY c.id DESC"
)
COMPACTED = "SELECT coalesce(max(through), 0) FROM compacted"
LEFT = (
    "SELECT c.change_set, s.actor, s.at, s.action FROM change c JOIN change_set s ON s.id = c.change_set"
    " WHERE c.entity = :entity AND c.entity_id = :id"
    " AND (c.op = 'delete' OR c.field IN ('deleted_at', 'gone', 'merged_into')) ORDER BY c.id DESC LIMIT 1"
)
LATEST = (
    "SELECT s.actor, s.at FROM change c JOIN change_set s ON s.id = c.change_set"
    " WHERE c.entity = :entity AND c.entity_id = :id AND (c.field = :field OR :field = '')"
    " ORDER BY c.id DESC LIMIT 1"
)
ROW = "SELECT * FROM {table} WHERE id = :id"
OWNER = "SELECT customer_id FROM {table} WHERE id = :id"
CUSTOMER = "SELECT deleted_at, gone, merged_into FROM customer WHERE id = :id"
PERSON = "SELECT name FROM person WHERE id = :id"
NAMED = "SELECT no, coalesce(name, '') FROM customer WHERE id = :id"
ZONE = "SELECT value FROM setting WHERE name = 'zone' AND deleted_at IS NULL"

# What a customer's file is made of: it goes and comes with its customer.
OF_CUSTOMER = frozenset({"contact", "project", "plan", "activity", "customer_alias", "tag_link"})
CHANGED = N_("{who} changed {record} meanwhile ({when}).")
NOUNS: dict[str, str] = {
    "customer": N_("this customer"),
    "contact": N_("this contact"),
    "project": N_("this project"),
    "plan": N_("this plan"),
    "activity": N_("this follow-up record"),
    "customer_alias": N_("this name"),
    "record": N_("this record"),
}
ENDS: dict[str, str] = {
    "archived": N_("{who} archived {record} ({when})."),
    "merged": N_("{who} merged {record} into {other} ({when})."),
    "undone": N_("{who} took back the change that had brought {record} ({when})."),
    "deleted": N_("{who} removed {record} ({when})."),
}


class Others(NamedTuple):
    """What others did to a record since it was read: all they moved, and the record then and now."""

    moved: dict[str, Move]
    was: Record
    row: Record


def read(connection: sqlite3.Connection, table: str, row_id: int) -> Record | None:
    """Return a whole row by column name, deleted ones too; None when there is none."""
    cursor = connection.execute(ROW.format(table=table), {"id": row_id})
    row = cursor.fetchone()
    return dict(zip([item[0] for item in cursor.description], row, strict=True)) if row else None


def since(
    connection: sqlite3.Connection, table: str, row: Mapping[str, Any], seen: int, own_set: int
) -> Others:
    """Return what others did to a record since version ``seen``; what the open set itself did is no matter.

    Raises StaleVersion when the log does not reach back so far.
    """
    row_id = row["id"]
    if seen > row["changed_in"] or seen < connection.execute(COMPACTED).fetchone()[0]:
        raise StaleVersion(table, row_id)
    state: Record = dict(row)
    theirs: Record | None = None
    last: dict[str, tuple[int, int | None, str | None]] = {}
    log = connection.execute(SINCE, {"entity": table, "id": row_id, "seen": seen}).fetchall()
    for set_id, actor, at, op, name, old in log:
        if set_id != own_set and theirs is None:
            theirs = dict(state)
        if op == "update":
            state[name] = old
        elif op == "delete":
            image = json.loads(old)
            state = {column: image.get(column) for column in state} | {"id": row_id}
        if set_id != own_set:
            # A row deleted and brought back moved as a whole.
            for column in (name,) if name else state:
                last.setdefault(column, (set_id, actor, at))
    current = theirs if theirs is not None else state
    moved = {}
    for column, (set_id, actor, at) in last.items():
        if column in ("id", "changed_in", "created_in") or same(state.get(column), current.get(column)):
            continue
        who = name_of(connection, actor)
        moved[column] = Move(column, state.get(column), current.get(column), actor, who, at, set_id)
    return Others(moved, state, current)


def check(
    connection: sqlite3.Connection,
    table: str,
    row: Mapping[str, Any],
    values: Mapping[str, Any],
    others: Others,
) -> None:
    """Raise FieldConflict when a save wants other values for columns that others moved."""
    clashes = [
        Clash(column, move.before, values[column], move.theirs, *move[3:])
        for column in values
        if (move := others.moved.get(column)) and not same(values[column], move.theirs)
    ]
    if clashes:
        raise FieldConflict(
            table,
            row["id"],
            clashes,
            tuple(others.moved.values()),
            row["changed_in"],
            others.was,
            others.row,
            when(connection, max(clash.at or "" for clash in clashes)),
        )


def gone(
    connection: sqlite3.Connection, table: str, row_id: int, row: Mapping[str, Any] | None
) -> RecordGone:
    """Return the error for a record that is not there any more: who did what to it, and what can be done."""
    found = connection.execute(LEFT, {"entity": table, "id": row_id}).fetchone()
    if found is None:
        return RecordGone(table, row_id, "deleted")
    _set, actor, at, did = found
    how = (row or {}).get("gone") or ("undone" if did == "undo" else "deleted")
    into = (row or {}).get("merged_into") if how == "merged" else None
    other = name_of_customer(connection, into) if into else ""
    what = _(ENDS[how]).format(
        who=name_of(connection, actor),
        record=noun(table),
        other=other,
        when=when(connection, at),
    )
    todo = (
        _("Open {other} and enter your change there.").format(other=other)
        if other
        else _("To bring it back, take that change back in the history.")
    )
    return RecordGone(table, row_id, how, what, todo, actor=actor, at=at, merged_into=into)


def moved_by(
    connection: sqlite3.Connection, table: str, row_id: int, field: str = "", what: str = "", todo: str = ""
) -> StaleVersion:
    """Return the error for a record, or its ``field``, that somebody moved where any movement is in the way.

    ``what`` is a message with ``{who}``, ``{record}`` and ``{when}``, ``todo`` a translated sentence.
    """
    found = connection.execute(LATEST, {"entity": table, "id": row_id, "field": field}).fetchone()
    if found is None:
        return StaleVersion(table, row_id)
    said = _(what or CHANGED).format(
        who=name_of(connection, found[0]), record=noun(table), when=when(connection, found[1])
    )
    return StaleVersion(
        table, row_id, said, todo or _("Look at it as it is now, then do it again if you still want to.")
    )


def require_customer(connection: sqlite3.Connection, customer_id: int) -> None:
    """Raise RecordGone when a customer is archived, merged, taken back or was never there."""
    row = connection.execute(CUSTOMER, {"id": customer_id}).fetchone()
    if row is None or row[0] is not None:
        fields = dict(zip(("deleted_at", "gone", "merged_into"), row, strict=True)) if row else None
        raise gone(connection, "customer", customer_id, fields)


def require_owner(connection: sqlite3.Connection, table: str, row_id: int) -> None:
    """Raise RecordGone when the customer that a record belongs to is not there any more."""
    if table in OF_CUSTOMER:
        owner = connection.execute(OWNER.format(table=table), {"id": row_id}).fetchone()
        if owner is not None:
            require_customer(connection, owner[0])


def noun(table: str) -> str:
    """Return what a record of a table is called in a sentence."""
    name = table if table in NOUNS else "record"
    return _(NOUNS[name])


def same(one: Any, other: Any) -> bool:
    """Tell whether two stored values are one: 1 and 1.0, '1' and 1 are not."""
    return one == other and type(one) is type(other)


def name_of(connection: sqlite3.Connection, actor: int | None) -> str:
    """Return what a person is called in a sentence; another program has no name."""
    row = connection.execute(PERSON, {"id": actor}).fetchone() if actor is not None else None
    return row[0] if row else _("Another program")


def name_of_customer(connection: sqlite3.Connection, customer_id: int) -> str:
    """Return number and name of a customer, deleted ones too."""
    row = connection.execute(NAMED, {"id": customer_id}).fetchone()
    return " ".join(part for part in row if part) if row else ""


def when(connection: sqlite3.Connection, at: str | None) -> str:
    """Return an instant as people of the team read it."""
    if not at:
        return _("just now")
    row = connection.execute(ZONE).fetchone()
    return f"{clock.local(at, row[0] if row and row[0] else clock.DEFAULT_ZONE):%Y-%m-%d %H:%M}"
