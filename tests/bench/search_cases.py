"""What is typed into the search: real queries, kinds made of the file's own customers, and hard strings.

A made query is right about every customer of whom it is true: a thousand companies may share four initials.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from crm_tui.customers.document import lines
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in
from crm_tui.text.fold import fold
from crm_tui.text.pinyin import readings
from tests.bench.search_file import queries

Lines = dict[str, list[str]]
HIGHEST = "SELECT max(customer_id) FROM customer_state"
FROM = (
    "SELECT customer_id, haystack FROM customer_state WHERE customer_id >= :at ORDER BY customer_id LIMIT 1"
)
DOCUMENTS = "SELECT customer_id, haystack FROM customer_state WHERE customer_id IN ({ids})"
NAMED = "SELECT id FROM customer WHERE name_key = :key ORDER BY id"
FORMS = ("股份有限公司", "有限责任公司", "有限公司")
SIGNS = (
    "的一国在人了有中是年和大业不为发会工经上地市要个产这出行作生家以成到日民来我部对进多全建他公开们场展"
    "时理新方主企资实学报制政济用同于法高长现本月定化加动合品重关机分力自外者区能设后就等体下万元社过前面"
    ""
)
# What nobody means and somebody types: each has to be answered in time, or with nothing.
HARD = (
    "", " ", "a", "x", "z", "1", "0", "上", "公", "有限公司", "股份有限公司", "有限责任公司", "科技",
    "科技有限公司", "中国", "上海", "广东省深圳市", "集团", "a b c d e f", "s h k j", "kj", "sh", "shkj",
    "gfyxgs", "138", "1380", "13800", "0000", "8888", "com", "@", "qq.com", "example.com", "www", "%",
    "_", "*", "'", '"', "''", '""', "-", "--", "-x", "AND", "OR", "NOT", "NEAR(", "a AND", "(", ")",
    "()", "^", "$", "=", "!", "!1", "#", ":", "电话:", "标签:", "负责人:我", "电话:8888", "\\", "/",
    "\x00", "\x1b[31m", "\u200b", "\u202e", "\ufeff", "😀", "👩‍👩‍👧", "é", "ﬁ", "㈱", "\ud800",
    "华\udfff为", "xian", "xi'an", "lv", "zhongguo", "changchang", "yinhang", "zhang" * 8, "科技" * 40,
    "有限公司" * 50, "一二三四五六七八九十" * 20, "ab" * 100, "13" * 100,
    " ".join("科技公司有限上海" * 10), "'; DROP TABLE customer --", "1 OR 1=1",
    "上海 北京 广州 深圳 杭州 南京 天津 重庆", "上海浦东发展银行股份有限公司分公司",
)  # fmt: skip


class Case(NamedTuple):
    """Something to look for, and which answers are right: ids, or what must be true of a customer."""

    kind: str
    text: str
    ids: frozenset[int] = frozenset()
    holds: Callable[[Lines], bool] | None = None


def real(reader: sqlite3.Connection, folder: Path, each: int, random: Random) -> list[Case]:
    """Return so many real queries of each kind whose answers the file has."""
    kinds: dict[str, list[Case]] = defaultdict(list)
    for one in queries(folder):
        ids = [row[0] for name in one.names for row in reader.execute(NAMED, {"key": fold(name)}).fetchall()]
        if ids:
            kinds[one.kind].append(Case(one.kind, one.text, frozenset(ids)))
    return [case for found in kinds.values() for case in random.sample(found, min(each, len(found)))]


def made(reader: sqlite3.Connection, each: int, random: Random) -> list[Case]:
    """Return so many queries of each kind, made of customers from all over the file."""
    highest = reader.execute(HIGHEST).fetchone()[0]
    found: list[Case] = []
    for kind, make in KINDS.items():
        left = each
        for _time in range(each * 20):
            at = random.randint(1, highest)
            row = reader.execute(FROM, {"at": at}).fetchone()
            case = make(kind, by_kind(row[1]), random) if row else None
            if case is not None:
                found.append(case)
                left -= 1
            if not left:
                break
    return found


def by_kind(document: str) -> Lines:
    """Return the lines of a document by their kind."""
    found: Lines = defaultdict(list)
    for kind, text in lines(document):
        found[kind].append(text)
    return found


def place(reader: sqlite3.Connection, case: Case, ids: Sequence[int]) -> int | None:
    """Return the place of the first right answer among ids, None when there is none."""
    if case.holds is None:
        return next((at for at, one in enumerate(ids) if one in case.ids), None)
    documents = {row[0]: by_kind(row[1]) for row in query_in(reader, DOCUMENTS, ids)}
    return next((at for at, one in enumerate(ids) if one in documents and case.holds(documents[one])), None)


# ------------------------------------------------------------------ kinds


def names(found: Lines) -> list[str]:
    """Return every name of a customer as one run of signs."""
    return ["".join(name.split()) for kind in "nsfa" for name in found[kind]]


def _body(found: Lines, least: int) -> str:
    name = names(found)[0] if found["n"] else ""
    for form in FORMS:
        name = name.removesuffix(form)
    return name if len(name) >= least and all(readings(sign) for sign in name) else ""


def _piece(found: Lines, random: Random, low: int, high: int) -> str:
    whole = _body(found, low)
    size = min(random.randint(low, high), len(whole))
    at = random.randint(0, len(whole) - size)
    return whole[at : at + size]


def _windows(found: Lines, size: int) -> Iterator[str]:
    for name in names(found):
        yield from (name[at : at + size] for at in range(len(name) - size + 1))


def _spelled(query: str, signs: str) -> bool:
    """Tell whether a text is the pinyin of signs, by any of their readings."""
    if not signs:
        return not query
    return any(_spelled(query[len(one) :], signs[1:]) for one in readings(signs[0]) if query.startswith(one))


def _alike(one: str, two: str) -> bool:
    return one == two or not set(readings(one)).isdisjoint(readings(two))


def _substring(kind: str, found: Lines, random: Random) -> Case | None:
    piece = _piece(found, random, 4, 6)
    return (
        Case(kind, piece, holds=lambda other: any(piece in name for name in names(other))) if piece else None
    )


def _initials(kind: str, found: Lines, random: Random) -> Case | None:
    piece = _piece(found, random, 4, 6)
    text = "".join(readings(sign)[0][0] for sign in piece)

    def holds(other: Lines) -> bool:
        return any(
            all(map(lambda sign, letter: any(one[0] == letter for one in readings(sign)), window, text))
            for window in _windows(other, len(text))
        )

    return Case(kind, text, holds=holds) if text else None


def _pinyin(kind: str, found: Lines, random: Random) -> Case | None:
    piece = _piece(found, random, 2, 4)
    text = "".join(readings(sign)[0] for sign in piece)

    def holds(other: Lines) -> bool:
        return any(_spelled(text, window) for size in range(1, 7) for window in _windows(other, size))

    return Case(kind, text, holds=holds) if text else None


def _homophone(kind: str, found: Lines, random: Random) -> Case | None:
    piece = _piece(found, random, 3, 5)
    if not piece:
        return None
    at = random.randrange(len(piece))
    same = [sign for sign in SIGNS if sign != piece[at] and set(readings(sign)) & set(readings(piece[at]))]
    if not same:
        return None
    text = piece[:at] + random.choice(same) + piece[at + 1 :]

    def holds(other: Lines) -> bool:
        return any(all(map(_alike, text, window)) for window in _windows(other, len(text)))

    return Case(kind, text, holds=holds)


def _wrong(kind: str, found: Lines, random: Random) -> Case | None:
    piece = _piece(found, random, 5, 7)
    if not piece:
        return None
    at = random.randrange(len(piece))
    text = piece[:at] + random.choice(SIGNS) + piece[at + 1 :]

    def holds(other: Lines) -> bool:
        windows = _windows(other, len(text))
        return any(sum(one != two for one, two in zip(text, window, strict=True)) <= 1 for window in windows)

    return Case(kind, text, holds=holds)


def _tail(kind: str, found: Lines, random: Random) -> Case | None:
    phones = [one for one in found["p"] if len(one) >= 8]
    if not phones:
        return None
    text = random.choice(phones)[-random.choice((4, 6, 8)) :]
    return Case(kind, text, holds=lambda other: any(one.endswith(text) for one in other["p"]))


def _domain(kind: str, found: Lines, random: Random) -> Case | None:
    domains = [mail.partition("@")[2] for mail in found["m"] if "@" in mail]
    if not domains:
        return None
    text = random.choice(domains)
    return Case(kind, text, holds=lambda other: any(text in mail for mail in other["m"]))


def _exact(kind: str, found: Lines, random: Random) -> Case | None:
    sign = {"number": "#", "contact": "c", "code": "u"}[kind]
    if not found[sign]:
        return None
    text = random.choice(found[sign])
    return Case(kind, text, holds=lambda other: text in other[sign])


def _several(kind: str, found: Lines, random: Random) -> Case | None:
    piece = _piece(found, random, 3, 4)
    if not piece or not found["c"]:
        return None
    person = random.choice(found["c"])

    def holds(other: Lines) -> bool:
        return person in other["c"] and any(piece in name for name in names(other))

    return Case(kind, f"{piece} {person}", holds=holds)


KINDS: dict[str, Callable[[str, Lines, Random], Case | None]] = {
    "substring": _substring, "initials": _initials, "pinyin": _pinyin, "homophone": _homophone,
    "one wrong sign": _wrong, "phone tail": _tail, "mail domain": _domain, "number": _exact,
    "contact": _exact, "code": _exact, "several words": _several,
}  # fmt: skip


def hard() -> Iterable[Case]:
    """Return the hard strings; whatever they find is right."""
    return [Case("hard", text) for text in HARD]
