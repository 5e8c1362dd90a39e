"""Random histories of three colleagues and another program: nothing acknowledged is lost unseen.

``python -m tests.faults.histories`` plays thousands.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from crm_tui import clock
from crm_tui.storage import jobs
from tests.faults.histories import PARTS, SMALL, hold
from tests.storage.colleagues import world

WHO = st.integers(0, 2)
NUMBER = st.integers(0, 59)
NUMBERS = st.tuples(NUMBER, NUMBER, NUMBER)
LITTLE = st.tuples(st.sampled_from(SMALL), WHO, NUMBERS)
LARGE = st.tuples(
    st.sampled_from(("bulk", "import")),
    WHO,
    NUMBERS,
    st.lists(LITTLE, max_size=3),
    st.sampled_from(("", "", "stop", "die")),
    st.integers(0, 2),
)
KEEP = st.tuples(st.just("keep"), WHO, NUMBERS)
STEP = st.integers(0, 29).flatmap(lambda kind: KEEP if kind == 29 else LARGE if kind > 22 else LITTLE)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "crm.db"
    world(path)
    return path


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PARTS.items():
        monkeypatch.setattr(jobs, name, value)
    monkeypatch.setattr(clock, "pause", lambda seconds: None)


@settings(max_examples=12, phases=(Phase.generate, Phase.shrink))
@given(steps=st.lists(STEP, min_size=8, max_size=30))
def test_nothing_that_was_acknowledged_is_lost_unseen(template: Path, steps):
    with tempfile.TemporaryDirectory() as folder:
        for outcome in hold(template, Path(folder), steps):
            event(outcome)
