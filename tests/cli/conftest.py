"""Calls of the command line inside the test's own process, on a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from crm_tui.cli.main import run
from tests.cli.calls import Call, Opened

# A Wednesday, 10:00 in Shanghai.
MOMENT = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Stop the clock on a Wednesday morning; the traveller can move it."""
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def opened() -> Opened:
    """Return the list of what was opened in the terminal interface."""
    return Opened()


@pytest.fixture
def crm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Call]:
    """Return a function that runs one call on the test's database and tells status, stdout and stderr."""
    monkeypatch.setenv("CRM_DB", str(tmp_path / "team.db"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "wangfang")

    def call(*words: str) -> Call:
        status = run(words, opened)
        out, err = capsys.readouterr()
        return Call(status, out, err)

    return call


@pytest.fixture
def team(crm: Callable[..., Call], noon: time_machine.Traveller) -> Callable[..., Call]:
    """Return the same function, on a database that is made already."""
    assert crm("init", "--name", "王芳").status == 0
    return crm
