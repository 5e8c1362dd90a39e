"""What each key costs a program, what idling does, and how far a slow line lags behind a held key."""

from __future__ import annotations

import math
import re
import statistics
import time
from pathlib import Path
from typing import Any, NamedTuple

import pyte

from tests.bench.measures import ANY, KEYS, OURS, TODAY, Found, Run
from tests.bench.pseudo_terminal import percentile

PEERS = ("vim", "less")
QUIET = 0.4
IDLE_SECONDS = 20.0
SLOW = {"rate": 20_000.0, "rtt": 0.15}
HELD = (("page", 15), ("down", 30))  # times a second
MODALS = ("palette", "help", "filter", "columns", "order", "views")
PAGES, COPIES = 30, 200  # of our list, that vim and less are given
# What pyte takes for something else.
_STRANGE = re.compile(rb"\x1b\[[<>=?][0-9;]*[um]|\x1b\[[?>][0-9;]*\$?[pqt]|\x1bP.*?\x1b\\\\", re.DOTALL)


class Cost(NamedTuple):
    """What one press cost: milliseconds until the screen was right, bytes, processor milliseconds."""

    ms: float
    sent: int
    cpu_ms: float


class _Keys:
    """Presses keys in one session and collects what each cost, by label."""

    def __init__(self, run: Run, session: Any, into: dict[str, list[Cost]]) -> None:
        self.run, self.session, self.into = run, session, into

    def press(self, key: str, label: str = "") -> None:
        """Press a key and wait until nothing comes any more; only with a label it is measured."""
        session, cpu = self.session, self.run.harness.cpu
        sent, events, spent = len(session.raw), len(session.log), cpu(session.pid)
        pressed = session.send(KEYS[key])
        session.settle(QUIET, 8)
        came = session.log[events:]
        if label:
            cost = Cost(
                (came[-1][1] - pressed) * 1000 if came else 0.0,
                len(session.raw) - sent,
                (cpu(session.pid) - spent) * 1000,
            )
            self.into.setdefault(label, []).append(cost)

    def rush(self, key: str, times: int) -> None:
        """Press a key so often without looking."""
        for _time in range(times):
            self.session.send(KEYS[key])
        self.session.settle(1.0, 20)


def _begun(run: Run, session: Any, name: str) -> None:
    """Wait until a program shows its rows; without them nothing is measured."""
    if math.isnan(run.ready(session, TODAY if name in OURS else ANY)):
        raise SystemExit(f"{name} showed no rows: {run.harness.visible(bytes(session.raw))[-400:]!r}")
    session.settle(2.0, 10)


def same_text(run: Run, path: Path) -> None:
    """Write what the list of customers shows, page by page, as a text: peers are to show the same."""
    session = run.session("rep")
    try:
        _begun(run, session, "rep")
        keys = _Keys(run, session, {})
        keys.press("customers")
        keys.rush("page", 1)
        lines: list[str] = []
        for _page in range(PAGES):
            keys.press("page")
            screen = pyte.Screen(run.columns, run.lines)
            pyte.ByteStream(screen).feed(_STRANGE.sub(b"", bytes(session.raw)))
            shown = [line.rstrip()[: run.columns - 1].rstrip() for line in screen.display]
            lines += [line for line in shown if re.search(r"C?\d{6}", line[:20])]
    finally:
        session.close()
    path.write_text("\n".join(lines * COPIES) + "\n")


def keys(run: Run) -> Found:
    """Measure each key: milliseconds until the screen is right, bytes, processor ms; and idling."""
    found: dict[str, list[Cost]] = {}
    idle: Found = {}
    for number in range(run.rounds):
        for name in (*OURS, *PEERS):
            if name not in run.commands:
                continue
            session = run.session(name)
            try:
                _begun(run, session, name)
                _presses(name, _Keys(run, session, found), run.lines)
                if number == 0:
                    idle[f"idle {name}"] = _idle(run, session)
            finally:
                session.close()
    return {
        f"key {label}": {
            "p50_ms": percentile([cost.ms for cost in costs], 0.5),
            "p99_ms": percentile([cost.ms for cost in costs], 0.99),
            "bytes": percentile([cost.sent for cost in costs], 0.5),
            "most_bytes": max(cost.sent for cost in costs),
            "cpu_ms": percentile([cost.cpu_ms for cost in costs], 0.5),
        }
        for label, costs in found.items()
    } | idle


def _presses(name: str, keys: _Keys, lines: int) -> None:
    def several(times: int, *pressed: tuple[str, str]) -> None:
        for _time in range(times):
            for key, label in pressed:
                keys.press(key, f"{name} {label}")

    ours = name in OURS
    if ours:
        several(6, ("down", "today step"))
        several(1, ("customers", "go to customers"))
        keys.session.settle(2.0, 10)
    several(12, ("down", "step"))
    keys.rush("down", lines)
    several(8, ("down", "edge"))
    several(8, ("page", "page"))
    if ours:
        several(4, ("end", "end"), ("home", "home"))
        several(4, ("search", "search"), ("escape", "escape"))
        for modal in MODALS:
            several(2, (modal, f"modal {modal}"), ("escape", "escape"))
        several(3, ("file", "file"), ("escape", "file closed"), ("down", "step"))


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
        for name in ("rep", *PEERS):
            if name not in run.commands:
                continue
            for key, rate in HELD:
                session = run.session(name, **SLOW)
                try:
                    _begun(run, session, name)
                    if name in OURS:
                        session.send(KEYS["customers"])
                        session.settle(2.0, 10)
                    last = _held(session, KEYS[key], rate)
                    session.settle(1.0, 40)
                    lag = (session.log[-1][1] - last) * 1000
                    if lag < 0:
                        raise SystemExit(f"{name} stood still before the {key} key was let go")
                    taken.setdefault(f"held {name} {key}", []).append(lag)
                finally:
                    session.close()
    return {name: {"lag_ms": statistics.median(values)} for name, values in taken.items()}


def _held(session: Any, key: bytes, rate: int) -> float:
    """Hold a key for two seconds and return when it was pressed last."""
    began = last = time.perf_counter()
    for press in range(2 * rate):
        while (left := began + press / rate - time.perf_counter()) > 0:
            session.pump(left)
        last = session.send(key)
    return last
