"""Addresses into province, city, district and the rest, losing nothing."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text import regions
from crm_tui.text.fold import tidy
from crm_tui.text.regions import (
    Address,
    format_address,
    number_region_code,
    provinces,
    region_of,
    short_name,
    split_address,
)

SPLIT = [
    ("广东省深圳市", "广东省", "深圳市", "", ""),
    ("广东深圳南山区科技园1栋", "广东省", "深圳市", "南山区", "科技园1栋"),
    ("江苏镇江市京口区", "江苏省", "镇江市", "京口区", ""),
    ("广东 深圳 南山 科技园", "广东省", "深圳市", "南山区", "科技园"),
    ("深圳南山", "广东省", "深圳市", "南山区", ""),
    ("上海市浦东新区张江路1号", "上海市", "上海市", "浦东新区", "张江路1号"),
    ("上海市上海市徐汇区", "上海市", "上海市", "徐汇区", ""),
    ("北京市市辖区东城区", "北京市", "北京市", "东城区", ""),
    ("北京朝阳建国路88号", "北京市", "北京市", "朝阳区", "建国路88号"),
    ("内蒙古", "内蒙古自治区", "", "", ""),
    ("内蒙古自治区锡林郭勒盟锡林浩特市", "内蒙古自治区", "锡林郭勒盟", "锡林浩特市", ""),
    ("新疆维吾尔自治区乌鲁木齐市天山区", "新疆维吾尔自治区", "乌鲁木齐市", "天山区", ""),
    ("新疆石河子市", "新疆维吾尔自治区", "石河子市", "", ""),
    ("台北市大安区", "台湾省", "台北市", "大安区", ""),
    ("臺北市信義區市府路1號", "台湾省", "台北市", "信义区", "市府路1號"),
    ("香港九龙观塘区", "香港特别行政区", "九龙", "观塘区", ""),
    ("澳门", "澳门特别行政区", "澳门特别行政区", "", ""),
    ("吉林市", "吉林省", "吉林市", "", ""),
    ("吉林吉林市昌邑区", "吉林省", "吉林市", "昌邑区", ""),
    ("海南藏族自治州", "青海省", "海南藏族自治州", "", ""),
    ("海南三亚", "海南省", "三亚市", "", ""),
    ("恩施州恩施市", "湖北省", "恩施土家族苗族自治州", "恩施市", ""),
    ("湖北省仙桃市", "湖北省", "仙桃市", "", ""),
    ("浙江义乌稠江街道", "浙江省", "金华市", "义乌市", "稠江街道"),
    ("义乌市稠江街道", "浙江省", "金华市", "义乌市", "稠江街道"),
    ("广东省东莞市长安镇", "广东省", "东莞市", "", "长安镇"),
    ("临安市锦北街道", "浙江省", "杭州市", "临安区", "锦北街道"),
    ("昌江县石碌镇", "海南省", "昌江黎族自治县", "", "石碌镇"),
    ("东乡县董岭乡", "", "", "", "东乡县董岭乡"),
    ("中国（上海）自由贸易试验区银城中路68号", "上海市", "上海市", "", "自由贸易试验区银城中路68号"),
    ("中国 广东省/广州市-天河区 体育西路", "广东省", "广州市", "天河区", "体育西路"),
    ("重庆市两江新区", "重庆市", "重庆市", "", "两江新区"),
]
IN_DOUBT = (
    "朝阳区建国路",
    "北京路12号",
    "南京东路1号",
    "中山北一路1250号",
    "中山陵",
    "东方大厦3楼",
    "上海大厦",
    "中国大饭店",
    "连江县筱埕镇",
    "美国纽约",
    "518000",
    "乱七八糟",
    "",
)


@pytest.mark.requirement("S1-20", "S3-26")
@pytest.mark.parametrize(("text", "province", "city", "district", "detail"), SPLIT)
def test_full_and_short_addresses(text: str, province: str, city: str, district: str, detail: str) -> None:
    found = split_address(text)
    assert found[:4] == (province, city, district, detail)
    assert found.matched + found.detail == tidy(text)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (("上海市", "上海", "杨浦区", "国定路1号"), "上海市杨浦区国定路1号"),
        (("上海", "上海市", "", ""), "上海市"),
        (("吉林省", "吉林市", "船营区", "北京路1号"), "吉林省吉林市船营区北京路1号"),
        (("吉林省", "吉林", "", ""), "吉林省吉林"),
        (("上海市", "", "", "上海市杨浦区国定路1号"), "上海市杨浦区国定路1号"),
        (("浙江", "杭州", "西湖区", "浙江省杭州市西湖区文三路1号"), "浙江杭州西湖区文三路1号"),
        (("浙江省", "杭州市", "西湖区", "西湖区文三路1号"), "浙江省杭州市西湖区文三路1号"),
        (("江苏省", "南京市", "鼓楼区", "南京西路1号"), "江苏省南京市鼓楼区南京西路1号"),
        (("上海市", "上海", "", "上海路1号"), "上海市上海路1号"),
        (("", "", "", "上海市杨浦区1号"), "上海市杨浦区1号"),
    ],
)
def test_no_place_stands_twice(parts: tuple[str, str, str, str], whole: str) -> None:
    assert format_address(*parts) == whole


@pytest.mark.parametrize("text", IN_DOUBT)
def test_what_could_be_several_places_stays_as_it_is(text: str) -> None:
    assert split_address(text) == Address(detail=text)


@pytest.mark.requirement("S3-26")
def test_every_division_reads_back_from_its_full_address() -> None:
    for province, cities in regions._table().items():
        assert split_address(province).province == province
        for city, districts in cities.items():
            whole = format_address(province, city)
            assert split_address(whole + "人民路1号")[:4] == (province, city, "", "人民路1号")
            for district in districts:
                parts = (province, city, district)
                assert split_address(format_address(*parts, "人民路1号"))[:4] == (*parts, "人民路1号")


def test_divisions_of_the_reference_tables(test_data: Path) -> None:
    folder = test_data / "real/reference"
    named = {}
    for file in ("province", "city"):
        with (folder / f"{file}.csv").open(encoding="utf-8") as rows:
            named[file] = {row["province"] + row.get("city", ""): row["name"] for row in csv.DictReader(rows)}
    cities = {code: name for code, name in named["city"].items() if "直辖" not in name}
    assert len(cities) > 300
    for code, city in cities.items():
        province = named["province"][code[:2]]
        assert split_address(province + city)[:2] == (province, city)
        assert split_address(short_name(province) + city)[:2] == (province, city)


def test_addresses_of_thirty_thousand_companies(test_data: Path) -> None:
    with gzip.open(test_data / "real/companies_registry_30k.csv.gz", "rt", encoding="utf-8") as file:
        rows = [(row["所在省份"], row["注册地址"]) for row in csv.DictReader(file)]
    wrong = unknown = 0
    for province, address in rows:
        found = split_address(address)
        assert found.matched + found.detail == tidy(address)
        unknown += not found.province
        wrong += bool(found.province) and short_name(found.province) != province
    assert wrong <= 3
    assert unknown < 0.04 * len(rows)


PIECES = [
    "广东",
    "广东省",
    "深圳",
    "深圳市",
    "南山",
    "南山区",
    "上海",
    "中国",
    "（",
    "）",
    "路",
    "-",
    "朝阳区",
    "吉林",
    "市",
    "臺北",
    "香港",
    "九龙",
    "1号",
    "市辖区",
    "镇江市",
    "江苏",
]


@given(st.text(max_size=30) | st.lists(st.sampled_from([*PIECES, " "]), max_size=8).map("".join))
def test_nothing_is_lost(text: str) -> None:
    found = split_address(text)
    assert found.matched + found.detail == tidy(text)
    assert (found.province != "") == (found.matched != "")
    assert found.province or not found.city
    assert found.city or not found.district


def test_the_bundled_table_stays_small() -> None:
    assert regions.TABLE.stat().st_size <= 120_000


def test_regions_of_the_country_and_codes() -> None:
    assert [region_of(name) for name in ("上海市", "广东", "新疆维吾尔自治区", "", "火星")] == [
        "华东",
        "华南",
        "西北",
        "",
        "",
    ]
    assert all(region_of(name) for name in provinces())
    assert len(provinces()) == 34
    assert number_region_code("上海市", "上海市") == "SH"
    assert number_region_code("北京市") == "BJ"
    assert number_region_code("广东省", "广州市") == "GZ"
    assert number_region_code("西藏自治区", "那曲市") == ""
