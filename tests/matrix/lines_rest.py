"""How each read of search, duplicates, sheets, the log and of people is called; or why it is none."""

from __future__ import annotations

from typing import Any

from crm_tui.access import auditing, showing, store_auditing, store_house, store_reach
from crm_tui.access import store as people_store
from crm_tui.customers.reading import Query
from crm_tui.dedupe import (
    decisions,
    entering,
    finding,
    gathered,
    listing,
    preview,
    store_finding,
    store_gathered,
    store_scan,
)
from crm_tui.dedupe import store as dedupe_store
from crm_tui.dedupe.standing import standing
from crm_tui.exchange import exporting, store_export
from crm_tui.exchange import store as exchange_store
from crm_tui.exchange.exporting import KINDS, SHEETS
from crm_tui.identity.features import Record
from crm_tui.presets import store as presets
from crm_tui.search import listing as search_listing
from crm_tui.search import service as searching
from crm_tui.search import store_reach as search_reach
from crm_tui.search import store_shown
from crm_tui.search.shown import shown
from crm_tui.storage import file_history, history, merging, reminder
from crm_tui.storage.relations import counts
from crm_tui.storage.watch import Watch
from tests.matrix.asking import Ask, Typed
from tests.matrix.lines_customers import NO_DATA, SAVES, WRITES, Line

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
        kind = {"phones": (text,)} if text[0] in "01" else {"mails": (text,)} if "@" in text else {}
        made.append((text, Record(name=text, **kind) if not kind else Record(**kind)))
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


def _entries(ask: Ask) -> list[Any]:
    return [auditing.entries(ask.reader, kind=kind) for kind in (None, *auditing.KINDS)]


def _noted(ask: Ask) -> list[Any]:
    far = {"person": None, "since": None, "before": auditing.NEVER, "limit": 500}
    tables = [entity for one in auditing.ENTITIES.values() for entity in one]
    return [
        store_auditing.notes(ask.reader, kind=None, **far),
        store_auditing.sets(ask.reader, entities=(), **far),
        store_auditing.sets(ask.reader, entities=tuple(tables), **far),
    ]


def _all_rows(ask: Ask, fn: Any) -> list[Any]:
    found = [ask.each(lambda one, e=e: fn(e, one), ask.some.get(e, range(1, 4))) for e in ENTRIES]
    return [*found, ask.each(lambda one: fn("customer", one), ask.few)]


def _watched(ask: Ask) -> Any:
    return Watch(ask.reader, 0).poll()


