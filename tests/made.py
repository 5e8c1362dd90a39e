"""A new database is made once for each moment and person; after that its bytes are copied.

Tests whose subject is the making ask for the fixture ``made_anew`` (tests/conftest.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import time_machine

from crm_tui import clock, locale, session
from crm_tui.storage import connection

_MADE: dict[tuple[Any, ...], bytes] = {}
_anew: list[bool] = []


def once(create: Callable[..., None]) -> Callable[..., None]:
    """Return a function that does what ``create``, `session.create_database`, does."""

    @wraps(create)
    def create_database(
        path: Path, *, preset: str = "general", login: str | None = None, name: str = "", zone: str = ""
    ) -> None:
        given = (preset, login or session.system_login(), name, zone)
        # On a running clock one that is some minutes old is as good; a clock that stands is told apart.
        moment = clock.instant() if time_machine.escape_hatch.is_travelling() else ""
        key = (*given, moment, locale.language(), connection.wal_is_sound())
        if not _anew and key in _MADE and _copied(_MADE[key], path):
            return
        create(path, preset=preset, login=login, name=name, zone=zone)
        log = path.with_name(f"{path.name}-wal")
        if not log.exists():
            _MADE[key] = path.read_bytes()

    return create_database


def empty(path: Path) -> None:
    """Put a database that nobody was in at a path, as `connection.create` makes it."""
    key = ("", connection.wal_is_sound())
    if key not in _MADE:
        connection.create(path)
        _MADE[key] = path.read_bytes()
    elif not _copied(_MADE[key], path):
        raise FileExistsError(path)


@contextmanager
def anew() -> Generator[None]:
    """Make each database in the block as the program does."""
    _anew.append(True)
    try:
        yield
    finally:
        _anew.pop()


def _copied(content: bytes, path: Path) -> bool:
    """Put a copy where nothing is yet; where that fails, the program is to say so."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    except OSError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return True
