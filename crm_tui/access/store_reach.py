"""Whose a customer is, and who works on it with the owner: what decisions about one record ask."""

from __future__ import annotations

from collections.abc import Iterable

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

OWNER = "SELECT owner_id FROM customer WHERE id = :id"
OWNERS = "SELECT id, owner_id FROM customer WHERE id IN ({ids})"
ACCESS = (
    "SELECT k.access FROM collaborator k JOIN myself m ON m.id = k.person_id WHERE k.customer_id = :id"
    " ORDER BY k.access, k.id LIMIT 1"
)


def owner_of(reader: sqlite3.Connection, customer_id: int) -> int | None:
    """Return whose a customer is, None when there is none that the person sees."""
    row = reader.execute(OWNER, {"id": customer_id}).fetchone()
    return row[0] if row else None


def owners_of(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, int | None]:
    """Return whose some customers are; all that there are on a connection without views."""
    return dict(query_in(connection, OWNERS, ids))


def access_of(reader: sqlite3.Connection, customer_id: int) -> str:
    """Return the person's access as a collaborator of a customer: edit, read or ''."""
    row = reader.execute(ACCESS, {"id": customer_id}).fetchone()
    return row[0] if row else ""


REVEALED = "SELECT field_group FROM revealed WHERE customer_id = :id"
ALL_REVEALED = "SELECT customer_id, field_group FROM revealed"
SHARED = (
    "SELECT k.customer_id, k.access FROM collaborator k JOIN myself m ON m.id = k.person_id"
    " ORDER BY k.customer_id, k.id"
)
CUSTOMER_OF = {
    "customer": "SELECT id FROM customer_any WHERE id = :id",
    "contact": "SELECT customer_id FROM contact_any WHERE id = :id",
    "project": "SELECT customer_id FROM project_any WHERE id = :id",
    "activity": "SELECT customer_id FROM activity_any WHERE id = :id",
    "plan": "SELECT customer_id FROM plan_any WHERE id = :id",
    "customer_alias": "SELECT customer_id FROM customer_alias_any WHERE id = :id",
    "tag_link": "SELECT customer_id FROM tag_link_any WHERE id = :id",
    "collaborator": "SELECT customer_id FROM collaborator_any WHERE id = :id",
    "imported_row": "SELECT customer_id FROM imported_row_any WHERE id = :id",
    "duplicate_decision": "SELECT customer_a FROM duplicate_decision_any WHERE id = :id",
    "saved_view": "SELECT id FROM saved_view WHERE id = :id",
    "audit": "SELECT id FROM audit WHERE id = :id",
}


def revealed(reader: sqlite3.Connection, customer_id: int) -> frozenset[str]:
    """Return the groups of fields of a customer that this session showed in full, with a reason."""
    return frozenset(row[0] for row in reader.execute(REVEALED, {"id": customer_id}).fetchall())


def all_revealed(reader: sqlite3.Connection) -> frozenset[tuple[int, str]]:
    """Return every (customer, group of fields) that this session showed in full."""
    return frozenset((row[0], row[1]) for row in reader.execute(ALL_REVEALED).fetchall())


def shared(reader: sqlite3.Connection) -> dict[int, str]:
    """Return the customers on which the person works with their owner, each with the access."""
    found: dict[int, str] = {}
    for customer_id, access in reader.execute(SHARED).fetchall():
        found.setdefault(customer_id, access)
    return found


def customer_of(reader: sqlite3.Connection, entity: str, entity_id: int) -> int | None:
    """Return the customer (or own id) of a record that the person sees, removed ones too; None for none."""
    sql = CUSTOMER_OF.get(entity)
    row = reader.execute(sql, {"id": entity_id}).fetchone() if sql else None
    return row[0] if row else None
