"""Further columns of lists: what a line does not hold already, for the customers in sight."""

from __future__ import annotations

from typing import Any

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

OWN = "SELECT c.* FROM customer c WHERE c.id IN ({ids})"
PLACES = "SELECT s.customer_id, s.region, s.activities FROM customer_state s WHERE s.customer_id IN ({ids})"
MADE = (
    "SELECT c.id, m.at, l.at, l.actor FROM customer c LEFT JOIN change_set m ON m.id = c.created_in"
    " LEFT JOIN change_set l ON l.id = c.changed_in WHERE c.id IN ({ids})"
)
CONTACTS = (
    "SELECT c.id, k.title, k.mobile, k.email, k.wechat FROM customer c JOIN contact k ON k.id ="
    " (SELECT f.id FROM contact f WHERE f.customer_id = c.id ORDER BY f.is_primary DESC, f.position, f.id"
    " LIMIT 1) WHERE c.id IN ({ids})"
)


def own(reader: sqlite3.Connection, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return the customers' own columns by id."""
    found: dict[int, dict[str, Any]] = {}
    names = [item[0] for item in reader.execute(OWN.replace("{ids}", "NULL")).description]
    for row in query_in(reader, OWN, ids):
        values = dict(zip(names, row, strict=True))
        found[values["id"]] = values
    return found


def places(reader: sqlite3.Connection, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return the regions that the customers count to and how often they were followed up."""
    return {row[0]: {"region": row[1], "activities": row[2]} for row in query_in(reader, PLACES, ids)}


def made(reader: sqlite3.Connection, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return when the customers were added and last changed, and by whom."""
    names = ("created_at", "changed_at", "changed_by")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in query_in(reader, MADE, ids)}


def contacts(reader: sqlite3.Connection, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return title and ways of the customers' first contacts."""
    names = ("title", "mobile", "email", "wechat")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in query_in(reader, CONTACTS, ids)}
