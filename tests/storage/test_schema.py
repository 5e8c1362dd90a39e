"""The schema keeps its own rules, and every edit of every tracked column is one row of history."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from crm_tui.storage import schema
from crm_tui.storage.connection import connect, create
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.triggers import columns, regenerated, tracked_tables
from tests.storage.rows import Rows, changes, last_change, plain
from tests.storage.world import OWNER

TEXT = schema.schema_text()
UNTRACKED = {
    "writing", "change_set", "change", "compacted", "job", "publishing", "number_counter", "customer_state",
    "contact_key", "person_state", "import_mapping", "draft", "upkeep", "stale", "search_index",
    "duplicate_pair", "duplicate_scan",
}  # fmt: skip


@pytest.fixture
def fresh(tmp_path: Path) -> sqlite3.Connection:
    create(tmp_path / "crm.db")
    return connect(tmp_path / "crm.db")


def tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [name for (name,) in rows if not name.startswith(("sqlite_", "customer_gram"))]


def test_trigger_block_is_the_generated_one():
    assert regenerated(TEXT) == TEXT


def test_fingerprint_of_the_release_is_that_of_a_fresh_file(fresh, monkeypatch):
    wanted = schema.FINGERPRINT
    monkeypatch.setattr(schema, "FINGERPRINT", "known as it was written")
    assert schema.fingerprint(fresh) == "known as it was written"
    monkeypatch.setattr(schema, "AS_MADE", "")
    assert schema.fingerprint(fresh) == wanted


def test_header_of_a_fresh_file(fresh):
    assert fresh.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
    assert fresh.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    assert fresh.execute("SELECT one, change_set FROM writing").fetchall() == [(1, None)]


def test_every_table_is_either_tracked_or_known_not_to_be(fresh):
    assert set(tables(fresh)) - set(tracked_tables(fresh)) == UNTRACKED


def test_tables_are_strict_and_tracked_ones_hold_integers_and_texts_only(fresh):
    strict = {row[1]: row[5] for row in fresh.execute("PRAGMA table_list").fetchall() if row[0] == "main"}
    for table in tables(fresh):
        assert strict[table] == 1, table
    for table in tracked_tables(fresh):
        info = fresh.execute(f"PRAGMA table_xinfo({table})").fetchall()
        assert {row[2] for row in info} <= {"INTEGER", "TEXT"}, table
        assert {"id", "created_in", "changed_in", "deleted_at"} <= set(columns(fresh, table)), table
        sql = fresh.execute("SELECT sql FROM sqlite_master WHERE name = :t", {"t": table}).fetchone()[0]
        assert "id INTEGER PRIMARY KEY AUTOINCREMENT" in sql, table
        assert fresh.execute("SELECT count(*) FROM sqlite_master WHERE tbl_name = :t AND type = 'trigger'",
                             {"t": table}).fetchone() == (8,), table  # fmt: skip


def test_no_foreign_key_acts_by_itself(fresh):
    for table in tables(fresh):
        for row in fresh.execute(f"PRAGMA foreign_key_list({table})").fetchall():
            assert row[5:7] == ("NO ACTION", "NO ACTION"), (table, row)


def test_nothing_in_the_schema_reads_a_clock_or_a_random_source():
    assert not re.search(r"strftime|CURRENT_(TIME|DATE)|random\(|datetime\(|'now'", TEXT, re.IGNORECASE)


def awkward(connection: sqlite3.Connection, rows: Rows, table: str, name: str) -> list[Any]:
    """Return values to write one after another: each must be one row of history."""
    kind = {row[1]: row[2] for row in connection.execute(f"PRAGMA table_xinfo({table})")}[name]
    required = {row[1]: row[3] for row in connection.execute(f"PRAGMA table_xinfo({table})")}[name]
    sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = :t", {"t": table}).fetchone()[0]
    bound = name in rows.parents(table) or re.search(rf"\b{name} [^,]*CHECK", sql)
    nothing = [] if required else [None]
    if bound:
        return [rows.other(table, name), *nothing]
    if kind == "INTEGER":
        return [2**63 - 1, *nothing, 0, -1]
    return [*nothing, "", "abc", "ABC", "1", "1.0", "ａｂｃ", "x" * 300, '{"a": null}']


def tracked_columns() -> list[tuple[str, str]]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(TEXT)
    return [
        (table, name)
        for table in tracked_tables(connection)
        for name in columns(connection, table)
        if name not in ("id", "changed_in", "created_in")
    ]


def edit_sql(table: str, name: str, value: Any) -> str:
    # A customer is gone exactly when it has been deleted.
    if table == "customer" and name in ("deleted_at", "gone"):
        other = "gone = CASE WHEN :v IS NULL THEN NULL ELSE 'archived' END" if name == "deleted_at" else (
            "deleted_at = CASE WHEN :v IS NULL THEN NULL ELSE '2024-01-01T00:00:00Z' END")  # fmt: skip
        return f"UPDATE {table} SET {name} = :v, {other}"
    return f"UPDATE {table} SET {name} = :v"


def expected(table: str, row_id: int, name: str, old: Any, new: Any) -> tuple[Any, ...]:
    return (table, row_id, "update", name, old, new)


@pytest.mark.parametrize("way", ["inside", "outside"])
def test_one_edit_of_each_column_is_one_row_of_history(tmp_path: Path, way: str):
    path = tmp_path / "crm.db"
    create(path)
    database = Database(path)
    database.write(1, "person.add", lambda change: change.insert("person", OWNER))
    outside = sqlite3.connect(path, isolation_level=None)
    outside.execute("PRAGMA synchronous=OFF")
    database.connection.execute("PRAGMA synchronous=OFF")
    edits = 0
    rows = plain(outside)
    for table, name in tracked_columns():
        row_id = rows.make(table)
        values = awkward(outside, rows, table, name)
        if table == "customer" and name == "gone":
            values = ["undone", None]
        for value in values:
            old = outside.execute(f"SELECT {name} FROM {table} WHERE id = {row_id}").fetchone()[0]
            if old == value and type(old) is type(value):
                continue
            after = last_change(outside)
            sql = edit_sql(table, name, value)
            if way == "outside":
                outside.execute(f"{sql} WHERE id = {row_id}", {"v": value})
            else:
                database.write(
                    1,
                    "test",
                    lambda c, s=sql, i=row_id, v=value: c.execute(
                        f"{s}, changed_in = {c.set_id} WHERE id = {i}", {"v": v}
                    ),
                )
            found = [row for row in changes(outside, after) if row[3] not in _companion(table, name)]
            assert found == [expected(table, row_id, name, old, value)], (table, name, old, value)
            edits += 1
    assert edits > 600
    database.close()


def _companion(table: str, name: str) -> set[str]:
    return (
        {"gone", "deleted_at"} - {name} if table == "customer" and name in ("gone", "deleted_at") else set()
    )


def test_an_edit_that_changes_only_case_is_recorded(db: Database):
    tag = db.write(1, "tag", lambda c: c.insert("tag", {"name": "vip", "name_key": "vip"})).value
    after = last_change(db.connection)
    assert db.write(1, "tag", lambda c: c.update("tag", tag, {"name": "VIP"})).set_id is not None
    assert changes(db.connection, after) == [("tag", tag, "update", "name", "vip", "VIP")]
