"""What search asks about the views of a reader: how far they reach, and which rows lie apart from that."""

from __future__ import annotations

from crm_tui.storage.driver import sqlite3

SCOPES = "SELECT field_group, scope FROM read_scope"
OWNERS = {
    "own": "SELECT id FROM own_owner ORDER BY id",
    "team": "SELECT id FROM team_owner ORDER BY id",
}
# Whoever works on a customer with its owner sees all of it, and so does who gave a reason.
OTHERS = (
    "SELECT k.customer_id FROM collaborator k JOIN myself m ON m.id = k.person_id"
    " UNION SELECT x.customer_id FROM revealed x WHERE x.field_group = 'contact'"
)
PEOPLE = "SELECT count(*) FROM person"


def scopes(reader: sqlite3.Connection) -> dict[str, str]:
    """Return how far reading reaches, by group of fields; '' is the row itself."""
    return dict(reader.execute(SCOPES).fetchall())


def owners(reader: sqlite3.Connection, scope: str) -> frozenset[int]:
    """Return whose customers a scope holds, own or team."""
    return frozenset(row[0] for row in reader.execute(OWNERS[scope]).fetchall())


def people(reader: sqlite3.Connection) -> int:
    """Return how many people there are."""
    return reader.execute(PEOPLE).fetchone()[0]
