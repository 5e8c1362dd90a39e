"""Stories told in large sets: a demo of many thousand customers is filled quickly, with less of a past."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from crm_tui import clock
from crm_tui.customers.convert import complete
from crm_tui.customers.service import tag_id
from crm_tui.demo.story import Step, Story, Teller
from crm_tui.storage import jobs as large
from crm_tui.storage import numbering
from crm_tui.storage.change import Change
from crm_tui.storage.database import Database

CUSTOMERS = 1000  # customers in one set
HOUR = timedelta(hours=1)
WRITER = 3  # of the demo's people: the acting user's own last change stays a small one
Job = tuple[datetime, int, Callable[[], None], int]

FILE = (
    "id", "kind", "no", "no_sort", "name", "name_key", "short_name", "status", "stage", "lost_reason",
    "owner_id", "industry",
    "source", "level", "region", "biz_province", "biz_city", "biz_district", "biz_detail",
    "headcount_min", "headcount_max",
    "size_class", "ownership", "main_business", "need", "pain", "intent", "uscc", "uscc_key",
    "budget_min", "budget_max",
    "key_note", "decision_process", "timeline", "special_req", "note", "preference", "purchase_history",
    "family",
    "first_contact_on",
)  # fmt: skip
PERSON = (
    "customer_id", "name", "title", "decision_role", "mobile", "office_phone", "email", "preference",
    "is_primary", "position",
)  # fmt: skip
SOLD = ("name", "amount", "starts_on", "ends_on", "contract_no", "state")
SPOKEN = (
    "customer_id", "at", "by_id", "ways", "content", "feedback", "objections", "backfilled", "origin",
)  # fmt: skip
PLANNED = (
    "customer_id", "due_on", "due_at", "recurrence", "goal", "ways", "owner_id", "origin", "state", "text",
)  # fmt: skip


def jobs(
    database: Database, people: Sequence[int], stories: Sequence[Story], first: int, teller: Teller
) -> list[Job]:
    """Return the dated writes of many stories; the sets of one moment hold a thousand customers."""
    begun = sorted(stories, key=lambda story: story.steps[0].at)
    found: list[Job] = []
    for start in range(0, len(begun), CUSTOMERS):
        part = begun[start : start + CUSTOMERS]
        filled = _Part(database, people, part, teller)
        at = part[-1].steps[0].at
        found.append((at, (first + start) * 100, filled.add, len(part)))
        found.append((teller.now - HOUR, (first + start) * 100 + 1, filled.follow, 0))
    return found


class _Part:
    """The customers of one large set; what was said to them comes in a second one."""

    def __init__(
        self, database: Database, people: Sequence[int], stories: Sequence[Story], teller: Teller
    ) -> None:
        self.database = database
        self.people = people
        self.stories = stories
        self.teller = teller
        self.low = 0

    def add(self) -> None:
        """Write customers, contacts, tags and projects."""
        self.low = self.database.write(self.people[WRITER], "customer.add", self._add, source="cli").value

    def follow(self) -> None:
        """Write activities and plans."""
        self.database.write(self.people[WRITER], "activity.log", self._follow, source="cli")

    def _add(self, change: Change) -> int:
        low, _high = large.reserve_ids(change.connection, "customer", len(self.stories))
        files, contacts, links, projects = [], [], [], []
        numbers: dict[str, list[str]] = {}
        for story in self.stories:
            numbers.setdefault(f"{story.steps[0].at:%Y-%m-%d}", []).append("")
        for day, wanted in numbers.items():
            moment = datetime.fromisoformat(day).date()
            numbers[day] = numbering.allocate(change.connection, "customer", moment, len(wanted))[::-1]
        for customer_id, story in enumerate(self.stories, low):
            number = numbers[f"{story.steps[0].at:%Y-%m-%d}"].pop()
            values = {**story.values, **story.last, "id": customer_id, "no": number}
            values["owner_id"] = self.people[story.owner]
            values = complete(values)
            files.append([values.get(name) for name in FILE])
            for position, contact in enumerate(story.contacts):
                known = {**contact, "customer_id": customer_id, "position": position}
                contacts.append([{**known, "is_primary": int(position == 0)}.get(name) for name in PERSON])
            links += [(customer_id, tag_id(change, tag)) for tag in story.tags]
            sold = [step.data for step in story.steps if step.kind == "project"]
            projects += [(customer_id, *(data.get(name) for name in SOLD)) for data in sold]
        change.insert_many("customer", FILE, files)
        change.insert_many("contact", PERSON, contacts)
        change.insert_many("tag_link", ("customer_id", "tag_id"), links)
        change.insert_many("project", ("customer_id", *SOLD), projects)
        return low

    def _follow(self, change: Change) -> None:
        said, planned = [], []
        for customer_id, story in enumerate(self.stories, self.low):
            logs = [step for step in story.steps if step.kind == "log"]
            said += [self._activity(customer_id, step) for step in logs]
            plan = logs[-1].data["plan"] if logs else None
            if plan:
                at = datetime.combine(plan.due, plan.at, self.teller.zone) if plan.at else None
                due_at = clock.to_instant(at) if at else None
                owner = self.people[story.owner]
                row = (customer_id, plan.due.isoformat(), due_at, plan.rhythm or None, plan.goal, plan.ways)
                planned.append((*row, owner, "manual", "todo", plan.text))
        change.insert_many("activity", SPOKEN, said)
        change.insert_many("plan", PLANNED, planned)

    def _activity(self, customer_id: int, step: Step) -> list[Any]:
        data = step.data
        row = {
            "customer_id": customer_id, "at": clock.to_instant(step.at), "by_id": self.people[step.actor],
            "ways": data["ways"], "content": data["content"], "feedback": data["feedback"] or None,
            "objections": data.get("objections"), "backfilled": int(data["late"]), "origin": "manual",
        }  # fmt: skip
        return [row[name] for name in SPOKEN]
