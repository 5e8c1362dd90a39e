"""Write crm_tui/text/data/pinyin.txt and readings.txt from the readings of the package `pypinyin`.

    python -m tests.tools.build_pinyin

pinyin.txt has one line for each syllable without its tone, in alphabetical order: the syllable, a blank, its
characters by tone and code point. Traditional characters that the program folds to simplified ones are left
out.

readings.txt has one line for each character that is read in several ways in names (polyphones.py), and for
each one beyond pinyin.txt to which a character of Big5 is simplified: the character, its readings, commonest
first.
"""

from __future__ import annotations

import unicodedata
from importlib.metadata import version
from pathlib import Path

from crm_tui.text.fold import simplify
from tests.tools.polyphones import POLYPHONES

DATA = Path(__file__).parents[2] / "crm_tui/text/data"
HEADER = "# First readings of characters; made by tests/tools/build_pinyin.py from pypinyin {version}, MIT."
ALSO = "# Further readings; made by tests/tools/build_pinyin.py, in part from pypinyin {version}, MIT."
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


def further() -> str:
    """Return the text of the table of further readings."""
    from pypinyin.pinyin_dict import pinyin_dict

    lines: list[str] = [
        " ".join(line.split()) for line in POLYPHONES.replace("|", "\n").splitlines() if line.strip()
    ]
    seen: set[str] = {line[0] for line in lines}
    for code in range(0x3400, 0xA000):
        char = simplify(chr(code))
        if ord(char) < 0x20000 or char in seen or not chr(code).encode("big5", "ignore"):
            continue
        lines.append(f"{char} {plain(pinyin_dict[code].split(',')[0])[0]}")
        seen.add(char)
    return "\n".join([ALSO.format(version=version("pypinyin")), *lines]) + "\n"


if __name__ == "__main__":
    (DATA / "pinyin.txt").write_text(build(), "utf-8")
    (DATA / "readings.txt").write_text(further(), "utf-8")
