"""A backup is killed at random moments: never half a one that counts, and the database untouched.

    python -m tests.faults.backup_kill --kills 200 [--journal wal|truncate] [--seed 1]

What has a manifest is as it was made; what has none counts for nothing and goes with the pruning of the next
day.
"""

from __future__ import annotations

import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from crm_tui import clock
from crm_tui.storage import copying
from crm_tui.storage.backup import backups, default_folder, make_backup
from crm_tui.storage.change import Change
from crm_tui.storage.connection import connect
from crm_tui.storage.database import Database
from crm_tui.storage.history import newest
from crm_tui.storage.manifest import manifest_path
from crm_tui.storage.pruning import prune
from tests.faults import processes
from tests.faults.killing import Kept, Outcome, Say, campaign, command
from tests.faults.migration_kill import sound_backups

CUSTOMERS = 1500


class BackingUp:
    """Backs the same database up again and again, in the way that large files take."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = default_folder(path)
        self.kept = Kept(path)
        self.there = 0

    def renew(self) -> None:
        """Start over without backups."""
        self.kept.back()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.there = 0

    def work(self, say: Say) -> None:
        """Make a backup."""
        copying.SMALL_BYTES = 0
        say("begin")
        kind = ("manual", "import")[os.getpid() % 2]
        make_backup(self.path, None, kind, "li", progress=lambda _done, _all: say("write"))
        say("done")

    def mend(self, say: Say) -> None:
        """Save, and prune, as goes on meanwhile."""
        say("begin")
        database = Database(self.path)
        database.write(
            1, "customer.update", lambda change: change.update("customer", 1, {"note": change.now})
        )
        database.close()
        prune(self.folder, clock.now())

    def peek(self) -> list[str]:
        """Return what is wrong with the database or with a backup that counts."""
        return processes.unsound(self.path) + sound_backups(self.folder)

    def look(self, done: bool) -> tuple[bool, list[str]]:
        """Return whether there is one backup more, each with all that the database holds."""
        faults = self.peek()
        connection = connect(self.path)
        head = newest(connection)
        connection.close()
        there = backups(self.folder)
        for one in there:
            if one.manifest.facts.tables["customer"] != CUSTOMERS or one.manifest.facts.head_set > head:
                faults.append(f"{one.path.name} holds {one.manifest.facts.tables['customer']} customers")
        whole = len(there) > self.there
        prune(self.folder, clock.now() + timedelta(days=2))
        there = backups(self.folder)
        self.there = len(there)
        fine = {one.path.name for one in there} | {manifest_path(one.path).name for one in there}
        left = [path.name for path in self.folder.iterdir()] if self.folder.exists() else []
        if lost := [name for name in left if name not in fine]:
            faults.append(f"left behind: {lost}")
        return whole, faults


def filled(path: Path, journal: str) -> Path:
    """Make a database of some megabytes."""
    processes.make(path, journal, CUSTOMERS)
    database = Database(path)

    def fill(change: Change) -> None:
        for number in range(CUSTOMERS):
            values = {"customer_id": number + 1, "name": f"联系人{number}", "note": "注" * 300}
            change.insert("contact", values)

    database.write(1, "import", fill)
    database.close()
    return path


def run(folder: Path, journal: str, kills: int, seed: int = 1) -> Outcome:
    """Kill so many backups, each at a moment of its own."""
    return campaign(BackingUp(filled(folder / "crm.db", journal)), kills, seed)


if __name__ == "__main__":
    sys.exit(command(__doc__ or "", run))
