"""Lines of the customer list: read a page at a time on the database thread, worded for people."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date

from crm_tui import clock
from crm_tui.customers import reading
from crm_tui.customers.fields import FIELDS
from crm_tui.customers.reading import CustomerRow, Query
from crm_tui.locale import N_, _, language, ngettext
from crm_tui.session import Session
from crm_tui.tui.widgets.rows import Cell, Column, Row, left_behind

SORTS: dict[str, str] = {
    "recent": N_("changed last first"),
    "due": N_("by next step"),
    "followup": N_("by last follow-up"),
    "name": N_("by name"),
    "no": N_("by number"),
}
STATUS = 2  # the column that says of a row that it is gone
STATUS_TONES = {"won": "good", "lost": "dim"}


def columns() -> list[Column]:
    """Return the columns; number, name and status stay on a narrow screen."""
    word = 8 if language() == "zh" else 11
    return [
        Column(FIELDS["no"].title, 12, tone="dim"),
        Column(FIELDS["name"].title, 24, flex=3),
        Column(_("Status"), word),
        Column(_("Stage"), word, priority=5),
        Column(FIELDS["owner"].title, 8, priority=6),
        Column(_("Contact"), 8, flex=1, priority=3),
        Column(_("Phone"), 13, priority=2),
        Column(_("Last follow-up"), 12, priority=4),
        Column(_("Next step"), 12, priority=1),
    ]


def due_cell(due_on: str | None, today: date) -> str | Cell:
    """Return the day of a next step, with words where it is late or today."""
    if not due_on:
        return ""
    late = (today - clock.parse_day(due_on)).days
    if late > 0:
        return Cell(ngettext("{n} day late", "{n} days late", late).format(n=late), "bad")
    return Cell(_("today"), "warn") if late == 0 else due_on


class CustomerRows:
    """The rows of a query."""

    def __init__(self, session: Session, query: Query) -> None:
        self.session = session
        self.query = query

    def count(self) -> int:
        """Count the customers."""
        return reading.count(self.session.reader, self.query)

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        """Read a page."""
        return [self._row(row) for row in reading.page(self.session.reader, self.query, offset, limit)]

    def again(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Read rows anew; those of customers that are not there any more stay as they were, and say so."""
        found: dict[Hashable, CustomerRow] = {
            **reading.rows_of(self.session.reader, [row.id for row in rows if isinstance(row.id, int)])
        }
        return [
            self._row(found[row.id]) if row.id in found else left_behind(row, _("gone"), STATUS)
            for row in rows
        ]

    def _row(self, row: CustomerRow) -> Row:
        words, zone = self.session.words, self.session.zone
        last = f"{clock.local(row.last_followup_at, zone):%Y-%m-%d}" if row.last_followup_at else ""
        status = words.label("status", row.status)
        cells = (
            row.no,
            Cell(row.name or row.contact or "", marks=row.marks),
            Cell(status, STATUS_TONES.get(row.status or "", "")),
            words.label("stage", row.stage),
            row.owner,
            row.contact or "",
            row.phone or "",
            last,
            due_cell(row.next_due_on, self.session.today()),
        )
        return Row(row.id, cells)
