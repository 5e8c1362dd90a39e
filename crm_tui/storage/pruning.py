"""Which backups are kept: those of today, then one a day, a week and a month, ever sparser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crm_tui.errors import BadInput
from crm_tui.storage.backup import NAME, PART, Backup, backups, verify
from crm_tui.storage.connection import discard
from crm_tui.storage.manifest import manifest_path

DAYS, WEEKS, MONTHS = 7, 5, 24
TODAY = 20
UNFINISHED = timedelta(days=1)


class Dated(NamedTuple):
    """A backup as the rule sees it: any key, and the moment it was made in the team's zone."""

    key: str
    made: datetime


def kept(dated: Sequence[Dated], today: date) -> set[str]:
    """Return the keys that stay: the newest of all, the last of today, and the newest of each period.

    Periods are the last 7 days, 5 weeks and 24 months in which a backup was made.
    """
    newest_first = sorted(dated, key=lambda one: (one.made, one.key), reverse=True)
    stay = {one.key for one in newest_first[:1]}
    # Those of a clock that ran ahead stay for a while, but take no place from what is made now.
    ahead = [one for one in newest_first if one.made.date() > today]
    newest_first = newest_first[len(ahead) :]
    stay |= {one.key for one in ahead[:TODAY]}
    stay |= {one.key for one in [each for each in newest_first if each.made.date() == today][:TODAY]}
    periods: tuple[tuple[int, Callable[[datetime], tuple[int, ...]]], ...] = (
        (DAYS, lambda made: (made.year, made.month, made.day)),
        (WEEKS, lambda made: made.isocalendar()[:2]),
        (MONTHS, lambda made: (made.year, made.month)),
    )
    for count, period in periods:
        seen: set[tuple[int, ...]] = set()
        for one in newest_first:
            at = period(one.made)
            if at not in seen and len(seen) < count:
                seen.add(at)
                stay.add(one.key)
    return stay


def outdated(folder: Path, now: datetime) -> list[Path]:
    """Return the files that ``prune`` would remove, each proved to be ours; of several databases one by one.

    The newest backup that is as it was made always stays. What was never finished goes after a day.
    """
    return _unfinished(folder, now) + [backup.path for backup in _outdated(folder, now)]


def _outdated(folder: Path, now: datetime) -> list[Backup]:
    databases: dict[str, list[Backup]] = {}
    for backup in backups(folder):
        databases.setdefault(backup.manifest.facts.origin, []).append(backup)
    found = []
    for ours in databases.values():
        zone = ZoneInfo(ours[0].manifest.facts.zone)
        whole = [one for one in ours if has_its_size(one)]
        dated = [Dated(one.path.name, _made(one).astimezone(zone)) for one in whole]
        stay = kept(dated, now.astimezone(zone).date())
        if all(one.path.name in stay for one in ours):
            continue  # and none has to be read to the end
        # What was cut or altered takes no sound one's place; it goes, once a sound one is proved.
        proved = next((one.path.name for one in whole if _is_verified(one)), None)
        if proved is not None:
            found += [one for one in ours if one.path.name not in stay | {proved}]
    return found


def _made(backup: Backup) -> datetime:
    return datetime.fromisoformat(backup.manifest.made_at)


def has_its_size(backup: Backup) -> bool:
    """Tell whether a backup's file is as long as its manifest says."""
    try:
        return backup.path.stat().st_size == backup.manifest.size
    except OSError:
        return False


def _is_verified(backup: Backup) -> bool:
    try:
        verify(backup.path)
    except BadInput:
        return False
    return True


def _unfinished(folder: Path, now: datetime) -> list[Path]:
    """Return what nobody finished for a day: parts of copies, and the names such a part has got already.

    A copy without a manifest and without such a part may be somebody's own, and stays.
    """
    found, parts = [], set()
    try:
        paths = sorted(Path(folder).iterdir())
    except OSError:
        return []
    for path in paths:
        with suppress(OSError):
            known = path.lstat()
            if now.timestamp() - known.st_mtime <= UNFINISHED.total_seconds():
                continue
            if PART.fullmatch(path.name):
                parts.add((known.st_dev, known.st_ino))
                found.append(path)
            named = NAME.fullmatch(path.name) and (known.st_dev, known.st_ino) in parts
            # Killed between its name and its manifest.
            if named and not manifest_path(path).exists():
                found.append(path)
    return found


def prune(folder: Path, now: datetime) -> list[Path]:
    """Remove what ``outdated`` names and return it; what cannot be removed stays."""
    removed = []
    for path in outdated(folder, now):
        with suppress(OSError):
            discard(path)
            removed.append(path)
            # A manifest alone takes no room; a copy alone would never go.
            if NAME.fullmatch(path.name):
                manifest_path(path).unlink(missing_ok=True)
    return removed
