"""The index held against the documents: a few customers quickly, or every gram of every customer."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from zlib import crc32

from crm_tui.search import index
from crm_tui.search import store_index as store
from crm_tui.storage.driver import sqlite3

SAMPLED = 100
SMALL = 2000  # customers of whom all grams are held against the index at once
AT_ONCE = 100_000  # entries of the index read together
DOCUMENTS = 500
MASK = (1 << 64) - 1

Progress = Callable[[int, int], None]


def wrong(reader: sqlite3.Connection, progress: Progress | None = None) -> list[int]:
    """Return the customers that the index has wrong: all are looked at in a small file, some in a large one.

    Raises sqlite3.Error when the index cannot be read.
    """
    if store.one(reader, store.COUNT)[0] <= SMALL:
        index.probe(reader)
        return differing(reader, progress)
    return missing(reader)


def missing(reader: sqlite3.Connection, wanted: int = SAMPLED) -> list[int]:
    """Return which of some customers, spread over all, cannot be found by all of their grams.

    Raises sqlite3.Error when the index cannot be read.
    """
    index.probe(reader)
    total = store.one(reader, store.COUNT)[0]
    found = []
    after, step = 0, max(1, total // wanted)
    while rows := store.all_of(reader, store.TEXTS, {"after": after, "most": 1}):
        customer_id, text, holder = rows[0]
        for gram in index.all_grams(text, holder):
            if not store.one(reader, store.HAS, {"query": f'"{gram}"', "id": customer_id}):
                found.append(customer_id)
                break
        after = customer_id + step - 1
    return found


def differing(
    reader: sqlite3.Connection, progress: Progress | None = None, *, again: bool = False
) -> list[int]:
    """Return the customers of whom the index holds other grams than their documents give.

    ``reader`` is unscoped. Reads every entry of the index: about a minute for a million customers, a moment
    at a time. What is saved meanwhile is looked at again. Raises sqlite3.Error when the index cannot be read.
    """
    newest = store.one(reader, store.NEWEST)[0]
    held = _held(reader, progress)
    found: list[int] = []
    after = 0
    while rows := store.all_of(reader, store.TEXTS, {"after": after, "most": DOCUMENTS}):
        for customer_id, text, holder in rows:
            if _taken(held, customer_id) != _sum(index.all_grams(text, holder)):
                found.append(customer_id)
        after = rows[-1][0]
    found += [customer_id for customer_id, left in enumerate(held) if left]
    if found and not again and store.one(reader, store.NEWEST)[0] != newest:
        return sorted(set(found) & set(differing(reader, progress, again=True)))
    return found


def _sum(grams: AbstractSet[str]) -> int:
    return sum(crc32(gram.encode()) + 1 for gram in grams) & MASK


def _taken(held: array[int], customer_id: int) -> int:
    if customer_id >= len(held):
        return 0
    value, held[customer_id] = held[customer_id], 0
    return value


def _held(reader: sqlite3.Connection, progress: Progress | None) -> array[int]:
    """Return by customer a sum over the grams that the index holds."""
    sums = array("Q", [0])
    store.run(reader, store.OPENED)
    try:
        first = store.one(reader, store.FIRST_TERM)
        done = 0
        while first:
            last = store.one(reader, store.SOME_TERMS_ON, {"first": first[0], "most": AT_ONCE})
            sql, params = (store.HELD_TO, {"last": last[0]}) if last else (store.HELD_ON, {})
            rows = store.all_of(reader, sql, {"first": first[0], **params})
            before, mark = None, 0
            for term, customer_id in rows:
                if term != before:
                    before, mark = term, crc32(term.encode()) + 1
                if customer_id >= len(sums):
                    sums.extend([0] * (customer_id + 1 - len(sums)))
                sums[customer_id] += mark
            done += 1
            if progress:
                progress(min(99, done), 100)
            first = store.one(reader, store.NEXT_TERM, {"last": last[0]}) if last else ()
    finally:
        store.run(reader, store.CLOSED)
    return sums
