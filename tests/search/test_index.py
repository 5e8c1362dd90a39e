"""The index is what the documents say, whatever happened; a damaged one costs no save and is built anew."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_tui.access import store as people
from crm_tui.customers import service
from crm_tui.errors import BadInput, Conflict, Fault, NotPermitted
from crm_tui.search import building, checking, index, merging
from crm_tui.search.service import search
from crm_tui.search.tokens import tokens
from crm_tui.session import Session, open_session
from crm_tui.storage import connection as opening
from crm_tui.storage import derive
from crm_tui.storage.change import Change, action
from crm_tui.storage.driver import sqlite3
from tests.opened import MOMENT, make_database, saved
from tests.storage.fresh import assert_fresh

NAMES = ("上海样例贸易有限公司", "重庆长安汽车股份有限公司", "Siemens Ltd.", "华为", "", 'a\'b "c"', "王芳")


def of(session: Session) -> sqlite3.Connection:
    return session.database.connection


def found(session: Session, gram: str) -> list[int]:
    sql = "SELECT rowid FROM customer_gram WHERE customer_gram MATCH :q ORDER BY rowid"
    return [row[0] for row in of(session).execute(sql, {"q": f'"{gram}"'}).fetchall()]


@action("import")
def bring_in(change: Change, names: list[str]) -> None:
    """Write many rows as an import does."""
    known = change.rows("SELECT coalesce(max(id), 0) FROM customer")[0][0]
    numbers = [f"X{number}" for number in range(known + 1, known + 1 + len(names))]
    rows = [("company", no, no, name, name.casefold(), 1) for no, name in zip(numbers, names, strict=True)]
    change.insert_many("customer", ("kind", "no", "no_sort", "name", "name_key", "owner_id"), rows)


@action("customer.update")
def move(change: Change, customer: int, values: dict[str, object]) -> None:
    """Update a customer whatever it was."""
    change.update("customer", customer, values)


@action("customer.delete")
def remove(change: Change, customer: int) -> None:
    """Take a row out of the table, as the undo of an insert does."""
    change.execute("DELETE FROM customer WHERE id = :id", {"id": customer})


@action("tag.merge")
def merge_tags(change: Change, first: int, second: int) -> None:
    """Hang the customers of one tag on another."""
    linked = change.rows("SELECT id FROM tag_link WHERE tag_id = :tag ORDER BY id", {"tag": first})
    for (link,) in linked:
        change.update("tag_link", link, {"tag_id": second})
    change.soft_delete("tag", first)


def _outside(session: Session, sql: str, params: dict[str, object]) -> None:
    with closing(sqlite3.connect(session.database.path, isolation_level=None)) as shell:
        shell.execute(sql, params)


def _play(session: Session, kind: str, which: int, name: str) -> None:
    ids = [row[0] for row in of(session).execute("SELECT id FROM customer ORDER BY id").fetchall()]
    tags = [row[0] for row in of(session).execute("SELECT id FROM tag ORDER BY id").fetchall()]
    one = ids[which % len(ids)] if ids else 0
    if kind == "add":
        people = [{"name": name or None, "mobile": "13800138000", "email": "x@huawei.example"}]
        session.write(service.add, {"name": name or "无名"}, people, [name] if name else [])
    elif kind == "import":
        session.write(bring_in, [f"{name}{number}" for number in range(which % 4 + 1)])
    elif kind == "undo":
        session.undo()
    elif not ids:
        return
    elif kind == "rename":
        session.write(move, one, {"name": name or "无名", "short_name": name[:2] or None})
    elif kind == "hand over":
        session.write(move, one, {"owner_id": which % 2 + 1})
    elif kind == "alias" and name:
        session.write(service.add_alias, one, name, "former")
    elif kind == "archive":
        session.write(service.archive, one)
    elif kind == "merge tags" and len(tags) > 1:
        session.write(merge_tags, tags[0], tags[-1])
    elif kind == "outside rename":
        _outside(session, "UPDATE customer SET name = :name WHERE id = :id", {"name": name, "id": one})
    elif kind == "outside owner":
        _outside(session, "UPDATE customer SET owner_id = 2 WHERE id >= :id", {"id": one})
    elif kind == "outside contact":
        _outside(session, "DELETE FROM contact WHERE customer_id = :id", {"id": one})


KINDS = (
    *("add", "import", "undo", "rename", "hand over", "alias", "archive", "merge tags"),
    *("outside rename", "outside owner", "outside contact"),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 9), st.sampled_from(NAMES)), min_size=1, max_size=12
)


@pytest.mark.requirement("S0-26")
@settings(max_examples=15)
@given(steps=STEPS)
def test_after_any_history_the_index_is_that_of_a_fresh_build(steps: list[tuple[str, int, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(MOMENT, tick=False):
        path = Path(folder) / "crm.db"
        make_database(path, "wang", "王芳")
        with open_session(path, login="wang") as session:
            session.write(people.add, "li", "李雷", "sales_rep")
            _play(session, "add", 0, NAMES[0])
            for kind, which, name in steps:
                with suppress(Conflict, BadInput):  # what is gone, or would be overwritten
                    _play(session, kind, which, name)
            _play(session, "add", 0, NAMES[1])
            assert_fresh(of(session))


def test_a_saved_customer_is_found_and_a_removed_one_is_not(crm: Session) -> None:
    first = saved(crm, service.add, {"name": "上海样例贸易有限公司", "owner_id": 1})
    assert found(crm, "样例") == found(crm, "!1") == [first]
    li = saved(crm, people.add, "li", "李雷", "sales_rep")
    crm.write(move, first, {"name": "上海范本贸易有限公司", "owner_id": li})
    assert (found(crm, "样例"), found(crm, "范本"), found(crm, "!1")) == ([], [first], [])
    assert found(crm, f"!{li}") == [first]
    crm.undo()
    assert (found(crm, "样例"), found(crm, "范本"), found(crm, "!1")) == ([first], [], [first])
    bare = saved(crm, service.add, {"name": "上海范本贸易有限公司"})
    crm.write(remove, bare)
    assert found(crm, "范本") == []


HARM = (
    "DROP TABLE customer_gram_data",
    "DROP TABLE customer_gram_config",
    "DELETE FROM customer_gram_data WHERE id = 10",
    "UPDATE customer_gram_data SET block = x'00' WHERE id > 10",
    "DROP TABLE customer_gram",
)


@pytest.mark.parametrize("harm", HARM)
def test_a_damaged_index_costs_no_save_and_is_built_anew(crm: Session, harm: str) -> None:
    first = saved(crm, service.add, {"name": "上海样例贸易有限公司"})
    crm.write(move, first, {"name": "上海样例进出口有限公司"})
    _outside(crm, harm, {})
    with open_session(crm.database.path, login="wang") as other:
        second = saved(other, service.add, {"name": "北京样例贸易有限公司"})
        upkeep = building.Upkeep(other.database)
        assert upkeep.due()
        assert index.state(other.reader).kind == index.DAMAGED
        other.write(move, second, {"note": "不碍事", "name": "北京样例进出口有限公司"})
        upkeep.run()
        assert index.state(other.reader) == index.State(index.READY)
        assert checking.differing(of(other)) == []
        assert found(other, "样例") == [first, second]
        assert not upkeep.due()
    # A session that had it open all the time goes on with the new one.
    crm.write(move, first, {"name": "上海范本贸易有限公司"})
    sought = (
        "SELECT c.id FROM customer_gram g JOIN customer c ON c.id = g.rowid WHERE customer_gram MATCH '范本'"
    )
    assert crm.reader.execute(sought).fetchall() == [(first,)]
    assert_fresh(of(crm))


def test_a_damaged_index_is_made_of_the_texts_that_stand(
    crm: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever goes on with it does not know who began it, and reads the rows themselves."""
    monkeypatch.setattr(building, "FIRST", 4)
    monkeypatch.setattr(building, "LOCK_SECONDS", 0.0)
    read: list[int] = []
    rows = building.derived.documents_and_outdated
    monkeypatch.setattr(
        building.derived, "documents_and_outdated", lambda c, ids: (read.extend(ids), rows(c, ids))[1]
    )
    crm.write(bring_in, [f"上海样例{number}有限公司" for number in range(10)])
    crm.write(move, 10, {"biz_city": "上海市"})
    crm.database.write_untracked(index.note_damage)
    first = building.Upkeep(crm.database)
    while index.row_of(crm.reader).built_to != 5:
        assert first.step()
    crm.write(move, 5, {"name": "重庆长安汽车有限公司"})
    assert read == []
    building.Upkeep(crm.database).run()
    assert min(read) == 6
    assert found(crm, "长安") == [5]
    assert_fresh(of(crm))
    crm.database.write_untracked(index.note_damage)
    read.clear()
    building.Upkeep(crm.database).run()
    assert read == []
    assert_fresh(of(crm))


