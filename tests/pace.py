"""How fast this machine is right now: what a test may take is told in work of Python's, not in seconds."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

PATIENCE = 120.0  # seconds after which what is waited for will not come, on the busiest machine
ROUNDS = 200_000  # additions in one unit; about 10 ms


def unit() -> float:
    """Return the seconds of a processor that so many additions take, the best of five."""

    def once() -> float:
        began, total = time.process_time(), 0
        for number in range(ROUNDS):
            total += number * number
        return time.process_time() - began

    return min(once() for _each in range(5))


@contextmanager
def at_most(units: int) -> Generator[None]:
    """Fail when what is within takes this process more units; a machine may get slower in the midst of it."""
    before = unit()
    began = time.process_time()
    yield
    took = time.process_time() - began
    allowed = units * max(before, unit())
    assert took < allowed, f"{took:.2f} s of the processor, allowed were {allowed:.2f}"
