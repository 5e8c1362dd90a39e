"""What a found customer is shown with, read through the user's views."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

SHOWN = (
    "SELECT c.id, c.no, coalesce(c.name, (SELECT t.name FROM contact t WHERE t.customer_id = c.id"
    " ORDER BY t.is_primary DESC, t.position, t.id LIMIT 1), ''), p.name FROM customer c"
    " JOIN person_any p ON p.id = c.owner_id WHERE c.id IN ({ids})"
)


class Shown(NamedTuple):
    """Number, name as it was entered (without one that of the first contact), and the owner's name."""

    no: str
    name: str
    owner: str


def rows(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Shown]:
    """Return how customers are shown, by id; those gone or hidden are left out."""
    return {row[0]: Shown(*row[1:]) for row in query_in(reader, SHOWN, ids)}
