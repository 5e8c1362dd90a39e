"""Every command on hostile data and with hostile words, on a terminal and into a pipe."""

from __future__ import annotations

import json
import os
import pty
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import pyte

from crm_tui import __main__ as program
from crm_tui.cli.diagnostics import FAULT
from crm_tui.config import state_dir
from crm_tui.text.cells import width
from tests.hostile.corpus import offences

COLUMNS, ROWS = 240, 4000
STATUSES = range(5)
Words = Sequence[str]


class Said(NamedTuple):
    """What a call gave: its status, what stood on stdout and on stderr."""

    status: int
    out: str
    err: str


def call(words: Words, *, terminal: bool) -> Said:
    """Run one call in this process, both outputs real terminals or real pipes."""
    ends = [pty.openpty() if terminal else os.pipe() for _each in range(2)]
    heard: list[bytes] = [b"", b""]

    def listen(at: int) -> None:
        with suppress(OSError):  # a terminal whose other end is closed
            while piece := os.read(ends[at][0], 65536):
                heard[at] += piece

    threads = [threading.Thread(target=listen, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    former = sys.stdout, sys.stderr, sys.argv, os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(COLUMNS)
    try:
        sys.stdout, sys.stderr = (os.fdopen(end[1], "w", encoding="utf-8") for end in ends)
        sys.argv = ["crm-tui", *words]
        status = program.call(list(words))
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.close()
        sys.stdout, sys.stderr, sys.argv = former[:3]
        for thread in threads:
            thread.join()
        for end in ends:
            os.close(end[0])
    out, err = (piece.decode("utf-8", "surrogateescape") for piece in heard)
    if terminal:
        # The terminal's own line ends, and the bar of progress, which goes back to the beginning of its line.
        out, err = out.replace("\r\n", "\n"), err.replace("\r", "")
    return Said(status, out, err)


def judged(words: Words, said: Said) -> list[str]:
    """Return what is wrong with what a call gave."""
    wrong = [f"stdout: {one}" for one in offences(said.out)] + [
        f"stderr: {one}" for one in offences(said.err)
    ]
    if said.status not in STATUSES:
        wrong.append(f"status {said.status}: {last_fault() if said.status == FAULT else said.err[-300:]!r}")
    if "Traceback (most recent" in said.out + said.err:
        wrong.append(f"a traceback: {said.err[-300:]!r}")
    if "--json" in words and not {"--help", "-h"} & set(words):
        for line in said.out.splitlines():
            with suppress_wrong(wrong, f"no JSON: {line[:80]!r}"):
                json.loads(line)
    return [f"{' '.join(words)!r}: {one}" for one in wrong]


def last_fault() -> str:
    """Return the end of the log: what went wrong, and where."""
    log = state_dir() / "crm-tui.log"
    lines = log.read_text("utf-8").strip().splitlines() if log.exists() else ["no log"]
    return (
        " | ".join(line.strip()[:150] for line in lines if "crm_tui/" in line)[-330:]
        + " | "
        + lines[-1][:160]
    )


class suppress_wrong:
    """Note a sentence when the block raises ValueError."""

    def __init__(self, wrong: list[str], sentence: str) -> None:
        self.wrong, self.sentence = wrong, sentence

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> bool:
        if kind is not None and issubclass(kind, ValueError):
            self.wrong.append(self.sentence)
            return True
        return False


def askew(out: str, titles: Sequence[str]) -> list[str]:
    """Return the lines of a table that do not stand in its columns, as a terminal (pyte) shows them."""
    lines = out.splitlines()
    if not lines:
        return ["nothing is listed"]
    screen = pyte.Screen(COLUMNS, min(len(lines) + 1, ROWS))
    pyte.Stream(screen).feed("\r\n".join(lines[: ROWS - 1]))
    shown = ["".join(screen.buffer[y][x].data or "" for x in range(COLUMNS)) for y in range(screen.lines)]
    grid = [[screen.buffer[y][x].data for x in range(COLUMNS)] for y in range(screen.lines)]
    head = lines[0]
    starts, at = [], 0
    for title in titles:
        places = [place for text in (title, f"{title[:2]}…") if (place := head.find(text, at)) >= 0]
        found = min(places, default=-1)
        if found < 0:
            return [f"the heading lacks {title}: {head!r}"]
        starts.append(width(head[:found]))
        at = found + 1
    wrong = []
    for y, line in enumerate(grid[: len(lines)]):
        if lines[y].strip() and any("".join(line[start - 2 : start]) != "  " for start in starts[1:]):
            wrong.append(f"line {y}: {shown[y].rstrip()!r}")
    wrong += [f"too wide by {width(line) - COLUMNS}: {line!r}" for line in lines if width(line) > COLUMNS]
    return wrong[:5]
