"""The sets that the audit tells of, found by what they moved; names are the views of the reader."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from crm_tui.storage.driver import sqlite3

NOTES = (
    "SELECT s.id, s.at, s.actor, s.action, s.reason, s.undoes, a.kind, a.customer_id, a.what, a.rows,"
    " a.reason FROM audit a JOIN change_set s ON s.id = a.created_in WHERE s.id < :before"
    " AND (CAST(:kind AS TEXT) IS NULL OR a.kind = :kind)"
    " AND (CAST(:person AS INTEGER) IS NULL OR s.actor = :person)"
    " AND (CAST(:since AS TEXT) IS NULL OR s.at >= :since) ORDER BY s.id DESC LIMIT 0 + :limit"
)
# Sets by what they moved: few rows of the log are about these, and its index leads to them.
MOVES = (
    "SELECT s.id, s.at, s.actor, s.action, s.reason, s.undoes FROM change_set s WHERE s.id IN"
    " (SELECT h.change_set FROM change h WHERE h.entity IN"
    " ('person', 'person_alias', 'team', 'role', 'permission', 'substitution', 'collaborator')"
    " AND (CAST(:one AS TEXT) IS NULL OR h.entity IN (:one, :two, :three, :four)))"
    " AND s.id < :before AND s.action NOT IN ('init', 'customer.merge')"
    " AND (CAST(:person AS INTEGER) IS NULL OR s.actor = :person)"
    " AND (CAST(:since AS TEXT) IS NULL OR s.at >= :since) ORDER BY s.id DESC LIMIT 0 + :limit"
)
DETAILS = (
    "SELECT h.entity, h.entity_id, h.op, h.field, h.old, h.new, h.change_set FROM change h"
    " WHERE h.change_set = :set"
    " AND h.entity IN"
    " ('person', 'person_alias', 'team', 'role', 'permission', 'substitution', 'collaborator')"
    " ORDER BY h.id LIMIT 0 + :limit"
)
CUSTOMER = "SELECT name FROM customer_any WHERE id = :id"
PERSON = "SELECT id, name FROM person_any"
TEAM = "SELECT id, name FROM team_any"
ROLE = "SELECT key, label, label_en FROM role_any ORDER BY id"
PERMISSION = "SELECT role, verb, field_group, scope FROM permission_any WHERE id = :id"
SUBSTITUTION = "SELECT person_id, substitute_id, from_on, until_on FROM substitution_any WHERE id = :id"
COLLABORATOR = "SELECT customer_id, person_id, access FROM collaborator_any WHERE id = :id"
ALIAS = "SELECT person_id, alias FROM person_alias_any WHERE id = :id"
# What names a row, and where it is read.
ROWS_OF: dict[str, tuple[tuple[str, ...], str]] = {
    "permission": (("role", "verb", "field_group", "scope"), PERMISSION),
    "substitution": (("person_id", "substitute_id", "from_on", "until_on"), SUBSTITUTION),
    "collaborator": (("customer_id", "person_id", "access"), COLLABORATOR),
    "person_alias": (("person_id", "alias"), ALIAS),
}
LATER = (
    "SELECT h.op, h.field, h.old FROM change h WHERE h.entity = :entity AND h.entity_id = :id"
    " AND h.op <> 'insert' AND h.change_set > :set ORDER BY h.id"
)


class Noted(NamedTuple):
    """A row of the audit with its set: what kind, about whom, how many rows, why."""

    set_id: int
    at: str | None
    actor: int | None
    action: str
    set_reason: str | None
    undoes: int | None
    kind: str
    customer_id: int | None
    what: str
    rows: int | None
    reason: str | None


class Made(NamedTuple):
    """A set that moved people, teams, roles or what they may do."""

    set_id: int
    at: str | None
    actor: int | None
    action: str
    set_reason: str | None
    undoes: int | None


class Move(NamedTuple):
    """One moved field of such a set, and the set."""

    entity: str
    entity_id: int
    op: str
    field: str | None
    old: Any
    new: Any
    set_id: int


def notes(
    reader: sqlite3.Connection,
    *,
    kind: str | None,
    person: int | None,
    since: str | None,
    before: int,
    limit: int,
) -> list[Noted]:
    """Return the newest rows of the audit, newest first."""
    params = {"kind": kind, "person": person, "since": since, "before": before, "limit": limit}
    return [Noted(*row) for row in reader.execute(NOTES, params).fetchall()]


def sets(
    reader: sqlite3.Connection,
    *,
    entities: tuple[str, ...],
    person: int | None,
    since: str | None,
    before: int,
    limit: int,
) -> list[Made]:
    """Return the newest sets that moved rows of some entities (() = all of the house), newest first."""
    names = dict(zip(("one", "two", "three", "four"), (*entities, None, None, None, None), strict=False))
    params = {**names, "person": person, "since": since, "before": before, "limit": limit}
    return [Made(*row) for row in reader.execute(MOVES, params).fetchall()]


def details(reader: sqlite3.Connection, set_id: int, limit: int) -> list[Move]:
    """Return what a set moved of people, teams and roles, in its order."""
    return [Move(*row) for row in reader.execute(DETAILS, {"set": set_id, "limit": limit}).fetchall()]


def customer_name(reader: sqlite3.Connection, customer_id: int) -> str:
    """Return a customer's name, '' when the person does not see it."""
    row = reader.execute(CUSTOMER, {"id": customer_id}).fetchone()
    return row[0] if row else ""


def called(reader: sqlite3.Connection) -> dict[str, dict[Any, Any]]:
    """Return the names of people and teams by id, and (label, English label) of roles by key."""
    return {
        "person": dict(reader.execute(PERSON).fetchall()),
        "team": dict(reader.execute(TEAM).fetchall()),
        "role": {key: (label, english) for key, label, english in reader.execute(ROLE).fetchall()},
    }


def row(reader: sqlite3.Connection, move: Move) -> tuple[Any, ...] | None:
    """Return what a row of permission, substitution, collaborator or person_alias was about by then.

    What a later set moved of it, or removed, is as the set had left it; None where nobody may be told.
    """
    names, sql = ROWS_OF[move.entity]
    found = reader.execute(sql, {"id": move.entity_id}).fetchone()
    held: dict[str, Any] = {}
    asked = {"entity": move.entity, "id": move.entity_id, "set": move.set_id}
    for op, field, old in reader.execute(LATER, asked).fetchall():
        if op == "update":
            held.setdefault(field, old)
        elif isinstance(old, str):
            held = {**json.loads(old), **held}
    if found is None and not held.keys() >= set(names):
        return None
    return tuple(held.get(name, now) for name, now in zip(names, found or [None] * len(names), strict=True))


def role_label(reader: sqlite3.Connection, role_id: int) -> tuple[str, str | None, str] | None:
    """Return (label, English label, key) of a role, also of one that was removed."""
    return reader.execute(
        "SELECT label, label_en, key FROM role_any WHERE id = :id", {"id": role_id}
    ).fetchone()
