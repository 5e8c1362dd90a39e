"""Backs a database up while others save into it: how long it takes, and the slowest save meanwhile.

    python -m tests.faults.backup_load --megabytes 100 --processes 6 --backups 3 [--journal wal|truncate]

Every backup is held against its manifest, must hold all that was acknowledged before it began, and is
drilled.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.errors import CrmError
from crm_tui.storage.backup import make_backup, verify
from crm_tui.storage.change import Change
from crm_tui.storage.connection import connect
from crm_tui.storage.database import Database
from crm_tui.storage.drill import drill
from crm_tui.storage.throwaway import unhurried
from tests.faults import processes

CUSTOMERS = 200
WORDS = (
    "电话",
    "报价",
    "演示",
    "合同",
    "回访",
    "试用",
    "采购",
    "决策",
    "预算",
    "交付",
    "验收",
    "培训",
    "续费",
)
REST_SECONDS = 2.0  # before the first backup and between two: what a save takes without one


class Outcome(NamedTuple):
    """What a run came to: seconds of each backup and drill, the slowest save in ms; no ``faults``."""

    megabytes: int
    backups: list[float]
    drills: list[float]
    saves: int
    during_ms: int
    otherwise_ms: int
    faults: list[str]


def fill(path: Path, megabytes: float) -> None:
    """Grow a database to a size by activities of its customers."""
    database = Database(path)
    chance = random.Random(7)
    try:
        while path.stat().st_size + _log(path) < megabytes * 1_000_000:

            def body(change: Change) -> None:
                rows = [
                    (
                        chance.randint(1, CUSTOMERS),
                        change.now,
                        "manual",
                        " ".join(chance.choices(WORDS, k=60)),
                    )
                    for _n in range(500)
                ]
                change.insert_many("activity", ("customer_id", "at", "origin", "content"), rows)

            with unhurried(database.connection):
                database.write(1, "activity.log", body)
    finally:
        database.close()


def _log(path: Path) -> int:
    log = path.with_name(path.name + "-wal")
    return log.stat().st_size if log.exists() else 0


def save_until(path: Path, who: int, stop: Path, think: float) -> dict[str, Any]:
    """Save now and then until the file ``stop`` is there; return when each save began and what it took."""
    database = Database(path)
    chance = random.Random(who)
    said: dict[str, Any] = {"saves": [], "errors": []}
    _seat(stop, who).touch()
    while not stop.exists():
        time.sleep(chance.uniform(0, 2 * think))
        token = f"{who}:{len(said['saves'])}"

        def body(change: Change, token=token) -> None:
            values = {"customer_id": chance.randint(1, CUSTOMERS), "at": change.now, "origin": "manual"}
            change.insert("activity", {**values, "content": token})

        began = time.monotonic()
        try:
            database.write(1, "activity.log", body)
            said["saves"].append((began, time.monotonic() - began, token))
        except CrmError as error:
            said["errors"].append(str(error))
    database.close()
    return said


def _seat(stop: Path, who: int) -> Path:
    """Return the file by which a saver says that it is at work."""
    return stop.with_name(f"{stop.name}.{who}")


def run(path: Path, journal: str, megabytes: float, count: int, times: int, think: float = 0.2) -> Outcome:
    """Back up ``times`` times while ``count`` processes save, then drill each backup."""
    processes.make(path, journal, CUSTOMERS)
    fill(path, megabytes)
    stop = path.with_name("stop")
    arguments = ("--path", path, "--stop", stop, "--think", think)
    children = [
        processes.child("tests.faults.backup_load", "--child", who, *arguments) for who in range(1, count + 1)
    ]
    made, spans, faults = [], [], []
    rest = min(REST_SECONDS, megabytes / 10)
    try:
        while not all(_seat(stop, who).exists() for who in range(1, count + 1)):
            if any(process.poll() is not None for process in children):
                break  # what it died of is told below
            time.sleep(0.02)
        for _number in range(times):
            time.sleep(rest)
            began = time.monotonic()
            made.append(make_backup(path, None, "manual", "li"))
            spans.append((began, time.monotonic()))
        time.sleep(rest)
    finally:
        stop.touch()
    said = []
    for process in children:
        output, errors = process.communicate()
        if process.returncode:
            faults.append(errors.strip()[-500:])
        else:
            said.append(json.loads(output))
    saves = [save for one in said for save in one["saves"]]
    faults += [error for one in said for error in one["errors"]]
    drills = []
    for backup, (began, _ended) in zip(made, spans, strict=True):
        try:
            verify(backup.path)
            drills.append(drill(backup.path, "li", path).seconds)
        except CrmError as error:
            faults.append(str(error))
            continue
        connection = connect(backup.path, immutable=True)
        kept = {row[0] for row in connection.execute("SELECT content FROM activity").fetchall()}
        connection.close()
        missing = [token for start, took, token in saves if start + took < began and token not in kept]
        if missing:
            faults.append(f"{len(missing)} acknowledged saves are not in {backup.path.name}")
    faults += processes.unsound(path)
    during = [took for start, took, _t in saves if any(start < e and start + took > b for b, e in spans)]
    others = [took for start, took, _t in saves if not any(start < e and start + took > b for b, e in spans)]
    return Outcome(
        path.stat().st_size // 1_000_000, [round(e - b, 2) for b, e in spans],
        [round(one, 2) for one in drills], len(saves), _slowest(during), _slowest(others), faults,
    )  # fmt: skip


def _slowest(took: list[float]) -> int:
    return int(max(took, default=0) * 1000)


def main() -> int:
    """Run the command; the exit code is 1 when a backup was not what it must be."""
    parser = processes.options(__doc__)
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--processes", type=int, default=6)
    parser.add_argument("--backups", type=int, default=3)
    parser.add_argument(
        "--think", type=float, default=0.2, help="mean seconds between two saves of a process"
    )
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--stop", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        print(json.dumps(save_until(wanted.path, wanted.child, wanted.stop, wanted.think)))
        return 0

    def play(folder: Path, journal: str) -> tuple[str, list[str]]:
        outcome = run(
            folder / "crm.db", journal, wanted.megabytes, wanted.processes, wanted.backups, wanted.think
        )
        told = (
            f"{outcome.megabytes} MB, {wanted.processes} saving: backups in {outcome.backups} s,"
            f" restored and checked in {outcome.drills} s; {outcome.saves} saves, slowest during a backup"
            f" {outcome.during_ms} ms, otherwise {outcome.otherwise_ms} ms"
        )
        return told, outcome.faults

    return processes.in_each_mode(wanted, play, "all as it was")


if __name__ == "__main__":
    sys.exit(main())
