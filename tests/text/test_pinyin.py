"""The order of names: as a phone book has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.pinyin import NO_NAME, jump_keys, key_of_folded, reading, sort_key

BOOK = (
    "3M中国 9号 12号 ABC科技 阿里巴巴 北京 长沙 重庆 élan 广州 李安 李伟 里安 SAP"
    " 上海 上海恒达 厦门 張三 张三丰 ★星"
)


@pytest.mark.requirement("S3-19")
def test_names_stand_as_in_a_phone_book_and_no_name_last() -> None:
    book = BOOK.split()
    assert sorted([*reversed(book), ""], key=sort_key) == [*book, ""]
    assert sort_key("恆達（上海）") == sort_key("恒达(上海)") == sort_key(" 恒达 (上海)")
    assert [reading(char) for char in "重长厦绿恒嗯a"] == ["chong", "chang", "xia", "lv", "heng", "n", ""]


def test_a_letter_a_syllable_or_a_name_leads_to_its_place() -> None:
    def leads(prefix: str, name: str) -> bool:
        return sort_key(name) >= jump_keys(prefix)[0]

    assert leads("s", "SAP") and leads("sh", "上海") and not leads("sh", "三一") and not leads("zh", "曾")
    assert sort_key("上海").startswith(jump_keys("上")[0]) and leads("12", "12号") and not leads("12", "9号")
    assert jump_keys("shanghai")[0] == jump_keys("shang")[0] and jump_keys(" ") == ()


@given(st.text(max_size=40))
def test_any_text_has_a_key_that_can_be_stored(text: str) -> None:
    key = key_of_folded(text)
    assert key and (key == NO_NAME) == (text == "")
    if not any(0xD800 <= ord(char) < 0xE000 for char in text):
        key.encode()
