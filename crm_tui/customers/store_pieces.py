"""What filters are put together of as SQL: columns, tests of a row, SELECTs that an index answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from crm_tui.customers.filter_fields import Filter
from crm_tui.storage.driver import sqlite3

COLUMNS = {
    "status": "c.status",
    "industry": "c.industry",
    "stage": "c.stage",
    "level": "c.level",
    "source": "c.source",
    "category": "c.category",
    "intent": "c.intent",
    "size": "c.size_class",
    "owner": "c.owner_id",
    "region": "s.region",
    "province": "s.province",
    "city": "s.city",
    "created": "c.created_in",
    "changed": "c.changed_in",
    "last": "s.last_followup_at",
    "idle": "s.idle_since",
    "due": "s.next_due_on",
    "late": "s.next_due_on",
    "contact": "s.contacts",
    "phone": "s.phones",
    "plan": "s.open_plans",
    "incomplete": "s.missing",
    "doubtful": "s.odd",
}
NUMBERS = frozenset({"owner", "created", "changed", "contact", "phone", "plan", "incomplete", "doubtful"})
OF_CUSTOMER = "SELECT c.id FROM customer c WHERE {range}"
OF_STATE = "SELECT s.customer_id FROM listed s WHERE {range}"
ODD = "SELECT s.customer_id FROM listed s WHERE s.odd > 0"
TAGGED = "SELECT l.customer_id FROM tag_link l WHERE l.tag_id = :{p}"
HAS_TAG = "EXISTS (SELECT 1 FROM tag_link l WHERE l.customer_id = {id} AND l.tag_id IN ({values}))"
ANY_TAG = "EXISTS (SELECT 1 FROM tag_link l WHERE l.customer_id = {id})"
TAGGED_AT_ALL = "SELECT l.customer_id FROM tag_link l WHERE l.tag_id IN (SELECT g.id FROM tag g)"
# The plans of all by the index of their owner.
UNDATED = (
    "SELECT p.customer_id FROM plan p WHERE p.owner_id IN (SELECT a.id FROM person_any a)"
    " AND p.state IN ('todo', 'doing') AND p.due_on IS NULL"
)
NEVER = "1 = 0"
HAY = "s.haystack LIKE :{p} ESCAPE '!'"
NAMED = "c.name_key LIKE :{p} ESCAPE '!'"
TAGS = "SELECT id, name_key FROM tag"
BELOW = "SELECT w.key, w.parent_key FROM word w WHERE w.kind = :kind AND w.parent_key IS NOT NULL"
MYSELF = "SELECT id FROM myself"
ZONE = "SELECT value FROM setting WHERE name = 'zone' ORDER BY id"

TABLE = re.compile(r"\b[cs]\b(?=\.)|(?<=\bcustomer )c\b|(?<=\blisted )s\b")
AMONG = "+{id} IN ({pieces})"  # the sign keeps those ids from leading
MOST_RANGES = 60


class Piece(NamedTuple):
    """A SELECT of customer ids that an index answers."""

    sql: str
    params: dict[str, Any]


def held_in(pieces: Sequence[Piece]) -> Test | None:
    """Return the test whether indexes hold a row in one of some pieces; None where not in the order of ids.

    SQLite keeps the ids of one value for itself in a tenth of the time in which they are fetched.
    """
    if not pieces or any(end in one.sql for one in pieces for end in (">", "<", " OR ", "plan ")):
        return None
    return among(pieces, leads=False)


def among(pieces: Sequence[Piece], *, leads: bool) -> Test:
    """Return the test whether a row is in one of some pieces; ``leads``: they tell which are looked up."""
    # Other names for the tables, so that the test tells of none that a row is to be looked up in.
    inner = " UNION ALL ".join(TABLE.sub("m", one.sql) for one in pieces)
    sql = (AMONG.removeprefix("+") if leads else AMONG).replace("{pieces}", inner)
    return Test(sql, {name: value for one in pieces for name, value in one.params.items()})


def with_below(reader: sqlite3.Connection, kind: str, keys: Sequence[str]) -> list[str]:
    """Return words and those below them: who asks for manufacturing means the makers of car parts too."""
    below = reader.execute(BELOW, {"kind": kind}).fetchall()
    found = list(dict.fromkeys(keys))
    for above in found:  # grows meanwhile
        found += [key for key, parent in below if parent == above and key not in found]
    return found


@dataclass
class Held:
    """Where a filter's rows are to be found: pieces of indexes, and what each row must pass besides.

    ``size`` is how many the pieces hold, as far as it was counted; None: not yet.
    """

    pieces: list[Piece]
    rest: Filter | None
    size: int | None = None


@dataclass
class Test:
    """What each row must pass; the parameters carry their values."""

    sql: str
    params: dict[str, Any]

    @property
    def of_customer(self) -> bool:
        """Tell whether the test reads the customer's own row."""
        return "c." in self.sql

    @property
    def of_state(self) -> bool:
        """Tell whether the test reads what is derived."""
        return "s." in self.sql
