"""What a crowd of new records asks the search index and the file: whom a key has, and their documents."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from itertools import groupby, islice
from operator import itemgetter

from crm_tui import clock
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

DOCUMENTS = (
    "SELECT customer_id, haystack || whereabouts FROM compared WHERE customer_id IN ({ids})"
    " ORDER BY customer_id NULLS LAST"
)
# On a connection without the user's views what they show of everybody (access/scope).
COMPARED = (
    "CREATE TEMP VIEW compared AS SELECT t.customer_id, t.haystack, t.whereabouts FROM main.customer_state t"
    " WHERE t.shown = 1 AND t.customer_id NOT BETWEEN (SELECT coalesce(max(p.low), 1) FROM main.publishing p)"
    " AND (SELECT coalesce(max(p.high), 0) FROM main.publishing p)"
)
SHOWN = DOCUMENTS.replace(" compared ", " listed ")
# Along the keys of the index beside those asked for: temporary tables of a connection of its own.
OPENED = (
    "CREATE VIRTUAL TABLE temp.key_held USING fts5vocab(main, customer_gram, instance)",
    "CREATE TABLE temp.key_asked (term TEXT PRIMARY KEY) WITHOUT ROWID",
)
FORGET = "DELETE FROM key_asked"
ASK = "INSERT INTO key_asked (term) VALUES (:term)"
HELD = (
    "SELECT h.term, h.doc FROM key_held h CROSS JOIN key_asked a ON a.term = h.term"
    " WHERE h.term >= :first AND h.term <= :last"
)
LEAST, MOST = 200, 20_000  # keys asked for together
SECONDS = 0.04
"""Wanted of one statement: without write-ahead log everybody's save waits for its end.

None stays open while the answers are worked through.
"""


def open_keys(connection: sqlite3.Connection) -> None:
    """Let ``along`` be asked on an unscoped connection of one's own."""
    for statement in OPENED:
        connection.execute(statement)


def along(
    connection: sqlite3.Connection, asked: Iterable[str], most: int
) -> Generator[tuple[str, list[int], int]]:
    """Yield the keys that the index has among those asked for, with ``most`` of their members, and how many.

    The keys are asked for in the order of their bytes, each once.
    """
    asked = iter(asked)
    size = LEAST
    while some := list(islice(asked, size)):
        connection.execute(FORGET)
        connection.executemany(ASK, [{"term": one} for one in some])
        began = clock.stopwatch()
        found: list[tuple[str, list[int], int]] = []
        # Half a million may share the domain of their mail: they are counted, and not kept.
        cursor = connection.execute(HELD, {"first": some[0], "last": some[-1]})
        for term, rows in groupby(cursor, itemgetter(0)):
            members = [row[1] for row in islice(rows, most)]
            found.append((term, members, len(members) + sum(1 for _row in rows)))
        took = clock.stopwatch() - began
        size = max(LEAST, min(MOST, size * 2, int(size * SECONDS / max(took, 0.001))))
        yield from found


def documents(reader: sqlite3.Connection, ids: Sequence[int]) -> dict[int, str]:
    """Return the documents, whereabouts behind them, of live customers."""
    return dict(query_in(reader, DOCUMENTS, ids))


def see_all(connection: sqlite3.Connection) -> None:
    """Let ``documents`` be asked on a connection without views."""
    connection.execute(COMPARED)


def shown(reader: sqlite3.Connection, ids: Sequence[int]) -> dict[int, str]:
    """Return the same documents as far as the user may see them."""
    return dict(query_in(reader, SHOWN, ids))
