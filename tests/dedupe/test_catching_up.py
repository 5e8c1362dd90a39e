"""Catching up leaves what a fresh scan finds, whatever was written since the last one."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_tui.customers import service
from crm_tui.dedupe import hands, scanning
from crm_tui.session import Session, open_session
from tests.dedupe.test_scanning import AWAY, BRANCH, FULL, add, kept
from tests.opened import MOMENT, make_database, saved

pytestmark = pytest.mark.requirement("S0-18")
NAMES = [FULL, "恒达机械（上海）有限公司", BRANCH, "上海恒达达机械有限公司", AWAY, "瑞丰食品", "恒达机械"]
MOBILES = ["13812345678", "13812345679", "13911112222"]
steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "rename", "phone", "archive", "undo", "catch up"]),
        st.integers(0, 9),
        st.sampled_from(NAMES),
        st.sampled_from(MOBILES),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(first=steps, then=steps)
def test_catching_up_is_as_good_as_a_fresh_scan(first: list, then: list):
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory() as folder,
        time_machine.travel(MOMENT, tick=False),
    ):
        patch.setattr(hands.os, "cpu_count", lambda: 1)
        path = Path(folder) / "crm.db"
        make_database(path, "wang", "王芳")
        with closing(open_session(path, login="wang")) as crm:
            play(crm, [("add", 0, name, MOBILES[at % 3]) for at, name in enumerate(NAMES)] + first)
            scanning.scan(crm.database)
            play(crm, then)
            scanning.catch_up(crm.database)
            found = kept(crm)
            scanning.scan(crm.database)
            assert found == kept(crm)


def play(crm: Session, what: list[tuple[str, int, str, str]]) -> None:
    """Do some writes; a number chooses among the customers that are there."""
    for verb, number, name, phone in what:
        rows = crm.reader.execute("SELECT id, changed_in FROM customer ORDER BY id").fetchall()
        one, seen = rows[number % len(rows)] if rows else (0, 0)
        if verb == "add" or not rows:
            add(crm, name, phone)
        elif verb == "rename":
            saved(crm, service.update, one, seen, {"name": name})
        elif verb == "phone":
            saved(crm, service.add_contact, one, {"name": "王伟", "mobile": phone})
        elif verb == "archive":
            crm.write(service.archive, one)
        elif verb == "undo":
            crm.undo()
        else:
            scanning.catch_up(crm.database)
