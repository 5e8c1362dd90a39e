"""A hundred thousand rows go into a file of a million customers and out again while colleagues save in it.

    python -m tests.faults.crowd --file million.db --rows 100000 [--journal wal|truncate] [--colleagues 20]

The file is made when it is not there and never altered: each run works on a copy. First the import and its
undo run alone in the file, then others with colleagues. Lock times are measured inside the processes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from crm_tui.storage import derive
from crm_tui.storage.connection import connect
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.triggers import columns
from tests.faults import processes
from tests.faults.colleagues import NOBODY, Said, Team, lost, spread
from tests.faults.million import make_million, write_sheet
from tests.storage.fresh import DERIVED

HOT = 12
SAMPLE = 2000


class Command(NamedTuple):
    """One call of the program: its status, and seconds of all, of the writing, of each lock and COMMIT."""

    status: int
    seconds: float
    writing: float
    holds: list[float]
    commits: list[float]
    wal: int
    errors: str


class Round(NamedTuple):
    """An import and its undo, and what the colleagues did meanwhile."""

    into: Command
    out: Command
    import_said: Said
    undo_said: Said
    faults: list[str]


def play(path: Path, words: list[str]) -> None:
    """Run one call of the command line in this process and print what it took."""
    from crm_tui import session
    from crm_tui.cli import main as command_line
    from crm_tui.storage.database import Database

    began = time.perf_counter()
    holds: list[float] = []
    first: list[float] = []
    moments: dict[int, float] = {}
    commits: list[float] = []
    begin, attempt, commit = Database._begin, Database._attempt, Database._commit

    def begun(self: Database) -> None:
        begin(self)
        first.append(time.perf_counter())
        moments[id(self)] = first[-1]

    def attempted(self: Database, *call: Any) -> Any:
        nonlocal wal
        try:
            return attempt(self, *call)
        finally:
            if id(self) in moments:
                holds.append(time.perf_counter() - moments.pop(id(self)))
            log = path.with_name(path.name + "-wal")
            wal = max(wal, log.stat().st_size if log.exists() else 0)

    def committed(self: Database, *call: Any) -> None:
        began = time.perf_counter()
        try:
            commit(self, *call)
        finally:
            commits.append(time.perf_counter() - began)

    wal = 0
    with (
        patch.object(Database, "_begin", begun),
        patch.object(Database, "_commit", committed),
        patch.object(Database, "_attempt", attempted),
        patch.object(session, "system_login", lambda: "li"),
    ):
        status = command_line.run(["--db", str(path), *words], lambda *_call: 0)
    ended = time.perf_counter()
    writing = ended - first[0] if first else 0.0
    print("\n" + json.dumps(Command(status, ended - began, writing, holds, commits, wal, "")))


def call(path: Path, *words: str) -> Command:
    """Run one call of the program in a process of its own."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.faults.crowd", "--file", str(path), "--play", *words],
        capture_output=True,
        text=True,
        cwd=processes.ROOT,
        check=False,
    )
    if process.returncode:
        return Command(process.returncode, 0, 0, [], [], 0, process.stderr[-2000:])
    return Command(*json.loads(process.stdout.splitlines()[-1]))._replace(errors=process.stderr[-2000:])


def play_round(path: Path, sheet: Path, customers: int, colleagues: int, think: float) -> Round:
    """Import the sheet and undo it, with so many colleagues in the file, and look after it."""
    faults: list[str] = []
    said: list[Said] = []
    done: list[Command] = []
    for words in (["import", str(sheet)], ["undo"]):
        team = Team(path, colleagues, think, HOT, customers) if colleagues else None
        with team or nullcontext():
            done.append(call(path, *words))
        said.append(team.said if team else NOBODY)
        if done[-1].status:
            faults.append(f"{words[0]}: {done[-1].errors}")
    both = Said(*(one + other for one, other in zip(*said, strict=True)))
    with closing(connect(path)) as connection:
        left = connection.execute("SELECT count(*) FROM customer WHERE gone IS NULL").fetchone()[0]
    if left != customers:
        faults.append(f"{left} customers after the undo")
    return Round(done[0], done[1], said[0], said[1], faults + (lost(path, both) if colleagues else []))


