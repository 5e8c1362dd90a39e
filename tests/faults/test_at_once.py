"""Migrations and restores of one file at the same moment, in short."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import at_once, processes


@pytest.mark.parametrize("journal", processes.MODES)
def test_of_migrations_at_once_one_does_it_and_the_others_find_nothing_to_do(tmp_path: Path, journal: str):
    outcome = at_once.run(tmp_path, "migrate", journal, 1)
    assert outcome.faults == []
    assert (outcome.said["migrated"], outcome.said["nothing"]) == (1, 2)


@pytest.mark.parametrize("journal", processes.MODES)
def test_of_restores_at_once_each_takes_place_whole_or_is_told(tmp_path: Path, journal: str):
    outcome = at_once.run(tmp_path, "restore", journal, 1)
    assert outcome.faults == []
    assert outcome.said["restored"] + outcome.said["Busy"] + outcome.said["Conflict"] >= 3
