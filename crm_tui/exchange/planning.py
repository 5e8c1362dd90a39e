"""What an import would do: a verdict for every row, the changes field by field, nothing written yet."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import islice
from typing import Any, Literal, NamedTuple

from crm_tui.customers.fields import FIELDS
from crm_tui.errors import BadInput
from crm_tui.exchange import store
from crm_tui.exchange.date_orders import agree, orders_told
from crm_tui.exchange.deciding import Decider
from crm_tui.exchange.duplicates import LookAlikes, choose
from crm_tui.exchange.gathering import Gatherer, stopped
from crm_tui.exchange.mapping import Mapping
from crm_tui.exchange.preparing import Preparer
from crm_tui.exchange.reaching import IMPORT, Rights
from crm_tui.exchange.reading import SheetData
from crm_tui.exchange.store_staging import Staging, forget_dead
from crm_tui.exchange.store_suspects import MERGE, Suspect
from crm_tui.locale import N_, _, ngettext
from crm_tui.storage import collecting, jobs
from crm_tui.storage.diagnosis import explained

Match = Literal["auto", "no", "uscc", "name"]
OnMatch = Literal["update", "skip", "add"]
OnSuspect = Literal["reject", "add", "merge"]
VERDICTS = {
    "new": N_("New"),
    "update": N_("Update"),
    "skip": N_("Skip"),
    "suspect": N_("Suspected duplicate"),
    "error": N_("Error"),
}
BATCH = 500


class PlannedRow(NamedTuple):
    """A row of the sheet: its number there, verdict (a key of VERDICTS), the customer's name, and why."""

    number: int
    verdict: str
    name: str
    reason: str


class FieldMove(NamedTuple):
    """One field that would change: registry name, title, and both values as people read them."""

    field: str
    title: str
    old: str
    new: str


class Flag(NamedTuple):
    """A cell that was kept as it is although something about it is odd; ``text`` is '' for an ID number."""

    row: int
    field: str
    title: str
    problem: str
    text: str


class ImportPlan:
    """A prepared import; close it to remove its staging file."""

    def __init__(
        self,
        staging: Staging,
        title: str,
        counts: dict[str, int],
        headings: tuple[str, ...],
        warnings: list[str],
        atomic: int = jobs.SMALL,
    ) -> None:
        self.staging = staging
        self.title = title
        self.counts = counts
        self.headings = headings
        self.warnings = warnings
        self.left: list[PlannedRow] = []
        self._atomic = atomic
        self.additions = staging.count("new")
        self.updates = staging.count("update")
        self._bands = staging.suspects.bands()

    @property
    def writes(self) -> int:
        """How many customers would be written; 0: nothing has to be done."""
        return self.additions + self.updates

    @property
    def notes(self) -> list[str]:
        """Sentences to be read before the import is confirmed."""
        if self.writes <= self._atomic or self.updates <= min(self._atomic, jobs.UPDATED):
            return []
        text = ngettext(
            "{n} present customer is updated in parts, one after the other; colleagues can go on saving.",
            "{n} present customers are updated in parts, one after the other; colleagues can go on saving.",
            self.updates,
        )
        return [text.format(n=self.updates)]

    def rows(self, verdict: str | None = None, offset: int = 0, limit: int = 100) -> list[PlannedRow]:
        """Return rows in the order of the sheet, all or those of one verdict."""
        return [PlannedRow(*row) for row in self.staging.outcomes(verdict, offset, limit)]

    def row(self, number: int) -> PlannedRow | None:
        """Return one row, None where the sheet has none of that number."""
        found = self.staging.outcome(number)
        return PlannedRow(*found) if found else None

    def changes(self, number: int) -> list[FieldMove]:
        """Return what the row would change, field by field."""
        return [FieldMove(name, title_of(name), old, new) for name, old, new in self.staging.moves(number)]

    def flags(self, offset: int = 0, limit: int = 100) -> list[Flag]:
        """Return the odd cells in the order of the sheet."""
        return [
            Flag(row, name, title_of(name), _(problem), text)
            for row, name, problem, text in self.staging.flags(offset, limit)
        ]

    # ------------------------------------------------------------ suspected duplicates

    @property
    def bands(self) -> dict[str, dict[str, int]]:
        """How many rows resemble another customer, by band (merge, review) and choice (merge, add, out)."""
        return self._bands

    def suspects(self, band: str | None = None, offset: int = 0, limit: int = 100) -> list[Suspect]:
        """Return suspected duplicates, all or those of one band, the likeliest first."""
        return self.staging.suspects.some(band, offset, limit)

    def suspect(self, row: int) -> Suspect | None:
        """Return the suspected duplicate of a row."""
        return self.staging.suspects.one(row)

    def why_not_into(self, row: int) -> str:
        """Say why a row cannot go into the customer that it resembles, '' when it can."""
        one = self.suspect(row)
        if one is None or self.staging.suspects.can(row, MERGE):
            return ""
        if one.other_row:
            return _("It resembles row {row} of this sheet, which is no customer yet.").format(
                row=one.other_row
            )
        if one.customer_id:
            return _("Another row of this sheet goes into that customer.")
        return _("Its number, code or name means no single customer.")

    def choose(self, choice: str, *, row: int = 0, band: str = "") -> int:
        """Decide on one suspected duplicate, or on all of a band; return how many the choice holds for.

        ``choice`` is merge (into the customer), add (as a new one) or out; of a band those that cannot go
        into a customer stay as they are. Nothing is written before ``run_import``.
        """
        suspects = self.staging.suspects
        one = self.suspect(row) if row else None
        rows = [(one.row, one.choice)] if one else suspects.of_band(band)
        held = 0
        suspects.begin()
        for number, before in rows:
            if suspects.can(number, choice):
                held += 1
                if before != choice:
                    choose(suspects, self.counts, number, before, choice)
        suspects.count(self.counts)
        suspects.end()
        self.additions, self.updates = self.staging.count("new"), self.staging.count("update")
        self._bands = suspects.bands()
        return held

    def close(self) -> None:
        """Remove the staging file."""
        self.staging.close()

    def __enter__(self) -> ImportPlan:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def title_of(key: str) -> str:
    """Return what people read for the key of a cell: a field, or the sheet's own heading."""
    if key.startswith(("=", "@")):
        return key[1:]
    name, _colon, slot = key.partition("#")[0].partition(":")
    if name not in FIELDS:
        return key
    return FIELDS[name].title + (f" {slot}" if slot else "")


