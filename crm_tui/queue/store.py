"""The rows of Today: plans due, plans closed without a word, and customers nobody is at."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import placeholders, query_in


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
    " LEFT JOIN listed s ON s.customer_id = c.id" + CONTACT
)
# The plans of some people by the index of their owner; "these or anybody's" in one text would read them all.
OF_SOME, OF_ALL = " AND p.owner_id IN ({owners})", " AND p.owner_id IN (SELECT a.id FROM person_any a)"
OPEN = " WHERE p.state IN ('todo', 'doing') AND p.due_on <= :until"
OPEN_ORDER = " ORDER BY p.due_on NULLS LAST, p.due_at NULLS LAST, p.id LIMIT 0 + :limit"
UNDATED = " WHERE p.state IN ('todo', 'doing') AND p.due_on IS NULL"
UNDATED_ORDER = " ORDER BY p.id LIMIT 0 + :limit"
UNWRITTEN = " WHERE p.state = 'done' AND p.activity_id IS NULL AND p.done_at <= :before"
UNWRITTEN_ORDER = " ORDER BY p.done_at NULLS LAST, p.id LIMIT 0 + :limit"
DUE_OF_SOME = DUE + OPEN + OF_SOME + OPEN_ORDER
# As many as would be read, without reading what is shown of them.
HOW_MANY = (
    "SELECT count(*) FROM plan p"
    " JOIN customer c ON c.id = p.customer_id JOIN person_any w ON w.id = p.owner_id"
)
DUE_COUNT = HOW_MANY + OPEN + " AND p.due_on > :day" + OF_SOME
UNDATED_COUNT = HOW_MANY + UNDATED + OF_SOME
# No index has everybody's plans by their day, but customers stand by the day of the next one: whose that is
# later has nothing due. Where few are seen they are found by whose they are.
SCOPE = "SELECT scope FROM read_scope WHERE field_group = ''"
HELD_BY = {"all": "1 = 1"} | {
    scope: f"s.held_by IN (SELECT o.id FROM {scope}_owner o)" for scope in ("own", "team")
}
SHARED = "SELECT k.customer_id FROM collaborator k WHERE k.person_id IN (SELECT m.id FROM myself m)"
WAITING = {
    scope: f"SELECT s.customer_id FROM listed s WHERE {held} AND s.next_due_on <= :until UNION {SHARED}"
    for scope, held in HELD_BY.items()
}
DUE_OF_ALL = {
    scope: DUE + OPEN + f" AND p.customer_id IN ({waiting})" + OPEN_ORDER
    for scope, waiting in WAITING.items()
}
# Up to a day there are as many plans due as there are customers who have one.
LAST_DAY = {
    scope: f"SELECT s.next_due_on FROM listed s WHERE {held} AND s.next_due_on <= :until"
    " ORDER BY s.next_due_on NULLS FIRST, s.customer_id NULLS FIRST LIMIT 0 + 1 OFFSET 0 + :before"
    for scope, held in HELD_BY.items()
}
UNDATED_OF = {who: DUE + UNDATED + who + UNDATED_ORDER for who in (OF_SOME, OF_ALL)}
UNWRITTEN_OF = {who: DUE + UNWRITTEN + who + UNWRITTEN_ORDER for who in (OF_SOME, OF_ALL)}
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
CUSTOMER_OF_SOME, CUSTOMER_OF_ALL = " AND c.owner_id IN ({owners})", ""
UNPLANNED = "s.open_plans = 0"
IDLE = "s.open_plans > 0 AND s.idle_since <= :before AND (s.next_due_on IS NULL OR s.next_due_on > :until)"
GROUPS = {"unplanned": OWN_OPEN + " AND " + UNPLANNED, "idle": OWN_OPEN + " AND " + IDLE}
ORDER = " ORDER BY s.idle_since, c.id LIMIT 0 + :limit OFFSET :offset"
IDLE_KINDS = [
    (group, who, where + who)
    for group, where in GROUPS.items()
    for who in (CUSTOMER_OF_SOME, CUSTOMER_OF_ALL)
]
# Only who they are is sorted; what is shown of them is read for the page alone.
IDLE_PAGE = {(group, who): "SELECT c.id" + IDLE_FROM + where + ORDER for group, who, where in IDLE_KINDS}
IDLE_ROWS = IDLE_SELECT + " WHERE c.id IN ({ids})"
IDLE_COUNT = (
    "SELECT coalesce(sum(CASE WHEN " + UNPLANNED + " THEN 1 ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN " + IDLE + " THEN 1 ELSE 0 END), 0)" + IDLE_FROM + OWN_OPEN
)
IDLE_NUMBERS = {who: IDLE_COUNT + who for who in (CUSTOMER_OF_SOME, CUSTOMER_OF_ALL)}
# Of all that few see: those held by whom they see, and those they work on with somebody else. The sign keeps
# the index of the state, which everybody's customers are in, from leading.
IDLE_COUNT_SEEN = IDLE_COUNT.replace("c.status IN", "+c.status IN")
IDLE_NUMBERS_SEEN = {
    scope: (
        IDLE_COUNT_SEEN + f" AND c.owner_id IN (SELECT o.id FROM {scope}_owner o)",
        IDLE_COUNT_SEEN + f" AND c.owner_id NOT IN (SELECT o.id FROM {scope}_owner o) AND c.id IN ({SHARED})",
    )
    for scope in ("own", "team")
}


# Whose day it is with somebody's own: of those whom the reader's person stands in for.
STOOD_IN_FOR = "SELECT o.id FROM own_owner o WHERE :owner IN (SELECT m.id FROM myself m) ORDER BY o.id"

Owners = Sequence[int] | None  # None: everybody


def with_absent(reader: sqlite3.Connection, owner: int | None) -> Owners:
    """Return a person and whom the person stands in for today, as far as that is the reader's own matter."""
    if owner is None:
        return None
    found = [row[0] for row in reader.execute(STOOD_IN_FOR, {"owner": owner}).fetchall()]
    return found or [owner]


