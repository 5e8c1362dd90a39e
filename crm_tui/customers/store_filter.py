"""Filters as SQL: a test for each row, and the pieces of an index that hold every row that can pass.

A test is written so that no index answers it: which one leads is the planner's choice (customers/window.py).
Every value is a parameter. ``{id}`` stands for the customer's id of the query that the test is put into.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import reduce
from itertools import combinations
from typing import Any

from crm_tui import clock
from crm_tui.customers.filter_fields import (
    FILTER_FIELDS,
    ME,
    WRITTEN,
    All,
    Any_,
    Condition,
    Filter,
    FilterField,
    Not_,
    has_values,
)
from crm_tui.customers.filter_hidden import is_hidden, refused
from crm_tui.customers.filter_ranges import Range, after, both, just_before, meet, moved, others, places
from crm_tui.customers.store_days import Days
from crm_tui.customers.store_pieces import (
    ANY_TAG,
    COLUMNS,
    HAS_TAG,
    HAY,
    MOST_RANGES,
    MYSELF,
    NAMED,
    NEVER,
    NUMBERS,
    ODD,
    OF_CUSTOMER,
    OF_STATE,
    TAGGED,
    TAGGED_AT_ALL,
    TAGS,
    UNDATED,
    ZONE,
    Held,
    Piece,
    Test,
    with_below,
)
from crm_tui.customers.store_sight import sight
from crm_tui.storage.driver import sqlite3
from crm_tui.text.fold import fold

ANY = ("tag", "some")


class Reading:
    """Turns the conditions of one question into SQL; raises BadInput for one on what the reader's views hide.

    Two of them whose tests meet in one statement need parameters of their own: ``prefix`` begins their names.
    """

    def __init__(self, reader: sqlite3.Connection, today: date | None = None, prefix: str = "f") -> None:
        self.reader = reader
        self._prefix = prefix
        self.count = 0
        row = reader.execute(ZONE).fetchone()
        self.zone = (row[0] if row else "") or clock.DEFAULT_ZONE
        self.today = today or clock.today(self.zone)
        self._days = Days(reader, self.zone, self.today)
        self.sight = sight(reader)
        self._tags: dict[str, int] | None = None
        self._known_ranges: dict[Condition, tuple[str, list[Range]]] = {}
        self._known_pieces: dict[tuple[Condition, bool], list[Piece] | None] = {}
        self._me: int | None = None

    # -- tests ----------------------------------------------------------------------------------------

    def test(self, tree: Filter) -> Test:
        """Return the test of a filter."""
        if isinstance(tree, Condition):
            return self._condition(tree)
        if isinstance(tree, Not_):
            part = self.test(tree.part)
            return Test(f"NOT ({part.sql})", part.params)
        parts = [self.test(part) for part in tree.parts]
        joint = " AND " if isinstance(tree, All) else " OR "
        params = {name: value for part in parts for name, value in part.params.items()}
        return Test("(" + joint.join(part.sql for part in parts) + ")", params)

    @staticmethod
    def together(*tests: Test | None) -> Test:
        """Return one test that passes what all of them pass; None passes everything."""
        every = [one for one in tests if one is not None]
        params = {name: value for one in every for name, value in one.params.items()}
        return Test(" AND ".join(one.sql for one in every), params)

    def _bind(self, *values: Any) -> dict[str, Any]:
        found = {}
        for value in values:
            self.count += 1
            found[f"{self._prefix}{self.count}"] = value
        return found

    def _condition(self, one: Condition) -> Test:
        kind = FILTER_FIELDS[one.field].kind
        if kind == "tag":
            return self._tag_test(one)
        if kind in WRITTEN:
            return self._text_test(one, HAY if kind == "text" else NAMED)
        column, ranges = self._ranges(one)
        blank = "0" if column in NUMBERS else "''"
        wrapped = "coalesce({column}, {blank})".replace("{column}", COLUMNS[column]).replace("{blank}", blank)
        parts: list[str] = []
        params: dict[str, Any] = {}
        single = [low for low, high in ranges if low == high and low is not None]
        if single:
            bound = self._bind(*single)
            params |= bound
            parts.append(f"{wrapped} IN ({', '.join(f':{name}' for name in bound)})")
        for low, high in ranges:
            if low is None and high is None:
                parts.append(f"{wrapped} = {blank}")
            elif low != high:
                ends = []
                for sign, value in ((">=", low), ("<=", high)):
                    if value is not None:
                        bound = self._bind(value)
                        params |= bound
                        ends.append(f"{wrapped} {sign} :{next(iter(bound))}")
                if low is None and column not in NUMBERS:
                    ends.append(f"{wrapped} <> ''")
                parts.append("(" + " AND ".join(ends) + ")")
        return Test("(" + " OR ".join(parts) + ")" if parts else NEVER, params)

    def _tag_test(self, one: Condition) -> Test:
        if one.op in ("none", "some"):
            return Test(ANY_TAG if one.op == "some" else f"NOT {ANY_TAG}", {})
        ids = self._tag_ids(one.values)
        bound = self._bind(*ids)
        marks = ", ".join(f":{name}" for name in bound)
        return Test(HAS_TAG.replace("{values}", marks), bound) if ids else Test(NEVER, {})

    def _text_test(self, one: Condition, test: str) -> Test:
        from crm_tui.customers.store import terms

        parts, params = [], {}
        for value in one.values:
            every = []
            for term in terms(value):
                bound = self._bind(f"%{term}%")
                params |= bound
                every.append(test.replace("{p}", next(iter(bound))))
            parts.append(" AND ".join(every) or "1 = 1")
        return Test("(" + " OR ".join(f"({part})" for part in parts) + ")", params)

    def _tag_ids(self, names: Sequence[str]) -> list[int]:
        if self._tags is None:
            self._tags = {key: tag for tag, key in self.reader.execute(TAGS).fetchall()}
        return [self._tags[key] for key in dict.fromkeys(map(fold, names)) if key in self._tags]

    # -- ranges ---------------------------------------------------------------------------------------

    def _ranges(self, one: Condition) -> tuple[str, list[Range]]:
        """Return the column of a condition and the ranges of its values that pass."""
        if one not in self._known_ranges:
            self._known_ranges[one] = self._ranges_of(one)
        return self._known_ranges[one]

    def _ranges_of(self, one: Condition) -> tuple[str, list[Range]]:
        field = FILTER_FIELDS[one.field]
        if is_hidden(field, self.sight.hidden):
            raise refused(field)
        kind = field.kind
        if kind in ("word", "place", "person"):
            return one.field, self._values(one, field)
        if kind == "has":
            return one.field, [(1, None)] if one.op == "some" else [(0, 0)]
        if kind == "event":
            low, high = self._days.of(one)
            return one.field, [(self._days.set_at(low, 0), self._days.set_before(high))]
        if kind == "past":
            if one.op in ("none", "some"):
                return "last", [(None, None)] if one.op == "none" else [("0", None)]
            if one.op == "over":
                # Whom nobody ever contacted waits since the file was begun.
                end = self._days.start(self.today - timedelta(days=int(one.values[0])))
                return "idle", [("0", just_before(end))]
            low, high = self._days.of(one)
            return "last", [
                (self._days.start(low) if low else "0", just_before(self._days.start(after(high))))
            ]
        return "due", self._due(one)

    def _due(self, one: Condition) -> list[Range]:
        yesterday = (self.today - timedelta(days=1)).isoformat()
        if one.op == "none" and one.field == "due":
            return [(None, None)]
        if one.op == "some" and one.field == "due":
            return [("0", None)]
        if one.field == "late":
            if one.op == "some":
                return [("0", yesterday)]
            if one.op == "none":
                return [(None, None), (self.today.isoformat(), None)]
            day = moved(self.today, -int(one.values[0]))
            last = (day - timedelta(days=1)).isoformat() if day > date.min else "0"
            return [("0", last)] if one.op == "over" else [(day.isoformat(), yesterday)]
        if one.op == "over":
            return [((moved(self.today, int(one.values[0])) + timedelta(days=1)).isoformat(), None)]
        if one.op == "within":
            return [(self.today.isoformat(), moved(self.today, int(one.values[0])).isoformat())]
        if one.op == "period" and one.values[0] == "overdue":
            return [("0", yesterday)]
        low, high = self._days.of(one)
        return [(low.isoformat() if low else "0", high.isoformat() if high else None)]

    def _values(self, one: Condition, field: FilterField) -> list[Range]:
        if one.op == "none":
            return [(None, None)]
        if one.op == "some":
            return [("\x01", None)]
        if field.kind == "person":
            return [(value, value) for value in dict.fromkeys(map(self._person, one.values))]
        if field.kind == "place":
            values = dict.fromkeys(name for value in one.values for name in places(one.field, value))
            return [(value, value) for value in values]
        return [(value, value) for value in with_below(self.reader, field.word_kind, one.values)]

    def _person(self, value: str) -> int:
        if value != ME:
            return int(value)
        if self._me is None:
            row = self.reader.execute(MYSELF).fetchone()
            self._me = row[0] if row else 0
        return self._me

    def bounds(self, tree: Filter | None, column: str) -> list[Range] | None:
        """Return the ranges of a column in which all that passes a filter lies, None for anywhere."""
        if isinstance(tree, Condition):
            if not has_values(tree):
                return None
            name, ranges = self._ranges(tree)
            if name == "idle" and column == COLUMNS["last"]:
                # Who is idle since then was contacted last before that, or never.
                return [*ranges, (None, None)]
            if (tree.field, tree.op, column) == ("plan", "none", COLUMNS["due"]):
                return [(None, None)]  # who has no plan has no next day either
            if (name, column) == ("created", COLUMNS["changed"]):
                # No row was changed before it was made.
                return [(ranges[0][0], None)]
            if (name, column) == ("changed", COLUMNS["created"]):
                return [(0, ranges[0][1])]
            return ranges if COLUMNS[name] == column else None
        if isinstance(tree, Not_) and isinstance(tree.part, Condition):
            name, ranges = self._ranges(tree.part) if has_values(tree.part) else ("", [])
            return others(ranges, False) if COLUMNS.get(name) == column and name not in NUMBERS else None
        if isinstance(tree, Any_):
            found = [self.bounds(part, column) for part in tree.parts]
            return None if None in found else [one for some in found for one in some or ()]
        every = (self.bounds(part, column) for part in (tree.parts if isinstance(tree, All) else ()))
        return reduce(both, filter(None, every), None)

    def is_never(self, tree: Filter) -> bool:
        """Tell whether two things that a filter asks of one column exclude each other."""
        known: dict[str, list[list[Range]]] = {}
        for part in tree.parts if isinstance(tree, All) else ():
            one = part.part if isinstance(part, Not_) else part
            if isinstance(one, Condition) and has_values(one):
                column, ranges = self._ranges(one)
                ranges = ranges if one is part else others(ranges, column in NUMBERS)
                known.setdefault(column, []).append(ranges)
        return any(not meet(*pair) for every in known.values() for pair in combinations(every, 2))

    def owners(self, tree: Filter) -> list[int]:
        """Return to whom all that passes a filter belongs, to one of them each; none: to anybody."""
        if isinstance(tree, Condition) and tree.field == "owner" and tree.op == "is":
            return [self._person(value) for value in tree.values]
        found = (self.owners(part) for part in (tree.parts if isinstance(tree, All) else ()))
        return next(filter(None, found), [])

    def key_at(self, column: str, day: str, *, end: bool) -> Any:
        """Return the key in a column of days or change sets with which a day begins or ends."""
        if column == COLUMNS["due"]:
            return day
        there = date.fromisoformat(day)
        if column == COLUMNS["last"]:
            return just_before(self._days.start(after(there))) if end else self._days.start(there)
        return self._days.set_before(there) if end else self._days.set_at(there, 0)

    # -- pieces of indexes ----------------------------------------------------------------------------

    def held(self, tree: Filter, size_of: Callable[[Sequence[Piece], int], int], most: int) -> Held | None:
        """Return pieces of indexes that together hold every row that a filter lets pass, None without any.

        Of what must all hold the one with the fewest rows is taken; ``size_of`` counts them up to a number,
        ``most`` or what another one has.
        """
        found = self._held(tree, False, size_of, most)
        if found is not None and found.size is None:
            found.size = size_of(found.pieces, most)
        return found

    def _held(
        self, tree: Filter, negated: bool, size_of: Callable[[Sequence[Piece], int], int], most: int
    ) -> Held | None:
        if isinstance(tree, Not_):
            return self._held(tree.part, not negated, size_of, most)
        here: Filter = Not_(tree) if negated else tree
        if isinstance(tree, Condition):
            pieces = self._of_condition(tree, negated)
            exact = not negated and tree.field != "plan"
            return None if pieces is None else Held(pieces, None if exact else here)
        found = [self._held(part, negated, size_of, most) for part in tree.parts]
        if isinstance(tree, All) is not negated:
            best: int | None = None
            for at, one in enumerate(found):
                if one is not None:
                    size = size_of(one.pieces, most) if one.size is None else one.size
                    if best is None or size < most:
                        best, most = at, size
            if best is None:
                return None
            parts = [one for at, one in enumerate(tree.parts) if at != best]
            rest: list[Filter] = [Not_(part) if negated else part for part in parts]
            lead = found[best]
            assert lead is not None
            rest += [lead.rest] if lead.rest is not None else []
            return Held(lead.pieces, All(tuple(rest)) if rest else None, most)
        every = [piece for one in found if one is not None for piece in one.pieces]
        if None in found or len(every) > MOST_RANGES:
            return None
        exact = all(one is not None and one.rest is None for one in found)
        return Held(every, None if exact else here)

    def pieces(self, one: Condition, negated: bool) -> list[Piece] | None:
        """Return pieces of indexes that hold what a condition lets pass (negated: the others) and no more.

        None where no index knows that.
        """
        # Of those without a plan, and of all who have a tag, no index knows them alone or in time.
        known = (one.op == "some") is not negated if one.field == "plan" else (one.field, one.op) != ANY
        return self._of_condition(one, negated) if known else None

    def _of_condition(self, one: Condition, negated: bool) -> list[Piece] | None:
        if (one, negated) not in self._known_pieces:
            self._known_pieces[one, negated] = self._pieces_of(one, negated)
        return self._known_pieces[one, negated]

    def _pieces_of(self, one: Condition, negated: bool) -> list[Piece] | None:
        kind = FILTER_FIELDS[one.field].kind
        if kind in WRITTEN:
            return None
        if kind == "tag":
            if negated or one.op == "none":
                return None
            if one.op == "some":
                return [Piece(TAGGED_AT_ALL, {})]
            bound = [self._bind(tag) for tag in self._tag_ids(one.values)]
            return [Piece(TAGGED.replace("{p}", next(iter(each))), each) for each in bound]
        column, ranges = self._ranges(one)
        if negated:
            ranges = others(ranges, column in NUMBERS)
        if column == "doubtful":
            return [Piece(ODD, {})] if ranges == [(1, None)] else None
        more = []
        if column == "plan":
            # Whoever has no open plan has no next day either.
            some = (one.op == "some") is not negated
            column, ranges = "due", [("0", None)] if some else [(None, None)]
            more = [Piece(UNDATED, {})] if some else []
        pieces = more + [piece for low, high in ranges for piece in self._piece(column, low, high)]
        return pieces if len(pieces) <= MOST_RANGES else None

    def _piece(self, column: str, low: Any, high: Any) -> list[Piece]:
        name = COLUMNS[column]
        frame = OF_CUSTOMER if name.startswith("c.") else OF_STATE
        if low is None and high is None:
            return [Piece(frame.replace("{range}", f"{name} {end}"), {}) for end in ("IS NULL", "= ''")]
        if low == high:
            bound = self._bind(low)
            return [Piece(frame.replace("{range}", f"{name} = :{next(iter(bound))}"), bound)]
        parts, params = [], {}
        for sign, value in ((">=", low), ("<=", high)):
            if value is not None:
                bound = self._bind(value)
                params |= bound
                parts.append(f"{name} {sign} :{next(iter(bound))}")
        return [Piece(frame.replace("{range}", " AND ".join(parts)), params)]
