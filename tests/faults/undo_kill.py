"""Taking back, and bringing back, a large change is killed at random moments: all of it or nothing.

    python -m tests.faults.undo_kill --kills 200 [--journal wal|truncate] [--seed 1]

Half of the kills fall into the undo and redo of an import, half into those of a change of many customers; the
next opening finishes what a killed one began.
"""

from __future__ import annotations

import sys
from pathlib import Path

from crm_tui.customers.bulk import change_many, targets
from crm_tui.customers.bulk_edit import Edit
from crm_tui.customers.reading import Query, matching
from crm_tui.exchange import importing
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import create_database, open_session
from crm_tui.storage import jobs
from crm_tui.storage.connection import connect
from tests.faults import import_kill, processes
from tests.faults.killing import Kept, Outcome, Say, added, campaign, command, in_mode

ROWS = 320
PART = 40
STANDING = (
    "SELECT (SELECT count(*) FROM customer WHERE deleted_at IS NULL AND {of}),"
    " (SELECT count(*) FROM contact k JOIN customer c ON c.id = k.customer_id WHERE k.deleted_at IS NULL),"
    " (SELECT count(*) FROM contact k JOIN customer c ON c.id = k.customer_id"
    " WHERE k.deleted_at IS NULL AND c.deleted_at IS NULL)"
)


class Taking:
    """Takes a job back when it stands and brings it back when it does not, turn by turn."""

    def __init__(self, path: Path, set_id: int, of: str) -> None:
        self.path = path
        self.set_id = set_id
        self.of = of  # what a customer is like while the job stands
        self.kept = Kept(path)
        self.stands = True

    def renew(self) -> None:
        """Start over with a job that stands."""
        self.kept.back()
        self.stands = True

    def work(self, say: Say) -> None:
        """Take the job back, or bring it back."""
        with open_session(self.path, login="li") as session:
            say("begin")
            if self.stands:
                session.undo(self.set_id)
            elif session.redo() is None:
                raise RuntimeError("there was nothing to bring back")
            say("done")

    def mend(self, say: Say) -> None:
        """Open the file as the next person does."""
        say("begin")
        with open_session(self.path, login="li"):
            pass

    def _counts(self) -> tuple[int, int, int]:
        connection = connect(self.path)
        counts = connection.execute(STANDING.format(of=self.of)).fetchone()
        connection.close()
        return counts

    def peek(self) -> list[str]:
        """Return what is wrong before it was finished: a contact goes and comes with its customer."""
        faults = processes.unsound(self.path)
        _there, contacts, of_live = self._counts()
        if contacts != of_live:
            faults.append(f"{contacts} contacts, {of_live} of customers that are there")
        return faults

    def look(self, done: bool) -> tuple[bool, list[str]]:
        """Open the file and return whether it was taken, or brought, back: all of it or nothing."""
        with open_session(self.path, login="li") as session:
            left = session.reader.execute("SELECT kind FROM job WHERE state = 'publishing'").fetchall()
        faults = [f"left as it was: {left}"] if left else []
        faults += self.peek()
        there = self._counts()[0]
        if there not in (0, ROWS):
            return False, [*faults, f"a part of it: {there} of {ROWS}"]
        whole = (there == 0) == self.stands
        self.stands = there == ROWS
        return whole, faults


def imported(path: Path, journal: str) -> Taking:
    """Return an import to be taken back: its customers with their contacts and plans."""
    create_database(path, login="li", name="李雷")
    in_mode(path, journal)
    sheet = import_kill.sheet(path.parent, 1, ROWS)
    with (
        open_session(path, login="li") as session,
        open_sheet(sheet, known=is_known_heading) as data,
        importing.plan_import(session, data, importing.explain(session, data)) as plan,
    ):
        result = importing.run_import(session, plan)
    assert result.set_id is not None
    return Taking(path, result.set_id, "name LIKE '第%'")


def changed(path: Path, journal: str) -> Taking:
    """Return a change of many customers to be taken back: a note and a tag."""
    imported(path, journal)
    with open_session(path, login="li") as session:
        ids = matching(session.reader, Query(text="第", sort="id"))
        edit = Edit({"note": "变"}, ("note",), add_tags=("批",))
        result = change_many(session, targets(session.reader, ids), edit)
    assert result.set_id is not None
    tagged = "EXISTS (SELECT 1 FROM tag_link l WHERE l.customer_id = customer.id)"
    return Taking(path, result.set_id, f"note = '变' AND {tagged}")


def run(folder: Path, journal: str, kills: int, seed: int = 1) -> Outcome:
    """Kill so many, each at a moment of its own, and add both halves up."""
    before = jobs.SMALL, jobs.FIRST_PART, jobs.LARGEST_PART
    jobs.SMALL = jobs.FIRST_PART = jobs.LARGEST_PART = PART
    try:
        plays = imported(folder / "import.db", journal), changed(folder / "bulk.db", journal)
    finally:
        jobs.SMALL, jobs.FIRST_PART, jobs.LARGEST_PART = before
    return added(*(campaign(play, kills // 2 + kills % 2 * at, seed + at) for at, play in enumerate(plays)))


if __name__ == "__main__":
    sys.exit(command(__doc__ or "", run))
