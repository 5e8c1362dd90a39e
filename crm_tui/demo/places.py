"""Where the customers of a large demo sit: every province, the large ones more often."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from crm_tui.text.area_codes import area_code_of
from crm_tui.text.regions import divisions, region_of, short_name

# Province: the first two digits of its credit codes, how often.
PROVINCES = {
    "广东省": ("44", 130), "江苏省": ("32", 110), "浙江省": ("33", 90), "山东省": ("37", 80),
    "上海市": ("31", 60), "北京市": ("11", 60), "四川省": ("51", 55), "河南省": ("41", 50),
    "湖北省": ("42", 48), "福建省": ("35", 45), "安徽省": ("34", 42), "湖南省": ("43", 42),
    "河北省": ("13", 38), "陕西省": ("61", 30), "辽宁省": ("21", 28), "江西省": ("36", 28),
    "重庆市": ("50", 28), "天津市": ("12", 22), "云南省": ("53", 22), "广西壮族自治区": ("45", 22),
    "山西省": ("14", 20), "贵州省": ("52", 18), "内蒙古自治区": ("15", 15), "新疆维吾尔自治区": ("65", 14),
    "黑龙江省": ("23", 14), "吉林省": ("22", 14), "甘肃省": ("62", 10), "海南省": ("46", 8),
    "宁夏回族自治区": ("64", 5), "青海省": ("63", 4), "西藏自治区": ("54", 2), "香港特别行政区": ("81", 6),
    "台湾省": ("71", 3), "澳门特别行政区": ("82", 2),
}  # fmt: skip
FIRST_CITY = 4  # so much more often than the others of its province


class Place(NamedTuple):
    """A city under its official names; ``code`` begins a credit code, ``area_code`` a landline or is ''."""

    name: str
    province: str
    city: str | None
    districts: tuple[str, ...]
    region: str
    code: str
    area_code: str


@lru_cache(maxsize=1)
def places() -> tuple[list[Place], list[int]]:
    """Return every city, and how often it comes, cumulated."""
    found: list[Place] = []
    weights: list[int] = []
    table = divisions()
    for province, (code, share) in PROVINCES.items():
        cities = table[province]
        # A municipality is its own only city, and is written without one.
        alone = len(cities) == 1
        unit = share * 100 // (len(cities) + FIRST_CITY - 1) or 1
        for order, (city, districts) in enumerate(cities.items()):
            name = short_name(province if alone else city)
            below = tuple(one for one in districts if one) or ("",)
            digits = f"{code}{order + 1:02d}00"
            found.append(
                Place(
                    name, province, None if alone else city, below, region_of(province), digits,
                    area_code_of(name),
                )
            )  # fmt: skip
            weights.append(unit * (1 if order else FIRST_CITY))
    return found, list(accumulate(weights))
