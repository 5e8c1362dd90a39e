"""Matches that are not text as typed: signs left out, same sound, one sign wrong, another trade."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from crm_tui.customers import document
from crm_tui.search import reasons
from crm_tui.search.accents import heard, place_of
from crm_tui.search.grams import WORDS, read
from crm_tui.search.misspelt import around, meant, turned
from crm_tui.search.names import Name, name, person
from crm_tui.search.parsing import DIGITS, HAN_TERM, LETTERS, LONG_NUMBER, MIXED, Term
from crm_tui.search.spelling import gapped, spell
from crm_tui.text.company import core, parts

NAMES = frozenset("nsfa")
PEOPLE = frozenset("cr")
JOINED = 8  # letters from which on they may be two words
Found = tuple[float, str]


def in_order(query: str, text: str) -> bool:
    """Tell whether every sign of a query is in a text, in order, or as two pieces that changed places."""
    at = -1
    for place, char in enumerate(query):
        at = text.find(char, at + 1)
        if at < 0:
            # 杭州泊雅 for 泊雅(杭州)
            return 1 < place < len(query) - 1 and query[place:] in text and query[:place] in text
    return True


def apart(query: str, taken: Name) -> float:
    """Return what signs in order with others between them are worth, 0 when they are not in order.

    Begun at the brand or the name, few gaps: 上汽 of 上海汽车, 中石化 of 中国石油化工; a place set behind the
    brand: 杭州泊雅 of 泊雅(杭州).
    """
    best = 0.0
    joined, stop = taken.joined, taken.stop
    starts = taken.starts
    for start in starts:
        at = joined.find(query[0], start)
        first, runs, last = at, 1, at
        for char in query[1:]:
            if at < 0:
                break
            # A run that goes on is better than the nearest sign.
            at = last + 1 if joined.startswith(char, last + 1) else joined.find(char, last + 1)
            runs += at != last + 1
            last = at
        if at < 0:
            continue
        # Within the legal form no sign of a brand stands.
        if last > stop and len(query) < 4:
            continue
        span = last - first + 1
        points = 66.0 - 2.0 * (runs - 1) - 0.5 * (span - len(query))
        points += 4.0 if first in starts else -8.0
        if len(query) == 2 and first not in starts:
            continue
        points += 2.0 if last + 1 >= taken.end else 0.0
        best = max(best, points)
    return max(best, _turned(query, taken))


def _turned(query: str, taken: Name) -> float:
    """A query of place and brand for a name that has the place behind the brand, or not at its start."""
    joined = taken.joined
    for cut in range(2, len(query) - 1):
        head, tail = query[:cut], query[cut:]
        at = joined.find(tail)
        if at >= 0 and head in joined[at + len(tail) :]:
            return 66.0 + (6.0 if at == taken.start and len(tail) == taken.end - taken.start else 0.0)
    return 0.0


def score(term: Term, kind: str, text: str) -> Found | None:
    """Return points and reason of a weak match in one line, None when there is none."""
    if kind in NAMES or kind in PEOPLE:
        if term.kind == HAN_TERM:
            brand = _brand(term, text) if kind in NAMES else None
            return _sound(term, kind, text) or _one_wrong(term, kind, text) or brand
        if term.kind == MIXED and kind in NAMES:
            return _without_letters(term, text)
    if term.kind == DIGITS:
        return _one_digit(term.text, text) if kind == document.PHONE else None
    if term.kind == LETTERS and len(term.text) > 3:
        if kind in NAMES and (found := _initials_apart(term.text, name(text))) is not None:
            return found
        if (kind in NAMES or kind in PEOPLE) and (found := _misspelt(term.text, kind, text)) is not None:
            return found
        if (
            kind == document.ENGLISH
            and len(term.text) >= JOINED
            and term.text in "".join(WORDS.findall(text))
        ):
            return 58.0, reasons.ENGLISH
        if kind in NAMES or kind == document.ENGLISH:
            return _letters(term, text)
        if kind in "mh":
            return _letters(term, text.split("@")[-1])
    return None


def _one_digit(query: str, text: str) -> Found | None:
    """A phone with one digit wrong, missing or too many, or two that changed places."""
    from rapidfuzz.distance import OSA

    if len(query) < LONG_NUMBER or OSA.distance(query, text, score_cutoff=1) > 1:
        return None
    return 57.0, reasons.DIGIT_TYPO


def beside(term: Term, lines: Sequence[tuple[str, str]]) -> tuple[float, str, str, str] | None:
    """Return points, reason and line of a contact and the company without a blank: 华为张伟, 张伟华为."""
    query = term.text
    if term.kind != HAN_TERM or term.lines or len(query) < 4:
        return None
    for kind, who in lines:
        if kind not in PEOPLE or not 1 < len(who) < len(query) - 1:
            continue
        rest = query.removeprefix(who)
        rest = query.removesuffix(who) if rest == query else rest
        if rest != query and any(kind in NAMES and rest in text for kind, text in lines):
            return 72.0, reasons.PLAIN[kind], kind, who
    return None


def _misspelt(query: str, kind: str, text: str) -> Found | None:
    """Pinyin in full but for one letter: zhognguo, huawie."""
    best: Found | None = None
    for way in meant(query):
        taken = name(text) if kind in NAMES else person(text)
        for one in spell("".join(way), taken):
            if not one.short and one.full:
                points = 52.0 + (6.0 if one.at == taken.start else 0.0)
                if best is None or points > best[0]:
                    best = (points, reasons.LETTER_TYPO)
    if best is None and kind in NAMES and (at := _slipped(query, name(text))) >= 0:
        best = (52.0 + (6.0 if at == name(text).start else 0.0), reasons.LETTER_TYPO)
    if best is None and len(way := heard(query)) > 1:
        taken = name(text) if kind in NAMES else person(text)
        at = place_of(way, [said for said, _initials in taken.said])
        if at >= 0:
            starts = sum(map(len, taken.parts[:at])) == taken.start
            best = (50.0 + (6.0 if starts else 0.0), reasons.ALIKE)
    return best


def _slipped(query: str, taken: Name) -> int:
    """Return where a name begins to be spelled as a query is but for a letter, -1 where it does not."""
    from rapidfuzz.distance import OSA

    places = around(query)
    if not places:
        return -1
    said = [one for one, _initials in taken.said]
    spoken = {one for each in said for one in each}
    for before, behind in places:
        if not spoken.issuperset(before) or not spoken.issuperset(behind):
            continue
        at = place_of([(one,) for one in before or behind], said)
        first = at if before else at - 1
        for size in range(1, 3) if at >= 0 and first >= 0 else ():
            spelled = ["".join(one[:1]) for one in said[first : first + len(before) + size + len(behind)]]
            if OSA.distance(query, "".join(spelled), score_cutoff=1) < 2:
                return sum(map(len, taken.parts[:first]))
    return -1


@lru_cache(maxsize=64)
def _sounds(units: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(read(one)[0]) for one in units)


def _place_of(kind: str, text: str) -> tuple[int, int, str]:
    """Return where a name's brand begins and ends in its text without punctuation, and that text."""
    taken = name(text) if kind in NAMES else person(text)
    return taken.start, taken.end, taken.joined


