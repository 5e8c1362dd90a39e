"""A fresh database opened by its administrator, on a clock that stands still; rooms' tests start here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui import clock
from crm_tui.session import Session, create_database, open_session

# Making a database takes longer than most tests: one of each kind is kept.
_MADE: dict[tuple[str, str, str], bytes] = {}
# A Wednesday, 10:00 in Shanghai.
MOMENT = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)


def make_database(path: Path, login: str, name: str) -> None:
    """Make a database, or copy the one that the same person made at the same moment."""
    key = (login, name, clock.instant())
    if key not in _MADE:
        create_database(path, login=login, name=name)
        _MADE[key] = path.read_bytes()
        assert not path.with_name(f"{path.name}-wal").exists()
    else:
        path.touch(0o600)
        path.write_bytes(_MADE[key])


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    """Stop the clock; ``now.shift`` and ``now.move_to`` move it."""
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def database(tmp_path: Path, now: time_machine.Traveller) -> Path:
    """Return the path of a new database that wang made."""
    path = tmp_path / "crm.db"
    make_database(path, "wang", "王芳")
    return path


@pytest.fixture
def crm(database: Path) -> Iterator[Session]:
    """Return an open session of wang, the administrator."""
    with open_session(database, login="wang") as session:
        yield session


def saved(session: Session, fn: Callable[..., Any], *args: Any, **kw: Any) -> Any:
    """Run a service function as one set and return what it gives."""
    return session.write(fn, *args, **kw).value
