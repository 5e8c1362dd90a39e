"""A restore is killed at random moments: the old file or the new one, whole, and the old one kept.

    python -m tests.faults.restore_kill --kills 200 [--journal wal|truncate] [--seed 1]

With a write-ahead log the old file has one that holds saves of its own, left by a session that died; half of
the kills are aimed at the end, where the files change places.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from crm_tui.customers import service
from crm_tui.session import create_database, open_session
from crm_tui.storage import restoring
from crm_tui.storage.backup import make_backup
from crm_tui.storage.change import Change
from crm_tui.storage.connection import connect
from crm_tui.storage.presence import marker_path
from crm_tui.storage.restoring import KEPT, restore
from tests.faults import processes
from tests.faults.killing import Outcome, Say, added, campaign, command, in_mode
from tests.faults.migration_kill import sound_backups

IN_BACKUP, LATER = 400, 40
BESIDE = ("", "-wal")


class Restoring:
    """Restores a backup of 400 customers over a database of 440; every round begins with that."""

    def __init__(self, path: Path, backup: Path, *, exchanging: bool) -> None:
        self.path = path
        self.backup = backup
        self.exchanging = exchanging  # only the exchange of the files is timed, not what comes before it
        self.made = path.parent.with_name(f"{path.parent.name}.made")
        self.renew()

    def renew(self) -> None:
        """Start over with the old file, its log, and nothing beside it."""
        shutil.rmtree(self.path.parent, ignore_errors=True)
        shutil.copytree(self.made, self.path.parent)

    def work(self, say: Say) -> None:
        """Restore the backup."""
        exchange = restoring.exchange

        def told(database: Path, part: Path) -> Path | None:
            say("begin" if self.exchanging else "write")
            if self.exchanging:
                say("write")
            return exchange(database, part)

        restoring.exchange = told  # ty: ignore[invalid-assignment]
        if not self.exchanging:
            say("begin")
        restore(self.path, self.backup, "li")
        say("done")

    def mend(self, say: Say) -> None:
        """Open the file as the next person does."""
        say("begin")
        with open_session(self.path, login="li"):
            pass

    def peek(self) -> list[str]:
        """Return what is wrong with the backup; the files beside it are settled at the next opening."""
        return sound_backups(self.backup.parent)

    def look(self, done: bool) -> tuple[bool, list[str]]:
        """Open the file and return whether it is the restored one; the old one must then lie beside it."""
        with open_session(self.path, login="li") as session:
            count = session.reader.execute("SELECT count(*) FROM customer").fetchone()[0]
            if count in (IN_BACKUP, IN_BACKUP + LATER):
                session.write(service.add, {"name": "打开以后"})
        faults = processes.unsound(self.path)
        if count not in (IN_BACKUP, IN_BACKUP + LATER):
            faults.append(f"{count} customers: neither the old file nor the new one")
        if marker_path(self.path).exists():
            faults.append("the note of the restore is still there")
        whole = count == IN_BACKUP
        kept = [one for one in self.path.parent.glob(f"*{KEPT}*") if not one.name.endswith(("-wal", "-shm"))]
        if whole and len(kept) != 1:
            faults.append(f"restored, and {len(kept)} old files are kept")
        for one in kept if whole else []:
            if (old := _customers(one)) != IN_BACKUP + LATER:
                faults.append(f"the old file was kept with {old} customers")
            faults += [f"the old file: {what}" for what in processes.unsound(one)]
        faults += self.peek()
        self.renew()
        return whole, faults


def _customers(path: Path) -> int:
    connection = connect(path)
    count = connection.execute("SELECT count(*) FROM customer").fetchone()[0]
    connection.close()
    return count


def made(folder: Path, journal: str, *, exchanging: bool) -> Restoring:
    """Make a database, a backup of it, and later saves of which some are in the log only."""
    path = folder / "made" / "crm.db"
    path.parent.mkdir(parents=True)
    create_database(path, login="li", name="李雷")
    in_mode(path, journal)

    def fill(change: Change, first: int, count: int) -> None:
        for number in range(first, first + count):
            service.add(change, {"name": f"客户{number}"}, [{"name": "人", "note": "注" * 100}])

    target = folder / "live" / "crm.db"
    stays = target.parent.with_name("live.made")
    stays.mkdir()
    with open_session(path, login="li") as session:
        session.write(fill, 0, IN_BACKUP)
        backups = folder / "backups"
        backups.mkdir()
        backup = make_backup(path, backups, "manual", "li").path
        session.write(fill, IN_BACKUP, LATER)
        # As a session leaves it that dies here: its saves are in the log.
        for ending in BESIDE:
            if (one := path.with_name(path.name + ending)).exists():
                shutil.copy2(one, stays / one.name)
    if journal == "wal" and not (stays / "crm.db-wal").stat().st_size:
        raise AssertionError("the log is empty")
    return Restoring(target, backup, exchanging=exchanging)


def run(folder: Path, journal: str, kills: int, seed: int = 1) -> Outcome:
    """Kill so many restores, half of them while the files change places."""
    outcomes = []
    for at, exchanging in enumerate((False, True)):
        (folder / str(at)).mkdir()
        play = made(folder / str(at), journal, exchanging=exchanging)
        outcomes.append(campaign(play, kills // 2 + kills % 2 * at, seed + at))
    return added(*outcomes)


if __name__ == "__main__":
    sys.exit(command(__doc__ or "", run))
