"""What is measured of each program: its start, its keys, a slow line, its memory; programs take turns."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

from tests.bench.pseudo_terminal import percentile

Found = dict[str, dict[str, float]]
OURS = ("rep", "manager")
# A row of data on the screen; of Today a heading that has counted its rows comes with them.
TODAY = re.compile(r"[▾▸]\s*\S+(?: \S+)?\s*\(\d+\)")
CUSTOMERS = re.compile(r"客户编号[\s\S]*C\d{6}")
READY = {"minimal": re.compile("hello, ready"), "vim": re.compile("C0{7}"), "less": re.compile("C0{7}")}
ANY = re.compile(r"\S")
QUIET = 0.25
KEYS = {
    "down": b"\x1b[B", "page": b"\x1b[6~", "end": b"G", "home": b"g", "escape": b"\x1b", "search": b"/",
    "palette": b":", "customers": b"2", "enter": b"\r", "edit": b"e",
}  # fmt: skip
IDLE_SECONDS = 20.0
SLOW = {"rate": 20_000.0, "rtt": 0.15}


class Run(NamedTuple):
    """What measuring needs: the harness, commands by name, the size, how often."""

    harness: ModuleType
    commands: dict[str, list[str]]
    columns: int
    lines: int
    rounds: int

    def session(self, name: str, **line: float) -> Any:
        """Start a program."""
        return self.harness.Session(self.commands[name], cols=self.columns, rows=self.lines, **line)

    def ready(self, session: Any, pattern: re.Pattern[str], since: int = 0, cap: float = 60.0) -> float:
        """Wait until what was sent since a byte matches and return the moment, NaN when it never does."""
        end = time.perf_counter() + cap
        while session.alive and time.perf_counter() < end:
            if session.pump(0.5) and pattern.search(self.harness.visible(bytes(session.raw[since:]))):
                return session.log[-1][1]
        return float("nan")


def start(run: Run) -> Found:
    """Measure milliseconds and processor milliseconds to the first row, and bytes of the start."""
    taken: dict[str, list[tuple[float, float, float, float]]] = {}
    for _round in range(run.rounds):
        for name in run.commands:
            cases = (("today", TODAY), ("customers", CUSTOMERS)) if name in OURS else (("", None),)
            for case, pattern in cases:
                session = run.session(name)
                try:
                    if case == "customers":
                        run.ready(session, ANY)
                        session.send(KEYS["customers"])
                    came = run.ready(session, pattern or READY.get(name, ANY))
                    spent = run.harness.cpu(session.pid)
                    session.settle(0.2, 5)
                    settled = run.harness.cpu(session.pid)
                    taken.setdefault(f"start {name} {case}".strip(), []).append(
                        ((came - session.t0) * 1000, spent * 1000, settled * 1000, len(session.raw))
                    )
                finally:
                    session.close()
    titles = ("first_row_ms", "cpu_ms", "cpu_settled_ms", "bytes")
    return {name: dict(zip(titles, map(statistics.median, zip(*rows, strict=True)), strict=True))
            for name, rows in taken.items()}  # fmt: skip


class _Keys:
    """Presses keys in one session and collects what each cost, by label."""

    def __init__(self, run: Run, session: Any, into: dict[str, list[tuple[float, float, float]]]) -> None:
        self.run, self.session, self.into = run, session, into

    def press(self, key: str | bytes, label: str = "", times: int = 1) -> None:
        """Press a key so often; only with a label it is measured."""
        for _time in range(times):
            sent, spent, events = len(self.session.raw), self.run.harness.cpu(self.session.pid), 0
            events = len(self.session.log)
            pressed = self.session.send(KEYS[key] if isinstance(key, str) else key)
            self.session.settle(QUIET, 8)
            came = self.session.log[events:]
            if label:
                self.into.setdefault(label, []).append((
                    (came[-1][1] - pressed) * 1000 if came else 0.0,
                    len(self.session.raw) - sent,
                    (self.run.harness.cpu(self.session.pid) - spent) * 1000,
                ))  # fmt: skip


def keys(run: Run) -> Found:
    """Measure each key: milliseconds until the screen is right, bytes, processor ms; and idling."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    idle: Found = {}
    for number in range(run.rounds):
        for name in run.commands:
            if name not in (*OURS, "vim", "less"):
                continue
            session = run.session(name)
            try:
                run.ready(session, TODAY if name in OURS else READY[name])
                session.settle(2.0, 10)
                press = _Keys(run, session, found).press
                if name in OURS:
                    press("down", f"{name} today step", 6)
                    press("customers", f"{name} go to customers")
                    session.settle(2.0, 10)
                press("down", f"{name} step", 12)
                press("down", "", run.lines)
                press("down", f"{name} edge", 8)
                press("page", f"{name} page", 8)
                if name in OURS:
                    press("end", f"{name} end", 2)
                    press("home", f"{name} home", 2)
                    press("search"), press("escape")
                    press("search", f"{name} search", 2), press("escape", f"{name} escape", 1)
                    press("palette"), press("escape")
                    press("palette", f"{name} modal open")
                    press("escape", f"{name} modal close")
                if number == 0:
                    idle[f"idle {name}"] = _idle(run, session)
            finally:
                session.close()
    return {
        f"key {label}": {
            "p50_ms": percentile([row[0] for row in rows], 0.5),
            "p99_ms": percentile([row[0] for row in rows], 0.99),
            "bytes": percentile([row[1] for row in rows], 0.5),
            "cpu_ms": percentile([row[2] for row in rows], 0.5),
        }
        for label, rows in found.items()
    } | idle


