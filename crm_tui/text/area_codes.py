"""Landline area codes (区号) of mainland China and the places that have them."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_SUFFIX = re.compile(r"(?:特别行政区|自治州|地区|林区|市|盟|州|县)$")
_PEOPLES = re.compile(
    r"(?:(?:[壮回藏苗彝侗瑶白傣羌]|布依|土家|朝鲜|哈尼|景颇|傈僳|哈萨克|蒙古|柯尔克孜|维吾尔)族?)+$"
)


@lru_cache(maxsize=1)
def area_codes() -> dict[str, tuple[str, ...]]:
    """Return every area code, with its leading 0, and its places (`0728` -> 仙桃市, 潜江市, 天门市)."""
    lines = (Path(__file__).parent / "data" / "area_codes.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {code: tuple(places.split("、")) for code, places in rows}


@lru_cache(maxsize=1)
def _by_place() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, places in area_codes().items():
        for place in places:
            found.setdefault(_core(place), code)
    return found


def _core(place: str) -> str:
    # 黔南布依族苗族自治州 and 黔南, 朝阳市 and 朝阳 are one place; two signs always remain (吉林市, 白城市).
    short = _SUFFIX.sub("", place)
    if short.endswith("族") or place.endswith("自治州"):
        short = _PEOPLES.sub("", short) or short
    return short if len(short) >= 2 else place


def area_code_of(city: str) -> str:
    """Return the area code of a city or prefecture (`深圳` or `深圳市` -> `0755`), '' when unknown."""
    return _by_place().get(_core(city.strip()), "")


def split_area_code(digits: str) -> tuple[str, str]:
    """Return area code and number of a landline's digits (`02162345678` -> `021`, `62345678`).

    Codes that begin 010 or 02 have three digits, all others four; ('', digits) when there is none.
    """
    if not digits.startswith("0") or len(digits) < 4:
        return "", digits
    length = 3 if digits[1:3] == "10" or digits[1] == "2" else 4
    code = digits[:length]
    return (code, digits[length:]) if length == 3 or digits[1] in "3456789" else ("", digits)
