"""The write discipline: one transaction, one set, whole or not at all, never over a newer version."""

from __future__ import annotations

import pytest

from crm_tui.errors import BadInput, Busy, NotPermitted
from crm_tui.storage import chain, derive, history
from crm_tui.storage.change import Change, action
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.faults import StaleVersion
from tests.storage.rows import changes, last_change, snapshot
from tests.storage.world import assert_sound, customer, field, saved


@pytest.fixture
def one(db: Database) -> int:
    """Return a customer."""
    return db.write(1, "customer.add", lambda c: customer(c, "C1")).value


def sets(db: Database) -> int:
    return db.connection.execute("SELECT count(*) FROM change_set").fetchone()[0]


def test_a_write_is_one_dated_sealed_set(db, one, time_machine):
    time_machine.move_to("2024-05-01T08:00:00+08:00", tick=False)
    set_id = saved(db, lambda c: c.update("customer", one, {"note": "a"}), reason="because", source="cli")
    row = db.connection.execute(
        "SELECT at, actor, action, source, reason, undoes, job, length(digest), length(chain) FROM change_set"
        " WHERE id = :id",
        {"id": set_id},
    ).fetchone()
    assert row == ("2024-05-01T00:00:00Z", 1, "customer.update", "cli", "because", None, None, 32, 32)
    assert db.connection.execute("SELECT change_set FROM writing").fetchone() == (None,)
    assert field(db, "customer", one, "changed_in") == set_id
    assert_sound(db.connection)


def test_a_set_that_moves_nothing_is_not_kept(db, one):
    before, version = sets(db), field(db, "customer", one, "changed_in")
    result = db.write(1, "customer.update", lambda c: c.update("customer", one, {"name": "客户C1"}))
    assert result == (None, False)
    assert (sets(db), field(db, "customer", one, "changed_in")) == (before, version)


def test_an_error_leaves_nothing(db, one):
    before, log = snapshot(db.connection, version=True), last_change(db.connection)

    def fails(change: Change) -> None:
        change.update("customer", one, {"note": "half"})
        raise KeyError("half way")

    with pytest.raises(KeyError):
        db.write(1, "customer.update", fails)
    assert snapshot(db.connection, version=True) == before
    assert last_change(db.connection) == log
    assert not db.connection.in_transaction
    assert db.connection.execute("SELECT change_set FROM writing").fetchone() == (None,)


def test_a_taken_number_is_refused_with_a_sentence(db, one):
    with pytest.raises(BadInput, match="数据库拒绝了这次修改"):
        db.write(1, "customer.add", lambda c: customer(c, "C1"))


@pytest.mark.parametrize("table", ["customer", "tag"])
def test_a_write_that_forgets_its_version_is_refused(db, one, table):
    db.write(1, "tag", lambda c: c.insert("tag", {"name": "a", "name_key": "a"}))
    with pytest.raises(BadInput, match="write without changed_in"):
        db.write(1, "test", lambda c: c.execute(f"UPDATE {table} SET name = 'x' WHERE id = 1"))
    with pytest.raises(BadInput, match="write without changed_in"):
        db.write(1, "test", lambda c: c.execute("INSERT INTO tag (name, name_key) VALUES ('b', 'b')"))


def test_an_id_cannot_change_inside_either(db, one):
    with pytest.raises(BadInput, match="id is fixed"):
        db.write(
            1,
            "test",
            lambda c: c.execute(f"UPDATE customer SET id = 77, changed_in = {c.set_id} WHERE id = 1"),
        )


def test_two_forms_on_one_record_the_second_is_told(db, one):
    seen = field(db, "customer", one, "changed_in")
    saved(db, lambda c: c.update("customer", one, {"note": "first"}, seen))
    with pytest.raises(StaleVersion) as stale:
        db.write(2, "customer.update", lambda c: c.update("customer", one, {"note": "second"}, seen))
    assert (stale.value.entity, stale.value.entity_id, stale.value.exit_code) == ("customer", one, 3)
    assert field(db, "customer", one, "note") == "first"


def test_only_the_fields_that_differ_are_written(db, one):
    after = last_change(db.connection)
    saved(db, lambda c: c.update("customer", one, {"name": "客户C1", "note": "n", "budget_min": None}))
    assert changes(db.connection, after) == [("customer", one, "update", "note", None, "n")]


def test_soft_delete_keeps_the_row_and_marks_a_customer_as_archived(db, one):
    saved(db, lambda c: c.soft_delete("customer", one))
    assert field(db, "customer", one, "gone") == "archived"
    assert len(field(db, "customer", one, "deleted_at")) == 20


def test_insert_many_writes_one_insert_row_each(db, one):
    after = last_change(db.connection)
    rows = [(one, f"联系人{n}") for n in range(5)]
    set_id = saved(db, lambda c: c.insert_many("contact", ("customer_id", "name"), rows))
    assert [change[2] for change in changes(db.connection, after)] == ["insert"] * 5
    assert len(history.of_set(db.connection, set_id)) == 5


