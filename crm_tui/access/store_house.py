"""Teams, roles, permissions, substitutions and collaborators as rows: of tables, or of the views of them."""

from collections.abc import Iterable
from typing import NamedTuple

from crm_tui.storage.driver import sqlite3

TOUCHED = (
    "SELECT DISTINCT entity FROM change WHERE change_set = :set"
    " AND entity IN ('person', 'role', 'permission', 'team')"
)
MENDS = "g.verb = 'policy' AND g.field_group = '' AND g.scope <> 'none' AND g.deleted_at IS NULL"
OFFICES_MOVED = (
    "SELECT DISTINCT m.role FROM (SELECT p.role FROM change h JOIN person p ON p.id = h.entity_id"
    " WHERE h.change_set = :set AND h.entity = 'person'"
    " AND (h.op = 'insert' OR h.field IN ('role', 'active', 'deleted_at'))"
    " UNION SELECT h.old FROM change h"
    " WHERE h.change_set = :set AND h.entity = 'person' AND h.field = 'role') m"
    f" JOIN permission g ON g.role = m.role AND {MENDS}"
)
WAS_MENDER = (
    "SELECT 1 FROM permission g WHERE g.role = coalesce((SELECT h.old FROM change h WHERE h.change_set = :set"
    " AND h.entity = 'person' AND h.entity_id = :id AND h.field = 'role' ORDER BY h.id LIMIT 1),"
    f" (SELECT p.role FROM person p WHERE p.id = :id)) AND {MENDS}"
)
OTHER_ROLE = (
    "SELECT 1 FROM change WHERE change_set = :set AND entity = 'person' AND entity_id = :id"
    " AND op = 'update' AND field = 'role'"
)
KEEPERS = (
    "SELECT count(*) FROM person p WHERE p.active = 1 AND p.deleted_at IS NULL"
    " AND EXISTS (SELECT 1 FROM role r WHERE r.key = p.role AND r.deleted_at IS NULL)"
    " AND EXISTS (SELECT 1 FROM permission g WHERE g.role = p.role AND g.verb = 'people'"
    " AND g.field_group = '' AND g.scope <> 'none' AND g.deleted_at IS NULL)"
    " AND EXISTS (SELECT 1 FROM permission h WHERE h.role = p.role AND h.verb = 'policy'"
    " AND h.field_group = '' AND h.scope <> 'none' AND h.deleted_at IS NULL)"
)
PEOPLE = (
    "SELECT id, login, name, role, active, team_id, email, changed_in FROM person"
    " WHERE deleted_at IS NULL ORDER BY id"
)
TEAMS = "SELECT id, name, parent_id, region, changed_in FROM team WHERE deleted_at IS NULL ORDER BY id"
ROLES = (
    "SELECT id, key, label, label_en, position, changed_in FROM role WHERE deleted_at IS NULL"
    " ORDER BY position, id"
)
PERMISSIONS = "SELECT id, role, verb, field_group, scope FROM permission WHERE deleted_at IS NULL ORDER BY id"
AWAY = (
    "SELECT id, person_id, substitute_id, from_on, until_on, note FROM substitution"
    " WHERE deleted_at IS NULL AND until_on >= :today ORDER BY from_on, id"
)
SUBSTITUTION = "SELECT id FROM substitution WHERE id = :id AND deleted_at IS NULL"
COLLABORATORS = (
    "SELECT k.id, k.person_id, p.name, k.access FROM collaborator k JOIN person p ON p.id = k.person_id"
    " WHERE k.customer_id = :customer AND k.deleted_at IS NULL ORDER BY k.id"
)
CUSTOMER = "SELECT id, name, owner_id FROM customer WHERE id = :id AND deleted_at IS NULL"
ALIASES = "SELECT id, alias FROM person_alias WHERE person_id = :person AND deleted_at IS NULL ORDER BY id"
LAST_ROLE = "SELECT coalesce(max(position), -1) + 1 FROM role"
ROLE_LABEL = "SELECT label, label_en FROM role WHERE key = :key ORDER BY id DESC LIMIT 1"
ROLE_KEY = "SELECT 1 FROM role WHERE key = :key"


class Colleague(NamedTuple):
    """A colleague as the list of people shows one; ``active`` is 0 or 1."""

    id: int
    login: str
    name: str
    role: str
    active: int
    team_id: int | None
    email: str | None
    changed_in: int


class TeamRow(NamedTuple):
    """A team, the team above it, and its region."""

    id: int
    name: str
    parent_id: int | None
    region: str | None
    changed_in: int


class RoleRow(NamedTuple):
    """A role; ``key`` is what people carry."""

    id: int
    key: str
    label: str
    label_en: str | None
    position: int
    changed_in: int


class PermissionRow(NamedTuple):
    """How far a role may do a verb, for rows ('') or a group of fields."""

    id: int
    role: str
    verb: str
    field_group: str
    scope: str


class Away(NamedTuple):
    """Who is away, from which day to which (both ISO days, included), and who stands in."""

    id: int
    person_id: int
    substitute_id: int
    from_on: str
    until_on: str
    note: str | None


class Collaborator(NamedTuple):
    """Who works on a customer with its owner: ``access`` is read or edit."""

    id: int
    person_id: int
    name: str
    access: str


