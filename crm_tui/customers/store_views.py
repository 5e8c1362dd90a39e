"""Saved views and each person's own layout of a list."""

from __future__ import annotations

from typing import Any

from crm_tui.storage.driver import sqlite3

VIEWS = (
    "SELECT id, changed_in, screen, name, owner_id, definition FROM saved_view"
    " WHERE screen = :screen AND deleted_at IS NULL"
    " ORDER BY CASE WHEN owner_id IS NULL THEN 1 ELSE 0 END, id"
)
ONE = (
    "SELECT id, changed_in, screen, name, owner_id, definition FROM saved_view"
    " WHERE id = :id AND deleted_at IS NULL"
)
MINE = (
    "SELECT id, changed_in, screen, name, owner_id, definition FROM saved_view WHERE screen = :screen"
    " AND deleted_at IS NULL AND owner_id IS NOT DISTINCT FROM CAST(:owner AS INTEGER) ORDER BY id"
)
LAYOUT = "SELECT value FROM person_state WHERE name = :name"
KEEP = (
    "INSERT INTO person_state (person_id, name, value) VALUES (:person, :name, :value)"
    " ON CONFLICT (person_id, name) DO UPDATE SET value = :value"
)


def views(connection: sqlite3.Connection, screen: str) -> list[tuple[Any, ...]]:
    """Return the views that the person sees, own ones first."""
    return connection.execute(VIEWS, {"screen": screen}).fetchall()


def view(connection: sqlite3.Connection, view_id: int) -> tuple[Any, ...] | None:
    """Return one view."""
    return connection.execute(ONE, {"id": view_id}).fetchone()


def of_owner(connection: sqlite3.Connection, screen: str, owner: int | None) -> list[tuple[Any, ...]]:
    """Return the views of one person, or of the team (None)."""
    return connection.execute(MINE, {"screen": screen, "owner": owner}).fetchall()


def layout(reader: sqlite3.Connection, name: str) -> str | None:
    """Return what the reader's person kept under a name."""
    row = reader.execute(LAYOUT, {"name": name}).fetchone()
    return row[0] if row else None


def keep(connection: sqlite3.Connection, person: int, name: str, value: str) -> None:
    """Keep a text for a person; no history is written of it."""
    connection.execute(KEEP, {"person": person, "name": name, "value": value})
