"""An import by somebody who does not see everybody: nothing hidden is shown, matched or overwritten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crm_tui.access import policies
from crm_tui.access import store as people
from crm_tui.customers import service
from crm_tui.errors import Refused
from crm_tui.exchange import exporting, importing
from crm_tui.exchange.importing import ImportPlan
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.locale import set_language
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change
from tests.exchange.importer import opened

CODE = "91310114312772126U"
HEAD = "客户编号|客户名称|统一社会信用代码|联系人姓名|手机|负责人|预算|备注"
NAME, PERSON, MOBILE, NOTE = "上海恒达机械有限公司", "王伟", "13812345678", "只有他知道"


@pytest.fixture
def boss(tmp_path: Path) -> Iterator[Session]:
    with opened(tmp_path) as session:

        def fill(change: Change) -> int:
            for login, role in (("rep", "sales_rep"), ("mate", "sales_rep"), ("clerk", "entry")):
                people.add(change, login, f"同事{login}", role)
            for name in ("甲", "乙"):
                change.insert("team", {"name": name, "name_key": name})
            mate = people.by_login(change.connection, "mate")
            assert mate is not None
            values = {"name": NAME, "uscc": CODE, "no": "C001", "owner_id": mate.id, "note": NOTE}
            values |= {"status": "prospect", "budget_min": 100, "budget_max": 100}
            return service.add(change, values, [{"name": PERSON, "mobile": MOBILE}])

        session.database.write(1, "init", fill)
        yield session


@pytest.fixture
def rep(boss: Session) -> Iterator[Session]:
    with open_session(boss.database.path, login="rep") as session:
        yield session


def planned(session: Session, folder: Path, *rows: str, **options: Any) -> ImportPlan:
    path = folder / "sheet.csv"
    path.write_text("\n".join([HEAD, *rows]).replace("|", ","), "utf-8")
    with open_sheet(path, known=is_known_heading) as sheet:
        return importing.plan_import(session, sheet, importing.explain(session, sheet), **options)


def shown(plan: ImportPlan) -> str:
    """Return all that a plan shows."""
    rows = plan.rows()
    return repr([*rows, *plan.suspects(), *(plan.changes(row.number) for row in rows), *plan.flags()])


def as_it_was(boss: Session) -> tuple[Any, ...]:
    sql = "SELECT changed_in, note, budget_min FROM customer WHERE no = 'C001'"
    mobiles = "SELECT mobile, name FROM contact ORDER BY id"
    return (boss.reader.execute(sql).fetchall(), boss.reader.execute(mobiles).fetchall())


@pytest.mark.requirement("S0-18", "S0-20")
@pytest.mark.parametrize(
    "row",
    [
        f"|{NAME}||||||",
        "C001|别的名称有限公司||||||",
        f"|别的名称有限公司|{CODE}|||||",
        f"|恒达机械（上海）有限公司||{PERSON}|{MOBILE}|||",
    ],
)
def test_a_row_of_a_foreign_customer_is_left_out_with_its_owner(
    row: str, boss: Session, rep: Session, tmp_path: Path
) -> None:
    before = as_it_was(boss)
    with planned(rep, tmp_path, row) as plan:
        (one,) = plan.rows()
        assert one.verdict == "suspect"
        assert "已存在" in one.reason
        assert "同事mate" in one.reason
        assert "潜在" in one.reason
        told = shown(plan).replace(row.split("|")[1], "")
        for secret in (NAME, NOTE, *({PERSON, MOBILE, CODE, "C001"} - set(row.split("|")))):
            assert secret not in told
        importing.run_import(rep, plan)
    assert as_it_was(boss) == before
    assert boss.reader.execute("SELECT count(*) FROM customer").fetchone() == (1,)


@pytest.mark.requirement("S0-20")
def test_new_rows_are_the_importers_or_refused_by_a_sentence(
    boss: Session, rep: Session, tmp_path: Path
) -> None:
    rows = (
        "|宁波海天贸易有限公司||||||",
        "|杭州瑞通电子有限公司||||同事mate||",
        "|青岛明珠有限公司||||同事rep||",
    )
    with planned(rep, tmp_path, *rows) as plan:
        assert [one.verdict for one in plan.rows()] == ["new", "error", "new"]
        assert "同事mate" in plan.rows()[1].reason
        assert importing.run_import(rep, plan).added == 2
    sql = "SELECT c.name, p.login FROM customer c JOIN person p ON p.id = c.owner_id ORDER BY c.id"
    assert boss.reader.execute(sql).fetchall()[1:] == [
        ("宁波海天贸易有限公司", "rep"),
        ("青岛明珠有限公司", "rep"),
    ]


@pytest.mark.requirement("S1-25")
def test_fields_out_of_reach_and_masked_numbers_are_never_overwritten(boss: Session, tmp_path: Path) -> None:
    with open_session(boss.database.path, login="clerk") as clerk:
        with planned(clerk, tmp_path, f"C001|{NAME}||{PERSON}|138****5678||5万|展会上说过") as plan:
            (one,) = plan.rows()
            assert one.verdict == "update"
            assert "预算" not in shown(plan)
            assert MOBILE not in shown(plan)
            # The cell is not passed over in silence, and nothing is said of what stands there.
            assert plan.warnings == ["1 位客户的这些字段保持原样，你的角色不能修改：预算范围。"]
            done = importing.run_import(clerk, plan)
        assert done.updated == 1
    (row,), contacts = as_it_was(boss)
    assert row[1:] == ("展会上说过", 100)
    assert contacts == [(MOBILE, PERSON)]


@pytest.mark.requirement("S1-25")
def test_what_is_said_of_cells_that_are_not_written_hangs_on_no_hidden_value(
    boss: Session, tmp_path: Path
) -> None:
    with open_session(boss.database.path, login="clerk") as clerk:
        said = set()
        for cell in ("1元", "9万", "看情况"):
            with planned(clerk, tmp_path, f"C001|{NAME}|||||{cell}|") as plan:
                said.add((*plan.warnings, plan.rows()[0].verdict, shown(plan).replace(cell, "")))
        assert len(said) == 1 and "预算范围" in said.pop()[0]
        with planned(clerk, tmp_path, f"C001|{NAME}|{CODE}|||||", "|宁波海天有限公司|||||5万|") as plan:
            assert plan.warnings == []  # the clerk's own customer gets it all


@pytest.mark.requirement("S1-25")
def test_a_list_that_was_exported_with_masks_changes_no_contact(boss: Session, tmp_path: Path) -> None:
    before = as_it_was(boss)
    with planned(boss, tmp_path, f"C001|{NAME}||王**|138****5678|||") as plan:
        importing.run_import(boss, plan)
    assert as_it_was(boss)[1] == before[1]


@pytest.mark.requirement("S0-25", "S1-25")
def test_the_word_for_what_is_hidden_is_no_value(boss: Session, tmp_path: Path) -> None:
    """Who exported a list with masks, and sees all of it later, imports it: nothing is lost by that."""
    owner = boss.reader.execute("SELECT id FROM contact").fetchone()[0]
    boss.write(service.update_contact, owner, None, {"title": "总监", "decision_role": "decider"})
    for verb in ("export", "import"):
        boss.write(policies.set_permission, "entry", verb, "", "all")
    boss.write(policies.set_permission, "entry", "read", "contact", "own")
    before = _every(boss)
    for language in ("en", "zh"):
        set_language(language)
        for sheet in (None, "S2", "template"):
            path = tmp_path / f"{language}{sheet}.xlsx"
            with open_session(boss.database.path, login="clerk") as clerk:
                exporting.export(clerk, "customers", path, sheet=sheet)
            with open_sheet(path, known=is_known_heading) as read:
                plan = importing.plan_import(boss, read, importing.explain(boss, read))
            with plan:
                assert plan.flags() == []
                importing.run_import(boss, plan)
    assert _every(boss) == before


def _every(boss: Session) -> list[tuple[Any, ...]]:
    contacts = "SELECT name, title, mobile, decision_role FROM contact"
    return [
        *boss.reader.execute(contacts).fetchall(),
        *boss.reader.execute("SELECT name, budget_min, decision_process, family FROM customer").fetchall(),
    ]


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize("told", ["import", "read"])
def test_who_may_not_import_is_not_told_whose_a_customer_is(boss: Session, tmp_path: Path, told: str) -> None:
    """A plan compares with all customers: what it says of them is for those who add customers."""
    boss.write(policies.set_permission, "sales_rep", told, "", "none")
    boss.write(policies.set_permission, "sales_rep", "import", "", "none")
    with open_session(boss.database.path, login="rep") as rep:
        with pytest.raises(Refused, match="没有这项权限：导入") as refused:
            planned(rep, tmp_path, f"|{NAME}||{PERSON}|{MOBILE}|||")
        assert "已存在" not in str(refused.value)
    assert boss.reader.execute("SELECT kind, what FROM audit").fetchall() == [("refused", "import")]


@pytest.mark.requirement("S0-20")
def test_a_sheet_hands_nobody_over_for_who_may_not(boss: Session, tmp_path: Path) -> None:
    """A clerk who may import takes no customer for the own, whose hidden fields would be shown then."""
    owner = "SELECT p.login FROM customer c JOIN person p ON p.id = c.owner_id"
    row = f"C001|{NAME}||||同事clerk||展会上说过"
    with open_session(boss.database.path, login="clerk") as clerk:
        with planned(clerk, tmp_path, row) as plan:
            assert [one.field for one in plan.flags()] == ["owner"]
            assert importing.run_import(clerk, plan).updated == 1
        # What went past the plan is asked again before it is written.
        with pytest.raises(Refused, match="交接"):
            clerk.database.write(clerk.person.id, "import", partial(_taken, person=clerk.person.id))
    assert boss.reader.execute(owner).fetchall() == [("mate",)]
    with planned(boss, tmp_path, row) as plan:
        assert importing.run_import(boss, plan).updated == 1
    assert boss.reader.execute(owner).fetchall() == [("clerk",)]


def _taken(change: Change, person: int) -> None:
    change.update("customer", 1, {"owner_id": person})


def _cells(boss: Session) -> dict[str, Any]:
    (text,) = boss.reader.execute("SELECT cells FROM imported_row ORDER BY id").fetchone()
    return json.loads(text)


@pytest.mark.requirement("S0-18", "S1-25")
def test_a_sheet_imported_a_second_time_is_no_change_for_any_role(boss: Session, tmp_path: Path) -> None:
    row = f"C001|{NAME}|{CODE}|{PERSON}|{MOBILE}||5万|展会上说过"
    with planned(boss, tmp_path, row) as plan:
        importing.run_import(boss, plan)
    before = _cells(boss)
    for login in ("clerk", boss.person.login):
        with open_session(boss.database.path, login=login) as session:
            with planned(session, tmp_path, row) as plan:
                assert [one.verdict for one in plan.rows()] == ["skip"], login
            with planned(session, tmp_path, row.replace("展会", "电话")) as plan:
                assert [one.verdict for one in plan.rows()] == ["update"], login
                assert not importing.run_import(session, plan).left
            with planned(session, tmp_path, row) as plan:
                importing.run_import(session, plan)
    # Whoever does not see some of the cells takes none of them away.
    assert _cells(boss) == before


@pytest.mark.requirement("S1-25")
def test_cells_of_hidden_fields_are_not_read(boss: Session, tmp_path: Path) -> None:
    with planned(boss, tmp_path, f"C001|{NAME}|{CODE}|{PERSON}|{MOBILE}||5万|展会上说过") as plan:
        importing.run_import(boss, plan)
    with open_session(boss.database.path, login="clerk") as clerk:
        for view in ("imported_row", "imported_row_any"):
            (text,) = clerk.reader.execute(f"SELECT cells FROM {view}").fetchone()
            assert set(json.loads(text)) == {"no", "name", "uscc", "contact_name", "mobile", "note"}
            assert "5万" not in text
