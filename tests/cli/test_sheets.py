"""Sheets in and lists out at the shell: import, its rejects and its undo, export, template, demo."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_tui.cli.sheets import importing
from crm_tui.errors import BadInput
from tests.cli.calls import Call, Opened, fill, write
from tests.cli.test_grammar import start
from tests.exchange.test_unseen import filtered
from tests.pace import PATIENCE

Crm = Callable[..., Call]

S0 = """\
客户编号,客户名称,所属行业,客户类型,客户来源,联系人姓名,联系人职位,联系方式,核心需求
2024-SH-001,上海科技有限公司,IT服务,意向客户,展会推荐,张三,采购经理,13800138000,降低采购成本15%
2024-BJ-002,北京商贸集团,零售业,潜在客户,转介绍*,王*,市场总监,139****,寻求新品合作
,,零售业,潜在客户,,,,,没有名称也没有编号
"""

# What may lie beside a database while and after it is used.
BESIDE = {"team.db.lock", "team.db.job", "team.db-wal", "team.db-shm"}


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Return a csv of two customers and a row that says nobody."""
    path = tmp_path / "客户.csv"
    path.write_text(S0, "utf-8")
    return path


def verdicts(*numbers: int) -> str:
    """Return the line of counts in the order of the verdicts."""
    from crm_tui.locale import _

    pairs = zip(importing.VERDICTS.values(), numbers, strict=True)
    return " · ".join(f"{_(title)} {number}" for title, number in pairs)


def counted(call: Call) -> dict[str, int]:
    """Return the counts of an import told as JSON."""
    return {name: call.json[0][name] for name in ("new", "update", "skip", "suspect", "error")}


@pytest.mark.requirement("S0-22")
def test_a_sheet_is_imported_once_and_taken_back(team: Crm, sheet: Path, tmp_path: Path) -> None:
    done = team("import", str(sheet))
    assert done.status == 0
    assert done.lines == [verdicts(2, 0, 0, 0, 1)]
    rejects = importing.rejects_path(sheet)
    assert str(rejects) in done.err
    assert rejects.exists()
    assert "crm-tui undo 2" in done.err
    assert "意向客户" in team("show", "2024-SH-001").out
    again = team("import", str(sheet), "--json", "--rejects", str(tmp_path / "again.xlsx"))
    assert counted(again) == {"new": 0, "update": 0, "skip": 2, "suspect": 0, "error": 1}
    assert again.json[0]["set"] is None
    assert again.status == 0
    assert team("undo").status == 0
    assert team("show", "2024-SH-001").status == 1


def test_a_dry_run_writes_nothing(team: Crm, sheet: Path, tmp_path: Path) -> None:
    before = {path.name for path in tmp_path.iterdir()} | BESIDE
    dry = team("import", str(sheet), "--dry-run")
    assert dry.status == 0
    assert dry.lines[0] == verdicts(2, 0, 0, 0, 1)
    assert dry.lines[2].split()[0] == "4"
    assert team("history").lines[1:] == team("history", "--limit", "1").lines[1:]
    assert {path.name for path in tmp_path.iterdir()} <= before
    assert counted(team("import", str(sheet), "--dry-run", "--json"))["new"] == 2


def test_an_import_names_unknown_columns_and_odd_cells(team: Crm, tmp_path: Path) -> None:
    path = tmp_path / "客户.csv"
    path.write_text("序号,客户名称,客户状态,业务,群名称\n1,甲公司,公海,张三,VIP群\n", "utf-8")
    for options in (["--dry-run"], []):
        told = team("import", str(path), *options).err.splitlines()
        assert "没有对应字段的列写入备注：业务、群名称。可用 --map 字段=表头 指定其含义。" in told
        assert "“业务”列：可能是“负责人”，如是请手动指定。" in told
        assert "第 2 行 客户状态“公海”：不在可选值之内" in told
        assert not any("序号" in line for line in told)


def test_a_sheet_from_taiwan_is_read_as_it_is_encoded(team: Crm, tmp_path: Path) -> None:
    path = tmp_path / "客戶.csv"
    path.write_bytes("客户名称,联系人姓名\n台灣積體電路,陳志明\n".encode("utf-16-le"))
    assert "UTF-16" in team("import", str(path), "--dry-run").err
    path.write_bytes("公司名稱,聯絡人\n台灣積體電路,陳志明\n".encode("big5"))
    wrong = team("import", str(path), "--encoding", "utf-8")
    assert wrong.status == 1 and "UTF-8" in wrong.err
    done = team("import", str(path), "--map", "name=公司名稱", "--map", "contact_name=聯絡人")
    assert done.lines == [verdicts(1, 0, 0, 0, 0)] and "Big5" in done.err
    assert "陳志明" in team("show", "台灣積體電路").out


