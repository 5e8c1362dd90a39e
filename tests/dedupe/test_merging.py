"""Several records become one and apart again: what goes over, what stays known, what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from crm_tui.access import store as people_store
from crm_tui.customers import reading, service
from crm_tui.dedupe import choosing, decisions, merging
from crm_tui.dedupe.preview import preview
from crm_tui.errors import Busy, CrmError
from crm_tui.followups import reading as followups
from crm_tui.followups import service as work
from crm_tui.session import Session, open_session
from crm_tui.storage import file_history, jobs, relations, triggers
from crm_tui.storage.faults import RecordGone, StaleVersion
from crm_tui.storage.survey import UndoBlocked
from tests.faults import merges
from tests.opened import saved
from tests.storage.fresh import assert_fresh

pytestmark = pytest.mark.requirement("S0-18")
CODE, OTHER_CODE = "91310114312772126U", "91310101MA1FW00081"


def add(crm: Session, name: str, *contacts: dict[str, Any], **values: Any) -> int:
    return saved(crm, service.add, {"name": name, **values}, contacts, values.pop("tags", ()))


def pair(crm: Session) -> tuple[int, int]:
    """Two records of one company, the second with all the work."""
    first = add(
        crm, "上海恒达机械有限公司", {"name": "王芳", "mobile": "13800000001", "title": "总监"}, need="设备"
    )
    other = saved(
        crm,
        service.add,
        {"name": "恒达机械", "short_name": "恒达", "uscc": CODE, "need": "配件", "note": "老朋友"},
        [
            {"name": "王芳", "mobile": "138 0000 0001", "email": "wf@hd.com", "title": "经理"},
            {"name": "李四"},
        ],
        ("VIP",),
    )
    contact = reading.children(crm.reader, "contact", other)[0]["id"]
    crm.write(work.log, work.LogEntry(other, "谈价", contact_id=contact))
    crm.write(work.add_plan, other, work.read_plan("明天 回访", crm.today()))
    return first, other


def merged(crm: Session, survivor: int, *losers: int, **choices: int) -> int:
    seen = preview(crm.reader, [survivor, *losers]).seen
    return crm.write(merging.merge, survivor, losers, seen, choices).set_id or 0


def test_two_files_become_one_and_two_again(crm: Session):
    first, other = pair(crm)
    number = reading.rows_of(crm.reader, [other])[other].no
    before = merges.digest(crm)
    shown = preview(crm.reader, [first, other])
    assert (shown.survivor, shown.why) == (other, "跟进最多：1 条")
    assert [one.field for one in shown.differing] == ["name", "need"]
    moving = {each.table: each.counts for each in shown.moving}
    assert list(moving) == ["contact", "activity", "plan", "tag_link"]
    assert (moving["contact"], moving["plan"]) == ({first: 1, other: 2}, {other: 1})

    done = merged(crm, first, other, need=other)
    file = reading.customer_file(crm.reader, first)
    assert file is not None
    told = [file.customer[name] for name in ("name", "short_name", "uscc_key", "need", "note")]
    assert told == ["上海恒达机械有限公司", "恒达", CODE, "配件", "老朋友"]
    people = [(one["name"], one["title"], one["email"], one["is_primary"]) for one in file.contacts]
    assert people == [("王芳", "总监", "wf@hd.com", 1), ("李四", None, None, 0)]
    assert (file.tags, [(one["name"], one["kind"]) for one in file.aliases]) == (
        ["VIP"],
        [("恒达机械", "other"), (number, "number")],
    )
    told_of = followups.activities(crm.reader, first)
    assert [(one.content, one.contact_id) for one in told_of] == [("谈价", file.contacts[0]["id"])]
    assert len(followups.plans(crm.reader, first)) == 1
    assert reading.find(crm.reader, number) == first == reading.find(crm.reader, "恒达机械")
    assert reading.led_on(crm.reader, number).startswith("王芳已把这位客户合并到")
    history = file_history.of_file(crm.reader, first)
    names = file_history.names_in_file(crm.reader, first)
    assert ("customer", other, "insert", "王芳") in [
        (one.entity, one.entity_id, one.op, crm.names[one.actor or 0]) for one in history
    ]
    assert names["customer", other] == f"{number} 恒达机械"
    assert_fresh(crm.database.connection)

    crm.undo(done)
    assert merges.digest(crm) == before
    assert reading.find(crm.reader, number) == other
    assert_fresh(crm.database.connection)


def test_owners_and_their_access_go_along(crm: Session):
    li, han = (saved(crm, people_store.add, login, login, "sales_rep") for login in ("li", "han"))
    ids = [add(crm, f"客户{owner}", owner_id=owner) for owner in (1, li, han)]
    crm.database.write(
        1, "x", lambda c: c.insert("collaborator", {"customer_id": ids[0], "person_id": li, "access": "read"})
    )
    merged(crm, *ids, owner=ids[2])
    assert reading.record(crm.reader, "customer", ids[0]) is not None
    rows = reading.children(crm.reader, "collaborator", ids[0])
    assert {(row["person_id"], row["access"]) for row in rows} == {(1, "edit"), (li, "edit")}


def test_a_choice_takes_the_blank_too_and_all_long_texts(crm: Session):
    one = add(crm, "甲", need="一", note="甲注", lost_reason="价高", biz_city="上海市")
    other = add(
        crm, "乙", note="乙注", lost_reason=None, wake_plan="再访", biz_city="杭州市", biz_detail="路 1 号"
    )
    merged(crm, one, other, need=other, note=choosing.ALL, biz_address=other)
    row = reading.record(crm.reader, "customer", one) or {}
    assert (row["need"], row["note"], row["biz_detail"]) == (None, "甲注\n乙注", "路 1 号")
    assert (row["lost_reason"], row["wake_plan"]) == ("价高", None)


@pytest.mark.parametrize("valid", [0, 1])
def test_a_valid_code_counts_before_one_that_is_none(crm: Session, valid: int):
    ids = [add(crm, name, uscc=CODE if at == valid else "9131") for at, name in enumerate("甲乙")]
    assert preview(crm.reader, ids).choices["uscc"] == ids[valid]
    merged(crm, *ids)
    assert (reading.record(crm.reader, "customer", ids[0]) or {})["uscc"] == CODE
    third = add(crm, "丙", uscc=OTHER_CODE)
    assert "都有效却不同" in preview(crm.reader, [ids[0], third]).doubts[0]


def test_decisions_go_over_with_the_record_and_go_on_holding(crm: Session):
    one, other, third = (
        add(crm, name, {"name": name, "mobile": f"1380000000{n}"}) for n, name in enumerate("甲乙丙")
    )
    crm.write(decisions.reject, third, other, " 分店 ")
    crm.write(decisions.relate, one, other)
    known = decisions.decided(crm.reader, [other])
    assert (known[other, third].verdict, known[other, third].note) == ("different", "分店")
    assert known[one, other].verdict == "related"
    assert "曾判定：关联公司" in preview(crm.reader, [one, other]).doubts[0]
    done = merged(crm, one, other)
    found = decisions.decided(crm.reader, [one])
    assert {pair: (each.verdict, each.holds) for pair, each in found.items()} == {
        (one, third): ("different", True)
    }
    crm.undo(done)
    assert all(each.holds for each in decisions.decided(crm.reader, [other]).values())
    contact = reading.children(crm.reader, "contact", third)[0]
    crm.write(service.update_contact, contact["id"], contact["changed_in"], {"mobile": "13900000009"})
    assert not decisions.decided(crm.reader, [third])[other, third].holds


# ------------------------------------------------------------ what is refused


def refused(crm: Session, kind: type[CrmError], survivor: int, *losers: int, seen: Any = None) -> str:
    before = merges.digest(crm)
    with pytest.raises(kind) as error:
        crm.write(merging.merge, survivor, losers, seen or {})
    assert merges.digest(crm) == before
    return str(error.value)


def test_what_cannot_be_merged_is_said_and_nothing_moves(crm: Session, database: Path):
    ids = [add(crm, f"客户{n}") for n in range(9)]
    person = add(crm, "张三", kind="person")
    assert "不能与自己合并" in refused(crm, CrmError, ids[0], ids[0])
    assert "一次最多合并 8 位" in refused(crm, CrmError, *ids)
    assert "个人客户" in refused(crm, merging.KindsDiffer, ids[0], person)
    crm.write(merging.merge, ids[0], [person], {}, {"kind": ids[0]})
    crm.write(service.archive, ids[1])
    assert "归档" in refused(crm, RecordGone, ids[0], ids[1])
    said = refused(crm, RecordGone, ids[2], person)
    assert "张三：" in said and "合并到" in said and "没有合并。" in said and "改为与那一位合并" in said
    with pytest.raises(RecordGone):
        preview(crm.reader, [ids[0], ids[1]])
    seen = preview(crm.reader, ids[2:4]).seen
    with open_session(database, login="wang") as colleague:
        colleague.write(service.update, ids[3], seen[ids[3]], {"note": "改"})
    said = refused(crm, StaleVersion, ids[2], ids[3], seen=seen)
    assert "客户3：" in said and "同时改了" in said and "没有合并。" in said
    with pytest.raises(CrmError, match="nothing"):
        crm.write(merging.merge, ids[2], [ids[4]], {}, {"nothing": ids[2]})
    crm.database.write_untracked(lambda c: jobs.open_job(c, "import", 1, "sheet"))
    assert "大改动" in refused(crm, Busy, ids[2], ids[4])


def test_an_undo_with_a_later_edit_in_the_way_names_it_and_changes_nothing(crm: Session):
    first, other = pair(crm)
    done = merged(crm, first, other)
    row = reading.record(crm.reader, "customer", first) or {}
    crm.write(service.update, first, row["changed_in"], {"note": "改过"})
    before = merges.digest(crm)
    with pytest.raises(UndoBlocked) as blocked:
        crm.undo(done)
    assert [(one.entity, one.field, one.now) for one in blocked.value.obstacles] == [
        ("customer", "note", "改过")
    ]
    assert merges.digest(crm) == before


def test_an_undo_over_children_of_whom_half_were_edited_is_whole_or_names_them(crm: Session):
    first = add(crm, "上海恒达机械有限公司")
    other = add(crm, "恒达机械", *({"name": f"张{number}", "title": "经理"} for number in range(6)))
    contacts = [row["id"] for row in reading.children(crm.reader, "contact", other)]
    done = merged(crm, first, other)

    def edit(change: Any, field: str, value: Any) -> None:
        for one in contacts[::2]:
            change.update("contact", one, {field: value})

    crm.write(edit, "title", "总监")
    crm.undo(done)
    rows = {row["id"]: row["title"] for row in reading.children(crm.reader, "contact", other)}
    assert rows == {one: "总监" if at % 2 == 0 else "经理" for at, one in enumerate(contacts)}
    assert_fresh(crm.database.connection)

    third = add(crm, "恒达集团")
    again = merged(crm, first, other)
    crm.write(edit, "customer_id", third)
    before = merges.digest(crm)
    with pytest.raises(UndoBlocked) as blocked:
        crm.undo(again)
    assert {one.entity_id for one in blocked.value.obstacles} == {*contacts[::2]}
    assert merges.digest(crm) == before


def test_a_thousand_contacts_stand_behind_those_that_are_there(crm: Session):
    first = add(crm, "上海恒达机械有限公司", {"name": "王芳"}, {"name": "李娜"})
    other = add(crm, "恒达机械", *({"name": f"张{number}"} for number in range(300)))
    merged(crm, first, other)
    rows = reading.children(crm.reader, "contact", first)
    assert [row["name"] for row in rows] == ["王芳", "李娜", *(f"张{number}" for number in range(300))]
    assert [row["is_primary"] for row in rows[:3]] == [1, 0, 0]
    assert_fresh(crm.database.connection)


def test_chains_come_apart_in_reverse_only(crm: Session):
    one, other = pair(crm)
    third = add(crm, "恒达集团")
    before = merges.digest(crm)
    sets = [merged(crm, one, other), merged(crm, third, one)]
    assert reading.find(crm.reader, "恒达机械") == third
    assert {row.entity_id for row in file_history.of_file(crm.reader, third) if row.entity == "customer"} == {
        one, other, third
    }  # fmt: skip
    with pytest.raises(UndoBlocked):
        crm.undo(sets[0])
    for each in reversed(sets):
        crm.undo(each)
    assert merges.digest(crm) == before


# ------------------------------------------------------------ tables that came later


def test_no_table_is_read_from_its_first_row_to_its_last(crm: Session):
    one, other = pair(crm)
    sent: list[str] = []
    crm.database.connection.set_trace_callback(sent.append)
    merged(crm, one, other)
    crm.database.connection.set_trace_callback(None)
    moves = [sql for sql in sent if re.match('UPDATE "|SELECT id, customer_a', sql)]
    plans = [
        row[3]
        for sql in moves
        for row in crm.database.connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
    ]
    assert len(moves) > 10 and [plan for plan in plans if plan.startswith("SCAN")] == []


def test_a_table_that_was_added_later_is_taken_along_or_refused_by_name(crm: Session, database: Path):
    one, other = pair(crm)
    connection = crm.database.connection
    connection.execute(
        "CREATE TABLE gift (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id),"
        " year INTEGER, created_in INTEGER NOT NULL DEFAULT 0, changed_in INTEGER NOT NULL DEFAULT 0,"
        " deleted_at TEXT, UNIQUE (customer_id, year)) STRICT"
    )
    connection.executescript(triggers._of_table(connection, "gift"))
    connection.execute(
        "CREATE TABLE scan (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer (id))"
    )
    connection.execute(
        "INSERT INTO gift (id, customer_id, year) VALUES (1, 1, 2024), (2, 2, 2024), (3, 2, 2025)"
    )
    found = {child.table: child for child in relations.children_of(connection, "customer")}
    assert found["gift"] == ("gift", "customer_id", True, False, (relations.Key(("year",), False),))
    assert not found["scan"].tracked
    connection.execute("INSERT INTO scan (customer) VALUES (2)")
    assert "scan" in refused(crm, CrmError, one, other)
    connection.execute("DELETE FROM scan")
    before = merges.digest(crm)
    done = merged(crm, one, other)
    rows = connection.execute("SELECT id, customer_id, deleted_at IS NULL FROM gift ORDER BY id").fetchall()
    assert rows == [(1, one, 1), (2, other, 0), (3, one, 1)]
    crm.undo(done)
    assert merges.digest(crm) == before


def test_many_random_merges_taken_back_leave_everything_as_it_was(tmp_path: Path):
    outcome = merges.run(tmp_path, 12, seed=3)
    assert outcome.faults == []
    assert outcome.seen["folded contacts"] and outcome.seen["chained"]
