"""Two people on one record: what merges silently, what clashes, and what is said of a record that is gone."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from crm_tui.storage.database import Database, WriteResult
from crm_tui.storage.faults import FieldConflict, RecordGone, StaleVersion
from crm_tui.storage.undo import undo
from tests.storage.world import assert_sound, contact, customer, field, saved

NOW = "2026-11-20T02:00:00Z"
COLLEAGUE = {
    "login": "han",
    "login_key": "han",
    "name": "韩梅梅",
    "name_key": "韩梅梅",
    "role": "sales_manager",
}


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def one(db: Database) -> int:
    """Return a customer; person 2 is 韩梅梅."""
    db.write(1, "user.add", lambda c: c.insert("person", COLLEAGUE))
    row = {"note": "旧", "budget_min": 500, "budget_max": 800, "biz_city": "上海", "biz_detail": "路1号"}
    return db.write(1, "customer.add", lambda c: customer(c, "C1", **row)).value


def seen(db: Database, row: int, table: str = "customer") -> int:
    return field(db, table, row, "changed_in")


def save(
    db: Database, actor: int, row: int, version: int | None, table: str = "customer", **values: Any
) -> WriteResult:
    return db.write(actor, f"{table}.update", lambda c: (c.update(table, row, values, version), c.merged))


def clash(db: Database, row: int, version: int, **values: Any) -> FieldConflict:
    before = db.connection.execute("SELECT * FROM customer WHERE id = :id", {"id": row}).fetchone()
    with pytest.raises(FieldConflict) as found:
        save(db, 1, row, version, **values)
    now = db.connection.execute("SELECT * FROM customer WHERE id = :id", {"id": row}).fetchone()
    assert now == before, "a clash writes nothing"
    return found.value


def test_different_fields_merge_and_the_saver_is_told_what_else_moved(db, one):
    version = seen(db, one)
    save(db, 2, one, version, industry="制造业", note="她的")
    moved, merged = save(db, 1, one, version, need="我的").value
    assert moved
    assert {(move.column, move.before, move.theirs, move.actor, move.who) for move in merged} == {
        ("industry", None, "制造业", 2, "韩梅梅"),
        ("note", "旧", "她的", 2, "韩梅梅"),
    }
    assert [field(db, "customer", one, name) for name in ("industry", "note", "need")] == [
        *("制造业", "她的", "我的")
    ]
    assert_sound(db.connection)


def test_the_same_value_typed_twice_is_no_clash(db, one):
    version = seen(db, one)
    save(db, 2, one, version, note="同样")
    result = save(db, 1, one, version, note="同样")
    assert (result.set_id, result.value[0]) == (None, False)


def test_one_field_moved_by_two_clashes_and_names_who_when_and_all_three_values(db, one):
    version = seen(db, one)
    theirs = save(db, 2, one, version, note="她的").set_id
    found = clash(db, one, version, note="我的", need="另一个")
    assert found.fields == (("note", "旧", "我的", "她的", 2, "韩梅梅", NOW, theirs),)
    assert (found.entity, found.entity_id, found.now, found.exit_code) == ("customer", one, theirs, 3)
    assert (found.was["note"], found.row["note"]) == ("旧", "她的")
    assert str(found).startswith("韩梅梅同时改了相同的字段（2026-11-20 10:00）。你的修改没有保存")
    save(db, 1, one, found.now, note="我的", need="另一个")
    assert field(db, "customer", one, "note") == "我的"


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ({"budget_min": 600, "budget_max": 800}, {"budget_min": 500, "budget_max": 900}),
        ({"name": "甲", "name_key": "甲"}, {"name": "乙", "name_key": "乙"}),
        ({"biz_city": "苏州"}, {"biz_city": "上海", "biz_detail": "路2号"}),
    ],
)
def test_a_field_of_several_columns_clashes_as_one(db, one, theirs, mine):
    version = seen(db, one)
    save(db, 2, one, version, **theirs)
    found = clash(db, one, version, **mine)
    assert {each.column for each in found.fields} <= set(mine)


def test_a_field_of_several_columns_is_never_a_mixture(db, one):
    version = seen(db, one)
    save(db, 2, one, version, budget_min=600)
    save(db, 1, one, version, budget_min=600, budget_max=900)
    assert (field(db, "customer", one, "budget_min"), field(db, "customer", one, "budget_max")) == (600, 900)


def test_several_changes_between_count_as_one_from_the_first_value_to_the_last(db, one):
    version = seen(db, one)
    save(db, 2, one, None, note="一")
    save(db, 1, one, None, note="二")
    last = save(db, 2, one, None, note="三", need="N").set_id
    save(db, 1, one, None, need="M")
    found = clash(db, one, version, note="我的")
    assert found.fields[0][1:7] == ("旧", "我的", "三", 2, "韩梅梅", NOW)
    assert found.fields[0].set_id == last
    assert {move.column: move.who for move in found.moved} == {"note": "韩梅梅", "need": "李雷"}


def test_a_value_moved_there_and_back_is_no_clash(db, one):
    version = seen(db, one)
    theirs = save(db, 2, one, version, note="她的").set_id
    db.write(2, "undo", lambda c: undo(c, theirs or 0), undoes=theirs)
    assert seen(db, one) > version
    assert save(db, 1, one, version, note="我的").value == (True, [])
    assert field(db, "customer", one, "note") == "我的"


def test_an_edit_from_outside_merges_and_clashes_like_a_colleagues(db, outside, one):
    version = seen(db, one)
    outside.execute("UPDATE customer SET note = 'theirs', need = 'x' WHERE id = :id", {"id": one})
    found = clash(db, one, version, note="我的")
    assert (found.fields[0].actor, found.fields[0].who, found.fields[0].at) == (None, "另一个程序", NOW)
    moved, merged = save(db, 1, one, version, pain="痛").value
    assert moved and {move.column for move in merged} == {"note", "need"}
    assert_sound(db.connection)


def test_saving_nothing_new_moves_nothing_even_when_others_did(db, one):
    version = seen(db, one)
    save(db, 2, one, version, need="她的")
    assert save(db, 1, one, version, note="旧").set_id is None
    assert save(db, 1, one, version).set_id is None
    assert save(db, 1, one, seen(db, one), note="旧").set_id is None


def test_a_record_moved_earlier_in_the_same_set_does_not_clash_with_itself(db, one):
    version = seen(db, one)
    save(db, 2, one, version, need="她的")

    def twice(change: Any) -> None:
        change.update("customer", one, {"note": "第一", "need": "覆盖"})
        change.update("customer", one, {"note": "第二"}, version)

    db.write(1, "customer.update", twice)
    assert field(db, "customer", one, "note") == "第二"

    def late(change: Any) -> None:
        change.update("customer", one, {"need": "覆盖二"})
        change.update("customer", one, {"need": "我的"}, version)

    with pytest.raises(FieldConflict) as found:
        db.write(1, "customer.update", late)
    assert found.value.fields[0].theirs == "覆盖", "what the open set itself wrote is nobody else's"


def test_a_record_deleted_and_brought_back_with_other_values_clashes(db, one):
    tag = db.write(1, "tag", lambda c: c.insert("tag", {"name": "a", "name_key": "a", "colour": "red"})).value
    version = seen(db, tag, "tag")
    gone = saved(db, lambda c: c.execute("DELETE FROM tag WHERE id = :id", {"id": tag}))
    with pytest.raises(RecordGone) as found:
        save(db, 1, tag, version, "tag", colour="blue")
    assert found.value.how == "deleted"
    db.write(2, "undo", lambda c: undo(c, gone), undoes=gone)
    assert save(db, 1, tag, version, "tag", colour="blue").value[0]
    save(db, 2, tag, None, "tag", colour="green")
    with pytest.raises(FieldConflict):
        save(db, 1, tag, version, "tag", colour="yellow")


def gone(db: Database, row: int, version: int, table: str = "customer") -> RecordGone:
    with pytest.raises(RecordGone) as found:
        save(db, 1, row, version, table, note="我的")
    assert found.value.exit_code == 3
    assert found.value.kept == "你的修改没有保存，对方的内容没有被覆盖。"
    return found.value


def test_an_archived_customer_is_named_with_who_and_when(db, one):
    version = seen(db, one)
    db.write(2, "customer.archive", lambda c: c.soft_delete("customer", one))
    found = gone(db, one, version)
    assert (found.how, found.actor, found.at, found.merged_into) == ("archived", 2, NOW, None)
    assert found.what == "韩梅梅已归档这位客户（2026-11-20 10:00）。"
    assert found.todo == "要恢复，请在更新记录中撤销那次操作。"


def test_a_merged_customer_names_the_one_that_took_it_over(db, one):
    version = seen(db, one)
    other = db.write(1, "customer.add", lambda c: customer(c, "C2", name="恒达")).value
    values = {"gone": "merged", "merged_into": other, "deleted_at": NOW}
    save(db, 2, one, None, **values)
    found = gone(db, one, version)
    assert (found.how, found.actor, found.merged_into) == ("merged", 2, other)
    assert found.what == "韩梅梅已把这位客户合并到 C2 恒达（2026-11-20 10:00）。"
    assert found.todo == "请打开 C2 恒达，在那里填写你的修改。"


@pytest.mark.parametrize("soft", [True, False])
def test_a_customer_whose_import_was_taken_back_says_so(db, one, soft):
    added = db.write(2, "import", lambda c: customer(c, "C9"))
    version = seen(db, added.value)
    db.write(2, "undo", lambda c: undo(c, added.set_id or 0, soft=soft), undoes=added.set_id)
    found = gone(db, added.value, version)
    assert (found.how, found.actor) == ("undone", 2)
    assert found.what == "韩梅梅撤销了带来这位客户的操作（2026-11-20 10:00）。"


def test_a_contact_removed_or_of_an_archived_customer_is_gone(db, one):
    first, second = db.write(1, "contact.add", lambda c: (contact(c, one), contact(c, one, "李"))).value
    versions = seen(db, first, "contact"), seen(db, second, "contact")
    db.write(2, "contact.remove", lambda c: c.soft_delete("contact", first))
    found = gone(db, first, versions[0], "contact")
    assert (found.entity, found.how, found.what) == (
        *("contact", "deleted"),
        "韩梅梅已删除这位联系人（2026-11-20 10:00）。",
    )
    db.write(2, "customer.archive", lambda c: c.soft_delete("customer", one))
    assert seen(db, second, "contact") == versions[1]
    found = gone(db, second, versions[1], "contact")
    assert (found.entity, found.entity_id, found.how) == ("customer", one, "archived")


def test_a_row_that_never_was_is_gone_without_a_name(db, one):
    assert gone(db, 999, 1).what == "这条记录已不在了。"
    with pytest.raises(RecordGone):
        save(db, 1, 999, None, note="x")


def test_putting_away_stays_strict(db, one):
    version = seen(db, one)
    save(db, 2, one, version, need="她的")
    with pytest.raises(StaleVersion) as found:
        db.write(1, "customer.archive", lambda c: c.soft_delete("customer", one, version))
    assert not isinstance(found.value, FieldConflict | RecordGone)
    assert found.value.what == "韩梅梅同时改了这位客户（2026-11-20 10:00）。"
    assert found.value.todo == "请先看看现在的内容，仍要这样做就再按一次。"
    assert field(db, "customer", one, "deleted_at") is None
    db.write(1, "customer.archive", lambda c: c.soft_delete("customer", one, seen(db, one)))


def test_where_the_log_does_not_reach_back_nothing_is_merged(db, one):
    version = seen(db, one)
    moved = save(db, 2, one, version, need="她的").set_id or 0
    db.connection.execute("INSERT INTO compacted (through) VALUES (:through)", {"through": moved})
    with pytest.raises(StaleVersion) as found:
        save(db, 1, one, version, note="我的")
    assert not isinstance(found.value, FieldConflict | RecordGone)
    assert save(db, 1, one, moved, note="我的").value[0]


def test_a_version_from_the_future_is_refused(db, one):
    """A form that was open while an older copy was put in place."""
    with pytest.raises(StaleVersion):
        save(db, 1, one, seen(db, one) + 5, note="我的")


def test_times_are_said_in_the_zone_of_the_team(db, one):
    db.write(1, "setting", lambda c: c.insert("setting", {"name": "zone", "value": "UTC"}))
    version = seen(db, one)
    save(db, 2, one, version, note="她的")
    assert "（2026-11-20 02:00）" in str(clash(db, one, version, note="我的"))
