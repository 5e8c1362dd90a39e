"""How well a document answers a term: 0 to 100 and a bit, with the reason and the line that answered.

Only what is really in the document counts; the index may be sloppy. A whole brand or number stands above
the start of a name, text as typed above its sound, order kept above gaps.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from crm_tui.customers import document
from crm_tui.search import near, reasons
from crm_tui.search.english import heads, meanings
from crm_tui.search.grams import read
from crm_tui.search.names import Name, name, person, without_brackets
from crm_tui.search.numerals import writings
from crm_tui.search.parsing import ADDRESS, DIGITS, HAN_TERM, LETTERS, MIXED, Term
from crm_tui.search.spelling import Spelt, spell

NAMES = frozenset("nsfa")
PEOPLE = frozenset("cr")
WORDY = frozenset("emhw")
# What a name is worth beside the full one, by kind of line.
KIND_OF_NAME = {"n": 0.0, "s": 1.5, "f": -1.0, "a": 0.5}

EXACT = 82.0
WHOLE = 22.0  # of a short, former or other name
SPELLED = 68.0
SHORTENED = 62.0
INITIALS = 58.0
CONTINUED = 78.0
BETWEEN = 2.0  # what brackets in between take
MOBILE = 11  # digits


class Match(NamedTuple):
    """What answered a term: score, key of reasons.REASONS, kind of line, the line's text."""

    score: float
    reason: str
    line: str
    text: str


Line = tuple[str, str]


def score(term: Term, lines: Sequence[Line], weak: bool = False) -> Match | None:
    """Return the best match of a term in a document's lines, None when nothing there answers it.

    ``weak`` also tries what only counts where little else is found: other signs of the same sound, one wrong
    sign, a brand with other words behind it.
    """
    judge, most = _JUDGES[term.kind]
    best: Match | None = None
    points = 0.0
    allowed = term.lines
    query, free = term.text, _FREE.get(term.kind)
    if len(term.units) > 1 and term.kind == DIGITS:
        free = _APART
    for kind, text in lines:
        if (allowed and kind not in allowed) or most.get(kind, BEST) <= points:
            continue
        if free is not None and query not in text and kind not in free:
            continue
        found = judge(term, kind, text)
        if found is not None and found.score > points:
            best, points = found, found.score
    if term.kind == LETTERS and len(term.text) > 2 and (best is None or best.score < CONTINUED):
        best = _continued(term, lines) or best
    if best is None and weak and not term.quoted:
        found = near.beside(term, lines)
        best = Match(*found) if found else None
    if best is None and weak and not term.quoted:
        for kind, text in lines:
            close = near.score(term, kind, text) if not allowed or kind in allowed else None
            if close is not None and (best is None or close[0] > best.score):
                best = Match(close[0], close[1], kind, text)
    return best


def _continued(term: Term, lines: Sequence[Line]) -> Match | None:
    """Initials of a short name that was cut off, and of the sign that follows in the full one.

    友车科 of 用友汽车信息科技 is yckj too.
    """
    if term.lines:
        return None
    head, last = term.text[:-1], term.text[-1]
    for kind, text in lines:
        if kind not in "sa":
            continue
        short = name(text)
        if len(short.parts) != len(head):
            continue
        heads = [initials or part for part, (_said, initials) in zip(short.parts, short.said, strict=True)]
        if not all(map(operator.contains, heads, head)):
            continue
        for other, whole in lines:
            at = whole.find(short.joined[-1]) if other == "n" else -1
            while at >= 0:
                if last in read(whole[at + 1 : at + 2])[1]:
                    return Match(CONTINUED, reasons.INITIALS, kind, text)
                at = whole.find(short.joined[-1], at + 1)
    return None


def place(found: Name, at: int, size: int, whole_line: bool) -> float:
    """Return what the place of a match in a name is worth: the whole, its brand, its start; up to WHOLE."""
    end = at + size
    start, brand_end, stop = found.places
    if at == start:
        if end == brand_end:
            return WHOLE if whole_line and start == 0 and end == stop else 18.0
        if start == 0 and end >= stop:
            return WHOLE if whole_line else 17.0
        if end > brand_end:
            return 13.0 + 4.0 * (min(end, stop) - start) / max(stop - start, 1)
        return 8.0 + 7.0 * size / (brand_end - start)
    if at == 0:
        if end <= start:
            return 3.0 + size / max(start, 1)
        if end >= stop:
            return WHOLE if whole_line else 16.5
        return 8.0 + 6.0 * size / max(stop, 1)
    if at > start and end == stop and at >= brand_end:
        return 1.0  # a trade alone
    return 4.0 * size / max(stop, 1)


