"""schema.sql: where it lies, the release's version of it, and whether a file still carries it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.short_sha256 import sha256

APPLICATION_ID = 1129467220
VERSION = 9
# Fingerprints of the tracked tables and triggers of each version of schema.sql; a test keeps the last true.
FINGERPRINTS = {
    1: "45db963b2cdbf965b15c07e930170d62",
    2: "45db963b2cdbf965b15c07e930170d62",
    3: "45db963b2cdbf965b15c07e930170d62",
    4: "45db963b2cdbf965b15c07e930170d62",
    5: "a659baf5159f691fcf516c0c3d832ad0",
    6: "a659baf5159f691fcf516c0c3d832ad0",
    7: "5665f28c13a432c088dfd1624d5cf0fe",
    8: "84be9a200afba98fe0d3a74657f98167",
    9: "84be9a200afba98fe0d3a74657f98167",
}
FINGERPRINT = FINGERPRINTS[VERSION]
# What ``as_written`` is in a file that was made at this version: such a file need not be taken apart.
AS_MADE = "b89996fe1f3cfab3b4105b3ca3ea4dfb"


def schema_path() -> Path:
    """Return where schema.sql lies: inside the installed package, or at the top of a checkout."""
    packed = Path(__file__).parents[1] / "schema.sql"
    return packed if packed.exists() else Path(__file__).parents[2] / "schema.sql"


def schema_text() -> str:
    """Return the DDL of a new database."""
    return schema_path().read_text("utf-8")


def statements_on(table: str) -> list[str]:
    """Return the statements of schema.sql that make a table and put its first rows in, in their order."""
    heads = tuple(f"{verb} {table}" for verb in ("CREATE TABLE", "CREATE VIRTUAL TABLE", "INSERT INTO"))
    found, taken = [], []
    for line in schema_text().splitlines():
        if taken or line.startswith(heads):
            taken.append(line)
            if line.endswith(";"):
                found.append("\n".join(taken))
                taken = []
    return found


def fingerprint(connection: sqlite3.Connection) -> str:
    """Return a digest of the file's own tables and of every trigger in it, and of the view they read.

    Tables that somebody added beside ours do not count; a trigger on one of ours that is missing, added or
    altered does.
    """
    rows = connection.execute(
        "SELECT type, name, tbl_name, sql FROM main.sqlite_master"
        " WHERE type IN ('table', 'trigger', 'view') AND substr(name, 1, 7) <> 'sqlite_' ORDER BY type, name"
    ).fetchall()
    # A table that somebody added may have triggers of its own; ours carry the generated ones.
    triggered = {row[2] for row in rows if row[0] == "trigger" and row[1] == f"{row[2]}_version"}
    triggered |= {"change", "change_set", "writing", "writing_outside"}
    ours = [row for row in rows if row[2] in triggered]
    if as_written(ours) == AS_MADE:
        return FINGERPRINT
    from crm_tui.storage.canonical import table_form

    # A table that was altered on its way to this version is written in another order.
    return as_written(
        (kind, name, table, table_form(sql) if kind == "table" else " ".join(sql.split()))
        for kind, name, table, sql in ours
    )


def as_written(rows: Iterable[tuple[str, str, str, str]]) -> str:
    """Return a digest of rows of (type, name, table, definition)."""
    return sha256("\0".join([*chain.from_iterable(rows), ""]).encode()).hexdigest()[:32]


def missing(connection: sqlite3.Connection) -> list[str]:
    """Return the tables and columns (table.column) that this program reads and a file does not have."""
    wanted = sqlite3.connect(":memory:")
    try:
        wanted.executescript(schema_text())
        return sorted(_columns(wanted) - _columns(connection))
    finally:
        wanted.close()


def _columns(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute(
        "SELECT m.name, c.name FROM main.sqlite_master m JOIN pragma_table_xinfo(m.name) c"
        " WHERE m.type = 'table'"
    ).fetchall()
    return {f"{table}.{column}" for table, column in rows}
