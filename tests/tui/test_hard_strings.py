"""Five hundred hard texts on every screen that shows data: in a terminal, no cell stands askew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.hard import corpus
from tests.tui.hard_walk import BY_KEYS, played


@pytest.mark.requirement("S0-26")
async def test_no_hard_text_moves_a_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = corpus()
    assert len(set(texts)) == 500
    monkeypatch.chdir(tmp_path)
    askew, eyes = await played(tmp_path, texts)
    assert askew[:5] == []
    assert eyes.seen > 100_000
    assert BY_KEYS - eyes.met == set()
