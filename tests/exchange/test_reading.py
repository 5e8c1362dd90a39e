"""Sheets as they come: every real file, and the odd ones made here."""

from __future__ import annotations

import datetime as dt
import gzip
import resource
import threading
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from crm_tui.errors import BadInput, Cancelled
from crm_tui.exchange import reading
from crm_tui.exchange.guard import Limits
from crm_tui.exchange.reading import Row, SheetData, open_sheet
from crm_tui.locale import set_language
from tests.exchange import sheets

pytestmark = pytest.mark.usefixtures("started_anew")

NAMES = {"客户名称", "客户编号", "联系人", "联系人姓名", "联系方式", "电话", "备注", "所属行业"}
NOTHING = "没有导入任何数据。"


class Expected(NamedTuple):
    """What a real file holds: three cells as (row on the sheet, heading, text)."""

    sheet: str
    header_row: int
    rows: int
    columns: int
    encoding: str
    cells: tuple[tuple[int, str, str], ...]


READ = {
    "spreadsheets/crm_customer_template.xls": Expected(
        "Sheet1",
        1,
        1,
        18,
        "",
        ((2, "客户名称", "演示客户信息"), (2, "手机号码", "18015500000"), (2, "注册资金", "1000万以上")),
    ),
    "spreadsheets/customer_template_notes_row.xls": Expected(
        "信息", 2, 2, 15, "", ((3, "名称", "客户a"), (3, "手机号码", "13000000000"), (4, "税率(%)", "3"))
    ),
    "spreadsheets/vendor_template_notes_row.xls": Expected(
        "信息", 2, 2, 15, "", ((3, "联系人", "小曹"), (4, "手机号码", "15000000000"), (4, "状态", "1"))
    ),
    "spreadsheets/stock_short_full_gbk.csv": Expected(
        "",
        1,
        1330,
        3,
        "gb18030",
        (
            (2, "期货代码", "000004.SZ"),
            (3, "期货名称", "世纪星源"),
            (6, "公司名称", "深圳市特力(集团)股份有限公司"),
        ),
    ),
    "spreadsheets/tw_otc_2025_utf8bom.csv": Expected(
        "",
        1,
        831,
        33,
        "utf-8",
        ((2, "英文簡稱", "MORNSUN\u3000"), (2, "外國企業註冊地國", "－ "), (3, "總機電話", "(02)2567-5001")),
    ),
    "odd_workbooks/header-row.xlsx": Expected(
        "Sheet1",
        9,
        1,
        4,
        "",
        ((10, "Columns", "put data here"), (10, "Column A", "1"), (10, "Column C", "3")),
    ),
    "companies_a_share.csv.gz": Expected(
        "",
        1,
        2469,
        17,
        "utf-8",
        (
            (2, "代码", "000004.SZ"),
            (2, "英文名称", "Shenzhen GuoHua Network Security Technology Co., Ltd."),
            (3, "公司全称", "深圳世纪星源股份有限公司"),
        ),
    ),
    "companies_registry_30k.csv.gz": Expected(
        "",
        1,
        30_000,
        8,
        "utf-8",
        (
            (2, "企业名称", "丹阳市兴浩机械有限公司"),
            (2, "注册资金", "50(万)"),
            (3, "统一社会信用代码", "91500108691213856J"),
        ),
    ),
}

NO_HEADER = "找不到表头行"
NO_DATA = "没有任何数据"
REFUSED = {
    "odd_workbooks/any_sheets.xls": NO_HEADER,
    "odd_workbooks/any_sheets.xlsx": NO_HEADER,
    "odd_workbooks/date.xlsx": NO_HEADER,
    "odd_workbooks/date_1904.xls": NO_HEADER,
    "odd_workbooks/date_1904.xlsx": NO_HEADER,
    "odd_workbooks/empty_sheet.xlsx": NO_DATA,
    "odd_workbooks/errors.xlsx": NO_DATA,
    "odd_workbooks/has_x000D_.xlsx": NO_HEADER,
    "odd_workbooks/hyperlinks.xlsx": NO_HEADER,
    "odd_workbooks/issue127.ods": NO_DATA,
    "odd_workbooks/merge_cells.xls": NO_HEADER,
    "odd_workbooks/merge_cells.xlsx": NO_HEADER,
    "odd_workbooks/pass_protected.xlsx": "有密码保护",
    "odd_workbooks/rph.xlsx": NO_HEADER,
}


