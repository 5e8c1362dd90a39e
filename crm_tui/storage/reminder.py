"""Reminds people that a database is to be backed up every month (S0-21), once a day each."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from crm_tui import clock, config
from crm_tui.locale import _
from crm_tui.storage import upkeep_log
from crm_tui.storage.backup import backups, default_folder
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.origin import origin
from crm_tui.text.calendar_days import add_months

FIRST = "SELECT at FROM change_set ORDER BY id LIMIT 1"
SAID = "backup-reminders.json"


def last_backup(reader: sqlite3.Connection, database: Path) -> str:
    """Return the instant of the last backup, wherever it was made, '' when there was none.

    What carries a day still to come was made under a wrong clock, and says nothing.
    """
    until = clock.to_instant(clock.now() + timedelta(days=1))
    made = [one.manifest.made_at for one in backups(default_folder(database), origin(reader))]
    return max([*(at for at in made if at <= until), upkeep_log.newest(reader, "backup", until)])


def backup_due(reader: sqlite3.Connection, database: Path, zone: str) -> str:
    """Return a sentence when nobody has backed the database up for a month (S0-21), else ''."""
    last = last_backup(reader, database)
    first = reader.execute(FIRST).fetchone()
    since = last or (first[0] if first else "")
    if not since or clock.today(zone) < add_months(clock.local(since, zone).date(), 1):
        return ""
    if last:
        text = _("The last backup was made on {day}; make one every month: crm-tui backup")
        return text.format(day=clock.local(last, zone).date().isoformat())
    return _("This database was never backed up; make a backup every month: crm-tui backup")


def remind(reader: sqlite3.Connection, database: Path, zone: str) -> str:
    """Return ``backup_due`` once a day for the person at this machine, else ''.

    A database among the temporary files is nobody's loss.
    """
    today = clock.today(zone).isoformat()
    path = config.state_dir() / SAID
    said = _said(path)
    if said.get(str(database)) == today:
        return ""
    text = backup_due(reader, database, zone)
    if text and _is_temporary(database):
        return ""
    if text:
        _note(path, {**{name: day for name, day in said.items() if day == today}, str(database): today})
    return text


def _is_temporary(database: Path) -> bool:
    import tempfile  # with what it takes along, half a megabyte of every session

    return Path(tempfile.gettempdir()).resolve() in database.resolve().parents


def _said(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(day) for name, day in found.items()} if isinstance(found, dict) else {}


def _note(path: Path, said: dict[str, str]) -> None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}")
        part.write_text(json.dumps(said), "utf-8")
        part.replace(path)
