"""How each read of people, rights and the log is called; or why it is none."""

from __future__ import annotations

from typing import Any

from crm_tui.access import auditing, deed, showing, store_auditing, store_house, store_reach
from crm_tui.access import store as people_store
from crm_tui.presets import store as presets
from crm_tui.storage import file_history, history, merging, reminder
from crm_tui.storage.relations import counts
from crm_tui.storage.watch import Watch
from tests.matrix.asking import Ask
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
    "access.auditing.moves": lambda a: a.each(lambda one: auditing.moves(a.reader, one), a.sets),
    "access.deed.Foreseen": lambda a: deed.Foreseen(a.reader, a.ids).rows,
    "access.deed.why_not_merge": lambda a: a.each(
        lambda one: deed.why_not_merge(a.reader, a.session.policy, [one, a.few[0]])
    ),
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
    "access.showing.Veil": lambda a: [showing.Veil(a.reader, a.session.policy).over(one, 4) for one in a.ids],
    "access.store_guard.shared": WRITES,
    "access.store_house.collaborators": lambda a: a.each(
        lambda one: store_house.collaborators(a.reader, one)
    ),
    "access.store_house.shared": lambda a: store_house.shared(a.reader),
    "access.store_reach.owners_of": lambda a: store_reach.owners_of(a.reader, a.ids),
    "access.store_reach.all_revealed": lambda a: store_reach.all_revealed(a.reader),
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
        a.each(
            lambda one, e=e: store_auditing.row(
                a.reader, store_auditing.Move(e, one, "insert", None, None, None, 0)
            ),
            range(1, 60),
        )
        for e in store_auditing.ROWS_OF
    ],
    "access.store_auditing.role_label": NO_DATA,
    "access.store_guard.decided": WRITES,
    "access.store_guard.undone": WRITES,
    "access.store_guard.held": WRITES,
    "access.store_guard.having": WRITES,
    "access.store_policy.stamp": WRITES,
    "access.store_reach.owner_of": lambda a: a.each(lambda one: store_reach.owner_of(a.reader, one)),
    "access.store_reach.access_of": lambda a: a.each(lambda one: store_reach.access_of(a.reader, one)),
    "presets.store.dictionary": lambda a: presets.dictionary(a.reader).entries,
    "presets.store.ordered_keys": lambda a: [
        presets.ordered_keys(a.reader, one) for one in ("status", "level")
    ],
    "presets.store.settings": lambda a: presets.settings(a.reader),
    "storage.connection.forget_schema": NO_DATA,
    "storage.connection.shrink": NO_DATA,
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
    "storage.wording.set_label": NO_DATA,
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
