"""The same change for many customers: one undo, in parts when there are many, and nobody overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from crm_tui import clock
from crm_tui.access import store as people_store
from crm_tui.customers import bulk, service
from crm_tui.customers.bulk import change_many, preview, targets
from crm_tui.customers.bulk_edit import Edit, read_edit
from crm_tui.customers.fields import field_named
from crm_tui.customers.reading import Query, matching, tags, tags_of
from crm_tui.errors import BadInput, Busy, Cancelled, Fault
from crm_tui.session import Session, open_session
from crm_tui.storage import history, jobs
from crm_tui.storage.backup import backups, default_folder, verify
from crm_tui.storage.presence import JobLock
from crm_tui.storage.undo import UndoBlocked
from tests.opened import saved


def people(session: Session, count: int) -> list[int]:
    """Add so many customers of the status 潜在客户 in one set."""

    def fill(change: Any) -> list[int]:
        row = {"status": "prospect", "industry": "制造业"}
        return [service.add(change, {**row, "name": f"客户{at}"}) for at in range(count)]

    return saved(session, fill)


def edit(session: Session, *pairs: str, **more: Any) -> Edit:
    """Read a change as it is typed: status=lost."""
    found = [(field_named(name), value) for name, _sign, value in (pair.partition("=") for pair in pairs)]
    return read_edit(session.reader, found, session.context(), **more)


def every(session: Session) -> list[bulk.Target]:
    return targets(session.reader, matching(session.reader, Query(sort="id")))


def field(session: Session, name: str) -> list[Any]:
    return [row[0] for row in session.reader.execute(f"SELECT {name} FROM customer ORDER BY id").fetchall()]


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a change of more than four customers go in parts of two, without pauses."""
    for name, value in {"SMALL": 4, "FIRST_PART": 2, "LARGEST_PART": 2}.items():
        monkeypatch.setattr(jobs, name, value)
    monkeypatch.setattr(clock, "pause", lambda seconds: None)
    monkeypatch.setattr(clock, "stopwatch", lambda: 0.0)


# ---- what is to be changed


def test_a_change_is_read_by_titles_and_labels(crm):
    found = edit(crm, "客户状态=流失客户", "Owner=王芳", "预算=10万", "level=", add_tags=["a", " A", "b"])
    assert found.values == {
        "status": "lost", "owner_id": 1, "budget_min": 10_000_000, "budget_max": 10_000_000, "level": None,
    }  # fmt: skip
    assert found.titles() == ["客户状态", "负责人", "预算范围", "客户等级", "+A", "+b"]


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        ("客户状态=旧客户", "客户状态“旧客户”：不在可选值之内。没有任何改动。可选：潜在客户、"),
        ("负责人=李雷", "没有这个姓名的同事"),
        ("负责人=", "“负责人”不能为空。"),
        ("客户名称=某公司", "每位客户各不相同"),
        ("手机=13800138000", "不能批量修改。没有任何改动。请在各客户档案中修改。"),
        ("客户标签=甲", "--tag NAME"),
        ("预算=很多", "金额"),
    ],
)
def test_what_is_not_understood_is_refused_before_anything_is_written(crm, pair, sentence):
    with pytest.raises(BadInput, match=sentence):
        edit(crm, pair)


def test_a_field_given_twice_a_tag_both_ways_or_nothing_at_all_is_refused(crm):
    with pytest.raises(BadInput, match="写了两次"):
        edit(crm, "status=lost", "客户状态=won")
    with pytest.raises(BadInput, match="既要加上又要去掉"):
        edit(crm, add_tags=["甲"], remove_tags=["甲"])
    with pytest.raises(BadInput, match="没有要修改的内容"):
        edit(crm)
    with pytest.raises(BadInput, match="不能同时进行"):
        edit(crm, "status=lost", archive=True)


def test_a_colleague_who_left_gets_no_customers(crm):
    gone = saved(crm, people_store.add, "li", "李雷", "sales_rep")
    saved(crm, lambda change: change.update("person", gone, {"active": 0}))
    with pytest.raises(BadInput, match="李雷 已停用"):
        edit(crm, "owner=李雷")


# ---- one set


