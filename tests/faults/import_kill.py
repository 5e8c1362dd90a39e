"""An importing process is killed at random moments: whole imports or none to be seen, and a sound file.

    python -m tests.faults.import_kill --kills 20 [--rows 3000] [--seed 1]

Each import adds customers with contacts and plans and changes forty present ones. The next process finishes
or takes back what it finds, and may be killed in the midst of that too.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from crm_tui.access.scope import scope
from crm_tui.exchange import importing
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import create_database, open_session
from crm_tui.storage import jobs
from crm_tui.storage.connection import connect
from tests.faults import processes

HEAD = ["客户名称", "联系人", "手机", "下次跟进计划", "需求描述", "客户标签"]
PRESENT = 40


class Outcome(NamedTuple):
    """What a run came to; ``faults`` must be empty."""

    kills: int
    whole: int
    none: int
    faults: list[str]


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


def bring_in(path: Path, file: Path, small: int) -> None:
    """Import one sheet in this process, which does nothing else, and say how far it is."""
    jobs.SMALL = small
    jobs.LARGEST_PART = max(small, 50)
    print("open", flush=True)
    with open_session(path, login="li") as session:
        with open_sheet(file, known=is_known_heading) as data:
            plan = importing.plan_import(session, data, importing.explain(session, data))
        with plan:
            print("write", flush=True)
            importing.run_import(session, plan)
    print("done", flush=True)


def seen(path: Path) -> tuple[dict[int, int], set[str]]:
    """Return what anybody sees before it is tidied up: new customers by import, needs of the present ones."""
    reader = scope(connect(path), 1)
    names = [row[0] for row in reader.execute("SELECT name FROM customer WHERE name LIKE '第%'").fetchall()]
    needs = {row[0] for row in reader.execute("SELECT need FROM customer WHERE name LIKE '在先%'").fetchall()}
    reader.close()
    counts: dict[int, int] = {}
    for name in names:
        number = int(name[1:].partition("批")[0])
        counts[number] = counts.get(number, 0) + 1
    return counts, needs


def run(folder: Path, kills: int, rows: int, seed: int = 1) -> Outcome:
    """Kill so many imports, each at a moment of its own, and look after each."""
    path = folder / "team.db"
    create_database(path, login="li", name="李雷")
    small = max(PRESENT, rows // 8)
    _play(path, sheet(folder, 0, rows), small, None)
    usual = _play(path, sheet(folder, 1, rows), small, None)
    chance = random.Random(seed)
    faults: list[str] = []
    done = {0, 1}
    for number in range(2, kills + 2):
        start, end = ("open", "write") if chance.random() < 0.25 else ("write", "done")
        wait = chance.random() * 1.1 * (usual[end] - usual[start])
        said = _play(path, sheet(folder, number, rows), small, (start, wait))
        if "done" in said:
            done.add(number)
        counts, needs = seen(path)
        faults += _parts(counts, needs, done, rows, number)
        faults += processes.unsound(path)
        with open_session(path, login="li") as session:
            if jobs.publishing(session.database.connection) is not None:
                faults.append("the next session left the import as it was")
            links = session.reader.execute("SELECT count(*) FROM contact").fetchone()[0]
        counts, needs = seen(path)
        faults += _parts(counts, needs, done, rows, number)
        faults += processes.unsound(path)
        if links != sum(counts.values()):
            faults.append(f"{links} contacts of {sum(counts.values())} customers")
        done |= counts.keys()
        if left := [file.name for file in folder.glob(".*.staging")]:
            faults += [f"left behind: {left}"] if number - 1 == kills else []
        if faults:
            break
    return Outcome(kills, len(done) - 2, kills + 2 - len(done), faults)


def _play(path: Path, file: Path, small: int, kill: tuple[str, float] | None) -> dict[str, float]:
    """Run one import, kill it some seconds after it said a word; return when it said what."""
    process = processes.child("tests.faults.import_kill", "--child", file, "--path", path, "--small", small)
    assert process.stdout
    assert process.stderr
    said: dict[str, float] = {}
    for line in process.stdout:
        said[line.strip()] = time.perf_counter()
        if kill and line.strip() == kill[0]:
            time.sleep(kill[1])
            process.kill()
            break
    # A line without its end is no acknowledgement.
    rest = process.stdout.read().splitlines(keepends=True)
    said |= {line.strip(): time.perf_counter() for line in rest if line.endswith("\n")}
    errors = process.stderr.read().strip()
    process.communicate()
    if errors:
        raise SystemExit(errors[-2000:])
    return said


def _parts(counts: dict[int, int], needs: set[str], done: set[int], rows: int, number: int) -> list[str]:
    found = [f"{count} of {rows} rows of import {at}" for at, count in counts.items() if count != rows]
    found += [f"import {at} said done and is not there" for at in done - counts.keys()]
    if len(needs) != 1:
        found.append(f"a part of the changes: {sorted(map(str, needs))}")
    elif (needs == {f"需求{number}"}) != (number in counts):
        found.append("additions without the changes, or the reverse")
    return found


def main() -> int:
    """Run the command; the exit code is 1 when something broke."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--small", type=int, default=jobs.SMALL, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        bring_in(wanted.path, wanted.child, wanted.small)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), wanted.kills, wanted.rows, wanted.seed)
    print(
        f"{outcome.kills} kills: {outcome.whole} imports whole, {outcome.none} not begun or taken back;"
        f" {'; '.join(outcome.faults) or 'nothing broken'}"
    )
    return int(bool(outcome.faults))


if __name__ == "__main__":
    sys.exit(main())
