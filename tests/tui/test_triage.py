"""A morning's triage in tmux; ``python -m tests.tui.triage`` plays all of it over a slow line."""

from __future__ import annotations

from pathlib import Path

from tests.tui.triage import DEEDS, played


def test_every_way_to_deal_with_a_due_customer_takes_a_few_keys(tmp_path: Path) -> None:
    took = played(tmp_path, len(DEEDS), (80, 24))
    assert [each.deed for each in took] == list(DEEDS)
    assert sum(each.sent for each in took) < 60_000
