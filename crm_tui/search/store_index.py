"""The SQL of the search index: its own row, its grams, the parts in which it lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crm_tui.storage.driver import sqlite3

ROW = "SELECT version, built_to, goal, clearing, damaged_at, keeper, kept_until FROM search_index"
ADOPT = "UPDATE search_index SET version = :version"
DAMAGED = "UPDATE search_index SET damaged_at = :at WHERE damaged_at IS NULL"
BEGIN_AGAIN = (
    "UPDATE search_index SET version = :version, built_to = 0, clearing = 1, damaged_at = NULL,"
    " goal = (SELECT coalesce(max(id), 0) FROM customer)"
)
CLEARED = "UPDATE search_index SET clearing = 0"
ADVANCE = "UPDATE search_index SET built_to = :upto, keeper = :keeper, kept_until = :until"
COMPLETE = "UPDATE search_index SET built_to = NULL, keeper = NULL, kept_until = NULL"
KEEP = "UPDATE search_index SET keeper = :keeper, kept_until = :until"

PUT = "INSERT INTO customer_gram (rowid, grams) VALUES (:id, :grams)"
# What is taken out must be what is in, for nothing but the grams is stored.
TAKE = "INSERT INTO customer_gram (customer_gram, rowid, grams) VALUES ('delete', :id, :grams)"
PROBE = "SELECT rowid FROM customer_gram WHERE customer_gram MATCH :query LIMIT 1"
HAS = "SELECT rowid FROM customer_gram WHERE customer_gram MATCH :query AND rowid = :id"
POINT = "SAVEPOINT search_index_written"
FLUSHED = "SAVEPOINT search_index_flushed"  # has the grams written now: a COMMIT could not be mended any more
BACK = "ROLLBACK TO search_index_written"
RELEASE = "RELEASE search_index_written"

# The row that describes the parts: after four bytes come how many levels there are, and how many parts.
STRUCTURE = "SELECT block FROM customer_gram_data WHERE id = 10"
MERGE = "INSERT INTO customer_gram (customer_gram, rank) VALUES ('merge', :pages)"
EMPTY = "INSERT INTO customer_gram (customer_gram) VALUES ('delete-all')"
LAST_OF_SOME = (
    "SELECT max(id) FROM (SELECT id FROM customer_gram_data WHERE id > 10 ORDER BY id LIMIT 0 + :most) some"
)
PAGES_GONE = "DELETE FROM customer_gram_data WHERE id > 10 AND id <= :last"
# Each the first of a page: those of the oldest part, up to the page that stands so far behind its first.
SOME_TERMS_GONE = (
    "DELETE FROM customer_gram_idx WHERE segid = (SELECT min(segid) FROM customer_gram_idx) AND term <= ("
    "SELECT max(term) FROM (SELECT t.term FROM customer_gram_idx t"
    " WHERE t.segid = (SELECT min(segid) FROM customer_gram_idx) LIMIT 0 + :most) some)"
)
TERMS_GONE = "DELETE FROM customer_gram_idx"
# A table of the index that is not there keeps SQLite from removing what is left of it.
WHOLE_AGAIN = (
    "CREATE TABLE IF NOT EXISTS customer_gram_data (id INTEGER PRIMARY KEY, block BLOB)",
    "CREATE TABLE IF NOT EXISTS customer_gram_idx (segid, term, pgno, PRIMARY KEY (segid, term))"
    " WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS customer_gram_config (k PRIMARY KEY, v) WITHOUT ROWID",
    "INSERT INTO customer_gram_config (k, v) VALUES ('version', 4) ON CONFLICT (k) DO UPDATE SET v = 4",
    "INSERT INTO customer_gram_data (id, block) VALUES (1, x''), (10, x'00000000000000')"
    " ON CONFLICT (id) DO UPDATE SET block = excluded.block",
    "DROP TABLE IF EXISTS customer_gram",
    "DROP TABLE IF EXISTS customer_gram_data",
    "DROP TABLE IF EXISTS customer_gram_idx",
    "DROP TABLE IF EXISTS customer_gram_config",
)

IDS = "SELECT id FROM customer WHERE id > :after ORDER BY id LIMIT 0 + :most"
NEWEST = "SELECT coalesce(max(id), 0) FROM change_set"
WRITE_TEXT = (
    "UPDATE customer_state SET haystack = :text, whereabouts = :whereabouts, held_by = :holder"
    " WHERE customer_id = :id AND (haystack <> :text OR whereabouts <> :whereabouts"
    " OR held_by IS DISTINCT FROM :holder)"
)
TEXTS = (
    "SELECT customer_id, haystack || whereabouts, held_by FROM customer_state WHERE customer_id > :after"
    " ORDER BY customer_id LIMIT 0 + :most"
)


def one(connection: sqlite3.Connection, sql: str, params: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
    """Return the one row of a query, an empty one when there is none."""
    return connection.execute(sql, params or {}).fetchone() or ()


def run(connection: sqlite3.Connection, sql: str, params: Mapping[str, Any] | None = None) -> None:
    """Run one statement."""
    connection.execute(sql, params or {})


def run_many(connection: sqlite3.Connection, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Run one statement for each of many rows."""
    connection.executemany(sql, rows)


def all_of(
    connection: sqlite3.Connection, sql: str, params: Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Return all rows of a query."""
    return connection.execute(sql, params or {}).fetchall()


# What the index holds, term by term: a temporary table of SQLite's, on a connection of its own.
OPENED = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.customer_gram_held"
    " USING fts5vocab(main, customer_gram, instance)"
)
CLOSED = "DROP TABLE IF EXISTS temp.customer_gram_held"
# The entries of a term come together, and terms in order of their bytes, but only terms can be asked for.
FIRST_TERM = "SELECT term FROM customer_gram_held LIMIT 1"
SOME_TERMS_ON = "SELECT term FROM customer_gram_held WHERE term >= :first LIMIT 1 OFFSET :most"
NEXT_TERM = "SELECT term FROM customer_gram_held WHERE term > :last LIMIT 1"
HELD_TO = "SELECT term, doc FROM customer_gram_held WHERE term >= :first AND term <= :last"
HELD_ON = "SELECT term, doc FROM customer_gram_held WHERE term >= :first"
COUNT = "SELECT count(*) FROM customer_state"
