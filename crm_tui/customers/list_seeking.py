"""A filtered list sought along the index of its order: only ids are read, which say whether they pass."""

from __future__ import annotations

from array import array
from collections.abc import Generator, Sequence
from contextlib import closing

from crm_tui.customers import store_list as lists
from crm_tui.customers.store_members import Members
from crm_tui.storage.driver import sqlite3


class Seeking:
    """The ids of those who pass in the order of a list, found as far as somebody asked."""

    def __init__(
        self,
        reader: sqlite3.Connection,
        order: lists.Order,
        segments: Sequence[lists.Segment],
        members: Members,
        *,
        backwards: bool,
    ) -> None:
        self.reader = reader
        self.order = order
        self.segments = segments
        self.members = members
        self.backwards = backwards
        self.found: array[int] = array("q")
        self._segment = 0
        self._looked_at = 0  # rows of that segment

    @property
    def done(self) -> bool:
        """Whether all are found."""
        return self._segment == len(self.segments)

    def first(self, wanted: int | None) -> array[int]:
        """Return as many ids as wanted, or some more; None: all."""
        while not self.done and (wanted is None or len(self.found) < wanted):
            with closing(self._stream(self.segments[self._segment], skip=self._looked_at)) as stream:
                for ids in stream:
                    self.found.extend(self.members.among(ids))
                    self._looked_at += len(ids)
                    if wanted is not None and len(self.found) >= wanted:
                        return self.found
            self._segment, self._looked_at = self._segment + 1, 0
        return self.found

    def last(self, wanted: int) -> list[int]:
        """Return the last ids in their order."""
        found: list[int] = []
        for segment in self.segments[::-1]:
            with closing(self._stream(segment, reverse=True)) as stream:
                for ids in stream:
                    found += self.members.among(ids)
                    if len(found) >= wanted:
                        return found[:wanted][::-1]
        return found[::-1]

    def _stream(
        self, segment: lists.Segment, *, skip: int = 0, reverse: bool = False
    ) -> Generator[list[int]]:
        backwards = self.backwards is not reverse
        return lists.stream(self.reader, self.order, segment, backwards=backwards, skip=skip)
