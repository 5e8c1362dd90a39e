"""Today under roles: one's own plans, those of whom one stands in for, and none of customers out of sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui import clock
from crm_tui.queue import service as queue
from crm_tui.queue import store
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change, action

PEOPLE = {"an": "sales_rep", "bo": "sales_rep", "cao": "sales_manager", "wei": "sales_rep"}


@action("test.fill")
def fill(change: Change) -> dict[str, int]:
    """Make a team of an, bo and cao, wei beside it, and a plan of each person on an own customer."""
    team = change.insert("team", {"name": "东", "name_key": "东"})
    ids = {}
    for login, role in PEOPLE.items():
        row = {"login": login, "login_key": login, "name": login, "name_key": login, "role": role}
        ids[login] = change.insert("person", {**row, "team_id": None if login == "wei" else team})
    for login, owner in ids.items():
        for name, due in (("到期", "2026-03-11"), ("逾期", "2026-03-01"), ("未定", None)):
            one = _customer(change, f"{login}{name}", owner)
            change.insert("plan", {"customer_id": one, "due_on": due, "owner_id": owner, "origin": "manual"})
        _customer(change, f"{login}无计划", owner)
    # A plan of an's on a customer that only wei sees, and one on a customer of wei's that both see.
    for name in ("别人的", "共享的"):
        one = _customer(change, name, ids["wei"])
        change.insert(
            "plan", {"customer_id": one, "due_on": "2026-03-11", "owner_id": ids["an"], "origin": "manual"}
        )
        if name == "共享的":
            change.insert("collaborator", {"customer_id": one, "person_id": ids["an"], "access": "edit"})
    return ids


def _customer(change: Change, name: str, owner: int) -> int:
    row = {"kind": "company", "no": name, "no_sort": name, "name": name, "name_key": name}
    return change.insert("customer", {**row, "status": "prospect", "owner_id": owner})


@action("test.away")
def away(change: Change, who: int, substitute: int) -> None:
    """Let somebody stand in for a person this week."""
    row = {"person_id": who, "substitute_id": substitute, "from_on": "2026-03-09", "until_on": "2026-03-13"}
    change.insert("substitution", row)


@pytest.fixture
def house(crm: Session, database: Path) -> Iterator[dict[str, Session]]:
    """Return sessions by login."""
    crm.write(fill)
    sessions = {login: open_session(database, login=login) for login in PEOPLE}
    yield sessions
    for session in sessions.values():
        session.close()


def names(session: Session, owner: int | None) -> dict[str, set[str]]:
    """Return the customers of each group of a queue; each group is as large as it is counted."""
    found = queue.today(session.reader, owner, clock.now(), session.zone)
    counted = queue.today(session.reader, owner, clock.now(), session.zone, counted=queue.FOLDED)
    assert counted.counts == found.counts
    assert counted.items == [item for item in found.items if item.group not in counted.counted]
    groups = {group: {item.name for item in found.items if item.group == group} for group in found.counts}
    for group in ("unplanned", "idle"):
        rows = queue.idle(session.reader, group, owner, clock.now(), session.zone)
        groups[group] = {item.name for item in rows}
    assert {group: len(some) for group, some in groups.items()} == found.counts
    return {group: some for group, some in groups.items() if some}


@pytest.mark.requirement("S0-20", "S0-14")
def test_a_rep_has_the_own_queue_without_what_is_out_of_sight(house: dict[str, Session]) -> None:
    an = house["an"]
    wanted = {
        "overdue": {"an逾期"},
        "today": {"an到期", "共享的"},
        "undated": {"an未定"},
        "unplanned": {"an无计划"},
    }
    assert names(an, an.person.id) == wanted
    # Everybody's, as far as it is seen.
    assert names(an, None)["today"] == {"an到期", "共享的"}
    assert names(an, house["bo"].person.id) == {}


@pytest.mark.requirement("S0-20", "S3-06")
def test_a_manager_may_look_at_the_queues_of_the_team(house: dict[str, Session], crm: Session) -> None:
    cao = house["cao"]
    assert names(cao, cao.person.id)["today"] == {"cao到期"}
    assert names(cao, house["bo"].person.id)["today"] == {"bo到期"}
    assert names(cao, None)["today"] == {"an到期", "bo到期", "cao到期"}
    assert names(cao, house["wei"].person.id) == {}
    assert names(crm, None)["today"] >= {"wei到期", "别人的", "共享的", "an到期"}


@pytest.mark.requirement("S0-20", "S4-12")
def test_a_substitute_has_the_queue_of_who_is_away(house: dict[str, Session], crm: Session) -> None:
    bo, wei = house["bo"], house["wei"]
    assert names(bo, bo.person.id)["today"] == {"bo到期"}
    crm.write(away, wei.person.id, bo.person.id)
    assert bo.refresh_policy()
    found = names(bo, bo.person.id)
    assert found["today"] == {"bo到期", "wei到期"} and found["unplanned"] == {"bo无计划", "wei无计划"}
    items = queue.today(bo.reader, bo.person.id, clock.now(), bo.zone).items
    assert {item.owner for item in items} == {"bo", "wei"}
    again = queue.again(bo.reader, items, bo.person.id, clock.now(), bo.zone)
    assert [one.name for one in again if one] == [item.name for item in items]
    plans = [item.plan_id for item in items if item.owner == "wei" and item.plan_id]
    assert queue.concerns(bo.reader, bo.person.id, plans, ())
    # What is somebody's own stays so for whoever looks at it from above.
    assert names(crm, bo.person.id)["today"] == {"bo到期"}
    assert names(wei, wei.person.id)["today"] == {"wei到期"}


EVERYBODYS = (
    "SELECT p.id FROM plan p WHERE p.state IN ('todo', 'doing') AND p.due_on <= :until"
    " ORDER BY p.due_on, p.due_at, p.id LIMIT :limit"
)


@pytest.mark.requirement("S0-14")
@pytest.mark.parametrize("login", PEOPLE)
def test_everybodys_plans_are_the_earliest_that_are_seen(house: dict[str, Session], login: str) -> None:
    reader = house[login].reader
    some = 0
    for until in ("2026-02-01", "2026-03-01", "2026-03-12", "2027-01-01"):
        for limit in (1, 2, 3, 4, 100):
            rows = reader.execute(EVERYBODYS, {"until": until, "limit": limit}).fetchall()
            found = store.due(reader, None, until, limit)
            assert [row.plan_id for row in found] == [row[0] for row in rows]
            some += len(found)
    assert some
