"""Lists sought in every way that may be chosen for them: each gives the rows that sorting them all gives."""

from __future__ import annotations

import pytest
import time_machine

from crm_tui.customers import filters, list_planning, list_seeking, store_members, window
from crm_tui.customers import store_list as lists
from crm_tui.customers.list_planning import Trial
from crm_tui.customers.list_samples import Samples
from crm_tui.customers.list_walking import Walk
from crm_tui.customers.reading import Query, Window
from crm_tui.customers.store_filter import Reading
from crm_tui.customers.store_members import Members, span
from crm_tui.session import Session
from crm_tui.storage import in_time
from crm_tui.storage.change import Change, action
from tests.customers.test_window import MEANING, TODAY, fill

# What costs nothing is chosen: parts that lead, all fetched, an index that leads, one looked into, a span.
NOTHING = 1e-9
FREE = (
    ("READ", "TAG", "FLAGGED"), ("FETCHED",), ("LED", "JOINED", "TAG"), ("BUILT", "FLAGGED", "PASSED"),
    ("PASSED",),
)  # fmt: skip
BY_TIME = ("recent", "-recent", "created", "-created", "followup", "id")
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
                ("非 下次跟进:无 下次跟进<3天", "due"), ("下次跟进:逾期 或 下次跟进<3天", "due"),
                ("下次跟进:逾期 或 状态:有", "due"),
            )
        }  # fmt: skip
    assert list(ranges["创建:今天"][0][0]) == ["low"]  # nothing was changed before it was made
    assert ranges["修改<1天"][0][0]["low"] == 0
    assert [keyed for _params, keyed in ranges["计划:无"]] == [False]
    assert [keyed for _params, keyed in ranges["非 下次跟进:无"]] == [True]
    assert ranges["下次跟进:逾期 或 下次跟进<3天"] == [({"low": "0", "high": "2026-03-14"}, True)]
    assert ranges["下次跟进:逾期 或 状态:有"] == [({}, True), ({}, False)]
    assert ranges["非 下次跟进:无 下次跟进<3天"] == [({"low": "2026-03-11", "high": "2026-03-14"}, True)]


def test_what_excludes_each_other_is_not_looked_for(crm: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    crm.write(fill)
    never = (
        "状态:潜在客户 状态:流失客户", "行业:制造业 -行业:制造业", "行业:食品制造 行业:无",
        "创建:去年 创建<3天", "下次跟进:无 逾期:有", "联系人:有 联系人:无", "状态:有 状态:无",
        "等级:重点客户 省:广东 省:上海",
    )  # fmt: skip
    ever = (
        "行业:制造业 行业:食品制造", "状态:潜在客户,流失客户 状态:有", "省:广东 省:广东省",
        "状态:潜在客户 行业:无", "创建<30天 创建:今天", "状态:潜在客户 或 状态:流失客户",
        "-状态:潜在客户 -状态:流失客户",
    )  # fmt: skip
    reading = Reading(crm.reader)
    for text in (*never, *ever):
        tree = filters.parse(text, crm.words, {})[0]
        assert tree is not None
        assert reading.is_never(tree) is (text in never), text
        if text in never:
            with monkeypatch.context() as patch:
                patch.setattr(reading, "is_never", lambda _tree: False)
                assert Members(reading, tree).count() == 0, text
            assert Window(crm.reader, Query(filter=tree)).count() == 0


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


@action("test.add")
def add(change: Change, moved: int) -> None:
    """Make four customers, and change one that is there."""
    for number in range(4):
        no = f"A{change.set_id}-{number}"
        change.insert("customer", {"kind": "company", "no": no, "no_sort": no, "name": no, "owner_id": 1})
    if moved:
        change.update("customer", moved, {"status": "won"})


@pytest.mark.requirement("S0-26")
@pytest.mark.parametrize("patient", [True, False])
def test_times_that_ids_tell_of_give_the_same_list(
    crm: Session, monkeypatch: pytest.MonkeyPatch, patient: bool
) -> None:
    """Whether the ends of a span are told by the change sets, or those take too long."""
    for day, moved in ((1, 0), (3, 0), (6, 2), (8, 5), (10, 7)):
        with time_machine.travel(f"2026-03-{day:02d}T02:00:00+00:00", tick=False):
            crm.write(add, moved)
    with time_machine.travel(f"{TODAY}T02:00:00+00:00", tick=False):
        texts = ("创建>4天", "创建<4天", "创建:2026-03-03..2026-03-06", "修改>4天", "修改<2天", "修改>90天")
        for text in (*texts, "最近跟进>4天", "最近跟进<4天"):
            tree = filters.parse(text, crm.words, {})[0]
            assert isinstance(tree, filters.Condition)
            passing = Window(crm.reader, Query(filter=tree)).ids()
            wanted = {one: Window(crm.reader, Query(sort=one, filter=tree)).ids() for one in BY_TIME}
            if not patient:
                monkeypatch.setattr(store_members, "ENDS_MS", -1)
                monkeypatch.setattr(list_seeking, "ENDS_MS", -1)
                monkeypatch.setattr(in_time, "STEPS", 1)
            for low, high in ((True, True), (True, False), (False, True)):
                reading = Reading(crm.reader)
                near = span(reading, tree, low=low, high=high)
                ends = (min(passing) if low else 0, max(passing) if high else lists.MOST) if passing else None
                assert near == ends, text
                for sort in BY_TIME if near is not None else ():
                    order, falls = lists.ORDERS[sort.removeprefix("-")], sort.startswith("-")
                    parts, backwards = (
                        lists.segments(crm.reader, order, None, False),
                        order.falls is not falls,
                    )
                    sought = list_seeking.Seeking(
                        reading, order, parts, None, tree, backwards=backwards, span=near
                    )
                    assert list(sought.first(None)) == wanted[sort], (text, sort)
                    assert sought.last(3) == wanted[sort][-3:], (text, sort)
            monkeypatch.undo()


def test_how_far_a_page_lies_is_told_by_a_few_rows() -> None:
    """A part that begins late moves it down, and two that exclude each other more than chance would."""
    early, late, odd = (filters.Condition("status", "is", (one,)) for one in "abc")
    half = int("01" * 50, 2)
    some = Samples(range(100), {early: half, late: (1 << 100) - (1 << 60), odd: half << 1})
    assert some.share(early) == 0.5 and some.picked(late) == list(range(60, 100))
    assert some.share(filters.Not_(late), upto=60) == 1
    assert some.reach([early], 10) == 20
    assert some.reach([early, late], 10) == 60 + 20
    assert some.reach([early, odd], 1) > 5 * some.reach([early, filters.Not_(odd)], 1)
    assert Samples((), {early: 0}).reach([early], 1) == float("inf")


def test_what_an_index_knows_the_others_of_is_not_looked_for_in_every_row(
    crm: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.write(fill)
    tree = filters.parse("待核对:无 行业:有", crm.words, {})[0]
    assert tree is not None
    every = Window(crm.reader, Query(filter=tree)).ids()
    monkeypatch.delattr(Members, "_scanned")
    found = Members(Reading(crm.reader), tree)
    assert found.count() == len(every) and found.ids() == sorted(every)


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
