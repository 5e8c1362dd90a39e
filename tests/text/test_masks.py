"""Masked forms keep only what the documents show, and hide the rest of any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.masks import is_masked, mask_landline, mask_mail, mask_mobile


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+86 138 0013 8000", "138****8000"),
        ("１３８００１３８０００", "138****8000"),
        ("13800138000 / 13900139001", "138****8000 / 139****9001"),
        ("13800138000、139****1234", "138****8000、139****1234"),
        ("13800138000*", "138****8000"),
        ("1380013", "****"),
        ("", ""),
    ],
)
@pytest.mark.requirement("S0-11")
def test_mobile(text: str, shown: str) -> None:
    assert mask_mobile(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("010-62345678", "010-****5678"),
        ("021-62345678-801", "021-****5678"),
        ("(0755)86543210转801", "0755-****3210"),
        ("075586543210", "0755-****3210"),
        ("+86 10 62345678", "010-****5678"),
        ("0755-86****", "0755-86****"),
        ("62345678", "****5678"),
        ("400-820-8820", "****8820"),
        ("95588", "****"),
    ],
)
@pytest.mark.requirement("S2-14")
def test_landline(text: str, shown: str) -> None:
    assert mask_landline(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("zhangsan@qq.com", "zh***@qq.com"),
        ("z@qq.com", "***@qq.com"),
        ("zs@qq.com, wangwu@abc.cn", "z***@qq.com, wa***@abc.cn"),
        ("张三 <zhang@qq.com>", "zh***@qq.com"),
        ("zh***@qq.com", "zh***@qq.com"),
        ("无", "***"),
    ],
)
@pytest.mark.requirement("S3-25")
def test_mail(text: str, shown: str) -> None:
    assert mask_mail(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "138****5678",
        "139****",
        "0755-********",
        "010-…5678",
        "138xxxx5678",
        "wxid_xxxxxxx",
        "zhang*xx",
        "１３８＊＊＊＊5678",
    ],
)
@pytest.mark.requirement("S0-11", "S3-25")
def test_masked_text_is_told(text: str) -> None:
    assert is_masked(text)


@pytest.mark.parametrize("text", ["13800138000", "010-12345678", "zhang@qq.com", "maxx", "等等……", ""])
def test_open_text_is_not_masked(text: str) -> None:
    assert not is_masked(text)


@given(st.text() | st.text("0123456789*xX-+() 转", max_size=30))
def test_no_mask_shows_a_whole_number(text: str) -> None:
    for shown in (mask_mobile(text), mask_landline(text)):
        for part in shown.replace("、", "/").replace(",", "/").split("/"):
            assert sum(sign.isascii() and sign.isdigit() for sign in part) <= 8


@given(st.emails())
def test_no_mask_shows_a_whole_mailbox(mail: str) -> None:
    local = mail.rpartition("@")[0]
    assert f"{local}@" not in mask_mail(mail) or "*" in local