def test_many_customers_change_in_one_set_with_one_undo(crm):
    ids = people(crm, 3)
    saved(crm, service.update, ids[2], dict(every(crm))[ids[2]], {"status": "lost"})
    found = preview(crm.reader, every(crm), edit(crm, "status=lost"), crm.context())
    assert (found.moving, found.same) == (2, 1)
    assert found.examples[0].moves == [("客户状态", "潜在客户", "流失客户")]
    result = change_many(crm, every(crm), edit(crm, "status=lost"), reason="清理")
    assert (result.changed, result.same, result.left) == (2, 1, [])
    assert field(crm, "status") == ["lost"] * 3
    one = history.recent(crm.reader, limit=1)[0]
    assert (one.set_id, one.title, one.rows, one.reason) == (result.set_id, "2 位客户：客户状态", 2, "清理")
    assert crm.undo_last() == "已撤销：批量修改 “2 位客户：客户状态”。"
    assert field(crm, "status") == ["prospect", "prospect", "lost"]
    crm.redo_last()
    assert field(crm, "status") == ["lost"] * 3


def test_nothing_to_do_leaves_no_trace(crm):
    people(crm, 2)
    before = history.newest(crm.reader)
    result = change_many(crm, every(crm), edit(crm, "status=prospect"))
    assert (result.changed, result.same, result.set_id, result.job) == (0, 2, None, None)
    assert history.newest(crm.reader) == before
    assert crm.reader.execute("SELECT count(*) FROM job").fetchone() == (0,)


def test_tags_are_put_on_and_taken_off_and_an_undo_takes_the_new_tag_too(crm):
    ids = people(crm, 2)
    saved(crm, service.set_tags, ids[0], ["甲", "乙"])
    change_many(crm, every(crm), edit(crm, add_tags=["新"], remove_tags=["甲"]))
    assert tags_of(crm.reader, ids) == {ids[0]: ["乙", "新"], ids[1]: ["新"]}
    crm.undo()
    assert tags_of(crm.reader, ids) == {ids[0]: ["甲", "乙"]}
    assert "新" not in [tag.name for tag in tags(crm.reader)]


def test_customers_are_archived_and_brought_back(crm):
    people(crm, 3)
    change_many(crm, every(crm), edit(crm, archive=True))
    assert field(crm, "id") == []
    crm.undo()
    assert len(field(crm, "id")) == 3


def test_a_new_word_of_an_open_list_is_added_with_the_change(crm):
    people(crm, 2)
    change_many(crm, every(crm), edit(crm, "industry=低空经济"))
    assert crm.words.key_of("industry", "低空经济") == "低空经济"
    crm.undo()
    crm.renew_words()
    assert crm.words.key_of("industry", "低空经济") is None


def test_who_was_changed_or_put_away_meanwhile_is_left_and_listed(crm, database):
    ids = people(crm, 4)
    rows, change = every(crm), edit(crm, "status=lost")
    with open_session(database, login="wang") as other:
        seen = dict(rows)
        saved(other, service.update, ids[0], seen[ids[0]], {"status": "won"})
        saved(other, service.archive, ids[1], seen[ids[1]])
    result = change_many(crm, rows, change)
    assert (result.changed, result.left) == (2, [ids[0], ids[1]])
    assert field(crm, "status") == ["won", "lost", "lost"]


def test_who_was_put_away_meanwhile_gets_no_tag_either(crm, database):
    ids = people(crm, 2)
    rows, change = every(crm), edit(crm, add_tags=["批"])
    with open_session(database, login="wang") as other:
        saved(other, service.archive, ids[0], dict(rows)[ids[0]])
    result = change_many(crm, rows, change)
    assert (result.changed, result.left) == (1, [ids[0]])
    found = crm.database.connection.execute("SELECT customer_id FROM tag_link").fetchall()
    assert found == [(ids[1],)]


def test_a_representative_may_change_many_as_they_may_one_by_one(crm, database):
    ids = people(crm, 2)
    person = saved(crm, people_store.add, "li", "李雷", "sales_rep")
    for one in ids:
        saved(crm, service.update, one, dict(every(crm))[one], {"owner_id": person})
    with open_session(database, login="li") as session:
        change_many(session, every(session), edit(session, "status=lost"))
        assert field(crm, "status") == ["lost", "lost"]
        session.undo(history.newest(session.reader))
    assert "lost" not in field(crm, "status")


