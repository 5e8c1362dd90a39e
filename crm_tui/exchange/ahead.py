"""The process that makes what is derived of an import's new customers, as the publishing one sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from crm_tui.customers.ahead import Made
from crm_tui.search.grams import VERSION
from crm_tui.storage.second_processor import at_work, widen

WORKER = [sys.executable, "-I", "-m", "crm_tui.exchange.worker"]
KEPT = 40  # batches that wait to be written: as many as a few long parts have
POLL_SECONDS = 0.05


class Ahead:
    """What is made ahead, by row; where the process fails, its parent makes the rest itself."""

    def __init__(self, staging: Path, after: int, required: Sequence[str]) -> None:
        self._answers: Queue[bytes] = Queue(KEPT)
        self._held: dict[int, Any] = {}
        self._last, self._ended = 0, False
        self._closing = threading.Event()
        self._process = subprocess.Popen(  # noqa: S603
            WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        widen(self._process.stdout)
        with suppress(OSError):
            if self._process.stdin:
                self._process.stdin.write(json.dumps([str(staging), after, list(required)]).encode() + b"\n")
                self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read, name="crm-made", daemon=True)
        self._reader.start()

    def of(self, rows: Sequence[int]) -> dict[int, Made]:
        """Return what was made of some rows, which follow those of the last call; waits for it.

        What the process did not answer is left out.
        """
        if not rows:
            return {}
        self._held = {row: one for row, one in self._held.items() if row >= rows[0]}
        while self._last < rows[-1] and not self._ended:
            line = self._answers.get()
            if not line:
                self._ended = True
                break
            for row, made in json.loads(line.decode("utf-8", "surrogatepass")):
                self._held[row] = made
                self._last = row
        return {row: Made(*self._held[row]) for row in rows if row in self._held}

    def close(self) -> None:
        """End the process."""
        self._closing.set()
        self._process.kill()
        while self._reader.is_alive():
            with suppress(Empty):  # it may wait for room
                self._answers.get(timeout=POLL_SECONDS)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()

    def _read(self) -> None:
        source = self._process.stdout
        with suppress(OSError, ValueError):
            # A program that was updated meanwhile may make something else than this process would.
            if source and source.readline() == b"%d\n" % VERSION:
                for line in source:
                    if self._closing.is_set() or not line.endswith(b"\n"):
                        break
                    self._answers.put(line)
        self._answers.put(b"")


@contextmanager
def ahead(staging: Path, after: int, required: Sequence[str]) -> Generator[Ahead | None]:
    """Have that process at work in the block, where there is a second processor for it."""
    one = None
    if (os.cpu_count() or 1) > 1:
        with suppress(OSError):  # no more processes: it takes longer
            one = Ahead(staging, after, required)
    if one is None:
        yield None
        return
    with at_work():
        try:
            yield one
        finally:
            one.close()
