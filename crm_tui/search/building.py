"""The index looked after: built anew in short transactions, its parts merged in small steps.

Whoever has the file open does it, one process at a time; nobody waits for it for more than a moment. What a
piece of the build puts in is computed without a lock; under the lock only what was written meanwhile is read
again. A build that was left goes on where it was.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

from crm_tui import clock
from crm_tui.customers import derived
from crm_tui.search import index
from crm_tui.search import store_index as store
from crm_tui.search.grams import VERSION
from crm_tui.search.merging import PAGES, join, merge_pages, parts
from crm_tui.storage import collecting, derive, rebuild
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import PIECE
from crm_tui.storage.schema import statements_on

Value = TypeVar("Value")
FIRST, MOST = 160_000, 1_200_000  # signs of all grams in one piece: some customers have a thousand contacts
MOST_CUSTOMERS = 1600
LOCK_SECONDS = 0.04  # wanted of one piece
GROWTH = 1.5  # of the next piece, after one that was soon put in
KEPT_SECONDS = 20
CLEARED_AT_ONCE = 500  # pages
TERMS_AT_ONCE = 20_000  # each the first of a page
MOST_PARTS = 16  # of an index, before they are merged: every look at it asks each
MOST_WHILE_BUILDING = 64  # a step of a merge opens each, and the last one removes them all
LEAST_PAGES, MOST_PAGES = 16, 128  # of one step of a merge
READ_AT_ONCE = 50  # customers
MOST_OUTDATED = 100  # customers of one piece, or some more
MOST_SETS = 50  # of others during one piece

Lend = Callable[[Callable[[], Any]], Any]


class Piece(NamedTuple):
    """Customers to be put in: read when ``newest`` was the newest set; (id, text, holder, grams) of each.

    What else is derived of those who are ``outdated`` is written anew first: another version made it.
    """

    after: int
    upto: int
    last: bool
    newest: int
    rows: list[dict[str, Any]]
    outdated: list[int]


def _at_once(fn: Callable[[], Value]) -> Value:
    return fn()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class Upkeep:
    """Looks after the index of an open database; ``lend(fn)`` runs ``fn`` where its connection may be."""

    def __init__(self, database: Database, lend: Lend = _at_once) -> None:
        self._database = database
        self._lend = lend
        self._size, self._pages = FIRST, PAGES
        self._asked = False
        self._texts_stand = False  # in the file as this version writes them, as far as this process knows
        self._me = f"{socket.gethostname()}:{os.getpid()}"

    def due(self) -> bool:
        """Tell whether a step has anything to do; cheap enough to be asked again and again."""
        if self._database.read_only:
            return False
        return self._lend(self._due)

    def _due(self) -> bool:
        connection = self._database.connection
        row = index.row_of(connection)
        if row.version > VERSION or self._kept_by_another(row):
            return False
        if not self._asked and not row.clearing:
            self._asked = True
            try:
                index.probe(connection)
            except sqlite3.Error as error:
                if not index.is_index_damage(error):
                    raise
                self._database.write_untracked(index.note_damage)
                return True
        if row.damaged_at is not None or row.built_to is not None:
            return True
        return not row.is_new and (row.version != VERSION or parts(connection) > MOST_PARTS)

    def _kept_by_another(self, row: index.Row) -> bool:
        if not row.keeper or row.keeper == self._me or not row.kept_until:
            return False
        host, _colon, pid = row.keeper.rpartition(":")
        if host == socket.gethostname() and not _lives(int(pid)):
            return False
        left = (clock.parse_instant(row.kept_until) - clock.now()).total_seconds()
        return 0 < left <= KEPT_SECONDS  # a clock that was set back keeps nobody

    def step(self) -> bool:
        """Do one thing that is due and return whether another may be; short, also under the lock.

        Raises Busy or Fault like any write; the index is then as it was.
        """
        if not self.due():
            return False
        derive.load()
        connection = self._database.connection
        row, count = self._lend(lambda: (index.row_of(connection), parts(connection)))
        if row.damaged_at is not None or row.version != VERSION:
            self._write(self._begin)
        elif row.clearing:
            self._write(self._clear)
        elif count > (MOST_PARTS if row.built_to is None else MOST_WHILE_BUILDING):
            return self._merge() or row.built_to is not None
        elif row.built_to is not None:
            self._build(row.built_to)
        return True

    def run(
        self,
        progress: Callable[[int, int], None] | None = None,
        stop: Callable[[], bool] | None = None,
        rest: float = 0.0,
    ) -> None:
        """Do all that is due, ``rest`` seconds apart; ``progress`` gets per cent of a build."""
        while not (stop and stop()) and self.step():
            if progress:
                progress(self._lend(lambda: index.state(self._database.connection)).percent, 100)
            if rest:
                clock.pause(rest)

    def _write(self, fn: Callable[[sqlite3.Connection], Value]) -> Value:
        return self._lend(partial(self._database.write_untracked, fn))

    def _keep(self) -> dict[str, str]:
        until = clock.to_instant(clock.now() + timedelta(seconds=KEPT_SECONDS))
        return {"keeper": self._me, "until": until}

    def _begin(self, connection: sqlite3.Connection) -> None:
        """Begin a build: of another version, of a damaged index, or for the first time in a migrated file."""
        row = index.row_of(connection)
        # Of an index that was whole, only what it held is made anew.
        self._texts_stand = row.version == VERSION and row.built_to is None
        store.run(connection, store.BEGIN_AGAIN, {"version": VERSION})
        store.run(connection, store.KEEP, self._keep())

    def _clear(self, connection: sqlite3.Connection) -> None:
        """Remove some pages of what the index held: all at once would hold the lock for long."""
        store.run(connection, store.KEEP, self._keep())
        make, *settings = statements_on("customer_gram")
        try:
            last = store.one(connection, store.LAST_OF_SOME, {"most": CLEARED_AT_ONCE})[0]
            if last is not None:
                store.run(connection, store.PAGES_GONE, {"last": last})
                return
            before = connection.total_changes
            store.run(connection, store.SOME_TERMS_GONE, {"most": TERMS_AT_ONCE})
            if connection.total_changes - before == TERMS_AT_ONCE:
                return
            store.run(connection, store.TERMS_GONE)
            store.run(connection, store.EMPTY)
        except sqlite3.Error as error:
            if not index.is_index_damage(error):
                raise
            for statement in (*store.WHOLE_AGAIN, make):
                store.run(connection, statement)
        for statement in settings:
            store.run(connection, statement)
        store.run(connection, store.CLEARED)

    def _merge(self) -> bool:
        def some(connection: sqlite3.Connection) -> tuple[float, bool]:
            began = clock.stopwatch()
            return began, merge_pages(connection, self._pages)

        began, merged = self._write(some)
        took = clock.stopwatch() - began
        if took > LOCK_SECONDS:
            self._pages = max(LEAST_PAGES, self._pages // 2)
        elif took < LOCK_SECONDS / 2:
            self._pages = min(MOST_PAGES, int(self._pages * GROWTH))
        return merged

    def _build(self, after: int) -> None:
        with collecting.rarely():
            piece = self._prepare(after)
        began = self._write(partial(self._put, piece))
        took = clock.stopwatch() - began
        if took > LOCK_SECONDS:
            self._size = max(FIRST, int(self._size * LOCK_SECONDS / took))
        elif took < LOCK_SECONDS / 2:
            self._size = min(MOST, int(self._size * GROWTH))

    def _prepare(self, after: int) -> Piece:
        """Compute what the next customers are found by; the connection is lent for a moment at a time."""
        connection = self._database.connection
        newest, ids = self._lend(
            lambda: (
                store.one(connection, store.NEWEST)[0],
                [
                    row[0]
                    for row in store.all_of(connection, store.IDS, {"after": after, "most": MOST_CUSTOMERS})
                ],
            )
        )
        rows: list[dict[str, Any]] = []
        outdated: list[int] = []
        upto, signs = after, 0
        for start in range(0, len(ids), READ_AT_ONCE):
            some = ids[start : start + READ_AT_ONCE]
            found, old = self._lend(partial(self._read, connection, some))
            for upto, one in sorted(found.items()):
                rows.append(_row(upto, *one))
                signs += len(rows[-1]["grams"])
                if signs >= self._size:
                    break
            outdated += [one for one in old if one <= upto]
            if signs >= self._size or len(outdated) >= MOST_OUTDATED:
                return Piece(after, upto, False, newest, rows, outdated)
        last = len(ids) < MOST_CUSTOMERS
        return Piece(after, ids[-1] if ids else after, last, newest, rows, outdated)

    def _read(
        self, connection: sqlite3.Connection, ids: list[int]
    ) -> tuple[dict[int, tuple[str, str, int | None]], list[int]]:
        if self._texts_stand:
            return derived.documents_written(connection, ids), []
        return derived.documents_and_outdated(connection, ids)

    def _put(self, piece: Piece, connection: sqlite3.Connection) -> float:
        """Put a piece in, unless it is out of date, and return when the lock was had."""
        began = clock.stopwatch()
        row = index.row_of(connection)
        if (row.version, row.built_to, row.clearing, row.damaged_at) != (VERSION, piece.after, 0, None):
            return began
        newest = store.one(connection, store.NEWEST)[0]
        if newest - piece.newest > MOST_SETS:
            return began
        moved: set[int] = set()
        for each in range(piece.newest + 1, newest + 1):
            moved.update(derived.searched_in(connection, each))
        moved = {one for one in moved if piece.after < one <= piece.upto} | set(piece.outdated)
        rows = piece.rows
        if moved:
            if len(moved) > PIECE:
                return began
            with derive.without_index(connection):
                rebuild.rewrite(connection, piece.outdated)
            again = [_row(one, *found) for one, found in derived.documents(connection, sorted(moved)).items()]
            rows = sorted([one for one in rows if one["id"] not in moved] + again, key=lambda one: one["id"])
        store.run_many(connection, store.WRITE_TEXT, rows)
        store.run_many(connection, store.PUT, rows)
        # Whoever came in behind the goal meanwhile is in the last piece, for that reads to the end of all.
        if piece.last and not store.all_of(connection, store.IDS, {"after": piece.upto, "most": 1}):
            store.run(connection, store.COMPLETE)
        else:
            store.run(connection, store.ADVANCE, {"upto": piece.upto, **self._keep()})
        return began


def _row(customer_id: int, text: str, whereabouts: str, holder: int | None) -> dict[str, Any]:
    return {
        "id": customer_id,
        "text": text,
        "whereabouts": whereabouts,
        "holder": holder,
        "grams": " ".join(index.all_grams(text + whereabouts, holder)),
    }


def finish(database: Database) -> None:
    """Do all that is due at once and make one part of the index, for a file that nobody else has open."""
    Upkeep(database).run()
    while database.write_untracked(join):
        pass
