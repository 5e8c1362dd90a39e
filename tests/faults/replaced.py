"""The file is moved, replaced or removed while somebody saves: refused, and nothing lost in silence.

    python -m tests.faults.replaced --times 50 [--journal wal|truncate] [--seed 1]

What was acknowledged before is in the file wherever it lies now, alone, once its session has ended; what
stands in its place is left as it is; and no save that began afterwards is acknowledged.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from crm_tui.errors import CrmError, Fault
from crm_tui.session import create_database, open_session
from crm_tui.storage.change import Change
from crm_tui.storage.connection import connect
from tests.faults import processes
from tests.faults.killing import in_mode

REFUSALS = 3  # how often a saver tries again after it was refused


class Outcome(NamedTuple):
    """What a campaign came to; ``straddling`` saves were on their way just then, ``faults`` must be empty."""

    times: int
    acknowledged: int
    refused: int
    straddling: int
    faults: list[str]


def save_on(path: Path, outlet: int) -> None:
    """Save until it is refused, and tell each begin, end and refusal through a pipe."""

    def tell(*words: object) -> None:
        os.write(outlet, (" ".join(map(str, words)) + "\n").encode())

    refused = number = 0
    with open_session(path, login="li") as session:
        while refused < REFUSALS:
            number += 1

            def body(change: Change, number: int = number) -> None:
                values = {"customer_id": 1, "at": change.now, "origin": "manual", "content": str(number)}
                change.insert("activity", values)

            tell("begin", number, time.perf_counter())
            try:
                session.database.write(1, "activity.log", body)
                tell("saved", number)
            except CrmError as error:
                refused += 1
                tell("refused", number, type(error).__name__, str(error).replace("\n", " "))


def moved(path: Path) -> Path | None:
    """Give the file another name."""
    return path.rename(path.with_name("elsewhere.db"))


def to_another_folder(path: Path) -> Path | None:
    """Move the folder with everything in it."""
    return path.parent.rename(path.parent.with_name("archive")) / path.name


def replaced(path: Path) -> Path | None:
    """Put another database in its place, as a copy from somewhere does; the old file is gone."""
    path.with_name("other.db").replace(path)
    return None


def exchanged(path: Path) -> Path | None:
    """Move it aside and put another database in its place."""
    aside = path.rename(path.with_name("elsewhere.db"))
    shutil.copy2(path.with_name("other.db"), path)
    return aside


def removed(path: Path) -> Path | None:
    """Remove the file."""
    path.unlink()
    return None


DEEDS: dict[str, Callable[[Path], Path | None]] = {
    "moved": moved,
    "moved with its folder": to_another_folder,
    "replaced": replaced,
    "exchanged": exchanged,
    "removed": removed,
}


def once(folder: Path, journal: str, name: str, wait: float) -> Outcome:
    """Let somebody save, do the deed in the middle, and look at what is where."""
    path = folder / "db" / "crm.db"
    path.parent.mkdir(parents=True)
    for one in (path, path.with_name("other.db")):
        create_database(one, login="li", name="李雷")
        in_mode(one, journal)
    with open_session(path, login="li") as session:
        row = {"kind": "company", "no": "C1", "no_sort": "C1", "owner_id": 1}
        session.database.write(1, "customer.add", lambda change: change.insert("customer", row))
    other = _digest(path.with_name("other.db"))
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(inlet)
            save_on(path, outlet)
            status = 0
        finally:
            os._exit(status)
    os.close(outlet)
    with os.fdopen(inlet, encoding="utf-8") as pipe:
        lines = [pipe.readline() for _word in range(9)]
        time.sleep(wait)
        began = time.perf_counter()
        there = DEEDS[name](path)
        ended = time.perf_counter()
        lines += pipe.readlines()
    _pid, status = os.waitpid(child, 0)
    faults = [f"{name}: the saver ended with {status}"] if status else []
    begun: dict[int, float] = {}
    saved: set[int] = set()
    refused = 0
    for line in lines:
        word, number, *rest = line.split(maxsplit=2)
        if word == "begin":
            begun[int(number)] = float(rest[0])
        elif word == "saved":
            saved.add(int(number))
        else:
            refused += 1
            if not rest[0].startswith(Fault.__name__) or "移动或替换" not in rest[0]:
                faults.append(f"{name}: another refusal: {rest}")
    late = {number for number in saved if begun[number] > ended}
    straddling = {number for number in saved - late if number + 1 in begun and begun[number + 1] > began}
    faults += [f"{name}: saved after it: {sorted(late)[:3]}"] if late else []
    if there is not None:
        faults += [f"{name}: {what}" for what in processes.unsound(there)]
        if missing := saved - _stored(there):
            faults.append(f"{name}: {len(missing)} of {len(saved)} acknowledged are not in it")
    if name in ("replaced", "exchanged"):
        if _digest(path) != other:
            faults.append(f"{name}: what took its place was written to")
        faults += [f"{name}: what took its place: {what}" for what in processes.unsound(path)]
    elif path.exists():
        faults.append(f"{name}: a new file appeared")
    return Outcome(1, len(saved), refused, len(straddling), faults)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _stored(path: Path) -> set[int]:
    connection = connect(path)
    found = {int(row[0]) for row in connection.execute("SELECT content FROM activity").fetchall()}
    connection.close()
    return found


def run(folder: Path, journal: str, times: int, seed: int = 1) -> Outcome:
    """Do each deed in turn, so many in all, each at a moment of its own."""
    chance = random.Random(seed)
    sums, faults = [0, 0, 0, 0], []
    for number in range(times):
        one = once(folder / str(number), journal, list(DEEDS)[number % len(DEEDS)], chance.random() * 0.02)
        sums = [total + more for total, more in zip(sums, one[:-1], strict=True)]
        faults += one.faults
        shutil.rmtree(folder / str(number))
    return Outcome(*sums, faults)


def main() -> int:
    """Run the command; the exit code is 1 when something was lost in silence."""
    parser = processes.options(__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()

    def play(folder: Path, journal: str) -> tuple[str, list[str]]:
        outcome = run(folder, journal, wanted.times, wanted.seed)
        told = (
            f"{outcome.times} times, {outcome.acknowledged} acknowledged,"
            f" {outcome.refused} refused, {outcome.straddling} on their way"
        )
        return told, outcome.faults

    return processes.in_each_mode(wanted, play, "nothing lost in silence")


if __name__ == "__main__":
    sys.exit(main())
