"""Exports: whole files or none, safe cells, the same text in every format."""

from __future__ import annotations

import csv
import errno
import gc
import json
import os
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.customers import service as customers
from crm_tui.customers.store import Query
from crm_tui.errors import BadInput, Cancelled, CrmError
from crm_tui.exchange import store_export
from crm_tui.exchange.delimited import DelimitedText
from crm_tui.exchange.exporting import export, write_table
from crm_tui.exchange.guard import Limits
from crm_tui.exchange.reading import open_sheet
from crm_tui.exchange.target import new_file
from crm_tui.exchange.workbook_out import Packed, drop, new_book
from crm_tui.followups import service as followups
from crm_tui.session import Session, create_database, open_session

NASTY = '=HYPERLINK("http://x","点我")'


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    path = tmp_path_factory.mktemp("db") / "crm.db"
    with time_machine.travel("2024-03-10T02:00:00Z", tick=False):
        create_database(path, login="boss", name="王经理")
        with open_session(path, login="boss") as opened:
            _fill(opened)
            yield opened


def _fill(session: Session) -> None:
    values = {
        "no": "2024-SH-001", "name": "上海科技有限公司", "industry": "technology.it", "status": "interested",
        "stage": "need_analysis", "source": "exhibition.referral", "first_contact_on": "2024-02-20",
        "need": "降低采购成本15%", "pain": NASTY, "budget_min": 10_000_000, "budget_max": 20_000_000,
        "note": "第一行\n第二行", "founded_on": None,
    }  # fmt: skip
    people = [
        {"name": "张*", "title": "采购经理", "mobile": "138****5678", "preference": "phone,mail"},
        {"name": "李*", "mobile": "+86 13900001111", "email": "li@example.com"},
    ]
    first = session.write(customers.add, values, people, ["高意向"]).value
    session.write(customers.add, {"no": "P-7", "name": "陈晓", "kind": "person"}, [{"name": "陈晓"}])
    plan = followups.PlanDraft(session.today().replace(day=15), goal="提交方案", text="3月15日前提交方案")
    entry = followups.LogEntry(first, "沟通需求", "phone", at="2024-03-10T01:30:00Z")
    session.write(followups.log, entry, plan)
    deal = {"name": "一期", "amount": 6_800_000, "starts_on": "2024-01-01", "ends_on": "2024-12-31"}
    session.write(customers.add_project, first, deal)


def _csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.requirement("S0-23")
def test_the_basic_sheet_comes_in_its_own_order(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "S0.csv"
    assert export(session, "customers", path, sheet="S0") == 2
    assert (
        path.read_bytes()
        == (
            "\ufeff客户编号,客户名称,所属行业,客户类型,客户来源,联系人姓名,联系人职位,联系方式,沟通偏好,跟进状态,"
            "首次接触时间,最后跟进时间,下次跟进计划,核心需求,客户痛点,备注\r\n"
            "2024-SH-001,上海科技有限公司,IT服务,意向客户,展会推荐,张*,采购经理,138****5678,电话、邮件,需求调研,"
            "2024-02-20,2024-03-10 09:30,2024-03-15 提交方案,降低采购成本15%,"
            '"\'=HYPERLINK(""http://x"",""点我"")","第一行\n第二行"\r\n'
            "P-7,陈晓,,,,陈晓,,,,,,,,,,\r\n"
        ).encode()
    )


def test_a_plain_list_shows_what_anybody_filled_in(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    export(session, "customers", path)
    first, second = json.loads(path.read_text("utf-8"))
    assert first["pain"] == NASTY
    assert first["budget"] == "10-20万元"
    assert first["contact_name_2"] == "李*" and first["mobile_2"] == "+86 13900001111"
    assert first["project_amount"] == "6.8万元" and first["owner"] == "王经理"
    assert second["kind"] == "个人" and second["need"] is None
    assert "founded_on" not in first and "family" not in first


def test_every_format_holds_the_same_cells(session: Session, tmp_path: Path) -> None:
    paths = {ending: tmp_path / f"out.{ending}" for ending in ("xlsx", "csv", "jsonl")}
    for path in paths.values():
        assert export(session, "customers", path) == 2
    sheet = openpyxl.load_workbook(paths["xlsx"]).worksheets[0]
    cells = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    guarded = [[cell.removeprefix("'") for cell in row] for row in _csv(paths["csv"])]
    assert cells == guarded
    lines = [json.loads(line) for line in paths["jsonl"].read_text("utf-8").splitlines()]
    assert [[cell or "" for cell in line.values()] for line in lines] == cells[1:]


def test_no_cell_of_a_workbook_is_a_formula_or_link(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    export(session, "customers", path)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    used = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in used} == {"s"}
    assert not any(cell.hyperlink for cell in used)
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref.startswith("A1:")
    assert 8 <= sheet.column_dimensions["B"].width <= 50


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9), min_size=5, max_size=5))
def test_csv_cells_read_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    rows = [["x", sign + text, text] for sign, text in zip("=+-@'", texts, strict=True)]
    write_table(path, "x", [("a", "a"), ("b", "b"), ("c", "c")], rows)
    with path.open("rb") as file:
        read = [row.cells for row in DelimitedText(file, Limits()).rows("")]
    assert read[1:] == rows


