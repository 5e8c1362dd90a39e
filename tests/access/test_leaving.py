"""Taking back a change of many customers of whom some went to others since: it leaves those alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from crm_tui import clock
from crm_tui.access import people as colleagues
from crm_tui.access import policies, store, substitutes, teams
from crm_tui.access.scope import CHILDREN
from crm_tui.access.telling import BEYOND
from crm_tui.customers import service
from crm_tui.customers.bulk import change_many, targets
from crm_tui.customers.bulk_edit import Edit, read_edit
from crm_tui.customers.fields import field_named
from crm_tui.customers.reading import tags_of
from crm_tui.errors import Refused
from crm_tui.followups.hand_over import hand_over
from crm_tui.session import Session, open_session
from crm_tui.storage import history, jobs
from crm_tui.storage.change import Change, action
from crm_tui.storage.lists import query_in
from crm_tui.storage.survey import UndoBlocked
from crm_tui.storage.wording import undone_sentence
from tests.opened import saved

NINE = 9
WANG = 1


@pytest.fixture
def rep(crm: Session, database: Path) -> Iterator[Session]:
    """Return the session of a sales representative."""
    saved(crm, store.add, "rep", "陈晨", "sales_rep")
    with open_session(database, login="rep") as session:
        yield session


@pytest.fixture(params=["at once", "in parts"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let a change of nine be written at once, and in parts of two."""
    if request.param == "in parts":
        for name, value in {"SMALL": 4, "FIRST_PART": 2, "LARGEST_PART": 2}.items():
            monkeypatch.setattr(jobs, name, value)
        monkeypatch.setattr(clock, "pause", lambda seconds: None)
        monkeypatch.setattr(clock, "stopwatch", lambda: 0.0)
    return request.param


@action("customer.add")
def nine(change: Change) -> list[int]:
    """Add nine customers of whoever calls."""
    row = {"status": "prospect", "industry": "制造业", "need": "旧"}
    return [service.add(change, {**row, "name": f"客户{at}"}) for at in range(NINE)]


@action("customer.update")
def give(change: Change, ids: Sequence[int], person: int, **values: Any) -> None:
    """Give customers to somebody, and change them."""
    for one in ids:
        change.update("customer", one, {"owner_id": person, **values})


def edit(session: Session, *pairs: str, **more: Any) -> Edit:
    """Read a change as it is typed: status=lost."""
    found = [(field_named(name), value) for name, _sign, value in (pair.partition("=") for pair in pairs)]
    return read_edit(session.reader, found, session.context(), **more)


def changed(session: Session, ids: Sequence[int], what: Edit) -> None:
    """Change customers alike."""
    assert change_many(session, targets(session.reader, ids), what).changed == len(ids)


def statuses(crm: Session) -> list[str]:
    """Return the status of every customer."""
    return [row[0] for row in crm.reader.execute("SELECT status FROM customer ORDER BY id").fetchall()]


def files_of(crm: Session, ids: Sequence[int]) -> list[Any]:
    """Return all that stands in the files of some customers, versions included."""
    found: list[Any] = []
    for entity in ("customer", *CHILDREN):
        sql = f"SELECT * FROM {entity} WHERE {'id' if entity == 'customer' else 'customer_id'} IN ({{ids}})"
        found += query_in(crm.database.connection, sql, ids)
    return found


@pytest.mark.requirement("S0-20")
def test_those_who_went_to_others_are_counted_and_left(crm: Session, rep: Session, way: str) -> None:
    ids = saved(rep, nine)
    changed(rep, ids, edit(rep, "status=lost"))
    gone = [ids[1], ids[4], ids[8]]
    crm.write(give, gone, WANG)
    theirs = files_of(crm, gone)
    with pytest.raises(UndoBlocked, match="其中 3 位客户现在不归你修改。没有撤销任何内容") as met:
        rep.undo()
    # Who has them and what became of them is nobody's to know.
    assert met.value.obstacles == [BEYOND] * 3
    assert statuses(crm) == ["lost"] * NINE
    done = rep.undo(leave=True)
    assert done is not None and done.left == [BEYOND] * 3
    said = "已撤销：批量修改 “9 位客户：客户状态”。有 3 位客户现在不归你修改，保持不变。"
    assert undone_sentence("customer.bulk", done.title, left=done.left) == said
    assert files_of(crm, gone) == theirs
    left = ["lost" if one in gone else "prospect" for one in ids]
    assert statuses(crm) == left
    assert rep.redo() is not None
    assert statuses(crm) == ["lost"] * NINE
    assert rep.undo(leave=True) is not None
    assert statuses(crm) == left and files_of(crm, gone) == theirs


