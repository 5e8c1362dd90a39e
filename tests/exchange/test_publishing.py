"""Large imports: parts nobody sees before the last, cancelling, finishing what a dead process left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_tui.customers import service
from crm_tui.errors import Busy, Cancelled, Fault
from crm_tui.exchange import importing, publishing
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.planning import ImportPlan
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import Session, open_session
from crm_tui.storage import jobs
from crm_tui.storage.diagnosis import explain, taken_back
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.jobs import JobLock
from tests.exchange.importer import every, lists, only, opened, run, sheet_of
from tests.storage.world import assert_sound

HEAD = ["客户名称", "联系人", "手机", "客户标签", "最后跟进时间", "下次跟进计划", "所属行业"]


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(jobs, "SMALL", 20)
    monkeypatch.setattr(jobs, "LARGEST_PART", 25)
    monkeypatch.setattr(jobs, "FIRST_PART", 10)
    one = opened(tmp_path)
    yield one
    one.close()


def rows(count: int, note: str = "") -> list[list[str]]:
    return [
        [
            f"公司{n:03d}",
            f"张{n}",
            f"1380000{n:04d}",
            "高意向、批量",
            "2024-03-10",
            f"每月回访{note}",
            "制造业-紧固件",
        ]
        for n in range(count)
    ]


def planned(session: Session, path: Path) -> ImportPlan:
    with open_sheet(path, known=is_known_heading) as sheet:
        return importing.plan_import(session, sheet, importing.explain(session, sheet))


def sheet(tmp_path: Path, count: int, note: str = "") -> Path:
    return sheet_of(tmp_path / f"big{count}{note}.csv", HEAD, rows(count, note))


def test_a_large_import_appears_at_once(session: Session, tmp_path: Path) -> None:
    seen: list[int] = []
    steps: list[tuple[int, int]] = []
    watcher = open_session(session.database.path, login="li")

    def progress(done: int, total: int) -> None:
        steps.append((done, total))
        seen.append(only(watcher, "SELECT count(*) FROM customer"))

    with planned(session, sheet(tmp_path, 120)) as plan:
        result = importing.run_import(session, plan, progress=progress)
    assert set(seen[:-1]) == {0}
    assert len(seen) > 3
    assert (steps[-1], result.added) == ((120, 120), 120)
    assert only(watcher, "SELECT count(*) FROM customer") == 120
    watcher.close()
    assert len(every(session, "SELECT id FROM contact")) == 120
    assert len(every(session, "SELECT id FROM plan")) == 120
    assert len(every(session, "SELECT id FROM tag_link")) == 240
    assert len(every(session, "SELECT id FROM tag WHERE name = '批量'")) == 1
    assert len(set(every(session, "SELECT no FROM customer"))) == 120
    sets = every(session, "SELECT action FROM change_set WHERE job = :job", job=result.job)
    assert set(sets) == {"import"}
    assert len(sets) > 2
    assert_sound(session.database.connection)
    again = run(session, sheet(tmp_path, 120))
    assert (set(again.verdicts), again.result.job) == ({"skip"}, None)


def test_undo_of_a_large_import(session: Session, tmp_path: Path) -> None:
    session.write(service.add, {"name": "在先公司"})
    before = lists(session)
    done = run(session, sheet(tmp_path, 90))
    after = lists(session)
    undone = session.undo()
    assert (undone and undone.title) == "big90.csv"
    assert lists(session) == before
    session.redo()
    assert lists(session) == after
    session.undo()
    again = run(session, sheet(tmp_path, 90))
    assert (again.result.added, done.result.added) == (90, 90)
    assert_sound(session.database.connection)


def test_many_updates_go_in_parts(session: Session, tmp_path: Path) -> None:
    run(session, sheet(tmp_path, 60))
    before = lists(session)
    with planned(session, sheet(tmp_path, 70, "x")) as plan:
        assert (plan.counts["new"], plan.counts["update"]) == (10, 60)
        assert plan.notes == ["60 位现有客户将逐批更新，其他人可继续保存。"]
        result = importing.run_import(session, plan)
    assert (result.added, result.updated, result.left) == (10, 60, [])
    assert len(every(session, "SELECT id FROM plan WHERE state = 'todo'")) == 70
    session.undo()
    assert lists(session) == before
    assert_sound(session.database.connection)


def test_rows_moved_meanwhile_are_left_and_listed(session: Session, tmp_path: Path) -> None:
    run(session, sheet(tmp_path, 30))
    with planned(session, sheet(tmp_path, 32, "x")) as plan:
        row = only(session, "SELECT id, changed_in FROM customer WHERE name = '公司007'")
        session.write(service.update, row[0], row[1], {"note": "同事写的"})
        session.write(service.add, {"name": "公司030"})
        result = importing.run_import(session, plan)
        out = tmp_path / "rejects.xlsx"
        assert importing.write_rejects(plan, out) == 2
    assert [one.name for one in result.left] == ["公司007", "公司030"]
    assert (result.added, result.updated) == (1, 29)
    assert only(session, "SELECT note FROM customer WHERE name = '公司007'") == "同事写的"
    assert len(every(session, "SELECT id FROM customer WHERE name = '公司030'")) == 1
    with open_sheet(out, known=is_known_heading) as handed_back:
        assert [row.cells[1] for row in handed_back.rows] == ["公司007", "公司030"]


@pytest.mark.parametrize("stop_at", [1, 3])
def test_cancelling_between_parts_leaves_nothing(session: Session, tmp_path: Path, stop_at: int) -> None:
    before = lists(session)
    done: list[int] = []
    with planned(session, sheet(tmp_path, 100)) as plan, pytest.raises(Cancelled):
        importing.run_import(
            session,
            plan,
            progress=lambda now, _total: done.append(now),
            cancelled=lambda: len(done) >= stop_at,
        )
    assert done
    assert lists(session) == before
    assert not list(tmp_path.glob(".*staging*"))
    assert jobs.publishing(session.database.connection) is None
    assert_sound(session.database.connection)
    assert run(session, sheet(tmp_path, 100)).result.added == 100


def test_a_disk_that_is_full_leaves_nothing_and_says_so(session: Session, tmp_path: Path) -> None:
    before = lists(session)
    connection = session.database.connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    path = sheet_of(tmp_path / "new.csv", HEAD, rows(18, "，带上资料" * 6))
    with planned(session, path) as plan, pytest.raises(Fault) as refused:
        connection.execute(f"PRAGMA max_page_count = {pages}")
        importing.run_import(session, plan)
    assert str(refused.value) == "磁盘已满。没有导入任何数据。请腾出一些空间，再试一次。"
    # Of a large one likewise, where all parts were taken back.
    assert str(taken_back(explain(sqlite3.OperationalError("disk I/O error")), "没有导入任何数据。")) == (
        "写入时磁盘报错。没有导入任何数据。请检查磁盘和配额，再试一次。"
    )
    connection.execute("PRAGMA max_page_count = 1000000")
    assert lists(session) == before
    assert run(session, path).result.added == 18


class Death(BaseException):
    """Ends the process in the test's imagination."""


