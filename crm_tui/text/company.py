"""Names of companies taken apart: place, brand (字号), trade, legal form, branch.

All functions take a name however it is written and return it as ``fold.searchable`` writes it. A part
is taken off only while a brand stays, so 上海滩餐饮 and 昆山科技 keep their place.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from crm_tui.text.fold import searchable
from crm_tui.text.gazetteer import Place, as_place, leading_place

_TABLE = Path(__file__).parent / "data" / "company_words.txt"
_BRACKETS = str.maketrans("[]【】〔〕〖〗{}《》〈〉「」『』", "()()()()()()()()()")
# Forms of other languages, at the end and apart from what stands before: Co., Ltd., GmbH, S.A., Sdn Bhd.
_LATIN_FORM = re.compile(
    r"[\s,.\-]+(?:(?:pte|pty|pvt|private)[\s.,]+)?(?:co(?:mpany)?[\s.,]*(?:&[\s.,]*)?)?"
    r"(?:ltda?|limited|l\.?l\.?[cp]\.?|inc|incorporated|corp|corporation|plc|gmbh(?:[\s.,]*&[\s.,]*co[\s.,]*kg)?|kgaa|"
    r"s\.?a\.?r\.?l|s\.?r\.?l|s\.?p\.?a|s\.?a\.?s?|a\.?g|b\.?v|n\.?v|k\.?k|oyj?|a\.?b|a\.?s|a/s|sdn[\s.]*bhd|bhd|co(?:mpany)?)[.,\s]*$"
)
_LATIN_GROUP = re.compile(
    r"[\s,.\-]+(?:group|holdings?|international|technolog(?:y|ies)|industr(?:y|ies|ial)|electronics?)$"
)
_NOTE = re.compile(r"\s*(?:[*#]+|[-—_/]\s*[\u4e00-\u9fff]{1,6}|\([^()]*\))$")
_BRANCH_HEAD = re.compile("公司|集团|合伙\\)?|合作社|事务所|研究院|银行|医院|厂")
_COUNTRY = re.compile("(?:中国|中华|国家|全国)")
# 上海滩, 南京路: with one of these behind it a place is another thing.
_OTHER_THINGS = frozenset("滩路街湾港岛江河湖海桥山塔城")
_BETWEEN = frozenset(" ().,-·&")
_BRANCH_LENGTH = 18
_KEPT = 64  # names of a moment: search, keys and features ask for the same one after the other


class Company(NamedTuple):
    """The parts of a name, '' for what it does not say; ``trade`` and ``form`` as written."""

    region: Place
    brand: str
    trade: str
    form: str
    branch: str


class _Words(NamedTuple):
    forms: tuple[str, ...]  # the longest first
    branches: tuple[str, ...]
    groups: frozenset[str]
    ends: frozenset[str]  # of trades and groups
    last: frozenset[str]  # the last sign of each
    longest: int
    form_words: frozenset[str]
    form_sizes: tuple[int, ...]


@lru_cache(maxsize=1)
def _words() -> _Words:
    found: dict[str, list[str]] = {}
    kind = ""
    for line in _TABLE.read_text("utf-8").splitlines()[1:]:
        if line.startswith("["):
            kind = line.strip("[]")
        else:
            found.setdefault(kind, []).extend(line.split())
    ends = found["trades"] + found["groups"]
    return _Words(
        tuple(sorted(found["forms"], key=len, reverse=True)),
        tuple(sorted(found["branches"], key=len, reverse=True)),
        frozenset(found["groups"]),
        frozenset(ends),
        frozenset([one[-1] for one in ends]),
        max(map(len, ends)),
        frozenset(found["forms"]),
        tuple(sorted({len(one) for one in found["forms"]}, reverse=True)),
    )


@lru_cache(maxsize=_KEPT)
def _tidy(name: str) -> str:
    text = searchable(name)
    return text if text.isalnum() else text.translate(_BRACKETS)


def _cut_branch(text: str) -> tuple[str, str]:
    """Return the head office's name and the branch behind it, '' when the name is that of no branch."""
    if not text.endswith(_words().branches):
        return text, ""
    ends = [one.end() for one in _BRANCH_HEAD.finditer(text, 2, max(len(text) - 2, 2))]
    if not ends or len(text) - ends[-1] > _BRANCH_LENGTH:
        return text, ""
    return text[: ends[-1]], text[ends[-1] :]


