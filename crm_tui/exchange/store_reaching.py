"""SQL of customers that an importer does not see or may not change: whose they are, their state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

OUT_OF_SIGHT = (
    "SELECT t.{column}, t.owner_id, t.status FROM taken t WHERE t.{column} IN ({ids})"
    " AND NOT EXISTS (SELECT 1 FROM customer c WHERE c.id = t.id) ORDER BY t.id DESC"
)
FOREIGN = {name: OUT_OF_SIGHT.replace("{column}", name) for name in ("no", "uscc_key", "name_key")}
HELD = "SELECT id, owner_id, status FROM taken WHERE id IN ({ids})"
VISIBLE = "SELECT id FROM customer WHERE id IN ({ids})"


def foreign(
    reader: sqlite3.Connection, column: str, keys: Mapping[int, str]
) -> list[tuple[str, int | None, str | None]]:
    """Return key, owner and state of the customers out of sight that have one of these keys."""
    return query_in(reader, FOREIGN[column], sorted(set(keys.values())))  # ty: ignore[invalid-argument-type]


def held(reader: sqlite3.Connection, ids: Iterable[int]) -> list[tuple[int, int | None, str | None]]:
    """Return id, owner and state of customers, seen or not."""
    return query_in(reader, HELD, ids)


def visible(reader: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """Return those of some customers that the importer sees."""
    return {row[0] for row in query_in(reader, VISIBLE, ids)}
