"""The pane below the duplicates: the customers of the cluster under the cursor, and why they look alike."""

from __future__ import annotations

from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.text.cells import fit, safe, width
from crm_tui.tui.screens.duplicates_rows import Cluster, told
from crm_tui.tui.widgets.lines import packed
from crm_tui.tui.widgets.prose import Prose

LOW, TALL = 20, 32  # lines of a window
LEAST, FEW, MANY = 2, 4, 8  # customers that are named in a low and in a tall window
REASON_LINES = 4
DROPPED = (3, 4)  # state and contact, where there is no room for them


class Pane(Prose, can_focus=False):
    """The customers one below the other in columns, then the reasons with their points."""

    def __init__(self) -> None:
        super().__init__(classes="twins-pane")
        self.cluster: Cluster | None = None

    def show(self, session: Session, cluster: Cluster | None) -> None:
        """Show a cluster, or nothing."""
        self.cluster = cluster
        cells = max(self.app.size.width - 3, 20)
        lines: list[str] = []
        reasons: list[str] = []
        if cluster is not None:
            height = self.app.size.height
            most = MANY if height >= TALL else FEW if height >= LOW else LEAST
            rows, parts = told(session, cluster)
            lines = aligned(rows[:most], cells)
            more = len(cluster.found.ids) - len(lines)
            if more > 0:
                lines.append(_("and {n} other customers").format(n=more))
            reasons = packed(parts, cells, REASON_LINES, " · ")
        self.update("\n".join([*lines, *reasons]))


def aligned(rows: list[tuple[str, ...]], cells: int) -> list[str]:
    """Return rows of cells in columns as wide as their longest, names cut where they take too much."""
    if not rows:
        return []
    safe_rows = [[safe(cell) for cell in row] for row in rows]
    wide = [max(width(row[at]) for row in safe_rows) for at in range(len(safe_rows[0]))]
    for at in DROPPED:
        # Names matter most.
        if sum(wide) + 2 * (len(wide) - 1) > cells:
            wide[at] = 0
    fixed = sum(wide) - wide[1] + 2 * (sum(map(bool, wide)) - 1)
    wide[1] = max(min(wide[1], cells - fixed), min(wide[1], 16))
    return [
        fit(
            "  ".join(fit(cell, cells_) for cell, cells_ in zip(row, wide, strict=True) if cells_), cells
        ).rstrip()
        for row in safe_rows
    ]
