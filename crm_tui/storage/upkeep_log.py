"""Writes into the database what was done for its safety: backups, drills, restores."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from crm_tui import clock
from crm_tui.errors import CrmError
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3

ADD = (
    "INSERT INTO upkeep (at, kind, person_id, detail)"
    " VALUES (:at, :kind, (SELECT id FROM person WHERE login = :login), :detail)"
)
LAST = "SELECT detail FROM upkeep WHERE kind = :kind ORDER BY id DESC LIMIT 1"
NEWEST = "SELECT max(at) FROM upkeep WHERE kind = :kind AND at <= :until"


def note(database: Path, kind: str, login: str, detail: Mapping[str, Any]) -> None:
    """Write down that something was done, and give the log of a WAL file back; best effort.

    Where the file can only be read, or is of another version, nothing is written.
    """
    with suppress(CrmError, sqlite3.Error):
        opened = Database(database)
        try:
            if opened.read_only:
                return
            row = {"at": clock.instant(), "kind": kind, "login": login, "detail": json.dumps(dict(detail))}
            opened.write_untracked(lambda connection: connection.execute(ADD, row))
            _give_back_log(opened.connection)
        finally:
            opened.close()


def _give_back_log(connection: sqlite3.Connection) -> None:
    # Never waiting: whoever waits for readers here holds up every save.
    connection.execute("PRAGMA busy_timeout=0")
    for how in ("PRAGMA wal_checkpoint(PASSIVE)", "PRAGMA wal_checkpoint(TRUNCATE)"):
        connection.execute(how).fetchone()


def last(connection: sqlite3.Connection, kind: str) -> Mapping[str, Any]:
    """Return what was written down when something was done last, nothing when it never was."""
    row = connection.execute(LAST, {"kind": kind}).fetchone()
    return json.loads(row[0]) if row else {}


def newest(connection: sqlite3.Connection, kind: str, until: str) -> str:
    """Return the instant at which something was done last, but not after ``until``.

    '' when never, or when the file cannot tell.
    """
    try:
        return connection.execute(NEWEST, {"kind": kind, "until": until}).fetchone()[0] or ""
    except sqlite3.Error:
        return ""
