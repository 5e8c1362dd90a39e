"""The orders of a customer list as SQL: each walks one index, from either end and from any row.

An order is cut into segments that follow each other: the values of a word in the order of its list, days
before no day. Within a segment rows stand by its key and the customer's id, or by the id alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from crm_tui.customers.filter_ranges import Range
from crm_tui.customers.store_pieces import Piece, Test
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in


class Order(NamedTuple):
    """Where an order's key stands; ``falls``: its usual direction goes down; ``kind``: whose words it has."""

    key: str
    falls: bool = False
    gaps: bool = False  # rows without a key stand last in both directions
    kind: str = ""


class Segment(NamedTuple):
    """Rows of an order that stand together: ``value`` is what all have, or ``keyed`` tells that they vary."""

    where: str
    params: dict[str, Any]
    keyed: bool
    value: Any = None


ORDERS: dict[str, Order] = {
    "recent": Order("c.changed_in", falls=True),
    "created": Order("c.created_in", falls=True),
    "due": Order("s.next_due_on", gaps=True),
    "followup": Order("s.last_followup_at", falls=True, gaps=True),
    "name": Order("s.name_sort"),
    "no": Order("c.no_sort"),
    "level": Order("c.level", kind="level"),
    "status": Order("c.status", kind="status"),
    "stage": Order("c.stage", kind="stage"),
    "industry": Order("c.industry", kind="industry"),
    "region": Order("s.region", kind="place"),
    "province": Order("s.province", kind="place"),
    "owner": Order("c.owner_id", kind="person"),
    "source": Order("c.source", kind="source"),
    "id": Order("c.id"),
}
# Neighbours in these lie apart in the file: in the time of one a walk looks at ten of any other order.
APART = frozenset({"s.name_sort", "s.next_due_on", "s.last_followup_at", "c.no_sort"})
# Of these the index holds whose each customer is.
WHOSE = APART | {"c.changed_in", "c.created_in"}
BY_STATE = Order("s.customer_id")
COUNTED = Order("s.contacts")  # the smallest index that holds every row, whatever a policy hides
EVERY = Piece("SELECT s.customer_id FROM listed s ORDER BY s.contacts, s.customer_id", {})
PART = 2000
MOST = 1 << 40
MOST_VALUES = 400
# The table of the order leads, whatever else is read: CROSS JOIN keeps the planner from turning them round.
FROM = {
    ("c", False): " FROM customer c WHERE 1 = 1",
    ("c", True): " FROM customer c CROSS JOIN listed s WHERE s.customer_id = c.id",
    ("s", False): " FROM listed s WHERE 1 = 1",
    ("s", True): " FROM listed s CROSS JOIN customer c WHERE c.id = s.customer_id",
}
IDS = {"c": "c.id", "s": "s.customer_id"}
AFTER = {
    (True, False): " AND ({key}, {id}) > (:key, :id)",
    (True, True): " AND ({key}, {id}) < (:key, :id)",
    (False, False): " AND {id} > :id",
    (False, True): " AND {id} < :id",
}
UPTO = {
    (True, False): " AND ({key}, {id}) >= (:key, :id)",
    (True, True): " AND ({key}, {id}) <= (:key, :id)",
    (False, False): " AND {id} >= :id",
    (False, True): " AND {id} <= :id",
}
SORTED = {
    (True, False): " ORDER BY {key} NULLS FIRST, {id}",
    (True, True): " ORDER BY {key} DESC NULLS LAST, {id} DESC",
    (False, False): " ORDER BY {id}",
    (False, True): " ORDER BY {id} DESC",
}
PAGE = " LIMIT 0 + :limit OFFSET :offset"
WALK = "SELECT {id}, {key}"
IS = " AND {key} = :value"
BLANK = " AND {key} = ''"
NONE = " AND {key} IS NULL"
SOME = " AND {key} IS NOT NULL"
ENDS = {"low": " AND {key} >= :low", "high": " AND {key} <= :high"}
COUNT = "SELECT count(*)"
SIZE = "SELECT count(*) FROM ({piece} LIMIT 0 + :most)"
NEXT_VALUE = "SELECT min({key}) FROM {table} WHERE {key} > :value"
FIRST_VALUE = "SELECT min({key}) FROM {table}"
# SQLite keeps the highest value of an index, and the ends of one value, without a look at the others.
END_OF = (
    "WITH RECURSIVE v (value) AS (SELECT max({key}) FROM {table} WHERE {key} <= :high UNION ALL"
    " SELECT (SELECT max({key}) FROM {table} WHERE {key} < v.value) FROM v WHERE v.value >= :low)"
    " SELECT {end}((SELECT {end}({id}) FROM {table} WHERE {key} = v.value)) FROM v WHERE v.value >= :low"
)
NEAREST = (
    "WITH RECURSIVE v (value) AS (SELECT {end}({key}) FROM {table} UNION ALL"
    " SELECT (SELECT {end}({key}) FROM {table} WHERE {key} {on} v.value) FROM v WHERE v.value IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM {table} WHERE {key} = v.value AND {id} BETWEEN :lowest AND :highest))"
    " SELECT {begin}(v.value) FROM v"
)
TABLES = {"c": "customer c", "s": "listed s"}
AMONG = " AND {id} IN ({ids})"
OWNED = {"c": " AND c.owner_id = :owner", "s": " AND s.held_by = :owner"}
BEYOND = {False: " AND {id} < :end", True: " AND {id} > :end"}
KEY_OF = " AND {id} = :id"
PEOPLE = "SELECT id, name FROM person_any ORDER BY id"


