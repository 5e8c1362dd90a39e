"""Which backups go: never the newest sound one, never what is not ours; what stays is sparser with age."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import time_machine
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.storage.backup import Backup, default_folder, make_backup
from crm_tui.storage.manifest import manifest_path, write_manifest
from crm_tui.storage.pruning import DAYS, MONTHS, TODAY, WEEKS, Dated, kept, outdated, prune
from tests.faults import processes

TODAY_IS = date(2026, 3, 11)
moments = st.datetimes(datetime(2022, 1, 1), datetime(2026, 3, 11, 23, 59))
dated = st.lists(moments, max_size=80).map(lambda found: [Dated(str(i), one) for i, one in enumerate(found)])


@given(dated)
def test_what_stays_is_bounded_and_covers_every_period(found):
    stay = kept(found, TODAY_IS)
    by_key = {one.key: one.made for one in found}
    assert stay <= set(by_key)
    if not found:
        return
    newest = max(found, key=lambda one: (one.made, one.key))
    assert newest.key in stay
    older = [key for key in stay if by_key[key].date() < TODAY_IS]
    assert len(older) <= DAYS + WEEKS + MONTHS
    assert len(stay) - len(older) <= TODAY + 1
    for size, period in ((DAYS, "%Y-%m-%d"), (WEEKS, "%G-%V"), (MONTHS, "%Y-%m")):
        all_periods = sorted({one.made.strftime(period) for one in found}, reverse=True)
        kept_periods = {by_key[key].strftime(period) for key in stay}
        # The newest of each of the last periods is there.
        for wanted in all_periods[:size]:
            assert wanted in kept_periods
            last = max(
                (one for one in found if one.made.strftime(period) == wanted), key=lambda o: (o.made, o.key)
            )
            assert last.key in stay


@given(dated)
def test_to_prune_again_drops_nothing(found):
    stay = kept(found, TODAY_IS)
    assert kept([one for one in found if one.key in stay], TODAY_IS) == stay


@given(st.integers(1, 400))
def test_a_backup_each_day_leaves_a_handful_however_long(days):
    found: list[Dated] = []
    for number in range(days):
        day = datetime(2025, 1, 1) + timedelta(days=number)
        found.append(Dated(str(number), day))
        stay = kept(found, day.date())
        found = [one for one in found if one.key in stay]
    assert len(found) <= DAYS + WEEKS + 15
    ages = sorted((found[-1].made - one.made).days for one in found)
    assert ages[: min(days, DAYS)] == list(range(min(days, DAYS)))


def made_on(path: Path, *days: str) -> list[Backup]:
    """Return a backup of each day: the first is made, the others are copies of it."""
    with time_machine.travel(f"{days[0]}T02:00:00Z", tick=False):
        found = [make_backup(path, None, "timer", "li")]
    for day in days[1:]:
        copy = found[0].path.with_name(f"crm-{day.replace('-', '')}-100000-timer.db")
        shutil.copy(found[0].path, copy)
        manifest = replace(found[0].manifest, file=copy.name, made_at=f"{day}T02:00:00Z")
        write_manifest(manifest_path(copy), manifest, 0o600)
        found.append(Backup(copy, manifest))
    return found


NOW = datetime(2026, 3, 11, 4, tzinfo=UTC)
EIGHT = [f"2026-03-{day:02d}" for day in range(2, 10)]  # two weeks: 2..8 and 9


def test_old_ones_go_with_their_manifests(plain):
    made = made_on(plain, *EIGHT)
    assert outdated(default_folder(plain), NOW) == [made[0].path]
    assert prune(default_folder(plain), NOW) == [made[0].path]
    assert not made[0].path.exists() and not manifest_path(made[0].path).exists()
    assert prune(default_folder(plain), NOW) == []
    assert all(one.path.exists() for one in made[1:])


def test_the_newest_sound_one_stays_when_later_ones_are_spoiled(plain):
    made = made_on(plain, *EIGHT)
    for one in made[1:]:
        os.truncate(one.path, 4096)
    assert prune(default_folder(plain), NOW) == [one.path for one in reversed(made[1:])]
    assert made[0].path.exists()


def test_when_none_is_sound_nothing_goes(plain):
    made = made_on(plain, *EIGHT)
    for one in made:
        os.truncate(one.path, 4096)
    assert prune(default_folder(plain), NOW) == []


def test_only_what_is_proved_to_be_ours_goes(plain, tmp_path):
    made = made_on(plain, *EIGHT)
    folder = default_folder(plain)
    (folder / "crm-20200101-000000-manual.txt").write_text("mine")
    (folder / "notes.db").write_text("mine")
    renamed = folder / "crm-20200101-000000-manual.db"
    shutil.copy(made[-1].path, renamed)
    manifest_path(renamed).write_text("{}")
    (folder / "crm-20200102-000000-manual.db").mkdir()
    other = tmp_path / "other.db"
    processes.make(other, "truncate", customers=1)
    with time_machine.travel("2020-01-01T00:00:00Z", tick=False):
        foreign = make_backup(other, folder, "manual", "li")
    assert prune(folder, NOW) == [made[0].path]
    assert renamed.exists() and foreign.path.exists() and (folder / "notes.db").exists()


def test_what_was_never_finished_goes_after_a_day(plain):
    folder = made_on(plain, "2026-03-10")[0].path.parent
    young, old = folder / ".crm-import.12-0.part", folder / ".crm-import.13-0.part.raw"
    nameless, somebodys = folder / "crm-20260309-000000-import.db", folder / "crm-20260308-000000-import.db"
    yesterday = (NOW - timedelta(days=1, minutes=1)).timestamp()
    for one, moment in ((young, NOW.timestamp()), (old, yesterday), (somebodys, yesterday)):
        one.write_text("part")
        os.utime(one, (moment, moment))
    os.link(old, nameless)
    assert prune(folder, NOW) == [old, nameless]
    assert young.exists() and somebodys.exists()


def test_a_folder_that_is_not_there_has_nothing_to_go(tmp_path):
    assert prune(tmp_path / "nowhere", NOW) == []
