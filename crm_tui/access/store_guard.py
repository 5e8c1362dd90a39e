"""What a set that is being written did, as its permission is asked: whose records, which hidden fields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from crm_tui.access.masks import MASKS
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

Held = tuple[int, int, int]
"""A customer, whose it was before a set, and whether the set made it."""
NO_SET = -1
"""No set has this number: asked about it, the rows are as they are now."""
Set = tuple[int | None, str, int | None, int | None]
"""Who made a set, as what, which one it takes back, and of which job it is."""

ORIGIN = "SELECT actor, action, undoes, job FROM change_set WHERE id = :set"
ORIGIN_OF_JOB = "SELECT actor, action, undoes, job FROM change_set WHERE job = :job ORDER BY id LIMIT 1"
JOB_UNDONE = "SELECT undoes FROM job WHERE id = :job"
# Whose each customer was before the set: what it did to the owner does not count.
HELD = (
    "SELECT c.id, coalesce((SELECT CAST(h.old AS INTEGER) FROM change h WHERE h.change_set = :set"
    " AND h.entity = 'customer' AND h.entity_id = c.id AND h.field = 'owner_id' ORDER BY h.id LIMIT 1),"
    " c.owner_id), c.created_in = :set FROM customer c WHERE c.id IN ({ids})"
)
SHARED = (
    "SELECT customer_id FROM collaborator WHERE person_id = :me AND deleted_at IS NULL"
    " AND access = 'edit' AND created_in <> :set AND customer_id IN ({ids})"
)
FIELDS_OF_CUSTOMER = (
    "SELECT DISTINCT entity_id FROM change WHERE change_set = :set AND entity = 'customer' AND op = 'update'"
    " AND field = :field"
)
GIVEN_AWAY = (
    "SELECT DISTINCT h.entity_id FROM change h JOIN change_set s ON s.id = h.change_set"
    " WHERE h.entity = 'customer' AND h.entity_id IN ({ids}) AND h.field = 'owner_id'"
    " AND (s.id = :set OR s.job = (SELECT j.undoes FROM job j WHERE j.id = :job))"
)
FIELDS_OF = (
    "SELECT DISTINCT r.customer_id FROM change h JOIN {entity} r ON r.id = h.entity_id"
    " WHERE h.change_set = :set AND h.entity = '{entity}' AND h.op = 'update' AND h.field = :field"
)
# Of a decision that was taken out, the log has the row.
DECIDED = (
    "SELECT h.old, r.customer_a, r.customer_b FROM change h LEFT JOIN duplicate_decision r"
    " ON r.id = h.entity_id WHERE h.change_set = :set AND h.entity = 'duplicate_decision'"
    " AND (r.id IS NOT NULL OR h.op = 'delete')"
)
VIEWS_MOVED = (
    "SELECT h.old, v.id, v.owner_id FROM change h LEFT JOIN saved_view v ON v.id = h.entity_id"
    " WHERE h.change_set = :set AND h.entity = 'saved_view' AND (v.id IS NOT NULL OR h.op = 'delete')"
)


def held(connection: sqlite3.Connection, set_id: int, ids: Sequence[int]) -> list[Held]:
    """Return (customer, owner before the set, whether the set made it) of customers."""
    return query_in(connection, HELD, ids, {"set": set_id})


def shared(connection: sqlite3.Connection, set_id: int, person_id: int, ids: Iterable[int]) -> set[int]:
    """Return those of some customers that a person works on with their owner, since before the set."""
    params = {"me": person_id, "set": set_id}
    return {row[0] for row in query_in(connection, SHARED, ids, params)}


def decided(connection: sqlite3.Connection, set_id: int) -> set[tuple[int, int]]:
    """Return the pairs of customers about which a set decided whether they are one."""
    found = set()
    for old, one, other in connection.execute(DECIDED, {"set": set_id}).fetchall():
        row = {"customer_a": one, "customer_b": other} if one else json.loads(old)
        found.add((row["customer_a"], row["customer_b"]))
    return found


def moves_team_view(connection: sqlite3.Connection, set_id: int) -> bool:
    """Tell whether a set moved a view of the whole team."""
    for old, there, owner in connection.execute(VIEWS_MOVED, {"set": set_id}).fetchall():
        if (owner if there else json.loads(old).get("owner_id")) is None:
            return True
    return False


def handed_over(connection: sqlite3.Connection, set_id: int) -> list[int]:
    """Return the customers that a set gave another owner."""
    params = {"set": set_id, "field": "owner_id"}
    return [row[0] for row in connection.execute(FIELDS_OF_CUSTOMER, params).fetchall()]


def with_moved_fields(connection: sqlite3.Connection, set_id: int, group: str) -> set[int]:
    """Return the customers of whom a set moved a field of a group, or removed a record that has one."""
    found: set[int] = set()
    for entity, fields in MASKS.items():
        sql = FIELDS_OF_CUSTOMER if entity == "customer" else FIELDS_OF.replace("{entity}", entity)
        columns = [column for column, (its_group, _shown) in fields.items() if its_group == group]
        asked = [(sql, column) for column in columns]
        if columns and entity != "customer":
            filled = " OR ".join([f"r.{column} IS NOT NULL" for column in columns])
            asked.append((f"{sql} AND ({filled})", "deleted_at"))
        for one, field in asked:
            rows = connection.execute(one, {"set": set_id, "field": field}).fetchall()
            found.update(row[0] for row in rows)
    return found


def having(
    connection: sqlite3.Connection, rows: Mapping[str, Sequence[int]], group: str
) -> list[tuple[str, int]]:
    """Return those of some rows, given by entity, that hold anything in a field of a group."""
    found: list[tuple[str, int]] = []
    for entity, fields in MASKS.items():
        columns = [column for column, (its_group, _shown) in fields.items() if its_group == group]
        if columns and (ids := rows.get(entity)):
            filled = " OR ".join([f"r.{column} IS NOT NULL" for column in columns])
            sql = f"SELECT r.id FROM {entity} r WHERE r.id IN ({{ids}}) AND ({filled})"
            found += [(entity, row[0]) for row in query_in(connection, sql, ids)]
    return found


def given_away(
    connection: sqlite3.Connection, undoes: int | None, job: int | None, ids: Sequence[int]
) -> set[int]:
    """Return those of some customers whose owner was changed by what an undo takes back, a set or a job."""
    return {row[0] for row in query_in(connection, GIVEN_AWAY, ids, {"set": undoes, "job": job})}


def undone(connection: sqlite3.Connection, undoes: int | None, job: int | None) -> tuple[int | None, str]:
    """Return who made what an undo takes back, a set or a job, and as what deed it began."""
    found = _undone(connection, undoes, job)
    if found is None:
        return None, ""
    actor = found[0]
    while found is not None:
        _actor, action, undoes, job = found
        found = _undone(connection, undoes, job) if action in ("undo", "redo") else None
    return actor, action


def _undone(connection: sqlite3.Connection, undoes: int | None, job: int | None) -> Set | None:
    """Return the set that an undo takes back, of a job its first one; None when there is none."""
    if undoes is not None:
        return connection.execute(ORIGIN, {"set": undoes}).fetchone()
    row = connection.execute(JOB_UNDONE, {"job": job}).fetchone() if job is not None else None
    if row is None or row[0] is None:
        return None
    return connection.execute(ORIGIN_OF_JOB, {"job": row[0]}).fetchone()
