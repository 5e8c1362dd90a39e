"""The order of names: as a phone book has it."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.fold import searchable
from crm_tui.text.pinyin import (
    NO_NAME,
    is_syllable,
    jump_keys,
    key_of_folded,
    reading,
    readings,
    sort_key,
    syllables,
)
from crm_tui.text.surnames import READINGS, surname_readings

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


def test_a_character_has_every_reading_that_names_have() -> None:
    several = (
        "重 长 乐 行 都 厦 佛 六 曾 单 仇 区 解 朴 盖 尉 查 翟 召 覃 缪 秘 员 阿 番 蚌 模 弹 什 莘 泌 勒"
    )
    assert [char for char in several.split() if len(readings(char)) < 2] == []
    assert readings("行") == ("hang", "xing") and readings("吕") == ("lv",) and readings("a") == ()
    assert readings("長") == readings("长") and "qian" in readings("乾") and readings("鋐") == ("hong",)
    assert {one for char in READINGS if len(char) == 1 for one in [READINGS[char]]} <= syllables()
    assert all(READINGS[char] in readings(char) for char in READINGS if len(char) == 1)
    assert surname_readings("尉迟恭") == ("yu", "chi") and surname_readings("单雄信") == ("shan",)
    assert surname_readings("王伟") == () == surname_readings("")


def test_the_reading_that_sorts_is_one_of_the_readings_and_a_syllable() -> None:
    chars = [chr(code) for code in range(0x3400, 0xA000) if reading(chr(code))]
    assert len(chars) > 20_000
    assert [char for char in chars if reading(char) not in readings(char)] == []
    bare = {one for char in chars for one in readings(char) if not is_syllable(one)}
    assert bare <= {"m", "n", "ng", "hm", "hng"} and not is_syllable("") and is_syllable("er")


def test_names_are_reached_by_both_ways_to_read_their_initials(test_data: Path) -> None:
    with (test_data / "real/pinyin_initials_disagree.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 22
    for row in rows:
        initials = [{one[0] for one in readings(char)} or {char} for char in searchable(row["short_name"])]
        spelled = {"".join(found) for found in itertools.product(*initials)}
        for column in ("initials_in_source", "initials_by_pypinyin"):
            # The source has the share's letter behind some (科德数 with kdsk for 科德数控).
            assert any(row[column][: len(row["short_name"])] == one for one in spelled), row