def test_names_that_are_no_identifiers_never_reach_the_sql(db):
    for name in ("note = 1; --", "a b", "näme", ""):
        with pytest.raises(ValueError):
            db.write(1, "test", lambda c, n=name: c.insert("tag", {n: 1}))
        with pytest.raises(ValueError):
            db.write(1, "test", lambda c, n=name: c.update("tag", 1, {n: 1}))


def test_an_action_is_named_on_the_function():
    @action("customer.rename")
    def rename(change: Change) -> None: ...

    assert getattr(rename, "action", "") == "customer.rename"


def test_what_is_derived_is_written_in_the_same_transaction_and_only_once(db, one, monkeypatch):
    called = []
    monkeypatch.setattr(derive, "_writers", {})

    def writer(connection: sqlite3.Connection, change_set: int) -> None:
        called.append((change_set, connection.in_transaction))

    derive.register(("customer", "contact"), writer)
    derive.register(("customer",), writer)
    set_id = saved(db, lambda c: c.update("customer", one, {"note": "x"}))
    db.write(1, "tag", lambda c: c.insert("tag", {"name": "a", "name_key": "a"}))
    assert called == [(set_id, True)]


def test_a_read_only_opening_refuses_to_write(db, path):
    reader = Database(path, read_only=True)
    with pytest.raises(NotPermitted, match="只能读取"):
        reader.write(1, "test", lambda c: None)
    with pytest.raises(NotPermitted):
        reader.write_untracked(lambda c: None)
    reader.close()


def test_a_reader_cannot_write_however_it_tries(db):
    reader = db.connect_reader()
    reader.execute("PRAGMA query_only=OFF")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM person")
    reader.close()


def test_a_busy_file_is_tried_twice_then_told(db, path, one, monkeypatch):
    monkeypatch.setattr("crm_tui.storage.patience.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    runs = []
    with pytest.raises(Busy, match="同事正在保存") as busy:
        db.write(1, "test", lambda c: runs.append(1))
    assert (runs, busy.value.exit_code) == ([], 3)
    other.execute("ROLLBACK")
    saved(db, lambda c: c.update("customer", one, {"note": "now"}))
    other.close()


def test_a_write_that_was_busy_once_is_run_again(db, one, monkeypatch):
    attempt, calls = db._attempt, []

    def busy_once(body, is_there):
        calls.append(1)
        if len(calls) == 1:
            raise sqlite3.OperationalError("database is locked")
        return attempt(body, is_there)

    monkeypatch.setattr(db, "_attempt", busy_once)
    saved(db, lambda c: c.update("customer", one, {"note": "second try"}))
    assert len(calls) == 2
    assert field(db, "customer", one, "note") == "second try"


def test_untracked_writes_leave_no_history(db):
    before = sets(db)
    db.write_untracked(
        lambda c: c.execute("INSERT INTO person_state (person_id, name, value) VALUES (1, 'a', 'b')")
    )
    assert sets(db) == before
    assert db.connection.execute("SELECT value FROM person_state").fetchall() == [("b",)]


# ---- the chain


def tampered(db: Database, sql: str) -> int | None:
    for trigger in ("change_is_final", "change_is_kept", "change_set_is_final", "change_set_is_kept"):
        db.connection.execute(f"DROP TRIGGER {trigger}")
    db.connection.execute(sql)
    return chain.verify(db.connection)


@pytest.fixture
def three(db: Database, one: int) -> Database:
    for note in ("a", "b", "c"):
        saved(db, lambda c, n=note: c.update("customer", one, {"note": n}))
    assert chain.verify(db.connection) is None
    return db


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("UPDATE change SET new = 'x' WHERE change_set = 4", 4),
        ("UPDATE change SET old = 1 WHERE change_set = 3", 3),
        ("DELETE FROM change WHERE change_set = 5", 5),
        ("INSERT INTO change (change_set, entity, entity_id, op) VALUES (2, 'tag', 1, 'insert')", 2),
        ("UPDATE change_set SET actor = 9 WHERE id = 3", 3),
        ("UPDATE change_set SET at = '2020-01-01T00:00:00Z' WHERE id = 5", 5),
        ("DELETE FROM change_set WHERE id = 4", 5),
        ("UPDATE change_set SET chain = NULL WHERE id = 3", 4),
        ("UPDATE change_set SET reason = '' WHERE id = 4", 4),
    ],
)
def test_a_tampered_log_is_noticed(three, sql, first):
    assert tampered(three, sql) == first


@pytest.mark.parametrize(
    ("one_value", "other_value"),
    [
        (1, "1"),
        (None, ""),
        (None, "n"),
        (1, 1.0),
        ("a", b"a"),
        (("a", "b"), ("ab", "")),
        (("a", None), ("an",)),
    ],
)
def test_no_two_values_have_the_same_digest(one_value, other_value):
    def encode(value):
        return chain._encode(value if isinstance(value, tuple) else (value,))

    assert encode(one_value) != encode(other_value)
