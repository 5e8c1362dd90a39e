"""The power goes at a few random moments; the command beside this file does more of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import power_cuts, processes, shim

pytestmark = pytest.mark.skipif(bool(shim.why_not()), reason=shim.why_not() or "there is one")


# By turns; the command plays both ways in both modes.
@pytest.mark.parametrize(("journal", "harsh"), [(one, one == processes.MODES[0]) for one in processes.MODES])
def test_a_power_cut_corrupts_nothing_and_loses_nothing_acknowledged(
    tmp_path: Path, journal: str, harsh: bool
):
    outcome = power_cuts.run(tmp_path, journal, 8, harsh=harsh)
    assert outcome.faults == []
    assert outcome.acknowledged > 10


@pytest.mark.parametrize("journal", processes.MODES)
def test_the_check_would_notice_saves_that_do_not_wait_for_the_disk(tmp_path: Path, journal: str):
    outcome = power_cuts.run(tmp_path, journal, 8, synchronous="off")
    assert outcome.corrupt + outcome.lost > 4


@pytest.mark.skipif("wal" not in processes.MODES, reason="this SQLite library is not trusted with a log")
def test_the_check_would_notice_saves_that_wait_for_the_next_checkpoint_only(tmp_path: Path):
    outcome = power_cuts.run(tmp_path, "wal", 16, synchronous="normal")
    assert outcome.lost
    assert not outcome.corrupt
