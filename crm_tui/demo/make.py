"""Make a database of the documents' sample rows and fictional customers, written by colleagues over time."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from crm_tui import clock
from crm_tui.access import people as house_people
from crm_tui.access import store as people_store
from crm_tui.access import teams as house_teams
from crm_tui.customers import service as customers
from crm_tui.customers.convert import Context
from crm_tui.customers.derived import required_in
from crm_tui.dedupe.scanning import scan
from crm_tui.demo import bulk, store, twins
from crm_tui.demo.ahead import Ahead, ahead
from crm_tui.demo.bulk import Job
from crm_tui.demo.crowd import Crowd
from crm_tui.demo.samples import SAMPLES, told_samples
from crm_tui.demo.staff import ACTING, COLLEAGUES, OWNERS, owners, staff, teams
from crm_tui.demo.story import CALM, ENDINGS, FIRST_ENDINGS, Plan, Step, Story, Teller
from crm_tui.demo.traces import Tracer
from crm_tui.errors import BadInput
from crm_tui.followups import service as followups
from crm_tui.locale import _
from crm_tui.search.building import finish
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage.change import Change, action
from crm_tui.storage.connection import discard
from crm_tui.storage.database import Database
from crm_tui.storage.throwaway import filled_at_once, unhurried

Progress = Callable[[int, int], None]

LIVED = 300  # so many customers get a past of single sets, further ones come in large sets
BEGUN = timedelta(days=765)
COMPARED = 20_000  # up to so many, duplicates have been looked for
# Bytes while it is made: 300 customers with their past take 7 MB, 20,000 take 65.
ROOM, ROOM_EACH = 8_000_000, 3_500


def make_demo(
    path: Path,
    customers: int = 300,
    seed: int = 7,
    progress: Progress | None = None,
    indexing: Progress | None = None,
) -> None:
    """Make a demo database for the operating-system user; equal seeds on equal days give equal contents.

    About a third of the customers belong to the user; from 25,000 on there is a person for each 5,000, and
    he is one of them. ``progress(done, total)`` counts customers, ``indexing`` the indexes of a large demo.
    Raises BadInput when nothing can be made there, for want of room too; then and after any other end
    nothing is left behind.
    """
    now = clock.now()
    _check_room(path, customers)
    with clock.living_at(now - BEGUN):
        create_database(path, name=ACTING)
    try:
        with clock.living_at(now - BEGUN + timedelta(hours=1)), open_session(path) as session:
            people = [session.person.id]
            for one in staff(customers, seed):
                people.append(session.write(people_store.add, *one).value)
            _into_teams(session, people)
            session.renew_words()
            context, zone = session.context(), session.zone
        database = Database(path)
        try:
            required = required_in(database.connection)
            with (
                _filled(database, indexing, many=customers > LIVED),
                ahead(required, customers - LIVED) as beside,
            ):
                maker = _Maker(database, people, context, zone, now, seed)
                maker.make(customers, progress or (lambda done, total: None), beside)
            if customers <= COMPARED:
                scan(database)
        finally:
            database.close()
    except BaseException:
        discard(path)
        path.with_name(path.name + ".lock").unlink(missing_ok=True)
        raise


def _into_teams(session: Session, people: Sequence[int]) -> None:
    """Put the people into teams with regions, in a set of their own each."""
    found, places = teams(len(people) - 1)
    ids: list[int] = []
    for one in found:
        above = None if one.above is None else ids[one.above]
        ids.append(session.write(house_teams.add, one.name, above, one.region).value)

    @action("user.team")
    def join(change: Change) -> None:
        for person, place in zip(people, places, strict=True):
            house_people.set_team(change, person, ids[place])

    session.write(join)


def _check_room(path: Path, customers: int) -> None:
    try:
        found = os.statvfs(path.parent)
    except OSError:
        # Why nothing can be made there is told by the attempt.
        return
    needed = ROOM + customers * ROOM_EACH
    if found.f_bavail * found.f_frsize < needed:
        raise BadInput(
            _(
                "There is no room for {n} customers in {folder}: it needs {size} MB, {free} MB are free."
            ).format(
                n=f"{customers:,}",
                folder=path.parent,
                size=needed // 1_000_000 + 1,
                free=found.f_bavail * found.f_frsize // 1_000_000,
            ),
            _("Nothing was made."),
            _("Free some space, name another folder, or ask for fewer: --customers N"),
        )


@contextmanager
def _filled(database: Database, indexing: Progress | None, *, many: bool) -> Generator[None]:
    connection = database.connection
    with filled_at_once(connection, indexing) if many else unhurried(connection):
        yield
        finish(database)


class _Maker:
    def __init__(
        self, database: Database, people: list[int], context: Context, zone: str, now: datetime, seed: int
    ) -> None:
        self.database = database
        self.people = people
        self.context = context
        self.zone = zone
        self.now = now
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 - repeatable on purpose
        self.ids: dict[int, int] = {}
        self.plans: dict[int, int | None] = {}

    def make(self, count: int, progress: Progress, beside: Ahead | None) -> None:
        teller = Teller(self.random, self.now, self.zone)
        stories = told_samples(self.context, teller)
        lived = min(count, LIVED)
        mine = iter(FIRST_ENDINGS)
        again = lived // twins.EACH
        for index in range(len(stories), len(stories) + lived - again):
            owner = OWNERS[index % len(OWNERS)]
            ending = next(mine, None) if owner == 0 else None
            stories.append(teller.tell(index, owner, ending or self._ending(owner)))
        stories += self._twins(teller, stories, again)
        jobs: list[Job] = []
        for story in stories:
            for order, step in enumerate(story.steps):
                made = int(step.kind == "add" and step.story >= len(stories) - lived)
                jobs.append(Job(step.at, step.story * 100 + order, self._job(story, step), made))
        if count > lived:
            jobs += self._many(count - lived, beside)
        jobs.sort(key=lambda job: job[:2])
        done = 0
        for job in jobs:
            with clock.living_at(min(job.at, self.now)):
                job.run()
            done += job.made
            if job.made:
                progress(done, count)

    def _twins(self, teller: Teller, stories: Sequence[Story], count: int) -> list[Story]:
        """Tell some customers again, of whom a colleague did not know."""
        found: list[Story] = []
        firsts = list(stories[len(SAMPLES) :])
        for order in range(count):
            kind = twins.KINDS[order % len(twins.KINDS)]
            at = len(firsts) * order // count
            first = next((one for one in firsts[at:] if twins.fits(kind, one.values, one.contacts)), None)
            if first is None:
                kind, first = twins.NAMED, next(one for one in firsts if one.values["kind"] == "company")
            firsts.remove(first)
            owner = 1 + first.owner % 3
            found.append(teller.tell_again(len(stories) + order, owner, first, kind))
        return found

    def _many(self, count: int, beside: Ahead | None) -> list[Job]:
        few = len(self.people) == len(COLLEAGUES) + 1
        tracer = Tracer(self.seed, self.now, self.zone, calm=self.people[0] if few else None)
        whose = owners(len(self.people) - 1, self.seed)
        return bulk.jobs(self.database, self.people, whose, count, Crowd(self.seed), tracer, beside)

    def _ending(self, owner: int) -> str:
        names, weights = zip(*(CALM if owner == 0 else ENDINGS), strict=True)
        return self.random.choices(names, weights)[0]

    def _job(self, story: Story, step: Step) -> Callable[[], None]:
        return lambda: self._run(story, step)

    def _run(self, story: Story, step: Step) -> None:
        act = getattr(self, f"_{step.kind}")
        act(story, step, step.data)

    def _write(self, step: Step, action: str, fn: Callable[[Change], Any], reason: str = "") -> Any:
        return self.database.write(
            self.people[step.actor], action, fn, reason=reason or None, source="tui"
        ).value

    def _draft(self, plan: Plan | None, owner: int) -> followups.PlanDraft | None:
        if plan is None:
            return None
        rhythm = plan.rhythm or None
        return followups.PlanDraft(
            plan.due, plan.at, rhythm, plan.goal, plan.ways, plan.text, self.people[owner]
        )

    # ------------------------------------------------------------------ steps

    def _add(self, story: Story, step: Step, data: dict[str, Any]) -> None:
        values = {**story.values, "owner_id": self.people[story.owner]}
        zone = self.zone
        self.ids[step.story] = self._write(
            step,
            "customer.add",
            lambda change: customers.add(change, values, story.contacts, story.tags, zone),
        )

    def _log(self, story: Story, step: Step, data: dict[str, Any]) -> None:
        late = timedelta(days=2) if data.get("late") else timedelta(minutes=20)
        entry = followups.LogEntry(
            self.ids[step.story],
            data["content"],
            data["ways"],
            clock.to_instant(step.at - late),
            plan_id=self.plans.get(step.story),
            feedback=data.get("feedback", ""),
            objections=data.get("objections", ""),
            status=data.get("status"),
            stage=data.get("stage"),
            lost_reason=data.get("lost_reason", ""),
        )
        draft = self._draft(data["plan"], story.owner)
        zone = self.zone
        logged = self._write(step, "activity.log", lambda change: followups.log(change, entry, draft, zone))
        self.plans[step.story] = logged.plan_id

    def _done(self, story: Story, step: Step, data: dict[str, Any]) -> None:
        plan = self.plans.pop(step.story) or 0
        self._write(step, "plan.done", lambda change: followups.done(change, plan))

    def _snooze(self, story: Story, step: Step, data: dict[str, Any]) -> None:
        plan = self.plans[step.story] or 0
        self._write(
            step,
            "plan.snooze",
            lambda change: followups.snooze(change, plan, data["due"], why=data["why"]),
        )

    def _project(self, story: Story, step: Step, data: dict[str, Any]) -> None:
        customer = self.ids[step.story]
        self._write(step, "project.add", lambda change: customers.add_project(change, customer, data))

    def _update(self, story: Story, step: Step, data: dict[str, Any]) -> None:
        customer = self.ids[step.story]

        def update(change: Change) -> None:
            row = change.one(store.VERSION, {"id": customer})
            customers.update(change, customer, row[0] if row else 0, data["values"])

        self._write(step, "customer.update", update, data["reason"])

    def _contact(self, story: Story, step: Step, data: dict[str, Any]) -> None:
        customer = self.ids[step.story]

        def update(change: Change) -> None:
            row = change.one(store.FIRST_CONTACT, {"id": customer})
            if row:
                customers.update_contact(change, row[0], row[1], data["values"])

        self._write(step, "contact.update", update, data["reason"])
