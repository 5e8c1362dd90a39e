"""Cells as people write them: what each comes to, and that a second import changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.session import Session
from tests.exchange.importer import Done, every, imported, lists, opened


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "base").mkdir()
    one = opened(tmp_path / "base")
    yield one
    one.close()


def taken(session: Session, folder: Path, headings: str, *rows: str) -> Done:
    """Import rows, and once more, which changes nothing."""
    done = imported(session, folder, headings, *rows)
    before = lists(session)
    again = imported(session, folder, headings, *rows)
    assert (again.result.added, again.result.updated) == (0, 0)
    assert lists(session) == before
    return done


def test_ditto_means_the_cell_above(session: Session, tmp_path: Path) -> None:
    done = taken(
        session,
        tmp_path,
        "客户名称|所属行业|经营地址|联系人|手机",
        "甲公司|制造业|上海市杨浦区国定路1号|张三|13812345678",
        "乙公司|同上|〃|李四|13912345678",
        "同上|〃|同上|王五|13712345678",
    )
    assert done.counts["contacts"] == 1
    assert every(session, "SELECT name, industry, biz_detail FROM customer ORDER BY id") == [
        ("甲公司", "manufacturing", "国定路1号"),
        ("乙公司", "manufacturing", "国定路1号"),
    ]
    people = "SELECT c.name, p.name FROM contact p JOIN customer c ON c.id = p.customer_id ORDER BY p.id"
    assert every(session, people) == [("甲公司", "张三"), ("乙公司", "李四"), ("乙公司", "王五")]


def test_a_number_of_taiwan_is_the_code_of_a_company(session: Session, tmp_path: Path) -> None:
    rows = "台灣甲股份有限公司|22099131", "乙有限公司|22099130"
    done = taken(session, tmp_path, "客戶名稱|統一編號", *rows)
    assert [(one.row, one.problem) for one in done.flags] == [
        (3, "8位数字，既不是统一社会信用代码，也不是台湾的统一编号")
    ]
    assert every(session, "SELECT uscc, note FROM customer ORDER BY id") == [
        ("22099131", None),
        ("22099130", None),
    ]


def test_a_number_of_taiwan_tells_a_company_by_itself(session: Session, tmp_path: Path) -> None:
    taken(session, tmp_path, "客戶名稱|統一編號|備註", "甲股份有限公司|22099131|x")
    done = imported(session, tmp_path, "客戶名稱|統編|備註", "甲股份|22099131|y")
    assert done.verdicts == ["suspect"]  # the same number under another name
