"""kill -9 inside imports: whole ones or none, integrity and foreign keys clean (more by the command)."""

from __future__ import annotations

from pathlib import Path

from tests.faults import import_kill


def test_a_killed_import_is_seen_whole_or_not_at_all(tmp_path: Path) -> None:
    outcome = import_kill.run(tmp_path, kills=3, rows=400, seed=7)
    assert outcome.faults == []
    assert outcome.kills == 3
