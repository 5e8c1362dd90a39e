"""How far a reader's views reach, and the lists of whom they show few: read by whose the customers are.

The views decide who is in a list. Along the index of an order they would test every customer of the file;
what one person or a team has is found by the indexes of the owner, which hold what lists are sorted by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import inf
from operator import itemgetter
from typing import Any, NamedTuple

from crm_tui.customers import store_list as lists
from crm_tui.customers.store_list import Order, Segment
from crm_tui.customers.store_pieces import Test
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import PIECE, placeholders

SCOPES = "SELECT field_group, scope FROM read_scope"
OWNERS = {"own": "SELECT o.id FROM own_owner o", "team": "SELECT o.id FROM team_owner o"}
OWNER = {"c": "c.owner_id", "s": "s.held_by"}
SHARED = "SELECT k.customer_id FROM collaborator k WHERE k.person_id IN (SELECT m.id FROM myself m)"
BOUNDED = "SELECT count(*) FROM (SELECT 1 FROM customer c WHERE c.owner_id IN ({owners}) LIMIT 0 + :most)"
HELD = "SELECT count(*) FROM customer c WHERE c.owner_id = :owner"
SHARE = "SELECT avg(passes) FROM (SELECT ({test}) AS passes{from} AND {owner} = :owner LIMIT 0 + :most)"
# Asked of the index of an order before a row is looked up; the sign keeps the owners from leading.
MINE = "(+{owner} IN ({owners}) OR {id} IN ({shared}))"
ASKED = 2
LOOKED_AT = 20  # times as many rows as are wanted are asked what takes long to tell
FURTHER = 4  # times as many again, where too few of them passed
SAMPLED = 300  # of one person's customers tell how many of all pass
VALUES = "SELECT DISTINCT {key}"
COUNT = "SELECT count(*)"
AND, LIMIT = " AND ", " LIMIT 0 + :limit"
# The sign keeps those ids from leading: each would be looked up in the table.
AMONG = " AND +{id} IN (SELECT {among}{from}"
COLUMN = re.compile(r"\b[cs]\.\w+")
# What both indexes of the owner hold, so that nothing else is read of a customer.
HELD_COLUMNS = frozenset(
    [
        "c.id", "c.owner_id", "c.changed_in", "c.created_in", "c.no_sort", "c.status", "c.level", "c.stage",
        "c.industry", "c.source", "s.customer_id", "s.name_sort", "s.next_due_on", "s.last_followup_at",
        "s.idle_since", "s.open_plans", "s.contacts", "s.phones", "s.region", "s.province", "s.city",
    ]
)  # fmt: skip
Tests = Sequence[Test]  # all of them must be passed
Params = Mapping[str, Any]


class Sight(NamedTuple):
    """What the views show: rows of ``scope`` (none, own, team, all), and which groups of fields they hide."""

    scope: str
    hidden: frozenset[str]

    @property
    def is_narrow(self) -> bool:
        """Tell whether the owner of a customer decides who is seen."""
        return self.scope in OWNERS


def sight(reader: sqlite3.Connection) -> Sight:
    """Return how far the views of a reader reach."""
    scopes = dict(reader.execute(SCOPES).fetchall())
    rows = scopes.pop("", "none")
    return Sight(rows, frozenset(scopes))


def is_told_by_owner(order: Order, test: Test) -> bool:
    """Tell whether the indexes of the owner hold all that an order and a test read."""
    return "EXISTS" not in test.sql and HELD_COLUMNS.issuperset([order.key, *COLUMN.findall(test.sql)])


class Seen:
    """The customers that a narrow view shows, or those of some of the people whose they are.

    ``people`` are ids; none: everybody whose customers are seen.
    """

    def __init__(self, reader: sqlite3.Connection, scope: str, people: Sequence[int] = ()) -> None:
        self.reader = reader
        self._owners = ", ".join(f":own{at}" for at in range(len(people))) or OWNERS[scope]
        self.people = tuple(people)
        self._people = {f"own{at}": one for at, one in enumerate(people)}
        self._about: int | None = None
        # Where all are seen, nobody is seen as a collaborator alone.
        self._shared: list[int] | None = None if scope in OWNERS else []

    @property
    def shared(self) -> list[int]:
        """The ids of those that are seen as a collaborator."""
        if self._shared is None:
            self._shared = [row[0] for row in self.reader.execute(SHARED).fetchall()]
        return self._shared

    def size(self, most: int) -> int:
        """Return about how many there are, counted no further than to a number."""
        sql = BOUNDED.replace("{owners}", self._owners)
        return self.reader.execute(sql, {**self._people, "most": most}).fetchone()[0] + len(self.shared)

    @property
    def owners(self) -> list[int]:
        """The ids of the people whose customers they are."""
        if self._people:
            return list(self._people.values())
        return [row[0] for row in self.reader.execute(self._owners).fetchall()]

    def test(self, order: Order) -> Test | None:
        """Return the test whether a row is one of them; None where the index of the order does not tell."""
        if self.people or order.key not in lists.WHOSE or len(self.shared) > PIECE:
            return None
        lead, (shared, params) = lists.table_of(order), placeholders(self.shared)
        owners = {"owner": OWNER[lead], "owners": self._owners}
        return Test(MINE.format(**owners, id=lists.IDS[lead], shared=shared), params)

    def are_about(self) -> int:
        """Return about how many there are, told by what a few of the people have."""
        if self._about is None:
            owners = self.owners
            some = owners[:: max(1, len(owners) // ASKED)]
            held = [self.reader.execute(HELD, {"owner": one}).fetchone()[0] for one in some]
            self._about = sum(held) * len(owners) // max(len(some), 1)
        return self._about

    def before(self, order: Order, tests: Tests, wanted: int, size: int) -> float:
        """Return behind about how many of everybody's rows as many stand as are wanted; inf: nobody knows.

        ``size`` is how many customers there are in all.
        """
        part = self._share([one for one in tests if is_told_by_owner(order, one)]) * self.are_about()
        return wanted * size / part if part else inf

    def _share(self, tests: Tests) -> float:
        """Return about which part passes some tests, told by a few customers of one person."""
        owners = self.owners
        given = {"owner": owners[len(owners) // 2] if owners else None, "most": SAMPLED}
        share = 1.0
        for one in tests:
            table = "c" if one.of_customer else "s"
            sql = SHARE.replace("{from}", lists.FROM[table, one.of_customer and one.of_state])
            sql = sql.replace("{test}", one.sql).replace("{owner}", OWNER[table])
            share *= self.reader.execute(sql, {**one.params, **given}).fetchone()[0] or 0
        return share

    def rows(self, order: Order, tests: Tests) -> list[tuple[int, Any]]:
        """Return (id, key) of those that pass some tests, in no order."""
        found = self._asked(lists.WALK, order, tests).fetchall()
        if self.shared:
            found += lists.gather(self.reader, order, self._besides(order, tests), self.shared)
        return found

    def first(
        self, order: Order, segment: Segment, tests: Tests, limit: int, *, backwards: bool
    ) -> list[tuple[int, Any]]:
        """Return (id, key) of the first rows of a segment that pass some tests.

        What the indexes of the owner do not hold is asked of the first rows alone, where those are enough.
        """
        if order.kind == "person" and not segment.keyed and segment.value not in self.owners:
            return self._shared_of(order, segment, tests, backwards)[:limit]
        told = [one for one in tests if is_told_by_owner(order, one)]
        dear, many = [one for one in tests if one not in told], LOOKED_AT * limit
        while dear and many < self.are_about() // 2:
            some = self.first(order, segment, told, many, backwards=backwards)
            asked = Test(AND.join(one.sql for one in dear), _params(dear))
            passing = {row[0] for row in lists.gather(self.reader, order, asked, [row[0] for row in some])}
            found = [row for row in some if row[0] in passing]
            if len(found) >= limit or len(some) < many:
                return found[:limit]
            many *= FURTHER
        where, sorts = segment.where, lists.SORTED[segment.keyed, backwards]
        if order.key not in OWNER.values():
            # The sign keeps the index of the order from being walked: the few are sorted instead.
            where, sorts = (sql.replace("{key}", "+{key}") for sql in (where, sorts))
        given = {**segment.params, "limit": limit}
        found = self._asked(lists.WALK, order, tests, where + sorts + LIMIT, given).fetchall()
        if self.shared:
            found += self._shared_of(order, segment, tests, backwards)
            found.sort(key=itemgetter(1, 0) if segment.keyed else itemgetter(0), reverse=backwards)
        return found[:limit]

    def _shared_of(
        self, order: Order, segment: Segment, tests: Tests, backwards: bool
    ) -> list[tuple[int, Any]]:
        """Return (id, key) of the rows of a segment that pass some tests and that the owner does not tell."""
        inner = self._besides(order, tests)
        within = Test(inner.sql + segment.where.replace("{key}", order.key), inner.params | segment.params)
        return sorted(lists.gather(self.reader, order, within, self.shared), reverse=backwards)

    def count(self, tests: Tests) -> int:
        """Return how many pass some tests."""
        order = lists.ORDERS["id"]
        if tests and not any(one.of_customer for one in tests):
            order = lists.COUNTED
        total = self._asked(COUNT, order, tests).fetchone()[0]
        if self.shared:
            total += len(lists.gather(self.reader, order, self._besides(order, tests), self.shared))
        return total

    def values(self, order: Order) -> set[Any]:
        """Return the values that an order's column has."""
        if order.key in OWNER.values():
            found = set(self.owners)
        else:
            found = {row[0] for row in self._asked(VALUES, order, ()).fetchall()}
        if self.shared:
            found |= {row[1] for row in lists.gather(self.reader, order, None, self.shared)}
        return found

    def _asked(
        self, what: str, order: Order, tests: Tests, ends: str = "", params: Params | None = None
    ) -> sqlite3.Cursor:
        """Run a query that is led by the index of the owner; each table's tests are told by its own."""
        lead = lists.table_of(order)
        other = "s" if lead == "c" else "c"
        apart = [one for one in tests if (one.of_state if lead == "c" else one.of_customer)]
        joined = [one for one in apart if one.of_state and one.of_customer]
        apart = [one for one in apart if one not in joined]
        here = [one.sql for one in tests if one not in apart]
        sql = AND.join((what + lists.FROM[lead, bool(joined)], self._of(lead), *here))
        if apart:
            there = AND.join((self._of(other), *(one.sql for one in apart)))
            sql += AMONG.replace("{from}", lists.FROM[other, False]).replace("{among}", lists.IDS[other])
            sql += AND + there.replace("{id}", lists.IDS[other]) + ")"
        sql = (sql + ends).replace("{key}", order.key).replace("{id}", lists.IDS[lead])
        return self.reader.execute(sql, {**self._people, **_params(tests), **(params or {})})

    def _of(self, table: str) -> str:
        return f"{OWNER[table]} IN ({self._owners})"

    def _besides(self, order: Order, tests: Tests) -> Test:
        """Return a test of those too that the owner does not tell."""
        owner = OWNER[lists.table_of(order)]
        params = _params(tests)
        sql = AND.join((f"{owner} NOT IN ({self._owners})", *(one.sql for one in tests)))
        return Test(sql, params | self._people)


def _params(tests: Tests) -> dict[str, Any]:
    return {name: value for one in tests for name, value in one.params.items()}
