"""Large changes: parts that keep the lock short, one job at a time, whole or taken back."""

from __future__ import annotations

import os
import threading
from itertools import pairwise
from typing import Any

import pytest

from crm_tui import clock
from crm_tui.errors import BadInput, Busy, Cancelled
from crm_tui.storage import history, jobs, writing_back
from crm_tui.storage.change import Change
from crm_tui.storage.database import Database
from crm_tui.storage.jobs import Parts
from crm_tui.storage.presence import JobLock
from crm_tui.storage.undo import UndoBlocked
from crm_tui.storage.undoing import finish_dead_undos, redo_last, take_back, undo_last, undo_set
from crm_tui.storage.writing_back import WritingBack
from tests.storage.rows import snapshot
from tests.storage.world import assert_sound, contact, customer, field, note, saved, seen


class Company:
    """A presence that says who else is in."""

    def __init__(self, alone: bool) -> None:
        self._alone = alone

    def alone(self) -> bool:
        return self._alone


class Watch:
    """A clock that runs as the parts tell it: each row costs so many seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds_a_row: float) -> None:
        self.now = 0.0
        self.cost = seconds_a_row
        self.parts: list[tuple[int, int]] = []
        self.pauses: list[float] = []
        monkeypatch.setattr(clock, "stopwatch", lambda: self.now)
        monkeypatch.setattr(clock, "pause", self.pauses.append)

    def part(self, start: int, stop: int) -> None:
        self.parts.append((start, stop))
        self.now += (stop - start) * self.cost

    def sizes(self) -> list[int]:
        return [stop - start for start, stop in self.parts]


@pytest.fixture
def parts(db: Database, monkeypatch: pytest.MonkeyPatch) -> Parts:
    monkeypatch.setattr(clock, "pause", lambda seconds: None)
    return Parts(db, None)


def publish(db: Database, sets: int = 3, *, end: bool = True, kind: str = "import") -> tuple[int, list[int]]:
    """Write a job of sets of two customers with a contact each; the last one edits the first customer."""

    def begin(connection: Any) -> int:
        job = jobs.open_job(connection, kind, 1, "客户.xlsx", counts={"new": sets * 2})
        low, high = jobs.reserve_ids(connection, "customer", sets * 2)
        jobs.hide(connection, job, low, high)
        return job

    job = db.write_untracked(begin)
    low = jobs.publishing(db.connection).low  # ty: ignore[missing-union-attribute]
    for number in range(sets):

        def part(change: Any, number: int = number) -> None:
            for row in (low + number * 2, low + number * 2 + 1):
                customer(change, f"I{row}", id=row)
                contact(change, row)
            if number == sets - 1:
                change.update("customer", low, {"note": "from the last part"})
            jobs.advance(change.connection, job, jobs.INSERT, number * 2 + 2)

        db.write(1, "import", part, job=job)
    if end:
        db.write_untracked(lambda c: jobs.close_job(c, job, "done"))
    return job, list(range(low, low + sets * 2))


def live(db: Database, table: str = "customer") -> int:
    return db.connection.execute(f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL").fetchone()[0]


def sets_of(db: Database, job: int) -> list[int]:
    rows = db.connection.execute("SELECT id FROM change_set WHERE job = :job ORDER BY id", {"job": job})
    return [row[0] for row in rows.fetchall()]


# ---- sizes


def test_alone_the_parts_are_long_and_follow_each_other_at_once(db, monkeypatch):
    watch = Watch(monkeypatch, 0.0001)
    Parts(db, Company(alone=True)).run(12_000, 0, watch.part)  # ty: ignore[invalid-argument-type]
    assert watch.sizes() == [2000, 4000, 5000, 1000]
    assert watch.pauses == []


def test_with_colleagues_the_parts_grow_slowly_and_leave_the_lock_free_in_between(db, monkeypatch):
    watch = Watch(monkeypatch, 0.0005)
    Parts(db, Company(alone=False)).run(3000, 0, watch.part)  # ty: ignore[invalid-argument-type]
    sizes = watch.sizes()
    assert sizes[:4] == [50, 100, 200, 240]
    assert max(sizes) * 0.0005 <= jobs.PART_SECONDS
    assert watch.pauses == [jobs.PAUSE_SECONDS] * (len(sizes) - 1)
    assert jobs.PAUSE_SECONDS > 0.05


def test_a_slow_disk_makes_the_parts_smaller_but_never_tiny(db, monkeypatch):
    watch = Watch(monkeypatch, 0.0005)

    def part(start: int, stop: int) -> None:
        watch.cost = 0.0005 if len(watch.parts) < 3 else 0.01
        watch.part(start, stop)

    Parts(db, Company(alone=False)).run(1000, 0, part)  # ty: ignore[invalid-argument-type]
    assert watch.sizes()[:6] == [50, 100, 200, 240, 50, 50]
    assert min(watch.sizes()[:-1]) == 50


def test_the_log_is_brought_into_the_file_beside_long_parts_and_whole_behind_them(db, monkeypatch):
    assert db.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    watch = Watch(monkeypatch, 0.0005)
    beside, asked = [], []
    begin = WritingBack.begin
    monkeypatch.setattr(WritingBack, "begin", lambda self: (beside.append(len(watch.parts)), begin(self))[1])
    runner = Parts(db, Company(True))

    def part(start: int, stop: int) -> None:
        watch.part(start, stop)
        saved(db, lambda change: customer(change, f"C{start}"))
        asked.append(runner.beside.begun)

    with runner.settling():
        runner.run(30_000, 0, part)
    assert beside  # while a part was written
    assert all(asked[at] for at in beside)
    assert not any(one and other for one, other in pairwise(asked))  # the log begins anew behind each
    assert not runner.beside.begun
    log = db.path.with_name(db.path.name + "-wal")
    written = db.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    assert written[0] == 0 and written[1] == written[2]
    assert log.exists()


@pytest.mark.parametrize("alone", [True, False])
def test_the_disk_takes_the_journal_beside_a_long_part_where_there_is_no_log(db, monkeypatch, alone):
    assert db.connection.execute("PRAGMA journal_mode=TRUNCATE").fetchone()[0] == "truncate"
    monkeypatch.setattr(writing_back, "FLUSH_SECONDS", 0.001)
    journal = db.path.with_name(db.path.name + "-journal")
    taken, flush = threading.Event(), os.fsync

    def told(handle: int) -> None:
        flush(handle)
        if os.path.sameopenfile(handle, kept) and journal.stat().st_size:
            taken.set()

    def write(change: Change) -> bool:
        customer(change, "C1")
        return not alone or taken.wait(60)

    journal.touch()
    kept = os.open(journal, os.O_RDONLY)
    monkeypatch.setattr(writing_back.os, "fsync", told)
    with Parts(db, Company(alone)).settling():  # ty: ignore[invalid-argument-type]
        beside = [one.name for one in threading.enumerate()]
        assert db.write(1, "test", write).value
    os.close(kept)
    assert ("crm-journal" in beside) == taken.is_set() == alone
    assert "crm-journal" not in [one.name for one in threading.enumerate()]
    assert_sound(db.connection)


def test_parts_cover_everything_once_and_tell_how_far_they_are(db, monkeypatch):
    watch, told = Watch(monkeypatch, 0.001), []
    Parts(db, None, progress=lambda done, total: told.append((done, total))).run(777, 40, watch.part)
    assert watch.parts[0][0] == 40
    assert watch.parts[-1][1] == 777
    assert all(one[1] == other[0] for one, other in pairwise(watch.parts))
    assert told == [(stop, 777) for _start, stop in watch.parts]


def test_stopping_ends_between_two_parts(db, monkeypatch):
    watch = Watch(monkeypatch, 0.001)
    parts = Parts(db, None, cancelled=lambda: len(watch.parts) == 2)
    with pytest.raises(Cancelled, match="已停止"):
        parts.run(1000, 0, watch.part)
    assert len(watch.parts) == 2


# ---- reserving and hiding


def test_ids_are_reserved_on_an_empty_and_on_a_used_table(db):
    assert db.write_untracked(lambda c: jobs.reserve_ids(c, "customer", 10)) == (1, 10)
    assert db.write(1, "customer.add", lambda c: customer(c, "C1")).value == 11
    assert db.write_untracked(lambda c: jobs.reserve_ids(c, "customer", 5)) == (12, 16)
    assert db.write(1, "customer.add", lambda c: customer(c, "C2")).value == 17


def test_reserved_ids_are_not_given_again_when_nobody_used_them(db):
    db.write_untracked(lambda c: jobs.reserve_ids(c, "tag", 3))
    row = db.write(1, "tag", lambda c: c.insert("tag", {"name": "a", "name_key": "a"})).value
    assert row == 4


def test_a_publishing_job_says_how_far_it_is_until_it_is_closed(db):
    job, rows = publish(db, end=False)
    assert jobs.publishing(db.connection) == (job, "insert", rows[0], rows[-1], 6)
    assert jobs.job_of(db.connection, job).state == "publishing"  # ty: ignore[missing-union-attribute]
    db.write_untracked(lambda c: jobs.close_job(c, job, "done"))
    found = jobs.job_of(db.connection, job)
    assert jobs.publishing(db.connection) is None
    assert found is not None
    assert (found.state, found.title, found.counts, found.ended_at is None) == (
        "done",
        "客户.xlsx",
        {"new": 6},
        False,
    )
    assert jobs.job_of(db.connection, 99) is None


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("客户.xlsx".encode(), "客户.xlsx"),
        ("客户名单.xlsx".encode("gbk"), "客户名单.xlsx"),
        (b"\xff\xfe.csv", "\ufffd\ufffd.csv"),
    ],
)
def test_the_title_of_a_job_is_text_whatever_the_bytes_of_the_files_name(db, name, title):
    job = db.write_untracked(lambda c: jobs.open_job(c, "import", 1, os.fsdecode(name)))
    found = jobs.job_of(db.connection, job)
    assert found is not None
    assert found.title == title


def test_only_one_job_publishes_and_the_other_is_told_which(db, path):
    job, _rows = publish(db, end=False)
    lock = JobLock(path)
    assert lock.take()
    with pytest.raises(Busy, match=r"客户\.xlsx"):
        jobs.hold(path, db.connection)
    with pytest.raises(Busy):
        undo_set(db, Parts(db, None), 1, sets_of(db, job)[0])
    lock.close()
    jobs.hold(path, db.connection).close()


# ---- undo of a job


def test_a_job_of_several_sets_is_undone_and_brought_back_as_one(db, parts):
    before = live(db), live(db, "contact")
    job, _rows = publish(db)
    middle = sets_of(db, job)[1]
    entry = history.recent(seen(db))[0]
    assert (entry.job, entry.title, entry.rows, entry.undone) == (job, "客户.xlsx", 13, False)
    told: list[tuple[int, int]] = []
    parts.progress = lambda done, total: told.append((done, total))
    undone = undo_set(db, parts, 1, middle)
    assert (undone.action, undone.title, undone.left) == ("import", "客户.xlsx", [])
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert (live(db), live(db, "contact")) == before
    assert history.is_job_undone(db.connection, job)
    with pytest.raises(BadInput, match="已经撤销过了"):
        undo_set(db, parts, 1, middle)
    assert redo_last(db, parts, 1)
    assert (live(db), live(db, "contact")) == (before[0] + 6, before[1] + 6)
    assert not history.is_job_undone(db.connection, job)
    assert undo_last(db, parts, 1)
    assert (live(db), live(db, "contact")) == before
    assert_sound(db.connection)


def test_a_job_in_whose_way_something_is_stays_whole(db, parts):
    job, rows = publish(db)
    saved(db, note(rows[2], "worked on"))
    before = snapshot(db.connection, version=True)
    with pytest.raises(UndoBlocked) as blocked:
        undo_last_import(db, parts, job)
    assert [o[:4] for o in blocked.value.obstacles] == [("moved", "customer", rows[2], "note")]
    assert snapshot(db.connection, version=True) == before
    left = undo_last_import(db, parts, job, leave=True).left
    assert [o[:4] for o in left] == [("moved", "customer", rows[2], "note")]
    assert live(db) == 1
    assert live(db, "contact") == 1
    assert field(db, "contact", rows[2], "deleted_at") is None
    assert_sound(db.connection)


def undo_last_import(db: Database, parts: Parts, job: int, **keywords: Any) -> Any:
    return undo_set(db, parts, 1, sets_of(db, job)[0], **keywords)


def test_a_number_taken_since_stops_the_return_of_a_whole_job(db, parts):
    job, rows = publish(db)
    undone = undo_last_import(db, parts, job)
    # Taken from the first part, which an undo of the undo reaches last but one.
    saved(db, lambda c: customer(c, f"I{rows[0]}"))
    before = snapshot(db.connection)
    with pytest.raises(UndoBlocked) as blocked:
        undo_set(db, parts, 1, undone.set_id)
    assert blocked.value.obstacles[0][:3] == ("taken", "customer", rows[0])
    assert snapshot(db.connection) == before
    assert history.is_job_undone(db.connection, job)
    assert len(undo_set(db, parts, 1, undone.set_id, leave=True).left) >= 1
    assert live(db) == 6
    assert_sound(db.connection)


def test_what_others_changed_between_two_parts_is_in_the_way(db, parts):
    row = db.write(1, "customer.add", lambda c: customer(c, "C1")).value
    job = db.write_untracked(lambda c: jobs.open_job(c, "bulk", 1, "批量修改"))
    saved(db, note(row, "part 1"), job=job)
    saved(db, note(row, "theirs"))
    saved(db, note(row, "part 2"), job=job)
    db.write_untracked(lambda c: jobs.close_job(c, job, "done"))
    with pytest.raises(UndoBlocked):
        undo_last_import(db, parts, job)
    assert field(db, "customer", row, "note") == "part 2"


# ---- jobs that stopped


def test_a_stopped_import_is_taken_back_and_cannot_be_brought_back(db, parts):
    before = live(db), live(db, "contact")
    job, _rows = publish(db, end=False)
    with pytest.raises(BadInput, match="没有写完"):
        undo_last_import(db, parts, job)
    take_back(db, parts, 1, job)
    assert (live(db), live(db, "contact")) == before
    assert jobs.publishing(db.connection) is None
    assert jobs.job_of(db.connection, job).state == "taken_back"  # ty: ignore[missing-union-attribute]
    assert redo_last(db, parts, 1) is None
    newest = history.recent(seen(db))[0]
    with pytest.raises(BadInput, match="在完成前就停止了"):
        undo_set(db, parts, 1, newest.set_id)
    assert_sound(db.connection)


def test_taking_back_goes_on_where_it_died(db, parts, monkeypatch):
    job, _rows = publish(db, end=False)
    write, calls = db.write, []

    def dies(*args: Any, **keywords: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return write(*args, **keywords)

    monkeypatch.setattr(db, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        take_back(db, parts, 1, job)
    assert jobs.publishing(db.connection).phase == "taking_back"  # ty: ignore[missing-union-attribute]
    monkeypatch.undo()
    take_back(db, parts, 1, job)
    assert live(db) == 0
    states = "SELECT kind, state FROM job ORDER BY id"
    assert db.connection.execute(states).fetchall() == [("import", "taken_back"), ("undo", "done")]
    assert_sound(db.connection)


def test_an_undo_whose_process_died_is_finished(db, parts, monkeypatch):
    job, _rows = publish(db)
    write, calls = db.write, []

    def dies(*args: Any, **keywords: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return write(*args, **keywords)

    monkeypatch.setattr(db, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        undo_last_import(db, parts, job)
    monkeypatch.undo()
    monkeypatch.setattr(clock, "pause", lambda seconds: None)
    assert 0 < live(db) < 6
    assert finish_dead_undos(db) == 1
    assert live(db) == 0
    assert history.is_job_undone(db.connection, job)
    assert finish_dead_undos(db) == 0
    assert redo_last(db, parts, 1)
    assert live(db) == 6
    assert_sound(db.connection)
