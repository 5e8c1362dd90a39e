"""A few people open at once, in both journal modes; the command beside this file lets 200 do so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import opening, processes


@pytest.mark.parametrize("journal", processes.MODES)
def test_everybody_who_comes_at_nine_gets_in(tmp_path: Path, journal: str) -> None:
    outcome = opening.run(tmp_path / "crm.db", journal, 12)
    assert outcome.faults == []
    assert len(outcome.opened) == len(outcome.saved) == 12