def test_a_redo_leaves_who_went_away_after_the_undo(crm: Session, rep: Session, way: str) -> None:
    ids = saved(rep, nine)
    changed(rep, ids, edit(rep, "status=lost"))
    assert rep.undo() is not None
    crm.write(give, ids[:2], WANG)
    with pytest.raises(UndoBlocked, match="其中 2 位客户") as met:
        rep.redo()
    assert met.value.obstacles == [BEYOND] * 2
    undone = history.redoable(rep.reader, rep.person.id)
    assert rep.undo(undone, leave=True) is not None
    assert statuses(crm) == ["prospect"] * 2 + ["lost"] * 7


def test_tags_are_taken_off_where_the_customer_is_still_ones_own(
    crm: Session, rep: Session, way: str
) -> None:
    """The customer went away, the link that the change made did not move."""
    ids = saved(rep, nine)
    changed(rep, ids, edit(rep, add_tags=["展会"]))
    crm.write(give, ids[:2], WANG)
    with pytest.raises(UndoBlocked) as met:
        rep.undo()
    assert met.value.obstacles == [BEYOND] * 2
    rep.undo(leave=True)
    assert [one in tags_of(crm.reader, ids) for one in ids] == [True] * 2 + [False] * 7
    rep.redo()
    assert [one in tags_of(crm.reader, ids) for one in ids] == [True] * NINE


@pytest.mark.requirement("S1-28")
def test_a_hand_over_is_taken_back_where_nobody_passed_it_on(crm: Session, rep: Session, way: str) -> None:
    ids = saved(rep, nine)
    far = saved(crm, store.add, "far", "远方", "sales_rep")
    to = store.by_id(crm.database.connection, WANG)
    changed(rep, ids, hand_over(to, rep.person.name, rep.names, "休假"))
    crm.write(give, ids[:2], far)
    theirs = files_of(crm, ids[:2])
    with pytest.raises(UndoBlocked) as met:
        rep.undo()
    assert met.value.obstacles == [BEYOND] * 2
    rep.undo(leave=True)
    assert files_of(crm, ids[:2]) == theirs
    owners = [row[0] for row in crm.reader.execute("SELECT owner_id FROM customer ORDER BY id").fetchall()]
    assert owners == [far] * 2 + [rep.person.id] * 7


@action("import")
def import_of(change: Change, known: Sequence[int]) -> None:
    """Bring in two customers, and change others."""
    for at in range(2):
        service.add(change, {"name": f"新客户{at}", "status": "lost"})
    for one in known:
        change.update("customer", one, {"status": "lost"})


def test_an_import_that_changed_customers_leaves_those_of_others(crm: Session, rep: Session) -> None:
    ids = saved(rep, nine)
    made = rep.write(import_of, ids).set_id
    new = [row[0] for row in crm.reader.execute("SELECT id FROM customer WHERE name LIKE '新%'").fetchall()]
    crm.write(give, [ids[0], new[0]], WANG)
    theirs = files_of(crm, [ids[0], new[0]])
    with pytest.raises(UndoBlocked) as met:
        rep.undo(made)
    assert met.value.obstacles == [BEYOND] * 2
    rep.undo(made, leave=True)
    assert files_of(crm, [ids[0], new[0]]) == theirs
    assert statuses(crm) == ["lost", *["prospect"] * 8, "lost"]


def test_what_is_seen_and_not_edited_any_more_is_named(crm: Session, rep: Session) -> None:
    ids = saved(rep, nine)
    changed(rep, ids, edit(rep, "status=lost"))
    crm.write(give, ids[:2], WANG)
    saved(crm, substitutes.share, ids[0], rep.person.id, "read")
    saved(crm, substitutes.share, ids[1], rep.person.id, "edit")
    with pytest.raises(UndoBlocked) as met:
        rep.undo()
    # Whoever works on one with its new owner takes it back there too.
    assert [(one.kind, one.entity_id) for one in met.value.obstacles] == [("beyond", ids[0])]
    rep.undo(leave=True)
    assert statuses(crm) == ["lost"] + ["prospect"] * 8


def test_what_others_changed_too_is_told_beside_it(crm: Session, rep: Session) -> None:
    ids = saved(rep, nine)
    changed(rep, ids, edit(rep, "status=lost"))
    crm.write(give, ids[:2], WANG, status="won")
    crm.write(give, ids[2:3], rep.person.id, status="won")
    with pytest.raises(UndoBlocked, match="其中有 1 处后来又改过。其中 2 位客户") as met:
        rep.undo()
    assert [one.kind for one in met.value.obstacles] == ["moved", "beyond", "beyond"]
    done = rep.undo(leave=True)
    assert done is not None and statuses(crm) == ["won"] * 3 + ["prospect"] * 6


