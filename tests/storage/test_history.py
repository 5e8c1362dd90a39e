"""The keys u and ctrl+r, and the readings of the log: per record, per field, the list of changes."""

from __future__ import annotations

import pytest

from crm_tui.errors import BadInput
from crm_tui.storage import history
from crm_tui.storage.database import Database
from crm_tui.storage.jobs import Parts
from crm_tui.storage.undoing import redo_last, undo_last, undo_set
from tests.storage.rows import snapshot
from tests.storage.world import assert_sound, customer, field, note, saved, seen


@pytest.fixture
def pair(db: Database) -> tuple[int, int]:
    """Return two customers."""
    return db.write(1, "customer.add", lambda c: (customer(c, "C1"), customer(c, "C2"))).value


@pytest.fixture
def parts(db: Database) -> Parts:
    return Parts(db, None)


# ---- the keys: u and ctrl+r


def test_undo_twice_is_told(db, pair, parts):
    edit = saved(db, note(pair[0], "x"))
    assert undo_set(db, parts, 1, edit).action == "customer.update"
    with pytest.raises(BadInput, match="已经撤销过了"):
        undo_set(db, parts, 1, edit)
    with pytest.raises(BadInput, match="没有编号为 999 的修改"):
        undo_set(db, parts, 1, 999)


def test_last_in_first_out_and_back_again(db, pair, parts):
    start = snapshot(db.connection)
    for text in ("a", "b", "c"):
        saved(db, note(pair[0], text))
    end = snapshot(db.connection)
    seen = []
    for _step in range(3):
        assert undo_last(db, parts, 1)
        seen.append(field(db, "customer", pair[0], "note"))
    assert seen == ["b", "a", None]
    assert snapshot(db.connection) == start
    while redo_last(db, parts, 1):
        pass
    assert snapshot(db.connection) == end
    assert undo_last(db, parts, 1)
    assert field(db, "customer", pair[0], "note") == "b"
    assert_sound(db.connection)


def test_undo_takes_back_ones_own_last_change_not_a_colleagues(db, pair, parts):
    saved(db, note(pair[0], "mine"))
    db.write(2, "customer.update", note(pair[1], "theirs"))
    assert undo_last(db, parts, 1)
    assert (field(db, "customer", pair[0], "note"), field(db, "customer", pair[1], "note")) == (
        None,
        "theirs",
    )
    assert undo_last(db, parts, 3) is None
    assert redo_last(db, parts, 2) is None


def test_a_new_change_ends_redo(db, pair, parts):
    saved(db, note(pair[0], "a"))
    undo_last(db, parts, 1)
    saved(db, note(pair[0], "b"))
    assert redo_last(db, parts, 1) is None


# ---- history


@pytest.mark.requirement("S4-08")
def test_each_field_has_its_own_history(db, pair):
    saved(db, note(pair[0], "first"))
    saved(db, lambda c: c.update("customer", pair[0], {"need": "n"}))
    newest = saved(db, note(pair[0], "second"))
    of_note = history.of_field(db.connection, "customer", pair[0], "note")
    assert [(change.op, change.old, change.new) for change in of_note] == [
        ("update", "first", "second"),
        ("update", None, "first"),
        ("insert", None, None),
    ]
    latest = history.latest_by_field(db.connection, "customer", pair[0])
    assert latest["note"].set_id == newest
    assert (latest["need"].new, latest[""].op, set(latest)) == ("n", "insert", {"note", "need", ""})
    assert latest["note"].actor == 1
    assert len(latest["note"].at or "") == 20


def test_the_list_of_changes_says_what_stands(db, pair, parts):
    edit = saved(db, note(pair[0], "x"), reason="why")
    undone = undo_set(db, parts, 1, edit).set_id
    newest = history.recent(seen(db), limit=2)
    assert [(s.set_id, s.action, s.undone, s.reason) for s in newest] == [
        (undone, "undo", False, None),
        (edit, "customer.update", True, "why"),
    ]
    older = history.recent(seen(db), before=edit)
    assert [s.action for s in older] == ["customer.add", "person.add"]
    assert older[0].rows == 2
    first = history.of_record(db.connection, "customer", pair[0], limit=1)
    assert first[0].set_id == undone
    assert history.of_record(db.connection, "customer", pair[0], before=first[0].change_id)[0].set_id == edit
