"""How each read of search, duplicates and sheets is called; or why it is none."""

from __future__ import annotations

from typing import Any

from crm_tui.customers.reading import Query
from crm_tui.dedupe import (
    decisions,
    entering,
    finding,
    gathered,
    listing,
    preview,
    store_crowding,
    store_finding,
    store_gathered,
    store_scan,
)
from crm_tui.dedupe import store as dedupe_store
from crm_tui.dedupe.standing import standing
from crm_tui.exchange import exporting, leaving, store_export, store_reaching
from crm_tui.exchange import store as exchange_store
from crm_tui.exchange.exporting import KINDS, SHEETS
from crm_tui.identity.features import Record
from crm_tui.search import listing as search_listing
from crm_tui.search import service as searching
from crm_tui.search import store_shown
from crm_tui.search.shown import shown
from tests.matrix.asking import Ask, Typed
from tests.matrix.lines_customers import NO_DATA, WRITES, Line

COMPARES = (
    "reads all to compare; what is told of it is looked at where it is told: entering, listing, preview"
)
OF_INDEX = "knows ids and grams; each is joined to the view that the person has"
SHEETS_READ = "plans and runs imports: tests/matrix/test_files.py"
TOLD = "errors of writes as one person reads them: tests/matrix/test_writes.py"
OF_FILE = "about the file, not about records"
TABLES = ("customer", "contact", "project", "activity", "plan", "customer_alias", "duplicate_decision")
ENTRIES = (*TABLES, "tag_link", "collaborator", "imported_row", "saved_view", "audit", "person", "permission")


def _records(ask: Ask) -> list[tuple[str, Record]]:
    """Return records as somebody may type them: by a name, a phone, a mail of others."""
    made = []
    for text in (one.text for one in ask.probes):
        phones, mails = (text,) * (text[0] in "01"), (text,) * ("@" in text)
        record = Record(name="" if phones or mails else text, phones=phones, mails=mails)
        made.append((text, record))
    both = "杭州瑞丰精密机械有限公司"
    return [*made, (both, Record(name=both)), ("杭州瑞丰精密", Record(name="杭州瑞丰精密"))]


def _likely(ask: Ask) -> Any:
    return [
        Typed(
            text,
            ask.safely(lambda r=record, t=text: entering.likely(ask.reader, r, {"phones": t, "name": t})),
        )
        for text, record in _records(ask)
    ]


def _alike(found: Any) -> Any:
    """What the front ends are given of one that is not seen is that it is there; its lines are not told."""
    return [one for one in found if one.visible]


def _pairs(ask: Ask) -> list[Any]:
    bands = (None, "merge", "review", "related", "possible")
    return [ask.safely(lambda b=band: list(listing.pairs(ask.reader, b))) for band in bands]


def _neighbours(ask: Ask) -> list[tuple[int, int]]:
    ids = [
        ask.world.ids[key] for key in ("rep.twin", "far.twin", "rep.2", "mate.3", "far.2", "rep.1", "boss.1")
    ]
    return [(a, b) for a in ids for b in ids if a < b]


def _exports(ask: Ask) -> list[Any]:
    found: list[Any] = []

    def write(name: str, kind: str, **options: Any) -> None:
        path = ask.folder / name
        found.append(ask.safely(lambda: exporting.export(ask.session, kind, path, **options)))
        found.append(path)

    for ending in ("xlsx", "csv", "json"):
        write(f"all.{ending}", "customers")
    for kind in KINDS:
        write(f"{kind}.csv", kind)
        # By ids that somebody else may have handed over.
        write(f"ids_of_{kind}.csv", kind, ids=ask.ids)
    for sheet in SHEETS:
        write(f"{sheet}.xlsx", "customers", sheet=sheet, ids=ask.ids[-1:] if sheet == "S4" else None)
    for one in ask.few:
        write(f"form{one}.xlsx", "customers", sheet="S4", ids=[one])
    return found


