"""An address and a phone in one cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.exchange.mapping import match_headings
from crm_tui.exchange.place_cells import apart
from crm_tui.session import Session
from tests.exchange.importer import imported, only, opened


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "base").mkdir()
    one = opened(tmp_path / "base")
    yield one
    one.close()


@pytest.mark.parametrize(
    ("cell", "place", "phones"),
    [
        ("上海市杨浦区国定路1号 021-55660000", "上海市杨浦区国定路1号", "021-55660000"),
        (
            "上海市杨浦区国定路1号、021-55660000/13812345678",
            "上海市杨浦区国定路1号",
            "021-55660000/13812345678",
        ),
        (
            "地址：上海市杨浦区国定路1号 电话：021-55660000转8001",
            "上海市杨浦区国定路1号",
            "021-55660000转8001",
        ),
        ("021-55660000 上海市杨浦区国定路1号", "上海市杨浦区国定路1号", "021-55660000"),
        ("上海市杨浦区国定路20231号", "上海市杨浦区国定路20231号", ""),
        ("13812345678", "", "13812345678"),
        ("", "", ""),
    ],
)
def test_phones_are_cut_off_either_end(cell: str, place: str, phones: str) -> None:
    assert apart(cell) == (place, phones)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("地址电话", "biz_address"),
        ("地址、电话", "biz_address"),
        ("电话/地址", "biz_address"),
        ("单位地址及联系电话", "biz_address"),
        ("注册地址、电话", "reg_address"),
        ("收货地址电话", None),
    ],
)
def test_headings_of_both(heading: str, field: str | None) -> None:
    assert match_headings(["客户名称", heading]).columns[1].field == field


@pytest.mark.parametrize("beside", ["", "|联系电话"])
def test_each_goes_to_its_place(session: Session, tmp_path: Path, beside: str) -> None:
    row = "甲公司|张三|国定路1号 021-55660000" + ("|13812345678" if beside else "")
    for _turn in range(2):
        done = imported(session, tmp_path, "客户名称|联系人|地址、电话" + beside, row)
    assert (done.result.added, done.result.updated) == (0, 0)
    assert only(session, "SELECT biz_detail FROM customer") == "国定路1号"
    found = only(session, "SELECT office_phone, mobile FROM contact")
    assert found == ("021-55660000", "13812345678" if beside else None)