LINES: dict[str, Line] = {
    "access.auditing.entries": _entries,
    "access.explaining.explain": "asked of a customer that is seen: tests/matrix/test_screens.py",
    "access.masks.lend": NO_DATA,
    "access.rights.Rights.scoped": NO_DATA,
    "access.rights.Rights.check_unmasking": SAVES,
    "access.scope.scope": "makes the views: tests/matrix/test_views.py",
    "access.showing.hidden_groups": lambda a: a.each(
        lambda one: showing.hidden_groups(a.reader, a.session.policy, one)
    ),
    "access.showing.locked_groups": lambda a: a.each(
        lambda one: showing.locked_groups(a.reader, a.session.policy, one)
    ),
    "access.showing.customer_of": lambda a: _all_rows(
        a, lambda e, one: showing.customer_of(a.reader, e, one)
    ),
    "access.showing.hidden_columns": lambda a: _all_rows(
        a, lambda e, one: showing.hidden_columns(a.reader, a.session.policy, e, one)
    ),
    "access.store_house.people": lambda a: store_house.people(a.reader),
    "access.store_house.teams": lambda a: store_house.teams(a.reader),
    "access.store_house.roles": lambda a: store_house.roles(a.reader),
    "access.store_house.permissions": lambda a: store_house.permissions(a.reader),
    "access.store_house.away": lambda a: store_house.away(a.reader, "2026-11-20"),
    "access.store_reach.revealed": lambda a: a.each(lambda one: store_reach.revealed(a.reader, one)),
    "access.store_reach.shared": lambda a: store_reach.shared(a.reader),
    "access.store_reach.customer_of": lambda a: _all_rows(
        a, lambda e, one: store_reach.customer_of(a.reader, e, one)
    ),
    "access.telling.heard": TOLD,
    "access.telling.undone": TOLD,
    "access.telling.told": TOLD,
    "access.telling.obstacles": TOLD,
    "access.store.by_login": NO_DATA,
    "access.store.by_id": lambda a: [people_store.by_id(a.reader, one) for one in range(1, 20)],
    "access.store.people": lambda a: people_store.people(a.reader),
    "access.store.names": lambda a: people_store.names(a.reader),
    "access.store.aliases": lambda a: people_store.aliases(a.reader),
    "access.store.name_keys": lambda a: people_store.name_keys(a.reader),
    "access.store_auditing.notes": _noted,
    "access.store_auditing.sets": _noted,
    "access.store_auditing.details": lambda a: a.each(
        lambda one: store_auditing.details(a.reader, one, 99), a.sets
    ),
    "access.store_auditing.customer_name": lambda a: a.each(
        lambda one: store_auditing.customer_name(a.reader, one)
    ),
    "access.store_auditing.called": lambda a: store_auditing.called(a.reader),
    "access.store_auditing.row": lambda a: [
        a.each(lambda one, e=e: store_auditing.row(a.reader, e, one), range(1, 60))
        for e in store_auditing.ROWS_OF
    ],
    "access.store_auditing.role_label": NO_DATA,
    "access.store_guard.held": WRITES,
    "access.store_policy.stamp": WRITES,
    "access.store_reach.owner_of": lambda a: a.each(lambda one: store_reach.owner_of(a.reader, one)),
    "access.store_reach.access_of": lambda a: a.each(lambda one: store_reach.access_of(a.reader, one)),
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
    "dedupe.store_crowding.members": OF_INDEX,
    "dedupe.crowded.Crowded": COMPARES,
    "dedupe.crowding.Crowd": COMPARES,
    "dedupe.store_crowding.see_all": COMPARES,
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
    "exchange.store.unseen": lambda a: exchange_store.unseen(a.reader, a.ids),
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
    "presets.store.dictionary": lambda a: presets.dictionary(a.reader).entries,
    "presets.store.settings": lambda a: presets.settings(a.reader),
    "search.checking.wrong": OF_INDEX,
    "search.checking.missing": OF_INDEX,
    "search.checking.differing": OF_INDEX,
    "search.conditions.apply": "part of search, which is asked",
    "search.deadline.Deadline": NO_DATA,
    "search.index.row_of": OF_INDEX,
    "search.index.state": OF_INDEX,
    "search.index.probe": OF_INDEX,
    "search.keyed.members": OF_INDEX,
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
    "search.store.scanned": "part of search, which is asked",
    "search.store.is_common": OF_INDEX,
    "search.store.along": "part of search, which is asked",
    "search.store.apart": "part of search, which is asked",
    "search.candidates.reach_of": OF_INDEX,
    "search.candidates.Candidates": "part of search, which is asked",
    "search.store_reach.scopes": NO_DATA,
    "search.store_reach.owners": NO_DATA,
    "search.store_reach.apart": lambda a: search_reach.apart(a.reader, 99),
    "search.store_index.one": OF_INDEX,
    "search.store_index.run": OF_INDEX,
    "search.store_index.all_of": OF_INDEX,
    "search.store_shown.rows": lambda a: store_shown.rows(a.reader, a.ids),
    "storage.derive.without_index": WRITES,
    "storage.derive.rewrite": WRITES,
    "storage.file_history.of_merged": lambda a: a.each(lambda one: file_history.of_merged(a.reader, one)),
    "storage.file_history.of_file": lambda a: a.each(lambda one: file_history.of_file(a.reader, one), a.few),
    "storage.file_history.names_in_file": lambda a: a.each(
        lambda one: file_history.names_in_file(a.reader, one)
    ),
    "storage.file_history.record_name": lambda a: _all_rows(
        a, lambda e, one: file_history.record_name(a.reader, e, one)
    ),
    "storage.file_history.linked_names": lambda a: [
        a.safely(file_history.linked_names, a.reader, column, ids)
        for column, ids in (
            *(("customer_id", a.ids), ("merged_into", a.ids), ("contact_id", a.rows["contact"])),
            *(
                ("activity_id", a.rows["activity"]),
                ("after_plan_id", a.rows["plan"]),
                ("owner_id", range(20)),
            ),
            *(("tag_id", a.rows["tag"]), ("customer_a", a.ids), ("customer_b", a.ids), (None, a.ids)),
        )
    ],
    "storage.health.outside": OF_FILE,
    "storage.health.unfinished": OF_FILE,
    "storage.history.of_record": lambda a: _all_rows(a, lambda e, one: history.of_record(a.reader, e, one)),
    "storage.history.of_field": lambda a: [
        a.each(lambda one, f=f: history.of_field(a.reader, "customer", one, f), a.few)
        for f in ("budget_min", "decision_process", "family", "name", "note")
    ],
    "storage.history.of_set": lambda a: a.each(lambda one: history.of_set(a.reader, one), a.sets),
    "storage.history.of_job": lambda a: a.each(lambda one: history.of_job(a.reader, one), range(1, 5)),
    "storage.history.latest_by_field": lambda a: _all_rows(
        a, lambda e, one: history.latest_by_field(a.reader, e, one)
    ),
    "storage.history.newest": NO_DATA,
    "storage.history.is_undone": NO_DATA,
    "storage.history.is_job_undone": NO_DATA,
    "storage.history.was_stopped": NO_DATA,
    "storage.history.recent": lambda a: [
        history.recent(a.reader, actor=who, limit=500) for who in (None, a.me, 1, 2, 4)
    ],
    "storage.history.summary": lambda a: a.each(lambda one: history.summary(a.reader, one), a.sets),
    "storage.history.is_told": lambda a: a.each(lambda one: history.is_told(a.reader, one), a.sets),
    "storage.history.doer": lambda a: a.each(lambda one: history.doer(a.reader, one), a.sets),
    "storage.history.undoable": lambda a: history.undoable(a.reader, a.me),
    "storage.history.redoable": lambda a: history.redoable(a.reader, a.me),
    "storage.history.origin": NO_DATA,
    "storage.history.unfinished": NO_DATA,
    "storage.in_time.at_most": NO_DATA,
    "storage.lists.query_in": NO_DATA,
    "storage.merging.gone": lambda a: a.each(
        lambda one: merging.gone(a.reader, "customer", one, {"gone": "archived", "deleted_at": None})
    ),
    "storage.origin.origin": NO_DATA,
    "storage.origin.stamp": NO_DATA,
    "storage.origin.has_written": NO_DATA,
    "storage.rebuild.differing": OF_FILE,
    "storage.rebuild.rewrite": WRITES,
    "storage.relations.references_to": NO_DATA,
    "storage.relations.count": WRITES,
    "storage.relations.counts": lambda a: [
        counts(a.reader, table, "customer_id", a.ids) for table in ("contact", "project", "activity", "plan")
    ],
    "storage.reminder.last_backup": OF_FILE,
    "storage.reminder.backup_due": OF_FILE,
    "storage.reminder.remind": lambda a: reminder.remind(a.reader, a.session.database.path, a.zone),
    "storage.schema.missing": OF_FILE,
    "storage.triggers.columns": NO_DATA,
    "storage.upkeep_log.newest": OF_FILE,
    "storage.watch.Watch": _watched,
    "upkeep.content.derived": OF_FILE,
    "upkeep.content.searched": OF_FILE,
    "upkeep.content.outside": OF_FILE,
}
