"""Lists of ids as named parameters, in pieces that every engine takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from crm_tui.storage.driver import sqlite3

PIECE = 400


def placeholders(values: Sequence[object], prefix: str = "p") -> tuple[str, dict[str, object]]:
    """Return ``:p0, :p1, ...`` and the parameters for up to 500 values that something is one of.

    The last value stands there again until they are as many as in other lists of about this length: what was
    compiled for one serves the others.
    """
    if not values:
        return "", {}
    filled = _filled(values)
    names, marks = _marks(len(filled), prefix)
    return marks, dict(zip(names, filled, strict=True))


def _filled(values: Sequence[object]) -> list[object]:
    return [*values, *[values[-1]] * (_rounded(len(values)) - len(values))]


def _rounded(count: int) -> int:
    power = 1 << (count - 1).bit_length()
    return PIECE if count <= PIECE < power else power


@lru_cache(maxsize=64)
def _marks(count: int, prefix: str) -> tuple[list[str], str]:
    names = [f"{prefix}{index}" for index in range(count)]
    return names, ", ".join([f":{name}" for name in names])


@lru_cache(maxsize=16)
def _places(count: int) -> str:
    return ", ".join(["?"] * count)


def pieces(values: Iterable[int]) -> Iterator[list[int]]:
    """Cut a list of ids into pieces that fit into one statement."""
    items = list(values)
    return (items[start : start + PIECE] for start in range(0, len(items), PIECE))


def query_in(
    connection: sqlite3.Connection, sql: str, ids: Iterable[int], params: dict[str, object] | None = None
) -> list[tuple]:
    """Run a query that holds ``{ids}`` once for each piece of the list and return all rows."""
    rows: list[tuple] = []
    for piece in pieces(ids):
        if params:
            marks, named = placeholders(piece)
            rows.extend(connection.execute(sql.replace("{ids}", marks), {**named, **params}).fetchall())
        else:
            # By place: for a name SQLite goes through all those of the statement.
            values = _filled(piece)
            places = sql.replace("{ids}", _places(len(values)))
            rows.extend(connection.execute(places, values * sql.count("{ids}")).fetchall())
    return rows
