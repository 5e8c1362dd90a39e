"""What finding asks for: who has a key or a beginning, documents, who may be seen."""

from __future__ import annotations

from collections.abc import Iterable

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

# No more than is asked for: of a block with thousands of members only that it is large is told.
HAVING = "SELECT rowid FROM customer_gram WHERE customer_gram MATCH :token LIMIT :most"
NEWEST = "SELECT rowid FROM customer_gram WHERE customer_gram MATCH :token ORDER BY rowid DESC LIMIT :most"
DOCUMENTS = "SELECT customer_id, haystack || whereabouts FROM compared WHERE customer_id IN ({ids})"
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


def visible(reader: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """Return those of the customers that the user may see."""
    return {row[0] for row in query_in(reader, VISIBLE, ids)}
