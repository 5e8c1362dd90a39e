"""A failing disk under a save, an import and an undo, in short; the command beside this does more of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import disk_upkeep, io_errors, processes, shim

pytestmark = pytest.mark.skipif(bool(shim.why_not()), reason=shim.why_not() or "there is one")


@pytest.mark.parametrize(
    ("what", "error", "journal"),
    [
        # By turns, one mode and one error each; the command plays all.
        (what, error, processes.MODES[turn % len(processes.MODES)])
        for turn, what in enumerate(disk_upkeep.WORK)
        for error in (("eio", "enospc")[turn // 2 % 2],)
    ],
)
def test_a_write_that_fails_is_rolled_back_and_said(tmp_path: Path, what: str, journal: str, error: str):
    outcome = io_errors.run(tmp_path, what, journal, error, 31, first=30)
    assert outcome.faults == []
    assert outcome.hit == 2


@pytest.mark.parametrize("journal", processes.MODES)
def test_a_save_is_said_to_be_kept_exactly_when_it_is(tmp_path: Path, journal: str):
    outcome = io_errors.run(tmp_path, "save", journal, "fsync", 10)
    assert outcome.faults == []
    if journal == "truncate":
        # The journal is gone, only that it is could not be made sure of.
        assert any("已经写进文件" in sentence for sentence in outcome.said)


@pytest.mark.parametrize("journal", processes.MODES)
def test_a_disk_that_stays_full_until_the_program_is_left_loses_nothing(tmp_path: Path, journal: str):
    outcome = io_errors.run(tmp_path, "import", journal, "enospc", 43, first=40, sticky=True)
    assert outcome.faults == []
    assert outcome.hit == 4
