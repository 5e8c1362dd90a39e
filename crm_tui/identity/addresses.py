"""An address as two people may write it: what of it is the street, the number and the room."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from crm_tui.text.fold import is_settled, simplify
from crm_tui.text.gazetteer import Place, as_place, leading_place

_BLANKS = re.compile(r"[\s,，、。;；·]+")
_BEFORE_STREET = re.compile(
    r".{0,14}?(?:街道办事处|街道|镇|乡(?!路|街)|开发区|工业园区|工业园|产业园区|产业园|园区|高新区|新区|社区)(?=.*?[路街道巷弄])"
)
_OF_DISTRICTS = frozenset("街镇乡区园")  # one of them stands in each of these words
_STREET = re.compile(
    r"([^\d()#号]{1,12}?(?:大道|大街|路(?!口)|街(?![道坊])|道(?!办)|巷|胡同|弄)(?:[东西南北中](?:段|路|街)|[一二三四五六七八九十\d]{1,2}段|[东西南北中一二三四五六七八九十](?=\d))?)"
    r"(?:延长线|延伸段|东侧|西侧|南侧|北侧)?(?:第?(\d+(?:[-之]\d+)?(?![\d幢栋楼层])))?"
)
_ROAD_END = re.compile(r"[东西南北中]?[一二三四五六七八九十]?(?:大道|大街|路|街(?!道)|道(?!办)|巷|弄)")
_DIGITS = re.compile(r"[0-9]+")
_POSTCODE = re.compile(r"\(?\d{3}(?:\d{2,3})?\)?(?=[\u4e00-\u9fff]{2,3}[省市县区])")
# 中山路183巷5号 is a house of the lane, not number 183; 中山路183弄 alone is one estate.
_IN_LANE = re.compile(r"(?:巷(?:\d+弄)?|弄)\d+(?:[-之]\d+)?号")
# 7楼之3 and 7f-3: the third of that floor.
_OF_FLOOR = re.compile(r"(\d+)(?:楼|层|f)(?:之|-)?(\d+)(?:室|号)?$")
_SECTION = str.maketrans("123456789", "一二三四五六七八九")
_OTHER_BRACKETS = str.maketrans("（）【】[]＃", "()()()#")


class Street(NamedTuple):
    """The part of an address below the district, '' for what is not said; ``room`` has its last digits."""

    road: str = ""
    number: str = ""
    room: str = ""


@lru_cache(maxsize=64)
def take_apart(typed: str) -> tuple[Place, Street]:
    """Return the place and the street of an address; without a road its first words stand for it."""
    if not typed:
        return Place(), Street()
    text = typed if is_settled(typed) else simplify(unicodedata.normalize("NFKC", typed)).lower()
    if not text.isalnum():
        text = _BLANKS.sub("", text.translate(_OTHER_BRACKETS))
    if (text[:1] == "(" or text[:1].isdigit()) and (postcode := _POSTCODE.match(text)):
        text = text[postcode.end() :]
    if text.startswith("中国"):
        text = text[2:].removeprefix("(")
    place, start = leading_place(text)
    if start:
        # 上海市上海市松江区: a municipality is its own province, and forms ask for both.
        again, size = leading_place(text[start:])
        if size and again[:2] == place[:2] and not _ROAD_END.match(text, start + size):
            place, start = again, start + size
    if start and _ROAD_END.match(text, start):
        # 南京街, 厦门路: what looks like a place is the name of a road.
        for size in (4, 3, 2):
            if size <= start and as_place(text[start - size : start]):
                start -= size
                place = leading_place(text[:start])[0]
                break
    rest = text[start:].lstrip(")")
    if not _OF_DISTRICTS.isdisjoint(rest[:20]) and (before := _BEFORE_STREET.match(rest)):
        rest = rest[before.end() :]
    found = _STREET.search(rest)
    if found:
        road, number = found[1], found[2] or ""
        behind = rest[found.end() :]
        if road[-1] == "段":
            road = road.translate(_SECTION)  # 信义路3段 is 信义路三段
        if number and behind[:1] in "巷弄" and (lane := _IN_LANE.match(behind)):
            number, behind = number + lane[0][:-1], behind[lane.end() :]
    else:
        first = _DIGITS.search(rest)
        at = first.start() if first else len(rest)
        road, number = rest[:at][:16], first[0] if first else ""
        behind = rest[first.end() :] if first else ""
    if floor := _OF_FLOOR.search(behind):
        room = f"{floor[1]}-{floor[2]}"
    else:
        digits = _DIGITS.findall(behind)
        room = digits[-1] if digits else ""
    road = road.replace("|", "").strip("()-#")  # which keeps the parts of a street apart (features.py)
    return place, Street(road, number.replace("之", "-"), room)


def same_road(left: str, right: str) -> bool:
    """Tell whether two roads are one although something may stand before the name of either."""
    return left == right or (
        min(len(left), len(right)) >= 3 and (left.endswith(right) or right.endswith(left))
    )
