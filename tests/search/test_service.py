"""Each reason by which a customer is found, what comes first, and what no text can break."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_tui.customers import service as customers
from crm_tui.customers.filter_fields import All, Condition, Not_
from crm_tui.search import reasons, store
from crm_tui.search.parsing import parse
from crm_tui.search.scoring import score
from crm_tui.search.service import Found, search
from crm_tui.search.spans import spans
from crm_tui.search.tiers import tiers
from crm_tui.session import Session
from crm_tui.storage.driver import sqlite3
from tests.bench.search_cases import HARD

Find = Callable[..., Found]

STORIES = (
    ("华为", "深圳华为技术有限公司", reasons.NAME),
    ("万东医疗", "北京万东医疗科技股份有限公司", reasons.SHORT),
    ("国盛金控", "国盛证券股份有限公司", reasons.FORMER),
    ("广东国盛金控集团股份有限公司", "国盛证券股份有限公司", reasons.FORMER),
    ("启发电", "啟發電子股份有限公司", reasons.SHORT),
    ("啓發電", "啟發電子股份有限公司", reasons.SHORT),
    ("ＴＣＬ科技", "TCL科技集团股份有限公司", reasons.SHORT),
    ("海华", "青海华鼎实业股份有限公司", reasons.SHORT),
    ("*ST海华", "青海华鼎实业股份有限公司", reasons.SHORT),
    ("共信-KY", "共信醫藥科技控股股份有限公司", reasons.SHORT),
    ("huawei", "深圳华为技术有限公司", reasons.PINYIN),
    ("huaw", "深圳华为技术有限公司", reasons.SPELT),
    ("hwjs", "深圳华为技术有限公司", reasons.INITIALS),
    ("hweijs", "深圳华为技术有限公司", reasons.SPELT),
    ("华wei", "深圳华为技术有限公司", reasons.PINYIN),
    ("wdyl", "北京万东医疗科技股份有限公司", reasons.INITIALS),
    ("cbjt", "重庆百货大楼股份有限公司", reasons.INITIALS),
    ("zbjt", "重庆百货大楼股份有限公司", reasons.INITIALS),
    ("cy", "长园科技集团股份有限公司", reasons.INITIALS),
    ("zy", "长园科技集团股份有限公司", reasons.INITIALS),
    ("xian", "西安煤航软件有限公司", reasons.PINYIN),
    ("hyra", "华域软件股份有限公司", reasons.INITIALS),
    ("tclkj", "TCL科技集团股份有限公司", reasons.INITIALS),
    ("上汽", "上海汽车集团股份有限公司", reasons.APART),
    ("美克家居", "美克国际家居用品股份有限公司", reasons.APART),
    ("mkjj", "美克国际家居用品股份有限公司", reasons.INITIALS),
    ("上海泊雅", "杭州泊雅化妆品（上海）有限公司", reasons.APART),
    ("华唯技术", "深圳华为技术有限公司", reasons.SOUND),
    ("万冬医疗", "北京万东医疗科技股份有限公司", reasons.SOUND),
    ("万西医疗", "北京万东医疗科技股份有限公司", reasons.TYPO),
    ("宁波精连", "宁波精达成形装备股份有限公司", reasons.TYPO),
    ("万医东疗", "北京万东医疗科技股份有限公司", reasons.TURNED),
    ("faweijisu", "深圳华为技术有限公司", reasons.ALIKE),
    ("linbojinda", "宁波精达成形装备股份有限公司", reasons.ALIKE),
    ("xianmeihan", "西安煤航软件有限公司", reasons.PINYIN),
    ("meikeguojiji", "美克国际家居用品股份有限公司", reasons.PINYIN),
    ("wdylk", "北京万东医疗科技股份有限公司", reasons.INITIALS),
    ("wdlkj", "北京万东医疗科技股份有限公司", reasons.INITIALS),
    ("mvsc", "华域软件股份有限公司", reasons.ENGLISH),
    ("metrovalleysoftware", "华域软件股份有限公司", reasons.ENGLISH),
    ("任小飞华为", "深圳华为技术有限公司", reasons.CONTACT),
    ("恒达李娜", "恒达机械（昆山）有限公司", reasons.CONTACT),
    ("138 8888", "深圳华为技术有限公司", reasons.PHONE_ENDS),
    ("138****8888", "深圳华为技术有限公司", reasons.PHONE_ENDS),
    ("电话:138****8888", "深圳华为技术有限公司", reasons.PHONE_ENDS),
    ("138 0000", "深圳华为技术有限公司", reasons.PHONE),
    ("深圳的华为", "深圳华为技术有限公司", reasons.NAME),
    ("杭州的万东", "北京万东医疗科技股份有限公司", reasons.SHORT),
    ("苏州 恒达", "恒达机械（昆山）有限公司", reasons.NAME),
    ("huawie", "深圳华为技术有限公司", reasons.LETTER_TYPO),
    ("huwawei", "深圳华为技术有限公司", reasons.LETTER_TYPO),
    ("huwaei", "深圳华为技术有限公司", reasons.LETTER_TYPO),
    ("hnegda", "恒达机械（昆山）有限公司", reasons.LETTER_TYPO),
    ("metrovalley", "华域软件股份有限公司", reasons.ENGLISH),
    ("seimens", "Siemens Industrial Software Ltd.", reasons.LETTER_TYPO),
    ("siem", "Siemens Industrial Software Ltd.", reasons.NAME),
    ("恒达设备", "恒达机械（昆山）有限公司", reasons.CORE),
    ("13800008878", "深圳华为技术有限公司", reasons.DIGIT_TYPO),
    ("machinery", "恒达机械（昆山）有限公司", reasons.TRANSLATED),
    ("8888", "深圳华为技术有限公司", reasons.PHONE_TAIL),
    ("138 0000 8888", "深圳华为技术有限公司", reasons.PHONE),
    ("88886666", "恒达机械（昆山）有限公司", reasons.LINE_TAIL),
    ("36681958", "啟發電子股份有限公司", reasons.LINE_TAIL),
    ("03-668-1958", "啟發電子股份有限公司", reasons.PHONE),
    ("+886-3-668-1958", "啟發電子股份有限公司", reasons.LINE_TAIL),
    ("5678", "共信醫藥科技控股股份有限公司", reasons.PHONE_TAIL),
    ("0912 345 678", "共信醫藥科技控股股份有限公司", reasons.PHONE),
    ("0912-345", "共信醫藥科技控股股份有限公司", reasons.PHONE),
    ("886912345678", "共信醫藥科技控股股份有限公司", reasons.PHONE_TAIL),
    ("gomax-electronics.com.tw", "啟發電子股份有限公司", reasons.MAIL),
    ("www.gomax-electronics.com.tw", "啟發電子股份有限公司", reasons.MAIL),
    ("lina@hengda.example", "恒达机械（昆山）有限公司", reasons.MAIL),
    ("李娜", "恒达机械（昆山）有限公司", reasons.CONTACT),
    ("shanxx", "上海汽车集团股份有限公司", reasons.SPELT),
    ("价格敏感", "恒达机械（昆山）有限公司", reasons.TAG),
    ("标签:高意", "深圳华为技术有限公司", reasons.TAG),
    ("电话:8888", "深圳华为技术有限公司", reasons.PHONE_TAIL),
    ("360", "360安全科技股份有限公司", reasons.NAME),
    ("91310114MA1GY", "宁波精达成形装备股份有限公司", reasons.CODE),
    ("91310114MA1GYTEST5", "宁波精达成形装备股份有限公司", reasons.CODE),
    ("恒达 李娜", "恒达机械（昆山）有限公司", reasons.CONTACT),
    ("北京 万东", "北京万东医疗科技股份有限公司", reasons.SHORT),
)


@pytest.mark.requirement("S0-26")
def test_a_customer_is_found_by_each_kind_of_text_with_its_reason(find: Find, known: dict[str, int]) -> None:
    wrong = []
    for text, name, reason in STORIES:
        found = find(text)
        best = found.hits[0] if found.hits else None
        if best is None or (best.id, best.reason) != (known[name], reason):
            wrong.append((text, name, reason, best))
    assert not wrong


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("北京五八同城信息技术有限公司", ("58同城", "58", "五八同城", "58tc")),
        ("58同城信息技术有限公司", ("58同城", "五八同城", "五八")),
        ("北京三六零科技有限公司", ("360科技", "三六零")),
        ("3只松鼠股份有限公司", ("三只松鼠", "3只松鼠")),
        ("福建七匹狼实业股份有限公司", ("7匹狼", "福建7匹狼")),
        ("中国第一汽车集团有限公司", ("1汽", "一汽")),
        ("21世纪不动产经纪有限公司", ("二十一世纪", "二一世纪不动产", "21世纪")),
        ("二十一世纪不动产经纪有限公司", ("21世纪", "二十一世纪")),
        ("成都8848户外用品有限公司", ("八八四八", "8848")),
        ("北京二〇四九新能源有限公司", ("2049", "二零四九新能源")),
        ("中国建筑第八工程局有限公司", ("中建8局", "中建八局")),
        ("上海市第六人民医院", ("上海6院", "第6人民医院")),
    ],
)
def test_digits_and_chinese_numerals_of_a_name_are_one(
    find: Find, crm: Session, name: str, texts: tuple[str, ...]
) -> None:
    one = crm.write(customers.add, {"name": name}).value
    assert [(text, [hit.id for hit in find(text).hits[:1]]) for text in texts] == [
        (text, [one]) for text in texts
    ]


def test_numbers_that_are_written_otherwise_are_marked() -> None:
    assert spans("北京五八同城信息技术有限公司", parse("58同城").terms) == [(2, 6)]
    assert spans("58同城信息技术有限公司", parse("五八同城").terms) == [(0, 4)]


@pytest.mark.parametrize(
    "text",
    [
        "任小飞经理", "任小飞先生", "华为的任总", "华为任总", "任小飞8888", "8888任小飞", "华为8888",
        "https://www.huawei.example/about/index.html", "huaei.example", "szhwjsyxgs",
        "13800008878", "1380000888", "138000088888", "13800080888",
        "shenzhenhaweijishu", "shenhzenhuaweijishu",
        "Shenzhen Huawei Technology Co., Ltd.", "Huawei Tech", "Shenzhen Huawei Fine Goods", "深圳华唯",
    ],
)  # fmt: skip
def test_what_is_typed_beside_a_name_or_with_a_slip_is_understood(
    find: Find, known: dict[str, int], text: str
) -> None:
    assert [hit.id for hit in find(text).hits[:1]] == [known["深圳华为技术有限公司"]]


@pytest.mark.parametrize(
    "text", ["fanglinguoji", "fanglinguojimaoyi", "芳lin国际", "fang lin guo ji", "芳林国际", "flgj"]
)
def test_who_spells_a_name_leaves_out_what_stands_in_brackets(find: Find, crm: Session, text: str) -> None:
    one = crm.write(customers.add, {"name": "芳林（大连）国际贸易有限公司"}).value
    assert [hit.id for hit in find(text).hits[:1]] == [one]


def test_of_a_place_and_a_brand_that_is_not_there_the_place_alone_is_no_answer(find: Find) -> None:
    assert not find("南京 恒瑞").hits
    assert not find("南京恒瑞").hits


def test_the_bank_is_found_by_what_everybody_calls_it(find: Find, crm: Session) -> None:
    for text, name in (("工行", "中国工商银行股份有限公司"), ("南航", "中国南方航空股份有限公司")):
        one = crm.write(customers.add, {"name": name}).value
        assert [(hit.id, hit.reason) for hit in find(text).hits[:1]] == [(one, reasons.APART)]


@pytest.mark.parametrize("text", ["138 8888", "138****8888"])
def test_start_and_end_of_a_phone_are_what_is_marked_of_it(text: str) -> None:
    assert spans("13888118888", parse(text).terms) == [(0, 3), (7, 11)]


@pytest.mark.requirement("S3-12")
@pytest.mark.requirement("S4-05")
def test_a_field_before_a_colon_keeps_the_search_within_it(find: Find, known: dict[str, int]) -> None:
    assert [hit.id for hit in find("标签:高意向").hits] == [known["深圳华为技术有限公司"]]
    assert not find("邮箱:8888").hits
    assert find("联系人:张伟").hits[0].reason == reasons.CONTACT
    assert not find("联系人:华为").hits


@pytest.mark.requirement("S3-19")
def test_conditions_and_the_filter_of_a_list_narrow_a_search(find: Find, crm: Session) -> None:
    everyone = find("贸易")
    assert len(everyone.hits) == 14
    assert [hit.id for hit in find("贸易 负责人:我").hits] == [hit.id for hit in everyone.hits]
    won = Condition("status", "is", ("won",))
    assert not find("贸易", where=won).hits
    assert find("负责人:我", limit=5).more
    nobody, me = (Condition("owner", "is", (one,)) for one in ("999", "me"))
    assert not find("贸易", where=nobody).hits and len(find("贸易", where=All((me, Not_(won)))).hits) == 14
    # While its value is typed a condition is no error.
    assert find("砚石 行业:没有这样的").terms


def test_what_was_just_saved_is_found_and_what_was_put_away_is_not(find: Find, crm: Session) -> None:
    one = crm.write(customers.add, {"name": "苏州宏图刀具有限公司"}).value
    assert [hit.id for hit in find("宏图刀具").hits] == [one]
    crm.write(customers.archive, one)
    assert not find("宏图刀具").hits


def test_ones_own_and_the_lately_opened_come_first_among_equals(
    find: Find, crm: Session, known: dict[str, int]
) -> None:
    newest, older = (hit.id for hit in find("砚石").hits)
    assert newest > older
    assert find("砚石", opened=(older,)).hits[0].id == older


def test_equal_matches_come_in_one_order(find: Find) -> None:
    assert find("贸易") == find("贸易")
    few = find("贸易", limit=3)
    assert few.more
    assert few.hits == find("贸易").hits[:3]


def test_any_text_is_answered(find: Find) -> None:
    for text in HARD:
        assert len(find(text).hits) <= 50
    assert not find("").hits
    assert not find("%").hits
    assert not find("有限公司").hits


def test_an_interrupted_search_gives_what_it_has(find: Find, crm: Session) -> None:
    assert find("贸易", cancelled=lambda: True).late
    crm.reader.set_progress_handler(lambda: 1, 1)
    try:
        found = find("贸易")
    finally:
        crm.reader.set_progress_handler(None, 0)
    assert found.late
    assert not found.hits
    assert find("贸易").hits


def test_the_deadline_ends_a_statement_that_runs(find: Find, crm: Session, monkeypatch: Any) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    monkeypatch.setattr(store, "matching", lambda reader, *_rest: reader.execute(endless).fetchall())
    assert find("贸易", deadline_ms=30).late


def test_without_index_the_documents_are_read(find: Find, crm: Session, known: dict[str, int]) -> None:
    connection = crm.database.connection
    connection.execute("UPDATE search_index SET damaged_at = '2026-03-11T02:00:00Z'")
    found = find("华为")
    assert found.scan == "damaged"
    assert found.hits[0].id == known["深圳华为技术有限公司"]
    assert find("8888").hits[0].reason == reasons.PHONE_TAIL


def test_a_damage_that_a_search_meets_first_makes_it_read_the_documents(
    find: Find, known: dict[str, int], monkeypatch: Any
) -> None:
    def broken(*_args: object) -> list[Any]:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(store, "matching", broken)
    found = find("华为")
    assert found.scan == "damaged"
    assert found.hits[0].id == known["深圳华为技术有限公司"]


def test_shown_text_is_marked_where_it_answered() -> None:
    def marked(shown: str, text: str) -> list[str]:
        return [shown[start:end] for start, end in spans(shown, parse(text).terms)]

    assert marked("啟發電子股份有限公司", "启发电") == ["啟發電"]
    assert marked("深圳华为技术有限公司", "huaw") == ["华为"]
    assert marked("上海汽车集团", "上汽") == ["上", "汽"]
    assert marked("138-0000-8888", "8888") == ["8888"]
    assert marked("Siemens AG", "siem") == ["Siem"]
    assert marked("深圳华为技术有限公司", "华唯") == ["华为"]
    assert marked("深圳华为技术有限公司", "腾讯") == []


TEXT = st.text(alphabet=st.sampled_from('华为万东上海 ahuwei138@.:-*"%()st有限公司\ud800😀\x00'), max_size=30)
LINES = st.lists(st.tuples(st.sampled_from("nsfaecpmhw#utr"), st.text(max_size=20)), max_size=4)


@settings(max_examples=100, deadline=None)
@given(TEXT | st.text(max_size=60), LINES)
def test_parsing_and_scoring_take_any_text(text: str, lines: list[tuple[str, str]]) -> None:
    question = parse(text)
    assert len(question.terms) <= 6
    for term in question.terms:
        for weak in (False, True):
            match = score(term, lines, weak)
            assert match is None or (0 < match.score < 110 and match.reason in reasons.REASONS)
        for start, end in spans("深圳华为技术（Siemens）有限公司", [term]):
            assert 0 <= start < end


def test_pinyin_with_a_letter_that_is_wrong_is_found(find: Find, known: dict[str, int]) -> None:
    wanted = known["深圳华为技术有限公司"]
    for text in ("huawie", "hauwei"):
        assert [hit.id for hit in find(text).hits][:1] == [wanted], text
        assert find(text).hits[0].reason == reasons.LETTER_TYPO


def test_the_second_search_of_a_session_prepares_no_statement(crm: Session, known: dict[str, int]) -> None:
    """The views of a reader are many statements; what is asked all day stays compiled beside them."""
    asked: list[str | None] = []

    def noted(_action: int, first: str | None, *_more: str | None) -> int:
        asked.append(first)
        return sqlite3.SQLITE_OK

    crm.reader.set_authorizer(noted)
    for _time in range(2):
        asked.clear()
        assert search(crm.reader, "华为", crm.person.id).hits
    assert asked == []


@pytest.mark.parametrize(
    "text",
    [
        "+886 2 2659-1119",
        "+886(0)226591119",
        "00886-2-2659-1119",
        "+886226591119",
        "886-2-2659-1119",
        "886226591119",
    ],
)
def test_a_phone_with_its_country_is_looked_for_without_it(text: str) -> None:
    assert [one.text for one in parse(text).terms] == ["226591119"]
    assert [one.text for one in parse("+86 138 0013 8000").terms] == ["13800138000"]
    assert [one.text for one in parse("00861234").terms] == ["00861234"]


def test_a_short_latin_word_is_asked_with_two_letters_in_each_other_s_place() -> None:
    asked = " ".join(one.expression for one in tiers(parse("huwaei").terms[0]))
    assert '"%$huawei"' in asked
