"""Edits by other programs: recorded, versioned, undoable; unrecordable ones make the file read-only."""

from __future__ import annotations

import sqlite3 as python_sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils
import sqlite_utils.utils

from crm_tui.errors import NotPermitted
from crm_tui.storage import driver
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.faults import StaleVersion
from crm_tui.storage.undo import UndoBlocked, undo
from tests.storage.rows import changes, last_change, snapshot
from tests.storage.world import assert_sound, contact, customer, field, saved


@pytest.fixture
def pair(db: Database) -> tuple[int, int]:
    """Return two customers."""
    return db.write(1, "customer.add", lambda c: (customer(c, "C1"), customer(c, "C2"))).value


def sources(connection: sqlite3.Connection) -> list[tuple[str, bool, bool]]:
    rows = connection.execute("SELECT source, at, chain FROM change_set ORDER BY id").fetchall()
    return [(source, at is not None, chain is not None) for source, at, chain in rows]


def touch(db: Database) -> int:
    return saved(db, lambda c: c.insert("tag", {"name": "t", "name_key": str(c.set_id)}))


def test_driver_is_the_one_that_sqlite_utils_uses():
    assert sqlite_utils.utils.sqlite3.Connection is driver.sqlite3.Connection


def test_an_update_is_recorded_in_a_set_of_its_own_that_the_next_save_seals(db, outside, pair):
    version = field(db, "customer", pair[0], "changed_in")
    outside.execute("UPDATE customer SET note = 'x', need = 'y' WHERE id = :id", {"id": pair[0]})
    moved = field(db, "customer", pair[0], "changed_in")
    assert moved == version + 1
    assert sources(outside)[-1] == ("outside", False, False)
    assert outside.execute("SELECT change_set FROM writing").fetchone() == (moved,)
    assert changes(outside)[-2:] == [
        ("customer", pair[0], "update", "need", None, "y"),
        ("customer", pair[0], "update", "note", None, "x"),
    ]
    touch(db)
    assert sources(outside)[-2:] == [("outside", True, True), ("tui", True, True)]
    assert outside.execute("SELECT change_set FROM writing").fetchone() == (None,)
    assert_sound(db.connection)


def test_a_form_opened_before_an_edit_from_outside_does_not_overwrite_it(db, outside, pair):
    seen = field(db, "customer", pair[0], "changed_in")
    outside.execute("UPDATE customer SET note = 'theirs' WHERE id = :id", {"id": pair[0]})
    with pytest.raises(StaleVersion):
        db.write(1, "customer.update", lambda c: c.update("customer", pair[0], {"note": "mine"}, seen))
    assert field(db, "customer", pair[0], "note") == "theirs"


def test_a_second_edit_of_the_same_row_opens_a_second_set(db, outside, pair):
    outside.execute("UPDATE customer SET note = 'one' WHERE id = :id", {"id": pair[0]})
    first = field(db, "customer", pair[0], "changed_in")
    outside.execute("UPDATE customer SET note = 'other row' WHERE id = :id", {"id": pair[1]})
    assert field(db, "customer", pair[1], "changed_in") == first
    outside.execute("UPDATE customer SET note = 'two' WHERE id = :id", {"id": pair[0]})
    assert field(db, "customer", pair[0], "changed_in") == first + 1
    touch(db)
    assert sources(outside)[-3:] == [("outside", True, True), ("outside", True, True), ("tui", True, True)]
    assert_sound(db.connection)


def test_a_bulk_update_is_one_set(db, outside, pair):
    outside.execute("UPDATE customer SET note = 'all'")
    assert field(db, "customer", pair[0], "changed_in") == field(db, "customer", pair[1], "changed_in")
    assert [row[1] for row in changes(outside)[-2:]] == list(pair)


def test_an_insert_is_adopted_and_undone(db, outside):
    outside.execute("INSERT INTO tag (name, name_key) VALUES ('外', '外')")
    row, created, changed = outside.execute("SELECT id, created_in, changed_in FROM tag").fetchone()
    assert created == changed == outside.execute("SELECT max(id) FROM change_set").fetchone()[0]
    assert changes(outside)[-1] == ("tag", row, "insert", None, None, None)
    db.write(1, "undo", lambda c: undo(c, created), undoes=created)
    assert outside.execute("SELECT count(*) FROM tag").fetchone() == (0,)
    assert_sound(db.connection)


