"""How far an undo reaches: whoever made a change for many takes it back where they still might make it.

Some of its customers may have gone to other people since. Whose they are to change is not for this room to
say: the database is given a ``Reach``, as it is given a guard.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in
from crm_tui.storage.triggers import columns

if TYPE_CHECKING:
    from crm_tui.storage.survey import Fold, Log, Row

    # Given in whose files some rows stand, what became of the rows, and whether they are all of the undo;
    # returns the customers that it is to leave, and raises what refuses it when those are all.
    Limit = Callable[[sqlite3.Connection, Mapping[Row, int], Mapping[Row, Fold], bool], set[int]]
    # Given who takes back which set; None where nothing limits that, or it is refused as a whole.
    Reach = Callable[[sqlite3.Connection, int, int], Limit | None]

STANDING = "SELECT id, customer_id FROM {entity} WHERE id IN ({ids})"


def customers_in(connection: sqlite3.Connection, log: Log) -> dict[Row, int]:
    """Return the customer in whose file each row of a log stands or stood."""
    found: dict[Row, int] = {}
    ids: dict[str, set[int]] = {}
    for _id, entity, row_id, op, _field, old, _new in log:
        if entity == "customer":
            found[entity, row_id] = row_id
        elif op == "delete" and (customer := json.loads(old).get("customer_id")) is not None:
            found[entity, row_id] = customer
        else:
            ids.setdefault(entity, set()).add(row_id)
    for entity, rows in ids.items():
        if "customer_id" in columns(connection, entity):
            sql = STANDING.replace("{entity}", entity)
            for row_id, customer in query_in(connection, sql, sorted(rows)):
                found.setdefault((entity, row_id), customer)
    return {row: customer for row, customer in found.items() if customer is not None}
