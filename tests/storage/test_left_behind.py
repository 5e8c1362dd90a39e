"""What dead processes left of large changes is settled before anybody does or takes back another one."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crm_tui import clock
from crm_tui.customers.bulk import change_many
from crm_tui.customers.bulk_edit import Edit
from crm_tui.errors import BadInput
from crm_tui.exchange import importing
from crm_tui.exchange.store_staging import forget_dead
from crm_tui.session import open_session
from crm_tui.storage import jobs
from tests.storage.colleagues import LOGINS, Colleagues, world
from tests.storage.colleagues_large import Died, planned

NOTE = Edit({"note": "改"}, ("note",))


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Colleagues]:
    """Return three people in one file; a change of more than two customers goes one by one."""
    for name, value in {"SMALL": 2, "SHARED": 1, "FIRST_PART": 1, "LARGEST_PART": 1}.items():
        monkeypatch.setattr(jobs, name, value)
    monkeypatch.setattr(clock, "pause", lambda seconds: None)
    world(tmp_path / "crm.db")
    team = Colleagues(tmp_path / "crm.db")
    yield team
    team.close()


def die(team: Colleagues, who: int) -> Any:
    """Return a progress that ends the process of a colleague after the first part; it writes no more."""

    def dead(*_args: Any, **_more: Any) -> Any:
        raise Died

    def progress(_done: int, _total: int) -> None:
        database: Any = team.sessions[who].database
        database.write = database.write_untracked = dead
        raise Died

    return progress


def changed(team: Colleagues, who: int, progress: Any = None, edit: Edit = NOTE) -> Any:
    rows = [(row, team.versions["customer", row]) for row in team.rows("customer")]
    return change_many(team.sessions[who], rows, edit, progress=progress)


def notes(team: Colleagues) -> list[Any]:
    sql = "SELECT note FROM customer WHERE deleted_at IS NULL ORDER BY id"
    return [row[0] for row in team.outside.execute(sql).fetchall()]


def undo_that_dies(team: Colleagues, who: int, set_id: int) -> None:
    with pytest.raises(Died):
        team.sessions[who].undo(set_id, progress=die(team, who))


def test_an_undo_left_by_a_dead_process_is_ended_before_the_next(team: Colleagues) -> None:
    done = changed(team, 0)
    undo_that_dies(team, 0, done.set_id)
    assert sorted(notes(team)) == ["原", "改", "改"]
    undone = team.sessions[1].undo(done.set_id)
    assert undone is not None and (undone.action, undone.left) == ("customer.bulk", [])
    assert notes(team) == ["原"] * 3
    with pytest.raises(BadInput, match="已经撤销"):
        team.sessions[1].undo(done.set_id)


def test_what_is_undone_again_elsewhere_is_what_was_cut_off_and_nothing_before_it(
    team: Colleagues,
) -> None:
    """Somebody's program died, but another one of theirs is open: u means the same change there."""
    changed(team, 0)
    team.now, team.versions = team.look()
    second = changed(team, 0, edit=Edit({"note": "再改"}, ("note",)))
    with closing(open_session(team.path, login=LOGINS[0])) as other:
        undo_that_dies(team, 0, second.set_id)
        assert other.undo() is not None
        assert notes(team) == ["改"] * 3
        assert other.undo() is not None
        assert notes(team) == ["原"] * 3


