"""Undo among colleagues where one choice excludes another, and where others built on what is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_tui import clock
from crm_tui.customers import service
from crm_tui.customers.bulk import change_many
from crm_tui.customers.bulk_edit import Edit
from crm_tui.storage import jobs
from crm_tui.storage.survey import UndoBlocked
from tests.storage.colleagues import Colleagues, world


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Colleagues]:
    world(tmp_path / "crm.db")
    team = Colleagues(tmp_path / "crm.db")
    yield team
    team.close()


def choose(team: Colleagues, who: int, contact: int) -> None:
    """Make a contact of customer 1 its main one."""
    sql = "SELECT changed_in FROM contact WHERE id = :id"
    seen = team.outside.execute(sql, {"id": contact}).fetchone()[0]
    team.sessions[who].write(service.update_contact, contact, seen, {"is_primary": 1})


def main_contacts(team: Colleagues) -> list[int]:
    sql = "SELECT id FROM contact WHERE customer_id = 1 AND is_primary = 1 AND deleted_at IS NULL ORDER BY id"
    return [row[0] for row in team.outside.execute(sql).fetchall()]


@pytest.fixture
def third(team: Colleagues) -> int:
    """Return a third contact of customer 1, whose others are 1, the main one, and 2."""
    return team.sessions[1].write(service.add_contact, 1, {"name": "丙"}).value


def test_undo_never_makes_a_second_main_contact(team: Colleagues, third: int) -> None:
    choose(team, 0, 2)
    choose(team, 1, third)
    with pytest.raises(UndoBlocked) as caught:
        team.sessions[0].undo()
    newest = team.outside.execute("SELECT max(id) FROM change_set").fetchone()[0]
    assert caught.value.obstacles == [("taken", "contact", 1, "is_primary", 1, None, None, newest)]
    assert main_contacts(team) == [third]
    undone = team.sessions[0].undo(newest - 1, leave=True)
    assert undone is not None
    assert undone.left == caught.value.obstacles
    assert main_contacts(team) == [third]


def test_a_removed_main_contact_comes_back_unless_another_was_chosen(team: Colleagues, third: int) -> None:
    remove = team.sessions[0].write(service.remove_contact, 1, team.versions["contact", 1]).set_id
    assert remove is not None
    assert main_contacts(team) == [2]
    choose(team, 1, third)
    with pytest.raises(UndoBlocked):
        team.sessions[0].undo(remove)
    team.sessions[1].undo()
    assert main_contacts(team) == [2]
    team.sessions[0].undo(remove)
    assert main_contacts(team) == [1]


def test_undo_of_ones_own_choice_needs_nothing(team: Colleagues, third: int) -> None:
    choose(team, 0, 2)
    choose(team, 0, third)
    team.sessions[0].undo()
    assert main_contacts(team) == [2]
    team.sessions[0].undo()
    assert main_contacts(team) == [1]
    team.sessions[0].redo()
    assert main_contacts(team) == [2]


def test_two_main_contacts_of_another_program_are_no_obstacle(team: Colleagues, third: int) -> None:
    team.outside.execute("UPDATE contact SET is_primary = 1 WHERE id = :id", {"id": third})
    done = team.sessions[0].write(service.remove_contact, 1, team.versions["contact", 1]).set_id
    team.sessions[0].undo(done)
    assert main_contacts(team) == [1, third]


def test_a_large_change_that_others_built_on_is_not_even_begun_to_be_taken_back(
    team: Colleagues, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"SMALL": 2, "SHARED": 1, "FIRST_PART": 1, "LARGEST_PART": 1}.items():
        monkeypatch.setattr(jobs, name, value)
    monkeypatch.setattr(clock, "pause", lambda seconds: None)
    rows = [(row, team.versions["customer", row]) for row in team.rows("customer")]
    done = change_many(team.sessions[0], rows, Edit(add_tags=("批",)))
    added = team.sessions[1].write(service.add, {"name": "新来的"}, (), ["批"]).value
    newest = team.outside.execute("SELECT max(id) FROM change_set").fetchone()[0]
    with pytest.raises(UndoBlocked) as caught:
        team.sessions[0].undo(done.set_id)
    assert [one[:2] for one in caught.value.obstacles] == [("child", "tag")]
    assert team.outside.execute("SELECT max(id) FROM change_set").fetchone()[0] == newest
    undone: Any = team.sessions[0].undo(done.set_id, leave=True)
    assert [one[:2] for one in undone.left] == [("child", "tag")]
    carrying = "SELECT customer_id FROM tag_link l JOIN tag t ON t.id = l.tag_id WHERE t.name = '批'"
    assert team.outside.execute(carrying).fetchall() == [(added,)]
