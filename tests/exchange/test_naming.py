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


def test_a_list_of_people_has_those_of_no_company_too(session: Session, tmp_path: Path) -> None:
    rows = "张伟|13800138001|上海恒达科技有限公司|经理", "李娜|13900139002||", "|13700137003||"
    for _turn in range(2):
        done = imported(session, tmp_path, "姓名|手机|公司|职位", *rows)
    assert done.verdicts == ["skip", "skip", "error"]
    assert every(session, "SELECT name, kind FROM customer ORDER BY id") == [
        ("上海恒达科技有限公司", "company"),
        ("李娜", "person"),
    ]
    assert every(session, "SELECT mobile FROM contact ORDER BY id") == ["13800138001", "13900139002"]


def test_further_contacts_below_a_company_stay_its_own(session: Session, tmp_path: Path) -> None:
    imported(
        session, tmp_path, "公司|姓名|手机", "上海恒达科技有限公司|张伟|13800138001", "|李娜|13900139002"
    )
    assert every(session, "SELECT customer_id, name FROM contact ORDER BY id") == [(1, "张伟"), (1, "李娜")]


def test_a_name_beside_an_organisation_is_the_persons(session: Session, tmp_path: Path) -> None:
    headings = "Name|Given Name|Family Name|Organization 1 - Name|Phone 1 - Value|Labels"
    rows = (
        "張志明|志明|張|台北精密股份有限公司|0912-345-678|客戶 ::: * myContacts",
        "林美惠|美惠|林||0922-333-444|",
    )
    imported(session, tmp_path, headings, *rows)
    assert every(session, "SELECT name FROM customer ORDER BY id") == ["台北精密股份有限公司", "林美惠"]
    assert every(session, "SELECT name FROM contact ORDER BY id") == ["張志明", "林美惠"]
    assert every(session, "SELECT t.name FROM tag t JOIN tag_link l ON l.tag_id = t.id ORDER BY l.id") == [
        "客戶",
        "* myContacts",
    ]
