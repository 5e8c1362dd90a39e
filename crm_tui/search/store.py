"""What search reads: candidates of the index through the user's views, or documents one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from crm_tui.customers.store_pieces import Test
from crm_tui.search.store_reach import OTHERS
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import placeholders

# SQLite plans a statement anew each time when its limit is a parameter and nothing else: hence 0 + it.
LIMIT = " LIMIT 0 + :most"
# The index leads: its rows come newest first and end early, each with a look at what the user may see.
MATCHING = (
    "SELECT s.customer_id, s.haystack, s.activities + s.open_plans, s.held_by FROM customer_gram g"
    " CROSS JOIN listed s ON s.customer_id = g.rowid{join} WHERE customer_gram MATCH :grams{test}"
    " ORDER BY g.rowid DESC" + LIMIT
)
SCANNED = (
    "SELECT s.customer_id, s.haystack, s.activities + s.open_plans, s.held_by FROM listed s{join}"
    " WHERE s.customer_id < :before{test} ORDER BY s.customer_id DESC NULLS LAST" + LIMIT
)
# Of the index alone, whoever may be seen.
ANSWERS = "SELECT g.rowid FROM customer_gram g WHERE customer_gram MATCH :grams ORDER BY g.rowid DESC" + LIMIT
OF_THESE = (
    "SELECT s.customer_id, s.haystack, s.activities + s.open_plans, s.held_by FROM listed s{join}"
    " WHERE s.customer_id IN ({ids}){test}"
)
ALONG = MATCHING.removesuffix(LIMIT)
APART = (
    "SELECT s.customer_id, s.haystack, s.activities + s.open_plans, s.held_by FROM listed s{join}"
    f" WHERE s.customer_id IN ({OTHERS}){{test}}"
    " ORDER BY s.customer_id DESC NULLS LAST" + LIMIT
)
OF_CUSTOMER = " CROSS JOIN customer c ON c.id = s.customer_id"


def matching(
    reader: sqlite3.Connection, expression: str, most: int, test: Test | None
) -> list[tuple[Any, ...]]:
    """Return the newest candidates of an expression that pass the test and the user's views."""
    return _read(reader, MATCHING, {"grams": expression, "most": most}, test)


def answers(reader: sqlite3.Connection, expression: str, most: int) -> sqlite3.Cursor:
    """Return a cursor over the ids of who answers an expression, seen or not, the newest first."""
    return reader.execute(ANSWERS, {"grams": expression, "most": most})


def of_these(reader: sqlite3.Connection, ids: Sequence[int], test: Test | None) -> list[tuple[Any, ...]]:
    """Return those of some customers (``lists.PIECE`` at most) that pass test and views, the newest first."""
    marks, values = placeholders(ids, "id")
    rows = _asked(reader, OF_THESE.replace("{ids}", marks), values, test).fetchall()
    rows.sort(key=itemgetter(0), reverse=True)
    return rows


def scanned(reader: sqlite3.Connection, before: int, most: int, test: Test | None) -> list[tuple[Any, ...]]:
    """Return the newest customers below an id that pass the test."""
    return _read(reader, SCANNED, {"before": before, "most": most}, test)


def along(reader: sqlite3.Connection, expression: str, test: Test | None) -> sqlite3.Cursor:
    """Return a cursor over all candidates of an expression that pass test and views, the newest first."""
    return _asked(reader, ALONG, {"grams": expression}, test)


def apart(reader: sqlite3.Connection, most: int, test: Test | None) -> list[tuple[Any, ...]]:
    """Return the customers that are seen, or seen in full, whoever holds them, and that pass the test."""
    return _asked(reader, APART, {"most": most}, test).fetchall()


def _read(
    reader: sqlite3.Connection, sql: str, params: Mapping[str, Any], test: Test | None
) -> list[tuple[Any, ...]]:
    return _asked(reader, sql, params, test).fetchall()


def _asked(
    reader: sqlite3.Connection, sql: str, params: Mapping[str, Any], test: Test | None
) -> sqlite3.Cursor:
    join = OF_CUSTOMER if test is not None and test.of_customer else ""
    passes = " AND (" + test.sql.replace("{id}", "s.customer_id") + ")" if test is not None else ""
    own = test.params if test is not None else {}
    return reader.execute(sql.format(join=join, test=passes), {**params, **own})
