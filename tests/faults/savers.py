"""Many processes save into one file at once: no update lost, no lock error, every acknowledged save there.

    python -m tests.faults.savers --processes 10 --seconds 20 [--journal wal|truncate]

Each process reads a customer, adds to a number in it and logs an activity, in one save that says which
version it read; then the next, without a pause. The numbers must add up to the saves.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.errors import Busy, CrmError
from crm_tui.storage.change import Change
from crm_tui.storage.connection import connect
from crm_tui.storage.database import Database
from crm_tui.storage.faults import StaleVersion
from tests.faults import processes

CUSTOMERS = 12
# Each process adds a number of its own, so that no two ever want the same value: that would merge.
ADDED = 1000


class Outcome(NamedTuple):
    """What a run came to; ``faults`` must be empty."""

    saves: int
    stale: int
    busy: int
    slowest_ms: int
    faults: list[str]


def save_until(path: Path, who: int, seconds: float) -> dict[str, Any]:
    """Save as fast as it goes; return what was acknowledged and what was refused."""
    database = Database(path)
    chance = random.Random(who)
    said: dict[str, Any] = {"tokens": [], "stale": 0, "busy": 0, "errors": [], "slowest": 0.0}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        row = chance.randint(1, CUSTOMERS)
        seen, number = database.connection.execute(
            "SELECT changed_in, budget_min FROM customer WHERE id = :id", {"id": row}
        ).fetchone()
        token = f"{who}:{len(said['tokens'])}"

        def body(change: Change, row=row, seen=seen, number=number, token=token) -> None:
            change.update("customer", row, {"budget_min": number + ADDED + who}, seen)
            values = {"customer_id": row, "at": change.now, "origin": "manual", "content": token}
            change.insert("activity", values)

        began = time.monotonic()
        try:
            database.write(1, "activity.log", body)
            said["tokens"].append(token)
        except StaleVersion:
            said["stale"] += 1
        except Busy:
            said["busy"] += 1
        except CrmError as error:
            said["errors"].append(str(error))
        said["slowest"] = max(said["slowest"], time.monotonic() - began)
    database.close()
    return said


def run(path: Path, journal: str, count: int, seconds: float) -> Outcome:
    """Let ``count`` processes save for some seconds into a new database and check what is in it."""
    processes.make(path, journal, CUSTOMERS)
    children = [
        processes.child("tests.faults.savers", "--child", who, "--path", path, "--seconds", seconds)
        for who in range(1, count + 1)
    ]
    said, faults = [], []
    for process in children:
        output, errors = process.communicate()
        if process.returncode:
            faults.append(errors.strip()[-500:])
        else:
            said.append(json.loads(output))
    tokens = [token for one in said for token in one["tokens"]]
    busy = sum(one["busy"] for one in said)
    faults += [error for one in said for error in one["errors"]]
    if busy:
        faults.append(f"{busy} lock errors")
    connection = connect(path)
    stored = {row[0] for row in connection.execute("SELECT content FROM activity").fetchall()}
    total = connection.execute("SELECT sum(budget_min) FROM customer").fetchone()[0]
    connection.close()
    if missing := set(tokens) - stored:
        faults.append(f"{len(missing)} acknowledged saves are missing")
    if stored - set(tokens):
        faults.append("a save is there that was not acknowledged")
    added = sum(ADDED + int(token.partition(":")[0]) for token in tokens)
    if total != added:
        faults.append(f"updates lost: the numbers add up to {total} and not to {added}")
    faults += processes.unsound(path)
    slowest = max((one["slowest"] for one in said), default=0.0)
    return Outcome(len(tokens), sum(one["stale"] for one in said), busy, int(slowest * 1000), faults)


def main() -> int:
    """Run the command; the exit code is 1 when something was lost."""
    parser = processes.options(__doc__)
    parser.add_argument("--processes", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        print(json.dumps(save_until(wanted.path, wanted.child, wanted.seconds)))
        return 0

    def play(folder: Path, journal: str) -> tuple[str, list[str]]:
        outcome = run(folder / "crm.db", journal, wanted.processes, wanted.seconds)
        told = (
            f"{wanted.processes} processes, {wanted.seconds:g} s: {outcome.saves} saves,"
            f" {outcome.stale} told that the version moved, {outcome.busy} lock errors,"
            f" slowest {outcome.slowest_ms} ms"
        )
        return told, outcome.faults

    return processes.in_each_mode(wanted, play, "nothing lost")


if __name__ == "__main__":
    sys.exit(main())
