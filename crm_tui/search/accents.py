"""Pinyin as it is heard: zh or z, n or l, f or h, -ng or -n are not told apart by many who type it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from crm_tui.text.pinyin import syllables

_STARTS = (
    ("zh", "z"),
    ("ch", "c"),
    ("sh", "s"),
    ("z", "zh"),
    ("c", "ch"),
    ("s", "sh"),
    ("n", "l"),
    ("l", "n"),
)
_VOWELS = ("a", "e", "i")  # before which an n at the end may be ng
# f and h stand before other vowels: 福建 hujian, 回 fei.
_LIPS = {"fa": "hua", "fan": "huan", "fang": "huang", "fei": "hui", "fen": "hun", "feng": "hong", "fo": "huo",
         "fu": "hu"}  # fmt: skip
_HEARD = _LIPS | {heard: meant for meant, heard in _LIPS.items()}
LONGEST = 24


def _mistaken(syllable: str) -> set[str]:
    """Return how a syllable may be typed by ear; some of it is no syllable: ten of 腾."""
    found = {syllable, _HEARD.get(syllable, syllable)}
    for start, other in _STARTS:
        if syllable.startswith(start) and not (len(start) == 1 and syllable[1:2] == "h"):
            found.add(other + syllable[len(start) :])
    for one in tuple(found):
        if one.endswith("ng") and one[-3:-2] in _VOWELS:
            found.add(one[:-1])
        elif one.endswith("n") and one[-2:-1] in _VOWELS:
            found.add(one + "g")
    return found


@lru_cache(maxsize=1)
def _meant() -> dict[str, tuple[str, ...]]:
    """Return, by what is typed, the syllables that may be meant."""
    found: dict[str, list[str]] = {}
    for syllable in sorted(syllables()):
        for one in _mistaken(syllable):
            found.setdefault(one, []).append(syllable)
    return {one: tuple(meant) for one, meant in found.items()}


@lru_cache(maxsize=16)
def heard(text: str) -> tuple[tuple[str, ...], ...]:
    """Return for each syllable of some letters those that may be meant, () when they are no pinyin."""
    if len(text) > LONGEST:
        return ()
    meant = _meant()
    ways: dict[int, tuple[str, ...]] = {len(text): ()}
    for at in range(len(text) - 1, -1, -1):
        ends = [
            end for end in range(at + 1, min(at + 7, len(text)) + 1) if end in ways and text[at:end] in meant
        ]
        if ends:
            # The fewest syllables, real ones before others.
            found = [(text[at:end], *ways[end]) for end in ends]
            ways[at] = min(found, key=lambda way: (len(way), sum(one not in meant[one] for one in way)))
    return tuple(meant[one] for one in ways.get(0, ()))


def place_of(way: Sequence[Sequence[str]], said: Sequence[Sequence[str]]) -> int:
    """Return where syllables that may be meant stand in what is said, -1 when they do not."""
    for at in range(len(said) - len(way) + 1):
        if all(not set(each).isdisjoint(own) for each, own in zip(way, said[at:], strict=False)):
            return at
    return -1
