"""Databases with three customers in each journal mode, made once and copied for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import processes

Place = Callable[[Path, str], Path]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a function that puts a database of a journal mode at a path."""
    folder = tmp_path_factory.mktemp("kept")
    for mode in processes.MODES:
        processes.make(folder / mode, mode, customers=3)

    def put(path: Path, mode: str) -> Path:
        shutil.copy(folder / mode, path)
        path.chmod(0o600)
        return path

    return put


@pytest.fixture(params=processes.MODES)
def either(request: pytest.FixtureRequest, tmp_path: Path, place: Place) -> Path:
    """Return a database with three customers, in each journal mode."""
    return place(tmp_path / "crm.db", request.param)


@pytest.fixture
def plain(tmp_path: Path, place: Place) -> Path:
    """Return one whose journal is a file that is cut."""
    return place(tmp_path / "crm.db", "truncate")


def beside(path: Path) -> list[str]:
    """Return what lies beside a database, but for its backups and its gate."""
    usual = {"crm.db", "crm.db.backups", "crm.db.lock", "crm.db-journal", "crm.db-wal", "crm.db-shm"}
    return sorted(set(os.listdir(path.parent)) - usual)
