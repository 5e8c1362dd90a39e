"""The place a name begins with: provinces, cities and districts, with or without their 省, 市, 区.

Addresses are taken apart by regions.py; here a few microseconds and little memory count, for every name of a
large file is looked at.
"""

from __future__ import annotations

import re
import sys
from array import array
from bisect import bisect_left
from functools import lru_cache
from typing import NamedTuple

from crm_tui.text.regions import TABLE, short_below_province

_LONGEST = 4
"""Signs of the longest short name kept (呼和浩特); the few longer ones are all districts of the far west."""
_END = {
    1: re.compile("省|(?:壮族|回族|维吾尔)?自治区"),
    2: re.compile("市|地区|盟|(?:[^()]{1,5}族){0,3}(?:自治)?州|(?:[^()]{1,5}族){1,4}自治县|县"),
    3: re.compile("新区|林区|特区|[区县市旗]|(?:[^()]{1,5}族){1,4}自治[县旗]"),
}
# 柳林镇, 永丰乡 and 和平村委会 have the name of a county far away.
_OF_TOWN = re.compile("镇|乡(?!村)|村(?=[民委股经小党集卫])|街道|社区")
_WHOLE_END = re.compile("市|特别行政区")
_PROVINCE_END = re.compile("(?:壮族|回族|维吾尔)?自治区$|特别行政区$|省$|市$")
_ZONE = re.compile(
    "(?:国家)?(?:高新技术产业|高新技术|经济技术|高新|经济|综合|临港|港口)?(?:开发区|工业园区|产业园区|保税区|示范区)"
    "|高新区|经开区|自贸区|自由贸易试验区|工业区|科技园区"
)
_MARKS = 1 << 15  # many times what short names begin with
_PADDING = tuple("\0" * (_LONGEST - size) for size in range(_LONGEST + 1))
_LONG_ENDS = frozenset(("治县", "治旗", "治州", "新区", "地区", "林区", "特区"))
# Towns whose bare short name is as often the name of a company.
_OFTEN_BRANDS = (
    "东方 东兴 安达 大安 永安 永康 安宁 新乐 兴平 高平 高安 海安 和龙 龙泉 五常 海城 临江 磐石 灯塔 凤城 北安"
    " 新民 安国 三河 天长 宁国 德兴 乐平 兴城 新泰 兴宁 常宁 福安 宁安 富锦 安康 三明 吉安 长治 宝山 永济"
)
_BRANDS = frozenset(_OFTEN_BRANDS.split())


class Place(NamedTuple):
    """A place by the short names of its parts (浙江, 杭州, 萧山), '' where not known."""

    province: str = ""
    city: str = ""
    district: str = ""


_NOWHERE = Place()


class _Table(NamedTuple):
    keys: array[int]  # packed short names in order, one for each place
    begun: bytearray  # by _mark: whether any begins so
    places: array[int]  # number of the place
    province: array[int]  # number of its province, by place
    city: array[int]  # number of its city + 1, by place
    level: array[
        int
    ]  # 1 province, 2 city, 3 district; 4 a town or county that needs a larger place before it
    provinces: tuple[str, ...]
    cities: tuple[str, ...]


def _mark(text: str) -> int:
    """Return a number for the first two signs, of which few others have the same."""
    return (ord(text[0]) * 131 + ord(text[1])) % _MARKS


def _stem(name: str) -> str:
    if name[-2:] in _LONG_ENDS:
        return short_below_province(name)
    return name[:-1] if len(name) > 2 else name


@lru_cache(maxsize=1)
def _table() -> _Table:
    """Build the table from the divisions; it takes 120 kB of memory."""
    stems: list[str] = []
    province, city, level = array("B"), array("H"), array("B")
    provinces: list[str] = []
    cities: list[str] = []

    def add(stem: str, of_city: int, at: int) -> None:
        if 1 < len(stem) <= _LONGEST:
            stems.append(stem + _PADDING[len(stem)] + chr(len(stems)))
            province.append(len(provinces) - 1)
            city.append(of_city)
            level.append(at)

    last = ""
    # The table of regions.py is not asked: it would stay in memory.
    for line in TABLE.read_text("utf-8").splitlines()[1:]:
        full, name, districts = line.split("\t")
        whole = full == name or full.endswith(("市", "特别行政区"))
        if full != last:
            last = full
            provinces.append(_PROVINCE_END.sub("", full))
            if whole:
                cities.append(provinces[-1])
            add(provinces[-1], len(cities) if whole else 0, 1)
        if not whole:
            cities.append(_stem(name))
            add(cities[-1], len(cities), 2)
        parent, of_city, of_province = cities[-1], len(cities), len(provinces) - 1
        for district in districts.split():
            stem = _stem(district) if district[-2:] in _LONG_ENDS else district[:-1]
            # 沛县 is never called 沛.
            whole = len(district) == 2
            if whole:
                stem = district
            if 1 < len(stem) <= _LONGEST and stem != parent:
                stems.append(stem + _PADDING[len(stem)] + chr(len(stems)))
                province.append(of_province)
                city.append(of_city)
                level.append(3 if whole or (district[-1] == "市" and stem not in _BRANDS) else 4)
    stems.sort()
    packed = array("Q")
    packed.frombytes("".join([stem[:_LONGEST] for stem in stems]).encode("utf-16-be"))
    if sys.byteorder == "little":
        packed.byteswap()
    places = array("H", [ord(stem[_LONGEST]) for stem in stems])
    begun = bytearray(_MARKS)
    for stem in stems:
        begun[_mark(stem)] = 1
    return _Table(packed, begun, places, province, city, level, tuple(provinces), tuple(cities))


