"""What was typed into a search, taken apart: terms to look for, and conditions of the filter."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_tui.customers import document
from crm_tui.customers.filter_fields import field_keys
from crm_tui.customers.filter_shown import ANYTHING, NOTHING
from crm_tui.search.grams import COMPANY_WORDS, HAN, WORDS, units, unmarked
from crm_tui.text.company import body
from crm_tui.text.fold import fold, searchable

LONGEST = 200
MOST_TERMS = 6
LONGEST_TERM = 40
LONG_NUMBER = 10  # digits from which on a phone is whole

HAN_TERM = "han"
LETTERS = "letters"
DIGITS = "digits"
MIXED = "mixed"
ADDRESS = "address"

# A key before a colon that names a part of the customer's file: the kinds of lines it is looked for in.
PARTS: dict[str, str] = {
    **dict.fromkeys(("电话", "手机", "座机", "号码", "phone", "tel", "mobile", "dh", "sj"), document.PHONE),
    **dict.fromkeys(("邮箱", "邮件", "网址", "域名", "mail", "email", "web", "yx"), "mh"),
    **dict.fromkeys(("微信", "企业微信", "wechat", "wx"), document.CHAT),
    **dict.fromkeys(("编号", "客户编号", "no", "number", "bh"), document.NUMBER),
    **dict.fromkeys(("信用代码", "税号", "code", "uscc", "xydm"), document.CODE),
    **dict.fromkeys(("标签", "tag", "bq"), document.TAG),
    **dict.fromkeys(("联系人", "contact", "lxr"), document.CONTACT),
    **dict.fromkeys(("推荐人", "介绍人", "referrer", "tjr"), document.REFERRER),
    **dict.fromkeys(("曾用名", "former", "cym"), document.FORMER),
    **dict.fromkeys(("简称", "short", "jc"), document.SHORT),
    **dict.fromkeys(("别名", "alias", "bm"), document.OTHER + document.SHORT + document.FORMER),
    **dict.fromkeys(("名称", "客户", "公司", "name", "mc"), "nsfae"),
    **dict.fromkeys(("英文名", "english", "ywm"), document.ENGLISH),
}
QUOTES = {'"': '"', "“": "”"}
_KEYED = re.compile(r"([^:=<>≥≤≠!]{1,20})(:|>=|<=|!=|≥|≤|≠|>|<|=)(.+)", re.DOTALL)
_BEFORE = re.compile(r"^[ ,;、。|]+")
_HAS_HAN = re.compile(f"[{HAN}]")
_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?"
    r"([a-z0-9_+%-][a-z0-9_.+%-]*@[a-z0-9.-]*|@[a-z0-9.-]+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\.?(?:/.*)?"
    r"|[a-z0-9-]{3,}(?:\.[a-z0-9-]+)*\.[a-z])"
)
_DIGITS = re.compile(r"[+()]?[0-9][0-9()./-]*")
# With its country, which few write down: what follows stands in the file either way.
_ABROAD = re.compile(
    r"(?<![\w+.-])(?:(?:\+|00)(?:86|886)|\(?886(?=\d{8,9}(?!\d)|[ ()-]))((?:[ ()-]{0,2}\d){8,12})(?!\w)",
    re.ASCII,
)
_PHONE = re.compile(r"(?:86)?(?:1[3-9]\d{9}|0\d{8,11}|[48]00\d{7})")
_ENDS = re.compile(r"(1[3-9]\d)(?:[*x.…-]{2,}|( ))(\d{4})")  # 138****8888, 138 8888


class Term(NamedTuple):
    """One thing to look for: its kind, its text without punctuation, its units, the lines it may stand in."""

    kind: str
    text: str
    units: tuple[str, ...]
    lines: str = ""  # signs of kinds, '' for all
    quoted: bool = False

    @property
    def lone(self) -> bool:
        """Tell whether the term is of one sign."""
        return len(self.text) == 1

    @property
    def least(self) -> int:
        """Return the signs from which on few customers answer such a term, as a rule."""
        if self.kind == DIGITS:
            return 6
        return 3 if self.kind == LETTERS and self.text.isalpha() else 2


class Question(NamedTuple):
    """A query taken apart: terms, and the words that are conditions of the filter, as they were typed."""

    terms: tuple[Term, ...] = ()
    conditions: tuple[str, ...] = ()


def parse(text: str) -> Question:
    """Return the terms and conditions that a text means; any text is fine, of a long one the beginning."""
    terms: list[Term] = []
    conditions: list[str] = []
    for word, quoted in _joined(_split(_shown(text[:LONGEST]))):
        lines = ""
        plain = word
        if not quoted and (found := _KEYED.fullmatch(word)):
            key = fold(found[1].lstrip("-"))
            says = fold(found[3]) in ANYTHING or fold(found[3]) in NOTHING
            if found[2] == ":" and key in PARTS and not says and not word.startswith("-"):
                lines, plain = PARTS[key], found[3].strip('"')
            elif key in field_keys():
                conditions.append(word)
                continue
        terms += _terms(plain, lines, quoted)
    return Question(tuple(_few(terms)), tuple(conditions))


def _shown(text: str) -> str:
    shown = searchable(text.encode("utf-8", "replace").decode("utf-8"))
    return _ABROAD.sub(lambda found: re.sub(r"\D", "", found[1]).lstrip("0"), shown)


def _split(text: str) -> list[tuple[str, bool]]:
    """Cut at blanks and at separators between names; what is in quotation marks stays together."""
    found: list[tuple[str, bool]] = []
    rest = text
    while rest := _BEFORE.sub("", rest):
        close = QUOTES.get(rest[0])
        end = rest.find(close, 1) if close else -1
        if close and end > 1:
            found.append((rest[1:end], True))
            rest = rest[end + 1 :]
            continue
        word = re.split(r"[ ;、,|]", rest, maxsplit=1)
        found.append((word[0], False))
        rest = word[1] if len(word) > 1 else ""
    return found


def _joined(words: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Join groups of digits that are one phone: 138 0013 8000."""
    found: list[tuple[str, bool]] = []
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and not words[end][1] and _DIGITS.fullmatch(words[end][0]):
            end += 1
        for stop in range(end, at + 1, -1):
            digits = re.sub(r"\D", "", "".join(word for word, _quoted in words[at:stop]))
            early = stop == end and 4 < len(digits) <= 11 and re.match(r"1[3-9]\d", words[at][0])
            early = early and all(len(word) == 4 for word, _q in words[at + 1 : stop - 1])
            if _PHONE.fullmatch(digits) or (early and len(words[at][0]) == 3):
                apart = " " if len(digits) == 7 else ""
                found.append((digits[:3] + apart + digits[3:], False))
                at = stop
                break
        else:
            found.append(words[at])
            at += 1
    return found