def test_a_delete_is_recorded_whole_and_undone(db, outside, pair):
    row = db.write(1, "contact.add", lambda c: contact(c, pair[0], "张'三", is_primary=1)).value
    before = snapshot(outside)
    outside.execute("DELETE FROM contact")
    by = outside.execute("SELECT max(id) FROM change_set").fetchone()[0]
    touched = touch(db)
    db.write(1, "undo", lambda c: undo(c, touched), undoes=touched)
    db.write(1, "undo", lambda c: undo(c, by), undoes=by)
    assert snapshot(outside) == before
    assert field(db, "contact", row, "name") == "张'三"
    assert_sound(db.connection)


def test_rows_edited_from_outside_are_queued_for_what_is_derived_from_them(db, outside, pair, monkeypatch):
    seen = []
    monkeypatch.setattr("crm_tui.storage.derive.rewrite", lambda c, s: seen.append(s))
    outside.execute("UPDATE customer SET note = 'x' WHERE id = :id", {"id": pair[0]})
    by = field(db, "customer", pair[0], "changed_in")
    mine = touch(db)
    assert seen == [by, mine]
    assert outside.execute("SELECT count(*) FROM stale").fetchone() == (0,)


def test_sqlite_utils_upsert_is_recorded_field_by_field(db, path, pair):
    tag = db.write(1, "tag", lambda c: c.insert("tag", {"name": "a", "name_key": "a"})).value
    after = last_change(db.connection)
    other = sqlite_utils.Database(str(path), execute_plugins=False)
    other.table("tag").upsert({"id": tag, "name": "b", "name_key": "a"}, pk="id")
    other.conn.close()
    assert changes(db.connection, after) == [("tag", tag, "update", "name", "a", "b")]
    touch(db)
    assert_sound(db.connection)


def test_sqlite_utils_insert_and_update_are_recorded(db, path):
    other = sqlite_utils.Database(str(path), execute_plugins=False)
    row = other.table("tag").insert({"name": "neu", "name_key": "neu"}, pk="id").last_pk
    assert isinstance(row, int)
    other.table("tag").update(row, {"colour": "red"})
    other.conn.close()
    assert changes(db.connection)[-2:] == [
        ("tag", row, "insert", None, None, None),
        ("tag", row, "update", "colour", None, "red"),
    ]


def test_sqlite_utils_replace_is_recorded_as_image_and_insert_and_undone(db, path, outside):
    row = db.write(1, "tag", lambda c: c.insert("tag", {"name": "a", "name_key": "a", "colour": "red"})).value
    before, after = snapshot(outside), last_change(outside)
    other = sqlite_utils.Database(str(path), execute_plugins=False)
    other.table("tag").insert({"id": row, "name": "b", "name_key": "b"}, pk="id", replace=True)
    other.conn.close()
    assert [change[2] for change in changes(outside, after)] == ["delete", "insert"]
    by = outside.execute("SELECT max(id) FROM change_set").fetchone()[0]
    db.write(1, "undo", lambda c: undo(c, by), undoes=by)
    assert snapshot(outside) == before
    assert_sound(db.connection)


def test_a_row_added_here_and_replaced_outside_is_not_removed_by_undo(db, path, outside):
    row = 0

    def add(change):
        nonlocal row
        row = change.insert("tag", {"name": "a", "name_key": "a"})

    added = saved(db, add)
    outside.execute("PRAGMA recursive_triggers=ON")
    outside.execute("REPLACE INTO tag (id, name, name_key) VALUES (:id, 'b', 'b')", {"id": row})
    with pytest.raises(UndoBlocked) as blocked:
        db.write(1, "undo", lambda c: undo(c, added), undoes=added)
    assert {(o.kind, o.field) for o in blocked.value.obstacles} >= {("moved", "name"), ("moved", "name_key")}
    assert field(db, "tag", row, "name") == "b"


def test_update_or_ignore_records_only_what_moved(db, pair):
    def link(change):
        tag = change.insert("tag", {"name": "a", "name_key": "a"})
        return [change.insert("tag_link", {"customer_id": row, "tag_id": tag}) for row in pair]

    links = db.write(1, "tag", link).value
    after = last_change(db.connection)

    def merge(change):
        values = {"other": pair[1], "one": pair[0], "set": change.set_id}
        change.execute(
            "UPDATE OR IGNORE tag_link SET customer_id = :other, changed_in = :set WHERE customer_id = :one",
            values,
        )
        assert changes(change.connection, after) == []
        change.execute("DELETE FROM tag_link WHERE customer_id = :one", values)

    merged = saved(db, merge)
    assert [(row[1], row[2]) for row in changes(db.connection, after)] == [(links[0], "delete")]
    db.write(1, "undo", lambda c: undo(c, merged), undoes=merged)
    assert field(db, "tag_link", links[0], "customer_id") == pair[0]


