"""Matches that are not text as typed: signs left out, same sound, one wrong sign, a brand with other words."""

from __future__ import annotations

from crm_tui.customers import document
from crm_tui.search import reasons
from crm_tui.search.grams import WORDS, read
from crm_tui.search.names import Name, name, person
from crm_tui.search.parsing import HAN_TERM, LETTERS, MIXED, Term
from crm_tui.text.company import core

NAMES = frozenset("nsfa")
PEOPLE = frozenset("cr")
Found = tuple[float, str]


def all_in(query: str, text: str) -> bool:
    """Tell whether every sign of a query is in a text."""
    return all(char in text for char in query)


def apart(query: str, taken: Name) -> float:
    """Return what signs in order with others between them are worth, 0 when they are not in order.

    Begun at the brand or the name, few gaps: 上汽 of 上海汽车, 中石化 of 中国石油化工; a place set behind the
    brand: 杭州泊雅 of 泊雅(杭州).
    """
    best = 0.0
    joined, stop = taken.joined, taken.stop
    for start in dict.fromkeys((taken.start, 0)):
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
        points += 4.0 if first in (taken.start, 0) else -8.0
        if len(query) == 2 and first not in (taken.start, 0):
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
        taken = name(text) if kind in NAMES else person(text)
        if term.kind == HAN_TERM:
            return (
                _sound(term, taken)
                or _one_wrong(term, taken)
                or (_brand(term, taken) if kind in NAMES else None)
            )
        if term.kind == MIXED and kind in NAMES:
            return _without_letters(term, taken)
    if term.kind == LETTERS and len(term.text) > 3:
        if kind in NAMES or kind == document.ENGLISH:
            return _letters(term, text)
        if kind in "mh":
            return _letters(term, text.split("@")[-1])
    return None


def _sound(term: Term, taken: Name) -> Found | None:
    """Other signs of the same sound, at one place."""
    size = len(term.units)
    parts, said = taken.parts, taken.said
    wanted = [read(one)[0] for one in term.units]
    if not all(wanted) or size < 2:
        return None
    best: Found | None = None
    for at in range(len(parts) - size + 1):
        shared = 0
        for each, (own, _initials), part, sign in zip(
            wanted, said[at : at + size], parts[at : at + size], term.units, strict=True
        ):
            if part == sign:
                shared += 1
            elif not any(one in own for one in each):
                break
        else:
            whole = at == taken.start and size == taken.end - taken.start
            points = (58.0 if shared else 48.0) + (8.0 if whole else 4.0 if at == taken.start else 0.0)
            if best is None or points > best[0]:
                best = (points, reasons.SOUND)
    return best


def _one_wrong(term: Term, taken: Name) -> Found | None:
    """One sign wrong, missing or too many."""
    query, size = term.text, len(term.text)
    if size < 3:
        return None
    joined, stop = taken.joined, taken.stop
    if sum(char in joined for char in query) < size - 1:
        return None
    best = 0.0
    for at in range(max(stop - size + 1, 0)):
        wrong = 0
        for one, two in zip(query, joined[at : at + size], strict=False):
            wrong += one != two
            if wrong > 1:
                break
        else:
            best = max(best, 46.0 + (8.0 if at == taken.start else 2.0 if at == 0 else 0.0) + min(size, 6))
    if best:
        return best, reasons.TYPO
    # One sign too many in the query, or two that changed places.
    from rapidfuzz.distance import OSA

    for start in dict.fromkeys((taken.start, 0)):
        for length in (size - 1, size):
            if OSA.distance(query, joined[start : start + length], score_cutoff=1) <= 1:
                return 48.0 + min(size, 6), reasons.TYPO
    return None


def _brand(term: Term, taken: Name) -> Found | None:
    """The same brand with other words behind it: 华新水泥 for 华新建材."""
    query = term.text
    if len(query) < 4:
        return None
    brand = core(query)
    own = taken.joined[taken.start : taken.end]
    if len(own) > 1 and (brand == own or (len(brand) > 2 and own.startswith(brand))):
        points = 44.0 + 2.0 * min(len(own), 4)
    elif len(own) > 1 and (query.startswith(own) or brand.startswith(own)):
        points = 40.0 + 2.0 * min(len(own), 4)
    elif taken.joined.startswith(query[:2], taken.start) and len(query) == 4 and query[:2] != own:
        points = 34.0
    else:
        return None
    # More of the other signs, in order, is surer.
    rest = sum(char in taken.joined for char in query) / len(query)
    return points + 6.0 * rest, reasons.CORE


def _without_letters(term: Term, taken: Name) -> Found | None:
    """The Chinese signs alone, where nothing has the letters too: 共信-ky."""
    signs = "".join(part for part in term.units if not part.isascii())
    if len(signs) > 1 and (at := taken.joined.find(signs)) >= 0:
        return 44.0 + (8.0 if at == taken.start else 0.0) + (
            4.0 if len(signs) == taken.end - at else 0.0
        ), reasons.PART
    return None


def _letters(term: Term, text: str) -> Found | None:
    """One letter of a word wrong, two of a long one."""
    from rapidfuzz.distance import OSA

    query = term.text
    most = 1 if len(query) < 8 else 2
    for at, word in enumerate(WORDS.findall(text)):
        if abs(len(word) - len(query)) <= most and OSA.distance(query, word, score_cutoff=most) <= most:
            return 56.0 - 4.0 * OSA.distance(query, word) + (4.0 if at == 0 else 0.0), reasons.LETTER_TYPO
    return None


__all__ = ["all_in", "apart", "score"]