def test_what_only_a_query_meets_is_noted_once(crm: Session) -> None:
    first = saved(crm, service.add, {"name": "上海样例贸易有限公司"})
    _outside(crm, "UPDATE customer_gram_data SET block = x'00' WHERE id > 10", {})
    found = search(crm.reader, "样例", 1)
    assert ([hit.id for hit in found.hits], found.scan) == ([first], index.DAMAGED)
    index.tell_damage(crm.database)
    index.tell_damage(crm.database)
    assert index.state(crm.reader).kind == index.DAMAGED
    building.Upkeep(crm.database).run()
    found = search(crm.reader, "样例", 1)
    assert ([hit.id for hit in found.hits], found.scan) == ([first], "")


def test_a_build_goes_on_where_it_was_left_and_saves_go_on_beside_it(
    crm: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "FIRST", 4)
    monkeypatch.setattr(building, "LOCK_SECONDS", 0.0)
    crm.write(bring_in, [f"上海样例{number}有限公司" for number in range(10)])
    crm.database.write_untracked(lambda c: c.execute("UPDATE search_index SET version = 0, built_to = 0"))
    first = building.Upkeep(crm.database)
    percent: list[int] = []
    for _step in range(5):
        assert first.step()
        percent.append(index.state(crm.reader).percent)
    assert percent == sorted(percent) and 0 < percent[-1] < 100
    assert index.state(crm.reader).kind == index.BUILDING
    li = saved(crm, people.add, "li", "李雷", "sales_rep")
    for customer in (1, 10):
        crm.write(move, customer, {"name": "重庆长安汽车有限公司", "owner_id": li})
    last = saved(crm, service.add, {"name": "天津样例有限公司"})
    building.Upkeep(crm.database).run()
    assert found(crm, "长安") == found(crm, f"!{li}") == [1, 10]
    assert found(crm, "天津") == [last]
    assert_fresh(of(crm))


