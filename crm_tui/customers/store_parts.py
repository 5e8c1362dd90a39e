"""What belongs to a customer, apart from lists and filters: a start that shows none reads it alone."""

from __future__ import annotations

from typing import Any

from crm_tui.presets.store import URGENT_TAGS
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

CHILDREN = {
    "contact": "SELECT * FROM contact WHERE customer_id = :id ORDER BY is_primary DESC, position, id",
    "project": "SELECT * FROM project WHERE customer_id = :id ORDER BY starts_on DESC NULLS LAST, id DESC",
    "customer_alias": "SELECT * FROM customer_alias WHERE customer_id = :id ORDER BY id",
    "collaborator": "SELECT * FROM collaborator WHERE customer_id = :id ORDER BY id",
}


def children(reader: sqlite3.Connection, table: str, customer_id: int) -> list[dict[str, Any]]:
    """Return the live contacts, projects, aliases or collaborators of a customer by column name."""
    cursor = reader.execute(CHILDREN[table], {"id": customer_id})
    names = [item[0] for item in cursor.description]
    live = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [row for row in live if row["deleted_at"] is None]


TAGS_OF = (
    "SELECT l.customer_id, t.name FROM tag_link l JOIN tag t ON t.id = l.tag_id"
    " WHERE l.customer_id IN ({ids}) AND l.deleted_at IS NULL AND t.deleted_at IS NULL ORDER BY t.id"
)


def tags_of(connection: sqlite3.Connection, ids: list[int]) -> dict[int, list[str]]:
    """Return the tag names of some customers by id."""
    found: dict[int, list[str]] = {}
    for customer_id, name in query_in(connection, TAGS_OF, ids):
        found.setdefault(customer_id, []).append(name)
    return found


def marks_of(reader: sqlite3.Connection, ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Return the tags of some customers that mark them as to be seen to first, by id (S0-19)."""
    found: dict[int, tuple[str, ...]] = {}
    for customer_id, names in tags_of(reader, sorted(set(ids))).items():
        marks = tuple(name for name in names if name in URGENT_TAGS)
        if marks:
            found[customer_id] = marks
    return found
