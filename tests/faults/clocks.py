"""The clock goes wrong while people work: set back by an hour, a day or a year, or forward, and mended again.

    python -m tests.faults.clocks --steps 400 [--seed 1]

History goes by numbers, not by dates: its order, the chain and the versions hold; no customer number is
given twice; the queue is that of the moment; what is derived equals a fresh build; undo finds one's own last
change; the backup that holds the most is never pruned, and drafts stay.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from crm_tui import clock
from crm_tui.customers import service
from crm_tui.customers.bulk import change_many, targets
from crm_tui.customers.bulk_edit import Edit
from crm_tui.customers.reading import Query, matching
from crm_tui.drafts import Draft, Drafts, Owner
from crm_tui.followups import service as followups
from crm_tui.followups.service import LogEntry, PlanDraft
from crm_tui.queue.service import today
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage import history, rebuild
from crm_tui.storage.backup import backups, default_folder, ensure_backup, verify
from crm_tui.storage.pruning import prune
from tests.faults import processes

START = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
JUMPS = (
    timedelta(hours=-1), timedelta(days=-1), timedelta(days=-365), timedelta(days=365), timedelta(days=1),
    timedelta(days=30), timedelta(days=-30),
)  # fmt: skip


class Outcome(NamedTuple):
    """What a campaign came to: steps done, how often the clock was set back; ``faults`` must be empty."""

    steps: int
    back: int
    sets: int
    backups: int
    faults: list[str]


class World:
    """A database, the moment that its users' clock shows, and what must hold whatever that is."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.path = folder / "crm.db"
        self.chance = random.Random(seed)
        self.now = START
        self.back = 0
        self.numbers: list[str] = []
        self.newest = 0
        self.drafts = Drafts(Owner(str(self.path), "origin", 1), folder / "drafts")
        self.kept = 0
        with clock.living_at(self.now):
            create_database(self.path, login="li", name="李雷")

    def tick(self) -> None:
        """Let time go on, or set the clock."""
        if self.chance.random() < 0.3:
            jump = self.chance.choice(JUMPS)
            self.back += jump < timedelta()
            self.now += jump
        self.now += timedelta(minutes=self.chance.randint(0, 300))

    def step(self) -> list[str]:
        """Do one thing at the moment the clock shows, and return what does not hold afterwards."""
        doing = self.chance.choice(
            (self._add, self._add, self._plan, self._log, self._log, self._undo, self._bulk, self._back_up)
        )
        with clock.living_at(self.now), open_session(self.path, login="li") as session:
            doing(session)
            if self.chance.random() < 0.3:
                # It may also be set while a session is open.
                self.tick()
                with clock.living_at(self.now):
                    self._log(session)
                    faults = self._wrong(session)
            else:
                faults = self._wrong(session)
        return [f"{doing.__name__[1:]} at {self.now:%Y-%m-%d %H:%M}: {what}" for what in faults]

    # ------------------------------------------------------------ what people do

    def _add(self, session: Session) -> None:
        customer_id = session.write(service.add, {"name": f"客户{len(self.numbers)}"}).value
        number = session.reader.execute(
            "SELECT no FROM customer WHERE id = :id", {"id": customer_id}
        ).fetchone()
        self.numbers.append(number[0])
        self.kept += 1
        draft = Draft("log", {"customer": customer_id}, "记跟进", {"content": "话"}, {}, clock.instant())
        slot = self.drafts.slot("log", {"customer": customer_id})
        slot.keep(draft, 1, lasting=False)
        slot.close()

    def _some(self, session: Session) -> int | None:
        ids = matching(session.reader, Query(sort="id"))
        return self.chance.choice(ids) if ids else None

    def _plan(self, session: Session) -> None:
        if customer := self._some(session):
            due = session.today() + timedelta(days=self.chance.randint(-3, 9))
            session.write(followups.add_plan, customer, PlanDraft(due, None, None, "回访"))

    def _log(self, session: Session) -> None:
        if customer := self._some(session):
            following = PlanDraft(session.today() + timedelta(days=1), None, None, "再访")
            session.write(followups.log, LogEntry(customer, "谈", "phone"), following)

    def _undo(self, session: Session) -> None:
        wanted = history.undoable(session.reader, session.person.id)
        if wanted:
            session.undo()
            if not history.is_undone(session.reader, wanted):
                raise AssertionError(f"set {wanted} still stands")

    def _bulk(self, session: Session) -> None:
        rows = targets(session.reader, matching(session.reader, Query(sort="id")))
        if rows:
            change_many(session, rows, Edit({"note": f"{self.chance.random()}"}, ("note",)))

    def _back_up(self, _session: Session) -> None:
        ensure_backup(self.path, "manual", "li")
        prune(default_folder(self.path), clock.now())

    # ------------------------------------------------------------ what must hold

    def _wrong(self, session: Session) -> list[str]:
        faults = processes.unsound(self.path)
        sets = [one.set_id for one in history.recent(session.reader, limit=100_000)]
        if sets != sorted(sets, reverse=True):
            faults.append("history is out of order")
        if history.newest(session.reader) < self.newest:
            faults.append("a set is gone")
        self.newest = history.newest(session.reader)
        if len(set(self.numbers)) != len(self.numbers):
            faults.append("a customer number was given twice")
        if found := rebuild.differing(session.database.connection):
            faults.append(f"derived rows differ: {found[:3]}")
        faults += self._queue(session)
        there = backups(default_folder(self.path))
        if there:
            heads = [one.manifest.facts.head_set for one in there]
            if max(heads) < self._backed_up:
                faults.append(f"the backup that holds the most is gone: {max(heads)} of {self._backed_up}")
            self._backed_up = max(heads)
            verify(there[0].path)
        return faults

    _backed_up = 0

    def _queue(self, session: Session) -> list[str]:
        day: date = session.today()
        plans = session.reader.execute(
            "SELECT id, due_on FROM plan WHERE state IN ('todo', 'doing') AND due_on IS NOT NULL"
        ).fetchall()
        wanted = {
            "overdue": {plan for plan, due in plans if due < day.isoformat()},
            "today": {plan for plan, due in plans if due == day.isoformat()},
        }
        queue = today(session.reader, session.person.id, clock.now(), session.zone)
        found = {
            group: {one.plan_id for one in queue.items if one.group == group}
            for group in ("overdue", "today")
        }
        return [] if found == wanted else [f"queue of {day}: {found} for {wanted}"]


def run(folder: Path, steps: int, seed: int = 1) -> Outcome:
    """Do so many things by a clock that goes wrong, and stop at the first fault."""
    world = World(folder, seed)
    faults: list[str] = []
    done = 0
    while done < steps and not faults:
        world.tick()
        faults = world.step()
        done += 1
    if (left := len(world.drafts.all())) != world.kept:
        faults.append(f"{left} of {world.kept} drafts")
    return Outcome(done, world.back, world.newest, len(backups(default_folder(world.path))), faults)


def main() -> int:
    """Run the command; the exit code is 1 when something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), wanted.steps, wanted.seed)
    print(
        f"{outcome.steps} steps, clock set back {outcome.back} times, {outcome.sets} sets,"
        f" {outcome.backups} backups kept; {'; '.join(outcome.faults) or 'everything holds'}"
    )
    return int(bool(outcome.faults))


if __name__ == "__main__":
    sys.exit(main())
