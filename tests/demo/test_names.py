"""The names of the demo: none is drawn twice, and however many are wanted, they come to an end."""

from __future__ import annotations

from random import Random

import pytest

from crm_tui.demo import names
from crm_tui.demo.names import Names


def test_more_numbers_than_one_block_has_are_drawn_and_none_twice() -> None:
    drawn = Names(Random(7))
    assert len({drawn.mobile() for _ in range(90_000)}) == 90_000


def test_firms_do_not_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for table in ("CITIES", "FIRST", "SECOND", "TRADES"):
        monkeypatch.setattr(names, table, dict(list(getattr(names, table).items())[:1]))
    monkeypatch.setattr(names, "MANY", 0)
    drawn = Names(Random(7))
    assert len({drawn.firm().name for _ in range(50)}) > 40
