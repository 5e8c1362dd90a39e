"""No cell of ours is run by a spreadsheet program, and what is written is what is read back."""

from __future__ import annotations

import csv
import zipfile

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm_tui.exchange.delimited import DelimitedText
from crm_tui.exchange.formulas import FORMULA_ERROR, as_read, is_formula, marked, unmarked
from crm_tui.exchange.guard import Limits
from crm_tui.exchange.text_out import CsvOut
from crm_tui.exchange.workbook import Workbook, tidy_breaks
from crm_tui.exchange.workbook_out import WorkbookOut
from crm_tui.text.contact import parse_phones

CALLS = (
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1,1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1",
    "－1", "＠x", '=HYPERLINK("http://x","y")', "-2+3+cmd|' /C calc'!D2", "+86 138 0013 8000", "-", "=",
    "@王", '="007"', "'=1", "''=1", "'007", "'0", "'", "''", "#N/A", "'#REF!", "Err:502", "_x0041_",
    "a\x1b[31m", "\x07\x0b", "﻿=1", "'＝1",
)  # fmt: skip
SIGN = st.sampled_from([*"=+-@\t\r\n＝＋－＠'\"# _x0041客,; 1a", "#N/A", '="'])
TEXT = st.one_of(st.sampled_from(CALLS), st.lists(SIGN, max_size=8).map("".join), st.text(max_size=20))


def storable(text: str) -> str:
    """Return a text as the database may hold it: UTF-8, no NUL, one kind of line break."""
    return tidy_breaks(text.encode("utf-8", "replace").decode().replace("\0", ""))


@given(TEXT)
def test_a_mark_is_taken_off_again(text: str) -> None:
    assert unmarked(marked(text)) == text
    assert unmarked(as_read(text)) == text
    assert not is_formula(marked(text))
    assert marked(text) in (text, "'" + text)


@pytest.mark.requirement("S0-23")
@given(st.lists(TEXT.filter(str.strip), min_size=1, max_size=6))
@example(list(CALLS))
def test_csv_comes_back_as_it_went_and_holds_no_formula(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "out.csv"
    out = CsvOut(path, ["甲", "=乙"])
    for text in texts:
        out.row(["x", text])
    out.close()
    with path.open(newline="", encoding="utf-8-sig") as file:
        cells = [row[1] for row in csv.reader(file)]
    assert not any(map(is_formula, cells))
    if any("\0" in text for text in texts):
        return
    with path.open("rb") as file:
        read = [row.cells for row in DelimitedText(file, Limits()).rows("")]
    assert read == [["甲", "=乙"], *(["x", tidy_breaks(text)] for text in texts)]


@pytest.mark.requirement("S0-23")
@given(st.lists(TEXT.map(storable).filter(str.strip), min_size=1, max_size=6))
@example([text for text in map(storable, CALLS) if text.strip()])
def test_a_workbook_comes_back_as_it_went_and_holds_no_formula(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("xlsx") / "out.xlsx"
    out = WorkbookOut(path, "=表", ["甲", "乙"])
    for text in texts:
        out.row(["x", text])
    out.close()
    with path.open("rb") as file:
        read = [row.cells for row in Workbook(file, Limits()).rows("=表")]
    assert read == [["甲", "乙"], *(["x", text] for text in texts)]
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<f " not in sheet
    # What looks like a formula stays a text when somebody edits the cell.
    shielded = [cell.quotePrefix for (_x, cell) in openpyxl.load_workbook(path).active.iter_rows(min_row=2)]
    assert shielded == [is_formula(text) for text in texts]


def test_a_phone_with_its_country_stays_usable() -> None:
    for text in ("+86 138 0013 8000", "'+86 138 0013 8000"):
        (phone,) = parse_phones(unmarked(text))
        assert phone.key.endswith("13800138000")
    assert marked("+86 138 0013 8000") == "'+86 138 0013 8000"


def test_an_error_of_a_formula_is_no_value_but_its_text_is() -> None:
    assert FORMULA_ERROR.fullmatch("#N/A")
    assert unmarked("#N/A") == ""
    assert unmarked(marked("#N/A")) == "#N/A"
