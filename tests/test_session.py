"""An opened database: who is let in, what is taken back, and what a failed start leaves behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crm_tui.access import store as people
from crm_tui.customers import service as customers
from crm_tui.customers.reading import Query, count, record
from crm_tui.errors import BadInput, NotPermitted
from crm_tui.locale import set_language
from crm_tui.session import Session, create_database, open_session, system_login
from crm_tui.storage import history
from crm_tui.storage.change import Change
from crm_tui.storage.connection import forget_schema
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.survey import UndoBlocked
from tests.opened import crm, database, now, saved

pytestmark = pytest.mark.usefixtures("made_anew")

__all__ = ["crm", "database", "now"]


def test_a_new_database_knows_its_maker_words_and_zone(crm: Session) -> None:
    assert (crm.person.login, crm.person.name, crm.person.role) == ("wang", "王芳", "administrator")
    assert (crm.zone, crm.settings["preset"]) == ("Asia/Shanghai", "general")
    assert crm.words.label("status", "prospect") == "潜在客户"
    assert crm.today().isoformat() == "2026-03-11"
    (first,) = history.recent(crm.reader)
    assert (first.action, crm.names[first.actor or 0]) == ("init", "王芳")


def test_without_a_login_the_operating_systems_user_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    create_database(path)
    with open_session(path) as session:
        assert session.person.login == session.person.name == system_login()


def test_the_environment_does_not_say_who_somebody_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = system_login()
    for name in ("USER", "LOGNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    assert system_login() == before


def test_somebody_unknown_gets_a_sentence_that_names_an_administrator(database: Path) -> None:
    with pytest.raises(NotPermitted) as refused:
        open_session(database, login="zhang")
    assert "zhang" in str(refused.value)
    assert "王芳" in refused.value.todo
    assert "crm-tui user add zhang" in refused.value.todo
    set_language("en")
    with pytest.raises(NotPermitted, match="zhang is not a user of this database"):
        open_session(database, login="zhang")


def test_somebody_whose_account_is_out_of_use_stays_outside(crm: Session, database: Path) -> None:
    person = saved(crm, people.add, "li", "李雷", "sales_rep")
    with open_session(database, login="LI") as session:
        assert session.person.id == person
    crm.database.write(1, "user.update", lambda change: change.update("person", person, {"active": 0}))
    # Nor is who has left as well sent to as an administrator.
    former = saved(crm, people.add, "former", "从前的", "administrator")
    crm.database.write(1, "user.update", lambda change: change.update("person", former, {"active": 0}))
    with pytest.raises(NotPermitted) as refused:
        open_session(database, login="li")
    said = "你的账号已停用。没有打开任何内容。请王芳运行：crm-tui user activate li"
    assert str(refused.value) == said


def test_a_reader_that_forgot_the_schema_reads_the_same_and_no_more(crm: Session) -> None:
    def seen() -> list[object]:
        return [
            crm.reader.execute(f"SELECT * FROM {one}").fetchall()
            for one in ("customer", "person", "read_scope")
        ]

    before = seen()
    assert before[1]
    forget_schema(crm.reader)
    assert seen() == before
    with pytest.raises(sqlite3.DatabaseError):
        crm.reader.execute("SELECT * FROM main.customer")
    with pytest.raises(sqlite3.DatabaseError):
        crm.reader.execute("PRAGMA writable_schema=ON")


@pytest.mark.parametrize("preset", ["没有的", "线索", "S0"])
def test_a_database_of_an_unknown_way_of_working_is_not_made(tmp_path: Path, preset: str) -> None:
    with pytest.raises(BadInput):
        create_database(tmp_path / "x.db", preset=preset)
    assert list(tmp_path.iterdir()) == []


def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("crm_tui.presets.store.seed", broken)
        with pytest.raises(ZeroDivisionError):
            create_database(tmp_path / "x.db")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BadInput):
        create_database(tmp_path / "x.db", login="two words")
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_left_as_it_is(database: Path) -> None:
    before = database.read_bytes()
    with pytest.raises(BadInput):
        create_database(database)
    assert database.read_bytes() == before


def test_two_different_tries_to_open_nothing(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.db", tmp_path):
        with pytest.raises(BadInput):
            open_session(path)
    assert list(tmp_path.iterdir()) == []


def add(change: Change, name: str) -> int:
    return customers.add(change, {"name": name})


def test_the_own_last_change_is_undone_and_redone(crm: Session, database: Path) -> None:
    saved(crm, people.add, "li", "李雷", "sales_rep")
    mine = saved(crm, add, "我的")
    with open_session(database, login="li") as other:
        saved(other, add, "他的")
        assert count(crm.reader, Query()) == 2
        undone = crm.undo()
        assert undone is not None
        assert record(crm.reader, "customer", mine) is None
        assert count(crm.reader, Query()) == 1
        again = crm.redo()
        assert again is not None
        assert record(crm.reader, "customer", mine) is not None
        assert other.undo() is not None
        assert count(other.reader, Query()) == 0
        assert count(crm.reader, Query()) == 1
        assert other.undo() is None
        assert crm.redo() is None


def test_undo_goes_back_step_by_step_and_forward_again(crm: Session) -> None:
    for name in "甲乙丙":
        saved(crm, add, name)
    for left in (2, 1, 0):
        crm.undo()
        assert count(crm.reader, Query()) == left
    for there in (1, 2, 3):
        crm.redo()
        assert count(crm.reader, Query()) == there
    assert crm.redo() is None


def test_the_making_of_the_database_is_not_undone(crm: Session) -> None:
    assert crm.undo() is None
    with pytest.raises(BadInput):
        crm.undo_last()
    with pytest.raises(BadInput):
        crm.redo_last()


def test_an_undo_in_the_way_of_a_later_change_is_refused(crm: Session) -> None:
    customer = saved(crm, add, "甲")
    first = crm.write(customers.update, customer, crm.first_set, {"note": "一", "need": "样品"}).set_id
    assert first is not None
    crm.write(customers.update, customer, first, {"note": "二"})
    with pytest.raises(UndoBlocked) as blocked:
        crm.undo(first)
    assert [one.field for one in blocked.value.obstacles] == ["note"]
    undone = crm.undo(first, leave=True)
    assert undone is not None
    assert [one.field for one in undone.left] == ["note"]
    row = record(crm.reader, "customer", customer)
    assert row is not None
    assert (row["note"], row["need"]) == ("二", None)


def test_reading_only_reads_and_refuses_with_its_reason(crm: Session, database: Path) -> None:
    saved(crm, add, "甲")
    with open_session(database, login="wang", read_only=True) as reader:
        assert reader.read_only
        assert count(reader.reader, Query()) == 1
        with pytest.raises(NotPermitted) as refused:
            reader.write(add, "乙")
        assert refused.value.todo == reader.read_only
    assert count(crm.reader, Query()) == 1


def test_a_write_that_the_role_may_not_make_is_refused(crm: Session, database: Path) -> None:
    saved(crm, people.add, "li", "李雷", "sales_manager")
    with open_session(database, login="li") as session, pytest.raises(NotPermitted):
        session.write(people.add, "han", "韩梅梅", "sales_rep")
    assert len(people.people(crm.reader)) == 2


def test_a_write_that_raises_writes_nothing(crm: Session) -> None:
    def half(change: Change) -> None:
        add(change, "甲")
        raise BadInput("no")

    with pytest.raises(BadInput):
        crm.write(half)
    assert count(crm.reader, Query()) == 0
    assert history.newest(crm.reader) == 1


def test_words_and_people_are_read_again_when_they_changed(crm: Session) -> None:
    from crm_tui.presets.store import add_word

    assert crm.words.key_of("industry", "养蜂业") is None
    assert crm.names == {1: "王芳"}
    saved(crm, add_word, crm.words, "industry", "养蜂业")
    saved(crm, people.add, "li", "李雷", "sales_rep")
    crm.renew_words()
    assert crm.words.key_of("industry", "养蜂业") == "养蜂业"
    assert crm.names == {1: "王芳", 2: "李雷"}


def test_what_is_derived_is_kept_true_by_any_write(crm: Session, database: Path) -> None:
    saved(crm, add, "上海恒达")
    assert count(crm.reader, Query("恒达")) == 1
    with open_session(database, login="wang", source="cli") as other:
        saved(other, add, "北京恒达")
    assert count(crm.reader, Query("恒达")) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_write_protected_folder_is_read(crm: Session, database: Path) -> None:
    saved(crm, add, "甲")
    crm.close()
    os.chmod(database.parent, 0o500)
    try:
        with open_session(database, login="wang") as session:
            assert session.read_only
            assert count(session.reader, Query()) == 1
    finally:
        os.chmod(database.parent, 0o700)


def test_nobody_takes_back_that_the_database_was_made(crm: Session) -> None:
    with pytest.raises(BadInput, match="无法撤销新建数据库"):
        crm.undo(1)
    assert crm.undo() is None
    assert len(people.people(crm.reader)) == 1


def test_whoever_may_not_do_a_thing_may_not_take_it_back(crm: Session, database: Path) -> None:
    added = crm.write(people.add, "li", "李雷", "sales_rep").set_id
    crm.write(people.add, "zhang", "张三", "service")
    with open_session(database, login="li") as other:
        with pytest.raises(NotPermitted, match="人员和团队"):
            other.undo(added)
        customer = saved(other, customers.add, {"name": "甲"})
        undone = other.undo()
        assert undone is not None
        assert count(other.reader, Query()) == 0
        assert other.redo() is not None
        assert record(other.reader, "customer", customer) is not None
    undone = crm.undo()
    assert undone is not None
    with open_session(database, login="li") as other, pytest.raises(NotPermitted):
        other.undo(undone.set_id)
    assert [person.login for person in people.people(crm.reader)] == ["wang", "li"]
