"""How many terminal cells a text takes, and cutting it to a number of cells."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from crm_tui.text.signs import Signs

ELLIPSIS = "…"
MARKS_KEPT = 2
"""Combining marks kept after one character; more of them climb over the lines above."""
MARKS_TYPED = 4
"""Combining marks that an input keeps after one character."""

_REPLACED = "\ufffd"
# Text made of these only needs neither cleaning nor a look at each character's category.
_PLAIN = Signs(
    "\u4e00\u9fff ~\u00a1\u00ac\u00ae\u02ff\u2010\u2027\u2030\u205e\u3000\u3029\u3030\u3096\u309b\u30ff"
    "\u3105\u312f\u3131\u3163\u3220\u4dff\uac00\ud7a3\uff01\uff9f"
)
_WIDE_BLOCKS = Signs("\u4e00\u9fff\uff01\uff60")
# Of the same width everywhere, whatever the terminal, its font and its settings.
SURE = Signs(
    " ~\0\0\u4e00\u9fff\u3001\u3003\u3005\u3017\u3041\u3096\u30a1\u30fa\u3400\u4dbf\uac00\ud7a3\uff01\uff60"
)
# What may have a composed form: combining marks and the parts of Hangul syllables.
_COMPOSED = Signs("\u0300\u036f\u0591\u1aff\u1dc0\u1dff\u20d0\u20ff\u3099\u309a")
_FILLERS = frozenset((0x115F, 0x1160, 0x3164, 0xFFA0))
# Unicode 15: Python 3.11 has the tables of 14.
_NEW_EMOJI = frozenset(
    map(
        ord,
        "\U0001f6dc\U0001fa75\U0001fa76\U0001fa77\U0001fa87\U0001fa88\U0001faad\U0001faae\U0001faaf\U0001fabb"
        "\U0001fabc\U0001fabd\U0001fabf\U0001face\U0001facf\U0001fada\U0001fadb\U0001fae8\U0001faf7\U0001faf8",
    )
)
_LINE_END = re.compile("\r\n|[\t\n\v\f\r\x85\u2028\u2029]")


@lru_cache(maxsize=4096)
def _char_width(char: str, ambiguous: int) -> int:
    code = ord(char)
    category = unicodedata.category(char)
    # Marks, format characters and the vowels and finals of composed Hangul sit on the cell before them.
    if category[0] == "M" or category in ("Cc", "Cf", "Zl", "Zp"):
        return 0
    if 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF or code in (0x3164, 0xFFA0):
        return 0
    if 0x1F3FB <= code <= 0x1F3FF:
        return 0
    if category == "Cn":  # newer than this Python's tables: emoji and ideographs are known to be wide
        return 2 if 0x1F300 <= code <= 0x1FAFF or 0x20000 <= code <= 0x3FFFD else 1
    # Trigrams, hexagrams and counting rods became wide in Unicode 16.
    if 0x2630 <= code <= 0x2637 or 0x268A <= code <= 0x268F or 0x4DC0 <= code <= 0x4DFF:
        return 2
    if 0x1D300 <= code <= 0x1D376:
        return 2
    kind = unicodedata.east_asian_width(char)
    if kind in "WF":
        return 2
    return ambiguous if kind == "A" else 1


def width(s: str, ambiguous: int = 1) -> int:
    """Return the cells that a text takes in a terminal.

    ``ambiguous`` is the width, 1 or 2, of characters on which terminals differ (· ① … — →). Joined
    emoji count as their parts, so pass text through ``safe`` first. The rule is Unicode's UAX 11.
    """
    if s.isascii() and s.isprintable():
        return len(s)
    if _WIDE_BLOCKS.cover(s):
        return 2 * len(s)
    return sum(_char_width(char, ambiguous) for char in s)


def clip(s: str, cells: int, ambiguous: int = 1) -> str:
    """Return the longest beginning of a text that takes at most so many cells, without a mark."""
    if len(s) <= cells and s.isascii() and s.isprintable():
        return s
    used = 0
    for at, char in enumerate(s):
        used += _char_width(char, ambiguous)
        if used > cells:
            return s[:at]
    return s


@lru_cache(maxsize=4096)
def fit(s: str, cells: int, ambiguous: int = 1) -> str:
    """Return a text that takes exactly so many cells: padded with blanks, or cut and ended by ….

    A wide character is never split: where only half of it would fit, a blank stands instead.
    """
    if cells <= 0:
        return ""
    used = width(s, ambiguous)
    if used <= cells:
        return s + " " * (cells - used)
    mark = _char_width(ELLIPSIS, ambiguous)
    if mark > cells:
        return " " * cells
    kept = clip(s, cells - mark, ambiguous)
    return kept + ELLIPSIS + " " * (cells - mark - width(kept, ambiguous))


def safe(s: str) -> str:
    """Return a text as it may be shown: one line, nothing that moves, hides, joins or reorders.

    Tabs and line ends become blanks; control and format characters (bidi, zero width, joiners),
    variation selectors, enclosing marks and skin tones go; a flag becomes its two letters; a lone
    surrogate, a character that no table knows and a loose part of a Hangul syllable become U+FFFD; of a run
    of combining marks two stay, none at the beginning. What is stored is never changed by this.
    """
    if _PLAIN.cover(s):
        return s
    kept: list[str] = []
    marks = MARKS_KEPT  # a mark at the beginning would climb on what stands before the text
    composed = unicodedata.normalize("NFC", s) if any(char in _COMPOSED for char in s) else s
    for char in _LINE_END.sub(" ", composed):
        category = unicodedata.category(char)
        code = ord(char)
        if category[0] == "M":
            if category != "Me" and not _is_selector(code):
                marks += 1
                if marks <= MARKS_KEPT:
                    kept.append(char)
            continue
        if category in ("Cc", "Cf") or 0x1F3FB <= code <= 0x1F3FF or code in _FILLERS:
            continue
        marks = 0
        if 0x1F1E6 <= code <= 0x1F1FF:
            char = chr(code - 0x1F1E6 + ord("A"))
        elif category == "Cs" or _is_loose(code) or (category == "Cn" and not _is_known(code)):
            char = _REPLACED
        kept.append(char)
    return "".join(kept)


def harmless(s: str, *, lines: bool = True) -> str:
    """Return a text that an input may hold: what ``safe`` takes out goes, but for what is typed on purpose.

    That is what joins the parts of emoji and of some scripts, selectors, and up to MARKS_TYPED marks. Without
    ``lines`` a line end becomes a blank; a tab always does.
    """
    s = s.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    s = s if lines else s.replace("\n", " ")
    if _PLAIN.cover(s.replace("\n", "")):
        return s
    kept: list[str] = []
    marks = 0
    for char in s:
        category = unicodedata.category(char)
        if category[0] == "M" and not _is_selector(ord(char)):
            marks += 1
            if marks <= MARKS_TYPED:
                kept.append(char)
        elif char in "\n\u200c\u200d" or category not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            marks = marks if category in ("Cf", "Mn") else 0
            kept.append(char)
    return "".join(kept)


def escaped(text: str) -> str:
    """Return a JSON text that means the same, with ``\\uXXXX`` for all that ``safe`` would take out."""
    if _PLAIN.cover(text):
        return text
    kept: list[str] = []
    marks = MARKS_KEPT
    for char in text:
        is_mark = unicodedata.category(char)[0] == "M"
        marks = marks + 1 if is_mark else 0
        kept.append(_spelt(char) if marks > MARKS_KEPT else _as_json(char))
    return "".join(kept)


@lru_cache(maxsize=4096)
def _as_json(char: str) -> str:
    # Behind a digit nothing composes, so what comes back changed is what would not be shown.
    return char if char == "\n" or safe("0" + char) == "0" + char else _spelt(char)


def _spelt(char: str) -> str:
    import json

    return json.dumps(char)[1:-1]


def _is_selector(code: int) -> bool:
    """Tell whether a mark is drawn by no terminal: grapheme joiner, variation selectors."""
    return (
        code in (0x34F, 0x180F)
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
        or (0x180B <= code <= 0x180D)
    )


def _is_loose(code: int) -> bool:
    """Tell whether a character is the vowel or end of a Hangul syllable that composed to none."""
    return 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF


def _is_known(code: int) -> bool:
    """Tell whether a character newer than this Python's tables is as wide everywhere as they will say."""
    return (0x20000 <= code <= 0x3FFFD and code & 0xFFFE != 0xFFFE) or code in _NEW_EMOJI
