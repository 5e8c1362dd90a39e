"""A writing process is killed at random moments: whole sets only, every acknowledged one, a sound file.

    python -m tests.faults.kills --kills 200 [--journal wal|truncate] [--seed 1]

Each set is one customer with its contacts, each of them then changed; the page cache is so small that pages
reach the file before COMMIT.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from typing import NamedTuple

from crm_tui.storage.change import Change
from crm_tui.storage.connection import connect
from crm_tui.storage.database import Database
from tests.faults import processes

CONTACTS = 40


class Outcome(NamedTuple):
    """What a run came to; ``faults`` must be empty."""

    kills: int
    acknowledged: int
    sets: int
    faults: list[str]


def write_for_ever(path: Path, first: int) -> None:
    """Write one set after the other and print the number of each customer once it is saved."""
    database = Database(path)
    database.connection.execute("PRAGMA cache_size=8")
    number = first
    while True:

        def body(change: Change, number: int = number) -> None:
            row = {"kind": "company", "no": f"C{number}", "no_sort": f"C{number}", "owner_id": 1}
            customer = change.insert("customer", row)
            for position in range(CONTACTS):
                values = {"customer_id": customer, "name": f"联系人{position}", "note": "x" * 300}
                change.insert("contact", {**values, "position": position})
            change.execute(
                "UPDATE contact SET position = position + 1, changed_in = :set WHERE customer_id = :id",
                {"set": change.set_id, "id": customer},
            )

        database.write(1, "import", body)
        print(number, flush=True)
        number += 1


def run(path: Path, journal: str, kills: int, seed: int = 1) -> Outcome:
    """Kill a writer so many times, each at a moment of its own, and check the file after each."""
    processes.make(path, journal)
    chance = random.Random(seed)
    acknowledged: set[int] = set()
    faults: list[str] = []
    for _kill in range(kills):
        process = processes.child(
            "tests.faults.kills", "--child", max(acknowledged, default=0) + 1000, "--path", path
        )
        assert process.stdout and process.stderr
        first = process.stdout.readline()
        time.sleep(chance.random() * 0.06)
        process.kill()
        # A line without its end is no acknowledgement.
        lines = (first + process.stdout.read()).splitlines(keepends=True)
        acknowledged |= {int(line) for line in lines if line.endswith("\n")}
        if errors := process.stderr.read().strip():
            faults.append(errors[-500:])
        process.communicate()
        faults += processes.unsound(path)
        faults += _halves(path, acknowledged)
        if faults:
            break
    connection = connect(path)
    sets = connection.execute("SELECT count(*) FROM change_set").fetchone()[0]
    connection.close()
    return Outcome(kills, len(acknowledged), sets, faults)


def _halves(path: Path, acknowledged: set[int]) -> list[str]:
    connection = connect(path)
    found = []
    ask = (
        "SELECT c.no, (SELECT count(*) FROM contact k WHERE k.customer_id = c.id AND k.position > 0)"
        " FROM customer c"
    )
    stored = dict(connection.execute(ask).fetchall())
    rows = (
        "SELECT count(*) FROM change WHERE change_set IN (SELECT id FROM change_set WHERE action = 'import')"
    )
    logged = connection.execute(rows).fetchone()[0]
    connection.close()
    if halves := [no for no, contacts in stored.items() if contacts != CONTACTS]:
        found.append(f"half a set: {halves[:3]}")
    if missing := [number for number in acknowledged if f"C{number}" not in stored]:
        found.append(f"acknowledged sets are missing: {missing[:3]}")
    if logged != len(stored) * (1 + 2 * CONTACTS):
        found.append(f"{logged} rows of history for {len(stored)} sets")
    return found


def main() -> int:
    """Run the command; the exit code is 1 when something broke."""
    parser = processes.options(__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        write_for_ever(wanted.path, wanted.child)

    def play(folder: Path, journal: str) -> tuple[str, list[str]]:
        outcome = run(folder / "crm.db", journal, wanted.kills, wanted.seed)
        told = f"{outcome.kills} kills, {outcome.acknowledged} acknowledged, {outcome.sets} sets"
        return told, outcome.faults

    return processes.in_each_mode(wanted, play, "nothing broken")


if __name__ == "__main__":
    sys.exit(main())