def test_rows_that_a_filter_hides_are_left_out_unless_asked_for(team: Crm, tmp_path: Path) -> None:
    path = filtered(tmp_path / "客户.xlsx")
    first = team("import", str(path), "--dry-run")
    assert first.lines == [verdicts(4, 0, 0, 0, 0)]
    assert "表里隐藏或被筛选掉的 4 行没有读入。\n加上 --hidden 则隐藏的行也导入。" in first.err
    every = team("import", str(path), "--hidden", "--dry-run")
    assert every.lines == [verdicts(8, 0, 0, 0, 0)] and "--hidden" not in every.err


def test_an_import_that_changes_nothing_says_so(team: Crm, tmp_path: Path) -> None:
    path, same = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_text("客户名称,联系人,手机,备注\n甲公司,张三,13800138000,好\n", "utf-8")
    same.write_text("客户名称,姓名,手机号码\n甲公司,张三,+86 138-0013-8000\n", "utf-8")
    assert "crm-tui undo" in team("import", str(path)).err
    for one in (path, same, same):
        done = team("import", str(one))
        assert done.lines == [verdicts(0, 0, 1, 0, 0)]
        assert "没有新内容" in done.err and "undo" not in done.err
    other = tmp_path / "c.csv"
    other.write_text("客户名称,手机\n甲公司,13900139000\n", "utf-8")
    kept = team("import", str(other), "--on-match", "skip")
    assert kept.lines == [verdicts(0, 0, 1, 0, 0)] and "没有新内容" not in kept.err