def known(heading: str) -> bool:
    return heading in NAMES


def read(path: Path, **options: Any) -> tuple[SheetData, list[Row]]:
    named: dict[str, Any] = {"known": known} | options
    with open_sheet(path, **named) as sheet:
        return sheet, list(sheet.rows)


def refusal(path: Path, **options: Any) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read(path, **options)
    assert caught.value.kept == NOTHING and caught.value.todo.endswith("。")
    return caught.value


def unpacked(path: Path, folder: Path) -> Path:
    if path.suffix != ".gz":
        return path
    plain = folder / path.stem
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain


def test_every_real_file_is_in_one_of_the_tables(test_data: Path) -> None:
    found = {
        f"{folder}/{path.name}"
        for folder in ("spreadsheets", "odd_workbooks")
        for path in (test_data / "real" / folder).iterdir()
    }
    named = {name for name in READ if "/" in name} | set(REFUSED)
    assert found == named


@pytest.mark.parametrize("name", READ)
def test_real_files_are_read_value_by_value(test_data: Path, tmp_path: Path, name: str) -> None:
    expected = READ[name]
    sheet, rows = read(unpacked(test_data / "real" / name, tmp_path), known=lambda heading: False)
    assert (sheet.sheet, sheet.header_row, len(rows)) == (expected.sheet, expected.header_row, expected.rows)
    assert (len(sheet.headings), sheet.encoding) == (expected.columns, expected.encoding)
    assert {len(row.cells) for row in rows} == {expected.columns}
    numbers = {row.number: row.cells for row in rows}
    for number, heading, text in expected.cells:
        assert numbers[number][sheet.headings.index(heading)] == text
    assert sheet.warnings == []


@pytest.mark.parametrize("name", REFUSED)
def test_real_files_without_a_table_are_refused_by_name(test_data: Path, name: str) -> None:
    error = refusal(test_data / "real" / name)
    assert REFUSED[name] in error.what and Path(name).name in error.what


