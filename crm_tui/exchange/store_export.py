"""What an export reads: pages by id, so that the last page costs what the first one does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import PIECE, placeholders, query_in

Row = dict[str, Any]


@dataclass
class Record:
    """A customer with everything that a sheet may show of it; rows by column name."""

    customer: Row
    contacts: list[Row] = field(default_factory=list)
    projects: list[Row] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    aliases: dict[str, list[str]] = field(default_factory=dict)  # other names by kind
    cells: list[dict[str, list[Any]]] = field(default_factory=list)  # of each kind of sheet, newest first
    state: Row = field(default_factory=dict)


class Filled(NamedTuple):
    """Which columns hold anything, and the most contacts and projects that one customer has.

    ``columns`` are by entity; ``other`` names the fields that are worth a column though no column says so.
    """

    columns: dict[str, set[str]]
    contacts: int
    projects: int


# Of which customers the role may take rows out, where that is fewer than it reads; collaborators may too.
SHARED = (
    " OR EXISTS (SELECT 1 FROM collaborator k JOIN myself m ON m.id = k.person_id WHERE k.customer_id = c.id)"
    " ORDER BY c.id"
)
EXPORTABLE = {
    "none": "SELECT c.id FROM customer c WHERE 1 = 0",
    "own": "SELECT c.id FROM customer c WHERE EXISTS (SELECT 1 FROM own_owner o WHERE o.id = c.owner_id)"
    + SHARED,
    "team": "SELECT c.id FROM customer c WHERE EXISTS (SELECT 1 FROM team_owner o WHERE o.id = c.owner_id)"
    + SHARED,
}
COUNT = "SELECT count(*) FROM customer"
NEXT = "SELECT * FROM customer WHERE id > :after ORDER BY id LIMIT 0 + :limit"
SOME = "SELECT * FROM customer WHERE id IN ({ids})"
CONTACTS = (
    "SELECT * FROM contact WHERE customer_id IN ({ids}) ORDER BY customer_id, is_primary DESC, position, id"
)
PROJECTS = "SELECT * FROM project WHERE customer_id IN ({ids}) ORDER BY customer_id, id"
ALIASES = (
    "SELECT customer_id, kind, name FROM customer_alias"
    " WHERE kind IN ('former', 'short', 'other') AND customer_id IN ({ids}) ORDER BY id"
)
TAGS = (
    "SELECT l.customer_id, t.name FROM tag_link l JOIN tag t ON t.id = l.tag_id"
    " WHERE l.customer_id IN ({ids}) ORDER BY l.id"
)
KEPT = (
    "SELECT customer_id, cells FROM imported_row WHERE customer_id IN ({ids})"
    " ORDER BY changed_in DESC, id DESC"
)
STATE = (
    "SELECT s.customer_id, s.last_followup_at, a.whole_day, a.content, a.ways, a.by_id, a.by_text,"
    " p.text AS plan_text, p.goal AS plan_goal, p.due_on, p.due_at, p.recurrence"
    " FROM customer_state s LEFT JOIN activity a ON a.id = s.last_activity_id"
    " LEFT JOIN plan p ON p.id = s.next_plan_id WHERE s.customer_id IN ({ids})"
)
SETS = "SELECT id, at, actor FROM change_set WHERE id IN ({ids})"
REASONS = "SELECT id, reason FROM change_set WHERE reason IS NOT NULL AND id IN ({ids})"
FILLED = {
    "customer": (
        "SELECT count(key_note) AS key_note, count(short_name) AS short_name,"
        " count(english_name) AS english_name, count(uscc) AS uscc, count(category) AS category,"
        " count(intent) AS intent, count(headcount_min) AS headcount_min,"
        " count(headcount_max) AS headcount_max, count(revenue_min) AS revenue_min,"
        " count(revenue_max) AS revenue_max, count(size_class) AS size_class,"
        " count(founded_on) AS founded_on, count(ownership) AS ownership,"
        " count(reg_province) AS reg_province, count(reg_city) AS reg_city, count(reg_detail) AS reg_detail,"
        " count(biz_province) AS biz_province, count(biz_city) AS biz_city, count(biz_detail) AS biz_detail,"
        " count(region) AS region, count(website) AS website, count(pain) AS pain,"
        " count(demand_type) AS demand_type, count(budget_min) AS budget_min,"
        " count(budget_max) AS budget_max, count(timeline) AS timeline,"
        " count(decision_process) AS decision_process, count(special_req) AS special_req,"
        " count(main_business) AS main_business, count(current_product) AS current_product,"
        " count(past_cooperation) AS past_cooperation, count(preference) AS preference,"
        " count(purchase_history) AS purchase_history, count(family) AS family,"
        " count(source_detail) AS source_detail, count(referrer) AS referrer,"
        " count(cooperation_type) AS cooperation_type, count(review_state) AS review_state,"
        " count(confirmed_at) AS confirmed_at, count(last_verified_at) AS last_verified_at,"
        " count(lost_reason) AS lost_reason, count(dormant_since) AS dormant_since,"
        " count(wake_plan) AS wake_plan FROM customer"
    ),
    "contact": (
        "SELECT count(department) AS department, count(decision_role) AS decision_role,"
        " count(wechat) AS wechat, count(work_chat) AS work_chat, count(preference) AS preference,"
        " count(valid) AS valid, count(checked_at) AS checked_at, count(note) AS note FROM contact"
    ),
    "project": (
        "SELECT count(name) AS name, count(amount) AS amount, count(starts_on) AS starts_on,"
        " count(ends_on) AS ends_on, count(contract_no) AS contract_no, count(state) AS state,"
        " count(note) AS note FROM project"
    ),
}
MOST = {
    "contact": "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM contact GROUP BY customer_id) t",
    "project": "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM project GROUP BY customer_id) t",
}
OTHER = {
    "former_name": "SELECT 1 FROM customer_alias WHERE kind = 'former' LIMIT 1",
    "short_name": "SELECT 1 FROM customer_alias WHERE kind = 'short' LIMIT 1",
    "other_name": "SELECT 1 FROM customer_alias WHERE kind = 'other' LIMIT 1",
    "kind": "SELECT 1 FROM customer WHERE kind = 'person' LIMIT 1",
}

LISTS = {
    "contacts": (
        "SELECT c.no AS customer_no, c.name AS customer_name, c.owner_id AS customer_owner, t.*"
        " FROM contact t JOIN customer c ON c.id = t.customer_id"
    ),
    "projects": (
        "SELECT c.no AS customer_no, c.name AS customer_name, c.owner_id AS customer_owner, t.*"
        " FROM project t JOIN customer c ON c.id = t.customer_id"
    ),
    "activities": (
        "SELECT c.no AS customer_no, c.name AS customer_name, c.owner_id AS customer_owner, t.*"
        " FROM activity t JOIN customer c ON c.id = t.customer_id"
    ),
    "plans": (
        "SELECT c.no AS customer_no, c.name AS customer_name, c.owner_id AS customer_owner, t.*"
        " FROM plan t JOIN customer c ON c.id = t.customer_id"
    ),
}
LIST_COUNTS = {
    "contacts": "SELECT count(*) FROM contact",
    "projects": "SELECT count(*) FROM project",
    "activities": "SELECT count(*) FROM activity",
    "plans": "SELECT count(*) FROM plan",
}
LIST_NEXT = " WHERE t.id > :after ORDER BY t.id LIMIT 0 + :limit"
LIST_OF = " WHERE t.customer_id IN ({ids}) ORDER BY t.customer_id NULLS LAST, t.id"


def _rows(cursor: sqlite3.Cursor) -> list[Row]:
    names = [item[0] for item in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _some(reader: sqlite3.Connection, sql: str, ids: Sequence[int]) -> list[Row]:
    marks, params = placeholders(ids)
    return _rows(reader.execute(sql.replace("{ids}", marks), params))


def exportable(reader: sqlite3.Connection, scope: str) -> list[int]:
    """Return the customers within a scope that is narrower than what is read, by id."""
    return [row[0] for row in reader.execute(EXPORTABLE[scope]).fetchall()]


def count(reader: sqlite3.Connection, kind: str) -> int:
    """Return how many rows a whole list has."""
    return reader.execute(COUNT if kind == "customers" else LIST_COUNTS[kind]).fetchone()[0]


def filled(reader: sqlite3.Connection) -> Filled:
    """Return which columns are worth a place in a sheet of all customers."""
    columns: dict[str, set[str]] = {}
    for entity, sql in FILLED.items():
        counts = _rows(reader.execute(sql))[0]
        columns[entity] = {name for name, held in counts.items() if held}
    columns["other"] = {name for name, sql in OTHER.items() if reader.execute(sql).fetchone()}
    most = {entity: reader.execute(sql).fetchone()[0] for entity, sql in MOST.items()}
    return Filled(columns, most["contact"], most["project"])


def records(reader: sqlite3.Connection, ids: Sequence[int] | None) -> Iterator[list[Record]]:
    """Yield customers in pages, all by id or some in the given order; those gone meanwhile are left out."""
    if ids is None:
        after = 0
        while rows := _rows(reader.execute(NEXT, {"after": after, "limit": PIECE})):
            after = rows[-1]["id"]
            yield _complete(reader, rows)
        return
    for start in range(0, len(ids), PIECE):
        piece = ids[start : start + PIECE]
        found = {row["id"]: row for row in _some(reader, SOME, piece)}
        yield _complete(reader, [found[one] for one in piece if one in found])


def _complete(reader: sqlite3.Connection, rows: list[Row]) -> list[Record]:
    found = {row["id"]: Record(row) for row in rows}
    ids = list(found)
    if not ids:
        return []
    for row in _some(reader, CONTACTS, ids):
        found[row["customer_id"]].contacts.append(row)
    for row in _some(reader, PROJECTS, ids):
        found[row["customer_id"]].projects.append(row)
    for row in _some(reader, STATE, ids):
        found[row["customer_id"]].state = row
    for customer_id, kind, name in query_in(reader, ALIASES, ids):
        found[customer_id].aliases.setdefault(kind, []).append(name)
    for customer_id, name in query_in(reader, TAGS, ids):
        found[customer_id].tags.append(name)
    for customer_id, cells in query_in(reader, KEPT, ids):
        found[customer_id].cells.append(json.loads(cells))
    sets = {row[name] for row in rows for name in ("created_in", "changed_in")}
    dated = {row[0]: row[1:] for row in query_in(reader, SETS, sorted(sets))}
    for record in found.values():
        made, changed = (dated.get(record.customer[name]) for name in ("created_in", "changed_in"))
        record.state["created_at"] = made[0] if made else None
        record.state["changed_at"], record.state["changed_by"] = changed or (None, None)
    return list(found.values())


def rows_of(reader: sqlite3.Connection, kind: str, ids: Sequence[int] | None) -> Iterator[list[Row]]:
    """Yield contacts, projects, activities or plans in pages: all by id, or those of some customers."""
    if ids is None:
        after = 0
        while rows := _rows(reader.execute(LISTS[kind] + LIST_NEXT, {"after": after, "limit": PIECE})):
            after = rows[-1]["id"]
            yield rows
        return
    for start in range(0, len(ids), PIECE):
        yield _some(reader, LISTS[kind] + LIST_OF, ids[start : start + PIECE])


def reasons(reader: sqlite3.Connection, sets: Sequence[int]) -> dict[int, str]:
    """Return why change sets were made, as far as somebody said so."""
    return dict(query_in(reader, REASONS, sets))
