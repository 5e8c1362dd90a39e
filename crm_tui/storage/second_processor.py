"""Whether a process of this one has the second processor, and pipes wide enough that it never waits."""

from __future__ import annotations

import fcntl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import IO

PIPE_BYTES = 1 << 20

_at_work: list[bool] = []


@contextmanager
def at_work() -> Generator[None]:
    """Say in the block that a process of this one is at work on the second processor."""
    _at_work.append(True)
    try:
        yield
    finally:
        _at_work.pop()


def running() -> bool:
    """Tell whether there is one."""
    return bool(_at_work)


def widen(pipe: IO[bytes] | None) -> None:
    """Let a pipe take the texts of a whole part, where the system can: nobody waits to write the next."""
    wider = getattr(fcntl, "F_SETPIPE_SZ", None)
    if wider is not None and pipe is not None:
        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), wider, PIPE_BYTES)
