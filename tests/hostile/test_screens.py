"""Hostile texts on every screen: the bytes that are sent hold nothing of them, and no cell stands askew."""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine

from crm_tui.tui.rooms import ROOMS
from tests.hostile import screens
from tests.hostile.corpus import corpus
from tests.hostile.walk import place
from tests.hostile.world import OWNER
from tests.tui.every_screen import every_screen
from tests.tui.hard_walk import BY_KEYS
from tests.tui.office import NOW


def test_every_screen_has_its_line() -> None:
    """A new screen needs a line in GIVEN; without a room one in boxes.py, or keys in hard_walk.py."""
    assert set(screens.GIVEN) == set(ROOMS)
    assert every_screen() >= BY_KEYS
    assert {"UnmaskScreen", "PreviewScreen", "WelcomeScreen"} <= every_screen()


@pytest.mark.requirement("S0-26")
async def test_no_screen_lets_hostile_data_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "LOGNAME", "USER", "CRM_DB", "CRM_LANG"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr("crm_tui.session.system_login", lambda: OWNER)
    monkeypatch.chdir(tmp_path)
    screens.Guard.classes.clear()
    with time_machine.travel(NOW, tick=False):
        place(tmp_path, corpus()[::10])
        assert (await screens.rooms(tmp_path, corpus()[::10], 1))[:5] == []
    assert every_screen() - screens.Guard.classes == BY_KEYS | screens.JOBS
