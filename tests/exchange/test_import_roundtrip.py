"""What was imported is exported cell by cell, and the exported sheet changes nothing when it is imported."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.customers import service
from crm_tui.exchange import exporting
from crm_tui.followups import service as followups
from crm_tui.session import Session
from tests.exchange.importer import S0, S0_ROWS, every, imported, only, opened, run, sheet_of


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    one = opened(tmp_path)
    yield one
    one.close()


def exported(session: Session, path: Path, sheet: str) -> list[list[str]]:
    exporting.export(session, "customers", path, sheet=sheet, overwrite=True, guard=False)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.requirement("S0-23", "S0-22")
def test_the_basic_sheet_goes_out_as_it_came_in(session: Session, tmp_path: Path) -> None:
    run(session, sheet_of(tmp_path / "S0.csv", S0, S0_ROWS))
    out = tmp_path / "out.csv"
    assert sorted(exported(session, out, "S0")[1:]) == sorted(S0_ROWS)
    assert run(session, out).verdicts == ["skip"] * 3
    row = only(session, "SELECT id, changed_in FROM customer WHERE no = '2024-BJ-002'")
    session.write(service.update, row[0], row[1], {"status": "interested"})
    cells = next(cells for cells in exported(session, out, "S0") if cells[0] == "2024-BJ-002")
    assert cells[3] == "意向客户"
    assert cells[4] == "转介绍*"


def test_odd_cells_come_back(session: Session, tmp_path: Path) -> None:
    odd = ["A1", "甲  公司", "某行业-很细", "超级客户", "转介绍*", "张*", "", "138****5678 或 微信同号",
           "打鼓", "", "去年春天吧", "某天", "有空再说", "", "", "注"]  # fmt: skip
    run(session, sheet_of(tmp_path / "odd.csv", S0, [odd]))
    out = tmp_path / "out.csv"
    assert exported(session, out, "S0")[1] == odd
    assert run(session, out).verdicts == ["skip"]


@pytest.mark.requirement("S3-09")
def test_the_export_of_what_was_typed_by_hand_changes_nothing(session: Session, tmp_path: Path) -> None:
    values = {"name": "手工公司", "status": "interested", "industry": "retail"}
    budget = {"budget_min": 10_000_000, "budget_max": 20_000_000}
    contact = {"name": "王芳", "mobile": "13812345678", "email": "w@example.com"}
    customer = session.write(service.add, values | budget, [contact], ["高意向"]).value
    plan = followups.read_plan("下周三下午3点 回访", session.today())
    session.write(followups.log, followups.LogEntry(customer, "谈得不错", "phone"), plan)
    out = tmp_path / "out.csv"
    exported(session, out, "template")
    columns = "no, name, status, industry, budget_min, budget_max"
    before = every(session, f"SELECT {columns} FROM customer")
    done = run(session, out)
    assert done.verdicts == ["skip"], done.changes
    assert every(session, f"SELECT {columns} FROM customer") == before
    assert every(session, "SELECT mobile, email, office_phone FROM contact") == [
        ("13812345678", "w@example.com", None)
    ]
    assert only(session, "SELECT count(*) FROM activity") == 1
    assert only(session, "SELECT count(*) FROM plan") == 1
    assert run(session, out).result.job is None


def test_a_second_import_over_hand_typed_files_keeps_what_colleagues_do_next(
    session: Session, tmp_path: Path
) -> None:
    customer = session.write(service.add, {"no": "A1", "name": "甲公司", "need": "采购"}).value
    sheet = ("客户编号|客户名称|需求描述", "A1|甲公司|采购")
    assert imported(session, tmp_path, *sheet).verdicts == ["skip"]
    seen = only(session, "SELECT changed_in FROM customer WHERE id = :id", id=customer)
    session.write(service.update, customer, seen, {"need": "采购与维修"})
    assert imported(session, tmp_path, *sheet).verdicts == ["skip"]
    assert only(session, "SELECT need FROM customer") == "采购与维修"
