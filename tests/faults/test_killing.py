"""kill -9 inside the large operations, in short: whole or not at all; the commands beside it do more."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.faults import (
    backup_kill,
    bulk_kill,
    import_kill,
    killing,
    migration_kill,
    processes,
    restore_kill,
    undo_kill,
)

TRIES = 20  # with two kills each: both of one may come before the first write or after the last


@pytest.mark.parametrize(
    ("module", "journal"),
    [
        # By turns, one mode each; the commands play both.
        (module, processes.MODES[turn % len(processes.MODES)])
        for turn, module in enumerate(
            [import_kill, bulk_kill, undo_kill, migration_kill, backup_kill, restore_kill]
        )
    ],
)
def test_a_killed_operation_is_there_whole_or_not_at_all(
    tmp_path: Path, module: ModuleType, journal: str, monkeypatch: pytest.MonkeyPatch
):
    for name in ("ROWS", "PART"):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, getattr(module, name) // 4)
    for seed in range(7, 7 + TRIES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        outcome = module.run(folder, journal, 2, seed)
        assert outcome.faults == []
        assert outcome.kills == 2
        if outcome.inside > 0:
            return
    pytest.fail("no kill came inside")


def test_a_campaign_notices_a_change_that_nobody_takes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("crm_tui.storage.undoing.take_back_dead_bulks", lambda *_arguments: 0)
    outcome = bulk_kill.run(tmp_path, processes.MODES[0], 40, 7)
    assert outcome.faults
    assert outcome.kills < 40


def test_a_campaign_notices_a_restore_that_leaves_the_old_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    if "wal" not in processes.MODES:
        pytest.skip("this SQLite library has the WAL-reset fault: the program does not use WAL with it")
    monkeypatch.setattr("crm_tui.storage.replacing.BESIDE", ())
    outcome = restore_kill.run(tmp_path, "wal", 40, 7)
    assert outcome.faults


def test_a_child_that_fails_is_a_fault_and_not_a_kill(tmp_path: Path):
    def fails(say: killing.Say) -> None:
        raise RuntimeError("no")

    assert "RuntimeError: no" in killing.doomed(fails, None).error
