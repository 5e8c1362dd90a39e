"""The lines of the duplicates screen: clusters read a page at a time, and the customers of one in full."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from crm_tui.customers import reading
from crm_tui.customers.reading import CustomerRow
from crm_tui.dedupe.gathered import Found, Gathered
from crm_tui.dedupe.scoring import MERGE, RELATED, REVIEW, Scored
from crm_tui.locale import N_, _
from crm_tui.session import Session
from crm_tui.tui.screens.merge_reasons import pair_of, read, short, verdict
from crm_tui.tui.widgets.rows import Cell, Column, Row

BETWEEN = " | "
TONES = {MERGE: "good", REVIEW: "warn", RELATED: "dim"}
MOST_NAMED = 8  # customers of a cluster whose names stand in its line and in the pane
REASONS: dict[str, str] = {
    "code": N_("Credit code"),
    "mobile": N_("Mobile"),
    "mail": N_("Mail"),
    "whole": N_("Whole name"),
    "brand": N_("Brand"),
    "name": N_("Person's name"),
    "landline": N_("Landline"),
    "street": N_("Address"),
    "contact": N_("Contact"),
    "domain": N_("Web domain"),
    "branch": N_("Branch"),
    "ordinal": N_("Number in the name"),
    "trade": N_("Trade"),
    "place": N_("Place"),
}
"""What a reason is called in a line and in the filter."""


class Cluster(NamedTuple):
    """A cluster with its customers, and the reasons of those that stand alone: a pair's."""

    found: Found
    rows: list[CustomerRow]
    scored: Scored | None


def columns() -> list[Column]:
    """Return the columns: the score, names, numbers, owners, reasons."""
    return [
        Column(_("Score"), 5, right=True),
        Column(_("Customers"), 24, flex=4),
        Column(_("Numbers"), 12, flex=1, priority=2),
        Column(_("Owner"), 8, priority=3),
        Column(_("Reasons"), 18, flex=1, priority=1),
    ]


class ClusterRows:
    """The clusters of a band that wait for somebody, of those only the ones with a reason."""

    def __init__(self, session: Session, gathered: Gathered, band: str, term: str) -> None:
        self.session = session
        self.gathered = gathered
        self.band = band
        self.term = term
        self.numbers: array[int] = array("q")

    def count(self) -> int:
        """Find the clusters and return how many there are."""
        self.numbers = self.gathered.numbers(self.band, self.term)
        return len(self.numbers)

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        """Return the lines from ``offset`` on."""
        found = [self.gathered.at(number) for number in self.numbers[offset : offset + limit]]
        wanted = [one for each in found for one in each.ids[:MOST_NAMED]]
        known = reading.rows_of(self.session.reader, wanted)
        return [row(one, [known[each] for each in one.ids[:MOST_NAMED] if each in known]) for one in found]

    def position(self, row_id: Hashable) -> int | None:
        """Return where a cluster stands."""
        if not isinstance(row_id, int):
            return None
        at = bisect_left(self.numbers, row_id)
        return at if at < len(self.numbers) and self.numbers[at] == row_id else None


def row(found: Found, rows: Sequence[CustomerRow]) -> Row:
    """Return the line of a cluster; customers of one name share it."""
    names = list(dict.fromkeys(one.name for one in rows))
    named = BETWEEN.join(names)
    if len(found.ids) > max(len(names), 2) or (len(names) == 1 and len(found.ids) > 1):
        named = f"({len(found.ids)}) {named}"
    numbers = " ".join(one.no for one in rows)
    owners = BETWEEN.join(dict.fromkeys(one.owner for one in rows))
    why = " ".join(_(REASONS[term]) for term in found.terms)
    return Row(
        found.number,
        (
            Cell(f"{found.score:.1f}", TONES[found.band]),
            named,
            Cell(numbers, "dim"),
            owners,
            Cell(why, "dim"),
        ),
    )


def look(session: Session, found: Found) -> Cluster:
    """Read the customers of a cluster and, of a pair, what speaks for and against it."""
    rows = reading.rows_of(session.reader, list(found.ids[:MOST_NAMED]))
    kept = [rows[one] for one in found.ids[:MOST_NAMED] if one in rows]
    scored = None
    if len(found.ids) == 2 and len(kept) == 2:
        pair = pair_of(*found.ids)
        scored = read(session, [pair]).get(pair)
    return Cluster(found, kept, scored)


def told(session: Session, cluster: Cluster) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return the customers as rows of cells (number, name, owner, status, phone), and the reasons."""
    words = session.words
    cells: list[tuple[str, ...]] = [
        (one.no, one.name, one.owner, words.label("status", one.status), one.contact or "", one.phone or "")
        for one in cluster.rows
    ]
    if cluster.scored is None:
        return cells, []
    parts = short(cluster.scored)
    first = verdict(cluster.scored)
    return cells, [f"{first} = {parts[0]}" if parts else first, *parts[1:]]
