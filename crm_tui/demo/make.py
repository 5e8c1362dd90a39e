"""Make a database of the documents' sample rows and fictional customers, written by colleagues over time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from crm_tui import clock
from crm_tui.access import store as people_store
from crm_tui.customers import service as customers
from crm_tui.demo import bulk, store
from crm_tui.demo.samples import told_samples
from crm_tui.demo.story import CALM, ENDINGS, FIRST_ENDINGS, Plan, Step, Story, Teller
from crm_tui.followups import service as followups
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage.change import Change
from crm_tui.storage.throwaway import unhurried

Progress = Callable[[int, int], None]

ACTING = "演示用户"
# Login, name, role, other names; an index into the people of the demo counts the acting user as 0.
COLLEAGUES = (
    ("lixiaoshou", "李销售", "sales_rep", ("李*",)),
    ("chenxiaoyu", "陈晓雨", "sales_rep", ()),
    ("zhaomingyuan", "赵明远", "sales_manager", ()),
    ("zhouqian", "周倩", "service", ()),
)
OWNERS = (0, 0, 0, 1, 1, 2, 2, 2, 3)
LEFT = ("", "-wal", "-shm", "-journal", ".lock")
LIVED = 300  # so many customers get a past of single sets, further ones come in large sets
BEGUN = timedelta(days=400)


def make_demo(path: Path, customers: int = 300, seed: int = 7, progress: Progress | None = None) -> None:
    """Make a demo database for the operating-system user; equal seeds on equal days give equal contents.

    About a third of the customers belong to the user. ``progress(done, total)`` counts customers. Raises
    BadInput when nothing can be made there; then nothing is left behind.
    """
    now = clock.now()
    with clock.living_at(now - BEGUN):
        create_database(path, name=ACTING)
    try:
        with open_session(path) as session, unhurried(session.database.connection):
            _Maker(session, now, seed, progress).make(customers)
    except BaseException:
        for ending in LEFT:
            path.with_name(path.name + ending).unlink(missing_ok=True)
        raise


class _Maker:
    def __init__(self, session: Session, now: datetime, seed: int, progress: Progress | None) -> None:
        self.session = session
        self.now = now
        self.random = Random(seed)  # noqa: S311 - repeatable on purpose
        self.progress = progress or (lambda done, total: None)
        self.people: list[int] = [session.person.id]
        self.ids: dict[int, int] = {}
        self.plans: dict[int, int | None] = {}

    def make(self, count: int) -> None:
        with clock.living_at(self.now - BEGUN + timedelta(hours=1)):
            for login, name, role, aliases in COLLEAGUES:
                result = self.session.write(people_store.add, login, name, role, aliases)
                self.people.append(result.value)
        self.session.forget_words()
        teller = Teller(self.random, self.now, self.session.zone)
        stories = told_samples(self.session.context(), teller)
        lived = min(count, LIVED)
        mine = iter(FIRST_ENDINGS)
        for index in range(len(stories), len(stories) + count):
            owner = OWNERS[index % len(OWNERS)]
            ending = next(mine, None) if owner == 0 else None
            stories.append(teller.tell(index, owner, ending or self._ending(owner)))
        told = len(stories) - count + lived
        jobs: list[tuple[datetime, int, Callable[[], None], int]] = []
        for story in stories[:told]:
            for order, step in enumerate(story.steps):
                made = int(step.kind == "add")
                jobs.append((step.at, step.story * 100 + order, self._job(story, step), made))
        jobs += bulk.jobs(self.session.database, self.people, stories[told:], told, teller)
        jobs.sort(key=lambda job: job[:2])
        done = 0
        for at, _order, run, made in jobs:
            with clock.living_at(min(at, self.now)):
                run()
            done += made
            if made:
                self.progress(min(done, count), count)

    def _ending(self, owner: int) -> str:
        names, weights = zip(*(CALM if owner == 0 else ENDINGS), strict=True)
        return self.random.choices(names, weights)[0]

    def _job(self, story: Story, step: Step) -> Callable[[], None]:
        return lambda: self._run(story, step)

    def _run(self, story: Story, step: Step) -> None:
        act = getattr(self, f"_{step.kind}")
        act(story, step, step.data)

    def _write(self, step: Step, action: str, fn: Callable[[Change], Any], reason: str = "") -> Any:
        database = self.session.database
        return database.write(self.people[step.actor], action, fn, reason=reason or None, source="tui").value

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
        zone = self.session.zone
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
        zone = self.session.zone
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
