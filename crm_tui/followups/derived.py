"""Each customer's state: last follow-up, counters, next plan; rewritten with every activity and plan."""

from __future__ import annotations

from crm_tui.followups import store
from crm_tui.storage import derive
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

# What the state is made of; of a customer itself only that there is one.
MATTERS = {
    "customer": (),
    "activity": ("at", "origin", "deleted_at"),
    "plan": ("state", "due_on", "due_at", "deleted_at"),
}


def rewrite(connection: sqlite3.Connection, change_set: int) -> None:
    """Rewrite the state of the customers that a set touched."""
    rows = query_in(connection, store.STATE, derive.customers_of(connection, change_set, MATTERS))
    derive.put_states(connection, change_set, store.STATE_COLUMNS, {row[0]: row[1:] for row in rows})


derive.register(MATTERS, rewrite)
