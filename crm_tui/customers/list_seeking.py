"""A filtered list sought along the index of its order: whether a row passes is told by a byte for its id.

Of conditions that must all hold the one that fails most where the list begins is told so; the others are
asked of the few rows that are left. Customers made or contacted in some time have ids near each other: where
the list begins far from them, rows are left out by their ids.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from crm_tui.customers import store_list as lists
from crm_tui.customers.filter_fields import All, Condition, Filter, conditions
from crm_tui.customers.store_filter import Reading
from crm_tui.customers.store_members import Members, sample, size_of, span
from crm_tui.customers.store_pieces import Test, held_in
from crm_tui.customers.store_sight import Seen, is_told_by_owner
from crm_tui.storage.in_time import at_most

AMONG_MEMBERS = "substr(:members, {id} + 1, 1) = x'01'"
SORTED_AT_ONCE = 12_000  # members that may be fetched whole rather than sought along the order
LOOKED_UP = 8  # times as long as it takes to pass over a row it takes to fetch one
IN_SPAN = "+{id} BETWEEN :lowest AND :highest"  # as written it leads no query
WALK_MS, FAR_MS = 20, 60  # after which a walk that finds too little is given up
SEEN_MS = 10  # the same of one that tests whose each row is, and looks all over the file for them
AT_ONCE_A_MS, APART_A_MS = (
    2_000,
    250,
)  # rows that a walk looks at in a millisecond, together or apart in the file
SEEK_MS = 40  # the same of one that knows the members of a part of the filter
FEW_MS = 20  # the same where they are few, and may all lie at the other end of the order
TEXT_MS = 120  # the same where a text is looked for: every other way reads all of them
LOOKED_AT = 240  # rows at the beginning of a list that tell which condition leads


class Seeking:
    """The ids of those who pass in the order of a list, found as far as somebody asked.

    ``rest`` is what the members, or those whose ids lie in the span, must pass besides.
    """

    def __init__(
        self,
        reading: Reading,
        order: lists.Order,
        segments: Sequence[lists.Segment],
        members: Members | None,
        rest: Filter | None,
        *,
        backwards: bool,
        span: tuple[int, int] | None = None,
    ) -> None:
        self.reader = reading.reader
        self.order = order
        self.segments = segments
        self.members = members
        self.rest = rest
        self.backwards = backwards
        self.found: array[int] = array("q")
        self._reading = reading
        self._rest = reading.test(rest) if rest is not None else None
        if members is not None:
            among = Test(AMONG_MEMBERS, {"members": bytes(members.flags)})
        else:
            low, high = span or (0, lists.MOST)
            among = Test(IN_SPAN, {"lowest": low, "highest": high})
        self._test = reading.together(among, self._rest)
        self._segment = 0
        self._last: tuple[Any, int] | None = None  # the key and id found last in that segment

    def whole(self) -> Seeking:
        """Return the same search with members of whom nothing is left to be asked."""
        if self.rest is None:
            return self
        members = self.members
        if members is None:
            members = Members(self._reading, self.rest)
        else:
            members.narrow(self.rest)
        return Seeking(self._reading, self.order, self.segments, members, None, backwards=self.backwards)

    @property
    def done(self) -> bool:
        """Whether all are found."""
        return self._segment == len(self.segments)

    @cached_property
    def _size(self) -> int:
        return self.members.flags.count(1) if self.members is not None else lists.MOST

    @property
    def _are_few(self) -> bool:
        return self._size <= SORTED_AT_ONCE

    @property
    def patience(self) -> int | None:
        """For how many milliseconds it is worth while; None: there is no better way."""
        return None if self.rest is None or self._are_few else SEEK_MS

    def first(self, wanted: int | None) -> array[int]:
        """Return as many ids as wanted, or some more; None: all."""
        if self.done or (wanted is not None and wanted <= len(self.found)):
            return self.found
        if self._are_few and (wanted is None or self._is_far(wanted - len(self.found))):
            return self._gathered()
        try:
            with at_most(self.reader, FEW_MS if self._are_few else None):
                while not self.done and (wanted is None or len(self.found) < wanted):
                    self._find(lists.MOST if wanted is None else wanted - len(self.found))
        except TimeoutError:
            return self._gathered()
        return self.found

    def _find(self, limit: int) -> None:
        """Find more in the segment that is looked through."""
        rows = self._walk(self.segments[self._segment], limit, self._last, reverse=False)
        self.found.extend(row[0] for row in rows)
        if len(rows) < limit:
            self._segment, self._last = self._segment + 1, None
        else:
            self._last = rows[-1][1], rows[-1][0]

    def _is_far(self, wanted: int) -> bool:
        """Tell whether to find so many more along the order takes longer than to fetch all members.

        They lie in it as evenly as in most.
        """
        assert self.members is not None  # nobody knows how many others are
        return wanted * self.members.size > LOOKED_UP * self._size**2

    def _gathered(self) -> array[int]:
        """Fetch and sort all members, who are few."""
        assert self.members is not None
        rows = lists.gather(self.reader, self.order, self._rest, self.members.ids())
        self.found = lists.in_order(rows, self.segments, self.backwards)
        self._segment = len(self.segments)
        return self.found

    def last(self, wanted: int) -> list[int]:
        """Return the last ids in their order."""
        if self.done or (self._are_few and self._is_far(wanted)):
            return list((self.found if self.done else self._gathered())[-wanted:])
        found: list[int] = []
        try:
            with at_most(self.reader, FEW_MS if self._are_few else None):
                for segment in self.segments[::-1]:
                    rows = self._walk(segment, wanted - len(found), None, reverse=True)
                    found += [row[0] for row in rows]
                    if len(found) == wanted:
                        break
        except TimeoutError:
            return list(self._gathered()[-wanted:])
        return found[::-1]

    def _walk(
        self, segment: lists.Segment, limit: int, last: tuple[Any, int] | None, *, reverse: bool
    ) -> list[tuple[int, Any]]:
        backwards = self.backwards is not reverse
        return lists.walk(
            self.reader, self.order, segment, self._test,
            backwards=backwards, limit=limit, offset=int(last is not None), start=last,
        )  # fmt: skip


def seek(
    reading: Reading,
    order: lists.Order,
    segments: Sequence[lists.Segment],
    tree: Filter,
    *,
    backwards: bool,
    whole: bool,
) -> Seeking:
    """Return the search of a list; ``whole``: the members pass all of its filter."""
    lead, rest = tree, None
    if not whole:
        first = _first(reading, order, segments, backwards)
        lead, rest = _leading(reading, tree, first)
        near = span(reading, lead)
        if near is not None and sum(not near[0] <= one <= near[1] for one in first) > len(first) // 2:
            return Seeking(reading, order, segments, None, tree, backwards=backwards, span=near)
    return Seeking(reading, order, segments, Members(reading, lead), rest, backwards=backwards)


def first_of(
    reading: Reading,
    order: lists.Order,
    segments: Sequence[lists.Segment],
    tree: Filter | None,
    wanted: int,
    *,
    backwards: bool,
) -> list[int] | None:
    """Return the first ids of a list with one condition, whose index SQLite itself looks into.

    None for any other list. For one page only: the next would look for all of them once more.
    """
    test = _sorted_ids(reading, tree)
    return None if test is None else _along(reading, order, segments, test, wanted, backwards)


def _along(
    reading: Reading,
    order: lists.Order,
    segments: Sequence[lists.Segment],
    test: Test | None,
    wanted: int,
    backwards: bool,
) -> list[int]:
    """Return the first ids of an order that pass a test (None: all do)."""
    found: list[int] = []
    for segment in segments:
        left = wanted - len(found)
        rows = lists.walk(reading.reader, order, segment, test, backwards=backwards, limit=left)
        found += [row[0] for row in rows]
        if len(found) == wanted:
            break
    return found


def _sorted_ids(reading: Reading, tree: Filter | None) -> Test | None:
    """Return the test of a condition whose index holds the ids of each of its values in their order."""
    pieces = reading.pieces(tree, False) if isinstance(tree, Condition) else None
    return held_in(pieces) if pieces else None


def patience(
    reading: Reading, order: lists.Order, segments: Sequence[lists.Segment], tree: Filter, backwards: bool
) -> int:
    """Return for how many milliseconds a list is worth walking along its order; 0: it is sought at once.

    Where none of the first pass, a sample of rows tells how far down those lie that do. Where many pass,
    reading who they are takes longer, so that the walk may too.
    """
    if any(one.field == "text" for one in conditions(tree)):
        return TEXT_MS
    # As much less as the other way is shorter.
    most = SEEN_MS if _sorted_ids(reading, tree) is not None else WALK_MS
    test, first = reading.test(tree), _first(reading, order, segments, backwards)
    whole = lists.ORDERS["id"]
    if len(first) < LOOKED_AT or lists.gather(reading.reader, whole, test, first):
        return most
    spread = lists.in_order(sample(reading.reader, order), segments, backwards)
    passing = {row[0] for row in lists.gather(reading.reader, whole, test, spread)}
    before = next((at for at, one in enumerate(spread) if one in passing), None)
    if before is None:
        return 0 if reading.has_span(_leading(reading, tree, first)[0]) else most
    most = FAR_MS if len(passing) > len(spread) // 4 else most
    looked_at = most * (APART_A_MS if order.key in lists.APART else AT_ONCE_A_MS)
    return most if before * size_of(reading.reader) <= looked_at * len(spread) else 0


def seen(reading: Reading, order: lists.Order, tree: Filter | None) -> Seen | None:
    """Return those among whom a list is looked for: of a narrow view, or of the owners it names.

    None where it is looked for among everybody's customers.
    """
    scope, people = reading.sight.scope, reading.owners(tree) if tree is not None else ()
    if reading.sight.is_narrow:
        return Seen(reading.reader, scope, people)
    if scope != "all" or tree is None or not people or not is_told_by_owner(order, reading.test(tree)):
        return None
    return Seen(reading.reader, scope, people)


def is_told_by(among: Seen | None, tree: Filter) -> bool:
    """Tell whether nothing is asked but whose the customers are."""
    return among is not None and isinstance(tree, Condition) and tree.field == "owner"


def each_test(reading: Reading, tree: Filter | None, where: Seen | None = None) -> list[Test]:
    """Return the tests that all must be passed, each by itself; none for the whole list.

    ``where`` they are looked for, whose they are need not be asked of them once more.
    """
    parts = tree.parts if isinstance(tree, All) else () if tree is None else (tree,)
    if where is not None and where.people and not reading.sight.is_narrow:
        people = list(where.people)
        named = [isinstance(part, Condition) and reading.owners(part) == people for part in parts]
        if True in named:
            parts = tuple(part for at, part in enumerate(parts) if at != named.index(True))
    return [reading.test(part) for part in parts]


def _first(
    reading: Reading, order: lists.Order, segments: Sequence[lists.Segment], backwards: bool
) -> list[int]:
    """Return the first ids of an order, whatever the filter."""
    return _along(reading, order, segments, None, LOOKED_AT, backwards)


def _leading(reading: Reading, tree: Filter, first: list[int]) -> tuple[Filter, Filter | None]:
    """Return the part of a filter that lets the fewest of some rows pass, and the rest."""
    parts = tree.parts if isinstance(tree, All) else ()
    known = [part for part in parts if reading.is_indexed(part)]
    if not known or len(parts) == 1:
        return tree, None
    whole = lists.ORDERS["id"]
    best = min(known, key=lambda part: len(lists.gather(reading.reader, whole, reading.test(part), first)))
    left = tuple(part for part in parts if part is not best)
    return best, left[0] if len(left) == 1 else All(left)