def test_an_undo_that_died_inside_a_set_goes_on_there(
    team: Colleagues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FIRST_PART", 3)
    done = changed(team, 0)
    monkeypatch.setattr(jobs, "FIRST_PART", 1)
    database: Any = team.sessions[0].database
    write = database.write

    def last(*args: Any, **more: Any) -> Any:
        found = write(*args, **more)
        database.write = database.write_untracked = dead
        return found

    def dead(*_args: Any, **_more: Any) -> Any:
        raise Died

    database.write = last
    with pytest.raises(Died):
        team.sessions[0].undo(done.set_id)
    assert sorted(notes(team)) == ["原", "改", "改"]
    team.reopened(0)
    assert notes(team) == ["原"] * 3


def test_a_redo_is_not_taken_back_by_an_undo_that_died_before_it(team: Colleagues) -> None:
    done = changed(team, 0)
    undo_that_dies(team, 0, done.set_id)
    # Li's program was open all the time.
    li = team.sessions[1]
    assert li.undo(done.set_id) is not None
    last = team.outside.execute("SELECT max(id) FROM change_set").fetchone()[0]
    li.undo(last)
    assert notes(team) == ["改"] * 3
    team.reopened(0)
    assert notes(team) == ["改"] * 3


def test_an_import_first_takes_back_the_change_that_a_dead_process_left(team: Colleagues) -> None:
    with pytest.raises(Died):
        changed(team, 0, die(team, 0))
    assert sorted(notes(team)) == ["原", "原", "改"]
    with planned(team, 1, (3, 2, 6)) as plan:
        assert plan.writes == 4
        importing.run_import(team.sessions[1], plan)
    assert team.outside.execute("SELECT count(*) FROM job WHERE state = 'publishing'").fetchone() == (0,)
    assert "改" not in notes(team)


def test_taking_back_one_change_leaves_the_import_of_another_dead_process_to_be_continued(
    team: Colleagues,
) -> None:
    with pytest.raises(Died):
        changed(team, 0, die(team, 0))
    plan = planned(team, 1, (3, 2, 6))
    # Its process was at its first step when the other died.
    team.sessions[1].recover = lambda: None
    with pytest.raises(Died):
        importing.run_import(team.sessions[1], plan, progress=die(team, 1))
    plan.staging.close(keep=True)
    team.reopened(2)
    assert team.outside.execute("SELECT count(*) FROM publishing").fetchone() == (0,)
    assert team.outside.execute("SELECT state FROM job ORDER BY id").fetchall() == [
        ("taken_back",), ("done",), ("done",),
    ]  # fmt: skip
    assert len(notes(team)) == 4
    assert "改" not in notes(team)


def test_two_who_take_back_a_large_change_at_once_take_it_back_once(
    team: Colleagues, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = changed(team, 0)
    hold, quicker = jobs.hold, [team.sessions[1]]

    def late(path: Path, connection: Any) -> Any:
        if quicker:
            quicker.pop().undo(done.set_id)
        return hold(path, connection)

    monkeypatch.setattr(jobs, "hold", late)
    with pytest.raises(BadInput, match="已经撤销"):
        team.sessions[0].undo(done.set_id)
    assert notes(team) == ["原"] * 3
    team.sessions[1].redo()
    assert notes(team) == ["改"] * 3
    team.sessions[2].undo(done.set_id)
    assert notes(team) == ["原"] * 3


@pytest.mark.parametrize("readable", [True, False])
def test_an_import_left_by_a_colleague_keeps_nobody_out(team: Colleagues, readable: bool) -> None:
    team.path.chmod(0o660)
    plan = planned(team, 0, (3, 2, 6))
    with pytest.raises(Died):
        importing.run_import(team.sessions[0], plan, die(team, 0))
    (staged,) = team.path.parent.glob(".*.staging")
    assert stat.S_IMODE(staged.stat().st_mode) == 0o660
    plan.staging.close(keep=True)
    if not readable:
        # To root everything can be opened, but no folder as a file.
        staged.unlink()
        staged.mkdir()
    team.reopened(2)
    states = team.outside.execute("SELECT state FROM job ORDER BY id").fetchall()
    assert states == ([("done",)] if readable else [("taken_back",), ("done",)])
    assert len(notes(team)) == (4 if readable else 3)


def test_the_staging_files_of_the_dead_go_with_their_journals(tmp_path: Path) -> None:
    path = tmp_path / "a[b]*.db"
    gone = subprocess.Popen(["true"])
    gone.wait()
    names = [
        f".{path.name}.import-{gone.pid}-{end}"
        for end in ("x.staging", "x.staging-journal", "y.staging-journal")
    ]
    kept = [
        f".{path.name}.import-{os.getpid()}-x.staging",
        f".other.import-{gone.pid}-x.staging",
        names[0] + "-kept",
    ]
    for name in names + kept:
        (tmp_path / name).touch()
    forget_dead(path)
    assert set(os.listdir(tmp_path)) == set(kept)
