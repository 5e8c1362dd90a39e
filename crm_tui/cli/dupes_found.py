"""What looks alike on the command line: ``dupes scan``, ``dupes list``."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import command, option
from crm_tui.cli.output import Column
from crm_tui.cli.progress import Bar
from crm_tui.cli.registry import Entry
from crm_tui.cli.state import State
from crm_tui.customers.fields import FIELDS
from crm_tui.customers.reading import rows_of
from crm_tui.dedupe import decisions, listing, scanning, wording
from crm_tui.dedupe.scoring import DECIDED
from crm_tui.errors import BadInput, NotPermitted, UsageFault
from crm_tui.locale import N_, _, ngettext

if TYPE_CHECKING:
    from crm_tui.session import Session

One = TypeVar("One")
ENTRIES = {
    "scan": Entry(__name__, "scan", N_("Compare all customers and keep the pairs that look alike.")),
    "list": Entry(__name__, "list_found", N_("List the customers that look alike: clusters, or pairs.")),
}
AT_ONCE = 400  # customers whose names are read together
_TOLD = 3  # reasons of a pair in a table


@command(
    ENTRIES["scan"],
    more=N_(
        "It says how far it is; Ctrl-C stops it, and the next one goes on from there. Nobody's save waits for"
        " it. What is saved afterwards is compared by dupes list and by the screen of duplicates, which need"
        " no further scan."
    ),
)
def scan(state: State) -> None:
    """Compare all customers."""
    with state.session(write=True) as session:
        with Bar(_("Comparing all customers"), stoppable=True) as bar:
            done = scanning.scan(session.database, bar.report, bar.cancelled)
        counts = dict.fromkeys(listing.BANDS, 0)
        for pair in listing.pairs(session.reader):
            counts[pair.band] += 1
    if state.out.as_json:
        state.out.json({"pairs": counts, "seconds": round(done.seconds, 1)})
        return
    for band, count in counts.items():
        state.out.line(
            _("{band}: {pairs}").format(
                band=_(wording.BANDS[band]), pairs=ngettext("{n} pair", "{n} pairs", count).format(n=count)
            )
        )
    if any(counts.values()):
        say(_("Look at them with crm-tui dupes list, or on the screen of duplicates."))


@command(
    ENTRIES["list"],
    option("--pairs", "as_pairs", is_flag=True, help=N_("One line a pair, with its score and reasons.")),
    option("--clusters", "as_clusters", is_flag=True, help=N_("One customer each: all that belong to it.")),
    option(
        "--band", type=click.Choice(listing.BANDS),
        help=N_("Only suggested to merge, to be checked, or related."),
    ),
    more=N_(
        "Without --pairs it lists clusters. With --json, a pair is one object with both numbers, score, band"
        " and reasons whose weights sum to the score; a cluster one with its numbers and band. What was"
        " saved since the last scan is compared first."
    ),
)  # fmt: skip
def list_found(state: State, as_pairs: bool, as_clusters: bool, band: str | None) -> None:
    """List what the scan found and what was saved since."""
    if as_pairs and as_clusters:
        raise UsageFault(_("--pairs and --clusters: one of the two."))
    with _opened(state) as session:
        if listing.status(session.reader).scanned_at is None:
            raise BadInput(
                _("The customers of this database were never compared with each other."),
                "",
                _("Run crm-tui dupes scan."),
            )
        with Bar(_("Comparing what was saved since"), stoppable=True) as bar:
            scanning.catch_up(session.database, bar.report, bar.cancelled)
        _warn(listing.status(session.reader))
        if as_pairs:
            _pairs(state, session, band)
        else:
            _clusters(state, session, listing.groups(session.reader, band))


def _opened(state: State) -> Session:
    if not state.read_only:
        try:
            return state.session(write=True)
        except NotPermitted:
            pass  # what there is can be read; that it is behind is said
    return state.session()


def _warn(now: listing.Status) -> None:
    if not now.fresh:
        say(_("Another version of the program made these scores; run crm-tui dupes scan."))
    elif now.behind:
        text = ngettext(
            "{n} change since the last scan is not in this list.",
            "{n} changes since the last scan are not in this list.",
            now.behind,
        )
        say(text.format(n=now.behind))
    if now.done:
        say(_("A scan was left at {n}%; crm-tui dupes scan goes on with it.").format(n=now.done))


def _pairs(state: State, session: Session, band: str | None) -> None:
    rows: list[Sequence[str]] = []
    for batch in _batches(
        listing.explained(session.reader, listing.pairs(session.reader, band)), AT_ONCE // 2
    ):
        known = rows_of(session.reader, sorted({one for pair, _scored in batch for one in (pair.a, pair.b)}))
        for pair, scored in batch:
            a, b = known[pair.a], known[pair.b]
            if state.out.as_json:
                lines = [
                    {
                        "term": line.term,
                        "level": line.level,
                        "weight": line.weight,
                        "text": wording.what(line),
                    }
                    | {"values": [line.left, line.right]}
                    for line in scored.lines
                ]
                state.out.json(
                    {"customers": [a.no, b.no], "names": [a.name, b.name], "score": pair.score}
                    | {"band": pair.band, "veto": pair.veto, "reasons": lines}
                )
            else:
                told = [wording.what(line) for line in scored.lines if line.weight > 0][:_TOLD]
                if pair.veto:
                    told.insert(
                        0,
                        _(
                            decisions.VERDICTS[decisions.RELATED]
                            if pair.veto == DECIDED
                            else wording.VETOES[pair.veto]
                        ),
                    )
                rows.append(
                    (
                        f"{pair.score:+.1f}",
                        _(wording.BANDS[pair.band]),
                        a.no,
                        a.name,
                        b.no,
                        b.name,
                        " ".join(told),
                    )
                )
    if rows:
        state.out.table(
            [
                Column(_("Score"), right=True), Column(_("Band")),
                Column(FIELDS["no"].title), Column(FIELDS["name"].title, True),
                Column(FIELDS["no"].title), Column(FIELDS["name"].title, True), Column(_("Reasons"), True),
            ],
            [("", rows)],
        )  # fmt: skip
    elif not state.out.as_json:
        say(_("No customers look alike."))


def _clusters(state: State, session: Session, found: list[listing.Group]) -> None:
    rows: list[Sequence[str]] = []
    for batch in _batches(found, AT_ONCE // 4):
        ids = {one for group in batch for one in (*group.ids, *group.see_also)}
        known = rows_of(session.reader, sorted(ids))
        for group in batch:
            numbers = [known[one].no for one in group.ids]
            if state.out.as_json:
                state.out.json(
                    {"customers": numbers, "band": group.band, "weakest": group.weakest}
                    | {
                        "reasons": sorted(group.reasons),
                        "see_also": [known[one].no for one in group.see_also],
                    }
                )
                continue
            first = (_(wording.BANDS[group.band]), f"{group.weakest:+.1f}")
            for at, one in enumerate(group.ids):
                rows.append((*(first if not at else ("", "")), known[one].no, known[one].name))
    if rows:
        columns = [
            Column(_("Band")),
            Column(_("Weakest"), right=True),
            Column(FIELDS["no"].title),
            Column(FIELDS["name"].title, True),
        ]
        state.out.table(columns, [("", rows)])
    elif not state.out.as_json:
        say(_("No customers look alike."))


def _batches(found: Iterable[One], most: int) -> Iterator[list[One]]:
    rest = iter(found)
    while some := list(itertools.islice(rest, most)):
        yield some
