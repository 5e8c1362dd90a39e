"""A migration is killed at random moments: the old file or the new one, whole, and its backup good.

    python -m tests.faults.migration_kill --kills 200 [--journal wal|truncate] [--seed 1]

Half of the kills are spread over all of it, backup included, half over the transaction that alters the file.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from crm_tui.storage.backup import backups, default_folder, make_backup, verify
from crm_tui.storage.canonical import differing
from crm_tui.storage.connection import connect, create
from crm_tui.storage.manifest import manifest_path
from crm_tui.storage.migrations import migrate, version_of
from crm_tui.storage.schema import FINGERPRINTS, VERSION, fingerprint
from tests.faults import processes
from tests.faults.killing import Kept, Outcome, Say, added, campaign, command, in_mode
from tests.storage.old import WHO, old_file, unlike_old

OLD = 1


class Migration:
    """Brings the file of an older version to this one; every round begins with the old file."""

    def __init__(self, path: Path, *, altering: bool) -> None:
        self.path = path
        self.altering = altering  # only the altering is timed, not the backup before it
        self.kept = Kept(path)
        create(path.with_name("fresh.db"))

    def renew(self) -> None:
        """Start over with the old file and no backups."""
        self.kept.back()
        shutil.rmtree(default_folder(self.path), ignore_errors=True)

    def work(self, say: Say) -> None:
        """Migrate the file."""

        def backed_up(path: Path) -> Path:
            made = make_backup(path, None, "migration", WHO).path
            if self.altering:
                say("begin")
            say("write")
            return made

        if not self.altering:
            say("begin")
        migrate(self.path, None, WHO, backup=backed_up)
        say("done")

    def mend(self, say: Say) -> None:
        """Migrate what is there, as the next person does."""
        say("begin")
        migrate(self.path, None, WHO)

    def peek(self) -> list[str]:
        """Return what is wrong: no version in between, every row there, every backup with a manifest good."""
        faults = processes.unsound(self.path)
        connection, fresh = connect(self.path), connect(self.path.with_name("fresh.db"))
        version, rows = version_of(connection), unlike_old(connection)
        if version == VERSION:
            wrong = differing(connection, fresh)
            faults += [f"not as schema.sql has it: {wrong}"] if wrong else []
        if version not in FINGERPRINTS or fingerprint(connection) != FINGERPRINTS[version]:
            faults.append(f"neither the old schema nor the new one: version {version}")
        connection.close()
        fresh.close()
        return faults + rows + sound_backups(default_folder(self.path))

    def look(self, done: bool) -> tuple[bool, list[str]]:
        """Return whether the file is migrated; then migrate what is not, and start over."""
        faults: list[str] = []
        connection = connect(self.path)
        whole = version_of(connection) == VERSION
        connection.close()
        if whole and not backups(default_folder(self.path)):
            faults.append("migrated without a backup")
        migrate(self.path, None, WHO)
        faults += self.peek()
        connection = connect(self.path)
        notes = connection.execute("SELECT count(*) FROM upkeep WHERE kind = 'migration'").fetchone()[0]
        connection.close()
        if notes != 1:
            faults.append(f"{notes} notes of one migration")
        self.renew()
        return whole, faults


def sound_backups(folder: Path) -> list[str]:
    """Return what is wrong with the backups of a folder: every one with a manifest must be as it was made."""
    faults = []
    names = {one.path.name for one in backups(folder)}
    for one in backups(folder):
        try:
            verify(one.path)
        except Exception as error:
            faults.append(f"a backup is not good: {error}")
        faults += [f"backup: {what}" for what in processes.unsound(one.path)]
    if folder.exists():
        lost = [path.name for path in folder.glob("*.json") if path.with_suffix(".db").name not in names]
        faults += [f"a manifest without its backup: {lost}"] if lost else []
        faults += [f"half a manifest: {path.name}" for path in map(manifest_path, folder.glob("*.db"))
                   if path.exists() and path.with_suffix(".db").name not in names]  # fmt: skip
    return faults


def run(folder: Path, journal: str, kills: int, seed: int = 1) -> Outcome:
    """Kill so many migrations, half of them in the altering."""
    outcomes = []
    for at, altering in enumerate((False, True)):
        path = folder / str(at) / "crm.db"
        path.parent.mkdir()
        old_file(path, OLD)
        in_mode(path, journal)
        outcomes.append(campaign(Migration(path, altering=altering), kills // 2 + kills % 2 * at, seed + at))
    return added(*outcomes)


if __name__ == "__main__":
    sys.exit(command(__doc__ or "", run))
