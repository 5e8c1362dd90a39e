"""Cells that hold people and their phones together: 张三 13812345678, 李四（采购）0755-88886666."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_tui.text.contact import pieces
from crm_tui.text.fold import tidy
from crm_tui.text.halfwidth import half_width
from crm_tui.text.surnames import is_surname


class Person(NamedTuple):
    """Somebody in such a cell: the name as written, a job title or '', and the rest of what was said."""

    name: str
    title: str
    ways: str


_EDGE = " \t\r\n,;/|、。:，；／｜：-－—–\u3000\u00a0"
_LABEL = re.compile(r"(?:联系人|联络人|对接人|收件人|收货人|姓名|contact)\s*[:：]?\s*", re.IGNORECASE)
_LONGEST = 20
_TRADES = (
    "采购|销售|市场|商务|业务|财务|会计|出纳|行政|人事|人力资源|技术|研发|设备|工程|质量|品质|生产|仓库|物流|运营|信息|项目|总务"
    "|法务|前台|客服|售后|后勤"
)
_RANKS = (
    "董事长|总经理|总裁|总监|经理|主任|主管|部长|科长|处长|局长|院长|所长|校长|厂长|店长|行长|站长|队长|书记|总工|总助"
    "|工程师|会计|出纳|秘书|助理|专员|文员|老板|老板娘|法人|法人代表|负责人|采购员|业务员|销售员|股东|合伙人|董事|工|总"
    "|manager|director|ceo|cto|cfo|coo|buyer|sales|purchasing|engineer"
)
_ADDRESSED = "先生|女士|小姐|太太|老师|师傅|医生|教授|博士|律师|姐|哥|董"
_TITLE = re.compile(
    rf"(?:[\w\u4e00-\u9fff]{{0,8}}?(?:{_TRADES})部?|[\w\u4e00-\u9fff &]{{0,10}}?(?:{_RANKS}))", re.I
)
_RANKED = re.compile(
    rf"[\u3400-\u9fff]{{0,2}}?(?:(?:{_TRADES})部?)?副?(?:{_RANKS}|{_ADDRESSED})", re.IGNORECASE
)
_ADDRESS = re.compile(_ADDRESSED)
_BRACKETS = re.compile(r"(?P<name>[^()]{1,20}?)\s*\((?P<title>[^()]{1,14})\)")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_SPACED = re.compile(r"[\u3400-\u9fff][ \u3000]{1,2}[\u3400-\u9fff]")  # 李 芳, as wide as a name of three
_FOREIGN = re.compile(r"[\u3400-\u9fff]{1,8}(?:[·•・][\u3400-\u9fff]{1,8}){1,3}")
_LATIN = re.compile(r"(?:(?:mr|ms|mrs|miss|dr)\.? )?[a-z][a-z'.\-]+(?: [a-z][a-z'.\-]*){0,3}", re.IGNORECASE)
_ANONYMOUS = re.compile(rf"[\u3400-\u9fff]?[*＊]{{1,2}}(?:{_RANKS}|{_ADDRESSED})?|[\u3400-\u9fff]某{{1,2}}")
# A surname begins them, but they are no names.
_WORDS = (
    "万一 万达 于今 于是 于此 任何 任意 何时 余额 党办 党委 全国 全天 全职 全部 关机 关注 "
    "关门 关闭 冷库 华东 华东区 华中 华为 华北 华北区 华南 华南区 单位 单号 单身 卫浴 卫生 "
    "古城 史料 周一 周三 周二 周五 周六 周内 周四 周日 周末 周转 周边 商会 商场 商户 商铺 "
    "宁夏 宁德 宁波 安保 安全 安排 安检 安装 安静 尚可 尚未 左右 左右手 左边 巴士 席位 常州 "
    "常州市 常打 常用 常联系 应付 应急 应收 应聘 康复 房东 房产 房管 支付宝 支行 方便 方式 "
    "方案 方法 施工 时常 时间 明天 明年 明早 明晚 易拉 易拉宝 景区 林业 柏油 楼上 楼下 毛坯 "
    "毛巾 江北 江南 江浙沪 江苏 江苏省 江西 江西省 池州 汤山 温州 温州市 温馨 游客 牛奶 田间 "
    "白天 白班 盛大 石家庄 石油 祖籍 祝好 程序 章程 童装 童车 管家 管理 管道 苗圃 范围 解约 "
    "贺州 路口 车主 车位 车间 车队 边上 连线 连通 连锁 金山 金融 金额 钟点 钱款 阳光 雷达 "
    "项下 项目 项目部 马上 马路 马鞍山 高层 高峰 高级 高速 黄山 黄金"
)
_NO_NAMES = frozenset(_WORDS.split())


def person_of(text: str, *, sure: bool = True) -> tuple[str, str] | None:
    """Return the name and the title in a text, None where it may be no person.

    ``sure`` takes what is a name beyond doubt, otherwise the text is said to be somebody's. 张经理 stays a
    name as it is, 李四（采购） and 采购部 张三 have a title.
    """
    text = _LABEL.sub("", tidy(text), count=1).strip(_EDGE)
    if half_width(text[:1]) == "(" and half_width(text[-1:]) == ")":
        text = text[1:-1].strip(_EDGE)
    if not text or len(text) > _LONGEST or any(sign.isdigit() for sign in text):
        return None
    half = half_width(text)
    if (found := _BRACKETS.fullmatch(half)) and _TITLE.fullmatch(found["title"]):
        name = text[: found.end("name")]
        return (name, text[slice(*found.span("title"))]) if not sure or _is_name(name) else None
    if found and _ADDRESS.fullmatch(found["title"]) and _is_name(text[: found.end("name")]):
        return text, ""
    parts = text.split()
    if len(parts) == 2 and not half.isascii():
        for name, title in (parts, parts[::-1]):
            if _is_name(name) and _TITLE.fullmatch(title):
                return name, title
    return (text, "") if not sure or _is_name(text) else None


def _is_name(text: str) -> bool:
    if text in _NO_NAMES:
        return False
    if _SPACED.fullmatch(text):
        text = text[0] + text[-1]
    if _ANONYMOUS.fullmatch(text) or _FOREIGN.fullmatch(text):
        return True
    if text.isascii():
        return " " in text and _LATIN.fullmatch(text) is not None
    if not _HAN.fullmatch(text):
        return False
    given = text[1:] if text[0] in "小老阿" and is_surname(text[1:2]) and len(text) == 2 else text
    if len(given) == 1:
        return given != text
    surname = 2 if len(given) > 2 and is_surname(given[:2]) else 1
    if not is_surname(given[:surname]):
        return False
    rest = given[surname:]
    if rest[0] == "州" or rest[-1] in "市省区县":
        return False
    return len(rest) <= 2 or _RANKED.fullmatch(rest) is not None


def people_in(text: str, *, sure: bool = True) -> list[Person]:
    """Return the people of a cell with their own phones, [] unless all of it is told.

    Each needs a phone, mail or account of his own, and nothing may be left over. ``sure``: only what is a
    name beyond doubt is one. A column of names says so of what begins a cell.
    """
    found = pieces(text)
    said = [one.text for one in found if one.field == "rest"]
    if not said or len(said) == len(found):
        return []
    first = found[0].field == "rest"
    sure = sure or not first or len(said) > 1
    people = [person_of(one, sure=sure) for one in said]
    places: list[tuple[int, int]] = []
    at = 0
    for one in said:
        begin = text.find(one, at)
        if begin < 0:
            return []
        at = begin + len(one)
        places.append((begin, at))
    result = []
    for number, (person, (begin, end)) in enumerate(zip(people, places, strict=True)):
        if first:
            until = places[number + 1][0] if number + 1 < len(places) else len(text)
            ways = text[:begin] * (not number) + text[end:until]
        else:
            since = places[number - 1][1] if number else 0
            ways = text[since:begin] + (text[end:] if number + 1 == len(places) else "")
        ways = _bare(ways)
        told = pieces(ways)
        if person is None or not told or any(one.field == "rest" for one in told):
            return []
        result.append(Person(*person, ways))
    return result


def _bare(ways: str) -> str:
    """Return a text without separators at its ends and without the brackets that held a name or a number."""
    ways = ways.strip(_EDGE)
    half = half_width(ways)
    while half[:1] == "(" and half[-1:] == ")" and half.count("(") == 1:
        ways = ways[1:-1].strip(_EDGE)
        half = half_width(ways)
    for empty in ("()", "[]"):
        at = half.find(empty)
        if at >= 0:
            ways = (ways[:at] + ways[at + 2 :]).strip(_EDGE)
            half = half_width(ways)
    return ways.lstrip(")）]】").rstrip("(（[【").strip(_EDGE) if half.count("(") != half.count(")") else ways
