"""The power goes at a random moment: no corrupt file, no acknowledged save lost, an import whole or none.

    python -m tests.faults.power_cuts --cuts 200 [--journal wal|truncate] [--harsh] [--seed 1]
        [--synchronous full|normal|off]

A run of saves, an import and its undo is recorded write by write under tests/faults/shim.c. For each cut the
files are put together as a disk may leave them: what a file's last sync covers is there, every later write is
kept, lost or torn at sectors of 512 bytes. Names and lengths (create, remove, rename, truncate) are there at
once; with ``--harsh`` a truncation waits for the file's sync like a write, and names wait, in order, for the
folder's. The index of the write-ahead log (-shm) is never there. The product never uses ``--synchronous
off``, nor ``normal`` with a write-ahead log: there saves must be lost, which shows that the command can tell.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.session import open_session
from crm_tui.storage import connection as connections
from crm_tui.storage.connection import connect
from tests.faults import disk_work, processes, shim

SECTOR = 512
BEGUN, SAID = "begun ", "said "


class Outcome(NamedTuple):
    """What a run came to; with ``synchronous=FULL`` ``corrupt``, ``lost`` and ``faults`` must be empty."""

    cuts: int
    acknowledged: int
    corrupt: int
    lost: int
    faults: list[str]


class _File:
    """A file on a disk that loses what was not synchronised."""

    def __init__(self, content: bytes = b"") -> None:
        self.durable = bytearray(content)
        self.pending: list[shim.Operation] = []

    def sync(self) -> None:
        for one in self.pending:
            _apply(self.durable, one, one.data)
        self.pending.clear()

    def cut(self, chance: random.Random, harsh: bool) -> bytes:
        """Return what the disk may hold when the power goes now."""
        content = bytearray(self.durable)
        for one in self.pending:
            if one.kind == shim.TRUNCATE:
                if not harsh or chance.random() < 0.5:
                    _apply(content, one, b"")
                continue
            fate = chance.random()
            if fate < 0.4:
                _apply(content, one, one.data)
            elif fate < 0.7:
                _tear(content, one, chance)
        return bytes(content)


def _apply(content: bytearray, one: shim.Operation, data: bytes, offset: int | None = None) -> None:
    at = one.offset if offset is None else offset
    end = at if one.kind == shim.TRUNCATE else at + len(data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if one.kind == shim.TRUNCATE:
        del content[at:]
    else:
        content[at:end] = data


def _tear(content: bytearray, one: shim.Operation, chance: random.Random) -> None:
    at = one.offset
    while at < one.offset + len(one.data):
        end = min(one.offset + len(one.data), at - at % SECTOR + SECTOR)
        if chance.random() < 0.5:
            _apply(content, one, one.data[at - one.offset : end - one.offset], at)
        at = end


class _Disk:
    """All files of a folder, and the names that are not durable yet."""

    def __init__(self, folder: Path, database: Path, content: bytes, harsh: bool) -> None:
        self.folder = str(folder)
        self.harsh = harsh
        self.names: dict[str, _File] = {str(database): _File(content)}
        self.durable = dict(self.names)
        self.waiting: list[dict[str, _File]] = []

    def take(self, one: shim.Operation) -> None:
        """Let an operation happen."""
        if one.kind == shim.SYNC:
            if one.path in self.names:
                self.names[one.path].sync()
            elif one.path == self.folder:
                self.durable = dict(self.names)
                self.waiting.clear()
        elif one.kind in (shim.WRITE, shim.TRUNCATE):
            # A file that was removed while it was open is nobody's any more.
            if one.path in self.names:
                self.names[one.path].pending.append(one)
        else:
            self._name(one)

    def _name(self, one: shim.Operation) -> None:
        before = dict(self.names)
        if one.kind == shim.OPEN:
            if one.path not in self.names and one.path != self.folder:
                self.names[one.path] = _File()
            elif one.length:
                self.names[one.path].pending.append(one._replace(kind=shim.TRUNCATE, offset=0))
        elif one.kind == shim.UNLINK:
            self.names.pop(one.path, None)
        elif one.path in self.names:
            self.names[one.data.decode()] = self.names[one.path]
            if not one.offset:
                del self.names[one.path]
        if self.names != before:
            self.waiting.append(dict(self.names))

    def cut(self, target: Path, chance: random.Random) -> None:
        """Put the files together as they may be found when the power goes now."""
        names = self.names
        if self.harsh:
            names = chance.choice([self.durable, *self.waiting])
        for path, file in names.items():
            place = target / Path(path).relative_to(self.folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.cut(chance, self.harsh))


def record(folder: Path, journal: str, synchronous: str) -> None:
    """Do the work in this process, which the shim writes down, and say in between what was acknowledged."""
    pragmas: Any = tuple(
        f"synchronous={synchronous.upper()}" if pragma.startswith("synchronous") else pragma
        for pragma in connections.PRAGMAS
    )
    connections.PRAGMAS = pragmas
    path = disk_work.fresh(folder)
    work = disk_work.Saves(path, journal)
    shim.trace(folder / "trace")
    numbers = iter(range(1000))

    def saves(count: int) -> None:
        for number, _turn in zip(numbers, range(count), strict=False):
            shim.note(f"{BEGUN}{number}次")
            work.save(f"{number}次")
            shim.note(f"{SAID}{number}次")

    def step(what: disk_work.Saves, word: str) -> None:
        shim.note(f"{BEGUN}{word}")
        what.session = work.session
        what.do()
        shim.note(f"{SAID}{word}")

    work.open(tight=False)
    saves(12)
    step(disk_work.Import(path, journal), "import")
    saves(6)
    work.close()
    work.open(tight=True)
    saves(4)
    step(disk_work.Undo(path, journal), "undo")
    saves(4)
    work.close()


def run(
    folder: Path, journal: str, cuts: int, *, seed: int = 1, synchronous: str = "full", harsh: bool = False
) -> Outcome:
    """Record one run, cut it so many times and look at each image."""
    disk_work.prepare(folder, "save", journal)
    database = folder / "disk" / "crm.db"
    arguments = ["--child", folder, "--journal", journal, "--synchronous", synchronous]
    process = shim.start("tests.faults.power_cuts", folder / "disk", *arguments)
    _output, errors = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the recorded run failed: {errors[-1500:]}")
    operations = list(shim.operations(folder / "trace"))
    chance = random.Random(seed)
    moments = sorted(chance.randrange(1, len(operations) + 1) for _cut in range(cuts))
    disk = _Disk(folder / "disk", database, (folder / "template.db").read_bytes(), harsh)
    notes: list[str] = []
    done = corrupt = lost = 0
    faults: list[str] = []
    for moment in moments:
        for one in operations[done:moment]:
            if one.kind == shim.NOTE:
                notes.append(one.data.decode())
            else:
                disk.take(one)
        done = moment
        target = folder / "image"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        disk.cut(target, chance)
        broken, missing = look(target / "crm.db", notes)
        corrupt += bool(broken)
        lost += bool(missing)
        faults += [f"cut {moment} of {len(operations)}: {each}" for each in (*broken, *missing)]
    return Outcome(cuts, sum(note.startswith(SAID) for note in notes), corrupt, lost, faults)


def look(path: Path, notes: list[str]) -> tuple[list[str], list[str]]:
    """Open an image as the product does; return what is corrupt and what was acknowledged and is lost."""
    try:
        with open_session(path, login="li") as session:
            new = session.reader.execute("SELECT count(*) FROM customer WHERE name LIKE '新%'").fetchone()[0]
            contents = session.reader.execute("SELECT content FROM activity").fetchall()
        broken = processes.unsound(path)
        found = []
        disk_work.Import(path, "").look(found)
        broken += [each for each in found if not each.startswith("left behind")]
        connection = connect(path)
        last = connection.execute("SELECT note FROM customer WHERE id = 1").fetchone()[0]
        connection.close()
    except Exception as error:
        return [f"{type(error).__name__}: {error}"], []
    stored = {row[0] for row in contents}
    said = {note.removeprefix(SAID) for note in notes if note.startswith(SAID)}
    begun = {note.removeprefix(BEGUN) for note in notes if note.startswith(BEGUN)}
    missing = [f"save {token} is lost" for token in said - stored if token.endswith("次")]
    if more := stored - begun:
        broken.append(f"a save from nowhere: {sorted(more)}")
    if stored and last not in stored:
        broken.append(f"half a save: {last}")
    if "import" in said and "undo" not in begun and new != disk_work.ROWS:
        missing.append("the import is lost")
    if "undo" in said and new:
        missing.append("the undo is lost")
    return broken, missing


def main() -> int:
    """Run the command; the exit code is 1 when something broke, or when nothing did that had to."""
    parser = processes.options(__doc__)
    parser.add_argument("--cuts", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--harsh", action="store_true")
    parser.add_argument("--synchronous", choices=("full", "normal", "off"), default="full")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        record(wanted.child, wanted.journal[0], wanted.synchronous)
        return 0
    if reason := shim.why_not():
        print(f"not run: {reason}")
        return 2
    failed = False
    for journal in wanted.journal or processes.MODES:
        with tempfile.TemporaryDirectory() as folder:
            outcome = run(
                Path(folder), journal, wanted.cuts,
                seed=wanted.seed, synchronous=wanted.synchronous, harsh=wanted.harsh,
            )  # fmt: skip
        kind = f"synchronous={wanted.synchronous}{' harsh' if wanted.harsh else ''}"
        print(
            f"{journal} {kind}: {outcome.cuts} cuts, {outcome.corrupt} corrupt,"
            f" {outcome.lost} lost something acknowledged"
        )
        for fault in outcome.faults[:5]:
            print(f"    {fault}")
        lossy = wanted.synchronous == "off" or (wanted.synchronous == "normal" and journal == "wal")
        failed |= bool(outcome.faults) != lossy
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
