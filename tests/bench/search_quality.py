"""What real queries find among 100,000 customers: the share of right answers, by kind of query.

    python -m tests.bench.search_quality --folder DIR [--real FOLDER] [--customers 100000] [--half 0|1]

Two files are made in DIR unless they are there: the real companies of ``CRM_TEST_DATA`` with the other names
that are published of them (``named``), and with their full names alone (``bare``), each among companies of a
register and made-up ones. The scores were tuned on half 0 of the queries; half 1 was held out. Ends with 1
when a share of the named file is below its bound.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from crm_tui.demo.names import Names
from crm_tui.search import building
from crm_tui.search.service import search
from crm_tui.session import Session, create_database, open_session
from tests.bench import search_cases as cases
from tests.bench import search_file as files
from tests.bench.search_file import Company

SHOWN = 10
PATIENCE_MS = 2000.0
# Shares of queries with a right answer among the first ten.
BOUNDS = {
    "short": 0.98, "short_raw": 0.98, "short_ext": 0.98, "tw_short": 0.98, "tw_short_in_simplified": 0.98,
    "pinyin_initials": 0.95, "tw_phone": 0.95, "tw_domain": 0.95, "english": 0.95, "both spellings": 1.0,
    "former_full_2017": 0.98, "former_full_2021": 0.98, "former_short_2017": 0.98, "former_short_2021": 0.98,
}  # fmt: skip
DISAGREE = "pinyin_initials_disagree.csv"


class Tally(NamedTuple):
    """The queries of one kind: the place of the first right answer or None, milliseconds, the misses."""

    places: list[int | None]
    times: list[float]
    misses: list[str]

    def share(self, first: int) -> float:
        """Return the share of queries with a right answer among so many."""
        return sum(place is not None and place < first for place in self.places) / len(self.places)


def others(folder: Path, count: int) -> Iterator[Company]:
    """Yield companies to look past: a third of a register, the others made up."""
    random = Random(5)
    names = Names(random)
    with gzip.open(folder / "companies_registry_30k.csv.gz", "rt", encoding="utf-8", newline="") as rows:
        register = list(csv.DictReader(rows))
    for number in range(count):
        place, third = divmod(number, 3)
        if third == 0 and place < len(register):
            row = register[place]
            values = {"name": row["企业名称"], "biz_province": row["所在省份"] or None}
            yield Company(values, [], names.mobile(), f"info{number}@qq.com")
        else:
            firm = names.firm()
            yield Company({"name": firm.name}, [], names.mobile(), f"info{number}@{firm.domain}")


def make(path: Path, folder: Path, customers: int, *, bare: bool) -> None:
    """Make a file: half of the others, the real companies, the other half."""
    create_database(path, login="wang", name="王芳")
    real = list(files.companies(folder, bare=bare))
    filled = list(others(folder, customers - len(real)))
    half = len(filled) // 2
    with open_session(path, login="wang", source="cli") as session:
        files.write(session, [*filled[:half], *real, *filled[half:]])


def questions(session: Session, folder: Path, half: int | None) -> list[cases.Case]:
    """Return the real queries, of one half if asked, and the names whose initials are read in two ways."""
    found = cases.real(session.reader, folder, sys.maxsize, Random(0))
    spelled: dict[str, set[int]] = defaultdict(set)
    with (folder / DISAGREE).open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            ids = session.reader.execute(cases.NAMED, {"key": cases.fold(row["full_name"])}).fetchall()
            for column in ("initials_in_source", "initials_by_pypinyin"):
                spelled[row[column]].update(one[0] for one in ids)
    found += [cases.Case("both spellings", text, frozenset(ids)) for text, ids in spelled.items() if ids]
    return [one for one in found if half is None or zlib.crc32(one.text.encode()) % 2 == half]


def measure(session: Session, asked: list[cases.Case]) -> dict[str, Tally]:
    """Ask every question and return what was found, by kind."""
    kinds: dict[str, Tally] = defaultdict(lambda: Tally([], [], []))
    for case in asked:
        began = time.process_time()
        found = search(session.reader, case.text, session.person.id, deadline_ms=PATIENCE_MS)
        took = (time.process_time() - began) * 1000
        place = cases.place(session.reader, case, [hit.id for hit in found.hits])
        tally = kinds[case.kind]
        tally.places.append(place)
        tally.times.append(took)
        if place is None or place >= SHOWN:
            tally.misses.append(case.text)
    return kinds


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--real", type=Path, default=files.real_folder())
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--misses", type=int, default=0)
    wanted = parser.parse_args()
    if wanted.real is None:
        parser.error("where are the real companies? --real FOLDER or CRM_TEST_DATA")
    low = []
    for name, bare in (("named", False), ("bare", True)):
        path = wanted.folder / f"{name}.db"
        if not path.exists():
            make(path, wanted.real, wanted.customers, bare=bare)
        with open_session(path, login="wang", source="cli") as session:
            # What a session does beside the keys: the index merged, built anew after a new version.
            building.finish(session.database)
            kinds = measure(session, questions(session, wanted.real, wanted.half))
        print(f"{name:24} {'n':>5} {'hit@1':>6} {'hit@10':>6} {'CPU ms':>7}")
        for kind, tally in sorted(kinds.items()):
            middle = sorted(tally.times)[len(tally.times) // 2]
            hits = f"{tally.share(1):6.3f} {tally.share(SHOWN):6.3f}"
            missed = " ".join(tally.misses[: wanted.misses])
            print(f"{kind:24} {len(tally.places):5} {hits} {middle:7.1f}  {missed}")
            if not bare and tally.share(SHOWN) < BOUNDS.get(kind, 0.0):
                low.append(kind)
    if low:
        print(f"below the bound: {', '.join(low)}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
