"""Headings as teams write them, brought to one form: stars, hints, units and ordinals taken off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_DIGITS = {sign: value for value, sign in enumerate("一二三四五六七八九", 1)}
_HINT = re.compile(r"\((?:必填|必填项|必须|选填|可选|可空|非必填|required|optional|\*)\)")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_PICTURES = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_COUNTED = re.compile(r"\(?[0-9]{1,2}\)?(?=[\u3400-\u9fff])")
_NUMERAL = r"([1-9一二三四五六七八九])"
_UNIT = re.compile(r"(?:单位:?)?(?:人民币)?(亿元|万元|千元|亿|万|元)")
_UNIT_END = re.compile(r"(.+?)(亿元|万元|千元)")
_NUMBERED = (
    re.compile(rf"(?P<base>联系人|对接人|联络人|contact(?:person)?)\(?{_NUMERAL}\)?(?P<rest>.*)"),
    re.compile(rf"第{_NUMERAL}(?:位|个)?(?P<base>联系人|对接人|联络人)(?P<rest>.*)"),
    re.compile(rf"(?P<base>.+?)(?P<rest>)\(?{_NUMERAL}\)?"),
)
_ENGLISH, _CHINESE = r"([A-Za-z][\w .&'#()-]*[A-Za-z.)])", r"([\u3400-\u9fff][^A-Za-z]*)"
_TWICE = re.compile(rf"{_ENGLISH}\s*[/|]?\s*{_CHINESE}|{_CHINESE}\s*[/|]?\s*{_ENGLISH}", re.ASCII)
_SECOND = re.compile(r"(?:备用|备选|次要|其他|另一)(?P<base>联系人|对接人|联络人|电话|手机|邮箱)(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading taken apart: ``keys`` to look up, best first; ``slot`` is the 2 of 联系人2."""

    key: str
    keys: tuple[str, ...]
    unit: str = ""
    slot: int = 0
    slot_keys: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def heading_key(text: str) -> str:
    """Return the key under which two spellings of one heading are alike; brackets stay, hints go."""
    from crm_tui.text.fold import fold

    key = _HINT.sub("", fold(text))
    return re.sub(rf"[*:_\-.·'\"!?、,;{_PICTURES}]", "", key)


@lru_cache(maxsize=4096)
def parse_heading(text: str) -> Heading:
    """Take a heading apart: 合作金额（万元） has a unit, 联系人2电话 is the second contact's 电话."""
    key = heading_key(text)
    said_twice = _in_two_languages(text)
    inner = [part for part in _BRACKETS.findall(key) if part]
    base = _BRACKETS.sub("", key)
    keys = [key]
    unit = next((found[1] for part in inner if (found := _UNIT.fullmatch(part))), "")
    if inner and base:
        keys += [inner[0] + base, base]
    if not unit and (tail := _UNIT_END.fullmatch(base)):
        unit = tail[2]
        keys.append(tail[1])
    keys += [*said_twice, _COUNTED.sub("", key, count=1)]
    slot, slot_keys = _ordinal(key)
    return Heading(key, tuple(dict.fromkeys(one for one in keys if one)), unit, slot, slot_keys)


def _in_two_languages(text: str) -> list[str]:
    """Return the Chinese and the English part of a heading such as Company Name 公司名称."""
    found = _TWICE.fullmatch(text.strip().strip("*★ "))
    if not found or text.isascii():
        return []
    parts = [_BRACKETS.sub("", heading_key(part)) for part in found.groups() if part]
    english, chinese = sorted(parts, key=lambda part: not part.isascii())
    # VIP客户 and CRM 编号 are no translations.
    apart = re.search(r"[\n/|]", text) is not None
    return [chinese, english] if apart or english in _english() else []


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    from crm_tui.presets.loader import load_headings

    headings = (heading for name, each in load_headings().items() for heading in (name, *each))
    return frozenset(heading_key(one) for one in headings if one.isascii())


def _ordinal(key: str) -> tuple[int, tuple[str, ...]]:
    for pattern in _NUMBERED:
        if found := pattern.fullmatch(key):
            numeral = next(part for part in found.groups() if part and re.fullmatch(_NUMERAL, part))
            slot = int(numeral) if numeral.isascii() else _DIGITS[numeral]
            return slot, _names(found["base"], found["rest"])
    if found := _SECOND.fullmatch(key):
        return 2, _names(found["base"], found["rest"])
    return 0, ()


def _names(base: str, rest: str) -> tuple[str, ...]:
    return (base + rest, rest) if rest else (base,)
