"""What others wrote: told once, by whom, with whose files it is about; silence costs one question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.access.scope import scope
from crm_tui.errors import CrmError
from crm_tui.storage import history, jobs, watch
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3, wal_is_sound
from crm_tui.storage.watch import Watch
from tests import made
from tests.access.policies import whole
from tests.storage.world import OWNER, contact, customer, note, saved

MODES = ["TRUNCATE", *(["WAL"] if wal_is_sound() else [])]


class Office:
    """Two databases over one file: mine with a watch over it, and a colleague's."""

    def __init__(self, path: Path) -> None:
        self.mine, self.theirs = Database(path), Database(path)
        self.reader = scope(self.mine.connect_reader(), whole(1))
        self.asked: list[str] = []
        self.watch = Watch(self.reader, history.newest(self.reader), self.mine.own, path)
        self.poll = self.watch.poll
        assert self.poll() is None
        self.reader.set_trace_callback(self.asked.append)

    def close(self) -> None:
        for each in (self.reader, self.mine, self.theirs):
            each.close()


@pytest.fixture(params=MODES)
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "crm.db"
    made.empty(path)
    connection = sqlite3.connect(path)
    assert connection.execute(f"PRAGMA journal_mode={request.param}").fetchone() == (request.param.lower(),)
    connection.close()
    return path


@pytest.fixture
def office(path: Path) -> Iterator[Office]:
    first = Database(path)
    first.write(1, "person.add", lambda change: change.insert("person", OWNER))
    first.write(1, "customer.add", lambda c: (customer(c, "C1"), customer(c, "C2"), contact(c, 1)))
    first.close()
    opened = Office(path)
    yield opened
    opened.close()


def test_where_nothing_moves_one_question_is_asked(office):
    for _round in range(3):
        assert office.poll() is None
    assert office.asked == ["PRAGMA data_version"] * 3


def test_a_move_is_told_once_with_who_and_whose(office):
    moved_in = saved(office.theirs, note(1, "回访"))
    moved = office.poll()
    assert [(t.set_id, t.actor, t.action, t.entity, t.entity_id, t.field, t.new) for t in moved.touches] == [
        (moved_in, 1, "customer.update", "customer", 1, "note", "回访")
    ]
    assert list(moved.customers) == [1]
    assert not moved.words
    assert office.poll() is None


def test_what_hangs_on_a_customer_moves_its_file(office):
    saved(office.theirs, lambda c: c.update("contact", 1, {"name": "王方"}))
    assert list(office.poll().customers) == [1]
    saved(office.theirs, lambda c: c.update("contact", 1, {"customer_id": 2}))
    assert set(office.poll().customers) == {1, 2}
    saved(office.theirs, lambda c: c.soft_delete("contact", 1))
    assert list(office.poll().customers) == [2]


def test_a_row_deleted_for_good_tells_whose_it_was(office, path):
    outside = sqlite3.connect(path, isolation_level=None)
    outside.execute("DELETE FROM contact WHERE id = 1")
    outside.close()
    moved = office.poll()
    assert [(touch.op, touch.actor, touch.action) for touch in moved.touches] == [("delete", None, "outside")]
    assert list(moved.customers) == [1]


def test_ones_own_saves_are_no_news(office):
    saved(office.mine, note(1, "meine"))
    assert office.poll() is None
    saved(office.mine, note(1, "wieder"))
    saved(office.theirs, note(2, "ihre"))
    assert list(office.poll().customers) == [2]


def test_an_edit_from_outside_shows_while_it_still_grows(office, path):
    outside = sqlite3.connect(path, isolation_level=None)
    outside.execute("UPDATE customer SET note = 'a' WHERE id = 1")
    moved = office.poll()
    assert [(touch.new, touch.actor, touch.at) for touch in moved.touches] == [("a", None, None)]
    assert office.poll() is None
    outside.execute("UPDATE customer SET note = 'b' WHERE id = 2")
    assert [touch.new for touch in office.poll().touches] == ["b"]
    outside.execute("UPDATE customer SET note = 'c' WHERE id = 1")
    saved(office.theirs, note(2, "d"))
    assert [touch.new for touch in office.poll().touches] == ["c", "d"]
    saved(office.theirs, note(2, "e"))
    assert [touch.new for touch in office.poll().touches] == ["e"]
    outside.close()


def test_what_writes_no_history_moves_nothing(office):
    office.theirs.write_untracked(
        lambda c: c.execute("INSERT INTO person_state (person_id, name, value) VALUES (1, 'x', '1')")
    )
    assert office.poll() is None


def test_words_may_show_anywhere(office):
    saved(office.theirs, lambda c: c.insert("tag", {"name": "急", "name_key": "急"}))
    moved = office.poll()
    assert moved.words
    assert moved.customers == {}


def test_much_is_only_said(office, monkeypatch):
    monkeypatch.setattr(watch, "MOST", 10)
    saved(office.theirs, lambda c: [customer(c, f"N{number}") for number in range(11)])
    assert office.poll() == watch.Moved(words=True, much=True)
    assert office.poll() is None
    saved(office.theirs, lambda c: [customer(c, f"M{number}") for number in range(3)])
    assert len(office.poll().customers) == 3


def publish(db: Database) -> int:
    def begin(connection: sqlite3.Connection) -> int:
        job = jobs.open_job(connection, "import", 1, "客户.xlsx")
        jobs.hide(connection, job, *jobs.reserve_ids(connection, "customer", 2))
        return job

    job = db.write_untracked(begin)
    low = jobs.publishing(db.connection).low  # ty: ignore[missing-union-attribute]
    for number in (low, low + 1):
        saved(db, lambda c, number=number: customer(c, f"J{number}", id=number), "import", job=job)
    return job


def test_a_large_change_shows_when_its_last_part_is_there_and_not_before(office):
    job = publish(office.theirs)
    assert office.poll() is None
    assert office.watch.job == job
    saved(office.theirs, note(1, "daneben"))
    assert list(office.poll().customers) == [1]
    office.theirs.write_untracked(lambda c: jobs.close_job(c, job, "done"))
    assert office.poll().much
    assert office.watch.job is None
    assert office.poll() is None


def test_a_large_change_between_two_questions_is_told(office):
    job = publish(office.theirs)
    office.theirs.write_untracked(lambda c: jobs.close_job(c, job, "done"))
    assert len(office.poll().customers) == 2


def test_ones_own_large_change_is_no_news(office):
    job = publish(office.mine)
    assert office.poll() is None
    office.mine.write_untracked(lambda c: jobs.close_job(c, job, "done"))
    assert office.poll() is None


def test_a_file_that_went_away_is_said_and_what_came_after_is_told(office, path):
    elsewhere = path.with_name("gone.db")
    path.rename(elsewhere)
    for _round in range(2):
        with pytest.raises(CrmError, match="移动"):
            office.poll()
    elsewhere.rename(path)
    saved(office.theirs, note(1, "wieder da"))
    assert list(office.poll().customers) == [1]


def test_a_question_that_failed_is_asked_again(office):
    saved(office.theirs, note(1, "x"))
    office.reader.set_authorizer(lambda *_all: sqlite3.SQLITE_DENY)
    with pytest.raises(CrmError):
        office.poll()
    office.reader.set_authorizer(None)
    assert list(office.poll().customers) == [1]


def test_a_watch_may_begin_before_now(office):
    saved(office.theirs, note(1, "x"))
    moved = Watch(office.reader, office.watch.seen).poll()
    assert moved is not None
    assert list(moved.customers) == [1]
