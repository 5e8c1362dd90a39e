"""A fresh database with one person in it, and a connection as another program opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from tests import made
from tests.storage.kept import either, place, plain  # noqa: F401
from tests.storage.world import OWNER


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a new database."""
    path = tmp_path / "crm.db"
    made.empty(path)
    return path


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    """Return an open database whose first set made the person 1."""
    database = Database(path)
    database.write(1, "person.add", lambda change: change.insert("person", OWNER))
    yield database
    database.close()


@pytest.fixture
def outside(path: Path, db: Database) -> Iterator[sqlite3.Connection]:
    """Return a connection with SQLite's defaults, each statement its own transaction."""
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()
