"""SQL of clusters that are looked at again: who of them is still there, and what their pairs scored."""

from __future__ import annotations

from collections.abc import Sequence

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

THERE = "SELECT id FROM customer WHERE id IN ({ids})"
PAIRS = "SELECT a, b, score, veto FROM duplicate_pair WHERE a IN ({ids})"


def visible(reader: sqlite3.Connection, ids: Sequence[int]) -> tuple[int, ...]:
    """Return those of some customers that are in the lists, in their order."""
    there = {one for (one,) in query_in(reader, THERE, ids)}
    return tuple(one for one in ids if one in there)


def pairs_among(reader: sqlite3.Connection, ids: Sequence[int]) -> list[tuple[int, int, int, str]]:
    """Return the scored pairs (tenths, veto) of which both are among some customers."""
    wanted = set(ids)
    return [row for row in query_in(reader, PAIRS, ids) if row[1] in wanted]
