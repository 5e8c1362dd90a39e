"""Activities and plans, read for the customer file and rewritten into each customer's state."""

from typing import NamedTuple

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in


class Activity(NamedTuple):
    """One 跟进记录; ``at`` is an instant, ``whole_day`` 1 when the time of day is not known."""

    id: int
    changed_in: int
    customer_id: int
    contact_id: int | None
    at: str
    whole_day: int
    by_id: int | None
    by_text: str | None
    ways: str | None
    content: str | None
    feedback: str | None
    objections: str | None
    next_action: str | None
    backfilled: int
    origin: str


class Plan(NamedTuple):
    """One 跟进计划; ``due_on`` a day or None, ``due_at`` an instant or None (any time of that day)."""

    id: int
    changed_in: int
    customer_id: int
    due_on: str | None
    due_at: str | None
    recurrence: str | None
    goal: str | None
    ways: str | None
    owner_id: int
    origin: str
    state: str
    text: str | None
    snoozed: int
    snooze_reason: str | None
    done_at: str | None
    activity_id: int | None
    after_plan_id: int | None


ACTIVITY = f"SELECT {', '.join(Activity._fields)} FROM activity"
PLAN = f"SELECT {', '.join(Plan._fields)} FROM plan"
ACTIVITIES = (
    ACTIVITY + " WHERE customer_id = :id AND deleted_at IS NULL ORDER BY at DESC, id DESC LIMIT 0 + :limit"
)
PLANS = (
    PLAN + " WHERE customer_id = :id AND deleted_at IS NULL"
    " ORDER BY CASE WHEN state IN ('todo', 'doing') THEN 0 ELSE 1 END, due_on NULLS LAST, id LIMIT 0 + :limit"
)
OPEN_PLAN = (
    PLAN + " WHERE customer_id = :id AND state IN ('todo', 'doing') AND deleted_at IS NULL"
    " ORDER BY due_on NULLS LAST, due_at NULLS LAST, id LIMIT 1"
)


def activities(reader: sqlite3.Connection, customer_id: int, limit: int = 100) -> list[Activity]:
    """Return a customer's activities, newest first."""
    return [
        Activity(*row) for row in reader.execute(ACTIVITIES, {"id": customer_id, "limit": limit}).fetchall()
    ]


def plans(reader: sqlite3.Connection, customer_id: int, limit: int = 100) -> list[Plan]:
    """Return a customer's plans, open ones first by their day."""
    return [Plan(*row) for row in reader.execute(PLANS, {"id": customer_id, "limit": limit}).fetchall()]


def activity(connection: sqlite3.Connection, activity_id: int) -> Activity | None:
    """Return an activity by id."""
    row = connection.execute(
        ACTIVITY + " WHERE id = :id AND deleted_at IS NULL", {"id": activity_id}
    ).fetchone()
    return Activity(*row) if row else None


def plan(connection: sqlite3.Connection, plan_id: int) -> Plan | None:
    """Return a plan by id."""
    row = connection.execute(PLAN + " WHERE id = :id AND deleted_at IS NULL", {"id": plan_id}).fetchone()
    return Plan(*row) if row else None


def open_plan(connection: sqlite3.Connection, customer_id: int) -> Plan | None:
    """Return the customer's next open plan, the dated ones first."""
    row = connection.execute(OPEN_PLAN, {"id": customer_id}).fetchone()
    return Plan(*row) if row else None


OPEN_PLANS_OF = (
    "SELECT id, customer_id, owner_id FROM plan WHERE customer_id IN ({ids})"
    " AND state IN ('todo', 'doing') AND deleted_at IS NULL ORDER BY id"
)


def open_plans_of(connection: sqlite3.Connection, ids: list[int]) -> list[tuple[int, int, int]]:
    """Return (plan, customer, owner) of every open plan of some customers."""
    return query_in(connection, OPEN_PLANS_OF, ids)


# What a rule has written, such as a handing over, is no contact with the customer.
# One statement for a list of customers: what their activities and plans come to, in columns of their state.
STATE_COLUMNS = (
    *("last_followup_at", "last_activity_id", "activities", "open_plans"),
    *("next_plan_id", "next_due_on", "next_due_at", "idle_since"),
)
STATE = (
    "SELECT c.id, l.at, l.id,"
    " (SELECT count(*) FROM activity a WHERE a.customer_id = c.id AND a.origin <> 'rule'"
    " AND a.deleted_at IS NULL),"
    " (SELECT count(*) FROM plan o WHERE o.customer_id = c.id AND o.state IN ('todo', 'doing')"
    " AND o.deleted_at IS NULL),"
    " n.id, n.due_on, n.due_at, coalesce(l.at, s.at, '')"
    " FROM customer c LEFT JOIN change_set s ON s.id = c.created_in"
    " LEFT JOIN activity l ON l.id = (SELECT a.id FROM activity a WHERE a.customer_id = c.id"
    " AND a.origin <> 'rule' AND a.deleted_at IS NULL ORDER BY a.at DESC, a.id DESC LIMIT 1)"
    " LEFT JOIN plan n ON n.id = (SELECT o.id FROM plan o WHERE o.customer_id = c.id"
    " AND o.state IN ('todo', 'doing') AND o.deleted_at IS NULL"
    " ORDER BY o.due_on NULLS LAST, o.due_at NULLS LAST, o.id LIMIT 1)"
    " WHERE c.id IN ({ids})"
)