def test_keys_of_another_version_are_made_anew_with_the_index(
    crm: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A former version took this for no phone: it had no key, and was not counted."""
    monkeypatch.setattr(building, "MOST_OUTDATED", 1)
    for number in range(3):
        person = {"name": "陈", "office_phone": f"(02)2532-667{number}", "email": f"a{number}@example.com"}
        saved(crm, service.add, {"name": f"宽宏艺术{number}"}, [person])

    def as_before(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM contact_key WHERE kind = 'phone'")
        connection.execute("UPDATE customer_state SET phones = 0, odd = 9, haystack = 'n宽宏艺术'")
        connection.execute("UPDATE search_index SET version = 1")

    crm.database.write_untracked(as_before)
    building.Upkeep(crm.database).run()
    assert_fresh(of(crm))
    keys = of(crm).execute("SELECT key FROM contact_key WHERE kind = 'phone' ORDER BY key").fetchall()
    assert keys == [(f"+88622532667{number}",) for number in range(3)]
    assert [hit.id for hit in search(crm.reader, "25326671", crm.person.id).hits] == [2]


def test_a_piece_is_as_large_as_what_is_put_in(crm: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "FIRST", 1000)
    crm.write(bring_in, [f"上海样例{number}有限公司" for number in range(10)])
    crm.write(move, 7, {"name": "重庆长安汽车制造有限公司" * 10})
    pieces = [(piece := building.Upkeep(crm.database)._prepare(0))]
    while not piece.last:
        pieces.append(piece := building.Upkeep(crm.database)._prepare(piece.upto))
    assert [row["id"] for piece in pieces for row in piece.rows] == [*range(1, 11)]
    for piece in pieces:
        assert sum(len(row["grams"]) for row in piece.rows[:-1]) < 1000
    assert len(pieces) > 2


def test_what_is_written_while_a_piece_is_computed_is_not_lost(
    crm: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.write(bring_in, [f"上海样例{number}有限公司" for number in range(4)])
    crm.database.write_untracked(lambda c: c.execute("UPDATE search_index SET version = 0, built_to = 0"))
    upkeep = building.Upkeep(crm.database)
    prepare: Callable[[int], building.Piece] = upkeep._prepare
    moved = iter(range(1, 5))

    def disturbed(after: int) -> building.Piece:
        piece = prepare(after)
        for customer in moved:
            crm.write(move, customer, {"name": f"重庆长安{customer}有限公司"})
            break
        return piece

    monkeypatch.setattr(upkeep, "_prepare", disturbed)
    upkeep.run()
    assert found(crm, "长安") == [1]
    assert_fresh(of(crm))


def test_one_process_builds_at_a_time(crm: Session, now: time_machine.Traveller) -> None:
    def left_by(keeper: str) -> None:
        crm.database.write_untracked(
            lambda c: c.execute(
                "UPDATE search_index SET built_to = 0, keeper = :keeper, kept_until = '2026-03-11T02:00:10Z'",
                {"keeper": keeper},
            )
        )

    crm.write(bring_in, ["上海样例有限公司"])
    left_by("another-machine:1")
    assert not building.Upkeep(crm.database).due()
    now.shift(11)
    assert building.Upkeep(crm.database).due()
    now.shift(-86_400)
    assert building.Upkeep(crm.database).due()


def test_many_saves_leave_few_parts(crm: Session) -> None:
    first = saved(crm, service.add, {"name": "上海样例贸易有限公司"})
    for number in range(40):
        crm.write(move, first, {"name": f"上海样例{number}贸易有限公司"})
    assert merging.parts(of(crm)) > building.MOST_PARTS
    building.Upkeep(crm.database).run()
    assert merging.parts(of(crm)) <= building.MOST_PARTS
    assert_fresh(of(crm))


def test_an_index_of_a_newer_program_is_not_written(crm: Session) -> None:
    crm.database.write_untracked(
        lambda c: c.execute("UPDATE search_index SET version = :newer", {"newer": index.VERSION + 1})
    )
    with pytest.raises(NotPermitted, match="更新"):
        crm.write(service.add, {"name": "上海样例贸易有限公司"})
    assert not building.Upkeep(crm.database).due()


def test_a_library_without_full_text_search_is_told(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MODULE", "SELECT 1 WHERE 1 = 0")
    with pytest.raises(Fault, match="FTS5"):
        open_session(database, login="wang")


def test_wrong_entries_are_found(crm: Session) -> None:
    first = saved(crm, service.add, {"name": "上海样例贸易有限公司"})
    assert checking.wrong(of(crm)) == checking.missing(of(crm)) == []
    crm.database.write_untracked(
        lambda c: c.execute("INSERT INTO customer_gram (rowid, grams) VALUES (:id, '多余')", {"id": first})
    )
    assert checking.wrong(of(crm)) == [first]
    take = "INSERT INTO customer_gram (customer_gram, rowid, grams) VALUES ('delete', :id, '多余 样例')"
    crm.database.write_untracked(lambda c: c.execute(take, {"id": first}))
    assert checking.wrong(of(crm)) == checking.missing(of(crm)) == [first]


@pytest.mark.parametrize("text", ["n华泰科技有限公司\nc王芳\np13800000000", "nacme\ud800", "n乐山\nu91310"])
def test_lines_that_come_later_are_put_to_what_was_made_ahead(text: str) -> None:
    rest = "#c20261122001\nt高意向\nt批量"
    made = derive.Document(1, None, f"{text}\n{rest}", None, 7, " ".join(tokens(text)), rest)
    assert {*index._all(made).split(" ")} == {*index._all(made._replace(tokens="")).split(" ")}