def _terms(word: str, lines: str, quoted: bool) -> list[Term]:
    """Return the terms of a word: one, or none when it holds no letter or digit."""
    if not quoted:
        word = unmarked(word)
    if (address := _ADDRESS.fullmatch(word)) and not _DIGITS.fullmatch(word):
        plain = address[1].rstrip("./")
        if not COMPANY_WORDS.issuperset(WORDS.findall(plain)):
            return [Term(ADDRESS, plain[:60], tuple(WORDS.findall(plain)), lines, quoted)]
    if _HAS_HAN.search(word):
        inner = body(word)
        word = inner if units(inner) else word
    if found := _ENDS.fullmatch(word):
        # With a blank it may as well be the start of a phone.
        start, blank, end = found.groups()
        return [Term(DIGITS, start + ("" if blank else "*") + end, (start, end), lines, quoted)]
    parts = units(word)
    if not parts:
        return []
    text = "".join(parts)
    if len(parts) > 1 and text.isascii() and not text.isdigit() and not lines:
        # Words joined by a sign that is none of a name are several: heng-da, a&b.
        return [term_of(part, lines, quoted) for part in parts]
    return [term_of(text, lines, quoted)]


def term_of(text: str, lines: str = "", quoted: bool = False) -> Term:
    """Return the term of a text that has no punctuation; one with a dot is an address."""
    if "." in text:
        return Term(ADDRESS, text, tuple(WORDS.findall(text)), lines, quoted)
    if text.isascii():
        kind = DIGITS if text.isdigit() else LETTERS
        return Term(kind, text[:LONGEST_TERM], (text[:LONGEST_TERM],), lines, quoted)
    text = text[:LONGEST_TERM]
    parts = units(text)
    kind = MIXED if any(map(str.isascii, parts)) else HAN_TERM
    return Term(kind, text, tuple(parts), lines, quoted)


def _few(terms: list[Term]) -> list[Term]:
    """Leave out repetitions, and words that tell nobody apart unless there is no other; keep the longest."""
    found = list(dict.fromkeys(terms))
    telling = [one for one in found if one.text not in COMPANY_WORDS or one.kind != LETTERS]
    found = telling or found
    if len(found) > MOST_TERMS:
        kept = sorted(range(len(found)), key=lambda at: (-len(found[at].text), at))[:MOST_TERMS]
        found = [found[at] for at in sorted(kept)]
    return found
