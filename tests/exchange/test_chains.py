"""决策链 on a sheet: who decides becomes a contact with a role, what cannot be told is how it is decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.exchange.chains import read_chain
from crm_tui.session import Session
from tests.exchange.importer import every, imported, only, opened

ROLES = {"决策人": "decider", "技术": "evaluator", "采购": "purchaser", "负责人": "head"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    one = opened(tmp_path)
    yield one
    one.close()


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("李总（决策人）、王工(技术)", [("李总", "decider"), ("王工", "evaluator")]),
        ("李总（决策人） 王工（技术）", [("李总", "decider"), ("王工", "evaluator")]),
        ("采购：王姐；决策人: 李*", [("王姐", "purchaser"), ("李*", "decider")]),
        ("王工-技术\n采购-赵六", [("王工", "evaluator"), ("赵六", "purchaser")]),
        ("李总（决策人）、王工", []),
        ("李总（总经理）", []),
        ("（决策人）、（技术）", []),
        ("技术/采购/负责人", []),
        ("技术（采购）", []),
        ("需技术部评估，总经理审批", []),
        ("甲公司（决策人）", []),
        ("", []),
    ],
)
@pytest.mark.requirement("S2-07", "S4-09")
def test_a_chain_is_a_list_of_names_with_roles(text: str, links: list[tuple[str, str]]) -> None:
    assert [tuple(link) for link in read_chain(text, ROLES.get)] == links


CONTACTS = "SELECT name, decision_role, is_primary FROM contact ORDER BY position"


@pytest.mark.requirement("S2-07")
@pytest.mark.parametrize("heading", ["决策链", "决策链人员", "决策链角色"])
def test_names_with_roles_become_contacts(session: Session, tmp_path: Path, heading: str) -> None:
    head = f"客户名称|联系人|{heading}"
    imported(session, tmp_path, head, "甲公司|王工|李总（决策人）、王工（技术）")
    assert every(session, CONTACTS) == [("王工", "evaluator", 1), ("李总", "decider", 0)]
    assert imported(session, tmp_path, head, "甲公司|王工|李总（决策人）、王工（技术）").verdicts == ["skip"]
    done = imported(session, tmp_path, head, "甲公司|王工|李总（决策人）、王工（采购）、赵六（技术）")
    assert done.verdicts == ["update"]
    assert every(session, CONTACTS) == [
        ("王工", "purchaser", 1),
        ("李总", "decider", 0),
        ("赵六", "evaluator", 0),
    ]
    session.undo()
    assert every(session, CONTACTS) == [("王工", "evaluator", 1), ("李总", "decider", 0)]


@pytest.mark.requirement("S2-07", "S4-09")
def test_roles_alone_and_texts(session: Session, tmp_path: Path) -> None:
    imported(
        session, tmp_path, "客户名称|联系人|决策链角色", "甲公司|王工|（决策人）", "乙公司|李总|技术/采购"
    )
    assert every(session, CONTACTS + ", id") == [("王工", "decider", 1), ("李总", None, 1)]
    # Whoever is not shown who decides reads the note: it is no place for that.
    texts = "SELECT note, decision_process FROM customer ORDER BY id"
    assert every(session, texts) == [(None, None), (None, "决策链角色：技术/采购")]
    assert not every(session, "SELECT label FROM word WHERE kind = 'decision_role' AND label LIKE '%/%'")


@pytest.mark.requirement("S2-07", "S2-11")
def test_a_text_of_who_decides_is_kept_once_beside_the_process(session: Session, tmp_path: Path) -> None:
    head = "客户名称|决策流程|决策链人员|备注"
    row = "甲公司|先试用再招标|老板拍板，王工只管用|展会上说过"
    imported(session, tmp_path, head, row)
    texts = "SELECT decision_process, note FROM customer"
    told = "先试用再招标\n决策链人员：老板拍板，王工只管用"
    assert every(session, texts) == [(told, "展会上说过")]
    assert imported(session, tmp_path, head, row).verdicts == ["skip"]
    assert imported(session, tmp_path, head, row.replace("展会", "电话")).verdicts == ["update"]
    assert every(session, texts) == [(told, "电话上说过")]
    imported(session, tmp_path, "客户名称|决策链人员", "甲公司|老板和他爱人商量着来")
    assert every(session, texts) == [(f"{told}\n决策链人员：老板和他爱人商量着来", "电话上说过")]
    session.undo()
    assert every(session, texts) == [(told, "电话上说过")]


@pytest.mark.requirement("S2-14")
def test_a_landline_without_area_code_is_found_by_that_of_its_city(session: Session, tmp_path: Path) -> None:
    head = "客户名称|地址|电话"
    imported(
        session, tmp_path, head, "甲公司|广东省深圳市南山区科苑路1号|86712345", "乙公司|上海市静安区|62345678"
    )
    assert every(session, "SELECT office_phone FROM contact ORDER BY id") == ["86712345", "62345678"]
    assert every(session, "SELECT key FROM contact_key ORDER BY key") == ["02162345678", "075586712345"]
    customer = only(session, "SELECT id FROM customer WHERE name = '甲公司'")
    assert only(session, "SELECT customer_id FROM contact_key WHERE key = '075586712345'") == customer
