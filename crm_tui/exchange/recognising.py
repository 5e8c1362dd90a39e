"""What a row of cells is: headings that mean fields, one of the documents' sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from crm_tui.customers.fields import FIELDS
from crm_tui.presets import load_headings, load_sheets, load_special_headings
from crm_tui.presets.headings import Heading, heading_key, parse_heading

How = Literal["exact", "alias", "remembered", "override", "guess", "refused", "none"]
Orientation = Literal["table", "vertical"]


@lru_cache(maxsize=1)
def known_headings() -> dict[str, tuple[str, How]]:
    """Return heading key -> field, and whether that is its very name or an alias."""
    table: dict[str, tuple[str, How]] = {}
    for name, headings in load_headings().items():
        for position, heading in enumerate(headings):
            table.setdefault(heading_key(heading), (name, "alias" if position else "exact"))
    for name in load_headings():
        table.setdefault(heading_key(FIELDS[name].label), (name, "exact"))
        table.setdefault(heading_key(name), (name, "exact"))
    return table


@lru_cache(maxsize=256)
def names_ways(text: str) -> bool:
    """Tell whether a heading names several ways of contact, and perhaps a person: 手机/微信, 电话和邮箱."""
    known = known_headings()
    parts = [parse_heading(part).keys for part in _APART.split(text) if part.strip()]
    fields = {next((known[key][0] for key in keys if key in known), "") for keys in parts}
    return len(parts) > 1 and fields <= {"contact_name", *_WAYS} and bool(fields & _WAYS)


def name_parts(headings: Sequence[str]) -> list[tuple[int, int]]:
    """Return the columns of a surname and a given name, [] unless there is one of each."""
    keys = [heading_key(heading) for heading in headings]
    found = [[at for at, key in enumerate(keys) if key in special(kind)] for kind in ("surname", "given")]
    return [(found[0][0], found[1][0])] if len(found[0]) == len(found[1]) == 1 else []


def other_meaning(heading: Heading, text: str) -> str:
    """Return the field that a part of a heading names, or all its parts together; '' where there is none."""
    known = known_headings()
    found = next((known[key][0] for key in heading.keys[1:] if key in known), "")
    if not found and (place := place_of(heading.key)):
        found = known[place][0] if place in known else ""
    return found or ("contact_way" if names_ways(text) else "")


@lru_cache(maxsize=256)
def place_of(text: str) -> str:
    """Return the 地址 of a heading for an address and a phone in one column, '' where it is none."""
    found = _PLACE.fullmatch(heading_key(text))
    return (found[1] or found[2]) if found else ""


_APART = re.compile(r"[/／、,，+＋&|\n]|[和及与]")
_PHONE = "(?:联系|办公|公司|单位)?(?:电话|手机|联系方式)(?:号码)?"
_PLACE = re.compile(rf"(.*地址)(?:[/,&+|和及与]|以及)?{_PHONE}|{_PHONE}(?:[/,&+|和及与]|以及)?(.*地址)")
_WAYS = {"contact_way", "mobile", "office_phone", "email", "wechat", "work_chat"}


@lru_cache(maxsize=16)
def special(name: str) -> frozenset[str]:
    """Return the keys of the headings that mean no field, by their reason."""
    return frozenset(heading_key(heading) for heading in load_special_headings()[name])


@lru_cache(maxsize=8)
def sheet_fields(key: str) -> dict[str, str]:
    """Return heading key -> field of one of the documents' sheets."""
    table = {}
    for column in load_sheets()[key].columns:
        for spelling in parse_heading(column.heading).keys:
            table.setdefault(spelling, column.field)
    return table


def is_known_heading(text: str) -> bool:
    """Tell whether a cell is a heading that means something: a field, a lead's mark, a private datum."""
    heading = parse_heading(text)
    known = known_headings()
    if any(key in known for key in (*heading.keys, *heading.slot_keys)):
        return True
    if names_ways(text) or place_of(text):
        return True
    kinds = ("lead", "other_sheet", "refused", "residence", "divisions")
    return any(heading.key in special(kind) for kind in kinds)


def recognise_sheet(headings: Sequence[str]) -> str | None:
    """Return which document's sheet these headings are (S0 to S4), None when it is none of them."""
    present = {key for heading in headings for key in parse_heading(heading).keys}
    best: tuple[float, int, str] | None = None
    for sheet in load_sheets().values():
        if sheet.key == "template":
            continue
        matched = sum(any(key in present for key in parse_heading(one).keys) for one in sheet.headings)
        share = matched / len(sheet.columns)
        if matched >= 5 and share >= 0.6 and (best is None or (share, matched) > best[:2]):
            best = (share, matched, sheet.key)
    return best[2] if best else None


def heading_signature(headings: Sequence[str]) -> str:
    """Return a key of a sheet's headings; their order, stars, widths and case do not matter."""
    import hashlib

    keys = sorted(key for key in numbered_keys(headings) if key and key not in special("report"))
    return hashlib.sha256("\x1f".join(keys).encode()).hexdigest()[:32]


def numbered_keys(headings: Sequence[str]) -> list[str]:
    """Return the keys of headings; the second of two alike ends in #2."""
    seen: dict[str, int] = {}
    keys = []
    for heading in headings:
        key = heading_key(heading)
        seen[key] = seen.get(key, 0) + 1
        keys.append(f"{key}#{seen[key]}" if key and seen[key] > 1 else key)
    return keys
