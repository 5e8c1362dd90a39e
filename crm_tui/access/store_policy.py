"""The rows that a policy is made of, read on the writing connection: what is told of it has no views yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from crm_tui.access.policy import Policy, role_label
from crm_tui.access.verbs import ALL, GROUPED, GROUPS, ROWS, TEAM, VERBS
from crm_tui.storage.driver import sqlite3

PERSON = "SELECT id, role, active, team_id, deleted_at IS NULL FROM person WHERE id = :id"
ROLE = "SELECT label, label_en FROM role WHERE key = :key AND deleted_at IS NULL"
GRANTED = (
    "SELECT verb, field_group, scope FROM permission WHERE role = :role AND deleted_at IS NULL ORDER BY id"
)
TEAMS = "SELECT id, parent_id FROM team WHERE deleted_at IS NULL ORDER BY id"
MEMBERS = "SELECT id, team_id FROM person WHERE team_id IS NOT NULL ORDER BY id"
AWAY = (
    "SELECT person_id FROM substitution WHERE substitute_id = :me AND from_on <= :today"
    " AND until_on >= :today AND deleted_at IS NULL ORDER BY id"
)
# An undo takes out the rows that were added: fewer are left then, and none is newer.
STAMP = (
    "SELECT p.newest, p.rows, r.newest, r.rows, g.newest, g.rows, t.newest, t.rows, s.newest, s.rows FROM"
    " (SELECT max(changed_in) AS newest, count(*) AS rows FROM person) p,"
    " (SELECT max(changed_in) AS newest, count(*) AS rows FROM role) r,"
    " (SELECT max(changed_in) AS newest, count(*) AS rows FROM permission) g,"
    " (SELECT max(changed_in) AS newest, count(*) AS rows FROM team) t,"
    " (SELECT max(changed_in) AS newest, count(*) AS rows FROM substitution) s"
)

ZONE = "SELECT value FROM setting WHERE name = 'zone' AND deleted_at IS NULL"


class Team(NamedTuple):
    """A team as the rules read it: its id and the team above it."""

    id: int
    parent_id: int | None


def zone(connection: sqlite3.Connection) -> str:
    """Return the team's time zone, by which absences begin and end; '' when the file names none."""
    row = connection.execute(ZONE).fetchone()
    return row[0] or "" if row else ""


def stamp(connection: sqlite3.Connection, today: date) -> tuple[Any, ...]:
    """Return what moves when the policy of anybody may have moved; takes the writing connection."""
    return (today.isoformat(), *connection.execute(STAMP).fetchone())


def load_policy(connection: sqlite3.Connection, person_id: int, today: date) -> Policy:
    """Read what a person may do on a day; takes the writing connection, on which names mean the tables."""
    found = connection.execute(PERSON, {"id": person_id}).fetchone()
    now = stamp(connection, today)
    if found is None:
        return Policy(person_id, "", "", {}, frozenset(), frozenset(), active=False, stamp=now)
    _id, role, active, team_id, there = found
    label = connection.execute(ROLE, {"key": role}).fetchone()
    granted = _granted(connection.execute(GRANTED, {"role": role}).fetchall()) if label else {}
    params = {"me": person_id, "today": today.isoformat()}
    away = (row[0] for row in connection.execute(AWAY, params).fetchall())
    own = frozenset((person_id, *away))
    teams = [Team(*row) for row in connection.execute(TEAMS).fetchall()]
    if not teams:
        # The whole house is one team then.
        granted = {key: ALL if scope == TEAM else scope for key, scope in granted.items()}
        team = own
    else:
        below = subtree(teams, team_id)
        rows = connection.execute(MEMBERS).fetchall() if below else []
        team = own | {person for person, its_team in rows if its_team in below}
    return Policy(
        person_id,
        role,
        role_label(label[0], label[1], role) if label else "",
        granted,
        own,
        team,
        active == 1 and there == 1,
        now,
    )


def _granted(rows: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
    """Return what rows grant; one that names no verb or group that there is grants nothing."""
    return {
        (verb, group): scope
        for verb, group, scope in rows
        if verb in VERBS and (group == ROWS or (verb in GROUPED and group in GROUPS))
    }


def subtree(teams: Iterable[Team], top: int | None) -> set[int]:
    """Return a team and all below it; none for no team. A team above itself is met once."""
    if top is None:
        return set()
    below: dict[int | None, list[int]] = {}
    known = set()
    for one in teams:
        below.setdefault(one.parent_id, []).append(one.id)
        known.add(one.id)
    found: set[int] = set()
    waiting = [top] if top in known else []
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += below.get(one, ())
    return found


ADMINISTRATORS = (
    "SELECT count(*) FROM person p WHERE p.active = 1 AND p.deleted_at IS NULL AND EXISTS (SELECT 1"
    " FROM permission g JOIN role r ON r.key = g.role WHERE g.role = p.role AND g.verb = :verb"
    " AND g.scope <> 'none' AND g.deleted_at IS NULL AND r.deleted_at IS NULL)"
)


def how_many_may(connection: sqlite3.Connection, verb: str) -> int:
    """Return how many people in use may do something: of who may change people and policy one must stay."""
    return connection.execute(ADMINISTRATORS, {"verb": verb}).fetchone()[0]
