"""Derived rows held against a fresh build in temporary tables of a reading connection; nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import contextmanager

from crm_tui.storage import derive
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import pieces
from crm_tui.storage.triggers import columns

TABLES = ("customer_state", "contact_key")  # each with a customer_id
PART = 400

# Names without a schema mean the temporary tables, which the writers then fill instead of the file's.
DDL = "SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = :name"
TOUCHED = (
    "CREATE TEMP TABLE change (id INTEGER PRIMARY KEY, change_set, entity, entity_id, op, field, old, new)"
)
TOUCH = "INSERT INTO temp.change (change_set, entity, entity_id, op) VALUES (0, 'customer', :id, 'insert')"
FORGET = "DROP TABLE temp.change"
IDS = (
    "SELECT id FROM (SELECT id FROM main.customer WHERE id > :after"
    " UNION SELECT customer_id FROM main.customer_state WHERE customer_id > :after)"
    " ORDER BY id LIMIT 0 + :limit"
)
COUNT = "SELECT count(*) FROM main.customer"
EMPTY = "DELETE FROM temp.{table}"
DIFFER = (
    "SELECT customer_id FROM ("
    "SELECT {names} FROM {one}.{table} WHERE customer_id > :after AND customer_id <= :last"
    " EXCEPT SELECT {names} FROM {other}.{table} WHERE customer_id > :after AND customer_id <= :last)"
)

Progress = Callable[[int, int], None]


@contextmanager
def _touched(connection: sqlite3.Connection, ids: Iterable[int]) -> Generator[None]:
    connection.execute(TOUCHED)
    try:
        connection.executemany(TOUCH, [{"id": each} for each in ids])
        yield
    finally:
        connection.execute(FORGET)


def differing(
    reader: sqlite3.Connection, progress: Progress | None = None, without: Collection[str] = ()
) -> list[int]:
    """Return the customers whose derived rows are not what a fresh build gives, in order of their ids.

    The columns ``without`` are not compared.

    ``reader`` is a connection of its own, unscoped, that is good for nothing else afterwards. It holds a
    read transaction for a few milliseconds at a time.
    """
    for table in TABLES:
        row = reader.execute(DDL, {"name": table}).fetchone()
        if row is None:
            raise sqlite3.OperationalError(f"no such table: {table}")
        reader.execute(row[0].replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
    left = {"id", *without}
    names = {
        table: ", ".join(name for name in columns(reader, table) if name not in left) for table in TABLES
    }
    total, done, after = reader.execute(COUNT).fetchone()[0], 0, 0
    found: set[int] = set()
    while True:
        reader.execute("BEGIN")
        try:
            ids = [row[0] for row in reader.execute(IDS, {"after": after, "limit": PART}).fetchall()]
            if not ids:
                return sorted(found)
            for table in TABLES:
                reader.execute(EMPTY.format(table=table))
            with _touched(reader, ids), derive.without_index(reader):
                derive.rewrite(reader, 0)
            for table in TABLES:
                for one, other in (("main", "temp"), ("temp", "main")):
                    sql = DIFFER.format(names=names[table], table=table, one=one, other=other)
                    rows = reader.execute(sql, {"after": after, "last": ids[-1]}).fetchall()
                    found.update(row[0] for row in rows)
        finally:
            # An interruption has ended it already, and is what is to be told.
            if reader.in_transaction:
                reader.execute("ROLLBACK")
        after, done = ids[-1], done + len(ids)
        if progress:
            progress(min(done, total), total)


def rewrite(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Write the derived rows of these customers anew; call it in a transaction that writes no history."""
    for piece in pieces(ids):
        with _touched(connection, piece):
            derive.rewrite(connection, 0)
