"""What only one record of a customer can be, held against an undo: the main contact."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

ENTITY, FLAG = "contact", "is_primary"
FLAGGED = (
    "SELECT customer_id, id, changed_in FROM contact"
    " WHERE customer_id IN ({ids}) AND is_primary = 1 AND deleted_at IS NULL ORDER BY id"
)
SINCE = (
    "SELECT op, field, old FROM change WHERE entity = 'contact' AND entity_id = :id AND id > :after"
    " ORDER BY id DESC"
)
ROW = "SELECT is_primary, deleted_at, customer_id FROM contact WHERE id = :id"


class Claim(NamedTuple):
    """A contact that an undo would make the main one again, and the last row of history of what it undoes."""

    contact: int
    customer: int
    after: int


def rivals(
    connection: sqlite3.Connection, claims: Iterable[Claim], then: Mapping[int, bool]
) -> dict[int, tuple[int, int]]:
    """Return by claiming contact another that was made the main one since, and the set that moved it last.

    ``then`` tells of the contacts that the undo writes whether they are main ones afterwards.
    """
    claims = list(claims)
    flagged: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for customer, contact, moved in query_in(connection, FLAGGED, sorted({one.customer for one in claims})):
        flagged[customer].append((contact, moved))
    found = {}
    for claim in claims:
        for contact, moved in flagged[claim.customer]:
            if contact == claim.contact or not then.get(contact, True):
                continue
            if not _was_main(connection, contact, claim):
                found[claim.contact] = (contact, moved)
    return found


def _was_main(connection: sqlite3.Connection, contact: int, claim: Claim) -> bool:
    """Tell whether a contact was a main one of the customer already when the undone set was written."""
    row = connection.execute(ROW, {"id": contact}).fetchone()
    state: dict[str, Any] | None = dict(zip(("is_primary", "deleted_at", "customer_id"), row, strict=True))
    log = connection.execute(SINCE, {"id": contact, "after": claim.after}).fetchall()
    for op, name, old in log:
        if op == "insert":
            state = None
        elif op == "delete":
            state = json.loads(old)
        elif state is not None:
            state[name] = old
    return (
        state is not None
        and state.get("is_primary") == 1
        and state.get("deleted_at") is None
        and state.get("customer_id") == claim.customer
    )
