"""Which cells of a table were changed by others a moment ago."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Set

from crm_tui import clock

SECONDS = 3.0


class Marks:
    """Columns by row, each forgotten SECONDS after it was marked last."""

    def __init__(self) -> None:
        self._until: dict[Hashable, tuple[frozenset[int], float]] = {}

    def of(self, row_id: Hashable) -> Collection[int]:
        """Return the marked columns of a row."""
        found = self._until.get(row_id)
        return found[0] if found else ()

    def add(self, columns: Mapping[Hashable, Set[int]]) -> None:
        """Mark columns of rows from now on."""
        until = clock.stopwatch() + SECONDS
        for row_id, places in columns.items():
            self._until[row_id] = (frozenset(places).union(self.of(row_id)), until)

    def wait(self) -> float | None:
        """Return the seconds until the next mark is to be forgotten, None when there is none."""
        if not self._until:
            return None
        return max(min(until for _places, until in self._until.values()) - clock.stopwatch(), 0.0)

    def forget(self, *, all_of_them: bool = False) -> set[Hashable]:
        """Forget the marks whose time is over and return their rows."""
        now = clock.stopwatch()
        over = {row for row, (_places, until) in self._until.items() if all_of_them or until <= now}
        for row_id in over:
            del self._until[row_id]
        return over