LINES: dict[str, Line] = {
    "dedupe.crowding.match_many": COMPARES,
    "dedupe.crowding.match_with": COMPARES,
    "dedupe.decisions.decided": lambda a: decisions.decided(a.reader, a.ids),
    "dedupe.entering.likely": _likely,
    "dedupe.entering.record_of": lambda a: a.each(lambda one: entering.record_of(a.reader, one)),
    "dedupe.entering.told_apart": lambda a: a.each(lambda one: entering.told_apart(a.reader, one)),
    "dedupe.finding.is_ready": NO_DATA,
    "dedupe.finding.lookup": lambda a: [
        Typed(t, _alike(finding.lookup(a.reader, r))) for t, r in _records(a)
    ],
    "dedupe.finding.begun": lambda a: [Typed(t, _alike(finding.begun(a.reader, r))) for t, r in _records(a)],
    "dedupe.gathered.Gathered.look_again": lambda a: gathered.gather(a.reader).look_again(a.reader, []),
    "dedupe.gathered.gather": lambda a: gathered.gather(a.reader),
    "dedupe.listing.status": lambda a: listing.status(a.reader),
    "dedupe.listing.pairs": _pairs,
    "dedupe.listing.groups": lambda a: [listing.groups(a.reader, band) for band in (None, "merge", "review")],
    "dedupe.listing.explain": lambda a: a.each(lambda one: listing.explain(a.reader, *one), _neighbours(a)),
    "dedupe.listing.Counts": OF_INDEX,
    "dedupe.listing.explained": lambda a: list(listing.explained(a.reader, listing.pairs(a.reader))),
    "dedupe.preview.preview": lambda a: a.each(lambda one: preview.preview(a.reader, one), _neighbours(a)),
    "dedupe.standing.standing": lambda a: standing(a.reader),
    "dedupe.store.rows": COMPARES,
    "dedupe.store.customers": lambda a: dedupe_store.customers(a.reader, a.ids),
    "dedupe.store.entered": lambda a: dedupe_store.entered(a.reader, a.sets),
    "dedupe.store.follow_ups": lambda a: dedupe_store.follow_ups(a.reader, a.ids),
    "dedupe.store.decided": lambda a: dedupe_store.decided(a.reader, a.ids),
    "dedupe.store.strong_keys": lambda a: dedupe_store.strong_keys(a.reader, a.ids),
    "dedupe.store.shown_whole": lambda a: dedupe_store.shown_whole(a.reader, a.ids),
    "dedupe.crowded.Crowded": COMPARES,
    "dedupe.crowding.Crowd": COMPARES,
    "dedupe.store_crowding.see_all": COMPARES,
    "dedupe.finding.as_shown": "part of what is told while a customer is typed: entering.likely",
    "dedupe.store_crowding.shown": lambda a: store_crowding.shown(a.reader, a.ids),
    "dedupe.store_finding.shown": lambda a: store_finding.shown(a.reader, a.ids),
    "exchange.exporting.export_table": "writes rows that it is given",
    "exchange.leaving.leaving": "notes that a list leaves",
    "exchange.leaving.within": lambda a: leaving.within(a.session, a.ids),
    "exchange.reaching.Rights": SHEETS_READ,
    "exchange.store_export.exportable": lambda a: [
        store_export.exportable(a.reader, scope) for scope in store_export.EXPORTABLE
    ],
    "exchange.store_reaching.foreign": lambda a: a.typed(
        lambda t: store_reaching.foreign(a.reader, "no", {1: t}), a.world.numbers.values()
    ),
    "exchange.store_reaching.held": lambda a: store_reaching.held(a.reader, a.ids),
    "exchange.store_reaching.visible": lambda a: store_reaching.visible(a.reader, a.ids),
    "dedupe.store_crowding.along": OF_INDEX,
    "dedupe.store_crowding.documents": COMPARES,
    "dedupe.store_finding.having": OF_INDEX,
    "dedupe.store_finding.newest": OF_INDEX,
    "dedupe.store_finding.documents": COMPARES,
    "dedupe.store_finding.visible": lambda a: store_finding.visible(a.reader, a.ids),
    "dedupe.store_finding.told": lambda a: store_finding.told(a.reader, a.ids),
    "dedupe.store_finding.taken": lambda a: store_finding.taken(a.reader, a.ids),
    "dedupe.store_gathered.visible": lambda a: store_gathered.visible(a.reader, a.ids),
    "dedupe.store_gathered.pairs_among": lambda a: store_gathered.pairs_among(a.reader, a.ids),
    "dedupe.store_scan.one": NO_DATA,
    "dedupe.store_scan.all_of": NO_DATA,
    "dedupe.store_scan.run": NO_DATA,
    "dedupe.store_scan.documents": WRITES,
    "dedupe.store_scan.compared": COMPARES,
    "dedupe.store_scan.codes": COMPARES,
    "dedupe.store_scan.among": lambda a: store_scan.among(a.reader, a.ids, 0),
    "dedupe.working.Working": COMPARES,
    "exchange.deciding.Decider": SHEETS_READ,
    "exchange.duplicates.LookAlikes": SHEETS_READ,
    "exchange.exporting.export": _exports,
    "exchange.form_out.update_notes": "part of the form of a customer, which export writes",
    "exchange.importing.explain": SHEETS_READ,
    "exchange.matching.Matcher": SHEETS_READ,
    "exchange.planning.plan_import": SHEETS_READ,
    "exchange.publishing.run_import": SHEETS_READ,
    "exchange.safeguard.safeguard": OF_FILE,
    "exchange.safeguard.Safeguard": OF_FILE,
    "exchange.store.has_customers": NO_DATA,
    "exchange.store.hits": lambda a: [
        exchange_store.hits(a.reader, "no", list(a.world.numbers.values())),
        exchange_store.hits(a.reader, "id", a.ids),
        a.typed(lambda t: exchange_store.hits(a.reader, "name", [f"{t}机械有限公司"])),
    ],
    "exchange.store.aliases": lambda a: a.typed(lambda t: exchange_store.aliases(a.reader, [f"{t}厂"])),
    "exchange.store.alias_keys": lambda a: exchange_store.alias_keys(a.reader, a.ids),
    "exchange.store.memories": lambda a: exchange_store.memories(a.reader, a.ids, ""),
    "exchange.store.records": lambda a: exchange_store.records(a.reader, a.ids),
    "exchange.store.children": lambda a: [
        exchange_store.children(a.reader, table, a.ids) for table in ("contact", "project")
    ],
    "exchange.store.followups": lambda a: exchange_store.followups(a.reader, a.ids),
    "exchange.store.last_set": NO_DATA,
    "exchange.store.remembered": lambda a: exchange_store.remembered(a.reader, ""),
    "exchange.store.taken": lambda a: a.typed(
        lambda t: exchange_store.taken(a.reader, [t]), a.world.numbers.values()
    ),
    "exchange.store.owner_of": WRITES,
    "exchange.store_export.count": lambda a: [store_export.count(a.reader, kind) for kind in KINDS],
    "exchange.store_export.filled": lambda a: store_export.filled(a.reader),
    "exchange.store_export.records": lambda a: [
        list(store_export.records(a.reader, None)),
        list(store_export.records(a.reader, a.ids)),
    ],
    "exchange.store_export.rows_of": lambda a: [
        list(store_export.rows_of(a.reader, kind, ids))
        for kind in KINDS
        if kind != "customers"
        for ids in (None, a.ids)
    ],
    "exchange.store_export.reasons": lambda a: store_export.reasons(a.reader, a.sets),
    "search.checking.wrong": OF_INDEX,
    "search.checking.missing": OF_INDEX,
    "search.checking.differing": OF_INDEX,
    "search.conditions.apply": "part of search, which is asked",
    "search.deadline.Deadline": NO_DATA,
    "search.index.row_of": OF_INDEX,
    "search.index.state": OF_INDEX,
    "search.index.probe": OF_INDEX,
    "search.keyed.opened": OF_INDEX,
    "search.keyed.held": OF_INDEX,
    "search.listing.narrowed": lambda a: a.typed(
        lambda t: search_listing.narrowed(a.reader, Query(text=t), a.me, deadline_ms=60_000)
    ),
    "search.service.search": lambda a: [
        a.typed(lambda t: searching.search(a.reader, t, a.me, deadline_ms=60_000)),
        *(
            searching.search(a.reader, t, a.me, limit=99, deadline_ms=60_000)
            for t in ("zq", "机械", "139", "杭州")
        ),
    ],
    "search.shown.shown": lambda a: shown(a.reader, a.ids),
    "search.store.matching": "part of search, which is asked",
    "search.store.answers": "part of search, which is asked",
    "search.store.of_these": "part of search, which is asked",
    "search.store.scanned": "part of search, which is asked",
    "search.store.along": "part of search, which is asked",
    "search.store.apart": "part of search, which is asked",
    "search.candidates.Candidates": "part of search, which is asked",
    "search.store_reach.scopes": NO_DATA,
    "search.store_reach.owners": NO_DATA,
    "search.store_reach.people": NO_DATA,
    "search.store_index.one": OF_INDEX,
    "search.store_index.run": OF_INDEX,
    "search.store_index.all_of": OF_INDEX,
    "search.store_shown.rows": lambda a: store_shown.rows(a.reader, a.ids),
}