def _idle(run: Run, session: Any) -> dict[str, float]:
    session.settle(2.0, 5)
    sent, spent, end = len(session.raw), run.harness.cpu(session.pid), time.perf_counter() + IDLE_SECONDS
    while (left := end - time.perf_counter()) > 0 and session.alive:
        session.pump(left)
    used = run.harness.cpu(session.pid) - spent
    return {
        "bytes_a_second": (len(session.raw) - sent) / IDLE_SECONDS,
        "cpu_percent": used / IDLE_SECONDS * 100,
    }


def link(run: Run) -> Found:
    """Measure how long the screen lags behind after a key was held for two seconds on a slow line."""
    taken: dict[str, list[float]] = {}
    for _round in range(run.rounds):
        for name in ("rep", "vim", "less"):
            if name not in run.commands:
                continue
            for key, rate in (("page", 15), ("down", 30)):
                session = run.session(name, **SLOW)
                try:
                    run.ready(session, TODAY if name in OURS else READY[name])
                    session.settle(2.0, 10)
                    if name in OURS:
                        session.send(KEYS["customers"])
                        session.settle(2.0, 10)
                    began = time.perf_counter()
                    last = began
                    for press in range(2 * rate):
                        while (left := began + press / rate - time.perf_counter()) > 0:
                            session.pump(left)
                        last = session.send(KEYS[key])
                    session.settle(1.0, 40)
                    taken.setdefault(f"held {name} {key}", []).append((session.log[-1][1] - last) * 1000)
                finally:
                    session.close()
    return {name: {"lag_ms": statistics.median(values)} for name, values in taken.items()}


def memory(run: Run) -> Found:
    """Measure megabytes after Today, list, file and form were opened: one alone, six at once, the peers."""
    found: Found = {}
    for name in (*OURS[:1], "vd", "harlequin"):
        if name in run.commands:
            session = _used(run, name)
            found[f"memory {name}"] = run.harness.memory(session.pid)
            session.close()
    six = [_used(run, "rep") for _one in range(6)]
    each = [run.harness.memory(session.pid)["pss"] for session in six]
    for session in six:
        session.close()
    return found | {"memory six at once": {"pss": statistics.mean(each)}}


def _used(run: Run, name: str) -> Any:
    session = run.session(name)
    run.ready(session, TODAY if name in OURS else ANY)
    session.settle(2.0, 15)
    if name in OURS:
        for key in ("customers", "enter", "edit"):
            session.send(KEYS[key])
            session.settle(1.0, 10)
    return session


KINDS: dict[str, Callable[[Run], Found]] = {"start": start, "keys": keys, "link": link, "memory": memory}
