"""What front ends show of customers that a search found; lighter to load than the lists of customers."""

from __future__ import annotations

from collections.abc import Iterable

from crm_tui.search import store_shown
from crm_tui.search.store_shown import Shown
from crm_tui.storage.driver import sqlite3

__all__ = ["Shown", "shown"]


def shown(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Shown]:
    """Return number, name and owner of customers by id; those gone or hidden are left out."""
    return store_shown.rows(reader, ids)
