"""The history of a whole customer file: the customer and all that hangs on it, removed rows included.

What was merged into it has its part in that, from before the merge too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.history import NEVER, FieldChange
from crm_tui.storage.lists import PIECE, query_in

# The caller found the customer through the user's views; its rows count also when they were removed.
OF_FILE = (
    "SELECT c.id, c.change_set, s.at, s.actor, s.action, c.entity, c.entity_id, c.op, c.field, c.old, c.new"
    " FROM change c JOIN change_set s ON s.id = c.change_set WHERE c.id < :before AND ("
    "(c.entity = 'customer' AND c.entity_id IN ({ids}))"
    " OR (c.entity = 'contact' AND c.entity_id IN (SELECT id FROM contact_any WHERE customer_id IN ({ids})))"
    " OR (c.entity = 'project' AND c.entity_id IN (SELECT id FROM project_any WHERE customer_id IN ({ids})))"
    " OR (c.entity = 'tag_link'"
    " AND c.entity_id IN (SELECT id FROM tag_link_any WHERE customer_id IN ({ids})))"
    " OR (c.entity = 'customer_alias'"
    " AND c.entity_id IN (SELECT id FROM customer_alias_any WHERE customer_id IN ({ids})))"
    " OR (c.entity = 'activity'"
    " AND c.entity_id IN (SELECT id FROM activity_any WHERE customer_id IN ({ids})))"
    " OR (c.entity = 'plan' AND c.entity_id IN (SELECT id FROM plan_any WHERE customer_id IN ({ids})))"
    ") ORDER BY c.id DESC LIMIT 0 + :limit"
)
NAMES = (
    "SELECT 'contact', id, coalesce(name, '') FROM contact_any WHERE customer_id IN ({ids})"
    " UNION ALL SELECT 'project', id, coalesce(name, '') FROM project_any WHERE customer_id IN ({ids})"
    " UNION ALL SELECT 'customer_alias', id, name FROM customer_alias_any WHERE customer_id IN ({ids})"
    " UNION ALL SELECT 'tag_link', l.id, t.name FROM tag_link_any l JOIN tag_any t ON t.id = l.tag_id"
    " WHERE l.customer_id IN ({ids})"
    " UNION ALL SELECT 'customer', id, no || ' ' || coalesce(name, '') FROM customer_any"
    " WHERE id IN ({ids}) AND merged_into IS NOT NULL"
)
MERGED = "SELECT id FROM customer_any WHERE merged_into = :id ORDER BY id LIMIT 0 + :most"


def of_merged(reader: sqlite3.Connection, customer_id: int) -> list[int]:
    """Return a customer and those that were merged into it."""
    found = reader.execute(MERGED, {"id": customer_id, "most": PIECE - 1}).fetchall()
    return [customer_id, *(row[0] for row in found)]


def of_file(
    reader: sqlite3.Connection, customer_id: int, *, limit: int = 500, before: int = NEVER
) -> list[FieldChange]:
    """Return the newest changes of a customer and all its rows, newest first; ``before`` continues below.

    Those of a customer that was merged into it have that one's id.
    """
    ids = of_merged(reader, customer_id)
    return [FieldChange(*row) for row in query_in(reader, OF_FILE, ids, {"before": before, "limit": limit})]


def names_in_file(reader: sqlite3.Connection, customer_id: int) -> dict[tuple[str, int], str]:
    """Return what the rows of a file are called, by entity and id: contacts, projects, names, tags.

    Customers that were merged into it are there with their numbers, it is not.
    """
    rows = query_in(reader, NAMES, of_merged(reader, customer_id))
    return {(entity, row_id): name.strip() for entity, row_id, name in rows}


OF_CUSTOMER = "SELECT c.no || ' ' || coalesce(c.name, '') FROM customer_any c WHERE c.id = "
RECORD_NAMES = {
    "customer": OF_CUSTOMER + ":id",
    "contact": OF_CUSTOMER + "(SELECT t.customer_id FROM contact_any t WHERE t.id = :id)",
    "project": OF_CUSTOMER + "(SELECT t.customer_id FROM project_any t WHERE t.id = :id)",
    "tag_link": OF_CUSTOMER + "(SELECT t.customer_id FROM tag_link_any t WHERE t.id = :id)",
    "customer_alias": OF_CUSTOMER + "(SELECT t.customer_id FROM customer_alias_any t WHERE t.id = :id)",
    "activity": OF_CUSTOMER + "(SELECT t.customer_id FROM activity_any t WHERE t.id = :id)",
    "plan": OF_CUSTOMER + "(SELECT t.customer_id FROM plan_any t WHERE t.id = :id)",
    "imported_row": OF_CUSTOMER + "(SELECT t.customer_id FROM imported_row_any t WHERE t.id = :id)",
    "collaborator": OF_CUSTOMER + "(SELECT t.customer_id FROM collaborator_any t WHERE t.id = :id)",
    "duplicate_decision": OF_CUSTOMER
    + "(SELECT t.customer_a FROM duplicate_decision_any t WHERE t.id = :id)",
    "person": "SELECT name FROM person_any WHERE id = :id",
    "tag": "SELECT name FROM tag_any WHERE id = :id",
    "word": "SELECT label FROM word_any WHERE id = :id",
    "saved_view": "SELECT name FROM saved_view WHERE id = :id",
}
OWN_NAMES = ("person", "tag", "word", "saved_view")  # without the number of a customer before it


def record_name(reader: sqlite3.Connection, entity: str, entity_id: int) -> str:
    """Return whose record one is: number and name of its customer, else its own name, '' when it has none."""
    sql = RECORD_NAMES.get(entity)
    row = reader.execute(sql, {"id": entity_id}).fetchone() if sql else None
    return (row[0] or "").strip() if row else ""


TO_CUSTOMER = ("customer_id", "merged_into", "customer_a", "customer_b")


def linked_names(reader: sqlite3.Connection, column: str | None, values: Iterable[Any]) -> list[str] | None:
    """Return for a column that leads to a customer the number and name behind each value, None for others."""
    if column not in TO_CUSTOMER:
        return None
    return [record_name(reader, "customer", value) if value else "" for value in values]
