"""One of each kind of damaged file; the command beside this file makes hundreds."""

from __future__ import annotations

from pathlib import Path

from tests.faults import mutants, mutations


def test_damaged_files_are_answered_or_refused_in_a_sentence(tmp_path: Path):
    count = len(mutants.KINDS)
    outcome = mutations.run(tmp_path, count, seed=3)
    assert outcome.faults == []
    assert outcome.files == count
    assert 70 in outcome.statuses
    assert 2 < outcome.refused < count
