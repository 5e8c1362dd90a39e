"""What the campaigns that kill share: a child that does one thing, a moment to kill it, and the count.

A child is a fork of the campaign, so that it starts at once; it says how far it is through a pipe. Kills are
spread over the measured length of the work, which every twentieth round measures anew; how many fell before
the first write, inside and after the end is part of the outcome, because one whose kills miss proves nothing.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import statistics
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from tests.faults import processes

Say = Callable[[str], None]
MEASURES = 15  # one round in so many is left to end, on the file as it was made
GOLDEN = 0.6180339887498949
SMALL_CACHE = 8  # pages: what is written reaches the file long before COMMIT


class Outcome(NamedTuple):
    """What a campaign came to; ``faults`` must be empty.

    ``before``, ``inside`` and ``after`` say where the kills fell, ``again`` how many more fell into the
    mending; ``whole`` and ``none`` what was found afterwards, ``length_ms`` how long the work usually is.
    """

    kills: int
    before: int
    inside: int
    after: int
    again: int
    whole: int
    none: int
    length_ms: int
    faults: list[str]

    def __str__(self) -> str:
        return (
            f"{self.kills} kills ({self.before} before the first write, {self.inside} inside,"
            f" {self.after} after the end of {self.length_ms} ms), {self.again} more while it was mended:"
            f" {self.whole} whole, {self.none} nothing"
        )


class Play(Protocol):
    """One operation to be killed, again and again, on files of its own."""

    def renew(self) -> None:
        """Start over with the file as it was made: what grows with every round would slow the work down."""

    def work(self, say: Say) -> None:
        """Do it, in a child; say ``begin`` before it and ``done`` once it is acknowledged."""

    def mend(self, say: Say) -> None:
        """Do what the next person's opening does, in a child that may be killed too; say ``begin`` first."""

    def peek(self) -> list[str]:
        """Return what is wrong for whoever reads before anything was mended."""
        ...

    def look(self, done: bool) -> tuple[bool, list[str]]:
        """Mend, and return whether the operation is there whole, and what is wrong."""
        ...


class Doomed(NamedTuple):
    """What a child said and when (seconds of a clock that all processes share); how it failed, or ''."""

    said: dict[str, float]
    error: str


def doomed(work: Callable[[Say], None], kill: tuple[str, float] | None) -> Doomed:
    """Run ``work(say)`` in a fork and kill it some seconds after it said a word; None lets it end."""
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(inlet)
        _live(work, outlet)
    os.close(outlet)
    said: dict[str, float] = {}
    error: list[str] = []
    with os.fdopen(inlet, encoding="utf-8") as pipe:
        for line in pipe:
            _hear(line, said, error)
            if kill and kill[0] in said:
                time.sleep(max(0.0, said[kill[0]] + kill[1] - time.perf_counter()))
                os.kill(child, signal.SIGKILL)
                kill = None
    os.waitpid(child, 0)
    return Doomed(said, "".join(error))


def _live(work: Callable[[Say], None], outlet: int) -> None:
    def say(word: str) -> None:
        os.write(outlet, f"{word} {time.perf_counter()}\n".encode())

    status = 1
    try:
        small_cache()
        _tell_first_write(say)
        work(say)
        status = 0
    except BaseException:
        text = "".join(f"error {line}\n" for line in traceback.format_exc().splitlines()[-12:])
        os.write(outlet, text.encode())
    finally:
        os._exit(status)


def _hear(line: str, said: dict[str, float], error: list[str]) -> None:
    # A line without its end is no acknowledgement.
    word, _blank, rest = line.partition(" ")
    if word == "error":
        error.append(rest)
    elif line.endswith("\n"):
        if word == "begin":
            said.pop("write", None)
        said.setdefault(word, float(rest))


def small_cache() -> None:
    """Give every connection of this process a cache of a few pages."""
    connect = sqlite3.connect

    def small(*arguments: object, **more: object) -> sqlite3.Connection:
        connection = connect(*arguments, **more)  # ty: ignore[no-matching-overload]
        connection.execute(f"PRAGMA cache_size={SMALL_CACHE:d}")
        return connection

    sqlite3.connect = small  # ty: ignore[invalid-assignment]


