"""Copies made before a large change: the bytes as they lie; what is saved meanwhile is whole or not there."""

from __future__ import annotations

import stat
from contextlib import closing
from pathlib import Path

import pytest

from crm_tui.storage import copying, examining
from crm_tui.storage.backup import make_backup, verify
from crm_tui.storage.connection import connect
from crm_tui.storage.manifest import manifest_path
from crm_tui.storage.restoring import restore
from tests.faults import processes
from tests.storage.test_backup import change, names


@pytest.fixture
def path(either: Path) -> Path:
    """Return a database with three customers, in each journal mode."""
    return either


@pytest.mark.requirement("S0-21")
@pytest.mark.parametrize("kind", ["import", "bulk"])
def test_a_backup_before_a_large_change_holds_everything_too(path, monkeypatch, kind):
    monkeypatch.setattr(copying, "SMALL_BYTES", 0)
    monkeypatch.setattr(examining, "LARGE_BYTES", 0)
    change(path, "in the log")
    told = []
    made = make_backup(path, None, kind, "li", lambda done, total: told.append((done, total)))
    assert verify(made.path) == made.manifest
    assert names(made.path.parent) == [made.path.name, manifest_path(made.path).name]
    assert told[-1] == (100, 100) and told == sorted(told)
    assert {stat.S_IMODE(one.stat().st_mode) for one in made.path.parent.iterdir()} == {0o600}
    with closing(connect(path)) as live, closing(connect(made.path, immutable=True)) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() != ("wal",)
        for table in ("customer", "change", "change_set", "sqlite_sequence"):
            rows = f"SELECT * FROM {table}"
            assert copy.execute(rows).fetchall() == live.execute(rows).fetchall()
    assert processes.unsound(made.path) == []


@pytest.mark.parametrize("writes", ["a save", "a save and its checkpoint", "many saves"])
def test_the_bytes_of_a_file_with_a_log_are_copied_while_others_save(path, monkeypatch, writes):
    monkeypatch.setattr(copying, "SMALL_BYTES", 0)
    monkeypatch.setattr(copying, "AT_ONCE", 50_000)
    change(path, "before")
    part, done = copying._copy_part, []

    def copy(source: int, target: int, offset: int, count: int) -> int:
        done.append(part(source, target, offset, count))
        for number in range((4 if writes == "many saves" else 1) if len(done) < 8 else 0):
            change(path, f"between {len(done)} {number}")
        if writes == "a save and its checkpoint":
            with closing(connect(path)) as own:
                own.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        return done[-1]

    monkeypatch.setattr(copying, "_copy_part", copy)
    made = make_backup(path, None, "import", "li")
    monkeypatch.undo()
    assert len(done) > 2
    assert processes.unsound(made.path) == processes.unsound(path) == []
    with closing(connect(made.path, immutable=True)) as kept, closing(connect(path)) as live:
        head = kept.execute("SELECT max(id) FROM change_set").fetchone()[0]
        assert head == made.manifest.facts.head_set >= 2
        rows = "SELECT id, chain FROM change_set WHERE id <= :head ORDER BY id"
        assert kept.execute(rows, {"head": head}).fetchall() == live.execute(rows, {"head": head}).fetchall()
    restore(path, made.path, "li")
    with closing(connect(path)) as live:
        assert live.execute("SELECT max(id) FROM change_set").fetchone()[0] >= head
