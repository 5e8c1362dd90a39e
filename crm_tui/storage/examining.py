"""Whether a copy that nobody else has open is whole: its pages, the rows in its indexes, its references."""

from __future__ import annotations

import sys
import threading
from array import array
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue

from crm_tui.storage.connection import connect
from crm_tui.storage.copying import STEPS
from crm_tui.storage.driver import VERSION, sqlite3
from crm_tui.storage.health import damage
from crm_tui.storage.manifest import Facts, facts_of, quoted, table_names
from crm_tui.storage.schema import APPLICATION_ID

LARGE_BYTES: int = 64 << 20  # from here on two processors look at the tables, each at one
CACHE_KIB = 64 * 1024  # thorough: indexes are asked for every row of their table, in no order
POLL_SECONDS = 0.05
ALL_PAGES, REFERENCES = "PRAGMA integrity_check", "PRAGMA foreign_key_check"
# All pages and rows, but not every row in every index: a third of the time, and indexes are made of the rows.
MOST_PAGES = "PRAGMA quick_check"
# What the checks of the schema say of each row costs as much again, and no damage is found by it that keeps
# a row from being given back.
NO_RULES = "PRAGMA ignore_check_constraints=ON"
# From here on (3.40 does not) it counts the entries of each index that holds all rows.
COUNTING = (3, 53)
FINE = {ALL_PAGES: [("ok",)], REFERENCES: []}
OWN_TABLES = ("sqlite_schema", "sqlite_sequence")
HIGHEST_IDS = "SELECT name, seq FROM sqlite_sequence"
INDEXES = "SELECT count(*) FROM pragma_index_list(:table)"
DEFINED = (
    "SELECT name, sql FROM main.sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL"
)
# Which rows an index of schema.sql holds where it does not hold all.
SOME = ("deleted_at IS NULL", "shown = 1", "gone IS NULL OR gone <> 'undone'", "uscc_key IS NOT NULL")

Look = Callable[[], bool]


def examine(path: Path, tick: Callable[[], None] | None = None, *, thorough: bool = True) -> Facts:
    """Check every page and every reference of a copy that nobody else has open, and read what it holds.

    ``thorough`` looks for every row in every index and at the schema's checks; otherwise the entries of a
    large copy are counted, which tells that none lacks rows, and the rows themselves are whole. Raises
    sqlite3.DatabaseError when anything is wrong, and what ``tick`` raises.
    """
    stopped: list[BaseException] = []

    def look() -> bool:
        try:
            if tick:
                tick()
        except BaseException as error:
            stopped.append(error)
        return bool(stopped)

    try:
        with closing(_opened(path, look, thorough)) as connection:
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise sqlite3.DatabaseError("file is not a database of ours")
            if path.stat().st_size < LARGE_BYTES:
                if damage(connection):
                    raise sqlite3.DatabaseError("database disk image is malformed")
                _check(connection, REFERENCES)
            else:
                _check_in_two(path, connection, look, stopped, thorough=thorough)
            return facts_of(connection)
    except sqlite3.Error:
        if stopped:
            raise stopped[0] from None
        raise


def _opened(path: Path, look: Look, thorough: bool) -> sqlite3.Connection:
    connection = connect(path, immutable=True)
    if thorough:  # what is read once in its order costs a quarter more where it is kept
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB:d}")
    elif path.stat().st_size >= LARGE_BYTES:
        connection.execute(NO_RULES)
    connection.set_progress_handler(look, STEPS)
    return connection


def _check(connection: sqlite3.Connection, statement: str) -> None:
    if connection.execute(statement).fetchmany(1) != FINE.get(statement, FINE[ALL_PAGES]):
        raise sqlite3.DatabaseError("database disk image is malformed")


def _check_in_two(
    path: Path, connection: sqlite3.Connection, look: Look, stopped: list[BaseException], *, thorough: bool
) -> None:
    """Share the tables out between this thread and another one, the longest first."""
    _check_free(path)
    work: SimpleQueue[str] = SimpleQueue()
    for statement in _statements(connection, ALL_PAGES if thorough else MOST_PAGES):
        work.put(statement)
    failed: list[BaseException] = []

    def take(own: sqlite3.Connection) -> None:
        while not failed:
            try:
                statement = work.get_nowait()
            except Empty:
                return
            _check(own, statement)

    def beside() -> None:
        try:
            with closing(_opened(path, lambda: bool(stopped or failed), thorough)) as own:
                take(own)
        except BaseException as error:
            failed.append(error)

    other = threading.Thread(target=beside, name="crm-examine", daemon=True)
    other.start()
    try:
        take(connection)
        while other.is_alive() and not look():
            other.join(POLL_SECONDS)
    except BaseException as error:
        failed.insert(0, error)
    other.join()
    if stopped or failed:
        raise [*stopped, *failed][0]
    if not thorough:
        for table in table_names(connection):
            _count(connection, table)


def _check_free(path: Path) -> None:
    """Look at the pages that nothing uses: to check table by table leaves them out."""
    with path.open("rb", buffering=0) as file:
        head = file.read(40)
        size = int.from_bytes(head[16:18], "big")
        size = 1 << 16 if size == 1 else size
        pages, trunk, count = (int.from_bytes(head[at : at + 4], "big") for at in (28, 32, 36))
        free: list[int] = []
        while trunk and len(free) < count and 1 < trunk <= pages:
            file.seek((trunk - 1) * size)
            page = array("I", file.read(size))
            if sys.byteorder == "little":
                page.byteswap()
            free += [trunk, *page[2 : 2 + page[1]]]
            trunk = page[0]
    if trunk or len(set(free)) != count or len(free) != count or not all(1 < one <= pages for one in free):
        raise sqlite3.DatabaseError("database disk image is malformed")


def _count(connection: sqlite3.Connection, table: str) -> None:
    """Hold the entries of each index of a table against the rows it should have, where no check did."""
    wanted: dict[str, int] = {}
    for index, sql in connection.execute(DEFINED, {"table": table}).fetchall():
        if " WHERE " in sql.upper():
            some = [one for one in SOME if sql.endswith(f"WHERE {one}")]
            where = f" WHERE {some[0]}" if some else None
        else:
            where = None if VERSION >= COUNTING else ""
        if where is None:
            continue
        rows = f"SELECT count(*) FROM {quoted(table)}"
        if where not in wanted:
            wanted[where] = connection.execute(f"{rows} NOT INDEXED{where}").fetchone()[0]
        held = connection.execute(f"{rows} INDEXED BY {quoted(index)}{where}").fetchone()[0]
        if held != wanted[where]:
            raise sqlite3.DatabaseError("database disk image is malformed")


def _statements(connection: sqlite3.Connection, pages: str) -> list[str]:
    """Return the checks that together look at all that is used in the file, the longest first."""
    has_ids = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").fetchone()
    rows = dict(connection.execute(HIGHEST_IDS).fetchall()) if has_ids else {}
    many = max(rows.values(), default=1)  # what has no numbers of its own may be long
    tables = table_names(connection)
    indexes = {name: connection.execute(INDEXES, {"table": name}).fetchone()[0] for name in tables}
    tables.sort(key=lambda name: rows.get(name, many) * (1 + indexes[name]), reverse=True)
    tables += OWN_TABLES if has_ids else OWN_TABLES[:1]
    return [REFERENCES, *(f"{pages}({quoted(name)})" for name in tables)]
