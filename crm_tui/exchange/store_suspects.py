"""The suspected duplicates in the staging file of an import: whom each resembles, and what becomes of it.

What would be written, as a new customer or into the present one, lies ready beside what is to be written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from crm_tui.storage.driver import sqlite3

SCHEMA = (
    "CREATE TABLE suspect (id INTEGER PRIMARY KEY, band TEXT NOT NULL, customer_id INTEGER NOT NULL,"
    " other_row INTEGER NOT NULL, called TEXT NOT NULL, score REAL, terms TEXT NOT NULL,"
    " choice TEXT NOT NULL, reason TEXT NOT NULL)",
    "CREATE INDEX suspect_band ON suspect (band, id)",
    "CREATE TABLE held (position INTEGER NOT NULL, kind TEXT NOT NULL, content TEXT NOT NULL,"
    " cells TEXT NOT NULL, moves TEXT, PRIMARY KEY (position, kind))",
)
COLUMNS = "id, band, customer_id, other_row, called, score, terms, choice, reason"
ADD = (
    f"INSERT INTO suspect ({COLUMNS}) VALUES (:id, :band, :customer_id, :other_row, :called, :score, :terms,"
    " :choice, :reason)"
)
HOLD = "INSERT INTO held (kind, position, content, cells, moves) VALUES (?, ?, ?, ?, ?)"
HOLD_NEW = (
    "INSERT INTO held (position, kind, content, cells) SELECT id, kind, content, cells FROM operation"
    " WHERE id = :id"
)
LIST = (
    f"SELECT {COLUMNS} FROM suspect WHERE CAST(:band AS TEXT) IS NULL OR band = :band"
    " ORDER BY score DESC NULLS LAST, id LIMIT 0 + :limit OFFSET :offset"
)
ROW = f"SELECT {COLUMNS} FROM suspect WHERE id = :id"
BANDS = "SELECT band, choice, count(*) FROM suspect GROUP BY band, choice"
OF_BAND = "SELECT id, choice FROM suspect WHERE band = :band ORDER BY id"
MEANT = "SELECT id, customer_id FROM suspect WHERE customer_id > 0 ORDER BY score DESC NULLS LAST, id"
UNSCORED = (
    "SELECT s.id, s.customer_id, h.content FROM suspect s JOIN held h ON h.position = s.id AND h.kind = 'new'"
    " WHERE s.customer_id > 0 AND s.score IS NULL AND s.id > :after ORDER BY s.id LIMIT 0 + :most"
)
SCORE = "UPDATE suspect SET band = :band, score = :score, terms = :terms WHERE id = :id"
HAS = "SELECT 1 FROM held WHERE position = :id AND kind = :kind"
DROP = "DELETE FROM operation WHERE id = :id"
PUT = (
    "INSERT INTO operation (id, kind, content, cells) SELECT position, kind, content, cells FROM held"
    " WHERE position = :id AND kind = :kind"
)
CHOOSE = "UPDATE suspect SET choice = :choice WHERE id = :id"
JUDGE = (
    "UPDATE outcome SET verdict = :verdict, moves = (SELECT h.moves FROM held h WHERE h.position = :id"
    " AND h.kind = :kind) WHERE id = :id"
)
FURTHER = (
    "UPDATE outcome SET verdict = :verdict WHERE id IN"
    " (SELECT r.id FROM sheet_row r WHERE r.position = :id AND r.id <> :id)"
)
SAY = "UPDATE outcome SET reason = :reason WHERE id = :id"
CONTENT = "SELECT content FROM operation WHERE id = :id"
COUNTS = "UPDATE fact SET value = :value WHERE name = 'counts'"
MERGE, ADD_NEW, OUT = "merge", "add", "out"
KINDS = {MERGE: "update", ADD_NEW: "new"}
"""The operation that each choice writes; to leave a row out writes nothing."""

Held = tuple[str, int, str, str, "str | None"]
"""What would be written: kind (new, update), row, content, cells and moves (JSON)."""


class Suspect(NamedTuple):
    """A suspected duplicate: its row, band (merge, review), the customer or other row it resembles (else 0).

    ``called`` is the other one as it is shown; ``terms`` are the lines of the score (scoring.Line), [] where
    a number, code or name is the reason; ``choice`` is merge, add or out.
    """

    row: int
    band: str
    customer_id: int
    other_row: int
    called: str
    score: float | None
    terms: list[list[Any]]
    choice: str
    reason: str


class Suspects:
    """The suspects of one staging file, on its connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, rows: Iterable[Suspect]) -> None:
        """Take suspects with the choice that holds for them first."""
        names = COLUMNS.split(", ")
        packed = [one._replace(terms=json.dumps(one.terms, ensure_ascii=False)) for one in rows]  # ty: ignore[invalid-argument-type]
        self._connection.executemany(ADD, [dict(zip(names, one, strict=True)) for one in packed])

    def hold(self, rows: Iterable[Held]) -> None:
        """Take what would be written."""
        self._connection.executemany(HOLD, rows)

    def hold_new(self, rows: Iterable[int]) -> None:
        """Keep what is to be added of some rows, so that it can be taken back and put in again."""
        self._connection.executemany(HOLD_NEW, [{"id": row} for row in rows])

    def contents(self, rows: Iterable[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield row and content of some of the customers that are to be added."""
        for row in rows:
            found = self._connection.execute(CONTENT, {"id": row}).fetchone()
            if found:
                yield row, json.loads(found[0])

    def say(self, reasons: Mapping[int, str]) -> None:
        """Write the reasons of some rows anew."""
        self._connection.executemany(SAY, [{"id": row, "reason": text} for row, text in reasons.items()])

    def some(self, band: str | None, offset: int, limit: int) -> list[Suspect]:
        """Return suspects, all or of a band, the likeliest first."""
        params = {"band": band, "offset": offset, "limit": limit}
        return [_suspect(row) for row in self._connection.execute(LIST, params).fetchall()]

    def one(self, row: int) -> Suspect | None:
        """Return the suspect of a row."""
        found = self._connection.execute(ROW, {"id": row}).fetchone()
        return _suspect(found) if found else None

    def bands(self) -> dict[str, dict[str, int]]:
        """Return by band how many suspects there are of each choice."""
        found: dict[str, dict[str, int]] = {}
        for band, choice, count in sorted(self._connection.execute(BANDS).fetchall()):
            found.setdefault(band, {})[choice] = count
        return found

    def of_band(self, band: str) -> list[tuple[int, str]]:
        """Return row and choice of the suspects of a band."""
        return self._connection.execute(OF_BAND, {"band": band}).fetchall()

    def meant(self) -> list[tuple[int, int]]:
        """Return the rows that may mean a customer, with it; the likeliest first."""
        return self._connection.execute(MEANT).fetchall()

    def unscored(self, after: int, most: int) -> list[tuple[int, int, dict[str, Any]]]:
        """Return suspects without a score behind a row: row, customer and what would be added."""
        rows = self._connection.execute(UNSCORED, {"after": after, "most": most}).fetchall()
        return [(row, customer, json.loads(content)) for row, customer, content in rows]

    def score(self, row: int, band: str, score: float, terms: list[list[Any]]) -> None:
        """Note the score of a suspect."""
        told = json.dumps(terms, ensure_ascii=False)
        self._connection.execute(SCORE, {"id": row, "band": band, "score": score, "terms": told})

    def can(self, row: int, choice: str) -> bool:
        """Tell whether a choice is open to a row."""
        kind = KINDS.get(choice)
        return kind is None or bool(self._connection.execute(HAS, {"id": row, "kind": kind}).fetchone())

    def choose(self, row: int, choice: str, verdict: str) -> None:
        """Put what a choice writes in place of what was to be written."""
        kind = KINDS.get(choice, "")
        values = {"id": row, "kind": kind, "choice": choice, "verdict": verdict}
        for statement in (DROP, PUT, CHOOSE, JUDGE, FURTHER):
            self._connection.execute(statement, values)

    def count(self, counts: dict[str, int]) -> None:
        """Note the counts of the plan as they are now."""
        self._connection.execute(COUNTS, {"value": json.dumps(counts)})

    def begin(self) -> None:
        """Begin a change of several choices."""
        self._connection.execute("BEGIN IMMEDIATE")

    def end(self) -> None:
        """Keep the change."""
        self._connection.execute("COMMIT")


def _suspect(row: tuple[Any, ...]) -> Suspect:
    found = Suspect(*row)
    return found._replace(terms=json.loads(row[6]))
