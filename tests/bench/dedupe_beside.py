"""The whole scan beside Splink: ``python -m tests.bench.dedupe_beside --made 1000000 | --file old.db``.

``--made`` writes customers with known answers (tests/tools/dedupe_world.py) into a file, no more of each than
a scan reads: document and keys. ``--file`` is copied. Splink scans the same customers as the product parsed
them; in a file of the demo half of them share a domain, which Splink does not get through. Each step runs in
a process of its own; memory is that of the step and of all that it starts, summed, from /proc. Told apart:
the parsing for Splink (both processors); left out: what it learns from 30,000 labelled customers.
Steps: make, scan, anew (without the index), fields, splink.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import shutil
import sys
import tempfile
import time
import warnings
from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from crm_tui.customers import contact_keys, derived, document
from crm_tui.dedupe import scanning
from crm_tui.identity.document import features_of, keys_of
from crm_tui.identity.features import Record, features
from crm_tui.search import index
from crm_tui.search.grams import VERSION
from crm_tui.session import create_database
from crm_tui.storage.connection import open_readable
from crm_tui.storage.database import Database
from tests.bench import dedupe_peers as peers
from tests.bench import dedupe_sets as sets
from tests.bench.dedupe_file import in_a_process, row_of
from tests.tools.dedupe_world import world

STEPS = ("make", "scan", "anew", "fields", "splink")
BETWEEN = (
    "SELECT customer_id, haystack || whereabouts FROM customer_state"
    " WHERE shown = 1 AND customer_id BETWEEN :low AND :high ORDER BY customer_id"
)
LAST = "SELECT coalesce(max(customer_id), 0) FROM customer_state"
STATE = "INSERT INTO customer_state (customer_id, haystack, whereabouts) VALUES (:id, :text, :where)"
KEYS = "INSERT INTO customer_gram (rowid, grams) VALUES (:id, :keys)"
AT_ONCE = 20_000
SEED = 990_017


def main() -> None:
    """Run the steps, each in its own process, and print how they compare."""
    arguments = argparse.ArgumentParser(description=__doc__)
    which = arguments.add_mutually_exclusive_group(required=True)
    which.add_argument("--file", type=Path)
    which.add_argument("--made", type=int)
    arguments.add_argument("--folder", type=Path, help="for the file that is scanned, which stays there")
    arguments.add_argument("--steps", nargs="*", choices=STEPS, default=("make", "scan", "fields", "splink"))
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--mix", default="usual")
    arguments.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.step:
        print(json.dumps(_RUN[given.step](given)))
        return
    with tempfile.TemporaryDirectory() as other:
        given.folder = given.folder or Path(other)
        given.folder.mkdir(parents=True, exist_ok=True)
        seconds, memory = {}, {}
        for step in given.steps:
            if step == "splink" and find_spec("splink") is None:
                print("splink  not installed, left out")
                continue
            command = [*sys.argv[1:], "--folder", str(given.folder), "--step", step]
            told, spent, memory[step] = in_a_process("tests.bench.dedupe_beside", command)
            if not isinstance(told, dict):
                print(f"{step:7} {told}")
                continue
            seconds[step] = told["seconds"]
            print(
                f"{step:7} {told['what']} in {told['seconds']:.1f} s on the clock"
                f" (CPU {spent:.1f} s of the whole step, memory {memory[step]:.0f} MB)",
                flush=True,
            )
    for step in ("scan", "anew"):
        if {step, "splink"} <= {*seconds}:
            print(
                f"{step} / Splink: {seconds[step] / seconds['splink']:.2f} of the time,"
                f" {memory[step] / memory['splink']:.2f} of the memory"
            )


def _file(given: argparse.Namespace) -> Path:
    return given.folder / "beside.db"


def _told(what: str, seconds: float) -> dict[str, Any]:
    return {"what": what, "seconds": seconds}


def make(given: argparse.Namespace) -> dict[str, Any]:
    """Copy the file, or write one of made-up customers."""
    began = time.perf_counter()
    path = _file(given)
    for old in given.folder.glob("beside.db*"):
        old.unlink()
    if given.file:
        shutil.copyfile(given.file, path)
        return _told("copied", time.perf_counter() - began)
    records = world(given.seed, given.made, given.mix).records
    create_database(path, login="li")
    parts = [(low + 1, records[low : low + AT_ONCE]) for low in range(0, len(records), AT_ONCE)]
    with closing(Database(path)) as database, multiprocessing.Pool() as pool:
        database.connection.execute("PRAGMA journal_mode=MEMORY").fetchone()
        for rows in pool.imap(_written, parts):
            database.write_untracked(lambda connection, rows=rows: _put(connection, rows))
        database.write_untracked(lambda connection: _finish(connection))
        database.connection.execute("PRAGMA journal_mode=WAL").fetchone()
    return _told(f"{len(records)} customers made", time.perf_counter() - began)


def _written(part: tuple[int, list[Record]]) -> list[dict[str, Any]]:
    low, records = part
    texts = [document_of(record) for record in records]
    return [
        {"id": one, "text": text, "where": where, "keys": " ".join(keys_of(text + where))}
        for one, (text, where) in enumerate(texts, low)
    ]


def document_of(record: Record) -> tuple[str, str]:
    """Return the document and the whereabouts of a record entered as ``dedupe_file`` enters it."""
    given, contact = row_of(record)
    row = dict.fromkeys((*derived.OWN_COLUMNS, *contact_keys.CITIES)) | given
    parts = [(kind, row[column]) for kind, column in derived.HAY]
    if contact:
        person = {**dict.fromkeys(derived.CONTACT_COLUMNS), **contact}
        keys = contact_keys.contact_keys(contact_keys.AreaCode(row), person)
        parts += contact_keys.contact_parts(person, [key for kind, key in keys if kind == "phone"])
    return document.build(parts), derived.whereabouts_of(row)


def _put(connection: Any, rows: list[dict[str, Any]]) -> None:
    connection.executemany(STATE, rows)
    connection.executemany(KEYS, rows)


def _finish(connection: Any) -> None:
    connection.execute("INSERT INTO customer_gram (customer_gram) VALUES ('optimize')")
    connection.execute("UPDATE search_index SET version = :version", {"version": VERSION})


def scan(given: argparse.Namespace) -> dict[str, Any]:
    """Compare all customers, the index being there."""
    with closing(Database(_file(given))) as database:
        if (kind := index.state(database.connection).kind) != index.READY:
            raise SystemExit(f"the index is {kind}")
        found = scanning.scan(database)
    return _told(f"{found.pairs} pairs", found.seconds)


def anew(given: argparse.Namespace) -> dict[str, Any]:
    """Compare all customers from nothing: keys and features are made."""
    with closing(Database(_file(given))) as database:
        database.write_untracked(index.note_damage)
        found = scanning.scan(database)
    return _told(f"{found.pairs} pairs", found.seconds)


def _parsed(part: tuple[Path, int]) -> Any:
    path, low = part
    with closing(open_readable(path)) as reader:
        rows = reader.execute(BETWEEN, {"low": low, "high": low + AT_ONCE - 1}).fetchall()
    made = [peers.row(one, features_of(text)) for one, text in rows]
    return import_module("pandas").DataFrame(made, columns=["unique_id", *peers.FIELDS])


def fields(given: argparse.Namespace) -> dict[str, Any]:
    """Write what the product parsed of the customers for Splink, both processors at work; let it learn."""
    began = time.perf_counter()
    path = _file(given)
    with closing(open_readable(path)) as reader:
        last = reader.execute(LAST).fetchone()[0]
    with multiprocessing.Pool() as pool:
        parts = pool.map(_parsed, [(path, low) for low in range(1, last + 1, AT_ONCE)], chunksize=1)
    frame = import_module("pandas").concat([one for one in parts if len(one)], ignore_index=True)
    frame.to_parquet(given.folder / "fields.parquet")
    parsed = time.perf_counter() - began
    learnt = sets.made(*peers.LEARNT)
    known = peers.table([features(record) for record in learnt.records])
    (given.folder / "model.json").write_text(json.dumps(peers.splink_learnt(known, learnt.truth)))
    return _told(f"{len(frame)} customers parsed", parsed)


def splink(given: argparse.Namespace) -> dict[str, Any]:
    """Let Splink compare what was parsed, as many processors as it likes."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    model = json.loads((given.folder / "model.json").read_text())
    count, seconds = peers.splink_scan(given.folder / "fields.parquet", model)
    return _told(f"{count} pairs", seconds)


_RUN = {"make": make, "scan": scan, "anew": anew, "fields": fields, "splink": splink}

if __name__ == "__main__":
    main()