def holds(segment: Segment, key: Any) -> bool:
    """Tell whether rows with a key stand in a segment."""
    if not segment.keyed or key is None:
        return not segment.keyed and key == segment.value
    return segment.params.get("low", key) <= key <= segment.params.get("high", key)


def in_order(rows: list[tuple[int, Any]], found: Sequence[Segment], backwards: bool) -> array[int]:
    """Return the ids of (id, key) in the order of some segments."""
    held: dict[Any, list[int]] = {}
    if not all(part.keyed for part in found):
        for row_id, key in rows:
            held.setdefault(key, []).append(row_id)
    ids: array[int] = array("q")
    for segment in found:
        if segment.keyed:
            some = [row for row in rows if holds(segment, row[1])]
            some.sort(key=itemgetter(1, 0), reverse=backwards)
            ids.extend(row[0] for row in some)
        else:
            ids.extend(sorted(held.get(segment.value, ()), reverse=backwards))
    return ids


def table_of(order: Order) -> str:
    """Return the alias of the table that an order's index lies on."""
    return order.key[0]


def _frame(order: Order, test: Test | None) -> str:
    table = table_of(order)
    other = test is not None and (test.of_state if table == "c" else test.of_customer)
    return FROM[table, other] + (f" AND {test.sql}" if test is not None else "")


def _filled(sql: str, order: Order) -> str:
    return sql.replace("{key}", order.key).replace("{id}", IDS[table_of(order)])


def segments(
    reader: sqlite3.Connection,
    order: Order,
    rank: dict[Any, Any] | None,
    backwards: bool,
    known: Iterable[Any] | None = None,
) -> list[Segment]:
    """Return the segments of an order; ``rank`` gives the place of each value of its words.

    ``known`` are the values that its rows have, where somebody knows them.
    """
    if not order.kind:
        if not order.gaps:
            return [Segment("", {}, True)]
        return [Segment(SOME, {}, True), Segment(NONE, {}, False)]
    values = values_of(reader, order) if known is None else [one for one in known if one is not None]
    if values is None or len(values) > MOST_VALUES:
        return [Segment(SOME, {}, True), Segment(NONE, {}, False)]
    places = rank or {}
    blank = [one for one in values if one == ""]
    filled = [one for one in values if one != ""]
    filled.sort(key=lambda one: (places.get(one, (1, str(one))), str(one)), reverse=backwards)
    found = [Segment(IS, {"value": one}, False, one) for one in (*filled, *blank)]
    return [*found, Segment(NONE, {}, False)]


def within(found: list[Segment], ranges: Sequence[Range]) -> list[Segment]:
    """Return those of an order's segments, each as far as it goes, in which keys of some ranges can lie."""
    blank = (None, None) in ranges
    closed = [one for one in ranges if one != (None, None)]
    lows = [low for low, _high in closed]
    highs = [high for _low, high in closed]
    kept = []
    for one in found:
        if not one.keyed:
            value = one.value
            if ((value is None or value == "") if blank else False) or (
                value is not None
                and any(
                    (low is None or value >= low) and (high is None or value <= high) for low, high in closed
                )
            ):
                kept.append(one)
        elif closed:
            ends = {"low": None if None in lows else min(lows), "high": None if None in highs else max(highs)}
            where = "".join(sql for name, sql in ENDS.items() if ends[name] is not None)
            params = {name: value for name, value in ends.items() if value is not None}
            kept.append(one._replace(where=one.where + where, params=one.params | params))
    return kept


