"""Cells of a sheet that say only that there is nothing to say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.session import Session
from tests.exchange.importer import every, opened, run
from tests.exchange.sheets import text


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "base").mkdir()
    one = opened(tmp_path / "base")
    yield one
    one.close()


@pytest.mark.parametrize("cell", ["-", "/", "无", "暂无", "没有", "N/A", "不详", "未知", "（无）"])
def test_a_cell_that_says_nothing_is_empty_but_in_free_text(
    session: Session, tmp_path: Path, cell: str
) -> None:
    headings = (
        "客户编号,客户名称,联系人,手机,电话,邮箱,微信,所属行业,客户等级,预算范围,最后跟进时间,下次跟进计划,"
    )
    headings += "经营地址,客户标签,负责人,决策链,客户来源,特殊要求,备注,传真"
    rows = [
        headings,
        f"1,甲公司{(',' + cell) * 18}",
        f"{cell},乙公司{(',' + cell) * 18}",
        f"2,{cell}{',' * 18}",
    ]
    done = run(session, text(tmp_path / "a.csv", "\r\n".join(rows)))
    assert done.verdicts == ["new", "new", "new"] and done.flags == []
    sql = "SELECT no, coalesce(name, ''), special_req, note FROM customer WHERE name <> '' ORDER BY id"
    told = every(session, sql)
    assert [row[1:] for row in told] == [
        (name, cell, f"{cell}\n传真：{cell}") for name in ("甲公司", "乙公司")
    ]
    for table in ("contact", "plan", "activity", "tag_link"):
        assert every(session, f"SELECT id FROM {table}") == [], table
    blank = "industry, level, budget_min, biz_detail, biz_province, source"
    assert set(every(session, f"SELECT {blank} FROM customer")) == {(None,) * 6}


def test_a_word_of_a_list_that_says_nothing_elsewhere_is_taken(session: Session, tmp_path: Path) -> None:
    run(
        session,
        text(tmp_path / "a.csv", "客户名称,联系人,联系方式有效性\r\n甲公司,张三,未知\r\n乙公司,李四,无"),
    )
    assert every(session, "SELECT valid FROM contact ORDER BY id") == ["unknown", None]
