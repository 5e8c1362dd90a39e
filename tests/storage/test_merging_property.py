"""Random histories of two people: what is saved is what a three-way merge of snapshots gives.

The oracle reads the table after each save and never the log. Nothing that a save acknowledged is lost unless
somebody who had seen it, or had never seen the field otherwise, wrote another value on purpose.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from crm_tui.storage.connection import create
from crm_tui.storage.database import Database
from crm_tui.storage.faults import FieldConflict
from crm_tui.storage.survey import UndoBlocked
from crm_tui.storage.undo import undo
from tests.storage.world import OWNER, customer

COLUMNS = ("note", "need", "budget_min", "budget_max")
VALUES: dict[str, tuple[Any, ...]] = {
    "note": (None, "", "a", "A", "1"),
    "need": (None, "a", "b"),
    "budget_min": (None, 0, 1),
    "budget_max": (None, 1, 2),
}
# Fields as a form gives them: all columns of an edited one.
FIELDS = (("note",), ("need",), ("budget_min", "budget_max"))
Record = dict[str, Any]

WHO = st.integers(0, 1)
EDIT = st.fixed_dictionaries(
    {}, optional={field: st.tuples(*(st.sampled_from(VALUES[name]) for name in field)) for field in FIELDS}
)
STEP = st.one_of(
    st.tuples(st.just("read"), WHO, st.just({})),
    st.tuples(st.sampled_from(("save", "save", "save", "outside")), WHO, EDIT),
    st.tuples(st.just("undo"), WHO, st.just({})),
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "crm.db"
    create(path)
    database = Database(path)
    database.write(1, "person.add", lambda change: change.insert("person", OWNER))
    database.write(1, "customer.add", lambda change: customer(change, "C1", note="a"))
    database.close()
    return path


def typed(values: Record) -> dict[str, tuple[type, Any]]:
    return {name: (type(value), value) for name, value in values.items()}


class Two:
    """Two people's forms on customer 1: what each read, and at which version."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.database.connection.execute("PRAGMA synchronous=OFF")
        self.read: list[tuple[int, Record]] = [self.now(), self.now()]
        self.outcomes: Counter[str] = Counter()
        self.last: list[int | None] = [None, None]

    def now(self) -> tuple[int, Record]:
        row = self.database.connection.execute(
            f"SELECT changed_in, {', '.join(COLUMNS)} FROM customer WHERE id = 1"
        ).fetchone()
        return row[0], dict(zip(COLUMNS, row[1:], strict=True))

    def save(self, who: int, values: Record) -> None:
        version, base = self.read[who]
        before = self.now()[1]
        moved = {name for name in COLUMNS if typed(base)[name] != typed(before)[name]}
        clashing = {name for name in values if name in moved and typed(values)[name] != typed(before)[name]}
        try:
            result = self.database.write(
                who + 1, "customer.update", lambda c: (c.update("customer", 1, values, version), c.merged)
            )
        except FieldConflict as conflict:
            assert {clash.column for clash in conflict.fields} == clashing != set()
            for clash in conflict.fields:
                named = (clash.before, clash.mine, clash.theirs)
                assert named == (base[clash.column], values[clash.column], before[clash.column])
            assert {name: conflict.was[name] for name in COLUMNS} == base
            assert {name: conflict.row[name] for name in COLUMNS} == before
            assert {move.column for move in conflict.moved} == moved
            assert self.now()[1] == before
            assert conflict.now == self.now()[0]
            self.outcomes["clash"] += 1
            return
        assert clashing == set()
        assert typed(self.now()[1]) == typed({**before, **values})
        assert {move.column for move in result.value[1]} == moved
        self.outcomes["merged" if moved - set(values) else "plain"] += 1
        self.last[who] = result.set_id or self.last[who]

    def outside(self, values: Record) -> None:
        if values:
            names = ", ".join(f"{name} = :{name}" for name in values)
            self.database.connection.execute(f"UPDATE customer SET {names} WHERE id = 1", values)

    def undo(self, who: int) -> None:
        last, self.last[who] = self.last[who], None
        if last is not None:
            try:
                self.database.write(who + 1, "undo", lambda c: undo(c, last), undoes=last)
            except UndoBlocked:
                self.outcomes["undo refused"] += 1


@settings(max_examples=40)
@given(steps=st.lists(STEP, min_size=2, max_size=14))
def test_what_two_people_save_is_the_three_way_merge_of_what_they_saw(template: Path, steps):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crm.db"
        shutil.copy(template, path)
        two = Two(path)
        try:
            for what, who, edit in steps:
                values = {
                    name: value
                    for field, given_ in edit.items()
                    for name, value in zip(field, given_, strict=True)
                }
                if what == "read":
                    two.read[who] = two.now()
                elif what == "outside":
                    two.outside(values)
                elif what == "undo":
                    two.undo(who)
                else:
                    two.save(who, values)
        finally:
            two.database.close()
        for outcome in two.outcomes:
            event(outcome)
