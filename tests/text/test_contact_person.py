"""People and their phones in one cell are told apart, or left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.contact import pieces
from crm_tui.text.contact_person import people_in

TOLD = [
    ("张三 13812345678", [("张三", "", "13812345678")]),
    ("张三13812345678", [("张三", "", "13812345678")]),
    ("張三：13812345678", [("張三", "", "13812345678")]),
    ("张经理/138-1234-5678", [("张经理", "", "138-1234-5678")]),
    ("李四（采购）0755-88886666", [("李四", "采购", "0755-88886666")]),
    ("13812345678（张三）", [("张三", "", "13812345678")]),
    ("联系人：张三 电话：13812345678", [("张三", "", "电话：13812345678")]),
    ("采购部 张三 13812345678", [("张三", "采购部", "13812345678")]),
    ("张三采购经理 13812345678", [("张三采购经理", "", "13812345678")]),
    ("欧阳锋 13812345678（微信同号）", [("欧阳锋", "", "13812345678（微信同号）")]),
    ("买买提·艾力 13812345678", [("买买提·艾力", "", "13812345678")]),
    ("John Smith +852 9123 4567", [("John Smith", "", "+852 9123 4567")]),
    ("张* 138****5678", [("张*", "", "138****5678")]),
    ("张三 手机13812345678 座机021-62345678", [("张三", "", "手机13812345678 座机021-62345678")]),
    ("张三 13812345678/李四 13912345678", [("张三", "", "13812345678"), ("李四", "", "13912345678")]),
    ("13812345678 张三，13912345678 李四", [("张三", "", "13812345678"), ("李四", "", "13912345678")]),
]
LEFT = [
    "13812345678", "张三", "周末 13812345678", "13812345678 晚上打", "成都 028-88886666",
    "苏州办 0512-62345678", "前台 0755-88886666", "张三 李四 13812345678",
    "张三 13812345678 备用 13912345678", "张三（离职）13812345678", "张三 QQ：62345678 13812345678",
    "张三 13812345678 李四", "",
]  # fmt: skip


@pytest.mark.parametrize(("cell", "people"), TOLD)
def test_people_are_told_from_their_phones(cell: str, people: list[tuple[str, ...]]) -> None:
    assert [tuple(one) for one in people_in(cell)] == people


@pytest.mark.parametrize("cell", LEFT)
def test_what_may_be_no_person_is_left_alone(cell: str) -> None:
    assert people_in(cell) == []


def test_a_column_of_names_says_that_what_begins_a_cell_is_one() -> None:
    assert [tuple(one) for one in people_in("前台 0755-88886666", sure=False)] == [
        ("前台", "", "0755-88886666")
    ]
    assert people_in("13812345678 晚上打", sure=False) == []


_PARTS = st.sampled_from(
    [
        "张三",
        "李四（采购）",
        "13812345678",
        "021-62345678",
        "z@qq.com",
        "备用",
        "微信：abc123",
        "(",
        "）",
        "、",
        "12",
    ]
)


@given(st.lists(_PARTS | st.text(max_size=4), max_size=7).map(" ".join), st.booleans())
def test_nothing_of_a_cell_is_lost(cell: str, sure: bool) -> None:
    people = people_in(cell, sure=sure)
    if people:
        told = "".join(one.text for one in pieces(cell) if one.field != "rest")
        assert "".join(one.text for person in people for one in pieces(person.ways)) == told
        assert all(person.name and person.name in cell and person.title in cell for person in people)
