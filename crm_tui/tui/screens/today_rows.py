"""The rows of Today: the queue in its groups, the idle ones read page by page, narrowed by a text."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from datetime import date

from crm_tui import clock
from crm_tui.locale import _
from crm_tui.queue import service as queue
from crm_tui.queue.service import Item
from crm_tui.session import Session
from crm_tui.storage.watch import Moved
from crm_tui.text.fold import fold
from crm_tui.tui.told import told
from crm_tui.tui.widgets.rows import (
    Cell,
    Column,
    GroupedSource,
    GroupRow,
    ListSource,
    Row,
    Section,
    left_behind,
)

DUE = ("overdue", "today", "unwritten")
TONES = {"overdue": "bad", "today": "warn", "unwritten": "accent"}
NAME = 1
WHY = 2  # the column that tells who dealt with a row
# A row that stands for the first one there is, whichever it will be.
FIRST = "first row"
# How many idle customers a typed text looks through.
LOOKED_THROUGH = 5000


def columns() -> list[Column]:
    """Return the columns; on a narrow screen the day goes first, the reasons say it in words."""
    return [
        Column(_("Urg."), 4, right=True, tone="dim"),
        Column(_("Customer name"), 18, flex=2, tone="strong"),
        Column(_("Why"), 20, flex=4),
        Column(_("Next step"), 12, flex=2, priority=1),
        Column(_("Phone"), 13, priority=2),
        Column(_("Contact"), 10, flex=1, priority=4),
        Column(_("Due"), 11, priority=3),
    ]


def row_id(item: Item) -> Hashable:
    """Return what a row is known by: its plan, or its customer where there is none."""
    return ("plan", item.plan_id) if item.plan_id is not None else (item.group, item.customer_id)


def _named_alone(item: Item) -> Item:
    """Return the item of a customer that is out of sight: which row it is, and the name that was shown."""
    item = item._replace(no="", contact="", phone="", goal="", key_note="", owner="", need="", marks=())
    item = item._replace(due_on=None, due_at=None, last_followup_at=None, terms=())
    return item._replace(status=None, stage=None, industry=None)


def due_text(item: Item, today: date, zone: str) -> str:
    """Return the day and time of a plan, short: 11-25 15:00, with the year when it is another."""
    if not item.due_on:
        return ""
    day = item.due_on if item.due_on[:4] != str(today.year) else item.due_on[5:]
    return f"{day} {clock.local(item.due_at, zone):%H:%M}" if item.due_at else day


def matches(item: Item, key: str) -> bool:
    """Tell whether a folded text is in what a row shows."""
    return any(key in fold(text) for text in (item.name, item.contact, item.goal, item.no, item.phone))


def read_aside(session: Session, counted: Collection[Hashable]) -> queue.Today:
    """Return the acting user's queue, some groups only counted; read in whatever thread this is called in."""
    reader = session.another_reader()
    try:
        return queue.today(reader, session.person.id, clock.now(), session.zone, counted=counted)
    finally:
        reader.close()


def _reasons(item: Item) -> str:
    """Return why a row is here without its urgent tags, which stand behind, never cut."""
    return " · ".join(part for part in item.why.split(" · ") if part.removeprefix("#") not in item.marks)


class _Counted:
    """A group of which nothing is shown but how many rows it has."""

    def __init__(self, count: int) -> None:
        self._count = count

    def count(self) -> int:
        return self._count

    def page(self, offset: int, limit: int) -> Sequence[Row | GroupRow]:
        return ()


class _Idle:
    """A group whose rows are read page by page."""

    def __init__(self, source: QueueSource, group: str) -> None:
        self.source = source
        self.group = group

    def count(self) -> int:
        return self.source.today.counts[self.group] if self.source.today else 0

    def page(self, offset: int, limit: int) -> Sequence[Row | GroupRow]:
        return [self.source.row(item) for item in self.source.idle(self.group, offset, limit)]


