"""Reading sees live rows only: none deleted, none still being published, nothing of others' own."""

from __future__ import annotations

import pytest

from crm_tui.access import store as people
from crm_tui.access.scope import VIEWS
from crm_tui.customers import service as customers
from crm_tui.customers.service import archive
from crm_tui.session import Session
from crm_tui.storage import jobs
from crm_tui.storage.change import Change
from crm_tui.storage.driver import sqlite3
from tests.opened import saved

# Tables behind which nobody's data stands, or that only storage reads.
INNER = {"compacted", "writing", "publishing", "number_counter", "stale", "sqlite_sequence"}
# It knows ids and grams alone: who asks it joins each id to a view.
INDEX = {"customer_gram", "customer_gram_data", "customer_gram_idx", "customer_gram_config"}


def names(session: Session, table: str) -> list[str]:
    return [row[0] for row in session.reader.execute(f"SELECT name FROM {table} ORDER BY id").fetchall()]


def two(change: Change) -> list[int]:
    return [
        customers.add(
            change, {"name": name}, [{"name": f"{name}的联系人", "mobile": "13800138000"}], [f"{name}标签"]
        )
        for name in ("甲", "乙")
    ]


def test_every_table_with_data_is_read_through_a_view(crm: Session) -> None:
    tables = {
        row[0]
        for row in crm.database.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
    }
    assert tables - set(VIEWS) - INNER == INDEX


def test_an_archived_customer_is_gone_with_all_that_hangs_on_it(crm: Session) -> None:
    first, _second = saved(crm, two)
    crm.write(archive, first)
    assert names(crm, "customer") == ["乙"]
    assert names(crm, "customer_any") == ["甲", "乙"]
    assert names(crm, "contact") == ["乙的联系人"]
    for table in ("tag_link", "customer_state", "contact_key"):
        found = crm.reader.execute(f"SELECT DISTINCT customer_id FROM {table}").fetchall()
        assert (first,) not in found
    assert crm.undo() is not None
    assert names(crm, "contact") == ["甲的联系人", "乙的联系人"]


def test_what_is_being_published_is_hidden_until_the_end(crm: Session) -> None:
    first, second = saved(crm, two)
    job = crm.database.write_untracked(lambda c: jobs.open_job(c, "import", 1, "名单.xlsx"))
    crm.database.write_untracked(lambda c: jobs.hide(c, job, second, second + 10))
    crm.database.write(1, "import", lambda change: change.update("customer", first, {"note": "x"}), job=job)
    assert names(crm, "customer") == names(crm, "customer_any") == ["甲"]
    assert names(crm, "contact") == ["甲的联系人"]
    sets = crm.reader.execute("SELECT action FROM change_set ORDER BY id").fetchall()
    assert ("import",) not in sets
    assert crm.reader.execute("SELECT count(*) FROM change WHERE field = 'note'").fetchone() == (0,)
    crm.database.write_untracked(lambda c: jobs.close_job(c, job, "done"))
    assert names(crm, "customer") == ["甲", "乙"]
    assert crm.reader.execute("SELECT count(*) FROM change WHERE field = 'note'").fetchone() == (1,)


def test_what_is_ones_own_is_seen_by_nobody_else(crm: Session) -> None:
    other = saved(crm, people.add, "li", "李雷", "sales_rep")

    def fill(connection: sqlite3.Connection) -> None:
        for person in (1, other):
            connection.execute(
                "INSERT INTO person_state (person_id, name, value) VALUES (:who, 'last', 'x')",
                {"who": person},
            )

    crm.database.write_untracked(fill)
    for owner, name in ((1, "我的"), (other, "他的"), (None, "大家的")):
        row = {"screen": "customers", "name": name, "owner_id": owner, "definition": "{}"}
        crm.database.write(1, "view.add", lambda change, row=row: change.insert("saved_view", row))
    assert crm.reader.execute("SELECT person_id FROM person_state").fetchall() == [(1,)]
    assert names(crm, "saved_view") == ["我的", "大家的"]


def test_a_job_that_is_being_taken_back_is_not_told_of_either(crm: Session) -> None:
    _first, second = saved(crm, two)
    job = crm.database.write_untracked(lambda c: jobs.open_job(c, "import", 1, "名单.xlsx"))
    crm.database.write_untracked(lambda c: jobs.hide(c, job, second, second + 10))
    back = crm.database.write_untracked(lambda c: jobs.open_job(c, "undo", 1, "名单.xlsx", undoes=job))
    crm.database.write(1, "undo", lambda change: change.soft_delete("customer", second), job=back)
    sets = "SELECT count(*) FROM change_set WHERE action = 'undo'"
    assert crm.reader.execute(sets).fetchone() == (0,)
    assert crm.reader.execute("SELECT count(*) FROM change WHERE field = 'gone'").fetchone() == (0,)
    crm.database.write_untracked(lambda c: jobs.close_job(c, job, "taken_back"))
    assert crm.reader.execute(sets).fetchone() == (1,)


REFUSED = [
    "SELECT name FROM main.customer",
    "SELECT job FROM main.publishing",
    "SELECT name FROM main.sqlite_master",
    "SELECT sql FROM sqlite_temp_master",
    "SELECT name FROM customer WHERE id IN (SELECT id FROM main.customer)",
    "SELECT change_set FROM writing",
    "UPDATE customer SET note = 'x'",
    "UPDATE main.customer SET note = 'x'",
    "DELETE FROM main.customer",
    "INSERT INTO main.tag (name, name_key) VALUES ('a', 'a')",
    "CREATE TEMP TABLE mine (a)",
    "CREATE TEMP VIEW tags AS SELECT name FROM main.tag",
    "DROP VIEW customer",
    "DROP TABLE main.customer",
    "ATTACH ':memory:' AS other",
    "PRAGMA query_only = 0",
    "PRAGMA writable_schema = 1",
    "SELECT load_extension('x')",
    "INSERT INTO customer_gram (rowid, grams) VALUES (1, 'x')",
    "DELETE FROM main.customer_gram_data",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_what_goes_past_the_views_is_refused(crm: Session, sql: str) -> None:
    saved(crm, two)
    with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited|it is a view"):
        crm.reader.execute(sql)
    assert names(crm, "customer") == ["甲", "乙"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM customer",
        "SELECT 1 / count(*) FROM word",
        "SELECT c.name FROM customer c JOIN contact t ON t.customer_id = c.id WHERE t.name LIKE '甲%'",
        "WITH RECURSIVE n (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 3) SELECT a FROM n",
        "WITH mine AS (SELECT id FROM customer) SELECT max(id) FROM mine",
        "SELECT old, new FROM change WHERE entity = 'customer'",
        "PRAGMA data_version",
        "SELECT c.name FROM customer_gram g JOIN customer c ON c.id = g.rowid"
        " WHERE customer_gram MATCH '\"!1\"' ORDER BY g.rowid DESC",
    ],
)
def test_what_keeps_to_the_views_is_read(crm: Session, sql: str) -> None:
    saved(crm, two)
    assert isinstance(crm.reader.execute(sql).fetchall(), list)


def test_the_reading_connection_cannot_write(crm: Session) -> None:
    for table in ("customer", "main.customer"):
        with pytest.raises(sqlite3.DatabaseError):
            crm.reader.execute(f"UPDATE {table} SET note = 'x'")
