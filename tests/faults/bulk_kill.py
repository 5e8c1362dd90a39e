"""A change of many customers is killed at random moments: whole or taken back, and the file sound.

    python -m tests.faults.bulk_kill --kills 200 [--journal wal|truncate] [--seed 1]

It goes in parts, one visible after another; nobody was told that it is done before the last, so the next
opening takes back what a killed one left.
"""

from __future__ import annotations

import sys
from pathlib import Path

from crm_tui.customers import service
from crm_tui.customers.bulk import change_many, targets
from crm_tui.customers.bulk_edit import Edit
from crm_tui.customers.reading import Query, matching
from crm_tui.session import create_database, open_session
from crm_tui.storage import jobs
from crm_tui.storage.change import Change
from crm_tui.storage.connection import connect
from tests.faults import processes
from tests.faults.killing import Kept, Outcome, Say, campaign, command, in_mode

ROWS = 480
PART = 60
TAG = "批"


class Bulk:
    """Writes a note of its own number to every customer, and puts a tag on or takes it off."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept = Kept(path)
        self.stands = 0  # the number of the change that everybody has

    def renew(self) -> None:
        """Start over with customers that nobody changed."""
        self.kept.back()
        self.stands = 0

    def work(self, say: Say) -> None:
        """Change every customer in parts."""
        jobs.SMALL = jobs.FIRST_PART = jobs.LARGEST_PART = PART
        number = self.stands + 1
        on, off = ((TAG,), ()) if number % 2 else ((), (TAG,))
        edit = Edit({"note": f"第{number}次"}, ("note",), add_tags=on, remove_tags=off)
        with open_session(self.path, login="li") as session:
            rows = targets(session.reader, matching(session.reader, Query(sort="id")))
            say("begin")
            change_many(session, rows, edit)
            say("done")

    def mend(self, say: Say) -> None:
        """Open the file as the next person does."""
        say("begin")
        with open_session(self.path, login="li"):
            pass

    def peek(self) -> list[str]:
        """Return what is wrong before anything was taken back; parts may be seen, halves of rows not."""
        faults = processes.unsound(self.path)
        connection = connect(self.path)
        rows = connection.execute(
            "SELECT c.note, count(l.id) FROM customer c LEFT JOIN tag_link l ON l.customer_id = c.id"
            " AND l.deleted_at IS NULL GROUP BY c.id, c.note"
        ).fetchall()
        connection.close()
        for note, tags in rows:
            number = int(note[1:-1])
            if number not in (self.stands, self.stands + 1) or tags != number % 2:
                faults.append(f"half a customer: {note} with {tags} tags after {self.stands}")
                break
        return faults

    def look(self, done: bool) -> tuple[bool, list[str]]:
        """Open the file and return whether the change stands; only all of it or none may."""
        with open_session(self.path, login="li") as session:
            notes = session.reader.execute("SELECT note, count(*) FROM customer GROUP BY note").fetchall()
            left = session.reader.execute("SELECT kind FROM job WHERE state = 'publishing'").fetchall()
        faults = [f"left as it was: {left}"] if left else []
        faults += self.peek()
        if len(notes) != 1 or notes[0][1] != ROWS:
            return False, [*faults, f"a part of it: {notes}"]
        whole = notes[0][0] == f"第{self.stands + 1}次"
        self.stands += whole
        return whole, faults


def made(folder: Path, journal: str) -> Path:
    """Make a database of customers that have the note of no change yet."""
    path = folder / "team.db"
    create_database(path, login="li", name="李雷")
    in_mode(path, journal)

    def fill(change: Change) -> None:
        for number in range(ROWS):
            service.add(change, {"name": f"客户{number}", "note": "第0次"}, [{"name": f"人{number}"}])

    with open_session(path, login="li") as session:
        session.write(fill)
    return path


def run(folder: Path, journal: str, kills: int, seed: int = 1) -> Outcome:
    """Kill so many changes, each at a moment of its own."""
    return campaign(Bulk(made(folder, journal)), kills, seed)


if __name__ == "__main__":
    sys.exit(command(__doc__ or "", run))
