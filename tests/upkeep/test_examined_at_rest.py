"""A file is examined while others save to it: nobody waits for that, and nothing that they save looks odd."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crm_tui.customers import service
from crm_tui.session import create_database, open_session
from crm_tui.storage import copying, health, resting
from crm_tui.storage.driver import sqlite3
from crm_tui.upkeep import content
from crm_tui.upkeep.doctor import examine
from crm_tui.upkeep.findings import BAD

BETWEEN = 300  # questions whether to stop, of which a save is one


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a database of a few customers."""
    path = tmp_path / "crm.db"
    create_database(path, login="li", name="李雷")
    with open_session(path, login="li") as session:
        for name in ("恒达机械", "远景科技"):
            session.write(service.add, {"name": name}, [{"name": "王芳", "mobile": "13800001111"}])
    return path


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every few steps of SQLite be a moment at which somebody saves."""
    monkeypatch.setattr(resting, "STEPS", 20)
    monkeypatch.setattr("crm_tui.upkeep.doctor.STEPS", 20)


def in_mode(path: Path, mode: str) -> None:
    """Give a file a journal."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(f"PRAGMA journal_mode={mode}").fetchone() == (mode,)


def saving(path: Path, saved: list[str]) -> Callable[[], bool]:
    """Return what is asked whether to stop, and saves a customer now and then instead."""
    asked = 0

    def look() -> bool:
        nonlocal asked
        asked += 1
        if asked % BETWEEN == 0:
            with open_session(path, login="li") as session:
                session.write(service.add, {"name": f"新客户{asked}"}, [])
            saved.append(f"新客户{asked}")
        return False

    return look


def test_what_colleagues_save_meanwhile_does_not_look_odd(path: Path) -> None:
    in_mode(path, "wal")
    saved: list[str] = []
    found = list(examine(path, mend=False, login="li", stop=saving(path, saved)))
    assert len(saved) > 3
    assert not [one for one in found if one.state == BAD]


def test_without_a_log_nobody_waits_while_a_large_file_is_examined(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_mode(path, "delete")
    monkeypatch.setattr(resting, "SMALL_BYTES", 0)
    monkeypatch.setattr(copying, "SMALL_BYTES", 0)
    asked: list[str] = []
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:

        def save() -> bool:
            asked.append("")
            other.execute("BEGIN IMMEDIATE")
            other.execute("UPDATE writing SET change_set = 0")
            other.execute("UPDATE writing SET change_set = NULL")
            other.execute("COMMIT")  # busy where somebody reads
            return False

        with (
            closing(sqlite3.connect(path, isolation_level=None)) as connection,
            resting.at_rest(path, connection, save) as still,
        ):
            content.pages(still)
    assert len(asked) > 10
    assert not list(path.parent.glob("crm-tui-doctor-*"))


def unreadable(*_call: object, **_options: object) -> None:
    """Stand for a disk that fails."""
    raise OSError(5, "Input/output error")


@pytest.mark.parametrize("spare", [1, 1 << 40])
def test_where_no_copy_can_be_made_the_file_itself_is_examined(
    path: Path, monkeypatch: pytest.MonkeyPatch, spare: int
) -> None:
    in_mode(path, "delete")
    monkeypatch.setattr(resting, "SMALL_BYTES", 0)
    monkeypatch.setattr(resting, "SPARE", spare)
    monkeypatch.setattr(resting, "copy_database", unreadable if spare == 1 else None)
    found = {one.name: one.state for one in examine(path, mend=False, login="li")}
    assert found["integrity"] != BAD
    assert "chain" in found


def test_a_fault_is_looked_after_for_a_moment_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torn = path.with_name("torn.db")
    shutil.copy(path, torn)
    data = bytearray(torn.read_bytes())
    data[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
    torn.write_bytes(data)
    assert health.is_damaged(torn)
    assert not health.is_damaged(path)
    monkeypatch.setattr("crm_tui.storage.in_time.STEPS", 1)
    monkeypatch.setattr(health, "MOMENT", 0)
    assert not health.is_damaged(path)