def _sound(term: Term, kind: str, text: str) -> Found | None:
    """Other signs of the same sound, at one place."""
    size = len(term.units)
    wanted = _sounds(term.units)
    if size < 2 or len(text) < size or not all(wanted):
        return None
    signs = text if text.isalnum() else "".join(filter(str.isalnum, text))
    said = [read(one)[0] for one in signs]
    first, second = wanted[0], wanted[1]
    best: Found | None = None
    for at in range(len(signs) - size + 1):
        if first.isdisjoint(said[at]) or second.isdisjoint(said[at + 1]):
            continue
        if any(each.isdisjoint(own) for each, own in zip(wanted, said[at : at + size], strict=True)):
            continue
        shared = any(one == two for one, two in zip(term.units, signs[at : at + size], strict=True))
        start, end, _joined = _place_of(kind, text)
        whole = at == start and size == end - start
        points = (58.0 if shared else 48.0) + (8.0 if whole else 4.0 if at == start else 0.0)
        if best is None or points > best[0]:
            best = (points, reasons.SOUND)
    return best


def _one_wrong(term: Term, kind: str, text: str) -> Found | None:
    """One sign wrong, missing, too many, or two that changed places."""
    query, size = term.text, len(term.text)
    if size < 3 or sum(char in text for char in query) < size - 1:
        return None
    signs = text if text.isalnum() else "".join(filter(str.isalnum, text))
    for at in range(len(signs) - size + 1):
        wrong = 0
        for one, two in zip(query, signs[at : at + size], strict=True):
            wrong += one != two
            if wrong > 1:
                break
        else:
            start, _end, _joined = _place_of(kind, text)
            return 46.0 + (8.0 if at == start else 2.0 if at == 0 else 0.0) + min(size, 6), reasons.TYPO
    for one in turned(query):
        if (at := signs.find(one)) >= 0:
            start, _end, _joined = _place_of(kind, text)
            return 48.0 + (6.0 if at in (start, 0) else 0.0) + min(size, 6), reasons.TURNED
    if not any(query[at : at + 2] in signs for at in range(size - 1)):
        return None
    from rapidfuzz.distance import OSA

    start, _end, joined = _place_of(kind, text)
    for begin in dict.fromkeys((start, 0)):
        for length in (size - 1, size):
            if OSA.distance(query, joined[begin : begin + length], score_cutoff=1) <= 1:
                return 48.0 + min(size, 6), reasons.TYPO
    return None