def _plans_of(owners: Owners) -> str:
    return OF_ALL if owners is None else OF_SOME


def _scope(reader: sqlite3.Connection) -> str:
    """Return how far the views reach: own (nothing too), team or all."""
    found = reader.execute(SCOPE).fetchone()
    return found[0] if found and found[0] in HELD_BY else "own"


def _customers_of(owners: Owners) -> str:
    return CUSTOMER_OF_ALL if owners is None else CUSTOMER_OF_SOME


def _asked(sql: str, owners: Owners) -> tuple[str, dict[str, object]]:
    """Return a statement that names some owners, and its parameters."""
    marks, params = placeholders(owners or (), "o")
    return sql.replace("{owners}", marks), params


def due(reader: sqlite3.Connection, owners: Owners, until: str, limit: int) -> list[DueRow]:
    """Return open plans due up to a day, the earliest first."""
    if owners is None:
        scope = _scope(reader)
        last = reader.execute(LAST_DAY[scope], {"until": until, "before": limit - 1}).fetchone()
        sql, params = DUE_OF_ALL[scope], {"until": last[0] if last else until}
    else:
        sql, params = _asked(DUE_OF_SOME, owners)
        params["until"] = until
    rows = reader.execute(sql, {**params, "limit": limit}).fetchall()
    return [DueRow(*row) for row in rows]


def undated(reader: sqlite3.Connection, owners: Owners, limit: int) -> list[DueRow]:
    """Return open plans whose text names no day."""
    sql, params = _asked(UNDATED_OF[_plans_of(owners)], owners)
    return [DueRow(*row) for row in reader.execute(sql, {**params, "limit": limit}).fetchall()]


def count_due(reader: sqlite3.Connection, owners: Sequence[int], day: str, until: str) -> int:
    """Return how many open plans of some owners are due behind a day and up to another."""
    sql, params = _asked(DUE_COUNT, owners)
    return reader.execute(sql, {**params, "day": day, "until": until}).fetchone()[0]


