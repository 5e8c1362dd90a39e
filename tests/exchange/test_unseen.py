"""Hidden and filtered-out rows and hidden columns of a workbook: told, and left out unless wanted."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from crm_tui.errors import BadInput
from crm_tui.exchange.looks import looks_of
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import SheetData, open_sheet
from crm_tui.exchange.unseen import unseen
from tests.exchange.foreign_sheets import ods, xls, xlsb
from tests.exchange.sheets import workbook

ROWS = [["客户名称", "区域", "备注"], *([f"公司{n}", "华东" if n % 2 else "华北", "x"] for n in range(1, 9))]


def filtered(path: Path, rows: list[list[Any]] | None = None) -> Path:
    """Write an xlsx whose even companies a filter has hidden, and whose third column is hidden by hand."""

    def finish(book: Any) -> None:
        (sheet,) = book.worksheets()
        sheet.autofilter(0, 0, 8, 2)
        sheet.filter_column("B", "x == 华东")
        for row in range(2, 9, 2):
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.set_row(200, None, None, {"hidden": True})
        sheet.set_column(2, 2, 10, None, {"hidden": True})

    return workbook(path, rows or ROWS, finish=finish)


def collapsed(path: Path) -> Path:
    """Write an ods that hides the same."""
    ods(path, {"客户": ROWS})
    with zipfile.ZipFile(path) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    content = entries["content.xml"].decode()
    head, *rows = content.split("<table:table-row>")
    column = (
        '<table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:visibility="collapse"/>'
    )
    parts = [head, column]
    for number, row in enumerate(rows):
        how = ' table:visibility="filter"' if number and number % 2 == 0 else ""
        parts.append(f"<table:table-row{how}>{row}")
    entries["content.xml"] = "".join(parts).encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return path


def names(sheet: SheetData) -> list[str]:
    return [row.cells[0] for row in sheet.rows]


def binary(path: Path) -> Path:
    return xlsb(path, {"客户": ROWS, "其他": [["a"]]}, unseen=({2, 4, 6, 8}, {2}))


def of_97(path: Path) -> Path:
    return xls(path, {"客户": ROWS, "其他": [["a"]]}, unseen=({2, 4, 6, 8}, {2}))


def of_95(path: Path) -> Path:
    rows = [["Company", "Area", "Notes"], *([f"Firm {n}", "E" if n % 2 else "N", "x"] for n in range(1, 9))]
    return xls(path, {"Clients": rows, "Café": [["a"]]}, unseen=({2, 4, 6, 8}, {2}), page=1252)


def test_hidden_rows_of_excel_95_are_told_too(tmp_path: Path) -> None:
    with open_sheet(of_95(tmp_path / "a.xls"), known=is_known_heading) as sheet:
        assert sheet.hidden == 4 and names(sheet) == ["Firm 1", "Firm 3", "Firm 5", "Firm 7"]


@pytest.mark.parametrize("page", [936, 950])
def test_chinese_of_excel_95_is_refused_with_a_sentence(tmp_path: Path, page: int) -> None:
    path = xls(tmp_path / "a.xls", {"表": [["公司", "住址"], ["甲", "x"]]}, page=page)
    with pytest.raises(BadInput, match="Excel 95"):
        open_sheet(path, known=is_known_heading)


@pytest.mark.parametrize("make", [filtered, collapsed, binary, of_97], ids=["xlsx", "ods", "xlsb", "xls"])
def test_what_is_not_seen_is_left_out_and_told(tmp_path: Path, make: Any) -> None:
    path = make(tmp_path / "客户.book")
    with open_sheet(path, known=is_known_heading) as sheet:
        assert (sheet.total, sheet.hidden) == (8, 4)
        assert sheet.warnings == ["隐藏的列也会读入：备注。不需要的可以设为不导入。"]
        assert names(sheet) == ["公司1", "公司3", "公司5", "公司7"]
        assert sheet.warnings[1:] == ["表里隐藏或被筛选掉的 4 行没有读入。"]
    with open_sheet(path, known=is_known_heading, hidden=True) as sheet:
        assert sheet.hidden == 4 and names(sheet) == [f"公司{n}" for n in range(1, 9)]
        assert len(sheet.warnings) == 1


def test_a_hidden_row_of_headings_is_still_the_one_of_headings(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ROWS,
        finish=lambda book: book.worksheets()[0].set_row(0, 15, None, {"hidden": True}),
    )
    with open_sheet(path, known=is_known_heading) as sheet:
        assert sheet.hidden == 0 and len(names(sheet)) == 8 and sheet.warnings == []


def test_rows_are_counted_over_the_blocks_of_a_large_sheet(tmp_path: Path) -> None:
    rows = [["客户名称", "备注"], *([f"公司{n}", "x" * 200] for n in range(1, 5001))]

    def hide(book: Any) -> None:
        for row in range(1, 5001):
            if row % 3 == 0:
                book.worksheets()[0].set_row(row, None, None, {"hidden": True})

    with open_sheet(workbook(tmp_path / "a.xlsx", rows, finish=hide), known=is_known_heading) as sheet:
        assert sheet.hidden == 1666 and names(sheet) == [f"公司{n}" for n in range(1, 5001) if n % 3]


@pytest.mark.parametrize("make", [binary, of_97, of_95], ids=["xlsb", "xls", "xls of 95"])
def test_a_damaged_file_hides_what_it_says_and_never_fails(tmp_path: Path, make: Any) -> None:
    whole = make(tmp_path / "客户.book").read_bytes()
    kind, wanted = "xlsb" if make is binary else "xls", "Clients" if make is of_95 else "客户"
    chance = random.Random(7)
    for _time in range(300):
        data = bytearray(whole[: chance.choice((len(whole), chance.randrange(len(whole))))])
        for _flip in range(chance.randrange(1, 9)):
            if data:
                data[chance.randrange(min(len(data), chance.choice((700, len(data)))))] = chance.randrange(
                    256
                )
        assert all(row >= 0 for row in looks_of(io.BytesIO(data), kind, wanted))
        found = unseen(io.BytesIO(data), kind, wanted)
        assert all(0 <= a <= b for a, b in found.rows + found.columns)
