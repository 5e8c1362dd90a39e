"""A list walked along the index of its order, from the nearest row whose line is known."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from crm_tui.customers import store_list as lists
from crm_tui.customers.store_pieces import Test
from crm_tui.storage.driver import sqlite3

MOST_ANCHORS = 2_000


class Anchor(NamedTuple):
    """A row whose line is known: its segment, key and id."""

    segment: int
    key: Any
    id: int


class Walk:
    """One state of a list whose rows are met one after the other.

    ``parts`` gives its segments; ``whole``: it shows all that the indexes hold, so that they can count;
    otherwise no more than ``far`` rows of a segment are looked through to skip them.
    """

    def __init__(
        self,
        reader: sqlite3.Connection,
        order: lists.Order,
        test: Test | None,
        parts: Callable[[], Sequence[lists.Segment]],
        *,
        backwards: bool,
        whole: bool,
        far: int,
    ) -> None:
        self.reader = reader
        self.order = order
        self.backwards = backwards
        self.whole = whole
        self.far = far
        self._test = test
        self._parts = parts
        self._anchors: dict[int, Anchor] = {}
        self._lines: list[int] = []

    def rows(self, segment: lists.Segment, limit: int, **where: Any) -> list[tuple[int, Any]]:
        """Return (id, key) of rows of a segment, from ``start`` on; ``backwards``: in that direction."""
        backwards = where.pop("backwards", self.backwards)
        return lists.walk(
            self.reader, self.order, segment, self._test, backwards=backwards, limit=limit, **where
        )

    def page(self, offset: int, limit: int, total: int | None) -> list[int]:
        """Return the ids from a line on; ``total``: how many rows there are, where that is known."""
        line, distance = self.nearest(offset)
        if total is not None and total - offset < distance:
            # The end is nearer: go there from behind.
            want = min(limit, total - offset)
            if want <= 0:
                return []
            found = self.fetch(None, total - offset - want, want, reverse=True)[::-1]
        elif line is None:
            found = self.fetch(None, offset, limit)
        elif line <= offset:
            found = self.fetch(self._anchors[line], offset - line, limit)
        else:
            found = self.fetch(self._anchors[line], line - offset, 1, reverse=True)
            found = self.fetch(found[0], 0, limit) if found else self.fetch(None, offset, limit)
        self.remember(offset, found)
        return [anchor.id for anchor in found]

    def nearest(self, offset: int) -> tuple[int | None, int]:
        """Return the line of the nearest known row (None: the beginning) and how far it is."""
        best, distance = None, offset
        at = bisect_left(self._lines, offset)
        for line in self._lines[max(0, at - 1) : at + 1]:
            if abs(line - offset) < distance:
                best, distance = line, abs(line - offset)
        return best, distance

    def remember(self, offset: int, found: list[Anchor]) -> None:
        """Keep the first and the last of some rows that begin at a line."""
        if len(self._lines) > MOST_ANCHORS:
            self._anchors.clear()
            self._lines.clear()
        for line, anchor in ((offset, found[0]), (offset + len(found) - 1, found[-1])) if found else ():
            if line not in self._anchors:
                self._lines.insert(bisect_left(self._lines, line), line)
            self._anchors[line] = anchor

    def fetch(self, start: Anchor | None, skip: int, limit: int, *, reverse: bool = False) -> list[Anchor]:
        """Return rows from a known one on, or from the beginning (in reverse: the end), some left out."""
        parts = self._parts()
        backwards = self.backwards is not reverse
        order = range(len(parts))[::-1] if reverse else range(len(parts))
        if start is not None:
            order = range(start.segment, -1, -1) if reverse else range(start.segment, len(parts))
        found: list[Anchor] = []
        for index in order:
            first = (start.key, start.id) if start is not None and start.segment == index else None
            want = limit - len(found)
            rows = self.rows(parts[index], want, offset=skip, start=first, backwards=backwards)
            found += [Anchor(index, key, row_id) for row_id, key in rows]
            if len(found) == limit:
                break
            if rows:
                skip = 0
            elif skip:
                skip -= self._left_in(parts[index], first, backwards)
        return found

    def _left_in(self, segment: lists.Segment, first: tuple[Any, int] | None, backwards: bool) -> int:
        """Return how many rows of a segment stand from a row on, that one included."""
        if not self.whole:
            return len(self.rows(segment, self.far + 1, start=first, backwards=backwards))
        whole = lists.count(self.reader, self.order, segment)
        if first is None:
            return whole
        return whole - lists.count(self.reader, self.order, segment, before=first, backwards=backwards)

    def line_of(self, anchor: Anchor) -> int:
        """Return the line of a row of the whole list, counted in the index."""
        parts = self._parts()
        line = sum(lists.count(self.reader, self.order, part) for part in parts[: anchor.segment])
        line += lists.count(
            self.reader, self.order, parts[anchor.segment],
            before=(anchor.key, anchor.id), backwards=self.backwards,
        )  # fmt: skip
        self.remember(line, [anchor])
        return line
