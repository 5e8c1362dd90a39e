"""Colleagues at work: processes that read and save at a human pace through the product, until told to stop.

One process loads the program, then splits into so many that are let go together; each says in the end what it
did and how long it took. What they said can be held against the file.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.access.scope import scope
from crm_tui.customers import reading
from crm_tui.customers import service as customers
from crm_tui.errors import Busy, CrmError
from crm_tui.followups import service as followups
from crm_tui.queue import store as queue
from crm_tui.session import register_derived
from crm_tui.storage import derive
from crm_tui.storage.change import Change
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.faults import StaleVersion
from crm_tui.storage.presence import Presence
from tests.access.policies import whole
from tests.faults import processes

FIELDS = ("need", "pain", "timeline", "special_req", "preference", "family")
FORM_SECONDS = 0.5  # how long an edit form stands open on the average


class Said(NamedTuple):
    """What all colleagues did; seconds of each save, of each read, and of each lock held."""

    saves: list[float]
    reads: list[float]
    holds: list[float]
    tokens: list[str]
    fields: list[tuple[int, str, str | None, str]]
    merged: int
    told: int
    busy: int
    errors: list[str]


NOBODY = Said([], [], [], [], [], 0, 0, 0, [])


class Watched(Database):
    """A database that notes how long each write held the lock."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.holds: list[float] = []
        self.held = 0.0

    def _begin(self) -> None:
        super()._begin()
        self.held = time.perf_counter()

    def _attempt(self, body: Any, is_there: Any) -> Any:
        try:
            return super()._attempt(body, is_there)
        finally:
            if self.held:
                self.holds.append(time.perf_counter() - self.held)
            self.held = 0.0


class Colleague:
    """One process: looks at customers, logs calls, and writes fields of a few that all work on."""

    def __init__(self, path: Path, who: int, hot: int, customers: int) -> None:
        self.presence = Presence(path)
        self.database = Watched(path)
        self.reader = scope(self.database.connect_reader(), whole(who))
        self.who, self.hot, self.customers = who, hot, customers
        self.chance = random.Random(who)
        self.said = Said([], [], [], [], [], 0, 0, 0, [])
        self.merged = self.told = self.busy = 0

    def work(self, think: float, stop: int) -> None:
        """Go on until there is something to read on ``stop``."""
        person = self.database.connection.execute("SELECT max(id) FROM person").fetchone()[0]
        self.actor = 1 + self.who % person
        while not select.select([stop], [], [], self.chance.uniform(0, 2 * think))[0]:
            self._look()
            if self.chance.random() < 0.5:
                self._log()
            else:
                self._edit(think, stop)

    def result(self) -> dict[str, Any]:
        """Close everything and return what is to be added up."""
        self.reader.close()
        self.database.close()
        self.presence.close()
        said = self.said._replace(holds=self.database.holds)
        return said._replace(merged=self.merged, told=self.told, busy=self.busy)._asdict()

    def _look(self) -> None:
        at = self.chance.randint(1, self.customers)
        kind = self.chance.randint(0, 3)
        began = time.perf_counter()
        try:
            if kind == 0:
                reading.page(self.reader, reading.Query(owner_id=self.actor), limit=50)
            elif kind == 1:
                queue.due(self.reader, (self.actor,), "2026-01-31", 50)
            elif kind == 2:
                reading.warnings(self.reader, phones="13800000000", but=at)
            file = reading.customer_file(self.reader, at)
            assert file is not None or self.customers > 1000
        except sqlite3.Error as error:
            self.said.errors.append(f"read: {error!r}")
        self.said.reads.append(time.perf_counter() - began)

    def _log(self) -> None:
        customer = self.chance.randint(1, self.customers)
        token = self._token()
        plan = followups.PlanDraft(None, goal="回访", text="回访") if self.chance.random() < 0.3 else None
        entry = followups.LogEntry(customer, token, "phone")
        if self._save("activity.log", lambda change: followups.log(change, entry, plan)):
            self.said.tokens.append(token)

    def _edit(self, think: float, stop: int) -> None:
        """Open a form on one of the customers that all work on, write one field, save a while later."""
        customer = self.chance.randint(1, self.hot)
        name = self.chance.choice(FIELDS)
        row = reading.record(self.reader, "customer", customer)
        assert row is not None
        select.select([stop], [], [], self.chance.uniform(0, 2 * FORM_SECONDS) if think else 0)
        before, seen = row[name], row["changed_in"]
        mine = self._token()
        moved = False

        def body(change: Change) -> None:
            nonlocal moved
            now = change.one("SELECT changed_in FROM customer WHERE id = :id", {"id": customer})
            moved = now is not None and now[0] != seen
            customers.update(change, customer, seen, {name: mine})

        if self._save("customer.update", body):
            self.merged += moved
            self.said.fields.append((customer, name, before, mine))

    def _token(self) -> str:
        """Return a text that nobody else writes."""
        return f"{os.getpid()}:{len(self.said.saves)}"

    def _save(self, action: str, body: Any) -> bool:
        began = time.perf_counter()
        try:
            self.database.write(self.actor, action, body)
            return True
        except StaleVersion:
            self.told += 1
        except Busy:
            self.busy += 1
        except CrmError as error:
            self.said.errors.append(str(error))
        finally:
            self.said.saves.append(time.perf_counter() - began)
        return False