class _Named(NamedTuple):
    """A place by its short name: what follows the first two signs, how many it has in all, its level."""

    tail: str
    size: int
    level: int
    number: int
    place: Place
    end: re.Pattern[str]  # what may follow the short name
    alone: bool  # without what may follow it is a place without a larger one before it, too


class _Known(dict[str, tuple[_Named, ...]]):
    """The places whose short names begin with two signs, by these: of the 3,000 those that texts had."""

    def __missing__(self, two: str) -> tuple[_Named, ...]:
        found = _named(two) if len(two) == 2 and _table().begun[_mark(two)] else ()
        if found:
            self[two] = found
        return found


_NAMED = _Known()


def _named(two: str) -> tuple[_Named, ...]:
    table = _table()
    wanted = int.from_bytes(two.encode("utf-16-be", "surrogatepass"), "big")
    if wanted >> 32:
        return ()
    found = []
    for row in range(bisect_left(table.keys, wanted << 32), len(table.keys)):
        key = table.keys[row]
        if key >> 32 != wanted:
            break
        tail = (key & 0xFFFFFFFF).to_bytes(4, "big").decode("utf-16-be").rstrip("\0")
        one = table.places[row]
        level, city = table.level[one], table.city[one]
        place = Place(
            table.provinces[table.province[one]],
            table.cities[city - 1] if city else "",
            two + tail if level > 2 else "",
        )
        end = _WHOLE_END if level == 1 and city else _END[min(level, 3)]
        alone = level < 4 and two + tail not in _BRANDS
        found.append(_Named(tail, 2 + len(tail), level, one, place, end, alone))
    return tuple(found)


def _at(text: str, at: int, within: Place) -> tuple[Place, int] | None:
    """Return the place of the longest name at a position that fits a larger place, and where it ends."""
    found = _NAMED[text[at : at + 2]]
    if not found:
        return None
    larger, of_city, _district = within
    fitting: list[tuple[int, bool, int, int, int, Place]] = []  # first what the best has least of
    for tail, size, level, one, place, follows, alone in found:
        if tail and not text.startswith(tail, at + 2):
            continue
        if (larger and place.province != larger) or (of_city and (level < 3 or place.city != of_city)):
            continue
        if _OF_TOWN.match(text, at + size):
            continue
        written = follows.match(text, at + size)
        if written is None and not larger and not alone:
            continue
        fitting.append((-size, written is None, level, one, written.end() if written else at + size, place))
    if not fitting:
        return None
    less, short, level, _one, end, place = min(fitting) if len(fitting) > 1 else fitting[0]
    # 朝阳区 lies in several cities: which one is not said.
    if level > 2 and len(fitting) > 1:
        alike = [one for one in fitting if one[:2] == (less, short) and one[2] > 2]
        if len(alike) > 1:
            return Place(larger, of_city, place.district), end
    return place, end


def leading_place(text: str) -> tuple[Place, int]:
    """Return the place that a text in simplified characters begins with, and where the rest begins (0: none).

    Of 浙江省杭州市萧山区恒达 the rest is 恒达; 昆山恒达 lies in 江苏, 苏州. A district or county without its
    区, 县 counts only behind a larger place, and so does a town whose name is a brand as often (东方).
    """
    found = _at(text, 0, _NOWHERE)
    if found is None:
        return _NOWHERE, 0
    place, end = found
    while not place.district:
        further = _at(text, end, place)
        if further is None:
            break
        place, end = further
    zone = _ZONE.match(text, end)
    return place, zone.end() if zone else end


def as_place(text: str) -> Place | None:
    """Return the place that a text names from its first sign to its last, None when it is anything else."""
    place, end = leading_place(text)
    return place if end and end == len(text) else None
