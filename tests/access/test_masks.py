"""Every sensitive field of the registry has a mask, and what a mask shows tells nothing it should hide."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.access import masks
from crm_tui.access.verbs import GROUPS
from crm_tui.customers import document
from crm_tui.customers.fields import FIELDS

COMPUTED = {"decision_chain"}  # of contacts' decision roles, which have a mask themselves


def test_each_sensitive_column_has_a_mask_of_its_group() -> None:
    wanted = {
        (field.entity, column): field.sensitive
        for field in FIELDS.values()
        if field.sensitive and field.name not in COMPUTED
        for column in field.columns
    }
    held = {
        (table, column): group
        for table, fields in masks.MASKS.items()
        for column, (group, _how) in fields.items()
    }
    assert held == wanted
    assert set(held.values()) <= set(GROUPS)


def test_each_sensitive_field_has_its_cells_hidden_with_it() -> None:
    held = {name: groups for name, groups in masks.CELLS.items() if name not in COMPUTED}
    wanted = {
        field.name: (field.sensitive,)
        for field in FIELDS.values()
        if field.sensitive and field.name not in COMPUTED
    }
    assert held == wanted
    assert set(masks.CELLS) - set(held) == COMPUTED


def test_cells_of_a_sheet_lose_what_is_hidden_and_nothing_else() -> None:
    cells = {
        "name": ["恒达", "恒达"],
        "mobile:2": ["138", "138"],
        "budget#2": ["5万", None],
        "=备注": ["x", None],
    }
    text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    assert masks.public_cells(text, "") == text
    assert masks.public_cells(text, " amount") == text
    assert set(json.loads(masks.public_cells(text, " budget contact") or "")) == {"name", "=备注"}
    assert set(json.loads(masks.public_cells(text, " budget") or "")) == {"name", "mobile:2", "=备注"}
    assert masks.public_cells(None, " budget") is None


def test_the_private_lines_are_those_about_contacts() -> None:
    assert set(masks.PRIVATE_LINES) == {document.CONTACT, document.PHONE, document.MAIL, document.CHAT}


def test_a_document_keeps_the_lines_that_everybody_may_read() -> None:
    whole = document.build(
        [
            (document.NAME, "上海恒达"),
            (document.CONTACT, "张伟"),
            (document.PHONE, "13800138000"),
            (document.MAIL, "zhang@hengda.cn"),
            (document.CHAT, "zw88"),
            (document.NUMBER, "C1"),
        ]
    )
    shown = masks.public_lines(whole)
    assert document.lines(shown or "") == [(document.NAME, "上海恒达"), (document.NUMBER, "c1")]
    assert masks.public_lines("") == ""
    assert masks.public_lines(None) is None


@pytest.mark.requirement("S0-25")
@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("crm_hidden_mobile", "13812345678", "138****5678"),
        ("crm_hidden_landline", "010-82345678", "010-****5678"),
        ("crm_hidden_mail", "zhangwei@hengda.cn", "zh***@hengda.cn"),
        ("crm_hidden_name", "张伟", "张**"),
        ("crm_hidden_name", None, None),
        ("crm_hidden_mobile", "", None),
    ],
)
def test_what_stands_in_the_place_of_a_hidden_value(name: str, text: str | None, shown: str | None) -> None:
    assert masks.FUNCTIONS[name](text) == shown


@given(st.text(min_size=3, max_size=40))
def test_no_mask_shows_a_whole_value(text: str) -> None:
    for name in ("crm_hidden_mobile", "crm_hidden_landline", "crm_hidden_mail", "crm_hidden_name"):
        shown = masks.FUNCTIONS[name](text)
        assert shown is None or "*" in shown or shown != text
