"""How each read of customers and follow-ups is called; a text instead says why it is no read of a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from crm_tui.access import store as people_store
from crm_tui.customers import (
    bulk_edit,
    bulk_preview,
    bulk_reach,
    columns,
    filters,
    list_places,
    reading,
    store,
    store_bulk,
    store_list,
    store_members,
    store_parts,
    store_pieces,
    store_views,
    views,
)
from crm_tui.customers.fields import FIELDS
from crm_tui.customers.reading import SORTS, Query
from crm_tui.customers.store_pieces import Test
from crm_tui.customers.window import Window
from crm_tui.followups import hand_over
from crm_tui.followups import store as followups_store
from crm_tui.queue import service as queue
from crm_tui.queue.store import GROUPS as IDLE
from tests.matrix.asking import Ask

Line = Callable[[Ask], Any] | str
WRITES = "takes the writing connection inside a change"
OF_TODAY = "part of Today, which is asked"
NO_DATA = "knows no records"
SAVES = "writes; tests/matrix/test_writes.py"


def _orders(ask: Ask) -> list[Any]:
    found: list[Any] = []
    for name in (*SORTS, *(f"-{name}" for name in SORTS)):
        window = Window(ask.reader, Query(sort=name))
        found += [window.page(0, 60), window.ids(), window.count(), window.last(5)]
        found += [window.place_of(one.text) for one in ask.probes[:10]]
        found += [window.position(one) for one in ask.ids[:10]]
    return found


def _extra(ask: Ask) -> Any:
    return columns.extra(ask.reader, ask.ids, list(columns.LIST_COLUMNS))


def _filtered(ask: Ask) -> list[Any]:
    """Ask every filter there is for every probe."""
    words, people = ask.session.words, people_store.name_keys(ask.reader)
    found: list[Any] = []
    for name in filters.FILTER_FIELDS:
        for text in ask.hidden_probes[:12]:
            made = ask.safely(filters.parse, f"{name}:{text}", words, people, ask.me)
            if isinstance(made, tuple) and made[0] is not None:
                found.append(ask.safely(reading.page, ask.reader, Query(filter=made[0])))
    return found


ANY, OWNED = Test("1 = 1", {}), Test("c.owner_id = :owner", {"owner": 2})


def _segments(ask: Ask) -> list[Any]:
    found: list[Any] = []
    for order in store_list.ORDERS.values():
        rank = list_places.rank_of(ask.reader, order.kind) if order.kind else None
        for part in store_list.segments(ask.reader, order, rank, False):
            found += [part, store_list.walk(ask.reader, order, part, None, backwards=False, limit=99)]
            found.append(store_list.count(ask.reader, order, part))
            found.append(store_list.sort(ask.reader, order, part, ANY, backwards=False, limit=99))
            tests = [ANY, OWNED]
            found.append(store_list.told(ask.reader, order, tests, part, backwards=False, limit=99))
        found.append(ask.each(lambda one, o=order: store_list.key_of(ask.reader, o, one)))
        found.append(store_list.gather(ask.reader, order, None, ask.ids))
        found.append(store_list.told_of(ask.reader, order, [ANY, OWNED], ask.ids))
        found.append(store_list.end_of(ask.reader, order, None, None, backwards=False))
        found.append(store_list.nearest(ask.reader, order, (0, 1 << 40), backwards=True))
    found += [store_list.beyond(ask.reader, ANY, owner, None, backwards=True) for owner in (1, 2, 3, 4)]
    return found


def _edit(ask: Ask) -> Any:
    from crm_tui.session import Session

    session: Session = ask.session
    edit = bulk_edit.read_edit(
        ask.reader, [(FIELDS["need"], "x"), (FIELDS["note"], "y")], session.context(), add_tags=["老客户"]
    )
    return bulk_preview.preview(ask.reader, [(one, 0) for one in ask.ids], edit, session.context())


def _budget(ask: Ask) -> Any:
    def told(_text: str) -> Any:
        fields = ("budget", "decision_process", "preference", "family", "purchase_history")
        pairs = [(FIELDS[name], "1万" if name == "budget" else "x") for name in fields]
        edit = bulk_edit.read_edit(ask.reader, pairs, ask.session.context())
        return bulk_preview.preview(ask.reader, [(one, 0) for one in ask.ids], edit, ask.session.context())

    return ask.safely(told, "")


def _reach(ask: Ask) -> Any:
    session, rows = ask.session, [(one, 0) for one in ask.ids]
    edits = [bulk_edit.Edit(archive=True), bulk_edit.Edit({"owner_id": 2}, ("owner",))]
    edits += [bulk_edit.Edit({}, (name,)) for name in ("need", "budget", "decision_process", "family")]
    return [bulk_reach.reach(session, rows, edit) for edit in edits]


def _handing(ask: Ask) -> Any:
    person = people_store.Person(ask.me, "x", "x", "x", 1)
    along = hand_over.HandOver(person, "x", ask.session.names)
    moved = {one: {"owner_id": 2} for one in ask.ids}
    return along.count(ask.reader, moved)


def _today(ask: Ask) -> Any:
    return [
        queue.today(ask.reader, owner, now=ask.now, zone=ask.zone, until=until, whole=whole, counted=counted)
        for owner in (None, ask.me, 2, 3, 4)
        for until in (None, date(2026, 12, 31))
        for whole, counted in ((True, ()), (True, queue.LATER), (False, ()))
    ]


def _idle(ask: Ask) -> Any:
    return [
        queue.idle(ask.reader, group, who, now=ask.now, zone=ask.zone)
        for group in IDLE
        for who in (None, 2, 4)
    ]


def _again(ask: Ask) -> Any:
    boss = [one for group in _today(ask) for one in _items(group)]
    return queue.again(ask.reader, boss, ask.me, now=ask.now, zone=ask.zone)


def _items(today: Any) -> list[Any]:
    return (
        [one for value in vars(today).values() if isinstance(value, list) for one in value]
        if hasattr(today, "__dict__")
        else [one for value in today if isinstance(value, list | tuple) for one in value]
    )


LINES: dict[str, Line] = {
    "customers.bulk.change_many": SAVES,
    "customers.bulk_edit.Along.count": "what an Along is; HandOver has its line",
    "customers.bulk_edit.read_edit": lambda a: [_edit(a), _budget(a)],
    "customers.bulk_reach.reach": _reach,
    "customers.bulk_preview.preview": lambda a: [_edit(a), _budget(a)],
    "customers.columns.extra": _extra,
    "customers.columns.worded": lambda a: [
        columns.worded(name, value, a.session) for row in _extra(a).values() for name, value in row.items()
    ],
    "customers.derived.rewrite": WRITES,
    "customers.derived.documents": WRITES,
    "customers.list_places.rank_of": lambda a: [
        list_places.rank_of(a.reader, one.kind) for one in store_list.ORDERS.values() if one.kind
    ],
    "customers.reading.page": lambda a: [reading.page(a.reader, Query(), 0, 999), _filtered(a)],
    "customers.reading.count": lambda a: a.typed(lambda t: reading.count(a.reader, Query(text=t))),
    "customers.reading.matching": lambda a: a.typed(lambda t: reading.matching(a.reader, Query(text=t))),
    "customers.reading.customer_file": lambda a: a.each(lambda one: reading.customer_file(a.reader, one)),
    "customers.reading.find": lambda a: a.typed(lambda t: reading.find(a.reader, t)),
    "customers.reading.led_on": lambda a: [
        a.typed(lambda t: reading.led_on(a.reader, t)),
        a.typed(lambda t: reading.led_on(a.reader, t), a.world.numbers.values()),
    ],
    "customers.reading.warnings": lambda a: a.typed(
        lambda t: reading.warnings(a.reader, name=t, uscc=t, phones=t, mail=t)
    ),
    "customers.store.rows_of": lambda a: store.rows_of(a.reader, a.ids),
    "customers.store.record": lambda a: [
        *a.each(lambda one: store.record(a.reader, "customer", one)),
        *a.each(lambda one: store.record(a.reader, "customer_any", one)),
        *(a.each(lambda one, t=t: store.record(a.reader, t, one), a.rows[t]) for t in ("contact", "project")),
    ],
    "customers.store.is_out_of_sight": lambda a: a.each(lambda one: store.is_out_of_sight(a.reader, one)),
    "customers.store.ended": lambda a: a.each(lambda one: store.ended(a.reader, one)),
    "customers.store.tags": lambda a: store.tags(a.reader),
    "customers.store.tag_names": lambda a: store.tag_names(a.reader),
    "customers.store.same": lambda a: [
        a.typed(lambda t, why=why: store.same(a.reader, why, t)) for why in store.TESTS
    ],
    "customers.store.merged_numbered": lambda a: a.typed(
        lambda t: store.merged_numbered(a.reader, t), a.world.numbers.values()
    ),
    "customers.store.numbered": lambda a: a.typed(
        lambda t: store.numbered(a.reader, t), a.world.numbers.values()
    ),
    "customers.store.by_reference": lambda a: a.typed(lambda t: store.by_reference(a.reader, t, t)),
    "customers.store.many": lambda a: [
        store.many(a.reader, sql, a.ids) for sql in (store.OWN, store.MAIN_CONTACTS, store.STATES)
    ],
    "customers.store.cells": lambda a: a.each(lambda one: store.cells(a.reader, one)),
    "customers.store_bulk.versions": lambda a: store_bulk.versions(a.reader, a.ids),
    "customers.store_bulk.rows": lambda a: store_bulk.rows(
        a.reader, a.ids, ("no", "name", "need", "budget_min", "decision_process", "family", "note")
    ),
    "customers.store_bulk.carrying": lambda a: store_bulk.carrying(a.reader, a.ids, "老客户"),
    "customers.store_filter.Reading": _filtered,
    "customers.store_list.segments": _segments,
    "customers.list_walking.Walk": "part of a window, which is looked through",
    "customers.store_list.values_of": lambda a: [
        a.safely(store_list.values_of, a.reader, one) for one in store_list.ORDERS.values()
    ],
    "customers.store_pieces.with_below": lambda a: store_pieces.with_below(
        a.reader, "industry", ["manufacturing"]
    ),
    "customers.store_sight.sight": NO_DATA,
    "customers.store_sight.Seen": NO_DATA,
    "customers.store_list.walk": _segments,
    "customers.store_list.count": _segments,
    "customers.store_list.key_of": _segments,
    "customers.store_list.gather": _segments,
    "customers.store_list.sort": _segments,
    "customers.store_list.told": _segments,
    "customers.store_list.told_of": _segments,
    "customers.store_list.end_of": _segments,
    "customers.store_list.beyond": _segments,
    "customers.store_list.nearest": _segments,
    "customers.store_list.flag": NO_DATA,
    "customers.store_list.count_all": lambda a: store_list.count_all(a.reader),
    "customers.store_list.ids_of": lambda a: store_list.ids_of(a.reader, [store_list.EVERY]),
    "customers.store_list.size_of": lambda a: store_list.size_of(a.reader, [store_list.EVERY], 99),
    "customers.store_days.Days": NO_DATA,
    "customers.store_list.people": lambda a: store_list.people(a.reader),
    "customers.store_members.sample": lambda a: store_members.sample(a.reader),
    "customers.store_members.size_of": lambda a: store_members.size_of(a.reader),
    "customers.store_parts.children": lambda a: [
        a.each(lambda one, t=table: store_parts.children(a.reader, t, one))
        for table in ("contact", "project", "customer_alias")
    ],
    "customers.store_parts.tags_of": lambda a: store_parts.tags_of(a.reader, a.ids),
    "customers.store_parts.marks_of": lambda a: store_parts.marks_of(a.reader, a.ids),
    "customers.store_views.views": lambda a: store_views.views(a.reader, "customers"),
    "customers.store_views.layout": lambda a: store_views.layout(a.reader, "layout:customers"),
    "customers.views.all_of": lambda a: views.all_of(a.reader, "customers"),
    "customers.views.named": lambda a: [
        a.safely(views.named, a.reader, "customers", "x"),
        a.typed(lambda t: views.named(a.reader, "customers", t), list(a.world.canaries.words)[-20:]),
    ],
    "customers.views.layout": lambda a: views.layout(a.reader, "customers"),
    "customers.views.keep_layout": SAVES,
    "customers.window.Window": _orders,
    "followups.derived.rewrite": WRITES,
    "followups.hand_over.HandOver.count": _handing,
    "followups.store.activities": lambda a: a.each(lambda one: followups_store.activities(a.reader, one)),
    "followups.store.plans": lambda a: a.each(lambda one: followups_store.plans(a.reader, one)),
    "followups.store.activity": lambda a: a.each(
        lambda one: followups_store.activity(a.reader, one), a.rows["activity"]
    ),
    "followups.store.plan": lambda a: a.each(lambda one: followups_store.plan(a.reader, one), a.rows["plan"]),
    "queue.service.today": _today,
    "queue.service.idle": _idle,
    "queue.service.again": _again,
    "queue.service.concerns": lambda a: [
        queue.concerns(a.reader, who, a.rows["plan"], a.ids) for who in (a.me, 2, 4)
    ],
    "queue.store.with_absent": OF_TODAY,
    "queue.store.due": OF_TODAY,
    "queue.store.undated": OF_TODAY,
    "queue.store.unwritten": OF_TODAY,
    "queue.store.idle": OF_TODAY,
    "queue.store.plans": OF_TODAY,
    "queue.store.held": OF_TODAY,
    "queue.store.still_idle": OF_TODAY,
    "queue.store.own": OF_TODAY,
    "queue.store.count_idle": OF_TODAY,
    "queue.store.count_due": OF_TODAY,
    "queue.store.count_undated": OF_TODAY,
}
