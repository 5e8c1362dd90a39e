"""How well and how fast the product finds duplicates in a file: at entry, in an import, over all of it.

    python -m tests.bench.dedupe_file --folder DIR [--customers 10000] [--rows N] [--steps scan lookup ...]

Customers with known answers (tests/tools/dedupe_world.py) are written as a demo is, the index with them; more
of the same people go into a csv to be looked up and imported. Each step runs in a process of its own; memory
is that of the step and of all that it starts, summed, from /proc. Splink, where installed, scans what the
file holds as the product parsed it; that and its learning are told apart. Steps: make, lookup, scan
(the index is there), anew (it is not), quality, splink, import (preview), publish (it writes: last).
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

from crm_tui.customers.convert import complete
from crm_tui.dedupe import listing, scoring
from crm_tui.dedupe.finding import lookup
from crm_tui.dedupe.scanning import scan
from crm_tui.exchange import importing
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.identity.document import features_of
from crm_tui.identity.features import Record
from crm_tui.search import index
from crm_tui.search.building import finish
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage import jobs, numbering
from crm_tui.storage.change import Change
from crm_tui.storage.database import Database
from crm_tui.storage.throwaway import filled_at_once
from crm_tui.text.regions import split_address
from tests.bench.dedupe import Quality, quality
from tests.tools.dedupe_world import world

STEPS = ("make", "lookup", "scan", "anew", "quality", "splink", "import")
SET = 5000
LOGIN = "li"
LOOKUPS = 600
HEADINGS = "企业名称 企业/个人 统一社会信用代码 联系人 手机 电话 邮箱 网址 省份 城市 地址".split()  # noqa: SIM905
CONTACT = ("customer_id", "name", "mobile", "office_phone", "email", "is_primary", "position")
DOCUMENTS = "SELECT customer_id, haystack || whereabouts FROM customer_state"


def main() -> None:
    """Run the steps, each in its own process, and print what each tells."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--customers", type=int, default=10_000)
    arguments.add_argument("--rows", type=int, help="of the csv; a tenth of the customers")
    arguments.add_argument("--seed", type=int, default=990_017)
    arguments.add_argument("--mix", default="usual")
    arguments.add_argument("--steps", nargs="*", choices=(*STEPS, "publish"), default=STEPS)
    arguments.add_argument("--step", choices=(*STEPS, "publish"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    given.rows = given.rows or given.customers // 10
    if given.step:
        print(json.dumps(_RUN[given.step](given)))
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    for step in given.steps:
        if step == "splink" and find_spec("splink") is None:
            print("splink    not installed, left out")
            continue
        told, spent, peak = in_a_process("tests.bench.dedupe_file", [*sys.argv[1:], "--step", step])
        print(f"{step:9} {told}  (CPU {spent:.1f} s in all, memory {peak:.0f} MB)", flush=True)


def in_a_process(module: str, arguments: list[str]) -> tuple[Any, float, float]:
    """Return what a step tells, processor seconds and the most megabytes of it and its children."""
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak, ended = 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.05):
            peak = max(peak, sum(map(_resident, _family(process.pid))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _err = process.communicate()
    ended.set()
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if process.returncode:
        return f"ended with {process.returncode}", spent, peak
    return json.loads(out.splitlines()[-1]), spent, peak


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = [*Path(f"/proc/{pid}/task").glob("*/children")]
        below = [int(one) for file in children for one in file.read_text().split()]
    except OSError:
        return
    for one in below:
        yield from _family(one)


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6
    except OSError:
        return 0.0


# ------------------------------------------------------------------ the file


def _file(given: argparse.Namespace) -> Path:
    return given.folder / "duplicates.db"


def make(given: argparse.Namespace) -> str:
    """Write the customers into a new file, the rest of them into a csv, and who is who beside them."""
    made = world(given.seed, given.customers + given.rows, given.mix)
    count = given.customers
    (given.folder / "entities.json").write_text(json.dumps([made.entity[:count], made.entity[count:]]))
    with (given.folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(map(_cells, made.records[count:]))
    path = _file(given)
    for old in given.folder.glob("duplicates.db*"):
        old.unlink()
    create_database(path, login=LOGIN)
    began = time.perf_counter()
    database = Database(path)
    try:
        with filled_at_once(database.connection):
            for start in range(0, count, SET):
                part = made.records[start : min(start + SET, count)]
                database.write(
                    1, "customer.add", lambda change, part=part: _write(change, part), source="cli"
                )
            written = time.perf_counter() - began
            finish(database)
    finally:
        database.close()
    took = time.perf_counter() - began
    size = path.stat().st_size >> 20
    return f"{count} customers in {took:.1f} s, of which the rows {written:.1f} s; {size} MB"


def _cells(record: Record) -> list[str]:
    phones = (*record.phones, "", "")
    many = record.contacts, record.mails, record.websites, record.addresses
    contact, mail, page, address = [(values or ("",))[0] for values in many]
    kind = "个人" if record.kind == "person" else "企业"
    return [
        record.name, kind, record.code, contact, phones[0], phones[1], mail, page, record.province,
        record.city, address,
    ]  # fmt: skip


def _write(change: Change, part: Sequence[Record]) -> None:
    low, _high = jobs.reserve_ids(change.connection, "customer", len(part))
    day = import_module("datetime").date(2026, 1, 1)
    files, contacts = [], []
    for customer, (record, number) in enumerate(
        zip(part, numbering.allocate(change.connection, "customer", day, len(part)), strict=True), low
    ):
        row, contact = row_of(record)
        files.append({"id": customer, "no": number, "owner_id": 1, "status": "prospect", **row})
        if contact:
            contacts.append((customer, *[contact[name] for name in CONTACT[1:5]], 1, 0))
    columns = tuple(dict.fromkeys(name for row in files for name in row))
    change.insert_many("customer", columns, [[row.get(name) for name in columns] for row in files])
    change.insert_many("contact", CONTACT, contacts)


def row_of(record: Record) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns of a record's customer and of its contact, which has none where nothing is told."""
    cells = _cells(record)
    told = split_address(cells[-1])
    row = complete({
        "kind": record.kind, "name": record.name, "uscc": record.code or None, "website": cells[7] or None,
        "biz_province": record.province or told.province or None,
        "biz_city": record.city or told.city or None, "biz_district": told.district or None,
        "biz_detail": told.detail or None,
    })  # fmt: skip
    contact = dict(zip(CONTACT[1:5], (cells[3], *[one or None for one in cells[4:7]]), strict=True))
    return row, contact if any(cells[3:7]) else {}


def _entities(given: argparse.Namespace) -> list[list[int]]:
    return json.loads((given.folder / "entities.json").read_text())


@contextmanager
def _session(given: argparse.Namespace) -> Generator[Session]:
    with open_session(_file(given), login=LOGIN, source="cli") as session:
        yield session


# ------------------------------------------------------------------ steps


def look_up(given: argparse.Namespace) -> str:
    """Look up rows of the csv as they are typed: the name, then a phone, then all that is told."""
    with (given.folder / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.reader(file)][1:]
    known, new = _entities(given)
    members: dict[int, set[int]] = {}
    for at, entity in enumerate(known, 1):
        members.setdefault(entity, set()).add(at)
    chosen = Random(given.seed).sample(range(len(rows)), min(LOOKUPS, len(rows)))
    told = []
    with _session(given) as session:
        for what in ("name", "name and mobile", "all"):
            taken, spent, right, there = [], [], 0, 0
            for at in chosen:
                record = _typed(rows[at], what)
                wall, cpu = time.perf_counter(), time.thread_time()
                found = lookup(session.reader, record)
                taken.append((time.perf_counter() - wall) * 1000)
                spent.append((time.thread_time() - cpu) * 1000)
                own = members.get(new[at], set())
                there += bool(own)
                right += bool(own.intersection([one.customer_id for one in found]))
            taken.sort()
            spent.sort()
            last = len(taken) * 99 // 100
            told.append(
                f"{what}: p50 {taken[len(taken) // 2]:.1f} p99 {taken[last]:.1f} ms"
                f" (CPU p99 {spent[last]:.1f}), of {there} known {right} found"
            )
    return "; ".join(told)


def _typed(cells: list[str], what: str) -> Record:
    kind = "person" if cells[1] == "个人" else "company"
    if what == "name":
        return Record(kind, cells[0])
    if what == "name and mobile":
        return Record(kind, cells[0], phones=(cells[4],))
    return Record(
        kind, cells[0], (), cells[2], (cells[4], cells[5]), (cells[6],), (cells[7],), (cells[3],),
        cells[8], cells[9], (cells[10],),
    )  # fmt: skip


def scan_all(given: argparse.Namespace) -> str:
    """Compare all customers, the index being there."""
    with _session(given) as session:
        cpu = time.process_time()
        found = scan(session.database)
        return f"{found.pairs} pairs in {found.seconds:.1f} s, CPU here {time.process_time() - cpu:.1f} s"


def scan_anew(given: argparse.Namespace) -> str:
    """Compare all customers, the index having to be built first."""
    with _session(given) as session:
        session.database.write_untracked(index.note_damage)
        found = scan(session.database)
        return f"{found.pairs} pairs in {found.seconds:.1f} s"


def stored(given: argparse.Namespace) -> str:
    """Judge the pairs and clusters that the product tells."""
    entity = [-1, *_entities(given)[0]]
    by: dict[int, list[int]] = {}
    for one, own in enumerate(entity):
        by.setdefault(own, []).append(one)
    truth = {(a, b) for own in by.values() for at, a in enumerate(own) for b in own[at + 1 :]}
    with _session(given) as session:
        began = time.perf_counter()
        bands: dict[str, set[tuple[int, int]]] = {}
        for pair in listing.pairs(session.reader):
            bands.setdefault(pair.band, set()).add((pair.a, pair.b))
        middle = time.perf_counter()
        groups = [one for one in listing.groups(session.reader) if one.band != scoring.RELATED]
        ended = time.perf_counter()
    merge, review = bands.get(scoring.MERGE, set()), bands.get(scoring.REVIEW, set())
    inside = {(a, b) for one in groups for at, a in enumerate(one.ids) for b in one.ids[at + 1 :]}
    found: dict[str, Quality] = {
        "pairs": quality(merge | review, truth), "clusters": quality(inside, truth),
        "automatic": quality(merge, truth),
    }  # fmt: skip
    told = [f"{name} {one}" for name, one in found.items()]
    return "; ".join([*told, f"pairs read in {middle - began:.1f} s, clusters in {ended - middle:.1f} s"])


def splink(given: argparse.Namespace) -> str:
    """Let Splink compare the same customers as the product parsed them."""
    from tests.bench import dedupe_peers as peers
    from tests.bench import dedupe_sets as sets

    with _session(given) as session:
        began = time.perf_counter()
        rows = session.database.connection.execute(DOCUMENTS).fetchall()
    frame = peers.table([features_of(text) for _id, text in sorted(rows)])
    del rows
    parsed = time.perf_counter() - began
    learnt = sets.made(*peers.LEARNT)
    known = peers.table([peers.features(record) for record in learnt.records])
    found = peers.splink(frame, known, learnt.truth)
    return (
        f"{len(found.scores)} pairs in {found.seconds:.1f} s beside {parsed:.1f} s of our parsing for it"
        f" and {found.learning:.1f} s of learning"
    )


def preview(given: argparse.Namespace, *, write: bool = False) -> str:
    """Plan the import of the csv, and carry it out when asked to."""
    with _session(given) as session:
        began = time.perf_counter()
        with open_sheet(given.folder / "rows.csv", known=is_known_heading) as sheet:
            plan = importing.plan_import(session, sheet, importing.explain(session, sheet))
        planned = time.perf_counter()
        with plan:
            told = f"{plan.counts} planned in {planned - began:.1f} s"
            if write:
                result: Any = importing.run_import(session, plan)
                told += f", {result.added} added in {time.perf_counter() - planned:.1f} s"
        return told


_RUN = {
    "make": make, "lookup": look_up, "scan": scan_all, "anew": scan_anew, "quality": stored, "splink": splink,
    "import": preview, "publish": lambda given: preview(given, write=True),
}  # fmt: skip

if __name__ == "__main__":
    main()
