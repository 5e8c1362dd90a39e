"""A list through a window: any page, either end, counts and places, whichever filter and order it has.

Few rows are fetched whole and sorted; many are walked along the index of their order, from the nearest row
whose place is known. Which of both is told by what the indexes hold of each condition, up to a limit. A walk
that finds too little in time gives way to one that asks no table at all.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from crm_tui.customers import list_seeking as seeking
from crm_tui.customers import store
from crm_tui.customers import store_list as lists
from crm_tui.customers.list_places import FAR, keys_of, place_among, rank_of, segment_of
from crm_tui.customers.list_planning import Trial
from crm_tui.customers.list_walking import Anchor, Walk
from crm_tui.customers.store import CustomerRow, Query
from crm_tui.customers.store_filter import Reading
from crm_tui.customers.store_members import Members
from crm_tui.customers.store_pieces import Piece
from crm_tui.customers.store_sight import OWNERS
from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.presets.store import dictionary
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.in_time import at_most

FEW = 6_000
NEAR = 6_000  # lines down to which a page is sorted alone
WIDE = 150_000  # seen by one team: more are read as everybody's are
VALUES_MS = 10  # in which the few values of a column are mostly found
HELD_MS = 2  # in which an index tells that of all rows few pass a condition


class Window:
    """One state of a list; make another one when the data moved.

    Raises BadInput for an order that there is none of.
    """

    def __init__(self, reader: sqlite3.Connection, query: Query) -> None:
        self.reader = reader
        self.query = query
        name = query.sort.removeprefix("-")
        if name == store.MATCH:
            name = "recent" if query.ids is None else "id"
        if name not in lists.ORDERS:
            raise BadInput(_("There is no order “{name}”.").format(name=query.sort))
        self.order = lists.ORDERS[name]
        self.backwards = self.order.falls is not query.sort.startswith("-")
        self._reading = Reading(reader)
        self.filter = store.whole(query)
        self._test = self._reading.test(self.filter) if self.filter is not None else None
        self._seen = seeking.seen(self._reading, self.order, self.filter) if query.ids is None else None
        self._paged = False
        self._values: set[Any] | None = None
        self._segments: list[lists.Segment] | None = None
        self._ids: array[int] | None = None
        self._members: Members | None = None
        self._sought: seeking.Seeking | None = None
        self._planned = False
        self._trials: dict[bool, Trial] = {}
        self._count: int | None = None
        mine = self._seen.test(self.order) if self._seen is not None else None
        self._walk = Walk(
            reader, self.order, self._reading.together(mine, self._test) if mine else self._test, self._parts,
            backwards=self.backwards, whole=self.filter is None and self._seen is None, far=FEW,
        )  # fmt: skip

    # -- what is asked --------------------------------------------------------------------------------

    def page(self, offset: int, limit: int) -> list[CustomerRow]:
        """Return the rows from a line on."""
        return self._rows(self.ids_page(offset, limit))

    def last(self, limit: int) -> list[CustomerRow]:
        """Return the last rows, in their order, without knowing how many there are."""
        ids = self._gathered()
        if ids is not None:
            return self._rows(list(ids[max(0, len(ids) - limit) :]))
        try:
            patience = self._patience(reverse=True)
            if patience == 0:
                raise TimeoutError
            with at_most(self.reader, None if self._walk.whole else patience):
                found = self._walk.fetch(None, 0, limit, reverse=True)[::-1]
        except TimeoutError:
            if (page := self._page_of_seen(0, limit, reverse=True)) is not None:
                return self._rows(page)
            if self._walk.whole:
                return self.last(limit)
            if (last := self._first_of_index(limit, reverse=True)) is not None:
                return self._rows(last[::-1])
            return self._rows(self._seek(reverse=True).last(limit))
        if self._count is not None:
            self._walk.remember(self._count - len(found), found)
        return self._rows([anchor.id for anchor in found])

    def ids_page(self, offset: int, limit: int) -> list[int]:
        """Return the customers' ids from a line on."""
        ids = self._gathered()
        if ids is not None:
            return list(ids[offset : offset + limit])
        if self._walk.whole:
            return self._walk.page(offset, limit, self._count)
        try:
            far = self._walk.nearest(offset)[1] > FEW
            if far or self._sought is not None or (self._seen is not None and self._paged):
                raise TimeoutError
            if (patience := self._patience()) == 0:
                raise TimeoutError
            with at_most(self.reader, patience):
                return self._walk.page(offset, limit, self._count)
        except TimeoutError:
            # What passes is far apart in this order, or far down.
            if (page := self._page_of_seen(offset, limit)) is not None:
                return page
            if self._walk.whole:
                return self.ids_page(offset, limit)
            if (first := self._first_of_index(offset + limit)) is not None:
                return first[offset:]
            return list(self._first(offset + limit)[offset : offset + limit])

    def ids(self) -> list[int]:
        """Return the ids of the whole list in its order."""
        ids = self._all()
        if ids is not None:
            return list(ids)
        return [row[0] for part in self._parts() for row in self._walk.rows(part, lists.MOST)]

    def _all(self) -> array[int] | None:
        """Return the ids of a filtered list, None for the unfiltered one, whose indexes tell everything."""
        ids = self._gathered()
        if ids is None and self._gather_seen():
            return self._ids
        return self._first() if ids is None and self.filter is not None else ids

    def count(self, limit_ms: int | None = None) -> int | None:
        """Return how many rows there are; None when that is not known within so many milliseconds."""
        if self._count is None:
            ids = self._gathered()
            if ids is not None:
                self._count = len(ids)
                return self._count
            try:
                with at_most(self.reader, limit_ms):
                    self._count = self._counted()
            except TimeoutError:
                return None
        return self._count

    def know(self, count: int) -> None:
        """Take over how many rows there are from whoever counted the same list over another connection."""
        self._count = count

    def position(self, customer_id: int) -> int | None:
        """Return the line of a customer, None when the list does not have it."""
        ids = self._all()
        if ids is not None:
            return ids.index(customer_id) if customer_id in ids else None
        found = lists.key_of(self.reader, self.order, customer_id)
        if found is None:
            return None
        for index, segment in enumerate(self._parts()):
            if lists.holds(segment, found[0]):
                return self._walk.line_of(Anchor(index, found[0], customer_id))
        return None

    def place_of(self, prefix: str) -> int | None:
        """Return the line of the first row at or after what somebody typed, under the order of the list.

        A letter, syllable or name under the order by name; a number; a day, month or year; the beginning of a
        word or a colleague's name. None when it means nothing there, or all rows come before it.
        """
        seen = self._all() if self._seen is not None else None
        target = self._target(prefix)
        if target is None:
            return None
        (index, keys), ids = target, self._all() if seen is None else seen
        if ids is not None:
            return self._place_in(ids, index, keys)
        segment = self._parts()[index]
        if keys is None:
            rows = self._walk.rows(segment, 1)
        else:
            rows = []
            for key in keys:
                rows = self._walk.rows(segment, 1, start=(key, (1 << 62) if self.backwards else 0))
                if rows and (len(keys) == 1 or str(rows[0][1]).startswith(key.rstrip(FAR))):
                    break
        return self._walk.line_of(Anchor(index, rows[0][1], rows[0][0])) if rows else None

    # -- the plan -------------------------------------------------------------------------------------

    def _gathered(self) -> array[int] | None:
        """Return all ids in their order when there are few, None when the list is to be walked."""
        if not self._planned:
            self._planned = True
            if self.filter is not None and self._reading.is_never(self.filter):
                self._ids = array("q")
            elif self.query.ids is not None:
                self._ids = self._found(self.query.ids)
            elif self._seen is not None and self._seen.size(FEW) < FEW:
                self._gather_seen()
            elif self.filter is not None and not seeking.is_told_by(self._seen, self.filter):
                held = self._reading.held(self.filter, self._size_of, FEW)
                if held is not None and held.size is not None and held.size < FEW:
                    test = self._reading.test(held.rest) if held.rest is not None else None
                    rows = lists.gather(self.reader, self.order, test, lists.ids_of(self.reader, held.pieces))
                    self._ids = self._sorted(rows if self._seen is None else self._told(rows))
        return self._ids

    def _gather_seen(self) -> bool:
        """Fetch the list among those that are seen; False where these are too many, or all."""
        if self._seen is None or self._ids is not None:
            return self._seen is not None
        if self._seen.are_about() >= WIDE:
            self._seen, self._walk.whole = None, self.filter is None
            return False
        self._ids = self._sorted(
            self._told(self._seen.rows(self.order, seeking.each_test(self._reading, self.filter, self._seen)))
        )
        return True

    def _page_of_seen(self, offset: int, limit: int, *, reverse: bool = False) -> list[int] | None:
        """Return a page of those that are seen, None where these are too many, or all.

        The first one that lies too far apart is sorted alone; whoever asks for more gets it from the whole.
        """
        if self._seen is None or self._seen.are_about() >= WIDE:
            self._gather_seen()
            return None
        if self._paged or offset > NEAR:
            self._gather_seen()
            ids = self._ids or array("q")
            return list(ids[max(0, len(ids) - limit) :] if reverse else ids[offset : offset + limit])
        self._paged, tests = True, seeking.each_test(self._reading, self.filter, self._seen)
        backwards, found, left = self.backwards is not reverse, [], offset + limit
        for segment in self._parts()[::-1] if reverse else self._parts():
            rows = self._seen.first(self.order, segment, tests, left, backwards=backwards)
            found += [row[0] for row in rows]
            left -= len(rows)
            if not left:
                break
        return found[::-1] if reverse else found[offset:]

    def _first_of_index(self, wanted: int, *, reverse: bool = False) -> list[int] | None:
        """Return the first ids as their index holds them, once; None where that takes long."""
        if self._paged or self._sought is not None or wanted > NEAR:
            return None
        self._paged = True
        return seeking.first_of(self._trial(reverse=reverse), wanted)

    def _told(self, rows: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
        """Let the order's segments be those of some rows: indexes tell of all rows at once, of few slowly."""
        if self.order.kind:
            self._values, self._segments = {key for _id, key in rows}, None
        return rows

    def _known_values(self) -> set[Any] | None:
        """Return the values that the order has among those that are seen, None where the indexes tell."""
        if self._values is None and self._seen is not None and self.order.kind:
            found: Iterable[Any] | None = None
            if self.order.kind != "person":
                with suppress(TimeoutError), at_most(self.reader, VALUES_MS):
                    found = lists.values_of(self.reader, self.order)
            self._values = self._seen.values(self.order) if found is None else set(found)
        return self._values

    def _found(self, ids: Sequence[int]) -> array[int]:
        passing = lists.gather(self.reader, self.order, self._test, ids)
        if self.query.sort != store.MATCH:
            return self._sorted(self._told(passing) if self._reading.sight.scope in OWNERS else passing)
        kept = {row[0] for row in passing}
        return array("q", (one for one in ids if one in kept))

    def _size_of(self, pieces: Sequence[Piece], most: int) -> int:
        try:
            # Where each row of the index is looked up to tell whether it is seen, few take long too.
            with at_most(self.reader, HELD_MS):
                return lists.size_of(self.reader, pieces, most)
        except TimeoutError:
            return most  # as many as are not gathered

    def _sorted(self, rows: list[tuple[int, Any]]) -> array[int]:
        return lists.in_order(rows, self._parts(), self.backwards)

    def _patience(self, *, reverse: bool = False) -> int | None:
        """Return for how many milliseconds the list is worth walking; ``reverse``: from its end."""
        if self._walk.whole:
            return None
        if self._seen is not None:
            self._parts()  # in a time of its own, which ends that of a walk around it
            # Who is seen is told by the owner: those of another are walked for nothing.
            narrow, astray = self._reading.sight.is_narrow, self.order.kind == "person"
            if narrow and not astray and self.filter is not None:
                astray = seeking.is_sparse(self._reading, self._seen, self.order, self.filter)
            return 0 if narrow and astray else seeking.SEEN_MS
        assert self.filter is not None  # the whole list is walked
        return seeking.TEXT_MS if seeking.has_text(self.filter) else self._trial(reverse=reverse).patience

    def _trial(self, *, reverse: bool) -> Trial:
        """Return what a few rows tell of the list as it is read from its beginning or, reverse, its end."""
        if reverse not in self._trials:
            assert self.filter is not None  # the whole list is walked
            parts = self._parts()[::-1] if reverse else self._parts()
            self._trials[reverse] = Trial(
                self._reading, self.order, parts, self.filter, backwards=self.backwards is not reverse
            )
        return self._trials[reverse]

    def _knows_members(self) -> Members:
        if self._members is None:
            assert self.filter is not None  # the whole list is walked
            known = self._sought.members if self._sought is not None and not self._sought.rest else None
            self._members = known or Members(self._reading, self.filter)
        return self._members

    def _seek(self, *, whole: bool = False, reverse: bool = False) -> seeking.Seeking:
        """Return the search along the index of the order; ``reverse``: its end is asked for."""
        if self._sought is None:
            trial = self._trial(reverse=reverse)
            self._sought = seeking.seek(trial, self._parts(), backwards=self.backwards, whole=whole)
        elif self._sought.rest is not None and whole:
            self._sought = self._sought.whole()
        return self._sought

    def _first(self, wanted: int | None = None) -> array[int]:
        """Return the first ids (None: all) without looking at more rows than need be."""
        sought = self._seek(whole=wanted is None)
        try:
            with at_most(self.reader, sought.patience):
                found = sought.first(wanted)
        except TimeoutError:
            self._seek(whole=True)
            return self._first(wanted)
        if sought.done:
            self._ids = found
        return found

    def _parts(self) -> list[lists.Segment]:
        if self._segments is None:
            rank = rank_of(self.reader, self.order.kind) if self.order.kind else None
            values = self._known_values()
            found = lists.segments(self.reader, self.order, rank, self.backwards, values)
            ranges = self._reading.bounds(self.filter, self.order.key)
            self._segments = found if ranges is None else lists.within(found, ranges)
        return self._segments

    def _counted(self) -> int:
        if self._seen is not None and (self.filter is None or self._seen.are_about() < WIDE):
            return self._seen.count(seeking.each_test(self._reading, self.filter, self._seen))
        found = self._knows_members().count() if self.filter is not None else None
        return lists.count_all(self.reader) if found is None else found

    def _rows(self, ids: list[int]) -> list[CustomerRow]:
        rows = store.rows_of(self.reader, ids)
        return [rows[one] for one in ids if one in rows]

    # -- places ---------------------------------------------------------------------------------------

    def _target(self, prefix: str) -> tuple[int, list[Any] | None] | None:
        """Return the segment that something typed leads to and keys to look for in it (None: its first)."""
        if self.order.kind:
            names = {}
            if self.order.kind == "person":
                names = dict(lists.people(self.reader))
            elif self.order.kind != "place":
                entries = dictionary(self.reader)
                names = {
                    key: entries.label(self.order.kind, key)
                    for key in entries.entries.get(self.order.kind, {})
                }
            values = [part.value for part in self._parts()]
            index = segment_of(prefix, [names.get(value, value) for value in values])
            return None if index is None else (index, None)
        keys = keys_of(prefix, self.order.key, self._reading, self.backwards)
        if not keys:
            return None
        far = FAR if self.backwards and self.order.key in ("s.name_sort", "c.no_sort") else ""
        parts = self._parts()
        return (0, [key + far if far else key for key in keys]) if parts and parts[0].keyed else None

    def _place_in(self, ids: array[int], index: int, keys: list[Any] | None) -> int | None:
        """Return the first line of ids in memory that is not before a key."""
        parts = self._parts()

        def place(line: int) -> tuple[int, Any]:
            found = lists.key_of(self.reader, self.order, ids[line])
            key = found[0] if found else None
            at = next((at for at, part in enumerate(parts) if lists.holds(part, key)), len(parts))
            return at, key

        return place_among(len(ids), place, index, keys, self.backwards)
