"""A fresh database opened by its administrator, on a clock that stands still; rooms' tests start here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui.session import Session, create_database, open_session

# A Wednesday, 10:00 in Shanghai.
MOMENT = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    """Stop the clock; ``now.shift`` and ``now.move_to`` move it."""
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def database(tmp_path: Path, now: time_machine.Traveller) -> Path:
    """Return the path of a new database that wang made."""
    path = tmp_path / "crm.db"
    create_database(path, login="wang", name="王芳")
    return path


@pytest.fixture
def crm(database: Path) -> Iterator[Session]:
    """Return an open session of wang, the administrator."""
    with open_session(database, login="wang") as session:
        yield session


def saved(session: Session, fn: Callable[..., Any], *args: Any, **kw: Any) -> Any:
    """Run a service function as one set and return what it gives."""
    return session.write(fn, *args, **kw).value
