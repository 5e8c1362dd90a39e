"""Names of companies taken apart: place, brand, trade, form, branch."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_tui.text.company import body, core, parts
from crm_tui.text.fold import searchable
from crm_tui.text.gazetteer import Place, as_place, leading_place

PIECES = ("上海", "昆山", "恒达", "科技", "集团", "(", ")", "有限公司", "分公司", "co", "ltd")
VARIANTS = "臺台 裏里 裡里 峯峰 羣群 啟启 啓启 證证 証证 綫线 線线 恆恒 産产 產产 祕秘 匯汇 衞卫 寳宝 広广"


@pytest.mark.parametrize(
    ("name", "kept", "brand"),
    [
        ("上海恒达机械（集团）有限公司", "上海恒达机械(集团)", "恒达"),
        ("重庆长安汽车股份有限公司", "重庆长安汽车股份", "长安"),
        ("华泰科技【上海】有限公司杭州分公司", "华泰科技(上海)杭州", "华泰"),
        ("浙江省杭州市萧山区恒达五金厂", "浙江省杭州市萧山区恒达五金厂", "恒达"),
        ("昆山科技有限公司", "昆山科技", "昆山"),
        ("上海滩餐饮有限公司", "上海滩餐饮", "上海滩"),
        ("重庆渝开发股份有限公司", "重庆渝开发股份", "渝开发"),
        ("中国石油天然气股份有限公司", "中国石油天然气股份", "中国石油"),
        ("東方電氣(武漢)有限責任公司", "东方电气(武汉)", "东方"),
        ("苏州工业园区华测检测有限公司", "苏州工业园区华测检测", "华测"),
        ("上海盛宇股权投资基金管理中心（有限合伙）", "上海盛宇股权投资基金管理中心", "盛宇"),
        ("Siemens (China) Co., Ltd.", "siemens (china)", "siemens"),
        ("Foo Bar GmbH & Co. KG", "foo bar", "foo bar"),
        ("上汽集团", "上汽集团", "上汽"),
        ("有限公司", "有限公司", "有限公司"),
        ("王伟", "王伟", "王伟"),
        ("", "", ""),
    ],
)
def test_a_name_without_its_form_and_its_brand(name: str, kept: str, brand: str) -> None:
    assert (body(name), core(name)) == (kept, brand)


def test_the_parts_of_a_name_and_the_note_behind_it() -> None:
    one = parts("华泰科技（上海）有限公司杭州分公司")
    assert one == (Place("上海", "上海"), "华泰", "科技", "有限公司", "杭州分公司")
    for noted in ("恒达机电有限公司-王总", "恒达机电有限公司*", "恒达机电有限公司（已停业）"):
        assert parts(noted) == (Place(), "恒达", "机电", "有限公司", "")
    assert parts("ACME Inc").form == "inc" and parts("3M中国有限公司").brand == "3m"


@pytest.mark.parametrize(
    ("text", "place", "rest"),
    [
        ("江苏昆山恒达", Place("江苏", "苏州", "昆山"), "恒达"),
        ("昆山恒达", Place("江苏", "苏州", "昆山"), "恒达"),
        ("朝阳区新华", Place("", "", "朝阳"), "新华"),
        ("北京朝阳恒达", Place("北京", "北京", "朝阳"), "恒达"),
        ("吉林市恒达", Place("吉林", "吉林"), "恒达"),
        ("吉林省恒达", Place("吉林"), "恒达"),
        ("恩施土家族苗族自治州恒达", Place("湖北", "恩施"), "恒达"),
        ("呼和浩特市蒙牛", Place("内蒙古", "呼和浩特"), "蒙牛"),
        ("沛县恒达", Place("江苏", "徐州", "沛县"), "恒达"),
        ("本溪满族自治县恒达", Place("辽宁", "本溪"), "恒达"),
        ("台湾恒达", Place("台湾"), "恒达"),
        ("东方恒达", Place(), "东方恒达"),
        ("平安恒达", Place(), "平安恒达"),
    ],
)
def test_the_place_a_name_begins_with(text: str, place: Place, rest: str) -> None:
    found, end = leading_place(text)
    assert (found, text[end:]) == (place, rest)


def test_a_place_and_nothing_else() -> None:
    assert as_place("杭州") == Place("浙江", "杭州") and as_place("杭州恒达") is None and as_place("") is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20) | st.lists(st.sampled_from(PIECES)))
def test_any_name_keeps_its_brand(name: str | list[str]) -> None:
    text = name if isinstance(name, str) else "".join(name)
    written = searchable(text)
    assert searchable(written) == written
    one = parts(text)
    assert bool(body(text)) == bool(one.brand) == bool(written)
    assert body(written) == body(text) and parts(written) == one


def test_the_places_of_real_names_are_those_of_their_companies(test_data: Path) -> None:
    with gzip.open(
        test_data / "real/companies_a_share.csv.gz", "rt", encoding="utf-8-sig", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    seen = [(parts(row["公司全称"]).region, row["省份"], row["城市"]) for row in rows if row["证券简称"]]
    placed = [(place, province, city) for place, province, city in seen if place.province]
    wrong = [one for one in placed if one[0].province[:2] not in (one[1][:2], one[2][:2])]
    assert len(placed) > 1_500 and len(wrong) <= 0.005 * len(placed), wrong
    brands = [(core(row["公司全称"]), searchable(row["证券简称"])) for row in rows if row["证券简称"]]
    met = sum(brand in short or short in brand for brand, short in brands)
    assert met / len(brands) > 0.82


def test_a_query_in_simplified_characters_meets_every_name_of_taiwan(test_data: Path) -> None:
    with (test_data / "real/search_queries_tw.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    traditional = {row["expected_names"]: row["query"] for row in rows if row["kind"] == "tw_short"}
    simple = [row for row in rows if row["kind"] == "tw_short_in_simplified"]
    assert len(simple) > 400
    for row in simple:
        typed = traditional.get(row["expected_names"])
        assert typed is None or searchable(typed) == searchable(row["query"])
    for pair in VARIANTS.split():
        assert searchable(pair[0]) == searchable(pair[1]) == pair[1]
