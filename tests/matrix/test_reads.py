"""Every function that reads as somebody: no canary in what it gives that is not for the role."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.matrix import lines_customers, lines_house, lines_rest
from tests.matrix.asking import Ask
from tests.matrix.building import built
from tests.matrix.finding_reads import reads
from tests.matrix.rules import VIEWERS
from tests.matrix.world import PRESETS, WHOLE

LINES = lines_customers.LINES | lines_rest.LINES | lines_house.LINES
# Others of these roles stand in test_views.py; CRM_MATRIX=all asks as everybody.
FEW = (
    *(("general", one) for one in ("rep", "svc", "custom")),
    ("files", "rep"),
)
EVERYBODY = tuple((preset, one) for preset in PRESETS for one in VIEWERS)
ASKED = EVERYBODY if WHOLE else FEW


def test_every_read_has_a_line() -> None:
    assert [name for name in reads() if name not in LINES] == []
    assert [name for name in LINES if name not in reads()] == []


def by_line() -> dict[Callable[[Ask], Any], str]:
    """Return the lines, each once, with the reads that it stands for."""
    found: dict[Callable[[Ask], Any], str] = {}
    for name, line in LINES.items():
        if not isinstance(line, str):
            found[line] = f"{found[line]}, {name}" if line in found else name
    return found


def answers(ask: Ask) -> dict[str, list[str]]:
    """Return what leaks, by read."""
    return {name: leaks for line, name in by_line().items() if (leaks := ask.leaks(line(ask)))}


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize(("preset", "viewer"), ASKED)
def test_no_read_gives_what_is_hidden(preset: str, viewer: str, tmp_path: Path) -> None:
    world = built(preset)
    with world.open(viewer, tmp_path) as session:
        found = answers(Ask(world, viewer, session, tmp_path))
    assert {name: leaks[:4] for name, leaks in found.items()} == {}


def test_the_lines_do_read(tmp_path: Path) -> None:
    """An administrator is given canaries by most lines: they ask what they are about."""
    world = built("general")
    with world.open("boss", tmp_path) as session:
        ask = Ask(world, "boss", session, tmp_path)
        ask.ids, ask.probes = ask.few, ask.probes[:8]
        given = {name for line, name in by_line().items() if world.canaries.found(line(ask))}
    assert "exchange.exporting.export" in given
    assert len(given) >= 60, sorted(set(by_line().values()) - given)