def test_insert_or_ignore_of_a_row_that_is_there_records_nothing(db, outside):
    outside.execute("INSERT INTO tag (name, name_key) VALUES ('a', 'a')")
    after = last_change(outside)
    outside.execute("INSERT OR IGNORE INTO tag (name, name_key) VALUES ('a', 'a')")
    assert changes(outside, after) == []
    touch(db)
    assert_sound(db.connection)


@pytest.mark.parametrize("program", [sqlite3, python_sqlite3], ids=["the driver", "Python's own"])
def test_texts_that_read_as_one_number_are_different_values(db, path, pair, program):
    # The first tracked column of a contact is a number: the texts behind it are compared as texts.
    row = db.write(1, "contact.add", lambda c: contact(c, pair[0], "1")).value
    after = last_change(db.connection)
    with closing(program.connect(path, isolation_level=None)) as other:
        for name in ("01", "1.0", "1e0"):
            other.execute("UPDATE contact SET name = :name WHERE id = :id", {"name": name, "id": row})
    moved = [change[3:] for change in changes(db.connection, after)]
    assert moved == [("name", "1", "01"), ("name", "01", "1.0"), ("name", "1.0", "1e0")]


def test_an_id_cannot_change(db, outside, pair):
    with pytest.raises(sqlite3.IntegrityError, match="id is fixed"):
        outside.execute("UPDATE customer SET id = 99 WHERE id = :id", {"id": pair[0]})
    assert field(db, "customer", pair[0], "id") == pair[0]


def test_history_cannot_be_altered_or_deleted(db, outside, pair):
    for sql in (
        "UPDATE change SET old = 'x'",
        "DELETE FROM change",
        "UPDATE change_set SET actor = 2",
        "DELETE FROM change_set",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="cannot be"):
            outside.execute(sql)
    assert_sound(db.connection)


def test_compacted_history_may_go_and_the_rest_still_holds(db, outside, pair):
    outside.execute("INSERT INTO compacted (through) VALUES (1)")
    outside.execute("DELETE FROM change WHERE change_set <= 1")
    with pytest.raises(sqlite3.IntegrityError, match="cannot be deleted"):
        outside.execute("DELETE FROM change WHERE change_set = 2")
    assert_sound(db.connection)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TRIGGER customer_updated",
        "CREATE TRIGGER mine AFTER UPDATE ON customer BEGIN SELECT 1; END",
        "ALTER TABLE customer ADD COLUMN extra TEXT",
        "DROP TRIGGER change_is_kept",
        "DROP TRIGGER customer_outside_insert",
    ],
)
def test_altered_tables_or_triggers_make_the_file_read_only(db, path, outside, sql):
    outside.execute(sql)
    opened = Database(path)
    assert "触发器被改动过" in opened.read_only
    with pytest.raises(NotPermitted, match="触发器被改动过"):
        touch(opened)
    assert opened.connection.execute("SELECT count(*) FROM person").fetchone() == (1,)
    opened.close()


def test_transform_by_sqlite_utils_makes_the_file_read_only(db, path):
    db.close()
    other = sqlite_utils.Database(str(path), execute_plugins=False)
    other.table("project").transform(rename={"note": "remark"})
    other.conn.close()
    opened = Database(path)
    assert "触发器被改动过" in opened.read_only
    opened.close()


def test_tables_and_indexes_of_somebody_else_are_no_alteration(db, path, outside):
    outside.executescript(
        "CREATE TABLE mine (a, b); CREATE INDEX mine_a ON mine (a);"
        "CREATE INDEX theirs ON customer (website);"
        "CREATE TRIGGER mine_seen AFTER INSERT ON mine BEGIN SELECT 1; END; CREATE VIEW seen AS SELECT 1;"
    )
    opened = Database(path)
    assert opened.read_only == ""
    opened.close()


def test_a_newer_file_is_opened_read_only(db, path: Path, outside):
    outside.execute("PRAGMA user_version = 99")
    opened = Database(path)
    assert "更新版本的程序" in opened.read_only
    opened.close()
