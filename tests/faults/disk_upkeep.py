"""More work on a failing disk: a backup, and the migration of an older file with the backup before it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from crm_tui.errors import CrmError
from crm_tui.storage.backup import backups, default_folder, make_backup
from crm_tui.storage.connection import connect
from crm_tui.storage.migrations import migrate, version_of
from crm_tui.storage.schema import VERSION
from tests.faults import disk_work
from tests.faults.killing import in_mode
from tests.faults.migration_kill import OLD, sound_backups
from tests.storage.old import WHO, old_file, unlike_old


def prepare(folder: Path, what: str, journal: str) -> None:
    """Make the database that every case starts from."""
    if what != "migration":
        disk_work.prepare(folder, what, journal)
        return
    (folder / "disk").mkdir(parents=True)
    in_mode(old_file(folder / "template.db", OLD), journal)


class Backup(disk_work.Saves):
    """A backup between saves; what is left of one that failed must not look like one."""

    def do(self) -> None:
        self.save("第1次")
        make_backup(self.path, None, "manual", "li")
        self.save("第2次")

    def can_go_on(self, refusal: CrmError | None) -> list[str]:
        found = super().can_go_on(refusal)
        try:
            make_backup(self.path, None, "manual", "li")
        except Exception as error:
            found.append(f"the next backup fails too: {type(error).__name__} {error}")
        return found

    def wrong(self, refusal: CrmError | None) -> list[str]:
        found = super().wrong(refusal)
        folder = default_folder(self.path)
        found += sound_backups(folder)
        if refusal is None and not backups(folder):
            found.append("the backup went well and is not there")
        if left := [path.name for path in folder.glob(".*")]:
            found.append(f"left behind: {left}")
        return found


class Migration(disk_work.Saves):
    """The migration of a file of an older version: the old file or the new one, and every row."""

    def open(self, *, tight: bool) -> None:
        del tight

    def do(self) -> None:
        migrate(self.path, None, WHO)

    def can_go_on(self, refusal: CrmError | None) -> list[str]:
        connection = connect(self.path)
        version = version_of(connection)
        found = unlike_old(connection)
        connection.close()
        if version not in (OLD, VERSION) or (refusal is None and version != VERSION):
            found.append(f"version {version} after: {refusal}")
        if refusal and version != OLD and disk_work.said_kept(refusal) is False:
            found.append(f"migrated, though: {refusal}")
        return found

    def wrong(self, refusal: CrmError | None) -> list[str]:
        found = sound_backups(default_folder(self.path))
        migrate(self.path, None, WHO)
        return found + self.can_go_on(None)


def fresh(folder: Path) -> Path:
    """Return a copy of the prepared database on the disk that can fail, with nothing beside it."""
    path = disk_work.fresh(folder)
    shutil.rmtree(default_folder(path), ignore_errors=True)
    return path


WORK: dict[str, Any] = {**disk_work.WORK, "backup": Backup, "migration": Migration}