def values_of(reader: sqlite3.Connection, order: Order) -> list[Any] | None:
    """Return the values that an order's column has, by one look into its index each; None for too many."""
    table = TABLES[table_of(order)]

    def asked(sql: str, params: dict[str, Any]) -> Any:
        return reader.execute(sql.replace("{key}", order.key).replace("{table}", table), params).fetchone()[0]

    found: list[Any] = []
    value = asked(FIRST_VALUE, {})
    while value is not None:
        found.append(value)
        if len(found) > MOST_VALUES:
            return None
        value = asked(NEXT_VALUE, {"value": value})
    return found


def walk(
    reader: sqlite3.Connection,
    order: Order,
    segment: Segment,
    test: Test | None,
    *,
    backwards: bool,
    limit: int,
    offset: int = 0,
    start: tuple[Any, int] | None = None,
) -> list[tuple[int, Any]]:
    """Return (id, key) of rows of a segment from a row on, that one included, or from its end."""
    sql = WALK + _frame(order, test) + segment.where
    params = {**segment.params, **(test.params if test else {}), "limit": limit, "offset": offset}
    if start is not None:
        sql += UPTO[segment.keyed, backwards]
        params |= {"key": start[0], "id": start[1]} if segment.keyed else {"id": start[1]}
    sql += SORTED[segment.keyed, backwards] + PAGE
    return reader.execute(_filled(sql, order), params).fetchall()


def sort(
    reader: sqlite3.Connection, order: Order, part: Segment | None, test: Test, *, backwards: bool, limit: int
) -> list[tuple[int, Any]]:
    """Return (id, key) of the first rows of a segment (None: of all) among those that a test leads to."""
    sql, params = WALK + _frame(order, test), {**test.params, "limit": limit}
    if part is not None:
        # The sign keeps the index of the order from leading.
        where, ends = part.where, SORTED[part.keyed, backwards]
        sql += (where + ends).replace("{key}", "+{key}")
        params |= part.params
    return reader.execute(_filled(sql + " LIMIT 0 + :limit", order), params).fetchall()


def count(
    reader: sqlite3.Connection,
    order: Order,
    segment: Segment,
    *,
    before: tuple[Any, int] | None = None,
    backwards: bool = False,
) -> int:
    """Return how many rows a segment of the unfiltered list has, or how many stand before a row in it."""
    sql, params = COUNT + _frame(order, None) + segment.where, segment.params
    if before is not None:
        # What stands before a row is what comes after it in the other direction.
        sql += AFTER[segment.keyed, not backwards]
        params = params | ({"key": before[0], "id": before[1]} if segment.keyed else {"id": before[1]})
    return reader.execute(_filled(sql, order), params).fetchone()[0]


def key_of(reader: sqlite3.Connection, order: Order, customer_id: int) -> tuple[Any] | None:
    """Return the key of a customer's row, None when it is not in the list."""
    sql = _filled("SELECT {key}" + _frame(order, None) + KEY_OF, order)
    return reader.execute(sql, {"id": customer_id}).fetchone()


def end_of(reader: sqlite3.Connection, order: Order, low: Any, high: Any, *, backwards: bool) -> int | None:
    """Return the lowest id (backwards: the highest) in a range of an order, by one look a value."""
    sql = END_OF.replace("{end}", "max" if backwards else "min")
    params = {"low": 0 if low is None else low, "high": MOST if high is None else high}
    return reader.execute(_filled(sql.replace("{table}", TABLES[table_of(order)]), order), params).fetchone()[
        0
    ]


def nearest(reader: sqlite3.Connection, order: Order, inside: tuple[int, int], *, backwards: bool) -> Any:
    """Return the first key of an order (backwards: the last) of which a row's id lies in a span.

    By one look a value; the last that there is where none does.
    """
    end, begin, on = ("max", "min", "<") if backwards else ("min", "max", ">")
    sql = NEAREST.replace("{end}", end).replace("{begin}", begin).replace("{on}", on)
    params = {"lowest": inside[0], "highest": inside[1]}
    return reader.execute(_filled(sql.replace("{table}", TABLES[table_of(order)]), order), params).fetchone()[
        0
    ]


