"""What else finds a customer: fzf, ripgrep and grep in a text of one line each, and LIKE in the database.

They are given what our documents hold, folded already: lower case, simplified signs, plain digits. An answer
is the first ten ids. What is not installed is left out, and said.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from crm_tui.storage.driver import sqlite3
from crm_tui.text.fold import searchable

FIRST = 10
PART = 20_000
PAGE = (
    "SELECT customer_id, haystack FROM customer_state WHERE customer_id > :after ORDER BY customer_id"
    f" LIMIT {PART}"
)
LIKE = (
    "SELECT c.id FROM customer c JOIN customer_state s ON s.customer_id = c.id WHERE {tests}"
    f" ORDER BY length(c.name) NULLS LAST, c.id LIMIT {FIRST}"
)
COMMANDS: dict[str, Callable[[str, str], list[str]]] = {
    "fzf --filter": lambda query, _file: ["fzf", "--filter", query],
    "ripgrep -Fi": lambda query, file: ["rg", "-Fi", "--no-line-number", "-e", query, file],
    "grep -F": lambda query, file: ["grep", "-F", "-e", query, file],
}


class Taken(NamedTuple):
    """Processor milliseconds of an answer, and its first ids."""

    cpu: float
    ids: list[int]


Ask = Callable[[str], Taken]


def peers(reader: sqlite3.Connection, folder: Path) -> tuple[dict[str, Ask], list[str]]:
    """Return the peers by name, and what is not installed; their text is written into the folder."""
    file = folder / "customers.txt"
    write_text(reader, file)
    found: dict[str, Ask] = {"LIKE": lambda query: like(reader, query)}
    missing = []
    for name, command in COMMANDS.items():
        if shutil.which(command("", "")[0]):
            found[name] = lambda query, command=command: run(command(query, str(file)), file, folder / "out")
        else:
            missing.append(name)
    return found, missing


def write_text(reader: sqlite3.Connection, file: Path) -> None:
    """Write a line for each customer: what its document holds, and its id."""
    after = 0
    with file.open("w", encoding="utf-8") as out:
        while rows := reader.execute(PAGE, {"after": after}).fetchall():
            for customer, document in rows:
                out.write("\t".join(line[1:] for line in document.split("\n")) + f"\t{customer}\n")
            after = rows[-1][0]


def run(command: list[str], file: Path, answer: Path) -> Taken:
    """Run a program that reads the text and return what it took and the ids of its first lines."""
    with file.open("rb") as source, answer.open("wb") as out:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdin=source, stdout=out, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    with answer.open("rb") as lines:
        first = [line for line, _place in zip(lines, range(FIRST), strict=False)]
    return Taken(cpu * 1000, [int(line.rpartition(b"\t")[2]) for line in first if b"\t" in line])


def like(reader: sqlite3.Connection, query: str) -> Taken:
    """Ask with LIKE for each word, the shortest names first."""
    words = searchable(query).split()
    params = {f"w{at}": f"%{word}%" for at, word in enumerate(words)}
    tests = " AND ".join(f"s.haystack LIKE :{name}" for name in params) or "1 = 0"
    began = time.process_time()
    rows = reader.execute(LIKE.replace("{tests}", tests), params).fetchall()
    return Taken((time.process_time() - began) * 1000, [row[0] for row in rows])
