"""The hash chain over change sets, and the sealing of edits made from outside."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.short_sha256 import sha256

ROWS = "SELECT entity, entity_id, op, field, old, new FROM change WHERE change_set = :set ORDER BY id"
HEADER = "SELECT id, at, actor, action, source, reason, undoes, job FROM change_set WHERE id = :set"
FORMER = "SELECT chain FROM change_set WHERE id < :set ORDER BY id DESC LIMIT 1"
SEAL = "UPDATE change_set SET at = coalesce(at, :at), digest = :digest, chain = :chain WHERE id = :set"
# Every set seals those before it, so what is open lies behind the last sealed one: no save reads them all.
UNSEALED = (
    "SELECT id FROM change_set WHERE source = 'outside' AND chain IS NULL AND id >"
    " coalesce((SELECT s.id FROM change_set s WHERE s.chain IS NOT NULL ORDER BY s.id DESC LIMIT 1), 0)"
    " ORDER BY id"
)
STALE = (
    "INSERT INTO stale (entity, entity_id)"
    " SELECT DISTINCT entity, entity_id FROM change WHERE change_set = :set ON CONFLICT DO NOTHING"
)

AT_ONCE = 2000  # rows read at once


def _encode(values: Iterable[object]) -> bytes:
    parts = []
    for value in values:
        if value is None:
            parts.append(b"n")
        elif isinstance(value, int):
            text = b"%d" % value
            parts.append(b"i%d:%s" % (len(text), text))
        elif isinstance(value, float):
            text = value.hex().encode()
            parts.append(b"f%d:%s" % (len(text), text))
        elif isinstance(value, bytes):
            parts.append(b"b%d:%s" % (len(value), value))
        else:
            text = str(value).encode("utf-8", "surrogatepass")
            parts.append(b"t%d:%s" % (len(text), text))
    return b"".join(parts)


@lru_cache(maxsize=256)
def _head(name: str) -> bytes:
    """Return the name of a table or column as bytes."""
    return _encode((name,))


def _rows(rows: Iterable[tuple[Any, ...]]) -> bytes:
    """Return rows of the log as bytes; what most rows hold besides their values is put together at once."""
    parts = []
    for row in rows:
        entity, number, op, field, old, new = row
        if op == "insert" and type(number) is int and field is None and old is None and new is None:
            text = b"%d" % number
            parts.append(b"%si%d:%st6:insertnnn" % (_head(entity), len(text), text))
        elif op == "update" and type(number) is int and type(field) is str:
            text = b"%d" % number
            parts.append(b"%si%d:%st6:update%s" % (_head(entity), len(text), text, _head(field)))
            parts.append(_encode((old, new)))
        else:
            parts.append(_encode(row))
    return b"".join(parts)


def digest_of(connection: sqlite3.Connection, change_set: int) -> bytes:
    """Return the SHA-256 over the typed, length-prefixed rows of a set in id order."""
    cursor = connection.execute(ROWS, {"set": change_set})
    digest: Any = None
    while rows := cursor.fetchmany(AT_ONCE):
        if digest is None:
            digest = _for(len(rows))
        digest.update(_rows(rows))
    return (digest or sha256()).digest()


def _for(rows: int) -> Any:
    """Return an empty digest for a set of so many rows or more."""
    if rows < AT_ONCE:
        return sha256()
    import hashlib

    return hashlib.sha256()


def _link(connection: sqlite3.Connection, change_set: int, digest: bytes) -> bytes:
    former = connection.execute(FORMER, {"set": change_set}).fetchone()
    header = connection.execute(HEADER, {"set": change_set}).fetchone()
    return sha256(((former and former[0]) or b"") + _encode(header) + digest).digest()


def seal(connection: sqlite3.Connection, change_set: int, at: str) -> bytes:
    """Write digest and chain of a set, dated ``at`` unless it is, and return the chain.

    Triggers refuse to alter the set from then on.
    """
    digest = digest_of(connection, change_set)
    # The header must hold its date before it is hashed.
    connection.execute(
        "UPDATE change_set SET at = coalesce(at, :at) WHERE id = :set", {"at": at, "set": change_set}
    )
    chain = _link(connection, change_set, digest)
    connection.execute(SEAL, {"at": at, "digest": digest, "chain": chain, "set": change_set})
    return chain


def seal_outside(connection: sqlite3.Connection, at: str) -> list[int]:
    """Date and seal the sets that edits from outside left open; their rows are queued as stale."""
    sets = [row[0] for row in connection.execute(UNSEALED).fetchall()]
    for change_set in sets:
        connection.execute(STALE, {"set": change_set})
        seal(connection, change_set, at)
    if sets:
        connection.execute("UPDATE writing SET change_set = NULL")
    return sets


def verify(connection: sqlite3.Connection) -> int | None:
    """Return the first set whose rows or link do not match its hashes, None when all do."""
    for change_set, digest, chain in connection.execute(
        "SELECT id, digest, chain FROM change_set WHERE chain IS NOT NULL ORDER BY id"
    ).fetchall():
        compacted = connection.execute("SELECT coalesce(max(through), 0) FROM compacted").fetchone()[0]
        if change_set > compacted and digest_of(connection, change_set) != digest:
            return change_set
        if _link(connection, change_set, digest) != chain:
            return change_set
    return None
