"""Today: whom to contact now, and why; the terminal and ``crm-tui due`` show the same queue."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from crm_tui import clock
from crm_tui.customers.parts import marks_of
from crm_tui.followups.service import unwritten_before
from crm_tui.locale import N_, _, ngettext
from crm_tui.queue import store
from crm_tui.queue.store import DueRow, IdleRow
from crm_tui.storage.driver import sqlite3

IDLE_DAYS = 7
MOST = 2000
# Groups from the most urgent down; the last ones are folded at first.
GROUPS: dict[str, str] = {
    "overdue": N_("Overdue"),
    "today": N_("Due today"),
    "unwritten": N_("To be written up"),
    "week": N_("Within 7 days"),
    "undated": N_("Planned without a day"),
    "unplanned": N_("Nothing planned"),
    "idle": N_("No contact for 7 days"),
}
FOLDED = ("week", "undated", "unplanned", "idle")
LATER = ("week", "undated")  # plans for which it is early: counted alone as long as nobody looks at them


class Term(NamedTuple):
    """One reason with its points: what a row's urgency is the sum of."""

    text: str
    points: float


class Item(NamedTuple):
    """One row of the queue: a plan (or none), its customer, and why it is here."""

    group: str
    plan_id: int | None
    plan_changed_in: int | None
    customer_id: int
    no: str
    name: str
    contact: str
    phone: str
    goal: str
    due_on: str | None
    due_at: str | None
    status: str | None
    stage: str | None
    industry: str | None
    key_note: str
    owner: str
    last_followup_at: str | None
    terms: tuple[Term, ...]
    need: str = ""
    marks: tuple[str, ...] = ()

    @property
    def urgency(self) -> float:
        """The sum of the terms' points."""
        return round(sum(term.points for term in self.terms), 1)

    @property
    def why(self) -> str:
        """The reasons in words, the weightiest first."""
        ordered = sorted(self.terms, key=lambda term: -term.points)
        return " · ".join(term.text for term in ordered if term.text)


class Today(NamedTuple):
    """The queue of one moment: rows by urgency inside their groups, and the size of every group.

    Without ``whole`` only what is due was read, and the other groups count as empty. The rows of ``counted``
    groups were not read.
    """

    day: date
    items: list[Item]
    counts: dict[str, int]
    whole: bool = True
    counted: frozenset[str] = frozenset()

    @property
    def due(self) -> int:
        """How many rows ask to be dealt with today: overdue, due today, to be written up."""
        return sum(self.counts[group] for group in ("overdue", "today", "unwritten"))


def today(
    reader: sqlite3.Connection,
    owner: int | None,
    now: datetime,
    zone: str = clock.DEFAULT_ZONE,
    *,
    until: date | None = None,
    whole: bool = True,
    counted: Collection[Hashable] = (),
) -> Today:
    """Return the queue of a person (None: of everybody) at a moment (aware); idle groups only counted.

    One's own holds the plans and customers too of those whom one stands in for. What the reader's views do
    not show is in no queue and no count.

    Plans of the next seven days belong to it, or those up to ``until`` where that is later. Without ``whole``
    it reads what is due and no more: as much work for a thousand customers as for a million. Of a person's
    later groups (``LATER``) those in ``counted`` are not read either.
    """
    local = clock.local(clock.to_instant(now), zone)
    day = local.date()
    last = max(day + timedelta(days=IDLE_DAYS), until or day)
    owners = store.with_absent(reader, owner)
    unread = frozenset(LATER)
    if whole:
        unread = unread.intersection(() if owners is None else counted)
    due = store.due(reader, owners, (day if "week" in unread else last).isoformat(), MOST)
    due += store.undated(reader, owners, MOST) if "undated" not in unread else []
    unwritten = store.unwritten(reader, owners, unwritten_before(now), MOST)
    marks = marks_of(reader, [row.customer_id for row in (*due, *unwritten)])
    items = [_due_item(row, marks.get(row.customer_id, ()), day, now, zone) for row in due]
    items += [_unwritten_item(row, marks.get(row.customer_id, ()), now, zone) for row in unwritten]
    counts = dict.fromkeys(GROUPS, 0)
    for item in items:
        counts[item.group] += 1
    if whole:
        counts |= store.count_idle(reader, owners, *_idle_bounds(now, day))
        if "week" in unread:
            counts["week"] = store.count_due(reader, owners or (), day.isoformat(), last.isoformat())
        if "undated" in unread:
            counts["undated"] = store.count_undated(reader, owners or ())
    order = list(GROUPS)
    items.sort(
        key=lambda item: (order.index(item.group), -item.urgency, item.due_on or "9", item.plan_id or 0)
    )
    return Today(day, items, counts, whole, unread)


