"""What the fault commands share: a database in the wanted journal mode, children, what must hold after."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from crm_tui.access import defaults
from crm_tui.storage import chain
from crm_tui.storage.connection import connect, create
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3, wal_is_sound

ROOT = Path(__file__).parents[2]
MODES = ("wal", "truncate") if wal_is_sound() else ("truncate",)
OWNER = {"login": "li", "login_key": "li", "name": "李雷", "name_key": "李雷", "role": "administrator"}


def make(path: Path, mode: str, customers: int = 0) -> None:
    """Make a database whose journal is ``wal`` or ``truncate``, with one person and some customers."""
    create(path)
    plain = sqlite3.connect(path)
    # TRUNCATE belongs to the connection; the file knows only that it has no write-ahead log.
    plain.execute("PRAGMA journal_mode=" + ("WAL" if mode == "wal" else "DELETE"))
    plain.close()
    database = Database(path)

    def fill(change):
        defaults.seed(change, defaults.USUAL)
        change.insert("person", OWNER)
        for number in range(customers):
            row = {"kind": "company", "no": f"C{number}", "no_sort": f"C{number}", "owner_id": 1}
            change.insert("customer", {**row, "budget_min": 0})

    database.write(1, "init", fill)
    assert database.connection.execute("PRAGMA journal_mode").fetchone() == (mode,)
    database.close()


def child(module: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a module of the tests in a process of its own; what it prints comes through a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def options(what: str | None) -> argparse.ArgumentParser:
    """Return what reads the options of a fault command; every one of them takes ``--journal``."""
    parser = argparse.ArgumentParser(description=what, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--journal", choices=MODES, action="append")
    return parser


def in_each_mode(
    wanted: argparse.Namespace, play: Callable[[Path, str], tuple[str, list[str]]], fine: str
) -> int:
    """Play a campaign for each journal in an empty folder and print what it came to; 1 when it has faults.

    ``play(folder, journal)`` returns what to tell and the faults, ``fine`` is said when there are none.
    """
    failed = False
    for journal in wanted.journal or MODES:
        with tempfile.TemporaryDirectory() as folder:
            told, faults = play(Path(folder), journal)
        print(f"{journal}: {told}; {'; '.join(faults) or fine}", flush=True)
        failed |= bool(faults)
    return int(failed)


def unsound(path: Path) -> list[str]:
    """Return what is wrong with a database that nobody writes to any more; nothing is what must be."""
    connection = connect(path)
    found = []
    try:
        if (pages := connection.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
            found.append(f"integrity: {pages[:3]}")
        if orphans := connection.execute("PRAGMA foreign_key_check").fetchall():
            found.append(f"foreign keys: {orphans[:3]}")
        if (writing := connection.execute("SELECT one, change_set FROM writing").fetchall()) != [(1, None)]:
            found.append(f"writing: {writing}")
        if (broken := chain.verify(connection)) is not None:
            found.append(f"chain broken at set {broken}")
        ids = [row[0] for row in connection.execute("SELECT id FROM change_set ORDER BY id").fetchall()]
        if ids != list(range(1, len(ids) + 1)):
            found.append("ids of sets are not dense")
        if connection.execute("SELECT count(*) FROM change_set WHERE chain IS NULL").fetchone() != (0,):
            found.append("a set was left unsealed")
    finally:
        connection.close()
    return found
