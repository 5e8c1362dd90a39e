"""Provinces, cities and districts: taking an address apart without losing a character of it."""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from crm_tui.text.fold import simplify, tidy

TABLE = Path(__file__).parent / "data" / "regions.txt"


class Address(NamedTuple):
    """An address by its parts, the first three under their official names, '' where not said.

    ``matched`` is the beginning of the text that gave the parts, as typed: ``matched + detail`` is the
    tidy input, so nothing is ever lost.
    """

    province: str = ""
    city: str = ""
    district: str = ""
    detail: str = ""
    matched: str = ""


class _Place(NamedTuple):
    province: str
    city: str
    district: str
    full: bool  # named with its 省, 市, 区 ...

    @property
    def level(self) -> int:
        return 3 if self.district else 2 if self.city else 1


_PEOPLES = (
    "土家族|苗族|藏族|羌族|彝族|布依族|侗族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|回族|蒙古族?|朝鲜族|哈萨克族?|"
    "柯尔克孜族?|满族|瑶族|畲族|黎族|仫佬族|毛南族|各族|水族|仡佬族|拉祜族|佤族|布朗族|纳西族|怒族|独龙族|普米族|"
    "裕固族|保安族|东乡族|撒拉族|土族|塔吉克族?|锡伯族?|达斡尔族|鄂温克族|鄂伦春族|维吾尔族?"
)
_CITY_END = re.compile(rf"(?:(?:{_PEOPLES})*自治州|地区|盟|市|县)$")
_DISTRICT_END = re.compile(rf"(?:(?:{_PEOPLES})*自治[县旗]|(?:{_PEOPLES})*区|新区|林区|特区|[区县市旗])$")
_PROVINCE_END = re.compile("(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市)$")
# What a division of today ended with before it was raised (临安市 -> 临安区, 崇明县 -> 崇明区), and what
# people write for 自治县 and 自治旗.
_ENDS_BEFORE = {"区": "县市", "市": "县", "县": "县", "旗": "旗"}
# A place's short name right before these is the name of a road, a house or a smaller place.
_OTHER_THING = re.compile(
    "[东西南北中]*[一二三四五六七八九十0-9]*"
    "(?:路|街|道|巷|弄|胡同|大道|大街|公路|高速|大桥|桥|大厦|大楼|广场|宾馆|饭店|酒店|"
    "省|市|县|区|州|盟|旗|镇|乡|村|庄|屯|站)"
)
_BETWEEN = re.compile(r"[\s,，、/|\\\-—_·•>＞:：;；]*")
_COUNTRY = re.compile(r"(?:中华人民共和国|中国)\s*[（(]?")
_FILLER = re.compile("市辖区|省直辖县级行政区划|自治区直辖县级行政区划|省直辖|自治区直辖")

# Codes of {region} in numbers (S0-05: SH, BJ, GZ): the initials of places with many customers.
_CODES = {
    name: code
    for code, names in {
        "BJ": "北京", "SH": "上海", "TJ": "天津", "CQ": "重庆", "GZ": "广州", "SZ": "深圳 苏州",
        "HZ": "杭州 惠州", "NJ": "南京", "WH": "武汉 芜湖", "CD": "成都", "XA": "西安", "CS": "长沙",
        "ZZ": "郑州", "QD": "青岛", "JN": "济南", "DL": "大连", "SY": "沈阳", "NB": "宁波", "XM": "厦门",
        "FZ": "福州", "QZ": "泉州", "HF": "合肥", "WX": "无锡", "CZ": "常州", "NT": "南通", "FS": "佛山",
        "DG": "东莞", "ZS": "中山", "ZH": "珠海", "WZ": "温州", "JH": "金华", "JX": "嘉兴", "TZ": "台州",
        "SX": "绍兴", "YT": "烟台", "WF": "潍坊", "XZ": "徐州", "YZ": "扬州", "KM": "昆明", "GY": "贵阳",
        "NN": "南宁", "HK": "海口 香港", "HB": "哈尔滨", "CC": "长春", "SJZ": "石家庄", "TY": "太原",
        "NC": "南昌", "LZ": "兰州", "HHHT": "呼和浩特", "WLMQ": "乌鲁木齐", "YC": "银川", "XN": "西宁",
        "LS": "拉萨", "TS": "唐山", "LY": "洛阳", "MO": "澳门", "TB": "台北",
    }.items()
    for name in names.split()
}  # fmt: skip
_CITIES = ("北京", "上海", "天津", "重庆", "香港", "澳门")
_ALSO_WORDS = ("中山", "金华")
_AREAS = {
    "华北": "北京 天津 河北 山西 内蒙古",
    "东北": "辽宁 吉林 黑龙江",
    "华东": "上海 江苏 浙江 安徽 福建 江西 山东",
    "华中": "河南 湖北 湖南",
    "华南": "广东 广西 海南",
    "西南": "重庆 四川 贵州 云南 西藏",
    "西北": "陕西 甘肃 青海 宁夏 新疆",
    "港澳台": "香港 澳门 台湾",
}


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return province -> city -> districts, read once from the bundled table."""
    table: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in TABLE.read_text("utf-8").splitlines()[1:]:
        province, city, districts = line.split("\t")
        table.setdefault(province, {})[city] = tuple(districts.split())
    return table


def divisions() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return province -> city -> districts, all under their official names."""
    return _table()