def split(path: Path, count: int, think: float, hot: int, customers: int) -> None:
    """Become ``count`` processes; say ``ready``, wait for ``go``, and stop when standard input ends."""
    register_derived()
    derive.load()
    go, let_go = os.pipe()
    stop, end = os.pipe()
    with tempfile.TemporaryDirectory() as folder:
        children = []
        for who in range(1, count + 1):
            child = os.fork()
            if child == 0:
                os.close(let_go)
                os.close(end)
                status = 1
                try:
                    one = Colleague(path, who, hot, customers)
                    (Path(folder) / f"{who}.ready").touch()
                    os.read(go, 1)
                    one.work(think, stop)
                    (Path(folder) / f"{who}.json").write_text(json.dumps(one.result()))
                    status = 0
                except Exception:
                    traceback.print_exc()
                    sys.stderr.flush()
                finally:
                    os._exit(status)
            children.append(child)
        while len(list(Path(folder).glob("*.ready"))) < count:
            gone = [child for child in children if os.waitpid(child, os.WNOHANG)[0]]
            if gone:
                raise SystemExit("a colleague ended before the others had begun")
            time.sleep(0.02)
        print("ready", flush=True)
        sys.stdin.readline()
        os.close(let_go)
        sys.stdin.read()
        os.close(end)
        failed = sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children)
        said = [json.loads(file.read_text()) for file in Path(folder).glob("*.json")]
    print(json.dumps({"failed": failed, "said": said}))


class Team:
    """Colleagues that work while the block runs; ``said`` afterwards holds what they did."""

    def __init__(self, path: Path, count: int, think: float, hot: int, customers: int) -> None:
        wanted = {"path": path, "count": count, "think": think, "hot": hot, "customers": customers}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.colleagues"]
            + [text for name, value in wanted.items() for text in (f"--{name}", str(value))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=processes.ROOT,
        )
        self.said = NOBODY
        assert self._process.stdout
        if self._process.stdout.readline() != "ready\n":
            raise SystemExit(self._process.communicate()[1][-2000:])

    def __enter__(self) -> Team:
        assert self._process.stdin
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return self

    def __exit__(self, *_error: object) -> None:
        output, errors = self._process.communicate()
        if self._process.returncode:
            self.said = NOBODY._replace(errors=[errors[-1000:]])
            return
        answer = json.loads(output)
        failed = [f"{answer['failed']} colleagues failed: {errors[-1000:]}"] if answer["failed"] else []
        said = answer["said"]

        def joined(name: str) -> Any:
            values = [one[name] for one in said]
            if values and isinstance(values[0], int):
                return sum(values)
            return [one for each in values for one in each]

        self.said = Said(*(joined(name) for name in Said._fields))._replace(
            errors=[*failed, *joined("errors")]
        )


def at(share: float, seconds: list[float]) -> float:
    """Return the milliseconds that so large a share of measurements stays below."""
    if not seconds:
        return 0.0
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))] * 1000


def spread(seconds: list[float]) -> str:
    """Return p50, p99 and the largest in milliseconds as people read them."""
    return f"p50 {at(0.5, seconds):.1f}, p99 {at(0.99, seconds):.0f}, worst {at(1, seconds):.0f} ms"


def lost(path: Path, said: Said) -> list[str]:
    """Return what of the acknowledged saves the file does not hold; nothing is what must be.

    A field was written over what its writer read, or somebody's update is lost.
    """
    found = []
    with closing(sqlite3.connect(path)) as connection:
        stored = {
            row[0] for row in connection.execute("SELECT content FROM activity WHERE origin = 'manual'")
        }
        if missing := set(said.tokens) - stored:
            found.append(f"{len(missing)} acknowledged activities are missing")
        ask = (
            "SELECT entity_id, field, old, new FROM change WHERE entity = 'customer' AND op = 'update'"
            " AND field IN ('need', 'pain', 'timeline', 'special_req', 'preference', 'family')"
        )
        written = {tuple(row) for row in connection.execute(ask)}
        if missing := {tuple(one) for one in said.fields} - written:
            found.append(f"{len(missing)} updates lost: {sorted(map(str, missing))[:3]}")
    if said.busy:
        found.append(f"{said.busy} lock errors")
    return found + sorted(set(said.errors))[:5]


def main() -> int:
    """Run the child of ``Team``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--path", type=Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--think", type=float, required=True)
    parser.add_argument("--hot", type=int, required=True)
    parser.add_argument("--customers", type=int, required=True)
    wanted = parser.parse_args()
    split(wanted.path, wanted.count, wanted.think, wanted.hot, wanted.customers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