# ---- many: in parts


def test_more_go_in_parts_as_one_job_with_one_undo(crm, parts):
    people(crm, 9)
    said: list[tuple[int, int]] = []
    result = change_many(
        crm, every(crm), edit(crm, "status=lost", add_tags=["批"]), progress=lambda *at: said.append(at)
    )
    assert result.changed == 9
    assert said[-1] == (9, 9)
    sets = crm.reader.execute("SELECT count(*) FROM change_set WHERE job = :job", {"job": result.job})
    assert sets.fetchone()[0] > 2
    summary = history.recent(crm.reader, limit=1)[0]
    assert (summary.title, summary.rows, summary.undone) == ("9 位客户：客户状态、+批", 19, False)
    undone = crm.undo()
    assert (undone.action, undone.title) == ("customer.bulk", "9 位客户：客户状态、+批")
    assert field(crm, "status") == ["prospect"] * 9
    assert crm.reader.execute("SELECT count(*) FROM tag_link").fetchone() == (0,)
    crm.redo()
    assert field(crm, "status") == ["lost"] * 9


def test_history_counts_who_was_changed_not_who_was_so_already_or_was_left(crm, parts):
    ids = people(crm, 9)
    seen = every(crm)
    saved(crm, service.update, ids[0], dict(seen)[ids[0]], {"status": "lost"})
    saved(crm, service.update, ids[5], dict(seen)[ids[5]], {"status": "won"})
    result = change_many(crm, seen, edit(crm, "status=lost"))
    assert (result.changed, result.same, result.left) == (7, 1, [ids[5]])
    assert history.recent(crm.reader, limit=1)[0].title == "7 位客户：客户状态"
    assert crm.undo().title == "7 位客户：客户状态"
    assert field(crm, "status") == ["lost", *["prospect"] * 4, "won", *["prospect"] * 3]


def test_an_undo_names_who_was_changed_since_and_can_leave_them(crm, parts):
    ids = people(crm, 9)
    change_many(crm, every(crm), edit(crm, "status=lost"))
    saved(crm, service.update, ids[3], dict(every(crm))[ids[3]], {"status": "won"})
    job = history.recent(crm.reader, limit=2)[1]
    with pytest.raises(UndoBlocked) as refused:
        crm.undo(job.set_id)
    assert [(one.entity_id, one.field, one.now) for one in refused.value.obstacles] == [
        (ids[3], "status", "won")
    ]
    assert field(crm, "status").count("lost") == 8
    crm.undo(job.set_id, leave=True)
    assert field(crm, "status") == ["prospect"] * 3 + ["won"] + ["prospect"] * 5


def test_a_stopped_change_takes_back_what_it_wrote(crm, parts):
    people(crm, 9)
    at: list[int] = []
    with pytest.raises(Cancelled, match="已停止。一切恢复原样。"):
        change_many(
            crm,
            every(crm),
            edit(crm, "status=lost"),
            progress=lambda done, _total: at.append(done),
            cancelled=lambda: bool(at) and at[-1] >= 4,
        )
    assert at[-1] < 9
    assert field(crm, "status") == ["prospect"] * 9
    assert crm.reader.execute("SELECT state FROM job WHERE kind = 'bulk'").fetchall() == [("taken_back",)]
    newest = history.recent(crm.reader, limit=1)[0]
    with pytest.raises(BadInput):
        crm.undo(newest.set_id)
    assert crm.redo() is None


def test_what_a_dead_process_left_is_taken_back_at_the_next_opening(crm, database, parts, monkeypatch):
    people(crm, 9)

    class Killed(BaseException):
        pass

    def die(*_arguments: Any) -> None:
        raise Killed

    monkeypatch.setattr("crm_tui.customers.bulk.undoing.take_back", die)

    def progress(done: int, _total: int) -> None:
        if done >= 4:
            raise Killed

    with pytest.raises(Killed):
        change_many(crm, every(crm), edit(crm, "status=lost"), progress=progress)
    monkeypatch.undo()
    assert "lost" in field(crm, "status")
    with open_session(database, login="wang") as other:
        assert field(other, "status") == ["prospect"] * 9
        states = other.reader.execute("SELECT kind, state FROM job ORDER BY id").fetchall()
    assert states == [("bulk", "taken_back"), ("undo", "done")]


