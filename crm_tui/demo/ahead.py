"""The process that makes what is derived of a large demo's customers, one part ahead of their writing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress

from crm_tui.customers.ahead import Made
from crm_tui.demo.crowd import Drawn

WORKER = [sys.executable, "-I", "-m", "crm_tui.demo.worker"]
FEW = 5000  # customers, up to which no process is worth its start


class Ahead:
    """What is made ahead; where the process fails, its parent makes the rest itself."""

    def __init__(self, required: Sequence[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        # A thread hands over and waits: neither fits into a pipe.
        self._pool = ThreadPoolExecutor(1, "crm-made")
        self._send(required)

    def begin(self, drawn: Sequence[Drawn]) -> Future[list[Made]]:
        """Have something made of each of some customers; the answer is empty where the process failed."""
        return self._pool.submit(self._answer, [(one.values, one.contacts, one.projects) for one in drawn])

    def _answer(self, rows: object) -> list[Made]:
        with suppress(OSError, ValueError):
            self._send(rows)
            if self._process.stdout:
                return [Made(*one) for one in json.loads(self._process.stdout.readline())]
        return []

    def _send(self, what: object) -> None:
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.write(json.dumps(what).encode() + b"\n")
                self._process.stdin.flush()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._pool.shutdown()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()


@contextmanager
def ahead(required: Sequence[str], count: int) -> Generator[Ahead | None]:
    """Have that process at work in the block, where it is worth it and there is a processor for it."""
    one = None
    if count > FEW and (os.cpu_count() or 1) > 1:
        with suppress(OSError):  # no more processes: it takes longer
            one = Ahead(required)
    try:
        yield one
    finally:
        if one is not None:
            one.close()
