"""A change of many customers by somebody whose role reaches some of them: the others stay, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crm_tui.access import store as people_store
from crm_tui.customers import bulk, service
from crm_tui.customers.bulk import BulkResult, change_many, preview, reach, targets
from crm_tui.customers.bulk_edit import Edit, read_edit
from crm_tui.customers.fields import field_named
from crm_tui.customers.reading import Query, matching
from crm_tui.errors import Refused
from crm_tui.session import Session, open_session
from tests.opened import saved


@pytest.fixture
def rep(crm: Session) -> Iterator[Session]:
    """Sees all, edits the own two of five; of one of the others a collaborator who edits."""

    def fill(change: Any) -> None:
        rep = people_store.add(change, "rep", "小雷", "sales_rep")
        change.execute(
            "UPDATE permission SET scope = 'all', changed_in = :set WHERE verb = 'read' AND field_group = ''"
            " AND role = 'sales_rep'",
            {"set": change.set_id},
        )
        for at in range(5):
            owner = rep if at < 2 else change.actor
            one = service.add(change, {"name": f"客户{at}", "owner_id": owner, "budget_min": 100 * at})
            if at == 4:
                change.insert("collaborator", {"customer_id": one, "person_id": rep, "access": "edit"})

    crm.database.write(1, "init", fill)
    with open_session(crm.database.path, login="rep") as session:
        yield session


def wanted(session: Session, text: str = "", **more: Any) -> Edit:
    name, _sign, value = text.partition("=")
    return read_edit(session.reader, [(field_named(name), value)] if text else [], session.context(), **more)


def every(session: Session) -> list[bulk.Target]:
    return targets(session.reader, matching(session.reader, Query(sort="id")))


def refusals(crm: Session) -> list[str]:
    sql = "SELECT kind FROM audit ORDER BY id"
    return [row[0] for row in crm.reader.execute(sql).fetchall()]


@pytest.mark.requirement("S0-20", "S3-06")
@pytest.mark.parametrize(
    ("change", "changed", "why"),
    [
        ("客户状态=流失客户", 3, "销售代表"),
        ("预算=5万", 3, "销售代表"),
    ],
)
def test_those_within_reach_are_changed_and_the_others_stay(
    crm: Session, rep: Session, change: str, changed: int, why: str
) -> None:
    rows = every(rep)
    assert len(rows) == 5
    edit = wanted(rep, change)
    near = reach(rep, rows, edit)
    assert [one for one, _seen in near.rows] == [rows[0][0], rows[1][0], rows[4][0]]
    assert near.beyond == [rows[2][0], rows[3][0]]
    assert why in near.reason
    assert preview(rep.reader, near.rows, edit, rep.context()).moving == changed
    before = crm.reader.execute("SELECT changed_in FROM customer WHERE name IN ('客户2', '客户3')").fetchall()
    result = change_many(rep, rows, edit)
    assert (result.changed, result.beyond, result.reason) == (changed, near.beyond, near.reason)
    after = crm.reader.execute("SELECT changed_in FROM customer WHERE name IN ('客户2', '客户3')").fetchall()
    assert after == before
    assert "refusal" not in " ".join(refusals(crm))


@pytest.mark.requirement("S3-06")
def test_nobody_within_reach_is_a_refusal_that_is_noted(crm: Session, rep: Session) -> None:
    far = [row for row in every(rep) if row[0] in reach(rep, every(rep), wanted(rep, "客户等级=重要")).beyond]
    with pytest.raises(Refused, match="没有任何改动"):
        change_many(rep, far, wanted(rep, "客户等级=重要"))
    assert refusals(crm)


@pytest.mark.requirement("S0-20")
def test_many_are_put_away_by_whoever_may_put_one_away(crm: Session, rep: Session) -> None:
    saved(crm, _forbid, "archive")
    assert rep.refresh_policy()
    with pytest.raises(Refused, match="归档"):
        change_many(rep, every(rep)[:2], wanted(rep, archive=True))
    assert change_many(rep, every(rep)[:2], wanted(rep, "客户等级=重要")).changed == 2


def _forbid(change: Any, verb: str) -> None:
    change.execute(
        "UPDATE permission SET scope = 'none', changed_in = :set WHERE verb = :verb AND role = 'sales_rep'",
        {"verb": verb, "set": change.set_id},
    )


def test_who_reaches_all_is_asked_nothing(crm: Session, rep: Session) -> None:
    rows = every(crm)
    assert reach(crm, rows, wanted(crm, "客户等级=重要")) == (rows, [], "")
    assert change_many(crm, rows, wanted(crm, "客户等级=重要")) == BulkResult(1, 3, 5)
