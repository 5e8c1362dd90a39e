"""Where the table stands on a sheet."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.exchange.guard import Refused
from crm_tui.exchange.layout import Table, clean_heading, find_table, headings_of
from crm_tui.exchange.mapping import is_known_heading

NAMES = {
    "客户名称",
    "客户编号",
    "联系人",
    "联系人姓名",
    "联系方式",
    "电话",
    "备注",
    "所属行业",
    "电子邮箱",
    "企业规模",
}
FORM = [
    ["客户信息登记表", "", ""],
    ["客户基本信息", "内容", "更新记录"],
    ["客户名称（企业/个人）", "新能源科技有限公司", "2024-03-15初次录入"],
    ["联系人姓名", "李总", ""],
    ["联系人职务", "采购总监", "2024-06-20职务调整"],
    ["联系方式", "138****1234", ""],
    ["", "0755-12345678", ""],
    ["所属行业", "", ""],
]


def found(rows: Sequence[Sequence[str]], *names: str) -> Table:
    known = set(names) or NAMES
    return find_table([(at, row) for at, row in enumerate(rows, 1)], lambda heading: heading in known)


def unknown(rows: Sequence[Sequence[str]]) -> Table:
    return find_table([(at, row) for at, row in enumerate(rows, 1)])


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("名称*", "名称"),
        ("* 客户名称", "客户名称"),
        ("＊联系人 ", "联系人"),
        ("客户名称（必填）", "客户名称"),
        ("电话[必填项]", "电话"),
        ("客户\n名称", "客户名称"),
        ("客 户　名 称", "客户名称"),
        ("Company\nName", "Company Name"),
        ("E-mail  address:", "E-mail address"),
        ("联系方式（电话/邮箱）：", "联系方式（电话/邮箱）"),
        ("\ufeff税率(%)", "税率(%)"),
        ("*", ""),
    ],
)
def test_headings_lose_their_marks(written: str, clean: str) -> None:
    assert clean_heading(written) == clean


def test_two_headings_alike_are_kept_apart() -> None:
    cells = ["姓名", "电话*", "电话", "", "电话 ", "", ""]
    assert headings_of(cells) == ("姓名", "电话", "电话 (2)", "", "电话 (3)")
    assert headings_of(["Phone", "phone"]) == ("Phone", "phone (2)")


def test_the_header_is_found_under_title_and_notes() -> None:
    rows = [
        ["2024年客户信息表"],
        [],
        ["1、带星号的为必填项\n2、请勿删除本行，联系人和电话必须真实"],
        ["制表人：张三", "", "日期：2024-03-01"],
        ["客户名称*", "联系人", "电话", "其他"],
        ["上海", "张三", "13800138000", "x"],
    ]
    table = found(rows)
    assert (table.header_row, table.first_data_row, table.known) == (5, 6, 3)
    assert table.headings == ("客户名称", "联系人", "电话", "其他")


def test_the_lower_row_of_a_two_level_header_wins() -> None:
    # As merged cells arrive: 客户名称 filled down, 联系人 over two columns kept in its first cell.
    rows = [["客户名称", "联系人", ""], ["客户名称", "联系人姓名", "电话"], ["上海科技", "张三", "021-1"]]
    assert found(rows).header_row == 2


def test_a_heading_is_named_with_its_group_where_that_means_something() -> None:
    """跟进 over 时间 and 内容, 一、客户基本情况 over 名称 and 类型; the others keep their names."""
    rows = [
        (1, ["一、客户基本情况", "", "", "联系人", "", "跟进", ""]),
        (2, ["名称", "类型", "说法", "姓名", "电话", "时间", "内容"]),
        (3, ["甲公司", "潜在客户", "x", "张三", "13812345678", "2026-03-01", "来访"]),
    ]
    table = find_table(rows, is_known_heading)
    assert table.header_row == 2
    assert table.headings == (
        "客户名称",
        "客户类型",
        "说法",
        "联系人姓名",
        "联系人电话",
        "跟进时间",
        "跟进内容",
    )


@pytest.mark.parametrize(
    "rows",
    [
        [["期货代码", "期货名称", "公司名称"], ["000004.SZ", "国农科技", "深圳国华网安科技股份有限公司"]],
        [["Columns", "Column A", "Column B"], ["put data here", "1", "2"]],
        [["甲", "乙"], ["上海", "13800138000"], ["北京", ""]],
        [["公司"], ["上海科技有限公司"], ["北京商贸有限公司"]],
        [["甲", "乙", "丙"], ["上海", "2024-03-01", "a@b.cn"]],
        [["姓名", "电话", "电话", "地址"], ["张三", "1", "2", "上海"]],
    ],
)
def test_a_header_nobody_knows_is_told_from_data(rows: list[list[str]]) -> None:
    assert unknown(rows).header_row == 1


@pytest.mark.parametrize(
    "rows",
    [
        [["上海科技有限公司", "张三", "13800138000"], ["北京商贸有限公司", "李四", "13900139000"]],
        [["1", "2"], ["3", "4"], ["This workbook contains 4 sheets"]],
        [["上海科技有限公司", "张三", ""], ["北京商贸集团", "李四", "13900139000"]],
        [["ABC\nDEF"]],
        [["calamine repo", "mail link"], ["Rust Programming Language", ""]],
        [["张三", "上海"], ["李四", "北京"]],
    ],
)
def test_data_without_a_header_is_refused(rows: list[list[str]]) -> None:
    with pytest.raises(Refused, match="no_header"):
        unknown(rows)


def test_no_cells_at_all_are_refused() -> None:
    for rows in ([], [["", " "], []]):
        with pytest.raises(Refused, match="empty_sheet"):
            unknown(rows)


def test_known_headings_are_enough_without_rows() -> None:
    assert found([["客户名称", "联系人"]]).first_data_row == 2


@pytest.mark.requirement("S4-08", "S4-09")
def test_the_form_written_downwards_is_one_customer() -> None:
    table = found(FORM)
    assert (table.orientation, table.header_row, table.first_data_row) == ("vertical", 2, 3)
    assert dict(zip(table.headings, table.record, strict=True)) == {
        "客户名称（企业/个人）": "新能源科技有限公司",
        "联系人姓名": "李总",
        "联系人职务": "采购总监",
        "联系方式": "138****1234\n0755-12345678",
        "所属行业": "",
    }
    assert dict(zip(table.headings, table.notes, strict=True))["联系人职务"] == "2024-06-20职务调整"


@pytest.mark.requirement("S4-09")
def test_a_form_without_headings_is_known_by_its_fields() -> None:
    rows = [
        ["登记表"],
        ["", "客户名称", "上海"],
        ["", "联系人", "张三"],
        ["", "电话", "1"],
        ["", "联系人", "李四"],
    ]
    table = found(rows)
    assert (table.orientation, table.header_row, table.first_data_row) == ("vertical", 1, 2)
    assert table.headings == ("客户名称", "联系人", "电话", "联系人 (2)")
    assert table.record == ("上海", "张三", "1", "李四")
    noted = [[*row[1:], "2024-03-15初次录入"] for row in rows[1:]]
    assert found(noted).notes == ("2024-03-15初次录入",) * 4
    assert found(noted).header_row == 0


def test_a_column_of_one_field_is_no_form() -> None:
    assert found([["客户名称"], ["上海"], ["北京"]]).orientation == "table"


@given(
    st.lists(
        st.lists(st.sampled_from(["", "客户名称", "电话", "1", "张三", "2024-01-01"]), max_size=5), max_size=8
    )
)
def test_any_rows_are_a_table_or_refused(rows: list[list[str]]) -> None:
    try:
        table = found(rows)
    except Refused as refused:
        assert refused.code in ("empty_sheet", "no_header")
        return
    named = [heading for heading in table.headings if heading]
    assert len({heading.casefold() for heading in named}) == len(named)
    assert 0 <= table.header_row < table.first_data_row <= len(rows) + 1
    if table.orientation == "vertical":
        assert len(table.record) == len(table.notes) == len(table.headings)


@pytest.mark.parametrize(
    "beside",
    [
        [["甲机械有限公司", "乙贸易有限公司"], ["张三", "李四"], ["13812345678", ""]],
        [["甲", "乙", "丙"], ["张三", "", "李四"], ["1381", "1382", ""]],
    ],
)
def test_a_table_on_its_side_is_refused(beside: list[list[str]]) -> None:
    labels = "客户名称", "联系人", "电话"
    with pytest.raises(Refused, match="sideways"):
        found([[label, *cells] for label, cells in zip(labels, beside, strict=True)])


def test_a_form_with_remarks_is_not_on_its_side() -> None:
    rows = [
        ["客户名称", "甲机械有限公司", "全称"],
        ["联系人", "张三", "老板"],
        ["电话", "13812345678", "手机"],
    ]
    assert found(rows).record == ("甲机械有限公司", "张三", "13812345678")
    assert found([["项目", "内容", "要求", "来源"], *([*row, "x"] for row in rows)]).orientation == "vertical"
