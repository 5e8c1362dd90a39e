"""What else a text may mean where little answers it as it stands: tried one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crm_tui.search.grams import HAN, WEAK_WORDS
from crm_tui.search.numerals import writings
from crm_tui.search.parsing import ADDRESS, HAN_TERM, LETTERS, MIXED, Term, term_of
from crm_tui.text.gazetteer import leading_place

# 张伟经理, 恒达的王总: how people are called, not what they are named.
_TITLE = re.compile("(?:副?总经理|副总|经理|先生|女士|小姐|老师|主任|主管|老板|师傅|总|工|董)$")
_WITH_DIGITS = re.compile(rf"(?:([{HAN}]+)([0-9]{{3,}})|([0-9]{{3,}})([{HAN}]+))")
_FORM = re.compile("(?:gf)?yx(?:zr)?gs$|(?:gufen)?youxian(?:zeren)?gongsi$")
LONGEST_OF_TWO = 10  # signs of a place and what somebody remembers of a name
LEAST_WORD = 4  # letters of the word of an address that may be mistyped


def otherwise(term: Term) -> Iterator[tuple[Term, ...]]:
    """Yield the terms that a term may stand for, likeliest first; each is looked for as if it were typed."""
    if term.quoted:
        return
    text = term.text
    if term.kind == HAN_TERM:
        bare = _TITLE.sub("", text)
        if len(bare) > 1 and bare != text:
            yield (_like(term, bare),)
        yield from _divided(term)
    elif term.kind == MIXED and (found := _WITH_DIGITS.fullmatch(text)):
        # 张伟8888: whom one knows, or the company, and the end of a phone.
        yield tuple([_like(term, one) for one in found.groups() if one])
    elif term.kind == LETTERS and (bare := _FORM.sub("", text)) != text and len(bare) > 1:
        yield (_like(term, bare),)
    elif term.kind == ADDRESS:
        host = text.partition("/")[0]
        words = [one for one in term.units if one not in WEAK_WORDS and len(one) >= LEAST_WORD]
        if host != text:
            yield (_like(term, host),)
        elif words and "@" not in text:
            yield (_like(term, max(words, key=len)),)
        return
    if not term.lone:
        yield from ((_like(term, one),) for one in writings(text))


def _like(term: Term, text: str) -> Term:
    return term_of(text, term.lines)


def _divided(term: Term) -> Iterator[tuple[Term, ...]]:
    """Yield both sides of 的 where that is no part of a name (美的集团), and a place with what follows it."""
    text = term.text
    sides = text.split("的")
    if len(sides) > 1 and min(map(len, sides)) > 1:
        yield tuple([_like(term, one) for one in sides])
    size = leading_place(text)[1] if len(text) <= LONGEST_OF_TWO else 0
    if 1 < size < len(text) - 1:
        yield _like(term, text[:size]), _like(term, text[size:])
