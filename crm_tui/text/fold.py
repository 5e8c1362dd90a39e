"""Comparison keys: the same name however it was typed."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path

_TABLE = Path(__file__).parent / "data" / "traditional.txt"

_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\ufeff"
)
_BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
_KEPT = 20_000  # signs; more than Chinese texts have
_OUTER = _BLANKS + _INVISIBLE
_OUTERMOST = frozenset(_OUTER)
# Several ways of writing one sign, after NFKC has dealt with the widths.
_SAME = {
    "(": "（[【〔〖「『《〈｛{⦅",
    ")": "）]】〕〗」』》〉｝}⦆",
    "-": "‐‑‒–—―−－﹣⁃",
    "·": "・･•‧∙⋅",
    '"': "“”„‟〝〞",
    "'": "‘’‚‛`´",
}


@lru_cache(maxsize=1)
def _pairs() -> tuple[str, str]:
    """Return the traditional characters, in their order, and the simplified one of each."""
    pairs = _TABLE.read_text("utf-8").split("\n", 1)[1].replace("\n", "")
    return pairs[::2], pairs[1::2]


class _Signs(dict[int, "int | str | None"]):
    """What signs become, by code points: of the table what texts had; the whole is half a megabyte."""

    def __missing__(self, code: int) -> int:
        old, new = _pairs()
        sign = chr(code)
        at = bisect_left(old, sign)
        found = ord(new[at]) if at < len(old) and old[at] == sign else code
        if len(self) < _KEPT:
            self[code] = found
        return found


_SIMPLIFIED = _Signs()


@lru_cache(maxsize=1)
def _folding() -> _Signs:
    table = _Signs()
    for sign, variants in _SAME.items():
        table.update(dict.fromkeys(map(ord, variants), sign))
    table.update(dict.fromkeys(map(ord, _INVISIBLE + _BLANKS)))
    table.update(dict.fromkeys(range(0x20)))
    table.update(dict.fromkeys(range(0x7F, 0xA0)))
    table.update(dict.fromkeys(range(0xFE00, 0xFE10)))
    return table


def tidy(s: str) -> str:
    """Return a text without the blanks and invisible characters around it; its inside stays as it is."""
    return s.strip(_OUTER)


def one_line(s: str) -> str:
    """Return a tidy text on one line: 东莞毛织 and 有限公司 below it are one word, Acme and Ltd are two."""
    lines = [part.strip() for part in s.replace("\x00", "").splitlines()]
    text = lines[0] if lines else ""
    for line in lines[1:]:
        text += (" " if text[-1:].isascii() and line[:1].isascii() else "") + line
    return tidy(text)


def is_blank(s: str) -> bool:
    """Tell whether there is nothing in a text but blanks and invisible characters."""
    return not s or (s[0] in _OUTERMOST and not tidy(s))


def simplify(s: str) -> str:
    """Return a text with traditional characters made simplified, one for one, so positions stay.

    The table is OpenCC's TSCharacters with its first choice; it serves comparing, never storing.
    """
    return s if s.isascii() else s.translate(_SIMPLIFIED)


# Old and Japanese forms that company names have and the table of traditional characters leaves alone: for
# searching only, as fold() gives keys that are stored.
_FORMS = (
    "鑛矿 𬬻炉 砲炮 衞卫 濬浚 寳宝 寜宁 竝并 鑚钻 亊事 冨富 呉吴 兎兔 戸户 厰厂 姸妍 恵惠 昻昂"
    " 晧皓 栢柏 桒桑 淸清 湻淳 畧略 皐皋 穏稳 緜绵 舖铺 菓果 薫薰 豊丰 銲焊 颕颖 飚飙 鬪斗 鶏鸡"
    " 龢和 谿溪 䜣欣 邨村 艸草 鋻鉴 僊仙 効效 図图 沢泽 広广 竜龙 桜樱 栄荣 斎斋 黒黑 徳德 郷乡"
    " 鉄铁 塩盐 歴历 暦历 隣邻 覇霸 駅驿 検检 経经 転转 気气 価价"
)
_VARIANTS = {ord(pair[0]): pair[1] for pair in _FORMS.split()}
_VARIANT = frozenset(map(chr, _VARIANTS))
_SETTLED = {chr(code) for code in range(0x21, 0x7F) if not 0x41 <= code <= 0x5A}
"""Signs that stay as they are in a searchable text, whatever is beside them; Chinese ones as texts came."""
_MOST_SETTLED = 5000


def is_settled(s: str) -> bool:
    """Tell at once of many a text that ``searchable`` gives it back: it is known for its signs alone."""
    return _SETTLED.issuperset(s)


def searchable(s: str) -> str:
    """Return a text as search keeps and compares it: written in one way, its words apart.

    NFKC (full width, ligatures), lower case, traditional to simplified, a run of blanks as one blank and none
    around, no control, invisible or surrogate characters. ``searchable(searchable(s)) == searchable(s)``.
    """
    if _SETTLED.issuperset(s):
        return s
    text = s
    for _turn in range(4):
        before = text
        if not text.isascii():
            text = simplify(unicodedata.normalize("NFKC", text))
            if not _VARIANT.isdisjoint(text):
                text = text.translate(_VARIANTS)
        text = text.lower()
        if not text.isprintable():
            text = "".join([_shown(char) for char in text])
        text = " ".join(text.split())
        if text == before or text.isascii() or unicodedata.is_normalized("NFKC", text):
            break
    if len(_SETTLED) < _MOST_SETTLED:
        _SETTLED.update([sign for sign in text if "\u4e00" <= sign <= "\u9fff" and _stays(sign)])
    return text


def _stays(sign: str) -> bool:
    code = ord(sign)
    return (
        code not in _VARIANTS
        and _SIMPLIFIED[code] == code
        and unicodedata.is_normalized("NFKC", sign)
        and sign.isprintable()
    )


def _shown(char: str) -> str:
    if char.isspace() or char in _BLANKS:
        return " "
    return "" if unicodedata.category(char) in ("Cc", "Cf", "Cs") else char


def fold(s: str) -> str:
    """Return the key by which two ways of writing one name or word are the same.

    NFKC (full width, ligatures), case folded, traditional to simplified, brackets, dashes, quotes and
    middle dots of one kind, every blank and invisible character removed. ``fold(fold(s)) == fold(s)``.
    """
    if s.isalnum():
        if s.isascii():
            return s.casefold()
        if _SETTLED.issuperset(s):
            return s
    table = _folding()
    key = s
    # Removing a blank can bring a letter and its accent together; one more pass then composes them.
    for _turn in range(4):
        before = key
        key = unicodedata.normalize("NFKC", key.translate(table)).casefold().translate(table)
        if key.isascii() or key == before or unicodedata.is_normalized("NFKC", key):
            break
    return key