def _idle_bounds(now: datetime, day: date) -> tuple[str, str]:
    before = clock.to_instant(now - timedelta(days=IDLE_DAYS))
    # Plans up to here stand in the queue themselves.
    return before, day.isoformat()


def idle(
    reader: sqlite3.Connection,
    group: str,
    owner: int | None,
    now: datetime,
    zone: str = clock.DEFAULT_ZONE,
    offset: int = 0,
    limit: int = 100,
) -> list[Item]:
    """Return a page of a folded group (``unplanned``, ``idle``), the longest idle first."""
    day = clock.local(clock.to_instant(now), zone).date()
    before, until = _idle_bounds(now, day)
    rows = store.idle(reader, group, store.with_absent(reader, owner), before, until, offset, limit)
    marks = marks_of(reader, [row.customer_id for row in rows])
    return [_idle_item(row, marks.get(row.customer_id, ()), group, day, zone) for row in rows]


def again(
    reader: sqlite3.Connection, items: Sequence[Item], owner: int, now: datetime, zone: str
) -> list[Item | None]:
    """Return rows of a person's queue as they are now, each in its place; None for those dealt with."""
    day = clock.local(clock.to_instant(now), zone).date()
    plan_ids = [item.plan_id for item in items if item.plan_id is not None]
    plans, held = store.plans(reader, plan_ids), store.held(reader, plan_ids)
    owners = store.with_absent(reader, owner) or ()
    idle_rows = {
        group: store.still_idle(
            reader, group, owners, *_idle_bounds(now, day),
            [item.customer_id for item in items if item.plan_id is None and item.group == group],
        )
        for group in {item.group for item in items if item.plan_id is None}
    }  # fmt: skip
    marks = marks_of(reader, [item.customer_id for item in items])

    def one(item: Item) -> Item | None:
        tags = marks.get(item.customer_id, ())
        if item.plan_id is None:
            idle_row = idle_rows[item.group].get(item.customer_id)
            return _idle_item(idle_row, tags, item.group, day, zone) if idle_row else None
        row = plans.get(item.plan_id)
        if row is None or held[item.plan_id][0] not in owners:
            return None
        if row.state in ("todo", "doing"):
            return _due_item(row, tags, day, now, zone)
        unwritten = row.state == "done" and item.group == "unwritten" and held[item.plan_id][1] is None
        return _unwritten_item(row, tags, now, zone) if unwritten else None

    return [one(item) for item in items]


def concerns(
    reader: sqlite3.Connection, owner: int, plan_ids: Iterable[int], customer_ids: Iterable[int]
) -> bool:
    """Tell whether moves of these plans and customers may change a person's queue or its counts."""
    return store.own(reader, store.with_absent(reader, owner) or (), plan_ids, customer_ids)


def _days(count: int) -> str:
    return ngettext("{n} day", "{n} days", count).format(n=count)


def _customer_terms(row: DueRow | IdleRow, marks: tuple[str, ...]) -> list[Term]:
    # A tag set at an important moment is seen in every list (S0-19).
    terms = [Term(f"#{mark}", 2.0) for mark in marks]
    if row.level in ("strategic", "key"):
        terms.append(
            Term(_("Strategic customer"), 4.0) if row.level == "strategic" else Term(_("Key customer"), 2.5)
        )
    if row.status == "interested":
        terms.append(Term(_("Interested"), 2.0))
    if row.intent == "strong":
        terms.append(Term(_("Strong intent"), 2.0))
    return terms


