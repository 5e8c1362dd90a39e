"""What a refused save and an undo tell their author: nothing that the author's views do not show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.access import people, policies, teams, telling
from crm_tui.access.store import add
from crm_tui.customers import service
from crm_tui.dedupe import merging
from crm_tui.errors import BadInput, Refused
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage import history
from crm_tui.storage.change import Change
from crm_tui.storage.faults import FieldConflict, RecordGone
from crm_tui.storage.survey import Obstacle, UndoBlocked

SECRET = 7_654_300


@pytest.fixture
def boss(tmp_path: Path) -> Iterator[Session]:
    path = tmp_path / "a.db"
    create_database(path, login="boss", name="王伟")
    with open_session(path, login="boss") as session:
        session.write(add, "rep", "陈晨", "sales_rep")
        yield session


@pytest.fixture
def rep(boss: Session) -> Iterator[Session]:
    with open_session(boss.database.path, login="rep") as session:
        yield session


def customer(session: Session, name: str, **values: object) -> int:
    return session.write(service.add, {"name": name, "kind": "company", **values}, []).value


def seen(session: Session, row: int) -> int:
    sql = "SELECT changed_in FROM customer WHERE id = :id"
    return session.reader.execute(sql, {"id": row}).fetchone()[0]


def test_a_conflict_over_a_hidden_field_shows_neither_value(boss: Session, rep: Session) -> None:
    boss.write(policies.apply_preset, "files")
    boss.write(policies.set_permission, "sales_rep", "edit", "", "all")
    row = customer(boss, "甲", budget_min=1, note="旧")
    before = seen(boss, row)
    boss.write(service.update, row, before, {"budget_min": SECRET, "note": "新"})
    with pytest.raises(FieldConflict) as met:
        rep.write(service.update, row, before, {"budget_min": 5, "note": "我的"})
    conflict = met.value
    told = {one.column: (one.before, one.theirs) for one in conflict.fields}
    assert told == {"budget_min": (None, None), "note": ("旧", "新")}
    assert conflict.row["budget_min"] is None and conflict.was["budget_min"] is None
    assert all(move.theirs is None for move in conflict.moved if move.column == "budget_min")
    with pytest.raises(FieldConflict) as whole:
        boss.write(service.update, row, before, {"budget_min": 5})
    assert whole.value.fields[0].theirs == SECRET


def test_a_save_of_a_customer_that_went_out_of_sight_says_so(boss: Session, rep: Session) -> None:
    row = customer(rep, "甲", note="旧")
    before = seen(rep, row)
    boss.write(service.update, row, seen(boss, row), {"owner_id": boss.person.id, "note": "机密"})
    with pytest.raises(Refused, match="不在你可查看的范围内"):
        rep.write(service.update, row, before, {"note": "我的"})


def test_who_took_a_customer_over_is_named_only_when_seen(boss: Session, rep: Session) -> None:
    mine, theirs = customer(rep, "甲公司"), customer(boss, "乙公司")
    before = seen(rep, mine)
    versions = {theirs: seen(boss, theirs), mine: seen(boss, mine)}
    boss.write(merging.merge, theirs, [mine], versions)
    # Who had the other one works on the one that stays, and sees it; until that is taken back.
    held = boss.reader.execute("SELECT id FROM collaborator").fetchall()

    def part(change: Change) -> None:
        for (one,) in held:
            change.soft_delete("collaborator", one)

    boss.write(part)
    with pytest.raises((RecordGone, Refused)) as met:
        rep.write(service.update, mine, before, {"note": "我的"})
    assert "乙公司" not in str(met.value)


def test_an_undo_tells_nothing_of_what_became_of_a_customer_that_went_away(
    boss: Session, rep: Session
) -> None:
    row = customer(rep, "甲", note="旧")
    made = rep.write(service.update, row, seen(rep, row), {"note": "我的", "need": "我的"}).set_id
    said = set()
    for theirs in ({"owner_id": boss.person.id}, {"note": "机密", "need": "机密"}):
        boss.write(service.update, row, seen(boss, row), theirs)
        for leave in (False, True):
            with pytest.raises(Refused) as met:
                rep.undo(made, leave=leave)
            said.add(str(met.value))
    assert len(said) == 1 and "机密" not in said.pop()
    with pytest.raises(UndoBlocked) as whole:
        boss.undo(made)
    assert whole.value.obstacles[0].now == "机密"


def test_what_is_out_of_sight_and_in_the_way_is_one_thing(boss: Session, rep: Session) -> None:
    """Neither how many fields nor which, when and by whom: of a customer of others one knows nothing."""
    theirs = customer(boss, "甲")
    moved = [
        Obstacle("moved", "customer", theirs, field, "旧", "新", "机密", 9) for field in ("note", "need")
    ]
    beyond = Obstacle("beyond", "customer", theirs, None, None, None, None, None)
    found = telling.obstacles(rep.reader, rep.policy, [*moved, beyond, beyond])
    assert found == [telling.BEYOND, telling.BEYOND, telling.UNSEEN]
    assert telling.obstacles(boss.reader, boss.policy, moved) == moved


def test_what_is_noted_is_never_taken_back(boss: Session, rep: Session) -> None:
    boss.write(policies.apply_preset, "files")
    theirs, mine = customer(boss, "甲", budget_min=1), customer(rep, "乙")
    edit = rep.write(service.update, mine, seen(rep, mine), {"note": "我的"}).set_id
    rep.unmask(theirs, "budget", "核实")
    with pytest.raises(BadInput, match="不能撤销"):
        rep.undo(history.newest(rep.reader))
    assert history.undoable(rep.reader, rep.person.id) == edit
    assert rep.undo() is not None
    with pytest.raises(Refused):
        rep.write(service.update, theirs, seen(rep, theirs), {"note": "x"})
    assert rep.redo() is not None
    assert boss.reader.execute("SELECT kind FROM audit ORDER BY id").fetchall() == [("unmask",), ("refused",)]


@pytest.mark.requirement("S1-25")
def test_what_was_shown_is_hidden_again_where_the_role_shows_less(boss: Session, rep: Session) -> None:
    """What a session showed in full stays so only as far as its role might still show it."""
    boss.write(policies.apply_preset, "files")
    far, team = customer(boss, "甲", budget_min=SECRET), customer(boss, "乙", budget_min=SECRET)
    other = boss.write(add, "mate", "李娜", "sales_rep").value
    group = boss.write(teams.add, "华东").value
    for person in (rep.person.id, other):
        boss.write(people.set_team, person, group)
    boss.write(service.update, team, seen(boss, team), {"owner_id": other})
    both = {"a": far, "b": team}
    rep.refresh_policy()
    for one in both.values():
        rep.unmask(one, "budget", "核实")
    budget = "SELECT budget_min FROM customer WHERE id IN (:a, :b) ORDER BY id"
    for scope, shown in (("all", [SECRET, SECRET]), ("team", [None, SECRET]), ("own", [None, None])):
        boss.write(policies.set_permission, "sales_rep", "unmask", "", scope)
        rep.refresh_policy()
        assert [row[0] for row in rep.reader.execute(budget, both).fetchall()] == shown


def test_a_set_that_is_not_told_of_cannot_be_named(boss: Session, rep: Session) -> None:
    customer(boss, "乙公司")
    hidden = history.newest(boss.reader)
    assert hidden not in [one.set_id for one in history.recent(rep.reader)]
    assert history.summary(rep.reader, hidden) is None
    with pytest.raises(BadInput, match=f"没有编号为 {hidden} 的修改"):
        rep.undo(hidden)
    own = customer(rep, "甲")
    assert rep.undo() is not None and own
