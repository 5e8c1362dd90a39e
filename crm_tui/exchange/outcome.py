"""What an import did, as front ends tell it."""

from __future__ import annotations

from typing import NamedTuple

from crm_tui.exchange.planning import PlannedRow


class ImportResult(NamedTuple):
    """What an import did: its job and first set (None when nothing had to be written), rows by verdict.

    ``left`` are rows that were not written because somebody changed the same customer meanwhile. Of those
    skipped, ``same`` say what their customers say already.
    """

    job: int | None
    set_id: int | None
    added: int
    updated: int
    skipped: int
    suspect: int
    error: int
    left: list[PlannedRow]
    same: int = 0

    @property
    def changed(self) -> bool:
        """Tell whether a customer was added or changed, not only what the sheet said was kept."""
        return self.set_id is not None and bool(self.added or self.updated)

    @property
    def nothing_new(self) -> bool:
        """Tell whether all rows say what their customers say already."""
        rest = self.added + self.updated + self.suspect + self.error + len(self.left)
        return not rest and 0 < self.skipped == self.same
