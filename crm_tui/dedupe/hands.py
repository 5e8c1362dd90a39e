"""Both processors at a scan or a sheet: this process and, where there is a second one, a worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

from crm_tui.dedupe.standing import current
from crm_tui.storage import second_processor

WORKER = [sys.executable, "-I", "-m", "crm_tui.dedupe.worker"]
_AHEAD = 3  # tasks that the worker has before it: it never waits for the next
_BESIDE = 12  # the same while this process has other work: what comes on top it does itself

Task = tuple[Any, ...]
"""The name of a piece of work and what it is given."""
Take = Callable[[Task, bytes], None]


class Worker(Protocol):
    """One processor at work (working.py, crowded.py)."""

    def do(self, task: Task) -> bytes:
        """Do a task."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


class Hands:
    """Does tasks, some here and some in the worker; what a worker that died had is done here."""

    def __init__(self, own: Worker, process: subprocess.Popen[bytes] | None = None) -> None:
        self._own = own
        self._process = self._started = process
        self._answers: SimpleQueue[bytes | None] = SimpleQueue()
        self._asked: deque[Task] = deque()
        self._reader: threading.Thread | None = None
        if process is not None:
            self._reader = threading.Thread(target=self._read, name="crm-scan", daemon=True)
            self._reader.start()

    def tell(self, *task: object) -> None:
        """Have both take note of something."""
        self._own.do(task)
        self._send(task)
        if self._process is not None and self._answers.get() is None:
            self._process = None

    def each(self, tasks: Iterable[Task], take: Take, step: Callable[[], None]) -> None:
        """Do all tasks and hand over every answer, in whatever order they come.

        ``step`` is called after each of one's own. Raises what ``take`` and ``step`` raise.
        """
        left = deque(tasks)
        while left or self._asked:
            while self._process is not None and left and len(self._asked) < _AHEAD:
                self._ask(left.popleft())
            own = left.popleft() if left else None
            if own is not None:
                take(own, self._own.do(own))
            left.extendleft(reversed(self._collected(take, wait=own is None)))
            step()

    def beside(self, task: Task, take: Take) -> None:
        """Have a task done while the caller goes on; its answer is handed over now or later."""
        again = self._collected(take, wait=False)
        if self._process is not None and len(self._asked) < _BESIDE:
            self._ask(task)
        else:
            again.append(task)
        self._do(again, take)

    def caught_up(self, take: Take) -> None:
        """Wait for the answers to all that was to be done beside other work."""
        self._do(self._collected(take, wait=True), take)

    def _do(self, tasks: Iterable[Task], take: Take) -> None:
        for task in tasks:
            take(task, self._own.do(task))

    def _ask(self, task: Task) -> None:
        self._asked.append(task)
        self._send(task)

    def _collected(self, take: Take, *, wait: bool) -> list[Task]:
        """Hand over the answers that are there, or all; return what a worker that died left."""
        while self._asked and (wait or not self._answers.empty()):
            answer = self._answers.get()
            if answer is None:
                self._process = None
                left = [*self._asked]
                self._asked.clear()
                return left
            take(self._asked.popleft(), answer)
        return []

    def close(self) -> None:
        """End the worker."""
        process = self._started
        if process is not None:
            with suppress(OSError, ValueError):
                if process.stdin:
                    process.stdin.close()
            process.kill()
            process.wait()
        if self._reader is not None:
            self._reader.join()
        if process is not None and process.stdout:
            process.stdout.close()
        self._own.close()

    def _send(self, task: Task) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError, ValueError):
                self._process.stdin.write(json.dumps(task).encode() + b"\n")
                self._process.stdin.flush()

    def _read(self) -> None:
        source = self._started.stdout if self._started is not None else None
        with suppress(OSError, ValueError):
            while source is not None and (line := source.readline()):
                answer = source.read(int(line))
                if len(answer) < int(line):
                    break
                self._answers.put(answer)
        self._answers.put(None)


@contextmanager
def hands(own: Worker, path: Path, file: int, *, alone: bool = False) -> Generator[Hands]:
    """Have a second process at work in the block, where there is a second processor and work for it."""
    process = None
    if not alone and (os.cpu_count() or 1) > 1 and not second_processor.running():
        with suppress(OSError):  # no more processes: it takes longer
            process = subprocess.Popen(  # noqa: S603
                WORKER,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(file,),
            )
            second_processor.widen(process.stdin)
    both = Hands(own, process)
    try:
        if process is not None and process.stdin is not None:
            with suppress(OSError):
                process.stdin.write(json.dumps([str(path), file, current()]).encode() + b"\n")
        yield both
    finally:
        both.close()