def test_the_30_000_row_file_takes_little_processor_time(test_data: Path, tmp_path: Path) -> None:
    path = unpacked(test_data / "real/companies_registry_30k.csv.gz", tmp_path)
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    _sheet, rows = read(path)
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    spent = sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True))
    assert len(rows) == 30_000 and spent < 1.2


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: sheets.sparse(path), "内存过大"),
        (lambda path: sheets.bomb(path), "远超正常表格"),
        (lambda path: sheets.text(path, ""), "空文件"),
        (lambda path: sheets.text(path, "<html><table></table></html>"), "网页"),
        (lambda path: sheets.text(path, '客户名称,电话\n上海,"1\n北京,2\n'), "第 2 行的引号没有闭合"),
        (lambda path: sheets.text(path, "客户名称,电话\n"), "只有表头"),
        (lambda path: sheets.text(path, "上海科技有限公司,13800138000\n北京有限公司,1\n"), NO_HEADER),
        (lambda path: sheets.ole(path, "EncryptedPackage"), "有密码保护"),
        (lambda path: sheets.all_hidden(path), "全部被隐藏"),
        (lambda path: sheets.workbook(path, {"a": [], "b": []}), NO_DATA),
        (lambda path: path.mkdir() or path, "是文件夹"),
        (lambda path: path, "找不到文件"),
        (lambda path: path.write_bytes("客户名称,电话\n上海,1\n上".encode()[:-1]) and path, "不完整"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_files_get_a_sentence(tmp_path: Path, make: Any, told: str) -> None:
    error = refusal(make(tmp_path / "客户.xlsx"))
    assert told in error.what and "客户.xlsx" in error.what


def test_a_refusal_is_spoken_in_the_users_language(tmp_path: Path) -> None:
    set_language("en")
    with pytest.raises(BadInput, match="There is no file 客户"):
        open_sheet(tmp_path / "客户.xlsx")


def test_a_sheet_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    path = sheets.text(tmp_path / "a.csv", "客户名称,电话\n" + "上海,1\n" * 3_000_000)
    assert "用时过长" in refusal(path, limits=Limits(cpu_seconds=1)).what


def test_two_headings_alike_and_data_under_none(tmp_path: Path) -> None:
    rows = [["客户名称", "电话", "电话", "", ""], ["上海", 1.0, 2.0, "x", ""], ["北京", 3.0, "", "", "y"]]
    sheet, found = read(sheets.workbook(tmp_path / "a.xlsx", rows))
    assert sheet.headings == ("客户名称", "电话", "电话 (2)", "第 D 列", "第 E 列")
    assert [row.cells for row in found] == [("上海", "1", "2", "x", ""), ("北京", "3", "", "", "y")]


def test_cells_far_below_right_of_the_headings_are_told(tmp_path: Path) -> None:
    text = "客户名称,电话\n" + "上海,1\n" * 200 + "北京,2,多\n"
    sheet, found = read(sheets.text(tmp_path / "a.csv", text))
    assert found[-1] == Row(202, ("北京", "2"))
    assert sheet.warnings == ["从第 202 行起，表头右侧以外还有单元格，未读取。"]


def test_title_rows_merged_notes_and_repeated_headings(tmp_path: Path) -> None:
    rows = [
        ["2024年客户信息表", "", ""],
        ["", "", ""],
        ["客户名称*", "联系人", "电话"],
        ["上海科技", "张三", 13800138000.0],
        ["", "李四", "021-1"],
        ["客户名称*", "联系人", "电话"],
        ["北京商贸", "王五", dt.date(2024, 3, 1)],
        ["填表说明：以上为必填", "", ""],
    ]
    path = sheets.workbook(tmp_path / "a.xlsx", rows, merged=["A1:C1", "A4:A5", "A8:C8"])
    sheet, found = read(path)
    assert (sheet.header_row, sheet.headings) == (3, ("客户名称", "联系人", "电话"))
    assert [(row.number, row.cells) for row in found] == [
        (4, ("上海科技", "张三", "13800138000")),
        (5, ("上海科技", "李四", "021-1")),
        (7, ("北京商贸", "王五", "2024-03-01")),
    ]
    assert sheet.warnings == ["已略过 1 行重复的表头。", "已略过整行合并的说明行：第 8 行。"]


def test_numbers_that_lost_digits_are_noted(tmp_path: Path) -> None:
    path = sheets.workbook(tmp_path / "a.xlsx", [["客户名称", "账号"], ["上海", 6222021234567890123]])
    _sheet, found = read(path)
    assert found[0].notes == {1: "rounded"}


@pytest.mark.requirement("S4-08", "S4-09")
def test_the_vertical_form_is_one_row_with_its_update_notes(tmp_path: Path) -> None:
    rows = [
        ["客户基本信息", "内容", "更新记录"],
        ["客户名称（企业/个人）", "新能源科技有限公司", "2024-03-15初次录入"],
        ["联系方式", 13800138000.0, ""],
        ["最近跟进时间", dt.date(2024, 6, 20), "2024-06-20更新"],
    ]
    sheet, found = read(sheets.workbook(tmp_path / "a.xlsx", rows))
    assert (sheet.orientation, sheet.header_row, sheet.total) == ("vertical", 1, 1)
    assert sheet.headings == ("客户名称（企业/个人）", "联系方式", "最近跟进时间")
    assert found == [Row(2, ("新能源科技有限公司", "13800138000", "2024-06-20"))]
    assert sheet.update_notes == {
        "客户名称（企业/个人）": "2024-03-15初次录入",
        "最近跟进时间": "2024-06-20更新",
    }


def test_the_sheet_with_most_known_headings_is_taken(tmp_path: Path) -> None:
    path = sheets.workbook(
        tmp_path / "a.xlsx",
        {
            "填写说明": [["字段", "说明"], ["客户名称", "必填"]],
            "客户": [["客户名称", "电话"], ["上海", "1"]],
            "旧表": [["客户名称"], ["北京"]],
            "内部": [["客户名称", "电话"], ["x", "1"]],
        },
        hidden=["内部"],
    )
    sheet, found = read(path)
    assert (sheet.sheet, sheet.sheets) == ("客户", ("填写说明", "客户", "旧表"))
    assert [row.cells for row in found] == [("上海", "1")]
    assert sheet.warnings[0] == "未读取隐藏的工作表：内部。"
    assert "只读取工作表“客户”" in sheet.warnings[1] and "旧表" in sheet.warnings[1]
    named, found = read(path, sheet="旧表")
    assert (named.sheet, [row.cells for row in found]) == ("旧表", [("北京",)])
    assert read(path, sheet="内部")[0].sheet == "内部"
    error = refusal(path, sheet="没有")
    assert "没有工作表“没有”" in error.what and error.todo == "它的工作表有：填写说明、客户、旧表。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_named_xls_is_read_as_text(tmp_path: Path, encoding: str) -> None:
    text = "客户名称\t电话\t备注\r\n上海㐂科技\t007\t𠮷\r\n"
    sheet, found = read(sheets.text(tmp_path / "导出.xls", text, encoding))
    assert (sheet.delimiter, sheet.encoding) == ("\t", encoding.removesuffix("-sig"))
    assert [row.cells for row in found] == [("上海㐂科技", "007", "𠮷")]


def test_a_truncated_workbook_is_refused(tmp_path: Path, test_data: Path) -> None:
    for name in ("odd_workbooks/header-row.xlsx", "spreadsheets/crm_customer_template.xls"):
        whole = (test_data / "real" / name).read_bytes()
        path = tmp_path / Path(name).name
        path.write_bytes(whole[: len(whole) * 2 // 3])
        assert "已损坏或不完整" in refusal(path).what


def test_progress_grows_to_the_whole(tmp_path: Path) -> None:
    path = sheets.text(tmp_path / "a.csv", "客户名称,电话\n" + "上海,1\n" * 2500)
    told: list[tuple[int, int]] = []
    read(path, progress=lambda done, total: told.append((done, total)))
    assert told == [(999, 2500), (1999, 2500), (2500, 2500)]


def test_cancel_stops_the_reader_and_its_process(tmp_path: Path) -> None:
    path = sheets.text(tmp_path / "a.csv", "客户名称,电话\n" + "上海,1\n" * 50_000)
    with open_sheet(path, known=known) as sheet:
        next(sheet.rows)
        stopper = threading.Thread(target=sheet.cancel)
        stopper.start()
        stopper.join()
        with pytest.raises(Cancelled, match="已取消读取"):
            list(sheet.rows)
        assert sheet._parser and sheet._parser._process.poll() is not None


def test_leaving_early_leaves_no_process(tmp_path: Path) -> None:
    path = sheets.text(tmp_path / "a.csv", "客户名称,电话\n" + "上海,1\n" * 50_000)
    with open_sheet(path, known=known) as sheet:
        next(sheet.rows)
    assert sheet._parser and sheet._parser._process.returncode is not None


def test_a_name_of_any_bytes_is_found(tmp_path: Path) -> None:
    path = tmp_path / b"\xbf\xcd\xbb\xa7.csv".decode("utf-8", "surrogateescape")
    path.write_text("客户名称,电话\n上海,1\n", "utf-8")
    assert len(read(path)[1]) == 1


def test_a_child_that_cannot_start_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHILD", ["false"])
    with pytest.raises(reading.Fault, match="无法启动读取表格的进程"):
        open_sheet(tmp_path / "a.csv")


def test_two_headings_alike_are_said(tmp_path: Path) -> None:
    path = tmp_path / "电话.csv"
    path.write_text("客户名称,联系电话,联系电话\n上海恒达科技有限公司,13800138000,021-62345678\n", "utf-8")
    with open_sheet(path) as sheet:
        assert sheet.headings == ("客户名称", "联系电话", "联系电话 (2)")
        assert "表头“联系电话”出现了不止一次，请核对每一列对应的字段。" in sheet.warnings
