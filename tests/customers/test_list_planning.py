"""Lists sought in every way that may be chosen for them: each gives the rows that sorting them all gives."""

from __future__ import annotations

import pytest
import time_machine

from crm_tui.customers import filters, list_planning, list_seeking, window
from crm_tui.customers import store_list as lists
from crm_tui.customers.list_planning import Trial
from crm_tui.customers.list_walking import Walk
from crm_tui.customers.reading import Query, Window
from crm_tui.customers.store_filter import Reading
from crm_tui.session import Session
from crm_tui.storage import in_time
from tests.customers.test_window import MEANING, TODAY, fill

# What costs nothing is chosen: parts that lead, all fetched, an index that leads, one looked into, a span.
NOTHING = 1e-9
FREE = (
    ("READ", "TAG", "FLAGGED"), ("FETCHED",), ("LED", "JOINED", "TAG"), ("BUILT", "FLAGGED", "PASSED"),
    ("PASSED",),
)  # fmt: skip
MORE = (
    "创建:今天", "创建>3天 标签:高意向", "修改<1天 或 行业:无", "非 下次跟进:无", "计划:无 行业:有",
    "非(标签:高意向 或 计划:有)", "待核对:有", "非 待核对:无 状态:有",
)  # fmt: skip


def _too_far(*_args: object, **_more: object) -> list[int]:
    raise TimeoutError


@pytest.mark.requirement("S0-26", "S3-19")
def test_every_way_to_seek_a_list_gives_its_rows(crm: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(f"{TODAY}T02:00:00+00:00", tick=False):
        crm.write(fill)
        for at, text in enumerate([*MEANING, *MORE]):
            tree, free = filters.parse(text, crm.words, crm.context().people)
            names = list(lists.ORDERS)
            for sort in (names[at % len(names)], "-" + names[(at * 7 + 3) % len(names)], "id", "-due"):
                query = Query(free, sort=sort, filter=tree)
                every = Window(crm.reader, query).ids()
                for costs in FREE:
                    for name in costs:
                        monkeypatch.setattr(list_planning, name, NOTHING)
                    monkeypatch.setattr(window, "FEW", 0)
                    monkeypatch.setattr(list_planning, "LOOKED_AT", 5)
                    monkeypatch.setattr(Walk, "page", _too_far)
                    monkeypatch.setattr(Walk, "fetch", _too_far)
                    one = Window(crm.reader, query)
                    found = [*one.ids_page(0, 6), *one.ids_page(6, 9), *one.ids_page(15, 80)]
                    assert found == every[:95], (text, sort, costs)
                    assert [row.id for row in Window(crm.reader, query).last(7)] == every[-7:], (text, sort)
                    assert Window(crm.reader, query).ids() == every, (text, sort)
                    monkeypatch.undo()


def _trial(crm: Session, text: str, sort: str) -> Trial:
    tree, free = filters.parse(text, crm.words, crm.context().people)
    assert tree is not None and not free
    order, reading = lists.ORDERS[sort.removeprefix("-")], Reading(crm.reader)
    backwards = order.falls is not sort.startswith("-")
    parts = lists.segments(crm.reader, order, None, backwards)
    ranges = reading.bounds(tree, order.key)
    parts = parts if ranges is None else lists.within(parts, ranges)
    return Trial(reading, order, parts, tree, backwards=backwards)


def test_a_range_of_the_order_is_begun_at_its_end(crm: Session) -> None:
    """Of what tells where in an order a list can lie no other row is looked at."""
    with time_machine.travel(f"{TODAY}T02:00:00+00:00", tick=False):
        crm.write(fill)
        ranges = {
            text: [(one.params, one.keyed) for one in _trial(crm, text, sort).segments]
            for text, sort in (
                ("创建:今天", "recent"), ("修改<1天", "created"), ("计划:无", "due"),
                ("非 下次跟进:无", "due"),
                ("非 下次跟进:无 下次跟进<3天", "due"),
            )
        }  # fmt: skip
    assert list(ranges["创建:今天"][0][0]) == ["low"]  # nothing was changed before it was made
    assert ranges["修改<1天"][0][0]["low"] == 0
    assert [keyed for _params, keyed in ranges["计划:无"]] == [False]
    assert [keyed for _params, keyed in ranges["非 下次跟进:无"]] == [True]
    assert ranges["非 下次跟进:无 下次跟进<3天"] == [({"low": "2026-03-11", "high": "2026-03-14"}, True)]


def test_a_list_that_begins_far_down_is_not_walked(crm: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    crm.write(fill)
    monkeypatch.setattr(list_planning, "LOOKED_AT", 5)
    near = _trial(crm, "状态:有", "recent")
    assert near.hits and near.patience >= list_planning.LEAST_MS
    far = _trial(crm, "创建>3天", "name")
    assert not far.hits and far.patience == 0
    # What was walked in vain lies further down than it was thought to.
    before = near.before
    near.give_up()
    assert near.before > before or near.before == near.size


def test_a_search_given_up_goes_on_with_all_members(crm: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    crm.write(fill)
    query = Query(sort="name", filter=filters.parse("等级:重点客户 电话:有", crm.words, {})[0])
    every = Window(crm.reader, query).ids()
    monkeypatch.setattr(window, "FEW", 0)
    monkeypatch.setattr(Walk, "page", _too_far)
    monkeypatch.setattr(list_seeking, "SEEK_MS", -1)
    monkeypatch.setattr(list_seeking, "SORTED_AT_ONCE", -1)
    monkeypatch.setattr(in_time, "STEPS", 1)
    assert Window(crm.reader, query).ids_page(0, 20) == every[:20]