def touched(connection: sqlite3.Connection, set_id: int) -> set[str]:
    """Return which of person, role, permission and team a set moved rows of."""
    return {row[0] for row in connection.execute(TOUCHED, {"set": set_id}).fetchall()}


def keepers(connection: sqlite3.Connection) -> int:
    """Return how many people in use may change people and roles both."""
    return connection.execute(KEEPERS).fetchone()[0]


def offices_moved(connection: sqlite3.Connection, set_id: int) -> list[str]:
    """Return the roles that a set gave to people or took from them and that may change what roles may do."""
    return [row[0] for row in connection.execute(OFFICES_MOVED, {"set": set_id}).fetchall()]


def was_mender(connection: sqlite3.Connection, set_id: int, person_id: int) -> bool:
    """Tell whether the role that a person had before a set may change what roles may do."""
    return connection.execute(WAS_MENDER, {"set": set_id, "id": person_id}).fetchone() is not None


def has_other_role(connection: sqlite3.Connection, set_id: int, person_id: int) -> bool:
    """Tell whether a set gave a person another role."""
    return connection.execute(OTHER_ROLE, {"set": set_id, "id": person_id}).fetchone() is not None


def people(connection: sqlite3.Connection) -> list[Colleague]:
    """Return everybody in the order in which they were added."""
    return [Colleague(*row) for row in connection.execute(PEOPLE).fetchall()]


def teams(connection: sqlite3.Connection) -> list[TeamRow]:
    """Return the teams in the order in which they were made."""
    return [TeamRow(*row) for row in connection.execute(TEAMS).fetchall()]


def roles(connection: sqlite3.Connection) -> list[RoleRow]:
    """Return the roles in their order."""
    return [RoleRow(*row) for row in connection.execute(ROLES).fetchall()]


def permissions(connection: sqlite3.Connection) -> list[PermissionRow]:
    """Return what all roles are granted."""
    return [PermissionRow(*row) for row in connection.execute(PERMISSIONS).fetchall()]


def away(connection: sqlite3.Connection, today: str) -> list[Away]:
    """Return who is away on an ISO day or later, the first to go first."""
    return [Away(*row) for row in connection.execute(AWAY, {"today": today}).fetchall()]


def has_substitution(connection: sqlite3.Connection, substitution_id: int) -> bool:
    """Tell whether a substitution is there."""
    return connection.execute(SUBSTITUTION, {"id": substitution_id}).fetchone() is not None


def collaborators(connection: sqlite3.Connection, customer_id: int) -> list[Collaborator]:
    """Return who works on a customer with its owner."""
    return [
        Collaborator(*row) for row in connection.execute(COLLABORATORS, {"customer": customer_id}).fetchall()
    ]


def customer(connection: sqlite3.Connection, customer_id: int) -> tuple[int, str, int | None] | None:
    """Return (id, name, owner) of a customer that is there."""
    return connection.execute(CUSTOMER, {"id": customer_id}).fetchone()


def aliases_of(connection: sqlite3.Connection, person_id: int) -> list[tuple[int, str]]:
    """Return (id, name) of the other names of a person."""
    return connection.execute(ALIASES, {"person": person_id}).fetchall()


def next_position(connection: sqlite3.Connection) -> int:
    """Return the place behind all roles."""
    return connection.execute(LAST_ROLE).fetchone()[0]


def was_role(connection: sqlite3.Connection, key: str) -> bool:
    """Tell whether a key is that of a role, or was."""
    return connection.execute(ROLE_KEY, {"key": key}).fetchone() is not None


def role_words(connection: sqlite3.Connection, key: str) -> tuple[str, str | None]:
    """Return (label, English label) of a role, also of one that was removed; '' for none (tables only)."""
    row = connection.execute(ROLE_LABEL, {"key": key}).fetchone()
    return (row[0], row[1]) if row else ("", None)


OWNED = "SELECT owner_id, count(*) FROM customer WHERE deleted_at IS NULL GROUP BY owner_id"
OWNED_BY = "SELECT count(*) FROM customer WHERE owner_id = :person AND deleted_at IS NULL"
SHARED = (
    "SELECT k.person_id, c.owner_id, count(*) FROM collaborator k JOIN customer c ON c.id = k.customer_id"
    " WHERE k.deleted_at IS NULL AND c.deleted_at IS NULL GROUP BY k.person_id, c.owner_id"
)


def owned(connection: sqlite3.Connection) -> dict[int | None, int]:
    """Return how many customers each owner has, by person; None for those without an owner."""
    return dict(connection.execute(OWNED).fetchall())


def owned_by(connection: sqlite3.Connection, people: Iterable[int]) -> dict[int, int]:
    """Return how many customers each of some people has."""
    return {one: connection.execute(OWNED_BY, {"person": one}).fetchone()[0] for one in people}


def shared(connection: sqlite3.Connection) -> dict[int, dict[int | None, int]]:
    """Return of how many customers of each owner a person is a collaborator, by person."""
    found: dict[int, dict[int | None, int]] = {}
    for person_id, owner, count in connection.execute(SHARED).fetchall():
        found.setdefault(person_id, {})[owner] = count
    return found
