"""Cuts the log of a large set into slices that can be taken back one by one: one for each customer."""

from __future__ import annotations

import json
from collections.abc import Sequence

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in
from crm_tui.storage.survey import Log
from crm_tui.storage.triggers import columns

OWNERS = "SELECT id, customer_id FROM {entity} WHERE id IN ({ids})"


def slices(connection: sqlite3.Connection, log: Log) -> list[Log]:
    """Return the log of a set as slices, in the order in which they can be taken back.

    What hangs on one customer stays together. Rows of no customer, such as tags and words, come last when the
    set added them, first when it removed them: links of the others lead to them.
    """
    owner = _owners(connection, log)
    groups: dict[int | None, Log] = {}
    for row in reversed(log):
        groups.setdefault(owner.get((row[1], row[2])), []).append(row)
    shared = groups.pop(None, [])
    found = [group[::-1] for group in groups.values()]
    if not shared:
        return found
    ops = {row[3] for row in shared}
    if {"insert", "delete"} <= ops:
        return [log]
    return [shared[::-1], *found] if "delete" in ops else [*found, shared[::-1]]


def joined(parts: Sequence[Log]) -> Log:
    """Return neighbouring slices as one log, in the order in which things happened."""
    return sorted((row for part in parts for row in part), key=lambda row: row[0])


def _owners(connection: sqlite3.Connection, log: Log) -> dict[tuple[str, int], int]:
    """Return the customer in whose file each row of a log stands or stood."""
    found: dict[tuple[str, int], int] = {}
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
            sql = OWNERS.replace("{entity}", entity)
            for row_id, customer in query_in(connection, sql, sorted(rows)):
                found.setdefault((entity, row_id), customer)
    return {row: customer for row, customer in found.items() if customer is not None}
