"""Makes damaged copies of a database: every kind of damage that a disk, a copy or another program does."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from crm_tui.demo.make import make_demo
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.schema import APPLICATION_ID
from tests.faults import processes

PAGE = 4096
CUSTOMERS = 40
# Offset and width of each number of the header (sqlite.org/fileformat2).
HEADER = (
    (16, 2), (18, 1), (19, 1), (20, 1), (21, 1), (22, 1), (23, 1), (24, 4), (28, 4), (32, 4), (36, 4),
    (40, 4), (44, 4), (48, 4), (52, 4), (56, 4), (60, 4), (64, 4), (68, 4), (92, 4), (96, 4),
)  # fmt: skip

Chance = random.Random


def prepare(folder: Path) -> None:
    """Make the sound databases that are damaged then: one at rest, one with a log, one with a journal."""
    folder.mkdir(parents=True, exist_ok=True)
    base = folder / "base.db"
    make_demo(base, CUSTOMERS)
    base.with_name("base.db.lock").unlink(missing_ok=True)
    processes.make(folder / "other.db", processes.MODES[0], customers=30)
    _with_log(base, folder / "logged.db")
    _with_log(folder / "other.db", folder / "foreign.db")
    _with_journal(base, folder / "journalled.db")


def _with_log(source: Path, target: Path) -> None:
    """Leave a copy whose last changes lie in the write-ahead log, as a killed process does."""
    place = target.with_name("making.db")
    shutil.copyfile(source, place)
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    for number in range(20):
        connection.execute("INSERT INTO stale (entity, entity_id) VALUES ('mark', :id)", {"id": number})
    for ending in ("", "-wal"):
        shutil.copyfile(place.with_name(place.name + ending), target.with_name(target.name + ending))
    connection.close()


def _with_journal(source: Path, target: Path) -> None:
    """Leave a copy in the middle of a transaction, as a killed process does."""
    place = target.with_name("making.db")
    shutil.copyfile(source, place)
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA cache_size=5")
    connection.execute("BEGIN")
    connection.execute("CREATE TABLE half (a TEXT)")
    connection.executemany("INSERT INTO half VALUES (:a)", [{"a": "x" * 900} for _n in range(200)])
    for ending in ("", "-journal"):
        shutil.copyfile(place.with_name(place.name + ending), target.with_name(target.name + ending))
    connection.execute("ROLLBACK")
    connection.close()


def make(folder: Path, number: int, seed: int, kind: str = "") -> tuple[str, Path]:
    """Make the damaged file of a number in a folder of its own; return what was done and where it is."""
    chance = random.Random(f"{seed}/{number}")
    name = kind or list(KINDS)[number % len(KINDS)]
    place = folder / "damaged"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    path = place / "crm.db"
    shutil.copyfile(folder / "base.db", path)
    KINDS[name](path, folder, chance)
    return name, path


def _change(path: Path, fn: Callable[[bytearray], None]) -> None:
    content = bytearray(path.read_bytes())
    fn(content)
    path.write_bytes(content)


def untouched(_path: Path, _folder: Path, _chance: Chance) -> None:
    """Do nothing: where every command must succeed, or the others prove nothing."""


def flip_bits(path: Path, _folder: Path, chance: Chance) -> None:
    """Flip a few single bits anywhere."""

    def flip(content: bytearray) -> None:
        for _bit in range(chance.choice((1, 1, 3, 20))):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)

    _change(path, flip)


def flip_run(path: Path, _folder: Path, chance: Chance) -> None:
    """Overwrite 64 bytes in a row, a few times."""

    def flip(content: bytearray) -> None:
        for _run in range(chance.choice((1, 1, 4))):
            at = chance.randrange(len(content) - 64)
            content[at : at + 64] = chance.randbytes(64)

    _change(path, flip)


def page_heads(path: Path, _folder: Path, chance: Chance) -> None:
    """Alter the first bytes of a page: its type, its cells, its pointers."""

    def alter(content: bytearray) -> None:
        for _page in range(chance.choice((1, 2, 8))):
            at = chance.randrange(1, len(content) // PAGE) * PAGE
            content[at + chance.randrange(24)] = chance.randrange(256)

    _change(path, alter)


def early_pages(path: Path, _folder: Path, chance: Chance) -> None:
    """Alter bytes of the first pages, where the schema and people lie."""

    def alter(content: bytearray) -> None:
        for _byte in range(chance.choice((1, 4, 30))):
            content[chance.randrange(100, 12 * PAGE)] = chance.randrange(256)

    _change(path, alter)


def texts(path: Path, _folder: Path, chance: Chance) -> None:
    """Alter digits and letters inside the texts of the content: dates, JSON, names."""

    def alter(content: bytearray) -> None:
        places = [at for at in range(PAGE, len(content)) if 48 <= content[at] <= 122]
        for at in chance.sample(places, chance.choice((20, 200, 1500))):
            content[at] = chance.choice((0x2D, 0x30, 0x39, 0x41, 0x7B, 0x22, 0xFF, 0x00, 0xC3))

    _change(path, alter)


def dates(path: Path, _folder: Path, chance: Chance) -> None:
    """Turn dates of the content into ones that do not exist."""

    def alter(content: bytearray) -> None:
        found = [at for at in range(PAGE, len(content) - 10) if content[at : at + 3] == b"202"]
        for at in chance.sample(found, min(len(found), 400)):
            wrong = (b"2026-13-45", b"2026-02-30", b"9999-99-99", b"0000-00-00")
            content[at : at + 10] = chance.choice(wrong)

    _change(path, alter)


def zero_page(path: Path, _folder: Path, chance: Chance) -> None:
    """Let pages be nothing but zeros."""

    def zero(content: bytearray) -> None:
        for _page in range(chance.choice((1, 1, 3))):
            at = chance.randrange(len(content) // PAGE) * PAGE
            content[at : at + PAGE] = bytes(PAGE)

    _change(path, zero)


def swap_pages(path: Path, _folder: Path, chance: Chance) -> None:
    """Let two pages change places."""

    def swap(content: bytearray) -> None:
        one, two = (chance.randrange(len(content) // PAGE) * PAGE for _page in range(2))
        first = bytes(content[one : one + PAGE])
        content[one : one + PAGE] = content[two : two + PAGE]
        content[two : two + PAGE] = first

    _change(path, swap)


def truncated(path: Path, _folder: Path, chance: Chance) -> None:
    """Cut the file at any length."""

    def cut(content: bytearray) -> None:
        most = chance.choice((100, PAGE, 5 * PAGE, len(content)))
        del content[chance.randrange(most) :]

    _change(path, cut)


def overwritten_header(path: Path, _folder: Path, chance: Chance) -> None:
    """Overwrite the head of the file."""

    def overwrite(content: bytearray) -> None:
        size = chance.choice((1, 16, 100, PAGE))
        content[:size] = chance.randbytes(size)

    _change(path, overwrite)


def header_number(path: Path, _folder: Path, chance: Chance) -> None:
    """Alter one number of the header."""

    def alter(content: bytearray) -> None:
        at, width = chance.choice(HEADER)
        value = chance.choice((0, 1, 2, 3, (1 << (8 * width)) - 1, chance.randrange(1 << (8 * width))))
        content[at : at + width] = value.to_bytes(width, "big")

    _change(path, alter)


def appended(path: Path, _folder: Path, chance: Chance) -> None:
    """Append what does not belong there."""
    with path.open("ab") as file:
        file.write(chance.randbytes(chance.choice((1, 511, PAGE, 40 * PAGE))))


def schema_text(path: Path, _folder: Path, chance: Chance) -> None:
    """Edit the definition of a table, an index or a trigger behind SQLite's back."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA writable_schema=ON")
    rows = connection.execute("SELECT rowid, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    for row, sql in chance.sample(rows, chance.choice((1, 2))):
        at = chance.randrange(len(sql))
        edited = chance.choice(
            (
                sql[:at] + sql[at + chance.randrange(1, 30) :],
                sql.replace("TEXT", "INTEGER", 1),
                sql.replace(" NOT NULL", "", 1),
                sql.replace("CREATE", "CREATED", 1),
                sql.replace("(", "(extra TEXT, ", 1),
                "",
            )
        )
        ask = "UPDATE sqlite_master SET sql = :sql WHERE rowid = :row"
        connection.execute(ask, {"sql": edited, "row": row})
    connection.close()


def root_page(path: Path, _folder: Path, chance: Chance) -> None:
    """Let a table or an index begin on a page that is another's, or nobody's."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA writable_schema=ON")
    rows = connection.execute("SELECT rowid FROM sqlite_master WHERE rootpage > 0").fetchall()
    ask = "UPDATE sqlite_master SET rootpage = :page WHERE rowid = :row"
    for (row,) in chance.sample(rows, chance.choice((1, 2))):
        connection.execute(ask, {"page": chance.choice((2, 3, 7, 50, 100_000)), "row": row})
    connection.close()


def dropped(path: Path, _folder: Path, chance: Chance) -> None:
    """Drop a table of ours, or all its rows, with another program."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=OFF")
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    table = chance.choice(rows)[0]
    what = (f"DROP TABLE {table}", f"DELETE FROM {table}", f"ALTER TABLE {table} RENAME TO gone")
    try:
        connection.execute(chance.choice(what))
    except sqlite3.Error:
        connection.execute("DELETE FROM customer_state")
    connection.close()


