"""An importing process is killed at random moments: whole imports or none to be seen, and a sound file.

    python -m tests.faults.import_kill --kills 200 [--journal wal|truncate] [--seed 1]

Each import adds customers with contacts and plans and changes forty present ones; every other one makes
its backup meanwhile. The next process finishes or takes back what it finds, and may be killed in it too.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from crm_tui.access.scope import scope
from crm_tui.exchange import importing
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.exchange.safeguard import Safeguard
from crm_tui.session import create_database, open_session
from crm_tui.storage import jobs
from crm_tui.storage.connection import connect
from tests.access.policies import whole
from tests.faults import processes
from tests.faults.killing import Kept, Outcome, Say, campaign, command, in_mode

HEAD = ["客户名称", "联系人", "手机", "下次跟进计划", "需求描述", "客户标签"]
PRESENT = 40
ROWS = 200


def sheet(folder: Path, number: int, rows: int) -> Path:
    """Write the sheet of one import: the present customers with a need of its own, then new ones."""
    path = folder / f"{number}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        out.writerows([f"在先{at}", "", "", "", f"需求{number}", ""] for at in range(PRESENT))
        new = ([f"第{number}批{at}", f"人{at}", f"138{at:08d}", "每月回访", "", "批量"] for at in range(rows))
        out.writerows(new)
    return path


class Import:
    """Brings in one sheet after the other, each of new customers and of changes to the present ones."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder = folder
        self.path = path
        self.number = 0
        self.kept = Kept(path)
        self.there: set[int] = set()  # imports that were found whole

    def renew(self) -> None:
        """Start over with an empty database."""
        self.kept.back()
        self.there = set()

    def work(self, say: Say) -> None:
        """Import the next sheet in parts."""
        jobs.SMALL = jobs.LARGEST_PART = max(PRESENT, ROWS // 8)
        jobs.FIRST_PART = min(jobs.FIRST_PART, jobs.SMALL)
        file = sheet(self.folder, self._next, ROWS)
        with open_session(self.path, login="li") as session:
            with open_sheet(file, known=is_known_heading) as data:
                plan = importing.plan_import(session, data, importing.explain(session, data))
            with plan, Safeguard(session) as guard:
                if self._next % 2:
                    guard.start()
                say("begin")
                importing.run_import(session, plan, guard=guard)
                say("done")

    @property
    def _next(self) -> int:
        return self.number + 1

    def mend(self, say: Say) -> None:
        """Open the file as the next person does."""
        jobs.SMALL = jobs.LARGEST_PART = max(PRESENT, ROWS // 8)
        say("begin")
        with open_session(self.path, login="li"):
            pass

    def peek(self) -> list[str]:
        """Return what is wrong for whoever reads now: imports are seen whole, with their changes, or not."""
        faults = processes.unsound(self.path)
        reader = scope(connect(self.path), whole(1))
        names = reader.execute("SELECT name FROM customer WHERE name LIKE '第%'").fetchall()
        needs = reader.execute("SELECT DISTINCT need FROM customer WHERE name LIKE '在先%'").fetchall()
        contacts = reader.execute("SELECT count(*) FROM contact").fetchone()[0]
        reader.close()
        counts: dict[int, int] = {}
        for (name,) in names:
            number = int(name[1:].partition("批")[0])
            counts[number] = counts.get(number, 0) + 1
        faults += [f"{count} of {ROWS} rows of import {at}" for at, count in counts.items() if count != ROWS]
        faults += [f"import {at} is gone" for at in self.there - counts.keys()]
        if contacts != len(names):
            faults.append(f"{contacts} contacts of {len(names)} customers")
        expected = f"需求{max(counts)}" if counts else None
        if counts and needs != [(expected,)]:
            faults.append(f"additions without the changes, or the reverse: {needs}")
        self.seen = set(counts)
        return faults

    def look(self, done: bool) -> tuple[bool, list[str]]:
        """Open the file and return whether the import is there."""
        with open_session(self.path, login="li") as session:
            left = session.reader.execute("SELECT kind FROM job WHERE state = 'publishing'").fetchall()
        faults = [f"left as it was: {left}"] if left else []
        if jobs_files := [file.name for file in self.folder.glob(".*.staging")]:
            # That of a process that died before its job began goes with the next import.
            faults += [f"left behind: {jobs_files}"] if len(jobs_files) > 1 else []
        faults += self.peek()
        self.number += 1
        whole = self.number in self.seen
        self.there = self.seen
        return whole, faults


def run(folder: Path, journal: str, kills: int, seed: int = 1) -> Outcome:
    """Kill so many imports, each at a moment of its own, and look after each."""
    path = folder / "team.db"
    create_database(path, login="li", name="李雷")
    in_mode(path, journal)
    return campaign(Import(folder, path), kills, seed)


if __name__ == "__main__":
    sys.exit(command(__doc__ or "", run))
