"""How far a reader's views reach, and the lists of whom they show few: read by whose the customers are.

The views decide who is in a list. Along the index of an order they would test every customer of the file;
what one person or a team has is found by the indexes of the owner, which hold what lists are sorted by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from crm_tui.customers import store_list as lists
from crm_tui.customers.store_list import Order, Segment
from crm_tui.customers.store_pieces import Test
from crm_tui.storage.driver import sqlite3

SCOPES = "SELECT field_group, scope FROM read_scope"
OWNERS = {"own": "SELECT o.id FROM own_owner o", "team": "SELECT o.id FROM team_owner o"}
OWNER = {"c": "c.owner_id", "s": "s.held_by"}
SHARED = "SELECT k.customer_id FROM collaborator k WHERE k.person_id IN (SELECT m.id FROM myself m)"
BOUNDED = "SELECT count(*) FROM (SELECT 1 FROM customer c WHERE c.owner_id IN ({owners}) LIMIT :most)"
VALUES = "SELECT DISTINCT {key}"
COUNT = "SELECT count(*)"
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


class Seen:
    """The customers that a narrow view shows, or those of some of the people whose they are.

    ``people`` are ids; none: everybody whose customers are seen.
    """

    def __init__(self, reader: sqlite3.Connection, scope: str, people: Sequence[int] = ()) -> None:
        self.reader = reader
        self._owners = ", ".join(f":own{at}" for at in range(len(people))) or OWNERS[scope]
        self._people = {f"own{at}": one for at, one in enumerate(people)}
        self._shared: list[int] | None = None

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

    def rows(self, order: Order, test: Test | None) -> list[tuple[int, Any]]:
        """Return (id, key) of those that pass a test, in no order."""
        found = self._asked(lists.WALK, order, test).fetchall()
        if self.shared:
            found += lists.gather(self.reader, order, self._besides(order, test), self.shared)
        return found

    def first(
        self, order: Order, segment: Segment, test: Test | None, limit: int, *, backwards: bool
    ) -> list[tuple[int, Any]]:
        """Return (id, key) of the first rows of a segment that pass a test."""
        # The sign keeps the index of the order from being walked: the few are sorted instead.
        where = segment.where.replace("{key}", "+{key}")
        ends = where + lists.SORTED[segment.keyed, backwards].replace("{key}", "+{key}") + " LIMIT :limit"
        found = self._asked(lists.WALK, order, test, ends, {**segment.params, "limit": limit}).fetchall()
        if self.shared:
            inner = self._besides(order, test)
            within = Test(
                inner.sql + segment.where.replace("{key}", order.key), inner.params | segment.params
            )
            found += lists.gather(self.reader, order, within, self.shared)
            found.sort(key=itemgetter(1, 0) if segment.keyed else itemgetter(0), reverse=backwards)
        return found[:limit]

    def count(self, order: Order, test: Test | None) -> int:
        """Return how many pass a test."""
        total = self._asked(COUNT, order, test).fetchone()[0]
        if self.shared:
            total += len(lists.gather(self.reader, order, self._besides(order, test), self.shared))
        return total

    def values(self, order: Order) -> set[Any]:
        """Return the values that an order's column has."""
        found = {row[0] for row in self._asked(VALUES, order, None).fetchall()}
        if self.shared:
            found |= {row[1] for row in lists.gather(self.reader, order, None, self.shared)}
        return found

    def _asked(
        self, what: str, order: Order, test: Test | None, ends: str = "", params: Params | None = None
    ) -> sqlite3.Cursor:
        lead = lists.table_of(order)
        joined = test is not None and (test.of_state if lead == "c" else test.of_customer)
        if joined and test is not None and not (test.of_state and test.of_customer):
            # Who passes is told before the key of the order is looked for.
            lead = "c" if test.of_customer else "s"
        sql = what + lists.FROM[lead, joined] + f" AND {OWNER[lead]} IN ({self._owners})"
        if test is not None:
            sql += f" AND {test.sql}"
        sql = (sql + ends).replace("{key}", order.key).replace("{id}", lists.IDS[lead])
        given = {**self._people, **(test.params if test else {}), **(params or {})}
        return self.reader.execute(sql, given)

    def _besides(self, order: Order, test: Test | None) -> Test:
        """Return a test of those too that the owner does not tell."""
        owner = OWNER[lists.table_of(order)]
        others = Test(f"{owner} NOT IN ({self._owners})", dict(self._people))
        if test is None:
            return others
        return Test(f"{others.sql} AND {test.sql}", others.params | test.params)