def test_a_formula_is_defused_unless_told_otherwise(session: Session, tmp_path: Path) -> None:
    export(session, "contacts", tmp_path / "a.csv")
    export(session, "contacts", tmp_path / "b.csv", guard=False)
    assert "'+86 13900001111" in _csv(tmp_path / "a.csv")[2]
    assert "+86 13900001111" in _csv(tmp_path / "b.csv")[2]


def test_lists_that_hang_on_customers(session: Session, tmp_path: Path) -> None:
    for kind, count in (("contacts", 3), ("projects", 1), ("activities", 1), ("plans", 1)):
        assert export(session, kind, tmp_path / f"{kind}.csv") == count
    activity = dict(zip(*_csv(tmp_path / "activities.csv"), strict=True))
    assert activity["跟进时间"] == "2024-03-10 09:30" and activity["跟进人"] == "王经理"
    plan = dict(zip(*_csv(tmp_path / "plans.csv"), strict=True))
    assert plan["计划时间"] == "2024-03-15" and plan["计划状态"] == "待办"


def test_a_chosen_list_keeps_its_order(session: Session, tmp_path: Path) -> None:
    export(session, "customers", tmp_path / "a.csv", sheet="S0", query=Query(sort="name"))
    names = [row[1] for row in _csv(tmp_path / "a.csv")[1:]]
    assert names == ["陈晓", "上海科技有限公司"]
    export(session, "customers", tmp_path / "b.csv", sheet="S0", ids=[1, 2, 99])
    assert [row[1] for row in _csv(tmp_path / "b.csv")[1:]] == ["上海科技有限公司", "陈晓"]
    assert export(session, "customers", tmp_path / "c.csv", query=Query(text="138 没有")) == 0


