"""Which rows of a list are marked: some by id, or all that the list shows except some."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any


class Picks:
    """Marks on rows. All rows of a query are kept as the query and its exceptions, however many they are.

    ``every`` is None, or what was asked for when all of it was marked; ``ids`` are then the exceptions.
    """

    def __init__(self) -> None:
        self.ids: set[Hashable] = set()
        self.every: Any = None

    def __contains__(self, row_id: object) -> bool:
        return (row_id in self.ids) is (self.every is None)

    def __bool__(self) -> bool:
        return self.every is not None or bool(self.ids)

    def count(self, total: int | None) -> int | None:
        """Return how many rows are marked where a list has ``total`` (None: nobody knows yet)."""
        if self.every is None:
            return len(self.ids)
        return None if total is None else max(total - len(self.ids), 0)

    def toggle(self, row_id: Hashable) -> None:
        """Mark a row, or take its mark away."""
        self.ids ^= {row_id}

    def add(self, ids: Iterable[Hashable]) -> None:
        """Mark rows."""
        if self.every is None:
            self.ids.update(ids)
        else:
            self.ids.difference_update(ids)

    def take_all(self, asked: Any) -> None:
        """Mark all that is asked for, whatever comes to it later too."""
        self.every, self.ids = asked, set()

    def invert(self, asked: Any) -> None:
        """Mark what is not marked of what is asked for, and nothing else."""
        self.every = asked if self.every is None else None

    def become(self, ids: Iterable[Hashable]) -> None:
        """Mark these rows and no others."""
        self.every, self.ids = None, set(ids)

    def clear(self) -> None:
        """Take every mark away."""
        self.become(())
