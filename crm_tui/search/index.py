"""The search index kept after every write: a pure function of each customer's document and of who holds it.

A write puts in what the new document has and the old one had not, and takes out the rest, in the same
transaction. An index that is being built holds customers up to ``built_to``; later ones are left to the build
(building.py). A damaged one is left alone until it is built anew: no save fails for its sake.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from crm_tui import clock
from crm_tui.errors import CrmError, NotPermitted
from crm_tui.locale import _
from crm_tui.search import store_index as store
from crm_tui.search.grams import VERSION, grams
from crm_tui.search.merging import merge, parts
from crm_tui.search.moving import Passed, passed_on
from crm_tui.search.tokens import tokens, tokens_moved
from crm_tui.storage import derive
from crm_tui.storage.database import Database
from crm_tui.storage.diagnosis import is_damage
from crm_tui.storage.driver import sqlite3

READY, BUILDING, DAMAGED = "ready", "building", "damaged"
# What SQLite says when the index itself is not there or cannot be read.
GONE = (
    "no such table: customer_gram",
    "no such table: main.customer_gram",
    "vtable constructor failed",
    "fts5:",
)
NOBODY = "!0"  # the gram that no customer has


class State(NamedTuple):
    """How the index stands: ``kind`` (ready, building, damaged) and per cent of the way.

    Unless it is ready, search reads the documents themselves.
    """

    kind: str
    percent: int = 100


class Row(NamedTuple):
    """The row of ``search_index``."""

    version: int
    built_to: int | None
    goal: int
    clearing: int
    damaged_at: str | None
    keeper: str | None
    kept_until: str | None

    @property
    def is_new(self) -> bool:
        """Tell whether nothing was ever put in, because there was nothing yet."""
        return self.version == 0 and self.built_to is None


def row_of(connection: sqlite3.Connection) -> Row:
    """Return the row of the index."""
    return Row(*store.one(connection, store.ROW))


def state(reader: sqlite3.Connection) -> State:
    """Return how the index stands by its row; a query may find it damaged first (``is_index_damage``)."""
    row = row_of(reader)
    if row.damaged_at is not None:
        return State(DAMAGED, 0)
    if row.built_to is None and (row.version == VERSION or row.is_new):
        return State(READY)
    if row.clearing or row.version != VERSION or not row.built_to:
        return State(BUILDING, 0)
    return State(BUILDING, min(99, row.built_to * 100 // max(1, row.goal)))


def is_index_damage(error: BaseException) -> bool:
    """Tell whether an error of SQLite in a statement on the index says that the index cannot be used."""
    return isinstance(error, sqlite3.Error) and (is_damage(error) or str(error).startswith(GONE))


def note_damage(connection: sqlite3.Connection) -> None:
    """Note that the index is damaged, so that it is built anew; call it in a transaction without history."""
    store.run(connection, store.DAMAGED, {"at": clock.instant()})


def tell_damage(database: Database) -> None:
    """Note what a query met, where this session may write: the index is built anew in the background."""
    if not database.read_only and row_of(database.connection).damaged_at is None:
        with suppress(CrmError):
            database.write_untracked(note_damage)


def probe(connection: sqlite3.Connection) -> None:
    """Ask the index for something that nobody has; raises what SQLite says when it cannot be read."""
    store.all_of(connection, store.PROBE, {"query": f'"{NOBODY}"'})


def all_grams(document: str | None, holder: int | None) -> set[str]:
    """Return all that the index holds for a customer: of its document (None: it has none) and its holder."""
    if document is None:
        return set()
    found = tokens(document)
    if holder is not None:
        found.add(f"!{holder}")
    return found


def write(connection: sqlite3.Connection, documents: Sequence[derive.Document]) -> None:
    """Bring the index after documents that moved, in order of their ids, inside the transaction of the write.

    Raises NotPermitted when a newer version of the program made the index.
    """
    row = row_of(connection)
    if row.version > VERSION:
        raise NotPermitted(
            _("The search index was made by a newer version of the program."),
            _("Nothing was changed."),
            _("Update the program to change anything."),
        )
    if row.is_new:
        store.run(connection, store.ADOPT, {"version": VERSION})
    elif row.version != VERSION:
        if row.version:
            store.run(connection, store.BEGIN_AGAIN, {"version": VERSION})
        return
    if row.damaged_at is not None or row.clearing:
        return
    last = row.built_to
    store.run(connection, store.POINT)
    try:
        _write(connection, [one for one in documents if last is None or one.customer_id <= last])
        store.run(connection, store.FLUSHED)
    except sqlite3.Error as error:
        if not is_index_damage(error):
            raise
        store.run(connection, store.BACK)
        note_damage(connection)
    store.run(connection, store.RELEASE)


def _write(connection: sqlite3.Connection, documents: Sequence[derive.Document]) -> None:
    fresh = [one for one in documents if not one.old and one.old_holder is None]
    if len(fresh) == len(documents):
        rows = ({"id": one.customer_id, "grams": _all(one)} for one in fresh)
        store.run_many(connection, store.PUT, rows)
        return
    passed = passed_on([(one.old, one.new) for one in documents if one.old and one.new])
    for one in documents:
        taken, put = _moved(one, passed)
        if taken:
            store.run(connection, store.TAKE, {"id": one.customer_id, "grams": " ".join(taken)})
        # SQLite counts a row less for whatever is taken, and calls an index of less than none damaged: who is
        # not gone counts again, though nothing be put in.
        if put or (taken and one.new is not None):
            store.run(connection, store.PUT, {"id": one.customer_id, "grams": " ".join(put)})


def _all(one: derive.Document) -> str:
    """Return all grams of a new document, most of which may have been made ahead."""
    if not one.tokens:
        return " ".join(all_grams(one.new, one.new_holder))
    # No key is made of the lines that were not there then.
    found = [one.tokens, *grams(one.rest)]
    return " ".join(found if one.new_holder is None else [*found, f"!{one.new_holder}"])


def _moved(one: derive.Document, passed: Passed) -> tuple[set[str], set[str]]:
    """Return what is to be taken out for a document that moved, and what is to be put in."""
    if one.old is None or one.new is None:
        before, after = all_grams(one.old, one.old_holder), all_grams(one.new, one.new_holder)
        return before - after, after - before
    # Who holds it is one gram; a text that stays need not be read for that.
    taken, put = tokens_moved(one.old, one.new, passed) if one.old != one.new else (set(), set())
    former, holder = _holder(one.old_holder), _holder(one.new_holder)
    taken |= former - holder
    put |= holder - former
    return taken, put


def _holder(holder: int | None) -> set[str]:
    return set() if holder is None else {f"!{holder}"}


def _load() -> None:
    """Read the tables that grams are made with, before a write takes its lock."""
    tokens(
        "n上海华为有限公司\nc王芳\nt重要\np13800000000\np02162345678\nma@b.cn\nl上海\ng上海\nd浦东新区张江路1号"
    )


def tend(connection: sqlite3.Connection) -> int:
    """Return in how many parts a sound index lies, 0 when nothing may be merged."""
    row = row_of(connection)
    return 0 if row.damaged_at is not None or row.clearing or row.version != VERSION else parts(connection)


derive.register_index(derive.Index(write, tend, merge))
derive.need(_load)