def _brand(term: Term, text: str) -> Found | None:
    """The same brand with other words behind it: 华新水泥 for 华新建材."""
    query = term.text
    if len(query) < 4:
        return None
    brand = _core(query)
    if brand[:2] not in text and query[:2] not in text:
        return None
    taken = name(text)
    own = taken.joined[taken.start : taken.end]
    if len(own) > 1 and (brand == own or (len(brand) > 2 and own.startswith(brand))):
        points = 44.0 + 2.0 * min(len(own), 4)
    elif len(own) > 1 and (query.startswith(own) or brand.startswith(own)):
        points = 40.0 + 2.0 * min(len(own), 4)
    elif taken.joined.startswith(query[:2], taken.start) and len(query) == 4 and query[:2] != own:
        points = 34.0
    else:
        return None
    if brand == own and (place := parts(query).region.province):
        # 杭州大华 of 浙江大华: the city is not in every name.
        points += 8.0 if place == parts(text).region.province else 0.0
    # More of the other signs, in order, is surer.
    rest = sum(char in taken.joined for char in query) / len(query)
    return points + 6.0 * rest, reasons.CORE


_core = lru_cache(maxsize=64)(core)


def _without_letters(term: Term, text: str) -> Found | None:
    """The Chinese signs alone, where nothing has the letters too: 共信-ky."""
    signs = "".join(part for part in term.units if not part.isascii())
    if len(signs) < 2 or signs[0] not in text:
        return None
    taken = name(text)
    at = taken.joined.find(signs)
    if at < 0:
        return None
    whole = len(signs) == taken.end - at
    return 44.0 + (8.0 if at == taken.start else 0.0) + (4.0 if whole else 0.0), reasons.PART


def _initials_apart(query: str, taken: Name) -> Found | None:
    """Initials in order with signs left out between them: of a short name, mkjj of 美克国际家居."""
    best = 0.0
    for start in dict.fromkeys((taken.start, 0)):
        found = gapped(query, taken, start)
        if found is not None:
            runs, skipped, end = found
            points = 52.0 - 4.0 * (runs - 1) - 1.0 * skipped + (4.0 if end >= taken.stop else 0.0)
            best = max(best, points)
    return (best, reasons.INITIALS) if best > 20.0 else None


def _letters(term: Term, text: str) -> Found | None:
    """One letter of a word wrong, two of a long one."""
    from rapidfuzz.distance import OSA

    query = term.text
    most = 1 if len(query) < 8 else 2
    for at, word in enumerate(WORDS.findall(text)):
        if abs(len(word) - len(query)) <= most and OSA.distance(query, word, score_cutoff=most) <= most:
            return 56.0 - 4.0 * OSA.distance(query, word) + (4.0 if at == 0 else 0.0), reasons.LETTER_TYPO
    return None