def count_undated(reader: sqlite3.Connection, owners: Sequence[int]) -> int:
    """Return how many open plans of some owners name no day."""
    sql, params = _asked(UNDATED_COUNT, owners)
    return reader.execute(sql, params).fetchone()[0]


def unwritten(reader: sqlite3.Connection, owners: Owners, before: str, limit: int) -> list[DueRow]:
    """Return plans closed without an activity before an instant (S0-17)."""
    sql, params = _asked(UNWRITTEN_OF[_plans_of(owners)], owners)
    rows = reader.execute(sql, {**params, "before": before, "limit": limit}).fetchall()
    return [DueRow(*row) for row in rows]


def idle(
    reader: sqlite3.Connection,
    group: str,
    owners: Owners,
    before: str,
    until: str,
    offset: int,
    limit: int,
) -> list[IdleRow]:
    """Return a page of a folded group, the longest idle first."""
    sql, params = _asked(IDLE_PAGE[group, _customers_of(owners)], owners)
    params |= {"limit": limit, "offset": offset}
    if group == "idle":
        params |= {"before": before, "until": until}
    found = reader.execute(sql, params).fetchall()
    ids = [row[0] for row in found]
    rows = {row[0]: IdleRow(*row) for row in query_in(reader, IDLE_ROWS, ids)}
    return [rows[one] for one in ids if one in rows]


PLANS = DUE + " WHERE p.id IN ({ids})"
HELD = "SELECT id, owner_id, activity_id FROM plan WHERE id IN ({ids})"
STILL_IDLE = {(group, who): IDLE_SELECT + where + " AND c.id IN ({ids})" for group, who, where in IDLE_KINDS}
OWN_PLANS = "SELECT id FROM plan_any WHERE owner_id IN ({owners}) AND id IN ({ids})"
OWN_CUSTOMERS = "SELECT id FROM customer_any WHERE owner_id IN ({owners}) AND id IN ({ids})"


def plans(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, DueRow]:
    """Return plans by id in whatever state; those whose customer is gone are left out."""
    return {row[0]: DueRow(*row) for row in query_in(reader, PLANS, ids)}


def held(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[int, int | None]]:
    """Return the owner and the activity (None: nothing written) of plans by id."""
    return {row[0]: (row[1], row[2]) for row in query_in(reader, HELD, ids)}


def still_idle(
    reader: sqlite3.Connection, group: str, owners: Owners, before: str, until: str, ids: Iterable[int]
) -> dict[int, IdleRow]:
    """Return those of some customers that belong to a folded group, by id."""
    sql, params = _asked(STILL_IDLE[group, _customers_of(owners)], owners)
    if group == "idle":
        params |= {"before": before, "until": until}
    return {row[0]: IdleRow(*row) for row in query_in(reader, sql, ids, params)}


def own(
    reader: sqlite3.Connection, owners: Sequence[int], plan_ids: Iterable[int], customer_ids: Iterable[int]
) -> bool:
    """Tell whether any of these plans or customers is or was one of somebody's, removed ones included."""
    for sql, ids in ((OWN_PLANS, plan_ids), (OWN_CUSTOMERS, customer_ids)):
        asked, params = _asked(sql, owners)
        if query_in(reader, asked, ids, params):
            return True
    return False


def count_idle(reader: sqlite3.Connection, owners: Owners, before: str, until: str) -> dict[str, int]:
    """Return how many customers each folded group has."""
    statements = (IDLE_NUMBERS[_customers_of(owners)],)
    if owners is None:
        statements = IDLE_NUMBERS_SEEN.get(_scope(reader), statements)
    counts = {"unplanned": 0, "idle": 0}
    for statement in statements:
        sql, params = _asked(statement, owners)
        unplanned, idle_ones = reader.execute(sql, {**params, "before": before, "until": until}).fetchone()
        counts["unplanned"] += unplanned
        counts["idle"] += idle_ones
    return counts
