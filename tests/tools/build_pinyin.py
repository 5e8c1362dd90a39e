"""Write crm_tui/text/data/pinyin.txt from the readings of the package `pypinyin`.

    python -m tests.tools.build_pinyin

One line for each syllable without its tone, in alphabetical order: the syllable, a blank, its characters by
tone and code point. Traditional characters that the program folds to simplified ones are left out.
"""

from __future__ import annotations

import unicodedata
from importlib.metadata import version
from pathlib import Path

from crm_tui.text.fold import simplify

TARGET = Path(__file__).parents[2] / "crm_tui/text/data/pinyin.txt"
HEADER = "# First readings of characters; made by tests/tools/build_pinyin.py from pypinyin {version}, MIT."
PLACES = (range(0x4E00, 0xA000), range(0x3400, 0x4DC0))
TONES = {"\u0304": 1, "\u0301": 2, "\u030c": 3, "\u0300": 4}
# Readings that names have, where the first one of the source is another.
NAMES = {
    "长": "cháng", "重": "chóng", "厦": "xià", "曾": "zēng", "单": "shàn", "仇": "qiú", "朴": "piáo",
    "翟": "zhái", "缪": "miào", "晟": "shèng", "贾": "jiǎ", "覃": "qín", "郗": "xī", "柏": "bǎi",
    "解": "xiè", "盖": "gài",
}  # fmt: skip


def plain(reading: str) -> tuple[str, int]:
    """Return a reading without its tone, in a to z with ü as v, and the tone (5: none)."""
    tone, letters = 5, ""
    for char in unicodedata.normalize("NFD", reading):
        if char in TONES:
            tone = TONES[char]
        elif char == "\u0308":
            letters = letters[:-1] + "v"
        elif char.isascii() and char.isalpha():
            letters += char
    return letters, tone


def build() -> str:
    """Return the text of the table."""
    from pypinyin.pinyin_dict import pinyin_dict

    found: dict[str, list[tuple[int, int]]] = {}
    for code in (code for place in PLACES for code in place):
        char = chr(code)
        if code not in pinyin_dict or simplify(char) != char:
            continue
        syllable, tone = plain(NAMES.get(char) or pinyin_dict[code].split(",")[0])
        if syllable:
            found.setdefault(syllable, []).append((tone, code))
    lines = [f"{key} {''.join(chr(code) for _tone, code in sorted(found[key]))}" for key in sorted(found)]
    return "\n".join([HEADER.format(version=version("pypinyin")), *lines]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(build(), "utf-8")
