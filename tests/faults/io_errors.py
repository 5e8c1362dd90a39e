"""The n-th write fails, for each n in turn: a clean rollback, the right sentence, and the next save works.

    python -m tests.faults.io_errors --writes 300 [--what save|import|undo|backup|migration]
        [--error eio|enospc|fsync|truncate|unlink|read] [--journal wal|truncate] [--sticky]

Each case is a fresh copy of one database in a process under tests/faults/shim.c. A save that was
acknowledged is there, one that was refused is not, one of which the sentence says that it is kept is. An
import or an undo of one is seen whole or not at all once the database has been opened again. ``--sticky``
lets every operation fail from the n-th on, until the process has closed the file.
"""

from __future__ import annotations

import argparse
import errno
import gc
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.errors import CrmError
from tests.faults import disk_upkeep, processes, shim

# What fails, with which number, whether half a write gets through first, and what the user must read.
ERRORS: dict[str, tuple[int, int, bool, tuple[str, ...]]] = {
    "eio": (shim.WRITE, errno.EIO, False, ("磁盘",)),
    "enospc": (shim.WRITE, errno.ENOSPC, True, ("磁盘已满", "空间不足")),
    "open": (shim.OPEN, errno.EMFILE, False, ("",)),
    "fsync": (shim.SYNC, errno.EIO, False, ("磁盘",)),
    "truncate": (shim.TRUNCATE, errno.EIO, False, ("磁盘",)),
    "unlink": (shim.UNLINK, errno.EIO, False, ("磁盘",)),
    "read": (shim.READ, errno.EIO, False, ("磁盘",)),
}
REPORT = 3


class Outcome(NamedTuple):
    """What a run came to: cases by what was said, and ``faults``, which must be empty."""

    cases: int
    hit: int
    said: dict[str, int]
    faults: list[str]


def run(
    folder: Path, what: str, journal: str, error: str, writes: int, *, sticky: bool = False, first: int = 1
) -> Outcome:
    """Run the cases ``first`` to ``writes`` in one process under the shim and return what they came to."""
    disk_upkeep.prepare(folder, what, journal)
    arguments = ["--what", what, "--journal", journal, "--error", error, "--writes", writes, "--first", first]
    process = shim.start(
        "tests.faults.io_errors", folder / "disk", "--child", folder, *arguments, *["--sticky"] * sticky
    )
    output, errors = process.communicate()
    faults: list[str] = []
    said: Counter[str] = Counter()
    cases = hit = 0
    for line in output.splitlines():
        case = json.loads(line)
        cases += 1
        hit += case["failed"] > 0
        said[case["said"] or ("went well" if case["failed"] else "nothing failed")] += 1
        faults += [f"{error} at {case['n']}: {each}" for each in case["faults"]]
    if process.returncode:
        faults.append(f"the process ended with {process.returncode} after {cases} cases: {errors[-1500:]}")
    return Outcome(cases, hit, dict(said), faults)


def one_case(folder: Path, what: str, journal: str, error: str, n: int, sticky: bool) -> dict[str, Any]:
    """Let the n-th operation of a kind fail while work is done; return what was said and what is wrong."""
    kinds, number, short, wanted = ERRORS[error]
    path = disk_upkeep.fresh(folder)
    work = disk_upkeep.WORK[what](path, journal)
    # Every other case has so small a cache that pages reach the file before COMMIT.
    work.open(tight=n % 2 == 0)
    faults: list[str] = []
    refusal: CrmError | None = None
    shim.arm(kinds, n, number, times=0 if sticky else 1 + short, short=short)
    try:
        work.do()
    except CrmError as caught:
        refusal = caught
    except BaseException as raw:
        faults.append(f"raw {type(raw).__name__}: {raw}")
    if sticky:
        work.close()
    _seen, failed = shim.disarm()
    said = str(refusal) if refusal else ""
    if refusal and not failed:
        faults.append(f"refused though nothing failed: {said}")
    if refusal and not any(word in said for word in wanted):
        faults.append(f"the sentence does not name the disk: {said}")
    if refusal and not (refusal.kept and refusal.todo):
        faults.append(f"a part of the sentence is missing: {said}")
    if not faults:
        try:
            if not sticky:
                if error == "fsync" and what == "save" and refusal:
                    faults += work.after_a_crash(refusal)
                faults += work.can_go_on(refusal)
                work.close()
            faults += work.wrong(refusal)
            faults += processes.unsound(path)
        except Exception as raw:
            faults.append(f"afterwards {type(raw).__name__}: {raw}")
    work.drop()
    return {"n": n, "failed": failed, "said": said, "faults": faults}


def child(folder: Path, wanted: argparse.Namespace) -> None:
    """Run the cases one after the other until the work has no n-th such operation, and print each."""
    for n in range(wanted.first, wanted.writes + 1):
        case = one_case(folder, wanted.what[0], wanted.journal[0], wanted.error[0], n, wanted.sticky)
        print(json.dumps(case), flush=True)
        # With the small cache there are more operations: only where it ends there, all were tried.
        if not case["failed"] and n % 2 == 0:
            break
        gc.collect()


def main() -> int:
    """Run the command; the exit code is 1 when something broke."""
    parser = processes.options(__doc__)
    parser.add_argument("--writes", type=int, default=300)
    parser.add_argument("--first", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--what", choices=tuple(disk_upkeep.WORK), action="append")
    parser.add_argument("--error", choices=tuple(ERRORS), action="append")
    parser.add_argument("--sticky", action="store_true", help="every one from the n-th on fails")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        child(wanted.child, wanted)
        return 0
    if reason := shim.why_not():
        print(f"not run: {reason}")
        return 2
    failed = False
    for journal in wanted.journal or processes.MODES:
        for what in wanted.what or disk_upkeep.WORK:
            for error in wanted.error or ("eio", "enospc"):
                with tempfile.TemporaryDirectory() as folder:
                    outcome = run(
                        Path(folder), what, journal, error, wanted.writes,
                        sticky=wanted.sticky, first=wanted.first,
                    )  # fmt: skip
                print(
                    f"{journal} {what} {error}{' sticky' if wanted.sticky else ''}: {outcome.cases} cases,"
                    f" {outcome.hit} with a failure; {len(outcome.faults) or 'nothing'} broken"
                )
                for sentence, count in outcome.said.items():
                    print(f"    {count:4}  {sentence}")
                for fault in outcome.faults[:REPORT]:
                    print(f"    FAULT {fault}")
                failed |= bool(outcome.faults)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
