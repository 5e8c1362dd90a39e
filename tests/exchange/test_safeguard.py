"""The backup of a large import is proved beside its writing: rows only stay when it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_tui.errors import Cancelled
from crm_tui.exchange import importing
from crm_tui.exchange.safeguard import NoBackup, Safeguard
from crm_tui.session import Session, open_session
from crm_tui.storage import backup, copying, jobs
from crm_tui.storage.driver import sqlite3
from tests.exchange.importer import lists, only, opened, run
from tests.exchange.test_publishing import Death, die_after, planned, sheet
from tests.faults.killing import in_mode
from tests.storage.world import assert_sound


@pytest.fixture(params=["wal", "truncate"])
def session(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    for name, size in (("SMALL", 20), ("LARGEST_PART", 25), ("FIRST_PART", 10)):
        monkeypatch.setattr(jobs, name, size)
    monkeypatch.setattr(copying, "SMALL_BYTES", 0)
    opened(tmp_path).close()
    in_mode(tmp_path / "team.db", request.param)
    one = open_session(tmp_path / "team.db", login="li")
    run(one, sheet(tmp_path, 30))
    yield one
    one.close()


class Examiner:
    """Stands for the examination: it lasts until ``go``, and finds what ``fault`` says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fault: str = "") -> None:
        self.go, self.fault, self._real = threading.Event(), fault, backup.examine
        monkeypatch.setattr(backup, "examine", self._examine)

    def _examine(self, path: Path, tick: Any, *, thorough: bool) -> Any:
        while not self.go.wait(0.01):
            tick()
        if self.fault:
            raise sqlite3.DatabaseError(self.fault)
        return self._real(path, tick, thorough=thorough)


def made(session: Session) -> list[backup.Backup]:
    return backup.backups(backup.default_folder(session.database.path))


def test_rows_are_written_while_the_backup_is_proved_and_shown_when_it_is(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examiner, seen = Examiner(monkeypatch), []

    def progress(done: int, total: int) -> None:
        seen.append((done, total, len(made(session)), only(session, "SELECT count(*) FROM customer")))
        if done >= 90:
            examiner.go.set()

    with planned(session, sheet(tmp_path, 130)) as plan, Safeguard(session) as guard:
        guard.start()
        result = importing.run_import(session, plan, progress, guard=guard)
    assert seen[0] == (seen[0][0], 100, 0, 30)
    assert seen[-1] == (100, 100, 1, 130)
    assert (result.added, backup.verify(made(session)[0].path).facts.tables["customer"]) == (100, 30)
    assert only(session, "SELECT count(*) FROM upkeep WHERE kind = 'backup'") == 1
    assert_sound(session.database.connection)


@pytest.mark.parametrize("rows", [40, 130])
def test_an_import_whose_backup_is_none_is_taken_back(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    before, examiner = lists(session), Examiner(monkeypatch, "database or disk is full")
    steps: list[int] = []

    def progress(done: int, _total: int) -> None:
        steps.append(done)
        examiner.go.set()

    if rows == 40:
        examiner.go.set()
    with (
        planned(session, sheet(tmp_path, rows)) as plan,
        Safeguard(session) as guard,
        pytest.raises(NoBackup, match="没有导入任何内容"),
    ):
        guard.start()
        importing.run_import(session, plan, progress, guard=guard)
    assert bool(steps) == (rows == 130)
    assert lists(session) == before
    assert made(session) == []
    assert jobs.publishing(session.database.connection) is None
    assert_sound(session.database.connection)


def test_a_stop_while_the_backup_is_proved_leaves_nothing(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, steps = lists(session), []
    Examiner(monkeypatch)
    with (
        planned(session, sheet(tmp_path, 130)) as plan,
        Safeguard(session) as guard,
        pytest.raises(Cancelled, match="没有导入任何数据"),
    ):
        guard.start()
        importing.run_import(
            session, plan, lambda done, _total: steps.append(done), lambda: steps[-1:] >= [100], guard
        )
    assert lists(session) == before
    assert list(backup.default_folder(session.database.path).iterdir()) == []


@pytest.mark.parametrize("proved", [False, True])
def test_what_a_dead_process_wrote_before_its_backup_was_proved_is_taken_back(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proved: bool
) -> None:
    before, examiner = lists(session), Examiner(monkeypatch)
    plan = planned(session, sheet(tmp_path, 130))
    with monkeypatch.context() as patch, Safeguard(session) as guard:
        die_after(patch, 2)
        guard.start()
        if proved:
            examiner.go.set()
            guard.finish()
        with pytest.raises(Death):
            importing.run_import(session, plan, guard=guard)
    session.close()
    with open_session(tmp_path / "team.db", login="li") as later:
        assert jobs.publishing(later.database.connection) is None
        assert only(later, "SELECT count(*) FROM customer") == (130 if proved else 30)
        assert proved or lists(later) == before
        assert_sound(later.database.connection)
