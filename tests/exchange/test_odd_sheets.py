"""Sheets as people send them: every row has a verdict, a second import changes nothing, undo is exact."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from crm_tui.errors import BadInput
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import Session
from tests.exchange.importer import S0, S0_ROWS, Done, every, lists, only, opened, run
from tests.exchange.sheets import text, workbook

IDENTITY = "11010519491231002X"
NAMES = "SELECT coalesce(name, '') FROM customer ORDER BY id"
PEOPLE = "SELECT name, coalesce(mobile, office_phone, email, wechat) FROM contact ORDER BY id"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "base").mkdir()
    one = opened(tmp_path / "base")
    yield one
    one.close()


def taken(session: Session, path: Path) -> Done:
    """Import a sheet; everything that must hold for any sheet is asserted here."""
    before = lists(session)
    done = run(session, path)
    assert done.counts["rows"] == len(done.rows)
    kinds = ("new", "update", "skip", "suspect", "error", "contacts")
    assert sum(done.counts[kind] for kind in kinds) == done.counts["rows"]
    after = lists(session)
    again = run(session, path)
    assert (again.result.added, again.result.updated) == (0, 0)
    assert lists(session) == after
    session.undo()
    assert lists(session) == before
    assert run(session, path).result.added == done.result.added  # what was undone never matches
    return done


def book(tmp_path: Path, rows: Sequence[Sequence[Any]], **options: Any) -> Path:
    return workbook(tmp_path / "表.xlsx", rows, **options)


TWO = [["1", "甲公司", "张三", "13812345678", "x"], ["2", "乙公司", "李四", "13912345678", "y"]]
GROUPED = [["客户编号", "客户名称", "联系人信息", "", "备注"], ["", "", "姓名", "电话", ""]]
HEADERS = {
    "titles and notes above": (
        [["2024年客户信息总表"], ["制表：李雷"], ["说明：带*必填"],
         ["客户编号", "客户名称*", "联系人（必填）", "联 系 电 话：", "备注"]],
        ["A1:E1", "A3:E3"],
    ),
    "groups above": (
        [["客户信息", "", "联系人信息", "", "备注"], ["客户编号", "客户名称", "姓名", "电话", ""]],
        ["A1:B1", "C1:D1"],
    ),
    "groups merged downwards": (GROUPED, ["C1:D1", "A1:A2", "B1:B2", "E1:E2"]),
    "groups beside lone headings": (GROUPED, ["C1:D1"]),
    "a group that is a heading itself": (
        [["客户编号", "客户名称", "联系人", "", "备注"], ["", "", "姓名", "电话", ""]],
        ["C1:D1"],
    ),
    "three levels": (
        [["客户总表"], ["基本信息", "", "联系信息"], ["编号", "名称", "联系人", "联系方式", "备注"],
         ["", "", "姓名", "电话", ""]],
        ["A1:E1", "A2:B2", "C2:E2"],
    ),
    "units and hints below": (
        [["客户编号", "客户名称", "联系人", "电话", "备注"], ["文本", "（全称）", "文本", "文本", "选填"]],
        [],
    ),
    "row 30": (
        [*([f"说明第{n}条"] for n in range(29)), ["客户编号", "客户名称", "联系人", "电话", "备注"]],
        [],
    ),
    "row 61": (
        [*([f"说明{n}", "见附件"] for n in range(60)), ["客户编号", "客户名称", "联系人", "电话", "备注"]],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HEADERS)
def test_the_header_wherever_it_stands(session: Session, tmp_path: Path, kind: str) -> None:
    head, merged = HEADERS[kind]
    done = taken(session, book(tmp_path, [*head, *TWO], merged=merged))
    assert (done.verdicts, done.flags) == (["new", "new"], [])
    assert every(session, "SELECT no, name, note FROM customer ORDER BY id") == [
        ("1", "甲公司", "x"),
        ("2", "乙公司", "y"),
    ]
    assert every(session, PEOPLE) == [("张三", "13812345678"), ("李四", "13912345678")]


def test_two_groups_of_contacts(session: Session, tmp_path: Path) -> None:
    rows = [
        ["客户名称", "联系人一", "", "联系人二", "", "备注"],
        ["", "姓名", "电话", "姓名", "电话", ""],
        ["甲公司", "张三", "13812345678", "王五", "13712345678", "z"],
    ]
    assert taken(session, book(tmp_path, rows, merged=["B1:C1", "D1:E1"])).verdicts == ["new"]
    assert every(session, PEOPLE) == [("张三", "13812345678"), ("王五", "13712345678")]
    assert only(session, "SELECT note FROM customer") == "z"


@pytest.mark.requirement("S2-16")
def test_units_below_the_headings_are_those_of_the_amounts(session: Session, tmp_path: Path) -> None:
    rows = [["客户名称", "预算", "年营收", "人数"], ["", "万元", "亿元", "人"], ["甲", "30-50", 2, 80]]
    assert taken(session, book(tmp_path, rows)).flags == []
    sql = "SELECT budget_min, budget_max, revenue_min, headcount_min FROM customer"
    assert only(session, sql) == (30_000_000, 50_000_000, 20_000_000_000, 80)


FORM = [
    ["客户名称", "甲公司", "所属行业", "制造业", "客户来源", "展会"],
    ["联系人", "张三", "职位", "经理", "电话", "13812345678"],
    ["统一社会信用代码", "91350100M000100Y43", "邮箱", "a@b.cn", "微信", "zhang_san"],
    ["备注", "b", "", "", "", ""],
]


@pytest.mark.requirement("S4-09")
@pytest.mark.parametrize("wide", [2, 4, 6])
def test_a_form_of_one_or_more_pairs_wide(session: Session, tmp_path: Path, wide: int) -> None:
    cells = [pair for row in FORM for pair in zip(row[::2], row[1::2], strict=True) if pair[0]]
    pairs = wide // 2
    rows = [[cell for pair in cells[at : at + pairs] for cell in pair] for at in range(0, len(cells), pairs)]
    taken(session, book(tmp_path, [["客户信息登记表"], *rows], merged=[f"A1:{'ABCDEF'[wide - 1]}1"]))
    sql = "SELECT name, industry, source, uscc, note FROM customer"
    assert only(session, sql) == ("甲公司", "manufacturing", "exhibition", "91350100M000100Y43", "b")
    sql = "SELECT name, title, mobile, email, wechat FROM contact"
    assert only(session, sql) == ("张三", "经理", "13812345678", "a@b.cn", "zhang_san")


def test_totals_notes_and_examples_are_no_customers(session: Session, tmp_path: Path) -> None:
    names = [
        "示例：上海某公司",
        "甲公司",
        "合　计",
        "合计：1家",
        "共1家",
        "制表人：李雷",
        "注：已核对",
        "-",
        "客户名称",
    ]
    done = taken(session, book(tmp_path, [["客户名称", "合作金额"], *([name] for name in names)]))
    assert Counter(done.verdicts) == {"new": 1, "error": 8}
    assert every(session, NAMES) == ["甲公司"]


def test_formulas_that_nobody_calculated_are_said(session: Session, tmp_path: Path) -> None:
    """Some programs write formulas without results: what nothing can be read of is said."""
    made = openpyxl.Workbook()
    sheet = made.create_sheet("华东 & 华南", 0)
    for row in (
        ["客户名称", "联系方式", "备注"],
        ["甲公司", '="139"&"00001111"', "x"],
        ["=A2", "13900003333"],
    ):
        sheet.append(row)
    made.save(tmp_path / "a.xlsx")
    with open_sheet(tmp_path / "a.xlsx", known=is_known_heading) as opened_sheet:
        assert "读作空白（列 A、B）" in " ".join(opened_sheet.warnings)


def test_formulas_with_results_are_read_in_silence(session: Session, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "made.xlsx") as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["客户名称", "联系方式"])
        sheet.write_formula(1, 0, '="甲"&"公司"', None, "甲公司")
        sheet.write_formula(1, 1, '=""', None, "")
    with zipfile.ZipFile(tmp_path / "made.xlsx") as made, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as book:
        for name in made.namelist():
            # Excel says of a result that it is a text, though one of no signs.
            book.writestr(name, made.read(name).replace(b'<c r="B2">', b'<c r="B2" t="str">'))
    with open_sheet(tmp_path / "b.xlsx", known=is_known_heading) as opened_sheet:
        assert opened_sheet.warnings == []
    assert taken(session, tmp_path / "b.xlsx").verdicts == ["new"]


def test_a_second_table_below_fills_no_wrong_fields(session: Session, tmp_path: Path) -> None:
    first = [["客户名称", "联系人姓名", "联系方式"], ["甲公司", "张三", "13812345678"]]
    second = [["客户名称", "客户等级", "备注"], ["乙公司", "A", "老客户"], ["丙公司", "B", ""]]
    done = taken(session, book(tmp_path, [*first, [], *second]))
    assert done.verdicts == ["new", "error", "error", "error"]
    assert [row.reason for row in done.rows[2:]] == [
        "从第 4 行起是另一张表：请另存为单独的工作表再导入。"
    ] * 2


@pytest.mark.parametrize(
    "again",
    [
        [["客户名称", "姓名", "电话", "备注"]],  # as a rep writes them on the next page
        [["客户名称", "联系方式", "", "备注"], ["", "姓名", "电话", ""]],
    ],
)
def test_headings_that_come_again_in_other_words_end_nothing(
    session: Session, tmp_path: Path, again: list[list[str]]
) -> None:
    first = [["客户名称", "联系人姓名", "手机", "备注"], ["甲公司", "张三", "13812345678", "x"]]
    done = taken(session, book(tmp_path, [*first, *again, ["乙公司", "李四", "13912345678", "y"]]))
    assert done.verdicts == ["new", *["error"] * len(again), "new"]


def test_rows_of_a_running_number_are_no_rows(session: Session, tmp_path: Path) -> None:
    rows = [["序号", "客户名称", "电话"], [1, "甲公司", ""], *([n, "", ""] for n in range(2, 99))]
    assert taken(session, book(tmp_path, rows)).verdicts == ["new"]


@pytest.mark.requirement("S2-15")
def test_dates_in_every_dress(session: Session, tmp_path: Path) -> None:
    shapes = [45366, "45366", "2024.3.15", "2024年3月15日", "2024/3/15", "20240315", dt.date(2024, 3, 15),
              dt.datetime(2024, 3, 15, 14, 30)]  # fmt: skip
    rows = [["客户名称", "首次接触时间"], *([f"公司{n}", shape] for n, shape in enumerate(shapes))]
    assert taken(session, book(tmp_path, rows)).flags == []
    assert set(every(session, "SELECT first_contact_on FROM customer")) == {"2024-03-15"}
    assert len(every(session, NAMES)) == len(shapes)


@pytest.mark.requirement("S0-14")
def test_a_plan_in_two_columns(session: Session, tmp_path: Path) -> None:
    rows = [
        ["客户名称", "下次跟进时间", "下次跟进计划"],
        ["甲", "2030-03-15", "提交方案"],
        ["乙", "2030-03-15", "2030-03-10前提交方案"],
        ["丙", "47557", "演示"],
        ["丁", "2030-03-15", ""],
    ]
    taken(session, book(tmp_path, rows))
    assert every(session, "SELECT due_on, goal FROM plan ORDER BY id") == [
        ("2030-03-15", "提交方案"), ("2030-03-10", "提交方案"), ("2030-03-15", "演示"), ("2030-03-15", None),
    ]  # fmt: skip


def test_digits_however_they_are_kept(session: Session, tmp_path: Path) -> None:
    rows = [
        ["客户编号", "客户名称", "电话", "统一社会信用代码"],
        [1001.0, "甲", 13812345678.0, "'91350100M000100Y43"],
        ["'0012", "乙", "'13912345678", ""],
        ["003", "丙", "1.38E+10", "9.1E+17"],
    ]
    done = taken(session, book(tmp_path, rows))
    assert every(session, "SELECT no, uscc FROM customer ORDER BY id") == [
        ("1001", "91350100M000100Y43"), ("0012", None), ("003", "9.1E+17"),
    ]  # fmt: skip
    assert every(session, PEOPLE) == [(None, "13812345678"), (None, "13912345678"), (None, "1.38E+10")]
    assert [(flag.row, flag.text) for flag in done.flags] == [(4, "1.38E+10"), (4, "9.1E+17")]


@pytest.mark.requirement("S0-23")
def test_any_order_of_columns_and_any_marks(session: Session, tmp_path: Path) -> None:
    order = [7, 3, 15, 0, 12, 5, 9, 1, 14, 2, 11, 6, 4, 13, 8, 10]
    head = [f" * {S0[at][:2]}  {S0[at][2:]}（必填）：" for at in order]
    taken(session, book(tmp_path, [head, *([row[at] for at in order] for row in S0_ROWS)]))
    assert every(session, "SELECT no FROM customer ORDER BY id") == [row[0] for row in S0_ROWS]
    done = run(session, book(tmp_path, [S0, *S0_ROWS]))
    assert (done.verdicts, done.result.updated) == (["skip"] * 3, 0)


@pytest.mark.requirement("S2-10")
def test_repeats_and_further_contacts(session: Session, tmp_path: Path) -> None:
    rows = [
        ["客户名称", "客户性质", "联系人", "电话"],
        ["甲公司", "企业", "张三", "13812345678"],
        ["甲公司", "企业", "张三", "13912345678"],
        ["甲公司", "企业", "李四", "13712345678"],
        ["甲公司", "企业", "李四", "13712345678"],
        ["甲公司", "企业", "", "13612345678"],
        ["甲公司", "个人", "", "13512345678"],
    ]
    done = taken(session, book(tmp_path, rows))
    assert done.verdicts == ["new", "suspect", "new", "suspect", "suspect", "new"]
    assert every(session, PEOPLE) == [("张三", "13812345678"), ("李四", "13712345678"), (None, "13512345678")]


def test_thirty_contacts_in_rows(session: Session, tmp_path: Path) -> None:
    rows = [
        ["客户名称", "联系人", "手机"],
        *([["甲公司", ""][n > 0], f"人{n}", f"138{n:08d}"] for n in range(30)),
    ]
    assert taken(session, book(tmp_path, rows)).counts["contacts"] == 29
    assert len(every(session, PEOPLE)) == 30


@pytest.mark.requirement("S4-10")
@pytest.mark.parametrize("place", ["cells", "heading", "form"])
def test_an_identity_number_gets_nowhere(session: Session, tmp_path: Path, place: str) -> None:
    inside = f"证{IDENTITY[:6]} {IDENTITY[6:14]} {IDENTITY[14:]}。"
    rows = {
        "cells": [["客户编号", "客户名称", "联系人", "备注", "编码"],
                  [IDENTITY, "甲", IDENTITY, inside, IDENTITY], ["2", f"乙{IDENTITY}", "", "", ""]],
        "heading": [["客户名称", "联系人", IDENTITY], ["甲", "乙", "x"]],
        "form": [["客户基本信息", "内容", "更新记录"], ["客户名称（企业/个人）", "甲", f"初次录入{IDENTITY}"],
                 ["联系人姓名", "乙", ""], ["备注", inside, ""], ["家庭住址", "北京", ""]],
    }[place]  # fmt: skip
    path = book(tmp_path, rows)
    rejects = tmp_path / "base" / "rejects.xlsx"
    done = run(session, path, rejects=rejects)
    assert IDENTITY not in repr(done)
    assert done.counts["identity"] == {"cells": 5, "heading": 0, "form": 2}[place]
    for file in filter(Path.is_file, (tmp_path / "base").rglob("*")):
        data = file.read_bytes()
        assert IDENTITY.encode() not in data
        assert inside.encode() not in data
    assert IDENTITY not in str(lists(session))
    assert inside not in str(lists(session))


def test_odd_characters_are_kept(session: Session, tmp_path: Path) -> None:
    odd = [["客户名称", "备注"], ["甲😀公司", "好" * 5000], ["乙\t公司", "a\tb"], ["丙\u200b公司", "㐀𠀀"]]
    taken(session, book(tmp_path, odd))
    assert every(session, "SELECT name, note FROM customer ORDER BY id") == [tuple(row) for row in odd[1:]]


def test_thousands_of_empty_cells_cost_nothing(session: Session, tmp_path: Path) -> None:
    def spread(made: Any) -> None:
        bold = made.add_format({"bold": True})
        for row in range(2, 3000, 7):
            made.worksheets()[0].write_blank(row, 300, None, bold)
        made.worksheets()[0].write_string(4000, 1, "  ")

    path = book(tmp_path, [["客户名称", "联系人"], ["甲公司", "张三"]], finish=spread)
    assert taken(session, path).verdicts == ["new"]


TEXTS = {
    "quotes, breaks and semicolons": (
        '客户名称;备注\r\n"甲;""公司""";"行1\r\n行2"\r\n乙; x \r\n', "utf-8", ['甲;"公司"', "乙"]),
    "tabs in GB18030": ("客户名称\t备注\n甲公司\t㐀𠀀\n", "gb18030", ["甲公司"]),
    "UTF-16": ("客户名称\t备注\n甲公司\tabc\n", "utf-16", ["甲公司"]),
    "one column": ("客户名称\n甲公司\n乙公司\n", "utf-8", ["甲公司", "乙公司"]),
    "sep= and a mark": ("sep=;\n客户名称;备注\n甲,公司;1\n", "utf-8-sig", ["甲,公司"]),
    "ragged": ("客户名称,备注\n甲,1,多余\n乙\n,,\n丙,3\n", "gbk", ["甲", "乙", "丙"]),
    "a stray control character": ("客户名称,备注\n甲,a\x07b\n", "utf-8", ["甲"]),
    "line ends of every kind, errors and a lone quote": (
        '客户名称,联系人,备注\r\n甲,#N/A,5" 管\r乙,#REF!,"行1\r行2"\n#DIV/0!,丙,\r\n', "utf-8", ["甲", "乙"]),
    "Big5": ("客戶名稱,備註\n台積電股份有限公司,聯絡人未定\n", "big5", ["台積電股份有限公司"]),
    "UTF-16 without a mark": ("客户名称\t备注\n甲公司\tabc\n", "utf-16-be", ["甲公司"]),
    "old line ends": ("客户名称,备注\r甲,1\r乙,2\r", "utf-8", ["甲", "乙"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", TEXTS)
def test_text_of_every_make(session: Session, tmp_path: Path, kind: str) -> None:
    content, encoding, names = TEXTS[kind]
    taken(session, text(tmp_path / "表.csv", content, encoding))
    assert every(session, NAMES) == names


REFUSED = {
    "only headings": ("客户名称,电话\n".encode(), "没有数据行"),
    "mixed encodings": ("客户名称,电话\n甲公司,1\n".encode() + "乙公司,2\n".encode("gbk"), "第 3 行"),
    "lone surrogate": ("客户名称,备注\n甲,".encode() + b"\xed\xa0\x80\n", "第 2 行"),
    "NUL": ("客户名称,备注\n甲,a\0b\n".encode(), "不是表格文件"),
    "open quote": ('客户名称,备注\n甲,"未闭合\n乙,b\n'.encode(), "第 2 行的引号"),
    "leads": ("线索编号,线索状态,公司名称\nEXPO1,跟进中,甲\n".encode(), "线索表"),
    "tickets": ("工单编号,客户编号,问题类型\n1,2,物流\n".encode(), "不是客户表"),
    "no name": ("电话,备注\n1,b\n".encode(), "没有客户名称"),
    "a web page": (b"<html><table><tr><td>x</td></tr></table></html>", "网页"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_with_a_sentence(session: Session, tmp_path: Path, kind: str) -> None:
    data, told = REFUSED[kind]
    path = tmp_path / "表.csv"
    path.write_bytes(data)
    before = lists(session)
    with pytest.raises(BadInput, match=told):
        run(session, path)
    assert lists(session) == before
    assert not list((tmp_path / "base").glob(".*staging*"))