def _text(term: Term, kind: str, text: str) -> Match | None:
    """Chinese signs in a line."""
    query = term.text
    if kind in NAMES:
        if query not in text and not near.in_order(query, text):
            return _numeral(query, kind, text) if writings(query) else None
        taken = name(text)
        at = taken.joined.find(query, taken.start)
        if at < 0 or (at > taken.start and taken.joined.startswith(query)):
            at = taken.joined.find(query)
        worth = KIND_OF_NAME[kind]
        if at >= 0:
            points = EXACT + place(taken, at, len(query), kind != "n") + worth
            return Match(points, reasons.PLAIN[kind], kind, text)
        points = near.apart(query, taken)
        return Match(points + worth, reasons.APART, kind, text) if points else None
    if query not in text:
        return None
    if kind in PEOPLE:
        base = 88.0 if text == query else 80.0 if text.startswith(query) else 70.0
        return Match(base - (6.0 if kind == "r" else 0.0), reasons.PLAIN[kind], kind, text)
    if kind == document.TAG:
        return Match(78.0 if text == query else 72.0, reasons.TAG, kind, text)
    return Match(60.0, reasons.PLAIN.get(kind, reasons.NAME), kind, text)


def _spelled(term: Term, kind: str, text: str) -> Match | None:
    """Letters, or letters among Chinese signs: a word, pinyin in full or shortened."""
    query = term.text
    if kind in NAMES or kind in PEOPLE:
        # Digits are spelled by nothing but themselves.
        if not query.isalpha() and not all(map(text.__contains__, filter(str.isdigit, query))):
            return None
        return _best_spelling(term, kind, text) or _translated(query, kind, text)
    if kind in WORDY:
        found = _word(query, kind, text)
        if found is None and kind == document.ENGLISH and heads(text)[: len(query)] == query:
            return Match(75.0 if len(query) > 2 else 66.0, reasons.ENGLISH, kind, text)
        return found or (_written_together(query, text) if kind == document.ENGLISH else None)
    if kind == document.TAG:
        if query in text:
            return Match(74.0, reasons.TAG, kind, text)
        whole = [one for one in spell(query, person(text)) if one.at == 0]
        return Match(66.0, reasons.TAG, kind, text) if whole else None
    if kind == document.NUMBER:
        return _number(query, kind, text) if query[0] in text else None
    if kind == document.CODE and len(query) > 3 and query in text:
        return Match(60.0 + 30.0 * len(query) / len(text), reasons.CODE, kind, text)
    return None


def _translated(query: str, kind: str, text: str) -> Match | None:
    """An English word for a trade that a Chinese name has."""
    found = kind in NAMES and any(one in text for one in meanings(query))
    return Match(EXACT - WHOLE, reasons.TRANSLATED, kind, text) if found else None


def _written_together(query: str, text: str) -> Match | None:
    """Words of an English name without blanks, or its initials with the C of its Co. or Corporation."""
    joined = text.replace(" ", "")
    if joined == query:
        return Match(94.0, reasons.ENGLISH, document.ENGLISH, text)
    if len(query) > 4 and joined.startswith(query):
        return Match(78.0, reasons.ENGLISH, document.ENGLISH, text)
    if len(query) > 2 and query[-1] == "c" and heads(text) == query[:-1]:
        return Match(73.0, reasons.ENGLISH, document.ENGLISH, text)
    return None


def _best_spelling(term: Term, kind: str, text: str) -> Match | None:
    taken, worth = (name(text), KIND_OF_NAME[kind]) if kind in NAMES else (person(text), 0.0)
    query = term.text
    if len(query) == 1:
        return _one_letter(query, taken, kind)
    best = _best_of(query, taken, kind)
    if best is None and kind in NAMES and (plain := without_brackets(text)):
        # As it is spoken: fanglinguoji of 芳林(大连)国际贸易.
        best = _best_of(query, name(plain), kind)
        worth -= BETWEEN
    elif best is None and kind in NAMES and taken.marked:
        # As an exchange writes it, with the letter of its class: snda of 深南电a.
        taken = person(text)
        whole = [one for one in spell(query, taken) if one.size == len(taken.joined)]
        best = (INITIALS + WHOLE, reasons.INITIALS) if whole else None
    if best is None:
        return None
    return Match(best[0] + worth, best[1], kind, text)