def _due_item(row: DueRow, marks: tuple[str, ...], day: date, now: datetime, zone: str) -> Item:
    terms: list[Term] = []
    late = (day - clock.parse_day(row.due_on)).days if row.due_on else None
    if late is None:
        group = "undated"
        terms.append(Term(_("Planned without a day"), 1.0))
    elif late > 0:
        group = "overdue"
        terms.append(Term(_("Overdue {days}").format(days=_days(late)), 10.0 + min(late, 20) * 0.5))
    elif late == 0:
        group = "today"
        terms.append(_today_term(row, now, zone))
    else:
        group = "week"
        text = _("Tomorrow") if late == -1 else _("In {days}").format(days=_days(-late))
        terms.append(Term(text, 4.0 + late * 0.4))
    if row.recurrence:
        from crm_tui.text.recurrence import parse_recurrence

        terms.append(Term(parse_recurrence(row.recurrence).label(), 0.0))
    if row.snoozed:
        text = ngettext("Snoozed {n} time", "Snoozed {n} times", row.snoozed).format(n=row.snoozed)
        terms.append(Term(text, min(row.snoozed, 5) * 1.0))
    return _item(row, group, [*terms, *_customer_terms(row, marks)], marks)


def _today_term(row: DueRow, now: datetime, zone: str) -> Term:
    if not row.due_at:
        return Term(_("Due today"), 9.0)
    wall = f"{clock.local(row.due_at, zone):%H:%M}"
    minutes = (clock.parse_instant(row.due_at) - now).total_seconds() / 60
    if minutes < 0:
        return Term(_("Was due at {time}").format(time=wall), 11.0)
    if minutes <= 120:
        return Term(_("Due at {time}, soon").format(time=wall), 10.5)
    return Term(_("Due at {time}").format(time=wall), 9.5)


def _unwritten_item(row: DueRow, marks: tuple[str, ...], now: datetime, zone: str) -> Item:
    hours = int((now - clock.parse_instant(row.done_at or "")).total_seconds() // 3600)
    text = _("Done {n} hours ago, nothing written").format(n=hours)
    return _item(
        row, "unwritten", [Term(text, 7.0 + min(hours / 24, 7)), *_customer_terms(row, marks)], marks
    )


def _item(row: DueRow, group: str, terms: list[Term], marks: tuple[str, ...]) -> Item:
    return Item(
        group, row.plan_id, row.plan_changed_in, row.customer_id, row.no, row.name, _who(row),
        row.phone or "", row.goal or row.text or "", row.due_on, row.due_at, row.status, row.stage,
        row.industry, row.key_note or "", row.owner, row.last_followup_at, tuple(terms),
        row.need or "", marks,
    )  # fmt: skip


def _who(row: DueRow | IdleRow) -> str:
    return " ".join(part for part in (row.contact, row.title) if part)


def _idle_item(row: IdleRow, marks: tuple[str, ...], group: str, day: date, zone: str) -> Item:
    terms = []
    if row.idle_since:
        days = max(0, (day - clock.local(row.idle_since, zone).date()).days)
        text = _("No contact for {days}") if row.last_followup_at else _("Never contacted, here for {days}")
        terms.append(Term(text.format(days=_days(days)), min(days, 60) * 0.05))
    if group == "unplanned":
        terms.append(Term(_("Nothing planned"), 1.0))
    elif row.next_due_on:
        terms.append(Term(_("Next on {day}").format(day=row.next_due_on), 0.0))
    return Item(
        group, None, None, row.customer_id, row.no, row.name, _who(row), row.phone or "", "", row.next_due_on,
        None, row.status, row.stage, row.industry, row.key_note or "", row.owner, row.last_followup_at,
        (*terms, *_customer_terms(row, marks)), row.need or "", marks,
    )  # fmt: skip
