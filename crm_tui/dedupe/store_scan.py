"""SQL of the whole scan and of what it left: keys of the search index, documents, scored pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

SCAN = "SELECT version, seen_set, scanned_at, done FROM duplicate_scan"
STAND = "UPDATE duplicate_scan SET version = :version, seen_set = :seen, scanned_at = :at, done = :done"
NEWEST = "SELECT coalesce(max(id), 0) FROM change_set"
WRITTEN_SINCE = "SELECT count(*) FROM change_set WHERE id > :seen"
# Sets that may have moved a document (derived.searched_in tells whose), not looked for by entity.
MOVING = (
    "SELECT DISTINCT change_set FROM change WHERE change_set > :seen AND change_set <= :newest"
    " AND coalesce(entity, '') IN ('customer', 'contact', 'customer_alias', 'tag', 'tag_link')"
)
GONE_ALL = "SELECT customer_id FROM customer_state WHERE shown = 0"
LAST = "SELECT coalesce(max(customer_id), 0) FROM customer_state"
DOCUMENTS = (
    "SELECT customer_id, haystack || whereabouts FROM customer_state"
    " WHERE shown = 1 AND customer_id IN ({ids})"
)
DOCUMENTS_BETWEEN = (
    "SELECT customer_id, haystack || whereabouts FROM customer_state"
    " WHERE shown = 1 AND customer_id BETWEEN :low AND :high"
)
COMPARED = "SELECT customer_id, haystack || whereabouts FROM customer_state WHERE customer_id IN ({ids})"
CODES = "SELECT id, uscc_key FROM customer WHERE id IN ({ids}) AND uscc_key IS NOT NULL"

PAIRS = ("a", "b", "score", "veto", "terms")
GONE = "DELETE FROM duplicate_pair WHERE a BETWEEN :low AND :high"
NTH_GONE = "SELECT a FROM duplicate_pair WHERE a BETWEEN :low AND :high ORDER BY a, b LIMIT 1 OFFSET :most"
GONE_OF = (
    "DELETE FROM duplicate_pair WHERE a IN ({ids})",
    "DELETE FROM duplicate_pair WHERE b IN ({ids})",
)
PUT = "INSERT INTO duplicate_pair (a, b, score, veto, terms) VALUES (:a, :b, :score, :veto, :terms)"
NEXT_SCORE = "SELECT max(score) FROM duplicate_pair WHERE score < :below"
OF_SCORE = "SELECT a, b, score, veto, terms FROM duplicate_pair WHERE score = :score"
SINCE_SCORE = "SELECT a, b, score, veto, terms FROM duplicate_pair WHERE score >= :least"
AMONG = "SELECT a, b, score, veto FROM duplicate_pair WHERE a IN ({ids}) AND score < :least"
COUNT = "SELECT count(*) FROM duplicate_pair WHERE score >= :least"
BESIDE = (
    "SELECT b FROM duplicate_pair WHERE a IN ({ids})",
    "SELECT a FROM duplicate_pair WHERE b IN ({ids})",
)
DECIDED = "SELECT customer_a FROM duplicate_decision"


def one(connection: sqlite3.Connection, sql: str, params: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
    """Return the one row of a query, an empty one when there is none."""
    return connection.execute(sql, params or {}).fetchone() or ()


def all_of(
    connection: sqlite3.Connection, sql: str, params: Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Return all rows of a query."""
    return connection.execute(sql, params or {}).fetchall()


def run(connection: sqlite3.Connection, sql: str, params: Mapping[str, Any] | None = None) -> None:
    """Run one statement."""
    connection.execute(sql, params or {})


def put(connection: sqlite3.Connection, pairs: Iterable[Sequence[Any]]) -> None:
    """Insert scored pairs: a, b, score in tenths, veto, terms."""
    connection.executemany(PUT, (dict(zip(PAIRS, pair, strict=True)) for pair in pairs))


def remove_of(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Remove all pairs of some customers."""
    ids = list(ids)
    for sql in GONE_OF:
        query_in(connection, sql, ids)


def documents(connection: sqlite3.Connection, ids: Iterable[int]) -> list[tuple[int, str]]:
    """Return id and document of the live ones among some customers."""
    return query_in(connection, DOCUMENTS, ids)


def compared(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return by id the documents of customers that the reader may see."""
    return dict(query_in(reader, COMPARED, ids))


def codes(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return by id the codes of customers that have one."""
    return dict(query_in(reader, CODES, ids))


def among(reader: sqlite3.Connection, ids: Iterable[int], least: int) -> list[tuple[int, int, int, str]]:
    """Return the pairs below a score whose smaller id is one of these."""
    return query_in(reader, AMONG, ids, {"least": least})


def beside(connection: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """Return the customers that stand in a pair with one of these."""
    ids = list(ids)
    return {row[0] for sql in BESIDE for row in query_in(connection, sql, ids)}
