"""What a change of many customers asks: their rows as they are, and which of them carry a tag."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

Target = tuple[int, int]  # a customer and the version of it (changed_in) that was seen
VERSIONS = "SELECT id, changed_in FROM customer WHERE id IN ({ids})"
ALWAYS = ("id", "changed_in", "deleted_at", "owner_id")
ROWS = "SELECT {columns} FROM customer WHERE id IN ({ids})"
CARRYING = (
    "SELECT l.customer_id, l.id FROM tag_link l JOIN tag t ON t.id = l.tag_id"
    " WHERE l.customer_id IN ({ids}) AND t.name_key = :key AND l.deleted_at IS NULL AND t.deleted_at IS NULL"
    " ORDER BY l.id"
)
PUT_INTO_JOB = "UPDATE change_set SET job = :job WHERE id = :set"


def versions(reader: sqlite3.Connection, ids: list[int]) -> list[tuple[int, int]]:
    """Return (id, changed_in) of those customers that are there, in the order of ``ids``."""
    found = dict(query_in(reader, VERSIONS, ids))
    return [(one, found[one]) for one in ids if one in found]


def rows(
    connection: sqlite3.Connection, ids: list[int], names: Iterable[str] = ()
) -> dict[int, dict[str, Any]]:
    """Return by id the columns ``names`` (from the code) of customers, with id, version, deleted_at, owner.

    On the writing connection also of customers put away.
    """
    columns = tuple(dict.fromkeys((*ALWAYS, *names)))
    sql = ROWS.replace("{columns}", ", ".join(columns))
    return {row[0]: dict(zip(columns, row, strict=True)) for row in query_in(connection, sql, ids)}


def carrying(connection: sqlite3.Connection, ids: list[int], key: str) -> dict[int, int]:
    """Return the link by customer of those that carry a tag, given by its folded name."""
    return dict(query_in(connection, CARRYING, ids, {"key": key}))


def put_into_job(connection: sqlite3.Connection, set_id: int, job: int) -> None:
    """Make an open set a part of a job."""
    connection.execute(PUT_INTO_JOB, {"set": set_id, "job": job})
