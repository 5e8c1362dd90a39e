"""What each kind of sheet said last is remembered by its headings, so that sheets may be imported in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.customers import service
from crm_tui.exchange import exporting
from crm_tui.session import Session
from tests.exchange.importer import every, imported, lists, only, opened, run
from tests.exchange.test_import_real import unpacked


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    one = opened(tmp_path)
    yield one
    one.close()


def edited(session: Session, **values: str) -> None:
    row = only(session, "SELECT id, changed_in FROM customer")
    session.write(service.update, row[0], row[1], values)


@pytest.mark.requirement("S0-22")
def test_two_kinds_of_sheet_in_turn_settle(session: Session, tmp_path: Path) -> None:
    sheets = [
        ("客户编号|客户名称|所属行业|备注", "A1|上海（静安）公司|零售业|老客户"),
        ("客户编号|客户名称|行业|主营业务|次级", "A1|上海(静安) 公司|制造业|门窗|二"),
    ]
    first = [imported(session, tmp_path, *sheet).result for sheet in sheets]
    assert [(one.added, one.updated) for one in first] == [(1, 0), (0, 1)]
    assert only(session, "SELECT name, industry, note FROM customer") == (
        "上海（静安）公司", "manufacturing", "老客户\n次级：二",
    )  # fmt: skip
    before = lists(session)
    for sheet in sheets:
        done = imported(session, tmp_path, *sheet)
        assert (done.verdicts, done.result.job) == (["skip"], None)
    assert lists(session) == before


@pytest.mark.requirement("S0-22")
def test_a_new_column_on_an_old_sheet_reverts_nothing(session: Session, tmp_path: Path) -> None:
    imported(session, tmp_path, "客户名称|客户类型|下次跟进计划", "甲公司|潜在客户|2030-05-01拜访")
    edited(session, status="interested")
    done = imported(
        session,
        tmp_path,
        "客户名称|客户类型|下次跟进计划|客户等级",
        "甲公司|潜在客户|2030-05-01拜访|重点客户",
    )
    assert [move.field for move in done.changes[2]] == ["level"]
    assert only(session, "SELECT status, level FROM customer") == ("interested", "key")
    assert len(every(session, "SELECT id FROM plan")) == 1
    done = imported(
        session,
        tmp_path,
        "客户名称|客户类型|下次跟进计划|客户等级",
        "甲公司|潜在客户|2030-06-01拜访|重点客户",
    )
    assert [move.field for move in done.changes[2]] == ["next_plan"]
    assert every(session, "SELECT state, text FROM plan ORDER BY id") == [
        ("cancelled", "2030-05-01拜访"), ("todo", "2030-06-01拜访"),
    ]  # fmt: skip
    session.undo()
    session.undo()
    assert only(session, "SELECT status, level FROM customer") == ("interested", None)


def test_blanks_and_brackets_of_a_name_are_no_change(session: Session, tmp_path: Path) -> None:
    imported(session, tmp_path, "客户编号|客户名称", "A1|上海（静安）公司")
    done = imported(session, tmp_path, "客户编号|客户名称", "A1|上海 (静安)公司")
    assert (done.verdicts, done.result.updated) == (["skip"], 0)
    out = tmp_path / "out.csv"
    exporting.export(session, "customers", out, sheet="S0")
    assert "A1,上海（静安）公司," in out.read_text("utf-8-sig")


def test_texts_of_any_sheet_are_exported_while_their_value_stands(session: Session, tmp_path: Path) -> None:
    imported(session, tmp_path, "客户编号|客户名称|客户类型", "A1|甲公司|成交客户")
    imported(session, tmp_path, "客户编号|客户来源", "A1|转介绍*")
    out = tmp_path / "out.csv"
    exporting.export(session, "customers", out, sheet="S0")
    assert "A1,甲公司,,成交客户,转介绍*," in out.read_text("utf-8-sig")
    edited(session, status="interested")
    exporting.export(session, "customers", out, sheet="S0", overwrite=True)
    assert "A1,甲公司,,意向客户,转介绍*," in out.read_text("utf-8-sig")


@pytest.mark.requirement("S0-22")
def test_real_lists_in_turn(test_data: Path, session: Session, tmp_path: Path) -> None:
    files = [*sorted((test_data / "real/spreadsheets").iterdir())]
    files.append(unpacked(test_data, tmp_path, "companies_a_share.csv.gz", 600))
    for path in files:
        run(session, path)
    before = lists(session)
    for path in files:
        done = run(session, path)
        assert (path.name, done.result.added, done.result.updated) == (path.name, 0, 0)
    assert lists(session) == before
