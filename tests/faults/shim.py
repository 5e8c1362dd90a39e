"""A disk that fails on command: compiles tests/faults/shim.c and starts processes under it.

In such a process ``arm`` makes the n-th operation of a kind fail and ``trace`` writes every one of them down.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

WRITE, SYNC, TRUNCATE, UNLINK, RENAME, OPEN, READ, NOTE = 1, 2, 4, 8, 16, 32, 64, 128
ROOT = Path(__file__).parents[2]


class Operation(NamedTuple):
    """One operation of a trace: kind, file, offset or size, what was written, and a flag of its kind.

    RENAME: ``data`` is the new name, ``offset`` 1 for a second name (link). OPEN: ``length`` 1: it emptied.
    """

    kind: int
    path: str
    offset: int
    data: bytes
    length: int


def why_not() -> str:
    """Return why there can be no failing disk on this machine, '' when there can."""
    if sys.platform != "linux":
        return "the C library can be stood before on Linux only"
    return "" if shutil.which("cc") else "there is no C compiler (cc)"


@cache
def library() -> Path:
    """Compile the shim once in a run and return where it is."""
    folder = Path(tempfile.mkdtemp(prefix="crm-shim-"))
    built = folder / "shim.so"
    source = Path(__file__).with_suffix(".c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", built, source, "-ldl"], check=True)
    return built


def start(module: str, folder: Path, *arguments: object) -> subprocess.Popen[str]:
    """Start a module of the tests whose files under ``folder`` are on a disk that can fail."""
    environment = {**os.environ, "LD_PRELOAD": str(library()), "CRM_SHIM_PREFIX": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )


@cache
def _loaded() -> ctypes.CDLL:
    found = ctypes.CDLL(None)
    found.shim_arm.argtypes = [ctypes.c_int, ctypes.c_long, ctypes.c_long, ctypes.c_int, ctypes.c_int]
    found.shim_seen.restype = found.shim_failed.restype = ctypes.c_long
    found.shim_trace.argtypes = found.shim_note.argtypes = [ctypes.c_char_p]
    return found


def arm(kinds: int, first: int, error: int, *, times: int = 1, short: bool = False) -> None:
    """Let the ``first``-th operation of these kinds fail, and ``times`` in all (0: every one from there on).

    ``short`` lets half of the first one through, as a disk does that runs full.
    """
    _loaded().shim_arm(kinds, first, times, error, int(short))


def disarm() -> tuple[int, int]:
    """End what was armed; return how many such operations there were and how many failed."""
    counts = _loaded().shim_seen(), _loaded().shim_failed()
    _loaded().shim_arm(0, 0, 1, 0, 0)
    return counts


def trace(path: Path | None) -> None:
    """Write every operation down in a file from now on, or no more."""
    _loaded().shim_trace(os.fsencode(path) if path else None)


def note(text: str) -> None:
    """Put a word into the trace, between the operations before and after it."""
    _loaded().shim_note(text.encode())


def operations(path: Path) -> Iterator[Operation]:
    """Yield what a trace holds, in order."""
    content = memoryview(path.read_bytes())
    at = 0

    def number(size: int) -> int:
        nonlocal at
        at += size
        return int.from_bytes(content[at - size : at], "little", signed=size == 8)

    while at < len(content):
        kind, name = number(4), number(4)
        file = bytes(content[at : at + name]).decode()
        at += name
        offset, length = number(8), number(8)
        size = length if kind in (WRITE, RENAME, NOTE) else 0
        yield Operation(kind, file, offset, bytes(content[at : at + size]), length)
        at += size
