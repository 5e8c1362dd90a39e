"""Writing the many customers of a large demo: in sets of thousands, each with its log like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple

from crm_tui.customers import ahead as derived_ahead
from crm_tui.customers.ahead import Expected, Made
from crm_tui.customers.convert import complete
from crm_tui.customers.service import tag_id
from crm_tui.demo import store
from crm_tui.demo.ahead import Ahead
from crm_tui.demo.crowd import Crowd, Drawn
from crm_tui.demo.staff import MANAGER
from crm_tui.demo.traces import Told, Tracer
from crm_tui.storage import jobs as large
from crm_tui.storage import numbering
from crm_tui.storage.change import Change
from crm_tui.storage.database import Database
from crm_tui.text.natural import natural_key

MOST, LEAST = 5000, 100  # customers in one set
SETS = 100  # wanted, so that the days of small demos differ too
YEARS = timedelta(days=730)
EVENING = time(18, 30)
LAST = timedelta(hours=1)
# Who writes it: not the acting user, whose own last change stays a small one.
WRITER = MANAGER

PERSON = (
    "customer_id", "name", "title", "decision_role", "mobile", "office_phone", "email", "preference",
    "is_primary", "position",
)  # fmt: skip
SOLD = ("customer_id", "name", "amount", "starts_on", "ends_on", "contract_no", "state")


class Job(NamedTuple):
    """A write that happens at a moment; ``made`` customers are complete with it."""

    at: datetime
    order: int
    run: Callable[[], None]
    made: int = 0


def jobs(
    database: Database,
    people: Sequence[int],
    owners: Sequence[int],
    count: int,
    crowd: Crowd,
    tracer: Tracer,
    ahead: Ahead | None = None,
) -> list[Job]:
    """Return the dated writes of ``count`` customers, who came over two years; ``ahead`` makes theirs."""
    days = _workdays(tracer.today)
    size = min(MOST, max(LEAST, count // SETS))
    found: list[Job] = []
    parts = [range(start, min(start + size, count)) for start in range(0, count, size)]
    behind: _Part | None = None
    for order, part in enumerate(parts):
        begun = [days[number * len(days) // count] for number in part]
        filled = _Part(database, people, owners, part.start, begun, crowd, tracer, ahead)
        if behind is not None:
            behind.next = filled
        behind = filled
        made = len(part) * 2 // 3  # of the work
        at = datetime.combine(begun[-1], EVENING, tracer.zone)
        found.append(Job(at, order, filled.add, made))
        after = (len(parts) - order) * timedelta(seconds=20)
        found.append(Job(tracer.now - LAST - after, order, filled.follow, len(part) - made))
    return found


def _workdays(today: date) -> list[date]:
    days = [today - timedelta(ago) for ago in range(YEARS.days, 0, -1)]
    return [day for day in days if day.weekday() < 5]


class _Part:
    """The customers of one set; what was said to them comes in a second one."""

    def __init__(
        self,
        database: Database,
        people: Sequence[int],
        owners: Sequence[int],
        start: int,
        begun: Sequence[date],
        crowd: Crowd,
        tracer: Tracer,
        ahead: Ahead | None,
    ) -> None:
        self.database = database
        self.people = people
        self.owners = owners
        self.start = start
        self.begun = begun
        self.crowd = crowd
        self.tracer = tracer
        self.ahead = ahead
        self.next: _Part | None = None
        self.drawn: list[Drawn] = []
        self.made: Future[list[Made]] | None = None
        self.low = 0

    def draw(self) -> None:
        """Draw the customers, and have made what is derived of them."""
        random = Random(f"{self.crowd.seed}:{self.start}:owners")  # noqa: S311 - repeatable on purpose
        mine = random.choices(self.owners, k=len(self.begun))
        for owner, one in zip(mine, self.crowd.part(self.start, self.begun), strict=True):
            self.drawn.append(one._replace(values=complete({**one.values, "owner_id": self.people[owner]})))
        self.made = self.ahead.begin(self.drawn) if self.ahead else None

    def add(self) -> None:
        """Write customers, contacts, tags and projects."""
        if not self.drawn:
            self.draw()
        made = self.made.result() if self.made else []
        if self.next:
            self.next.draw()
        try:
            self.low = self.database.write(
                self.people[WRITER], "customer.add", lambda change: self._add(change, made), source="cli"
            ).value
        finally:
            derived_ahead.forget()
        self.drawn, self.made = [], None

    def follow(self) -> None:
        """Write activities and plans."""
        self.database.write(self.people[WRITER], "activity.log", self._follow, source="cli")

    def _add(self, change: Change, made: Sequence[Made]) -> int:
        drawn = self.drawn
        low, _high = large.reserve_ids(change.connection, "customer", len(drawn))
        numbers = self._numbers(change)
        files, contacts, links, projects = [], [], [], []
        tags = {tag: tag_id(change, tag) for tag in sorted({tag for one in drawn for tag in one.tags})}
        for customer_id, (one, number) in enumerate(zip(drawn, numbers, strict=True), low):
            own = {"id": customer_id, "no": number, "no_sort": natural_key(number)}
            files.append({**one.values, **own})
            for position, contact in enumerate(one.contacts):
                known = {"customer_id": customer_id, "position": position, "is_primary": int(position == 0)}
                contacts.append({**contact, **known})
            links += [{"customer_id": customer_id, "tag_id": tags[tag]} for tag in one.tags]
            projects += [{"customer_id": customer_id, **project} for project in one.projects]
        _insert(change, "customer", tuple(files[0]), files)
        _insert(change, "contact", PERSON, contacts)
        _insert(change, "tag_link", ("customer_id", "tag_id"), links)
        _insert(change, "project", SOLD, projects)
        known = zip(range(low, low + len(made)), made, numbers, files, strict=False)
        derived_ahead.expect(
            change.set_id, {one: Expected(own, number, file["owner_id"]) for one, own, number, file in known}
        )
        return low

    def _numbers(self, change: Change) -> list[str]:
        found: list[str] = []
        for day in dict.fromkeys(self.begun):
            found += numbering.allocate(change.connection, "customer", day, self.begun.count(day))
        return found

    def _follow(self, change: Change) -> None:
        rows = change.rows(store.TOLD, {"low": self.low, "high": self.low + len(self.begun) - 1})
        found = self.tracer.part(self.start, [Told(*row) for row in rows])
        for table, traces in (("activity", found.activities), ("plan", found.plans)):
            if traces:
                _insert(change, table, tuple(traces[0]), traces)


def _insert(change: Change, table: str, names: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    change.insert_many(table, names, [[row.get(name) for name in names] for row in rows])
