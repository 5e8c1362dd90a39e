"""An import is taken back softly: its rows stay in the file, marked, and its numbers are free again."""

from __future__ import annotations

import pytest

from crm_tui.storage.database import Database
from crm_tui.storage.job_survey import HANGING, LIVE
from crm_tui.storage.survey import references
from tests.storage.undone import back, refused
from tests.storage.world import contact, customer, field, saved


@pytest.fixture
def imported(db: Database) -> tuple[int, list[int], list[int]]:
    """Return a set that imported three customers with a contact each, and their ids."""

    def add(change):
        rows = [customer(change, f"I{n}") for n in range(3)]
        return rows, [contact(change, row) for row in rows]

    added = db.write(1, "import", add)
    rows, contacts = added.value
    assert added.set_id is not None
    return added.set_id, rows, contacts


def test_an_import_is_taken_back_softly_and_its_numbers_are_free_again(db, imported):
    set_id, rows, contacts = imported
    undone = back(db, set_id, soft=True).set_id
    assert [field(db, "customer", row, "gone") for row in rows] == ["undone"] * 3
    assert all(field(db, "contact", row, "deleted_at") for row in contacts)
    again = saved(db, lambda c: customer(c, "I1"))
    assert refused(db, undone) == [("taken", "customer", rows[1], None)]
    back(db, again)
    back(db, undone)
    assert [field(db, "customer", row, "gone") for row in rows] == [None] * 3
    back(db, set_id, soft=True)
    assert [field(db, "customer", row, "gone") for row in rows] == ["undone"] * 3


def test_live_children_of_others_are_in_the_way_of_taking_an_import_back(db, imported):
    set_id, rows, _contacts = imported
    child = db.write(1, "contact.add", lambda c: contact(c, rows[1], "后来")).value
    assert refused(db, set_id, soft=True) == [("child", "customer", rows[1], None)]
    saved(db, lambda c: c.soft_delete("contact", child))
    back(db, set_id, soft=True)
    assert field(db, "customer", rows[1], "gone") == "undone"


def test_a_customer_that_is_left_keeps_what_came_with_it(db, imported):
    set_id, rows, contacts = imported
    saved(db, lambda c: c.update("customer", rows[0], {"note": "worked on"}))
    saved(db, lambda c: contact(c, rows[1], "后来"))
    left = back(db, set_id, soft=True, leave=True).value
    assert {obstacle[:4] for obstacle in left} >= {
        ("moved", "customer", rows[0], "note"),
        ("child", "customer", rows[1], None),
    }
    assert [field(db, "customer", row, "gone") for row in rows] == [None, None, "undone"]
    assert [field(db, "contact", row, "deleted_at") is None for row in contacts] == [True, True, False]


def test_an_imported_customer_archived_since_is_gone_already(db, imported):
    set_id, rows, _contacts = imported
    saved(db, lambda c: c.soft_delete("customer", rows[2]))
    back(db, set_id, soft=True)
    assert [field(db, "customer", row, "gone") for row in rows] == ["undone", "undone", "archived"]


def test_what_hangs_on_added_rows_is_found_by_indexes(db):
    children = references(db.connection)
    scanned = []
    for entity in ("customer", "contact", "plan", "activity", "tag"):
        for child, column in children[entity]:
            sql = "EXPLAIN QUERY PLAN " + HANGING.format(child=child, column=column, live=LIVE)
            steps = db.connection.execute(sql, {"set": 1, "entity": entity, "job": 1}).fetchall()
            scanned += [(child, column) for step in steps if step[3].startswith("SCAN")]
    assert scanned == []
