"""Several processes migrate, or restore, one file at the same moment: one does it, the others hear of it.

    python -m tests.faults.at_once --times 20 --processes 4 [--journal wal|truncate]

Of migrations one alters the file and the others find nothing to do. Of restores and openings those that come
too late are told by a sentence; each restore that took place kept the file that stood there.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from crm_tui.customers import service
from crm_tui.errors import Busy, Conflict, CrmError
from crm_tui.session import create_database, open_session
from crm_tui.storage.backup import backups, default_folder, make_backup
from crm_tui.storage.connection import OldFile, connect
from crm_tui.storage.migrations import migrate, version_of
from crm_tui.storage.presence import marker_path, seats_folder
from crm_tui.storage.restoring import KEPT, restore
from crm_tui.storage.schema import VERSION
from tests.faults import processes
from tests.faults.killing import in_mode
from tests.faults.migration_kill import sound_backups
from tests.storage.old import WHO, old_file, unlike_old


class Outcome(NamedTuple):
    """What a campaign came to: how often, what the processes said in all; ``faults`` must be empty."""

    times: int
    said: Counter[str]
    faults: list[str]


def together(works: list[Callable[[], str]]) -> list[str]:
    """Run each in a process of its own, all let go at one moment; return what each came to."""
    gate_out, gate_in = os.pipe()
    children = []
    for work in works:
        outlet, inlet = os.pipe()
        child = os.fork()
        if child == 0:
            answer = "died"
            try:
                os.close(gate_in)
                os.read(gate_out, 1)
                answer = work()
            except CrmError as error:
                answer = f"{type(error).__name__}: {error}"
            except BaseException as error:
                answer = f"fault {type(error).__name__}: {error}"
            finally:
                os.write(inlet, answer.encode())
                os._exit(0)
        os.close(inlet)
        children.append((child, outlet))
    os.close(gate_out)
    os.close(gate_in)
    answers = []
    for child, outlet in children:
        with os.fdopen(outlet, encoding="utf-8") as pipe:
            answers.append(pipe.read())
        os.waitpid(child, 0)
    return answers


def opened(path: Path, wait: float) -> Callable[[], str]:
    """Return the work of somebody who comes in and leaves again."""

    def work() -> str:
        time.sleep(wait)
        with open_session(path, login=WHO) as session:
            return f"opened {session.reader.execute('SELECT count(*) FROM customer').fetchone()[0]}"

    return work


def migrations(folder: Path, journal: str, count: int, chance: random.Random) -> tuple[list[str], list[str]]:
    """Let so many migrate one old file, and two more open it meanwhile; return what was said and wrong."""
    path = folder / "crm.db"
    old_file(path)
    in_mode(path, journal)

    def migrated() -> str:
        done = migrate(path, None, WHO)
        return "migrated" if done.from_version < done.to_version else "nothing to do"

    answers = together([*[migrated] * count, opened(path, 0.0), opened(path, chance.random() * 0.3)])
    told, openings = Counter(answers[:count]), answers[count:]
    faults = [] if told == {"migrated": 1, "nothing to do": count - 1} else [f"migrations: {dict(told)}"]
    fine = ("opened ", f"{OldFile.__name__}:", f"{Busy.__name__}:")
    faults += [f"an opening: {answer}" for answer in openings if not answer.startswith(fine)]
    faults += processes.unsound(path) + sound_backups(default_folder(path))
    connection = connect(path)
    moved, version = unlike_old(connection), version_of(connection)
    notes = connection.execute("SELECT count(*) FROM upkeep WHERE kind = 'migration'").fetchone()[0]
    connection.close()
    if version != VERSION or notes != 1 or len(backups(default_folder(path))) != 1:
        faults.append(f"version {version}, {notes} notes, {len(backups(default_folder(path)))} backups")
    faults += moved
    return [answer.split(":")[0].split(" ")[0] for answer in answers], faults


def restores(folder: Path, journal: str, count: int, chance: random.Random) -> tuple[list[str], list[str]]:
    """Let so many restore a backup each, and two more open the file; return what was said and wrong."""
    path, place = folder / "crm.db", folder / "backups"
    create_database(path, login=WHO, name="王芳")
    in_mode(path, journal)
    place.mkdir()
    made = []
    for number in range(count):
        with open_session(path, login=WHO) as session:
            session.write(service.add, {"name": f"客户{number}"})
        made.append(make_backup(path, place, "manual", WHO).path)
    with open_session(path, login=WHO) as session:
        session.write(service.add, {"name": "最后"})

    def restored(number: int) -> Callable[[], str]:
        wait = chance.random() * 0.1

        def work() -> str:
            time.sleep(wait)
            restore(path, made[number], WHO)
            return f"restored {number + 1}"

        return work

    works = [restored(number) for number in range(count)]
    answers = together([*works, opened(path, chance.random() * 0.1), opened(path, chance.random() * 0.3)])
    won = [int(answer.split()[1]) for answer in answers if answer.startswith("restored ")]
    fine = ("restored ", "opened ", f"{Busy.__name__}:", f"{Conflict.__name__}:")
    faults = [f"untold: {answer}" for answer in answers if not answer.startswith(fine)]
    connection = connect(path)
    now = connection.execute("SELECT count(*) FROM customer").fetchone()[0]
    connection.close()
    if now not in (won or [count + 1]):
        faults.append(f"{now} customers after {won} were restored")
    faults += processes.unsound(path)
    kept = [one for one in folder.glob(f"*{KEPT}*") if not one.name.endswith(("-wal", "-shm"))]
    if len(kept) != len(won):
        faults.append(f"{len(kept)} files kept of {len(won)} restores")
    for one in kept:
        faults += [f"the kept file: {what}" for what in processes.unsound(one)]
    stood = sorted([*won, count + 1])
    if kept and sorted([*map(_customers, kept), now]) != stood:
        faults.append(f"kept {sorted(map(_customers, kept))} and {now} stands, of {stood}")
    faults += sound_backups(place)
    if marker_path(path).exists() or list(folder.glob(".*.restore")):
        faults.append("something of a restore was left behind")
    return [answer.split(":")[0].split(" ")[0] for answer in answers], faults


def _customers(path: Path) -> int:
    connection = connect(path)
    count = connection.execute("SELECT count(*) FROM customer").fetchone()[0]
    connection.close()
    return count


PLAYS = {"migrate": migrations, "restore": restores}


def run(folder: Path, what: str, journal: str, times: int, count: int = 3, seed: int = 1) -> Outcome:
    """Do it so often, each time with new files, and stop at the first fault."""
    chance = random.Random(seed)
    said: Counter[str] = Counter()
    faults: list[str] = []
    done = 0
    while done < times and not faults:
        place = folder / str(done)
        place.mkdir()
        answers, faults = PLAYS[what](place, journal, count, chance)
        said.update(answers)
        if seats_folder(place / "crm.db").exists():
            faults.append("somebody is said to be in")
        done += 1
        shutil.rmtree(place)
    return Outcome(done, said, faults)


def main() -> int:
    """Run the command; the exit code is 1 when something went wrong."""
    parser = processes.options(__doc__)
    parser.add_argument("--what", choices=list(PLAYS), action="append")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()

    def play(what: str, folder: Path, journal: str) -> tuple[str, list[str]]:
        outcome = run(folder, what, journal, wanted.times, wanted.processes, wanted.seed)
        told = ", ".join(f"{word} {count}" for word, count in outcome.said.most_common())
        return f"{what}, {outcome.times} times {wanted.processes} at once: {told}", outcome.faults

    fine = "one did it, the others were told"
    return max([processes.in_each_mode(wanted, partial(play, what), fine) for what in wanted.what or PLAYS])


if __name__ == "__main__":
    sys.exit(main())