def test_columns_are_named_by_hand(team: Crm, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("甲方,话机,客户名称\n上海恒达,13800138000,不要\n", "utf-8")
    done = team(
        "import", str(path), "--map", "name=甲方", "--map", "mobile=话机", "--map", "skip=客户名称", "--json"
    )
    assert (done.status, counted(done)["new"]) == (0, 1)
    assert "13800138000" in team("show", "上海恒达").out


def test_when_no_row_can_be_taken_it_ends_with_1(team: Crm, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("客户名称,联系人,电话\n,,13800138000\n", "utf-8")
    assert team("import", str(path), "--dry-run").status == 1
    done = team("import", str(path), "--rejects", str(tmp_path / "r.xlsx"))
    assert (done.status, done.lines) == (1, [verdicts(0, 0, 0, 0, 1)])
    assert (tmp_path / "r.xlsx").exists()


def test_an_update_is_shown_and_a_match_can_be_skipped(team: Crm, sheet: Path) -> None:
    team("import", str(sheet))
    sheet.write_text(S0.replace("降低采购成本15%", "降低采购成本20%"), "utf-8")
    assert counted(team("import", str(sheet), "--on-match", "skip", "--json"))["update"] == 0
    assert counted(team("import", str(sheet), "--json"))["update"] == 1
    assert "降低采购成本20%" in team("show", "2024-SH-001").out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.csv", None),
        ("empty.csv", b""),
        ("zip.xlsx", b"PK\x03\x04broken"),
        ("noise.csv", b"\x00\x01\x02"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_changes(
    team: Crm, tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = team("history").out
    refused = team("import", str(tmp_path / name))
    assert (refused.status, refused.out) == (1, "")
    assert name in refused.err
    assert team("history").out == before


def test_a_preset_that_does_not_work_yet_is_refused(team: Crm, sheet: Path) -> None:
    assert team("import", str(sheet), "--preset", "线索").status == 1
    for name in ("S0", "基础表", "客户基础信息表", "通用"):
        assert team("import", str(sheet), "--preset", name, "--dry-run").status == 0


def test_a_blank_sheet_is_a_workbook(team: Crm, tmp_path: Path) -> None:
    refused = team("template", str(tmp_path / "blank.csv"))
    assert (refused.status, refused.err.startswith("空白表只能写成 .xlsx。")) == (1, True)
    assert not (tmp_path / "blank.csv").exists()


def test_rejects_that_cannot_be_written_leave_the_import_standing(
    team: Crm, sheet: Path, tmp_path: Path
) -> None:
    done = team("import", str(sheet), "--rejects", str(tmp_path / "no" / "r.xlsx"))
    assert done.status == 1
    assert done.lines == [verdicts(2, 0, 0, 0, 1)]
    assert "已导入的内容保留。" in done.err
    assert team("show", "2024-SH-001").status == 0


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_ctrl_c_a_kill_or_a_dropped_line_stops_an_import_and_leaves_nothing(
    team: Crm, sheet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: signal.Signals
) -> None:
    before_it = signal.getsignal(sent)

    plan = importing.plan_import

    def pressed(*args: object, **kw: object) -> object:
        signal.raise_signal(sent)
        return plan(*args, **kw)  # ty: ignore

    monkeypatch.setattr(importing, "plan_import", pressed)
    before = {path.name for path in tmp_path.iterdir()}
    stopped = team("import", str(sheet))
    assert (stopped.status, stopped.out) == (130, "")
    assert "没有导入任何" in stopped.err
    assert len(team("history").lines) == 2
    assert {path.name for path in tmp_path.iterdir()} - before <= BESIDE
    assert signal.getsignal(sent) is before_it


def test_ctrl_c_reaching_the_parsing_process_is_still_a_stop(
    team: Crm, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def died(*_args: object, **_kw: object) -> None:
        signal.raise_signal(signal.SIGINT)
        raise BadInput("the parsing process ended")

    monkeypatch.setattr("crm_tui.cli.sheets.open_sheet", died)
    assert team("import", str(sheet)).status == 130


def test_lists_are_written_to_files(team: Crm, tmp_path: Path) -> None:
    write(fill)
    out = tmp_path / "customers.csv"
    done = team("export", "customers", str(out), "--json")
    assert done.json == [{"file": str(out), "kind": "customers", "rows": 3}]
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["客户名称"] for row in rows] == [
        "上海恒达贸易有限公司",
        "北京远景科技有限公司",
        "广州明德制造厂",
    ]
    taken = team("export", "客户", str(out))
    assert (taken.status, taken.out) == (1, "")
    assert team("export", "客户", str(out), "--find", "远景", "--overwrite").status == 0
    assert out.read_text("utf-8-sig").count("\n") == 2
    assert team("export", "contacts", str(tmp_path / "contacts.json")).status == 0
    assert len(json.loads((tmp_path / "contacts.json").read_text("utf-8"))) == 3
    assert team("export", "due", str(tmp_path / "due.xlsx")).status == 0
    assert team("export", "customers", str(tmp_path / "x.vcf")).status == 1


@pytest.mark.requirement("S0-22")
def test_an_exported_sheet_is_the_one_imported(team: Crm, sheet: Path, tmp_path: Path) -> None:
    team("import", str(sheet))
    out = tmp_path / "out.csv"
    assert team("export", "customers", str(out), "--preset", "s0").status == 0
    assert team("export", "customers", str(out), "--preset", "基础表", "--overwrite").status == 0
    assert counted(team("import", str(out), "--json")) == {
        "new": 0,
        "update": 0,
        "skip": 2,
        "suspect": 0,
        "error": 0,
    }


@pytest.mark.requirement("S3-09")
def test_the_blank_sheet_imports_once_filled_in(team: Crm, tmp_path: Path) -> None:
    import openpyxl

    out = tmp_path / "template.xlsx"
    assert team("template", str(out), "--json").json == [{"file": str(out)}]
    assert team("template", str(out)).status == 1
    assert team("template", str(out), "--overwrite").status == 0
    book = openpyxl.load_workbook(out)
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    sheet.cell(2, next(i for i, head in enumerate(headings, 1) if "客户名称" in head)).value = "上海恒达"
    book.save(out)
    assert counted(team("import", str(out), "--json"))["new"] == 1


def test_a_demo_is_made_and_kept(crm: Crm, tmp_path: Path) -> None:
    made = crm("demo", "--make", str(tmp_path / "demo.db"), "--customers", "12")
    assert made.status == 0
    assert crm("due", "--all", "--db", str(tmp_path / "demo.db")).status == 0
    assert crm("demo", "--make", str(tmp_path / "demo.db")).status == 1
    assert crm("demo", "--make", str(tmp_path / "none.db"), "--customers", "0").status == 1
    assert not (tmp_path / "none.db").exists()


def test_a_demo_is_opened_and_thrown_away(crm: Crm, opened: Opened) -> None:
    assert crm("demo", "--customers", "12", "--no-mouse").status == 2
    assert crm("--no-mouse", "demo", "--customers", "12").status == 0
    ((path, read_only, mouse),) = opened
    assert (read_only, mouse) == (False, False)
    assert not path.parent.exists()


def test_an_import_in_a_process_of_its_own(tmp_path: Path, sheet: Path) -> None:
    database = tmp_path / "own.db"
    assert start("init", database=database).wait() == 0
    importer = start("import", str(sheet), "--json", database=database)
    out, err = importer.communicate(timeout=PATIENCE)
    assert importer.returncode == 0, err
    assert json.loads(out)["new"] == 2
    assert b"\r" not in err
    assert os.path.exists(database)


def test_a_file_that_can_only_be_read_is_said_before_anything_is_read(team: Crm, sheet: Path) -> None:
    refused = team("import", str(sheet), "--read-only")
    assert (refused.status, refused.out) == (4, "")
    assert refused.err == "数据库目前只能读取。没有任何改动。这次是以只读方式打开的。\n"
    assert team("import", str(sheet), "--read-only", "--dry-run").status == 0
