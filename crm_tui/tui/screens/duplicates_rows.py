"""The lines of the duplicates screen: clusters read a page at a time, and the customers of one in full."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Hashable, Sequence
from itertools import takewhile
from typing import NamedTuple

from crm_tui.customers import reading
from crm_tui.customers.reading import CustomerRow
from crm_tui.dedupe.gathered import Found, Gathered
from crm_tui.dedupe.scoring import MERGE, RELATED, REVIEW, Scored
from crm_tui.locale import N_, _
from crm_tui.session import Session
from crm_tui.text.cells import ELLIPSIS, clip, fit, safe, width
from crm_tui.tui.screens.merge_reasons import pair_of, read, short, verdict
from crm_tui.tui.widgets.rows import Cell, Column, Row

BETWEEN = " | "
TONES = {MERGE: "good", REVIEW: "warn", RELATED: "dim"}
NAME_CELLS = 12  # the least room for a name
HEAD_CELLS = 4  # at least of its beginning, where it is cut to show in what names differ
MOST_NAMED = 8  # customers of a cluster whose names stand in its line and in the pane
REASONS: dict[str, str] = {
    "code": N_("Same code"),
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
        Column(_("Numbers"), 16, flex=1, priority=2),
        Column(_("Owner"), 8, priority=3),
        Column(_("Reasons"), 18, flex=1, priority=1),
    ]


class ClusterRows:
    """The clusters of a band that wait for somebody, of those only the ones with a reason."""

    def __init__(self, session: Session, gathered: Gathered, band: str, term: str, cells: int) -> None:
        self.session = session
        self.gathered = gathered
        self.band = band
        self.term = term
        self.cells = cells
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
        return [
            row(one, [known[each] for each in one.ids[:MOST_NAMED] if each in known], self.cells)
            for one in found
        ]

    def position(self, row_id: Hashable) -> int | None:
        """Return where a cluster stands."""
        if not isinstance(row_id, int):
            return None
        at = bisect_left(self.numbers, row_id)
        return at if at < len(self.numbers) and self.numbers[at] == row_id else None


def row(found: Found, rows: Sequence[CustomerRow], cells: int) -> Row:
    """Return the line of a cluster; ``cells`` is the room for names, which customers of one name share."""
    names = list(dict.fromkeys(one.name for one in rows))
    most = max(cells // NAME_CELLS, 1)
    count = f"({len(found.ids)}) " if len(found.ids) > len(names) or len(names) > most else ""
    named = count + BETWEEN.join(shared([safe(name) for name in names[:most]], cells - len(count)))
    numbers = numbered([one.no for one in rows])
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


def shared(texts: Sequence[str], cells: int) -> list[str]:
    """Return texts cut so that all stand in ``cells`` with BETWEEN; what short ones leave, long ones take."""
    room = max(cells - width(BETWEEN) * (len(texts) - 1), len(texts))
    cut = {}
    left = sorted(range(len(texts)), key=lambda at: width(texts[at]))
    for done, at in enumerate(left):
        cut[at] = min(width(texts[at]), room // (len(left) - done))
        room -= cut[at]
    return [_cut(text, cut[at], [other for other in texts if other != text]) for at, text in enumerate(texts)]


def _cut(text: str, cells: int, others: Sequence[str]) -> str:
    """Return a text in so many cells; where another one begins like what is left of it, with what differs."""
    shown = fit(text, cells).rstrip()
    kept = shown.removesuffix(ELLIPSIS)
    same = max(
        (_alike(text, other) for other in others if shown != text and other.startswith(kept)), default=0
    )
    if not 0 < same < len(text) or cells < 2 * (HEAD_CELLS + width(ELLIPSIS)):
        return shown
    room = cells - width(text[same:]) - width(ELLIPSIS)
    head = clip(text, max(room, HEAD_CELLS)) + ELLIPSIS
    return head + fit(text[same:], cells - width(head)).rstrip()


def _alike(one: str, other: str) -> int:
    """Return with how many signs both begin."""
    return sum(1 for _same in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def numbered(numbers: Sequence[str]) -> str:
    """Return numbers, the first in full, of the others what is not the same: ``C20261122131/194``."""
    if len(numbers) < 2:
        return "".join(numbers)
    alike = takewhile(lambda signs: len(set(signs)) == 1, zip(*numbers, strict=False))
    same = max(min(sum(1 for _signs in alike), min(map(len, numbers)) - 3), 0)
    return "/".join([numbers[0], *(one[same:] for one in numbers[1:])])


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
