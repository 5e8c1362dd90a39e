"""What can be done with a customer file, and what is refused with everything kept."""

from __future__ import annotations

from typing import Any

import pytest

from crm_tui.customers import service
from crm_tui.customers.reading import children, customer_file, find, record, tags, tags_of
from crm_tui.errors import BadInput
from crm_tui.session import Session
from crm_tui.storage import history
from crm_tui.storage.faults import FieldConflict, RecordGone, StaleVersion
from tests.opened import saved

NAME = {"name": "上海恒达贸易有限公司"}


def row(session: Session, customer: int) -> dict[str, Any]:
    found = record(session.reader, "customer_any", customer)
    assert found is not None
    return found


@pytest.mark.requirement("S3-21")
def test_a_new_customer_gets_number_owner_and_kind(crm: Session) -> None:
    first, second = saved(crm, service.add, NAME), saved(crm, service.add, {"name": "乙", "kind": "person"})
    assert [row(crm, one)["no"] for one in (first, second)] == ["C20260311001", "C20260311002"]
    assert (row(crm, first)["owner_id"], row(crm, first)["kind"]) == (1, "company")
    assert row(crm, first)["name_key"] == "上海恒达贸易有限公司"
    assert row(crm, second)["kind"] == "person"


def test_the_number_is_of_the_teams_day(crm: Session, now: Any) -> None:
    now.move_to("2026-03-11T17:00:00+00:00")  # already the 12th in Shanghai
    assert row(crm, saved(crm, service.add, NAME))["no"] == "C20260312001"


@pytest.mark.requirement("S0-05")
def test_a_number_of_ones_own_is_kept_and_counted(crm: Session) -> None:
    own = saved(crm, service.add, {**NAME, "no": "C20260311007"})
    assert row(crm, own)["no"] == "C20260311007"
    assert row(crm, saved(crm, service.add, {"name": "乙"}))["no"] == "C20260311008"
    assert row(crm, saved(crm, service.add, {"name": "丙", "no": "2024-SH-001"}))["no"] == "2024-SH-001"


def test_a_number_is_taken_once_also_by_archived_customers(crm: Session) -> None:
    first = saved(crm, service.add, {**NAME, "no": "A1"})
    with pytest.raises(BadInput, match="A1"):
        crm.write(service.add, {"name": "乙", "no": "A1"})
    crm.write(service.archive, first)
    with pytest.raises(BadInput, match="A1"):
        crm.write(service.add, {"name": "乙", "no": "A1"})


def test_a_customer_needs_a_name_or_a_person(crm: Session) -> None:
    for values, contacts in (({}, ()), ({"name": ""}, [{"mobile": "13800138000"}]), ({"note": "x"}, [{}])):
        with pytest.raises(BadInput):
            crm.write(service.add, values, contacts)
    unnamed = saved(crm, service.add, {"kind": "person"}, [{"name": "李雷"}])
    assert row(crm, unnamed)["name"] is None
    assert history.newest(crm.reader) == 2


@pytest.mark.requirement("S2-10", "S3-12", "S0-19")
def test_contacts_and_tags_come_with_the_customer(crm: Session) -> None:
    customer = saved(
        crm,
        service.add,
        NAME,
        [{"name": "李雷"}, {}, {"name": "韩梅梅", "title": "总监"}],
        ["高意向", " 新标签 ", "高意向"],
    )
    contacts = children(crm.reader, "contact", customer)
    assert [(one["name"], one["is_primary"], one["position"]) for one in contacts] == [
        ("李雷", 1, 0),
        ("韩梅梅", 0, 1),
    ]
    assert sorted(tags_of(crm.reader, [customer])[customer]) == sorted(["高意向", "新标签"])
    assert [tag.used for tag in tags(crm.reader) if tag.name == "新标签"] == [1]


def test_an_edit_moves_only_what_differs(crm: Session) -> None:
    customer = saved(crm, service.add, {**NAME, "need": "样品"})
    seen = row(crm, customer)["changed_in"]
    same = crm.write(service.update, customer, seen, {"need": "样品"})
    assert (same.set_id, same.value) == (None, False)
    crm.write(service.update, customer, seen, {"need": "样品", "note": "新"})
    assert [change.field for change in history.of_set(crm.reader, history.newest(crm.reader))] == ["note"]


