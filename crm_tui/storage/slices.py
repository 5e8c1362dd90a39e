"""Cuts the log of a large set into slices that can be taken back one by one: one for each customer."""

from __future__ import annotations

from collections.abc import Sequence

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.reach import customers_in
from crm_tui.storage.survey import Log


def slices(connection: sqlite3.Connection, log: Log) -> list[Log]:
    """Return the log of a set as slices, in the order in which they can be taken back.

    What hangs on one customer stays together. Rows of no customer, such as tags and words, come last when the
    set added them, first when it removed them: links of the others lead to them.
    """
    owner = customers_in(connection, log)
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
