"""A contact and a phone in one cell become a contact and a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.session import Session
from tests.exchange.importer import Done, every, imported, lists, opened

PEOPLE = (
    "SELECT c.name, p.name, coalesce(p.title, ''), coalesce(p.mobile, p.office_phone, ''),"
    " coalesce(p.note, '') FROM contact p JOIN customer c ON c.id = p.customer_id ORDER BY p.id"
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "base").mkdir()
    one = opened(tmp_path / "base")
    yield one
    one.close()


def people(session: Session, tmp_path: Path, headings: str, *rows: str) -> list[tuple[str, ...]]:
    """Import rows, and once more, which changes nothing; return each contact as the file holds it."""
    imported(session, tmp_path, headings, *rows)
    before = lists(session)
    again = imported(session, tmp_path, headings, *rows)
    assert (again.result.added, again.result.updated) == (0, 0)
    assert lists(session) == before
    return [tuple(row) for row in every(session, PEOPLE)]


@pytest.mark.parametrize("heading", ["联系人", "联系人/电话", "联系方式", "电话", "手机"])
@pytest.mark.parametrize(
    ("cell", "name", "title", "phone"),
    [
        ("张三 13812345678", "张三", "", "13812345678"),
        ("张经理/138-1234-5678", "张经理", "", "138-1234-5678"),
        ("李四（采购）0755-88886666", "李四", "采购", "0755-88886666"),
        ("13812345678 张三", "张三", "", "13812345678"),
        ("采购部 张三 13812345678", "张三", "采购部", "13812345678"),
    ],
)
def test_a_name_and_a_phone_in_one_cell_are_a_contact(
    session: Session, tmp_path: Path, heading: str, cell: str, name: str, title: str, phone: str
) -> None:
    found = people(session, tmp_path, f"客户名称|{heading}", f"甲公司|{cell}")
    if heading == "手机":
        assert [row[:3] for row in found] == [("甲公司", name, title)]
    else:
        assert found == [("甲公司", name, title, phone, "")]


def test_several_people_of_a_cell_are_a_contact_each(session: Session, tmp_path: Path) -> None:
    rows = ("甲公司|张三 13812345678、李四（采购经理）13912345678", "乙公司|王五 13712345678")
    assert people(session, tmp_path, "客户名称|联系人", *rows) == [
        ("甲公司", "张三", "", "13812345678", ""),
        ("甲公司", "李四", "采购经理", "13912345678", ""),
        ("乙公司", "王五", "", "13712345678", ""),
    ]


def test_the_name_beside_a_phone_gives_way_to_the_name_of_the_row(session: Session, tmp_path: Path) -> None:
    rows = ("甲公司|张三|张三 13812345678", "乙公司|李四|王五 13912345678", "丙公司||赵六 13712345678")
    assert people(session, tmp_path, "客户名称|联系人|联系方式", *rows) == [
        ("甲公司", "张三", "", "13812345678", ""),
        ("乙公司", "李四", "", "13912345678", "王五"),
        ("丙公司", "赵六", "", "13712345678", ""),
    ]


def test_a_name_with_a_blank_in_it_is_one_of_several_too(session: Session, tmp_path: Path) -> None:
    row = "甲公司|孙 俪/周杰|采购/技术|13812345604/13812345605"
    assert people(session, tmp_path, "客户名称|联系人|职务|手机", row) == [
        ("甲公司", "孙 俪", "采购", "13812345604", ""),
        ("甲公司", "周杰", "技术", "13812345605", ""),
    ]


def test_a_name_alone_under_a_heading_of_both_is_a_contact(session: Session, tmp_path: Path) -> None:
    assert people(session, tmp_path, "客户名称|联系人/电话", "甲公司|张三", "乙公司|13812345678") == [
        ("甲公司", "张三", "", "", ""),
        ("乙公司", None, "", "13812345678", ""),
    ]


def test_as_many_names_as_phones_beside_each_other_are_a_contact_each(
    session: Session, tmp_path: Path
) -> None:
    rows = ("甲公司|王五/赵六|138 0013 8001;138 0013 8002|采购经理、销售", "乙公司|张三、李四|13700000001|")
    assert people(session, tmp_path, "客户名称|联系人|手机|职位", *rows) == [
        ("甲公司", "王五", "采购经理", "138 0013 8001", ""),
        ("甲公司", "赵六", "销售", "138 0013 8002", ""),
        ("乙公司", "张三、李四", "", "13700000001", ""),
    ]


def test_a_title_of_the_row_is_not_lost_for_that_beside_the_name(session: Session, tmp_path: Path) -> None:
    rows = ("甲公司|李四（采购）0755-88886666|总经理", "乙公司|王五（采购）0755-88886666|采购")
    assert people(session, tmp_path, "客户名称|联系人|职位", *rows) == [
        ("甲公司", "李四（采购）", "总经理", "0755-88886666", ""),
        ("乙公司", "王五", "采购", "0755-88886666", ""),
    ]


@pytest.mark.parametrize(
    "cell", ["周末 13812345678", "13812345678（晚上打）", "备用 13812345678", "成都 13812345678"]
)
def test_what_may_be_no_name_goes_to_the_note_and_is_said(
    session: Session, tmp_path: Path, cell: str
) -> None:
    done: Done = imported(session, tmp_path, "客户名称|联系方式", f"甲公司|{cell}")
    (found,) = every(session, PEOPLE)
    assert found[1] is None and found[3] == "13812345678" and found[4] in cell
    assert [flag.problem for flag in done.flags] == ["不是电话、邮箱或账号：已写入联系人备注"]


def test_rows_of_one_customer_with_people_beside_phones_are_its_contacts(
    session: Session, tmp_path: Path
) -> None:
    rows = ("甲公司|张三 13812345678", "甲公司|李四 13912345678", "|王五 13712345678")
    assert people(session, tmp_path, "客户名称|联系方式", *rows) == [
        ("甲公司", "张三", "", "13812345678", ""),
        ("甲公司", "李四", "", "13912345678", ""),
        ("甲公司", "王五", "", "13712345678", ""),
    ]


def test_a_second_phone_column_stays_beside_the_phone_of_the_name(session: Session, tmp_path: Path) -> None:
    rows = ("甲公司|张三 13812345678|021-62345678|z@abc.cn",)
    imported(session, tmp_path, "客户名称|联系人|联系方式|邮箱", *rows)
    sql = "SELECT name, mobile, office_phone, email FROM contact"
    assert every(session, sql) == [("张三", "13812345678", "021-62345678", "z@abc.cn")]


def test_what_lists_show_of_a_contact_is_no_news(session: Session, tmp_path: Path) -> None:
    """Excel left half a number of a mobile; the list of ways that is exported shows it, and comes back."""
    imported(session, tmp_path, "客户编号|客户名称|联系人|手机", "A1|甲公司|张三|1.38E+10")
    again = imported(session, tmp_path, "客户编号|客户名称|联系人|联系方式", "A1|甲公司|张三|1.38E+10")
    assert again.verdicts == ["skip"]
    assert every(session, "SELECT mobile, office_phone FROM contact") == [("1.38E+10", None)]


def test_a_second_column_of_people_and_phones_gives_further_contacts(
    session: Session, tmp_path: Path
) -> None:
    head, row = "客户名称|联系人及电话|联系人及电话", "甲公司|张经理 13812345678|李四（采购）0755-88886666"
    assert people(session, tmp_path, head, row) == [
        ("甲公司", "张经理", "", "13812345678", ""),
        ("甲公司", "李四", "采购", "0755-88886666", ""),
    ]


def test_an_account_that_is_the_phone(session: Session, tmp_path: Path) -> None:
    rows = (
        "甲公司|张三|13812345678|同手机|x",
        "乙公司|李四|13912345678 / 021-55556666|微信：手机号同微信|",
        "丙公司|王五|021-55556666|同手机号|",  # a landline has no account
        "丁公司|赵六|13712345678|同上|y",  # the account of another row is nobody else's
        "戊公司|钱七|13612345678|qian_qi|",
    )
    people(session, tmp_path, "客户名称|联系人|电话|微信|备注", *rows)
    assert every(session, "SELECT name, wechat FROM contact ORDER BY id") == [
        ("张三", "13812345678"),
        ("李四", "13912345678"),
        ("王五", None),
        ("赵六", None),
        ("钱七", "qian_qi"),
    ]
    assert every(session, "SELECT note FROM customer ORDER BY id") == [
        "x",
        None,
        "微信：同手机号",
        "y\n微信：同上",
        None,
    ]


def test_an_account_follows_its_phone(session: Session, tmp_path: Path) -> None:
    for phone in ("13812345678", "13912345678"):
        imported(session, tmp_path, "客户名称|联系人|手机|微信", f"甲公司|张三|{phone}|同手机")
    assert every(session, "SELECT mobile, wechat FROM contact") == [("13912345678", "13912345678")]