def plan_import(
    session: Any,
    sheet: SheetData,
    mapping: Mapping,
    *,
    match: Match = "auto",
    on_match: OnMatch = "update",
    on_suspect: OnSuspect | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImportPlan:
    """Read the rows of a sheet and decide on each; nothing of it is in the database afterwards.

    Suspected duplicates are kept out (reject), added, or those of the band merge go into the customer that
    they resemble (merge); unless said, they are kept out, with ``on_match`` add they are added: whoever wants
    known customers twice wants every row.
    ``session`` gives reader, database, person, context and today. Raises what reading raises, Cancelled,
    Refused where the role does not import, for a plan says who has whom, and BadInput where the sheet has
    other headings by now than were explained; then nothing is left behind. Close the plan.
    """
    session.demand(IMPORT)
    if sheet.headings != mapping.headings or sheet.orientation != mapping.orientation:
        raise BadInput(
            _("{file} was saved with other columns in the meantime.").format(file=sheet.file_name),
            _("Nothing was imported."),
            _("Go back and choose the file again."),
        )
    with explained(session.database.path, kept=_("Nothing was imported.")), collecting.rarely():
        wanted = on_suspect or ("add" if on_match == "add" else "reject")
        return _planned(session, sheet, mapping, match, on_match, wanted, progress, cancelled)


def _planned(
    session: Any,
    sheet: SheetData,
    mapping: Mapping,
    match: Match,
    on_match: OnMatch,
    on_suspect: OnSuspect,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> ImportPlan:
    running = jobs.publishing(session.database.connection)
    job = jobs.job_of(session.database.connection, running.job) if running else None
    forget_dead(session.database.path, but=job.staging if job else None)
    staging = Staging.create(session.database.path)
    try:
        context = session.context(past=True)
        gatherer = Gatherer(mapping, match, context.words.key_of, context.today)
        gatherer.gather(sheet, staging, progress and _part(progress, 0, 35), cancelled)
        notes = gatherer.notes(sheet.update_notes, staging)
        agree(gatherer.orders)
        preparer = Preparer(mapping, context, notes, gatherer.orders)
        me, rights = session.person.id, Rights(session)
        decider = Decider(
            session.reader, preparer, me, match, on_match, on_suspect, mapping.signature, rights
        )
        seen = store.last_set(session.reader)
        with closing(LookAlikes(session, staging, decider, on_suspect, cancelled, rights)) as alike:
            done = 0
            records = staging.records()
            while groups := list(islice(records, BATCH)):
                decided = decider.decide(groups)
                staging.add_outcomes(decided.outcomes)
                staging.add_operations(decided.operations)
                staging.add_flags(decided.flags)
                staging.suspects.add(decided.suspects)
                staging.suspects.hold(decided.held)
                alike.take(decided.new)
                done += sum(map(len, groups))
                stopped(cancelled)
                if progress:
                    _part(progress, 35, 70)(done, gatherer.rows)
            warning = alike.settle(_part(progress, 70, 100) if progress else lambda _done, _total: None)
        stopped(cancelled)
        counts = {**decider.counts, "rows": gatherer.rows, "identity": gatherer.identity}
        counts["flags"] = gatherer.flags + decider.flags
        staging.finish(
            {
                "title": sheet.file_name,
                "counts": counts,
                "seen": seen,
                "person": session.person.id,
                "headings": list(mapping.headings),
                "signature": mapping.signature,
                "mapping": mapping.to_remember(),
            }
        )
    except BaseException:
        staging.close()
        raise
    atomic = session.parts().atomic()
    if warning:
        sheet.warnings.append(warning)
    sheet.warnings.extend(orders_told(gatherer.orders, mapping.headings))
    told = [*sheet.warnings, *filter(None, [decider.spared])]
    return ImportPlan(staging, sheet.file_name, counts, mapping.headings, told, atomic)


def _part(progress: Callable[[int, int], None], first: int, last: int) -> Callable[[int, int], None]:
    """Return a progress for one of the steps, which lead from ``first`` to ``last`` per cent."""
    return lambda done, total: progress(first * max(1, total) + (last - first) * done, 100 * max(1, total))
