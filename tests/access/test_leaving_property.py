"""Random changes of many, and random turns of what belongs to whom: an undo touches nothing out of reach."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from crm_tui.access import people as colleagues
from crm_tui.access import policies, store, substitutes, teams
from crm_tui.access.scope import CHILDREN
from crm_tui.access.verbs import verb_of
from crm_tui.customers import bulk, service
from crm_tui.customers.bulk_edit import Edit
from crm_tui.errors import CrmError, Refused
from crm_tui.followups import service as followups
from crm_tui.followups.hand_over import hand_over
from crm_tui.followups.service import LogEntry
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change, action
from crm_tui.storage.lists import query_in
from crm_tui.storage.survey import UndoBlocked
from tests.opened import make_database, saved

LOGINS = ("rep", "mate", "far", "mgr")
MANY = 6
NUMBER = st.integers(0, 40)
SCOPES = ("own", "team", "all")
STEPS = ("give", "give", "edit", "log", "share", "unshare", "move", "permit", "hide", "archive")
TURN = st.tuples(st.sampled_from(STEPS), st.tuples(NUMBER, NUMBER, NUMBER))


def made(path: Path, author: str) -> None:
    """Make a house of two teams, with a few customers of the author and, of a manager, of the team."""
    make_database(path, "boss", "王芳")
    with open_session(path, login="boss") as boss:
        east, north = (saved(boss, teams.add, name) for name in ("华东", "华北"))
        for login in LOGINS:
            role = "sales_manager" if login == "mgr" else "sales_rep"
            one = saved(boss, store.add, login, f"同事{login}", role)
            boss.write(colleagues.set_team, one, north if login == "far" else east)
    for at in range(MANY):
        with open_session(path, login="rep" if author == "rep" else LOGINS[at % 2]) as session:
            session.write(service.add, {"name": f"客户{at}", "status": "prospect"})


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the database of each author."""
    folder = tmp_path_factory.mktemp("houses")
    found = {author: folder / author for author in ("rep", "mgr")}
    for author, path in found.items():
        made(path, author)
    return found


class Play:
    """A house of four and an administrator; the author makes the change and takes it back."""

    def __init__(self, path: Path, house: Path, author: str) -> None:
        shutil.copy(house, path)
        self.boss = open_session(path, login="boss")
        self.mine = open_session(path, login=author)
        read = self.boss.reader.execute
        self.ids = [row[0] for row in read("SELECT id FROM customer ORDER BY id").fetchall()]
        self.people = [row[0] for row in read("SELECT id FROM person ORDER BY id").fetchall()]
        self.teams = [row[0] for row in read("SELECT id FROM team ORDER BY id").fetchall()]
        self.verb = ""

    def close(self) -> None:
        self.mine.close()
        self.boss.close()

    def change(self, number: int, other: int) -> None:
        """Let the author change all of them in one of a few ways."""
        what = (
            Edit({"status": "lost", "need": "新"}, ("status", "need")),
            Edit({"budget_min": 5_00, "budget_max": 5_00}, ("budget",)),
            Edit({}, (), ("展会",)),
            Edit(archive=True),
            hand_over(
                store.by_id(self.mine.database.connection, self.people[other % len(self.people)]),
                self.mine.person.name,
                self.mine.names,
            ),
        )[number % 5]
        self.verb = verb_of(bulk.action_of(what))
        bulk.change_many(self.mine, bulk.targets(self.mine.reader, self.ids), what)

    def step(self, name: str, numbers: tuple[int, int, int]) -> None:
        """Let the administrator do one thing; what cannot be done is not done."""
        first, second, third = numbers
        customer, person = self.ids[first % MANY], self.people[second % len(self.people)]
        write = self.boss.write
        try:
            if name == "give":
                write(give, customer, person)
            elif name == "edit":
                write(revise, customer, ("won", "lost", "prospect")[third % 3])
            elif name == "log":
                write(followups.log, LogEntry(customer, "聊过", "phone"))
            elif name == "share":
                write(substitutes.share, customer, person, ("read", "edit")[third % 2])
            elif name == "unshare":
                write(substitutes.unshare, customer, person)
            elif name == "move":
                write(colleagues.set_team, person, self.teams[third % 2])
            elif name == "permit":
                verb = ("edit", "read", "assign", "archive")[second % 4]
                write(policies.set_permission, self.mine.person.role, verb, "", SCOPES[third % 3])
            elif name == "hide":
                write(policies.set_permission, self.mine.person.role, "edit", "budget", SCOPES[third % 3])
            elif name == "archive":
                write(service.archive, customer)
        except CrmError:
            event(f"not done: {name}")

    def within(self, verbs: Sequence[str]) -> set[int]:
        """Return the customers with which the author may do one of some things now."""
        self.mine.refresh_policy()
        read = self.boss.database.connection.execute
        found = set()
        for one, owner in self.owners().items():
            row = read(SHARED, {"id": one, "me": self.mine.person.id}).fetchone()
            shared = row[0] if row else ""
            if any(self.mine.policy.may(verb, owner, shared=shared).allowed for verb in verbs):
                found.add(one)
        return found

    def owners(self) -> dict[int, int]:
        """Return whose each customer is."""
        return dict(query_in(self.boss.database.connection, OWNER, self.ids))

    def files(self) -> dict[int, list[Any]]:
        """Return all that stands in the file of each customer, versions included."""
        found: dict[int, list[Any]] = {one: [] for one in self.ids}
        for entity in ("customer", *CHILDREN):
            column = "id" if entity == "customer" else "customer_id"
            sql = f"SELECT {column}, * FROM {entity} WHERE {column} IN ({{ids}}) ORDER BY id"
            for customer, *row in query_in(self.boss.database.connection, sql, self.ids):
                found[customer].append((entity, *row))
        return found


