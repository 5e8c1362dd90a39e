"""What a sheet gave is what an export gives back, until the value moves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.customers import service as customers
from crm_tui.customers.reading import children
from crm_tui.demo.make import make_demo
from crm_tui.exchange import importing
from crm_tui.exchange.exporting import export
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.followups import service as followups
from crm_tui.presets import load_sheets
from crm_tui.session import Session, create_database, open_session
from tests.exchange.sheets import workbook

S0 = load_sheets()["S0"].headings
# As the document prints them, its lost signs restored; the second lacks 沟通偏好.
SAMPLES = [
    row.split("|")
    for row in """\
2024-SH-001|上海科技有限公司|IT服务|意向客户|展会推荐|张*|采购经理|138****5678|电话+邮件|需求调研|2024-02-20|2024-03-10|2024-03-15前提交方案|降低采购成本15%|现有供应商响应慢|决策人需对接技术总监李*
2024-BJ-002|北京商贸集团|零售业|潜在客户|转介绍*|王*|市场总监|139****||初步接洽|2024-03-05|2024-03-12|2024-03-20产品演示|寻求新品合作|预算有限，关注性价比|转介绍人：销售部赵*
2024-GZ-003|广州制造有限公司|制造业|成交客户|线上官网|刘*|运营主管|137****9876|邮件|维护中|2023-11-10|2024-03-08|每月回访|长期供货需求|对交付时效要求高|合同编号：Z""".splitlines()
]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    path = tmp_path / "crm.db"
    create_database(path, login="boss", name="王经理")
    with open_session(path, login="boss") as opened:
        yield opened


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a demo to be copied: each test has one of its own."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    make_demo(path, customers=60)
    return path


def bring_in(session: Session, path: Path) -> importing.ImportResult:
    with open_sheet(path, known=is_known_heading) as sheet:
        mapping = importing.explain(session, sheet)
        # The demo holds some who were entered twice, and they are to come over as they are.
        plan = importing.plan_import(session, sheet, mapping, on_suspect="add")
    with plan:
        return importing.run_import(session, plan)


def cells_of(path: Path) -> list[list[str]]:
    with open_sheet(path, known=is_known_heading) as sheet:
        return [list(sheet.headings), *(list(row.cells) for row in sheet.rows)]


@pytest.mark.requirement("S0-23", "S0-22")
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_basic_sheet_goes_out_as_it_came_in(session: Session, tmp_path: Path, ending: str) -> None:
    came = workbook(tmp_path / "in.xlsx", [S0, *SAMPLES])
    assert bring_in(session, came).added == 3
    went = tmp_path / f"out.{ending}"
    assert export(session, "customers", went, sheet="S0") == 3
    assert cells_of(went) == [list(S0), *SAMPLES]
    again = bring_in(session, went)
    assert (again.added, again.updated) == (0, 0)


def test_a_moved_value_goes_out_as_it_is_now(session: Session, tmp_path: Path) -> None:
    bring_in(session, workbook(tmp_path / "in.xlsx", [S0, *SAMPLES]))
    row = session.reader.execute("SELECT id, changed_in FROM customer WHERE no = '2024-GZ-003'").fetchone()
    session.write(customers.update, *row, {"status": "lost", "lost_reason": "预算不足", "pain": None})
    entry = followups.LogEntry(row[0], "回访", "phone", at="2024-04-02T01:00:00Z")
    session.write(followups.log, entry)
    went = tmp_path / "out.csv"
    export(session, "customers", went, sheet="S0", ids=[row[0]])
    cells = dict(zip(*cells_of(went), strict=True))
    assert cells["客户类型"] == "流失客户" and cells["客户痛点"] == ""
    assert cells["最后跟进时间"] == "2024-04-02 09:00"
    assert cells["下次跟进计划"] == "每月回访" and cells["沟通偏好"] == "邮件"


@pytest.mark.parametrize("sheet", [None, "template", "S3"])
def test_a_demo_moves_to_another_database(tmp_path: Path, demo_file: Path, sheet: str | None) -> None:
    shutil.copy(demo_file, tmp_path / "demo.db")
    with open_session(tmp_path / "demo.db") as demo:
        export(demo, "customers", tmp_path / "out.xlsx", sheet=sheet)
    create_database(tmp_path / "new.db", login="boss", name="王经理")
    with open_session(tmp_path / "new.db", login="boss") as fresh:
        result = bring_in(fresh, tmp_path / "out.xlsx")
        assert result.added + result.suspect == 65
        assert result.suspect == 0
        export(fresh, "customers", tmp_path / "back.xlsx", sheet=sheet)
    before, after = cells_of(tmp_path / "out.xlsx"), cells_of(tmp_path / "back.xlsx")
    moving = {"创建时间", "更新时间"}
    for heading in before[0]:
        if heading not in moving:
            column, other = before[0].index(heading), after[0].index(heading)
            gone = [
                (x[column], y[other]) for x, y in zip(before, after, strict=True) if x[column] != y[other]
            ]
            assert (heading, gone) == (heading, [])


@pytest.mark.requirement("S0-26")
def test_further_names_come_in_each_as_its_kind_and_go_out_again(session: Session, tmp_path: Path) -> None:
    headings = ["客户名称", "曾用名", "简称", "别名"]
    name = "上海恒达新材料有限公司"
    cells = [name, "上海恒达塑料厂；恒达化工\n恒达实业", "恒达新材、恒达", "恒大塑胶/HD"]
    bring_in(session, workbook(tmp_path / "in.xlsx", [headings, cells]))
    customer = session.reader.execute("SELECT id, short_name FROM customer").fetchone()
    assert customer[1] == "恒达新材"
    names = [(one["kind"], one["name"]) for one in children(session.reader, "customer_alias", customer[0])]
    assert names == [
        *(("former", "上海恒达塑料厂"), ("former", "恒达化工"), ("former", "恒达实业")),
        *(("short", "恒达"), ("other", "恒大塑胶"), ("other", "HD")),
    ]
    went = tmp_path / "out.csv"
    export(session, "customers", went)
    out = dict(zip(*cells_of(went), strict=True))
    assert [out[key] for key in ("曾用名", "客户简称", "别名")] == cells[1:]
    again = bring_in(session, went)
    assert (again.added, again.updated) == (0, 0)
    removed = children(session.reader, "customer_alias", customer[0])[3]
    session.write(customers.remove_name, removed["id"], removed["changed_in"])
    export(session, "customers", went, overwrite=True)
    assert dict(zip(*cells_of(went), strict=True))["客户简称"] == "恒达新材"


def test_what_a_sheet_had_no_field_for_goes_out_with_the_note(session: Session, tmp_path: Path) -> None:
    """A rep's own columns would be in no file that leaves, though the note on the screen has them."""
    head = ["客户编号", "客户名称", "注册资金", "备注", "备注"]
    bring_in(session, workbook(tmp_path / "in.xlsx", [head, ["A1", "甲公司", "500万", "好客户", "老同学"]]))
    went = tmp_path / "out.xlsx"
    export(session, "customers", went)
    names, row = cells_of(went)
    full = "好客户\n注册资金：500万\n备注 (2)：老同学"
    assert row[names.index("备注")] == full
    bring_in(session, went)  # and back: nothing twice
    export(session, "customers", went, overwrite=True)
    names, row = cells_of(went)
    assert row[names.index("备注")] == full


@pytest.mark.parametrize("sheet", [None, "template", "S0", "S2", "S3"])
def test_a_list_that_comes_back_as_it_went_changes_nothing(
    tmp_path: Path, demo_file: Path, sheet: str | None
) -> None:
    """Who corrects one cell in Excel wants to see that one in the preview, not fifty that say the same."""
    shutil.copy(demo_file, tmp_path / "demo.db")
    with open_session(tmp_path / "demo.db") as demo:
        export(demo, "customers", tmp_path / "out.xlsx", sheet=sheet)
        with (
            open_sheet(tmp_path / "out.xlsx", known=is_known_heading) as opened,
            importing.plan_import(demo, opened, importing.explain(demo, opened)) as plan,
        ):
            moves = [(row.name, *move) for row in plan.rows("update") for move in plan.changes(row.number)]
            assert (plan.counts["update"], plan.counts["new"], moves) == (0, 0, [])