def _cut_form(text: str) -> tuple[str, str]:
    """Return a name without its legal form, and the form; a name that is nothing else stays."""
    words = _words()
    forms = words.form_words
    if text.endswith(words.forms):
        for size in words.form_sizes:
            if (form := text[-size:]) in forms:
                rest = text[:-size].rstrip()
                return (rest, form) if rest else (text, "")
    if text.endswith(")"):
        start = text.rfind("(")
        if start > 0 and text[start + 1 : -1] in forms:
            rest, form = _cut_form(text[:start].rstrip())
            return rest, form + text[start:]
        return text, ""
    found = _LATIN_FORM.search(text) if text[-1:].isascii() else None
    if found and found.start():
        return text[: found.start()], found[0].strip(" ,.-")
    return text, ""


@lru_cache(maxsize=_KEPT)
def _cut_ends(text: str) -> tuple[str, str, str]:
    """Return a name without form and branch, the form, the branch."""
    head, branch = _cut_branch(text)
    rest, form = _cut_form(head)
    return rest, form, branch


def body(name: str) -> str:
    """Return a name without its legal form: 华泰科技(上海)有限公司 gives 华泰科技(上海).

    Words that people type stay (集团, 股份, 厂); of a branch both names stay, each without its 公司. Never ''
    for a name that has a sign.
    """
    rest, form, branch = _cut_ends(_tidy(name))
    if form.startswith("股份有限"):
        rest += "股份"
    return rest + branch.removesuffix("分公司")


def _brand_end(text: str) -> int:
    """Return where the second sign of a brand ends: a country before it and signs between words are none."""
    country = _COUNTRY.match(text)
    count = 0
    for at in range(country.end() if country else 0, len(text)):
        if text[at] not in _BETWEEN:
            count += 1
            if count == 2:
                return at + 1
    return len(text)


def _cut_words(text: str, shortest: int) -> int:
    """Return where the words of groups and trades at the end of a text begin, not before a position."""
    words = _words()
    ends, last, longest = words.ends, words.last, words.longest
    end = len(text)
    while end > shortest and text[end - 1] in last:
        for size in range(min(longest, end - shortest), 0, -1):
            if text[end - size : end] in ends:
                end -= size
                break
        else:
            break
    return end


def _cut_brackets(text: str) -> tuple[str, Place | None]:
    """Return a text without its brackets, and the place that stood in one; brackets alone stay."""
    place = None
    rest = text
    while (start := rest.find("(")) >= 0 and (end := rest.find(")", start)) > 0:
        if place is None:
            place = as_place(rest[start + 1 : end])
        blank = " " if rest[:start].isascii() else ""
        rest = rest[:start] + blank + rest[end + 1 :]
    return rest.strip() or text, place


def _take_apart(text: str) -> tuple[Place, str, str]:
    """Return place, brand and trade of a name without its legal form."""
    inside: Place | None = None
    if "(" in text:
        text, inside = _cut_brackets(text)
    place, start = leading_place(text)
    rest, cut = text[start:].lstrip(), -1
    if start:
        # 上海滩餐饮 and 昆山科技: without the place there would be no brand.
        cut = _cut_words(rest, 0)
        if len(rest) < 2 or cut == 0 or (cut == 1 and rest[0] in _OTHER_THINGS):
            rest, cut = text, -1
    if latin := _LATIN_GROUP.search(rest, 2):
        return inside or place, rest[: latin.start()], latin[0].strip(" ,.-")
    shortest = _brand_end(rest)
    # What was cut to less than a brand may be cut otherwise where a brand has to stay.
    end = cut if cut >= shortest else _cut_words(rest, shortest)
    return inside or place, rest[:end].rstrip(), rest[end:]


def without_trade(text: str) -> tuple[str, str]:
    """Return brand and trade of a name that has neither place nor legal form."""
    end = _cut_words(text, _brand_end(text))
    return text[:end].rstrip(), text[end:]


def core(name: str) -> str:
    """Return the brand (字号) of a name, 恒达 of 上海恒达机械(集团)有限公司; '' only for a blank name."""
    return parts(name).brand


@lru_cache(maxsize=_KEPT)
def parts(name: str) -> Company:
    """Return the parts of a company's name, a note behind it (``-王总``, ``*``, ``(停业)``) left out."""
    text = _tidy(name)
    if not text.isalnum():
        while (note := _NOTE.search(text)) and note.start() > 1 and _is_note(note[0]):
            text = text[: note.start()]
    rest, form, branch = _cut_ends(text)
    place, brand, trade = _take_apart(rest)
    return Company(place, brand, trade, form, branch)


def _is_note(text: str) -> bool:
    inside = text.strip(" ()")
    words = _words()
    return not (
        inside in words.form_words
        or inside in words.groups
        or as_place(inside)
        or inside.endswith(words.branches)
    )
