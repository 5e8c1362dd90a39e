"""What a disk alone makes writers wait: as many flushes of as many bytes as saves need, and no database.

    python -m tests.faults.bare_disk --processes 50 --seconds 20 [--folder PATH] [--journal wal|truncate]

Saves are durable, so none is quicker than the disk. Where these times come near those of saves, the disk was
not quiet, and the figures of a campaign that ran beside them tell about it rather than about the program.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import processes
from tests.faults.colleagues import spread

PAGE = b"x" * 4096
PAGES = 12  # that a save writes, about
FILE_PAGES = 5000
SAVES_A_SECOND = 90  # what 200 colleagues who think for 2 s come to


def waits(folder: Path, journal: str, count: int, seconds: float) -> list[float]:
    """Let ``count`` processes write in turn for so long; return the seconds that each write took."""
    with (folder / "file").open("wb") as file:
        file.write(bytes(len(PAGE) * FILE_PAGES))
        file.flush()
        os.fsync(file.fileno())
    (folder / "journal").touch()
    system = multiprocessing.get_context("spawn")
    with system.Pool(count) as pool:
        found = pool.starmap(_write, [(folder, journal, seed, count, seconds) for seed in range(count)], 1)
    return [one for each in found for one in each]


def _write(folder: Path, journal: str, seed: int, count: int, seconds: float) -> list[float]:
    chance, taken = random.Random(seed), []
    file, log = (os.open(folder / name, os.O_RDWR) for name in ("file", "journal"))
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            time.sleep(chance.uniform(0, 2 * count / SAVES_A_SECOND))
            began = time.perf_counter()
            fcntl.flock(file, fcntl.LOCK_EX)
            os.pwrite(log, PAGE * PAGES, 0)
            os.fdatasync(log)
            if journal == "truncate":
                os.pwrite(log, PAGE[:28], 0)
                os.fdatasync(log)
                for _page in range(PAGES):
                    os.pwrite(file, PAGE, chance.randrange(FILE_PAGES) * len(PAGE))
                os.fdatasync(file)
                os.ftruncate(log, 0)
            fcntl.flock(file, fcntl.LOCK_UN)
            taken.append(time.perf_counter() - began)
    finally:
        os.close(file)
        os.close(log)
    return taken


def told(folder: Path, journal: str, count: int, seconds: float) -> str:
    """Return what the disk of a folder makes writers wait, as people read it."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        return f"the disk alone: {spread(waits(Path(own), journal, count, seconds))}"


def main() -> int:
    """Run the command."""
    parser = processes.options(__doc__)
    parser.add_argument("--processes", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    wanted = parser.parse_args()
    for journal in wanted.journal or processes.MODES:
        print(f"{journal}: {told(wanted.folder, journal, wanted.processes, wanted.seconds)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
