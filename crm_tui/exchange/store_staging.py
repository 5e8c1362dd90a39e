"""The staging file of an import: what was read and what is to be written, beside the database.

A SQLite file of its own, so that a sheet of any length takes little memory and a killed import can go on.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.exchange import store_suspects
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.presence import give_rights, rights_like

SCHEMA = (
    "CREATE TABLE sheet_row (id INTEGER PRIMARY KEY, position INTEGER NOT NULL, cells TEXT NOT NULL,"
    " no TEXT, uscc_key TEXT, code_valid INTEGER NOT NULL, name_key TEXT NOT NULL, kind TEXT,"
    " verdict TEXT, reason TEXT)",
    "CREATE INDEX sheet_row_position ON sheet_row (position, id)",
    "CREATE TABLE outcome (id INTEGER PRIMARY KEY, verdict TEXT NOT NULL, name TEXT NOT NULL,"
    " reason TEXT NOT NULL, moves TEXT)",
    "CREATE INDEX outcome_verdict ON outcome (verdict, id)",
    # By the row of its customer. The cells to keep are written as they stand: nobody reads them on the way.
    "CREATE TABLE operation (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, content TEXT NOT NULL,"
    " cells TEXT NOT NULL)",
    "CREATE INDEX operation_kind ON operation (kind, id)",
    "CREATE TABLE flag (id INTEGER PRIMARY KEY, position INTEGER NOT NULL, field TEXT NOT NULL,"
    " problem TEXT NOT NULL, content TEXT NOT NULL)",
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    *store_suspects.SCHEMA,
)
ROW = ("id", "position", "no", "uscc_key", "code_valid", "name_key", "kind", "verdict", "reason", "cells")
ADD_ROW = f"INSERT INTO sheet_row ({', '.join(ROW)}) VALUES ({', '.join('?' * len(ROW))})"
ROWS = (
    "SELECT id, position, cells, no, uscc_key, code_valid, name_key, kind, verdict, reason FROM sheet_row"
    " ORDER BY position, id"
)
OF_CUSTOMER = (
    "SELECT id, position, cells, no, uscc_key, code_valid, name_key, kind, verdict, reason FROM sheet_row"
    " WHERE position = :position ORDER BY id"
)
NUMBERS = "SELECT no FROM sheet_row WHERE no IS NOT NULL"
CELLS = "SELECT cells FROM sheet_row WHERE id = :id"
ADD_OUTCOME = "INSERT INTO outcome (id, verdict, name, reason, moves) VALUES (?, ?, ?, ?, ?)"
LEAVE = "UPDATE outcome SET verdict = 'suspect', reason = :reason WHERE id = :id"
OUTCOMES = (
    "SELECT id, verdict, name, reason FROM outcome WHERE CAST(:verdict AS TEXT) IS NULL OR verdict = :verdict"
    " ORDER BY id LIMIT 0 + :limit OFFSET :offset"
)
OUTCOME = "SELECT id, verdict, name, reason FROM outcome WHERE id = :id"
NEW_CELLS = "SELECT cells FROM operation WHERE id = :row AND kind = 'new'"
MOVES = "SELECT moves FROM outcome WHERE id = :id"
REJECTED = (
    "SELECT o.id, o.verdict, o.name, o.reason, r.cells FROM outcome o JOIN sheet_row r ON r.id = o.id"
    " WHERE o.verdict IN ('suspect', 'error') ORDER BY r.position, r.id"
)
REJECTED_ONE = "SELECT count(*) FROM outcome WHERE verdict IN ('suspect', 'error')"
ADD_OPERATION = "INSERT INTO operation (kind, id, content, cells) VALUES (?, ?, ?, ?)"
OPERATIONS = (
    "SELECT id, content, cells FROM operation WHERE kind = :kind AND id >= :first ORDER BY id"
    " LIMIT 0 + :limit"
)
NTH = "SELECT id FROM operation WHERE kind = :kind ORDER BY id LIMIT 1 OFFSET :offset"
CONTENTS = "SELECT id, content FROM operation WHERE kind = :kind AND id > :after ORDER BY id LIMIT 0 + :most"
COUNT = "SELECT count(*) FROM operation WHERE kind = :kind"
ADD_FLAG = (
    "INSERT INTO flag (position, field, problem, content) VALUES (:position, :field, :problem, :content)"
)
FLAGS = (
    "SELECT position, field, problem, content FROM flag ORDER BY position, id LIMIT 0 + :limit OFFSET :offset"
)
ADD_FACT = "INSERT INTO fact (name, value) VALUES (:name, :value)"
FACTS = "SELECT name, value FROM fact"
BETWEEN = "\x1f"
ENDING, JOURNAL = ".staging", "-journal"
Outcome = tuple[int, str, str, str, "str | None"]
"""A row of the sheet, its verdict, name and reason, and its moves (JSON)."""
Written = tuple[str, int, str, str]
"""What is to be written: kind (new, update), row, content and cells (JSON)."""
UNPROVED = "unproved"  # the fact that the backup of this import is not verified yet
PROVED = "DELETE FROM fact WHERE name = :name"


class StagedRow(NamedTuple):
    """A row of the sheet with its keys; ``position`` is the row of the customer that it belongs to."""

    id: int
    position: int
    cells: list[str]
    no: str
    uscc_key: str
    code_valid: int
    name_key: str
    kind: str
    verdict: str
    reason: str


class Operation(NamedTuple):
    """One customer to be written: its row on the sheet, what to write, and the cells to keep as JSON."""

    row: int
    content: dict[str, Any]
    cells: str


class Staging:
    """An open staging file; used from one thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.suspects = store_suspects.Suspects(connection)
        self._connection = connection

    @classmethod
    def create(cls, database: Path) -> Staging:
        """Make a staging file beside a database, elsewhere where that folder cannot be written."""
        prefix = _prefix(database)
        try:
            handle, name = tempfile.mkstemp(ENDING, f"{prefix}{os.getpid()}-", database.parent)
        except OSError:
            handle, name = tempfile.mkstemp(ENDING, f"{prefix}{os.getpid()}-")
        # For the same people as the database: whoever comes next goes on with what a dead import staged.
        give_rights(handle, *rights_like(database))
        os.close(handle)
        try:
            connection = sqlite3.connect(name, isolation_level=None)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        staging = cls(Path(name), connection)
        try:
            for statement in ("BEGIN IMMEDIATE", *SCHEMA):
                connection.execute(statement)
        except BaseException:
            staging.close()
            raise
        return staging

    @classmethod
    def open(cls, path: Path) -> Staging | None:
        """Open what another process staged; None when it is not there, not whole or not for this user."""
        if not (path.is_file() and os.access(path, os.R_OK | os.W_OK)):
            return None
        connection = sqlite3.connect(path, isolation_level=None)
        staging = cls(path, connection)
        try:
            if "whole" in staging.facts():
                return staging
        except (sqlite3.Error, ValueError):
            pass
        connection.close()
        return None

    def finish(self, facts: dict[str, Any]) -> None:
        """Note the facts of the plan and make the file whole on disk."""
        texts = [{"name": name, "value": json.dumps(value)} for name, value in facts.items()]
        self._connection.executemany(ADD_FACT, [*texts, {"name": "whole", "value": "1"}])
        self._connection.execute("COMMIT")

    def facts(self) -> dict[str, Any]:
        """Return what ``finish`` noted."""
        return {name: json.loads(value) for name, value in self._connection.execute(FACTS).fetchall()}

    @property
    def unproved(self) -> bool:
        """Whether a process that died left rows behind whose backup it had not verified."""
        return UNPROVED in self.facts()

    def set_unproved(self, unproved: bool) -> None:
        """Note, whole on disk, whether rows are written whose backup is still being verified."""
        values = {"name": UNPROVED, "value": "1"}
        self._connection.execute(ADD_FACT if unproved else PROVED, values)

    def close(self, *, keep: bool = False) -> None:
        """Close the file and remove it, unless another process shall go on with it."""
        self._connection.close()
        if not keep:
            remove(self.path)

    # ------------------------------------------------------------ rows

    def add_rows(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take rows as read, with the keys ``StagedRow`` has."""
        values = itemgetter(*ROW[:-1])
        self._connection.executemany(ADD_ROW, ((*values(row), _packed(row["cells"])) for row in rows))

    def records(self) -> Iterator[list[StagedRow]]:
        """Yield the rows of one customer after the other, in the order of the sheet."""
        for _at, rows in groupby(self._connection.execute(ROWS), itemgetter(1)):
            yield [_staged(*row) for row in rows]

    def group(self, position: int) -> list[StagedRow]:
        """Return the rows of the customer that begins at a row."""
        found = self._connection.execute(OF_CUSTOMER, {"position": position}).fetchall()
        return [_staged(*row) for row in found]

    def numbers(self) -> list[str]:
        """Return the customer numbers that the sheet gives."""
        return [row[0] for row in self._connection.execute(NUMBERS).fetchall()]

    def cells(self, row: int) -> list[str]:
        """Return the cells of a row, those that must not be kept already blank."""
        return _unpacked(self._connection.execute(CELLS, {"id": row}).fetchone()[0])

    # ------------------------------------------------------------ what the preview shows

    def add_outcomes(self, rows: Iterable[Outcome]) -> None:
        """Take verdicts."""
        self._connection.executemany(ADD_OUTCOME, rows)

    def outcomes(self, verdict: str | None, offset: int, limit: int) -> list[tuple[int, str, str, str]]:
        """Return (row, verdict, name, reason) in the order of the sheet."""
        params = {"verdict": verdict, "offset": offset, "limit": limit}
        return self._connection.execute(OUTCOMES, params).fetchall()

    def outcome(self, row: int) -> tuple[int, str, str, str] | None:
        """Return one row's verdict."""
        return self._connection.execute(OUTCOME, {"id": row}).fetchone()

    def leave(self, rows: Iterable[int], reason: str) -> None:
        """Turn rows that could not be written any more into such that are handed back."""
        self._connection.executemany(LEAVE, [{"id": row, "reason": reason} for row in rows])

    def moves(self, row: int) -> list[list[str]]:
        """Return [field, old, new] of a row; of a new customer its cells."""
        found = self._connection.execute(MOVES, {"id": row}).fetchone()
        if found and found[0]:
            return json.loads(found[0])
        new = self._connection.execute(NEW_CELLS, {"row": row}).fetchone()
        return [[key, "", cell[0]] for key, cell in json.loads(new[0]).items()] if new else []

    def rejected(self) -> Iterator[tuple[int, str, str, str, list[str]]]:
        """Yield the rows to be handed back, with their cells."""
        for number, verdict, name, reason, cells in self._connection.execute(REJECTED):
            yield number, verdict, name, reason, _unpacked(cells)

    def count_rejected(self) -> int:
        """Return how many rows are to be handed back."""
        return self._connection.execute(REJECTED_ONE).fetchone()[0]

    def add_flags(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take remarks: position, field, problem (an English message), content (the cell's text)."""
        self._connection.executemany(ADD_FLAG, rows)

    def flags(self, offset: int, limit: int) -> list[tuple[int, str, str, str]]:
        """Return remarks in the order of the sheet."""
        return self._connection.execute(FLAGS, {"offset": offset, "limit": limit}).fetchall()

    # ------------------------------------------------------------ what is to be written

    def add_operations(self, rows: Iterable[Written]) -> None:
        """Take what is to be written."""
        self._connection.executemany(ADD_OPERATION, rows)

    def count(self, kind: str) -> int:
        """Return how many operations of a kind there are."""
        return self._connection.execute(COUNT, {"kind": kind}).fetchone()[0]

    def operations(self, kind: str, start: int, stop: int) -> list[Operation]:
        """Return the operations of a kind from the one numbered ``start`` (from 0) up to ``stop``."""
        first = self._connection.execute(NTH, {"kind": kind, "offset": start}).fetchone()
        if first is None or stop <= start:
            return []
        rows = self._connection.execute(
            OPERATIONS, {"kind": kind, "first": first[0], "limit": stop - start}
        ).fetchall()
        return [Operation(row, json.loads(content), cells) for row, content, cells in rows]

    def contents(self, kind: str, after: int, most: int) -> list[tuple[int, dict[str, Any]]]:
        """Return rows and contents of some operations of one kind behind a row, in order."""
        values = {"kind": kind, "after": after, "most": most}
        rows = self._connection.execute(CONTENTS, values).fetchall()
        return [(row, json.loads(content)) for row, content in rows]


def _staged(
    number: int, position: int, cells: str, no: str | None, code: str | None, valid: int, name: str,
    kind: str | None, verdict: str | None, reason: str | None,
) -> StagedRow:  # fmt: skip
    return StagedRow(
        number, position, _unpacked(cells), no or "", code or "", valid, name, kind or "", verdict or "",
        reason or "",
    )  # fmt: skip


def _packed(cells: list[str]) -> str:
    """Return the cells of a row as one text, with a sign between them that hardly any cell holds."""
    text = BETWEEN.join(cells)
    return BETWEEN + text if text.count(BETWEEN) == len(cells) - 1 else json.dumps(cells)


def _unpacked(text: str) -> list[str]:
    return text[1:].split(BETWEEN) if text[0] == BETWEEN else json.loads(text)


def _prefix(database: Path) -> str:
    return f".{database.name}.import-"


def remove(path: Path) -> None:
    """Remove a staging file and its journal; what cannot be removed now, a later import removes."""
    for suffix in ("", JOURNAL):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def forget_dead(database: Path, but: str | None = None) -> None:
    """Remove the staging files of processes that are gone, except one that a job still names."""
    prefix = _prefix(database)
    # Not glob: the name of a database may hold its signs.
    with suppress(OSError):
        for path in database.parent.iterdir():
            process, _at, rest = path.name.removeprefix(prefix).partition("-")
            name = path.name.removesuffix(JOURNAL)
            if not (path.name.startswith(prefix) and name.endswith(ENDING) and rest and process.isdigit()):
                continue
            if name != but and not _alive(int(process)):
                remove(path.with_name(name))


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
