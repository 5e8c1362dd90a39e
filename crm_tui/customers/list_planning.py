"""Which way a filtered list is found: walked, or sought by what indexes know, told by what each would take.

Some rows tell it: the first of the order, and a few from all over the file. The costs are microseconds of a
common machine; only how they stand to each other matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from math import exp, inf
from operator import itemgetter
from typing import Any, NamedTuple

from crm_tui.customers import store_list as lists
from crm_tui.customers.filter_fields import (
    FILTER_FIELDS,
    All,
    Any_,
    Condition,
    Filter,
    Not_,
    conditions,
    has_span,
)
from crm_tui.customers.list_samples import Samples, samples
from crm_tui.customers.store_filter import Reading
from crm_tui.customers.store_members import sample, size_of
from crm_tui.customers.store_pieces import Piece, held_in

LOOKED_AT = 240  # rows at the beginning of a list that tell how it goes on
PAGE = 50
FURTHER = 2  # times as far as a walk came that found too little
ENOUGH = 3  # of those that pass: a page is near, whatever the rest of the file is like
# What a row takes: to walk over it and look it up, beside the last one or apart from it in the file, the
# other table too; to pass
# over it in the index by its id or its flag; to read the id of one that passes, by a column, a tag, or all.
NEXT, APART, BESIDE = 0.6, 4.5, 0.3
THIN, THINNED = 1.6, 8  # besides, where others lie between: less, the fewer they are
PASSED, FLAGGED = 0.1, 0.2
READ, TAG, BUILT, SCANNED = 0.35, 2.2, 0.25, 0.75
# To look it up and sort it: an index leads, ids are given, of both tables.
LED, FETCHED, JOINED = 3.0, 3.5, 2.0
SHORT_MS, LEAST_MS, MOST_MS = 8, 20, 80  # for how long a walk that finds too little is gone on with
IN_ALL_MS = 60  # a walk for nothing and what is sought after it, as far as that can be foreseen


class Way(NamedTuple):
    """How a list is sought: by the members of ``lead``, or by the span (``low``, ``high``) of their ids.

    ``rest`` must be passed besides; ``cost`` is what it takes; ``gathers``: to fetch and sort all of the lead
    takes less than to pass over the rows before them.
    """

    lead: Filter
    rest: Filter | None
    cost: float
    low: bool = False
    high: bool = False
    gathers: bool = False

    @property
    def is_span(self) -> bool:
        """Tell whether ids alone leave out the first rows."""
        return self.low or self.high


class Trial:
    """What the conditions of a filter let pass of the first rows of an order and of some of all rows."""

    def __init__(
        self,
        reading: Reading,
        order: lists.Order,
        segments: Sequence[lists.Segment],
        tree: Filter,
        *,
        backwards: bool,
    ) -> None:
        self.reading = reading
        self.order = order
        self.segments = segments
        self.tree = tree
        self.backwards = backwards
        self.parts = tuple(_parts(tree))
        self._leaves = list(dict.fromkeys(conditions(tree)))
        self._tests = [reading.test(one) for one in self._leaves]
        self._passed = 0.0  # rows that were walked over for nothing

    # -- what is looked at ----------------------------------------------------------------------------

    @cached_property
    def first(self) -> Samples:
        """The first rows of the order, whatever the filter."""
        rows: list[tuple[Any, ...]] = []
        for segment in self.segments:
            rows += lists.told(
                self.reading.reader, self.order, self._tests, segment,
                backwards=self.backwards, limit=LOOKED_AT - len(rows),
            )  # fmt: skip
            if len(rows) == LOOKED_AT:
                break
        return samples(rows, self._leaves)

    @cached_property
    def _found(self) -> list[tuple[Any, ...]]:
        ids = sample(self.reading.reader)
        return lists.told_of(self.reading.reader, self.order, self._tests, ids)

    @cached_property
    def _a_row(self) -> float:
        """What it takes to walk over a row and to look at what is asked of it."""
        both = any(one.of_customer for one in self._tests) and any(one.of_state for one in self._tests)
        beside = BESIDE if both else 0
        if self.segments and self.segments[0].keyed:
            return beside + (APART if self.order.key in lists.APART else NEXT)
        # Of one value ids follow each other, in the file with those of others between them.
        values = Counter(row[1] for row in self._found)
        alone = (exp(-THINNED * many / values.total()) * many for many in values.values())
        return beside + NEXT + THIN * sum(alone) / max(values.total(), 1)

    @cached_property
    def sampled(self) -> Samples:
        """Rows from all over the file."""
        return samples(self._found, self._leaves)

    @cached_property
    def spread(self) -> Samples:
        """The same rows in the order, as far as the list can hold them."""
        rows = {row[0]: row for row in self._found}
        ids = lists.in_order([row[:2] for row in self._found], self.segments, self.backwards)
        return samples((rows[one] for one in ids), self._leaves)

    @cached_property
    def size(self) -> int:
        """About how many customers the file has."""
        return size_of(self.reading.reader)

    @property
    def _scale(self) -> float:
        """For how many customers of the file each of the sampled ones stands."""
        return self.size / max(len(self.sampled), 1)

    def share(self, *parts: Filter) -> float | None:
        """Return how many of all customers pass some parts of the filter, None of what it does not ask."""
        if any(one not in self._leaves for part in parts for one in conditions(part)):
            return None
        return self.sampled.share(*parts)

    # -- what it takes --------------------------------------------------------------------------------

    @cached_property
    def hits(self) -> int:
        """How many of the first rows pass."""
        return self.first.passing(self.tree).bit_count()

    @property
    def before(self) -> float:
        """About how many rows stand before the end of the first page."""
        return min(max(self._foreseen, self._passed), self.size)

    @cached_property
    def _foreseen(self) -> float:
        if self.hits:
            return PAGE * len(self.first) / self.hits
        rows = self.spread.reach(self.parts, PAGE / self._scale)
        return min(rows, len(self.spread) + 1) * self._scale

    @cached_property
    def patience(self) -> int:
        """For how many milliseconds the list is worth walking along its order; 0: it is sought at once."""
        if len(self.first) < LOOKED_AT:
            return LEAST_MS
        walked = self._foreseen * self._a_row / 1000
        if self.hits < ENOUGH:
            sought = min(self.way.cost, self.looked_into, self.sorted[0]) / 1000
            if walked > sought:
                # The newest few thousand are often unlike all others: no sample tells that, a look does.
                return 0 if self._a_row >= APART or self.way.is_span else SHORT_MS
            # What is left of the time of both, should the walk be for nothing; where nothing would be, all
            # that it may take.
            left = IN_ALL_MS - sought
            return int(left if left >= LEAST_MS else max(MOST_MS, min(2 * walked, sought)))
        return int(min(max(2 * walked, LEAST_MS), MOST_MS))

    def give_up(self) -> None:
        """Take it that the first page lies much further down than the list was walked in vain, if it was."""
        if self.patience:
            self._passed = FURTHER * self.patience * 1000 / self._a_row
            self.__dict__.pop("way", None)

    @cached_property
    def way(self) -> Way:
        """How the list is sought in the least time."""
        return min([self._by_members(), *self._by_span()], key=lambda way: way.cost)

    @property
    def looked_into(self) -> float:
        """What a first page takes where SQLite looks for each row in the index of the only condition."""
        if held_in(self.pieces) is None:
            return inf
        assert isinstance(self.tree, Condition)
        built = TAG if FILTER_FIELDS[self.tree.field].kind == "tag" else BUILT
        return (self.share(self.tree) or 0) * self.size * built + self.before * (FLAGGED + PASSED)

    @cached_property
    def sorted(self) -> tuple[float, Sequence[Piece]]:
        """What a first page takes where those are sorted whom indexes hold of a part, and what they hold."""
        best: tuple[float, Sequence[Piece]] = inf, ()
        for part in self.parts:
            pieces = self._pieces(part)
            if pieces:
                tags = any(FILTER_FIELDS[one.field].kind == "tag" for one in conditions(part))
                share = max(self.share(part) or 0, 0.5 / LOOKED_AT)
                cost = share * self.size * (self._led_by + (TAG if tags else 0))
                best = min(best, (cost, pieces), key=itemgetter(0))
        return best

    @property
    def _led_by(self) -> float:
        """What it takes to look up a row of the order with all that the filter asks, by its id."""
        table = lists.table_of(self.order)
        other = any(one.of_state if table == "c" else one.of_customer for one in self._tests)
        return LED + (JOINED if other else 0)

    def _pieces(self, tree: Filter) -> Sequence[Piece]:
        """Return what indexes hold of all whom a part lets pass; none where they do not know."""
        if isinstance(tree, Condition):
            return self.reading.pieces(tree, False) or ()
        if isinstance(tree, Not_):
            return (self.reading.pieces(tree.part, True) or ()) if isinstance(tree.part, Condition) else ()
        every = [self._pieces(part) for part in tree.parts] if isinstance(tree, Any_) else []
        return [piece for some in every for piece in some] if all(every) else ()

    @cached_property
    def pieces(self) -> Sequence[Piece]:
        """What indexes hold of the one condition of the filter."""
        return (self.reading.pieces(self.tree, False) or ()) if isinstance(self.tree, Condition) else ()

    @property
    def whole(self) -> float:
        """What it takes to know of everybody whether they pass, and then to pass over those before."""
        return sum(min(self._read(part), SCANNED * self.size) for part in self.parts) + self.before * FLAGGED

    def _read(self, tree: Filter, turned: bool = False) -> float:
        """Return what it takes to read from indexes who passes; inf where none knows."""
        if isinstance(tree, Not_):
            return self._read(tree.part, not turned)
        if not isinstance(tree, Condition):
            return sum(self._read(part, turned) for part in tree.parts)
        share = self.share(tree) or 0
        share = max(1 - share if turned else share, 0.5 / LOOKED_AT)
        held = self.reading.pieces(tree, turned) is not None
        others = self.reading.pieces(tree, not turned) is not None
        found = min(share if held else inf, 1 - share if others else inf)
        return found * self.size * (TAG if FILTER_FIELDS[tree.field].kind == "tag" else READ)

    def _by_members(self) -> Way:
        """Return the parts that lead: each that spares more rows than it takes to read."""
        known = [part for part in self.parts if self._read(part) < inf]
        best = Way(self.tree, None, self.whole)
        lead: list[Filter] = []
        while known:
            ways = [self._led((*lead, part)) for part in known]
            cheapest = min(ways, key=lambda way: way.cost)
            if lead and cheapest.cost >= best.cost:
                break
            best = cheapest
            lead.append(known.pop(ways.index(cheapest)))
        return best

    def _led(self, lead: tuple[Filter, ...]) -> Way:
        left = tuple(part for part in self.parts if part not in lead)
        many = max(self.share(*lead) or 0, 0.5 / LOOKED_AT) * self.size
        sought = self.before * (FLAGGED + (self._passing_before(lead) * self._a_row if left else 0))
        if self.order.key == lists.ORDERS["id"].key:
            # Members are in this order, and only those are looked at.
            sought = min(many, PAGE * many / max((self.share(self.tree) or 0) * self.size, 1)) * FETCHED
        gathered = many * (FETCHED + self._led_by - LED)
        cost = sum(map(self._read, lead)) + min(sought, gathered)
        return Way(_joint(lead), _joint(left) if left else None, cost, gathers=gathered < sought)

    def _passing_before(self, lead: Sequence[Filter]) -> float:
        """Return how many of the rows before the end of the page are let through by some parts."""
        rows = round(self.before / self._scale)
        return self.first.share(*lead) if rows < ENOUGH else self.spread.share(*lead, upto=rows)

    def _by_span(self) -> list[Way]:
        """Return the ways that leave out the first rows by their ids: of a condition on times."""
        ids, found = self.first.ids, []
        for part in self.parts:
            if not has_span(part) or not ids:
                continue
            inside = self.sampled.picked(part)
            low, high = (min(inside), max(inside)) if inside else (self.size // 2, self.size // 2)
            below, above = sum(one < low for one in ids), sum(one > high for one in ids)
            if max(below, above) > len(ids) // 2:
                passed = 0.0
                if self.order.key != lists.ORDERS["id"].key:
                    passed = self.before * (PASSED + self._passing_before((part,)) * self._a_row)
                beyond = low if below > above else self.size - high
                if FILTER_FIELDS[part.field].kind == "event":
                    beyond = 0  # a look at each change set
                found.append(
                    Way(part, self.tree, beyond * PASSED + passed, low=below > above, high=above >= below)
                )
        return found


def _parts(tree: Filter) -> list[Filter]:
    """Return what must all hold."""
    if isinstance(tree, All):
        return [one for part in tree.parts for one in _parts(part)]
    if isinstance(tree, Not_) and isinstance(tree.part, Any_):
        return [one for part in tree.part.parts for one in _parts(Not_(part))]
    return [tree]


def _joint(parts: Sequence[Filter]) -> Filter:
    return parts[0] if len(parts) == 1 else All(tuple(parts))