def _best_of(query: str, taken: Name, kind: str) -> tuple[float, str] | None:
    every = [_worth(one, query, taken, kind) for one in spell(query, taken)]
    return max(every, key=operator.itemgetter(0), default=None)


def _one_letter(query: str, taken: Name, kind: str) -> Match | None:
    """One letter: how the brand, or the whole, begins."""
    first = taken.parts[0] if taken.parts else ""
    if first[:1] == query or (taken.parts and query in taken.said[0][1]):
        return Match(70.0 if first == query else 62.0, reasons.INITIALS, kind, taken.text)
    sign = taken.joined[taken.start : taken.start + 1]
    if sign and (sign == query or query in read(sign)[1]):
        return Match(64.0, reasons.INITIALS, kind, taken.text)
    return None


def _worth(one: Spelt, query: str, taken: Name, kind: str) -> tuple[float, str]:
    plain = taken.joined.startswith(query, one.at)
    if plain:
        base, reason = EXACT, reasons.PLAIN[kind]
    elif not one.short:
        base, reason = SPELLED, reasons.PINYIN
    elif one.full:
        # The more of it is spelled in full, the surer.
        base, reason = SHORTENED + 3.0 * one.full / (one.full + one.short), reasons.SPELT
    else:
        base, reason = INITIALS, reasons.INITIALS
    if kind in PEOPLE:
        whole = one.at == 0 and one.size == len(taken.joined)
        extra = 4.0 if whole else 0.0 if one.at == 0 else -8.0
        return base + extra - (6.0 if kind == "r" else 0.0), reason
    return base + place(taken, one.at, one.size, kind != "n"), reason


def _word(query: str, kind: str, text: str) -> Match | None:
    at = text.find(query)
    if at < 0:
        return None
    reason = reasons.PLAIN[kind]
    size = len(query)
    before = text[at - 1] if at else " "
    after = text[at + size] if at + size < len(text) else " "
    start, whole = not before.isalnum(), not after.isalnum()
    if kind == "e":
        base = 98.0 if size == len(text) else 88.0 if at == 0 and whole else 84.0 if start and whole else 0.0
        base = base or (80.0 if at == 0 else 74.0 if start else 0.0)
    elif before == "@" or kind == "h":
        base = 84.0 if start and whole else 76.0 if start else 0.0
    else:
        base = 82.0 if start and whole else 74.0 if start else 0.0
    if base and size < 3:
        # One or two letters are initials more often.
        base -= 10.0
    if not base:
        # Letters inside a word are chance where they are few.
        base = 46.0 + 2.0 * min(size, 8) if size > 2 else 0.0
    return Match(base, reason, kind, text) if base else None


def _address(term: Term, kind: str, text: str) -> Match | None:
    """A domain, a mail address or a page, whole or as far as it is typed."""
    query = term.text
    if kind in "mhw":
        bare = text.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
        if bare == query:
            return Match(100.0, reasons.PLAIN[kind], kind, text)
        at = text.find(query)
        if at >= 0:
            start = at == 0 or not text[at - 1].isalnum()
            whole = at + len(query) == len(text.rstrip("/"))
            points = 80.0 + (8.0 if start else 0.0) + (6.0 if whole else 0.0)
            return Match(points, reasons.PLAIN[kind], kind, text)
        return None
    if kind in NAMES or kind == document.ENGLISH:
        joined = "".join(term.units)
        plain = text.replace(".", "").replace(" ", "").replace("-", "")
        if joined in plain:
            return Match(80.0, reasons.PLAIN[kind], kind, text)
    if kind == document.NUMBER:
        return _number("".join(term.units), kind, text)
    return None


