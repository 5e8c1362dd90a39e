"""Sheets whose column of names is headed by what its customers are, and lists of other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.errors import BadInput
from crm_tui.exchange.mapping import match_headings
from crm_tui.session import Session
from tests.exchange.importer import every, imported, opened


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "base").mkdir()
    one = opened(tmp_path / "base")
    yield one
    one.close()


def fields(headings: str) -> dict[str, str | None]:
    return {one.heading: one.field for one in match_headings(headings.split("|")).columns}


@pytest.mark.parametrize(
    ("headings", "named"),
    [
        ("医院名称|科室|联系人|电话", "医院名称"),
        ("合作社名称|法人代表|县市区", "合作社名称"),
        ("经销商|门店名称|电话", "门店名称"),
        ("学校|联系人|电话", "学校"),
        ("Distributor Name|Contact|Phone", "Distributor Name"),
        ("姓名|学校|电话", "姓名"),
        ("姓名|医院名称|手机", "医院名称"),
        ("备注名|微信昵称|微信号", "备注名"),
        ("客户名称|医院名称|电话", "客户名称"),
    ],
)
def test_what_the_customers_are_heads_their_names(headings: str, named: str) -> None:
    assert [heading for heading, field in fields(headings).items() if field == "name"] == [named]


def test_what_names_no_organisation_is_not_taken_for_a_name() -> None:
    with pytest.raises(BadInput, match="客户名称"):
        match_headings(["产品名称", "规格", "电话"])


def test_a_nickname_stands_in_where_a_remark_is_blank(session: Session, tmp_path: Path) -> None:
    imported(session, tmp_path, "微信昵称|备注名|微信号", "阳光|李总|sun_2020", "Emily||emily_2020")
    assert every(session, "SELECT name, kind FROM customer ORDER BY id") == [
        ("李总", "person"),
        ("Emily", "person"),
    ]
    assert every(session, "SELECT name FROM customer_alias") == ["阳光"]


def test_a_country_is_no_county() -> None:
    assert fields("Company Name|Country|County") == {
        "Company Name": "name",
        "Country": None,
        "County": "biz_district",
    }


def test_lists_of_other_programs_are_understood() -> None:
    hubspot = fields("Company name|Company owner|State/Region|City|Lifecycle Stage|Lead Status")
    assert list(hubspot.values()) == ["name", "owner", "biz_province", "biz_city", "status", None]
    google = fields("First Name|Last Name|Organization Name|Organization Title|Phone 1 - Value")
    assert list(google.values()) == [None, "contact_name", "name", "contact_title", "contact_way"]
    yonyou = fields("客户编码|客户名称|专管业务员名称|区/县|地址|Email地址")
    assert list(yonyou.values()) == ["no", "name", "owner", "biz_district", "biz_address", "email"]
