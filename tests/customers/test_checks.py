"""What is remarked on a customer file; nothing is ever refused or altered by it."""

from __future__ import annotations

from typing import Any

import pytest

from crm_tui.customers.checks import (
    IN_FUTURE,
    MASKED,
    MISSING,
    NO_PROJECT,
    NO_REASON,
    TITLE_MISSING,
    UPSIDE_DOWN,
    Finding,
    check,
)
from crm_tui.presets import preset

GOOD = {"name": "上海恒达", "industry": "制造业", "need": "样品", "status": "prospect"}
PERSON = {"name": "李雷", "title": "总监", "mobile": "13800138000"}


def found(
    customer: dict[str, Any], *contacts: dict[str, Any], projects: tuple[dict[str, Any], ...] = ()
) -> list[Finding]:
    """Check a file against the minimum of the preset in use."""
    return check(customer, contacts or (PERSON,), projects, preset().required, "2026-03-11")


def test_a_whole_file_has_no_remark() -> None:
    assert found(GOOD) == []


@pytest.mark.requirement("S3-09", "S2-18")
def test_what_the_minimum_asks_for_is_missed() -> None:
    assert found({}, {}) == [
        Finding(name, MISSING, True) for name in ("name", "industry", "contact_name", "contact_way", "need")
    ]
    assert found({**GOOD, "need": ""}) == [Finding("need", MISSING, True)]


def test_any_way_to_reach_any_contact_is_enough() -> None:
    assert found(GOOD, {"name": "李雷", "title": "总监"}, {"wechat": "wx_1"}) == []


@pytest.mark.requirement("S2-18")
@pytest.mark.parametrize(
    ("code", "fine"),
    [("91350100M000100Y43", True), ("", True), ("91310000632283571", False), ("91310000632283571X", False)],
)
def test_a_credit_code_is_proved(code: str, fine: bool) -> None:
    assert [one.field for one in found({**GOOD, "uscc": code})] == ([] if fine else ["uscc"])


@pytest.mark.requirement("S2-18")
def test_a_contact_without_title_is_remarked_on() -> None:
    assert found(GOOD, {"name": "李雷", "mobile": "13800138000"}) == [
        Finding("contact_title", TITLE_MISSING, True)
    ]


@pytest.mark.parametrize(
    ("values", "finding"),
    [
        ({"status": "lost"}, Finding("lost_reason", NO_REASON, True)),
        ({"status": "won"}, Finding("project_name", NO_PROJECT, True)),
        ({"budget_min": 200, "budget_max": 100}, Finding("budget", UPSIDE_DOWN)),
        ({"first_contact_on": "2026-03-12"}, Finding("first_contact_on", IN_FUTURE)),
        ({"founded_on": "2030-01-01"}, Finding("founded_on", IN_FUTURE)),
    ],
)
def test_what_cannot_be_is_remarked_on(values: dict[str, Any], finding: Finding) -> None:
    assert found({**GOOD, **values}) == [finding]


def test_what_can_be_is_not() -> None:
    assert found({**GOOD, "status": "lost", "lost_reason": "预算取消"}) == []
    assert found({**GOOD, "status": "won"}, projects=({"name": "一期"},)) == []
    assert found({**GOOD, "budget_min": 100, "first_contact_on": "2026-03-11"}) == []


@pytest.mark.parametrize(
    ("values", "field", "problem"),
    [
        ({"mobile": "138****5678"}, "mobile", MASKED),
        ({"mobile": "1380013"}, "mobile", ""),
        ({"email": "nobody@nowhere"}, "email", ""),
    ],
)
def test_phones_and_mails_are_looked_at(values: dict[str, str], field: str, problem: str) -> None:
    (finding,) = found(GOOD, {**PERSON, **values})
    assert finding.field == field
    assert problem in finding.problem
    assert not finding.missing
