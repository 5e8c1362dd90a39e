"""What an import would do: a verdict for every row, the changes field by field, nothing written yet."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, Literal, NamedTuple

from crm_tui.customers.fields import FIELDS
from crm_tui.exchange import store
from crm_tui.exchange.deciding import Decider
from crm_tui.exchange.gathering import Gatherer, stopped
from crm_tui.exchange.mapping import Mapping
from crm_tui.exchange.preparing import Preparer
from crm_tui.exchange.reading import SheetData
from crm_tui.exchange.store_staging import Staging, forget_dead
from crm_tui.locale import N_, _, ngettext
from crm_tui.storage import jobs
from crm_tui.storage.diagnosis import explained

Match = Literal["auto", "no", "uscc", "name"]
OnMatch = Literal["update", "skip", "add"]
OnSuspect = Literal["reject", "add"]
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

    def changes(self, number: int) -> list[FieldMove]:
        """Return what the row would change, field by field."""
        return [FieldMove(name, title_of(name), old, new) for name, old, new in self.staging.moves(number)]

    def flags(self, offset: int = 0, limit: int = 100) -> list[Flag]:
        """Return the odd cells in the order of the sheet."""
        return [
            Flag(row, name, title_of(name), _(problem), text)
            for row, name, problem, text in self.staging.flags(offset, limit)
        ]

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
    on_suspect: OnSuspect = "reject",
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImportPlan:
    """Read the rows of a sheet and decide on each; nothing of it is in the database afterwards.

    ``session`` gives reader, database, person, context and today. Raises what reading raises, and Cancelled;
    then nothing is left behind. Close the plan.
    """
    with explained(session.database.path, kept=_("Nothing was imported.")):
        return _planned(session, sheet, mapping, match, on_match, on_suspect, progress, cancelled)


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
        gatherer = Gatherer(
            mapping, match, lambda text: context.words.key_of("customer_kind", text), context.today
        )
        gatherer.gather(sheet, staging, progress, cancelled)
        preparer = Preparer(mapping, context, gatherer.notes(sheet.update_notes, staging))
        decider = Decider(
            session.reader, preparer, session.person.id, match, on_match, on_suspect, mapping.signature
        )
        seen = store.last_set(session.reader)
        done = 0
        records = staging.records()
        while groups := list(islice(records, BATCH)):
            decided = decider.decide(groups)
            staging.add_outcomes(decided.outcomes)
            staging.add_operations(decided.operations)
            staging.add_flags(decided.flags)
            done += sum(map(len, groups))
            stopped(cancelled)
            if progress:
                progress(gatherer.rows + done, 2 * gatherer.rows)
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
    return ImportPlan(staging, sheet.file_name, counts, mapping.headings, sheet.warnings, atomic)
