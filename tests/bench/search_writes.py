"""What the search index adds to a save, to an import and to the file, and how long building it anew takes.

    python -m tests.bench.search_writes --file million.db [--saves 300] [--rows 100000] [--no-build]

FILE is copied first. Saves with and without the index take turns; each saved customer has to be found by the
next search. Then a sheet is imported, and 250 ordinary saves follow in another session. In the end the index
is built anew. A time is what the processor took; locks are measured on the clock as well, for others wait by
it. Ends with 1 when a bound is passed.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from crm_tui.customers import reading
from crm_tui.customers import service as customers
from crm_tui.exchange import importing
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.followups import service as followups
from crm_tui.search import building, index
from crm_tui.search.service import search
from crm_tui.session import Session, open_session
from crm_tui.storage import derive
from crm_tui.storage.connection import connect
from crm_tui.storage.database import Database
from tests.bench.pseudo_terminal import percentile
from tests.bench.search import LOGIN, bytes_each, complete
from tests.faults.million import name_of, person_of, phone_of, write_sheet

SAVES = 250
BOUND_MEDIAN, BOUND_P99 = 1.0, 20.0  # ms that the index adds to a save
BOUND_IMPORT, BOUND_AFTER = 60.0, 150.0  # s of an import alone, ms of the slowest save after it
BOUND_BUILD, BOUND_LOCK = 300.0, 100.0  # s of the processor, ms of a lock
HIGHEST = "SELECT max(id) FROM customer"


class Spent(NamedTuple):
    """Milliseconds of the processor and on the clock."""

    cpu: float
    wall: float


class Watch:
    """Notes how long each transaction held the lock."""

    def __init__(self) -> None:
        self.held: list[Spent] = []

    @contextmanager
    def watching(self) -> Generator[None]:
        """Note from BEGIN to the end of COMMIT."""
        begin, attempt = Database._begin, Database._attempt
        moments: dict[int, tuple[float, float]] = {}

        def begins(database: Database) -> None:
            begin(database)
            moments[id(database)] = (time.thread_time(), time.perf_counter())

        def attempts(database: Database, *arguments: Any) -> Any:
            try:
                return attempt(database, *arguments)
            finally:
                if (began := moments.pop(id(database), None)) is not None:
                    self.held.append(since(began))

        with patch.object(Database, "_begin", begins), patch.object(Database, "_attempt", attempts):
            yield


def since(began: tuple[float, float]) -> Spent:
    """Return what was spent since a moment of both clocks."""
    return Spent((time.thread_time() - began[0]) * 1000, (time.perf_counter() - began[1]) * 1000)


def spent(run: Callable[[], Any]) -> tuple[Spent, Any]:
    """Run something and return what it took and gave."""
    began = (time.thread_time(), time.perf_counter())
    value = run()
    return since(began), value


class Verdicts:
    """Prints a line for each bound and counts those that are passed."""

    def __init__(self) -> None:
        self.missed = 0

    def __call__(self, text: str, value: float, most: float) -> None:
        """Judge one value."""
        self.missed += value > most
        print(f"{'ok  ' if value <= most else 'MISS'} {text}: {value:,.2f} (≤ {most:,.0f})", flush=True)


# ------------------------------------------------------------------ saves


def new_customer(session: Session, number: int) -> Callable[[], Any]:
    """Return the save of a new customer with a contact."""
    values = {"name": name_of(number), "short_name": name_of(number)[2:6], "status": "prospect"}
    contact = {"name": person_of(number), "mobile": phone_of(number), "email": f"s{number}@example.com"}
    return lambda: session.write(customers.add, values, [contact]).value


def renamed(session: Session, customer: int, number: int) -> Callable[[], Any] | None:
    """Return the save of another name for a customer; its former one stays as an alias."""
    file = reading.customer_file(session.reader, customer)
    if file is None:
        return None
    seen = file.customer["changed_in"]
    return lambda: (
        session.write(customers.update, customer, seen, {"name": name_of(number) + "改"}) and customer
    )


def saves(session: Session, count: int, judge: Verdicts) -> None:
    """Save with and without the index in turn, and look for whom was saved."""
    highest = session.reader.execute(HIGHEST).fetchone()[0]
    taken: dict[tuple[str, bool], list[float]] = {}
    lost = 0
    connection = session.database.connection
    for turn in range(2 * count):
        plain = bool(turn % 2)
        number = 1_500_000 + turn
        # Spread over the file; the same customer is never saved twice, the index of half of them lags behind.
        old = 1 + turn * (highest // (2 * count))
        for name, save in (
            ("new", new_customer(session, number)),
            ("renamed", renamed(session, old, number)),
        ):
            if save is None:
                continue
            with derive.without_index(connection) if plain else nullcontext():
                took, customer = spent(save)
            taken.setdefault((name, plain), []).append(took.cpu)
            if not plain and turn % 10 == 0:
                found = search(session.reader, name_of(number)[2:], session.person.id, limit=50)
                lost += customer not in [hit.id for hit in found.hits]
    for name in ("new", "renamed"):
        ours, bare = taken[name, False], taken[name, True]
        print(f"{name}: with the index {spread(ours)}, without {spread(bare)}")
        judge(
            f"{name}, ms more at the median", statistics.median(ours) - statistics.median(bare), BOUND_MEDIAN
        )
        judge(f"{name}, ms more at p99", percentile(ours, 0.99) - percentile(bare, 0.99), BOUND_P99)
    judge("saved customers that the next search does not find", lost, 0)


def spread(values: list[float]) -> str:
    """Return median, p99 and worst of milliseconds."""
    shown = (percentile(values, 0.5), percentile(values, 0.99), max(values, default=float("nan")))
    return "{:.2f} / {:.2f} / {:.2f} ms".format(*shown)


# ------------------------------------------------------------------ imports


def imported(path: Path, login: str, rows: int, folder: Path, judge: Verdicts) -> None:
    """Import a sheet, alone in the file, then save as people do."""
    sheet = folder / "sheet.csv"
    write_sheet(sheet, 2_000_000, rows)
    watch = Watch()
    with open_session(path, login=login) as session, watch.watching():
        took, added = spent(lambda: _import(session, sheet))
    print(
        f"import of {added:,} rows: {took.wall / 1000:.1f} s, {took.cpu / 1000:.1f} of them of the processor,"
        f" locks {spread([one.wall for one in watch.held])}"
    )
    judge("import, seconds on the clock", took.wall / 1000, BOUND_IMPORT)
    with open_session(path, login=login) as session:
        highest = session.reader.execute(HIGHEST).fetchone()[0]
        times = [spent(save)[0] for save in islice(_ordinary(session, highest), SAVES)]
    cpu, wall = [one.cpu for one in times], [one.wall for one in times]
    print(f"{len(times)} saves after it: {spread(cpu)} of processor, {spread(wall)} on the clock")
    judge("slowest save after an import, ms of the processor", max(cpu), BOUND_AFTER)


def _import(session: Session, sheet: Path) -> int:
    with open_sheet(sheet, known=is_known_heading) as opened:
        plan = importing.plan_import(session, opened, importing.explain(session, opened))
    with plan:
        return importing.run_import(session, plan).added


def _ordinary(session: Session, highest: int) -> Iterator[Callable[[], Any]]:
    """Yield what people save all day: a call that was made, a name, a new customer."""
    turn = 0
    while True:
        turn += 1
        customer = 1 + turn * 7919 % highest
        entry = followups.LogEntry(customer, f"来电 {turn}", "phone")
        yield lambda entry=entry: session.write(followups.log, entry, None)
        if (save := renamed(session, customer, 2_200_000 + turn)) is not None:
            yield save
        yield new_customer(session, 2_300_000 + turn)


# ------------------------------------------------------------------ building anew


def built(path: Path, login: str, judge: Verdicts) -> None:
    """Have the index built anew as a session in the background does, and merged into one part."""
    watch = Watch()
    with open_session(path, login=login) as session:
        upkeep = building.Upkeep(session.database)
        session.database.write_untracked(index.note_damage)
        cpu, steps = time.process_time(), 0
        with watch.watching():
            while upkeep.step():
                steps += 1
        # One part of all is what a file alone is given (building.finish); its locks are nobody's.
        building.finish(session.database)
        cpu = time.process_time() - cpu
        assert index.state(session.reader).kind == index.READY
    print(
        f"built anew in {steps:,} steps: {cpu:.0f} s of the processor, locks"
        f" {spread([one.wall for one in watch.held])} on the clock, {spread([one.cpu for one in watch.held])}"
        f" of the processor; {bytes_each(path):,.0f} bytes for each customer"
    )
    judge("building anew, seconds of the processor", cpu, BOUND_BUILD)
    judge("longest lock of it, ms of the processor", max(one.cpu for one in watch.held), BOUND_LOCK)
    judge("longest lock of it, ms on the clock", max(one.wall for one in watch.held), BOUND_LOCK)


def main() -> int:
    """Copy the file and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--login", help="who works; else the first person")
    parser.add_argument(
        "--saves", type=int, default=300, help="with the index, and as many without; 0 for none"
    )
    parser.add_argument("--rows", type=int, default=100_000, help="of the sheet; 0 for none")
    parser.add_argument("--no-build", action="store_true")
    wanted = parser.parse_args()
    judge = Verdicts()
    with tempfile.TemporaryDirectory(dir=wanted.file.parent) as name:
        folder = Path(name)
        path = folder / "team.db"
        shutil.copyfile(wanted.file, path)
        with closing(connect(path)) as connection:
            login = wanted.login or connection.execute(LOGIN).fetchone()[0]
        complete(path, login)
        if wanted.saves:
            with open_session(path, login=login) as session:
                saves(session, wanted.saves, judge)
        if wanted.rows:
            imported(path, login, wanted.rows, folder, judge)
        if not wanted.no_build:
            built(path, login, judge)
    return int(judge.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
