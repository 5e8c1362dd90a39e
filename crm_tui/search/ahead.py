"""Grams made ahead, by a process of its own, of the documents that a large change is writing."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import IO

from crm_tui.search.grams import VERSION
from crm_tui.search.worker import WITHIN

WORKER = [sys.executable, "-I", "-m", "crm_tui.search.worker"]
PIPE_BYTES = 1 << 20

_running: list[Ahead] = []


class Ahead:
    """The process as its parent sees it; when it fails, the parent makes the grams itself."""

    def __init__(self) -> None:
        self._asked: deque[str] = deque()
        self._answers: SimpleQueue[bytes] = SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603
            WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        widen(self._process.stdin)
        # Without it both sides could wait for the other to read.
        self._reader = threading.Thread(target=self._read, name="crm-grams", daemon=True)
        self._reader.start()

    def ask(self, documents: Sequence[str]) -> None:
        """Have the grams of some documents made."""
        lines = [one.replace("\n", WITHIN) for one in documents if one]
        sink = self._process.stdin
        if not lines or sink is None:
            return
        with suppress(OSError, ValueError):
            sink.write("\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass"))
            sink.flush()
            self._asked.extend(one for one in documents if one)

    def answers(self) -> dict[str, str]:
        """Return the grams of what was asked since the last time, by document, blanks between them.

        Waits for them. What the process did not answer is left out.
        """
        found = {}
        while self._asked:
            line = self._answers.get()
            if not line:
                self._asked.clear()
                self._answers.put(line)
                break
            found[self._asked.popleft()] = line.decode("utf-8", "surrogatepass")[:-1]
        return found

    def close(self) -> None:
        """End the process."""
        with suppress(OSError, ValueError):
            if self._process.stdin:
                self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._reader.join()
        if self._process.stdout:
            self._process.stdout.close()

    def _read(self) -> None:
        source = self._process.stdout
        with suppress(OSError, ValueError):
            # A program that was updated meanwhile makes other tokens than this process writes.
            if source and source.readline() == b"%d\n" % VERSION:
                for line in source:
                    if line.endswith(b"\n"):
                        self._answers.put(line)
        self._answers.put(b"")


def widen(pipe: IO[bytes] | None) -> None:
    """Let a pipe take the texts of a whole part, where the system can: nobody waits to write the next."""
    wider = getattr(fcntl, "F_SETPIPE_SZ", None)
    if wider is not None and pipe is not None:
        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), wider, PIPE_BYTES)


@contextmanager
def beside() -> Generator[None]:
    """Have grams made ahead in the block, where there is a second processor to do it."""
    if (os.cpu_count() or 1) < 2 or _running:
        yield
        return
    try:
        ahead = Ahead()
    except OSError:  # no more processes: it takes longer
        yield
        return
    _running.append(ahead)
    try:
        yield
    finally:
        _running.clear()
        ahead.close()


def running() -> bool:
    """Tell whether a process makes grams for this one."""
    return bool(_running)


def announce(documents: Sequence[str]) -> None:
    """Say which new documents are going to be written in this transaction."""
    for ahead in _running:
        ahead.ask(documents)


def answers() -> dict[str, str]:
    """Return the grams of the documents announced since the last time, as far as there are any."""
    return _running[0].answers() if _running else {}
