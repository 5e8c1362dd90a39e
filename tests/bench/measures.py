"""What is measured of each program: its start, its memory; ``key_presses`` the rest. Programs take turns."""

from __future__ import annotations

import re
import statistics
import time
from types import ModuleType
from typing import Any, NamedTuple

Found = dict[str, dict[str, float]]
OURS = ("rep", "manager")
# A row of data on the screen; of Today a heading that has counted its rows comes with them.
TODAY = re.compile(r"[▾▸]\s*\S+(?: \S+)?\s*\(\d+\)")
CUSTOMERS = re.compile(r"客户编号[\s\S]*C\d{6}")
READY = {"minimal": re.compile("hello, ready")}
ANY = re.compile(r"\S")
STARTS = (
    ("today", (), TODAY),
    ("customers", ("--customers",), CUSTOMERS),
    ("customers by key", (), CUSTOMERS),
)
KEYS = {
    "down": b"\x1b[B", "page": b"\x1b[6~", "end": b"G", "home": b"g", "escape": b"\x1b", "search": b"/",
    "palette": b":", "help": b"?", "filter": b"f", "columns": b"c", "order": b"s", "views": b"w",
    "today": b"1", "customers": b"2", "file": b"\r", "edit": b"e",
}  # fmt: skip


class Run(NamedTuple):
    """What measuring needs: the harness, commands by name, the size of the terminal in cells, how often."""

    harness: ModuleType
    commands: dict[str, list[str]]
    columns: int
    lines: int
    rounds: int

    def session(self, name: str, *options: str, **line: float) -> Any:
        """Start a program."""
        return self.harness.Session(
            [*self.commands[name], *options], cols=self.columns, rows=self.lines, **line
        )

    def ready(self, session: Any, pattern: re.Pattern[str], since: int = 0, cap: float = 60.0) -> float:
        """Wait until what was sent since a byte matches and return the moment, NaN when it never does."""
        end = time.perf_counter() + cap
        while session.alive and time.perf_counter() < end:
            if session.pump(0.5) and pattern.search(self.harness.visible(bytes(session.raw[since:]))):
                return session.log[-1][1]
        return float("nan")


def start(run: Run) -> Found:
    """Measure milliseconds and processor milliseconds to the first row, and bytes of the start.

    Customers twice: where the program begins with them, and where their key is pressed at the first sign.
    """
    taken: dict[str, list[tuple[float, float, float, float]]] = {}
    for _round in range(run.rounds):
        for name in run.commands:
            cases = STARTS if name in OURS else (("", (), None),)
            for case, options, pattern in cases:
                session = run.session(name, *options)
                try:
                    if case == "customers by key":
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
        # From Today, whose customers are one's own: those of others open no form.
        for key in ("customers", "today", "file", "edit"):
            session.send(KEYS[key])
            session.settle(1.0, 10)
    return session