def test_an_edit_of_what_somebody_else_changed_is_refused(crm: Session) -> None:
    customer = saved(crm, service.add, NAME)
    seen = row(crm, customer)["changed_in"]
    crm.write(service.update, customer, seen, {"note": "甲的"})
    with pytest.raises(StaleVersion):
        crm.write(service.update, customer, seen, {"note": "乙的"})
    assert row(crm, customer)["note"] == "甲的"


def test_a_former_name_stays_findable(crm: Session) -> None:
    customer = saved(crm, service.add, NAME)
    for name in ("恒达国际", "上海恒达贸易有限公司", "恒达国际"):
        crm.write(service.update, customer, row(crm, customer)["changed_in"], {"name": name})
    names = [(one["name"], one["kind"]) for one in children(crm.reader, "customer_alias", customer)]
    assert names == [("上海恒达贸易有限公司", "former"), ("恒达国际", "former")]
    assert find(crm.reader, "上海恒达贸易有限公司") == customer


def test_a_number_is_neither_cleared_nor_stolen(crm: Session) -> None:
    first, second = saved(crm, service.add, {**NAME, "no": "A1"}), saved(crm, service.add, {"name": "乙"})
    for values in ({"no": ""}, {"no": None}, {"no": "A1"}):
        with pytest.raises(BadInput):
            crm.write(service.update, second, row(crm, second)["changed_in"], values)
    assert crm.write(service.update, second, row(crm, second)["changed_in"], {"no": "A2"}).value
    assert row(crm, first)["no"] == "A1"


def test_the_keys_that_hang_on_values_move_with_them(crm: Session) -> None:
    customer = saved(crm, service.add, {**NAME, "no": "A9", "uscc": "91310000632283571E"})
    assert row(crm, customer)["uscc_key"] == "91310000632283571E"
    values = {"no": "A10", "name": "ＨＥＮＧ　Da", "uscc": None}
    crm.write(service.update, customer, row(crm, customer)["changed_in"], values)
    after = row(crm, customer)
    assert (after["uscc_key"], after["name_key"]) == (None, "hengda")
    assert after["no_sort"] > "A9"


def test_archiving_hides_and_undo_brings_back(crm: Session) -> None:
    customer = saved(crm, service.add, NAME)
    crm.write(service.archive, customer, row(crm, customer)["changed_in"])
    assert customer_file(crm.reader, customer) is None
    with pytest.raises(BadInput):
        find(crm.reader, NAME["name"])
    crm.undo()
    assert find(crm.reader, NAME["name"]) == customer


def contacts_of(session: Session, customer: int) -> list[tuple[str, int]]:
    return [(one["name"], one["is_primary"]) for one in children(session.reader, "contact", customer)]


@pytest.mark.requirement("S2-10")
def test_there_is_one_main_contact(crm: Session) -> None:
    customer = saved(crm, service.add, NAME)
    first = saved(crm, service.add_contact, customer, {"name": "李雷"})
    second = saved(crm, service.add_contact, customer, {"name": "韩梅梅"})
    assert contacts_of(crm, customer) == [("李雷", 1), ("韩梅梅", 0)]
    saved(crm, service.add_contact, customer, {"name": "王总", "is_primary": 1})
    assert contacts_of(crm, customer) == [("王总", 1), ("李雷", 0), ("韩梅梅", 0)]
    seen = record(crm.reader, "contact", second)
    assert seen is not None
    crm.write(service.update_contact, second, seen["changed_in"], {"is_primary": 1})
    assert contacts_of(crm, customer) == [("韩梅梅", 1), ("李雷", 0), ("王总", 0)]
    crm.undo()
    assert contacts_of(crm, customer) == [("王总", 1), ("李雷", 0), ("韩梅梅", 0)]
    assert first


@pytest.mark.requirement("S2-10")
def test_without_its_main_contact_the_next_one_is(crm: Session) -> None:
    customer = saved(crm, service.add, NAME, [{"name": "李雷"}, {"name": "韩梅梅"}])
    first = children(crm.reader, "contact", customer)[0]
    crm.write(service.remove_contact, first["id"], first["changed_in"])
    assert contacts_of(crm, customer) == [("韩梅梅", 1)]
    crm.undo()
    assert contacts_of(crm, customer) == [("李雷", 1), ("韩梅梅", 0)]
    with pytest.raises(StaleVersion):
        crm.write(service.remove_contact, first["id"], first["changed_in"] - 1)