@pytest.mark.requirement("S2-11")
def test_a_manager_leaves_who_left_the_team(crm: Session, rep: Session, database: Path) -> None:
    east, north = (saved(crm, teams.add, name) for name in ("华东", "华北"))
    boss = saved(crm, store.add, "mgr", "吴静", "sales_manager")
    far = saved(crm, store.add, "far", "远方", "sales_rep")
    for person, team in ((rep.person.id, east), (boss, east), (far, north)):
        crm.write(colleagues.set_team, person, team)
    ids = saved(rep, nine)
    theirs = rep.write(give, ids, rep.person.id, need="改").set_id
    with open_session(database, login="mgr") as manager:
        changed(manager, ids, edit(manager, "status=lost"))
        crm.write(give, ids[:3], far)
        with pytest.raises(UndoBlocked, match="其中 3 位客户"):
            manager.undo()
        manager.undo(leave=True)
        assert statuses(crm) == ["lost"] * 3 + ["prospect"] * 6
        # What others did is taken back as a whole, or not.
        for leave in (False, True):
            with pytest.raises(Refused, match="团队的客户"):
                manager.undo(theirs, leave=leave)


def test_fields_that_the_role_may_not_change_any_more_are_left(
    crm: Session, rep: Session, database: Path
) -> None:
    ids = saved(rep, nine)
    others = saved(crm, nine)
    saved(crm, store.add, "mgr", "吴静", "sales_manager")
    with open_session(database, login="mgr") as manager:
        crm.write(give, ids, manager.person.id)
        changed(manager, [*ids, *others], edit(manager, "budget=1万"))
        for verb in ("read", "edit"):
            crm.write(policies.set_permission, "sales_manager", verb, "budget", "own")
        with pytest.raises(UndoBlocked, match="其中 9 位客户") as met:
            manager.undo()
        assert {one.entity_id for one in met.value.obstacles} == set(others)
        manager.undo(leave=True)
    sql = "SELECT budget_min IS NULL FROM customer ORDER BY id"
    assert [row[0] for row in crm.reader.execute(sql).fetchall()] == [1] * NINE + [0] * NINE


def test_where_nothing_is_ones_own_any_more_it_is_refused_and_noted(
    crm: Session, rep: Session, way: str
) -> None:
    ids = saved(rep, nine)
    changed(rep, ids, edit(rep, "status=lost"))
    crm.write(give, ids, WANG)
    for leave in (False, True):
        with pytest.raises(Refused, match="只能对本人的客户"):
            rep.undo(leave=leave)
    assert statuses(crm) == ["lost"] * NINE
    noted = "SELECT count(*) FROM audit WHERE kind = 'refused'"
    assert crm.reader.execute(noted).fetchone() == (2,)


class Killed(BaseException):
    """What no program survives."""


def test_whoever_finishes_a_dead_undo_leaves_them_too(
    crm: Session, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"SMALL": 4, "FIRST_PART": 2, "LARGEST_PART": 2}.items():
        monkeypatch.setattr(jobs, name, value)
    monkeypatch.setattr(clock, "pause", lambda seconds: None)
    saved(crm, store.add, "rep", "陈晨", "sales_rep")

    def die(done: int, _total: int) -> None:
        if done >= 2:
            raise Killed

    with open_session(database, login="rep") as rep:
        ids = saved(rep, nine)
        changed(rep, ids, edit(rep, "status=lost"))
        crm.write(give, ids[:5], WANG)
        theirs = files_of(crm, ids[:5])
        with pytest.raises(Killed):
            rep.undo(leave=True, progress=die)
    assert 0 < statuses(crm).count("prospect") < 4
    crm.recover()
    assert files_of(crm, ids[:5]) == theirs
    assert statuses(crm) == ["lost"] * 5 + ["prospect"] * 4


def test_a_role_that_edits_all_hands_nobody_over_without_that_right(crm: Session, rep: Session) -> None:
    ids = saved(crm, nine)
    for group in ("", "contact", "budget", "decision", "amount", "personal", "attachment"):
        for verb in ("read", "edit"):
            crm.write(policies.set_permission, "sales_rep", verb, group, "all")
    crm.write(policies.set_permission, "sales_rep", "assign", "", "none")
    with pytest.raises(Refused, match="交接客户"):
        rep.write(give, ids[:1], rep.person.id)
    crm.write(policies.set_permission, "sales_rep", "assign", "", "own")
    with pytest.raises(Refused, match="交接客户"):
        rep.write(give, ids[:1], rep.person.id)
