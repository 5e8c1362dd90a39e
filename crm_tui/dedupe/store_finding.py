"""What finding asks for: who has a key or a beginning, documents, who may be seen."""

from __future__ import annotations

from collections.abc import Iterable

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

# 0 + spares planning each time anew (search/store.py). Of a block with thousands of members no more is asked
# than tells that it is large.
HAVING = "SELECT rowid FROM customer_gram WHERE customer_gram MATCH :token LIMIT 0 + :most"
NEWEST = (
    "SELECT rowid FROM customer_gram WHERE customer_gram MATCH :token ORDER BY rowid DESC LIMIT 0 + :most"
)
DOCUMENTS = "SELECT customer_id, haystack || whereabouts FROM compared WHERE customer_id IN ({ids})"
SHOWN = "SELECT customer_id, haystack || whereabouts FROM listed WHERE customer_id IN ({ids})"
VISIBLE = "SELECT id FROM customer WHERE id IN ({ids})"


def having(reader: sqlite3.Connection, key: str, most: int) -> list[int]:
    """Return up to ``most`` customers of a key, also such as are gone."""
    return [row[0] for row in reader.execute(HAVING, {"token": f'"{key}"', "most": most}).fetchall()]


def newest(reader: sqlite3.Connection, grams: Iterable[str], most: int) -> list[int]:
    """Return the newest customers that have all of these grams of search, also such as are gone."""
    token = " AND ".join(f'"{one}"' for one in grams)
    return [row[0] for row in reader.execute(NEWEST, {"token": token, "most": most}).fetchall()]


def documents(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return by customer the text that tells it from others; whoever is gone is left out."""
    return dict(query_in(reader, DOCUMENTS, ids))


def shown(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return by customer the same text as far as the user may see it; of one out of sight nothing."""
    return dict(query_in(reader, SHOWN, ids))


def visible(reader: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """Return those of the customers that the user may see."""
    return {row[0] for row in query_in(reader, VISIBLE, ids)}


TOLD = (
    "SELECT c.id, c.no, coalesce(c.name, ''), coalesce(p.name, ''), c.status FROM customer c"
    " LEFT JOIN person_any p ON p.id = c.owner_id WHERE c.id IN ({ids})"
)
TAKEN = (
    "SELECT t.id, coalesce(p.name, ''), t.status FROM taken t"
    " LEFT JOIN person_any p ON p.id = t.owner_id WHERE t.id IN ({ids})"
)
THERE = "SELECT 1 FROM customer WHERE id = :id AND deleted_at IS NULL"


def told(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[str, str, str, str | None]]:
    """Return number, name, owner and status of customers that the user may see, by id."""
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in query_in(reader, TOLD, ids)}


def taken(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[str, str | None]]:
    """Return owner and status of any customers, by id."""
    return {row[0]: (row[1], row[2]) for row in query_in(reader, TAKEN, ids)}


def is_there(connection: sqlite3.Connection, customer_id: int) -> bool:
    """Tell whether a customer is in the lists; inside an open change."""
    return connection.execute(THERE, {"id": customer_id}).fetchone() is not None