def _digits(term: Term, kind: str, text: str) -> Match | None:
    query = term.text
    size = len(query)
    if kind == document.PHONE:
        at = text.rfind(query)
        if at < 0:
            start, end = term.units[0], term.units[-1]
            ends = start != end and len(text) == MOBILE and text.startswith(start) and text.endswith(end)
            return Match(84.0, reasons.PHONE_ENDS, kind, text) if ends else None
        if size == len(text):
            return Match(100.0, reasons.PHONE, kind, text)
        if at + size == len(text):
            tail = (
                reasons.PHONE_TAIL
                if (len(text), text[:1]) == (11, "1") or (len(text), text[:2]) == (10, "09")
                else reasons.LINE_TAIL
            )
            return Match(88.0 if size == 4 else 86.0, tail, kind, text)
        if text.startswith(query):
            return Match(72.0 + min(size, 10), reasons.PHONE, kind, text)
        return Match(55.0 + min(size, 10), reasons.PHONE, kind, text)
    if kind == document.NUMBER:
        return _number(query, kind, text)
    if kind == document.CODE and size > 3 and query in text:
        points = 98.0 if size == len(text) else 52.0 + 20.0 * size / len(text)
        return Match(points, reasons.CODE, kind, text)
    if kind in NAMES:
        if query not in text and text.isalnum():
            return _numeral(query, kind, text)
        taken = name(text)
        at = taken.joined.find(query)
        if at < 0:
            return None
        points = EXACT + place(taken, at, size, kind != "n") + KIND_OF_NAME[kind]
        return Match(points - (8.0 if size > 3 else 0.0), reasons.PLAIN[kind], kind, text)
    if kind in WORDY and size > 2:
        at = text.find(query)
        if at >= 0:
            return Match(58.0 if at == 0 else 50.0, reasons.PLAIN[kind], kind, text)
    if kind == document.TAG and query in text:
        return Match(60.0, reasons.TAG, kind, text)
    return None


def _numeral(query: str, kind: str, text: str) -> Match | None:
    """Digits for what a name has in Chinese, and the other way round: 360 of 三六零, 五八同城 of 58同城."""
    signs = next((one for one in writings(query) if one in text), "")
    if not signs:
        return None
    taken = name(text)
    at = taken.joined.find(signs)
    points = EXACT - 4.0 + place(taken, at, len(signs), kind != "n") + KIND_OF_NAME[kind]
    return Match(points, reasons.PLAIN[kind], kind, text) if at >= 0 else None


def _number(query: str, kind: str, text: str) -> Match | None:
    plain = "".join(filter(str.isalnum, text))
    at = plain.rfind(query)
    if at < 0:
        bare = plain.lstrip("abcdefghijklmnopqrstuvwxyz").lstrip("0")
        return Match(96.0, reasons.NUMBER, kind, text) if bare == query else None
    if len(query) == len(plain):
        return Match(100.0, reasons.NUMBER, kind, text)
    if at + len(query) == len(plain):
        # 17 of 000017 is all of it that anybody types.
        own = not plain[:at].strip("0abcdefghijklmnopqrstuvwxyz")
        return Match(95.0 if own else 84.0, reasons.NUMBER, kind, text) if len(query) > 1 else None
    if len(query) < 3:
        return None
    return Match(66.0 if at == 0 else 50.0, reasons.NUMBER, kind, text)


def _mixed(term: Term, kind: str, text: str) -> Match | None:
    """Chinese signs with letters or digits: 华wei, tcl科技, 3号楼."""
    if kind in NAMES or kind in PEOPLE:
        found = _best_spelling(term, kind, text)
        return found or (_numeral(term.text, kind, text) if kind in NAMES else None)
    return _text(term, kind, text)


BEST = 200.0
# By kind of term its judge, and the most points that a line can have, where that is less than a name's.
_OF_LETTERS = {"c": 86.0, "r": 80.0, "p": 0.0, "m": 84.0, "h": 84.0, "w": 82.0, "u": 90.0, "t": 74.0}
_OF_SIGNS = {"c": 88.0, "r": 82.0, "t": 78.0, **dict.fromkeys("pmhwu#", 60.0)}
# By kind of term the lines that may answer without having it as it stands, where others may not.
_FREE = {HAN_TERM: NAMES, DIGITS: NAMES | {document.NUMBER}}
_APART = NAMES | {document.NUMBER, document.PHONE}
_JUDGES: dict[str, tuple[Callable[[Term, str, str], Match | None], Mapping[str, float]]] = {
    HAN_TERM: (_text, _OF_SIGNS),
    LETTERS: (_spelled, _OF_LETTERS),
    DIGITS: (_digits, {}),
    MIXED: (_mixed, {}),
    ADDRESS: (_address, {}),
}