def beyond(
    reader: sqlite3.Connection, test: Test, owner: int, end: int | None, *, backwards: bool
) -> int | None:
    """Return the lowest id (backwards: the highest) of a person's customers that pass a test of one table.

    ``end`` is one that is known: it is returned where none lies beyond it.
    """
    order = ORDERS["id"] if test.of_customer else BY_STATE
    params = {**test.params, "owner": owner, "end": (MOST if not backwards else -1) if end is None else end}
    sql = _frame(order, test) + OWNED[table_of(order)] + BEYOND[backwards] + SORTED[False, backwards]
    row = reader.execute(_filled("SELECT {id}" + sql + " LIMIT 1", order), params).fetchone()
    return row[0] if row else end


def gather(
    reader: sqlite3.Connection, order: Order, test: Test | None, ids: Sequence[int]
) -> list[tuple[int, Any]]:
    """Return (id, key) of those rows of a list that are among some ids."""
    sql = _filled(WALK + _frame(order, test) + AMONG, order)
    return query_in(reader, sql, ids, test.params if test else None)


def told(
    reader: sqlite3.Connection,
    order: Order,
    tests: Sequence[Test],
    segment: Segment,
    *,
    backwards: bool,
    limit: int,
) -> list[tuple[Any, ...]]:
    """Return id, key and whether each of some tests is passed of the first rows of a segment."""
    sql, params = _telling(order, tests)
    sql += segment.where + SORTED[segment.keyed, backwards] + " LIMIT 0 + :limit"
    return reader.execute(_filled(sql, order), {**params, **segment.params, "limit": limit}).fetchall()


def told_of(
    reader: sqlite3.Connection, order: Order, tests: Sequence[Test], ids: Sequence[int]
) -> list[tuple[Any, ...]]:
    """Return id, key and whether each of some tests is passed of those rows that are among some ids."""
    sql, params = _telling(order, tests)
    return query_in(reader, _filled(sql + AMONG, order), ids, params)


def _telling(order: Order, tests: Sequence[Test]) -> tuple[str, dict[str, Any]]:
    params = {name: value for one in tests for name, value in one.params.items()}
    asked, table = Test("".join(f", ({one.sql})" for one in tests), params), table_of(order)
    return WALK + asked.sql + FROM[table, asked.of_state if table == "c" else asked.of_customer], params


def flag(reader: sqlite3.Connection, piece: Piece, flags: bytearray) -> None:
    """Set the byte of each id that a piece of an index holds; the bytes become more where need be."""
    cursor = reader.execute(piece.sql, piece.params)
    try:
        while rows := cursor.fetchmany(PART):
            try:
                for (one,) in rows:
                    flags[one] = 1
            except IndexError:
                # Added since somebody asked how many there are.
                flags.extend(bytes(max(rows)[0] + 1 - len(flags)))
                for (one,) in rows:
                    flags[one] = 1
    finally:
        cursor.close()  # an open one keeps others from saving


def count_all(reader: sqlite3.Connection) -> int:
    """Return how many rows the unfiltered list has."""
    return reader.execute(_filled(COUNT + FROM["s", False], COUNTED)).fetchone()[0]


def size_of(reader: sqlite3.Connection, pieces: Iterable[Piece], most: int) -> int:
    """Return how many rows pieces of indexes hold together, counted no further than to a number."""
    found = 0
    for piece in pieces:
        if found >= most:
            break
        params = {**piece.params, "most": most - found}
        found += reader.execute(SIZE.replace("{piece}", piece.sql), params).fetchone()[0]
    return found


def ids_of(reader: sqlite3.Connection, pieces: Iterable[Piece]) -> list[int]:
    """Return the ids that pieces of indexes hold, each once."""
    rows = (row for piece in pieces for row in reader.execute(piece.sql, piece.params).fetchall())
    return list(dict.fromkeys(row[0] for row in rows))


def people(reader: sqlite3.Connection) -> list[tuple[int, str]]:
    """Return everybody's name by id."""
    return reader.execute(PEOPLE).fetchall()
