"""SQL of merging and of what was decided about pairs; each runs inside an open change or on a reader."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm_tui.storage.change import Change
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import pieces, placeholders, query_in

CUSTOMERS = "SELECT * FROM customer WHERE id IN ({ids})"
CONTACTS = (
    "SELECT * FROM contact WHERE customer_id IN ({ids}) AND deleted_at IS NULL"
    " ORDER BY is_primary DESC, position, id"
)
ALIASES = "SELECT * FROM customer_alias WHERE customer_id IN ({ids}) AND deleted_at IS NULL ORDER BY id"
COLLABORATORS = "SELECT * FROM collaborator WHERE customer_id IN ({ids}) AND deleted_at IS NULL ORDER BY id"
WAYS = "SELECT contact_id, kind, key FROM contact_key WHERE customer_id IN ({ids}) ORDER BY id"
STATES = "SELECT customer_id, activities FROM customer_state WHERE customer_id IN ({ids})"
MADE = "SELECT id, at FROM change_set WHERE id IN ({ids})"
CONTACTS_IN_SHORT = (
    "SELECT id, name, wechat, is_primary, position FROM contact"
    " WHERE customer_id IN ({ids}) AND deleted_at IS NULL ORDER BY is_primary DESC, position, id"
)
THESE = "SELECT * FROM contact WHERE id IN ({ids})"
SHARING = (
    "SELECT DISTINCT t.contact_id FROM contact_key o JOIN contact_key t ON t.kind = o.kind AND t.key = o.key"
    " WHERE o.customer_id = :own AND t.customer_id = :other"
)
WAYS_OF = (
    "SELECT contact_id, kind, key FROM contact_key WHERE customer_id = :customer AND contact_id IN ({ids})"
    " ORDER BY id"
)
NOT_MAIN = (
    "UPDATE contact SET is_primary = 0, changed_in = :set"
    " WHERE customer_id = :customer AND deleted_at IS NULL AND is_primary = 1"
)
SHIFTED = (
    "UPDATE contact SET position = position + :by, changed_in = :set"
    " WHERE customer_id = :customer AND deleted_at IS NULL"
)


def rows(connection: sqlite3.Connection, sql: str, ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return the rows of a SELECT that holds ``{ids}``, by column name."""
    found: list[dict[str, Any]] = []
    for piece in pieces(ids):
        marks, params = placeholders(piece)
        cursor = connection.execute(sql.replace("{ids}", marks), params)
        names = [item[0] for item in cursor.description]
        found += [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def customers(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return customers by id in the order asked for; one that is not there (or not visible) is left out."""
    ids = list(ids)
    found = {row["id"]: row for row in rows(connection, CUSTOMERS, ids)}
    return {one: found[one] for one in ids if one in found}


def ways(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, set[tuple[str, str]]]:
    """Return by contact the keys of its phones and mails."""
    found: dict[int, set[tuple[str, str]]] = {}
    for contact_id, kind, key in query_in(connection, WAYS, ids):
        found.setdefault(contact_id, set()).add((kind, key))
    return found


def sharing_ways(connection: sqlite3.Connection, own: int, other: int) -> set[int]:
    """Return the contacts of the other customer that have a phone or a mail of one's own contacts."""
    return {row[0] for row in connection.execute(SHARING, {"own": own, "other": other}).fetchall()}


def ways_of(
    connection: sqlite3.Connection, customer: int, ids: Iterable[int]
) -> dict[int, set[tuple[str, str]]]:
    """Return by contact, of some of a customer, the keys of its phones and mails."""
    found: dict[int, set[tuple[str, str]]] = {}
    for contact_id, kind, key in query_in(connection, WAYS_OF, ids, {"customer": customer}):
        found.setdefault(contact_id, set()).add((kind, key))
    return found


def run(change: Change, sql: str, customer: int, *, by: int = 0) -> None:
    """Move the contacts of a customer (NOT_MAIN, SHIFTED)."""
    change.execute(sql, {"customer": customer, "by": by, "set": change.set_id})


def entered(connection: sqlite3.Connection, sets: Iterable[int]) -> dict[int, str]:
    """Return by set when it was written."""
    return {one: at for one, at in query_in(connection, MADE, sorted(set(sets))) if at}


def follow_ups(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, int]:
    """Return by customer how many follow-ups are on record."""
    return dict(query_in(connection, STATES, ids))


DECIDED = (
    "SELECT id, customer_a, customer_b, verdict, basis, note, created_in, changed_in FROM duplicate_decision"
    " WHERE deleted_at IS NULL AND customer_a IN ({ids}) UNION"
    " SELECT id, customer_a, customer_b, verdict, basis, note, created_in, changed_in FROM duplicate_decision"
    " WHERE deleted_at IS NULL AND customer_b IN ({ids}) ORDER BY id"
)
CODES = "SELECT id, uscc_key FROM customer WHERE id IN ({ids})"
STRONG = "SELECT DISTINCT customer_id, kind, key FROM contact_key WHERE customer_id IN ({ids})"

SHOWN_WHOLE = "SELECT id FROM shown_whole WHERE id IN ({ids})"


def decided(connection: sqlite3.Connection, ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return what was decided about pairs with one of these customers, by column name."""
    return list({row["id"]: row for row in rows(connection, DECIDED, ids)}.values())


def shown_whole(reader: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """Return those of some customers of whom no field is hidden from the reader."""
    return {row[0] for row in query_in(reader, SHOWN_WHOLE, list(ids))}


def strong_keys(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, set[str]]:
    """Return by customer its code, phones and mails as texts to compare."""
    ids = list(ids)
    found: dict[int, set[str]] = {one: set() for one in ids}
    for customer_id, code in query_in(connection, CODES, ids):
        if code:
            found[customer_id].add(f"code {code}")
    for customer_id, kind, key in query_in(connection, STRONG, ids):
        found[customer_id].add(f"{kind} {key}")
    return found
