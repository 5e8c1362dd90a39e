"""Records taken apart: names, codes, phones, mails, addresses, persons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.identity.addresses import same_road, take_apart
from crm_tui.identity.features import PERSON, Record, features
from crm_tui.identity.keys import keys
from crm_tui.identity.persons import person_name, person_sound, sound, sound_alike
from tests import pace


@pytest.mark.parametrize(
    ("name", "brand", "trade", "branch", "ordinal", "city"),
    [
        ("福建 省鑫达生物科技有限公司", "鑫达", "生物科技", "", "", ""),
        ("杭州铭雨第二机械设备有限公司", "铭雨", "机械设备", "", "二", "杭州"),
        ("柳州众卡会计服务中心", "众卡", "会计", "", "", "柳州"),
        ("宝鸡华鸣法律咨询经营部", "华鸣", "法律咨询", "", "", "宝鸡"),
        ("华泰科技上海分公司", "华泰", "科技", "上海分公司", "", "上海"),
        ("北京华泰科技有限公司上海第二营业部", "华泰", "科技", "上海第二营业部", "", "上海"),
        ("兰州润凯文化传媒商行", "润凯", "文化传媒", "", "", "兰州"),
        ("茶语（人民路店）", "茶语", "", "人民路店", "", ""),
        ("茶语(旗舰店)", "茶语", "", "", "", ""),
        ("杭州启明贰号股权投资合伙企业（有限合伙）", "启明", "股权投资", "", "二号", "杭州"),
        ("杭州启明2号股权投资合伙企业（有限合伙）", "启明", "股权投资", "", "二号", "杭州"),
        ("昆山市张建国水果店", "张建国", "水果", "", "", "苏州"),
        ("王", "王", "", "", "", ""),
        ("", "", "", "", "", ""),
    ],
)
def test_names(name, brand, trade, branch, ordinal, city):
    found = features(Record(name=name))
    assert (found.brand, found.trade, found.branch, found.ordinal, found.city) == (
        brand,
        trade,
        branch,
        ordinal,
        city,
    )


def test_ways_to_reach_a_customer_are_written_in_one_way():
    found = features(
        Record(
            name="恒达", phones=("０２１－６２３４５６７８转8", "+86 138 1234 5678 / 62345679"),
            mails=("Info＠HengDa.con",), websites=("HTTP://WWW.HENGDA.COM/index.html",),
            contacts=("王伟经理", "李总"),
        )
    )  # fmt: skip
    assert found.mobiles == ("13812345678",)
    assert found.landlines == ("021:62345678", ":62345679")
    assert found.mails == ("info@hengda.com",)
    assert found.domains == ("hengda.com",)
    assert (found.contacts, found.surnames) == (("王伟",), ("李",))
    assert (found.city, found.province) == ("上海", "上海")


def test_texts_without_end_are_cut():
    with pace.at_most(300):
        for sign in ("*", "(", "上海", "第一", "路1号", "a@", "1 ", "-", "/"):
            many = sign * 20_000
            features(Record(name=many, phones=(many,), mails=(many,), addresses=(many,), contacts=(many,)))


def test_a_free_mail_service_is_nobodys_domain():
    assert features(Record(name="恒达", mails=("a@qq.com", "b@qq.con"))).domains == ()


@pytest.mark.parametrize(
    ("address", "road", "number", "room"),
    [
        ("广东省东莞市虎门镇北京路205号14幢1407室", "北京路", "205", "1407"),
        ("金水区北京北路14#3008", "北京北路", "14", "3008"),
        ("上海市上海市松江区建设路84号", "建设路", "84", ""),
        ("上海市上海路5号", "上海路", "5", ""),
        ("長沙市雨花區解放路９３１號", "解放路", "931", ""),
        ("朝阳街道人民路1号", "人民路", "1", ""),
        ("桃園市龜山區建國路三段183巷591號7樓", "建国路三段", "183巷591", "7"),
        ("10617台北市大安區忠孝東路4段216巷27弄12號3樓", "忠孝东路四段", "216巷27弄12", "3"),
        ("(320)桃園市中壢區建國路159號17樓之4", "建国路", "159", "17-4"),
        ("中壢區建國路159號17F之4室", "建国路", "159", "17-4"),
        ("上海市长宁区长宁路1027弄5号301室", "长宁路", "1027弄5", "301"),
        ("上海市长宁区长宁路1027弄301室", "长宁路", "1027", "301"),
        ("工业园", "工业园", "", ""),
        ("", "", "", ""),
    ],
)
def test_addresses(address, road, number, room):
    assert take_apart(address)[1] == (road, number, room)


@pytest.mark.parametrize("address", ["浦东新区|张江路1号", "上海市｜南京|路 3号|5室", "|||1"])
def test_a_sign_that_keeps_parts_apart_may_stand_in_an_address(address):
    # A save of it would fail, for its keys are made in the same transaction.
    found = features(Record(name="上海恒达机械有限公司", addresses=(address,)))
    assert all(one.count("|") == 2 for one in found.streets)
    assert keys(found)
    assert same_road("中山路", "东城中山路")
    assert not same_road("路", "中山路")


@pytest.mark.parametrize(
    ("typed", "name", "known"),
    [("王伟", "王伟", True), ("王伟经理", "王伟", True), ("王总", "王", False),
     ("欧阳女士", "欧阳", False), ("小李", "李", False),
     ("张**", "张", False), ("", "", False), ("总经理", "总经理", True)],
)  # fmt: skip
def test_persons(typed, name, known):
    assert person_name(typed) == (name, known)


_SIGNS = st.text("单丹山尉玉迟池万莫俟其曾增王汪伟维 aé1", min_size=2, max_size=4)


@given(_SIGNS, _SIGNS)
def test_names_sound_alike_when_their_sounds_are_written_alike(one, other):
    left, right = person_name(one), person_name(other)
    if left.known and right.known:
        assert sound_alike(left.name, right.name) == (person_sound(left.name) == person_sound(right.name))


def test_what_sounds_alike_is_written_alike():
    assert sound("中盛") == sound("宗森")
    assert person_sound("单伟") != person_sound("丹伟")
    one = features(Record(kind=PERSON, name="张三先生"))
    assert (one.brand, one.surnames) == ("张三", ())
