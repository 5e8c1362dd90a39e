"""Pinyin with a slip: two letters that changed places, one too many, one missing or another one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from crm_tui.text.pinyin import syllables

SHORTEST, LONGEST = 5, 16
MOST = 5
LEAST_AROUND, MOST_AROUND = 8, 40
WIDEST_SLIP = 6  # letters that belong to no syllable for a slip among them
MOST_PLACES = 12
_VOWELS = frozenset("aeiouv")
# Letters that are left out or mistyped inside a syllable; a wrong first consonant is another name.
_INNER = "aeiougnh"


@lru_cache(maxsize=32)
def meant(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the syllables that letters may have been meant to be, likeliest slips first; () for none.

    None too where so few vowels are among the letters that they are initials. Letters that are pinyin as they
    are were meant otherwise only if two that change places leave fewer syllables: huwaei, huawei.
    """
    size = len(text)
    if (
        not (SHORTEST <= size <= LONGEST and text.isalpha())
        or 4 * sum(map(_VOWELS.__contains__, text)) < size
    ):
        return ()
    own = len(_cut(text))
    found: dict[str, tuple[str, ...]] = {}
    for one in turned(text) if own else _slips(text):
        if one not in found and (way := _cut(one)) and 1 < len(way) < (own or size):
            found[one] = way
            if len(found) == MOST:
                break
    return tuple(found.values())


@lru_cache(maxsize=32)
def around(text: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Return the syllables before and behind a slip, by where it may be; () where no three of them are whole.

    ``jiereshangmao`` gives (jie) and (shang, mao) among others: 杰仁商贸.
    """
    if not (LEAST_AROUND <= len(text) <= MOST_AROUND and text.isalpha()):
        return ()
    heads = {end: way for end in range(len(text) + 1) if (way := _cut(text[:end])) or not end}
    tails = {at: way for at in range(len(text) + 1) if (way := _cut(text[at:])) or at == len(text)}
    found = [
        (gap - len(head) - len(tail), head, tail)
        for end, head in heads.items()
        for gap in range(1, WIDEST_SLIP + 1)
        if (tail := tails.get(end + gap)) is not None and len(head) + len(tail) > 2
    ]
    found.sort(key=lambda one: one[0])
    return tuple([(head, tail) for _worth, head, tail in found[:MOST_PLACES]])


def intact(text: str, size: int) -> Iterator[list[str]]:
    """Yield, for each place of a slip, the pieces of a size that it leaves whole: of a phone, of a word."""
    starts = range(len(text) - size + 1)
    for slip in range(len(text) - 1):
        yield [text[at : at + size] for at in starts if at + size <= slip or at > slip + 1]


def turned(text: str) -> Iterator[str]:
    """Yield a text with two letters that stand side by side in each other's place."""
    for at in range(len(text) - 1):
        yield text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _slips(text: str) -> Iterator[str]:
    size = len(text)
    yield from turned(text)
    for at in range(size):
        yield text[:at] + text[at + 1 :]
    for at in range(1, size + 1):
        yield from (text[:at] + one + text[at:] for one in _INNER)
    for at in range(1, size):
        yield from (text[:at] + one + text[at + 1 :] for one in _INNER)


def _cut(text: str) -> tuple[str, ...]:
    """Return a text cut into syllables, the longest first, () when it is no pinyin."""
    known = syllables()
    dead: set[int] = set()

    def walk(at: int) -> tuple[str, ...] | None:
        if at == len(text):
            return ()
        if at in dead:
            return None
        for end in range(min(at + 6, len(text)), at + 1, -1):
            if text[at:end] in known and (rest := walk(end)) is not None:
                return (text[at:end], *rest)
        dead.add(at)
        return None

    return walk(0) or ()