def _tell_first_write(say: Say) -> None:
    begin = Database._begin

    def told(database: Database) -> None:
        say("write")
        begin(database)

    Database._begin = told  # ty: ignore[invalid-assignment]


def campaign(play: Play, kills: int, seed: int) -> Outcome:
    """Kill the play so many times, look after each, and stop at the first fault."""
    chance = random.Random(seed)
    offset = chance.random()
    lengths: list[float] = []
    fell = {"before": 0, "inside": 0, "after": 0}
    found = {True: 0, False: 0}
    faults: list[str] = []
    done = again = rounds = 0
    while done < kills and not faults:
        measuring = rounds < min(3, max(1, kills // 3)) or rounds % MEASURES == 0
        if rounds % MEASURES == 0:
            play.renew()
        rounds += 1
        usual = statistics.median(lengths[-3:]) if lengths else 0.0
        # Spread evenly however few there are: the parts of the golden section.
        moment = (offset + done * GOLDEN) % 1.0
        one = doomed(play.work, None if measuring else ("begin", moment * 1.15 * usual))
        if one.error:
            return _outcome(done, fell, again, found, lengths, [one.error])
        acknowledged = "done" in one.said
        if measuring:
            lengths.append(one.said["done"] - one.said["begin"])
        else:
            done += 1
            fell["after" if acknowledged else "inside" if "write" in one.said else "before"] += 1
        faults += play.peek()
        if not measuring and not acknowledged and chance.random() < 0.3:
            second = doomed(play.mend, ("begin", chance.random() * 0.7 * usual))
            again += 1
            faults += [second.error] if second.error else []
            faults += play.peek()
        whole, wrong = play.look(acknowledged)
        faults += wrong
        if acknowledged and not whole:
            faults.append("it said done and is not there")
        found[whole] += not measuring
    return _outcome(done, fell, again, found, lengths, faults)


def _outcome(
    done: int,
    fell: dict[str, int],
    again: int,
    found: dict[bool, int],
    lengths: list[float],
    faults: list[str],
) -> Outcome:
    length = int(statistics.median(lengths) * 1000) if lengths else 0
    return Outcome(done, *fell.values(), again, found[True], found[False], length, faults)


def added(first: Outcome, second: Outcome) -> Outcome:
    """Return two campaigns as one."""
    sums = (one + other for one, other in zip(first[:-2], second[:-2], strict=True))
    return Outcome(*sums, max(first.length_ms, second.length_ms), first.faults + second.faults)


class Kept:
    """The file of a play as it was made, to start over with."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._copy = path.with_name(f"{path.name}.as-made")
        checkpoint(path)
        shutil.copy2(path, self._copy)

    def back(self) -> None:
        """Put it back, without anything that lay beside it."""
        for ending in ("-wal", "-shm", "-journal"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        shutil.copy2(self._copy, self._path)


def checkpoint(path: Path) -> None:
    """Bring everything into the file itself; nobody has it open."""
    plain = sqlite3.connect(path)
    plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    plain.close()


def in_mode(path: Path, journal: str) -> None:
    """Set the journal that a new database keeps."""
    plain = sqlite3.connect(path)
    plain.execute("PRAGMA journal_mode=" + ("WAL" if journal == "wal" else "DELETE"))
    plain.close()


def command(what: str, run: Callable[[Path, str, int, int], Outcome], kills: int = 50) -> int:
    """Run a campaign as a command, once for each journal; the exit code is 1 when something broke."""
    parser = processes.options(what)
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()

    def play(folder: Path, journal: str) -> tuple[str, list[str]]:
        began = time.perf_counter()
        outcome = run(folder, journal, wanted.kills, wanted.seed)
        return f"{outcome}; {time.perf_counter() - began:.0f} s", outcome.faults

    return processes.in_each_mode(wanted, play, "nothing broken")