def short_name(name: str) -> str:
    """Return the short form of a division's official name: 广东 for 广东省, 恩施 for 恩施土家族苗族自治州."""
    if name in _table():
        return _PROVINCE_END.sub("", name)
    return short_below_province(name)


def short_below_province(name: str) -> str:
    """Return the short form of the official name of a city or district, without looking it up."""
    short = _district_stem(name) if name.endswith(("自治县", "自治旗", "区")) else _CITY_END.sub("", name)
    return short if len(short) > 1 else name


def _district_stem(name: str) -> str:
    stem = _DISTRICT_END.sub("", name)
    # 东乡族自治县 is named after its people and would be left without a name.
    return stem or re.sub("族?自治[县旗]$", "", name)


def _variants(name: str, level: int) -> list[tuple[str, bool]]:
    """Return the ways to write a place, each with whether it is a full one."""
    found = [(name, True)]
    if level == 1:
        short = _PROVINCE_END.sub("", name)
        found.append((short, False))
        found += [(short + end, True) for end in ("省", "自治区", "特别行政区") if name.endswith(end)]
        if name.endswith("自治区"):
            found.append((short + "省", True))
        if short == "内蒙古":
            found.append(("内蒙", False))
    elif level == 2 and not name.endswith(("自治县", "林区")):
        short = _CITY_END.sub("", name)
        found.append((short, False))
        if name.endswith("自治州"):
            found += [(short + "州", True), (short + "自治州", True)]
    else:
        short = _district_stem(name)
        found.append((short, False))
        found += [(short + end, True) for end in _ENDS_BEFORE.get(name[-1], "") if len(short) > 1]
    return [(simplify(text), full) for text, full in dict.fromkeys(found) if len(text) > 1]


Scope = dict[str, tuple[_Place, ...]]


def _collect(places: list[tuple[_Place, str]]) -> Scope:
    scope: dict[str, list[_Place]] = {}
    official = {simplify(name) for _place, name in places}
    for place, name in places:
        for text, full in _variants(name, place.level):
            # 临夏县 is itself, not 临夏市 before it was raised.
            if full and text != simplify(name) and text in official:
                continue
            found = scope.setdefault(text, [])
            if not any(other[:3] == place[:3] for other in found):
                found.append(place._replace(full=full))
    # Of one spelling the larger place counts: 吉林 is the province, 吉林市 the city.
    return {
        text: tuple(p for p in found if p.level == min(other.level for other in found))
        for text, found in scope.items()
    }


def _whole(province: str) -> bool:
    """Whether a province is a city by itself."""
    return province.endswith("市") or province.endswith("特别行政区")


@lru_cache(maxsize=1)
def _root() -> Scope:
    """Return what may open an address: provinces, cities, and districts under their full names."""
    places: list[tuple[_Place, str]] = []
    districts: dict[str, list[_Place]] = {}
    for province, cities in _table().items():
        places.append((_Place(province, "", "", True), province))
        for city, below in cities.items():
            if not _whole(province):
                places.append((_Place(province, city, "", True), city))
            for name in below:
                # Taiwan's towns share their names with many a mainland town.
                if name[-1] not in "镇乡":
                    districts.setdefault(simplify(name), []).append(_Place(province, city, name, True))
    scope = _collect(places)
    for text, found in districts.items():
        larger = [place for place in scope.get(text, ()) if place.full]
        # 连江县 is one of Taiwan's counties and one of Fuzhou's: in doubt.
        if not larger or (larger[0].level == 2 and larger[0].city == text):
            scope[text] = (*larger, *found)
    former: dict[str, list[_Place]] = {}
    for text, found in list(districts.items()):
        for spelling, full in _variants(text, 3)[1:]:
            if full and spelling not in scope:
                former.setdefault(spelling, []).extend(found)
    return scope | {text: tuple(found) for text, found in former.items()}


@lru_cache(maxsize=40)
def _in_province(province: str) -> Scope:
    places: list[tuple[_Place, str]] = []
    for city, below in _table()[province].items():
        places.append((_Place(province, city, "", True), city))
        places += [(_Place(province, city, name, True), name) for name in below]
    return _collect(places)


@lru_cache(maxsize=400)
def _in_city(province: str, city: str) -> Scope:
    return _collect([(_Place(province, city, name, True), name) for name in _table()[province].get(city, ())])


