"""Cells of a workbook as a person sees them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.exchange.guard import Limits
from crm_tui.exchange.workbook import ROUNDED, RawRow, Workbook, shown, tidy_breaks
from tests.exchange import sheets


def rows_of(path: Path, name: str = "客户") -> list[RawRow]:
    with path.open("rb") as file:
        return list(Workbook(file, Limits()).rows(name))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (13800138000.0, "13800138000"),
        (0.1 + 0.2, "0.3"),
        (-3.0, "-3"),
        (1e-7, "0.0000001"),
        (12.50, "12.5"),
        (float("inf"), ""),
        (1e20, "100000000000000000000"),
        (7, "7"),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.date(2024, 3, 1), "2024-03-01"),
        (dt.datetime(2024, 3, 1), "2024-03-01"),
        (dt.datetime(2024, 3, 1, 14, 30), "2024-03-01 14:30"),
        (dt.datetime(2024, 3, 1, 14, 30, 5), "2024-03-01 14:30:05"),
        (dt.datetime(2024, 3, 1, 14, 29, 59, 999_999), "2024-03-01 14:30"),
        (dt.time(9, 5), "09:05"),
        (dt.time(9, 5, 7), "09:05:07"),
        (dt.timedelta(days=10, seconds=54610), "255:10:10"),
        ("007", "007"),
        (None, ""),
    ],
)
def test_values_are_shown_as_on_the_sheet(value: object, text: str) -> None:
    assert shown(value) == text


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers_keep_every_digit(number: int) -> None:
    assert shown(float(number)) == str(number)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_numbers_keep_fifteen_digits_and_no_exponent(number: float) -> None:
    text = shown(number)
    assert "e" not in text.lower()
    assert float(text) == pytest.approx(number, rel=1e-14, abs=1e-300)


@given(st.text(st.sampled_from("客户\r\n_x0D")))
def test_line_breaks_are_of_one_kind(text: str) -> None:
    assert "\r" not in tidy_breaks(text)
    assert tidy_breaks("ABC_x000D_\r\nDEF") == "ABC\nDEF"


def test_numbers_with_more_than_fifteen_digits_are_flagged(tmp_path: Path) -> None:
    path = sheets.workbook(
        tmp_path / "a.xlsx", [["代码", "数"], [110101199003078515, 999999999999999], ["01", 1]]
    )
    rows = rows_of(path)
    assert [row.flags for row in rows] == [{}, {0: ROUNDED}, {}]
    assert rows[1].cells[1] == "999999999999999" and rows[2].cells[0] == "01"


LOOKS = [
    ("0%", 0.85, "85%"),
    ("0.00%", 0.1255, "12.55%"),
    ("[Red]0%;-0%", -0.05, "-5%"),
    ("0%", 1, "100%"),
    ("000000", 123, "000123"),
    ("000000", 1234567, "1234567"),
    ('"KH-"0000', 7, "KH-0007"),
    ('0"万元"', 50, "50万元"),
    ('#,##0.00\\ "万"', 1234.5, "1234.5万"),
    ('General"人"', 80, "80人"),
    # The number says more than such a format shows.
    ('0!.0,"万"', 123456, "123456"),
    ('[>=10000]0!.0,"万";0', 123456, "123456"),
    ("¥#,##0.00", 1200, "1200"),
    ("000-0000-0000", 13812345678, "13812345678"),
    ("[DBNum1]0", 5, "5"),
    ("0.00E+00", 13812345678, "13812345678"),
    ("@", "0.85", "0.85"),
]


def test_numbers_are_read_as_their_formats_show_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("客户", 0)
    for row, (code, value, _shown) in enumerate(LOOKS, 3):
        sheet.cell(row, 2, value).number_format = code
        sheet.cell(row, 30, value)  # in AD, without a format
    sheet.cell(99, 2).number_format = "0%"  # blank
    book.save(tmp_path / "a.xlsx")
    rows = rows_of(tmp_path / "a.xlsx")
    assert [(row.number, row.cells[1]) for row in rows] == [
        (number, shown_as) for number, (_code, _value, shown_as) in enumerate(LOOKS, 3)
    ]
    assert [row.cells[29] for row in rows] == [shown(value) for _code, value, _shown in LOOKS]


def test_rows_and_columns_keep_their_place(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[], ["", "", "客户名称", "电话"], [], ["", "", "上海", 1.0], ["", " "]]
    found = rows_of(sheets.workbook(tmp_path / "a.xlsx", rows))
    assert [(row.number, row.cells) for row in found] == [
        (2, ["", "", "客户名称", "电话"]),
        (4, ["", "", "上海", "1"]),
    ]


def test_dates_are_right_in_both_date_systems(tmp_path: Path) -> None:
    for system in (False, True):
        path = sheets.workbook(
            tmp_path / "a.xlsx", [["日期"], [dt.date(2024, 2, 29)]], options={"date_1904": system}
        )
        assert rows_of(path)[1].cells == ["2024-02-29"]


def test_cells_merged_downwards_are_filled_for_rows_that_hold_something(tmp_path: Path) -> None:
    rows = [
        ["客户名称", "联系人", "电话"],
        ["上海科技", "张三", "1"],
        ["", "李四", "2"],
        ["", "", ""],
        ["北京商贸", "王五", "3"],
        ["合计", "", ""],
    ]
    found = rows_of(sheets.workbook(tmp_path / "a.xlsx", rows, merged=["A2:A4", "A6:C6"]))
    assert [row.cells[0] for row in found] == ["客户名称", "上海科技", "上海科技", "北京商贸", "合计"]
    assert [row.number for row in found] == [1, 2, 3, 5, 6]
    assert [row.span for row in found] == [0, 0, 0, 0, 3]
    assert found[-1].cells == ["合计", "", ""]


def test_a_header_merged_over_columns_names_only_the_first(tmp_path: Path) -> None:
    rows = [["客户名称", "联系人信息", ""], ["", "姓名", "电话"], ["上海科技", "张三", "1"]]
    found = rows_of(sheets.workbook(tmp_path / "a.xlsx", rows, merged=["A1:A2", "B1:C1"]))
    assert [row.cells for row in found[:2]] == [["客户名称", "联系人信息", ""], ["客户名称", "姓名", "电话"]]


def test_sheets_tell_whether_they_are_seen(tmp_path: Path) -> None:
    def chart(book: Any) -> None:
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=客户!$A$1:$A$2"})
        book.add_chartsheet("图").set_chart(chart)

    path = sheets.workbook(
        tmp_path / "a.xlsx", {"客户": [["a"]], "隐藏": [["b"]]}, hidden=["隐藏"], finish=chart
    )
    with path.open("rb") as file:
        assert Workbook(file, Limits()).sheets() == [("客户", "visible"), ("隐藏", "hidden"), ("图", "other")]


ODD = [
    "any_sheets",
    "date",
    "date_1904",
    "errors",
    "has_x000D_",
    "header-row",
    "hyperlinks",
    "merge_cells",
    "rph",
]


@pytest.mark.parametrize("name", ODD)
def test_real_workbooks_read_as_another_library_reads_them(test_data: Path, name: str) -> None:
    path = test_data / "real/odd_workbooks" / f"{name}.xlsx"
    compared = 0
    for sheet in openpyxl.load_workbook(path, data_only=True).worksheets:
        ours = {row.number: row.cells for row in rows_of(path, sheet.title)}
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            for column, value in enumerate(values):
                if value is not None and not str(value).startswith("#"):
                    assert tidy_breaks(shown(value)) == ours[number][column]
                    compared += 1
    assert compared or name == "errors"
