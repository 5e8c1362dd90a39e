"""Rights that go while a large change runs: it is taken back whole, by whoever may not do it any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crm_tui import clock
from crm_tui.access import people as colleagues
from crm_tui.access import policies, store
from crm_tui.customers.bulk import change_many, targets
from crm_tui.errors import Cancelled, Refused
from crm_tui.session import Session, open_session
from crm_tui.storage import jobs
from tests.access.test_leaving import NINE, WANG, changed, edit, give, nine, statuses
from tests.opened import saved

Loss = Callable[[Session, Session], None]


@pytest.fixture(autouse=True)
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a change of nine be written in parts of two."""
    for name, value in {"SMALL": 4, "FIRST_PART": 2, "LARGEST_PART": 2}.items():
        monkeypatch.setattr(jobs, name, value)
    monkeypatch.setattr(clock, "pause", lambda seconds: None)
    monkeypatch.setattr(clock, "stopwatch", lambda: 0.0)


@pytest.fixture
def manager(crm: Session, database: Path) -> Iterator[Session]:
    """Return the session of a sales manager."""
    saved(crm, store.add, "mgr", "吴静", "sales_manager")
    with open_session(database, login="mgr") as session:
        yield session


def demoted(crm: Session, manager: Session) -> None:
    """Give the manager another role."""
    crm.write(colleagues.set_role, manager.person.id, "service")


def narrowed(crm: Session, _manager: Session) -> None:
    """Let the role edit own customers alone."""
    crm.write(policies.set_permission, "sales_manager", "edit", "", "own")


def sent_away(crm: Session, manager: Session) -> None:
    """Deactivate the manager."""
    crm.write(colleagues.deactivate, manager.person.id)


def states(crm: Session) -> list[str]:
    """Return the state of every job, oldest first."""
    return [row[0] for row in crm.reader.execute("SELECT state FROM job ORDER BY id").fetchall()]


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize("lose", [demoted, narrowed, sent_away])
def test_a_change_of_many_whose_author_lost_the_right_is_taken_back(
    crm: Session, manager: Session, lose: Loss
) -> None:
    ids = saved(crm, nine)

    def go_on(done: int, _total: int) -> None:
        if done == 4:
            lose(crm, manager)

    with pytest.raises(Refused, match="没有任何改动"):
        change_many(manager, targets(manager.reader, ids), edit(manager, "status=lost"), progress=go_on)
    assert statuses(crm) == ["prospect"] * NINE
    assert states(crm) == ["taken_back", "done"]


@pytest.mark.parametrize("lose", [demoted, narrowed, sent_away])
def test_an_undo_whose_author_lost_the_right_is_brought_back(
    crm: Session, manager: Session, lose: Loss
) -> None:
    ids = saved(crm, nine)
    changed(manager, ids, edit(manager, "status=lost"))

    def go_on(done: int, _total: int) -> None:
        if done == 2:
            lose(crm, manager)

    with pytest.raises(Refused, match="没有任何改动"):
        manager.undo(progress=go_on)
    assert statuses(crm) == ["lost"] * NINE
    assert states(crm) == ["done", "taken_back"]


def test_a_change_that_is_stopped_comes_back_from_customers_that_went_away(
    crm: Session, database: Path
) -> None:
    saved(crm, store.add, "rep", "陈晨", "sales_rep")
    at: list[int] = []
    with open_session(database, login="rep") as rep:
        ids = saved(rep, nine)

        def go_on(done: int, _total: int) -> None:
            at.append(done)
            if done == 4:
                crm.write(give, ids[:3], WANG)

        with pytest.raises(Cancelled, match="一切恢复原样"):
            change_many(
                rep,
                targets(rep.reader, ids),
                edit(rep, "status=lost"),
                progress=go_on,
                cancelled=lambda: len(at) > 2,
            )
    assert statuses(crm) == ["prospect"] * NINE
    assert states(crm) == ["taken_back", "done"]
