"""Two values of one field compared: what level they come to."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from rapidfuzz.distance import OSA

from crm_tui.identity.addresses import same_road
from crm_tui.identity.features import Features
from crm_tui.identity.keys import organisation
from crm_tui.text.mail import is_free_mail

_DIGITS = re.compile(r"[0-9]+")
_NUMERALS = frozenset("一二三四五六七八九十百千万两双壹贰叁肆伍陆柒捌玖拾0123456789")
# Words of many trades: two that share only one of them share nothing.
_OF_ANY = (
    "科技 技术 服务 管理 设备 制品 工程 发展 实业 开发 产品 用品 材料 咨询 经营 销售 贸易"
    " 商贸 经贸 企业 集团 控股"
)
_GENERAL = frozenset(_OF_ANY.split())
_GENERAL_WORD = re.compile("|".join(sorted(_GENERAL)))
_ROMAN_SIGNS = frozenset("ivx")
_TRADES = 16_000  # pairs of trades kept with their level: words that many customers share
_GROUPS = ("集团", "控股", "企业集团", "集团股份", "控股集团")
# Signs of which each may name another firm of a house: 恒达甲 and 恒达乙, 城东店 and 城西店.
_COUNTED = frozenset("一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾")
_NUMBERS = _COUNTED.union("0123456789")
_WORTH = dict(zip("零一二三四五六七八九壹贰叁肆伍陆柒捌玖", "0123456789123456789", strict=True))
_SERIES = (
    _COUNTED,
    *map(frozenset, ("甲乙丙丁戊己庚辛壬癸", "东西南北中", "上下", "前后", "大小", "新老")),
)
_ROMAN = re.compile("(?<![a-z])(?:i{1,3}|iv|vi{0,3}|ix|x)(?=$|[号期])")
_OUTLET = re.compile(
    "(?:(?:路|街|道|巷|里|桥|门|口|城|广场|中心|商场|大厦|花园|小区|[东西南北中])(?:旗舰|直营|加盟)?分?店"
    "|加油站|加气站|充电站|[支分]行|网点|门市部?|校区|院区)$"
)
# 国际贸易 is 贸易: what of a trade says nothing.
_EMPTY = frozenset(("国际", "进出口", "综合", "专业", "有限"))


def common(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Return the smallest value that both have, '' when there is none."""
    if len(left) == 1 and len(right) == 1:
        return left[0] if left[0] == right[0] else ""
    return min(set(left) & set(right), default="")