SHARED = "SELECT access FROM collaborator WHERE customer_id = :id AND person_id = :me AND deleted_at IS NULL"
OWNER = "SELECT id, owner_id FROM customer WHERE id IN ({ids})"


@action("customer.update")
def give(change: Change, customer: int, person: int) -> None:
    """Give a customer to somebody."""
    change.update("customer", customer, {"owner_id": person})


@action("customer.update")
def revise(change: Change, customer: int, status: str) -> None:
    """Give a customer another status."""
    change.update("customer", customer, {"status": status})


def undone(session: Session, leave: bool) -> str:
    """Take back the author's last change and say what became of it."""
    try:
        done = session.undo(leave=leave)
    except UndoBlocked:
        return "blocked"
    except Refused:
        return "refused"
    return "done" if done is not None and done.set_id is not None else "nothing"


@given(
    author=st.sampled_from(("rep", "mgr")),
    how=st.tuples(NUMBER, NUMBER),
    turns=st.lists(TURN, min_size=2, max_size=8),
    again=st.lists(TURN, max_size=4),
)
def test_an_undo_that_leaves_touches_nothing_out_of_reach(
    houses: dict[str, Path], author: str, how: tuple[int, int], turns: Sequence[Any], again: Sequence[Any]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        play = Play(Path(folder) / "crm.db", houses[author], author)
        try:
            play.change(*how)
            given_to = play.owners() if play.verb == "assign" else {}
            for later in (turns, again):
                for name, numbers in later:
                    play.step(name, numbers)
                _taken_back(play, given_to)
        finally:
            play.close()


def _taken_back(play: Play, given_to: dict[int, int]) -> None:
    """Take the change back, first without leaving anything, and hold what moved against what may."""
    before, owners = play.files(), play.owners()
    # Whom one gave away by the deed, one gets back from whom one gave them to.
    back = {one for one, person in given_to.items() if owners[one] == person}
    within = play.within((play.verb,)) | back
    said = undone(play.mine, False)
    if said not in ("done", "nothing"):
        assert play.files() == before, said
        said = f"{said}, then {undone(play.mine, True)}"
    event(said)
    after = play.files()
    assert {one for one in play.ids if after[one] != before[one]} <= within
    # A role may have lost the right altogether, or to the fields of the change.
    if within == set(play.ids) and play.mine.policy.scope("edit", "budget") != "own":
        assert "refused" not in said
    if said.endswith("done"):
        assert play.mine.redo() is not None
