"""People: found by login, kept apart by alias, added by administrators alone."""

from __future__ import annotations

import pytest

from crm_tui.access import policy
from crm_tui.access import store as people
from crm_tui.access.store_policy import load_policy
from crm_tui.errors import BadInput, Refused
from crm_tui.locale import set_language
from crm_tui.session import Session
from tests.opened import saved


@pytest.mark.requirement("S0-02")
def test_whoever_makes_the_database_is_its_administrator(crm: Session) -> None:
    assert people.people(crm.reader) == [people.Person(1, "wang", "王芳", "administrator", 1)]
    assert crm.person == people.by_id(crm.reader, 1)


def test_a_login_is_found_in_any_case_and_width(crm: Session) -> None:
    saved(crm, people.add, "Li.Lei", "李雷", "sales_rep")
    for login in ("li.lei", "LI.LEI", "Ｌi.lei"):
        found = people.by_login(crm.reader, login)
        assert found is not None
        assert found.name == "李雷"
    assert people.by_login(crm.reader, "lilei") is None


def test_a_person_has_a_name_and_other_names_once(crm: Session) -> None:
    first = saved(crm, people.add, " li ", "", "sales_rep", ["小李", " 小李 ", "", "李经理"])
    person = people.by_id(crm.reader, first)
    assert person is not None
    assert (person.login, person.name) == ("li", "li")
    assert people.aliases(crm.reader) == {first: ["小李", "李经理"]}
    assert people.names(crm.reader) == {1: "王芳", first: "li"}


@pytest.mark.parametrize("login", ["", "  ", "two words", "a" * 65, "tab\there", "WANG", "wang"])
def test_a_login_that_cannot_be_is_refused(crm: Session, login: str) -> None:
    with pytest.raises(BadInput):
        crm.write(people.add, login, "某人", "sales_rep")
    assert len(people.people(crm.reader)) == 1


def test_a_name_that_means_two_people_means_nobody(crm: Session) -> None:
    saved(crm, people.add, "li", "李雷", "sales_rep", ["小李"])
    saved(crm, people.add, "lina", "李娜", "sales_rep", ["小李", "李雷"])
    keys = people.name_keys(crm.reader)
    assert keys["李娜"] == 3
    assert keys["li"] == 2
    assert "小李" not in keys
    assert "李雷" not in keys
    assert keys["王芳"] == 1


def test_only_an_administrator_adds_people(crm: Session) -> None:
    assert crm.policy.may("user.add").allowed
    for role in policy.ROLES:
        if role != "administrator":
            login = saved(crm, people.add, role, role, role)
            own = load_policy(crm.database.connection, login, crm.today())
            assert own.may("customer.add").allowed
            decision = own.may("user.add")
            assert not decision.allowed
            assert "人员和团队" in decision.reason
            with pytest.raises(Refused, match="人员和团队"):
                own.demand("user.add")


@pytest.mark.requirement("S0-02")
@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("销售代表", "sales_rep"), ("Sales manager", "sales_manager"), ("客服专员", "service"),
        ("ADMINISTRATOR", "administrator"), ("录入专员", "entry"), ("entry", "entry"),
        ("老板", None), ("", None),
    ],
)  # fmt: skip
def test_a_role_is_named_in_either_language_or_by_key(text: str, role: str | None) -> None:
    for language in ("zh", "en"):
        set_language(language)
        assert policy.role_of(text) == role


def test_role_titles() -> None:
    assert policy.role_title("sales_rep") == "销售代表"
    assert policy.role_title("unheard") == "unheard"
