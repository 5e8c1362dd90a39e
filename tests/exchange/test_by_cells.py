"""Columns that their cells explain where the heading leaves open what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.session import Session
from tests.exchange.importer import every, imported, only, opened


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "base").mkdir()
    one = opened(tmp_path / "base")
    yield one
    one.close()


def test_states_under_a_heading_that_may_mean_anything(session: Session, tmp_path: Path) -> None:
    rows = ("甲公司|潜在|需求调研", "乙公司|意向|方案报价", "丙公司|已成交|维护中")
    done = imported(session, tmp_path, "客户名称|状态|跟进状态", *rows)
    assert every(session, "SELECT status || ' ' || stage FROM customer ORDER BY id") == [
        "prospect need_analysis",
        "interested proposal",
        "won service",
    ]
    assert done.flags == []


def test_states_beside_two_columns_of_stages(session: Session, tmp_path: Path) -> None:
    rows = ("甲公司|潜在|需求调研|需求分析", "乙公司|意向|方案报价|方案制定", "丙公司|已成交|未跟进|线索")
    for _turn in range(2):
        done = imported(session, tmp_path, "客户名称|状态|跟进状态|阶段", *rows)
    assert (done.result.added, done.result.updated) == (0, 0)
    assert every(session, "SELECT status || ' ' || stage FROM customer ORDER BY id") == [
        "prospect need_analysis",
        "interested proposal",
        "won not_contacted",
    ]


@pytest.mark.parametrize("cells", [("启用", "停用"), ("在营", "注销")])
def test_other_states_stay_in_the_note(session: Session, tmp_path: Path, cells: tuple[str, str]) -> None:
    imported(session, tmp_path, "客户名称|状态", f"甲公司|{cells[0]}", f"乙公司|{cells[1]}")
    assert every(session, "SELECT DISTINCT status FROM customer") == [None]
    assert every(session, "SELECT count(*) FROM customer WHERE note LIKE '状态：%'") == [2]


def test_stages_under_it_are_the_progress(session: Session, tmp_path: Path) -> None:
    imported(session, tmp_path, "客户名称|状态", "甲公司|跟进中", "乙公司|商务谈判")
    assert every(session, "SELECT stage FROM customer ORDER BY id") == ["first_contact", "negotiation"]


def test_kinds_of_customers_are_no_states(session: Session, tmp_path: Path) -> None:
    done = imported(session, tmp_path, "客户名称|客户类型", "甲公司|经销商", "乙公司|终端客户")
    assert every(session, "SELECT category FROM customer ORDER BY id") == ["经销商", "终端客户"]
    assert done.flags == []


def test_one_state_among_kinds_leaves_the_column_to_the_states(session: Session, tmp_path: Path) -> None:
    done = imported(session, tmp_path, "客户名称|客户类型", "甲公司|意向客户", "乙公司|经销商")
    assert every(session, "SELECT status FROM customer ORDER BY id") == ["interested", None]
    assert [one.text for one in done.flags] == ["经销商"]


@pytest.mark.parametrize(
    ("headings", "taken"),
    [("客户名称|最近联系", 1), ("客户名称|日期|跟进内容", 1), ("客户名称|日期", 0)],
)
def test_days_of_contact(session: Session, tmp_path: Path, headings: str, taken: int) -> None:
    imported(session, tmp_path, headings, "甲公司|2024-03-05" + "|已寄样" * headings.count("内容"))
    assert only(session, "SELECT count(*) FROM activity") == taken


@pytest.mark.parametrize("cell", ["A(重点客户)", "重点客户（A类）", "3-重点客户", "A级：重点"])
def test_a_grade_beside_the_word(session: Session, tmp_path: Path, cell: str) -> None:
    done = imported(session, tmp_path, "客户名称|客户等级", f"甲公司|{cell}")
    assert only(session, "SELECT level FROM customer") == "key"
    assert done.flags == []


@pytest.mark.parametrize("cell", ["A", "重点客户(暂停)", "普通-重点"])
def test_what_may_mean_something_else_is_flagged(session: Session, tmp_path: Path, cell: str) -> None:
    done = imported(session, tmp_path, "客户名称|客户等级", f"甲公司|{cell}")
    assert only(session, "SELECT level FROM customer") is None
    assert [one.text for one in done.flags] == [cell]