def foreign_log(path: Path, folder: Path, chance: Chance) -> None:
    """Put the write-ahead log or the journal of another database beside it."""
    if chance.random() < 0.5:
        shutil.copyfile(folder / "foreign.db-wal", path.with_name("crm.db-wal"))
    else:
        shutil.copyfile(folder / "journalled.db-journal", path.with_name("crm.db-journal"))
        shutil.copyfile(folder / "other.db", path) if chance.random() < 0.3 else None


def damaged_log(path: Path, folder: Path, chance: Chance) -> None:
    """Damage its own write-ahead log or journal."""
    name, ending = chance.choice((("logged.db", "-wal"), ("journalled.db", "-journal")))
    shutil.copyfile(folder / name, path)
    beside = path.with_name(path.name + ending)
    shutil.copyfile(folder / (name + ending), beside)
    chance.choice((flip_bits, flip_run, truncated, appended, overwritten_header))(beside, folder, chance)


def garbage_log(path: Path, _folder: Path, chance: Chance) -> None:
    """Put bytes without a meaning where a log or a journal would be."""
    ending = chance.choice(("-wal", "-journal", "-shm"))
    size = chance.choice((0, 1, 32, 5000, 40_000))
    path.with_name(path.name + ending).write_bytes(chance.randbytes(size))


def no_database(path: Path, _folder: Path, chance: Chance) -> None:
    """Let the file be empty, zeros, garbage, text, or a database of somebody else."""
    kind = chance.randrange(6)
    if kind < 4:
        size = chance.choice((1, 512, PAGE, 20 * PAGE))
        path.write_bytes((b"", bytes(size), chance.randbytes(size), "客户名称,电话\n".encode())[kind])
        return
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT)")
    connection.commit()
    if kind == 5:
        # It says that it is ours and has nothing of ours in it.
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={chance.choice((0, 1, 2, 99, -1))}")
    connection.close()


KINDS: dict[str, Callable[[Path, Path, Chance], None]] = {
    fn.__name__: fn
    for fn in (
        untouched, flip_bits, flip_run, page_heads, early_pages, texts, dates, zero_page, swap_pages,
        truncated, overwritten_header, header_number, appended, schema_text, root_page, dropped, foreign_log,
        damaged_log, garbage_log, no_database,
    )
}  # fmt: skip