class QueueSource(GroupedSource):
    """The queue of the acting user in sections; ``count`` reads it anew, on the database thread.

    ``items`` gives the item of a row that has been read, ``dealt`` who dealt meanwhile with which row. With a
    ``text`` only rows that hold it are shown, and no group is folded.
    """

    def __init__(self, session: Session, text: str = "", folded: Sequence[Hashable] = queue.FOLDED) -> None:
        super().__init__(
            [
                Section(group, _(title), ListSource(()), folded=group in folded and not text)
                for group, title in queue.GROUPS.items()
            ]
        )
        self.session = session
        self.key = fold(text)
        self.items: dict[Hashable, Item] = {}
        self.dealt: dict[Hashable, str] = {}
        self.news = Moved()
        self.read_aside: queue.Today | None = None
        self.ahead: dict[str, queue.Today] = {}
        self.today: queue.Today | None = None

    @property
    def folded(self) -> list[Hashable]:
        """The groups that are folded now."""
        return [section.id for section in self.sections if section.folded]

    def count(self) -> int:
        """Read the queue, or take what was read aside, and return its number of lines."""
        self.today = self._read(self.folded)
        for section in self.sections:
            group = str(section.id)
            if group in self.today.counted:
                section.source = _Counted(self.today.counts[group])
            elif group not in ("unplanned", "idle"):
                found = [item for item in self.today.items if item.group == group and self._wanted(item)]
                section.source = ListSource([self.row(item) for item in found])
            elif self.key:
                found = [item for item in self.idle(group, 0, LOOKED_THROUGH) if self._wanted(item)]
                section.source = ListSource([self.row(item) for item in found])
            else:
                section.source = _Idle(self, group)
        return super().count()

    def _read(self, folded: Sequence[Hashable]) -> queue.Today:
        """Read the queue without the rows of folded groups, or take what was read for these."""
        session = self.session
        self.items.clear()
        self.dealt.clear()
        today, self.read_aside = self.read_aside or self.ahead.pop("today", None), None
        if today is None or not today.counted.issubset(folded):
            now, person = clock.now(), session.person.id
            today = queue.today(session.reader, person, now, session.zone, counted=folded)
        return today

    def _wanted(self, item: Item) -> bool:
        return not self.key or matches(item, self.key)

    def idle(self, group: str, offset: int, limit: int) -> list[Item]:
        """Return a page of an idle group."""
        session = self.session
        return queue.idle(session.reader, group, session.person.id, clock.now(), session.zone, offset, limit)

    def everything(self) -> list[Item]:
        """Return the items of all groups, folded ones included, up to LOOKED_THROUGH of each idle group."""
        self.today = self._read(())
        idle = [item for group in ("unplanned", "idle") for item in self.idle(group, 0, LOOKED_THROUGH)]
        return [item for item in [*self.today.items, *idle] if self._wanted(item)]

    def about(self, what: Moved) -> list[Hashable]:
        """Return the rows here whose plan or customer others moved, and remember by whom."""
        self.news = what
        plans = what.records("plan")
        return [
            key
            for key, item in list(self.items.items())
            if item.plan_id in plans or item.customer_id in what.customers
        ]

    def is_concerned(self, what: Moved) -> bool:
        """Tell whether what others moved may change the queue or its counts; on the database thread."""
        me = self.session.person.id
        lost = any(touch.field == "owner_id" and touch.old == me for touch in what.touches)
        return lost or queue.concerns(self.session.reader, me, what.records("plan"), what.customers)

    def again(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Read rows anew; those that others dealt with stay, and tell by whom.

        Of a customer that is not shown to the role any more its name stays alone.
        """
        from crm_tui.customers.reading import is_out_of_sight

        session = self.session
        known = [(row, self.items[row.id]) for row in rows if row.id in self.items]
        items = [item for _row, item in known]
        fresh = queue.again(session.reader, items, session.person.id, clock.now(), session.zone)
        found: dict[Hashable, Row] = {}
        for (row, old), new in zip(known, fresh, strict=True):
            if new is not None:
                self.dealt.pop(row.id, None)
                found[row.id] = self.row(new)
                continue
            unseen = is_out_of_sight(session.reader, old.customer_id)
            if row.id not in self.dealt:
                touch = self.news.records("plan").get(old.plan_id or 0)
                self.dealt[row.id] = told(session, touch or self.news.customers.get(old.customer_id))
            elif not unseen:
                continue
            found[row.id] = left_behind(row, self.dealt[row.id], WHY, NAME if unseen else None)
            if unseen:
                self.items[row.id] = _named_alone(old)
        for section in self.sections:
            if isinstance(section.source, ListSource):
                section.source.rows = [found.get(row.id, row) for row in section.source.rows]
        return [found.get(row.id, row) for row in rows]

    def row(self, item: Item) -> Row:
        """Return the row of an item and remember the item."""
        key = row_id(item)
        self.items[key] = item
        tone = TONES.get(item.group, "")
        due = due_text(item, self.session.today(), self.session.zone)
        return Row(
            key,
            (f"{item.urgency:.1f}", item.name or item.contact, Cell(_reasons(item), tone, item.marks),
             item.goal, item.phone, item.contact, due),
        )  # fmt: skip

    def position(self, row_id: Hashable) -> int | None:
        """Return the line of a row; FIRST is the first row under an open heading."""
        if row_id != FIRST:
            return super().position(row_id)
        line = 0
        for section in self.sections:
            if section.size and not section.folded:
                return line + 1
            line += section.lines
        return None
