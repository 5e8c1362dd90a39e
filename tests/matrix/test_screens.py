"""Every kind of screen as several roles: nothing that is not for them is painted, copied or in the title."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crm_tui.tui.kinds import SCREEN_TITLES
from tests.matrix.building import built
from tests.matrix.canaries import Place
from tests.matrix.screens import WAYS, Watcher, edit_by_another, watched
from tests.matrix.world import WHOLE
from tests.tui.driver import story
from tests.tui.office import app
from tests.tui.two import edit

# How each kind is reached: by the walk, or in a test of its own here; or why there is nothing to look at.
WALKED = (
    *("today", "customers", "customer", "history", "import", "help", "find", "palette", "form", "drafts"),
    *("upkeep", "display", "columns", "sorts", "filter", "views", "jump", "pick", "tags", "snooze"),
    *("undo_preview", "bulk", "merge", "duplicates", "people", "policy"),
)
ELSEWHERE = {
    "conflict": "test_two_at_one_field",
    "audit": "the walk of those who may read it: python -m tests.matrix.screens",
    "impact": "counts of people and customers, as the policy command says them",
    "members": "test_boxes.py",
    "obstacles": "test_boxes.py",
    "preview": "test_boxes.py",
    "suspects": "test_boxes.py",
    "welcome": "a file without customers",
    "job": "how far something is",
}
VIEWERS: tuple[tuple[str, str], ...] = (("files", "rep"),)
if WHOLE:
    VIEWERS += (("general", "rep"), ("general", "svc"), ("general", "mgr"))
SHORT = WAYS if WHOLE else WAYS[::3]


def test_every_kind_of_screen_has_a_line() -> None:
    assert set(SCREEN_TITLES) == {*WALKED, *ELSEWHERE}


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize(("preset", "viewer"), VIEWERS)
def test_no_screen_shows_what_is_hidden(
    preset: str, viewer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = asyncio.run(watched(built(preset), viewer, tmp_path, ways=SHORT))
    assert {kind: sorted(leaks)[:5] for kind, leaks in done.leaks.items()} == {}
    # It did see what is open to it, and many kinds.
    assert done.met > 30 and len(done.kinds) > 10
    assert not WHOLE or viewer != "rep" or set(WALKED) <= set(done.kinds)


@pytest.mark.requirement("S0-20")
def test_two_at_one_field(tmp_path: Path) -> None:
    """A clerk who edits a customer whose budget is hidden is not told what another made of it."""

    async def play() -> Watcher:
        world = built("general").apart()
        with world.open("entry", tmp_path) as session:
            async with story(app(session, "customers"), size=(160, 50)) as user:
                watcher = Watcher(world, "entry", user)
                customer = user.screen.table.row.id
                await watcher.press("e")
                await edit(user, "need", "我改的")
                key = next(key for key, one in world.ids.items() if one == customer)
                budget = world.canaries.amount("budget of another", Place(key, "budget"))
                edit_by_another(session.database.path, customer, budget)
                await watcher.press("f12", "down", "space", "escape", "1", "f12")
                return watcher

    watcher = asyncio.run(play())
    assert "conflict" in watcher.kinds
    assert watcher.leaks == {}
