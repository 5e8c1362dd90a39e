"""A filtered list sought along the index of its order: whether a row passes is told by a byte for its id.

Of conditions that must all hold those are told so that ``list_planning.py`` chose; the others are asked of
the few rows that are left. Customers made or contacted in some time have ids near each other: where the list
begins far from them, rows are left out by their ids.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from crm_tui.customers import store_list as lists
from crm_tui.customers.filter_fields import FILTER_FIELDS, WRITTEN, All, Condition, Filter, conditions
from crm_tui.customers.list_planning import PAGE, Trial
from crm_tui.customers.store_filter import Reading
from crm_tui.customers.store_members import ENDS_MS, EVENTS, Members, Share, size_of, span
from crm_tui.customers.store_pieces import Test, among, held_in
from crm_tui.customers.store_sight import Seen, is_told_by_owner
from crm_tui.storage.in_time import at_most

AMONG_MEMBERS = "substr(:members, {id} + 1, 1) = x'01'"
SORTED_AT_ONCE = 12_000  # members that may be fetched whole rather than sought along the order
SORTED_AT_MOST = 25_000  # the same where the trial told so
LOOKED_UP = 8  # times as long as it takes to pass over a row it takes to fetch one
IN_SPAN = "+{id} BETWEEN :lowest AND :highest"  # as written it leads no query
SPARSE = 24_000  # rows of everybody's, four times as many as are walked over in
SEEN_MS = 8  # after which a walk that tests whose each row is, and finds too little, is given up
SEEK_MS = 40  # the same of one that knows the members of a part of the filter
FEW_MS = 20  # the same where they are few, and may all lie at the other end of the order
TEXT_MS = 120  # the same where a text is looked for: every other way reads all of them
SORTED_EACH = 2  # segments of which each is sorted by itself
CHUNK = 1_000  # members that are looked at together where they stand in the order of their ids


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
        patience: int = SEEK_MS,
        gathers: bool = False,
        share: Share | None = None,
    ) -> None:
        self.reader = reading.reader
        self.order = order
        self.segments = segments
        self.members = members
        self.rest = rest
        self.backwards = backwards
        self.found: array[int] = array("q")
        self._reading = reading
        self._share = share
        self._rest = reading.test(rest) if rest is not None else None
        self._patience = patience
        self._gathers = gathers and self._size <= SORTED_AT_MOST
        self._by_id = order.key == lists.ORDERS["id"].key
        if members is not None:
            inside = Test(AMONG_MEMBERS, {"members": bytes(members.flags)})
        else:
            low, high = span or (0, lists.MOST)
            inside = Test(IN_SPAN, {"lowest": low, "highest": high})
            if self._by_id:
                self.segments = lists.within(list(segments), [(low, high)])
            elif order in EVENTS.values():
                self.segments = self._cut(list(segments), (low, high))
        self._test = reading.together(inside, self._rest)
        self._segment = 0
        self._last: tuple[Any, int] | None = None  # the key and id found last in that segment

    def _cut(self, found: list[lists.Segment], inside: tuple[int, int]) -> list[lists.Segment]:
        """Return the segments of an order of change sets from the first to the last with ids of a span."""
        with suppress(TimeoutError), at_most(self.reader, ENDS_MS):
            ends = [
                lists.nearest(self.reader, self.order, inside, backwards=backwards)
                for backwards in (False, True)
            ]
            low, high = (key if all(lists.holds(one, key) for one in found) else None for key in ends)
            return lists.within(found, [(low, high)]) if (low, high) != (None, None) else found
        return found

    def whole(self) -> Seeking:
        """Return the same search with members of whom nothing is left to be asked."""
        if self.rest is None:
            return self
        members = self.members
        if members is None:
            members = Members(self._reading, self.rest, self._share)
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
        return None if self.rest is None or self._are_few else self._patience

    def first(self, wanted: int | None) -> array[int]:
        """Return as many ids as wanted, or some more; None: all."""
        if self.done or (wanted is not None and wanted <= len(self.found)):
            return self.found
        if self._gathers or (self._are_few and (wanted is None or self._is_far(wanted - len(self.found)))):
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
        if self._by_id and self.members is not None:
            last = self._last[1] if self._last is not None else None
            rows = self._looked_at(limit, last, backwards=self.backwards)
        else:
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
        if self.done or self._gathers or (self._are_few and self._is_far(wanted)):
            return list((self.found if self.done else self._gathered())[-wanted:])
        found: list[int] = []
        try:
            with at_most(self.reader, FEW_MS if self._are_few else None):
                for segment in self.segments[::-1]:
                    if self._by_id and self.members is not None:
                        rows = self._looked_at(wanted, None, backwards=not self.backwards)
                    else:
                        rows = self._walk(segment, wanted - len(found), None, reverse=True)
                    found += [row[0] for row in rows]
                    if len(found) == wanted:
                        break
        except TimeoutError:
            return list(self._gathered()[-wanted:])
        return found[::-1]

    def _looked_at(self, limit: int, last: int | None, *, backwards: bool) -> list[tuple[int, Any]]:
        """Return (id, id) of members behind one that pass the rest too, in the order of their ids."""
        assert self.members is not None
        flags, found, at = self.members.flags, list[tuple[int, Any]](), last
        while len(found) < limit:
            ids: list[int] = []
            while len(ids) < CHUNK:
                if backwards:
                    at = flags.rfind(1, 0, len(flags) if at is None else at)
                else:
                    at = flags.find(1, 0 if at is None else at + 1)
                if at < 0:
                    break
                ids.append(at)
            found += sorted(lists.gather(self.reader, self.order, self._rest, ids), reverse=backwards)
            if at is None or at < 0:
                break
        return found[:limit]

    def _walk(
        self, segment: lists.Segment, limit: int, last: tuple[Any, int] | None, *, reverse: bool
    ) -> list[tuple[int, Any]]:
        backwards = self.backwards is not reverse
        return lists.walk(
            self.reader, self.order, segment, self._test,
            backwards=backwards, limit=limit, offset=int(last is not None), start=last,
        )  # fmt: skip


def seek(trial: Trial, segments: Sequence[lists.Segment], *, backwards: bool, whole: bool) -> Seeking:
    """Return the search of a list, as a trial tells; ``whole``: by all who pass its filter."""
    if not whole:
        trial.give_up()
    reading, way, near = trial.reading, trial.way, None
    if not whole and way.is_span:
        near = span(reading, way.lead, low=way.low, high=way.high)
    if near is not None:
        members, rest = None, way.rest
    elif whole or way.is_span:
        members, rest = Members(reading, trial.tree, trial.share), None
    else:
        members, rest = Members(reading, way.lead, trial.share), way.rest
    patience = int(max(SEEK_MS, trial.whole / 1000))
    return Seeking(
        reading, trial.order, segments, members, rest,
        backwards=backwards, span=near, patience=patience, gathers=way.gathers, share=trial.share,
    )  # fmt: skip


def first_of(trial: Trial, wanted: int) -> list[int] | None:
    """Return the first ids of a list as an index leads to them or tells of them; None where that is dearer.

    For one page only: the next would look for all of them once more.
    """
    trial.give_up()
    reading, order, segments = trial.reading, trial.order, trial.segments
    sorted_for, pieces = trial.sorted
    if min(sorted_for, trial.looked_into) > trial.way.cost:
        return None
    found: list[int] = []
    if sorted_for < trial.looked_into:
        test = reading.together(among(pieces, leads=True), reading.test(trial.tree))
        if len(segments) > SORTED_EACH:
            rows = lists.sort(reading.reader, order, None, test, backwards=False, limit=lists.MOST)
            return list(lists.in_order(rows, segments, trial.backwards)[:wanted])
    else:
        test = held_in(trial.pieces)
    assert test is not None
    ask = lists.sort if sorted_for < trial.looked_into else lists.walk
    for segment in segments:
        left = wanted - len(found)
        rows = ask(reading.reader, order, segment, test, backwards=trial.backwards, limit=left)
        found += [row[0] for row in rows]
        if len(found) == wanted:
            break
    return found


def has_text(tree: Filter) -> bool:
    """Tell whether a text is looked for."""
    return any(FILTER_FIELDS[one.field].kind in WRITTEN for one in conditions(tree))


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


def is_sparse(reading: Reading, among: Seen, order: lists.Order, tree: Filter) -> bool:
    """Tell whether the first page of those that are seen lies behind more rows than a walk gets past."""
    before = among.before(order, each_test(reading, tree, among), PAGE, size_of(reading.reader))
    return before > SPARSE


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
