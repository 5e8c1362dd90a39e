"""Suspected duplicates of an import: bands, what becomes of them, a second import of the same sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_tui.dedupe.scoring import MERGE, REVIEW
from crm_tui.exchange import importing
from crm_tui.exchange.importing import ImportPlan
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.exchange.store_suspects import ADD_NEW, OUT
from crm_tui.exchange.store_suspects import MERGE as INTO
from crm_tui.search import index
from crm_tui.session import Session
from tests.exchange.importer import every, imported, only, opened, run

HEAD = "客户名称|统一社会信用代码|联系人姓名|手机|邮箱|备注"
CODE = "91310114312772126U"
THERE = (
    f"上海恒达机械有限公司|{CODE}|王伟|13812345678||原有",
    "杭州瑞通电子有限公司||李娜|13900001111||",
    "上海明珠科技有限公司||||| ",
)
LIKELY = "上海恒达机械|91310114312771226K|王伟|13812345678|wang@hengda.com|展会"
TWICE = "恒达机械（上海）公司||王伟|13812345678||"
VAGUE = "上海明珠新材料有限公司|||||"
OTHER = "宁波海天贸易有限公司|||||"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    one = opened(tmp_path)
    imported(one, tmp_path, HEAD, *THERE)
    yield one
    one.close()


def planned(session: Session, folder: Path, *rows: str, **options: Any) -> ImportPlan:
    path = folder / "sheet.csv"
    path.write_text("\n".join([HEAD, *rows]).replace("|", ","), "utf-8")
    with open_sheet(path, known=is_known_heading) as sheet:
        return importing.plan_import(session, sheet, importing.explain(session, sheet), **options)


@pytest.mark.requirement("S0-18")
def test_a_likely_duplicate_is_kept_out_with_its_reasons(session: Session, tmp_path: Path) -> None:
    done = imported(session, tmp_path, HEAD, LIKELY, OTHER, rejects=tmp_path / "rejects.xlsx")
    assert done.verdicts == ["suspect", "new"]
    assert "上海恒达机械有限公司" in done.rows[0].reason and "信用代码相差一两位" in done.rows[0].reason
    assert (done.result.added, done.rejected) == (1, 1)


def test_a_row_that_only_may_be_one_is_added_with_a_remark(session: Session, tmp_path: Path) -> None:
    with planned(session, tmp_path, VAGUE, on_suspect="reject") as plan:
        found = plan.suspects()
        assert [(one.band, one.choice) for one in found] == [(REVIEW, ADD_NEW)] * len(found)
        assert plan.counts["new"] == 1
        assert all("上海明珠科技有限公司" in row.reason for row in plan.rows("new")) or not found


@pytest.mark.requirement("S0-18")
def test_a_row_goes_into_its_customer_and_is_known_next_time(session: Session, tmp_path: Path) -> None:
    before = every(session, "SELECT name, uscc, note FROM customer ORDER BY id")
    done = imported(session, tmp_path, HEAD, LIKELY, OTHER, on_suspect="merge")
    assert done.verdicts == ["update", "new"]
    assert "上海恒达机械" in [one.new for one in done.changes[2]]
    # It keeps its name and code; the other name is one of its names, what was blank is filled.
    assert every(session, "SELECT name, uscc FROM customer ORDER BY id")[:3] == [one[:2] for one in before]
    assert only(session, "SELECT name FROM customer_alias") == "上海恒达机械"
    assert only(session, "SELECT email FROM contact WHERE name = '王伟'") == "wang@hengda.com"
    again = run(session, tmp_path / "sheet.csv")
    assert again.verdicts == ["skip", "skip"]
    assert again.result.job is None
    session.undo()
    assert every(session, "SELECT name, uscc, note FROM customer ORDER BY id") == before


def test_choices_one_by_one_and_by_band(session: Session, tmp_path: Path) -> None:
    with planned(session, tmp_path, LIKELY, TWICE, OTHER) as plan:
        assert plan.bands == {MERGE: {OUT: 2}}
        first, second = sorted(plan.suspects(MERGE), key=lambda one: one.row)
        assert first.customer_id == second.customer_id
        # A customer takes one row: the likelier.
        taken = [row for row in (2, 3) if not plan.why_not_into(row)]
        assert len(taken) == 1
        assert plan.choose(INTO, band=MERGE) == 1
        assert plan.bands == {MERGE: {INTO: 1, OUT: 1}}
        other = ({2, 3} - {*taken}).pop()
        assert plan.choose(INTO, row=other) == 0
        assert plan.choose(ADD_NEW, row=other) == 1
        assert (plan.counts["new"], plan.counts["update"], plan.counts["suspect"]) == (2, 1, 0)
        plan.choose(OUT, row=other)
        result = importing.run_import(session, plan)
    assert (result.added, result.updated, result.suspect) == (1, 1, 1)


def test_rows_alike_in_one_sheet(session: Session, tmp_path: Path) -> None:
    rows = ["苏州天和食品有限公司||赵云|13711112222||", "苏州天和食品公司||赵云|13711112222||"]
    with planned(session, tmp_path, *rows) as plan:
        assert [row.verdict for row in plan.rows()] == ["new", "suspect"]
        assert "第 2 行" in plan.rows()[1].reason
        assert "第 2 行" in plan.why_not_into(3)


def test_no_row_is_refused_for_its_name_alone(session: Session, tmp_path: Path) -> None:
    rows = ["上海恒达机械|||||", "苏州天和食品有限公司|||||", "苏州天和食品公司|||||"]
    with planned(session, tmp_path, *rows) as plan:
        assert [row.verdict for row in plan.rows()] == ["new"] * 3
        assert plan.bands == {MERGE: {ADD_NEW: 2}}
        assert "上海恒达机械有限公司" in plan.rows()[0].reason
    with planned(session, tmp_path, *rows, on_suspect="merge") as plan:
        assert [row.verdict for row in plan.rows()] == ["update", "new", "new"]


def test_who_adds_known_customers_adds_all(session: Session, tmp_path: Path) -> None:
    rows = [LIKELY, TWICE, THERE[1] + "新", THERE[1] + "又", OTHER]
    done = imported(session, tmp_path, HEAD, *rows, on_match="add")
    assert done.verdicts == ["new"] * 5
    assert "上海恒达机械有限公司" in done.rows[0].reason


@pytest.mark.requirement("S0-18")
def test_the_labelled_sample_is_loaded_whole(test_data: Path, session: Session) -> None:
    path = test_data / "dedupe_sample/customers.csv"
    with open_sheet(path, known=is_known_heading) as sheet:
        mapping = importing.explain(session, sheet)
        plan = importing.plan_import(session, sheet, mapping, on_match="add")
    with plan:
        assert plan.counts["new"] == plan.additions == 2000
        assert 200 < sum(plan.bands[MERGE].values()) < 320


def test_what_a_number_or_code_leaves_open_is_to_be_checked(session: Session, tmp_path: Path) -> None:
    with planned(session, tmp_path, f"北京某某文化有限公司|{CODE}||||") as plan:
        (one,) = plan.suspects()
        assert (one.band, one.choice) == (REVIEW, OUT)
        assert [term[0] for term in one.terms if term[2] > 4] == ["code"]
        assert plan.choose(INTO, row=2) == 1
        importing.run_import(session, plan)
    assert only(session, "SELECT name FROM customer_alias") == "北京某某文化有限公司"


def test_an_index_that_is_being_built_is_said(session: Session, tmp_path: Path) -> None:
    session.database.write_untracked(index.note_damage)
    with planned(session, tmp_path, LIKELY) as plan:
        assert plan.counts["new"] == 1
        assert any("索引" in sentence for sentence in plan.warnings)
