"""Look-alikes of the country and of Taiwan: towns of one name, houses of one lane, persons of one name."""

from __future__ import annotations

import json

import pytest

from crm_tui.dedupe import scoring
from crm_tui.dedupe.fields import trade_level
from crm_tui.dedupe.scoring import band, compare
from crm_tui.identity.features import PERSON, Record, features
from tests.tools.fit_dedupe import HIDDEN


def _band(left: Record, right: Record) -> str:
    return band(compare(features(left), features(right), {}))


@pytest.mark.parametrize("name", ["柳林镇人民政府", "永丰乡中心小学", "和平村村民委员会", "永丰街道办事处"])
def test_a_town_is_not_in_the_county_of_its_name(name: str) -> None:
    found = features(Record(name=name))
    assert (found.told_province, found.told_city, found.told_district) == ("", "", "")
    left = Record(name=name, contacts=("王伟",), phones=("13812345678",))
    assert _band(left, Record(name=name, contacts=("李娜",), phones=("13987654321",))) != scoring.MERGE


def test_a_town_in_its_county_is_known_by_the_county() -> None:
    assert features(Record(name="永丰县石桥镇卫生院")).told_district == "永丰"
    assert features(Record(name="北京村镇银行")).told_city == "北京"


def test_firms_of_two_houses_in_one_lane_are_two() -> None:
    left = Record(name="天興隆工程股份有限公司", addresses=("桃園市龜山區建國路三段183巷589號7樓",))
    right = Record(name="金興隆工程股份有限公司", addresses=("166桃園市龜山區建國路三段183巷591號7F",))
    assert _band(left, right) not in (scoring.MERGE, scoring.REVIEW)
    floors = ("新北市三重區文心路四段65號7樓之2", "新北市三重區文心路四段65號14樓之2")
    one, other = (
        Record(name=name, addresses=(at,))
        for name, at in zip(("稻萬企業有限公司", "稻萬營造企業股份有限公司"), floors, strict=True)
    )
    assert _band(one, other) != scoring.MERGE


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("深圳恒达共享玩具商贸有限公司", "深圳恒达共享玩具建筑工程有限公司"),
        ("石油集團工程股份有限公司", "石油集團電子有限公司"),
        ("徐州天和纺织有限公司", "徐州和天物业服务有限公司"),
    ],
)
def test_firms_of_one_owner_with_other_trades_are_not_suggested(name: str, other: str) -> None:
    shared = Record(phones=("0755-26543210",), contacts=("王伟",), websites=("hengda.example",))
    assert _band(shared._replace(name=name), shared._replace(name=other)) != scoring.MERGE


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("企业", "纺织企业", "vague"),
        ("集团", "财务咨询集团", "vague"),
        ("集团工程", "集团电子", "differ"),
        ("玩具商贸", "玩具建筑工程", "differ"),
        ("机械设备", "机械制品", "overlap"),
        ("国际贸易", "贸易", "part"),
    ],
)
def test_words_of_any_trade_say_little(one: str, other: str, level: str) -> None:
    assert trade_level(one, other) == trade_level(other, one) == level


def test_persons_of_one_name_and_city_are_not_asked_about() -> None:
    left = Record(PERSON, "司马秀红", phones=("18822325154",), province="浙江省", city="杭州市")
    right = Record(PERSON, "司马秀红", addresses=("杭州市余杭区工农街1231号1907",))
    assert _band(left, right) not in (scoring.MERGE, scoring.REVIEW)
    at_home = left._replace(addresses=right.addresses)
    assert _band(at_home, right) == scoring.MERGE
    table = json.loads(scoring._WEIGHTS.read_text("utf-8"))
    for kind, every in HIDDEN.items():
        for names in every:
            told = [one.split(".") for one in names]
            assert sum(table[kind][term][level] for term, level in told) < scoring.REVIEW_FROM, names
