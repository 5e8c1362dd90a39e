"""Delimited text as rows."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.exchange.delimited import DelimitedText
from crm_tui.exchange.guard import Limits, Refused

CELLS = st.text(st.sampled_from('客户名a1 ,";|\t。-'), max_size=6).filter(lambda cell: not cell.isspace())


def rows_of(text: str, limits: Limits = Limits()) -> list[tuple[int, list[str]]]:
    file = DelimitedText(io.BytesIO(text.encode()), limits)
    return [(row.number, row.cells) for row in file.rows("")]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    text = '客户名称,备注\r\n\r\n上海,"一\r\n二"\r\n , \r\n北京,'
    assert rows_of(text) == [(1, ["客户名称", "备注"]), (3, ["上海", "一\n二"]), (5, ["北京", ""])]


def test_cells_are_never_altered() -> None:
    line = "0012,91110000600007360X,138****5678,  双  空格 ,－ ,+86 138,\t13800138000"
    assert rows_of("a,b,c,d,e,f,g\n" + line)[1][1] == line.split(",")


def test_marks_that_keep_text_as_text_are_taken_off() -> None:
    assert rows_of("a,b,c,d\n=\"007\",'=1+1,'+86 138,'上海\n")[1][1] == ["007", "=1+1", "+86 138", "'上海"]


def test_a_named_delimiter_keeps_the_row_numbers() -> None:
    assert rows_of("sep=|\r\na,b|c\r\n1,2|3\r\n") == [(2, ["a,b", "c"]), (3, ["1,2", "3"])]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"])
def test_every_end_of_the_last_line_is_fine(end: str) -> None:
    assert rows_of('a,b\n1,"2"' + end)[-1] == (2, ["1", "2"])


def test_a_quotation_mark_left_open_is_refused_with_its_line() -> None:
    with pytest.raises(Refused, match="quotes") as caught:
        rows_of('a,b\n1,2\n3,"4\n5,6\n7,8\n')
    assert caught.value.details == {"line": 3}
    with pytest.raises(Refused, match="quotes") as caught:
        rows_of('a,b\n1,"' + "2\n" * 100, Limits(cell_chars=50))
    assert caught.value.details == {"line": 2}


def test_a_mark_that_closes_within_a_cell_further_down_is_refused_with_the_line_that_opens_it() -> None:
    with pytest.raises(Refused, match="quotes") as caught:
        rows_of('a,b,c\n1,2,3\n4,"康达,5\n6,7,8\n9,"永信,10\n')
    assert caught.value.details == {"line": 3}
    assert rows_of('a,b\n"康达"公司,"第一行\n第二行 ""急"" "\n')[1][1] == ["康达公司", '第一行\n第二行 "急" ']


def test_text_without_anything_is_empty() -> None:
    with pytest.raises(Refused, match="empty"):
        rows_of("\ufeff \r\n\t\n")


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=3, max_size=8))
def test_no_row_and_no_cell_is_lost(rows: list[list[str]]) -> None:
    rows = [["客户名称", "联系人", "电话"], *([f"客户{at}", *row[1:]] for at, row in enumerate(rows))]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    file = DelimitedText(io.BytesIO(out.getvalue().encode()), Limits())
    file.delimiter = ","
    assert [row.cells for row in file.rows("")] == rows
