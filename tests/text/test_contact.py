"""Mixed cells shared out over the fields of a contact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.contact import is_same_number, parse_mails, parse_phones, split_contact
from tests import pace

CELLS = [
    ("13800138000", {"mobile": "13800138000"}),
    ("138****5678", {"mobile": "138****5678"}),
    ("139****", {"mobile": "139****"}),
    ("0755-********/wxid_xxxxxxx", {"office_phone": "0755-********", "wechat": "wxid_xxxxxxx"}),
    ("微信：wxid_abc", {"wechat": "wxid_abc"}),
    ("wx: abc123", {"wechat": "abc123"}),
    ("V：abc888", {"wechat": "abc888"}),
    ("微信 abc12345", {"wechat": "abc12345"}),
    ("微信：13800138000", {"wechat": "13800138000"}),
    ("13800138000（微信同号）", {"mobile": "13800138000", "wechat": "13800138000"}),
    ("13800138000 微信:同手机", {"mobile": "13800138000", "wechat": "13800138000"}),
    ("13800138000（微信）", {"mobile": "13800138000", "wechat": "13800138000"}),
    ("13800138000 微信：同上", {"mobile": "13800138000", "wechat": "13800138000"}),
    ("13800138000，手机号同微信", {"mobile": "13800138000", "wechat": "13800138000"}),
    ("手机号同微信13800138000", {"mobile": "13800138000", "wechat": "13800138000"}),
    ("13800138000 微信与手机号相同", {"mobile": "13800138000", "wechat": "13800138000"}),
    ("13800138000 數據同步", {"mobile": "13800138000", "rest": "數據同步"}),
    ("微信同号：13800138000", {"mobile": "13800138000", "wechat": "13800138000"}),
    ("电话/微信：13800138000", {"mobile": "13800138000", "wechat": "13800138000"}),
    ("钉钉：zhangsan", {"work_chat": "zhangsan"}),
    ("企业微信: zs@corp", {"work_chat": "zs@corp"}),
    (
        "手机：13800138000 微信：wxid_abc 邮箱：z@qq.com",
        {"mobile": "13800138000", "wechat": "wxid_abc", "email": "z@qq.com"},
    ),
    (
        "010-12345678-801；13800138000；13900139000",
        {"office_phone": "010-12345678-801", "mobile": "13800138000 / 13900139000"},
    ),
    (
        "138 0013 8000 / 张三 <z@qq.com>",
        {"mobile": "138 0013 8000", "email": "z@qq.com", "rest": "张三"},
    ),
    (
        "联系方式：王总，手机13800138000，座机：010-12345678转801，邮箱zhang@abc.com.cn，微信号wang_888",
        {
            "mobile": "13800138000",
            "office_phone": "010-12345678转801",
            "email": "zhang@abc.com.cn",
            "wechat": "wang_888",
            "rest": "王总",
        },
    ),
    ("张三 13800138000 QQ：62345678", {"mobile": "13800138000", "rest": "张三 / QQ：62345678"}),
    ("传真021-87654321 电话021-12345678", {"office_phone": "021-12345678", "rest": "传真021-87654321"}),
    ("+852 9123 4567", {"mobile": "+852 9123 4567"}),
    ("+852 2345 6789", {"office_phone": "+852 2345 6789"}),
    ("1380013800", {"mobile": "1380013800"}),
    ("13800138000@139.com", {"email": "13800138000@139.com"}),
    ("和平饭店 021-62345678", {"office_phone": "021-62345678", "rest": "和平饭店"}),
    ("电话/微信", {"rest": "电话/微信"}),
    ("微信：", {"rest": "微信："}),
    ("2024年3月", {"rest": "2024年3月"}),
    ("", {}),
]


@pytest.mark.parametrize(("cell", "fields"), CELLS)
@pytest.mark.requirement("S0-11", "S1-21", "S2-06")
def test_cell_is_shared_out_over_the_fields(cell: str, fields: dict[str, str]) -> None:
    assert {name: text for name, text in split_contact(cell)._asdict().items() if text} == fields


_PARTS = st.sampled_from(
    [
        "13800138000",
        "010-12345678",
        "a@b.cn",
        "张三",
        "138****5678",
        "zab",
        "+85223456789",
        "400-820-8820",
        "12",
    ]
)


@given(st.text("0123456789-()（）+* @.转/、，；张王abz。\n") | st.lists(_PARTS).map(" / ".join))
def test_nothing_of_a_cell_is_lost(cell: str) -> None:
    kept = " ".join(split_contact(cell))
    for sign in set(cell):
        if sign.isalnum() or sign in "*@":
            assert kept.count(sign) == cell.count(sign), sign


@given(st.text())
def test_any_text_is_taken(cell: str) -> None:
    ways = split_contact(cell)
    assert bool(cell.strip()) == any(ways) or not cell.strip(" \t\r\n\u3000")


def test_longest_cells_take_no_time() -> None:
    with pace.at_most(900):
        for unit in ("a", "1", "1.", "@", "<@", "(", "*", "微信", "1 ", "138 ", "a@b.", "+1 ", "手机："):
            cell = (unit * 32767)[:32767]
            split_contact(cell)
            parse_phones(cell)
            parse_mails(cell)


def test_thirty_thousand_rows_take_about_a_second() -> None:
    cells = [
        "13800138000",
        "010-12345678",
        "（021）6234 5678转801",
        "13800138000、13900139000",
        "王总 138****5678",
    ]
    with pace.at_most(150):
        for cell in cells * 2000:
            parse_phones(cell)


@pytest.mark.parametrize(
    "text",
    [
        "同手机",
        "同手机号",
        "微信同号",
        "手机同号",
        "同號",
        "手機號同微信",
        "微信：同手机号码",
        "（与手机号相同）",
        "手机号",
        "同 电话",
    ],
)
def test_accounts_that_are_the_phone(text: str) -> None:
    assert is_same_number(text)


@pytest.mark.parametrize(
    "text", ["", "同上", "同QQ", "zhang同学", "abc123", "13800138000", "同手机13800138000", "号"]
)
def test_accounts_of_their_own(text: str) -> None:
    assert not is_same_number(text)