def not_fresh(path: Path, customers: int, seed: int = 1) -> list[str]:
    """Return where derived rows of some customers are not what a fresh build of theirs gives."""
    chance = random.Random(seed)
    found = []
    with closing(connect(path)) as connection:
        highest = connection.execute("SELECT max(id) FROM customer").fetchone()[0]
        ids = sorted({*range(1, HOT + 1), *(chance.randint(1, highest) for _time in range(SAMPLE))})
        marks = ", ".join(map(str, ids))
        names = {
            table: ", ".join(name for name in columns(connection, table) if name != "id") for table in DERIVED
        }

        def rows(table: str) -> list[Any]:
            ask = f"SELECT {names[table]} FROM {table} WHERE customer_id IN ({marks})"
            return sorted(connection.execute(ask).fetchall(), key=repr)

        held = {table: rows(table) for table in DERIVED}
        connection.execute("BEGIN IMMEDIATE")
        for table in DERIVED:
            connection.execute(f"DELETE FROM {table} WHERE customer_id IN ({marks})")
        connection.execute("INSERT INTO change_set (action, source) VALUES ('test', 'test')")
        newest = connection.execute("SELECT max(id) FROM change_set").fetchone()[0]
        connection.execute(
            "INSERT INTO change (change_set, entity, entity_id, op)"
            f" SELECT {newest}, 'customer', id, 'insert' FROM customer WHERE id IN ({marks})"
        )
        derive.rewrite(connection, newest)
        found += [f"{table} is not fresh" for table in DERIVED if rows(table) != held[table]]
        connection.execute("ROLLBACK")
        if connection.execute("SELECT count(*) FROM stale").fetchone() != (0,):
            found.append("stale rows are left")
    return found


def told(name: str, command: Command, said: Said) -> str:
    """Return one call and the colleagues' time in it as people read them."""
    text = (
        f"  {name}: {command.seconds:.1f} s (writing {command.writing:.1f}; {len(command.holds)} locks held"
        f" {spread(command.holds)}; COMMIT {spread(command.commits)}; WAL at most {command.wal >> 20} MB)"
    )
    if command.status:
        text += f"\n    ended with {command.status}: {command.errors}"
    if said.saves:
        text += (
            f"\n    {len(said.saves)} saves ({spread(said.saves)}; lock held {spread(said.holds)}),"
            f" {len(said.reads)} reads ({spread(said.reads)}), {said.merged} merged, {said.told} told,"
            f" {said.busy} lock errors"
        )
    return text


def run(
    source: Path, journal: str, customers: int, rows: int, colleagues: int, think: float, rounds: list[str]
) -> list[str]:
    """Play the rounds on a copy of the file, print what they took and return what is wrong."""
    faults: list[str] = []
    work = source.with_name(f"{source.stem}-{journal}.work")
    shutil.copyfile(source, work)
    os.sync()
    try:
        with closing(sqlite3.connect(work)) as plain:
            plain.execute("PRAGMA journal_mode=" + ("WAL" if journal == "wal" else "DELETE")).fetchone()
        with tempfile.TemporaryDirectory(dir=source.parent) as folder:
            for seed, name in enumerate(rounds):
                sheet = Path(folder) / f"{name}.csv"
                write_sheet(sheet, customers, rows, seed)
                played = play_round(work, sheet, customers, colleagues if name == "crowd" else 0, think)
                print(f"{journal}, {name}:", flush=True)
                print(told("import", played.into, played.import_said))
                print(told("undo", played.out, played.undo_said), flush=True)
                faults += played.faults
        faults += processes.unsound(work) + not_fresh(work, customers)
    finally:
        for file in source.parent.glob(work.name + "*"):
            if file.is_file():
                file.unlink()
    return faults


def main() -> int:
    """Run the command; the exit code is 1 when something broke."""
    parser = processes.options(__doc__)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--colleagues", type=int, default=20)
    parser.add_argument("--think", type=float, default=2)
    parser.add_argument("--round", choices=("alone", "crowd"), action="append")
    parser.add_argument("--play", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.play:
        play(wanted.file, wanted.play)
        return 0
    if not wanted.file.exists():
        make_million(wanted.file, wanted.customers, "truncate")
    failed = False
    for journal in wanted.journal or processes.MODES:
        faults = run(
            wanted.file, journal, wanted.customers, wanted.rows, wanted.colleagues, wanted.think,
            wanted.round or ["alone", "crowd"],
        )  # fmt: skip
        print(f"{journal}: {'; '.join(faults) or 'nothing broken'}", flush=True)
        failed |= bool(faults)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