def test_pages_join_without_a_seam(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(session, "contacts", tmp_path / "whole.csv")
    export(session, "customers", tmp_path / "all.csv")
    monkeypatch.setattr(store_export, "PIECE", 1)
    export(session, "contacts", tmp_path / "paged.csv")
    export(session, "customers", tmp_path / "some.csv", ids=[1, 2])
    assert _csv(tmp_path / "paged.csv") == _csv(tmp_path / "whole.csv")
    assert _csv(tmp_path / "some.csv") == _csv(tmp_path / "all.csv")


def test_own_mail_column_keeps_the_mail_out_of_the_contact_way(session: Session, tmp_path: Path) -> None:
    export(session, "customers", tmp_path / "s3.csv", sheet="S3", ids=[1])
    row = dict(zip(*_csv(tmp_path / "s3.csv"), strict=True))
    assert row["联系人2联系方式"] == "'+86 13900001111" and row["联系人2电子邮箱"] == "li@example.com"


@pytest.mark.requirement("S4-08", "S4-09")
def test_the_form_shows_what_happened_to_each_field(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    with time_machine.travel("2024-06-20T02:00:00Z", tick=False):
        row = session.reader.execute("SELECT id, changed_in FROM contact ORDER BY id LIMIT 1").fetchone()
        session.write(customers.update_contact, *row, {"title": "采购总监"}, reason="职务调整")
    with time_machine.travel("2024-04-25T02:00:00Z", tick=False):
        row = session.reader.execute("SELECT id, changed_in FROM customer ORDER BY id LIMIT 1").fetchone()
        session.write(customers.update, *row, {"main_business": "软件"})
    export(session, "customers", path, sheet="S4", ids=[1])
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("客户基本信息", "内容", "更新记录")
    told = {row[0]: row[1:] for row in rows[1:]}
    assert told["联系人职务"] == ("采购总监", "2024-03-10初次录入\n2024-06-20职务调整")
    assert told["主营业务"] == ("软件", "2024-04-25补充")
    assert told["预算范围"] == ("10-20万元", "2024-03-10初次录入")
    assert told["统一社会信用代码（企业）"] == ("", "")
    with open_sheet(path) as sheet:
        assert sheet.orientation == "vertical" and sheet.update_notes["主营业务"] == "2024-04-25补充"
    with pytest.raises(BadInput, match="一次只写一个客户"):
        export(session, "customers", tmp_path / "two.xlsx", sheet="S4")


def test_an_existing_file_is_kept_unless_told_otherwise(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("mine")
    with pytest.raises(BadInput, match="已经存在"):
        export(session, "customers", path)
    assert path.read_text() == "mine"
    export(session, "customers", path, overwrite=True)
    assert len(_csv(path)) == 3
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("out.pdf", "哪种文件"),
        ("out", "哪种文件"),
        ("no/out.csv", "没有文件夹"),
        ("taken.csv", "是一个文件夹"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused(
    session: Session, tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "taken.csv").mkdir()
    with pytest.raises(BadInput, match=said):
        export(session, "customers", tmp_path / name)
    assert [one.name for one in tmp_path.iterdir()] == ["taken.csv"]


def test_a_read_only_folder_is_refused(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The tests may run as root, who may write anywhere.
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(BadInput, match=r"文件夹不可写.*没有写入任何内容"):
        export(session, "customers", tmp_path / "out.csv")


def test_an_export_that_cannot_be_noted_leaves_no_file(session: Session, tmp_path: Path) -> None:
    writer = session.database.connection
    writer.execute("PRAGMA query_only = 1")
    try:
        with pytest.raises(CrmError) as told:
            export(session, "customers", tmp_path / "out.csv")
    finally:
        writer.execute("PRAGMA query_only = 0")
    assert told.value.kept == "没有写入任何内容。"
    assert list(tmp_path.iterdir()) == []


def test_unknown_lists_and_sheets_are_named(session: Session, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"没有名为“leads”的列表.*customers, contacts"):
        export(session, "leads", tmp_path / "x.csv")
    with pytest.raises(BadInput, match="没有“S1”表格"):
        export(session, "customers", tmp_path / "x.csv", sheet="S1")
    with pytest.raises(BadInput, match=r"只能写成 \.xlsx"):
        export(session, "customers", tmp_path / "x.csv", sheet="S4", ids=[1])


def test_a_cancelled_or_failed_export_leaves_nothing(tmp_path: Path) -> None:
    rows = [["a"]] * 1000
    with pytest.raises(Cancelled):
        write_table(tmp_path / "x.xlsx", "x", [("a", "a")], rows, cancelled=lambda: True)
    with pytest.raises(BadInput, match=r"32767.*csv"):
        write_table(tmp_path / "x.xlsx", "x", [("a", "a")], [["长" * 40_000]])
    with pytest.raises(RuntimeError), new_file(tmp_path / "x.txt") as part:
        part.write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_the_rows(session: Session, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    rows = [["a"]] * 450
    write_table(tmp_path / "x.csv", "x", [("a", "a")], rows, progress=lambda *at: seen.append(at))
    assert seen == [(200, 450), (400, 450), (450, 450)]


def test_an_empty_list_is_a_file_with_headings(tmp_path: Path) -> None:
    for ending in ("xlsx", "csv", "json", "jsonl"):
        assert write_table(tmp_path / f"x.{ending}", "x", [("甲", "a")], []) == 0
    assert json.loads((tmp_path / "x.json").read_text()) == []
    assert (tmp_path / "x.jsonl").read_text() == ""
    assert _csv(tmp_path / "x.csv") == [["甲"]]
    assert openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]["A1"].value == "甲"


@pytest.mark.filterwarnings("error")
def test_a_disk_that_is_full_ends_a_workbook_with_its_own_reason(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no device that is always full")
    book = new_book(full)
    book.add_worksheet("a").write_string(0, 0, "x" * 9000)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        book.close()
    drop(book)
    gc.collect()


def test_no_room_for_a_workbook_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Packed, "fault", OSError(errno.ENOSPC, "full"))
    with pytest.raises(BadInput, match="磁盘已满。没有写入任何内容"):
        write_table(tmp_path / "a.xlsx", "表", [("名称", "name")], [("甲",)])
    assert list(tmp_path.iterdir()) == []
