"""Encodings and delimiters as Chinese offices write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.exchange.encoding import STRANGE, decode, delimiter, split_mark
from crm_tui.exchange.guard import Refused

LINE = "客户名称,联系人,备注\n上海科技有限公司,张三,采购经理\n"
TAIWAN = "公司名稱,董事長,住址\n茂生農經股份有限公司,吳清德,台北市和平西路一段三十號二樓\n"
COMMON = st.text(
    st.sampled_from("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发")
)


def code_of(data: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        decode(data)
    return caught.value


@pytest.mark.parametrize(
    ("text", "written", "told"),
    [
        (LINE, "utf-8", "utf-8"),
        (LINE, "utf-8-sig", "utf-8"),
        (LINE, "gbk", "gb18030"),
        (LINE, "gb18030", "gb18030"),
        (LINE + "㐂𠮷野家,𬭎,龘\n", "gb18030", "gb18030"),
        (LINE, "utf-16", "utf-16"),
        (TAIWAN, "big5", "big5"),
        (TAIWAN, "gbk", "gb18030"),
        (TAIWAN, "utf-8-sig", "utf-8"),
        ("name,phone\nA,1\n", "ascii", "utf-8"),
    ],
)
def test_every_usual_encoding_is_found(text: str, written: str, told: str) -> None:
    assert decode(text.encode(written)) == (text, told, "")


def test_utf_16_in_the_other_byte_order() -> None:
    assert decode(b"\xfe\xff" + LINE.encode("utf-16-be")) == (LINE, "utf-16", "")


@pytest.mark.parametrize("written", ["utf-8", "gb18030", "utf-16"])
def test_a_file_cut_inside_a_character(written: str) -> None:
    cut = (LINE + "上").encode(written)[:-1]
    assert code_of(cut).code == "cut_text"


def test_a_broken_line_is_named() -> None:
    broken = LINE.encode("gbk") * 3 + b"\xff\xff,A\n" + LINE.encode("gbk")
    fault = code_of(broken)
    assert (fault.code, fault.details["line"]) == ("encoding", 7)
    fault = code_of(b"\xef\xbb\xbf" + LINE.encode() + "电话".encode("gbk") + b"\n")
    assert (fault.code, fault.details["line"]) == ("encoding", 3)


@pytest.mark.parametrize("data", [b"a,b\x00c\n", b"a\x01b,\x02c\n", bytes(range(1, 32))])
def test_control_characters_are_no_text(data: bytes) -> None:
    assert code_of(data).code == "not_sheet"


def test_a_stray_control_character_is_no_reason_to_refuse() -> None:
    assert decode("客户名称,备注\n甲,a\x07b\n".encode()).text == "客户名称,备注\n甲,a\x07b\n"


def test_the_end_mark_of_old_systems_is_dropped() -> None:
    assert decode(b"a,b\n1,2\n\x1a").text == "a,b\n1,2\n"


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc", "Cn"]), min_size=1))
def test_utf_8_text_comes_back(text: str) -> None:
    assert decode(b"\xef\xbb\xbf" + text.encode()) == (text, "utf-8", "")


@given(COMMON)
def test_simplified_text_is_never_taken_for_big5(text: str) -> None:
    data = f"客户名称,{text}\n".encode("gbk")
    assert decode(data).encoding in ("gb18030", "utf-8")


SHORT = [
    "张伟",
    "客户名称\n上海恒达\n",
    "name\n陈静,1\n",
    "甲公司,13812345678\n",
    "北京",
    "编号,名称\n1,欧阳娜娜\n",
]
SHORT_TAIWAN = [
    "林淑芬",
    "客戶名稱\n台積電\n",
    "name\n陳志明,1\n",
    "聯絡人,電話\n",
    "台北市",
    "編號,名稱\n1,黃俊傑\n",
]


@pytest.mark.parametrize("text", SHORT + SHORT_TAIWAN)
def test_short_text_is_read_by_the_right_table(text: str) -> None:
    taiwan = text in SHORT_TAIWAN
    found = decode(text.encode("big5" if taiwan else "gbk"))
    assert (found.text, found.encoding) == (text, "big5" if taiwan else "gb18030")
    assert decode(text.encode("gbk")).text == text  # traditional characters in the mainland's table


@pytest.mark.parametrize("written", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [LINE, TAIWAN, "name,phone\nA,1\n", "甲\n乙\n", LINE * 900])
def test_utf_16_without_a_mark(text: str, written: str) -> None:
    assert decode(text.encode(written)) == (text, "utf-16", "")


def test_what_two_tables_can_read_is_told_and_can_be_chosen() -> None:
    data = "name\n闫妮\n".encode("gbk")  # two rare characters, as likely by the other table
    found = decode(data)
    assert {found.encoding, found.other} == {"gb18030", "big5"}
    assert decode(data, "gb18030").text == "name\n闫妮\n"
    assert decode(LINE.encode("utf-16-be"), "utf-16") == decode(LINE.encode("utf-8-sig"), "utf-8")._replace(
        encoding="utf-16"
    )
    with pytest.raises(Refused) as caught:
        decode(b"a\nb\n" + LINE.encode("gbk"), "utf-8")
    assert (caught.value.code, caught.value.details) == ("wrong_encoding", {"encoding": "utf-8", "line": 3})


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("会社名,電話\n株式会社テスト,03\n", "shift_jis"),
        ("회사명,전화\n삼성전자,02\n", "euc_kr"),
        ("Name,City\nMüller GmbH,Köln\n", "latin-1"),
    ],
)
def test_what_reads_like_no_chinese_is_told(text: str, written: str) -> None:
    assert decode(text.encode(written)).other == STRANGE


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        assert decode(data).encoding in ("utf-8", "gb18030", "big5", "utf-16")
    except Refused as refused:
        assert refused.code in ("cut_text", "encoding", "not_sheet")


@pytest.mark.parametrize("mark", [",", "\t", ";", "|", "，"])
def test_the_delimiter_is_found(mark: str) -> None:
    rows = [["客户名称", "电话", "备注"], ["上海", "1", '"好,吗;是|的\t"'], ["北京", "2", ""]]
    assert delimiter("\n".join(mark.join(row) for row in rows)) == mark


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("客户名称\n上海\n北京\n", ","),
        ("客户名称,地址\n上海，北京,路\n广州，深圳,街\n", ","),
        ("客户名称;金额\n上海;1,5\n北京;2,5\n", ";"),
        ("标题\n\n客户名称\t电话\n上海\t1\n", "\t"),
        ("", ","),
    ],
)
def test_unclear_text_gets_the_likely_delimiter(text: str, mark: str) -> None:
    assert delimiter(text) == mark


def test_a_line_that_names_the_delimiter() -> None:
    assert split_mark("sep=;\r\na;b\r\n") == (";", "\r\na;b\r\n"[1:])
    assert split_mark("a;b\n") == ("", "a;b\n")
