"""What stands below the customers of a sheet: totals, notes, another table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.session import Session
from tests.exchange.importer import imported, opened


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with opened(tmp_path) as session:
        yield session


def test_a_second_table_below_the_first_is_none_of_its_customers(session: Session, tmp_path: Path) -> None:
    rows = (
        "KH-1|甲公司|张三|13800138000",
        "合计|1家||",
        "|||",
        "联系人通讯录|||",
        "姓名|电话|部门|",
        "吴刚|020-87654321|采购|",
    )
    done = imported(session, tmp_path, "编号|单位名称|联系人|手机", *rows)
    assert done.verdicts == ["new", "error", "error", "error", "error"]
    reasons = [row.reason for row in done.rows[1:]]
    assert reasons[:3] == [
        "这是合计行，不是客户。",
        "这是表格下方的说明，不是客户。",
        "这是表头行，不是客户。",
    ]
    assert reasons[3].startswith("从第 6 行起是另一张表")


def test_a_note_under_the_running_numbers_is_named_as_one(session: Session, tmp_path: Path) -> None:
    done = imported(session, tmp_path, "序号|客户名称", "1|甲公司", "2|", "注：1、金额为含税价|")
    assert done.verdicts == ["new", "error"] and "说明" in done.rows[1].reason
