"""Whose a customer is, and who works on it with the owner: what decisions about one record ask."""

from __future__ import annotations

from crm_tui.storage.driver import sqlite3

OWNER = "SELECT owner_id FROM customer WHERE id = :id"
ACCESS = (
    "SELECT k.access FROM collaborator k JOIN myself m ON m.id = k.person_id WHERE k.customer_id = :id"
    " ORDER BY k.access, k.id LIMIT 1"
)


def owner_of(reader: sqlite3.Connection, customer_id: int) -> int | None:
    """Return whose a customer is, None when there is none that the person sees."""
    row = reader.execute(OWNER, {"id": customer_id}).fetchone()
    return row[0] if row else None


def access_of(reader: sqlite3.Connection, customer_id: int) -> str:
    """Return the person's access as a collaborator of a customer: edit, read or ''."""
    row = reader.execute(ACCESS, {"id": customer_id}).fetchone()
    return row[0] if row else ""
