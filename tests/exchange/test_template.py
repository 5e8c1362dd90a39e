"""The blank import sheet: it explains itself, and what is typed into it imports."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from crm_tui.customers.fields import FIELDS
from crm_tui.errors import BadInput
from crm_tui.exchange.mapping import is_known_heading, match_headings
from crm_tui.exchange.reading import open_sheet
from crm_tui.exchange.template import blank_form, choices, template
from crm_tui.presets import load_sheets, preset, template_sheet


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "模板.xlsx"
    template(path)
    return path


@pytest.mark.requirement("S3-09")
def test_a_filled_template_is_read_and_every_column_means_its_field(sheet: Path) -> None:
    book = openpyxl.load_workbook(sheet)
    columns = template_sheet().columns
    for index, column in enumerate(columns, 1):
        book.worksheets[0].cell(2, index, column.example or "x")
    book.save(sheet)
    with open_sheet(sheet, known=is_known_heading) as data:
        mapping = match_headings(data.headings)
        rows = list(data.rows)
        assert data.warnings == []
    assert data.header_row == 1
    assert [one.field for one in mapping.columns] == [column.field for column in columns]
    assert [row.cells for row in rows] == [tuple(column.example or "x" for column in columns)]


def test_an_empty_template_says_that_it_holds_no_rows(sheet: Path) -> None:
    with pytest.raises(BadInput, match="没有数据"):
        open_sheet(sheet, known=is_known_heading)


@pytest.mark.requirement("S3-09")
def test_needed_columns_carry_a_star_and_words_a_list(sheet: Path) -> None:
    first = openpyxl.load_workbook(sheet).worksheets[0]
    headings = [cell.value for cell in first[1]]
    starred = {
        column.field
        for column, heading in zip(template_sheet().columns, headings, strict=True)
        if heading == column.heading + "*"
    }
    assert starred == set(preset("general").required)
    lists = {str(one.sqref).split(":")[0] for one in first.data_validations.dataValidation}
    words = [i for i, column in enumerate(template_sheet().columns) if FIELDS[column.field].type == "word"]
    assert lists == {f"{first.cell(2, index + 1).coordinate}" for index in words}
    assert all(one.errorStyle == "information" for one in first.data_validations.dataValidation)


def test_the_second_sheet_explains_every_column(sheet: Path) -> None:
    book = openpyxl.load_workbook(sheet)
    assert [one.title for one in book.worksheets if one.sheet_state == "visible"] == ["客户", "填写说明"]
    told = {row[0]: row for row in book["填写说明"].iter_rows(min_row=6, values_only=True)}
    assert list(told) == [f"【{column.heading}】" for column in template_sheet().columns]
    assert "重点客户" in str(told["【客户等级】"][3])
    assert "2024-06-15前提交方案" in str(told["【下次跟进计划】"][2])


def test_progress_offers_the_four_words_of_its_document() -> None:
    assert choices(FIELDS["progress"]) == ["未跟进", "跟进中", "已成交", "流失"]


def test_an_existing_file_is_refused_and_kept(sheet: Path) -> None:
    before = sheet.read_bytes()
    with pytest.raises(BadInput, match="已经存在"):
        template(sheet)
    assert sheet.read_bytes() == before
    template(sheet, overwrite=True)
    assert [one.name for one in sheet.parent.iterdir()] == [sheet.name]


@pytest.mark.requirement("S2-09")
def test_the_blank_form_prints_every_field_of_the_document(tmp_path: Path) -> None:
    path = tmp_path / "登记表.xlsx"
    blank_form(path)
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("客户基本信息", "内容", "更新记录")
    assert [row[0] for row in rows[1:]] == list(load_sheets()["S4"].headings)
    assert all(not row[1] and not row[2] for row in rows[1:])