def test_a_dead_taking_back_is_finished_once(crm, database, parts, monkeypatch):
    people(crm, 9)
    calls: list[int] = []

    class Killed(BaseException):
        pass

    whole = bulk.undoing._Undoing.take

    def second(*arguments: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise Killed
        return whole(*arguments, **more)

    monkeypatch.setattr("crm_tui.storage.undoing._Undoing.take", second)

    def progress(done: int, _total: int) -> None:
        if done >= 6:
            raise BadInput("stop")

    with pytest.raises(Killed):
        change_many(crm, every(crm), edit(crm, "status=lost"), progress=progress)
    assert field(crm, "status").count("lost") == 4
    with open_session(database, login="wang") as other:
        assert field(other, "status") == ["prospect"] * 9
        states = other.reader.execute("SELECT kind, state FROM job ORDER BY id").fetchall()
    assert states == [("bulk", "taken_back"), ("undo", "done")]


def test_a_backup_comes_before_more_than_a_thousand(crm, database, monkeypatch):
    people(crm, 3)
    change_many(crm, every(crm), edit(crm, "status=lost"))
    assert backups(default_folder(database)) == []
    monkeypatch.setattr(bulk, "BACKED_UP", 2)
    said: list[int] = []
    change_many(
        crm, every(crm), edit(crm, "status=won"), backing_up=lambda percent, _all: said.append(percent)
    )
    (backup,) = backups(default_folder(database))
    assert verify(backup.path).kind == "bulk"
    assert backup.manifest.facts.head_set == history.newest(crm.reader) - 1
    assert said[-1] == 100


def test_without_a_backup_nothing_is_changed(crm, database, monkeypatch):
    people(crm, 3)
    monkeypatch.setattr(bulk, "BACKED_UP", 2)
    default_folder(database).write_text("in the way")
    with pytest.raises(BadInput, match=r"没有修改任何客户.*backup_dir"):
        change_many(crm, every(crm), edit(crm, "status=won"))
    assert field(crm, "status") == ["prospect"] * 3


def test_who_stops_the_backup_hears_that_the_customers_are_as_they_were(crm, database, monkeypatch):
    people(crm, 3)
    monkeypatch.setattr(bulk, "BACKED_UP", 2)
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 1

    with pytest.raises(Cancelled, match="一切恢复原样"):
        change_many(crm, every(crm), edit(crm, "status=won"), cancelled=cancelled)
    assert field(crm, "status") == ["prospect"] * 3 and backups(default_folder(database)) == []


def test_what_cannot_be_taken_back_now_is_said_and_taken_back_later(crm, database, parts, monkeypatch):
    people(crm, 9)
    monkeypatch.setattr(
        "crm_tui.customers.bulk.undoing.take_back", lambda *_all: (_ for _ in ()).throw(Fault("disk"))
    )

    def progress(done: int, _total: int) -> None:
        if done >= 4:
            raise Fault("The disk failed.")

    with pytest.raises(Fault, match="下次打开时"):
        change_many(crm, every(crm), edit(crm, "status=lost"), progress=progress)
    monkeypatch.undo()
    with open_session(database, login="wang") as other:
        assert field(other, "status") == ["prospect"] * 9


def test_a_second_large_change_waits_and_hears_whose_it_is(crm, database, parts):
    people(crm, 9)
    crm.database.write_untracked(lambda c: jobs.open_job(c, "bulk", 1, "9 位客户：负责人"))
    lock = JobLock(database)
    assert lock.take()
    try:
        with pytest.raises(Busy, match="9 位客户：负责人"):
            change_many(crm, every(crm), edit(crm, "status=lost"))
    finally:
        lock.close()
    assert field(crm, "status") == ["prospect"] * 9