@lru_cache(maxsize=512)
def _longest(kind: str, province: str, city: str) -> int:
    return max(map(len, _scope(kind, province, city)), default=0)


def _scope(kind: str, province: str, city: str) -> Scope:
    if kind == "root":
        return _root()
    return _in_city(province, city) if kind == "city" else _in_province(province)


def _find(text: str, at: int, kind: str, province: str = "", city: str = "") -> tuple[_Place, int] | None:
    """Return the place whose name is longest at a position, and where the name ends; None if in doubt."""
    scope = _scope(kind, province, city)
    for end in range(min(len(text), at + _longest(kind, province, city)), at + 1, -1):
        found = scope.get(text[at:end])
        if found is None:
            continue
        place = found[0]
        if place.full:
            return (place, end) if len(found) == 1 else None
        if len(found) > 1 or (_OTHER_THING.match(text, end) and not _followed(text, end, place)):
            continue
        if kind == "root" and place.level > 1 and not _stands_alone(text, end, place):
            continue
        return place, end
    return None


def _followed(text: str, at: int, place: _Place) -> bool:
    """Whether a place within this one comes next, as in 江苏镇江市."""
    if place.level == 3:
        return False
    kind = "city" if place.city else "province"
    return _find(text, at, kind, place.province, place.city) is not None


def _stands_alone(text: str, end: int, place: _Place) -> bool:
    """Whether a short city name that opens an address is one: 东方大厦 and 中山陵 are not."""
    short = short_name(place.city)
    if end == len(text) or (short in _CODES and short not in _ALSO_WORDS):
        return True
    after = _BETWEEN.match(text, end)
    start = after.end() if after else end
    return start > end or _followed(text, start, place)


def _skip(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    return between.end() if between else at


def split_address(s: str) -> Address:
    """Return an address by 省, 市, 区 and the rest (S1-20, S3-26); what is not recognised is the detail.

    Full and short forms are read (广东深圳南山区, 内蒙古, 臺北市), and a larger place that was not written
    is filled in where only one can be meant (南山区 alone is in doubt, 义乌市 lies in 浙江省金华市).
    A province that is a city itself is its own city. ``matched + detail == tidy(s)``.
    """
    typed = tidy(s)
    text = simplify(typed)
    country = _COUNTRY.match(text)
    start = _skip(text, country.end()) if country else 0
    first = _find(text, start, "root")
    if first is None:
        return Address(detail=typed)
    place, end = first
    if country and country[0][-1] in "（(" and text[end : end + 1] in ("）", ")"):
        end += 1  # 中国（上海）自由贸易试验区
    while place.level < 3:
        start = _skip(text, end)
        filler = _FILLER.match(text, start)
        if filler:
            end = filler.end()
            start = _skip(text, end)
        following = _find(text, start, "city" if place.city else "province", place.province, place.city)
        if following is None:
            break
        place, end = following
    end = _skip(text, end)
    city = place.city or (place.province if _whole(place.province) else "")
    return Address(place.province, city, place.district, typed[end:], typed[:end])


def format_address(province: str, city: str = "", district: str = "", detail: str = "") -> str:
    """Return the parts of an address as one text, in which no place stands twice.

    A city that is its own province is named once, and so is what the detail names again.
    """
    if city and (city == province or (_bare(city) == _bare(province) and _bare(city) in _CITIES)):
        province, city = max(province, city, key=len), ""
    if district and detail.startswith(district) and not _OTHER_THING.match(detail, len(district)):
        detail = detail[len(district) :]
    if detail and any(part and detail.startswith(part[:2]) for part in (province, city, district)):
        again = split_address(detail)
        parts = (again.province, again.city, again.district)
        said = (province, city or province, district)
        if again.province and all(
            not part or not other or _bare(part) == _bare(other)
            for part, other in zip(said, parts, strict=True)
        ):
            return format_address(
                *(one or other for one, other in zip(said, parts, strict=True)), again.detail
            )
    return province + city + district + detail


def _bare(name: str) -> str:
    """Return the name of a place without what kind of place it is."""
    short = _CITY_END.sub("", _PROVINCE_END.sub("", simplify(name)))
    return re.sub("[区县]$", "", short) if len(short) > 2 else short


def provinces() -> tuple[str, ...]:
    """Return the official names of the 34 provinces, in the order of their codes."""
    return tuple(_table())


def region_of(province: str) -> str:
    """Return the part of the country (华北 … 港澳台) a province lies in, '' for an unknown one."""
    short = _PROVINCE_END.sub("", simplify(tidy(province)))
    return next((area for area, names in _AREAS.items() if short and short in names.split()), "")


def number_region_code(province: str, city: str = "") -> str:
    """Return the {region} of a number (S0-05): SH, BJ, GZ …; '' for a place without a code."""
    for name in (city, province):
        code = _CODES.get(re.sub("(?:市|特别行政区)$", "", simplify(tidy(name))))
        if code:
            return code
    return ""
