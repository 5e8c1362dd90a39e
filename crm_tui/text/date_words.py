"""The letters of date expressions: one spelling for every character, and numbers in both scripts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cached_property

# Only characters that occur in date expressions; names and actions are never touched by this table.
_SIMPLER = str.maketrans(
    "後週禮點號個兩內時過間鐘幾節慶勞動這當來歲國貳參○–—―〜~",
    "后周礼点号个两内时过间钟几节庆劳动这当来岁国二三〇-----",
)

HAN = "零〇一二三四五六七八九十百两廿卅"
NUMBER = rf"(?:[0-9]{{1,4}}|[{HAN}]{{1,5}})"
_VALUES = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_COUNTED = re.compile(
    r"(?:([一二两三四五六七八九])百零?)?(?:([一二两三四五六七八九])?十)?([一二两三四五六七八九])?"
)


def level(text: str) -> str:
    """Return the text in one spelling with every character on its own place.

    Full width, letter case, traditional date words and kinds of blanks are unified; the length never changes,
    so that a span found in the result is the same span of the text.
    """
    if text.isascii():
        return "".join(" " if c.isspace() else c for c in text.lower()).replace("~", "-")
    return "".join(_plain(c) for c in text).translate(_SIMPLER)


def _plain(char: str) -> str:
    if char.isspace():
        return " "
    same = unicodedata.normalize("NFKC", char).lower()
    return same if len(same) == 1 else char


def number(text: str) -> int:
    """Return the value of ``NUMBER``: digits, 十五, 一百二十, 廿五, or digit by digit as in 二〇二四.

    Raises ValueError for letters that form no number (十十).
    """
    if text.isascii():
        return int(text)
    if any(c in "十百廿卅" for c in text):
        counted = _COUNTED.fullmatch(text.replace("廿", "二十").replace("卅", "三十"))
        if not counted:
            raise ValueError(text)
        hundreds, tens, ones = counted.groups()
        has_tens = any(c in "十廿卅" for c in text)
        return (
            (_VALUES[hundreds] * 100 if hundreds else 0)
            + ((_VALUES[tens] if tens else 1) * 10 if has_tens else 0)
            + (_VALUES[ones] if ones else 0)
        )
    value = 0
    for char in text:
        value = value * 10 + _VALUES[char]
    return value


class Pattern:
    """A regular expression compiled when first used, so that importing a table of rules costs nothing."""

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.source)

    # Bound once, so that later uses cost what a compiled pattern costs.
    @cached_property
    def match(self) -> Callable[..., re.Match[str] | None]:
        """The compiled expression's own ``match``."""
        return self._compiled.match

    @cached_property
    def fullmatch(self) -> Callable[..., re.Match[str] | None]:
        """The compiled expression's own ``fullmatch``."""
        return self._compiled.fullmatch

    @cached_property
    def search(self) -> Callable[..., re.Match[str] | None]:
        """The compiled expression's own ``search``."""
        return self._compiled.search


def pattern(source: str) -> Pattern:
    """Return a rule where ``#`` stands for a number and ``~`` for blanks that may be there."""
    return Pattern(source.replace("~", " *").replace("#", NUMBER))
