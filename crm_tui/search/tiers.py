"""What the index is asked for a term: expressions of grams, the surest first, each with a limit.

An expression finds candidates only; scoring.py decides. Every gram is quoted, so nothing that was typed is
syntax. No phrase and no prefix of the index is ever asked for: both cost up to a second at a million rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from crm_tui.search.english import meanings
from crm_tui.search.expressions import any_of, both, every
from crm_tui.search.grams import WEAK_WORDS, read, units, within_word
from crm_tui.search.letters import (
    LONGEST_SYLLABLE,
    MOST_WAYS,
    beginnings,
    heard_as,
    joints,
    longer,
    of_company,
    onward,
    segmentations,
    shortened,
    without_one,
)
from crm_tui.search.misspelt import around, intact, meant, turned
from crm_tui.search.numerals import writings
from crm_tui.search.parsing import ADDRESS, DIGITS, HAN_TERM, LETTERS, LONG_NUMBER, Term
from crm_tui.text.company import core

STRONG, USUAL, LOOSE, WEAK = 0, 1, 2, 3
"""Groups: LOOSE is asked where few matches are good, WEAK where few are there at all."""
CODE_TAIL = 12  # signs at the end of a credit code that say which it is
MOST_WINDOWS = 5
MOST_OF_FEW = 60  # candidates of one or two letters: there are always more
SHORT_WORD = 8
SHORTEST_TWO = 6  # letters of two words written together
LONGEST_WRONG = 10  # signs of a term of which one may be wrong anywhere

COMMON = frozenset(
    "业科技有限公司子电实商贸设机工建材料信息服务文化发展投资管理生物医药食品源能汽车械装备网络软件股份集团国际"
    "上海北京南州广东山中大新华江西安天津重庆深圳苏杭成都武汉长沙青岛福宁波厦门昌河湖"
)
"""Signs that many names have."""


class Tier(NamedTuple):
    """An expression, how many candidates it may bring, its group, and the most points a match of it can have.

    Where as many matches as are wanted have those points already, a tier is not asked. ``within``: another
    tier of its group, or one that is ``early``, brings all that it brings; ``early``: cheap enough to be
    asked together with the surer ones.
    """

    expression: str
    limit: int
    group: int
    best: float = 100.0
    within: bool = False
    early: bool = False


# They ask nothing: whoever wants none of what takes time to make stops here.
LATER, LAST = Tier("", 0, LOOSE), Tier("", 0, WEAK)


def tiers(term: Term) -> Iterator[Tier]:
    """Yield what to ask for a term, surest first."""
    return (one for one in stages(term) if one.expression)


def stages(term: Term) -> Iterator[Tier]:
    """Yield what ``tiers`` does, with LATER before what takes time to make and LAST before what is WEAK."""
    if term.kind == HAN_TERM:
        found = _han(term)
    elif term.kind == LETTERS:
        found = _letters(term.text)
    elif term.kind == DIGITS:
        found = _digits(term)
    else:
        found = _address(term.units) if term.kind == ADDRESS else _mixed(term)
    seen: set[str] = set()
    most = MOST_OF_FEW if term.kind == LETTERS and len(term.text) < 3 else None
    for one in found:
        if one is LATER or one is LAST:
            yield one
        elif one.expression and one.expression not in seen:
            seen.add(one.expression)
            yield one if most is None else one._replace(limit=min(one.limit, most))


def pairs(parts: Sequence[str]) -> list[str]:
    """Return the pairs of signs that stand side by side, the signs themselves when there is one."""
    return [one + two for one, two in pairwise(parts)] or list(parts)


def _telling(grams: Sequence[str]) -> Sequence[str]:
    """Leave out what so many names have that the index reads long lists for it, where two others remain."""
    rare = [one for one in grams if not COMMON.issuperset(one)]
    return rare if len(rare) > 1 else grams


def _spread(windows: Sequence[str]) -> Sequence[str]:
    """Return every other window of a number, its end first: what it ends with is rarer than its start."""
    return windows[::-2][:MOST_WINDOWS]


def _han(term: Term) -> Iterator[Tier]:
    parts = term.units
    text = term.text
    size = len(parts)
    yield Tier(every("$$" + text), 60, STRONG, 106, size > 1)
    yield Tier(every("$" + text), 100, STRONG)
    yield from _written(text)
    if size == 1:
        yield Tier(every("^" + text), 100, STRONG, 98)
        yield Tier(any_of(every(text), every("@" + text)), 100, USUAL, 92)
        yield from _sounds(parts)
        return
    few = every(*_telling(pairs(parts)))
    yield Tier(both(every("^" + parts[0] + parts[1]), few), 150, STRONG, 99, within=True)
    yield Tier(any_of(every("~" + text), every("@$" + text)), 100, STRONG, 88, within=True)
    yield Tier(few, 150, USUAL, 97)
    yield Tier(every(*("@" + one for one in pairs(parts))), 100, USUAL, 78)
    signs = _telling(parts)
    if len(signs) == 2 and size > 2:
        signs = [*signs, next(one for one in parts if one not in signs)]
    yield Tier(every("&" + parts[0] + parts[1], *parts[2:]), 150, LOOSE, 72, within=True)
    yield Tier(both(every("^" + parts[0]), every(*signs)), 150, LOOSE, 72, within=True)
    yield Tier(every(*signs), 200, LOOSE, 72)
    yield from _sounds(parts)
    brand = core(text)
    if size > 3:
        yield Tier(every("$" + brand) if brand != text else "", 50, WEAK, 58)
    if size > 3:
        # Whom one knows there and the brand, without a blank: 华为张伟.
        cuts = [at for at in (2, 3, size - 3, size - 2) if 1 < at < size - 1]
        sides = [(text[:at], parts[at:]) for at in cuts] + [(text[at:], parts[:at]) for at in cuts]
        beside = [every("~" + who, *pairs(rest)) for who, rest in sides if 1 < len(who) < 4]
        yield Tier(any_of(*beside), 50, WEAK, 72)
    if 3 <= size <= LONGEST_WRONG:
        yield Tier(any_of(*(every(*pairs(one)) for one in turned(text))), 50, WEAK, 58)
        # One sign wrong: the pairs on both sides of it; one too many: the pairs without it.
        each = [
            every(*(pairs(parts[:at]) if at else ()), *(pairs(parts[at + 1 :]) if at + 1 < size else ()))
            for at in range(size)
        ]
        fewer = [every(*pairs(parts[:at] + parts[at + 1 :])) for at in range(size) if size <= 6]
        yield Tier(any_of(*each, *fewer, every(*parts)), 200, WEAK, 62)
    elif size > LONGEST_WRONG:
        middle = size // 2
        halves = (every(*pairs(parts[:middle])), every(*pairs(parts[middle:])))
        yield Tier(any_of(*halves), 150, WEAK, 62)
    if size > 3:
        heads = [every("$" + text[:end]) for end in (3, 2)]
        yield Tier(any_of(*heads), 60, WEAK, 56)
        yield Tier(every("^" + text[:2]), 60, WEAK, 46)


def _written(text: str) -> Iterator[Tier]:
    """Names that have the same numbers otherwise: 三六零安全 for 360安全, 58同城 for 五八同城."""
    for one in writings(text) if len(text) > 1 else ():
        parts = units(one)
        inside = pairs(parts) if len(parts) > 1 else within_word(one) if one.isascii() else parts
        yield Tier(any_of(every("$$" + one), every("$" + one)), 60, STRONG, 106)
        yield Tier(every(*inside), 60, USUAL, 97)


def _sounds(parts: Sequence[str]) -> Iterator[Tier]:
    """Other signs of the same sound."""
    yield from (LATER, LAST)
    said = [read(one)[0] or (one,) for one in parts]
    several = [one for one, _number in zip(product(*said), range(MOST_WAYS), strict=False)]
    yield Tier(any_of(*(every("$" + "'".join(way)) for way in several)), 60, WEAK, 68)
    if len(parts) > 1:
        yield Tier(any_of(*(every(*joints(way)) for way in several)), 150, WEAK, 68)


def _letters(text: str) -> Iterator[Tier]:
    size = len(text)
    if size == 1:
        yield Tier(every("^" + text), 60, STRONG, 98)
        yield Tier(every("%$" + text), 50, USUAL, 98)
        yield Tier(every("%^" + text), 50, USUAL, 80)
        return
    if sum(map(str.isdigit, text)) > 2:
        yield from _number(text)
        return
    ways = segmentations(text)
    whole = [way for way, rest in ways if not rest]
    three = [text[at : at + 3] for at in range(size - 2)]
    grams = ["=" + one for one in three] or ["=" + text]
    spelled = [sign + "'".join(way) for way in whole for sign in ("$$", "$")]
    yield Tier(any_of(every("$$=" + text), *map(every, spelled[::2])), 60, STRONG, 92)
    yield Tier(any_of(*map(every, spelled[1::2]), every("%$" + text)), 100, STRONG, 100)
    begun = [
        every("^" + way[0], *(joints(way) if len(way) > 1 else ()), *onward(way, rest)) for way, rest in ways
    ]
    if size <= LONGEST_SYLLABLE and text in beginnings():
        begun.append(every("^" + text))
    yield Tier(any_of(*begun), 100, STRONG, 86)
    letters = every(*("%" + one for one in three)) if three else every("%^" + text)
    yield Tier(letters, 80, USUAL, 88 if three else 80)
    yield Tier(every("$=" + text), 100, STRONG, 79.5)
    yield Tier(any_of(every("%=" + text[:8]), of_company(text)), 40, USUAL, 76)
    yield Tier(any_of(*(every(*pairs(one)) for one in meanings(text))), 100, USUAL, 64)
    yield Tier(every("@=" + text), 60, USUAL, 66)
    if size > 2:
        yield Tier(every("$$=" + text[:-1]), 40, STRONG, 78)
    yield Tier(every("^=" + text[:3], *grams), 100, STRONG, 76, within=size > 3)
    yield Tier(any_of(*(every("~" + "'".join(way)) for way in whole)), 60, USUAL, 72)
    inside = [every(*joints(way), *onward(way, rest)) for way, rest in ways if len(way) + bool(rest) > 1]
    yield Tier(any_of(*inside), 100, USUAL, 76)
    if size > 3:
        yield Tier(every("#$" + text), 5, USUAL, 100, within=True)
        if not text.isalpha():
            yield _code(text)
        yield Tier(every(*("#" + one for one in _spread(three))), 50, USUAL, 84)
    yield Tier(every("^^" + text[:3], *grams), 100, USUAL, 72, within=size > 3)
    yield Tier(every("~=" + text), 60, USUAL, 62, within=size > 3)
    yield Tier(every(*grams), 200, LOOSE, 63, early=size > 3)
    yield LATER
    yield Tier(shortened(text), 150, LOOSE, 84)
    yield Tier(any_of(*(longer(way) for way in whole[:2] if len(way) > 1)), 100, LOOSE, 76)
    if whole and len(whole[0]) == 1:
        yield Tier(every(text), 100, LOOSE, 72)
    if size > 3:
        yield LAST
        two = [text[at : at + 2] for at in range(0, size, 2)]
        spread = [every(*("=" + one for one in two if len(one) == 2))]
        if size == 4:
            spread += [every("=" + text[:3]), every("=" + text[1:])]
        if 4 < size <= SHORT_WORD:
            yield Tier(any_of(*without_one(text)), 100, WEAK, 56)
        for start in ("^=" + text[:2], "^^" + text[:2]):
            yield Tier(both(every(start), any_of(*spread)), 150, WEAK, 56)
            yield Tier(every(start, "=" + text[-2:]), 150, WEAK, 56)
        yield Tier(any_of(*(every(*joints(way)) for way in meant(text))), 50, WEAK, 58)
        yield Tier(any_of(*(every(*_sides(*one)) for one in around(text))), 150, WEAK, 58)
        yield Tier(heard_as(text), 60, WEAK, 58)
        if size >= SHORT_WORD:
            whole_threes = [every(*("%" + one for one in left)) for left in intact(text, 3)]
            yield Tier(any_of(*whole_threes), 60, WEAK, 58)
        pieces = ["%" + one for one in three]
        near = [every(one, two) for at, one in enumerate(pieces[:6]) for two in pieces[at + 1 : at + 4]]
        # A word of four letters has no two threes that one wrong letter leaves; its start and end do.
        near = near or [every(one) for one in pieces]
        yield Tier(any_of(*near[:12]), 60, WEAK, 58)
        if size < SHORT_WORD and text.isalpha():
            # Two letters that changed places in the middle leave no three of a short word: huwaei.
            yield Tier(any_of(*(every("%$" + one) for one in turned(text))), 50, WEAK, 58)
        if size >= SHORTEST_TWO and text.isalpha():
            # Two words of an English name without the blank between them: metroland.
            cuts = [every("%$" + text[:at], "%$" + text[at:]) for at in range(3, min(size, 24) - 2)]
            yield Tier(any_of(*cuts), 50, WEAK, 58)


def _sides(before: Sequence[str], behind: Sequence[str]) -> list[str]:
    return [*joints(before), *joints(behind)]


def _number(text: str) -> Iterator[Tier]:
    """A number of the customer, a credit code or a word with digits; no pinyin."""
    threes = [text[at : at + 3] for at in range(len(text) - 2)]
    yield Tier(any_of(*(every(sign + text) for sign in ("$$", "$$=", "$", "$=", "%$"))), 100, STRONG, 106)
    yield Tier(every("#$" + text), 5, STRONG, within=True)
    yield Tier(every(*("#" + one for one in _spread(threes))), 50, USUAL)
    if text[0].isdigit() or not text[1:].isdigit():
        yield _code(text)
    yield Tier(every(*("%" + one for one in threes)), 50, USUAL, 88)
    yield Tier(every(*("=" + one for one in threes)), 100, LOOSE, 80, early=True)


def _digits(term: Term) -> Iterator[Tier]:
    text = term.text
    size = len(text)
    if len(term.units) > 1:
        yield Tier(every("b" + term.units[0], "e" + term.units[1]), 60, STRONG, 84)
    if not text.isdigit():
        return
    if 1 < size < 5:
        yield from _written(text)
    if size < 3:
        yield Tier(every("$$" + text), 20, STRONG, 106)
        yield Tier(any_of(every("%$" + text), every("%^" + text)), 100, STRONG)
        return
    yield Tier(every("$$" + text), 20, STRONG, 106)
    threes = [text[at : at + 3] for at in range(size - 2)]
    if size == 3:
        yield Tier(every("e" + text), 100, STRONG)
        yield Tier(every("%$" + text), 50, STRONG)
        yield Tier(every("b" + text), 100, USUAL)
        yield Tier(every("#" + text), 100, LOOSE)
        return
    windows = every(*_spread([text[at : at + 4] for at in range(size - 3)]))
    yield Tier(every("#$" + text), 20, STRONG, within=True)
    yield Tier(both(every("e" + text[-4:]), windows), 100, STRONG, within=True)
    yield Tier(every("%$" + text), 50, STRONG, within=True)
    yield Tier(windows, 200, USUAL)
    yield Tier(every(*("#" + one for one in _spread(threes))), 150, USUAL)
    yield _code(text)
    yield Tier(every(*("%" + one for one in threes)), 100, LOOSE, early=True)
    if size >= LONG_NUMBER:
        yield from (LATER, LAST)
        yield Tier(any_of(*(every(*whole) for whole in intact(text, 4))), 60, WEAK, 58)


def _code(text: str) -> Tier:
    """A credit code or a part of it; its first two signs tell nobody apart and are no part of a gram."""
    ways = [text[-CODE_TAIL:]]
    if len(text) > 4:
        ways.append(text[2:][-CODE_TAIL:])
    found = [every(*_spread(["+" + way[at : at + 3] for at in range(len(way) - 2)])) for way in ways]
    return Tier(any_of(*found), 150, USUAL, 100)


def _address(words: Sequence[str]) -> Iterator[Tier]:
    telling = [one for one in words if one not in WEAK_WORDS] or list(words)
    # What may become a word that is in no gram is none that a candidate must have: baidu.c
    if len(telling) > 1 and any(one.startswith(telling[-1]) for one in WEAK_WORDS):
        telling.pop()
    yield Tier(every(*("%$" + one for one in telling)), 100, STRONG)
    yield Tier(every(*(token for one in telling for token in within_word(one))), 100, STRONG)
    # The last word may be on its way: baidu.co
    if len(telling) > 1:
        yield Tier(every(*(token for one in telling[:-1] for token in within_word(one))), 80, USUAL)
    joined = "".join(words)
    yield Tier(every(*("#" + joined[at : at + 3] for at in range(len(joined) - 2))), 50, USUAL)


def _mixed(term: Term) -> Iterator[Tier]:
    """Chinese signs with letters or digits: the signs lead, the letters are a word or pinyin."""
    parts = term.units
    yield Tier(every("$$" + term.text), 60, STRONG, 106)
    yield Tier(every("$" + term.text), 100, STRONG)
    yield from _written(term.text)
    signs: list[str] = []
    words: list[str] = []
    soft: list[str] = []
    run: list[str] = []
    for part in (*parts, "0"):
        if not part.isascii():
            run.append(part)
            continue
        signs += pairs(run) if run else []
        run = []
        words += within_word(part)
    words = words[: len(words) - 1]
    for part in parts:
        if part.isascii() and part.isalpha():
            cut = segmentations(part)
            if cut:
                way, rest = cut[0]
                soft += [*way, *(joints(way) if len(way) > 1 else ()), *onward(way, rest)]
            elif len(part) > 1:
                soft += ["=" + part[:2]]
    head = parts[0]
    first = "^" + (head if head.isascii() or len(parts) < 2 or parts[1].isascii() else head + parts[1])
    yield Tier(every(*signs, *words), 200, STRONG)
    yield Tier(both(every(first), every(*signs, *soft)), 200, USUAL)
    if soft or not words:
        yield Tier(every(*signs, *soft), 200, USUAL)
    letters = "".join(part if part.isascii() else (read(part)[1] or part)[0] for part in parts)
    if letters.isascii() and len(letters) > 2:
        yield Tier(every(*signs, *("=" + letters[at : at + 3] for at in range(len(letters) - 2))), 200, LOOSE)
    text = "".join(part for part in parts if not part.isascii())
    if len(text) > 1:
        yield from (LATER, LAST)
        yield Tier(every("$" + text), 100, WEAK)
        yield Tier(every("^" + text[:2], *pairs(list(text))), 100, WEAK)
        yield Tier(every(*pairs(list(text))), 100, WEAK)
