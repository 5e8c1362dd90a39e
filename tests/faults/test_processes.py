"""Many savers at once and killed writers, in short; the commands beside this file do more of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import kills, processes, savers


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_savers_at_once_lose_nothing(tmp_path: Path, journal: str):
    if journal not in processes.MODES:
        pytest.skip("this SQLite library has the WAL-reset fault: the program does not use WAL with it")
    outcome = savers.run(tmp_path / "crm.db", journal, 4, 1.5)
    assert outcome.faults == []
    assert outcome.busy == 0
    assert outcome.saves > 20


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_a_killed_writer_leaves_whole_sets_only(tmp_path: Path, journal: str):
    if journal not in processes.MODES:
        pytest.skip("this SQLite library has the WAL-reset fault: the program does not use WAL with it")
    outcome = kills.run(tmp_path / "crm.db", journal, 6)
    assert outcome.faults == []
    assert outcome.acknowledged >= 6
