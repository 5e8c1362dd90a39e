"""Who takes back, or does again, what: one's own deed too is asked about, with the rules as they are then."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_tui.access import people as colleagues
from crm_tui.access import policies, store, substitutes
from crm_tui.customers import service, views
from crm_tui.errors import Refused
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change, action
from tests.opened import saved


@pytest.fixture
def rep(crm: Session) -> int:
    """Return a sales representative."""
    return saved(crm, store.add, "rep", "同事", "sales_rep")


@action("customer.update")
def give(change: Change, customer: int, person: int) -> None:
    """Give a customer to somebody."""
    change.update("customer", customer, {"owner_id": person})


def scope_of(session: Session, role: str, verb: str) -> str:
    """Return how far a role may do something."""
    sql = "SELECT scope FROM permission WHERE role = :role AND verb = :verb AND field_group = ''"
    row = session.reader.execute(sql, {"role": role, "verb": verb}).fetchone()
    return row[0] if row else ""


def test_who_was_an_administrator_brings_no_rules_back(crm: Session, rep: int, database: Path) -> None:
    crm.write(colleagues.set_role, rep, "administrator")
    with open_session(database, login="rep") as session:
        made = session.write(policies.set_permission, "sales_rep", "read", "", "all").set_id
        session.undo()
        crm.write(colleagues.set_role, rep, "sales_rep")
        for again in (session.redo, lambda: session.undo(made + 1)):
            with pytest.raises(Refused, match="角色和权限"):
                again()
    assert scope_of(crm, "sales_rep", "read") == "own"
    noted = "SELECT count(*) FROM audit WHERE kind = 'refused'"
    assert crm.reader.execute(noted).fetchone() == (2,)


def test_who_was_an_administrator_brings_no_right_of_the_own_role_back(
    crm: Session, rep: int, database: Path
) -> None:
    """Asked with the rules that it would make, the redo would be allowed."""
    crm.write(colleagues.set_role, rep, "administrator")
    with open_session(database, login="rep") as session:
        session.write(policies.set_permission, "sales_rep", "policy", "", "all")
        session.undo()
        crm.write(colleagues.set_role, rep, "sales_rep")
        with pytest.raises(Refused, match="角色和权限"):
            session.redo()
    assert scope_of(crm, "sales_rep", "policy") in ("", "none")


def test_who_gave_a_customer_up_writes_into_it_by_no_undo(crm: Session, rep: int, database: Path) -> None:
    with open_session(database, login="rep") as session:
        theirs = saved(session, service.add, {"name": "甲公司"})
        edited = session.write(service.update, theirs, None, {"note": "改"}).set_id
        crm.write(give, theirs, 1)
        saved(crm, substitutes.share, theirs, rep, "read")
        crm.write(give, theirs, rep)
        removed = session.write(substitutes.unshare, theirs, rep).set_id
        crm.write(give, theirs, 1)
        for mine in (edited, removed):
            with pytest.raises(Refused, match="本人的客户"):
                session.undo(mine)
        assert session.reader.execute("SELECT count(*) FROM customer").fetchone() == (0,)
    row = crm.reader.execute("SELECT note FROM customer WHERE id = :id", {"id": theirs}).fetchone()
    assert row == ("改",)


def test_a_hand_over_of_ones_own_is_taken_back_and_done_again(crm: Session, rep: int, database: Path) -> None:
    with open_session(database, login="rep") as session:
        mine = saved(session, service.add, {"name": "甲公司"})
        session.write(give, mine, 1)
        for owner, way in ((rep, session.undo), (1, session.redo), (rep, session.undo)):
            assert way() is not None
            row = crm.reader.execute("SELECT owner_id FROM customer WHERE id = :id", {"id": mine}).fetchone()
            assert row == (owner,)


def test_a_view_of_the_team_is_taken_back_by_who_may_make_one(crm: Session, rep: int, database: Path) -> None:
    crm.write(policies.set_permission, "sales_rep", "undo", "", "all")
    made = crm.write(views.save, "customers", "团队的", {"text": "x"}, True).set_id
    removed = crm.write(views.remove, views.named(crm.reader, "customers", "团队的").id).set_id
    with open_session(database, login="rep") as session:
        own = session.write(views.save, "customers", "我的", {"text": "x"}).set_id
        assert session.undo(own) is not None
        with pytest.raises(Refused, match="全团队的视图"):
            session.undo(removed)
        crm.undo(removed)
        with pytest.raises(Refused, match="全团队的视图"):
            session.undo(made)
    assert views.named(crm.reader, "customers", "团队的")


def test_a_right_that_an_undo_takes_back_is_gone_in_a_session_that_runs(
    crm: Session, rep: int, database: Path
) -> None:
    """The undo removes the row that gave it: no row of the rules is newer for that."""
    with open_session(database, login="rep") as session:
        given = crm.write(policies.set_permission, "sales_rep", "audit", "", "all").set_id
        crm.write(policies.set_permission, "sales_manager", "merge", "", "own")
        session.refresh_policy()
        assert session.policy.may("audit").allowed
        crm.undo(given)
        assert session.refresh_policy()
        assert not session.policy.may("audit").allowed


def test_nobody_takes_the_right_to_change_the_rules_from_themselves_by_an_undo(
    crm: Session, rep: int, database: Path
) -> None:
    crm.write(policies.set_permission, "sales_rep", "undo", "", "all")
    given = crm.write(policies.set_permission, "sales_rep", "policy", "", "all").set_id
    crm.write(policies.set_permission, "sales_manager", "merge", "", "own")
    with open_session(database, login="rep") as session:
        with pytest.raises(Refused):
            session.undo(given)
        assert session.policy.may("policy").allowed
        crm.undo(given)
        with pytest.raises(Refused, match="角色和权限"):
            session.write(policies.set_permission, "sales_rep", "read", "", "all")
