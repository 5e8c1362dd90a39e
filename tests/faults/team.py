"""A team at work in one file: no update lost, no lock error, every acknowledged save there, and soon.

    python -m tests.faults.team --processes 200 --seconds 60 --think 2 [--journal wal|truncate]

All processes are there before the first save. Each thinks for a while, looks at customers and saves: it logs
a call, or changes a field of a few customers that all work on, in a form that stood open for a moment. A save
is durable, so before and after it is measured what the disk alone makes writers wait.
"""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from crm_tui.storage.driver import sqlite3
from tests.faults import bare_disk, processes
from tests.faults.colleagues import Said, Team, lost, spread
from tests.faults.million import make_million

CUSTOMERS = 2000
HOT = 12  # customers that everybody works on
DISK_PROCESSES, DISK_SECONDS = 50, 10.0


class Outcome(NamedTuple):
    """What a run came to; ``faults`` must be empty."""

    said: Said
    faults: list[str]


def run(path: Path, journal: str, count: int, seconds: float, think: float, least: int = 0) -> Outcome:
    """Let ``count`` processes work for some seconds in a new database and check what is in it.

    They go on until there are ``least`` saves of each kind, however slow the machine is.
    """
    make_million(path, CUSTOMERS, journal)
    with (team := Team(path, count, think, HOT, CUSTOMERS)):
        time.sleep(seconds)
        while _saved(path) < least:
            time.sleep(0.1)
    return Outcome(team.said, lost(path, team.said) + processes.unsound(path))


def _saved(path: Path) -> int:
    sql = "SELECT count(*) FROM change_set WHERE action = :action"
    with closing(sqlite3.connect(path)) as connection:
        kinds = [{"action": action} for action in ("activity.log", "customer.update")]
        return min(connection.execute(sql, kind).fetchone()[0] for kind in kinds)


def main() -> int:
    """Run the command; the exit code is 1 when something was lost."""
    parser = processes.options(__doc__)
    parser.add_argument("--processes", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=2)
    wanted = parser.parse_args()

    def play(folder: Path, journal: str) -> tuple[str, list[str]]:
        disk = bare_disk.told(folder, journal, DISK_PROCESSES, DISK_SECONDS)
        outcome = run(folder / "crm.db", journal, wanted.processes, wanted.seconds, wanted.think)
        said = outcome.said
        told = (
            f"{wanted.processes} processes, {wanted.seconds:g} s: {len(said.saves)} saves"
            f" ({spread(said.saves)}; lock held {spread(said.holds)}), {len(said.reads)} reads"
            f" ({spread(said.reads)}), {said.merged} merged, {said.told} told that the field moved,"
            f" {said.busy} lock errors; before, {disk}; after,"
            f" {bare_disk.told(folder, journal, DISK_PROCESSES, DISK_SECONDS)}"
        )
        return told, outcome.faults

    return processes.in_each_mode(wanted, play, "nothing lost")


if __name__ == "__main__":
    sys.exit(main())
