"""Random histories of three colleagues, an import or a large change among them, held against snapshots.

    python -m tests.faults.histories --cases 3000 [--seed 1] [--longest 45]

Each case is a database of its own, given again by its seed; a fault is told with the steps that lead to it,
cut down to those it needs.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.storage import jobs
from tests.storage.colleagues import Colleagues, world
from tests.storage.colleagues_large import play
from tests.storage.fresh import assert_fresh
from tests.storage.world import assert_sound

SMALL = (
    "read", "save", "save", "save", "tag", "strict", "work", "work", "add", "outside", "outside", "merge",
    "undo", "undo", "undo",
)  # fmt: skip
PARTS = {"SMALL": 2, "SHARED": 1, "FIRST_PART": 1, "LARGEST_PART": 2}  # so that three rows are many
Step = tuple[Any, ...]


class Outcome(NamedTuple):
    """What the cases came to; ``faults`` must be empty."""

    cases: int
    seen: Counter[str]
    faults: list[str]


def little(chance: random.Random) -> Step:
    """Return a step of one person."""
    numbers = tuple(chance.randrange(60) for _each in range(3))
    return chance.choice(SMALL), chance.randrange(3), numbers


def step(chance: random.Random) -> Step:
    """Return any step: now and then a large change, with what others do between its parts and its end."""
    kind = chance.randrange(30)
    name, who, numbers = little(chance)
    if kind == 0:
        return "keep", who, numbers
    if kind < 6:
        between = [little(chance) for _each in range(chance.randrange(4))]
        end = chance.choice(("", "", "stop", "die"))
        return chance.choice(("bulk", "import")), who, numbers, between, end, chance.randrange(3)
    return name, who, numbers


def history(seed: int, longest: int) -> list[Step]:
    """Return the steps of a seed."""
    chance = random.Random(seed)
    return [step(chance) for _each in range(chance.randrange(4, longest))]


def hold(template: Path, folder: Path, steps: list[Step]) -> Counter[str]:
    """Play steps in a copy of a database and hold what must hold at the end; return what happened."""
    path = folder / "crm.db"
    shutil.copy(template, path)
    team = Colleagues(path)
    try:
        for each in steps:
            play(team, each)
        database = team.sessions[0].database
        # What another program did last is taken into the history by the next save.
        database.write(1, "seal", lambda c: c.insert("tag", {"name": "seal", "name_key": "seal"}))
        assert_sound(database.connection)
        assert_fresh(database.connection)
        return team.outcomes
    finally:
        team.close()


def _fault(template: Path, steps: list[Step]) -> Exception | None:
    with tempfile.TemporaryDirectory(dir=template.parent) as folder:
        try:
            hold(template, Path(folder), steps)
        except Exception as error:
            return error
    return None


def _place(error: Exception) -> tuple[str, int | None]:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return last.filename, last.lineno


def _needed(template: Path, steps: list[Step], place: tuple[str, int | None]) -> list[Step]:
    """Leave out every step without which the same fault still comes."""
    at = 0
    while at < len(steps):
        fewer = steps[:at] + steps[at + 1 :]
        found = _fault(template, fewer)
        if found is not None and _place(found) == place:
            steps = fewer
        else:
            at += 1
    return steps


def run(folder: Path, cases: int, seed: int, longest: int) -> Outcome:
    """Play the cases of as many seeds, from one on."""
    template = folder / "template.db"
    world(template)
    seen: Counter[str] = Counter()
    faults: list[str] = []
    for number in range(seed, seed + cases):
        steps = history(number, longest)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            try:
                seen += hold(template, Path(place), steps)
            except Exception as error:
                needed = _needed(template, steps, _place(error))
                told = "".join(traceback.format_exception(error, limit=-2, chain=False))
                faults.append(f"seed {number}: {needed}\n{told}")
    return Outcome(cases, seen, faults)


def main() -> int:
    """Run the command; the exit code is 1 when something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=int, default=45)
    wanted = parser.parse_args()
    for name, value in PARTS.items():
        setattr(jobs, name, value)
    clock.pause = lambda seconds: None  # ty: ignore[invalid-assignment]
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), wanted.cases, wanted.seed, wanted.longest)
    said = ", ".join(f"{count} {what}" for what, count in sorted(outcome.seen.items()))
    print(f"{outcome.cases} cases: {said}; {len(outcome.faults)} faults", *outcome.faults, sep="\n")
    return int(bool(outcome.faults))


if __name__ == "__main__":
    sys.exit(main())
