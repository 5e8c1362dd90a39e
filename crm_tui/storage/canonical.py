"""The schema of a file in a form that is equal wherever two files mean the same: by ALTER or made at once."""

from __future__ import annotations

import re

from crm_tui.storage.driver import sqlite3

TOKEN = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[(),]|[^\s(),'\"]+", re.DOTALL)
PLAIN = re.compile(r'"(\w+)"')
# Without the tables that SQLite's full-text index keeps its parts in: those are the library's affair.
OBJECTS = (
    "SELECT type, name, tbl_name, sql FROM main.sqlite_master"
    " WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_' AND substr(name, 1, 14) <> 'customer_gram_'"
    " ORDER BY type, name"
)


def words(sql: str) -> list[str]:
    """Return the tokens of a statement without comments; quotes around a plain name and case are dropped."""
    found = (PLAIN.sub(r"\1", token) for token in TOKEN.findall(sql) if token[:2] not in ("--", "/*"))
    return [token if token.startswith("'") else token.casefold() for token in found]


def table_form(sql: str) -> str:
    """Return the definition of a table: columns and constraints in alphabetical order, then its options.

    The order does not count, for ALTER TABLE can only add at the end.
    """
    items: list[list[str]] = [[]]
    options: list[str] = []
    depth = 0
    for word in words(sql):
        depth += (word == "(") - (word == ")")
        if depth == 0:
            options += [word] if word != ")" else []
        elif word == "," and depth == 1:
            items.append([])
        elif word != "(" or depth > 1:
            items[-1].append(word)
    return "\n".join([" ".join(options), *sorted(" ".join(item) for item in items)])


def canonical(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """Return (type, name) -> definition of every table, index, trigger and view of a file."""
    return {place: _form(place[0], sql) for place, sql in _written(connection).items()}


def differing(mine: sqlite3.Connection, wanted: sqlite3.Connection) -> list[str]:
    """Return the names of what is wanted and missing or other; what is there besides does not count."""
    held = _written(mine)
    return [
        name
        for (kind, name), sql in _written(wanted).items()
        if not _alike(kind, held.get((kind, name)), sql)
    ]


def _alike(kind: str, mine: str | None, wanted: str) -> bool:
    # Most are written alike: only the others are taken apart.
    return mine == wanted or (mine is not None and _form(kind, mine) == _form(kind, wanted))


def _written(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    return {(kind, name): sql for kind, name, _table, sql in connection.execute(OBJECTS).fetchall()}


def _form(kind: str, sql: str) -> str:
    return table_form(sql) if kind == "table" else " ".join(words(sql))
