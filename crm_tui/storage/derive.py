"""Who rewrites derived rows: rooms register writers, and every write calls them before COMMIT."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from crm_tui.storage.driver import sqlite3

Writer = Callable[[sqlite3.Connection, int], None]

_writers: dict[str, list[Writer]] = {}

MOVED = "SELECT DISTINCT entity FROM change WHERE change_set = :set"


def register(entities: Iterable[str], writer: Writer) -> None:
    """Have ``writer(connection, change_set)`` called for each set that moved one of the entities.

    It runs inside the transaction, after the rows moved, and finds them in ``change``. Registering the same
    writer twice changes nothing.
    """
    for entity in entities:
        writers = _writers.setdefault(entity, [])
        if writer not in writers:
            writers.append(writer)


def rewrite(connection: sqlite3.Connection, change_set: int) -> None:
    """Rewrite what is derived from the rows that the set moved."""
    called: set[int] = set()
    for (entity,) in connection.execute(MOVED, {"set": change_set}).fetchall():
        for writer in _writers.get(entity, ()):
            if id(writer) not in called:
                called.add(id(writer))
                writer(connection, change_set)


IDS = "SELECT DISTINCT entity_id FROM change WHERE change_set = :set AND entity = :entity"
PARENTS_MOVED = (
    "SELECT old, new FROM change"
    " WHERE change_set = :set AND entity = :entity AND op = 'update' AND field = 'customer_id'"
)
# Rows that stand in no customer's file, and the customers whose derived rows read them.
READ_BY = {
    "tag": "SELECT DISTINCT customer_id FROM tag_link"
    " WHERE tag_id IN (SELECT entity_id FROM change WHERE change_set = :set AND entity = :entity)",
}
IMAGES = "SELECT old FROM change WHERE change_set = :set AND entity = :entity AND op = 'delete'"
PARENTS = (
    "SELECT DISTINCT customer_id FROM {child} WHERE customer_id IS NOT NULL"
    " AND id IN (SELECT entity_id FROM change WHERE change_set = :set AND entity = :entity)"
)


def customers_of(connection: sqlite3.Connection, change_set: int, entities: Iterable[str]) -> list[int]:
    """Return the customers that a set touched, directly or through a child row, removed rows included."""
    found: set[int] = set()
    for entity in entities:
        params = {"set": change_set, "entity": entity}
        if entity == "customer":
            found.update(row[0] for row in connection.execute(IDS, params).fetchall())
            continue
        if entity in READ_BY:
            found.update(row[0] for row in connection.execute(READ_BY[entity], params).fetchall())
            continue
        sql = PARENTS.format(child=entity)
        found.update(row[0] for row in connection.execute(sql, params).fetchall())
        for old, new in connection.execute(PARENTS_MOVED, params).fetchall():
            found.update(value for value in (old, new) if value is not None)
        for (image,) in connection.execute(IMAGES, params).fetchall():
            found.add(json.loads(image).get("customer_id"))
    return sorted(value for value in found if value is not None)
