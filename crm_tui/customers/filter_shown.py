"""Filters shown as text that reads as the same filter again."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crm_tui.customers.filter_fields import (
    FILTER_FIELDS,
    ME,
    PERIODS,
    All,
    Any_,
    Condition,
    Filter,
    FilterField,
    Not_,
)
from crm_tui.locale import N_, _
from crm_tui.presets.store import Dictionary
from crm_tui.text.fold import fold

AND, OR, NOT, OPEN, CLOSE = "and", "or", "not", "(", ")"
JOINS = {"且": AND, "并且": AND, "and": AND, "&": AND, "或": OR, "或者": OR, "or": OR, "非": NOT, "not": NOT}
NONE = N_("none")
SOME = N_("any")
NOTHING = {"无", "没有", "空", "none", "no", "否"}
ANYTHING = {"有", "是", "any", "yes", "some"}
DENIED = re.compile(r"[!！]|不是|非")
STOPS = re.compile(r'[\s()（）|｜"“”＂,，、:：<>=＜＞]')


def text_of(tree: Filter | None, words: Dictionary, names: Mapping[int, str], text: str = "") -> str:
    """Return a filter, and free words, as they can be typed again."""
    free = [_quoted(word) if _is_special(word) else word for word in text.split()]
    shown = _shown(tree, words, names, False) if tree is not None else ""
    return " ".join(
        part for part in (shown if not free or not isinstance(tree, Any_) else f"({shown})", *free) if part
    )


def _is_special(word: str) -> bool:
    return bool(STOPS.search(word)) or word.casefold() in JOINS or word[:1] in "-!！" or word[:1] == "非"


def _quoted(text: str) -> str:
    if '"' not in text:
        return f'"{text}"'
    return f"“{text}”" if "”" not in text else f'"{text.replace(chr(34), chr(0xFF02))}"'


def _shown(tree: Filter, words: Dictionary, names: Mapping[int, str], inner: bool) -> str:
    if isinstance(tree, Not_):
        part = _shown(tree.part, words, names, True)
        return _("not {part}").format(part=part)
    if isinstance(tree, Condition):
        return _one_shown(tree, words, names)
    joint = " " if isinstance(tree, All) else _(" or ")
    shown = joint.join(_shown(part, words, names, True) for part in tree.parts)
    return f"({shown})" if inner else shown


def _one_shown(one: Condition, words: Dictionary, names: Mapping[int, str]) -> str:
    field = FILTER_FIELDS[one.field]
    title = field.title
    if one.op in ("none", "some"):
        return f"{title}:{_(NONE if one.op == 'none' else SOME)}"
    if one.op in ("over", "within"):
        return f"{title}{'>' if one.op == 'over' else '<'}" + _("{n}d").format(n=one.values[0])
    if one.op == "period":
        return f"{title}:{_(PERIODS[one.values[0]])}"
    if one.op == "in":
        low, high = one.values
        return f"{title}:{low}" if low == high else f"{title}:{low}..{high}"
    return f"{title}:" + ",".join(_value_shown(field, value, words, names) for value in one.values)


def _value_shown(field: FilterField, value: str, words: Dictionary, names: Mapping[int, str]) -> str:
    shown = value
    if field.kind == "word":
        label = words.label(field.word_kind, value)
        shown = label if words.key_of(field.word_kind, label) == value else value
    elif field.kind == "person":
        shown = _("me") if value == ME else names.get(int(value), "")
        same = [key for key, name in names.items() if fold(name) == fold(shown)]
        if not shown or (value != ME and (len(same) > 1 or fold(shown) in ("我", ME, "自己"))):
            return f"#{value}"
    return (
        _quoted(shown)
        if STOPS.search(shown)
        or DENIED.match(shown)
        or fold(shown) in NOTHING | ANYTHING
        or shown != shown.strip()
        else shown
    )