def common_landline(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Return the local number that both have, its area codes equal where both are known."""
    shared = ""
    for one in left:
        area, _colon, number = one.partition(":")
        for other in right:
            other_area, _colon, other_number = other.partition(":")
            if number == other_number and (not area or not other_area or area == other_area):
                shared = min(shared, number) if shared else number
    return shared


def any_alike(alike: Callable[[str, str], bool], left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Tell whether any of some values is like any of others."""
    for one in left:
        for other in right:
            if alike(one, other):
                return True
    return False


def near_mobile(left: str, right: str) -> bool:
    """Tell whether two numbers are one but for a slip."""
    return OSA.distance(left, right, score_cutoff=1) < 2


def near_mail(left: str, right: str) -> bool:
    """Tell whether two addresses are one but for a slip or the mail service."""
    name, _at, domain = left.rpartition("@")
    other, _at, other_domain = right.rpartition("@")
    if name == other:
        # info@ is everybody's; zhangwei8 at another free service is the same person.
        return OSA.distance(domain, other_domain, score_cutoff=1) < 2 or (
            len(name) > 6 and is_free_mail(domain) and is_free_mail(other_domain)
        )
    short = min(len(name), len(other))
    return domain == other_domain and short > 4 and OSA.distance(name, other, score_cutoff=1) < 2


def code_level(a: Features, b: Features, band: Callable[[str, str], int]) -> str:
    """Return the level of two codes, both given."""
    if a.code == b.code:
        return "same1" if band("u", organisation(a.code)) < 2 else "same2"
    if a.code_valid and b.code_valid:
        return "two_valid"
    return "typo" if OSA.distance(a.code, b.code, score_cutoff=2) < 3 else "differ"


def shared_brand(a: Features, b: Features) -> str:
    """Return the brand that both have, '' when there is none; one of them may be that of a further name."""
    if a.brand == b.brand:
        return a.brand
    if not (a.brands or b.brands):
        return ""
    return min({a.brand, *a.brands} & {b.brand, *b.brands} - {""}, default="")


def brand_level(a: Features, b: Features) -> str:
    """Return the level of two brands, ``same`` without its band."""
    if shared_brand(a, b):
        return "same"
    one, other = (
        (a.brand, b.brand) if (len(a.brand), a.brand) <= (len(b.brand), b.brand) else (b.brand, a.brand)
    )
    if _numbered_apart(one, other):
        return "number"
    short = len(one) < 3
    if a.sound == b.sound or (one.isascii() != other.isascii() and spelled_alike(a, b)):
        return "short_sound" if short else "sound"
    distance = OSA.distance(one, other, score_cutoff=2)
    if distance == 1:
        return _one_off(one, other, "short_" if short else "")
    if len(one) > 1:
        if other.startswith(one):
            # The trade of one may have stayed in the brand of the other: 楼麟融资 and 楼麟, 融资租赁.
            rest, trade = other[len(one) :], a.trade if one == a.brand else b.trade
            if trade.startswith(rest):
                return "with_trade"
        if _whole_alike(a, b):
            return "whole"
        if one in other:
            return "begins" if other.startswith(one) else "inside"
    if distance == 2 and len(one.removeprefix("中国")) > 3:
        return "near"
    return "differ"


def _whole_alike(a: Features, b: Features) -> bool:
    """Tell whether brand and trade together are the same but for a sign: 格瑞迪印刷, 格瑞印迪刷."""
    left, right = a.brand + a.trade, b.brand + b.trade
    return (
        (a.trade != "" or b.trade != "")
        and min(len(left), len(right)) > 4
        and abs(len(left) - len(right)) < 2
        and OSA.distance(left, right, score_cutoff=1) < 2
    )


def _numbered_apart(one: str, other: str) -> bool:
    """Tell whether two brands are the same but for their numbers: 客户9, 客户12; 恒达i, 恒达ii."""
    if not (_ROMAN_SIGNS.isdisjoint(one) or _ROMAN_SIGNS.isdisjoint(other)):
        head, tail = _ROMAN.sub("", one), _ROMAN.sub("", other)
        if head == tail and not head.isascii():
            return True
    left = _DIGITS.findall(one)
    if not left or _DIGITS.sub("", one) != _DIGITS.sub("", other):
        return False
    right = _DIGITS.findall(other)
    return bool(right) and [each.lstrip("0") for each in left] != [each.lstrip("0") for each in right]


def _one_off(one: str, other: str, short: str) -> str:
    if len(one) == len(other):
        places = [at for at in range(len(one)) if one[at] != other[at]]
        if len(places) == 2:
            return short + "slip"
        at = places[0]
        if _WORTH.get(one[at], one[at]) == _WORTH.get(other[at], other[at]):
            return short + "slip"  # 恒达一, 恒达1
        if (one[at] in _NUMERALS and other[at] in _NUMERALS) or _in_series(one, other, at):
            return "number"
        return short + "one"
    at = next((at for at in range(len(one)) if one[at] != other[at]), len(one))
    if other[at] in _COUNTED and not _COUNTED.isdisjoint(other[max(at - 1, 0) : at] + other[at + 1 : at + 2]):
        return "number"  # 恒达一, 恒达十一
    doubled = other[at] in (other[at - 1 : at], other[at + 1 : at + 2])
    return short + ("slip" if doubled else "missing")


def _in_series(one: str, other: str, at: int) -> bool:
    """Tell whether two names of one length differ at a place by what tells firms of a series apart."""
    pair = {one[at], other[at]}
    if any(pair <= signs for signs in _SERIES):
        return True
    # 恒达a and 恒达b; within a word a letter is a slip.
    beside = one[at - 1 : at] + one[at + 1 : at + 2]
    return "".join(pair).isascii() and not any(map(str.isascii, beside))


def of_a_series(one: str, other: str) -> bool:
    """Tell whether two brands that differ by their numbers are of different firms: not 万达 and 千达."""
    if len(one) != len(other):
        return True
    places = [at for at in range(len(one)) if one[at] != other[at]]
    if len(places) != 1:
        return True
    pair = {one[places[0]], other[places[0]]}
    return (
        pair <= _COUNTED.union("0123456789") or "".join(pair).isascii() or _in_series(one, other, places[0])
    )


def names_of_a_series(one: str, other: str) -> bool:
    """Tell whether two whole names differ by nothing but a mark of a series: 恒达机械(东), 恒达机械(西)."""
    if one == other or len(one) != len(other):
        return False
    places = [at for at in range(len(one)) if one[at] != other[at]]
    return len(places) == 1 and _in_series(one, other, places[0])


def are_outlets(one: str, other: str) -> bool:
    """Tell whether two names are those of outlets of one house: 恒达茶饮人民路店, 恒达茶饮中山路店."""
    if one == other or not (_OUTLET.search(one) and _OUTLET.search(other)):
        return False
    size = min(len(one), len(other))
    head = next((at for at in range(size) if one[at] != other[at]), size)
    tail = next((at for at in range(size - head) if one[-at - 1] != other[-at - 1]), size - head)
    left, right = one[head : len(one) - tail], other[head : len(other) - tail]
    if head < 4 or not left or not right or sorted(left) == sorted(right):
        return False
    return len(left) > 1 or len(right) > 1 or _in_series(left, right, 0)


def spelled_alike(a: Features, b: Features) -> bool:
    """Tell whether one of two names is the other in pinyin: Hengda, or Wei Wang."""
    latin, han = (a, b) if a.brand.isascii() else (b, a)
    spelled = latin.brand
    for hard, soft in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n")):
        spelled = spelled.replace(hard, soft)
    first, _blank, rest = han.sound.partition(" ")
    sounds = rest.replace(" ", "")
    whole = first + sounds
    if len(whole) > 5 and spelled.startswith(whole):
        return True  # Hengdali Trading
    return len(whole) > 3 and spelled in (whole, sounds + first)


@lru_cache(maxsize=_TRADES)
def trade_level(left: str, right: str) -> str:
    """Return the level of two trades, both given."""
    if left == right:
        return "same"
    one, other = (left, right) if (len(left), left) <= (len(right), right) else (right, left)
    if one in other:
        if one.endswith(_GROUPS) and other.startswith(one):
            return "differ"  # 恒达集团 and its 恒达集团科技
        # 科技 of 网络科技 says little: firms of one brand both have it.
        return "vague" if one in _GENERAL and other.replace(one, "", 1) not in _EMPTY else "part"
    # 企管咨询 of 企业管理咨询: all signs in order.
    rest = iter(other)
    if all(sign in rest for sign in one):
        return "part"
    alike = next((at for at in range(len(one)) if one[at] != other[at]), len(one))
    ends = one[alike:], other[alike:]
    if alike > 1 and not _GENERAL.issuperset(ends) and trade_level(*sorted(ends, key=len)) == "differ":
        # 典当建筑工程 and 典当动漫设计: the word before both belongs to the brand.
        return "differ"
    # What lies across a general word is no word: 业管 of 企业管理 and 物业管理.
    telling = _GENERAL_WORD.sub(" ", one)
    pairs = {telling[at : at + 2] for at in range(len(telling) - 1)}
    return "overlap" if any(pair in other for pair in pairs if " " not in pair) else "differ"


def branch_level(left: str, right: str) -> str:
    """Return the level of two branches, at least one given."""
    if left == right:
        return "same"
    if not (left and right):
        return "one"
    return "same" if left.endswith(right) or right.endswith(left) else "differ"


def place_level(a: Features, b: Features) -> int:
    """Return 0 same city in both names, 1 same city, 2 another place, 3 another in the names, -1 unknown."""
    if a.told_district and b.told_district and a.told_district != b.told_district:
        return 3
    if a.told_city and b.told_city:
        return 0 if a.told_city == b.told_city else 3
    if a.city and b.city:
        return 1 if a.city == b.city else 2
    if a.told_province and b.told_province and a.told_province != b.told_province:
        return 3
    if a.province and b.province and a.province != b.province:
        return 2
    return -1


def street_level(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, str]:
    """Return the best level of two sets of streets ('' for none) and the value whose rarity counts."""
    best, value = 9, ""
    for one in left:
        for other in right:
            level = _street_level(one, other)
            if level < best:
                best = level
                road, number, room = min(one, other).split("|")
                value = f"{road[-3:]}|{number}|{room}"
    return ("room", "building", "other_room", "other_number", "other_street", "", "", "", "", "")[best], value


def _street_level(one: str, other: str) -> int:
    if one == other:
        road, number, room = one.split("|")
        # Without a number a long description is a place, a road is none.
        return 0 if number and room else 1 if number or len(road) > 5 else 5
    road, number, room = one.split("|")
    other_road, other_number, other_room = other.split("|")
    if not same_road(road, other_road):
        return 4
    if not (number and other_number):
        return 5
    if number != other_number:
        return 3
    if room == other_room:
        return 0 if room else 1
    return 2 if room and other_room else 1
