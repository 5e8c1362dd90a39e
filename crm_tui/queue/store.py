"""The rows of Today: plans due, plans closed without a word, and customers nobody is at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in


class DueRow(NamedTuple):
    """A plan in the queue with its customer; words are keys, ``due_at`` an instant or None."""

    plan_id: int
    plan_changed_in: int
    customer_id: int
    due_on: str | None
    due_at: str | None
    recurrence: str | None
    goal: str | None
    text: str | None
    ways: str | None
    snoozed: int
    origin: str
    state: str
    done_at: str | None
    no: str
    name: str
    status: str | None
    stage: str | None
    level: str | None
    intent: str | None
    industry: str | None
    key_note: str | None
    need: str | None
    last_followup_at: str | None
    idle_since: str
    contact: str | None
    title: str | None
    phone: str | None
    owner: str


class IdleRow(NamedTuple):
    """A customer of the folded groups: nobody has been at it, or nothing is planned."""

    customer_id: int
    no: str
    name: str
    status: str | None
    stage: str | None
    level: str | None
    intent: str | None
    industry: str | None
    key_note: str | None
    need: str | None
    last_followup_at: str | None
    idle_since: str
    next_due_on: str | None
    contact: str | None
    title: str | None
    phone: str | None
    owner: str


CONTACT = (
    " LEFT JOIN contact t ON t.id = (SELECT k.id FROM contact k WHERE k.customer_id = c.id"
    " ORDER BY k.is_primary DESC, k.position, k.id LIMIT 1)"
)
PHONE = "coalesce(t.mobile, t.office_phone, t.email, t.wechat)"
DUE = (
    "SELECT p.id, p.changed_in, c.id, p.due_on, p.due_at, p.recurrence, p.goal, p.text, p.ways, p.snoozed,"
    " p.origin, p.state, p.done_at, c.no, coalesce(c.name, ''), c.status, c.stage, c.level, c.intent,"
    " c.industry, c.key_note, c.need, s.last_followup_at, coalesce(s.idle_since, ''), t.name, t.title, "
    + PHONE
    + ", w.name FROM plan p JOIN customer c ON c.id = p.customer_id JOIN person_any w ON w.id = p.owner_id"
    " LEFT JOIN customer_state s ON s.customer_id = c.id" + CONTACT
)
# The plans of one person by the index of their owner; "this one or anybody" in one text would read them all.
OF_ONE, OF_ALL = " AND p.owner_id = :owner", ""
OPEN = " WHERE p.state IN ('todo', 'doing') AND p.due_on <= :until"
OPEN_ORDER = " ORDER BY p.due_on NULLS LAST, p.due_at NULLS LAST, p.id LIMIT :limit"
UNDATED = " WHERE p.state IN ('todo', 'doing') AND p.due_on IS NULL"
UNDATED_ORDER = " ORDER BY p.id LIMIT :limit"
UNWRITTEN = " WHERE p.state = 'done' AND p.activity_id IS NULL AND p.done_at <= :before"
UNWRITTEN_ORDER = " ORDER BY p.done_at NULLS LAST, p.id LIMIT :limit"
DUE_OF = {who: DUE + OPEN + who + OPEN_ORDER for who in (OF_ONE, OF_ALL)}
UNDATED_OF = {who: DUE + UNDATED + who + UNDATED_ORDER for who in (OF_ONE, OF_ALL)}
UNWRITTEN_OF = {who: DUE + UNWRITTEN + who + UNWRITTEN_ORDER for who in (OF_ONE, OF_ALL)}
IDLE_FROM = " FROM customer c JOIN listed s ON s.customer_id = c.id"
IDLE_SELECT = (
    "SELECT c.id, c.no, coalesce(c.name, ''), c.status, c.stage, c.level, c.intent, c.industry, c.key_note,"
    " c.need, s.last_followup_at, s.idle_since, s.next_due_on, t.name, t.title, "
    + PHONE
    + ", w.name"
    + IDLE_FROM
    + " JOIN person_any w ON w.id = c.owner_id"
    + CONTACT
)
OWN_OPEN = " WHERE c.status IN ('prospect', 'interested') AND c.dormant_since IS NULL"
CUSTOMER_OF_ONE, CUSTOMER_OF_ALL = " AND c.owner_id = :owner", ""
UNPLANNED = "s.open_plans = 0"
IDLE = "s.open_plans > 0 AND s.idle_since <= :before AND (s.next_due_on IS NULL OR s.next_due_on > :until)"
GROUPS = {"unplanned": OWN_OPEN + " AND " + UNPLANNED, "idle": OWN_OPEN + " AND " + IDLE}
ORDER = " ORDER BY s.idle_since, c.id LIMIT :limit OFFSET :offset"
IDLE_KINDS = [
    (group, who, where + who) for group, where in GROUPS.items() for who in (CUSTOMER_OF_ONE, CUSTOMER_OF_ALL)
]
# Only who they are is sorted; what is shown of them is read for the page alone.
IDLE_PAGE = {(group, who): "SELECT c.id" + IDLE_FROM + where + ORDER for group, who, where in IDLE_KINDS}
IDLE_ROWS = IDLE_SELECT + " WHERE c.id IN ({ids})"
IDLE_COUNT = (
    "SELECT coalesce(sum(CASE WHEN " + UNPLANNED + " THEN 1 ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN " + IDLE + " THEN 1 ELSE 0 END), 0)" + IDLE_FROM + OWN_OPEN
)
IDLE_NUMBERS = {who: IDLE_COUNT + who for who in (CUSTOMER_OF_ONE, CUSTOMER_OF_ALL)}


def _plans_of(owner: int | None) -> str:
    return OF_ALL if owner is None else OF_ONE


def _customers_of(owner: int | None) -> str:
    return CUSTOMER_OF_ALL if owner is None else CUSTOMER_OF_ONE


def due(reader: sqlite3.Connection, owner: int | None, until: str, limit: int) -> list[DueRow]:
    """Return open plans due up to a day, the earliest first."""
    params = {"owner": owner, "until": until, "limit": limit}
    return [DueRow(*row) for row in reader.execute(DUE_OF[_plans_of(owner)], params).fetchall()]


def undated(reader: sqlite3.Connection, owner: int | None, limit: int) -> list[DueRow]:
    """Return open plans whose text names no day."""
    params = {"owner": owner, "limit": limit}
    return [DueRow(*row) for row in reader.execute(UNDATED_OF[_plans_of(owner)], params).fetchall()]


def unwritten(reader: sqlite3.Connection, owner: int | None, before: str, limit: int) -> list[DueRow]:
    """Return plans closed without an activity before an instant (S0-17)."""
    params = {"owner": owner, "before": before, "limit": limit}
    rows = reader.execute(UNWRITTEN_OF[_plans_of(owner)], params).fetchall()
    return [DueRow(*row) for row in rows]


def idle(
    reader: sqlite3.Connection,
    group: str,
    owner: int | None,
    before: str,
    until: str,
    offset: int,
    limit: int,
) -> list[IdleRow]:
    """Return a page of a folded group, the longest idle first."""
    params: dict[str, Any] = {"owner": owner, "limit": limit, "offset": offset}
    if group == "idle":
        params |= {"before": before, "until": until}
    found = reader.execute(IDLE_PAGE[group, _customers_of(owner)], params).fetchall()
    ids = [row[0] for row in found]
    rows = {row[0]: IdleRow(*row) for row in query_in(reader, IDLE_ROWS, ids)}
    return [rows[one] for one in ids if one in rows]


PLANS = DUE + " WHERE p.id IN ({ids})"
HELD = "SELECT id, owner_id, activity_id FROM plan WHERE id IN ({ids})"
STILL_IDLE = {(group, who): IDLE_SELECT + where + " AND c.id IN ({ids})" for group, who, where in IDLE_KINDS}
OWN_PLANS = "SELECT id FROM plan_any WHERE owner_id = :owner AND id IN ({ids})"
OWN_CUSTOMERS = "SELECT id FROM customer_any WHERE owner_id = :owner AND id IN ({ids})"


def plans(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, DueRow]:
    """Return plans by id in whatever state; those whose customer is gone are left out."""
    return {row[0]: DueRow(*row) for row in query_in(reader, PLANS, ids)}


def held(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[int, int | None]]:
    """Return the owner and the activity (None: nothing written) of plans by id."""
    return {row[0]: (row[1], row[2]) for row in query_in(reader, HELD, ids)}


def still_idle(
    reader: sqlite3.Connection, group: str, owner: int | None, before: str, until: str, ids: Iterable[int]
) -> dict[int, IdleRow]:
    """Return those of some customers that belong to a folded group, by id."""
    params: dict[str, object] = {"owner": owner}
    if group == "idle":
        params |= {"before": before, "until": until}
    return {
        row[0]: IdleRow(*row)
        for row in query_in(reader, STILL_IDLE[group, _customers_of(owner)], ids, params)
    }


def own(reader: sqlite3.Connection, owner: int, plan_ids: Iterable[int], customer_ids: Iterable[int]) -> bool:
    """Tell whether any of these plans or customers is or was a person's, removed ones included."""
    params: dict[str, object] = {"owner": owner}
    return bool(
        query_in(reader, OWN_PLANS, plan_ids, params) or query_in(reader, OWN_CUSTOMERS, customer_ids, params)
    )


def count_idle(reader: sqlite3.Connection, owner: int | None, before: str, until: str) -> dict[str, int]:
    """Return how many customers each folded group has."""
    params = {"owner": owner, "before": before, "until": until}
    unplanned, idle_ones = reader.execute(IDLE_NUMBERS[_customers_of(owner)], params).fetchone()
    return {"unplanned": unplanned, "idle": idle_ones}
