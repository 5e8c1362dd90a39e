"""Random histories: undo gives back exactly what was, or refuses and changes nothing.

Whatever happened, what is derived is at the end what a fresh build would give.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from crm_tui.storage.connection import create
from tests.storage.fresh import assert_fresh
from tests.storage.steps import STEPS, World, typed
from tests.storage.world import assert_sound

NUMBER = st.integers(0, 60)
HISTORY = st.lists(
    st.tuples(st.sampled_from(STEPS), st.tuples(NUMBER, NUMBER, NUMBER)), min_size=1, max_size=16
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "crm.db"
    create(path)
    return path


@contextmanager
def played(template: Path, history: list[tuple[str, tuple[int, int, int]]]) -> Generator[World]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crm.db"
        shutil.copy(template, path)
        world = World(path)
        try:
            # Something to work on; random steps alone seldom get beyond empty tables.
            for numbers in ((0, 1, 2), (0, 2, 0), (1, 0, 0), (1, 1, 0), (4, 0, 5), (2, 0, 1)):
                world.step("insert", numbers)
            for name, numbers in history:
                world.step(name, numbers)
            yield world
            world.database.write(1, "seal", lambda c: c.insert("tag", {"name": "seal", "name_key": "seal"}))
            assert_sound(world.database.connection)
            assert_fresh(world.database.connection)
        finally:
            world.close()


@given(history=HISTORY)
def test_undo_in_reverse_order_gives_back_every_earlier_state(template: Path, history):
    with played(template, history) as world:
        known = sorted(world.after)
        for before, set_id in reversed(list(itertools.pairwise(known[1:]))):
            assert world.undo(set_id) or world.after[set_id] == world.after[before]
            assert typed(world.now()) == typed(world.after[before])


@given(history=HISTORY, order=st.lists(NUMBER, min_size=1, max_size=12))
def test_undo_in_any_order_is_exact_or_refused_with_nothing_changed(template: Path, history, order):
    with played(template, history) as world:
        for number in order:
            world.undo(world.sets()[number % len(world.sets())])
        event(f"refused for a field: {world.refused['field'] > 0}")
        event(f"refused for a constraint: {world.refused['constraint'] > 0}")
        assert world.exact + sum(world.refused.values()) >= len(order)


@given(history=HISTORY)
def test_undo_of_the_undos_brings_everything_back(template: Path, history):
    with played(template, history) as world:
        end = world.now()
        undone = []
        for set_id in reversed(world.sets()):
            world.undo(set_id)
            if world.newest() not in undone and world.newest() > max(undone, default=set_id):
                undone.append(world.newest())
        for set_id in reversed(undone):
            assert world.undo(set_id)
        assert typed(world.now()) == typed(end)