def test_an_empty_contact_is_refused(crm: Session) -> None:
    customer = saved(crm, service.add, NAME)
    with pytest.raises(BadInput):
        crm.write(service.add_contact, customer, {"name": "", "is_primary": 1})


@pytest.mark.requirement("S3-12")
def test_tags_are_set_and_added(crm: Session) -> None:
    customer = saved(crm, service.add, NAME, (), ["甲", "乙"])
    crm.write(service.set_tags, customer, ["乙", "丙"])
    assert tags_of(crm.reader, [customer])[customer] == ["乙", "丙"]
    crm.write(service.add_tags, customer, ["丁", "丙"])
    assert tags_of(crm.reader, [customer])[customer] == ["乙", "丙", "丁"]
    assert crm.write(service.add_tags, customer, ["丁"]).set_id is None
    crm.write(service.set_tags, customer, [])
    assert tags_of(crm.reader, [customer]) == {}
    crm.write(service.set_tags, customer, ["甲"])
    assert tags_of(crm.reader, [customer])[customer] == ["甲"]


@pytest.mark.requirement("S2-26")
def test_projects_hang_on_a_customer(crm: Session) -> None:
    customer = saved(crm, service.add, NAME)
    with pytest.raises(BadInput):
        crm.write(service.add_project, customer, {"amount": 100})
    project = saved(crm, service.add_project, customer, {"name": "一期", "amount": 5000000})
    seen = record(crm.reader, "project", project)
    assert seen is not None
    crm.write(service.update_project, project, seen["changed_in"], {"state": "running"})
    assert [one["amount"] for one in children(crm.reader, "project", customer)] == [5000000]


def test_what_two_did_to_the_tags_is_kept_of_both(crm: Session) -> None:
    customer = saved(crm, service.add, NAME, [], ["甲", "乙"])
    before = ["甲", "乙"]
    crm.write(service.set_tags, customer, ["甲", "丙"], before)
    crm.write(service.set_tags, customer, ["甲", "乙", "丁", "丙"], before)
    assert tags_of(crm.reader, [customer])[customer] == ["甲", "丙", "丁"]
    crm.write(service.set_tags, customer, ["乙"], before)
    assert tags_of(crm.reader, [customer])[customer] == ["丙", "丁"]


def test_another_name_edited_by_two_merges_by_field(crm: Session) -> None:
    customer = saved(crm, service.add, NAME)
    crm.write(service.add_name, customer, "旧名", "former")
    alias = children(crm.reader, "customer_alias", customer)[0]
    crm.write(service.update_name, alias["id"], alias["changed_in"], {"kind": "short"})
    crm.write(service.update_name, alias["id"], alias["changed_in"], {"name": "新名"})
    now = children(crm.reader, "customer_alias", customer)[0]
    assert (now["name"], now["name_key"], now["kind"]) == ("新名", "新名", "short")
    with pytest.raises(FieldConflict):
        crm.write(service.update_name, alias["id"], alias["changed_in"], {"name": "别名"})


def test_a_term_that_two_made_end_before_it_begins_is_refused(crm: Session) -> None:
    customer = saved(crm, service.add, NAME)
    days = {"name": "项目", "starts_on": "2026-01-01", "ends_on": "2026-06-30"}
    project = saved(crm, service.add_project, customer, days)
    seen = children(crm.reader, "project", customer)[0]["changed_in"]
    crm.write(service.update_project, project, seen, {"starts_on": "2026-05-01"})
    with pytest.raises(BadInput, match="2026-05-01 至 2026-04-01"):
        crm.write(service.update_project, project, seen, {"ends_on": "2026-04-01"})
    assert children(crm.reader, "project", customer)[0]["ends_on"] == "2026-06-30"


def test_an_archived_customer_is_archived_once(crm: Session) -> None:
    customer = saved(crm, service.add, NAME)
    crm.write(service.archive, customer)
    with pytest.raises(RecordGone, match="王芳已归档这位客户"):
        crm.write(service.archive, customer)
