"""Undo and redo, case by case: what comes back, what is in the way, and that a refusal changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from crm_tui.storage.database import Database
from crm_tui.storage.undo import UndoBlocked
from tests.storage.rows import snapshot
from tests.storage.undone import back, refused
from tests.storage.world import assert_sound, contact, customer, field, note, saved


@pytest.fixture
def pair(db: Database) -> tuple[int, int]:
    """Return two customers."""
    return db.write(1, "customer.add", lambda c: (customer(c, "C1"), customer(c, "C2"))).value


# ---- what comes back


def test_undo_moves_the_version_forward_and_gives_back_the_rest(db, pair):
    before = snapshot(db.connection)
    edit = saved(db, note(pair[0], "new"))
    result = back(db, edit)
    assert snapshot(db.connection) == before
    assert field(db, "customer", pair[0], "changed_in") == result.set_id > edit
    assert_sound(db.connection)


def test_a_case_only_edit_comes_back(db, pair):
    saved(db, note(pair[0], "abc"))
    edit = saved(db, note(pair[0], "ABC"))
    back(db, edit)
    assert field(db, "customer", pair[0], "note") == "abc"


@pytest.mark.parametrize(
    ("old", "new"), [(None, ""), ("", None), ("1", "1.0"), ("a", "a "), ("王", "王\u200b")]
)
def test_values_that_look_alike_come_back_as_they_were(db, pair, old, new):
    saved(db, note(pair[0], "start"))
    saved(db, note(pair[0], old))
    back(db, saved(db, note(pair[0], new)))
    assert field(db, "customer", pair[0], "note") == old


def test_two_numbers_that_were_swapped_are_swapped_back(db, pair):
    def swap(change):
        change.update("customer", pair[0], {"no": "between"})
        change.update("customer", pair[1], {"no": "C1"})
        change.update("customer", pair[0], {"no": "C2"})

    edit = saved(db, swap)
    assert field(db, "customer", pair[0], "no") == "C2"
    redo = back(db, edit).set_id
    assert (field(db, "customer", pair[0], "no"), field(db, "customer", pair[1], "no")) == ("C1", "C2")
    back(db, redo)
    assert (field(db, "customer", pair[0], "no"), field(db, "customer", pair[1], "no")) == ("C2", "C1")


def test_there_and_back_in_one_set_is_left_alone(db, pair):
    def there_and_back(change):
        note(pair[0], "away")(change)
        note(pair[0], None)(change)
        change.update("customer", pair[0], {"need": "kept"})

    edit = saved(db, there_and_back)
    saved(db, note(pair[0], "later"))
    back(db, edit)
    assert field(db, "customer", pair[0], "note") == "later"
    assert field(db, "customer", pair[0], "need") is None


def test_the_first_old_value_of_several_comes_back(db, pair):
    saved(db, note(pair[0], "a"))

    def twice(change):
        note(pair[0], "b")(change)
        note(pair[0], "c")(change)

    back(db, saved(db, twice))
    assert field(db, "customer", pair[0], "note") == "a"


def test_a_row_that_came_and_went_in_one_set_is_nothing(db, pair):
    def passing(change):
        tag = change.insert("tag", {"name": "t", "name_key": "t"})
        change.update("tag", tag, {"colour": "red"})
        change.execute("DELETE FROM tag WHERE id = :id", {"id": tag})

    before = snapshot(db.connection)
    assert back(db, saved(db, passing)).set_id is None
    assert snapshot(db.connection) == before


def test_a_customer_with_its_contacts_goes_and_comes_back_with_the_same_ids(db):
    def add(change):
        row = customer(change, "C9", note="n")
        return row, contact(change, row), contact(change, row, "李四")

    added = db.write(1, "customer.add", add)
    after = snapshot(db.connection)
    undone = back(db, added.set_id)
    assert field(db, "customer", added.value[0], "id") is None
    back(db, undone.set_id)
    assert snapshot(db.connection) == after
    assert field(db, "contact", added.value[1], "created_in") == added.set_id
    assert_sound(db.connection)


def test_an_updated_then_deleted_row_comes_back_as_it_was_before_both(db, pair):
    row = db.write(1, "contact.add", lambda c: contact(c, pair[0], "原名")).value
    before = snapshot(db.connection)

    def rename_and_delete(change):
        change.update("contact", row, {"name": "新名", "is_primary": 1})
        change.execute("DELETE FROM contact WHERE id = :id", {"id": row})

    back(db, saved(db, rename_and_delete))
    assert snapshot(db.connection) == before


def test_a_row_replaced_in_a_set_comes_back(db):
    tag = db.write(1, "tag", lambda c: c.insert("tag", {"name": "a", "name_key": "a", "colour": "red"})).value
    before = snapshot(db.connection)

    def replace(change):
        change.execute("DELETE FROM tag WHERE id = :id", {"id": tag})
        row = {"id": tag, "set": change.set_id}
        change.execute(
            "INSERT INTO tag (id, name, name_key, created_in, changed_in) VALUES (:id, 'b', 'b', :set, :set)",
            row,
        )

    edit = saved(db, replace)
    after = snapshot(db.connection)
    undone = back(db, edit).set_id
    assert snapshot(db.connection) == before
    back(db, undone)
    assert snapshot(db.connection) == after


def put(change: Any, row: int, name: str) -> None:
    values = {"id": row, "name": name, "set": change.set_id}
    sql = (
        "INSERT INTO tag (id, name, name_key, created_in, changed_in) VALUES (:id, :name, :name, :set, :set)"
    )
    change.execute(sql, values)


def drop(change: Any, row: int) -> None:
    change.execute("DELETE FROM tag WHERE id = :id", {"id": row})


def test_a_row_replaced_twice_goes_back_past_a_name_given_away_in_between(db):
    tag = db.write(1, "tag", lambda c: c.insert("tag", {"name": "a", "name_key": "a"})).value
    before = snapshot(db.connection)

    def replace_twice(change):
        drop(change, tag)
        put(change, tag, "b")
        put(change, tag + 10, "a")
        drop(change, tag)
        put(change, tag, "c")

    edit = saved(db, replace_twice)
    after = snapshot(db.connection)
    undone = back(db, edit).set_id
    assert snapshot(db.connection) == before
    back(db, undone)
    assert snapshot(db.connection) == after


def test_a_row_deleted_twice_in_a_set_comes_back_as_it_was_before_the_first(db):
    tag = db.write(1, "tag", lambda c: c.insert("tag", {"name": "a", "name_key": "a"})).value
    before = snapshot(db.connection)

    def delete_twice(change):
        change.update("tag", tag, {"colour": "red"})
        drop(change, tag)
        put(change, tag, "b")
        change.update("tag", tag, {"colour": "blue", "name": "c"})
        drop(change, tag)

    back(db, saved(db, delete_twice))
    assert snapshot(db.connection) == before


def test_a_name_that_an_added_row_took_from_a_deleted_one_goes_back(db):
    tag = db.write(1, "tag", lambda c: c.insert("tag", {"name": "a", "name_key": "a"})).value
    before = snapshot(db.connection)

    def hand_over(change):
        row = change.insert("tag", {"name": "b", "name_key": "b"})
        drop(change, tag)
        change.update("tag", row, {"name_key": "a"})

    back(db, saved(db, hand_over))
    assert snapshot(db.connection) == before


def test_nothing_and_a_text_that_reads_like_it_differ(db, pair):
    edit = saved(db, note(pair[0], "x"))
    saved(db, note(pair[0], "None"))
    assert refused(db, edit) == [("moved", "customer", pair[0], "note")]


def test_a_chain_of_merges_goes_back_last_first_only(db):
    rows = db.write(1, "customer.add", lambda c: [customer(c, f"C{n}") for n in range(3)]).value
    db.write(1, "contact.add", lambda c: [contact(c, row) for row in rows])
    before = snapshot(db.connection)

    def merge(loser, winner):
        def body(change):
            values = {"loser": loser, "winner": winner, "set": change.set_id}
            change.execute(
                "UPDATE contact SET customer_id = :winner, changed_in = :set WHERE customer_id = :loser",
                values,
            )
            gone = {"merged_into": winner, "gone": "merged", "deleted_at": change.now}
            change.update("customer", loser, gone)

        return body

    first, second = saved(db, merge(rows[0], rows[1])), saved(db, merge(rows[1], rows[2]))
    assert {kind for kind, *_rest in refused(db, first)} == {"moved"}
    undone = [back(db, second).set_id, back(db, first).set_id]
    assert snapshot(db.connection) == before
    for set_id in reversed(undone):
        back(db, set_id)
    assert field(db, "customer", rows[1], "merged_into") == rows[2]
    assert_sound(db.connection)


# ---- what is in the way


def test_a_field_changed_again_is_in_the_way_with_who_and_what(db, pair):
    edit = saved(db, note(pair[0], "mine"))
    by = saved(db, note(pair[0], "theirs"))
    with pytest.raises(UndoBlocked, match="其中有 1 处后来又改过") as blocked:
        back(db, edit)
    assert blocked.value.obstacles == [
        ("moved", "customer", pair[0], "note", None, "mine", "theirs", by),
    ]


def test_another_field_changed_since_is_not_in_the_way(db, pair):
    edit = saved(db, note(pair[0], "mine"))
    saved(db, lambda c: c.update("customer", pair[0], {"need": "theirs"}))
    back(db, edit)
    assert (field(db, "customer", pair[0], "note"), field(db, "customer", pair[0], "need")) == (
        None,
        "theirs",
    )


def test_a_value_that_stands_as_before_already_is_not_in_the_way(db, pair):
    edit = saved(db, note(pair[0], "mine"))
    saved(db, note(pair[0], None))
    assert back(db, edit).set_id is None


def test_a_child_added_since_is_in_the_way(db):
    added = db.write(1, "customer.add", lambda c: customer(c, "C9"))
    saved(db, lambda c: contact(c, added.value))
    assert refused(db, added.set_id) == [("taken", "customer", added.value, None)]


def test_a_number_taken_since_is_in_the_way_and_named(db, pair):
    saved(db, lambda c: c.insert("tag", {"name": "other", "name_key": "other"}))

    def drop(change):
        for row in pair:
            change.execute("DELETE FROM customer WHERE id = :id", {"id": row})

    gone = saved(db, drop)
    db.write(1, "customer.add", lambda c: customer(c, "C1"))
    assert refused(db, gone) == [("taken", "customer", pair[0], None)]


def test_a_row_deleted_since_is_in_the_way_of_its_edit(db, pair):
    edit = saved(db, note(pair[0], "x"))
    saved(db, lambda c: c.execute("DELETE FROM customer WHERE id = :id", {"id": pair[0]}))
    assert refused(db, edit) == [("gone", "customer", pair[0], None)]


def test_a_row_changed_since_it_was_added_is_in_the_way(db):
    added = db.write(1, "customer.add", lambda c: customer(c, "C9"))
    saved(db, note(added.value, "worth keeping"))
    assert refused(db, added.set_id) == [("moved", "customer", added.value, "note")]


def test_all_but_what_is_in_the_way_can_be_undone(db, pair):
    def both(change):
        change.update("customer", pair[0], {"note": "mine", "need": "mine"})
        change.update("customer", pair[1], {"note": "mine"})

    edit = saved(db, both)
    saved(db, note(pair[0], "theirs"))
    left = back(db, edit, leave=True).value
    assert [obstacle[:4] for obstacle in left] == [("moved", "customer", pair[0], "note")]
    assert (field(db, "customer", pair[0], "note"), field(db, "customer", pair[0], "need")) == (
        "theirs",
        None,
    )
    assert field(db, "customer", pair[1], "note") is None


def test_what_a_constraint_refuses_is_left_whole_and_the_rest_undone(db, pair):
    def renumber(change):
        change.update("customer", pair[0], {"no": "C8", "note": "with the number"})
        change.update("customer", pair[1], {"no": "C9", "note": "free"})

    edit = saved(db, renumber)
    db.write(1, "customer.add", lambda c: customer(c, "C1"))
    left = back(db, edit, leave=True).value
    assert [obstacle[:4] for obstacle in left] == [("taken", "customer", pair[0], None)]
    assert (field(db, "customer", pair[0], "no"), field(db, "customer", pair[0], "note")) == (
        "C8",
        "with the number",
    )
    assert (field(db, "customer", pair[1], "no"), field(db, "customer", pair[1], "note")) == ("C2", None)
    assert_sound(db.connection)