def die_after(monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    """Let the process die after some parts, as kill -9 would: nothing is tidied."""
    left = [parts]
    real = publishing.Publisher._write

    def write(self: publishing.Publisher, body: Any) -> None:
        if left[0] == 0:
            raise Death
        left[0] -= 1
        real(self, body)

    monkeypatch.setattr(publishing.Publisher, "_write", write)
    monkeypatch.setattr(publishing.undoing, "take_back", lambda *_all: None)


@pytest.mark.parametrize("parts", [0, 1, 3])
@pytest.mark.parametrize("staging", ["whole", "gone", "torn"])
def test_the_next_session_finishes_or_takes_back(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int, staging: str
) -> None:
    run(session, sheet(tmp_path, 30))
    before = lists(session)
    plan = planned(session, sheet(tmp_path, 100, "x"))
    with monkeypatch.context() as patch:
        die_after(patch, parts)
        with pytest.raises(Death):
            importing.run_import(session, plan)
    assert lists(session)["customer"] == before["customer"]
    file = plan.staging.path
    if staging == "gone":
        file.unlink()
    elif staging == "torn":
        file.write_bytes(file.read_bytes()[:5000])
    session.close()
    with open_session(tmp_path / "team.db", login="li") as second:
        assert jobs.publishing(second.database.connection) is None
        assert_sound(second.database.connection)
        if staging == "whole":
            assert only(second, "SELECT count(*) FROM customer") == 100
            assert len(every(second, "SELECT id FROM plan WHERE state = 'todo'")) == 100
            assert set(run(second, sheet(tmp_path, 100, "x")).verdicts) == {"skip"}
            second.undo()
        assert lists(second) == before
        assert not file.exists()


def test_one_import_at_a_time(session: Session, tmp_path: Path) -> None:
    other = JobLock(session.database.path)
    assert other.take()
    with planned(session, sheet(tmp_path, 30)) as plan:
        with pytest.raises(Busy):
            importing.run_import(session, plan)
        other.close()
        assert importing.run_import(session, plan).added == 30


def test_staging_files_of_dead_processes_go(session: Session, tmp_path: Path) -> None:
    dead = tmp_path / ".team.db.import-999999-x.staging"
    dead.write_bytes(b"")
    with planned(session, sheet(tmp_path, 3)):
        assert not dead.exists()


def test_rows_left_before_a_crash_are_still_listed(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = session.database.path
    plan = planned(session, sheet(tmp_path, 120))
    session.write(service.add, {"name": "公司003"})
    with monkeypatch.context() as patch:
        die_after(patch, 2)
        with pytest.raises(Death):
            importing.run_import(session, plan)
    session.write(service.add, {"name": "公司110"})
    session.close()
    with open_session(path, login="li") as later:
        assert only(later, "SELECT count(*) FROM customer") == 120
        counts = later.database.connection.execute("SELECT counts FROM job").fetchone()[0]
        assert json.loads(counts)["left"] == {"new": [5, 112], "update": []}


def test_a_number_that_came_from_outside_blocks_nothing(session: Session, tmp_path: Path) -> None:
    first = session.write(service.add, {"name": "在先"}).value
    number = only(session, "SELECT no FROM customer WHERE id = :id", id=first)
    taken = [number[:-3] + f"{int(number[-3:]) + step:03d}" for step in (1, 2, 5)]
    outside = sqlite3.connect(session.database.path)
    for no in taken:
        outside.execute(
            "INSERT INTO customer (kind, no, no_sort, name, name_key, owner_id)"
            " VALUES ('company', :no, :no, :no, :no, 1)",
            {"no": no},
        )
    outside.commit()
    outside.close()
    with planned(session, sheet(tmp_path, 3)) as plan:
        assert importing.run_import(session, plan).added == 3
    session.write(service.add, {"name": "在后"})
    assert len(set(every(session, "SELECT no FROM customer"))) == 1 + 3 + 3 + 1
