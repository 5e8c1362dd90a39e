"""The keys of duplicates (identity/keys.py) as the index holds them: the customers of one, all of them."""

from __future__ import annotations

import itertools
from collections.abc import Generator
from contextlib import contextmanager

from crm_tui.identity.keys import CAPS, SIGN
from crm_tui.search import store_index as store
from crm_tui.search import store_keys
from crm_tui.storage.driver import sqlite3


def members(connection: sqlite3.Connection, key: str, most: int) -> list[int]:
    """Return the live customers of a key, at most so many."""
    return [
        row[0] for row in store.all_of(connection, store_keys.MEMBERS, {"query": f'"{key}"', "most": most})
    ]


def ranges(*, few: bool = False) -> list[tuple[str, str]]:
    """Return what all keys are read in, piece by piece: where a piece begins, where the next one does.

    A piece holds keys of one type; where there are ``few``, all of them.
    """
    found = []
    for kind in sorted(CAPS):
        starts = [f"{SIGN}{kind}{chr(sign)}" for sign in range(0x21, 0x80, 0x5E if few else 1)]
        found += itertools.pairwise(starts)
    return found


@contextmanager
def opened(connection: sqlite3.Connection) -> Generator[None]:
    """Let ``held`` read the keys in the block; ``connection`` is one of one's own, without views."""
    store.run(connection, store.OPENED)
    try:
        yield
    finally:
        store.run(connection, store.CLOSED)


def held(connection: sqlite3.Connection, low: str, high: str) -> list[tuple[str, int]]:
    """Return key and customer of all entries of a range, those of a key together."""
    return store.all_of(connection, store_keys.RANGE, {"low": low, "high": high})
