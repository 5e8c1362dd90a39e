"""What a key press in the search costs and finds, beside fzf, ripgrep, grep and LIKE in the same run.

    python -m tests.bench.search --file million.db [--real FOLDER] [--each 40] [--peers 30] [--only KIND]

The file is made when it is not there (``--customers``, with the real companies of ``CRM_TEST_DATA``), and is
only read. Queries are typed key by key through the reading views of a session; a time is that of the
processor. Memory is measured in a process of its own. Ends with 1 when a bound is passed.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from crm_tui.customers import reading
from crm_tui.search import building, index
from crm_tui.search.service import search
from crm_tui.session import Session, open_session
from crm_tui.storage.connection import connect
from crm_tui.storage.driver import sqlite3
from tests.bench import search_cases as cases
from tests.bench.pseudo_terminal import percentile
from tests.bench.search_cases import Case
from tests.bench.search_file import ROOT, make, real_folder
from tests.bench.search_peers import Ask, Taken, peers

LARGE = 500_000
# Processor milliseconds of a key: median, 99 of 100, worst; of a large file and of a smaller one.
KEY_LARGE, KEY_SMALL = (8.0, 60.0, 150.0), (2.0, 35.0, 150.0)
RATIOS = {"fzf --filter": 100.0, "LIKE": 30.0}
MEGABYTES = 15.0
BYTES = 300.0
SHOWN = 50
LOGIN = "SELECT login FROM person WHERE active = 1 AND deleted_at IS NULL ORDER BY id LIMIT 1"
CUSTOMERS = "SELECT count(*) FROM customer_state"
PAGES = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'customer_gram%'"
BLOCKS = "SELECT sum(length(block)) FROM customer_gram_data"


@dataclass
class Seen:
    """What one engine did with the queries of one kind: milliseconds, and the places of right answers."""

    times: list[float] = field(default_factory=list)
    places: list[int | None] = field(default_factory=list)

    def line(self, name: str) -> str:
        """Return a line of the table."""
        share = [
            sum(place is not None and place < most for place in self.places) / len(self.places)
            if self.places
            else float("nan")
            for most in (1, 10)
        ]
        times = [percentile(self.times, part) for part in (0.5, 0.99, 1.0)]
        return (
            f"{name:24} {len(self.places):5} {len(self.times):6}"
            f" {times[0]:9.1f} {times[1]:9.1f} {times[2]:9.1f} {share[0]:7.3f} {share[1]:7.3f}"
        )


HEAD = f"{'':24} {'n':>5} {'keys':>6} {'median':>9} {'p99':>9} {'worst':>9} {'hit@1':>7} {'hit@10':>7}"


def asked(session: Session, text: str) -> Taken:
    """Ask our search, as a session does."""
    began = time.process_time()
    found = search(session.reader, text, session.person.id, limit=SHOWN)
    return Taken((time.process_time() - began) * 1000, [hit.id for hit in found.hits])


def typed(session: Session, every: Sequence[Case]) -> tuple[dict[str, Seen], list[tuple[float, str]]]:
    """Type the queries key by key; return what was seen by kind, and the dearest keys."""
    seen: dict[str, Seen] = defaultdict(Seen)
    dearest: list[tuple[float, str]] = []
    for case in every:
        taken = Taken(0.0, [])
        for keys in [case.text] if case.kind == "hard" else prefixes(case.text):
            taken = asked(session, keys)
            seen[case.kind].times.append(taken.cpu)
            dearest.append((taken.cpu, keys))
        if case.kind != "hard":
            seen[case.kind].places.append(cases.place(session.reader, case, taken.ids[:10]))
    return seen, sorted(dearest, reverse=True)[:10]


def prefixes(text: str) -> Iterator[str]:
    """Yield what stands in the box after each key."""
    for end in range(1, len(text) + 1):
        yield text[:end]


def beside(
    session: Session, every: Sequence[Case], others: dict[str, Ask]
) -> tuple[dict[str, Seen], dict[str, dict[str, Seen]]]:
    """Ask ours and all others the same whole queries in turn; return what each did, and each by kind."""
    engines = {"crm-tui": lambda text: asked(session, text), **others}
    seen: dict[str, Seen] = defaultdict(Seen)
    kinds: dict[str, dict[str, Seen]] = defaultdict(lambda: defaultdict(Seen))
    for turn, case in enumerate(every):
        names = list(engines)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            taken = engines[name](case.text)
            at = cases.place(session.reader, case, taken.ids[:10])
            for one in (seen[name], kinds[case.kind][name]):
                one.times.append(taken.cpu)
                one.places.append(at)
    return seen, kinds


def megabytes() -> dict[str, float]:
    """Return resident and proportional megabytes of this process (Linux)."""
    found = {}
    for line in Path("/proc/self/smaps_rollup").read_text("ascii").splitlines():
        name, _sign, rest = line.partition(":")
        if name in ("Rss", "Pss", "Private_Dirty"):
            found[name.lower()] = int(rest.split()[0]) / 1024
    return found


def memory(path: Path, login: str, every: Sequence[str]) -> dict[str, float]:
    """Return the megabytes that searching adds to a session which has shown a list."""
    with open_session(path, login=login, read_only=True) as session:
        window = reading.Window(session.reader, reading.Query())
        window.page(0, SHOWN), session.words, session.names
        gc.collect()
        before = megabytes()
        for text in every:
            for keys in prefixes(text):
                search(session.reader, keys, session.person.id, limit=SHOWN)
        gc.collect()
        after = megabytes()
    return {name: after[name] - before[name] for name in before}


def complete(path: Path, login: str) -> None:
    """Have done what a session does in the background: the index built, if it is not, and merged."""
    with open_session(path, login=login) as session:
        stands = index.state(session.reader).kind
        if stands != index.READY:
            print(f"the index is {stands}: it is built first", flush=True)
        building.finish(session.database)


def bytes_each(path: Path) -> float:
    """Return the bytes of the index for each customer."""
    with closing(connect(path)) as connection:
        count = connection.execute(CUSTOMERS).fetchone()[0]
        try:
            held = connection.execute(PAGES).fetchone()[0]
        except sqlite3.Error:
            held = connection.execute(BLOCKS).fetchone()[0]
    return held / max(count, 1)


def bounds(path: Path, keys: Sequence[float], beside_ours: dict[str, Seen], added: dict[str, float]) -> int:
    """Print a verdict for each bound; return how many are passed."""
    with closing(connect(path)) as connection:
        count = connection.execute(CUSTOMERS).fetchone()[0]
    most = KEY_LARGE if count >= LARGE else KEY_SMALL
    judged = [
        (f"processor ms of a key, {name}", percentile(list(keys), part), limit, False)
        for name, part, limit in zip(("median", "p99", "worst"), (0.5, 0.99, 1.0), most, strict=True)
    ]
    if "crm-tui" in beside_ours:
        ours = statistics.median(beside_ours["crm-tui"].times)
        for name, least in RATIOS.items():
            if name in beside_ours:
                ratio = statistics.median(beside_ours[name].times) / ours
                judged.append((f"times less processor than {name}", ratio, least, True))
    if added:
        judged.append(("proportional megabytes added by search", added["pss"], MEGABYTES, False))
    judged.append(("bytes of the index for each customer", bytes_each(path), BYTES, False))
    missed = 0
    for text, value, limit, more in judged:
        fine = value >= limit if more else value <= limit
        missed += not fine
        print(f"{'ok  ' if fine else 'MISS'} {text}: {value:,.1f} ({'≥' if more else '≤'} {limit:,.0f})")
    return missed


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--customers", type=int, default=1_000_000, help="of a file that is made")
    parser.add_argument("--real", type=Path, default=real_folder(), help="else of CRM_TEST_DATA")
    parser.add_argument("--login", help="who asks; else the first person")
    parser.add_argument("--each", type=int, default=40, help="queries of each kind")
    parser.add_argument(
        "--peers", type=int, default=30, help="queries that the others are asked too, 0 for none"
    )
    parser.add_argument("--only", default="", help="a text in the names of the kinds")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.memory:
        print(json.dumps(memory(wanted.file, wanted.login, json.load(sys.stdin))))
        return 0
    if not wanted.file.exists():
        make(wanted.file, wanted.customers, wanted.real)
    with closing(connect(wanted.file)) as connection:
        login = wanted.login or connection.execute(LOGIN).fetchone()[0]
    random = Random(wanted.seed)
    complete(wanted.file, login)
    with (
        open_session(wanted.file, login=login, read_only=True) as session,
        tempfile.TemporaryDirectory(dir=wanted.file.parent) as folder,
    ):
        every = cases.made(session.reader, wanted.each, random)
        if wanted.real:
            every += cases.real(session.reader, wanted.real, wanted.each, random)
        else:
            print("the real queries are not there: CRM_TEST_DATA names no folder")
        every += cases.hard()
        every = [one for one in every if wanted.only in one.kind]
        asked(session, "科技")  # loads what the first search loads
        seen, dearest = typed(session, every)
        print("typed key by key, processor ms of a key\n" + HEAD)
        print("\n".join(one.line(kind) for kind, one in seen.items()))
        whole = Seen([value for one in seen.values() for value in one.times],
                     [at for one in seen.values() for at in one.places])  # fmt: skip
        print(whole.line("all"))
        print("dearest: " + ", ".join(f"{value:.0f} {text[:24]!r}" for value, text in dearest))
        compared: dict[str, Seen] = {}
        asking = [one for one in every if one.kind != "hard"]
        if wanted.peers:
            others, missing = peers(session.reader, Path(folder))
            for name in missing:
                print(f"not installed, not measured: {name}")
            sample = random.sample(asking, min(wanted.peers, len(asking)))
            compared, kinds = beside(session, sample, others)
            print("\nwhole queries, one after the other in turn, processor ms of a query\n" + HEAD)
            print("\n".join(one.line(name) for name, one in compared.items()))
            for kind, engines in kinds.items():
                print("\n".join(one.line(f"  {kind}, {name}"[:24]) for name, one in engines.items()))
    return int(bounds(wanted.file, whole.times, compared, _added(wanted.file, login, asking)) > 0)


def _added(path: Path, login: str, every: Sequence[Case]) -> dict[str, float]:
    if not Path("/proc/self/smaps_rollup").exists():
        print("memory is not measured: this system does not tell it")
        return {}
    step = max(len(every) // 60, 1)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.search", "--memory", "--file", str(path), "--login", login],
        cwd=ROOT, env=dict(os.environ), input=json.dumps([one.text for one in every[::step]]), check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    print("\nmegabytes added by search: " + ", ".join(f"{name} {value:.1f}" for name, value in found.items()))
    return found


if __name__ == "__main__":
    sys.exit(main())
