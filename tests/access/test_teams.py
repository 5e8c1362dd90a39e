"""Teams: a tree that no team can leave or close into a ring."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_tui.access import house, people, store, store_house, store_policy, teams
from crm_tui.access.store_house import TeamRow
from crm_tui.errors import BadInput, Refused
from crm_tui.session import Session
from crm_tui.storage.change import Change
from tests.opened import saved


def row(team_id: int, parent: int | None) -> TeamRow:
    return TeamRow(team_id, f"队{team_id}", parent, None, 1)


def test_a_team_is_added_renamed_moved_and_removed(crm: Session) -> None:
    east = saved(crm, teams.add, " 华东 ", None, "华东")
    city = saved(crm, teams.add, "上海", east)
    pudong = saved(crm, teams.add, "浦东", city)
    li = saved(crm, store.add, "li", "李雷", "sales_rep")
    crm.write(people.set_team, li, city)
    rows = store_house.teams(crm.reader)
    assert teams.path(rows, pudong) == "华东 / 上海 / 浦东"
    assert [(one.team.name, one.depth) for one in teams.tree(rows)] == [("华东", 0), ("上海", 1), ("浦东", 2)]
    assert teams.named(rows, "华东 / 上海").id == teams.named(rows, "上海").id == city
    crm.write(teams.edit, pudong, {"name": "浦东新区", "parent_id": None, "region": "上海市"})
    crm.write(teams.edit, pudong, {"parent_id": city})
    # The members and the teams below go to the team above.
    crm.write(teams.remove, city)
    rows = store_house.teams(crm.reader)
    assert teams.path(rows, pudong) == "华东 / 浦东新区"
    assert store_house.people(crm.reader)[1].team_id == east
    crm.undo()
    assert teams.path(store_house.teams(crm.reader), pudong) == "华东 / 上海 / 浦东新区"
    assert store_house.people(crm.reader)[1].team_id == city


def test_a_name_is_taken_once_and_a_team_never_contains_itself(crm: Session) -> None:
    east = saved(crm, teams.add, "华东")
    city = saved(crm, teams.add, "上海", east)
    for name in ("华东", "華東", " ", "长" * 41):
        with pytest.raises(BadInput):
            crm.write(teams.add, name)
    for team, parent in ((east, east), (east, city), (city, 99), (99, east)):
        with pytest.raises(BadInput):
            crm.write(teams.edit, team, {"parent_id": parent})
    with pytest.raises(BadInput, match="没有团队“南方”。现有：华东, 上海"):
        teams.named(store_house.teams(crm.reader), "南方")


def test_an_undo_closes_no_ring_either(crm: Session) -> None:
    one = saved(crm, teams.add, "甲")
    two = saved(crm, teams.add, "乙", one)
    moved = crm.write(teams.edit, two, {"parent_id": None}).set_id
    crm.write(teams.edit, one, {"parent_id": two})
    with pytest.raises(Refused, match="团队不能属于它自己"):
        crm.undo(moved)
    assert teams.path(store_house.teams(crm.reader), one) == "乙 / 甲"


def test_a_ring_that_was_written_past_the_service_is_refused(crm: Session) -> None:
    one = saved(crm, teams.add, "甲")
    two = saved(crm, teams.add, "乙", one)

    def ring(change: Change) -> None:
        change.update("team", one, {"parent_id": two})
        house.demand_order(change.connection, change.set_id)

    with pytest.raises(Refused, match="甲 → 乙"):
        crm.database.write(1, "team.edit", ring)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(1, 8)), min_size=1, max_size=8))
def test_any_rows_of_teams_make_a_tree_that_holds_each_once(parents: list[int | None]) -> None:
    rows = [row(at, parent) for at, parent in enumerate(parents, 1)]
    found = teams.tree(rows)
    assert sorted(one.team.id for one in found) == [one.id for one in rows]
    by_id = {one.id: one for one in rows}
    for one in found:
        parent = by_id.get(one.team.parent_id or 0)
        assert teams.path(rows, one.team.id).endswith(one.team.name)
        below = teams.below(rows, one.team.id)
        assert one.team.id in below
        if parent is not None:
            assert one.team.id in teams.below(rows, parent.id)
            assert below <= teams.below(rows, parent.id)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), st.integers(0, 3))), max_size=12))
def test_whatever_is_moved_where_no_team_lies_below_itself(
    crm: Session, moves: list[tuple[int, int | None]]
) -> None:
    def play(change: Change) -> None:
        ids = [teams.add(change, f"队{at}") for at in range(4)]
        for at, parent in moves:
            try:
                teams.edit(change, ids[at], {"parent_id": None if parent is None else ids[parent]})
            except BadInput:
                continue
        rows = store_house.teams(change.connection)
        nodes = [store_policy.Team(one.id, one.parent_id) for one in rows]
        for one in rows:
            assert one.parent_id not in store_policy.subtree(nodes, one.id)
        house.demand_order(change.connection, change.set_id)
        for one in ids:
            teams.remove(change, one)

    crm.write(teams.add, "其他") if not store_house.teams(crm.reader) else None
    crm.database.write(1, "team.add", play)
