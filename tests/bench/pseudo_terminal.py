"""A terminal to measure in: starts a program, answers its questions, presses keys, counts bytes and time."""

from __future__ import annotations

import fcntl
import heapq
import importlib.util
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

QUERY = re.compile(rb"\x1b\[(\?\d+\$p|>0?c|0?c|6n|5n)|\x1b\]11;\?(?:\x07|\x1b\\)")
ESCAPES = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_].*?\x1b\\|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]", re.S
)
MOVES = re.compile(rb"\x1b\[[0-9;]*[HfGdEF]")


def harness() -> ModuleType:
    """Return the module whose ``Session``, ``cpu``, ``memory`` and ``visible`` are used."""
    named = os.environ.get("CRM_TERMINAL_BENCH")
    if not named:
        return sys.modules[__name__]
    spec = importlib.util.spec_from_file_location(Path(named).stem, named)
    if spec is None or spec.loader is None:
        raise SystemExit(f"CRM_TERMINAL_BENCH names no Python file: {named}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def visible(data: bytes) -> str:
    """Return the text of what was sent; a cursor that was moved begins a line."""
    return ESCAPES.sub(b"", MOVES.sub(b"\n", data)).decode("utf-8", "replace")


def cpu(pid: int) -> float:
    """Return the seconds of processor time of a process so far, by all its threads."""
    total = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError, IndexError):
            total += int(task.read_text().split()[0])
    return total / 1e9


def memory(pid: int) -> dict[str, float]:
    """Return ``rss`` and ``pss`` of a process in megabytes."""
    found = {"rss": 0.0, "pss": 0.0}
    with suppress(OSError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        for name in found:
            if match := re.search(rf"^{name}:\s+(\d+)", text, re.M | re.I):
                found[name] = int(match[1]) / 1024
    return found


class Session:
    """A program on a line of ``rate`` bytes a second (0: no limit) and ``rtt`` seconds there and back.

    ``log`` holds (read at, arrives at, bytes), ``raw`` what was read. Questions are answered as a modern
    terminal answers them, a round trip later.
    """

    def __init__(
        self, argv: list[str], cols: int = 120, rows: int = 40, rate: float = 0.0, rtt: float = 0.0
    ) -> None:
        self.rate, self.half = rate, rtt / 2
        self.raw, self.log = bytearray(), []  # type: bytearray, list[tuple[float, float, int]]
        self.free, self.alive = 0.0, True
        self._answered, self._number = 0, 0
        self._coming: list[tuple[float, int, bytes]] = []
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        environment.pop("TMUX", None)
        size = struct.pack("HHHH", rows, cols, 0, 0)
        self.t0 = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, size)
                os.execvpe(argv[0], argv, environment)
            finally:
                os._exit(127)
        os.set_blocking(self.fd, False)

    def send(self, data: bytes, delay: float | None = None) -> float:
        """Press keys now and return the moment; they reach the program half a round trip later."""
        now = time.perf_counter()
        self._number += 1
        heapq.heappush(self._coming, (now + (self.half if delay is None else delay), self._number, data))
        self._deliver(now)
        return now

    def _deliver(self, now: float) -> None:
        while self._coming and self._coming[0][0] <= now:
            try:
                os.write(self.fd, heapq.heappop(self._coming)[2])
            except OSError:
                self.alive = False

    def pump(self, timeout: float) -> bool:
        """Wait for output at most so long and tell whether some came."""
        end = time.perf_counter() + timeout
        while self.alive:
            now = time.perf_counter()
            self._deliver(now)
            wait = min([end - now, *(due - now for due, _n, _data in self._coming[:1])])
            # Beyond what a line's far end keeps, the program is held back.
            queued = (self.free - now) * self.rate
            held = queued > 262_144
            if select.select([] if held else [self.fd], [], [], max(0.0, min(wait, 0.05) if held else wait))[
                0
            ]:
                return self._read()
            if time.perf_counter() >= end:
                return False
        return False

    def _read(self) -> bool:
        try:
            data = os.read(self.fd, 65_536)
        except OSError:
            data = b""
        if not data:
            self.alive = False
            return False
        now = time.perf_counter()
        self.free = max(self.free, now) + (len(data) / self.rate if self.rate else 0.0)
        self.log.append((now, self.free + self.half, len(data)))
        self.raw += data
        for question in QUERY.finditer(bytes(self.raw[self._answered :])):
            asked = question[1] or b"11"
            answer = {b"6n": b"\x1b[1;1R", b"5n": b"\x1b[0n", b"?2026$p": b"\x1b[?2026;2$y"}.get(asked)
            if asked == b"11":
                answer = b"\x1b]11;rgb:0000/0000/0000\x1b\\"
            elif asked.endswith(b"c"):
                answer = b"\x1b[?62;22c"
            elif answer is None:
                answer = b"\x1b[" + asked[:-2] + b";0$y"
            self.send(answer, max(0.0, self.log[-1][1] - now) + self.half)
        last = max((match.end() for match in QUERY.finditer(bytes(self.raw[self._answered :]))), default=0)
        self._answered = max(self._answered + last, len(self.raw) - 24)
        return True

    def settle(self, quiet: float, cap: float) -> None:
        """Read until nothing came for ``quiet`` seconds, at most ``cap``."""
        end = time.perf_counter() + cap
        while self.alive and time.perf_counter() < end:
            if not self.pump(quiet) and not self._coming:
                return

    def close(self) -> None:
        """End the program."""
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
            with suppress(OSError):
                os.kill(self.pid, number)
            end = time.perf_counter() + 2
            while time.perf_counter() < end:
                with suppress(OSError):
                    os.read(self.fd, 65_536)
                try:
                    if os.waitpid(self.pid, os.WNOHANG)[0]:
                        os.close(self.fd)
                        return
                except OSError:
                    return
                time.sleep(0.01)


def percentile(values: list[float], share: float) -> Any:
    """Return the value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))] if ordered else float("nan")
