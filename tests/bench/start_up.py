"""How much processor time ``crm-tui due`` takes, against Python with sqlite3 and click alone.

Run by hand: ``python -m tests.bench.start_up [DATABASE]``; without one it makes the demo database. Prints the
medians and their ratio, and ends with 1 when the ratio is above the bound.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOUND = 4.0
ROUNDS = 15


def processor_seconds(arguments: list[str]) -> float:
    """Return the user and system seconds that one run of a child takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stderr)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def medians(database: Path, rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the median seconds of the bare imports and of ``due``, taken in turn."""
    bare = ["-c", "import sqlite3, click"]
    due = ["-m", "crm_tui", "due", "--db", str(database)]
    # The first runs compile the modules.
    processor_seconds(bare), processor_seconds(due)
    pairs = [(processor_seconds(bare), processor_seconds(due)) for _round in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "demo.db"
        if not database.exists():
            os.environ.pop("CRM_DB", None)
            processor_seconds(["-m", "crm_tui", "demo", "--make", str(database)])
        bare, due = medians(database)
    times = f"import sqlite3, click: {bare * 1000:.0f} ms; crm-tui due: {due * 1000:.0f} ms"
    print(f"{times}; ratio {due / bare:.2f}")
    return int(due / bare > BOUND)


if __name__ == "__main__":
    sys.exit(main())
