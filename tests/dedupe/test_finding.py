"""Whom a typed customer may be: the likely ones, why, and what is told of those that one may not see."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from crm_tui.access import scope
from crm_tui.access import store as people
from crm_tui.customers import service
from crm_tui.dedupe import scoring
from crm_tui.dedupe.finding import Alike, begun, lookup
from crm_tui.identity.features import PERSON, Record
from crm_tui.session import Session
from crm_tui.storage.change import Change
from tests.dedupe.conftest import records
from tests.opened import saved

pytestmark = pytest.mark.requirement("S2-10", "S0-18")
CODE = "91350100M000100Y43"


def add(crm: Session, name: str, *contacts: dict[str, Any], **values: Any) -> int:
    return saved(crm, service.add, {"name": name, **values}, contacts)


def ids(found: list[Alike]) -> list[int]:
    return [one.customer_id for one in found]


def test_the_likely_ones_come_best_first_with_reasons_that_add_up(crm: Session):
    same = add(crm, "北京恒达科技有限公司", {"name": "王芳", "mobile": "13900139000"}, uscc=CODE)
    branch = add(crm, "北京恒达科技有限公司上海分公司", {"name": "王芳", "mobile": "13900139000"}, uscc=CODE)
    add(crm, "上海瑞通贸易有限公司", {"mobile": "13900139001"})
    typed = Record(name="北京恒达科技", phones=("139 0013 9000",), contacts=("王芳",), code=CODE.lower())
    found = lookup(crm.reader, typed)
    assert [(one.customer_id, one.band) for one in found] == [
        (same, scoring.MERGE),
        (branch, scoring.RELATED),
    ]
    for one in found:
        assert one.visible
        assert round(sum(line.weight for line in one.scored.lines), 1) == one.scored.score
    assert ids(lookup(crm.reader, typed, leave_out=[same])) == [branch]
    assert ids(lookup(crm.reader, typed, limit=1)) == [same]


@pytest.mark.parametrize(
    "typed",
    [
        Record(name="北京恒达"),
        Record(name="北京恆達科技"),
        Record(phones=("+86 139-0013-9000",)),
        Record(code=CODE),
        Record(mails=("W@HENGDA.com",)),
        Record(name="恒达科枝", contacts=("王芳",), city="北京"),
    ],
)
def test_one_field_is_enough(crm: Session, typed: Record):
    same = add(
        crm,
        "北京恒达科技有限公司",
        {"name": "王芳", "mobile": "13900139000", "email": "w@hengda.com"},
        uscc=CODE,
    )
    assert ids(lookup(crm.reader, typed)) == [same]


@pytest.mark.parametrize("name", ["", " ", "恒", "a", "（）", "\n", "有限公司", "恒" * 3000])
def test_a_name_that_says_nothing_finds_nobody(crm: Session, name: str):
    add(crm, "北京恒达科技有限公司")
    assert lookup(crm.reader, Record(name=name)) == []
    assert begun(crm.reader, Record(name=name)) == []


def test_a_crowded_switchboard_brings_nobody_alone_but_with_the_name(crm: Session):
    def crowd(change: Change) -> None:
        for number in range(1200):
            values = {"name": f"杭州{'甲乙丙丁戊己庚辛壬癸'[number % 10]}园{number:04}贸易有限公司"}
            service.add(change, values, [{"name": "前台", "office_phone": "0571-87654321"}])

    crm.write(crowd)
    crm.reader.set_progress_handler(lambda: 1, 2_000_000)  # far more than it may take
    assert lookup(crm.reader, Record(phones=("0571-87654321",))) == []
    found = lookup(crm.reader, Record(name="杭州甲园1130贸易有限公司", phones=("87654321",)))
    crm.reader.set_progress_handler(None, 0)
    assert found[0].band == scoring.MERGE and ids(found)[0] == 1131
    assert any(line.term == "landline" and line.band == 4 for line in found[0].scored.lines)


def test_whoever_has_the_same_phone_is_told_though_it_says_little(crm: Session):
    other = add(crm, "上海瑞通贸易有限公司", {"mobile": "13900139000"})
    typed = Record(name="北京恒达科技有限公司", phones=("13900139000",))
    assert lookup(crm.reader, typed) == []
    (found,) = lookup(crm.reader, typed, also=[other])
    assert found.customer_id == other and found.band == scoring.NONE


def test_a_brand_begun_proposes_those_that_begin_so(crm: Session):
    first = add(crm, "杭州阿里巴巴网络有限公司")
    add(crm, "杭州阿甲里网络有限公司")
    add(crm, "阿里", kind=PERSON)
    assert ids(begun(crm.reader, Record(name="阿里"))) == [first]
    assert ids(begun(crm.reader, Record(name="杭州阿里巴"))) == [first]
    assert begun(crm.reader, Record(name="阿")) == []
    assert begun(crm.reader, Record(name="阿里", phones=("13900139000",))) == []


def test_of_what_one_may_not_see_only_that_it_is_there(crm: Session, monkeypatch: pytest.MonkeyPatch):
    li = saved(crm, people.add, "li", "李销售", "sales_rep")
    mine = add(crm, "北京恒达科技有限公司")
    theirs = add(crm, "北京恒达科技有限责任公司", owner_id=li)
    table, condition = scope.VIEWS["customer"]
    monkeypatch.setitem(scope.VIEWS, "customer", (table, f"{condition} AND t.owner_id = {{me}}"))
    reader = crm.another_reader()
    found = {one.customer_id: one.visible for one in lookup(reader, Record(name="北京恒达科技"))}
    reader.close()
    assert found == {mine: True, theirs: False}


def test_whoever_is_gone_is_not_found(crm: Session):
    gone = add(crm, "北京恒达科技有限公司")
    crm.write(service.archive, gone)
    assert lookup(crm.reader, Record(name="北京恒达科技有限公司")) == []


@pytest.mark.parametrize("column", ["damaged_at = '2026-03-11T02:00:00Z'", "built_to = 0"])
def test_nobody_is_found_while_the_index_is_being_built(crm: Session, column: str):
    add(crm, "北京恒达科技有限公司")
    crm.database.write_untracked(lambda c: c.execute(f"UPDATE search_index SET {column}"))
    assert lookup(crm.reader, Record(name="北京恒达科技有限公司")) == []
    assert begun(crm.reader, Record(name="恒达")) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=records)
def test_any_record_is_answered_and_every_score_is_the_sum_of_its_lines(crm: Session, typed: Record):
    if crm.reader.execute("SELECT count(*) FROM customer").fetchone()[0] == 0:
        add(crm, "上海恒达机械有限公司", {"name": "王伟", "mobile": "13812345678"})
        add(crm, "恒达", {"name": "李娜", "office_phone": "021-62345678"})
    for one in (*lookup(crm.reader, typed, also=[1, 2]), *begun(crm.reader, typed)):
        assert round(sum(line.weight for line in one.scored.lines), 1) == one.scored.score
